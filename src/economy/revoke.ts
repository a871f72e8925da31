/**
 * Taking a word back. An office stops a keyset of its own for cause: its key was stolen, or its coupons were forged. From
 * then on nothing is loaded, issued or refreshed with it, tills take none of its coupons, and a new keyset may be published. What
 * people hold of it becomes balance again (`recoup.ts`); coupons that an outlet announced before are still redeemed, later ones
 * become w (`weigh.ts`, `redeem.ts`). An office revokes a batch of cards: nothing it vouches for is fast any more. An outlet
 * takes a delegation back before its time.
 */
import { ok, type Result, refuse } from '../result.ts';
import { delegation } from './outlet.ts';
import { ordinalNow } from './owed.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { BatchRow, KeysetRow } from './state.ts';
import type { Revoke, RevokeBatch, RevokeDelegation } from './transaction.ts';
import { keysOf, subsystemOf } from './who.ts';

/** Signed by the keyset's office. Refuses `unknown_keyset`, `keyset_revoked`. */
export const revokeRule: Rule<Revoke, KeysetRow> = {
  kind: 'revoke',
  signers({ state }, { keyset }) {
    const row = state.keysets.get(keyset);
    return row === undefined ? refuse('unknown_keyset') : keysOf(state, row.office);
  },
  check({ state }, { keyset }): Result<KeysetRow, Refusal> {
    const row = state.keysets.get(keyset);
    if (row === undefined) return refuse('unknown_keyset');
    return row.revoked === undefined ? ok(row) : refuse('keyset_revoked');
  },
  apply(context: Context, { keyset, reason }, row): void {
    const { state, time } = context;
    state.keysets.set(keyset, { ...row, revoked: { time, ordinal: ordinalNow(state) } });
    const subsystem = subsystemOf(state, row.office);
    if (state.liveKeysets.get(subsystem) === keyset) state.liveKeysets.delete(subsystem);
    context.emit({ kind: 'keyset_revoked', keyset, reason });
  },
};

/** Signed by the office that registered the batch. Refuses `unknown_batch`, `batch_revoked`. */
export const revokeBatchRule: Rule<RevokeBatch, BatchRow> = {
  kind: 'revoke_batch',
  signers({ state }, { batch }) {
    const row = state.batches.get(batch);
    return row === undefined ? refuse('unknown_batch') : keysOf(state, row.office);
  },
  check({ state }, { batch }): Result<BatchRow, Refusal> {
    const row = state.batches.get(batch);
    if (row === undefined) return refuse('unknown_batch');
    return row.revoked ? refuse('batch_revoked') : ok(row);
  },
  apply(context: Context, { batch, reason }, row): void {
    context.state.batches.set(batch, { ...row, revoked: true });
    context.emit({ kind: 'batch_revoked', key: batch, reason });
  },
};

/** Signed by the outlet's own key. Refuses `unknown_collective`, `not_delegated`. The key may be delegated anew. */
export const revokeDelegationRule: Rule<RevokeDelegation, null> = {
  kind: 'revoke_delegation',
  signers: ({ state }, { outlet }) => keysOf(state, outlet),
  check: ({ state }, { outlet, key }): Result<null, Refusal> =>
    delegation(state, outlet, key) === undefined ? refuse('not_delegated') : ok(null),
  apply(context: Context, { outlet, key }): void {
    context.state.delegates.delete(`${outlet}/${key}`);
    context.emit({ kind: 'delegation_revoked', outlet, key });
  },
};
