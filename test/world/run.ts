/**
 * Worlds on all cores. `npm run --silent world -- --seed 7 --days 7 --json` plays one and prints one line; `--seeds 1-500` plays many and prints what
 * happened in all of them; `--seconds` ends it; `--plant` puts a bug in (`plants.ts`). A failure prints its seed and the shortest story that was found, exit code 1.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { PLANTS, type PlantName } from './plants.ts';
import { makeSetting, removeFolder, worldsFolder } from './setting.ts';
import type { Done, Work } from './worker.ts';

export interface Asked {
  readonly first: number;
  readonly last: number;
  readonly days: number;
  readonly threads: number;
  readonly plant?: PlantName | undefined;
  /** Seconds for which a failing world is shrunk. */
  readonly shrinking: number;
  /** No new world after so many seconds. */
  readonly seconds?: number;
}

export interface Summary {
  readonly worlds: number;
  readonly sales: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly failure: Done['failure'];
  readonly seconds: number;
  /** Seconds of processor time, setting and start of threads included. */
  readonly processor: number;
}

/** Plays worlds of consecutive seeds until one fails; the failure of the lowest seed that was met. */
export async function run(asked: Asked): Promise<Summary> {
  const { first, last, days, threads, plant, shrinking, seconds = 86_400 } = asked;
  const begun = performance.now();
  const before = process.cpuUsage();
  const folder = worldsFolder();
  try {
    await makeSetting(join(folder, 'setting'));
    const all = await Promise.all(
      Array.from({ length: Math.min(threads, last - first + 1) }, (_, thread) =>
        play({
          folder,
          first: first + thread,
          step: threads,
          last,
          days,
          plant,
          shrinking: shrinking * 1000,
          milliseconds: seconds * 1000,
        }),
      ),
    );
    const faults: Record<string, number> = {};
    for (const done of all)
      for (const [name, times] of Object.entries(done.faults)) faults[name] = (faults[name] ?? 0) + times;
    const failures = all.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    const { user, system } = process.cpuUsage(before);
    return {
      processor: (user + system) / 1e6,
      worlds: all.reduce((sum, done) => sum + done.worlds, 0),
      sales: all.reduce((sum, done) => sum + done.sales, 0),
      faults,
      failure: failures.sort((a, b) => a.seed - b.seed)[0],
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    removeFolder(folder);
  }
}

function play(workerData: Work): Promise<Done> {
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  worker.once('message', resolve);
  worker.once('error', reject);
  return promise;
}

/** Faults that tear a card out of its purchase, and that end a till or a node. */
const TEARS = ['torn', 'pulled'];
const CRASHES = ['killed', 'power lost', 'node kill'];
const sum = (faults: Summary['faults'], names: readonly string[]): number =>
  names.reduce((all, name) => all + (faults[name] ?? 0), 0);

export const tearsOf = ({ faults }: Summary): number => sum(faults, TEARS);
export const crashesOf = ({ faults }: Summary): number => sum(faults, CRASHES);

/** What was played, as text. */
export function report(summary: Summary, days: number): string {
  const { worlds, sales, faults, failure, seconds, processor } = summary;
  const told = Object.entries(faults)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`);
  const lines = [
    `${worlds} worlds of ${days} days, ${sales} sales, ${tearsOf(summary)} tears, ${crashesOf(summary)} crashes, ${seconds.toFixed(1)} s, ${processor.toFixed(1)} s of processor time`,
    `  ${told.join(', ')}`,
  ];
  if (failure !== undefined) lines.push(`seed ${failure.seed}:`, ...failure.breaches, failure.story);
  return lines.join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string' },
      days: { type: 'string', default: '7' },
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '86400' },
      plant: { type: 'string' },
      shrink: { type: 'string', default: '60' },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const [first = 1, last = first] = (values.seeds ?? values.seed).split('-').map(Number);
  const days = Number(values.days);
  const plant = Object.keys(PLANTS).find((name) => name === values.plant) as PlantName | undefined;
  if (values.plant !== undefined && plant === undefined)
    throw new Error(`no plant ${values.plant}: ${Object.keys(PLANTS).join(', ')}`);
  const threads = Number(values.threads);
  const [shrinking, seconds] = [Number(values.shrink), Number(values.seconds)];
  const summary = await run({ first, last, days, threads, plant, shrinking, seconds });
  const { failure, sales, faults } = summary;
  const ok = failure === undefined;
  process.exitCode = ok ? 0 : 1;
  if (!values.json) {
    process.stdout.write(`${report(summary, days)}\n`);
    return;
  }
  const seed = failure?.seed ?? first;
  const line = {
    ok,
    seed,
    days,
    worlds: summary.worlds,
    sales,
    tears: tearsOf(summary),
    crashes: crashesOf(summary),
    faults,
  };
  const why = ok ? {} : { breaches: failure.breaches, story: failure.story };
  process.stdout.write(`${JSON.stringify({ ...line, ...why })}\n`);
}

if (import.meta.main) await main();
