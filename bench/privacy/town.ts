/**
 * A town lives for some weeks: people shop by their routines, cards pay with real coin selection, tills gather crowds by
 * the terminal's own rules (`src/sale/crowd.ts`, `src/sale/leaving.ts`), and what leaves is applied by the ledger's. What comes out is the chain, who
 * was where when (an adversary is told that), and the truth, which only judges look at. The same seed gives the same town.
 * `plant` builds a leak in, to see whether an adversary finds it; the ledger cannot tell.
 */
import { chance } from '../../demo/chance.ts';
import { toHex } from '../../src/bytes.ts';
import type { Id, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { type Basket, priceBasket } from '../../src/sale/basket.ts';
import { addSale, type CrowdPolicy, type CrowdTotals, crowdDue, EMPTY_CROWD } from '../../src/sale/crowd.ts';
import { type Leaving, leave } from '../../src/sale/leaving.ts';
import { keyNamed, paperCrypto } from '../../test/histories/paper-crypto.ts';
import { Card, type Coin, shown } from './card.ts';
import { BEGIN, type Entry, type Place, TownChain, tillOf, WEEK } from './chain.ts';
import { basket, type Chance, type LoadPattern, OUTLETS, type Person, person, trips } from './people.ts';

export interface TownOptions {
  readonly seed: number;
  readonly people: number;
  readonly weeks: number;
  readonly loads: LoadPattern;
  readonly crowd: CrowdPolicy;
  /** Whether card services refresh before they load. */
  readonly refresh: boolean;
  /** `order`: serials that ascend with the sales of a crowd instead of being hashes. */
  readonly plant?: 'order';
  /** A new keyset is live from this week on; the old one is five years old in week 4. */
  readonly newKeyset?: number;
  /** Changes the people before the first week. */
  readonly change?: (people: Person[], next: Chance) => Person[];
}

/** Somebody was seen at an outlet's till. */
export interface Presence {
  readonly wallet: number;
  readonly outlet: number;
  readonly time: number;
}
/** What really happened in sale i, which is also presence i. */
export interface Sale {
  readonly minutes: number;
  readonly goods: Basket;
  /** Serials as they stand on the chain. */
  readonly serials: readonly Id[];
  /** What the card held before, by exponent. */
  readonly held: readonly number[];
}
/** A crowd that left: sales (numbers of presences) and the places of its transactions on the chain. */
export interface Crowd {
  readonly outlet: number;
  readonly sales: readonly number[];
  readonly closedAt: number;
  /** Ids of announcement, whose redemption it is, and of nothing else needed: the judge finds them by serial. */
  readonly serials: readonly Id[];
}
export interface Town {
  readonly options: TownOptions;
  readonly outlets: readonly Id[];
  readonly wallets: readonly string[];
  readonly entries: readonly Entry[];
  readonly presence: readonly Presence[];
  readonly truth: { readonly sales: readonly Sale[]; readonly crowds: readonly Crowd[] };
  /** Trips that ended without a sale. */
  readonly unpaid: number;
}

/** The open crowd of an outlet. */
interface Till {
  totals: CrowdTotals;
  coupons: RedeemedCoupon[];
  sales: number[];
}

interface OnItsWay {
  readonly outlet: number;
  readonly what: Leaving;
}

interface Event {
  readonly time: number;
  readonly act: () => void;
}

class Life {
  readonly #options: TownOptions;
  readonly #next: Chance;
  readonly #people: readonly Person[];
  readonly #cards: readonly Card[];
  readonly #tills: Till[];
  readonly #leaving: OnItsWay[] = [];
  /** The latest first. */
  readonly #events: Event[] = [];
  readonly chain: TownChain;
  readonly wallets: readonly string[];
  readonly presence: Presence[] = [];
  readonly sales: Sale[] = [];
  readonly crowds: Crowd[] = [];
  unpaid = 0;

  constructor(options: TownOptions) {
    this.#options = options;
    this.#next = chance(options.seed);
    const born = Array.from({ length: options.people }, () => person(options.loads, this.#next));
    this.#people = options.change?.(born, this.#next) ?? born;
    this.wallets = this.#people.map((_, i) => keyNamed(`wallet ${i}`));
    this.chain = new TownChain(
      OUTLETS.map(({ name }) => name),
      this.wallets,
    );
    this.#cards = this.wallets.map((wallet, i) => new Card(this.chain, wallet, `${options.seed} ${i}`));
    this.#tills = OUTLETS.map(() => ({ totals: EMPTY_CROWD, coupons: [], sales: [] }));
  }

  #random = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(256 * this.#next()));

  /** What lies between the last event and this one: crowds whose time is over, transactions that are due. */
  #until(time: number): void {
    for (;;) {
      const due = this.#leaving[0]?.what.dueAt ?? Number.POSITIVE_INFINITY;
      const { holdMax, delayMax } = this.#options.crowd;
      const waits = this.#tills.map(({ totals }) =>
        totals.openedAt === null ? Number.POSITIVE_INFINITY : totals.openedAt + holdMax - delayMax,
      );
      const over = Math.min(...waits);
      if (Math.min(due, over) > time) return;
      if (over <= due) this.#close(waits.indexOf(over), over);
      else {
        const { outlet, what } = this.#leaving.shift() as OnItsWay;
        this.chain.at(due);
        const { chain: _, ...draft } = what.transaction;
        this.chain.send(draft, tillOf(this.chain.outlets[outlet] as Place));
      }
    }
  }

  #close(outlet: number, now: number): void {
    const { totals, coupons, sales } = this.#tills[outlet] as Till;
    const id = this.chain.outlets[outlet]?.id ?? '';
    const from = { chain: 'town', outlet: id, random: this.#random, nonce: () => toHex(this.#random(8)) };
    const crowd = { totals, coupons, abortedSerials: [] };
    for (const what of leave(paperCrypto, from, crowd, this.#options.crowd, now))
      this.#leaving.push({ outlet, what });
    // Stable: a redemption stays behind its announcement.
    this.#leaving.sort((a, b) => a.what.dueAt - b.what.dueAt);
    this.crowds.push({ outlet, sales, closedAt: now, serials: coupons.map(({ serial }) => serial) });
    this.#tills[outlet] = { totals: EMPTY_CROWD, coupons: [], sales: [] };
  }

  #services(who: number, time: number, packs: number): void {
    this.#until(time);
    this.chain.at(time);
    this.#cards[who]?.services(packs, this.#options.refresh);
  }

  /** At home on a day of one's own: nothing hurries. */
  plannedServices(who: number, time: number): void {
    const { pattern } = this.#people[who] as Person;
    const { minutes } = this.#cards[who] as Card;
    if (pattern === 'weekly' && minutes < 600) this.#services(who, time, 1);
    if (pattern === 'monthly') this.#services(who, time, Math.ceil((1_200 - minutes) / 300));
  }

  /** Somebody sets out; whose card is nearly empty goes to card services first. */
  trip(who: number, time: number, outlet: number, also?: number): void {
    const shopper = this.#people[who] as Person;
    const card = this.#cards[who] as Card;
    const wanted = basket(shopper, this.#next, also);
    if (shopper.pattern !== 'when_empty' || card.minutes >= 75) {
      this.#shop(who, time, outlet, wanted, true);
      return;
    }
    this.#services(who, time, 1);
    const later = time + 120 + Math.floor(this.#next() * 900);
    this.#do(later, () => this.#shop(who, later, outlet, wanted, true));
  }

  /** At the till. A card that cannot pay goes to services around the corner, once (`first`); then something stays on the shelf. */
  #shop(who: number, time: number, outlet: number, basketOf: Basket, first: boolean): void {
    this.#until(time);
    const card = this.#cards[who] as Card;
    for (let wanted = basketOf; wanted.length > 0; wanted = wanted.slice(0, -1)) {
      const { minutes } = priceBasket(wanted, (type) => this.chain.price(type)) ?? { minutes: 0 };
      const held = card.counts;
      const coins = minutes === 0 ? undefined : card.pay(minutes);
      if (coins !== undefined) {
        this.#sell(who, outlet, time, { goods: wanted, minutes, held }, coins);
        return;
      }
      if (first && card.minutes < 1_200) {
        this.#services(who, time, minutes > 250 ? 3 : 1);
        const later = time + 120 + Math.floor(this.#next() * 300);
        this.#do(later, () => this.#shop(who, later, outlet, wanted, false));
        return;
      }
    }
    this.unpaid += 1;
  }

  #sell(
    who: number,
    outlet: number,
    time: number,
    sale: Omit<Sale, 'serials'>,
    coins: readonly Coin[],
  ): void {
    const till = this.#tills[outlet] as Till;
    const number = this.sales.length;
    const coupons = coins.map((coin, i) =>
      this.#options.plant === 'order' ? shown(coin, ascending(number, i)) : shown(coin),
    );
    this.presence.push({ wallet: who, outlet, time });
    this.sales.push({ ...sale, serials: coupons.map(({ serial }) => serial) });
    till.totals = addSale(till.totals, sale, time);
    till.coupons.push(...coupons);
    till.sales.push(number);
    if (crowdDue(till.totals, this.#options.crowd, time)) this.#close(outlet, time);
  }

  /** In order of time; what comes at the same time, in order of arrival. */
  #do(time: number, act: () => void): void {
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1] as Event).time <= time) at--;
    this.#events.splice(at, 0, { time, act });
  }

  live(): void {
    const { weeks, newKeyset } = this.#options;
    for (let w = 0; w < weeks; w++) {
      const monday = BEGIN + w * WEEK;
      if (newKeyset === w) this.#do(monday, () => this.#newKeyset(monday));
      this.#do(monday, () => this.#week(w, monday));
    }
    // The next one lies last.
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) event.act();
    this.#until(BEGIN + (weeks + 2) * WEEK);
  }

  #week(w: number, monday: number): void {
    this.#people.forEach((shopper, who) => {
      const { pattern, servicesWeek, servicesAt, favourite } = shopper;
      if (pattern === 'weekly' || (pattern === 'monthly' && (w + servicesWeek) % 4 === 0)) {
        const time = monday + servicesAt;
        this.#do(time, () => this.plannedServices(who, time));
      }
      const week = trips(shopper, monday, this.#next);
      const special = Math.floor(this.#next() * week.length);
      week.forEach(({ time, outlet }, i) => {
        const also = i === special ? favourite : undefined;
        this.#do(time, () => this.trip(who, time, outlet, also));
      });
    });
  }

  #newKeyset(time: number): void {
    this.#until(time);
    this.chain.at(time);
    this.chain.publishKeyset(1);
  }
}

/** A serial that says when it was shown. */
function ascending(sale: number, coupon: number): Id {
  return (sale * 16 + coupon).toString(16).padStart(64, '0');
}

export function live(options: TownOptions): Town {
  const life = new Life(options);
  life.live();
  const { chain, wallets, presence, sales, crowds, unpaid } = life;
  const outlets = chain.outlets.map(({ id }) => id);
  return { options, outlets, wallets, entries: chain.entries, presence, truth: { sales, crowds }, unpaid };
}
