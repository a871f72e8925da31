/**
 * Simple and composite products (paper §4.2): a product is a directed graph without a closed walk whose nodes are element
 * *instances*, so two identical RAM modules are two elements. An element that several others stand on is one element and
 * counts once: s(t) is a set. Value is in micro-minutes of labour, durability and age in operating minutes.
 * Not here: how value leaves a means of production (`value-transfer.ts`), how products are put together (`assembly.ts`).
 */
import type { MicroMinutes } from '../units/micro-minutes.ts';

export interface Element {
  /** Tells instances apart; in ledger use the id of the lot in which the element first stood. */
  readonly id: string;
  /** The product type it is an instance of. */
  readonly type: string;
  /** Simple value v(t): what it absorbed when it was made, without its parts. Never changes, ≥ 0. */
  readonly v: MicroMinutes;
  /** Durability d(t) ≥ 1. */
  readonly d: number;
  /** Operating minutes so far. An idle machine does not age. */
  readonly k: number;
  /** Those of them that transferred value: at most d, beyond the durability at most a multiple of it. */
  readonly u: number;
  /** c(t): ids of the direct parts, ascending. */
  readonly children: readonly string[];
}

/** A product: its elements, parts before what stands on them. The last one is the newest and nothing stands on it. */
export type Composition = readonly Element[];

/** An element of a product; asking for another is a bug and throws. */
export function elementOf(product: Composition, id: string): Element {
  const found = product.find((element) => element.id === id);
  if (found === undefined) throw new Error(`no element ${id}`);
  return found;
}

/** c(t), eq. 1: the direct parts. */
export function directParts(product: Composition, id: string): Composition {
  const { children } = elementOf(product, id);
  return product.filter((element) => children.includes(element.id));
}

/** s(t), eq. 2: all parts, each once, without t itself. */
export function allParts(product: Composition, id: string): Composition {
  const found = new Set(elementOf(product, id).children);
  // Parts come before what stands on them, so one walk from the top meets every parent before its parts.
  for (const element of product.toReversed())
    if (found.has(element.id)) for (const child of element.children) found.add(child);
  return product.filter((element) => found.has(element.id));
}

/** Everything that stands on an element, directly or not, without the element itself. */
export function ancestors(product: Composition, id: string): Composition {
  const found = new Set([elementOf(product, id).id]);
  for (const element of product)
    if (element.children.some((child) => found.has(child))) found.add(element.id);
  return product.filter((element) => element.id !== id && found.has(element.id));
}

/** The elements that nothing stands on. */
export function roots(product: Composition): Composition {
  const parts = new Set(product.flatMap((element) => element.children));
  return product.filter((element) => !parts.has(element.id));
}

/** v*(t), eq. 4: the element's value with that of all its parts, each once, as they were when new. */
export function aggregatedValue(product: Composition, id: string): MicroMinutes {
  return allParts(product, id).reduce((sum, { v }) => sum + v, elementOf(product, id).v);
}

/**
 * The durability of work on these parts, eq. 3: it is lost with the first part that is worn out, so the least of what they have
 * left, d − u, and at least 1. Of new parts this is the paper's min d. `parts` must not be empty.
 */
export function durabilityOn(parts: Composition): number {
  return Math.max(1, Math.min(...parts.map(({ d, u }) => d - u)));
}
