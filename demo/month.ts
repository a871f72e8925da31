/**
 * The demo's history: some weeks of work in store, a revision, then the last full month with its weekly rhythm of making, delivering,
 * shopping and counting, its revision, and on until now. Not here: what a week is (`rounds.ts`), who buys what (`shoppers.ts`).
 */
import { nodeCrypto } from '../crypto/node.ts';
import { DAY_SECONDS, dayOf, monthEnd } from '../src/economy/calendar.ts';
import type { Key, Seconds } from '../src/economy/transaction.ts';
import { chance } from './chance.ts';
import { type Economy, monthBegin, weekdayOf } from './economy.ts';
import type { CollectiveKey } from './members.ts';
import { Production } from './production.ts';
import { ARTICLES, typeOf } from './products.ts';
import { BREAD, type Step, stepsOf } from './rounds.ts';
import { handOver, redeem, shop } from './shoppers.ts';
import { type WaitingLoad, Wallet } from './wallets.ts';

const HOUR = 3_600;
/** Wallets without a card, by where they work. */
const OTHERS: Readonly<Partial<Record<CollectiveKey, number>>> = {
  farm: 3,
  bakery: 1,
  workshop: 1,
  office: 1,
  outlet: 1,
};
/** Where the cards' holders work, card after card; more cards begin again. */
const CARD_PLACES: readonly CollectiveKey[] = ['bakery', 'dairy', 'workshop'];
/** Packs a wallet without a card loads for a month of shopping. */
const PACKS_A_MONTH = 6;
/** At most this share of what is left on Saturday has gone stale. */
const STALE: Readonly<Record<string, number>> = {
  wheat_bread: 0.5,
  rye_bread: 0.3,
  roll: 0.8,
  apple_cake: 0.4,
  milk: 0.2,
  yoghurt: 0.1,
  cream: 0.2,
  salad: 0.6,
  herbs: 0.6,
  mushrooms: 0.4,
};

export class Month {
  readonly #economy: Economy;
  readonly #others: readonly Wallet[];
  readonly #production: Production;
  readonly #next = chance(20_140_318);

  /** `cards`: wallet keys of the cards, card 1 first; at least three, one for each of the places that need somebody. */
  constructor(economy: Economy, cards: readonly Key[]) {
    this.#economy = economy;
    const workers: Partial<Record<CollectiveKey, Key[]>> = {};
    const join = (at: CollectiveKey, key: Key) => {
      workers[at] = [...(workers[at] ?? []), key];
    };
    for (const [i, key] of cards.entries()) join(CARD_PLACES[i % CARD_PLACES.length] as CollectiveKey, key);
    const others: Wallet[] = [];
    for (const [at, count] of Object.entries(OTHERS) as [CollectiveKey, number][])
      for (let i = 0; i < count; i++) {
        const wallet = new Wallet();
        others.push(wallet);
        join(at, wallet.key);
      }
    this.#others = others;
    const vary = () => 0.95 + 0.11 * this.#next();
    this.#production = new Production(economy.scribe, economy.members, workers, vary);
  }

  /**
   * Day after day from the clock's day, a Monday, to `now`. Outlets open on the day of `opening`; what does not keep is made from its
   * week on. `payday` is called on the first of each month, when the wallets without a card have claimed and loaded.
   */
  async walk(opening: Seconds, now: Seconds, payday: (begin: Seconds) => Promise<void>): Promise<void> {
    const { clock, progress } = this.#economy.parts;
    const first = dayOf(clock.now());
    if (weekdayOf(first) !== 1) throw new Error('the demo begins on a Monday');
    const freshFrom = opening - (weekdayOf(dayOf(opening)) - 1) * DAY_SECONDS;
    this.#production.collectivize('outlet', 'rock_salt', 200_000);
    await this.#economy.scribe.settle();
    for (let day = first; day <= dayOf(now); day++) {
      const begin = day * DAY_SECONDS;
      const at = (hour: number): Seconds => begin + hour * HOUR;
      const set = (time: Seconds) => this.#economy.setClock(Math.min(time, now));
      if (day > first && monthBegin(begin) === begin) {
        set(at(5));
        progress(`${new Date(begin * 1000).toISOString().slice(0, 10)}: revision, claims, loads`);
        await this.#economy.revise(begin);
        await this.#payday(now - begin);
        await payday(begin);
      }
      for (const step of stepsOf(Math.floor((day - first) / 7), weekdayOf(day), begin >= freshFrom)) {
        if (at(step.hour) > now) break;
        set(at(step.hour));
        this.#do(step);
        await this.#economy.scribe.settle();
      }
      const shopping = weekdayOf(day) === 3 ? 17 : weekdayOf(day) === 6 ? 13 : undefined;
      if (shopping !== undefined && begin >= opening && at(shopping) <= now)
        await this.#shopping(at(shopping), set);
      if (weekdayOf(day) === 6 && begin >= opening && at(18) <= now) {
        set(at(18));
        await this.#count();
      }
    }
    this.#economy.setClock(now);
    this.#do({ ...BREAD, weekday: 0, hour: 0 });
    await this.#economy.scribe.settle();
  }

