/**
 * The one signature a card gives to a purchase, by the key its batch shares: a real card of this batch paid this
 * terminal this amount with these coupons (docs/card-protocol.md, «SPEND»). It does not say which card. With its
 * message it is the purchase's transcript: what a dispute over one of the serials is decided by.
 */
import { ascii, beBytes, beNumber, concat } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { COUPONS_PER_PURCHASE } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { couponHead, type WireCoupon } from './coupon-wire.ts';
import { type Suite, suiteOf } from './suite.ts';

export const PURCHASE_ID_BYTES = 16;
export const BATCH_ID_BYTES = 8;
const HEAD_BYTES = 35;
const DOMAIN = ascii('timecard/spend');

/** What the terminal asks of a card. The three stay together for the life of a purchase: the same id always with the same amount and day. */
export interface Purchase {
  /** 16 random bytes. */
  readonly id: Uint8Array;
  /** 1 to 65 535 minutes. */
  readonly amountMinutes: number;
  /** Days since 1970-01-01. */
  readonly day: number;
}

/** First 8 bytes of SHA-256(batch public key). */
export function batchId(crypto: CryptoPort, batchKey: Uint8Array): Uint8Array {
  return crypto.sha256(batchKey).slice(0, BATCH_ID_BYTES);
}

/** The signed message. `pin`: the PIN for paying was given in the session in which the card chose the coupons. */
export function spendMessage(
  suite: Suite,
  terminalKey: Uint8Array,
  purchase: Purchase,
  pin: boolean,
  coupons: readonly WireCoupon[],
): Uint8Array {
  return concat(
    DOMAIN,
    Uint8Array.of(suite.id),
    terminalKey,
    purchase.id,
    beBytes(purchase.amountMinutes, 2),
    Uint8Array.of(pin ? 1 : 0),
    beBytes(purchase.day, 2),
    ...coupons.map(couponHead),
  );
}

/** A transcript: batch id 8 ‖ signature ‖ message. Its length: `transcriptBytes`. */
export function encodeTranscript(batch: Uint8Array, signature: Uint8Array, message: Uint8Array): Uint8Array {
  return concat(batch, signature, message);
}

/** A transcript's length in bytes. */
export function transcriptBytes(suite: Suite, coupons: number): number {
  return (
    BATCH_ID_BYTES +
    suite.signatureBytes +
    DOMAIN.length +
    1 +
    suite.publicKeyBytes +
    PURCHASE_ID_BYTES +
    5 +
    coupons * HEAD_BYTES
  );
}

export interface CouponHead {
  readonly keysetPrefix: Uint8Array;
  readonly exponent: number;
  readonly serial: Uint8Array;
}

export interface Transcript {
  readonly suite: Suite;
  readonly batchId: Uint8Array;
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
  readonly terminalKey: Uint8Array;
  readonly purchase: Purchase;
  readonly pin: boolean;
  readonly coupons: readonly CouponHead[];
}

/** Splits a transcript of a suite; its signature is `verifyAttestation`'s. Anything that `encodeTranscript` cannot write is `wrong_transcript`. */
export function parseTranscript(suite: Suite, bytes: Uint8Array): Result<Transcript, 'wrong_transcript'> {
  const count = (bytes.length - transcriptBytes(suite, 0)) / HEAD_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > COUPONS_PER_PURCHASE)
    return refuse('wrong_transcript');
  let at = 0;
  const take = (length: number) => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const batch = take(BATCH_ID_BYTES);
  const signature = take(suite.signatureBytes);
  const message = bytes.slice(at);
  const domain = take(DOMAIN.length);
  const suiteByte = take(1)[0] as number;
  const terminalKey = take(suite.publicKeyBytes);
  const id = take(PURCHASE_ID_BYTES);
  const amountMinutes = beNumber(take(2));
  const pin = take(1)[0] as number;
  const day = beNumber(take(2));
  if (domain.join() !== DOMAIN.join() || suiteOf(suiteByte) !== suite || pin > 1)
    return refuse('wrong_transcript');
  const coupons: CouponHead[] = [];
  for (let i = 0; i < count; i++)
    coupons.push({ keysetPrefix: take(2), exponent: take(1)[0] as number, serial: take(32) });
  return ok({
    suite,
    batchId: batch,
    signature,
    message,
    terminalKey,
    purchase: { id, amountMinutes, day },
    pin: pin === 1,
    coupons,
  });
}

/**
 * The PIN flag under which the batch's key signed this purchase, or undefined when it signed neither. A card repeats
 * the signature of the first answer, so after a torn tap the flag may not be this session's: `expected` is tried first.
 */
export function verifyAttestation(
  crypto: CryptoPort,
  suite: Suite,
  batchKey: Uint8Array,
  input: {
    readonly terminalKey: Uint8Array;
    readonly purchase: Purchase;
    readonly coupons: readonly WireCoupon[];
    readonly signature: Uint8Array;
    readonly expected: boolean;
  },
): { readonly pin: boolean; readonly message: Uint8Array } | undefined {
  for (const pin of [input.expected, !input.expected]) {
    const message = spendMessage(suite, input.terminalKey, input.purchase, pin, input.coupons);
    if (suite.verify(crypto, batchKey, message, input.signature)) return { pin, message };
  }
  return undefined;
}
