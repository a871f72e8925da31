/**
 * The counting sheet as the screen needs it: progress, which line comes next, and the sealed variance split into
 * shortages and surpluses, which are never netted. Uncounted is not zero. Expected amounts are nowhere here.
 */
import type { ProductView, StockView } from '../src/till-api.ts';

export type Count = NonNullable<StockView['count']>;
export type CountLine = Count['lines'][number];

export interface SheetLine extends CountLine {
  readonly product: ProductView;
}

/** The lines with their products, in the order of the shelves and not of the count; a line whose product the screen does not know is left out, as nobody could count it. */
export function sheet(count: Count, products: readonly ProductView[]): SheetLine[] {
  const lines = new Map(count.lines.map((line) => [line.type, line]));
  return products.flatMap((product) => {
    const line = lines.get(product.type);
    return line ? [{ ...line, product }] : [];
  });
}

export function counted(lines: readonly CountLine[]): number {
  return lines.filter((line) => line.counted !== null).length;
}

/** True while a line takes an entry: in a running count, every line that is not sealed. */
export function isOpen(line: CountLine): boolean {
  return line.variance === undefined;
}

/** The next open line without an entry after `after`, going round; null when all are counted. */
export function nextUncounted(lines: readonly CountLine[], after: string | null): string | null {
  const start = lines.findIndex((line) => line.type === after) + 1;
  const round = [...lines.slice(start), ...lines.slice(0, start)];
  return round.find((line) => isOpen(line) && line.counted === null)?.type ?? null;
}

export interface Variance {
  readonly shortages: readonly SheetLine[];
  readonly surpluses: readonly SheetLine[];
  readonly right: number;
  readonly uncounted: number;
  /** Sums of the values, micro-minutes: two numbers, for one of them says nothing about the other. */
  readonly short: string;
  readonly over: string;
}

export function splitVariance(lines: readonly SheetLine[]): Variance {
  const done = lines.filter((line) => line.variance !== undefined && line.counted !== null);
  const shortages = done.filter((line) => line.variance! < 0);
  const surpluses = done.filter((line) => line.variance! > 0);
  const sum = (of: readonly SheetLine[]) => `${of.reduce((s, line) => s + BigInt(line.value ?? '0'), 0n)}`;
  return {
    shortages,
    surpluses,
    right: done.length - shortages.length - surpluses.length,
    uncounted: lines.filter((line) => line.counted === null).length,
    short: sum(shortages),
    over: sum(surpluses),
  };
}
