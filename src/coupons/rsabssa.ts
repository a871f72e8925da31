/**
 * Blind signatures by RFC 9474, variant RSABSSA-SHA384-PSSZERO-Deterministic (§5): blind → blind-sign → finalize → verify.
 * Prepare is the identity (§4.1), so a message must have enough entropy of its own; a coupon's serial has.
 * Any modulus size; `keyset.ts` holds coupons to 2048 bits. Randomness is handed in: the holder derives its blinding
 * factors from the seed, so that a lost load can be finished later.
 * Not here: what a message is (`coupon.ts`), where factors come from.
 */
import { beBytes, beInt, equal } from '../bytes.ts';
import type { CryptoPort, RsaPrivateKey, RsaPublicKey } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import { emsaPssEncode } from './emsa-pss.ts';
import { bitLength, gcd, inverses } from './modular.ts';

/** What goes to the office, and what the holder keeps to unblind its answer. */
export interface Blinded {
  /** The blinded message, as long as the modulus. */
  readonly blinded: Uint8Array;
  /** The inverse of the blinding factor modulo n. */
  readonly inverse: bigint;
}

/** One message of a load with the key that is to sign it. */
export interface BlindItem {
  readonly key: RsaPublicKey;
  readonly message: Uint8Array;
  /** 1 ≤ factor < n, uniform: see `blindingFactor`. */
  readonly factor: bigint;
}

/** `invalid_input`: an encoded message shares a factor with n. `blinding_error`: a factor is 0, not below n, or has no inverse (RFC 9474 §4.2). */
export type BlindRefusal = 'invalid_input' | 'blinding_error';

/**
 * A blinding factor from derived bytes: the integer they spell, reduced modulo n. At least 256 bits more than n has
 * (2 304 for a coupon) keep the result within 2^-256 of uniform; fewer are a bug and throw.
 */
export function blindingFactor(bytes: Uint8Array, n: bigint): bigint {
  if (8 * bytes.length < bitLength(n) + 256) throw new Error('too few bytes for a blinding factor');
  return beInt(bytes) % n;
}

/** Blinds messages for one key, with one inversion for all of them (RFC 9474 §4.2). `factors` has one for each message. */
export function blind(
  crypto: CryptoPort,
  key: RsaPublicKey,
  messages: readonly Uint8Array[],
  factors: readonly bigint[],
): Result<Blinded[], BlindRefusal> {
  if (messages.length !== factors.length) throw new Error('one factor for each message');
  const { n } = key;
  const bits = bitLength(n);
  const length = Math.ceil(bits / 8);
  // Steps 1 to 3, and the range of step 6.
  if (factors.some((factor) => factor < 1n || factor >= n)) return refuse('blinding_error');
  const encoded = messages.map((message) => beInt(emsaPssEncode(crypto, message, bits - 1)));
  // Steps 4, 5, 7 and 8 for all at once; which of them failed is only asked when one did.
  const inverse = inverses(factors, encoded, n);
  if (inverse === undefined)
    return refuse(encoded.some((m) => gcd(m, n) !== 1n) ? 'invalid_input' : 'blinding_error');
  // Steps 9 to 12: z = m · r^e mod n.
  return ok(
    encoded.map((m, i) => {
      const x = beInt(crypto.rsaPublic(key, beBytes(factors[i] as bigint, length)));
      return { blinded: beBytes((m * x) % n, length), inverse: inverse[i] as bigint };
    }),
  );
}

/** Blinds a load whose messages are for several keys: one inversion a key; answers in the order of the items. Keys are told apart by identity. */
export function blindLoad(crypto: CryptoPort, items: readonly BlindItem[]): Result<Blinded[], BlindRefusal> {
  const places = new Map<RsaPublicKey, number[]>();
  items.forEach((item, place) => {
    const found = places.get(item.key);
    if (found === undefined) places.set(item.key, [place]);
    else found.push(place);
  });
  const out = new Array<Blinded>(items.length);
  for (const [key, group] of places) {
    const members = group.map((place) => items[place] as BlindItem);
    const done = blind(
      crypto,
      key,
      members.map((item) => item.message),
      members.map((item) => item.factor),
    );
    if (!done.ok) return done;
    group.forEach((place, i) => {
      out[place] = done.value[i] as Blinded;
    });
  }
  return ok(out);
}

