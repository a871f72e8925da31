/**
 * Appropriation as the paper has it (§6.5): a wallet deletes value from its balances, naming the outlet that gave it goods.
 * B −, Z +. It is exact, without coupons and without rounding, and everybody sees which wallet took how much where; the private
 * form is a load and a redemption. Balances whose origin weakly trusts the outlet are used, that of the oldest first.
 */
import { ok, type Result, refuse } from '../result.ts';
import { addBalance, moveClearing } from './accounts.ts';
import { type Taken, takeFrom } from './origins.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { Appropriate } from './transaction.ts';
import { subsystemOf } from './who.ts';

/** Signed by the wallet. Refuses `unknown_collective`, `not_an_outlet`, `amount_zero`, `balance_too_small` (of origins in the outlet's subsystem). */
export const appropriateRule: Rule<Appropriate, readonly Taken[]> = {
  kind: 'appropriate',
  signers: (_context, { wallet }) => ok([wallet]),
  check({ state }, { wallet, outlet, value }): Result<readonly Taken[], Refusal> {
    const row = state.collectives.get(outlet);
    if (row === undefined) return refuse('unknown_collective');
    if (!row.dispatches) return refuse('not_an_outlet');
    if (value === 0n) return refuse('amount_zero');
    const taken = takeFrom(state, wallet, subsystemOf(state, outlet), value);
    return taken === undefined ? refuse('balance_too_small') : ok(taken);
  },
  apply(context: Context, { wallet, outlet, value }, taken): void {
    for (const { origin, value: part } of taken) addBalance(context.state, wallet, origin, -part);
    moveClearing(context, outlet, value);
    context.emit({ kind: 'appropriated', transaction: context.id, outlet, value: value.toString() });
  },
};
