/**
 * The week of the demo: what is made on which day, from what, and where it goes. Fresh goods are baked, milked and picked several
 * times a week in amounts that the shoppers (`shoppers.ts`) nearly eat up; what keeps is made in stock. All that a round puts out
 * and nobody keeps goes to the outlet. Hours are UTC. Not here: what it is worth (`products.ts`).
 */
import type { CollectiveKey } from './members.ts';
import type { Amounts, Round } from './production.ts';

export interface Step extends Round {
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  readonly hour: number;
  /** Left out while nobody can shop yet: it would not keep. */
  readonly fresh?: boolean;
  /** To other makers, in base units. */
  readonly pass?: readonly (readonly [to: CollectiveKey, goods: Amounts])[];
  /** To the second outlet. */
  readonly station?: Amounts;
}

const round = (maker: CollectiveKey, orderer: CollectiveKey, inputs: Amounts, outputs: Amounts): Round => ({
  maker,
  orderer,
  inputs,
  outputs,
});

/** Bread for a day: also what lies fresh on the shelf when the demo opens. */
export const BREAD: Round = round(
  'bakery',
  'outlet',
  { grain: 15_000 },
  { wheat_bread: 10, rye_bread: 6, roll: 30 },
);

const EVERY_WEEK: readonly Step[] = [
  {
    weekday: 1,
    hour: 7,
    ...round('farm', 'bakery', {}, { grain: 72_000 }),
    pass: [['bakery', { grain: 72_000 }]],
  },
  {
    weekday: 1,
    hour: 8,
    fresh: true,
    ...round('farm', 'dairy', {}, { raw_milk: 60_000 }),
    pass: [['dairy', { raw_milk: 60_000 }]],
  },
  {
    weekday: 1,
    hour: 15,
    fresh: true,
    ...round(
      'farm',
      'outlet',
      {},
      {
        potatoes: 22_000,
        carrots: 10_000,
        onions: 7_000,
        beet: 4_000,
        cabbage: 8,
        pumpkin: 4,
        salad: 12,
        herbs: 16,
        mushrooms: 1_800,
        beans: 5,
      },
    ),
    pass: [['outlet', { herbs: 6 }]],
    station: { potatoes: 3_000, carrots: 2_000 },
  },
  {
    weekday: 2,
    hour: 11,
    fresh: true,
    ...round(
      'dairy',
      'outlet',
      { raw_milk: 60_000 },
      { milk: 16, yoghurt: 12, cream: 6, butter: 8, fresh_cheese: 6 },
    ),
    pass: [['bakery', { butter: 3 }]],
    station: { milk: 3 },
  },
  { weekday: 2, hour: 6, fresh: true, ...BREAD, station: { wheat_bread: 2, roll: 8 } },
  { weekday: 4, hour: 6, fresh: true, ...BREAD },
  {
    weekday: 4,
    hour: 8,
    ...round('farm', 'dairy', {}, { raw_milk: 60_000 }),
    pass: [['dairy', { raw_milk: 60_000 }]],
  },
  {
    weekday: 4,
    hour: 15,
    ...round(
      'farm',
      'outlet',
      {},
      { apples: 25_000, pears: 8_000, eggs: 62, honey: 4, jam: 6, juice: 12, oil: 4 },
    ),
    pass: [['bakery', { eggs: 10, apples: 5_000 }]],
    station: { apples: 3_000, eggs: 12 },
  },
  {
    weekday: 5,
    hour: 11,
    ...round(
      'dairy',
      'outlet',
      { raw_milk: 60_000 },
      { milk: 12, cheese: 5_000, fresh_cheese: 4, butter: 4 },
    ),
    station: { cheese: 500 },
  },
  {
    weekday: 5,
    hour: 13,
    fresh: true,
    ...round(
      'bakery',
      'outlet',
      { grain: 24_000, eggs: 10, apples: 5_000, butter: 3 },
      { apple_cake: 4, oat_cookies: 8, flour: 8, oats: 6 },
    ),
  },
  { weekday: 6, hour: 6, fresh: true, ...BREAD, station: { wheat_bread: 2, roll: 8 } },
  { weekday: 6, hour: 9, fresh: true, ...round('outlet', 'outlet', { herbs: 6 }, { tea: 9 }) },
];

/** What changes from week to week; the first is the first. */
const TURNS: readonly (readonly Step[])[] = [
  [
    {
      weekday: 2,
      hour: 8,
      ...round('farm', 'workshop', {}, { timber: 90_000 }),
      pass: [['workshop', { timber: 90_000 }]],
    },
    {
      weekday: 3,
      hour: 16,
      ...round('workshop', 'outlet', { timber: 60_000 }, { chair: 4, broom: 6, candle: 6, socks: 3 }),
    },
    { weekday: 3, hour: 14, ...round('office', 'outlet', {}, { notebook: 20, cookbook: 4 }) },
  ],
  [
    { weekday: 3, hour: 16, ...round('workshop', 'outlet', { timber: 30_000 }, { shelf: 4, bowl: 8 }) },
    { weekday: 5, hour: 10, ...round('outlet', 'outlet', { rock_salt: 10_000 }, { salt: 20 }) },
  ],
  [
    {
      weekday: 2,
      hour: 8,
      ...round('farm', 'workshop', {}, { timber: 60_000 }),
      pass: [['workshop', { timber: 60_000 }]],
    },
    {
      weekday: 3,
      hour: 16,
      ...round('workshop', 'outlet', { timber: 40_000 }, { chair: 2, candle: 18, socks: 5 }),
    },
    { weekday: 3, hour: 14, ...round('office', 'outlet', {}, { notebook: 15, cookbook: 5 }) },
  ],
  [
    {
      weekday: 3,
      hour: 16,
      ...round('workshop', 'outlet', { timber: 20_000 }, { broom: 8, bowl: 6, candle: 12, socks: 6 }),
    },
  ],
];

/** The steps of one day in the order of their hours. `week` counts from 0; `fresh`: with what does not keep. */
export function stepsOf(week: number, weekday: number, fresh: boolean): readonly Step[] {
  return [...EVERY_WEEK, ...(TURNS[week % TURNS.length] ?? [])]
    .filter((step) => step.weekday === weekday && (fresh || step.fresh !== true))
    .sort((a, b) => a.hour - b.hour);
}
