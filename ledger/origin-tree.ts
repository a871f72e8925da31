/**
 * Where the minutes of a value come from: a tree from a good back to the work in it, as a flat list of rows. The value of each row is
 * divided exactly among the work, the materials, the means of production and the parts that went into it, in the proportion of
 * what its productions absorbed, so the rows that have none below them add up to the value at the top.
 * Not here: what went into what (`chronicle-origins.ts`).
 */
import type { Id } from '../src/economy/transaction.ts';
import { ORIGIN_DEPTH, ORIGIN_ROWS } from '../src/limits.ts';
import { type MicroMinutes, proRata } from '../src/units/micro-minutes.ts';
import type { Input, Origins, Source } from './chronicle-origins.ts';

/** `work` has a collective and no type; all others a type. `end` says why nothing stands below a row that is no work. */
export interface OriginRow {
  readonly id: number;
  /** The row that this one went into; none at the top. */
  readonly into?: number;
  readonly what: 'good' | 'work' | Input['what'];
  readonly type?: Id;
  readonly collective?: Id;
  /** Base units; of means of production operating minutes; none of work. Rounded down where a part went on. */
  readonly amount?: number;
  readonly value: MicroMinutes;
  readonly end?: 'outside' | 'back' | 'parts' | 'forgotten' | 'depth';
}

/** A value and where it came from. */
export interface Share {
  readonly source: Source;
  readonly amount: number;
  readonly value: MicroMinutes;
}

interface Branch {
  readonly what: Input['what'];
  readonly type: Id;
  amount: number;
  value: MicroMinutes;
  readonly shares: Share[];
}

/** The rows of one good's value, the top first, each after the one it went into. `depth` productions at most. */
export function originRows(
  origins: Origins,
  type: Id,
  shares: readonly Share[],
  depth = ORIGIN_DEPTH,
): readonly OriginRow[] {
  const rows: OriginRow[] = [];
  const sum = total(shares);
  const top: Branch = { what: 'resource', type, ...sum, shares: [...shares] };
  const waiting: { readonly branch: Branch; readonly into?: number; readonly level: number }[] = [
    { branch: top, level: 0 },
  ];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { branch, into, level } = next;
    const made = rows.length + waiting.length < ORIGIN_ROWS && level < depth;
    const opened = made ? open(origins, branch) : undefined;
    const id = rows.length;
    const end = opened === undefined ? endOf(branch, made) : undefined;
    rows.push({
      id,
      ...(into === undefined ? {} : { into }),
      what: into === undefined ? 'good' : branch.what,
      type: branch.type,
      amount: branch.amount,
      value: branch.value,
      ...(end === undefined ? {} : { end }),
    });
    if (opened === undefined) continue;
    for (const [collective, value] of opened.work)
      rows.push({ id: rows.length, into: id, what: 'work', collective, value });
    for (const child of opened.branches) waiting.push({ branch: child, into: id, level: level + 1 });
  }
  return rows;
}

function total(shares: readonly Share[]): { amount: number; value: MicroMinutes } {
  return shares.reduce((sum, s) => ({ amount: sum.amount + s.amount, value: sum.value + s.value }), {
    amount: 0,
    value: 0n,
  });
}

function endOf({ shares }: Branch, looked: boolean): NonNullable<OriginRow['end']> {
  const from = shares.find(({ source }) => source.from !== 'production')?.source.from ?? 'forgotten';
  const known = shares.some(({ source }) => source.from === 'production');
  return !looked && known ? 'depth' : from === 'production' ? 'forgotten' : from;
}

interface Opened {
  readonly work: readonly (readonly [Id, MicroMinutes])[];
  readonly branches: readonly Branch[];
}

/**
 * What a branch was made of; undefined when none of it is known. Shares that come from no known production go on as a
 * branch of their own type, which ends there.
 */
function open(origins: Origins, { what, type, shares }: Branch): Opened | undefined {
  const known = shares.some(
    ({ source }) => source.from === 'production' && origins.story(source.production) !== undefined,
  );
  if (!known) return undefined;
  const work = new Map<Id, MicroMinutes>();
  const branches = new Map<string, Branch>();
  const add = (as: Input['what'], of: Id, at: string, share: Share): void => {
    const branch = branches.get(at) ?? { what: as, type: of, amount: 0, value: 0n, shares: [] };
    branches.set(at, branch);
    branch.amount += share.amount;
    branch.value += share.value;
    branch.shares.push(share);
  };
  for (const share of shares) {
    const story = share.source.from === 'production' ? origins.story(share.source.production) : undefined;
    if (story === undefined) {
      add(what, type, `as it is/${type}`, share);
      continue;
    }
    const inputs = [...story.inputs.values()];
    const parts = divide(share.value, [...inputs.map(({ value }) => value), story.labour]);
    const labour = parts[inputs.length] ?? 0n;
    if (labour !== 0n) work.set(story.producer, (work.get(story.producer) ?? 0n) + labour);
    const whole = inputs.reduce((sum, { value }) => sum + value, story.labour);
    inputs.forEach(({ what: as, type: of, amount, source }, i) => {
      const part =
        whole > 0n && share.value > 0n ? Number(proRata(BigInt(amount), share.value, whole)) : amount;
      add(as, of, `${as}/${of}`, { source, amount: part, value: parts[i] ?? 0n });
    });
  }
  const byValue = (a: MicroMinutes, b: MicroMinutes) => (a < b ? 1 : a > b ? -1 : 0);
  return {
    work: [...work].sort(([, a], [, b]) => byValue(a, b)),
    branches: [...branches.values()].sort((a, b) => byValue(a.value, b.value)),
  };
}

/** `value` in the proportion of `weights`, each rounded down; the last weight above 0 takes the rest. */
function divide(value: MicroMinutes, weights: readonly MicroMinutes[]): readonly MicroMinutes[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  const last = weights.findLastIndex((weight) => weight > 0n);
  let rest = value;
  return weights.map((weight, i) => {
    if (whole <= 0n || weight <= 0n) return 0n;
    const part = i === last ? rest : proRata(value, weight, whole);
    rest -= part;
    return part;
  });
}
