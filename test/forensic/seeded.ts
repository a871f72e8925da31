/** Everything a forensic run takes from chance, from one seed: bytes, keys, coupons; the same seed writes the same disk. */
import * as crypto from 'node:crypto';
import { nodeCrypto } from '../../crypto/node.ts';
import type { Chance as TillChance } from '../../main/random.ts';
import { beInt, toHex } from '../../src/bytes.ts';
import { type Keyset, keysetId } from '../../src/coupons/keyset.ts';
import type { RedeemedCoupon } from '../../src/economy/transaction.ts';
import type { Batch } from '../offline/paying-card.ts';

export interface Chance extends TillChance {
  bytes(length: number): Uint8Array;
  below(n: number): number;
  /** 0 ≤ x < 1. */
  unit(): number;
}

/** AES-256 in counter mode under the seed's hash. */
export function chance(seed: string): Chance {
  const key = crypto.createHash('sha256').update(seed).digest();
  const stream = crypto.createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const bytes = (length: number) => new Uint8Array(stream.update(Buffer.alloc(length)));
  const unit = () => Buffer.from(bytes(6)).readUIntBE(0, 6) / 2 ** 48;
  const below = (n: number) => Math.floor(unit() * n);
  return { bytes, below, random: bytes, randomBelow: below, unit };
}

const E = 65_537n;
const base64url = (n: bigint) => {
  const hex = n.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
};

function prime(from: Chance): bigint {
  const bytes = from.bytes(128);
  bytes[0] = (bytes[0] as number) | 0xc0;
  let p = beInt(bytes) | 1n;
  while (p % E === 1n || !crypto.checkPrimeSync(p)) p += 2n;
  return p;
}

function inverse(a: bigint, m: bigint): bigint {
  let [r, next, s, t] = [m, a % m, 0n, 1n];
  while (next !== 0n) {
    const q = r / next;
    [r, next] = [next, r - q * next];
    [s, t] = [t, s - q * t];
  }
  return ((s % m) + m) % m;
}

export interface SeededMint {
  readonly keyset: Keyset;
  /** `by`: where the serial comes from; the mint's own stream unless told. */
  coupon(exponent: number, by?: Chance): RedeemedCoupon;
}

/** Nine RSA keys of 2048 bits and coupons of them, serials and all from the seed: about a second. */
export function seededMint(from: Chance): SeededMint {
  const pairs = Array.from({ length: 9 }, () => {
    const [p, q] = [prime(from), prime(from)];
    const d = inverse(E, (p - 1n) * (q - 1n));
    const parts = { n: p * q, e: E, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
    const jwk = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, base64url(value)]));
    return { n: p * q, key: crypto.createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' }) };
  });
  const keys = pairs.map(({ n }) => ({ n, e: E }));
  const keyset = { id: keysetId(nodeCrypto, keys), keys };
  const id = toHex(keyset.id);
  return {
    keyset,
    coupon(exponent, by = from) {
      const serial = by.bytes(32);
      const { key } = pairs[exponent] as (typeof pairs)[number];
      const padding = crypto.constants.RSA_PKCS1_PSS_PADDING;
      const signature = crypto.sign('sha384', serial, { key, padding, saltLength: 0 });
      return { keyset: id, exponent, serial: toHex(serial), signature: new Uint8Array(signature) };
    },
  };
}

export interface SeededBatch extends Batch {
  /** Type byte and Ed25519 public key, hex, as the ledger tells it. */
  readonly key: string;
}

export function seededBatch(from: Chance): SeededBatch {
  const seed = from.bytes(32);
  const key = nodeCrypto.ed25519Public(seed);
  return {
    key: `01${toHex(key)}`,
    id: nodeCrypto.sha256(key).slice(0, 8),
    sign: (message) => nodeCrypto.ed25519Sign(seed, message),
  };
}
