/**
 * Random histories on all cores: `npm run test:histories -- --seconds 60`, `--histories 10000`, `--seed 1`, `--threads 2`; `--audit 1` gives all
 * to the auditor, not every twentieth. Prints what was played; a failure with its seed and its shrunk story, exit code 1.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { emptyTally, type Tally } from './history.ts';
import type { Done, Work } from './worker.ts';

export interface Asked {
  readonly seed: number;
  readonly threads: number;
  readonly histories: number;
  readonly seconds: number;
  /** Seconds for which a failing history is shrunk. */
  readonly shrinking: number;
  /** The auditor looks at every so manieth history. */
  readonly audited: number;
}

/** Runs the histories of consecutive seeds on threads. */
export async function run({
  seed,
  threads,
  histories,
  seconds,
  shrinking,
  audited,
}: Asked): Promise<Done & { readonly seconds: number }> {
  const begun = performance.now();
  const all = await Promise.all(
    Array.from({ length: threads }, (_, thread) =>
      play({
        first: seed + thread,
        step: threads,
        histories: Math.ceil((histories - thread) / threads),
        milliseconds: seconds * 1000,
        shrinking: shrinking * 1000,
        audited,
      }),
    ),
  );
  const tally = emptyTally();
  for (const done of all) add(tally, done.tally);
  return {
    tally,
    failure: all.find((done) => done.failure !== undefined)?.failure,
    seconds: (performance.now() - begun) / 1000,
  };
}

function play(workerData: Work): Promise<Done> {
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  worker.once('message', resolve);
  worker.once('error', reject);
  return promise;
}

function add(sum: Tally, tally: Tally): void {
  for (const name of [
    'histories',
    'transactions',
    'merges',
    'splits',
    'revisions',
    'audited',
    'compared',
  ] as const)
    sum[name] += tally[name];
  for (const [kind, [accepted, refused]] of Object.entries(tally.kinds)) {
    const [a, r] = sum.kinds[kind] ?? [0, 0];
    sum.kinds[kind] = [a + accepted, r + refused];
  }
  for (const [refusal, count] of Object.entries(tally.refusals))
    sum.refusals[refusal] = (sum.refusals[refusal] ?? 0) + count;
  for (const [name, count] of Object.entries(tally.rare)) sum.rare[name] = (sum.rare[name] ?? 0) + count;
}

/** What was played, as text. */
export function report(
  seed: number,
  { tally, failure, seconds }: Done & { readonly seconds: number },
): string {
  const { histories, transactions, merges, splits, revisions, audited, compared, kinds, refusals, rare } =
    tally;
  const lines = [
    `${histories} histories from seed ${seed}, ${transactions} transactions, ${merges} merges, ${splits} splits, ${revisions} final revisions, ${audited} audited (${compared} steps compared), ${seconds.toFixed(1)} s`,
    ...Object.entries(kinds)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, [accepted, refused]]) => `  ${kind}: ${accepted} accepted, ${refused} refused`),
    `  besides: ${Object.entries(rare)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `  refusals: ${Object.entries(refusals)
      .sort(([, a], [, b]) => b - a)
      .map(([refusal, count]) => `${refusal} ${count}`)
      .join(', ')}`,
  ];
  if (failure !== undefined) lines.push(`seed ${failure.seed}: ${failure.fault}`, failure.story);
  return lines.join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      histories: { type: 'string' },
      seed: { type: 'string', default: '1' },
      shrink: { type: 'string', default: '20' },
      audit: { type: 'string', default: '20' },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const seed = Number(values.seed);
  const seconds = Number(values.seconds ?? (values.histories === undefined ? 60 : 86_400));
  const histories = Number(values.histories ?? 1_000_000_000);
  const done = await run({
    seed,
    threads: Number(values.threads),
    histories,
    seconds,
    shrinking: Number(values.shrink),
    audited: Number(values.audit),
  });
  process.stdout.write(`${report(seed, done)}\n`);
  process.exitCode = done.failure === undefined ? 0 : 1;
}
