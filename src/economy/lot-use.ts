/**
 * Lots that a production uses without consuming them: as a means of production (§4.3) or as a component (§4.2). One piece is
 * used; it stays a lot, with its owner, value and label, until it is free again or part of an output. Being free again, or
 * coming out of something, it takes its type's label, and its value is booked as a vote would have booked a free lot.
 * Not here: who may use what (`means.ts`, `components.ts`).
 */
import { simple } from '../products/assembly.ts';
import type { Composition } from '../products/element.ts';
import { ok, type Result, refuse } from '../result.ts';
import { post } from './accounts.ts';
import type { Refusal } from './refusals.ts';
import { addLot, ownedLot, takeFromLot, tellLot } from './resources.ts';
import type { Context } from './rule.ts';
import type { Label, LotRow, LotUse, State } from './state.ts';
import type { Id } from './transaction.ts';
import { labelOf, subsystemOf } from './who.ts';

/** A lot that a production may use: the producer's, free, with a durability. Refuses `unknown_lot`, `not_owner`, `in_use`, `no_durability`. */
export function usableLot(state: State, id: Id, owner: Id): Result<LotRow, Refusal> {
  const lot = ownedLot(state, id, owner, 1);
  if (!lot.ok) return lot;
  return lot.value.durability === undefined ? refuse('no_durability') : lot;
}

/** Commons and exclusive production stay apart (§6.1). Refuses `exclusive_in_common` (without `repurpose`), `common_in_exclusive`. */
export function labelsFit(production: Label, input: Label, repurpose: boolean): Result<null, Refusal> {
  if (production === 'common' && input === 'exclusive' && !repurpose) return refuse('exclusive_in_common');
  return production === 'exclusive' && input === 'common' ? refuse('common_in_exclusive') : ok(null);
}

/** The elements of a lot of one piece. A piece that was never used or composed is one new element with the lot's id. */
export function elementsOf(id: Id, { type, value, durability, elements }: LotRow): Composition {
  if (elements !== undefined) return elements;
  if (durability === undefined) throw new Error('no means of production');
  return simple({ id, type, v: value }, durability);
}

/** One piece of a free lot goes into use; out of several it becomes a lot with the transaction's id. Returns the lot in use. */
export function occupy(context: Context, id: Id, lot: LotRow, use: LotUse): Id {
  const single = lot.amount === 1;
  const piece = single ? lot : { ...lot, amount: 1, value: takeFromLot(context, id, lot, 1) };
  const at = single ? id : context.id;
  const used = { ...piece, elements: elementsOf(at, piece), use };
  if (single) context.state.lots.set(at, used);
  else addLot(context, at, used);
  return at;
}

/** The use of a lot ends. */
export function release(context: Context, id: Id, lot: LotRow): void {
  const { use: _, ...free } = lot;
  addLot(context, id, labelled(context, free));
}

/** A lot that is gone: consumed into an output, or taken apart. */
export function removeLot(context: Context, id: Id, lot: LotRow): void {
  context.state.lots.delete(id);
  tellLot(context, id, { ...lot, amount: 0, value: 0n });
}

/** The lot with its type's label; a difference goes to w, + when it becomes common, − when exclusive. */
export function labelled({ state }: Context, lot: LotRow): LotRow {
  const subsystem = subsystemOf(state, lot.owner);
  const label = labelOf(state, subsystem, lot.type);
  if (label === lot.label) return lot;
  post(state, subsystem, { W: label === 'common' ? lot.value : -lot.value });
  return { ...lot, label };
}
