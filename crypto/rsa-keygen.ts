/**
 * RSA keys of a coupon office: made here, kept as JSON in its key files. Every number is lower-case hexadecimal without a
 * leading zero. Not here: where the file lies and who may read it.
 */
import { generateKeyPairSync } from 'node:crypto';
import { bitLength, gcd } from '../src/coupons/modular.ts';
import type { RsaPrivateKey } from '../src/crypto-port.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { privateKeyOfJwk } from './rsa-jwk.ts';

/** An RSA private key in a key file. */
export interface RsaPrivateKeyJson {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly d: string;
  readonly p: string;
  readonly q: string;
}

/** A fresh RSA private key with e = 65537; 2048 bits unless told. Takes about 50 ms. */
export function generateRsaKey(bits = 2048): RsaPrivateKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: 65_537 });
  return privateKeyOfJwk(privateKey.export({ format: 'jwk' }));
}

export function rsaPrivateKeyToJson(key: RsaPrivateKey): RsaPrivateKeyJson {
  const hex = (value: bigint): string => value.toString(16);
  return { kty: 'RSA', n: hex(key.n), e: hex(key.e), d: hex(key.d), p: hex(key.p), q: hex(key.q) };
}

/**
 * The key of a parsed key file. Refuses `malformed` (not this shape) and `inconsistent` (p·q ≠ n, or d does not undo e
 * modulo p − 1 and q − 1): a key that signs wrongly must not get as far as signing.
 */
export function rsaPrivateKeyFromJson(json: unknown): Result<RsaPrivateKey, 'malformed' | 'inconsistent'> {
  if (typeof json !== 'object' || json === null) return refuse('malformed');
  const fields = json as Readonly<Record<string, unknown>>;
  if (fields.kty !== 'RSA') return refuse('malformed', 'kty');
  const numbers: bigint[] = [];
  for (const name of ['n', 'e', 'd', 'p', 'q']) {
    const text = fields[name];
    if (typeof text !== 'string' || !/^[1-9a-f][0-9a-f]{0,2047}$/.test(text))
      return refuse('malformed', name);
    numbers.push(BigInt(`0x${text}`));
  }
  const [n, e, d, p, q] = numbers as [bigint, bigint, bigint, bigint, bigint];
  const undoes = (prime: bigint): boolean => prime > 1n && (e * d) % (prime - 1n) === 1n;
  if (p * q !== n || !undoes(p) || !undoes(q) || gcd(p, q) !== 1n || bitLength(n) < 1024)
    return refuse('inconsistent');
  return ok({ n, e, d, p, q });
}
