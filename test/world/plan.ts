/**
 * What a seed means: a list of events, each complete in itself, so that any of them can be left out and the rest played again.
 * Not here: playing them (`world.ts`), telling them (`story.ts`).
 */
import { DAY_SECONDS } from '../../src/economy/calendar.ts';
import { contact, fuse, type Roughness } from './mishap.ts';
import type { Weather } from './network.ts';
import type { Contact } from './reader.ts';
import { BEGIN, CARDS, GOODS, type TillName } from './setting.ts';
import type { Fuse } from './till.ts';
import { Whim } from './whim.ts';
import { years } from './years.ts';

export type Shop = {
  readonly kind: 'shop';
  readonly till: TillName;
  readonly card: number;
  readonly goods: readonly (readonly [good: (typeof GOODS)[number], amount: number])[];
  /** How the card is held, the first time, the second time, … */
  readonly contacts: readonly Contact[];
  /** What the person does after trouble: hold the card again, leave, leave the basket to a neighbour with another card. */
  readonly after: 'again' | 'leave' | 'neighbour';
  readonly wrongPins: number;
  readonly fuse?: Fuse;
};
/** What comes round again in a world that lasts longer than its first week (`seasons.ts`). */
export type Season =
  /** A week's work at the farm; labour is `labour` times what the goods are worth. */
  | { readonly kind: 'work'; readonly labour: number }
  /** The office's certificate of the month reaches a till. */
  | { readonly kind: 'certificate'; readonly till: TillName }
  /** The office's old keyset is old enough for a new one. */
  | { readonly kind: 'keyset' };
export type Event = { readonly at: number } & (
  | Shop
  | {
      readonly kind: 'services';
      readonly till: TillName;
      readonly card: number;
      readonly packs: number;
      readonly claim: boolean;
      readonly contacts: readonly Contact[];
      readonly fuse?: Fuse;
    }
  | { readonly kind: 'crash'; readonly till: TillName; readonly how: Fuse['how']; readonly wake: number }
  | { readonly kind: 'weather'; readonly till: TillName; readonly weather: Weather; readonly hours: number }
  | { readonly kind: 'node'; readonly how: 'stop' | 'kill'; readonly hours: number }
  | { readonly kind: 'office'; readonly mood: OfficeMood; readonly hours: number }
  | { readonly kind: 'cheat'; readonly card: number; readonly cheat: Cheat }
  /** A desk of the cheat's, with an office's keyset that was made for one person. */
  | { readonly kind: 'tagged'; readonly card: number }
  | { readonly kind: 'thief'; readonly till: TillName; readonly hours: number }
  | { readonly kind: 'delivery'; readonly good: 'wheat_bread' | 'milk'; readonly amount: number }
  | { readonly kind: 'close'; readonly till: TillName }
  | { readonly kind: 'clock'; readonly till: TillName; readonly seconds: number }
  | Season
);
export type OfficeMood = 'late' | 'refuses' | 'twice';

/** A tap at the till of those who cheat. */
export interface Cheat {
  /** What it asks for, whatever stands in the basket. */
  readonly minutes: number;
  readonly goods: boolean;
  readonly ack: boolean;
  readonly redeem: 0 | 1 | 2;
  readonly abort: boolean;
  /** Minutes it says it charged, and sales. */
  readonly charged: number;
  /** Says the same commands again in the next session. */
  readonly replay: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly days: number;
  readonly tills: readonly TillName[];
  readonly cards: number;
  readonly crowd: { readonly k: number; readonly holdMax: number; readonly delayMax: number };
  readonly events: readonly Event[];
}

/** People a day who want to buy; some ten of them do. */
const SALES = 13;

export function planOf(seed: number, days: number): Plan {
  const whim = new Whim(`world ${seed}`);
  const rough = (most: number) => (whim.often(0.25) ? 0 : whim.next() * most);
  const how: Roughness = {
    contact: rough(0.5),
    fuse: rough(0.25),
    weather: rough(0.6),
    misfortune: rough(0.5),
  };
  const cards = whim.between(5, CARDS);
  const tills: TillName[] = ['market-1', whim.often(0.5) ? 'market-2' : 'corner-1'];
  const crowd = {
    k: whim.between(2, 6),
    holdMax: whim.one([6, 24, 48]) * 3_600,
    delayMax: whim.one([0, 600, 7_200]),
  };
  const events: Event[] = [];
  for (let day = 0; day < days; day++) {
    const hour = (from: number, to: number) =>
      BEGIN + day * DAY_SECONDS + Math.floor((from - 6 + whim.next() * (to - from)) * 3_600);
    for (let i = 0; i < SALES; i++) events.push({ at: hour(7, 20), ...shop(whim, how, tills, cards) });
    events.push(...misfortunes(whim, how, tills, cards, hour));
  }
  events.push(...years(seed, days, how, tills, cards, (of) => shop(of, how, tills, cards)));
  events.sort((a, b) => a.at - b.at);
  return { seed, days, tills, cards, crowd, events };
}

