/**
 * Goods whose type changes its label in a subsystem (§6.1), by vote or because two subsystems became one. The exclusive value of
 * free lots, residuals of free means of production and stock goes to w: + when the type becomes common, − when exclusive. What is in use
 * keeps its label until it is free (`lot-use.ts`), and an output takes its type's label (`production.ts`).
 * Not here: the label's own row, which is the caller's.
 */
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { post } from './accounts.ts';
import type { StockCause } from './events.ts';
import { emptyValue } from './pool.ts';
import type { Context } from './rule.ts';
import type { Label } from './state.ts';
import type { Id } from './transaction.ts';
import { subsystemOf } from './who.ts';

/** The goods of one type in a subsystem take a label; those that have it already are left alone. */
export function relabelGoods(
  context: Context,
  subsystem: Id,
  type: Id,
  label: Label,
  cause: StockCause & ('merge' | 'vote'),
): void {
  const { state } = context;
  let wasted: MicroMinutes = 0n;
  for (const id of [...(state.indexes.lotsOf.get(type) ?? [])].sort()) {
    const lot = state.lots.get(id);
    if (lot === undefined) throw new Error('index names no lot');
    if (lot.label === label || lot.use !== undefined || subsystemOf(state, lot.owner) !== subsystem) continue;
    state.lots.set(id, { ...lot, label });
    wasted += label === 'common' ? lot.value : -lot.value;
  }
  const holders = [...(state.indexes.members.get(subsystem) ?? [])]
    .filter((id) => state.indexes.stockOf.get(id)?.has(type))
    .sort();
  if (label === 'common') wasted += emptyValue(context, subsystem, type, holders, cause);
  post(state, subsystem, { W: wasted });
}

/** A subsystem's label of a type becomes another. */
export function relabel(context: Context, subsystem: Id, type: Id, label: Label): void {
  const { state, emit } = context;
  const types = state.indexes.labels.get(subsystem) ?? new Set<Id>();
  if (label === 'common') {
    state.labels.set(`${subsystem}/${type}`, 'common');
    state.indexes.labels.set(subsystem, types.add(type));
  } else {
    state.labels.delete(`${subsystem}/${type}`);
    types.delete(type);
    if (types.size === 0) state.indexes.labels.delete(subsystem);
  }
  relabelGoods(context, subsystem, type, label, 'vote');
  emit({ kind: 'labelled', subsystem, type, label });
}
