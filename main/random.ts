/** Randomness for the terminal, from the operating system. */
import { randomBytes, randomInt } from 'node:crypto';

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
/** Uniform integer 0 … n − 1. */
export const randomBelow = (n: number): number => (n <= 1 ? 0 : randomInt(n));

/** Where a terminal's chance comes from: a simulation brings one that a seed repeats. */
export interface Chance {
  readonly random: typeof random;
  readonly randomBelow: typeof randomBelow;
}
export const systemChance: Chance = { random, randomBelow };
