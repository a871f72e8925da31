/**
 * Goods change hands (§3.2): lots. A lot is an amount of one type with one owner, one value and one label.
 * Not here: goods that enter (`collectivize.ts`) or are made (`production.ts`), what leaves dispatch stock, write-offs (`write-off.ts`).
 */
import { ok, type Result, refuse } from '../result.ts';
import { type MicroMinutes, proRata } from '../units/micro-minutes.ts';
import { delivered, takeDelivered } from './deliveries.ts';
import { ownerSigners } from './outlet.ts';
import { enter, hasRoom } from './pool.ts';
import { typeId } from './product.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { DeliveryRow, LotRow, State } from './state.ts';
import type { Amount, Id, Product, Transfer } from './transaction.ts';
import { collective, labelOf, strongTrust, subsystemOf } from './who.ts';

/** The id of a product type; told to the world when it is met for the first time. */
export function ensureType(context: Context, product: Product): Id {
  const type = typeId(context.crypto, product);
  if (!context.state.types.has(type)) {
    context.state.types.set(type, product);
    context.emit({ kind: 'product', type, ...product });
  }
  return type;
}

/** A lot, new or changed, told to the world. */
export function addLot(context: Context, id: Id, lot: LotRow): void {
  context.state.lots.set(id, lot);
  tellLot(context, id, lot);
}

/** Takes an amount out of a lot, the whole lot or a part with floor(value × amount / whole). Returns that value. */
export function takeFromLot(context: Context, id: Id, lot: LotRow, amount: Amount): MicroMinutes {
  const value = proRata(lot.value, BigInt(amount), BigInt(lot.amount));
  const rest = { ...lot, amount: lot.amount - amount, value: lot.value - value };
  if (rest.amount === 0) context.state.lots.delete(id);
  else context.state.lots.set(id, rest);
  tellLot(context, id, rest);
  return value;
}

/** Tells the world what a lot is now; amount 0: it is gone. */
export function tellLot(context: Context, lot: Id, { owner, type, amount, value }: LotRow): void {
  context.emit({ kind: 'lot', lot, owner, type, amount, value: value.toString() });
}

/** The free lot if `owner` has at least `amount` of it. Refuses `unknown_lot`, `not_owner`, `not_enough`, `amount_zero`, `in_use`. */
export function ownedLot(state: State, id: Id, owner: Id, amount: Amount): Result<LotRow, Refusal> {
  const lot = state.lots.get(id);
  if (lot === undefined) return refuse('unknown_lot');
  if (lot.owner !== owner) return refuse('not_owner');
  if (amount > lot.amount) return refuse('not_enough');
  if (amount === 0) return refuse('amount_zero');
  return lot.use === undefined ? ok(lot) : refuse('in_use');
}

type TransferPlan = { readonly lot: LotRow } | { readonly delivery: DeliveryRow };

/**
 * Change of ownership (§3.2), signed by both owners (`ownerSigners`): the whole lot or a part of it, value pro rata, floor. For `use` the
 * receiver gets a new lot with the transaction's id, and strong trust is needed. For `dispatch` the goods go into the
 * receiver's dispatch stock, a common with price 0; the receiver must be a C2I collective, strongly trusted or the
 * owner itself (then one signature). Refuses `unknown_collective`, `not_an_outlet`, `no_trust`, `same_collective` (`use` to
 * oneself), `unknown_lot`, `not_owner`, `not_enough`, `amount_zero`, `in_use` (allocated to a production), `worn_out` (a negative
 * residual cannot be sold), `value_overflow` (the pool is full). A means of production keeps the ages of its elements; in dispatch stock
 * a composition dissolves into value.
 * `lot` may also name the transfer that brought goods into dispatch stock: they leave the pool at today's average, as a lot of the
 * receiver (also of the outlet itself, which takes them off the shelf) or into another outlet's stock. Such goods are not `in_use` or `worn_out`.
 */
export const transferRule: Rule<Transfer, TransferPlan> = {
  kind: 'transfer',
  signers: (context, { from, to }, offered) => ownerSigners(context, [from, to], 'transfer', offered),
  check({ state }, { lot, amount, from, to, purpose }): Result<TransferPlan, Refusal> {
    if (purpose === 'dispatch' && !collective(state, to).dispatches) return refuse('not_an_outlet');
    if (from !== to && !strongTrust(state, from, to)) return refuse('no_trust');
    const row = state.deliveries.get(lot);
    if (from === to && purpose === (row === undefined ? 'use' : 'dispatch')) return refuse('same_collective');
    if (row !== undefined) {
      const delivery = delivered(state, from, row, amount);
      return delivery.ok ? ok({ delivery: delivery.value }) : delivery;
    }
    const owned = ownedLot(state, lot, from, amount);
    if (!owned.ok) return owned;
    if (purpose === 'dispatch' && owned.value.value < 0n) return refuse('worn_out');
    if (purpose === 'dispatch' && !hasRoom(state, to, owned.value.type, amount))
      return refuse('value_overflow');
    return ok({ lot: owned.value });
  },
  apply(context: Context, { lot: at, amount, to, purpose }, plan): void {
    const { state, id } = context;
    const stock = 'delivery' in plan;
    const value = stock
      ? takeDelivered(context, at, plan.delivery, amount, 'transfer')
      : takeFromLot(context, at, plan.lot, amount);
    const { type } = stock ? plan.delivery : plan.lot;
    const label = stock ? labelOf(state, subsystemOf(state, to), type) : plan.lot.label;
    if (purpose === 'use') {
      const moved = { type, amount, value, owner: to, label, origin: id };
      addLot(context, id, stock ? moved : { ...plan.lot, ...moved });
    } else {
      enter(context, to, type, amount, label === 'common' ? 0n : value, 'dispatch');
      state.deliveries.set(id, { outlet: to, type, amount });
    }
  },
};
