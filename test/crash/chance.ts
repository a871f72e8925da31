/** Chance from a seed, so that a failure can be told and had again: SHA-256 of seed and count. */
import { createHash } from 'node:crypto';

/** Uniform enough for a game: integers 0 … n − 1. */
export function chanceOf(seed: number | string): (n: number) => number {
  let count = 0;
  let pool = Buffer.alloc(0);
  return (n) => {
    if (pool.length < 4) pool = createHash('sha256').update(`${seed} ${count++}`).digest();
    const drawn = pool.readUInt32BE(0);
    pool = pool.subarray(4);
    return drawn % n;
  };
}

/** `count` different numbers below `of`, in order; all of them when there are not more. */
export function sample(below: (n: number) => number, of: number, count: number): number[] {
  const all = Array.from({ length: of }, (_, i) => i);
  for (let i = 0; i < Math.min(count, of); i++) {
    const j = i + below(of - i);
    [all[i], all[j]] = [all[j] as number, all[i] as number];
  }
  return all.slice(0, count).sort((a, b) => a - b);
}
