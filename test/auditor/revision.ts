/**
 * The final revision (§6.3) at the first block after a month's end: a = labour, c = used for commons, w = wasted, T the tax, D the debt that
 * waits, and each workload's share. Not here: who claims it (`coupons.ts` moves balances).
 */
import type { Claim, Id } from '../../src/economy/transaction.ts';
import { DAY, down, minutes, sum } from './arithmetic.ts';
import { moveClearing, nearestSince } from './clearing.ts';
import { type Records, there } from './records.ts';
import { addBalance } from './wallets.ts';

/** The last second of the UTC month of a time. */
function monthEnd(time: number): number {
  const date = new Date(time * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000 - 1;
}

/** The revisions that are due when a block begins at a time; `last` was the time of the one before. */
export function reviseIfDue(records: Records, last: number): void {
  const until = monthEnd(last);
  if (records.time <= until) return;
  for (const subsystem of [...records.subsystems.keys()]) revise(records, subsystem, until);
}

function revise(records: Records, subsystem: Id, until: number): void {
  const { accounts } = records.subsystem(subsystem);
  const days = records.number(subsystem, 'reverseDays');
  for (const outlet of records.members(subsystem)) {
    const x = nearestSince(records, outlet, until - days * DAY);
    moveClearing(records, outlet, -x);
    accounts.W -= x;
  }
  const workloads = [...records.workloads.values()].filter(
    ({ collective, share }) => share === undefined && records.home(collective) === subsystem,
  );
  const a = sum(workloads.map(({ minutes: worked }) => minutes(worked)));
  const [c, w, D, Q] = [accounts.C, accounts.W - accounts.R, accounts.D, accounts.Q];
  const limit = shareOf(records.parameter(subsystem, 'limit'), a);
  const highest = shareOf(records.parameter(subsystem, 'maxRate'), a);
  const borne = w + D > limit ? limit : w + D < -limit ? -limit : w + D;
  const due = c + borne > 0n ? c + borne : 0n;
  const tax = due < highest ? due : highest;
  let rest = a - tax;
  for (const workload of workloads) {
    workload.share = down((a - tax) * minutes(workload.minutes), a);
    workload.month = until;
    rest -= workload.share;
  }
  Object.assign(accounts, { C: 0n, W: 0n, Q: 0n, D: D + c + w - tax + Q, R: rest });
}

/** A share like `1/10` of a, rounded down. */
function shareOf(text: string, a: bigint): bigint {
  const [num, den] = text.split('/').map(BigInt) as [bigint, bigint];
  return down(num * a, den);
}

/** A share becomes a balance, kept by the collective where the work was done. */
export function claim(records: Records, { workload: id }: Claim): void {
  const workload = there(records.workloads.get(id), 'workload');
  if (workload.claimed) throw new Error('a workload claimed twice');
  workload.claimed = true;
  addBalance(records, workload.wallet, workload.collective, there(workload.share, 'share'));
}
