/**
 * A subsystem's accounts, worked out from the bare rows of the state, and their sum (L1 parity):
 * U − C − W − D − Q + P + B + O + Z + R − G = 0. An auditor for the API and for tests: it shares nothing with the rules that
 * post. Reads every row, so it is for looking, not for every block.
 * Not here: who may be shown what; the state of a ledger is public.
 */

import type { State } from '../src/economy/state.ts';
import type { Id } from '../src/economy/transaction.ts';
import { PACK_MINUTES } from '../src/limits.ts';
import { fromMinutes, type MicroMinutes } from '../src/units/micro-minutes.ts';

export interface Accounts {
  /** Labour not yet revised, gross. */
  readonly U: MicroMinutes;
  /** Pending value used for commons. */
  readonly C: MicroMinutes;
  /** Pending wasted exclusive value. */
  readonly W: MicroMinutes;
  /** Debt. */
  readonly D: MicroMinutes;
  /** Settlement. */
  readonly Q: MicroMinutes;
  /** Shares revised and not claimed. */
  readonly P: MicroMinutes;
  /** Balances by origin. */
  readonly B: MicroMinutes;
  /** Coupons by office; open loads, refreshes and take backs included. */
  readonly O: MicroMinutes;
  /** Clearing of the outlets: redeemed + appropriated − charged. */
  readonly Z: MicroMinutes;
  /** Rounding. */
  readonly R: MicroMinutes;
  /** Exclusive value: lots (means of production with what they have left), dispatch pools, work in progress. */
  readonly G: MicroMinutes;
}

/** The L1 sum; 0 in every state that is not broken. */
export function paritySum(a: Accounts): MicroMinutes {
  return a.U - a.C - a.W - a.D - a.Q + a.P + a.B + a.O + a.Z + a.R - a.G;
}

type Sums = { -readonly [A in keyof Accounts]: MicroMinutes };

/** Accounts of all subsystems. */
export function allAccounts(state: State): ReadonlyMap<Id, Accounts> {
  const all = new Map<Id, Sums>();
  for (const [id, { C, W, D, Q, R }] of state.subsystems.entries())
    all.set(id, { U: 0n, C, W, D, Q, P: 0n, B: 0n, O: 0n, Z: 0n, R, G: 0n });
  const at = (subsystem: Id): Sums => {
    const sums = all.get(subsystem);
    if (sums === undefined) throw new Error(`a row belongs to no subsystem: ${subsystem}`);
    return sums;
  };
  const of = (collective: Id): Sums => {
    const row = state.collectives.get(collective);
    if (row === undefined) throw new Error(`a row belongs to no collective: ${collective}`);
    return at(row.subsystem);
  };

  for (const [, load] of state.workloads.entries())
    if (load.revision === undefined) of(load.collective).U += fromMinutes(load.minutes);
    else if (!load.claimed) of(load.collective).P += load.share ?? 0n;
  for (const [key, value] of state.balances.entries()) of(key.slice(key.indexOf('/') + 1)).B += value;
  const owes = (id: Id, minutes: number): void => {
    const keyset = state.keysets.get(id);
    if (keyset === undefined) throw new Error(`a row belongs to no keyset: ${id}`);
    of(keyset.office).O += fromMinutes(minutes);
  };
  for (const [id, { issued, redeemed, refreshed, recouped, wasted }] of state.keysets.entries())
    issued.forEach((count, exponent) => {
      const gone = [redeemed, refreshed, recouped, wasted].reduce((sum, of) => sum + (of[exponent] ?? 0), 0);
      owes(id, (count - gone) * 2 ** exponent);
    });
  for (const [, { keyset, packs, signatures, cancelled }] of state.loads.entries())
    if (signatures === undefined && !cancelled) owes(keyset, packs * PACK_MINUTES);
  for (const [, { keyset, coupons, signatures, closed }] of state.refreshes.entries())
    if (signatures === undefined && closed === undefined)
      for (const { exponent } of coupons) owes(keyset, 2 ** exponent);
  for (const [, { keyset, minutes, signatures, cancelled }] of state.takeBacks.entries())
    if (signatures === undefined && !cancelled) owes(keyset, minutes);
  for (const [outlet, value] of state.clearing.entries()) of(outlet).Z += value;
  for (const [, lot] of state.lots.entries()) if (lot.label === 'exclusive') of(lot.owner).G += lot.value;
  for (const [key, pool] of state.pools.entries()) at(key.slice(0, key.indexOf('/'))).G += pool.value;
  for (const [, production] of state.productions.entries())
    if (production.state === 'open' && production.label === 'exclusive')
      of(production.producer).G += production.labour + production.resources + production.means;
  return all;
}
