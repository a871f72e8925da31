/** Balances by wallet and origin (§2.1, §6.4): spent from the oldest origin on, and where they go back to. Not here: who moves them. */
import type { Appropriate, Id, Key } from '../../src/economy/transaction.ts';
import { moveClearing } from './clearing.ts';
import type { Records, Taken } from './records.ts';
import { settle } from './settlement.ts';

export function addBalance({ balances }: Records, wallet: Key, origin: Id, value: bigint): void {
  const at = `${wallet}/${origin}`;
  const after = (balances.get(at) ?? 0n) + value;
  if (after < 0n) throw new Error('a balance below zero');
  if (after === 0n) balances.delete(at);
  else balances.set(at, after);
}

/** Takes value from a wallet's balances with origins in a subsystem, the oldest first. What was taken where. */
export function spend(records: Records, wallet: Key, subsystem: Id, value: bigint): Taken[] {
  const taken: Taken[] = [];
  let rest = value;
  for (const origin of records.members(subsystem)) {
    const balance = records.balances.get(`${wallet}/${origin}`) ?? 0n;
    const some = balance < rest ? balance : rest;
    if (some === 0n) continue;
    addBalance(records, wallet, origin, -some);
    taken.push({ origin, value: some });
    rest -= some;
  }
  if (rest > 0n) throw new Error('a wallet without that much');
  return taken;
}

/** What was owed in one subsystem goes back to origins that may be in another. */
export function giveBack(records: Records, wallet: Key, back: readonly Taken[], from: Id): void {
  for (const { origin, value } of back) {
    addBalance(records, wallet, origin, value);
    settle(records, from, records.home(origin), value);
  }
}

export function appropriate(records: Records, { wallet, outlet, value }: Appropriate): void {
  spend(records, wallet, records.home(outlet), value);
  moveClearing(records, outlet, value);
}
