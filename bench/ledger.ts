/**
 * Speed of the ledger beside the floor of bare signature checks: `npm run bench:ledger`, with `--json` for one line of JSON, with
 * `--quick` for a run of seconds that shows only that everything works. Each figure is the median of interleaved
 * rounds, because machines have moods; the order of engine and floor changes from round to round. What is measured, and what the
 * figures were, stands in docs/ledger-speed.md.
 */
import { execFile, fork } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mint } from './ledger/mint.ts';
import { CROWD } from './ledger/redeeming.ts';
import type { Measured, Order, Task } from './ledger/side.ts';
import { median } from './median.ts';

interface Sizes {
  readonly small: number;
  readonly large: number;
  readonly mixed: number;
  readonly coupons: number;
  readonly replay: number;
  readonly collectives: number;
  readonly edges: number;
  readonly warmUp: number;
  readonly rounds: number;
}
const FULL: Sizes = {
  small: 10_000,
  large: 1_000_000,
  mixed: 3_300,
  coupons: 48_000,
  replay: 10_000,
  collectives: 100_000,
  edges: 1_000_000,
  warmUp: 3,
  rounds: 5,
};
const QUICK: Sizes = {
  small: 1_200,
  large: 3_000,
  mixed: 110,
  coupons: CROWD,
  replay: 4_000,
  collectives: 1_000,
  edges: 5_000,
  warmUp: 1,
  rounds: 1,
};

export interface Ratio {
  readonly perSecond: number;
  readonly floorPerSecond: number;
  readonly ratio: number;
  /** The same by processor time, which other people's load disturbs less. */
  readonly cpuRatio: number;
}
/** Milliseconds of cancelling a trust in a graph of so many, and of a bridge that halves it. */
export interface Trust {
  readonly cancelMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly bridgeMs: number;
  readonly collectives: number;
  readonly edges: number;
}
export interface Report {
  readonly redeem: { readonly small: Ratio; readonly large: Ratio };
  readonly mixed: { readonly small: Ratio; readonly large: Ratio };
  readonly growth: number;
  readonly replay: number;
  /** What bench/trust.ts found. */
  readonly trust: Trust;
  readonly threads: number;
  readonly load: { readonly before: number; readonly after: number };
}

/** A side's process and what it was told and said. */
class Process {
  readonly #child;
  constructor(task: Task) {
    this.#child = fork(new URL('./ledger/side.ts', import.meta.url), {
      execArgv: ['--max-old-space-size=8192'],
      serialization: 'advanced',
    });
    this.#child.send(task);
  }
  hear<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`a side ended with ${code}`));
      this.#child.once('exit', gone);
      this.#child.once('message', (message) => {
        this.#child.off('exit', gone);
        resolve(message as T);
      });
    });
  }
  ask(order: Order): Promise<Measured> {
    const answer = this.hear<Measured>();
    this.#child.send(order);
    return answer;
  }
  async stop(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.send({ run: 'stop' } satisfies Order);
    await gone;
  }
}

