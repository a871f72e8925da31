/**
 * EMSA-PSS encoding, RFC 8017 §9.1.1, with SHA-384, MGF1-SHA-384 (§B.2.1) and an empty salt: the encoding RFC 9474
 * names PSSZERO. Without a salt it is a function of the message, so verifying (§9.1.2) is encoding again and comparing.
 */
import { beBytes, concat } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';

const HASH_BYTES = 48;

/** MGF1 with SHA-384 (RFC 8017 §B.2.1): `length` bytes of mask from a seed. */
function mgf1(crypto: CryptoPort, seed: Uint8Array, length: number): Uint8Array {
  const mask = new Uint8Array(length);
  for (let at = 0, counter = 0; at < length; at += HASH_BYTES, counter++) {
    const block = crypto.sha384(concat(seed, beBytes(counter, 4)));
    mask.set(block.subarray(0, Math.min(HASH_BYTES, length - at)), at);
  }
  return mask;
}

/**
 * The encoded message of ⌈emBits / 8⌉ bytes. For an RSA modulus emBits is its length in bits less one. emBits must
 * be at least 8·48 + 9 (step 3); a smaller one is a bug and throws.
 */
export function emsaPssEncode(crypto: CryptoPort, message: Uint8Array, emBits: number): Uint8Array {
  const length = Math.ceil(emBits / 8);
  if (emBits < 8 * HASH_BYTES + 9) throw new Error('modulus too small for SHA-384');
  // Steps 5 and 6: H = Hash(eight zero bytes ‖ mHash ‖ no salt).
  const prefixed = new Uint8Array(8 + HASH_BYTES);
  prefixed.set(crypto.sha384(message), 8);
  const hash = crypto.sha384(prefixed);
  // Steps 7 to 12: DB = zeros ‖ 0x01, masked; EM = maskedDB ‖ H ‖ 0xbc.
  const encoded = new Uint8Array(length);
  const body = length - HASH_BYTES - 1;
  encoded.set(mgf1(crypto, hash, body));
  encoded[body - 1] = (encoded[body - 1] as number) ^ 0x01;
  encoded[0] = (encoded[0] as number) & (0xff >> (8 * length - emBits));
  encoded.set(hash, body);
  encoded[length - 1] = 0xbc;
  return encoded;
}
