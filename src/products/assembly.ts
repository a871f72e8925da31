/**
 * Putting products together and taking them apart (paper §4.2). Assembly adds one element, the work of assembling; parts keep
 * their value and age. Taking apart dissolves an element and whatever stands on it: that work is lost, the other parts
 * stay what they are. Nothing else ever changes an element, so value is neither made nor lost on the way.
 */
import { ok, type Result, refuse } from '../result.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { allParts, ancestors, type Composition, durabilityOn, type Element, roots } from './element.ts';

/** A product that becomes part of another. */
export interface Part {
  readonly product: Composition;
  /** The elements that the new one stands on; absent: all roots. What else the product holds comes along. */
  readonly on?: readonly string[];
}
/** What assembling adds: `v` is the value it absorbed. */
export interface Work {
  readonly id: string;
  readonly type: string;
  readonly v: MicroMinutes;
}

/** A product of one element, new. */
export function simple(work: Work, d: number): Composition {
  return [{ ...work, d, k: 0, u: 0, children: [] }];
}

/**
 * One product out of one or more that share no element, with a new element on top. `on` may name an element within: the RAM
 * goes into the mainboard, whatever else stands on the mainboard already; then the product has more than one root.
 */
export function assemble(parts: readonly Part[], work: Work): Composition {
  const all = parts.flatMap(({ product }) => product);
  const on = new Set(parts.flatMap((part) => part.on ?? roots(part.product).map(({ id }) => id)));
  return [...all, standing(all, on, work)];
}

function standing(all: Composition, on: ReadonlySet<string>, work: Work): Element {
  const below = all.filter(({ id }) => on.has(id));
  if (below.length === 0 || below.length !== on.size) throw new Error('stands on what is not there');
  return { ...work, d: durabilityOn(below), k: 0, u: 0, children: [...on].sort() };
}

export interface Apart {
  /** The element and what stood on it, gone. */
  readonly dissolved: Composition;
  /** What is left, each connected part a product. */
  readonly parts: readonly Composition[];
}

/** Takes a product apart at an element: to free a part, name what stands on it; a broken part goes with what stands on it. */
export function disassemble(product: Composition, id: string): Apart {
  const gone = new Set([id, ...ancestors(product, id).map((element) => element.id)]);
  return {
    dissolved: product.filter((element) => gone.has(element.id)),
    parts: connected(product.filter((element) => !gone.has(element.id))),
  };
}

/** The connected parts of a graph whose parts all come with it, in the order of their newest elements. */
function connected(elements: Composition): readonly Composition[] {
  let groups: Composition[] = [];
  for (const element of elements) {
    const joined = groups.filter((group) => group.some(({ id }) => element.children.includes(id)));
    const members = new Set([...joined.flat(), element]);
    groups = groups.filter((group) => !joined.includes(group));
    groups.push(elements.filter((e) => members.has(e)));
  }
  return groups;
}

export interface Replaced {
  readonly product: Composition;
  /** The work that stood on the old part, gone. */
  readonly dissolved: Composition;
  /** The old part with its own parts. */
  readonly removed: Composition;
}

/**
 * A part is changed for another: the work that stood on the old one is lost and done again by `redo`, which says id and
 * value of the new element in the place of each lost one. All other elements keep their ages. Refuses `shared_part`: something
 * else stands on a part of the old one, so that it does not come out whole.
 */
export function replacePart(
  product: Composition,
  old: string,
  part: Composition,
  redo: (lost: Element) => { readonly id: string; readonly v: MicroMinutes },
): Result<Replaced, 'shared_part'> {
  const lost = ancestors(product, old);
  const whole = new Set([old, ...allParts(product, old).map(({ id }) => id)]);
  const kept = product.filter((element) => !lost.includes(element) && !whole.has(element.id));
  const stay = [...kept, ...lost].some(({ children }) => children.some((id) => id !== old && whole.has(id)));
  if (stay) return refuse('shared_part');
  const successors = new Map([[old, roots(part).map(({ id }) => id)]]);
  const all: Element[] = [...kept, ...part];
  for (const element of lost) {
    const on = new Set(element.children.flatMap((child) => successors.get(child) ?? [child]));
    const work = { type: element.type, ...redo(element) };
    all.push(standing(all, on, work));
    successors.set(element.id, [work.id]);
  }
  return ok({ product: all, dissolved: lost, removed: product.filter(({ id }) => whole.has(id)) });
}
