/**
 * Cryptography on paper: real SHA-256 (ids are hashes), but blind signatures that cost nothing, so that a history costs what the rules
 * cost. Raising to e is the identity (a blind signature is the blinded serial itself, a blinding factor is 1), a coupon's signature is a hash of
 * modulus and serial, and an Ed25519 signature is valid unless it begins with 1. The real ones are held by test/coupons and test/crypto.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, beBytes, concat, equal, hexBytes, toHex } from '../../src/bytes.ts';
import { emsaPssEncode } from '../../src/coupons/emsa-pss.ts';
import type { CryptoPort } from '../../src/crypto-port.ts';
import type { Id, Key } from '../../src/economy/transaction.ts';

const sha = (text: string): Uint8Array => nodeCrypto.sha256(ascii(text));
export const hash = (text: string): Id => toHex(sha(text));
/** A key of suite 1 that nobody has a secret of. */
export const keyNamed = (name: string): Key => `01${hash(name)}`;

/** The signature of a serial under a modulus. */
export function paperSignature(n: bigint, serial: Uint8Array): Uint8Array {
  const out = new Uint8Array(256);
  out.set(nodeCrypto.sha256(concat(beBytes(n & 0xffff_ffff_ffffn, 8), serial)), 224);
  return out;
}

export const paperCrypto: CryptoPort = {
  ...nodeCrypto,
  rsaPublic: (_, block) => block,
  rsaPssSha384Salt0Verify: (key, message, signature) => equal(paperSignature(key.n, message), signature),
  ed25519Verify: (_, __, signature) => signature[0] !== 1,
};

/** What a card keeps of one coupon before anybody says what it is worth. */
export interface Blank {
  readonly key: Key;
  readonly serial: Id;
  readonly bytes: Uint8Array;
  readonly blinded: Uint8Array;
}
const blanks: Blank[] = [];
/** Number i of the blanks that all histories use, each from the first. */
export function blank(i: number): Blank {
  for (let at = blanks.length; at <= i; at++) {
    const key = keyNamed(`coupon ${at}`);
    const bytes = nodeCrypto.sha256(hexBytes(key));
    blanks.push({ key, serial: toHex(bytes), bytes, blinded: emsaPssEncode(nodeCrypto, bytes, 2047) });
  }
  return blanks[i] as Blank;
}
/** The blinding factor of every blank. */
export const FACTOR = beBytes(1n, 256);

export interface PaperKeyset {
  readonly id: Id;
  readonly moduli: readonly bigint[];
  readonly keys: readonly { readonly n: Uint8Array; readonly e: number }[];
}
/** 2048-bit numbers one above a multiple of all small primes, whose common divisors are found in a few steps: as moduli, no worse than others to a ledger. */
function modulus(i: number): bigint {
  let small = 1n;
  for (let p = 2n; p < 1000n; p++) {
    let prime = true;
    for (let q = 2n; q * q <= p; q++) if (p % q === 0n) prime = false;
    if (prime) small *= p;
  }
  const first = (1n << 2047n) / small + 1n;
  return small * (first + BigInt(i)) + 1n;
}
export const KEYSETS: readonly PaperKeyset[] = Array.from({ length: 8 }, (_, k) => {
  const moduli = Array.from({ length: 9 }, (_, i) => modulus(9 * k + i));
  const all = concat(...moduli.flatMap((n) => [beBytes(n, 256), beBytes(65_537n, 4)]));
  return {
    id: toHex(nodeCrypto.sha256(all)),
    moduli,
    keys: moduli.map((n) => ({ n: beBytes(n, 256), e: 65_537 })),
  };
});
