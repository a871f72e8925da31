/**
 * Postings. L1 holds for every subsystem after every transaction: U − C − W − D − Q + P + B + O + Z + R − G = 0. These
 * functions change C, W, D, Q, R (rows of the subsystem), B (balances by wallet and origin) and Z (clearing by
 * outlet); the caller posts both sides. U and P are sums over workloads, O over keysets and loads, G over exclusive lots, pools
 * and work in progress.
 */
import { MINUTE, type MicroMinutes } from '../units/micro-minutes.ts';
import { DAY_SECONDS } from './calendar.ts';
import { addLow, lowestSince } from './lows.ts';
import type { Context } from './rule.ts';
import type { ClearingLow, State, SubsystemRow } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Id, Key, Seconds } from './transaction.ts';
import { subsystemOf } from './who.ts';

type Posting = { readonly [A in 'C' | 'W' | 'D' | 'Q' | 'R']?: MicroMinutes };

/** The accounts of a subsystem that exists; asking for another is a bug and throws. */
export function accounts(state: State, subsystem: Id): SubsystemRow {
  const row = state.subsystems.get(subsystem);
  if (row === undefined) throw new Error(`no subsystem ${subsystem}`);
  return row;
}

/** Adds signed micro-minutes to a subsystem's accounts. */
export function post(state: State, subsystem: Id, change: Posting): void {
  const row = accounts(state, subsystem);
  state.subsystems.set(subsystem, {
    ...row,
    C: row.C + (change.C ?? 0n),
    W: row.W + (change.W ?? 0n),
    D: row.D + (change.D ?? 0n),
    Q: row.Q + (change.Q ?? 0n),
    R: row.R + (change.R ?? 0n),
  });
}

/** Adds signed micro-minutes to what a wallet has from one origin collective. A balance of 0 has no row. */
export function addBalance(state: State, wallet: Key, origin: Id, change: MicroMinutes): void {
  const at = `${wallet}/${origin}`;
  const value = (state.balances.get(at) ?? 0n) + change;
  if (value < 0n) throw new Error('balance below zero');
  const origins = state.indexes.walletOrigins.get(wallet) ?? new Set();
  if (value === 0n) {
    state.balances.delete(at);
    origins.delete(origin);
  } else {
    state.balances.set(at, value);
    origins.add(origin);
  }
  if (origins.size === 0) state.indexes.walletOrigins.delete(wallet);
  else state.indexes.walletOrigins.set(wallet, origins);
}

/** Adds to an outlet's clearing Z = redeemed + appropriated − charged. The only way to change it. */
export function moveClearing(
  context: Pick<Context, 'state' | 'time' | 'parameters'>,
  outlet: Id,
  change: MicroMinutes,
): void {
  if (change === 0n) return;
  const { state, time } = context;
  const before = state.clearing.get(outlet) ?? 0n;
  const after = before + change;
  const { reverseDays } = parametersOf(context, subsystemOf(state, outlet));
  const keepFrom = time - reverseDays * DAY_SECONDS;
  let lows = state.clearingLows.get(outlet) ?? [{ time: 0, value: 0n }];
  if (before < 0n !== after < 0n) lows = addLow(lows, { time, value: 0n }, nearerZero, keepFrom);
  state.clearing.set(outlet, after);
  state.clearingLows.set(outlet, addLow(lows, { time, value: after }, nearerZero, keepFrom));
}
/** The clearing nearest to zero since a time; 0 when it was zero or changed its sign in that time. */
export function clearingSince(state: State, outlet: Id, since: Seconds): MicroMinutes {
  return lowestSince(state.clearingLows.get(outlet) ?? [], since)?.value ?? 0n;
}

function nearerZero(a: ClearingLow, b: ClearingLow): number {
  const [x, y] = [a.value < 0n ? -a.value : a.value, b.value < 0n ? -b.value : b.value];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Micro-minutes of whole minutes as they stand on coupons. */
export function ofMinutes(minutes: number): MicroMinutes {
  return BigInt(minutes) * MINUTE;
}
