/**
 * Dispatch stock and its one price (§2.2, §6.2): what enters a pool adds amount and value, what leaves takes the average, the last goods all that is
 * left. Hand-overs, counts, what comes back. Not here: how goods get there (`goods.ts`).
 */
import type { Count, HandOver, Id, TakeBack } from '../../src/economy/transaction.ts';
import { DAY, down, minutes, partOf, sum, up } from './arithmetic.ts';
import { moveClearing } from './clearing.ts';
import type { Owed, Pool, Records, Stock } from './records.ts';
import { noPool, settle } from './settlement.ts';

/** The time from which on the ledger remembers a subsystem's prices. */
export function pricesFrom(records: Records, subsystem: Id): number {
  const days = records.number(subsystem, 'reverseDays');
  return Math.min(crowdsFrom(records, subsystem), records.time - days * DAY);
}

/** The time since which a till may have sold what is handed over now. */
function crowdsFrom(records: Records, subsystem: Id): number {
  const tills = records.number(subsystem, 'offlineMax') + records.number(subsystem, 'holdMax');
  return records.time - tills;
}

/** A pool that remembers its price of now; without goods there is none. */
export function priced(pool: Pool, time: number, keep: number): Pool {
  if (pool.amount === 0) return pool;
  const now = { value: pool.value, per: BigInt(pool.amount) };
  return { ...pool, lows: pool.lows.with(time, now, keep), highs: pool.highs.with(time, now, keep) };
}

function poolOf(records: Records, outlet: Id, type: Id): Pool {
  return records.subsystem(records.home(outlet)).pools.get(type) ?? noPool();
}
export function stockOf(records: Records, outlet: Id, type: Id): Stock {
  const at = `${outlet}/${type}`;
  const stock = records.stock.get(at) ?? { amount: 0, history: [], corrections: [] };
  records.stock.set(at, stock);
  return stock;
}

function change(records: Records, outlet: Id, type: Id, amount: number, value: bigint): void {
  const { time, height } = records;
  const home = records.home(outlet);
  const pool = poolOf(records, outlet, type);
  const next = { ...pool, amount: pool.amount + amount, value: pool.value + value };
  if (next.amount < 0 || next.value < 0n) throw new Error('more leaves a pool than is there');
  records.subsystem(home).pools.set(type, priced(next, time, pricesFrom(records, home)));
  const stock = stockOf(records, outlet, type);
  stock.amount += amount;
  if (stock.amount < 0) throw new Error('more leaves a stock than is there');
  stock.history.push({ height, amount: stock.amount });
}

/** Goods enter with a value; a common's price is 0. */
export function enter(records: Records, outlet: Id, type: Id, amount: number, value: bigint): void {
  change(records, outlet, type, amount, records.label(outlet, type) === 'common' ? 0n : value);
}

/** Goods leave at the average; that value. */
export function leave(records: Records, outlet: Id, type: Id, amount: number): bigint {
  if (amount === 0) return 0n;
  const pool = poolOf(records, outlet, type);
  const value = partOf(pool.value, amount, pool.amount);
  change(records, outlet, type, -amount, -value);
  return value;
}

function shortage(records: Records, outlet: Id, type: Id, missing: number): void {
  const { height, time } = records;
  const stock = stockOf(records, outlet, type);
  const gone = Math.min(missing, stock.amount);
  if (gone === 0) return;
  const value = leave(records, outlet, type, gone);
  records.accounts(outlet).W += value;
  stock.corrections.push({ height, time, difference: -gone, open: gone, value });
}

/** A surplus brings back own shortages of the last days, the oldest first, at what they were booked with; the rest has no value. */
function surplus(records: Records, outlet: Id, type: Id, found: number): void {
  const { height, time } = records;
  const stock = stockOf(records, outlet, type);
  const since = time - records.number(records.home(outlet), 'reverseDays') * DAY;
  let [rest, value] = [found, 0n];
  if (records.label(outlet, type) === 'exclusive')
    for (const missing of stock.corrections) {
      const back = Math.min(rest, missing.open);
      if (back === 0 || missing.time < since) continue;
      const worth = partOf(missing.value, back, missing.open);
      missing.value -= worth;
      missing.open -= back;
      rest -= back;
      value += worth;
    }
  enter(records, outlet, type, found, value);
  records.accounts(outlet).W -= value;
  stock.corrections.push({ height, time, difference: found, open: 0, value: 0n });
}

