/**
 * The town's people: where and when they shop, what they like, how they load their cards. Everybody has hours of their own and keeps
 * to them most of the time; who lives in a large household takes more. All from a seed. Not here: cards and tills.
 */
import { ARTICLES, type Article } from '../../demo/products.ts';
import type { Basket } from '../../src/sale/basket.ts';
import { DAY, popularity, TYPES, WEEK } from './chain.ts';

export type Chance = () => number;
/**
 * How a card is loaded. `when_empty`: a pack when it does not reach, minutes before shopping. `weekly`: a pack on a day of one's own
 * when less than two are left. `monthly`: up to four at once. `mixed`: everybody has one of these ways.
 */
export const LOAD_PATTERNS = ['when_empty', 'weekly', 'monthly', 'mixed'] as const;
export type LoadPattern = (typeof LOAD_PATTERNS)[number];

/** An outlet's part of the town's shopping; the last is so quiet that its crowds are small. */
export const OUTLETS = [
  { name: 'market', part: 0.5 },
  { name: 'north', part: 0.25 },
  { name: 'south', part: 0.2 },
  { name: 'kiosk', part: 0.04 },
  { name: 'station', part: 0.01 },
] as const;

export interface Person {
  readonly home: number;
  readonly second: number;
  /** Seconds after Monday, 0 h. */
  readonly slots: readonly number[];
  /** 1 is usual. */
  readonly household: number;
  /** By article. */
  readonly taste: readonly number[];
  readonly pattern: Exclude<LoadPattern, 'mixed'>;
  /** Seconds after Monday at which a weekly or monthly visit to card services falls, and its week of four. */
  readonly servicesAt: number;
  readonly servicesWeek: number;
  /** A good that this person takes every week, and few others do. */
  readonly favourite?: number;
}

/** Normally distributed, mean 0, deviation 1. */
export function normal(next: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** A place in a list of weights. */
export function pick(weights: readonly number[], next: Chance): number {
  let rest = next() * weights.reduce((sum, w) => sum + w, 0);
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i] as number;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

/** Hours of the day by how many come: two peaks. Shops are open from 8 to 20, six days. */
const HOURS = [2, 3, 4, 3, 2, 2, 3, 4, 7, 9, 6, 3];
const WEEKDAYS = [3, 2.5, 2.5, 2.5, 4, 5];
const openTime = (next: Chance): number =>
  pick(WEEKDAYS, next) * DAY + (8 + pick(HOURS, next)) * 3_600 + Math.floor(next() * 3_600);

export function person(pattern: LoadPattern, next: Chance): Person {
  const parts = OUTLETS.map(({ part }) => part);
  const ways = ['when_empty', 'weekly', 'monthly'] as const;
  return {
    home: pick(parts, next),
    second: pick(parts, next),
    slots: Array.from({ length: 2 + Math.floor(next() * 4) }, () => openTime(next)),
    household: Math.exp(0.35 * normal(next)),
    taste: ARTICLES.map(() => Math.exp(0.8 * normal(next))),
    pattern: pattern === 'mixed' ? (ways[Math.floor(next() * 3)] as Person['pattern']) : pattern,
    servicesAt: openTime(next),
    servicesWeek: Math.floor(next() * 4),
  };
}

/** Times and places of one week's shopping, seconds since 1970. */
export function trips(who: Person, week: number, next: Chance): { time: number; outlet: number }[] {
  return who.slots.map((slot) => {
    const usual = next() < 0.8 ? slot + Math.floor(1_500 * normal(next)) : openTime(next);
    const outlet = next() < 0.85 ? who.home : who.second;
    return { time: week + Math.min(Math.max(usual, 0), WEEK - 1), outlet };
  });
}

/** What one portion is, base units. */
function portion({ key, unit }: Article): number {
  if (key === 'roll') return 4;
  if (key === 'eggs') return 6;
  if (unit === 'piece') return 1;
  return key === 'mushrooms' || key === 'cheese' ? 250 : 1_000;
}

/** What somebody takes this time; `also`: an article that must be in it. */
export function basket(who: Person, next: Chance, also?: number): Basket {
  const weights = ARTICLES.map((article, i) => popularity(article) * (who.taste[i] as number));
  const lines = 1 + Math.floor(-Math.log(1 - next()) * 1.9 * who.household);
  const chosen = new Set<number>(also === undefined ? [] : [also]);
  for (let i = 0; i < Math.min(lines, 14); i++) chosen.add(pick(weights, next));
  return [...chosen].map((i) => ({
    type: TYPES[i] as string,
    amount: portion(ARTICLES[i] as Article) * (next() < 0.12 ? 2 : 1),
  }));
}
