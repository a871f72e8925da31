/**
 * Means of production at work (§4.3, §5): allocated to one production at a time, free again after so many operating minutes.
 * Then every element has aged by them and what it transferred (θ) goes to the product, in the month of the deallocation, however
 * long it ran. An idle machine loses nothing. Used beyond its durability it goes on transferring, to `beyondMax` times it at
 * most; its residual turns negative, and a write-off then lowers the tax (§3.3).
 * Not here: what the production makes of it (`production.ts`).
 */
import { operate } from '../products/value-transfer.ts';
import { ok, type Result, refuse } from '../result.ts';
import { post } from './accounts.ts';
import { elementsOf, labelsFit, occupy, release, usableLot } from './lot-use.ts';
import { absorbed, openProduction, producerKey, voteNeeded } from './open-production.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { LotRow, ProductionRow } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { AllocateMop, DeallocateMop } from './transaction.ts';
import { subsystemOf } from './who.ts';

interface AllocatePlan {
  readonly row: ProductionRow;
  readonly lot: LotRow;
}

/**
 * Signed by the producer, which owns the lot. A lot of several pieces gives one, with the transaction's id. `repurpose` lets an
 * exclusive means into a common; elsewhere it says nothing. Refuses `unknown_production`, `not_open`, `unknown_lot`, `not_owner`,
 * `in_use` (one allocation at a time), `no_durability`, `exclusive_in_common` (without `repurpose`), `common_in_exclusive`.
 */
export const allocateMopRule: Rule<AllocateMop, AllocatePlan> = {
  kind: 'allocate_mop',
  signers: (context, { production }) => producerKey(context, production),
  check({ state }, { production, lot: id, repurpose }): Result<AllocatePlan, Refusal> {
    const row = openProduction(state, production);
    if (!row.ok) return row;
    const lot = usableLot(state, id, row.value.producer);
    if (!lot.ok) return lot;
    const fit = labelsFit(row.value.label, lot.value.label, repurpose);
    return fit.ok ? ok({ row: row.value, lot: lot.value }) : fit;
  },
  apply(context: Context, { production, lot: id, repurpose, beyondDurability }, { row, lot }): void {
    const { state, time } = context;
    const used = occupy(context, id, lot, { as: 'mop', production, since: time, beyondDurability });
    state.productions.set(production, { ...row, mops: row.mops + 1 });
    context.emit({ kind: 'mop_allocated', production, lot: used, repurpose, beyondDurability });
  },
};

interface DeallocatePlan {
  readonly row: ProductionRow;
  /** As it is afterwards, still in use. */
  readonly lot: LotRow;
  readonly theta: bigint;
}

/**
 * Signed by the producer. `minutes` of operation, at most the whole minutes of ledger time since the allocation, 0 when it
 * stood idle. Refuses `unknown_production`, `not_open`, `vote_needed` (with this the allocations pass `voteAbove`), `unknown_lot`,
 * `not_allocated` (not as a means of this production), `longer_than_elapsed`.
 */
export const deallocateMopRule: Rule<DeallocateMop, DeallocatePlan> = {
  kind: 'deallocate_mop',
  signers: (context, { production }) => producerKey(context, production),
  check(context, { production, lot: id, minutes }): Result<DeallocatePlan, Refusal> {
    const { state, time } = context;
    const row = openProduction(state, production);
    if (!row.ok) return row;
    const lot = state.lots.get(id);
    const use = lot?.use;
    if (lot === undefined) return refuse('unknown_lot');
    if (use?.as !== 'mop' || use.production !== production) return refuse('not_allocated');
    const { beyondMax } = parametersOf(context, subsystemOf(state, row.value.producer));
    const reach = use.beyondDurability ? beyondMax : 1;
    const { product, theta } = operate(elementsOf(id, lot), minutes, reach);
    if (voteNeeded(context, row.value, absorbed(row.value) + theta)) return refuse('vote_needed');
    if (minutes > Math.floor((time - use.since) / MINUTE_SECONDS)) return refuse('longer_than_elapsed');
    return ok({ row: row.value, lot: { ...lot, value: lot.value - theta, elements: product }, theta });
  },
  apply(context: Context, { production, lot: id, minutes }, { row, lot, theta }): void {
    const { state } = context;
    state.productions.set(production, { ...row, means: row.means + theta, mops: row.mops - 1 });
    if (row.label === 'common' && lot.label === 'exclusive')
      post(state, subsystemOf(state, row.producer), { C: theta });
    release(context, id, lot);
    context.emit({ kind: 'mop_deallocated', production, lot: id, minutes, value: theta.toString() });
  },
};
const MINUTE_SECONDS = 60;
