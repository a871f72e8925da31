/**
 * A redemption weighed coupon by coupon (paper §6.5): each stands alone, and each is taken, or skipped and named with its
 * reason. A coupon belongs to the oldest announcement, of a redemption or a refresh, that shows it. Nothing is written here.
 * Not here: the transaction as a whole and what taking does (`redeem.ts`).
 */
import { couponMinutes } from '../coupons/denominations.ts';
import { fromMinutes, type MicroMinutes } from '../units/micro-minutes.ts';
import { NOT_LOOKED, VALID, verifyCouponSignature } from './coupon-verdict.ts';
import { graceLeft, takesCoupons } from './grace.ts';
import { couponKeys } from './office.ts';
import type { Refusal } from './refusals.ts';
import type { Context } from './rule.ts';
import type { AnnouncementRow, KeysetRow, SerialRow, State } from './state.ts';
import type { Id, Redeem, RedeemedCoupon } from './transaction.ts';
import { subsystemOf, weakTrust } from './who.ts';

/** What a redemption does, coupon by coupon. */
export interface Weighed {
  readonly taken: readonly RedeemedCoupon[];
  /** Minutes of `taken`. */
  readonly minutes: number;
  /** Those of `taken` that leave another announcement, with the outlet that loses them. */
  readonly moved: readonly { readonly coupon: RedeemedCoupon; readonly from: Id }[];
  /** Those of `taken` that a younger announcement had shown after their keyset was revoked. */
  readonly rescued: readonly RedeemedCoupon[];
  /** Of a revoked keyset: not taken, and worth nothing to anybody from now on. Also among `skipped`. */
  readonly wasted: readonly RedeemedCoupon[];
  /** Open refreshes that lose a coupon. */
  readonly voided: ReadonlySet<Id>;
  readonly skipped: readonly { readonly serial: Id; readonly refusal: Refusal }[];
}

/** What may become of a coupon if its signature is the office's. */
type Way =
  | { readonly as: 'take' | 'rescue' | 'waste' }
  | { readonly as: 'move'; readonly from: Id }
  | { readonly as: 'win'; readonly refresh: Id }
  | { readonly as: 'skip'; readonly refusal: Refusal };

const minutesWorth = ({ exponent }: RedeemedCoupon): MicroMinutes => fromMinutes(2 ** exponent);
const skip = (refusal: Refusal): Way => ({ as: 'skip', refusal });

/** What is known of one keyset while a redemption is weighed. */
interface KeysetUse {
  readonly row: KeysetRow;
  readonly trusted: boolean;
  /** The office is in the outlet's subsystem: no grace is needed. */
  readonly home: boolean;
  /** By exponent: how many more can go before more went than was issued. */
  readonly room: number[];
}

/** Whether an abort counts against a redemption: its own outlet's always, another's unless the redemption was announced before it. */
function abortBinds(abort: SerialRow, { outlet, ordinal }: AnnouncementRow): boolean {
  return abort.outlet === outlet || ordinal >= (abort.ordinal ?? 0);
}

class Scales {
  readonly #context: Context;
  readonly #subsystem: Id;
  readonly #announcement: AnnouncementRow;
  readonly #keysets = new Map<Id, KeysetUse | undefined>();
  /** Office → what grace is left of its coupons here. */
  readonly #grace = new Map<Id, MicroMinutes>();
  readonly taken: RedeemedCoupon[] = [];
  readonly moved: { coupon: RedeemedCoupon; from: Id }[] = [];
  readonly rescued: RedeemedCoupon[] = [];
  readonly wasted: RedeemedCoupon[] = [];
  readonly voided = new Set<Id>();

  constructor(context: Context, announcement: AnnouncementRow) {
    this.#context = context;
    this.#announcement = announcement;
    this.#subsystem = subsystemOf(context.state, announcement.outlet);
  }

