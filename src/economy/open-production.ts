/** A production that is open: whose it is, what it has absorbed, whether it has grown beyond what goes without a vote (§5). Look-ups only. */
import { ok, type Result, refuse } from '../result.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import type { Refusal } from './refusals.ts';
import type { Context } from './rule.ts';
import type { ProductionRow, State } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Id, Key } from './transaction.ts';
import { keysOf, subsystemOf } from './who.ts';

/** For `signers`: the key of the production's producer. Refuses `unknown_production`. */
export function producerKey({ state }: Context, production: Id): Result<readonly Key[], Refusal> {
  const row = state.productions.get(production);
  return row === undefined ? refuse('unknown_production') : keysOf(state, row.producer);
}

/** Refuses `unknown_production`, `not_open`. */
export function openProduction(state: State, id: Id): Result<ProductionRow, Refusal> {
  const row = state.productions.get(id);
  if (row === undefined) return refuse('unknown_production');
  return row.state === 'open' ? ok(row) : refuse('not_open');
}

/** What it has absorbed: workloads, resources, and what means of production transferred. */
export function absorbed({ labour, resources, means }: ProductionRow): MicroMinutes {
  return labour + resources + means;
}

/** Whether a producer's production, estimated or grown to this value, needs a vote of its subsystem that did not accept it. */
export function voteNeeded(
  context: Context,
  { producer, estimate }: Pick<ProductionRow, 'producer' | 'estimate'>,
  value: MicroMinutes,
): boolean {
  const { voteAbove } = parametersOf(context, subsystemOf(context.state, producer));
  return value > voteAbove && !context.state.acceptedProductions.has(estimate);
}
