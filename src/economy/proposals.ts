/**
 * What a subsystem decides by vote (§6.1, §7): labels of product types, its parameters, that a large production may be. Voters are
 * the collectives with workloads in the last revision that covered work of a member; one collective, one vote. A proposal is
 * accepted, at once, when more than half of the voters have said yes; it is rejected when that cannot happen any more, at the
 * latest by the first block after its last second. So a decision needs a majority of those who work, not of those who turn up.
 * When a subsystem splits, its proposals stay with the old id, and voters and votes that left count no more; one about a production
 * whose producer left lapses. In a merge those of the part with fewer members lapse, the others gain the new part's voters; who voted,
 * left and came back has voted.
 * Not here: the transactions (`votes.ts`), what a label does to goods (`labels.ts`).
 */
import { relabel } from './labels.ts';
import type { Context } from './rule.ts';
import type { ProposalRow, State } from './state.ts';
import type { Id, Seconds } from './transaction.ts';
import { labelOf, subsystemOf } from './who.ts';

/** The last month, by its last second, whose revision covered work of a member; undefined when nobody's work ever was. */
export function votingMonth(state: State, subsystem: Id): Seconds | undefined {
  let last: Seconds | undefined;
  for (const member of state.indexes.members.get(subsystem) ?? []) {
    const month = state.worked.get(member)?.at(-1);
    if (month !== undefined && (last === undefined || month > last)) last = month;
  }
  return last;
}

/** Whether a collective has a workload in a month's revision. Asked about the last few months only. */
export function workedIn(state: State, member: Id, month: Seconds): boolean {
  return state.worked.get(member)?.includes(month) ?? false;
}

/** How many members have a workload in a month's revision. */
export function votersOf(state: State, subsystem: Id, month: Seconds): number {
  let voters = 0;
  for (const member of state.indexes.members.get(subsystem) ?? [])
    if (workedIn(state, member, month)) voters += 1;
  return voters;
}

/** Writes a proposal, and decides it when its votes do. */
export function putProposal(context: Context, id: Id, row: ProposalRow): void {
  const { voters, yes, no } = row;
  if (2 * yes > voters) close(context, id, row, 'accepted');
  else if (2 * no >= voters) close(context, id, row, voters === 0 ? 'lapsed' : 'rejected');
  else context.state.proposals.set(id, row);
}

/** Rejects what found no majority in time. A block begins with it. */
export function closeOverdue(context: Context): void {
  for (const [id, row] of openProposals(context.state))
    if (row.until < context.time) close(context, id, row, 'rejected');
}

/** Members have left `kept` for another subsystem. */
export function proposalsAfterSplit(context: Context, kept: Id): void {
  const { state } = context;
  for (const [id, row] of openProposals(state)) {
    if (row.subsystem !== kept) continue;
    const { subject } = row;
    const producer = subject.about === 'production' ? producerOf(state, subject.estimate) : undefined;
    if (producer !== undefined && subsystemOf(state, producer) !== kept) {
      close(context, id, row, 'lapsed');
      continue;
    }
    putProposal(context, id, { ...row, ...counted(state, id, row) });
  }
}

/** Voters of a proposal's subsystem, and what those of them have said who have voted. */
function counted(state: State, id: Id, { subsystem, month }: ProposalRow) {
  const count = { voters: 0, yes: 0, no: 0 };
  for (const member of state.indexes.members.get(subsystem) ?? []) {
    if (!workedIn(state, member, month)) continue;
    count.voters += 1;
    const vote = state.votes.get(`${id}/${member}`);
    if (vote !== undefined) count[vote ? 'yes' : 'no'] += 1;
  }
  return count;
}

/** The parts have become one, whose id is `kept`. */
export function proposalsAfterMerge(context: Context, bigger: Id, smaller: Id, kept: Id): void {
  const { state } = context;
  for (const [id, row] of openProposals(state)) {
    if (row.subsystem === smaller) close(context, id, row, 'lapsed');
    else if (row.subsystem === bigger) {
      const moved = { ...row, subsystem: kept };
      putProposal(context, id, { ...moved, ...counted(state, id, moved) });
    }
  }
}

/** Who would produce what was estimated. */
export function producerOf(state: State, estimate: Id): Id | undefined {
  const row = state.estimates.get(estimate);
  return row === undefined ? undefined : state.orders.get(row.order)?.addressee;
}

function openProposals(state: State): readonly (readonly [Id, ProposalRow])[] {
  return [...state.indexes.openProposals].sort().map((id) => {
    const row = state.proposals.get(id);
    if (row === undefined) throw new Error('index names no proposal');
    return [id, row];
  });
}

function close(
  context: Context,
  id: Id,
  row: ProposalRow,
  outcome: 'accepted' | 'rejected' | 'lapsed',
): void {
  const { yes, no, voters } = row;
  context.state.proposals.set(id, { ...row, state: outcome });
  context.emit({ kind: 'decided', proposal: id, outcome, yes, no, voters });
  if (outcome === 'accepted') enact(context, id, row);
}

function enact(context: Context, id: Id, { subsystem, subject }: ProposalRow): void {
  const { state } = context;
  switch (subject.about) {
    case 'label':
      if (labelOf(state, subsystem, subject.type) !== subject.label)
        relabel(context, subsystem, subject.type, subject.label);
      break;
    case 'parameter': {
      const { parameter, value } = subject;
      state.parameters.set(`${subsystem}/${parameter}`, value);
      context.emit({ kind: 'parameter', subsystem, parameter, value });
      break;
    }
    case 'production':
      state.acceptedProductions.set(subject.estimate, id);
  }
}
