/**
 * Where a wallet's minutes come from and go back to. Balances are kept by the collective where the work was done (origin),
 * because weak trust needs it (paper §2.1); they are spent oldest origin first. Value that crosses from one subsystem to
 * another, because a split came in between, is settled in Q.
 */
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { addBalance, post } from './accounts.ts';
import type { LoadRow, State } from './state.ts';
import type { Id, Key } from './transaction.ts';
import { collective, subsystemOf } from './who.ts';

export type Taken = LoadRow['taken'][number];

/**
 * Where `need` micro-minutes leave a wallet: balances whose origin is in a subsystem (weak trust), that of the oldest collective
 * first. undefined when they do not suffice.
 */
export function takeFrom(state: State, wallet: Key, subsystem: Id, need: MicroMinutes): Taken[] | undefined {
  const origins = [...(state.indexes.walletOrigins.get(wallet) ?? [])]
    .map((origin) => ({ origin, row: collective(state, origin) }))
    .filter(({ row }) => row.subsystem === subsystem)
    .sort((a, b) => a.row.ordinal - b.row.ordinal);
  const taken: Taken[] = [];
  let rest = need;
  for (const { origin } of origins) {
    const balance = state.balances.get(`${wallet}/${origin}`) ?? 0n;
    if (rest === 0n) break;
    const value = balance < rest ? balance : rest;
    taken.push({ origin, value });
    rest -= value;
  }
  return rest === 0n ? taken : undefined;
}

/** The part of what was taken that lies between two sums, counted from the first origin on. */
export function partOf(taken: readonly Taken[], from: MicroMinutes, to: MicroMinutes): Taken[] {
  const part: Taken[] = [];
  let at = 0n;
  for (const { origin, value } of taken) {
    const [low, high] = [at < from ? from : at, at + value > to ? to : at + value];
    if (high > low) part.push({ origin, value: high - low });
    at += value;
  }
  return part;
}

/** Value that was owed in subsystem `from` comes back to a wallet's balances. The debt itself is the caller's to end. */
export function giveBack(state: State, wallet: Key, back: readonly Taken[], from: Id): void {
  for (const { origin, value } of back) {
    addBalance(state, wallet, origin, value);
    settle(state, from, subsystemOf(state, origin), value);
  }
}

/** A claim of `value` went from one subsystem's books to another's: Q −= value there, Q += value here, so L1 holds in both. */
export function settle(state: State, from: Id, to: Id, value: MicroMinutes): void {
  if (from === to || value === 0n) return;
  post(state, from, { Q: -value });
  post(state, to, { Q: value });
}
