/**
 * The production cycle from start to output (§5): resources and workloads go in, goods come out, and the value of what comes
 * out is exactly the value of what went in (L3). Commons and exclusive production stay apart (§6.1): labour for a common, and
 * an exclusive material repurposed for one, count into C and are borne by everybody's tax.
 * Not here: means of production (`means.ts`), components (`components.ts`).
 */
import { DAY_MINUTES, WORKLOAD_DAYS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type MicroMinutes, proRata } from '../units/micro-minutes.ts';
import { ofMinutes, post } from './accounts.ts';
import { dayOf } from './calendar.ts';
import { composed, returnComponents } from './components.ts';
import { labelled, labelsFit } from './lot-use.ts';
import { absorbed, openProduction, producerKey, voteNeeded } from './open-production.ts';
import { lotId } from './product.ts';
import type { Refusal } from './refusals.ts';
import { addLot, ownedLot, takeFromLot } from './resources.ts';
import type { Context, Rule } from './rule.ts';
import type { EstimateRow, LotRow, ProductionRow } from './state.ts';
import type { AbortProduction, AllocateResource, AllocateWorkload, Output } from './transaction.ts';
import { subsystemOf } from './who.ts';

interface ResourcePlan {
  readonly row: ProductionRow;
  readonly lot: LotRow;
}

/**
 * Consumptive use: the value of (a part of) a lot goes to the product, of a composite what it has left. Signed by the producer, which owns the lot.
 * `repurpose` lets an exclusive material into a common and counts its value into C; elsewhere it says nothing. Refuses
 * `unknown_production`, `not_open`, `vote_needed` (with this the allocations pass `voteAbove`), `unknown_lot`, `not_owner`, `not_enough`,
 * `amount_zero`, `in_use`, `worn_out` (a negative residual), `exclusive_in_common` (without `repurpose`), `common_in_exclusive`.
 */
export const allocateResourceRule: Rule<AllocateResource, ResourcePlan> = {
  kind: 'allocate_resource',
  signers: (context, { production }) => producerKey(context, production),
  check(context, { production, lot: id, amount, repurpose }): Result<ResourcePlan, Refusal> {
    const { state } = context;
    const row = openProduction(state, production);
    if (!row.ok) return row;
    const { producer, label } = row.value;
    const lot = state.lots.get(id);
    const value = lot === undefined || amount > lot.amount ? 0n : partValue(lot, amount);
    if (voteNeeded(context, row.value, absorbed(row.value) + value)) return refuse('vote_needed');
    const owned = ownedLot(state, id, producer, amount);
    if (!owned.ok) return owned;
    if (owned.value.value < 0n) return refuse('worn_out');
    const fit = labelsFit(label, owned.value.label, repurpose);
    return fit.ok ? ok({ row: row.value, lot: owned.value }) : fit;
  },
  apply(context: Context, { production, lot: id, amount }, { row, lot }): void {
    const { state } = context;
    const value = takeFromLot(context, id, lot, amount);
    state.productions.set(production, { ...row, resources: row.resources + value });
    if (row.label === 'common' && lot.label === 'exclusive')
      post(state, subsystemOf(state, row.producer), { C: value });
  },
};

function partValue(lot: LotRow, amount: number): MicroMinutes {
  return proRata(lot.value, BigInt(amount), BigInt(lot.amount));
}

interface WorkloadPlan {
  readonly row: ProductionRow;
  /** Minutes of the wallet's day with these. */
  readonly dayTotal: number;
}

/**
 * Work: minutes of one wallet on one of the last WORKLOAD_DAYS days by the block's time, today included; at most
 * DAY_MINUTES a wallet and day, in all productions together. Signed by the producer. The block's time decides which month
 * taxes it. Refuses `unknown_production`, `not_open`, `vote_needed`, `day_out_of_range`, `minutes_out_of_range`, `day_is_full`.
 */
export const allocateWorkloadRule: Rule<AllocateWorkload, WorkloadPlan> = {
  kind: 'allocate_workload',
  signers: (context, { production }) => producerKey(context, production),
  check(context, { production, wallet, minutes, day }): Result<WorkloadPlan, Refusal> {
    const { state, time } = context;
    const row = openProduction(state, production);
    if (!row.ok) return row;
    if (voteNeeded(context, row.value, absorbed(row.value) + ofMinutes(minutes)))
      return refuse('vote_needed');
    const today = dayOf(time);
    if (day > today || day <= today - WORKLOAD_DAYS) return refuse('day_out_of_range');
    if (minutes < 1 || minutes > DAY_MINUTES) return refuse('minutes_out_of_range');
    const dayTotal = (state.walletDays.get(`${wallet}/${day}`) ?? 0) + minutes;
    return dayTotal > DAY_MINUTES ? refuse('day_is_full') : ok({ row: row.value, dayTotal });
  },
  apply(context: Context, { production, wallet, minutes, day }, { row, dayTotal }): void {
    const { state, id, time } = context;
    const value = ofMinutes(minutes);
    state.walletDays.set(`${wallet}/${day}`, dayTotal);
    state.workloads.set(id, {
      production,
      collective: row.producer,
      wallet,
      minutes,
      day,
      time,
      claimed: false,
    });
    state.indexes.uncovered.add(id);
    state.productions.set(production, { ...row, labour: row.labour + value });
    if (row.label === 'common') post(state, subsystemOf(state, row.producer), { C: value });
    context.emit({ kind: 'workload', workload: id, production, wallet, minutes });
  },
};

