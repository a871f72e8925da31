/** Sums by day over a sliding window: what bounds how much an outlet may take back. Days count from 1970, UTC. */
import { DAY_SECONDS, dayOf } from './calendar.ts';
import type { DaySum } from './state.ts';
import type { Seconds } from './transaction.ts';

/** The first day of a window of `days` that ends now; it looks up to a day further back, never less far. */
export function windowDay(time: Seconds, days: number): number {
  return Math.max(0, dayOf(time - days * DAY_SECONDS));
}

/** Adds (or with a negative sum takes off) on a day; days before `first` are forgotten, days without sum have no entry. */
export function addDay(sums: readonly DaySum[], day: number, sum: number, first: number): readonly DaySum[] {
  const before = sums.find((entry) => entry.day === day)?.sum ?? 0;
  const others = sums.filter((entry) => entry.day !== day && entry.day >= first);
  const own = before + sum;
  return own === 0 || day < first ? others : [...others, { day, sum: own }].sort((a, b) => a.day - b.day);
}

/** The sum since a day, that day included. */
export function sumSince(sums: readonly DaySum[], first: number): number {
  return sums.reduce((total, { day, sum }) => (day >= first ? total + sum : total), 0);
}
