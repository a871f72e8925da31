/**
 * How average prices came about (§6.2): per subsystem and type what the pool held at the end of each block that changed it, with what
 * entered and left in between. Folded from `stock` and `member` events, as a terminal does it; bounded by dropping every second
 * point when there are too many, its movements going to the next.
 * Not here: today's price as a rule knows it (src/economy/pool.ts).
 */
import type { LedgerEvent } from '../src/economy/events.ts';
import type { Id } from '../src/economy/transaction.ts';
import { HISTORY_POINTS } from '../src/limits.ts';
import type { ToldBlock } from './chronicle.ts';

export interface PricePoint {
  readonly height: number;
  readonly time: number;
  /** What the pool held at the end of the block; the price is value / amount, none when the amount is 0. */
  readonly amount: bigint;
  readonly value: bigint;
  /** Deliveries since the point before: amount and value, and the last transfer that brought some. */
  readonly entered: { readonly amount: bigint; readonly value: bigint; readonly last?: Id };
}

interface Holding {
  amount: bigint;
  value: bigint;
}
type Pool = Holding & { entered: { amount: bigint; value: bigint; last?: Id }; points: PricePoint[] };

export class PriceHistories {
  readonly #subsystemOf = new Map<Id, Id>();
  /** Collective → type → what it holds. */
  readonly #stock = new Map<Id, Map<Id, Holding>>();
  /** `subsystem/type`. */
  readonly #pools = new Map<string, Pool>();

  fold({ height, time, events }: Pick<ToldBlock, 'height' | 'time' | 'events'>): void {
    const changed = new Set<Pool>();
    for (const event of events)
      if (event.kind === 'member') this.#move(event.collective, event.subsystem, changed);
      else if (event.kind === 'stock') changed.add(this.#change(event));
    for (const pool of changed) addPoint(pool, height, time);
  }

  /** Points of a type in a subsystem, oldest first; none when it was never in dispatch stock there. */
  points(subsystem: Id, type: Id): readonly PricePoint[] {
    return this.#pools.get(`${subsystem}/${type}`)?.points ?? [];
  }

  #change(event: Extract<LedgerEvent, { kind: 'stock' }>): Pool {
    const { collective, type, cause, transaction } = event;
    const [amount, value] = [BigInt(event.amount), BigInt(event.value)];
    const pool = this.#pool(this.#subsystemOf.get(collective) ?? collective, type);
    pool.amount += amount;
    pool.value += value;
    const stock = this.#stock.get(collective) ?? new Map<Id, Holding>();
    this.#stock.set(collective, stock);
    const holding = stock.get(type) ?? { amount: 0n, value: 0n };
    stock.set(type, { amount: holding.amount + amount, value: holding.value + value });
    if (cause === 'dispatch')
      pool.entered = {
        amount: pool.entered.amount + amount,
        value: pool.entered.value + value,
        last: transaction,
      };
    return pool;
  }

  /** A collective's goods count in another subsystem from now on. */
  #move(collective: Id, to: Id, changed: Set<Pool>): void {
    const from = this.#subsystemOf.get(collective);
    this.#subsystemOf.set(collective, to);
    if (from === undefined || from === to) return;
    for (const [type, { amount, value }] of this.#stock.get(collective) ?? []) {
      const [left, joined] = [this.#pool(from, type), this.#pool(to, type)];
      left.amount -= amount;
      left.value -= value;
      joined.amount += amount;
      joined.value += value;
      changed.add(left).add(joined);
    }
  }

  #pool(subsystem: Id, type: Id): Pool {
    const at = `${subsystem}/${type}`;
    const found = this.#pools.get(at);
    if (found !== undefined) return found;
    const pool: Pool = { amount: 0n, value: 0n, entered: { amount: 0n, value: 0n }, points: [] };
    this.#pools.set(at, pool);
    return pool;
  }
}

function addPoint(pool: Pool, height: number, time: number): void {
  const { amount, value, entered } = pool;
  pool.points.push({ height, time, amount, value, entered });
  pool.entered = { amount: 0n, value: 0n };
  if (pool.points.length > HISTORY_POINTS) pool.points = thinned(pool.points);
}

/** Every second point, the first and the last always; what entered at one that is dropped counts at the next. */
function thinned(points: readonly PricePoint[]): PricePoint[] {
  const kept: PricePoint[] = [];
  let dropped: PricePoint['entered'] = { amount: 0n, value: 0n };
  points.forEach((point, i) => {
    const { amount, value, last } = point.entered;
    const by = last ?? dropped.last;
    const entered = {
      amount: dropped.amount + amount,
      value: dropped.value + value,
      ...(by === undefined ? {} : { last: by }),
    };
    if (i % 2 === 1 && i < points.length - 1) {
      dropped = entered;
      return;
    }
    kept.push({ ...point, entered });
    dropped = { amount: 0n, value: 0n };
  });
  return kept;
}