interface OutputPlan {
  readonly row: ProductionRow;
  readonly outputs: readonly (EstimateRow['outputs'][number] & { readonly share: MicroMinutes })[];
}

/**
 * Closes a production. One or more of the estimated types; the value absorbed is divided among those that came out in the
 * proportion of their estimated values (equally when all were estimated 0), each floor, the last takes the rest. Of components comes one
 * piece of one type, whose durability is that of its parts. Signed by the producer. Refuses `unknown_production`, `not_open`,
 * `mop_allocated` (a means of production is still in use), `amount_zero`, `outputs_differ` (none, or a type that was not
 * estimated; of components, more than one piece), `nothing_absorbed` (goods do not come from nothing: that is `collectivize`; but
 * components may be joined without work).
 */
export const outputRule: Rule<Output, OutputPlan> = {
  kind: 'output',
  signers: (context, { production }) => producerKey(context, production),
  check({ state }, { production, outputs }): Result<OutputPlan, Refusal> {
    const row = openProduction(state, production);
    if (!row.ok) return row;
    if (row.value.mops > 0) return refuse('mop_allocated');
    if (outputs.some((output) => output.amount === 0)) return refuse('amount_zero');
    const estimated = new Map(state.estimates.get(row.value.estimate)?.outputs.map((e) => [e.type, e]));
    const found = outputs.flatMap(({ type, amount }) => {
      const estimate = estimated.get(type);
      return estimate === undefined ? [] : [{ ...estimate, amount }];
    });
    if (found.length === 0 || found.length < outputs.length) return refuse('outputs_differ');
    const value = absorbed(row.value);
    const composite = row.value.components.length > 0;
    if (composite && (found.length > 1 || found[0]?.amount !== 1)) return refuse('outputs_differ');
    if (value === 0n && !composite) return refuse('nothing_absorbed');
    const shares = divide(
      value,
      found.map((output) => output.value),
    );
    return ok({
      row: row.value,
      outputs: found.map((output, i) => ({ ...output, share: shares[i] as MicroMinutes })),
    });
  },
  apply(context: Context, { production }, { row, outputs }): void {
    const { state, id } = context;
    state.productions.set(production, { ...row, state: 'done' });
    for (const { type, amount, share, durability } of outputs) {
      const at = lotId(context.crypto, production, type);
      const made = { type, amount, value: share, owner: row.producer, label: row.label, origin: id };
      const lot: LotRow =
        row.components.length > 0
          ? { ...made, ...composed(context, row, at, type) }
          : durability === undefined
            ? made
            : { ...made, durability };
      // The type's label may have changed while it was in work.
      addLot(context, at, labelled(context, lot));
    }
  },
};

/**
 * The way out of a failed production: what it absorbed is wasted and becomes w (a common's is in C already), components come back
 * as they were. Signed by the producer, with a reason. Refuses `unknown_production`, `not_open`, `mop_allocated`.
 */
export const abortProductionRule: Rule<AbortProduction, ProductionRow> = {
  kind: 'abort_production',
  signers: (context, { production }) => producerKey(context, production),
  check({ state }, { production }): Result<ProductionRow, Refusal> {
    const row = openProduction(state, production);
    if (!row.ok) return row;
    return row.value.mops > 0 ? refuse('mop_allocated') : row;
  },
  apply(context: Context, { production, reason }, row): void {
    const { state } = context;
    const wasted = absorbed(row);
    state.productions.set(production, { ...row, state: 'aborted' });
    if (row.label === 'exclusive') post(state, subsystemOf(state, row.producer), { W: wasted });
    returnComponents(context, row);
    context.emit({ kind: 'production_aborted', production, wasted: wasted.toString(), reason });
  },
};

/** `value` in the proportion of `weights`, each floor, the last the rest. All weights 0: equal parts. */
function divide(value: MicroMinutes, weights: readonly bigint[]): readonly MicroMinutes[] {
  const known = weights.some((weight) => weight > 0n);
  const parts = known ? weights : weights.map(() => 1n);
  const whole = parts.reduce((sum, part) => sum + part, 0n);
  let rest = value;
  return parts.map((part, i) => {
    const share = i === parts.length - 1 ? rest : proRata(value, part, whole);
    rest -= share;
    return share;
  });
}
