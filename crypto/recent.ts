/** A bounded cache: the most recently used values by text key, the least recently used given up first. */
export class Recent<V> {
  readonly #kept = new Map<string, V>();
  readonly #bound: number;

  /** `bound`: how many values are kept, ≥ 1. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The value kept under `key`, or the one `make` gives, kept from now on. */
  get(key: string, make: () => V): V {
    const found = this.#kept.get(key);
    if (found !== undefined) {
      // A Map runs in order of insertion: the first is the least recently used.
      this.#kept.delete(key);
      this.#kept.set(key, found);
      return found;
    }
    const value = make();
    if (this.#kept.size >= this.#bound) {
      const oldest = this.#kept.keys().next().value;
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    this.#kept.set(key, value);
    return value;
  }
}
