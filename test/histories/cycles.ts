/**
 * L3: what comes out of a production is worth what went in. What went in is added up here from the transactions and the lots they named, not from
 * the production's own row: minutes worked, what materials were worth, what means of production lost. Components are on neither side: they
 * bring what they have left, and it comes out again.
 */
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id, Transaction } from '../../src/economy/transaction.ts';

const MICRO = 1_000_000n;

export class Cycles {
  readonly #state: State;
  /** What each open production has taken in. */
  readonly #taken = new Map<Id, bigint>();
  /** The named lot, or all components, before the transaction. */
  #before = 0n;

  constructor(state: State) {
    this.#state = state;
  }

  /** Before a transaction is played. */
  before(transaction: Transaction): void {
    const { lots, productions } = this.#state;
    const worth = (id: Id): bigint => lots.get(id)?.value ?? 0n;
    if (transaction.kind === 'allocate_resource' || transaction.kind === 'deallocate_mop')
      this.#before = worth(transaction.lot);
    if (transaction.kind === 'output') {
      const components = productions.get(transaction.production)?.components ?? [];
      this.#before = components.reduce((sum, id) => sum + worth(id), 0n);
    }
  }

  /** After it was accepted: whether value was made or lost. */
  look(transaction: Transaction, events: readonly LedgerEvent[]): string | undefined {
    const { lots } = this.#state;
    switch (transaction.kind) {
      case 'allocate_workload':
        this.#take(transaction.production, BigInt(transaction.minutes) * MICRO);
        return undefined;
      case 'allocate_resource':
      case 'deallocate_mop':
        this.#take(transaction.production, this.#before - (lots.get(transaction.lot)?.value ?? 0n));
        return undefined;
      case 'output': {
        const made = events.flatMap((e) => (e.kind === 'lot' && e.amount > 0 ? [e.lot] : []));
        const out = made.reduce((sum, id) => sum + (lots.get(id)?.value ?? 0n), 0n);
        const went = this.#end(transaction.production) + this.#before;
        return out === went ? undefined : `L3: ${went} went in and ${out} came out`;
      }
      case 'abort_production': {
        const told = events.find((e) => e.kind === 'production_aborted')?.wasted;
        const went = this.#end(transaction.production);
        return told === String(went) ? undefined : `L3: ${went} went in and ${told} was wasted`;
      }
      default:
        return undefined;
    }
  }

  #take(production: Id, value: bigint): void {
    this.#taken.set(production, (this.#taken.get(production) ?? 0n) + value);
  }
  #end(production: Id): bigint {
    const taken = this.#taken.get(production) ?? 0n;
    this.#taken.delete(production);
    return taken;
  }
}
