/** One history from its seed: played, watched, and on failure shrunk and told. */

import { Author } from './author.ts';
import { Player, type Step } from './player.ts';
import { Watch } from './watch.ts';

/** Transactions of one history. */
export const TRANSACTIONS = 200;
/** Every so manieth history is given to the auditor, unless somebody asks for all. */
const AUDITED = 20;
/** How a history is looked at. */
export interface Look {
  /** The auditor looks at every so manieth. */
  readonly audited: number;
}

export interface Tally {
  histories: number;
  transactions: number;
  merges: number;
  splits: number;
  revisions: number;
  audited: number;
  /** Steps that the auditor compared. */
  compared: number;
  /** Kind → accepted, refused. */
  readonly kinds: Record<string, [accepted: number, refused: number]>;
  readonly refusals: Record<string, number>;
  /** What else happened, by name. */
  readonly rare: Record<string, number>;
}
export const emptyTally = (): Tally => ({
  histories: 0,
  transactions: 0,
  merges: 0,
  splits: 0,
  revisions: 0,
  audited: 0,
  compared: 0,
  kinds: {},
  refusals: {},
  rare: {},
});
export interface Failure {
  readonly seed: number;
  readonly fault: string;
  readonly steps: readonly Step[];
}

/** Makes up and plays the history of a seed. Undefined when nothing is wrong. */
export function playSeed(
  seed: number,
  tally: Tally,
  { audited }: Look = { audited: AUDITED },
  transactions = TRANSACTIONS,
): Failure | undefined {
  const player = new Player();
  const watch = new Watch(player, seed, seed % audited === 0);
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
  tally.histories += 1;
  tally.transactions += sent;
  tally.merges += watch.merges;
  tally.splits += watch.splits;
  tally.revisions += watch.revisions;
  if (watch.compared > 0) tally.audited += 1;
  tally.compared += watch.compared;
  for (const [name, count] of watch.rare) tally.rare[name] = (tally.rare[name] ?? 0) + count;
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

/** What is wrong with these steps, without an author; the auditor always looks. */
export function playSteps(seed: number, steps: readonly Step[]): string | undefined {
  const watch = new Watch(new Player(), seed, true);
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
export function shrink({ seed, steps, fault }: Failure, milliseconds: number): readonly Step[] {
  const wanted = kindOf(fault);
  const until = performance.now() + milliseconds;
  let left = [...steps];
  for (let size = Math.ceil(left.length / 2); size >= 1; size = Math.floor(size / 2)) {
    let dropped = true;
    while (dropped && performance.now() < until) {
      dropped = false;
      for (let at = left.length - size; at >= 0 && performance.now() < until; at -= size) {
        const fewer = left.toSpliced(at, size);
        if (kindOf(playSteps(seed, fewer)) !== wanted) continue;
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
