/**
 * Write-offs (§3.3): goods that are broken, expired or gone. What is left of an exclusive good's value is wasted and becomes w;
 * a means of production that outlived its durability has a negative residual, and w falls. A collectivization that refers to an
 * own write-off of the last `reverseDays` days reverses it at the value it was booked with: the goods were there after all.
 * Not here: goods that a count misses (`corrections.ts`).
 */
import { ok, type Result, refuse } from '../result.ts';
import { proRata } from '../units/micro-minutes.ts';
import { post } from './accounts.ts';
import { DAY_SECONDS } from './calendar.ts';
import { delivered, takeDelivered } from './deliveries.ts';
import { labelled } from './lot-use.ts';
import { ownerSigners } from './outlet.ts';
import type { Refusal } from './refusals.ts';
import { addLot, ownedLot, takeFromLot } from './resources.ts';
import type { Context, Rule } from './rule.ts';
import type { DeliveryRow, LotRow, WriteOffRow } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Collectivize, Id, WriteOff } from './transaction.ts';
import { labelOf, subsystemOf } from './who.ts';

type WriteOffPlan = { readonly lot: LotRow } | { readonly delivery: DeliveryRow };

/**
 * Signed by the owner (`ownerSigners`). With `lot`: (a part of) a free lot, value pro rata, floor; `origin` is the transaction that gave
 * ownership. Without: dispatch stock, which leaves the pool at today's average; `origin` is the transfer that brought it, and no
 * more of it is written off than it brought. Refuses `unknown_collective`, `unknown_lot`, `not_owner`, `not_enough`, `amount_zero`, `in_use`,
 * `wrong_origin`.
 */
export const writeOffRule: Rule<WriteOff, WriteOffPlan> = {
  kind: 'write_off',
  signers: (context, { owner }, offered) => ownerSigners(context, [owner], 'write_off', offered),
  check({ state }, { owner, origin, lot: id, amount }): Result<WriteOffPlan, Refusal> {
    if (id === undefined) {
      const row = state.deliveries.get(origin);
      if (row === undefined) return refuse(amount === 0 ? 'amount_zero' : 'wrong_origin');
      const delivery = delivered(state, owner, row, amount);
      return delivery.ok ? ok({ delivery: delivery.value }) : delivery;
    }
    const lot = ownedLot(state, id, owner, amount);
    if (!lot.ok) return lot;
    return lot.value.origin === origin ? ok({ lot: lot.value }) : refuse('wrong_origin');
  },
  apply(context: Context, transaction, plan): void {
    const { state, id, time } = context;
    const { owner, amount, reason, lot } = transaction;
    const row: WriteOffRow =
      'lot' in plan
        ? lostLot(context, transaction, plan.lot)
        : lostStock(context, transaction, plan.delivery);
    const { type, value, label } = row;
    state.writeOffs.set(id, { ...row, time });
    if (label === 'exclusive') post(state, subsystemOf(state, owner), { W: value });
    const told = { kind: 'written_off', writeOff: id, owner, type, amount, value: String(value) } as const;
    context.emit({ ...told, label, reason, ...(lot === undefined ? {} : { lot }) });
  },
};

function lostLot(context: Context, { owner, amount, lot: id }: WriteOff, lot: LotRow): WriteOffRow {
  const { type, label, durability, elements } = lot;
  const value = takeFromLot(context, id as Id, lot, amount);
  return {
    owner,
    type,
    amount,
    value,
    label,
    time: context.time,
    ...(durability === undefined ? {} : { durability }),
    ...(elements === undefined ? {} : { elements }),
  };
}

function lostStock(context: Context, { owner, amount, origin }: WriteOff, row: DeliveryRow): WriteOffRow {
  const { state, time } = context;
  const value = takeDelivered(context, origin, row, amount, 'write_off');
  const label = labelOf(state, subsystemOf(state, owner), row.type);
  return { owner, type: row.type, amount, value, label, time };
}

/**
 * The write-off that a collectivization may reverse, (a part of) it. Refuses `unknown_write_off`, `wrong_product`, `not_owner`,
 * `not_enough`, `amount_zero`, `too_late` (more than `reverseDays` days ago).
 */
export function reversible(
  context: Context,
  { owner, amount, writeOff }: Collectivize,
  type: Id,
): Result<WriteOffRow, Refusal> {
  const { state, time } = context;
  const row = state.writeOffs.get(writeOff ?? '');
  if (row === undefined) return refuse('unknown_write_off');
  if (row.type !== type) return refuse('wrong_product');
  if (row.owner !== owner) return refuse('not_owner');
  if (amount > row.amount) return refuse('not_enough');
  if (amount === 0) return refuse('amount_zero');
  const { reverseDays } = parametersOf(context, subsystemOf(state, owner));
  return row.time < time - reverseDays * DAY_SECONDS ? refuse('too_late') : ok(row);
}

/** The goods are back, as they were written off and at that value; they take their type's label. */
export function reverse(
  context: Context,
  { owner, amount, writeOff = '' }: Collectivize,
  row: WriteOffRow,
): void {
  const { state, id } = context;
  const value = proRata(row.value, BigInt(amount), BigInt(row.amount));
  state.writeOffs.set(writeOff, { ...row, amount: row.amount - amount, value: row.value - value });
  if (row.label === 'exclusive') post(state, subsystemOf(state, owner), { W: -value });
  const { type, label, durability, elements } = row;
  const lot: LotRow = {
    type,
    amount,
    value,
    owner,
    label,
    origin: id,
    ...(durability === undefined ? {} : { durability }),
    ...(elements === undefined ? {} : { elements }),
  };
  addLot(context, id, labelled(context, lot));
  context.emit({ kind: 'write_off_reversed', writeOff, lot: id, amount, value: value.toString() });
}
