/**
 * What may be paid without a PIN: per tap, in all, and how many taps (`limits.ts`). They change in the transaction that
 * records the purchase, so no tear gives a free one; VERIFY pay sets the cumulative ones back.
 */
import { beBytes, beNumber } from '../src/bytes.ts';
import { NO_PIN } from '../src/limits.ts';
import type { Journal, Transaction } from './journal.ts';
import { LIMITS } from './layout.ts';
import type { Memory } from './memory.ts';

export class SpendingLimits {
  readonly #memory: Memory;
  readonly #journal: Journal;

  constructor(memory: Memory, journal: Journal) {
    this.#memory = memory;
    this.#journal = journal;
  }

  /** Minutes and taps since the last PIN. */
  get used(): { readonly minutes: number; readonly taps: number } {
    return { minutes: beNumber(this.#memory.view(LIMITS, 2)), taps: this.#memory.byte(LIMITS + 2) };
  }

  allow(minutes: number): boolean {
    const { minutes: before, taps } = this.used;
    return (
      minutes <= NO_PIN.perTapMinutes && before + minutes <= NO_PIN.cumulativeMinutes && taps < NO_PIN.taps
    );
  }

  /** Counts a purchase without PIN, within its transaction. */
  count(transaction: Transaction, minutes: number): void {
    const { minutes: before, taps } = this.used;
    transaction.set(LIMITS, beBytes(before + minutes, 2));
    transaction.set(LIMITS + 2, beBytes(taps + 1, 1));
  }

  reset(): void {
    const transaction = this.#journal.begin();
    transaction.set(LIMITS, new Uint8Array(3));
    transaction.commit();
  }
}
