/**
 * Attacks over many weeks, which no crowd prevents: somebody takes a rare good every week, or shops so regularly that what a
 * crowd holds more than usual, whenever this person is in it, shows a habit. The adversary is told everybody's presence and which crowd each sale
 * went with, and adds up week after week. What comes out is a curve, not a figure: right answers by weeks watched.
 */
import { ARTICLES } from '../../demo/products.ts';
import type { CrowdPolicy } from '../../src/sale/crowd.ts';
import { BEGIN, TYPES, WEEK } from './chain.ts';
import type { Person } from './people.ts';
import { live, type Town } from './town.ts';
import { type View, viewOf } from './view.ts';

export interface Curves {
  readonly k: number;
  /** Right answers after 1, 2 … weeks to: who takes this rare good every week? */
  readonly rareGood: readonly number[];
  /** The same when three people do. */
  readonly rareGoodOfThree: readonly number[];
  /** Right answers to: which good does this person take every week? */
  readonly routine: readonly number[];
  readonly people: number;
  /** Questions asked of each kind. */
  readonly asked: readonly [number, number, number];
}

const indexes = (of: (group: string) => boolean): number[] =>
  ARTICLES.flatMap(({ group }, i) => (of(group) ? [i] : []));
const RARE = indexes((group) => group === 'household');
const COMMON = indexes((group) => group !== 'household' && group !== 'furniture');
/** The first half of the rare goods has one fan each, the second three each; everybody else in HABITS has one common good. */
const ONE = RARE.slice(0, RARE.length >> 1);
const THREE = RARE.slice(RARE.length >> 1);
const HABITS = 60;

const fans = (people: Person[]): Person[] => {
  const goods = [...ONE, ...THREE.flatMap((i) => [i, i, i])];
  for (let i = 0; i < HABITS; i++) goods.push(COMMON[i % COMMON.length] as number);
  return people.map((who, i) => (goods[i] === undefined ? who : { ...who, favourite: goods[i] }));
};

/** For each wallet and article: how much likelier a weekly habit makes what its crowds held, by weeks. */
class Evidence {
  readonly #rate: readonly number[];
  readonly #trips: readonly number[];
  readonly #crowds: readonly {
    readonly week: number;
    readonly sales: readonly number[];
    readonly held: ReadonlySet<string>;
  }[];
  readonly #town: Town;

  constructor(town: Town, view: View) {
    this.#town = town;
    const weeks = town.options.weeks;
    this.#trips = town.wallets.map(() => 0);
    const trips = this.#trips as number[];
    for (const { wallet } of town.presence) trips[wallet] = (trips[wallet] as number) + 1 / weeks;
    const { sales } = town.truth;
    const lines = new Map<string, number>();
    for (const { goods } of sales) for (const { type } of goods) lines.set(type, (lines.get(type) ?? 0) + 1);
    this.#rate = TYPES.map((type) => (lines.get(type) ?? 0) / sales.length);
    this.#crowds = view.crowds.map(({ sales: of, goods, closedAt }) => ({
      week: Math.floor((closedAt - BEGIN) / WEEK),
      sales: of,
      held: new Set(goods.map(({ type }) => type)),
    }));
  }

  /** [week][wallet]: the sum up to then, for one article. */
  of(article: number): number[][] {
    const { wallets, presence, options } = this.#town;
    const rate = this.#rate[article] as number;
    const sums = wallets.map(() => 0);
    const out: number[][] = [];
    for (let week = 0; week < options.weeks; week++) {
      for (const { sales, held } of this.#crowds.filter((crowd) => crowd.week === week)) {
        const without = (1 - rate) ** sales.length;
        const there = new Map<number, number>();
        for (const sale of sales) {
          const wallet = presence[sale]?.wallet as number;
          there.set(wallet, (there.get(wallet) ?? 0) + 1);
        }
        for (const [wallet, visits] of there) {
          const own = Math.min(0.95, visits / Math.max(1, this.#trips[wallet] as number));
          const now = (1 - own) * without;
          const likelier = held.has(TYPES[article] as string)
            ? Math.log((1 - now) / (1 - without))
            : Math.log(1 - own);
          sums[wallet] = (sums[wallet] as number) + likelier;
        }
      }
      out.push([...sums]);
    }
    return out;
  }
}

const place = (list: readonly number[]): number => list.indexOf(Math.max(...list));

/** Several towns of one kind, a seed each. */
export function overWeeks(
  crowd: CrowdPolicy,
  people: number,
  weeks: number,
  seeds: readonly number[],
): Curves {
  const right = [0, 1, 2].map(() => new Array<number>(weeks).fill(0));
  const asked: [number, number, number] = [0, 0, 0];
  for (const seed of seeds) {
    const town = live({ seed, people, weeks, loads: 'monthly', crowd, refresh: true, change: fans });
    const evidence = new Evidence(town, viewOf(town));
    const byArticle = ARTICLES.map((_, i) => evidence.of(i));
    const score = (game: number, answer: (week: number) => boolean): void => {
      asked[game] = (asked[game] as number) + 1;
      for (let week = 0; week < weeks; week++)
        if (answer(week)) (right[game] as number[])[week] = ((right[game] as number[])[week] as number) + 1;
    };
    const sums = (article: number, week: number): readonly number[] => byArticle[article]?.[week] ?? [];
    ONE.forEach((article, fan) => {
      score(0, (week) => place(sums(article, week)) === fan);
    });
    THREE.forEach((article, i) => {
      const fan = ONE.length + 3 * i;
      score(1, (week) => place(sums(article, week)) === fan);
    });
    for (let i = 0; i < HABITS; i++) {
      const fan = ONE.length + 3 * THREE.length + i;
      const habit = COMMON[i % COMMON.length] as number;
      score(
        2,
        (week) => COMMON[place(COMMON.map((article) => sums(article, week)[fan] as number))] === habit,
      );
    }
  }
  const share = (game: number): number[] => (right[game] as number[]).map((n) => n / (asked[game] as number));
  return { k: crowd.k, rareGood: share(0), rareGoodOfThree: share(1), routine: share(2), people, asked };
}
