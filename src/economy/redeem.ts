/**
 * Redemption (paper §6.5 «appropriation transaction», in its private form): an outlet announces the digest of a batch of
 * coupons, then shows it. A batch names no times, no sales and no wallets. A coupon is never paid to anyone, only deleted: its
 * minutes move O → Z, from the office's obligations to the outlet's clearing. It belongs to the oldest announcement that
 * shows it, so whoever copies a batch on its way gains nothing; if it arrives later, coupon and clearing move to it.
 * `abort` publishes serials of purchases that an outlet gave up; from then on they can only be refreshed.
 * Not here: which coupons are taken (`weigh.ts`), verifying signatures (`coupon-verdict.ts`), goods and charges
 * (`hand-over.ts`), refreshing (`refresh.ts`).
 */
import { couponMinutes } from '../coupons/denominations.ts';
import { DENOMINATION_EXPONENTS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { fromMinutes } from '../units/micro-minutes.ts';
import { moveClearing, post } from './accounts.ts';
import { dayOf } from './calendar.ts';
import { couponOrder, shownDigest } from './coupon-verdict.ts';
import { addDay, windowDay } from './day-sums.ts';
import { useGrace } from './grace.ts';
import { outletSigner } from './outlet.ts';
import { countCoupons, ordinalNow } from './owed.ts';
import { makeVoid } from './refresh.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { AnnouncementRow, KeysetRow, SerialRow, State } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Abort, Announce, Id, Redeem, RedeemedCoupon } from './transaction.ts';
import { type Weighed, weigh } from './weigh.ts';
import { subsystemOf } from './who.ts';

/** Refuses `already_announced`: this outlet announced this digest before. Another's announcement of it is in nobody's way. */
export const announceRule: Rule<Announce, null> = {
  kind: 'announce',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'announce', offered),
  check({ state }, { outlet, digest }): Result<null, Refusal> {
    return state.announced.has(`${outlet}/${digest}`) ? refuse('already_announced') : ok(null);
  },
  apply(context: Context, { outlet, digest }): void {
    const { state, id } = context;
    state.announcements.set(id, { outlet, digest, ordinal: ordinalNow(state) });
    state.announced.set(`${outlet}/${digest}`, id);
    context.emit({ kind: 'announced', announcement: id, outlet });
  },
};

interface RedeemPlan extends Weighed {
  readonly announcement: AnnouncementRow;
}

/**
 * Refuses as a whole: `unknown_announcement` (none, or another outlet's), `already_redeemed`, `digest_differs`, `not_sorted` (a
 * serial twice in one keyset included). Each coupon stands alone; one that is not taken is skipped and named with its reason, in
 * this order: `unknown_keyset`, `no_trust` (the office is not in the outlet's subsystem), `coupon_spent`, `coupon_refreshed`
 * (issued, or fast and older), `coupon_locked` (the serial in another denomination or keyset), `coupon_aborted`, `coupon_wrong`
 * (signature), `grace_used_up`, `over_redemption` (per keyset and denomination never more than was issued: that
 * bounds what an office can forge), `keyset_revoked` (announced after that; the coupon is gone and becomes w).
 */
export const redeemRule: Rule<Redeem, RedeemPlan> = {
  kind: 'redeem',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'redeem', offered),
  check(context, redeem): Result<RedeemPlan, Refusal> {
    const { outlet, coupons } = redeem;
    const announcement = context.state.announcements.get(redeem.announcement);
    if (announcement === undefined || announcement.outlet !== outlet) return refuse('unknown_announcement');
    if (announcement.redeem !== undefined) return refuse('already_redeemed');
    if (shownDigest(context.crypto, context.body, coupons.length) !== announcement.digest)
      return refuse('digest_differs');
    for (let i = 1; i < coupons.length; i++)
      if (couponOrder(coupons[i - 1] as RedeemedCoupon, coupons[i] as RedeemedCoupon) >= 0)
        return refuse('not_sorted');
    return ok({ ...weigh(context, redeem, announcement), announcement });
  },
  apply(context: Context, { outlet, announcement: by }, plan): void {
    const { state, id } = context;
    for (const refresh of plan.voided) makeVoid(context, refresh);
    bookTaken(context, outlet, plan);
    bookWasted(state, plan.wasted);
    setSerials(state, 'spent', by, plan.taken);
    setSerials(state, 'wasted', by, plan.wasted);
    moveClearing(context, outlet, fromMinutes(plan.minutes));
    countRedeemed(context, outlet, plan.minutes);
    for (const { coupon, from } of plan.moved) {
      moveClearing(context, from, -fromMinutes(2 ** coupon.exponent));
      countRedeemed(context, from, -(2 ** coupon.exponent));
    }
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
      ...(plan.wasted.length > 0 ? { wasted: couponMinutes(plan.wasted) } : {}),
    });
  },
};

