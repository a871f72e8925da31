/**
 * Redemption (paper §6.5 «appropriation transaction», in its private form): an outlet announces the digest of a batch of
 * coupons, then shows it. A batch names no times, no sales and no wallets. A coupon is never paid to anyone, only deleted: its
 * minutes move O → Z, from the office's obligations to the outlet's clearing. It belongs to the oldest announcement that
 * shows it, so whoever copies a batch on its way gains nothing; if it arrives later, coupon and clearing move to it.
 * `abort` publishes serials of purchases that an outlet gave up; from then on they can only be refreshed.
 * Not here: verifying signatures (`coupon-verdict.ts`), goods and charges (`hand-over.ts`), refreshing.
 */
import { DENOMINATION_EXPONENTS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { fromMinutes } from '../units/micro-minutes.ts';
import { moveClearing } from './accounts.ts';
import { couponOrder, couponsDigest, NOT_LOOKED, VALID, verifyCouponSignature } from './coupon-verdict.ts';
import { couponKeys } from './office.ts';
import { outletSigner } from './outlet.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { AnnouncementRow, KeysetRow, SerialRow, State } from './state.ts';
import type { Abort, Announce, Id, Redeem, RedeemedCoupon } from './transaction.ts';
import { subsystemOf, weakTrust } from './who.ts';

/** Refuses `already_announced`: this outlet announced this digest before. Another's announcement of it is in nobody's way. */
export const announceRule: Rule<Announce, null> = {
  kind: 'announce',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'announce', offered),
  check({ state }, { outlet, digest }): Result<null, Refusal> {
    return state.announced.has(`${outlet}/${digest}`) ? refuse('already_announced') : ok(null);
  },
  apply(context: Context, { outlet, digest }): void {
    const { state, id } = context;
    state.announcements.set(id, { outlet, digest, ordinal: state.announcements.size });
    state.announced.set(`${outlet}/${digest}`, id);
    context.emit({ kind: 'announced', announcement: id, outlet });
  },
};

/** What one redemption does to one keyset. */
interface KeysetUse {
  readonly row: KeysetRow;
  readonly trusted: boolean;
  /** Redeemed by exponent, this redemption's coupons so far included. */
  readonly redeemed: number[];
}

interface RedeemPlan {
  readonly announcement: AnnouncementRow;
  readonly minutes: number;
  readonly taken: readonly RedeemedCoupon[];
  /** Those of `taken` that leave another announcement, with the outlet that loses them. */
  readonly moved: readonly { readonly coupon: RedeemedCoupon; readonly from: Id }[];
  readonly skipped: readonly { readonly serial: Id; readonly refusal: Refusal }[];
  readonly keysets: ReadonlyMap<Id, KeysetUse>;
}

/**
 * The outlet that loses a spent coupon to `older`, or undefined when the coupon stays: it was spent as something else, or
 * its announcement is not younger, or that outlet is in another subsystem.
 */
function losesTo(state: State, older: AnnouncementRow, coupon: RedeemedCoupon, row: SerialRow) {
  const holder = state.announcements.get(row.by);
  if (holder === undefined || holder.ordinal <= older.ordinal) return undefined;
  if (row.keyset !== coupon.keyset || row.exponent !== coupon.exponent) return undefined;
  return weakTrust(state, holder.outlet, older.outlet) ? holder.outlet : undefined;
}

/** Goes through the coupons one by one; each stands alone. */
function weigh(context: Context, { outlet, coupons }: Redeem, announcement: AnnouncementRow): RedeemPlan {
  const { state, crypto, couponVerdicts } = context;
  const subsystem = subsystemOf(state, outlet);
  const keysets = new Map<Id, KeysetUse | undefined>();
  const keysetUse = (keyset: Id): KeysetUse | undefined => {
    if (keysets.has(keyset)) return keysets.get(keyset);
    const row = state.keysets.get(keyset);
    const entry = row && {
      row,
      trusted: subsystemOf(state, row.office) === subsystem,
      redeemed: [...row.redeemed],
    };
    keysets.set(keyset, entry);
    return entry;
  };
  const taken: RedeemedCoupon[] = [];
  const moved: { coupon: RedeemedCoupon; from: Id }[] = [];
  const skipped: { serial: Id; refusal: Refusal }[] = [];
  // A serial is seen once whatever its keyset: with one keyset the order excludes a second, with several it must be asked.
  const severalKeysets = coupons[0]?.keyset !== coupons[coupons.length - 1]?.keyset;
  const here = new Set<Id>();
  let minutes = 0;

  const verdict = (coupon: RedeemedCoupon, i: number): Refusal | undefined => {
    const entry = keysetUse(coupon.keyset);
    if (entry === undefined) return 'unknown_keyset';
    if (!entry.trusted) return 'no_trust';
    const row = state.serials.get(coupon.serial);
    const from = row?.state === 'spent' ? losesTo(state, announcement, coupon, row) : undefined;
    if (here.has(coupon.serial) || (row?.state === 'spent' && from === undefined)) return 'coupon_spent';
    if (row?.state === 'locked') return 'coupon_locked';
    if (row?.state === 'aborted') return 'coupon_aborted';
    const found = couponVerdicts?.[i] ?? NOT_LOOKED;
    const valid =
      found === NOT_LOOKED
        ? verifyCouponSignature(crypto, couponKeys(state, coupon.keyset), coupon)
        : found === VALID;
    if (!valid) return 'coupon_wrong';
    if (from !== undefined) moved.push({ coupon, from });
    else {
      const redeemed = (entry.redeemed[coupon.exponent] ?? 0) + 1;
      if (redeemed > (entry.row.issued[coupon.exponent] ?? 0)) return 'over_redemption';
      entry.redeemed[coupon.exponent] = redeemed;
    }
    return undefined;
  };

  for (const [i, coupon] of coupons.entries()) {
    const refusal = verdict(coupon, i);
    if (refusal !== undefined) {
      skipped.push({ serial: coupon.serial, refusal });
      continue;
    }
    if (severalKeysets) here.add(coupon.serial);
    taken.push(coupon);
    minutes += 2 ** coupon.exponent;
  }
  const known = new Map<Id, KeysetUse>();
  for (const [id, entry] of keysets) if (entry !== undefined) known.set(id, entry);
  return { announcement, minutes, taken, moved, skipped, keysets: known };
}

