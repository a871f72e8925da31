/** Chance of the world: everything that a seed decides. Named streams, so that leaving out one event does not change the others' luck. */
import { chance } from '../../demo/chance.ts';
import type { Chance } from '../../main/random.ts';

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

export class Whim {
  readonly next: () => number;

  constructor(name: string) {
    this.next = chance(hash(name));
  }

  /** Integer 0 … n − 1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  /** Integer from … to, both included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }
  often(share: number): boolean {
    return this.next() < share;
  }
  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.below(256);
    return out;
  }
}

/** Randomness of a till or card that a seed repeats. Guessable: for the world only. */
export function seededChance(name: string): Chance {
  const whim = new Whim(name);
  return {
    random: (length) => whim.bytes(length),
    randomBelow: (n) => (n <= 1 ? 0 : whim.below(n)),
  };
}
