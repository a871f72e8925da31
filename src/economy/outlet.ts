/**
 * Who signs for an outlet: the outlet's own key, or a till key that the outlet delegated for this kind of transaction and
 * whose time has not run out by the ledger's clock. Take back, transfer and write-off will need a second key; they do not
 * come here. Not here: what the transactions do.
 */
import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusals.ts';
import type { Context } from './rule.ts';
import type { DelegateRow, State } from './state.ts';
import type { Delegate, Id, Key } from './transaction.ts';

/** What an outlet's till may be allowed to sign. */
export type OutletKind = Delegate['kinds'][number];

/** The delegation of a till key, if this outlet ever gave one. */
export function delegation(state: State, outlet: Id, key: Key): DelegateRow | undefined {
  return state.delegates.get(`${outlet}/${key}`);
}

/**
 * The one key that must have signed: the outlet's own if it did, else a till key of its that may sign `kind`. A delegation
 * holds up to and including its last second. Refuses `unknown_collective`, `not_an_outlet` (a collective that does not
 * dispatch), `not_delegated` (a key the outlet never delegated, or not for this kind), `expired`.
 */
export function outletSigner(
  context: Context,
  outlet: Id,
  kind: OutletKind,
  offered: readonly Key[],
): Result<readonly Key[], Refusal> {
  const row = context.state.collectives.get(outlet);
  if (row === undefined) return refuse('unknown_collective');
  if (!row.dispatches) return refuse('not_an_outlet');
  // Nobody signed: that is `missing_signature`, and the key to miss is the outlet's own.
  if (offered.length === 0 || offered.includes(row.key)) return ok([row.key]);
  let expired = false;
  for (const key of offered) {
    const given = delegation(context.state, outlet, key);
    if (given === undefined || !given.kinds.includes(kind)) continue;
    if (given.until >= context.time) return ok([key]);
    expired = true;
  }
  return refuse(expired ? 'expired' : 'not_delegated');
}
