/**
 * A shopping day in the demo: wallets buy what the outlet holds at the ledger's averages, each basket rounded up to whole minutes
 * and paid with coupons of its own. What leaves the outlet is one crowd: an announcement, the redemption, and apart from
 * it the hand-over; together they leave the clearing at zero. Not here: cards and tills; these sales are booked only.
 */
import { nodeCrypto } from '../crypto/node.ts';
import { couponsDigest, sortCoupons } from '../src/economy/coupon-verdict.ts';
import type { State } from '../src/economy/state.ts';
import type { Id, RedeemedCoupon } from '../src/economy/transaction.ts';
import { type Basket, priceBasket } from '../src/sale/basket.ts';
import { ratio } from '../src/units/ratio.ts';
import { shuffled } from './chance.ts';
import type { Member } from './members.ts';
import { ARTICLES, type Article, typeOf } from './products.ts';
import type { Scribe } from './scribe.ts';
import type { Wallet } from './wallets.ts';

/** What share of the shelf goes on one shopping day, by how long a good keeps. */
const APPETITE: Readonly<Record<string, number>> = {
  bakery: 0.55,
  dairy: 0.42,
  vegetables: 0.32,
  fruit: 0.3,
  farm: 0.3,
  pantry: 0.1,
  drinks: 0.1,
  household: 0.04,
  furniture: 0.06,
};

/** How much of a good one person takes, base units. */
function portion({ key, unit }: Article): number {
  if (key === 'roll') return 4;
  if (key === 'eggs') return 6;
  if (unit === 'piece') return 1;
  return key === 'mushrooms' || key === 'cheese' ? 250 : 1_000;
}

export interface Crowd {
  readonly coupons: readonly RedeemedCoupon[];
  readonly goods: readonly { readonly type: Id; readonly amount: number }[];
  /** Whole minutes. */
  readonly charged: number;
  readonly sales: number;
}

/**
 * The baskets of one day, as far as `budget` minutes and the wallets' coupons go. Nothing is written yet. `next`: fractions
 * 0 … 1.
 */
export function shop(
  state: State,
  outlet: Id,
  wallets: readonly Wallet[],
  budget: number,
  next: () => number,
): Crowd {
  const subsystem = state.collectives.get(outlet)?.subsystem ?? '';
  const wanted: { readonly type: Id; readonly amount: number; readonly turn: number }[] = [];
  for (const article of ARTICLES) {
    const type = typeOf(nodeCrypto, article);
    const held = state.stock.get(`${outlet}/${type}`)?.amount ?? 0;
    const size = portion(article);
    const appetite = APPETITE[article.group] ?? 0;
    const portions = Math.floor((appetite * held * (0.8 + 0.4 * next())) / size);
    // What does not keep is bought first; chance mixes the rest in.
    for (let i = 0; i < portions; i++) wanted.push({ type, amount: size, turn: next() - appetite });
  }
  const priceOf = (type: Id) => {
    const pool = state.pools.get(`${subsystem}/${type}`);
    return pool === undefined || pool.amount === 0 ? undefined : ratio(pool.value, BigInt(pool.amount));
  };
  const portions = wanted.sort((a, b) => a.turn - b.turn);
  const people = shuffled(wallets, next);
  const coupons: RedeemedCoupon[] = [];
  const goods = new Map<Id, number>();
  let [charged, sales] = [0, 0];
  while (portions.length > 0 && charged < budget) {
    const basket = together(portions.splice(0, 3 + Math.floor(next() * 5)));
    const priced = priceBasket(basket, priceOf);
    if (priced === undefined || priced.minutes > budget - charged) continue;
    const paid = pay(people, sales, priced.minutes);
    if (paid === undefined) continue;
    coupons.push(...paid);
    for (const { type, amount } of basket) goods.set(type, (goods.get(type) ?? 0) + amount);
    charged += priced.minutes;
    sales++;
  }
  const sorted = [...goods].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, amount]) => ({ type, amount }));
  return { coupons, goods: sorted, charged, sales };
}

/** One line a type. */
function together(portions: Basket): Basket {
  const amounts = new Map<Id, number>();
  for (const { type, amount } of portions) amounts.set(type, (amounts.get(type) ?? 0) + amount);
  return [...amounts].map(([type, amount]) => ({ type, amount }));
}

/** Coupons of the first wallet, in turn, that can pay exactly. */
function pay(
  people: readonly Wallet[],
  turn: number,
  minutes: number,
): readonly RedeemedCoupon[] | undefined {
  for (let i = 0; i < people.length; i++) {
    const paid = people[(turn + i) % people.length]?.pay(minutes);
    if (paid !== undefined) return paid;
  }
  return undefined;
}

/** The crowd's coupons: announced and then shown. */
export function redeem(scribe: Scribe, outlet: Member, { coupons }: Crowd): void {
  if (coupons.length === 0) return;
  const sorted = sortCoupons(coupons);
  const digest = couponsDigest(nodeCrypto, sorted);
  const announcement = scribe.write({ kind: 'announce', outlet: outlet.id, digest }, outlet.seed);
  scribe.write({ kind: 'redeem', outlet: outlet.id, announcement, coupons: sorted }, outlet.seed);
}

/** The crowd's goods. */
export function handOver(scribe: Scribe, outlet: Member, { goods, charged, sales }: Crowd): void {
  if (sales === 0) return;
  scribe.write({ kind: 'hand_over', outlet: outlet.id, goods, charged, sales }, outlet.seed);
}
