/**
 * Votes (§6.1, §7): who may vote are those with work in the last month that covered a member's; accepted, at once, when more than half have
 * said yes, rejected as soon as that cannot happen any more or time is over. Not here: what a label does to goods (`labels.ts`).
 */
import type { Id, Propose, Vote } from '../../src/economy/transaction.ts';
import { relabelGoods } from './labels.ts';
import { type Proposal, type Records, there } from './records.ts';

/** Whether a collective has a workload that a month's revision covered. */
function workedIn({ workloads }: Records, member: Id, month: number): boolean {
  return [...workloads.values()].some((w) => w.collective === member && w.month === month);
}

/** The last month whose revision covered work of a member. */
function lastMonth(records: Records, subsystem: Id): number {
  const months = [...records.workloads.values()].map(({ collective, month = 0 }) =>
    records.home(collective) === subsystem ? month : 0,
  );
  return Math.max(0, ...months);
}

function subjectOf({ about, type, label, parameter, value, estimate }: Propose): Proposal['about'] {
  if (about === 'label') return { type: there(type, 'type'), label: there(label, 'label') };
  if (about === 'production') return { estimate: there(estimate, 'estimate') };
  return { parameter: there(parameter, 'parameter'), value: there(value, 'value') };
}

export function propose(records: Records, proposed: Propose): void {
  const { by, until } = proposed;
  const subsystem = records.home(by);
  const about = subjectOf(proposed);
  const month = lastMonth(records, subsystem);
  records.proposals.set(records.id, {
    by,
    subsystem,
    month,
    until,
    about,
    votes: new Map(),
    state: 'open',
  });
}

export function vote(records: Records, { proposal: id, by, yes }: Vote): void {
  const proposal = there(records.proposals.get(id), 'proposal');
  proposal.votes.set(by, yes);
  decide(records, proposal);
}

/** Counts who may vote and has. */
function decide(records: Records, proposal: Proposal): void {
  const { subsystem, month, votes } = proposal;
  const voters = records.members(subsystem).filter((member) => workedIn(records, member, month));
  const yes = voters.filter((member) => votes.get(member) === true).length;
  const no = voters.filter((member) => votes.get(member) === false).length;
  if (2 * yes > voters.length) enact(records, proposal);
  else if (2 * no >= voters.length) proposal.state = voters.length === 0 ? 'lapsed' : 'rejected';
}

function enact(records: Records, proposal: Proposal): void {
  proposal.state = 'accepted';
  const { subsystem: at, about } = proposal;
  const subsystem = records.subsystem(at);
  if ('parameter' in about) subsystem.parameters.set(about.parameter, about.value);
  if (!('label' in about) || subsystem.commons.has(about.type) === (about.label === 'common')) return;
  if (about.label === 'common') subsystem.commons.add(about.type);
  else subsystem.commons.delete(about.type);
  relabelGoods(records, at, about.type, about.label);
}

/** In the order of their ids. */
function open(records: Records): Proposal[] {
  return [...records.proposals]
    .filter(([, { state }]) => state === 'open')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, proposal]) => proposal);
}

/** A block begins: those whose time is over found no majority. */
export function overdue(records: Records): void {
  for (const proposal of open(records)) if (proposal.until < records.time) proposal.state = 'rejected';
}

/** Proposals stay with the old id; one about a producer who left lapses. */
export function afterSplit(records: Records, kept: Id): void {
  for (const proposal of open(records)) {
    if (proposal.subsystem !== kept) continue;
    const { about } = proposal;
    const producer =
      'estimate' in about ? there(records.estimates.get(about.estimate), 'estimate').producer : undefined;
    if (producer !== undefined && records.home(producer) !== kept) proposal.state = 'lapsed';
    else decide(records, proposal);
  }
}

/** Those of the part with fewer members lapse. */
export function afterMerge(records: Records, bigger: Id, smaller: Id, kept: Id): void {
  for (const proposal of open(records)) {
    if (proposal.subsystem === smaller) proposal.state = 'lapsed';
    else if (proposal.subsystem === bigger) {
      proposal.subsystem = kept;
      decide(records, proposal);
    }
  }
}
