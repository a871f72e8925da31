/**
 * What a split divides, worked out apart from the rules: C, W and D in the proportion of U, rounded down for the part that gets a new id; where nobody
 * worked all three go into Q. A pool divides by the amounts held. What changes hands is settled, so C + W + D + Q of both parts are what they were.
 */
import type { State } from '../../src/economy/state.ts';
import type { Books } from './books.ts';

const floor = (a: bigint, b: bigint): bigint => (a % b !== 0n && a < 0n ? a / b - 1n : a / b);
const debts = (b: Books): bigint => b.C + b.W + b.D + b.Q;

/** The first thing that is wrong with a split into these two; undefined as well when there was none. */
export function divisionFault(
  state: State,
  parts: { readonly kept: string; readonly leaving: string } | undefined,
  old: ReadonlyMap<string, Books>,
  books: ReadonlyMap<string, Books>,
): string | undefined {
  if (parts === undefined) return books.size === old.size ? undefined : 'a split that nobody was told of';
  const { kept, leaving } = parts;
  const [was, stays, now] = [old.get(kept), books.get(kept), books.get(leaving)];
  if (was === undefined || stays === undefined || now === undefined || old.has(leaving))
    return 'a split of nobody';
  const whole =
    debts(was) === debts(stays) + debts(now) &&
    (['U', 'P', 'B', 'O', 'Z', 'R', 'G'] as const).every(
      (account) => was[account] === stays[account] + now[account],
    );
  if (!whole) return 'the two parts of a split are not together what was split';
  for (const account of ['C', 'W', 'D'] as const) {
    const part = was.U === 0n ? 0n : floor(was[account] * now.U, was.U);
    if (now[account] !== part)
      return `${account} of the leaving part is ${now[account]}, its work says ${part}`;
  }
  for (const [at, pool] of state.pools.entries()) {
    if (!at.startsWith(leaving)) continue;
    const rest = state.pools.get(`${kept}${at.slice(64)}`);
    const [amount, value] = [pool.amount + (rest?.amount ?? 0), pool.value + (rest?.value ?? 0n)];
    const part = amount === 0 ? 0n : (value * BigInt(pool.amount)) / BigInt(amount);
    if (pool.value !== part) return `the leaving part's pool is worth ${pool.value}, its goods ${part}`;
  }
  return undefined;
}
