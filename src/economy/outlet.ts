/**
 * Who signs for an outlet: the outlet's own key, or a till key that the outlet delegated for this kind of transaction and
 * whose time has not run out by the ledger's clock. Take back, transfer and write-off need a second key, because one clerk
 * alone could take goods or minutes with them. Not here: what the transactions do.
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
  const {
    valid: [first],
    expired,
  } = tillKeys(context, outlet, kind, offered);
  return first === undefined ? refuse(expired ? 'expired' : 'not_delegated') : ok([first]);
}

/** Till keys among those offered that may sign `kind` now; and whether one might have, had its time not run out. */
function tillKeys(
  { state, time }: Context,
  outlet: Id,
  kind: OutletKind,
  offered: readonly Key[],
): { readonly valid: readonly Key[]; readonly expired: boolean } {
  const given = offered
    .map((key) => ({ key, row: delegation(state, outlet, key) }))
    .filter(({ row }) => row?.kinds.includes(kind));
  const valid = given.filter(({ row }) => row !== undefined && row.until >= time).map(({ key }) => key);
  return { valid, expired: given.length > valid.length };
}

/**
 * Two keys: one that the outlet delegated for `kind`, and a second one like it or the outlet's own. Refuses as `outletSigner`
 * does; of one till key alone the outlet's own is missing (`missing_signature`).
 */
export function twoSigners(
  context: Context,
  outlet: Id,
  kind: OutletKind,
  offered: readonly Key[],
): Result<readonly Key[], Refusal> {
  const row = context.state.collectives.get(outlet);
  if (row === undefined) return refuse('unknown_collective');
  if (!row.dispatches) return refuse('not_an_outlet');
  if (offered.length === 0) return ok([row.key]);
  const { valid, expired } = tillKeys(context, outlet, kind, offered);
  const [first, second] = valid;
  if (first === undefined) return refuse(expired ? 'expired' : 'not_delegated');
  return ok([first, offered.includes(row.key) || second === undefined ? row.key : second]);
}

/**
 * Owners sign each by its own key alone; two till keys of an outlet, both delegated for `kind`, stand for its own, one of them
 * alone needs it as well. Refuses `unknown_collective`, `expired` (a till key's time ran out, and none else signed).
 */
export function ownerSigners(
  context: Context,
  owners: readonly Id[],
  kind: 'transfer' | 'write_off',
  offered: readonly Key[],
): Result<readonly Key[], Refusal> {
  const keys = new Set<Key>();
  for (const owner of owners) {
    const row = context.state.collectives.get(owner);
    if (row === undefined) return refuse('unknown_collective', owner);
    const { valid, expired } = tillKeys(context, owner, kind, offered);
    const [first, second] = valid;
    const own = !row.dispatches || offered.includes(row.key);
    if (!own && first === undefined && expired) return refuse('expired');
    if (own || second === undefined) keys.add(row.key);
    if (!own && first !== undefined) keys.add(first);
    if (!own && second !== undefined) keys.add(second);
  }
  return ok([...keys]);
}
