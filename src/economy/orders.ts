/** Before a production (§5): order, rejection, value estimation, production start. Not here: what the production absorbs and puts out (`production.ts`); votes. */
import { DURABILITY_MAX, ESTIMATE_MAX } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { voteNeeded } from './open-production.ts';
import { typeId } from './product.ts';
import type { Refusal } from './refusals.ts';
import { ensureType } from './resources.ts';
import type { Context, Rule } from './rule.ts';
import { byText } from './schema.ts';
import type { EstimateRow, Label, OrderRow, State } from './state.ts';
import type { Estimate, EstimatedOutput, Id, Order, Reject, Start } from './transaction.ts';
import { keysOf, labelOf, strongTrust, subsystemOf } from './who.ts';

/**
 * Signed by the orderer, to a strongly trusted collective or itself. The order's id is the transaction's. Refuses
 * `unknown_collective`, `no_trust`, `unknown_order` (the parent), `amount_zero`.
 */
export const orderRule: Rule<Order, null> = {
  kind: 'order',
  signers: ({ state }, { orderer }) => keysOf(state, orderer),
  check({ state }, { orderer, addressee, parent, amount }): Result<null, Refusal> {
    if (!state.collectives.has(addressee)) return refuse('unknown_collective', addressee);
    if (orderer !== addressee && !strongTrust(state, orderer, addressee)) return refuse('no_trust');
    if (parent !== undefined && !state.orders.has(parent)) return refuse('unknown_order');
    return amount === 0 ? refuse('amount_zero') : ok(null);
  },
  apply(context: Context, { orderer, addressee, product, amount, deliverBy, parent }): void {
    const { state, id } = context;
    const type = ensureType(context, product);
    const row = { orderer, addressee, type, amount, deliverBy };
    state.orders.set(id, parent === undefined ? row : { ...row, parent });
    context.emit({ kind: 'ordered', order: id, orderer, addressee, type, amount });
  },
};

/**
 * Signed by the order's addressee, with a reason, at any time before the output. No estimate or start follows; a production that
 * runs already is its producer's to put out or abort. Refuses `unknown_order`, `order_rejected` (already), `not_open` (put out).
 */
export const rejectRule: Rule<Reject, OrderRow> = {
  kind: 'reject',
  signers({ state }, { order }) {
    const row = state.orders.get(order);
    return row === undefined ? refuse('unknown_order') : keysOf(state, row.addressee);
  },
  check({ state }, { order }): Result<OrderRow, Refusal> {
    const row = state.orders.get(order);
    if (row === undefined) return refuse('unknown_order');
    if (row.rejected) return refuse('order_rejected');
    const production = state.estimates.get(row.estimate ?? '')?.production;
    return state.productions.get(production ?? '')?.state === 'done' ? refuse('not_open') : ok(row);
  },
  apply(context: Context, { order, reason }, row): void {
    context.state.orders.set(order, { ...row, rejected: true });
    context.emit({ kind: 'rejected', order, reason });
  },
};

interface EstimatePlan {
  readonly order: OrderRow;
  readonly outputs: EstimateRow['outputs'];
}

/**
 * Signed by the order's addressee: value by output type, in micro-minutes for the whole amount. Refuses `unknown_order`,
 * `order_rejected`, `estimate_open` (one an order), `already_started`, `wrong_product` (what was ordered is not among the outputs),
 * `amount_zero`, `value_overflow` (over ESTIMATE_MAX or DURABILITY_MAX), `not_sorted` (by type id, none twice).
 */
export const estimateRule: Rule<Estimate, EstimatePlan> = {
  kind: 'estimate',
  signers({ state }, { order }) {
    const row = state.orders.get(order);
    return row === undefined ? refuse('unknown_order') : keysOf(state, row.addressee);
  },
  check({ state, crypto }, transaction): Result<EstimatePlan, Refusal> {
    const order = state.orders.get(transaction.order);
    if (order === undefined) return refuse('unknown_order');
    if (order.rejected) return refuse('order_rejected');
    const earlier = order.estimate === undefined ? undefined : state.estimates.get(order.estimate);
    if (earlier !== undefined)
      return refuse(earlier.production === undefined ? 'estimate_open' : 'already_started');
    const outputs = transaction.outputs.map((output) => ({
      ...output,
      type: typeId(crypto, output.product),
    }));
    if (!outputs.some((output) => output.type === order.type)) return refuse('wrong_product');
    if (outputs.some((output) => output.amount === 0)) return refuse('amount_zero');
    if (outputs.some(({ value, durability = 1 }) => value > ESTIMATE_MAX || durability > DURABILITY_MAX))
      return refuse('value_overflow');
    const ordered = outputs.every((output, i) => byText(outputs[i - 1]?.type ?? '', output.type) < 0);
    return ordered ? ok({ order, outputs }) : refuse('not_sorted');
  },
  apply(context: Context, { order: orderId }, { order, outputs }): void {
    const { state, id } = context;
    for (const output of outputs) ensureType(context, output.product);
    state.estimates.set(id, { order: orderId, outputs });
    state.orders.set(orderId, { ...order, estimate: id });
    context.emit({ kind: 'estimated', estimate: id, order: orderId, value: total(outputs).toString() });
  },
};

function total(outputs: readonly EstimatedOutput[]): MicroMinutes {
  return outputs.reduce((sum, output) => sum + output.value, 0n);
}

interface StartPlan {
  readonly estimate: EstimateRow;
  readonly producer: Id;
  readonly label: Label;
}

/**
 * Signed by the producer, the order's addressee; 1:1 with an estimate. The production's id is the transaction's. Its label is
 * that of its outputs' types in the producer's subsystem. Refuses `unknown_estimate`, `order_rejected`, `already_started`, `vote_needed`
 * (estimated above the parameter `voteAbove` and no vote accepted it), `common_in_exclusive` (commons and exclusive goods among the outputs: §6.1 keeps them apart).
 */
export const startRule: Rule<Start, StartPlan> = {
  kind: 'start',
  signers({ state }, { estimate }) {
    const producer = addressee(state, estimate);
    return producer === undefined ? refuse('unknown_estimate') : keysOf(state, producer);
  },
  check(context, { estimate: id }): Result<StartPlan, Refusal> {
    const { state } = context;
    const estimate = state.estimates.get(id);
    const producer = addressee(state, id);
    if (estimate === undefined || producer === undefined) return refuse('unknown_estimate');
    if (state.orders.get(estimate.order)?.rejected) return refuse('order_rejected');
    if (estimate.production !== undefined) return refuse('already_started');
    if (voteNeeded(context, { producer, estimate: id }, total(estimate.outputs)))
      return refuse('vote_needed');
    const subsystem = subsystemOf(state, producer);
    const labels = new Set(estimate.outputs.map(({ type }) => labelOf(state, subsystem, type)));
    if (labels.size > 1) return refuse('common_in_exclusive');
    return ok({ estimate, producer, label: labels.has('common') ? 'common' : 'exclusive' });
  },
  apply(context: Context, { estimate: estimateId }, { estimate, producer, label }): void {
    const { state, id } = context;
    state.estimates.set(estimateId, { ...estimate, production: id });
    state.productions.set(id, {
      producer,
      estimate: estimateId,
      label,
      state: 'open',
      labour: 0n,
      resources: 0n,
      means: 0n,
      mops: 0,
      components: [],
    });
    context.emit({ kind: 'started', production: id, producer });
  },
};

function addressee(state: State, estimate: Id): Id | undefined {
  const row = state.estimates.get(estimate);
  return row === undefined ? undefined : state.orders.get(row.order)?.addressee;
}