  /** One round, and where its goods go. */
  #do(step: Step): void {
    const production = this.#production;
    production.make(step, this.#economy.parts.clock.now());
    const left = new Map(Object.entries(step.outputs));
    const less = (key: string, amount: number) => {
      left.set(key, (left.get(key) ?? 0) - amount);
      return amount;
    };
    for (const [to, goods] of step.pass ?? [])
      for (const [key, amount] of Object.entries(goods))
        production.pass(step.maker, to, key, less(key, amount));
    for (const [key, amount] of Object.entries(step.station ?? {}))
      production.deliver(step.maker, 'station', key, less(key, amount));
    for (const { key } of ARTICLES) {
      const amount = left.get(key) ?? 0;
      if (amount > 0) production.deliver(step.maker, 'outlet', key, amount);
    }
  }

  /** Wallets without a card claim what was revised and load packs; more of them the longer the month is old. */
  async #payday(seconds: number): Promise<void> {
    for (const wallet of this.#others) wallet.claim(this.#economy.scribe, this.#economy.state);
    await this.#economy.scribe.settle();
    const packs = Math.ceil((PACKS_A_MONTH * Math.min(seconds, 28 * DAY_SECONDS)) / (28 * DAY_SECONDS));
    const waiting: WaitingLoad[] = [];
    for (const wallet of this.#others) {
      const load = wallet.load(this.#economy.scribe, this.#economy.state, this.#economy.keyset, packs);
      if (load !== undefined) waiting.push(load);
    }
    await this.#economy.scribe.settle();
    await this.#economy.issueAll();
    for (const { load, finish } of waiting) finish(this.#economy.state.loads.get(load)?.signatures ?? []);
  }

  async #shopping(time: Seconds, set: (time: Seconds) => void): Promise<void> {
    const held = this.#others.reduce((sum, wallet) => sum + wallet.minutes, 0);
    // Two shopping days a week until the month ends.
    const left = Math.max(1, Math.round((2 * (monthEnd(time) - time)) / (7 * DAY_SECONDS)));
    for (const [outlet, share] of [
      ['outlet', 0.9],
      ['station', 0.1],
    ] as const) {
      set(time);
      const member = this.#economy.members[outlet];
      const crowd = shop(this.#economy.state, member.id, this.#others, (held / left) * share, this.#next);
      redeem(this.#economy.scribe, member, crowd);
      await this.#economy.scribe.settle();
      set(time + HOUR);
      handOver(this.#economy.scribe, member, crowd);
      await this.#economy.scribe.settle();
    }
  }

  /** Saturday's inventory of what does not keep: what has gone stale is not there any more. */
  async #count(): Promise<void> {
    const { outlet } = this.#economy.members;
    const height = this.#economy.parts.engine.height;
    const lines = ARTICLES.filter(({ key }) => key in STALE)
      .map((article) => {
        const type = typeOf(nodeCrypto, article);
        const book = this.#economy.state.stock.get(`${outlet.id}/${type}`)?.amount ?? 0;
        const gone = Math.floor(book * (STALE[article.key] ?? 0) * this.#next());
        return { type, height, amount: book - gone };
      })
      .sort((a, b) => (a.type < b.type ? -1 : 1));
    this.#economy.scribe.write({ kind: 'count', outlet: outlet.id, lines }, outlet.seed);
    await this.#economy.scribe.settle();
  }
}
