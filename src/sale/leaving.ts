/**
 * What a closed crowd has to say to the ledger, and when: announcement, redemption, hand-over and aborts, each at its own random
 * time. Redemption and hand-over hold exactly the same sales; coupons lie in order of keyset and serial, goods in order of
 * type, serials of aborts in their own order, so no list tells who came first. The terminal's outbox and the measurement of
 * privacy use this one rule. Not here: signing, storing, sending (`main/outbox.ts`), when a crowd is closed (`crowd.ts`).
 */
import type { CryptoPort } from '../crypto-port.ts';
import { couponsDigest, sortCoupons } from '../economy/coupon-verdict.ts';
import { transactionId } from '../economy/envelope.ts';
import type { Abort, Announce, HandOver, Id, Redeem, RedeemedCoupon } from '../economy/transaction.ts';
import { encodeBody } from '../economy/wire.ts';
import { type CrowdPolicy, type CrowdTotals, randomDelay } from './crowd.ts';

/** A closed crowd. The order of its lists says nothing and does not matter. */
export interface ClosedCrowd {
  readonly totals: CrowdTotals;
  readonly coupons: readonly RedeemedCoupon[];
  readonly abortedSerials: readonly Id[];
}

/** One transaction on its way. */
export interface Leaving {
  readonly transaction: Announce | Redeem | HandOver | Abort;
  /** The transaction's id. */
  readonly id: Id;
  /** Seconds since 1970: it leaves no earlier. */
  readonly dueAt: number;
  /** A transaction that the ledger must have taken before. */
  readonly after: Id | null;
}

export interface LeavingFrom {
  readonly chain: string;
  readonly outlet: Id;
  /** `length` random bytes, for nonces and times. */
  random(length: number): Uint8Array;
  /** Eight random bytes, hex. */
  nonce(): string;
}

/** In this order, as far as there is something to say: announcement, redemption, hand-over, abort. `now`: seconds since 1970. */
export function leave(
  crypto: CryptoPort,
  from: LeavingFrom,
  crowd: ClosedCrowd,
  policy: CrowdPolicy,
  now: number,
): readonly Leaving[] {
  const { chain, outlet } = from;
  const out: Leaving[] = [];
  const later = () => now + randomDelay(policy, from.random(4));
  const say = (transaction: Leaving['transaction'], dueAt: number, after: Id | null): Id => {
    const id = transactionId(crypto, encodeBody(transaction));
    out.push({ transaction, id, dueAt, after });
    return id;
  };
  if (crowd.coupons.length > 0) {
    const coupons = sortCoupons(crowd.coupons);
    const digest = couponsDigest(crypto, coupons);
    const announceAt = later();
    const announcement = say(
      { kind: 'announce', chain, nonce: from.nonce(), outlet, digest },
      announceAt,
      null,
    );
    say(
      { kind: 'redeem', chain, outlet, announcement, coupons },
      Math.max(announceAt, later()),
      announcement,
    );
  }
  const goods = Object.entries(crowd.totals.goods)
    .map(([type, amount]) => ({ type, amount }))
    .sort((a, b) => (a.type < b.type ? -1 : 1));
  if (goods.length > 0) {
    const { charged, sales } = crowd.totals;
    say({ kind: 'hand_over', chain, nonce: from.nonce(), outlet, goods, charged, sales }, later(), null);
  }
  if (crowd.abortedSerials.length > 0) {
    const serials = crowd.abortedSerials.toSorted();
    say({ kind: 'abort', chain, nonce: from.nonce(), outlet, serials }, later(), null);
  }
  return out;
}
