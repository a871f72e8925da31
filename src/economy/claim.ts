/** The claim (§6.4): a workload's share, fixed at its revision, becomes a balance of its wallet, kept by the collective where the work was done; weak trust needs the origin. */
import { ok, type Result, refuse } from '../result.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { addBalance } from './accounts.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { WorkloadRow } from './state.ts';
import type { Claim } from './transaction.ts';

interface Plan {
  readonly row: WorkloadRow;
  readonly share: MicroMinutes;
}

/**
 * Signed by the workload's wallet. Refuses `unknown_workload`, `not_yours` (another key signed), `not_revised` (its month is
 * not over), `wrong_revision` (another one covered it), `already_claimed` (L2).
 */
export const claimRule: Rule<Claim, Plan> = {
  kind: 'claim',
  signers({ state }, { workload }, offered) {
    const row = state.workloads.get(workload);
    if (row === undefined) return refuse('unknown_workload');
    return offered.length > 0 && !offered.includes(row.wallet) ? refuse('not_yours') : ok([row.wallet]);
  },
  check({ state }, { workload, revision }): Result<Plan, Refusal> {
    const row = state.workloads.get(workload);
    if (row === undefined) return refuse('unknown_workload');
    if (row.share === undefined) return refuse('not_revised');
    if (row.revision !== revision) return refuse('wrong_revision');
    return row.claimed ? refuse('already_claimed') : ok({ row, share: row.share });
  },
  apply(context: Context, { workload }, { row, share }): void {
    const { state } = context;
    state.workloads.set(workload, { ...row, claimed: true });
    addBalance(state, row.wallet, row.collective, share);
    context.emit({ kind: 'claimed', workload, share: share.toString() });
  },
};
