/**
 * What hangs on a collective (§2.1), as sums: the terms of L1 that have no account of their own. They are kept by watching
 * the tables (`watches.ts`), for each collective and, added up with the pools, for each subsystem. So a split knows at once
 * what each part holds, however many rows there are.
 * Not here: C, W, D, Q, R, which are rows of a subsystem (`accounts.ts`).
 */

import { totalMinutes } from '../coupons/denominations.ts';
import { fromMinutes, type MicroMinutes } from '../units/micro-minutes.ts';
import type { KeysetRow, LotRow, ProductionRow, State } from './state.ts';
import type { Id } from './transaction.ts';

export interface Holdings {
  /** Labour not yet revised, gross. */
  U: MicroMinutes;
  /** Of U, what was done for commons: the part of C that workloads explain. No term of L1. */
  K: MicroMinutes;
  /** Revised shares not yet claimed. */
  P: MicroMinutes;
  /** Balances by origin. */
  B: MicroMinutes;
  /** Coupons by office, open loads included. */
  O: MicroMinutes;
  /** Clearing by outlet. */
  Z: MicroMinutes;
  /** Exclusive value: lots, residuals of means of production, work in progress; of a subsystem also its pools. */
  G: MicroMinutes;
}
export type Holding = keyof Holdings;

const NOTHING: Holdings = { U: 0n, K: 0n, P: 0n, B: 0n, O: 0n, Z: 0n, G: 0n };
const ALL = Object.keys(NOTHING) as readonly Holding[];

/** What hangs on the members of a subsystem, with its pools. */
export function totalsOf(state: State, subsystem: Id): Readonly<Holdings> {
  return state.indexes.totals.get(subsystem) ?? NOTHING;
}

/** What a lot counts in G. */
export function lotValue(lot: LotRow | undefined): MicroMinutes {
  return lot?.label === 'exclusive' ? lot.value : 0n;
}

/** What a production counts in G: all that it has absorbed, until it is put out or given up. */
export function workInProgress(row: ProductionRow | undefined): MicroMinutes {
  return row?.state === 'open' && row.label === 'exclusive' ? row.labour + row.resources + row.means : 0n;
}

/** What an office owes for the coupons of a keyset: issued and not gone in one way or another. */
export function couponsOut(row: KeysetRow | undefined): MicroMinutes {
  if (row === undefined) return 0n;
  const gone = [row.redeemed, row.refreshed, row.recouped, row.wasted];
  return fromMinutes(gone.reduce((left, counts) => left - totalMinutes(counts), totalMinutes(row.issued)));
}

/** What an office owes for a load, refresh or take back that waits for its issue: coupons of so many minutes. */
export function openIssue(
  row: { readonly signatures?: unknown; readonly cancelled?: unknown; readonly closed?: unknown } | undefined,
  minutes: number,
): MicroMinutes {
  const open = row !== undefined && row.signatures === undefined;
  return open && row.cancelled === undefined && row.closed === undefined ? fromMinutes(minutes) : 0n;
}

/** Adds to what hangs on a collective, and to its subsystem's sum. */
export function addHolding(state: State, collective: Id, holding: Holding, change: MicroMinutes): void {
  if (change === 0n) return;
  add(state.indexes.holdings, collective, holding, change);
  const subsystem = state.collectives.get(collective)?.subsystem;
  if (subsystem !== undefined) addTotal(state, subsystem, holding, change);
}

/** Adds to a subsystem's sum. */
export function addTotal(state: State, subsystem: Id, holding: Holding, change: MicroMinutes): void {
  if (change === 0n) return;
  add(state.indexes.totals, subsystem, holding, change);
  if (holding === 'K') addChange(state, subsystem, 'C', -change);
}

/** A collective went from one subsystem to another: what hangs on it goes with it. */
export function moveHoldings(state: State, collective: Id, from: Id | undefined, to: Id | undefined): void {
  const held = state.indexes.holdings.get(collective);
  if (held === undefined) return;
  for (const holding of ALL) {
    if (from !== undefined) addTotal(state, from, holding, -held[holding]);
    if (to !== undefined) addTotal(state, to, holding, held[holding]);
  }
}

/** Notes that an account of a subsystem changed, for `contributions.ts`. */
export function addChange(
  { indexes }: State,
  subsystem: Id,
  account: 'C' | 'W' | 'D' | 'Q' | 'R',
  change: MicroMinutes,
): void {
  if (change === 0n) return;
  const row = indexes.changes.get(subsystem);
  if (row === undefined)
    indexes.changes.set(subsystem, { C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n, [account]: change });
  else row[account] += change;
}

function add(map: Map<Id, Holdings>, at: Id, holding: Holding, change: MicroMinutes): void {
  const row = map.get(at);
  if (row === undefined) {
    map.set(at, { ...NOTHING, [holding]: change });
    return;
  }
  row[holding] += change;
  if (row[holding] === 0n && ALL.every((name) => row[name] === 0n)) map.delete(at);
}
