/** One history from its seed: played, watched, played again (L6), and on failure shrunk and told. */

import { equal } from '../../src/bytes.ts';
import { decodeRow, encodeRow } from '../../src/economy/dump.ts';
import { rebuildIndexes } from '../../src/economy/indexes.ts';
import { State } from '../../src/economy/state.ts';
import { Author } from './author.ts';
import { Player, type Step } from './player.ts';
import { Watch } from './watch.ts';

/** Transactions of one history. */
export const TRANSACTIONS = 200;
/** Every so manieth history is played again from its steps, restored half-way, and the rows compared byte for byte. */
const AGAIN = 16;

export interface Tally {
  histories: number;
  transactions: number;
  merges: number;
  splits: number;
  revisions: number;
  again: number;
  /** Kind → accepted, refused. */
  readonly kinds: Record<string, [accepted: number, refused: number]>;
  readonly refusals: Record<string, number>;
}
export const emptyTally = (): Tally => ({
  histories: 0,
  transactions: 0,
  merges: 0,
  splits: 0,
  revisions: 0,
  again: 0,
  kinds: {},
  refusals: {},
});
export interface Failure {
  readonly seed: number;
  readonly fault: string;
  readonly steps: readonly Step[];
}

/** Makes up and plays the history of a seed. Undefined when nothing is wrong. */
export function playSeed(seed: number, tally: Tally, transactions = TRANSACTIONS): Failure | undefined {
  const player = new Player();
  const watch = new Watch(player);
  const author = new Author(player, seed);
  const steps: Step[] = [];
  let fault: string | undefined;
  let sent = 0;
  while (sent < transactions && fault === undefined) {
    const step = author.next();
    steps.push(step);
    fault = attempt(() => {
      const { answer, fault: found } = watch.play(step);
      if (!('envelope' in step) || answer === undefined) return found;
      sent += 1;
      const accepted = answer.ok && answer.value.status === 'accepted';
      const { kind } = step.envelope.transaction;
      const [yes, no] = tally.kinds[kind] ?? [0, 0];
      tally.kinds[kind] = accepted ? [yes + 1, no] : [yes, no + 1];
      if (!answer.ok) tally.refusals[answer.refusal] = (tally.refusals[answer.refusal] ?? 0) + 1;
      if (accepted) author.accepted(step.envelope.id);
      return found;
    });
  }
  fault ??= attempt(() => watch.last());
  if (fault === undefined && seed % AGAIN === 0) {
    fault = attempt(() => playedAgain(steps, player.state));
    tally.again += 1;
  }
  tally.histories += 1;
  tally.transactions += sent;
  tally.merges += watch.merges;
  tally.splits += watch.splits;
  tally.revisions += watch.revisions;
  return fault === undefined ? undefined : { seed, fault, steps };
}

/** An exception below the rules' checks is a bug like any other. */
function attempt(act: () => string | undefined): string | undefined {
  try {
    return act();
  } catch (error) {
    return `threw: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** L6: the chain played again gives the same rows. L4: also on a state that was restored half-way, rows in another order. */
function playedAgain(steps: readonly Step[], state: State): string | undefined {
  let again = new Player();
  for (const [i, step] of steps.entries()) {
    if (2 * i === steps.length || 2 * i === steps.length - 1)
      again = new Player(restored(again.state), again.block);
    again.play(step);
  }
  const tables = again.state.tables();
  for (const [i, table] of state.tables().entries()) {
    const copy = tables[i];
    if (copy?.size !== table.size)
      return `L4, L6: ${table.name} has ${copy?.size} rows instead of ${table.size}`;
    for (const [key, row] of table.entries()) {
      const other = copy.get(key);
      if (other === undefined || !equal(encodeRow(other), encodeRow(row)))
        return `L4, L6: ${table.name} ${key} differs`;
    }
  }
  return undefined;
}

/** A state as a node finds it on its disk: rows through bytes, in another order, indexes made again. */
function restored(state: State): State {
  const copy = new State();
  const tables = copy.tables();
  for (const [i, table] of state.tables().entries())
    for (const [key, row] of [...table.entries()].reverse())
      tables[i]?.restore(key, decodeRow(encodeRow(row)));
  rebuildIndexes(copy);
  return copy;
}

/** What is wrong with these steps, without an author. */
export function playSteps(steps: readonly Step[]): string | undefined {
  const watch = new Watch(new Player());
  for (const step of steps) {
    const fault = attempt(() => watch.play(step).fault);
    if (fault !== undefined) return fault;
  }
  return attempt(() => watch.last());
}

/** What kind of fault it is: numbers and ids change while a history shrinks. */
const kindOf = (fault: string | undefined): string =>
  (fault ?? '').replace(/[0-9a-f]{8,}|-?[0-9]+/g, '#').slice(0, 24);

/** The fewest steps that greedy dropping leaves, halves first, of which the same is still wrong. */
export function shrink({ steps, fault }: Failure, milliseconds: number): readonly Step[] {
  const wanted = kindOf(fault);
  const until = performance.now() + milliseconds;
  let left = [...steps];
  for (let size = Math.ceil(left.length / 2); size >= 1; size = Math.floor(size / 2)) {
    let dropped = true;
    while (dropped && performance.now() < until) {
      dropped = false;
      for (let at = left.length - size; at >= 0 && performance.now() < until; at -= size) {
        const fewer = left.toSpliced(at, size);
        if (kindOf(playSteps(fewer)) !== wanted) continue;
        left = fewer;
        dropped = true;
      }
      if (size > 1) break;
    }
  }
  return left;
}

/** A history as text, one line a step; ids are cut, they are still unique. */
export function story(steps: readonly Step[]): string {
  const player = new Player();
  return steps
    .map((step) => {
      if (!('envelope' in step)) {
        attempt(() => void player.play(step) as undefined);
        return `${step.blocks} block(s) until ${new Date(step.time * 1000).toISOString()}`;
      }
      const { kind, chain: _, ...rest } = step.envelope.transaction;
      let answer = '';
      const thrown = attempt(() => {
        const done = player.play(step);
        answer = done === undefined ? '' : done.ok ? done.value.status : done.refusal;
        return undefined;
      });
      return `${step.envelope.id.slice(0, 8)} ${kind} ${short(rest)}: ${thrown ?? answer}`;
    })
    .join('\n');
}
function short(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'bigint'
      ? v.toString()
      : v instanceof Uint8Array
        ? `${v.length} bytes`
        : typeof v === 'string' && v.length >= 64
          ? v.slice(0, 8)
          : Array.isArray(v) && v.length > 8
            ? `${v.length} items`
            : v,
  );
}
