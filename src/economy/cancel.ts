/**
 * Undoing what an office did not issue: a load's minutes return to the origins they came from, a refresh's coupons are their
 * holder's again, and a take back's goods leave the stock with the value they came with. A later issue is refused.
 * It takes 100 blocks, so that a cancellation does not race with an issue on its way; where none can come, because the keyset
 * was revoked or the refresh is void, it needs no waiting.
 */
import { CANCEL_AFTER_BLOCKS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { giveBack } from './origins.ts';
import { twoSigners } from './outlet.ts';
import { type Owed, owedFor } from './owed.ts';
import { unlock } from './refresh.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import { canUndo, undoTakeBack } from './take-back.ts';
import type { Cancel } from './transaction.ts';
import { subsystemOf } from './who.ts';

/**
 * Signed as what is undone was: a load by its wallet, a refresh by every coupon's key, a take back by two keys of the outlet.
 * Refuses `unknown_load`, `not_enough` (goods that are no longer in the outlet's stock), `already_issued`, `already_cancelled`,
 * `too_early`.
 */
export const cancelRule: Rule<Cancel, Owed> = {
  kind: 'cancel',
  signers(context, { load }, offered) {
    const owed = owedFor(context.state, load);
    if (owed === undefined) return refuse('unknown_load');
    if (owed.as === 'load') return ok([owed.row.wallet]);
    if (owed.as === 'refresh') return ok(owed.row.coupons.map(({ key }) => key));
    return twoSigners(context, owed.row.outlet, 'take_back', offered);
  },
  check({ state, height }, { load }): Result<Owed, Refusal> {
    const owed = owedFor(state, load);
    if (owed === undefined) return refuse('unknown_load');
    if (owed.as === 'take_back' && owed.state === 'open' && !canUndo(state, owed.row))
      return refuse('not_enough');
    if (owed.state === 'issued') return refuse('already_issued');
    if (owed.state === 'cancelled') return refuse('already_cancelled');
    const hopeless = owed.state === 'void' || state.keysets.get(owed.row.keyset)?.revoked !== undefined;
    if (!hopeless && height < owed.row.height + CANCEL_AFTER_BLOCKS) return refuse('too_early');
    return ok(owed);
  },
  apply(context: Context, { load }, owed): void {
    const { state } = context;
    context.emit({ kind: 'cancelled', load });
    if (owed.as === 'refresh') unlock(context, load, owed.row);
    else if (owed.as === 'take_back') undoTakeBack(context, load, owed.row);
    else {
      const { row } = owed;
      const office = state.keysets.get(row.keyset)?.office ?? '';
      state.loads.set(load, { ...row, cancelled: true });
      giveBack(state, row.wallet, row.taken, subsystemOf(state, office));
    }
  },
};
