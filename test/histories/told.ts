/**
 * L7 from what the ledger tells: `stock` events summed over the members of a subsystem are the pool; and whatever leaves it, for whatever reason, takes
 * floor(amount × value / amount of the pool), the last goods all that is left. So what left and what remains is what entered.
 */
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { State } from '../../src/economy/state.ts';

interface Sum {
  amount: number;
  value: bigint;
}
type StockEvent = Extract<LedgerEvent, { kind: 'stock' }>;
/** A take back that is undone leaves with the value it came with; the others change values only, or enter. */
const AT_THE_AVERAGE = new Set<StockEvent['cause']>(['hand_over', 'write_off', 'shortage', 'transfer']);

export class Told {
  readonly #state: State;
  /** `type` → `collective` → what was told of it. */
  readonly #told = new Map<string, Map<string, Sum>>();
  /** `collective/type` → value of its shortages that no surplus has brought back. */
  readonly #missing = new Map<string, bigint>();

  constructor(state: State) {
    this.#state = state;
  }

  /** After a step: the first thing told that does not add up. */
  look(events: readonly LedgerEvent[]): string | undefined {
    const pools = new Set<string>();
    let membership = false;
    for (const event of events) {
      if (event.kind === 'member') membership = true;
      if (event.kind !== 'stock') continue;
      const fault = this.#leaves(event) ?? this.#comesBack(event);
      if (fault !== undefined) return fault;
      const sum = this.#of(event.collective, event.type);
      sum.amount += Number(event.amount);
      sum.value += BigInt(event.value);
      pools.add(`${this.#home(event.collective)}/${event.type}`);
    }
    return this.#pools(membership ? this.#everywhere() : pools);
  }

  #home(collective: string): string {
    return this.#state.collectives.get(collective)?.subsystem ?? '';
  }
  #of(collective: string, type: string): Sum {
    const holders = this.#told.get(type) ?? new Map<string, Sum>();
    const sum = holders.get(collective) ?? { amount: 0, value: 0n };
    this.#told.set(type, holders.set(collective, sum));
    return sum;
  }
  /** What was told of a type in a subsystem. */
  #sum(subsystem: string, type: string): Sum {
    const total = { amount: 0, value: 0n };
    for (const [collective, { amount, value }] of this.#told.get(type) ?? []) {
      if (this.#home(collective) !== subsystem) continue;
      total.amount += amount;
      total.value += value;
    }
    return total;
  }
  #everywhere(): Set<string> {
    const out = new Set<string>();
    for (const [type, holders] of this.#told)
      for (const collective of holders.keys()) out.add(`${this.#home(collective)}/${type}`);
    return out;
  }

  #leaves({ collective, type, amount, value, cause }: StockEvent): string | undefined {
    const gone = -Number(amount);
    if (gone <= 0 || !AT_THE_AVERAGE.has(cause)) return undefined;
    const pool = this.#sum(this.#home(collective), type);
    const price =
      gone === pool.amount ? pool.value : (pool.value * BigInt(gone)) / BigInt(Math.max(1, pool.amount));
    return -BigInt(value) === price
      ? undefined
      : `L7: ${cause}, ${gone} of ${pool.amount} worth ${pool.value} left for ${-BigInt(value)}`;
  }

  /** No surplus brings back more than was missing. */
  #comesBack({ collective, type, value, cause }: StockEvent): string | undefined {
    if (cause !== 'shortage' && cause !== 'surplus') return undefined;
    const at = `${collective}/${type}`;
    const missing = (this.#missing.get(at) ?? 0n) - BigInt(value);
    this.#missing.set(at, missing);
    return missing < 0n ? `L7: more came back to ${at.slice(0, 8)} than was missing: ${-missing}` : undefined;
  }

  #pools(changed: ReadonlySet<string>): string | undefined {
    for (const at of changed) {
      const sum = this.#sum(at.slice(0, 64), at.slice(65));
      const pool = this.#state.pools.get(at);
      if ((pool?.amount ?? 0) !== sum.amount || (pool?.value ?? 0n) !== sum.value)
        return `L7: pool ${at.slice(0, 8)} has ${pool?.amount} worth ${pool?.value}, ${sum.amount} worth ${sum.value} were told`;
    }
    return undefined;
  }
}