/**
 * Refuses as a whole: `unknown_announcement` (none, or another outlet's), `already_redeemed`, `digest_differs`, `not_sorted` (a
 * serial twice in one keyset included). Each coupon stands alone; one that is not taken is skipped and named with its reason, in
 * this order: `unknown_keyset`, `no_trust` (the office is not in the outlet's subsystem), `coupon_spent`, `coupon_locked`,
 * `coupon_aborted`, `coupon_wrong` (signature), `over_redemption` (per keyset and denomination redeemed ≤ issued, always: that
 * bounds what an office can forge).
 */
export const redeemRule: Rule<Redeem, RedeemPlan> = {
  kind: 'redeem',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'redeem', offered),
  check(context, redeem): Result<RedeemPlan, Refusal> {
    const { outlet, coupons } = redeem;
    const announcement = context.state.announcements.get(redeem.announcement);
    if (announcement === undefined || announcement.outlet !== outlet) return refuse('unknown_announcement');
    if (announcement.redeem !== undefined) return refuse('already_redeemed');
    if (couponsDigest(context.crypto, coupons) !== announcement.digest) return refuse('digest_differs');
    for (let i = 1; i < coupons.length; i++)
      if (couponOrder(coupons[i - 1] as RedeemedCoupon, coupons[i] as RedeemedCoupon) >= 0)
        return refuse('not_sorted');
    return ok(weigh(context, redeem, announcement));
  },
  apply(context: Context, { outlet, announcement: by }, plan): void {
    const { state, id } = context;
    for (const [keyset, { row, redeemed }] of plan.keysets) state.keysets.set(keyset, { ...row, redeemed });
    // Rows are immutable, so coupons of one denomination share one.
    const rows = new Map<Id, SerialRow[]>();
    for (const { keyset, exponent, serial } of plan.taken) {
      let shared = rows.get(keyset);
      if (shared === undefined) {
        shared = DENOMINATION_EXPONENTS.map((e) => ({ state: 'spent', by, keyset, exponent: e }));
        rows.set(keyset, shared);
      }
      state.serials.set(serial, shared[exponent] as SerialRow);
    }
    moveClearing(context, outlet, fromMinutes(plan.minutes));
    for (const { coupon, from } of plan.moved)
      moveClearing(context, from, -fromMinutes(2 ** coupon.exponent));
    state.announcements.set(by, { ...plan.announcement, redeem: id });
    const moved = plan.moved.map(({ coupon, from }) => ({ serial: coupon.serial, from }));
    context.emit({
      kind: 'redeemed',
      transaction: id,
      outlet,
      minutes: plan.minutes,
      serials: plan.taken.map(({ serial }) => serial),
      skipped: plan.skipped,
      ...(moved.length > 0 ? { moved } : {}),
    });
  },
};

interface AbortPlan {
  readonly fresh: readonly Id[];
  readonly skipped: readonly Id[];
}

/** Serials never seen become `aborted`; what was spent, locked or aborted before stays as it is and is named. Refuses `not_sorted`. */
export const abortRule: Rule<Abort, AbortPlan> = {
  kind: 'abort',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'abort', offered),
  check({ state }, { serials }): Result<AbortPlan, Refusal> {
    if (serials.some((serial, i) => i > 0 && (serials[i - 1] as Id) >= serial)) return refuse('not_sorted');
    return ok({
      fresh: serials.filter((serial) => !state.serials.has(serial)),
      skipped: serials.filter((serial) => state.serials.has(serial)),
    });
  },
  apply(context: Context, { outlet }, { fresh, skipped }): void {
    for (const serial of fresh) context.state.serials.set(serial, { state: 'aborted', by: context.id });
    context.emit({
      kind: 'aborted',
      outlet,
      serials: fresh,
      ...(skipped.length > 0 ? { skipped } : {}),
    });
  },
};
