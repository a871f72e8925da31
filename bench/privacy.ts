/**
 * A number for privacy: `npm run bench:privacy`, with `--json` for one line of JSON, with `--plot crowds` or `--plot weeks` to draw docs/privacy-*.svg anew, with
 * `--more` for what a new keyset and other delays do (minutes each). A
 * simulated town writes a real chain under the default crowds; an adversary who sees the whole chain and is told who shopped when tries to link. What is
 * asked, what counts as chance and what the figures were stands in docs/privacy.md. The same seed gives the same figures.
 * `--people N --weeks N --seed N` change the town.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type CrowdPolicy, DEFAULT_CROWD } from '../src/sale/crowd.ts';
import { GAMES } from './privacy/games.ts';
import { type Figure, foundByTiming, lesson, type Measured, measure } from './privacy/measure.ts';
import { LOAD_PATTERNS, type LoadPattern } from './privacy/people.ts';
import { type Line, svg } from './privacy/plot.ts';
import type { TownOptions } from './privacy/town.ts';
import { overWeeks } from './privacy/weeks.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    plot: { type: 'string' },
    rows: { type: 'string' },
    more: { type: 'boolean', default: false },
    people: { type: 'string', default: '400' },
    weeks: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
});
const DEFAULT: TownOptions = {
  seed: Number(values.seed),
  people: Number(values.people),
  weeks: Number(values.weeks),
  loads: 'mixed',
  crowd: DEFAULT_CROWD,
  refresh: true,
};

const rounded = (x: number): number => Number(x.toFixed(4));
function short({ range, ...figure }: Figure) {
  const { accuracy, chance, ratio, promised, reading, linked, attack, guess } = figure;
  return {
    accuracy: rounded(accuracy),
    chance: rounded(chance),
    ratio: rounded(ratio),
    range: range.map(rounded),
    attack,
    guess,
    linked: rounded(linked),
    promised: rounded(promised),
    reading: rounded(reading),
  };
}

function report({ all, full, crowd, crowdFound, sales }: Measured): object {
  return {
    ...Object.fromEntries(GAMES.map((game) => [game, short(all[game])])),
    crowd,
    ...(full === undefined
      ? {}
      : { fullCrowds: Object.fromEntries(GAMES.map((game) => [game, short(full[game])])) }),
    crowdFound: rounded(crowdFound),
    sales,
    policy: DEFAULT_CROWD,
  };
}

function table(name: string, { all, full, crowd, crowdFound, sales }: Measured): void {
  console.log(
    `${name}: ${sales} sales; crowds p5 ${crowd.p5}, p50 ${crowd.p50}, ${crowd.below} of ${crowd.of} below k; crowd found by timing ${(100 * crowdFound).toFixed(0)} %`,
  );
  for (const [which, figures] of [['all crowds', all] as const, ['full crowds', full] as const])
    for (const game of GAMES) {
      const f = figures?.[game];
      if (f === undefined) continue;
      console.log(
        `  ${which.padEnd(12)} ${game.padEnd(20)} accuracy ${f.accuracy.toFixed(4)} (${f.attack}), chance ${f.chance.toFixed(4)} (${f.guess}), ratio ${f.ratio.toFixed(3)} [${f.range.map((x) => x.toFixed(3)).join(' … ')}], cards read ${f.reading.toFixed(4)}`,
      );
    }
}

const KS = [5, 10, 20, 40];
const DOCS = new URL('../docs/', import.meta.url);

/** Smaller, because there are many. */
const SMALL: TownOptions = { ...DEFAULT, people: 160, weeks: 6 };
const CHARTED: TownOptions = { ...SMALL, people: 130 };

interface Row {
  readonly k: number;
  readonly figures: Measured['all'];
}

/** One way of loading, all sizes of crowds: a process each. */
function rowsOf(loads: LoadPattern): readonly Row[] {
  const known = lesson({ ...CHARTED, loads });
  return KS.map((k) => {
    const measured = measure({ ...CHARTED, loads, crowd: { ...DEFAULT_CROWD, k } }, known);
    return { k, figures: measured.all };
  });
}

