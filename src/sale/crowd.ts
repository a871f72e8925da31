/**
 * Crowds: sales leave the till together, so that nobody can join what was taken to what was paid. A crowd is closed
 * once, when it has k sales that paid, or when it has waited whatever its size, or when somebody closes it by hand. A sale
 * that costs nothing travels with a crowd and hides nobody: no card pays for it. Redemption and hand-over of a crowd
 * hold exactly the same sales and leave apart, at random times (`leaving.ts`). Figures: docs/privacy.md.
 */
import { DEFAULT_PARAMETERS } from '../economy/parameters.ts';
import type { Id } from '../economy/transaction.ts';

/** Running totals of the open crowd: the only thing that remains of its sales besides coupons in random slots. */
export interface CrowdTotals {
  readonly sales: number;
  /** Those of them that a card paid for. */
  readonly paid: number;
  /** Whole minutes charged. */
  readonly charged: number;
  /** Type → amount. */
  readonly goods: Readonly<Record<Id, number>>;
  /** Seconds since 1970 of the first sale; null when empty. */
  readonly openedAt: number | null;
  /** Seconds since 1970 of the first purchase given up while the crowd has no sale: its abort does not wait for one for ever. */
  readonly abortedAt?: number;
}

export const EMPTY_CROWD: CrowdTotals = { sales: 0, paid: 0, charged: 0, goods: {}, openedAt: null };

export interface CrowdPolicy {
  /** Fewest sales that paid. */
  readonly k: number;
  /**
   * Longest wait of the first sale until all of its crowd has left, seconds: the delay is part of it, because a slow refresh waits
   * for crowds no longer than this.
   */
  readonly holdMax: number;
  /** Redemption and hand-over each leave at a random time within this many seconds of the close; below `holdMax`. */
  readonly delayMax: number;
}

/** What a till does unless its configuration says otherwise; chosen and defended in docs/privacy.md. */
export const DEFAULT_CROWD: CrowdPolicy = {
  k: DEFAULT_PARAMETERS.k,
  holdMax: DEFAULT_PARAMETERS.holdMax,
  delayMax: 86_400,
};

/** One sale more. */
export function addSale(
  totals: CrowdTotals,
  sale: {
    readonly minutes: number;
    readonly goods: readonly { readonly type: Id; readonly amount: number }[];
  },
  now: number,
): CrowdTotals {
  const goods: Record<Id, number> = { ...totals.goods };
  for (const { type, amount } of sale.goods) goods[type] = (goods[type] ?? 0) + amount;
  const sorted: Record<Id, number> = {};
  for (const type of Object.keys(goods).sort()) sorted[type] = goods[type] as number;
  return {
    sales: totals.sales + 1,
    paid: totals.paid + (sale.minutes > 0 ? 1 : 0),
    charged: totals.charged + sale.minutes,
    goods: sorted,
    openedAt: totals.openedAt ?? now,
  };
}

/** Coupons of a purchase that was given up wait for the next sale, or, when none comes, as long as a sale would. */
export function addAbort(totals: CrowdTotals, now: number): CrowdTotals {
  return totals.sales > 0 || totals.abortedAt !== undefined ? totals : { ...totals, abortedAt: now };
}

/** Nothing has to leave: neither a sale nor an abort waits. */
export function crowdEmpty(totals: CrowdTotals): boolean {
  return totals.sales === 0 && totals.abortedAt === undefined;
}

/** Is the crowd due to be closed? */
export function crowdDue(totals: CrowdTotals, policy: CrowdPolicy, now: number): boolean {
  const since = totals.sales === 0 ? totals.abortedAt : totals.openedAt;
  if (since === undefined || since === null) return false;
  return totals.paid >= policy.k || now - since >= policy.holdMax - policy.delayMax;
}

/** Seconds to wait, uniform in 0 … delayMax, from four random bytes. */
export function randomDelay(policy: CrowdPolicy, random: Uint8Array): number {
  const r =
    ((random[0] ?? 0) * 2 ** 24 + (random[1] ?? 0) * 2 ** 16 + (random[2] ?? 0) * 2 ** 8 + (random[3] ?? 0)) /
    2 ** 32;
  return Math.floor(r * (policy.delayMax + 1));
}
