/**
 * Delegation (paper §2.2): an outlet registers the keys of its tills, each for some kinds of transactions and until a
 * time, so that the outlet's own key need not lie in a till. Signed by the outlet's own key.
 * Not here: who may sign as an outlet (`outlet.ts`); taking a delegation back before its time (`revoke.ts`).
 */
import { ok, type Result, refuse } from '../result.ts';
import { delegation } from './outlet.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { Delegate } from './transaction.ts';
import { collective, keysOf } from './who.ts';

/**
 * Refuses `unknown_collective`, `key_in_use` (a till key is nobody's own key), `not_an_outlet`, `expired` (`until` is not
 * in the future), `already_delegated` (the same outlet gave the same key a delegation that still runs; afterwards
 * it can be renewed).
 */
export const delegateRule: Rule<Delegate, null> = {
  kind: 'delegate',
  signers: (context, { outlet }) => keysOf(context.state, outlet),
  check({ state, time }, { outlet, key, until }): Result<null, Refusal> {
    if (state.indexes.byKey.has(key)) return refuse('key_in_use');
    if (!collective(state, outlet).dispatches) return refuse('not_an_outlet');
    if (until <= time) return refuse('expired');
    const earlier = delegation(state, outlet, key);
    if (earlier !== undefined && earlier.until >= time) return refuse('already_delegated');
    return ok(null);
  },
  apply(context: Context, { outlet, key, kinds, until }): void {
    context.state.delegates.set(`${outlet}/${key}`, { kinds, until });
    context.emit({ kind: 'delegated', outlet, key, kinds, until });
  },
};
