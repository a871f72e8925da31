/**
 * The key pair of the next session, made ahead so that SELECT is short, kept in memory, and marked used before its
 * public key is shown: no key is ever in two sessions, whatever is torn.
 *
 * Place: mark (4) ‖ secret (32) ‖ public key (32, suite 2: 65) ‖ CRC-32 of both (4).
 */
import { concat, equal } from '../src/bytes.ts';
import { crc32 } from './crc32.ts';
import { EPHEMERAL } from './layout.ts';
import type { Memory } from './memory.ts';
import type { KeyPair, Suite } from './suite.ts';

const FRESH = Uint8Array.of(0x46, 0x52, 0x45, 0x53);
const USED = new Uint8Array(4);
const SECRET = 32;

/** The bytes of a fresh pair in its place. */
export function ephemeralBytes(pair: KeyPair): Uint8Array {
  return concat(FRESH, pair.secret, pair.public, crc32(concat(pair.secret, pair.public)));
}

/** The fresh pair in memory, or undefined: used, or torn while it was made. */
function stored(memory: Memory, suite: Suite): KeyPair | undefined {
  const length = SECRET + suite.publicKeyBytes;
  const bytes = memory.read(EPHEMERAL, FRESH.length + length + 4);
  const keys = bytes.subarray(FRESH.length, FRESH.length + length);
  if (!equal(bytes.subarray(0, FRESH.length), FRESH)) return undefined;
  if (!equal(crc32(keys), bytes.subarray(FRESH.length + length))) return undefined;
  return { secret: keys.slice(0, SECRET), public: keys.slice(SECRET) };
}

/** Makes one ahead if there is none. */
export function makeAhead(memory: Memory, suite: Suite, random: (n: number) => Uint8Array): void {
  if (stored(memory, suite) === undefined)
    memory.write(EPHEMERAL, ephemeralBytes(suite.keyPair(random(SECRET))));
}

/** The pair for this session, used up in memory; made now if none was made ahead. */
export function takeEphemeral(memory: Memory, suite: Suite, random: (n: number) => Uint8Array): KeyPair {
  const pair = stored(memory, suite);
  if (pair === undefined) return suite.keyPair(random(SECRET));
  memory.write(EPHEMERAL, USED);
  return pair;
}
