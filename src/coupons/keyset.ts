/**
 * Keysets: a coupon office's nine RSA public keys, one for each denomination, and the name they go by. The id is the hash of
 * the keys, so a keyset made for one person is another keyset, and not on the ledger. A keyset is checked once,
 * when it is registered or learnt; coupons are then verified against keys that passed.
 * Not here: which keyset is live, until when, and who runs the office (ledger rules).
 */
import { beBytes, beInt, concat } from '../bytes.ts';
import type { CryptoPort, RsaPublicKey } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import { DENOMINATIONS } from './denominations.ts';
import { gcd } from './modular.ts';

/** Bits and bytes of a coupon key's modulus, and of a coupon's signature. */
export const MODULUS_BITS = 2048;
export const MODULUS_BYTES = 256;
/**
 * The one public exponent (F4). It is prime: an office whose p − 1 it divides could sign one message in 65537 and no other,
 * which `finalize` notices, so no key can tell holders apart by what it signs.
 */
export const PUBLIC_EXPONENT = 65_537n;

export interface Keyset {
  /** SHA-256 of the keys, 32 bytes: see `keysetId`. */
  readonly id: Uint8Array;
  /** The key of 2^i minutes at index i, 0 … 8. */
  readonly keys: readonly RsaPublicKey[];
}

/**
 * Why a keyset is refused, in the order of the checks.
 * `wrong_count`: not nine keys. `wrong_exponent`: e ≠ 65537. `wrong_size`: n has not exactly 2048 bits.
 * `small_factor`: n is divisible by a prime below 1 000 (2 included). `shared_factor`: two moduli have a common divisor,
 * the same key twice included.
 */
export type KeysetRefusal =
  | 'wrong_count'
  | 'wrong_exponent'
  | 'wrong_size'
  | 'small_factor'
  | 'shared_factor';

const SMALL_PRIMES_PRODUCT = ((): bigint => {
  let product = 1n;
  const primes: number[] = [];
  for (let candidate = 2; candidate < 1_000; candidate++)
    if (primes.every((prime) => candidate % prime !== 0)) {
      primes.push(candidate);
      product *= BigInt(candidate);
    }
  return product;
})();

/** SHA-256 over, for each key in the order of its exponent, n in 256 big-endian bytes ‖ e in 4. Keys of another size are a bug and throw. */
export function keysetId(crypto: CryptoPort, keys: readonly RsaPublicKey[]): Uint8Array {
  return crypto.sha256(concat(...keys.flatMap((key) => [beBytes(key.n, MODULUS_BYTES), beBytes(key.e, 4)])));
}

/** The big-endian modulus bytes of a key, as transactions and cards carry them: 256. */
export function modulusOf(key: RsaPublicKey): Uint8Array {
  return beBytes(key.n, MODULUS_BYTES);
}

/** A keyset from a stranger's keys: nine, in the order of their exponents, `n` big-endian without leading zeros. */
export function checkKeyset(
  crypto: CryptoPort,
  keys: readonly { readonly n: Uint8Array; readonly e: bigint | number }[],
): Result<Keyset, KeysetRefusal> {
  if (keys.length !== DENOMINATIONS) return refuse('wrong_count', `${keys.length} keys`);
  const checked: RsaPublicKey[] = [];
  for (const [exponent, { n, e }] of keys.entries())
    if (e !== 65_537 && e !== PUBLIC_EXPONENT) return refuse('wrong_exponent', `key ${exponent}`);
    else if (n.length !== MODULUS_BYTES || 0x80 > (n[0] as number))
      return refuse('wrong_size', `key ${exponent}`);
    else checked.push({ n: beInt(n), e: PUBLIC_EXPONENT });
  for (const [exponent, key] of checked.entries())
    if (gcd(key.n, SMALL_PRIMES_PRODUCT) !== 1n) return refuse('small_factor', `key ${exponent}`);
  // One gcd a key with the product of those before it, instead of one a pair.
  let product = 1n;
  for (const [exponent, { n }] of checked.entries()) {
    if (gcd(n, product % n) !== 1n) return refuse('shared_factor', `key ${exponent}`);
    product *= n;
  }
  return ok({ id: keysetId(crypto, checked), keys: checked });
}
