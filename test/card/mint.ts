/** Coupons, batches and a till for the card's tests, made with node:crypto alone. */
import * as crypto from 'node:crypto';
import { nodeCrypto } from '../../crypto/node.ts';
import type { Trust } from '../../main/card-session.ts';
import { equal } from '../../src/bytes.ts';
import { type Keyset, keysetId } from '../../src/coupons/keyset.ts';

export interface Mint {
  readonly keyset: Keyset;
  /** A coupon on the card's wire: keyset 2 ‖ exponent 1 ‖ serial 32 ‖ signature 256. */
  coupon(exponent: number): Buffer;
  /** m^d mod n: the office's answer to a blinded serial. */
  blindSign(exponent: number, blinded: Uint8Array): Uint8Array;
}

/** An office with nine fresh RSA keys: about half a second. */
export function createMint(): Mint {
  const pairs = Array.from({ length: 9 }, () => crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const keys = pairs.map(({ publicKey }) => ({
    n: BigInt(
      `0x${Buffer.from(publicKey.export({ format: 'jwk' }).n as string, 'base64url').toString('hex')}`,
    ),
    e: 65_537n,
  }));
  const keyset = { id: keysetId(nodeCrypto, keys), keys };
  return {
    keyset,
    blindSign(exponent, blinded) {
      const key = (pairs[exponent] as (typeof pairs)[number]).privateKey;
      const padding = crypto.constants.RSA_NO_PADDING;
      return Uint8Array.from(crypto.privateDecrypt({ key, padding }, blinded));
    },
    coupon(exponent) {
      const serial = crypto.randomBytes(32);
      const key = (pairs[exponent] as (typeof pairs)[number]).privateKey;
      const padding = crypto.constants.RSA_PKCS1_PSS_PADDING;
      const signature = crypto.sign('sha384', serial, { key, padding, saltLength: 0 });
      return Buffer.concat([keyset.id.subarray(0, 2), Buffer.from([exponent]), serial, signature]);
    },
  };
}

export interface Batch {
  readonly key: Buffer;
  readonly id: Buffer;
  sign(message: Uint8Array): Buffer;
}

export function createBatch(): Batch {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  const id = crypto.createHash('sha256').update(key).digest().subarray(0, 8);
  return { key, id, sign: (message) => crypto.sign(null, message, privateKey) };
}

export function trustIn(keysets: readonly Keyset[], batches: readonly Batch[]): Trust {
  return {
    keysets: { find: (prefix) => keysets.filter((keyset) => equal(keyset.id.subarray(0, 2), prefix)) },
    batches: { find: (id) => batches.find((batch) => equal(batch.id, id))?.key },
  };
}