  #use(keyset: Id): KeysetUse | undefined {
    if (this.#keysets.has(keyset)) return this.#keysets.get(keyset);
    const row = this.#context.state.keysets.get(keyset);
    const use = row && this.#useOf(row);
    this.#keysets.set(keyset, use);
    return use;
  }
  #useOf(row: KeysetRow): KeysetUse {
    const { issued, redeemed, refreshed, recouped, wasted } = row;
    const gone = (e: number) =>
      (redeemed[e] ?? 0) + (refreshed[e] ?? 0) + (recouped[e] ?? 0) + (wasted[e] ?? 0);
    return {
      row,
      trusted: takesCoupons(this.#context, this.#subsystem, row.office),
      home: subsystemOf(this.#context.state, row.office) === this.#subsystem,
      room: issued.map((count, e) => count - gone(e)),
    };
  }

  /** What may become of a coupon, as the ledger has seen it before. */
  #wayOf(coupon: RedeemedCoupon, { row: keyset }: KeysetUse): Way {
    const { state } = this.#context;
    const row = state.serials.get(coupon.serial);
    const stopped = keyset.revoked !== undefined && this.#announcement.ordinal >= keyset.revoked.ordinal;
    const free: Way = { as: stopped ? 'waste' : 'take' };
    if (row === undefined) return free;
    const same = row.keyset === coupon.keyset && row.exponent === coupon.exponent;
    switch (row.state) {
      case 'spent': {
        const from = same ? losesTo(state, this.#announcement, row) : undefined;
        return from === undefined ? skip('coupon_spent') : { as: 'move', from };
      }
      case 'wasted':
        return same && !stopped ? { as: 'rescue' } : skip('coupon_spent');
      case 'recouped':
        return skip('coupon_spent');
      case 'aborted':
        return abortBinds(row, this.#announcement) ? skip('coupon_aborted') : free;
      default:
        return this.#wayOutOfRefresh(coupon, row, { same, stopped, free });
    }
  }

  /**
   * A coupon of a refresh. Not issued, a slow one loses it to any redemption, a fast one to an older announcement; of a revoked
   * keyset nothing can be redeemed, so there the refresh keeps it. What is left of a void one is free.
   */
  #wayOutOfRefresh(
    { serial }: RedeemedCoupon,
    row: SerialRow,
    { same, stopped, free }: { readonly same: boolean; readonly stopped: boolean; readonly free: Way },
  ): Way {
    const kept = skip(row.state === 'locked' ? 'coupon_locked' : 'coupon_refreshed');
    const refresh = this.#context.state.refreshes.get(row.by);
    if (refresh === undefined || !same || refresh.signatures !== undefined) return kept;
    const abort = refresh.coupons.find((coupon) => coupon.serial === serial)?.aborted;
    const bound = abort !== undefined && abortBinds(abort, this.#announcement);
    if (refresh.closed !== undefined || this.voided.has(row.by)) return bound ? skip('coupon_aborted') : free;
    const wins = row.state === 'locked' || this.#announcement.ordinal < refresh.ordinal;
    if (stopped || !wins) return kept;
    return bound ? skip('coupon_aborted') : { as: 'win', refresh: row.by };
  }

  /** A refresh becomes void: what its coupons took of their keysets' room is free again. */
  #void(id: Id): void {
    this.voided.add(id);
    for (const { keyset, exponent } of this.#context.state.refreshes.get(id)?.coupons ?? []) {
      const use = this.#use(keyset);
      if (use !== undefined) use.room[exponent] = (use.room[exponent] ?? 0) + 1;
    }
  }

  /** Takes a coupon, or says why not. */
  weigh(coupon: RedeemedCoupon, seenHere: boolean, found: number): Refusal | undefined {
    const { crypto, state } = this.#context;
    const use = this.#use(coupon.keyset);
    if (use === undefined) return 'unknown_keyset';
    if (!use.trusted) return 'no_trust';
    const way = seenHere ? skip('coupon_spent') : this.#wayOf(coupon, use);
    if (way.as === 'skip') return way.refusal;
    const valid =
      found === NOT_LOOKED
        ? verifyCouponSignature(crypto, couponKeys(state, coupon.keyset), coupon)
        : found === VALID;
    if (!valid) return 'coupon_wrong';
    return this.#take(coupon, way, use);
  }

  #graceLeft({ office }: KeysetRow): MicroMinutes {
    return this.#grace.get(office) ?? graceLeft(this.#context, this.#subsystem, office);
  }

  #take(coupon: RedeemedCoupon, way: Exclude<Way, { as: 'skip' }>, use: KeysetUse): Refusal | undefined {
    const crosses = way.as !== 'move' && way.as !== 'waste' && !use.home;
    if (crosses && this.#graceLeft(use.row) < minutesWorth(coupon)) return 'grace_used_up';
    if (way.as === 'win') this.#void(way.refresh);
    if (way.as === 'move') this.moved.push({ coupon, from: way.from });
    else if (way.as === 'rescue') this.rescued.push(coupon);
    else {
      if ((use.room[coupon.exponent] ?? 0) < 1) return 'over_redemption';
      use.room[coupon.exponent] = (use.room[coupon.exponent] ?? 0) - 1;
    }
    if (crosses) this.#grace.set(use.row.office, this.#graceLeft(use.row) - minutesWorth(coupon));
    if (way.as === 'waste') {
      this.wasted.push(coupon);
      return 'keyset_revoked';
    }
    this.taken.push(coupon);
    return undefined;
  }
}

/**
 * The outlet that loses a spent coupon to `older`, or undefined when it stays: its announcement is not younger, or that
 * outlet is in another subsystem.
 */
function losesTo(state: State, older: AnnouncementRow, row: SerialRow): Id | undefined {
  const holder = state.announcements.get(row.by);
  if (holder === undefined || holder.ordinal <= older.ordinal) return undefined;
  return weakTrust(state, holder.outlet, older.outlet) ? holder.outlet : undefined;
}

/** Goes through the coupons of a redemption one by one. */
export function weigh(context: Context, { coupons }: Redeem, announcement: AnnouncementRow): Weighed {
  const scales = new Scales(context, announcement);
  const skipped: { serial: Id; refusal: Refusal }[] = [];
  // A serial is seen once whatever its keyset: with one keyset the order excludes a second, with several it must be asked.
  const severalKeysets = coupons[0]?.keyset !== coupons[coupons.length - 1]?.keyset;
  const here = new Set<Id>();
  for (const [i, coupon] of coupons.entries()) {
    const found = context.couponVerdicts?.[i] ?? NOT_LOOKED;
    const refusal = scales.weigh(coupon, here.has(coupon.serial), found);
    if (refusal !== undefined) skipped.push({ serial: coupon.serial, refusal });
    if (severalKeysets && (refusal === undefined || refusal === 'keyset_revoked')) here.add(coupon.serial);
  }
  const { taken, moved, rescued, wasted, voided } = scales;
  const minutes = couponMinutes(taken);
  return { taken, minutes, moved, rescued, wasted, voided, skipped };
}
