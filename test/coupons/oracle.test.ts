/** @cloudflare/blindrsa-ts as an oracle for RFC 9474, in both directions: whatever one side makes, the other finishes. */
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { privateJwk, publicJwk } from '../../crypto/rsa-jwk.ts';
import { generateRsaKey } from '../../crypto/rsa-keygen.ts';
import { beBytes, beInt } from '../../src/bytes.ts';
import {
  type Blinded,
  blind,
  blindingFactor,
  blindSign,
  finalize,
  verify,
} from '../../src/coupons/rsabssa.ts';

const suite = RSABSSA.SHA384.PSSZero.Deterministic();
const key = generateRsaKey();
const message = crypto.getRandomValues(new Uint8Array(32));
const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };

let theirPublic: CryptoKey;
let theirPrivate: CryptoKey;

beforeAll(async () => {
  theirPublic = await crypto.subtle.importKey('jwk', publicJwk(key), algorithm, true, ['verify']);
  theirPrivate = await crypto.subtle.importKey('jwk', privateJwk(key), algorithm, true, ['sign']);
});

describe('blindrsa-ts as oracle', () => {
  it('its blind, our sign, its finalize, our verify', async () => {
    const { blindedMsg, inv } = await suite.blind(theirPublic, message);
    const signed = blindSign(nodeCrypto, key, blindedMsg);
    if (!signed.ok) throw new Error(signed.refusal);
    const signature = await suite.finalize(theirPublic, message, signed.value, inv);
    expect(verify(nodeCrypto, key, message, signature)).toBe(true);
    // And our finalize of the same gives the same.
    expect(finalize(nodeCrypto, key, message, signed.value, beInt(inv))).toEqual({
      ok: true,
      value: signature,
    });
  });

  it('our blind, its sign, our finalize, its verify; both sign alike', async () => {
    const factor = blindingFactor(crypto.getRandomValues(new Uint8Array(288)), key.n);
    const made = blind(nodeCrypto, key, [message], [factor]);
    if (!made.ok) throw new Error(made.refusal);
    const { blinded, inverse } = made.value[0] as Blinded;
    const theirs = await suite.blindSign(theirPrivate, blinded);
    expect(blindSign(nodeCrypto, key, blinded)).toEqual({ ok: true, value: theirs });
    const signature = finalize(nodeCrypto, key, message, theirs, inverse);
    if (!signature.ok) throw new Error(signature.refusal);
    expect(await suite.verify(theirPublic, signature.value, message)).toBe(true);
    expect(await suite.finalize(theirPublic, message, theirs, beBytes(inverse, 256))).toEqual(
      signature.value,
    );
  });

  it('both refuse a tampered signature', async () => {
    const made = blind(nodeCrypto, key, [message], [7n]);
    if (!made.ok) throw new Error(made.refusal);
    const signed = blindSign(nodeCrypto, key, made.value[0]?.blinded as Uint8Array);
    if (!signed.ok) throw new Error(signed.refusal);
    const signature = finalize(nodeCrypto, key, message, signed.value, made.value[0]?.inverse as bigint);
    if (!signature.ok) throw new Error(signature.refusal);
    const tampered = signature.value.slice();
    tampered[128] = (tampered[128] as number) ^ 1;
    expect(await suite.verify(theirPublic, tampered, message)).toBe(false);
    expect(verify(nodeCrypto, key, message, tampered)).toBe(false);
  });
});
