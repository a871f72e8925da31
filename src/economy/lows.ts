/**
 * The lowest of a quantity over a sliding time. A list of entries, oldest first, strictly rising: over any stretch that
 * begins at or after an entry's time and before the next one's, the lowest is that entry's. At most two entries a day
 * are kept, so the answer may look up to a day further back than asked, never less far; that bounds the list.
 */
import { dayOf } from './calendar.ts';
import type { Seconds } from './transaction.ts';

interface Timed {
  readonly time: Seconds;
}

/** The list after the quantity became `entry` at its time. `order` compares quantities; entries that no stretch from `keepFrom` on needs are dropped. */
export function addLow<T extends Timed>(
  entries: readonly T[],
  entry: T,
  order: (a: T, b: T) => number,
  keepFrom: Seconds,
): readonly T[] {
  const out = [...entries];
  let time = entry.time;
  for (let last = out.at(-1); last !== undefined && order(last, entry) >= 0; last = out.at(-1)) {
    time = last.time;
    out.pop();
  }
  const before = out.at(-2);
  if (before !== undefined && day(before) === day(entry)) out.pop();
  out.push({ ...entry, time });
  while (out.length > 1 && (out[1] as T).time <= keepFrom) out.shift();
  return out;
}

/** The lowest entry since `since`; undefined when nothing was ever entered. */
export function lowestSince<T extends Timed>(entries: readonly T[], since: Seconds): T | undefined {
  let found = entries[0];
  for (const entry of entries) {
    if (entry.time > since) break;
    found = entry;
  }
  return found;
}

function day(entry: Timed): number {
  return dayOf(entry.time);
}
