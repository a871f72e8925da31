/**
 * What a split divides, worked out apart from the rules: C, W and D in the proportion of U, rounded down for the part that gets a new id; where nobody
 * worked all three go into Q. A pool divides by the amounts held. What changes hands is settled, so C + W + D + Q of both parts are what they were.
 */
import type { State } from '../../src/economy/state.ts';
import type { Books } from './books.ts';

const floor = (a: bigint, b: bigint): bigint => (a % b !== 0n && a < 0n ? a / b - 1n : a / b);
const debts = (b: Books): bigint => b.C + b.W + b.D + b.Q;

/** The first thing that is wrong with a split; undefined as well when there was none. */
export function divisionFault(
  state: State,
  old: ReadonlyMap<string, Books>,
  books: ReadonlyMap<string, Books>,
): string | undefined {
  const leaving = [...books.keys()].find((id) => !old.has(id));
  const now = leaving === undefined ? undefined : books.get(leaving);
  const kept = [...old.keys()].find((id) => {
    const [was, is] = [old.get(id), books.get(id)];
    return (
      state.subsystems.get(id) !== undefined &&
      was !== undefined &&
      is !== undefined &&
      now !== undefined &&
      was.U === is.U + now.U &&
      debts(was) === debts(is) + debts(now) &&
      was.B === is.B + now.B &&
      was.G === is.G + now.G
    );
  });
  if (leaving === undefined || now === undefined) return undefined;
  const was = old.get(kept ?? '');
  if (kept === undefined || was === undefined)
    return 'no subsystem is what the two parts of a split are together';
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
