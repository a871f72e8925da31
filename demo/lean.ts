/**
 * A small world for tests and for the headless sale: the same collectives, trust and articles, one round a maker, one revision. Cards
 * and three wallets work everywhere in equal shares, as much as the packs on the cards ask for.
 */
import { DEFAULT_PARAMETERS } from '../src/economy/parameters.ts';
import type { Key } from '../src/economy/transaction.ts';
import { PACK_MINUTES } from '../src/limits.ts';
import type { CollectiveKey } from './members.ts';
import type { Amounts, Production } from './production.ts';
import { MAKERS, ware } from './products.ts';

/** Minutes a card keeps as balance beyond its packs. */
export const LEAN_SPARE = PACK_MINUTES;
/** Minutes of work a day: the small world has one week for all of it. */
export const LEAN_DAY = 1_000;
/** Wallets beside the cards. */
export const LEAN_OTHERS = 3;

/** One round of each maker, base units; more people work multiples of it. */
const ROUNDS: Readonly<Record<(typeof MAKERS)[number], Amounts>> = {
  bakery: { wheat_bread: 20, rye_bread: 15, roll: 60, apple_cake: 3, oat_cookies: 6, flour: 10, oats: 10 },
  dairy: { milk: 20, yoghurt: 12, butter: 6, cheese: 3_000, fresh_cheese: 6, cream: 8 },
  farm: {
    potatoes: 20_000,
    carrots: 8_000,
    onions: 8_000,
    beet: 4_000,
    beans: 4,
    cabbage: 6,
    pumpkin: 4,
    salad: 8,
    mushrooms: 2_000,
    herbs: 8,
    apples: 16_000,
    pears: 6_000,
    eggs: 48,
    honey: 3,
    jam: 4,
    juice: 8,
    oil: 3,
  },
  workshop: { chair: 1, shelf: 1, broom: 2, bowl: 2, candle: 6, socks: 1 },
  office: { notebook: 4, cookbook: 2 },
  outlet: { tea: 6, salt: 10 },
};
/** The second outlet's share of a few goods. */
const STATION: readonly (readonly [CollectiveKey, Amounts])[] = [
  ['bakery', { wheat_bread: 4, roll: 10 }],
  ['dairy', { milk: 4 }],
  ['farm', { apples: 2_000, eggs: 6 }],
];

/** Minutes of labour in all rounds once. */
function labour(): number {
  const value = Object.values(ROUNDS)
    .flatMap((amounts) => Object.entries(amounts))
    .reduce((sum, [key, amount]) => sum + ware(key).value * BigInt(amount), 0n);
  return Number(value / 1_000_000n);
}

/** How often the rounds are made, so that each of `people` has worked for `packs` packs and the spare. */
export function leanTimes(people: number, packs: number): number {
  return Math.max(1, Math.ceil((people * (packs * PACK_MINUTES + 2 * LEAN_SPARE)) / labour()));
}

/** Everybody works everywhere. */
export function leanWorkers(
  wallets: readonly Key[],
): Readonly<Partial<Record<CollectiveKey, readonly Key[]>>> {
  return Object.fromEntries(MAKERS.map((maker) => [maker, wallets]));
}

/** All rounds so many times over, at the ledger time `now`; goods go to the outlets. Productions stay below what needs a vote. */
export function leanRounds(production: Production, times: number, now: number): void {
  const most = Math.max(1, Math.floor(Number(DEFAULT_PARAMETERS.voteAbove / 1_000_000n) / labour()));
  for (let done = 0; done < times; done += most) rounds(production, Math.min(most, times - done), now);
}

function rounds(production: Production, times: number, now: number): void {
  for (const maker of MAKERS) {
    const outputs = Object.fromEntries(Object.entries(ROUNDS[maker]).map(([key, n]) => [key, n * times]));
    production.make({ maker, orderer: 'outlet', inputs: {}, outputs }, now);
    const station: Amounts = STATION.find(([from]) => from === maker)?.[1] ?? {};
    for (const [key, amount] of Object.entries(outputs)) {
      const there = station[key] ?? 0;
      if (there > 0) production.deliver(maker, 'station', key, there);
      production.deliver(maker, 'outlet', key, amount - there);
    }
  }
}
