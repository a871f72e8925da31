/** Which line of the basket the keys + − * Del act on next. */
import type { BasketLine } from '../src/till-api.ts';

/** The line that came or grew between two pictures of the basket, else the one marked before, else the last. */
export function lineToMark(
  before: readonly BasketLine[],
  now: readonly BasketLine[],
  marked: string | null,
): string | null {
  const was = new Map(before.map((line) => [line.type, line.amount]));
  const grown = now.findLast((line) => line.amount > (was.get(line.type) ?? 0));
  if (grown) return grown.type;
  return now.some((line) => line.type === marked) ? marked : (now.at(-1)?.type ?? null);
}
