/**
 * One price (§6.2): per subsystem and type one pool of all goods in dispatch stock. What enters adds amount and value; what
 * leaves takes floor(amount × value / amount), the last one all, so the average does not drift (L7). A common has
 * price 0: its pool holds amount and no value. Every change is one outlet's and is told as a `stock` event, from whose
 * sums a terminal computes the price itself.
 */
import { POOL_AMOUNT_MAX, STOCK_HISTORY } from '../limits.ts';
import { type MicroMinutes, proRata } from '../units/micro-minutes.ts';
import { DAY_SECONDS } from './calendar.ts';
import type { StockCause } from './events.ts';
import { addLow, lowestSince } from './lows.ts';
import type { Context } from './rule.ts';
import type { PoolRow, State, StockRow } from './state.ts';
import { parametersOf, windowStart } from './subsystem-parameters.ts';
import type { Amount, Id, Seconds } from './transaction.ts';
import { labelOf, subsystemOf } from './who.ts';

const NO_POOL: PoolRow = { amount: 0, value: 0n, lows: [] };
const NO_STOCK: StockRow = { amount: 0, told: 0n, history: [], corrections: [] };
type Low = PoolRow['lows'][number];

/** The pool of a type in an outlet's subsystem; empty when there was none. */
export function poolOf(state: State, outlet: Id, type: Id): PoolRow {
  return state.pools.get(`${subsystemOf(state, outlet)}/${type}`) ?? NO_POOL;
}

/** What the ledger's book says an outlet holds of a type. */
export function stockOf(state: State, outlet: Id, type: Id): StockRow {
  return state.stock.get(`${outlet}/${type}`) ?? NO_STOCK;
}

/** Whether a pool can take this amount on top: for a check before `enter`, whose refusal is `value_overflow`. */
export function hasRoom(state: State, outlet: Id, type: Id, amount: Amount): boolean {
  return poolOf(state, outlet, type).amount + amount <= POOL_AMOUNT_MAX;
}

/** Goods come into an outlet's stock. Returns the value that entered: `value`, or 0 for a common; the other side of the posting is the caller's. */
export function enter(
  context: Context,
  outlet: Id,
  type: Id,
  amount: Amount,
  value: MicroMinutes,
  cause: StockCause,
): MicroMinutes {
  const { state } = context;
  const entered = labelOf(state, subsystemOf(state, outlet), type) === 'common' ? 0n : value;
  change(context, outlet, type, amount, entered, cause);
  return entered;
}

/** Goods leave an outlet's stock; at most what it holds, more is a bug and throws. Returns the value that left at today's average; the other side of the posting is the caller's. */
export function leave(
  context: Context,
  outlet: Id,
  type: Id,
  amount: Amount,
  cause: StockCause,
): MicroMinutes {
  const pool = poolOf(context.state, outlet, type);
  if (amount > stockOf(context.state, outlet, type).amount || amount > pool.amount)
    throw new Error('more leaves than is there');
  if (amount === 0) return 0n;
  const value = proRata(pool.value, BigInt(amount), BigInt(pool.amount));
  change(context, outlet, type, -amount, -value, cause);
  return value;
}

/**
 * Goods leave with a given value instead of today's average: what undoes their entering. A pool gives no more than it has,
 * and its last goods take all that is left. Returns the value that left; the other side of the posting is the caller's.
 */
export function withdraw(
  context: Context,
  outlet: Id,
  type: Id,
  amount: Amount,
  value: MicroMinutes,
  cause: StockCause,
): MicroMinutes {
  const pool = poolOf(context.state, outlet, type);
  if (amount > stockOf(context.state, outlet, type).amount || amount > pool.amount)
    throw new Error('more leaves than is there');
  const left = amount === pool.amount || value > pool.value ? pool.value : value;
  change(context, outlet, type, -amount, -left, cause);
  return left;
}

/** The book of one type at the end of block `height`; undefined when that is too long ago (STOCK_HISTORY changes). */
export function bookAt(stock: StockRow, height: number): Amount | undefined {
  const last = stock.history.findLast((entry) => entry.height <= height);
  if (last !== undefined) return last.amount;
  return stock.history.length < STOCK_HISTORY ? 0 : undefined;
}

/** The lowest average in the last offlineMax + holdMax, as value over amount; undefined when the pool was never filled. `parameters` are the subsystem's (`parametersOf`). */
export function lowest(
  { time, parameters }: Pick<Context, 'time' | 'parameters'>,
  pool: PoolRow,
): Low | undefined {
  return lowestSince(pool.lows, time - parameters.offlineMax - parameters.holdMax);
}

/** The highest average in the last offlineMax + holdMax; like `lowest`. */
export function highest(
  { time, parameters }: Pick<Context, 'time' | 'parameters'>,
  pool: PoolRow,
): Low | undefined {
  return lowestSince(pool.highs ?? [], time - parameters.offlineMax - parameters.holdMax);
}

/** Two pools become one (a merge of subsystems). The lowest and highest averages of each stay so in the common window. */
export function joinPools(a: PoolRow, b: PoolRow, time: Seconds, keepFrom: Seconds): PoolRow {
  const lows = joinLows(a.lows, b.lows, average, keepFrom);
  const highs = joinLows(a.highs ?? [], b.highs ?? [], falling, keepFrom);
  return withLow({ amount: a.amount + b.amount, value: a.value + b.value, lows, highs }, time, keepFrom);
}