/** Whether a block is an integer below n, in exactly n's length. Shifts and one word decide almost always: this runs before each verification. */
function inRange(key: RsaPublicKey, block: Uint8Array): 'unexpected_input_size' | 'out_of_range' | undefined {
  const bits = 8 * block.length;
  if (bits < 64 || key.n >> BigInt(bits) !== 0n || key.n >> BigInt(bits - 8) === 0n)
    return 'unexpected_input_size';
  const head = beInt(block.subarray(0, 8));
  const headOfN = key.n >> BigInt(bits - 64);
  return head < headOfN || (head === headOfN && beInt(block) < key.n) ? undefined : 'out_of_range';
}

/**
 * The office's signature of a blinded message (RFC 9474 §4.3), re-verified before it leaves: a fault in the private
 * operation would give the key away (Boneh, DeMillo, Lipton 1997). Deterministic, hence idempotent.
 * Refuses `unexpected_input_size`, `out_of_range` (not below n), `signing_failure` (the check failed; nothing leaves).
 */
export function blindSign(
  crypto: CryptoPort,
  key: RsaPrivateKey,
  blinded: Uint8Array,
): Result<Uint8Array, 'unexpected_input_size' | 'out_of_range' | 'signing_failure'> {
  const wrong = inRange(key, blinded);
  if (wrong !== undefined) return refuse(wrong);
  const signature = crypto.rsaPrivate(key, blinded);
  return equal(crypto.rsaPublic(key, signature), blinded) ? ok(signature) : refuse('signing_failure');
}

/** Whether a blind signature is the office's for this blinded message: s^e ≡ blinded (mod n). Needs no secret; the ledger checks an issue with it. */
export function checkBlindSignature(
  crypto: CryptoPort,
  key: RsaPublicKey,
  blinded: Uint8Array,
  signature: Uint8Array,
): boolean {
  return (
    inRange(key, blinded) === undefined &&
    inRange(key, signature) === undefined &&
    equal(crypto.rsaPublic(key, signature), blinded)
  );
}

/** Whether a blinded message is this message blinded with this factor: m · r^e ≡ blinded (mod n). What a holder shows to prove where a coupon comes from. */
export function checkBlinding(
  crypto: CryptoPort,
  key: RsaPublicKey,
  message: Uint8Array,
  factor: bigint,
  blinded: Uint8Array,
): boolean {
  const { n } = key;
  if (inRange(key, blinded) !== undefined || factor < 1n || factor >= n) return false;
  const m = beInt(emsaPssEncode(crypto, message, bitLength(n) - 1));
  const x = beInt(crypto.rsaPublic(key, beBytes(factor, blinded.length)));
  return (m * x) % n === beInt(blinded);
}

/**
 * The signature of the message itself, from the office's blind one (RFC 9474 §4.4), verified.
 * Refuses `unexpected_input_size`, `out_of_range` and `invalid_signature`.
 */
export function finalize(
  crypto: CryptoPort,
  key: RsaPublicKey,
  message: Uint8Array,
  blindSignature: Uint8Array,
  inverse: bigint,
): Result<Uint8Array, 'unexpected_input_size' | 'out_of_range' | 'invalid_signature'> {
  const wrong = inRange(key, blindSignature);
  if (wrong !== undefined) return refuse(wrong);
  const signature = beBytes((beInt(blindSignature) * inverse) % key.n, blindSignature.length);
  return crypto.rsaPssSha384Salt0Verify(key, message, signature)
    ? ok(signature)
    : refuse('invalid_signature');
}

/**
 * Whether a signature is valid for a message under a key (RFC 9474 §4.5): RSASSA-PSS, hence anyone can verify. Its length and
 * range are the port's to look at.
 */
export function verify(
  crypto: CryptoPort,
  key: RsaPublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return crypto.rsaPssSha384Salt0Verify(key, message, signature);
}
