/**
 * Which transactions made c, w and the settlement of a month («tax explained», §6.3). What a transaction changed in the accounts of
 * a subsystem is seen by watching them (`watches.ts`) and written down under its id; so no rule can forget it, and the
 * contributions of a month add up to what the revision found. Labour for commons is left out: the workloads say it themselves.
 * Not here: reading them (`explain.ts`).
 */
import { monthEnd } from './calendar.ts';
import type { Context } from './rule.ts';
import type { AccountChange, State } from './state.ts';
import type { Id, Seconds } from './transaction.ts';

const ACCOUNTS = ['C', 'W', 'D', 'Q', 'R'] as const;
export type Account = (typeof ACCOUNTS)[number];

/** The key under which a month of a subsystem is looked up. */
export function monthKey(subsystem: Id, month: Seconds): string {
  return `${subsystem}/${month}`;
}

/** Forgets what nobody is to answer for: changes from before a transaction, and a revision's own closing of accounts. */
export function forgetChanges(state: State): void {
  state.indexes.changes.clear();
}

/** Writes down what changed since the last time, in the month of the block or in one that is named. */
export function recordChanges(
  { state, time }: Context,
  by: Id,
  reason: string,
  month = monthEnd(time),
): void {
  const { changes } = state.indexes;
  const subsystems = [...changes].sort(([a], [b]) => (a < b ? -1 : 1));
  changes.clear();
  for (const [subsystem, change] of subsystems)
    for (const account of ACCOUNTS) write(state, monthKey(subsystem, month), by, reason, account, change);
}

function write(
  { contributions }: State,
  month: string,
  by: Id,
  reason: string,
  account: Account,
  change: AccountChange,
): void {
  if (change[account] === 0n) return;
  const at = `${month}/${by}/${account}`;
  const before = contributions.get(at)?.value ?? 0n;
  contributions.set(at, { value: before + change[account], reason });
}
