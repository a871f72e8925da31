/**
 * «Tax explained» (§6.3): the figures of a final revision and the transactions that made them. Everything adds up exactly: a is the
 * sum of its workloads; c of the labour for commons and of the contributions to C; w of the contributions to W less those to R;
 * the settlement of those to Q. A merge or a split contributes what it brought or took in one line; what made
 * that stands with the subsystem that had it before.
 * Not here: noting the contributions (`contributions.ts`).
 */
import type { CryptoPort } from '../crypto-port.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { monthBefore } from './calendar.ts';
import { type Account, monthKey } from './contributions.ts';
import { revisionId } from './product.ts';
import type { RevisionRow, State, WorkloadRow } from './state.ts';
import type { Id, Seconds } from './transaction.ts';

export interface Line {
  /** The transaction; an outlet where its clearing was booked; the earlier revision where rounding was left. */
  readonly by: Id;
  /** Kind of the transaction, `clearing` or `revision`. */
  readonly reason: string;
  readonly value: MicroMinutes;
}
export interface Explanation {
  readonly revision: Id;
  /** The figures, with what the tax was worked out from. */
  readonly row: RevisionRow;
  /** Workloads covered, by time, then id; their values gross. */
  readonly workloads: readonly Line[];
  /** Of these, what was done for commons. */
  readonly labour: readonly Line[];
  readonly c: readonly Line[];
  readonly w: readonly Line[];
  /** What rounding left or took: lowers w. */
  readonly rounding: readonly Line[];
  readonly settlement: readonly Line[];
  /** What merges and splits changed in the debt since the revision before. */
  readonly debt: readonly Line[];
}

/** The explanation of a revision; undefined when there is none of this id. Reads only what the revision covered. */
export function explainRevision(state: State, crypto: CryptoPort, id: Id): Explanation | undefined {
  const row = state.revisions.get(id);
  if (row === undefined) return undefined;
  const covered = [...(state.indexes.covered.get(id) ?? [])].map((workload): [Id, WorkloadRow] => {
    const found = state.workloads.get(workload);
    if (found === undefined) throw new Error('index names no workload');
    return [workload, found];
  });
  covered.sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1));
  const lines = ([by, { minutes }]: [Id, WorkloadRow]): Line => ({
    by,
    reason: 'allocate_workload',
    value: BigInt(minutes) * 1_000_000n,
  });
  const common = covered.filter(
    ([, { production }]) => state.productions.get(production)?.label === 'common',
  );
  const months = monthsOf(state, crypto, row);
  const of = (account: Account) => contributions(state, row.subsystem, months, account);
  return {
    revision: id,
    row,
    workloads: covered.map(lines),
    labour: common.map(lines),
    c: of('C'),
    w: of('W'),
    rounding: of('R'),
    settlement: of('Q'),
    debt: of('D'),
  };
}

/** The months since the subsystem's revision before, oldest first. */
function monthsOf(state: State, crypto: CryptoPort, { subsystem, until }: RevisionRow): readonly Seconds[] {
  const begin = Number(state.meta.get('genesis_time'));
  const months: Seconds[] = [];
  for (let month = until; month >= begin; month = monthBefore(month)) {
    if (month !== until && state.revisions.has(revisionId(crypto, subsystem, month))) break;
    months.unshift(month);
  }
  return months;
}

function contributions(
  state: State,
  subsystem: Id,
  months: readonly Seconds[],
  account: Account,
): readonly Line[] {
  return months.flatMap((month) =>
    [...(state.indexes.contributions.get(monthKey(subsystem, month)) ?? [])]
      .filter((at) => at.endsWith(`/${account}`))
      .sort()
      .map((at): Line => {
        const row = state.contributions.get(at);
        if (row === undefined) throw new Error('index names no contribution');
        return { by: at.split('/')[2] ?? '', ...row };
      }),
  );
}