async function plotCrowds(): Promise<void> {
  const [wallet, pairs]: [Line[], Line[]] = [[], []];
  const run = promisify(execFile);
  const all = await Promise.all(
    LOAD_PATTERNS.map((loads) => run(process.execPath, [fileURLToPath(import.meta.url), '--rows', loads])),
  );
  LOAD_PATTERNS.forEach((loads, colour) => {
    const rows = JSON.parse(all[colour]?.stdout ?? '') as readonly Row[];
    for (const { k, figures } of rows)
      for (const game of GAMES) {
        const { accuracy, chance, ratio, range, attack } = figures[game];
        console.log(
          loads,
          k,
          game,
          rounded(accuracy),
          rounded(chance),
          rounded(ratio),
          range.map(rounded),
          attack,
        );
      }
    const line = (game: 'redemptionToWallet' | 'sameBasketCoupons', of: 'accuracy' | 'chance') =>
      rows.map(({ k, figures }) => [k, figures[game][of]] as const);
    const name = loads.replace('_', ' ');
    wallet.push({ name, colour, points: line('redemptionToWallet', 'accuracy') });
    wallet.push({ name: '', colour, dashed: true, points: line('redemptionToWallet', 'chance') });
    pairs.push({ name, colour, points: line('sameBasketCoupons', 'accuracy') });
    pairs.push({ name: '', colour, dashed: true, points: line('sameBasketCoupons', 'chance') });
  });
  const x = { name: 'k, sales in a full crowd', log: true, ticks: KS };
  const y = { log: true, ticks: [0.02, 0.05, 0.1, 0.2, 0.5] };
  const mark = { x: DEFAULT_CROWD.k, name: 'default' };
  const drawn = svg(
    [
      { title: 'Whose coupon is it?', x, y: { ...y, name: 'right answers' }, lines: wallet, mark },
      { title: 'Which coupon was beside it?', x, y: { ...y, name: 'right answers' }, lines: pairs, mark },
    ],
    'Right answers of the strongest attack (solid) and of chance (dashed) against k, by how people load their cards',
  );
  writeFileSync(new URL('privacy-crowds.svg', DOCS), drawn);
}

function plotWeeks(): void {
  const weeks = 8;
  const lines: Line[] = [];
  [DEFAULT_CROWD, { ...DEFAULT_CROWD, k: 60 }].forEach((crowd: CrowdPolicy, i) => {
    const curves = overWeeks(crowd, 160, weeks, [11, 12, 13, 14, 15, 16]);
    console.log(JSON.stringify(curves));
    const points = (of: readonly number[]) => of.map((share, week) => [week + 1, share] as const);
    const dashed = i > 0;
    lines.push({ name: `rare good, k ${crowd.k}`, colour: 0, dashed, points: points(curves.rareGood) });
    lines.push({
      name: `one of three, k ${crowd.k}`,
      colour: 2,
      dashed,
      points: points(curves.rareGoodOfThree),
    });
    lines.push({ name: `a habit, k ${crowd.k}`, colour: 1, dashed, points: points(curves.routine) });
  });
  const chart = {
    title: 'Watched for weeks',
    x: { name: 'weeks', log: false, ticks: [1, 2, 3, 4, 5, 6, 7, 8] },
    y: { name: 'right answers', log: false, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    lines,
  };
  writeFileSync(
    new URL('privacy-weeks.svg', DOCS),
    svg([chart], 'Right answers of attacks that add up weeks'),
  );
}

function more(): void {
  const changed = { ...SMALL, newKeyset: 4, weeks: 7 };
  table('new keyset in week 4', measure(changed, lesson(SMALL)));
  for (const hours of [0, 1, 6, 24, 72]) {
    const found = foundByTiming({ ...SMALL, crowd: { ...DEFAULT_CROWD, delayMax: hours * 3_600 } });
    console.log(`delay at most ${hours} h: timing finds the crowd of ${(100 * found).toFixed(0)} % of sales`);
  }
}

if (values.rows !== undefined) console.log(JSON.stringify(rowsOf(values.rows as LoadPattern)));
else if (values.plot === 'crowds') await plotCrowds();
else if (values.plot === 'weeks') plotWeeks();
else if (values.more) more();
else {
  const measured = measure(DEFAULT, lesson(DEFAULT));
  if (values.json) console.log(JSON.stringify(report(measured)));
  else table('defaults', measured);
}
