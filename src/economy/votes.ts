/** Proposing and voting (§6.1, §7). Not here: who the voters are and what a decision does (`proposals.ts`). */
import { VOTE_SECONDS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { producerOf, putProposal, votersOf, votingMonth, workedIn } from './proposals.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { ProposalRow, Subject } from './state.ts';
import { parametersOf, parameterText, readParameter } from './subsystem-parameters.ts';
import type { Propose, Vote } from './transaction.ts';
import { keysOf, labelOf, subsystemOf, weakTrust } from './who.ts';

/** Of a decoded transaction, whose fields go together. */
function subjectOf({ about, type, label, parameter, value, estimate }: Propose): Subject {
  if (about === 'label' && type !== undefined && label !== undefined) return { about, type, label };
  if (about === 'parameter' && parameter !== undefined && value !== undefined)
    return { about, parameter, value };
  if (about === 'production' && estimate !== undefined) return { about, estimate };
  throw new Error('a proposal without its subject');
}

/** Whether what is proposed exists. A production is decided where its producer is. */
function unknown({ state }: Context, { by }: Propose, subject: Subject): Refusal | undefined {
  if (subject.about === 'label' && !state.types.has(subject.type)) return 'unknown_product';
  if (subject.about !== 'production') return undefined;
  const producer = producerOf(state, subject.estimate);
  if (producer === undefined) return 'unknown_estimate';
  return weakTrust(state, by, producer) ? undefined : 'no_trust';
}

/** Whether it is a choice: within its range, and not the case already. */
function settled(context: Context, { by }: Propose, subject: Subject): Refusal | undefined {
  const { state } = context;
  const subsystem = subsystemOf(state, by);
  if (subject.about === 'label')
    return labelOf(state, subsystem, subject.type) === subject.label ? 'nothing_to_decide' : undefined;
  if (subject.about === 'production')
    return state.acceptedProductions.has(subject.estimate) ? 'nothing_to_decide' : undefined;
  const { parameter, value } = subject;
  if (readParameter(parameter, value) === undefined) return 'parameter_out_of_range';
  const now = parameterText(parametersOf(context, subsystem)[parameter]);
  return now === value ? 'nothing_to_decide' : undefined;
}

/**
 * Signed by a collective that may vote. The proposal's id is the transaction's. Refuses `unknown_collective`, `unknown_product`,
 * `unknown_estimate`, `no_trust` (the producer is in another subsystem), `not_a_voter`, `proposal_open` (this collective's
 * last one is not decided yet), `deadline_out_of_range` (VOTE_SECONDS from now), `parameter_out_of_range`, `nothing_to_decide` (it is so
 * already).
 */
export const proposeRule: Rule<Propose, ProposalRow> = {
  kind: 'propose',
  signers: ({ state }, { by }) => keysOf(state, by),
  check(context, propose): Result<ProposalRow, Refusal> {
    const { state, time } = context;
    const { by, until } = propose;
    const subject = subjectOf(propose);
    const missing = unknown(context, propose, subject);
    if (missing !== undefined) return refuse(missing);
    const subsystem = subsystemOf(state, by);
    const month = state.worked.has(by) ? votingMonth(state, subsystem) : undefined;
    if (month === undefined || !workedIn(state, by, month)) return refuse('not_a_voter');
    if ([...state.indexes.openProposals].some((id) => state.proposals.get(id)?.by === by))
      return refuse('proposal_open');
    if (until < time + VOTE_SECONDS.min || until > time + VOTE_SECONDS.max)
      return refuse('deadline_out_of_range');
    const no = settled(context, propose, subject);
    if (no !== undefined) return refuse(no);
    const voters = votersOf(state, subsystem, month);
    return ok({ subsystem, by, subject, until, month, voters, yes: 0, no: 0, state: 'open' });
  },
  apply(context: Context, _, row): void {
    const { id, emit } = context;
    const { subsystem, by, until, voters, subject } = row;
    emit({ kind: 'proposed', proposal: id, subsystem, by, until, voters, subject });
    putProposal(context, id, row);
  },
};

/**
 * Signed by the collective that votes; a vote is final. Refuses `unknown_collective`, `unknown_proposal`, `not_a_voter` (of another
 * subsystem, or without work in the month that counts), `vote_closed`, `already_voted`.
 */
export const voteRule: Rule<Vote, ProposalRow> = {
  kind: 'vote',
  signers: ({ state }, { by }) => keysOf(state, by),
  check({ state, time }, { proposal, by }): Result<ProposalRow, Refusal> {
    const row = state.proposals.get(proposal);
    if (row === undefined) return refuse('unknown_proposal');
    if (subsystemOf(state, by) !== row.subsystem || !workedIn(state, by, row.month))
      return refuse('not_a_voter');
    if (row.state !== 'open' || row.until < time) return refuse('vote_closed');
    return state.votes.has(`${proposal}/${by}`) ? refuse('already_voted') : ok(row);
  },
  apply(context: Context, { proposal, by, yes }, row): void {
    context.state.votes.set(`${proposal}/${by}`, yes);
    context.emit({ kind: 'voted', proposal, by, yes });
    const count = yes ? { yes: row.yes + 1 } : { no: row.no + 1 };
    putProposal(context, proposal, { ...row, ...count });
  },
};
