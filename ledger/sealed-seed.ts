/**
 * A seed behind a passphrase: scrypt (RFC 7914) makes a key of it, AES-256-GCM (NIST SP 800-38D) seals the seed with the public
 * key as associated data, so that a sealed seed cannot be put beside another key. A fresh salt each time makes the key fresh,
 * and the nonce with it. Not here: files (key-file.ts), asking for the passphrase (cli-context.ts).
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { hexBytes, toHex } from '../src/bytes.ts';

/** 32 MiB and about a tenth of a second a guess. */
const COST = 2 ** 15;
const BLOCK = 8;
/** A file may ask for more than we do, but not for all memory. */
const COST_MAX = 2 ** 20;
const TAG = 16;

export interface SealedSeed {
  readonly kdf: 'scrypt';
  readonly cost: number;
  /** 16 bytes, hex. */
  readonly salt: string;
  /** 12 bytes, hex. */
  readonly nonce: string;
  /** 32 bytes and the 16 of the tag, hex. */
  readonly box: string;
}

/** The passphrase counts as Unicode NFC, however a keyboard composes it. */
function keyFrom(passphrase: string, salt: Uint8Array, cost: number): Uint8Array {
  const options = { N: cost, r: BLOCK, p: 1, maxmem: 256 * cost * BLOCK };
  return scryptSync(passphrase.normalize('NFC'), salt, 32, options);
}

export function sealSeed(seed: Uint8Array, key: string, passphrase: string): SealedSeed {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', keyFrom(passphrase, salt, COST), nonce);
  cipher.setAAD(hexBytes(key));
  const box = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
  return { kdf: 'scrypt', cost: COST, salt: toHex(salt), nonce: toHex(nonce), box: toHex(box) };
}

/** Whether a file's field is what `sealSeed` makes. */
export function isSealed(value: unknown): value is SealedSeed {
  const { kdf, cost, salt, nonce, box } = (value ?? {}) as Record<string, unknown>;
  const hex = (text: unknown, bytes: number) =>
    typeof text === 'string' && text.length === 2 * bytes && /^[0-9a-f]*$/.test(text);
  const power = Number.isInteger(cost) && Number.isInteger(Math.log2(cost as number));
  return (
    kdf === 'scrypt' &&
    power &&
    (cost as number) >= 2 &&
    (cost as number) <= COST_MAX &&
    hex(salt, 16) &&
    hex(nonce, 12) &&
    hex(box, 32 + TAG)
  );
}

/** The seed, or undefined when the passphrase (or the file) is not the one it was sealed with. */
export function openSeed(sealed: SealedSeed, key: string, passphrase: string): Uint8Array | undefined {
  const box = hexBytes(sealed.box);
  const opener = createDecipheriv(
    'aes-256-gcm',
    keyFrom(passphrase, hexBytes(sealed.salt), sealed.cost),
    hexBytes(sealed.nonce),
    { authTagLength: TAG },
  );
  opener.setAAD(hexBytes(key));
  opener.setAuthTag(box.subarray(32));
  try {
    return new Uint8Array(Buffer.concat([opener.update(box.subarray(0, 32)), opener.final()]));
  } catch {
    return undefined;
  }
}
