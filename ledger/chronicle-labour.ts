/**
 * Who worked how much: minutes by collective and month. Sums only: no wallet and no day of anybody.
 */
import { monthEnd } from '../src/economy/calendar.ts';
import type { Id } from '../src/economy/transaction.ts';
import { CHRONICLE_MONTHS } from '../src/limits.ts';
import type { ToldBlock } from './chronicle.ts';

export class LabourByMonth {
  /** Collective → month (its last second) → minutes. */
  readonly #minutes = new Map<Id, Map<number, number>>();

  fold({ time, events, state }: ToldBlock): void {
    const month = monthEnd(time);
    for (const event of events) {
      if (event.kind !== 'workload') continue;
      const producer = state.productions.get(event.production)?.producer;
      if (producer === undefined) throw new Error(`a workload of no production ${event.production}`);
      const months = this.#minutes.get(producer) ?? new Map<number, number>();
      this.#minutes.set(producer, months);
      months.set(month, (months.get(month) ?? 0) + event.minutes);
      if (months.size > CHRONICLE_MONTHS) months.delete(months.keys().next().value as number);
    }
  }

  /** Minutes of work by month (its last second), oldest first; the last CHRONICLE_MONTHS with any. */
  of(collective: Id): readonly (readonly [month: number, minutes: number])[] {
    return [...(this.#minutes.get(collective) ?? [])];
  }
}