const AMOUNTS: Readonly<Record<(typeof GOODS)[number], readonly [number, number]>> = {
  wheat_bread: [1, 2],
  milk: [1, 3],
  eggs: [1, 6],
  apples: [200, 2_000],
  honey: [1, 1],
  tea: [1, 1],
  rock_salt: [100, 500],
};

function shop(whim: Whim, how: Roughness, tills: readonly TillName[], cards: number): Shop {
  const free = whim.often(0.04);
  const goods: (readonly [(typeof GOODS)[number], number])[] = [];
  if (free) goods.push(['rock_salt', whim.between(...AMOUNTS.rock_salt)]);
  else
    for (let i = whim.between(1, 3); i > 0; i--) {
      const good = GOODS[whim.below(GOODS.length - 1)] as (typeof GOODS)[number];
      if (!goods.some(([there]) => there === good)) goods.push([good, whim.between(...AMOUNTS[good])]);
    }
  return {
    kind: 'shop',
    till: whim.one(tills),
    card: whim.below(cards),
    goods,
    contacts: Array.from({ length: 3 }, (_, i) => contact(whim, how.contact / (i + 1))),
    after: whim.one(['again', 'again', 'leave', 'neighbour'] as const),
    wrongPins: whim.often(0.05) ? whim.one([1, 1, 2, 3]) : 0,
    ...fuse(whim, how.fuse, 22),
  };
}

function misfortunes(
  whim: Whim,
  how: Roughness,
  tills: readonly TillName[],
  cards: number,
  hour: (from: number, to: number) => number,
): Event[] {
  const out: Event[] = [];
  const till = () => whim.one(tills);
  if (whim.often(how.weather)) {
    const down = whim.one([undefined, undefined, 'refused', 'silent'] as const);
    const weather = { trouble: whim.one([0.2, 0.5, 0.9]), ...(down === undefined ? {} : { down }) };
    out.push({ at: hour(6, 24), kind: 'weather', till: till(), weather, hours: whim.between(1, 80) });
  }
  if (whim.often(how.misfortune * 0.5))
    out.push({
      at: hour(6, 24),
      kind: 'crash',
      till: till(),
      how: whim.one(['kill', 'power'] as const),
      wake: whim.one([5, 600, 30_000]),
    });
  if (whim.often(how.misfortune * 0.3))
    out.push({
      at: hour(6, 24),
      kind: 'node',
      how: whim.one(['stop', 'kill'] as const),
      hours: whim.one([0.01, 0.5, 6, 30]),
    });
  if (whim.often(0.1))
    out.push({
      at: hour(7, 18),
      kind: 'services',
      till: till(),
      card: whim.below(cards),
      packs: 1,
      claim: whim.often(0.4),
      contacts: Array.from({ length: 3 }, () => contact(whim, how.contact)),
      ...fuse(whim, how.fuse, 60),
    });
  if (whim.often(how.misfortune * 0.3))
    out.push({
      at: hour(6, 12),
      kind: 'office',
      mood: whim.one(['late', 'refuses', 'twice'] as const),
      hours: whim.between(2, 60),
    });
  if (whim.often(how.misfortune * 0.7))
    out.push({ at: hour(7, 20), kind: 'cheat', card: whim.below(cards), cheat: cheat(whim) });
  if (whim.often(how.misfortune * 0.1))
    out.push({ at: hour(7, 20), kind: 'tagged', card: whim.below(cards) });
  if (whim.often(how.misfortune * 0.4))
    out.push({ at: hour(6, 20), kind: 'thief', till: till(), hours: whim.between(1, 24) });
  if (whim.often(0.15))
    out.push({
      at: hour(6, 20),
      kind: 'delivery',
      good: whim.one(['wheat_bread', 'milk'] as const),
      amount: whim.between(5, 20),
    });
  if (whim.often(0.1)) out.push({ at: hour(6, 23), kind: 'close', till: till() });
  if (whim.often(how.misfortune * 0.2))
    out.push({ at: hour(6, 23), kind: 'clock', till: till(), seconds: whim.between(-90_000, 7_200) });
  return out;
}

function cheat(whim: Whim): Cheat {
  return {
    minutes: whim.between(1, 70),
    goods: whim.often(0.5),
    ack: whim.often(0.5),
    redeem: whim.one([0, 1, 2] as const),
    abort: whim.often(0.4),
    charged: whim.one([0, 1, 20, 100_000]),
    replay: whim.often(0.4),
  };
}
