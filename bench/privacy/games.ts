/**
 * Three questions to an adversary, and how often each way of answering is right.
 *   redemptionToWallet  here is a coupon of a redemption: whose card was it?
 *   goodsToWallet       here is a line of goods of a hand-over: who took it?
 *   sameBasketCoupons   here is a coupon: show me another that was paid in the same sale.
 * Who asks has told which sales the crowd holds, as if timing had already found that out. Answers that use only what is public without
 * the join (who was there, loads, how many coupons of which kind a sale has) make *chance*, the others *accuracy*; of each the best counts,
 * taken over all crowds. A question is asked for every coupon and every line, so big crowds are asked more.
 */
import type { Belief } from './adversary.ts';
import { type Expected, KINDS } from './coins.ts';
import type { Model } from './model.ts';
import type { Town } from './town.ts';

export const GAMES = ['redemptionToWallet', 'goodsToWallet', 'sameBasketCoupons'] as const;
export type Game = (typeof GAMES)[number];

/** Right answers and questions of one way of answering, crowd by crowd. */
export interface Tally {
  readonly game: Game;
  readonly name: string;
  /** Without the join. */
  readonly public: boolean;
  readonly right: number[];
}
export interface Played {
  readonly tallies: readonly Tally[];
  /** By game, crowd by crowd. */
  readonly asked: Readonly<Record<Game, readonly number[]>>;
  readonly sizes: readonly number[];
}

/** The place of the largest; of equal ones by a number that has nothing to do with their order. */
function best(scores: readonly number[], salt: number): number {
  let found = 0;
  let high = Number.NEGATIVE_INFINITY;
  let mark = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    const m = Math.imul(i + 1 + salt * 977, 0x9e3779b1) >>> 0;
    if (score > high + 1e-12 || (Math.abs(score - high) <= 1e-12 && m > mark)) {
      if (score > high + 1e-12) high = score;
      found = i;
      mark = m;
    }
  }
  return found;
}

/** Scores of sales added up by person. */
function byPerson(scores: readonly number[], people: readonly number[], persons: number): number[] {
  const out = new Array<number>(persons).fill(0);
  for (const [i, score] of scores.entries())
    out[people[i] as number] = (out[people[i] as number] as number) + score;
  return out;
}

interface Truth {
  /** Which person of the crowd each sale was, 0 … */
  readonly people: readonly number[];
  readonly persons: number;
  /** Coupons by sale and exponent. */
  readonly paid: readonly (readonly number[])[];
  /** Of each coupon, in the redemption's order: exponent and sale. */
  readonly coupons: readonly { readonly exponent: number; readonly sale: number }[];
  /** Lines by type: people who had one. */
  readonly lines: ReadonlyMap<string, readonly number[]>;
}

function truthOf(town: Town, { crowd }: Belief): Truth {
  const persons = new Map<number, number>();
  const people = crowd.sales.map((sale) => {
    const wallet = town.presence[sale]?.wallet as number;
    if (!persons.has(wallet)) persons.set(wallet, persons.size);
    return persons.get(wallet) as number;
  });
  const saleOf = new Map<string, number>();
  const lines = new Map<string, number[]>();
  crowd.sales.forEach((number, i) => {
    const sale = town.truth.sales[number];
    for (const serial of sale?.serials ?? []) saleOf.set(serial, i);
    for (const { type } of sale?.goods ?? [])
      lines.set(type, [...(lines.get(type) ?? []), people[i] as number]);
  });
  const coupons = crowd.coupons.map(({ serial, exponent }) => ({
    exponent,
    sale: saleOf.get(serial) as number,
  }));
  const paid = crowd.sales.map(() => new Array<number>(KINDS).fill(0));
  for (const { exponent, sale } of coupons) {
    const row = paid[sale] as number[];
    row[exponent] = (row[exponent] as number) + 1;
  }
  return { people, persons: persons.size, paid, coupons, lines };
}

