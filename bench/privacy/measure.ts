/**
 * Figures from a played town: accuracy and chance of each question, their ratio with the range it may have (crowds drawn
 * again, 95 %), the sizes of crowds, and how often timing alone finds the crowd of a sale.
 */
import { chance } from '../../demo/chance.ts';
import { watch } from './adversary.ts';
import { GAMES, type Game, type Played, play, READING, type Tally } from './games.ts';
import { learn, type Model } from './model.ts';
import { live, type Town, type TownOptions } from './town.ts';
import { type View, viewOf } from './view.ts';

export interface Figure {
  readonly accuracy: number;
  readonly chance: number;
  readonly ratio: number;
  /** 95 % of the ratios of as many crowds drawn again. */
  readonly range: readonly [number, number];
  readonly attack: string;
  readonly guess: string;
  /** Of the strongest attack that uses the join; below chance where none beats the guess, which anybody can make instead. */
  readonly linked: number;
  /** Had every crowd held k sales at least: what was promised. */
  readonly promised: number;
  /** What one would reach who had read every card right before its sale; not an attack. */
  readonly reading: number;
}
export interface Crowds {
  readonly p5: number;
  readonly p50: number;
  readonly below: number;
  readonly of: number;
}
export interface Measured {
  readonly all: Readonly<Record<Game, Figure>>;
  /** Crowds of k and more alone. */
  readonly full: Readonly<Record<Game, Figure>> | undefined;
  readonly crowd: Crowds;
  /** How often timing alone names the right crowd for a sale whose time is known. */
  readonly crowdFound: number;
  readonly sales: number;
}

const DRAWS = 400;

const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0);

function figure(played: Played, game: Game, crowds: readonly number[], k: number, seed: number): Figure {
  const asked = crowds.map((i) => played.asked[game][i] as number);
  const rightOf = ({ right }: Tally): number[] => crowds.map((i) => right[i] as number);
  const rate = (tally: Tally): number => sum(rightOf(tally)) / sum(asked);
  const tallies = played.tallies.filter((tally) => tally.game === game);
  const top = (list: readonly Tally[]): Tally => list.toSorted((a, b) => rate(b) - rate(a))[0] as Tally;
  const attack = top(tallies.filter(({ name }) => name !== READING));
  const guess = top(tallies.filter((tally) => tally.public));
  const [hits, plain] = [rightOf(attack), rightOf(guess)];
  const next = chance(seed);
  const ratios = Array.from({ length: DRAWS }, () => {
    let [a, b] = [0, 0];
    for (let i = 0; i < hits.length; i++) {
      const at = Math.floor(next() * hits.length);
      a += hits[at] as number;
      b += plain[at] as number;
    }
    return a / b;
  }).sort((a, b) => a - b);
  const reading = tallies.find(({ name }) => name === READING);
  return {
    accuracy: rate(attack),
    chance: rate(guess),
    ratio: rate(attack) / rate(guess),
    range: [ratios[Math.floor(0.025 * DRAWS)] as number, ratios[Math.floor(0.975 * DRAWS)] as number],
    attack: attack.name,
    guess: guess.name,
    linked: rate(top(tallies.filter((tally) => !tally.public && tally.name !== READING))),
    promised:
      sum(plain.map((x, i) => x * Math.min(1, (played.sizes[crowds[i] as number] as number) / k))) /
      sum(asked),
    reading: reading === undefined ? 0 : rate(reading),
  };
}

/** Lags between a sale and its crowd's transactions as an adversary learns them elsewhere, in hours. */
function lagsOf(town: Town, view: View): number[][] {
  const lags = town.outlets.map(() => new Array<number>(LAGS).fill(1));
  for (const { outlet, sales, redeemedAt, handedOverAt } of view.crowds)
    for (const sale of sales)
      for (const at of [redeemedAt, handedOverAt]) {
        const row = lags[outlet] as number[];
        const lag = lagOf(at - (town.presence[sale]?.time as number));
        row[lag] = (row[lag] as number) + 1;
      }
  return lags.map((row) => row.map((n) => Math.log(n / sum(row))));
}
const LAGS = 240;
const lagOf = (seconds: number): number => Math.min(LAGS - 1, Math.floor(seconds / 3_600));

/**
 * Told when one person was at a till and of nobody else, which redemption and hand-over (their sums are equal, so they are known to be one crowd)
 * hold that sale? The likeliest by both lags and the number of sales.
 */
function crowdFound(town: Town, view: View, lags: readonly (readonly number[])[]): number {
  let [right, all] = [0, 0];
  town.outlets.forEach((_, outlet) => {
    const crowds = view.crowds.filter((crowd) => crowd.outlet === outlet);
    const row = lags[outlet] as readonly number[];
    for (const own of crowds)
      for (const sale of own.sales) {
        const time = town.presence[sale]?.time as number;
        let best: unknown;
        let high = Number.NEGATIVE_INFINITY;
        for (const crowd of crowds) {
          const { redeemedAt, handedOverAt, sales } = crowd;
          if (redeemedAt < time || handedOverAt < time) continue;
          const score =
            (row[lagOf(redeemedAt - time)] as number) +
            (row[lagOf(handedOverAt - time)] as number) +
            Math.log(sales.length);
          if (score > high) [high, best] = [score, crowd];
        }
        all += 1;
        if (best === own) right += 1;
      }
  });
  return right / all;
}

const share = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;

/** What an adversary knows beforehand, from a town like this one without any leak built in. */
export interface Lesson {
  readonly model: Model;
  readonly lags: readonly (readonly number[])[];
}
export function lesson(options: TownOptions): Lesson {
  const { plant: _, ...plain } = options;
  const teacher = live({ ...plain, seed: options.seed + 1_000 });
  const view = viewOf(teacher);
  return { model: learn(teacher, view), lags: lagsOf(teacher, view) };
}

/** How often timing alone finds the crowd of a sale, by an adversary who has learnt from a town with the same delays. */
export function foundByTiming(options: TownOptions): number {
  const teacher = live({ ...options, seed: options.seed + 1_000 });
  const town = live(options);
  return crowdFound(town, viewOf(town), lagsOf(teacher, viewOf(teacher)));
}

/** Weeks in which cards and beliefs come to what is usual; crowds closed in them are not asked about. */
const WARM_UP = 2;

/** `promised`: the k that sales were promised, for which `promised` is counted. */
export function measure(options: TownOptions, { model, lags }: Lesson, promised = options.crowd.k): Measured {
  const town = live(options);
  const view = viewOf(town);
  const first = (town.presence[0]?.time ?? 0) + WARM_UP * 7 * 86_400;
  const beliefs = watch(town, view, model, options.seed + 2_000).filter(
    ({ crowd }) => crowd.closedAt >= first,
  );
  const played = play(town, beliefs, model);
  const every = played.sizes.map((_, i) => i);
  const full = every.filter((i) => (played.sizes[i] as number) >= options.crowd.k);
  const figures = (crowds: readonly number[]): Record<Game, Figure> =>
    Object.fromEntries(
      GAMES.map((game, i) => [game, figure(played, game, crowds, promised, options.seed + i)]),
    ) as Record<Game, Figure>;
  const sizes = played.sizes.toSorted((a, b) => a - b);
  return {
    all: figures(every),
    full: full.length > 0 ? figures(full) : undefined,
    crowd: {
      p5: share(sizes, 0.05),
      p50: share(sizes, 0.5),
      below: sizes.filter((size) => size < promised).length,
      of: sizes.length,
    },
    crowdFound: crowdFound(town, view, lags),
    sales: town.presence.length,
  };
}
