/**
 * Goods change hands (§3.2): lots. A lot is an amount of one type with one owner, one value and one label.
 * Not here: goods that enter (`collectivize.ts`) or are made (`production.ts`), what leaves dispatch stock, write-offs (`write-off.ts`).
 */
import { ok, type Result, refuse } from '../result.ts';
import { type MicroMinutes, proRata } from '../units/micro-minutes.ts';
import { enter, hasRoom } from './pool.ts';
import { typeId } from './product.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { LotRow, State } from './state.ts';
import type { Amount, Id, Product, Transfer } from './transaction.ts';
import { collective, keysOf, strongTrust } from './who.ts';

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

/**
 * Change of ownership (§3.2), signed by both owners: the whole lot or a part of it, value pro rata, floor. For `use` the
 * receiver gets a new lot with the transaction's id, and strong trust is needed. For `dispatch` the goods go into the
 * receiver's dispatch stock, a common with price 0; the receiver must be a C2I collective, strongly trusted or the
 * owner itself (then one signature). Refuses `unknown_collective`, `not_an_outlet`, `no_trust`, `same_collective` (`use` to
 * oneself), `unknown_lot`, `not_owner`, `not_enough`, `amount_zero`, `in_use` (allocated to a production), `worn_out` (a negative
 * residual cannot be sold), `value_overflow` (the pool is full). A means of production keeps the ages of its elements; in dispatch stock
 * a composition dissolves into value.
 */
export const transferRule: Rule<Transfer, LotRow> = {
  kind: 'transfer',
  signers: ({ state }, { from, to }) => keysOf(state, from, to),
  check({ state }, { lot, amount, from, to, purpose }): Result<LotRow, Refusal> {
    if (purpose === 'dispatch' && !collective(state, to).dispatches) return refuse('not_an_outlet');
    if (from !== to && !strongTrust(state, from, to)) return refuse('no_trust');
    if (from === to && purpose === 'use') return refuse('same_collective');
    const owned = ownedLot(state, lot, from, amount);
    if (!owned.ok) return owned;
    if (purpose === 'dispatch' && owned.value.value < 0n) return refuse('worn_out');
    if (purpose === 'dispatch' && !hasRoom(state, to, owned.value.type, amount))
      return refuse('value_overflow');
    return owned;
  },
  apply(context: Context, { lot, amount, to, purpose }, row): void {
    const value = takeFromLot(context, lot, row, amount);
    if (purpose === 'use')
      addLot(context, context.id, { ...row, amount, value, owner: to, origin: context.id });
    else {
      enter(context, to, row.type, amount, row.label === 'common' ? 0n : value, 'dispatch');
      context.state.deliveries.set(context.id, { outlet: to, type: row.type, amount });
    }
  },
};