export function play(town: Town, beliefs: readonly Belief[], model: Model): Played {
  const tallies = new Map<string, Tally>();
  const asked: Record<Game, number[]> = {
    redemptionToWallet: [],
    goodsToWallet: [],
    sameBasketCoupons: [],
  };
  const say = (game: Game, name: string, isPublic: boolean, right: number): void => {
    const key = `${game} ${name}`;
    const tally = tallies.get(key) ?? { game, name, public: isPublic, right: [] };
    tally.right.push(right);
    tallies.set(key, tally);
  };
  beliefs.forEach((belief, number) => {
    const truth = truthOf(town, belief);
    asked.redemptionToWallet.push(truth.coupons.length);
    wallets(belief, truth, number, (...said) => say('redemptionToWallet', ...said));
    asked.goodsToWallet.push([...truth.lines.values()].reduce((sum, list) => sum + list.length, 0));
    goods(belief, truth, number, model, (...said) => say('goodsToWallet', ...said));
    asked.sameBasketCoupons.push(truth.coupons.length);
    pairs(belief, truth, number, model, (...said) => say('sameBasketCoupons', ...said));
  });
  return { tallies: [...tallies.values()], asked, sizes: beliefs.map(({ crowd }) => crowd.sales.length) };
}

/** Not an attack: what one with a reading of every card would reach. */
export const READING = 'cards read before';
const NEVER = new Float64Array(1);
type Say = (name: string, isPublic: boolean, right: number) => void;

function wallets(belief: Belief, truth: Truth, salt: number, say: Say): void {
  const { blind, fitted, seeing, divided, reading, loadedAgo } = belief;
  const { people, persons, paid, coupons } = truth;
  const score = (scores: (e: number) => readonly number[]): number => {
    let right = 0;
    for (let e = 0; e < KINDS; e++) {
      const guess = best(byPerson(scores(e), people, persons), salt * KINDS + e);
      for (const [i, row] of paid.entries()) if (people[i] === guess) right += row[e] as number;
    }
    return right;
  };
  const of = (beliefs: readonly Expected[]) => (e: number) => beliefs.map((b) => b.coupons[e] as number);
  const all = blind.map((b) => b.coupons.reduce((sum, n) => sum + n, 0));
  say(
    'presence',
    true,
    score(() => people.map(() => 1)),
  );
  say(
    'presence and loads',
    true,
    score(() => all),
  );
  say('presence, loads, coupon', true, score(of(blind)));
  say(
    'last loaded',
    true,
    score(() => loadedAgo.map((ago) => 1 / (ago + 1))),
  );
  say('denominations of the crowd', false, score(of(fitted)));
  say('everything', false, score(of(seeing)));
  say('everything, divided', false, score(of(divided)));
  say(READING, false, score(of(reading)));
  say('keyset', false, keysets(belief, truth, salt));
  // Timing inside the redemption: what lies first was paid first.
  let right = 0;
  for (const [rank, { sale }] of coupons.entries()) {
    const guess = Math.floor((rank * people.length) / coupons.length);
    if (people[guess] === people[sale]) right += 1;
  }
  say('order in the redemption', false, right);
}

/** Of old coupons on a card that has been at services since the keyset changed: what did not make a whole pack. */
const REMAINDER = 0.15;

/** As «everything», and each coupon more likely from a card that loaded its keyset last. */
function keysets(
  { crowd, seeing, loadedKeyset }: Belief,
  { people, persons, coupons }: Truth,
  salt: number,
): number {
  let right = 0;
  const guesses = new Map<string, number>();
  for (const [i, { exponent, sale }] of coupons.entries()) {
    const keyset = crowd.coupons[i]?.keyset ?? '';
    const key = `${keyset} ${exponent}`;
    let guess = guesses.get(key);
    if (guess === undefined) {
      const scores = seeing.map(
        (b, s) => (b.coupons[exponent] as number) * (loadedKeyset[s] === keyset ? 1 : REMAINDER),
      );
      guess = best(byPerson(scores, people, persons), salt * KINDS + exponent);
      guesses.set(key, guess);
    }
    if (people[sale] === guess) right += 1;
  }
  return right;
}