/** Coupons by keyset. */
function byKeyset(coupons: Iterable<RedeemedCoupon>): ReadonlyMap<Id, readonly RedeemedCoupon[]> {
  const out = new Map<Id, RedeemedCoupon[]>();
  for (const coupon of coupons) {
    const list = out.get(coupon.keyset);
    if (list === undefined) out.set(coupon.keyset, [coupon]);
    else list.push(coupon);
  }
  return out;
}

function without(
  coupons: readonly RedeemedCoupon[],
  gone: ReadonlySet<RedeemedCoupon>,
): readonly RedeemedCoupon[] {
  return gone.size === 0 ? coupons : coupons.filter((coupon) => !gone.has(coupon));
}

/** What is taken leaves O; what others had let become w comes back from there. Moved coupons left O before. */
function bookTaken(context: Context, outlet: Id, { taken, moved, rescued }: RedeemPlan): void {
  const { state } = context;
  const gone = new Set(moved.map(({ coupon }) => coupon));
  const saved = new Set(rescued);
  // Nearly always nothing is moved or rescued, and asking a set for each coupon is not free.
  for (const [keyset, coupons] of byKeyset(without(taken, gone))) {
    const { office } = state.keysets.get(keyset) as KeysetRow;
    const exponents = coupons.map(({ exponent }) => exponent);
    countCoupons(state, keyset, 'redeemed', exponents);
    const again = saved.size === 0 ? [] : coupons.filter((coupon) => saved.has(coupon));
    if (again.length > 0) {
      countCoupons(
        state,
        keyset,
        'wasted',
        again.map(({ exponent }) => exponent),
        -1,
      );
      post(state, subsystemOf(state, office), { W: fromMinutes(couponMinutes(again)) });
    }
    useGrace(context, subsystemOf(state, outlet), office, fromMinutes(couponMinutes(coupons)));
  }
}

/**
 * Coupons of a revoked keyset: O −, w −. The goods they were given for are in the outlet's clearing, which stays as much lower,
 * and becomes w at a revision (§6.3). So nobody gains by showing one, and none can be recouped afterwards.
 */
function bookWasted(state: State, wasted: readonly RedeemedCoupon[]): void {
  for (const [keyset, coupons] of byKeyset(wasted)) {
    const { office } = state.keysets.get(keyset) as KeysetRow;
    countCoupons(
      state,
      keyset,
      'wasted',
      coupons.map(({ exponent }) => exponent),
    );
    post(state, subsystemOf(state, office), { W: -fromMinutes(couponMinutes(coupons)) });
  }
}

/** Rows are immutable, so coupons of one denomination share one. */
function setSerials(state: State, as: 'spent' | 'wasted', by: Id, coupons: readonly RedeemedCoupon[]): void {
  const rows = new Map<Id, SerialRow[]>();
  for (const { keyset, exponent, serial } of coupons) {
    let shared = rows.get(keyset);
    if (shared === undefined) {
      shared = DENOMINATION_EXPONENTS.map((e) => ({ state: as, by, keyset, exponent: e }));
      rows.set(keyset, shared);
    }
    state.serials.set(serial, shared[exponent] as SerialRow);
  }
}

/** Minutes redeemed by day, today's unless told: a bound of what the outlet may take back (`take-back.ts`). */
export function countRedeemed(
  context: Context,
  outlet: Id,
  minutes: number,
  day = dayOf(context.time),
): void {
  if (minutes === 0) return;
  const { state, time } = context;
  const { reverseDays } = parametersOf(context, subsystemOf(state, outlet));
  const sums = state.redeemedDays.get(outlet) ?? [];
  state.redeemedDays.set(outlet, addDay(sums, day, minutes, windowDay(time, reverseDays)));
}

interface AbortPlan {
  readonly fresh: readonly Id[];
  readonly skipped: readonly Id[];
}

/**
 * Serials never seen become `aborted`; what was seen before stays as it is and is named. An abort does not stop another
 * outlet's redemption that was announced before it. Refuses `not_sorted`.
 */
export const abortRule: Rule<Abort, AbortPlan> = {
  kind: 'abort',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'abort', offered),
  check({ state }, { serials }): Result<AbortPlan, Refusal> {
    if (serials.some((serial, i) => i > 0 && serial <= (serials[i - 1] as Id))) return refuse('not_sorted');
    return ok({
      fresh: serials.filter((serial) => !state.serials.has(serial)),
      skipped: serials.filter((serial) => state.serials.has(serial)),
    });
  },
  apply(context: Context, { outlet }, { fresh, skipped }): void {
    const { state, id: by } = context;
    const row: SerialRow = { state: 'aborted', by, outlet, ordinal: ordinalNow(state) };
    for (const serial of fresh) state.serials.set(serial, row);
    context.emit({
      kind: 'aborted',
      outlet,
      serials: fresh,
      ...(skipped.length > 0 ? { skipped } : {}),
    });
  },
};
