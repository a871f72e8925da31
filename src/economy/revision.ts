/**
 * The final revision (§6.3): once a month, for every subsystem, the workloads of the month are taxed for what became
 * commons and for what was wasted. Nobody signs it and nobody does it: the first block after the month's last second begins
 * with all revisions that are due; the transaction only asks for such a block. Not here: claims (`claim.ts`).
 */
import { WORKED_MONTHS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { floorDiv, type MicroMinutes } from '../units/micro-minutes.ts';
import { accounts, clearingSince, moveClearing, ofMinutes, post } from './accounts.ts';
import { DAY_SECONDS, monthEnd } from './calendar.ts';
import { forgetChanges, recordChanges } from './contributions.ts';
import { addChange } from './holdings.ts';
import type { Parameters } from './parameters.ts';
import { revisionId } from './product.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { State, WorkloadRow } from './state.ts';
import { parametersOf, taxBounds } from './subsystem-parameters.ts';
import type { FinalRevision, Id, Seconds } from './transaction.ts';
import { collective, subsystemOf } from './who.ts';

export interface Tax {
  readonly tax: MicroMinutes;
  /** D afterwards. */
  readonly debt: MicroMinutes;
}

/**
 * The tax of one month. a = labour covered, c = commons, w = waste (may be negative), D = debt, Q = settlement.
 * L = floor(limit·a); T = min(floor(maxRate·a), max(0, c + clamp(w + D, −L, L))); D' = D + c + w − T + Q.
 * So a = 0 gives T = 0, and what one month cannot bear waits as debt (the paper's footnote 2).
 */
export function taxOf(
  a: MicroMinutes,
  c: MicroMinutes,
  w: MicroMinutes,
  D: MicroMinutes,
  Q: MicroMinutes,
  parameters: Pick<Parameters, 'limit' | 'maxRate'>,
): Tax {
  const { limit, highest } = taxBounds(a, parameters);
  const due = c + min(max(w + D, -limit), limit);
  const tax = min(highest, max(0n, due));
  return { tax, debt: D + c + w - tax + Q };
}

/** The end of the month in which the last block lay, when `time` is past it: what the next block must begin with. Months without a block have nothing to revise. */
export function dueRevision(lastBlock: Seconds, time: Seconds): Seconds | undefined {
  const until = monthEnd(lastBlock);
  return time > until ? until : undefined;
}

/** All revisions of the month that ended with `until`, subsystem after subsystem in the order of their oldest members. */
export function reviseAll(context: Context, until: Seconds): void {
  const { state } = context;
  const workloads = new Map<Id, [Id, WorkloadRow][]>();
  for (const id of state.indexes.uncovered) {
    const row = state.workloads.get(id);
    if (row === undefined) throw new Error('index names no workload');
    if (row.time <= until) append(workloads, subsystemOf(state, row.collective), [id, row]);
  }
  const outlets = new Map<Id, Id[]>();
  for (const [outlet] of state.clearing.entries()) append(outlets, subsystemOf(state, outlet), outlet);
  const subsystems = [...state.subsystems.entries()].map(([id]) => id);
  subsystems.sort((a, b) => collective(state, a).ordinal - collective(state, b).ordinal);
  for (const subsystem of subsystems) {
    bookClearing(context, subsystem, (outlets.get(subsystem) ?? []).sort(), until);
    revise(context, subsystem, workloads.get(subsystem) ?? [], until);
  }
}

/**
 * An outlet whose clearing stayed on one side of zero during the last N days owes (or is owed) at least its value nearest
 * to zero in that time: that much goes to w.
 */
function bookClearing(context: Context, subsystem: Id, outlets: readonly Id[], until: Seconds): void {
  const { state } = context;
  const { reverseDays } = parametersOf(context, subsystem);
  for (const outlet of outlets) {
    const x = clearingSince(state, outlet, until - reverseDays * DAY_SECONDS);
    if (x === 0n) continue;
    moveClearing(context, outlet, -x);
    post(state, subsystem, { W: -x });
    state.clearingBooked.set(`${outlet}/${until}`, x);
    recordChanges(context, outlet, 'clearing', until);
    context.emit({ kind: 'clearing_booked', outlet, until, value: x.toString() });
  }
}

function revise(
  context: Context,
  subsystem: Id,
  workloads: readonly [Id, WorkloadRow][],
  until: Seconds,
): void {
  const { state } = context;
  const before = accounts(state, subsystem);
  const { C: c, D, Q, R } = before;
  if (workloads.length === 0 && c === 0n && before.W === 0n && Q === 0n && R === 0n) return;
  const id = revisionId(context.crypto, subsystem, until);
  const w = before.W - R;
  const a = workloads.reduce((sum, [, row]) => sum + ofMinutes(row.minutes), 0n);
  const parameters = parametersOf(context, subsystem);
  const { tax, debt } = taxOf(a, c, w, D, Q, parameters);
  let rest = a - tax;
  for (const [workload, row] of workloads) {
    const share = floorDiv((a - tax) * ofMinutes(row.minutes), a);
    rest -= share;
    state.workloads.set(workload, { ...row, revision: id, share });
    state.indexes.uncovered.delete(workload);
  }
  rememberWork(state, workloads, until);
  state.subsystems.set(subsystem, { ...before, C: 0n, W: 0n, D: debt, Q: 0n, R: rest });
  // The accounts were closed, which no transaction did; what rounding leaves belongs to the next month.
  forgetChanges(state);
  addChange(state, subsystem, 'R', rest);
  recordChanges(context, id, 'revision');
  const basis = { debtBefore: D, settlement: Q, ...taxBounds(a, parameters) };
  state.revisions.set(id, { subsystem, until, a, c, w, tax, debt, ...basis });
  context.emit({
    kind: 'revision',
    revision: id,
    subsystem,
    until,
    a: a.toString(),
    c: c.toString(),
    w: w.toString(),
    tax: tax.toString(),
    debt: debt.toString(),
  });
}

/** Who worked in this month may vote (`proposals.ts`). */
function rememberWork(state: State, workloads: readonly [Id, WorkloadRow][], until: Seconds): void {
  const members = new Set(workloads.map(([, row]) => row.collective));
  for (const member of [...members].sort()) {
    const months = state.worked.get(member) ?? [];
    state.worked.set(member, [...months.slice(1 - WORKED_MONTHS), until]);
  }
}

/**
 * Accepted once for each month of the chain that is over: by then the block that holds the transaction has begun with the
 * revisions. Refuses `not_due`: `until` is not the last second of a UTC month, is still to come, or lies before the chain.
 */
export const finalRevisionRule: Rule<FinalRevision, null> = {
  kind: 'final_revision',
  signers: () => ok([]),
  check({ state, time }, { until }): Result<null, Refusal> {
    const begin = Number(state.meta.get('genesis_time'));
    return until === monthEnd(until) && until >= begin && until < time ? ok(null) : refuse('not_due');
  },
  apply(): void {},
};

function append<V>(map: Map<Id, V[]>, at: Id, value: V): void {
  const list = map.get(at);
  if (list === undefined) map.set(at, [value]);
  else list.push(value);
}
function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