function goods(
  { blind, fitted, seeing, divided, reading }: Belief,
  truth: Truth,
  salt: number,
  model: Model,
  say: Say,
): void {
  const { people, persons, lines } = truth;
  const score = (scores: (type: string) => readonly number[]): number => {
    let right = 0;
    let n = 0;
    for (const [type, who] of lines) {
      const guess = best(byPerson(scores(type), people, persons), salt * 64 + n++);
      right += who.filter((person) => person === guess).length;
    }
    return right;
  };
  const of = (beliefs: readonly Expected[]) => (type: string) =>
    beliefs.map((b) => b.of(model.lines.get(type) ?? NEVER));
  say(
    'presence',
    true,
    score(() => people.map(() => 1)),
  );
  say('presence and loads', true, score(of(blind)));
  say('amounts of the crowd', false, score(of(fitted)));
  say('everything', false, score(of(seeing)));
  say('everything, divided', false, score(of(divided)));
  say(READING, false, score(of(reading)));
}

function pairs(belief: Belief, truth: Truth, salt: number, model: Model, say: Say): void {
  const { usual, blind, fitted, seeing, divided, reading, sums } = belief;
  const { paid, coupons } = truth;
  const n = paid.length;
  /** For each exponent the one to point at, by expected ordered pairs over the pairs there are. */
  const score = (expectedPairs: (e: number, f: number) => number): number => {
    let right = 0;
    for (let e = 0; e < KINDS; e++) {
      const here = sums[e] as number;
      if (here === 0) continue;
      const scores = sums.map((there, f) => {
        const others = there - (e === f ? 1 : 0);
        return others === 0 ? -1 : expectedPairs(e, f) / others;
      });
      const f = best(scores, salt * KINDS + e);
      const others = (sums[f] as number) - (e === f ? 1 : 0);
      if (others === 0) continue;
      for (const row of paid)
        right += ((row[e] as number) * ((row[f] as number) - (e === f ? 1 : 0))) / others;
    }
    return right;
  };
  const of = (beliefs: readonly Expected[]) => (e: number, f: number) =>
    beliefs.reduce((sum, b) => sum + (b.pairs[e * KINDS + f] as number), 0);
  let random = 0;
  for (const row of paid) {
    const own = row.reduce((sum, x) => sum + x, 0);
    if (coupons.length > 1) random += (own * (own - 1)) / (coupons.length - 1);
  }
  say('any other coupon', true, random);
  // How likely a coupon f is of the same sale as e when all sales are random ones: those of the same ⁄ (the same + the others).
  const usualPair = (e: number, f: number): number => {
    const same = (model.pairs[e]?.[f] as number) / Math.max(1e-9, model.coupons[e] as number);
    return same === 0 ? 0 : same / (same + (n - 1) * (model.coupons[f] as number));
  };
  say(
    'usual pairs',
    true,
    score((e, f) => usualPair(e, f) * ((sums[f] as number) - (e === f ? 1 : 0))),
  );
  say(
    'usual baskets',
    true,
    score((e, f) => n * (model.pairs[e]?.[f] as number)),
  );
  say(
    'usual baskets, composition',
    false,
    score((e, f) => n * (usual.pairs[e * KINDS + f] as number)),
  );
  say('usual baskets and loads', true, score(of(blind)));
  say('denominations of the crowd', false, score(of(fitted)));
  say('everything', false, score(of(seeing)));
  say('everything, divided', false, score(of(divided)));
  say(READING, false, score(of(reading)));
  let neighbours = 0;
  for (const [rank, { sale }] of coupons.entries()) {
    const beside = coupons[rank + 1] ?? coupons[rank - 1];
    if (beside?.sale === sale) neighbours += 1;
  }
  say('neighbour in the redemption', false, neighbours);
}
