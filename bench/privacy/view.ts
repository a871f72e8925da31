/**
 * What an adversary holds: the whole chain, read from its transactions alone, and who was at which till when. Beside it, for the judge only,
 * which sales each crowd really had. The adversary is told that too where a measurement says so: it then counts as found by
 * timing, which is the worst case.
 */

import { DENOMINATIONS } from '../../src/coupons/denominations.ts';
import type { HandOver, Id, Redeem } from '../../src/economy/transaction.ts';
import type { Town } from './town.ts';

export interface SeenLoad {
  readonly time: number;
  readonly wallet: number;
  readonly packs: number;
  readonly keyset: Id;
}
export interface SeenRefresh {
  readonly time: number;
  readonly packs: number;
  /** Coupons given up, by exponent. */
  readonly given: readonly number[];
  /** Whose load stands right behind it in the same second. */
  readonly wallet: number | undefined;
}
/** A crowd as the chain shows it, with the sales in it as presences. */
export interface SeenCrowd {
  readonly outlet: number;
  /** Numbers of presences, in order of time. */
  readonly sales: readonly number[];
  readonly closedAt: number;
  /** In the order of the redemption. */
  readonly coupons: readonly { readonly exponent: number; readonly keyset: Id; readonly serial: Id }[];
  readonly goods: readonly { readonly type: Id; readonly amount: number }[];
  readonly charged: number;
  readonly redeemedAt: number;
  readonly handedOverAt: number;
}
export interface View {
  readonly loads: readonly SeenLoad[];
  readonly refreshes: readonly SeenRefresh[];
  readonly crowds: readonly SeenCrowd[];
}

interface Timed<T> {
  readonly time: number;
  readonly what: T;
}

export function viewOf(town: Town): View {
  const wallets = new Map(town.wallets.map((key, i) => [key, i]));
  const loads: SeenLoad[] = [];
  const refreshes: SeenRefresh[] = [];
  const redeems = new Map<Id, Timed<Redeem>>();
  const handOvers = new Map<string, Timed<HandOver>[]>();
  let open: { time: number; packs: number; given: number[] } | undefined;
  for (const { time, transaction: t } of town.entries) {
    if (open !== undefined && t.kind !== 'issue') {
      const wallet = t.kind === 'load' && time === open.time ? wallets.get(t.wallet) : undefined;
      refreshes.push({ ...open, wallet });
      open = undefined;
    }
    if (t.kind === 'load')
      loads.push({ time, wallet: wallets.get(t.wallet) as number, packs: t.packs, keyset: t.keyset });
    if (t.kind === 'refresh') {
      const given = new Array<number>(DENOMINATIONS).fill(0);
      for (const { exponent } of t.coupons) given[exponent] = (given[exponent] as number) + 1;
      open = { time, packs: t.packs, given };
    }
    if (t.kind === 'redeem') for (const { serial } of t.coupons) redeems.set(serial, { time, what: t });
    if (t.kind === 'hand_over') {
      const at = `${t.outlet} ${t.charged} ${t.sales}`;
      handOvers.set(at, [...(handOvers.get(at) ?? []), { time, what: t }]);
    }
  }
  const crowds = town.truth.crowds.map(({ outlet, sales, closedAt, serials }) => {
    const redeem = redeems.get(serials[0] ?? '') as Timed<Redeem>;
    const charged = sales.reduce((sum, i) => sum + (town.truth.sales[i]?.minutes ?? 0), 0);
    const handOver = handOvers.get(`${town.outlets[outlet]} ${charged} ${sales.length}`)?.shift();
    if (handOver === undefined) throw new Error('a crowd without its hand-over');
    const { goods } = handOver.what;
    const { coupons } = redeem.what;
    return {
      outlet,
      sales,
      closedAt,
      coupons,
      goods,
      charged,
      redeemedAt: redeem.time,
      handedOverAt: handOver.time,
    };
  });
  return { loads, refreshes, crowds };
}
