/** Goods enter (§3.1): original appropriation and external trade at value 0, and goods that were written off too soon. */
import { DURABILITY_MAX } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { typeId } from './product.ts';
import type { Refusal } from './refusals.ts';
import { addLot, ensureType } from './resources.ts';
import type { Context, Rule } from './rule.ts';
import type { WriteOffRow } from './state.ts';
import type { Collectivize } from './transaction.ts';
import { keysOf, labelOf, subsystemOf } from './who.ts';
import { reverse, reversible } from './write-off.ts';

/** The write-off that it reverses, null for goods that enter. */
type CollectivizePlan = WriteOffRow | null;

/**
 * Original appropriation, also for external trade: goods enter with value 0, which keeps parity; values rise to their height as
 * production is registered. A means of production states its durability. With `writeOff` (a part of) what the owner wrote off
 * in the last `reverseDays` days comes back with its value, age and durability, and w is reversed; `durability` says nothing then.
 * Signed by the owner. The lot's id is the transaction's. Refuses `unknown_collective`, `unknown_write_off`, `wrong_product` (not
 * what was written off), `not_owner`, `not_enough`, `amount_zero`, `too_late`, `value_overflow` (a durability over DURABILITY_MAX).
 */
export const collectivizeRule: Rule<Collectivize, CollectivizePlan> = {
  kind: 'collectivize',
  signers: ({ state }, { owner }) => keysOf(state, owner),
  check(context, transaction): Result<CollectivizePlan, Refusal> {
    const { amount, durability = 1, product, writeOff } = transaction;
    if (writeOff !== undefined) return reversible(context, transaction, typeId(context.crypto, product));
    if (amount === 0) return refuse('amount_zero');
    return durability > DURABILITY_MAX ? refuse('value_overflow') : ok(null);
  },
  apply(context: Context, transaction, plan): void {
    if (plan !== null) {
      reverse(context, transaction, plan);
      return;
    }
    const { state, id } = context;
    const { owner, product, amount, durability } = transaction;
    const type = ensureType(context, product);
    const label = labelOf(state, subsystemOf(state, owner), type);
    const lot = { type, amount, value: 0n, owner, label, origin: id };
    addLot(context, id, durability === undefined ? lot : { ...lot, durability });
  },
};