async function trust({ collectives, edges }: Sizes): Promise<Trust> {
  const file = fileURLToPath(new URL('./trust.ts', import.meta.url));
  const words = [
    '--max-old-space-size=8192',
    file,
    '--json',
    '--collectives',
    `${collectives}`,
    '--edges',
    `${edges}`,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as Trust;
}

const rate = (all: readonly Measured[]): number => median(all.map(({ count, ms }) => (1000 * count) / ms));
const cpu = (all: readonly Measured[]): number => median(all.map(({ count, cpuMs }) => cpuMs / count));

async function measure(sizes: Sizes, threads: number, say: (line: string) => void): Promise<Report> {
  const before = loadavg()[0] as number;
  const rounds = sizes.warmUp + sizes.rounds;
  say('minting coupons');
  const minted = await mint(rounds * sizes.coupons, threads);
  const tasks: readonly Task[] = [
    { what: 'redeem', spent: sizes.small, minted, perRound: sizes.coupons, rounds, threads },
    { what: 'redeem', spent: sizes.large, minted, perRound: sizes.coupons, rounds, threads },
    { what: 'mixed', objects: sizes.small, perRound: sizes.mixed, rounds, threads },
    { what: 'mixed', objects: sizes.large, perRound: sizes.mixed, rounds, threads },
    { what: 'replay', transactions: sizes.replay, threads },
  ];
  say('building ledgers');
  const sides = tasks.map((task) => new Process(task));
  await Promise.all(sides.map((side) => side.hear<'ready'>()));
  const engine = tasks.map((): Measured[] => []);
  const floor = tasks.map((): Measured[] => []);
  const replays: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    const counts = round >= sizes.warmUp;
    for (let turn = 0; turn < 4; turn++) {
      const at = (turn + round) % 4;
      const side = sides[at] as Process;
      const order = round % 2 === 0 ? (['engine', 'floor'] as const) : (['floor', 'engine'] as const);
      for (const run of order) {
        const measured = await side.ask({ run, round });
        if (counts) (run === 'engine' ? engine : floor)[at]?.push(measured);
      }
    }
    const replayed = await (sides[4] as Process).ask({ run: 'engine', round });
    if (counts) replays.push(replayed);
  }
  for (const side of sides) await side.stop();
  say('cancelling trust');
  const trusted = await trust(sizes);
  const ratio = (at: number): Ratio => {
    const [ours, bare] = [engine[at] as Measured[], floor[at] as Measured[]];
    return {
      perSecond: rate(ours),
      floorPerSecond: rate(bare),
      // Of the rounds' own ratios: engine and floor of one round met the same load.
      ratio: median(
        ours.map(({ count, ms }, i) => count / ms / ((bare[i] as Measured).count / (bare[i] as Measured).ms)),
      ),
      cpuRatio: cpu(bare) / cpu(ours),
    };
  };
  const growth = median(
    (engine[3] as Measured[]).map(({ count, ms }, i) => {
      const small = (engine[2] as Measured[])[i] as Measured;
      return count / ms / (small.count / small.ms);
    }),
  );
  return {
    redeem: { small: ratio(0), large: ratio(1) },
    mixed: { small: ratio(2), large: ratio(3) },
    growth,
    replay: rate(replays),
    trust: trusted,
    threads,
    load: { before, after: loadavg()[0] as number },
  };
}

const per = (value: number): number => Math.round(value);
const share = (value: number): number => Math.round(1000 * value) / 1000;

/** The one line: `redeem` at the larger number of spent serials, `mixed` at the smaller number of objects; the others beside them. */
function json({ redeem, mixed, growth, replay, trust: trusted, threads, load }: Report): string {
  const coupons = (of: Ratio) => ({
    couponsPerSecond: per(of.perSecond),
    floorPerSecond: per(of.floorPerSecond),
    ratio: share(of.ratio),
    cpuRatio: share(of.cpuRatio),
  });
  const transactions = (of: Ratio) => ({
    txPerSecond: per(of.perSecond),
    floorPerSecond: per(of.floorPerSecond),
    ratio: share(of.ratio),
    cpuRatio: share(of.cpuRatio),
  });
  return JSON.stringify({
    redeem: { ...coupons(redeem.large), at1e4: coupons(redeem.small) },
    mixed: { ...transactions(mixed.small), at1e6: transactions(mixed.large) },
    growth: { at1e4: per(mixed.small.perSecond), at1e6: per(mixed.large.perSecond), ratio: share(growth) },
    trust: trusted,
    replay: { txPerSecond: per(replay) },
    machine: { threads, loadBefore: share(load.before), loadAfter: share(load.after) },
  });
}

function table({ redeem, mixed, growth, replay, trust: trusted, threads, load }: Report): string {
  const row = (name: string, of: Ratio): string =>
    `${name.padEnd(34)}${per(of.perSecond).toString().padStart(9)}${per(of.floorPerSecond).toString().padStart(10)}${share(of.ratio).toFixed(3).padStart(8)}${share(of.cpuRatio).toFixed(3).padStart(8)}`;
  return [
    `a second, medians of interleaved rounds, ${threads} verifying threads; load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
    `${''.padEnd(34)}${'ledger'.padStart(9)}${'floor'.padStart(10)}${'ratio'.padStart(8)}${'by cpu'.padStart(8)}`,
    row('coupons redeemed, few spent', redeem.small),
    row('coupons redeemed, many spent', redeem.large),
    row('mixed transactions, few objects', mixed.small),
    row('mixed transactions, many objects', mixed.large),
    `growth: ${share(growth)}; replay of a chain, one thread: ${per(replay)} transactions`,
    `cancelling a trust, ${trusted.collectives} collectives, ${trusted.edges} edges: p50 ${trusted.cancelMs.p50} ms, p99 ${trusted.cancelMs.p99} ms; a bridge that halves them: ${trusted.bridgeMs} ms`,
  ].join('\n');
}

if (import.meta.main) {
  const words = process.argv.slice(2);
  const plain = !words.includes('--json');
  const sizes = words.includes('--quick') ? QUICK : FULL;
  const report = await measure(sizes, availableParallelism(), (line) => {
    if (plain) console.error(line);
  });
  console.log(plain ? table(report) : json(report));
}
