/**
 * The production cycle from start to output (§5): resources and workloads go in, goods come out, and the value of what comes
 * out is exactly the value of what went in (L3). Commons and exclusive production stay apart (§6.1): labour for a common, and
 * an exclusive material repurposed for one, count into C and are borne by everybody's tax.
 * Not here: means of production, components, abort.
 */
import { DAY_MINUTES, WORKLOAD_DAYS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type MicroMinutes, proRata } from '../units/micro-minutes.ts';
import { ofMinutes, post } from './accounts.ts';
import { dayOf } from './calendar.ts';
import { lotId } from './product.ts';
import type { Refusal } from './refusals.ts';
import { addLot, ownedLot, takeFromLot } from './resources.ts';
import type { Context, Rule } from './rule.ts';
import type { EstimateRow, LotRow, ProductionRow, State } from './state.ts';
import type { AllocateResource, AllocateWorkload, Id, Key, Output } from './transaction.ts';
import { keysOf, labelOf, subsystemOf } from './who.ts';

function producerKey({ state }: Context, production: Id): Result<readonly Key[], Refusal> {
  const row = state.productions.get(production);
  return row === undefined ? refuse('unknown_production') : keysOf(state, row.producer);
}

function openProduction(state: State, id: Id): Result<ProductionRow, Refusal> {
  const row = state.productions.get(id);
  if (row === undefined) return refuse('unknown_production');
  return row.state === 'open' ? ok(row) : refuse('not_open');
}

interface ResourcePlan {
  readonly row: ProductionRow;
  readonly lot: LotRow;
}

/**
 * Consumptive use: the value of (a part of) a lot goes to the product. Signed by the producer, which owns the lot.
 * `repurpose` lets an exclusive material into a common and counts its value into C; elsewhere it says nothing. Refuses
 * `unknown_production`, `not_open`, `vote_needed` (with this the allocations pass `voteAbove`), `unknown_lot`, `not_owner`, `not_enough`,
 * `amount_zero`, `exclusive_in_common` (without `repurpose`), `common_in_exclusive`.
 */
export const allocateResourceRule: Rule<AllocateResource, ResourcePlan> = {
  kind: 'allocate_resource',
  signers: (context, { production }) => producerKey(context, production),
  check({ state, parameters }, { production, lot: id, amount, repurpose }): Result<ResourcePlan, Refusal> {
    const row = openProduction(state, production);
    if (!row.ok) return row;
    const { producer, label, labour, resources } = row.value;
    const lot = state.lots.get(id);
    const value = lot === undefined || amount > lot.amount ? 0n : partValue(lot, amount);
    if (labour + resources + value > parameters.voteAbove) return refuse('vote_needed');
    const owned = ownedLot(state, id, producer, amount);
    if (!owned.ok) return owned;
    if (label === 'common' && owned.value.label === 'exclusive' && !repurpose)
      return refuse('exclusive_in_common');
    if (label === 'exclusive' && owned.value.label === 'common') return refuse('common_in_exclusive');
    return ok({ row: row.value, lot: owned.value });
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
  check({ state, parameters, time }, { production, wallet, minutes, day }): Result<WorkloadPlan, Refusal> {
    const row = openProduction(state, production);
    if (!row.ok) return row;
    const { labour, resources } = row.value;
    if (labour + resources + ofMinutes(minutes) > parameters.voteAbove) return refuse('vote_needed');
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
 * proportion of their estimated values (equally when all were estimated 0), each floor, the last takes the rest. Signed by the producer. Refuses
 * `unknown_production`, `not_open`, `amount_zero`, `outputs_differ` (none, or a type that was not estimated),
 * `nothing_absorbed` (goods do not come from nothing: that is `collectivize`).
 */
export const outputRule: Rule<Output, OutputPlan> = {
  kind: 'output',
  signers: (context, { production }) => producerKey(context, production),
  check({ state }, { production, outputs }): Result<OutputPlan, Refusal> {
    const row = openProduction(state, production);
    if (!row.ok) return row;
    if (outputs.some((output) => output.amount === 0)) return refuse('amount_zero');
    const estimated = new Map(state.estimates.get(row.value.estimate)?.outputs.map((e) => [e.type, e]));
    const found = outputs.flatMap(({ type, amount }) => {
      const estimate = estimated.get(type);
      return estimate === undefined ? [] : [{ ...estimate, amount }];
    });
    if (found.length === 0 || found.length < outputs.length) return refuse('outputs_differ');
    const value = row.value.labour + row.value.resources;
    if (value === 0n) return refuse('nothing_absorbed');
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
    const subsystem = subsystemOf(state, row.producer);
    state.productions.set(production, { ...row, state: 'done' });
    for (const { type, amount, share, durability } of outputs) {
      const label = labelOf(state, subsystem, type);
      const lot = { type, amount, value: share, owner: row.producer, label, origin: id };
      addLot(
        context,
        lotId(context.crypto, production, type),
        durability === undefined ? lot : { ...lot, durability },
      );
      // The type's label changed while it was in work: booked as a vote would have booked a free lot.
      if (label !== row.label) post(state, subsystem, { W: label === 'common' ? share : -share });
    }
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
