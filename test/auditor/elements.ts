/**
 * Means of production as sets of elements (§4): each has a value v that never changes, a durability d, and u operating minutes that transferred
 * value. It has transferred v·u/d, rounded down. Not here: productions (`production.ts`).
 */
import type { Id } from '../../src/economy/transaction.ts';
import { down } from './arithmetic.ts';
import type { Element } from './records.ts';

/** What elements have left, each once. */
export function left(elements: readonly Element[]): bigint {
  let value = 0n;
  for (const { v, d, u } of elements) value += v - down(v * BigInt(u), BigInt(d));
  return value;
}

/** After so many operating minutes; none transfers longer than `reach` times its durability. */
export function worked(elements: readonly Element[], minutes: number, reach: number): readonly Element[] {
  return elements.map((element) => {
    const { u, d } = element;
    const most = Math.max(u, reach * d);
    return { ...element, u: Math.min(u + minutes, most) };
  });
}

/** Those on which nothing stands. */
export function tops(elements: readonly Element[]): Id[] {
  return elements.filter(({ id }) => !elements.some(({ on }) => on.includes(id))).map(({ id }) => id);
}

/** An element and everything above it. */
export function standingOn(elements: readonly Element[], bottom: Id): ReadonlySet<Id> {
  const found = new Set([bottom]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { id, on } of elements) if (on.some((below) => found.has(below))) found.add(id);
  }
  return found;
}

/** What hangs together, in pieces. */
export function pieces(elements: readonly Element[]): Element[][] {
  const out: Element[][] = [];
  const rest = new Set(elements);
  for (const first of elements) {
    if (!rest.delete(first)) continue;
    const piece = [first];
    for (const one of piece)
      for (const other of [...rest])
        if (one.on.includes(other.id) || other.on.includes(one.id)) {
          rest.delete(other);
          piece.push(other);
        }
    out.push(piece);
  }
  return out;
}

export function newest(elements: readonly Element[]): Element {
  return elements.reduce((a, b) => (b.born > a.born ? b : a));
}
