/** How bugs are planted: a method of the firmware is replaced from outside, in the tests alone, and put back afterwards. */
export interface Planted {
  readonly name: string;
  /** Beginnings of the names of scenarios, by each of which it must be found; a guess is compared instead where `guessing`. */
  readonly scenarios: readonly string[];
  readonly guessing?: true;
  readonly plant: () => () => void;
}

// biome-ignore lint/suspicious/noExplicitAny: a method of any shape is replaced by one of the same shape
type Method = (...args: any[]) => any;

/** Replaces a method; the new one is given the old one. */
export function replace<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  by: (self: T, old: T[K] & Method, args: Parameters<T[K] & Method>) => unknown,
): () => void {
  const old = prototype[name] as T[K] & Method;
  prototype[name] = function (this: T, ...args: Parameters<T[K] & Method>) {
    return by(this, old, args);
  } as T[K];
  return () => {
    prototype[name] = old;
  };
}

/** One way back out of several. */
export const all =
  (...undo: (() => void)[]) =>
  () => {
    for (const one of undo) one();
  };

/** Work that is done later than it was asked for. */
export function putOff(): { put(work: () => void): void; now(): void } {
  let waiting: (() => void)[] = [];
  return {
    put: (work) => void waiting.push(work),
    now: () => {
      const these = waiting;
      waiting = [];
      for (const work of these) work();
    },
  };
}
