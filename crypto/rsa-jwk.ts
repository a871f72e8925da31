/** RSA keys between the port's numbers and JWK (RFC 7518 §6.3), the form in which node:crypto makes a plain rsaEncryption key. */
import type { JsonWebKey } from 'node:crypto';
import { beBytes, beInt } from '../src/bytes.ts';
import { inverseMod } from '../src/coupons/modular.ts';
import type { RsaPrivateKey, RsaPublicKey } from '../src/crypto-port.ts';

/** Base64url of the minimal big-endian bytes of a positive integer (RFC 7518 §2, Base64urlUInt). */
function uint(value: bigint): string {
  const length = Math.ceil(value.toString(16).length / 2);
  return Buffer.from(beBytes(value, length)).toString('base64url');
}

function number(text: string | undefined): bigint {
  if (text === undefined) throw new Error('JWK without a number');
  return beInt(Buffer.from(text, 'base64url'));
}

export function publicJwk(key: RsaPublicKey): JsonWebKey {
  return { kty: 'RSA', n: uint(key.n), e: uint(key.e) };
}

/** The private form with its CRT parts (RFC 8017 §3.2): dp, dq and qi are worked out from d, p and q. */
export function privateJwk(key: RsaPrivateKey): JsonWebKey {
  const qi = inverseMod(key.q % key.p, key.p);
  if (qi === undefined) throw new Error('p and q are not coprime');
  return {
    ...publicJwk(key),
    d: uint(key.d),
    p: uint(key.p),
    q: uint(key.q),
    dp: uint(key.d % (key.p - 1n)),
    dq: uint(key.d % (key.q - 1n)),
    qi: uint(qi),
  };
}

export function privateKeyOfJwk(jwk: JsonWebKey): RsaPrivateKey {
  return { n: number(jwk.n), e: number(jwk.e), d: number(jwk.d), p: number(jwk.p), q: number(jwk.q) };
}
