/**
 * The trust graph (§2.1), and whether two collectives are still connected after the edge between them went. Two searches grow
 * from both ends, always the one that has reached fewer collectives, one collective at a time. They meet, or one of them has
 * reached everything it can: that is a part of its own. So the cost follows the smaller part, and in a well-knit graph the
 * searches meet after about as many collectives as the square root of all. Collectives are numbered by their ordinals, so
 * that a search touches numbers and no ids.
 * Not here: what follows from a split (`settlement.ts`).
 */
import type { Id } from './transaction.ts';

/** One growing search: reached in order, the first `done` of them with all their neighbours. */
interface Search {
  readonly reached: number[];
  readonly mark: number;
  done: number;
}

/** A look-up: edges by ordinal. Everything in it repeats the tables `collectives` and `trusts`. */
export class TrustGraph {
  /** By ordinal; a hole for one that has no row. */
  readonly ids: Id[] = [];
  readonly ordinals = new Map<Id, number>();
  /** By ordinal: ordinals of those trusted, ascending. */
  readonly edges: number[][] = [];
  /** Which search reached an ordinal last. Marks are never used twice. */
  #marks = new Float64Array(64);
  #lastMark = 0;

  clear(): void {
    this.ids.length = 0;
    this.edges.length = 0;
    this.ordinals.clear();
  }

  /** A collective without edges; one that is known already stays as it is. */
  add(id: Id, ordinal: number): void {
    if (this.ordinals.has(id)) return;
    this.ids[ordinal] = id;
    this.edges[ordinal] = [];
    this.ordinals.set(id, ordinal);
  }

  /** Both must have been added. */
  link(a: Id, b: Id): void {
    const [x, y] = [this.#ordinal(a), this.#ordinal(b)];
    insert(this.#edgesOf(x), y);
    insert(this.#edgesOf(y), x);
  }

  unlink(a: Id, b: Id): void {
    const [x, y] = [this.#ordinal(a), this.#ordinal(b)];
    remove(this.#edgesOf(x), y);
    remove(this.#edgesOf(y), x);
  }

  /** Whom a collective trusts strongly; undefined when it trusts nobody. */
  get(id: Id): ReadonlySet<Id> | undefined {
    const ordinal = this.ordinals.get(id);
    const edges = ordinal === undefined ? [] : this.#edgesOf(ordinal);
    return edges.length === 0 ? undefined : new Set(edges.map((other) => this.ids[other] as Id));
  }

  /** The collectives on one side of a cut, `a`'s or `b`'s, by ordinal, when there is no path between the two; undefined when there is one. */
  cutOff(a: Id, b: Id): readonly number[] | undefined {
    if (this.#marks.length < this.edges.length) this.#marks = new Float64Array(2 * this.edges.length);
    const [one, other] = [this.#from(a), this.#from(b)];
    for (;;) {
      const [grow, wait] = one.reached.length <= other.reached.length ? [one, other] : [other, one];
      if (grow.done === grow.reached.length) return grow.reached;
      if (this.#grow(grow, wait.mark)) return undefined;
    }
  }

  #from(id: Id): Search {
    const start = this.#ordinal(id);
    this.#lastMark += 1;
    this.#marks[start] = this.#lastMark;
    return { reached: [start], mark: this.#lastMark, done: 0 };
  }

  /** Goes on from one collective. True when the search has met the other. */
  #grow(search: Search, other: number): boolean {
    const marks = this.#marks;
    const next = search.reached[search.done] as number;
    search.done += 1;
    for (const neighbour of this.#edgesOf(next)) {
      const mark = marks[neighbour];
      if (mark === other) return true;
      if (mark === search.mark) continue;
      marks[neighbour] = search.mark;
      search.reached.push(neighbour);
    }
    return false;
  }

  #ordinal(id: Id): number {
    const ordinal = this.ordinals.get(id);
    if (ordinal === undefined) throw new Error(`no collective ${id}`);
    return ordinal;
  }
  #edgesOf(ordinal: number): number[] {
    return this.edges[ordinal] as number[];
  }
}

/** Where a number is in an ascending list, or would be. */
function position(list: readonly number[], value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value > (list[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
function insert(list: number[], value: number): void {
  const at = position(list, value);
  if (list[at] !== value) list.splice(at, 0, value);
}
function remove(list: number[], value: number): void {
  const at = position(list, value);
  if (list[at] === value) list.splice(at, 1);
}