/** At each time the lower of the two in an order. */
function joinLows(
  a: readonly Low[],
  b: readonly Low[],
  order: (a: Low, b: Low) => number,
  keepFrom: Seconds,
): readonly Low[] {
  const times = [...new Set([...a, ...b].map((low) => low.time))].sort((x, y) => x - y);
  let lows: readonly Low[] = [];
  for (const at of times) {
    const [x, y] = [lowestSince(a, at), lowestSince(b, at)];
    const low = y === undefined || (x !== undefined && order(x, y) <= 0) ? x : y;
    if (low !== undefined) lows = addLow(lows, { ...low, time: at }, order, keepFrom);
  }
  return lows;
}

/** Writes a pool's row and its index; without amount, value and memory there is no row. */
export function setPool(state: State, subsystem: Id, type: Id, pool: PoolRow): void {
  state.pools.set(`${subsystem}/${type}`, pool);
  const types = state.indexes.pools.get(subsystem) ?? new Set();
  state.indexes.pools.set(subsystem, types.add(type));
}

/**
 * The value of a whole pool goes (its type becomes a common, §6.1): told outlet by outlet, value in the proportion of what
 * each holds, remainder with the last. Returns the value.
 */
export function emptyValue(
  context: Context,
  subsystem: Id,
  type: Id,
  holders: readonly Id[],
  cause: StockCause,
): MicroMinutes {
  const pool = context.state.pools.get(`${subsystem}/${type}`);
  if (pool === undefined || pool.value === 0n) return 0n;
  let left = pool.amount;
  let value = pool.value;
  for (const outlet of holders) {
    const { amount } = stockOf(context.state, outlet, type);
    if (amount === 0) continue;
    const part = proRata(value, BigInt(amount), BigInt(left));
    left -= amount;
    value -= part;
    revalue(context, outlet, type, -part, cause);
  }
  const keepFrom = pricesFrom(context, subsystem);
  setPool(context.state, subsystem, type, withLow({ ...pool, value: 0n }, context.time, keepFrom));
  return pool.value;
}

/**
 * The pool of a subsystem that falls into two (§2.1), for one type: `amount` and `told` are what the leaving members hold
 * of it and what was told of it in their names. They take floor(amount × value / amount of the pool). Both parts keep the
 * memory of prices, the leaving one if it ever `had` any of the goods. What members were told differs from that by what they bought dear and sold at the average; so that
 * prices folded from events are the ledger's again, the oldest member of each part is told the difference.
 */
export function dividePool(
  context: Context,
  type: Id,
  [kept, leaving]: readonly [Id, Id],
  { amount, told, had }: { readonly amount: Amount; readonly told: MicroMinutes; readonly had: boolean },
): void {
  const { state, time } = context;
  const pool = state.pools.get(`${kept}/${type}`);
  if (pool === undefined) throw new Error('stock without a pool');
  const value = pool.amount === 0 ? 0n : proRata(pool.value, BigInt(amount), BigInt(pool.amount));
  const since = pricesFrom(context, kept);
  const parts = [
    [leaving, { ...pool, amount, value }],
    [kept, { ...pool, amount: pool.amount - amount, value: pool.value - value }],
  ] as const;
  for (const [subsystem, part] of parts)
    if (had || subsystem === kept) setPool(state, subsystem, type, withLow(part, time, since));
  if (value === told) return;
  revalue(context, leaving, type, value - told, 'settlement');
  revalue(context, kept, type, told - value, 'settlement');
}

/** Tells a change of value in a collective's name, without goods. */
function revalue(context: Context, collective: Id, type: Id, value: MicroMinutes, cause: StockCause): void {
  const { state } = context;
  const stock = stockOf(state, collective, type);
  state.stock.set(`${collective}/${type}`, { ...stock, told: stock.told + value });
  tell(context, collective, type, 0, value, cause);
}

function change(
  context: Context,
  outlet: Id,
  type: Id,
  amount: number,
  value: MicroMinutes,
  cause: StockCause,
): void {
  const { state, time, height } = context;
  const subsystem = subsystemOf(state, outlet);
  const pool = poolOf(state, outlet, type);
  const next = { ...pool, amount: pool.amount + amount, value: pool.value + value };
  setPool(state, subsystem, type, withLow(next, time, pricesFrom(context, subsystem)));
  const stock = stockOf(state, outlet, type);
  const book = stock.amount + amount;
  const history = stock.history.filter((entry) => entry.height !== height).slice(1 - STOCK_HISTORY);
  state.stock.set(`${outlet}/${type}`, {
    ...stock,
    amount: book,
    told: stock.told + value,
    history: [...history, { height, amount: book }],
  });
  tell(context, outlet, type, amount, value, cause);
}

function withLow(pool: PoolRow, time: Seconds, keepFrom: Seconds): PoolRow {
  if (pool.amount === 0) return pool;
  const now = { time, value: pool.value, amount: pool.amount };
  return {
    ...pool,
    lows: addLow(pool.lows, now, average, keepFrom),
    highs: addLow(pool.highs ?? [], now, falling, keepFrom),
  };
}

/** The time from which on a pool's prices are remembered: for the least sum of a hand-over and for what goods that come back are worth. */
export function pricesFrom(context: Context, subsystem: Id): Seconds {
  const { reverseDays } = parametersOf(context, subsystem);
  return Math.min(windowStart(context, subsystem), context.time - reverseDays * DAY_SECONDS);
}

/** Compares value over amount exactly. */
function average(a: Low, b: Low): number {
  const [x, y] = [a.value * BigInt(b.amount), b.value * BigInt(a.amount)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function falling(a: Low, b: Low): number {
  return average(b, a);
}

function tell(
  context: Context,
  outlet: Id,
  type: Id,
  amount: number,
  value: MicroMinutes,
  cause: StockCause,
) {
  context.emit({
    kind: 'stock',
    collective: outlet,
    type,
    amount: String(amount),
    value: value.toString(),
    cause,
    transaction: context.id,
  });
}
