/** Who a collective is to others: its key, its subsystem, trust (paper §2.1). Look-ups only. */
import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusals.ts';
import type { CollectiveRow, Label, State } from './state.ts';
import type { Id, Key } from './transaction.ts';

/** A registered collective; asking for another here is a bug and throws, since `signers` has refused it before. */
export function collective(state: State, id: Id): CollectiveRow {
  const row = state.collectives.get(id);
  if (row === undefined) throw new Error(`no collective ${id}`);
  return row;
}

export function subsystemOf(state: State, id: Id): Id {
  return collective(state, id).subsystem;
}

/** The keys of one or more collectives, for `signers`. Refuses `unknown_collective`. */
export function keysOf(state: State, ...ids: readonly Id[]): Result<readonly Key[], Refusal> {
  const keys: Key[] = [];
  for (const id of ids) {
    const row = state.collectives.get(id);
    if (row === undefined) return refuse('unknown_collective', id);
    if (!keys.includes(row.key)) keys.push(row.key);
  }
  return ok(keys);
}

/** The key of a trust's row: the smaller id first. */
export function trustKey(a: Id, b: Id): string {
  return a < b ? `${a}/${b}` : `${b}/${a}`;
}

/** An edge of the trust graph. Not reflexive. */
export function strongTrust(state: State, a: Id, b: Id): boolean {
  return state.trusts.has(trustKey(a, b));
}

/** The same connected component, reflexive. */
export function weakTrust(state: State, a: Id, b: Id): boolean {
  return subsystemOf(state, a) === subsystemOf(state, b);
}

/** A type's label in a subsystem: exclusive unless it was made common (§6.1). */
export function labelOf(state: State, subsystem: Id, type: Id): Label {
  return state.labels.get(`${subsystem}/${type}`) ?? 'exclusive';
}
