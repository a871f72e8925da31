/**
 * After a split (§2.1) people on one side hold coupons of an office on the other. For a while (parameter `grace`) their own
 * side takes them, together at most what wallets with origins on that side had loaded at that office; the coupons themselves
 * say nothing of whose they are. Each one moves value from one side's books to the other's: Q of the office's part −= p,
 * Q of the other += p.
 * Not here: the redemption (`redeem.ts`), the refresh (`refresh.ts`).
 */
import { type MicroMinutes, proRata } from '../units/micro-minutes.ts';
import { settle } from './origins.ts';
import type { Context } from './rule.ts';
import type { GraceRow, State } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Id } from './transaction.ts';
import { subsystemOf } from './who.ts';

/** Micro-minutes of an office's coupons that another subsystem still takes; 0 when it does not, or no longer. */
export function graceLeft(
  { state, time }: Pick<Context, 'state' | 'time'>,
  subsystem: Id,
  office: Id,
): MicroMinutes {
  const row = state.grace.get(`${subsystem}/${office}`);
  return row === undefined || row.until < time ? 0n : row.left;
}

/** Whether a subsystem takes an office's coupons at all: its own, or another's in the time of grace. */
export function takesCoupons(context: Pick<Context, 'state' | 'time'>, subsystem: Id, office: Id): boolean {
  return subsystemOf(context.state, office) === subsystem || graceLeft(context, subsystem, office) > 0n;
}

/** Coupons of an office worth `value` are redeemed or refreshed in a subsystem; at most `graceLeft`. The office's own subsystem needs no grace, and nothing happens. */
export function useGrace(context: Context, subsystem: Id, office: Id, value: MicroMinutes): void {
  const { state } = context;
  const home = subsystemOf(state, office);
  if (home === subsystem) return;
  const row = state.grace.get(`${subsystem}/${office}`);
  if (row === undefined || row.left < value) throw new Error('more grace than there is');
  put(context, subsystem, office, { ...row, left: row.left - value });
  settle(state, home, subsystem, value);
}

/** A split has happened and members are where they belong: each part may use the other's offices, and shares what the whole had elsewhere. */
export function graceAfterSplit(context: Context, kept: Id, leaving: Id): void {
  const { state, time } = context;
  const until = time + parametersOf(context, kept).grace;
  for (const office of offices(state)) {
    const home = subsystemOf(state, office);
    if (home === kept) open(context, leaving, office, { until, left: loadedBy(state, leaving, office) });
    else if (home === leaving) open(context, kept, office, { until, left: loadedBy(state, kept, office) });
    else share(context, kept, leaving, office);
  }
}

/** What a part has left at the office of a third is divided in the proportion of what each side had loaded there. */
function share(context: Context, kept: Id, leaving: Id, office: Id): void {
  const { state, time } = context;
  const row = state.grace.get(`${kept}/${office}`);
  if (row === undefined || row.until < time) return;
  const going = loadedBy(state, leaving, office);
  if (going === 0n) return;
  const left = proRata(row.left, going, going + loadedBy(state, kept, office));
  open(context, leaving, office, { ...row, left });
  put(context, kept, office, { ...row, left: row.left - left });
}

/** Micro-minutes loaded at an office that came from a subsystem's members. */
function loadedBy(state: State, subsystem: Id, office: Id): MicroMinutes {
  let sum = 0n;
  for (const [origin, value] of state.indexes.loadedAt.get(office) ?? [])
    if (subsystemOf(state, origin) === subsystem) sum += value;
  return sum;
}

/** Two subsystems are one again: neither needs grace with the other; with third ones they share what both had. */
export function graceAfterMerge(context: Context, kept: Id, gone: Id): void {
  const { state, time } = context;
  for (const part of [kept, gone])
    for (const office of [...(state.indexes.grace.get(part) ?? [])].sort()) {
      const at = `${part}/${office}`;
      const row = state.grace.get(at);
      if (row === undefined) throw new Error('index names no grace');
      const over = subsystemOf(state, office) === kept || row.until < time;
      if (over || part === gone) put(context, part, office, { ...row, left: 0n });
      if (over || part === kept) continue;
      const own = state.grace.get(`${kept}/${office}`);
      const until = Math.max(row.until, own?.until ?? 0);
      put(context, kept, office, { until, left: row.left + (own?.left ?? 0n) });
    }
}

/** Collectives that ever published a keyset, each once, in the order of their ids. */
function offices(state: State): readonly Id[] {
  return [...new Set([...state.keysets.entries()].map(([, { office }]) => office))].sort();
}

function open(context: Context, subsystem: Id, office: Id, row: GraceRow): void {
  if (row.left > 0n) put(context, subsystem, office, row);
}

function put(context: Context, subsystem: Id, office: Id, row: GraceRow): void {
  const at = `${subsystem}/${office}`;
  if (row.left === 0n) context.state.grace.delete(at);
  else context.state.grace.set(at, row);
  context.emit({ kind: 'grace', subsystem, office, left: row.left.toString(), until: row.until });
}