/** missing = book at a height + differences booked since − what people counted. */
export function count(records: Records, { outlet, lines }: Count): void {
  const missing = lines.map(({ type, height, amount }) => {
    const { history, corrections } = stockOf(records, outlet, type);
    const book = history.findLast((change) => change.height <= height)?.amount ?? 0;
    const since = corrections.filter((correction) => correction.height > height);
    return book + since.reduce((total, { difference }) => total + difference, 0) - amount;
  });
  for (const [i, { type }] of lines.entries()) {
    const lack = missing[i] as number;
    if (lack > 0) shortage(records, outlet, type, lack);
    if (lack < 0) surplus(records, outlet, type, -lack);
  }
}

/** Most sales of one crowd. */
const SALES = 2_000;

/** A charge below what the lowest prices ask, or above what the highest allow, counts as that; clearing keeps the difference. */
export function handOver(records: Records, { outlet, goods, charged, sales }: HandOver): void {
  const since = crowdsFrom(records, records.home(outlet));
  let least = 0n;
  let most = minutes(Math.min(sales, SALES));
  for (const { type, amount } of goods) {
    const { lows, highs } = poolOf(records, outlet, type);
    const [low, high] = [lows.since(since), highs.since(since)];
    if (low !== undefined) least += down(BigInt(amount) * low.value, low.per);
    if (high !== undefined) most += up(BigInt(amount) * high.value, high.per);
  }
  const said = minutes(charged);
  const counted = said < least ? least : said > most ? most : said;
  let value = 0n;
  for (const { type, amount } of goods) {
    const beyond = amount - stockOf(records, outlet, type).amount;
    if (beyond > 0) surplus(records, outlet, type, beyond);
    value += leave(records, outlet, type, amount);
  }
  moveClearing(records, outlet, -counted);
  records.accounts(outlet).R += counted - value;
}

/** What goods are worth that come back: the lowest average of the last days. */
function worth(records: Records, outlet: Id, type: Id, amount: number): bigint {
  if (records.label(outlet, type) === 'common') return 0n;
  const days = records.number(records.home(outlet), 'reverseDays');
  const low = poolOf(records, outlet, type).lows.since(records.time - days * DAY);
  return low === undefined ? 0n : down(BigInt(amount) * low.value, low.per);
}

/** What comes back enters; the office will owe its whole minutes, rounding keeps the rest. The goods with their values. */
export function takeBack(
  records: Records,
  { outlet, goods, minutes: whole }: TakeBack,
): NonNullable<Owed['back']> {
  const valued = goods.map((line) => ({ ...line, value: worth(records, outlet, line.type, line.amount) }));
  for (const { type, amount, value } of valued) enter(records, outlet, type, amount, value);
  const total = sum(valued.map(({ value }) => value));
  if (down(total, minutes(1)) !== BigInt(whole)) throw new Error(`${whole} minutes for goods worth ${total}`);
  records.accounts(outlet).R += total - minutes(whole);
  return { outlet, goods: valued };
}

/** An open take back ends: goods leave with what they came with, or what is left of it. */
export function undoTakeBack(
  records: Records,
  owed: Owed,
  { outlet, goods }: NonNullable<Owed['back']>,
): void {
  let gone = 0n;
  for (const { type, amount, value } of goods) {
    const pool = poolOf(records, outlet, type);
    const out = amount === pool.amount || value > pool.value ? pool.value : value;
    change(records, outlet, type, -amount, -out);
    gone += out;
  }
  records.accounts(outlet).R += minutes(owed.minutes) - gone;
  settle(records, records.home(owed.keyset.office), records.home(outlet), minutes(owed.minutes));
}
