/**
 * A world: cards, tills, a node, an office and a bad network in one process and in virtual time. `play` plays a plan in a copy of the setting, lets everything
 * come to rest (fair weather, tills on, crowds closed and sent), and has the auditor look. The same plan gives the same world.
 * Not here: what is planned (`plan.ts`), what is wrong (`auditor.ts`).
 */
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { submitTo } from '../../demo/scribe.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { keyId } from '../../firmware-sim/identity.ts';
import { openDatabase } from '../../main/database.ts';
import type { Identity } from '../../main/identity.ts';
import { equal, hexBytes } from '../../src/bytes.ts';
import { DAY_SECONDS } from '../../src/economy/calendar.ts';
import type { Key } from '../../src/economy/transaction.ts';
import { audit, type Breach } from './auditor.ts';
import { Diary } from './diary.ts';
import { FAIR, Link } from './network.ts';
import { LedgerNode } from './node.ts';
import { Cheater, Office } from './others.ts';
import { clear, shop, visit } from './people.ts';
import type { Event, Plan } from './plan.ts';
import type { Plant } from './plants.ts';
import { season } from './seasons.ts';
import { BEGIN, Pen, removeFolder, type Setting, type TillName, typeNamed } from './setting.ts';
import { copyTill, Till } from './till.ts';
import { VirtualTime } from './time.ts';
import { seededChance, Whim } from './whim.ts';

export interface Outcome {
  readonly breaches: readonly Breach[];
  readonly sales: number;
  readonly faults: Readonly<Record<string, number>>;
}

/** Longest that the end may take, hours. */
const REST_HOURS = 24 * 14;

export class World {
  readonly plan: Plan;
  readonly setting: Setting;
  readonly time: VirtualTime;
  readonly node: LedgerNode;
  readonly diary = new Diary();
  readonly #tills = new Map<TillName, Till>();
  readonly #links = new Map<TillName, Link>();
  readonly #cards: SimulatedCard[];
  readonly #office: Office;
  readonly #cheater: Cheater;
  readonly #dir: string;
  readonly #going = new Set<Promise<void>>();
  #broken: unknown;

  constructor(plan: Plan, setting: Setting, dir: string, plant: Plant) {
    this.plan = plan;
    this.setting = setting;
    this.#dir = dir;
    const name = `seed ${plan.seed}`;
    this.time = new VirtualTime(BEGIN - 600, new Whim(`${name} timers`).next);
    mkdirSync(dir, { recursive: true });
    cpSync(join(setting.dir, 'ledger'), join(dir, 'ledger'), { recursive: true });
    this.node = new LedgerNode(join(dir, 'ledger'), this.time);
    this.#cards = Array.from({ length: plan.cards }, (_, i) =>
      createCard(
        { bytes: new Uint8Array(readFileSync(join(setting.dir, `card-${i}`))) },
        { random: seededChance(`${name} card ${i}`).random },
      ),
    );
    for (const [i, card] of this.#cards.entries()) {
      card.powerOff();
      this.diary.look(i, card);
    }
    this.#office = new Office(this);
    this.#cheater = new Cheater(this);
    this.node.onBlock = (block) => {
      for (const event of block.events) this.#office.hear(event);
      for (const link of this.#links.values()) link.tell();
    };
    this.node.onAway = () => {
      for (const link of this.#links.values()) link.cutAll();
    };
    this.time.onStop = () => {
      for (const till of this.#tills.values()) till.bury();
      for (const link of this.#links.values()) link.alive();
    };
    for (const till of plan.tills) {
      const link = new Link(this.time, this.node, new Whim(`${name} ${till} network`), this.diary.count);
      this.#links.set(till, link);
      copyTill(join(setting.dir, till), join(dir, till));
      const identity = setting.identities[till];
      this.#tills.set(
        till,
        new Till({
          name: till,
          seed: name,
          time: this.time,
          link,
          identity,
          config: { crowd: plan.crowd, offlineMax: 30 * DAY_SECONDS, offlineCeilingMinutes: 60 },
          dir: join(dir, till),
          count: this.diary.count,
          open: plant.open ?? openDatabase,
          line: plant.line ?? ((fetch) => fetch),
        }),
      );
    }
  }

  till(name: TillName): Till {
    const till = this.#tills.get(name);
    if (till === undefined) throw new Error(`no till ${name}`);
    return till;
  }

  card(number: number): SimulatedCard {
    const card = this.#cards[number];
    if (card === undefined) throw new Error(`no card ${number}`);
    return card;
  }

  /** Of all cards that take part. */
  get wallets(): readonly Key[] {
    return this.#cards.map((card) => card.ownerView().walletKey);
  }

  /** New certificates for a till. */
  async renew(name: TillName, identity: Identity): Promise<void> {
    if (name === 'cheat-1') this.#cheater.identity = identity;
    else await this.till(name).renew(identity);
  }

  /** A batch's attestation key, as the chain has it. */
  batchKey(id: Uint8Array): Uint8Array | undefined {
    for (const [key] of this.node.state.batches.entries()) {
      const bytes = hexBytes(key).subarray(1);
      if (equal(keyId(nodeCrypto, bytes), id)) return bytes;
    }
    return undefined;
  }

  async #happen(event: Event): Promise<void> {
    const { time, diary } = this;
    const later = (hours: number, work: () => void) => time.at(time.seconds + hours * 3_600, work);
    switch (event.kind) {
      case 'shop':
        return shop(this, event);
      case 'services':
        return visit(this, event);
      case 'crash':
        return this.till(event.till).die(event.how, event.wake);
      case 'weather': {
        const link = this.#links.get(event.till);
        diary.count(event.weather.down === undefined ? 'bad weather' : 'partition');
        link?.become(event.weather);
        later(event.hours, () => {
          if (link?.weather === event.weather) link.become(FAIR);
        });
        return;
      }
      case 'node':
        diary.count(`node ${event.how}`);
        await this.node.stop(event.how);
        later(event.hours, () => {
          if (this.node.away) this.node.start();
        });
        return;
      case 'office':
        diary.count(`office ${event.mood}`);
        this.#office.mood = event.mood;
        later(event.hours, () => {
          if (this.#office.mood === event.mood) this.#office.mood = undefined;
        });
        return;
      case 'cheat':
        return this.node.away ? undefined : this.#cheater.tap(event.card, event.cheat);
      case 'tagged':
        return this.node.away ? undefined : this.#cheater.tag(event.card);
      case 'thief': {
        const link = this.#links.get(event.till);
        if (link === undefined) return;
        link.tap = (envelope) => this.#cheater.steal(envelope);
        later(event.hours, () => {
          link.tap = undefined;
        });
        return;
      }
      case 'delivery':
        return this.#deliver(event);
      case 'close':
        if (this.till(event.till).up) await this.till(event.till).ask({ intent: 'close_crowd_now' });
        return;
      case 'work':
      case 'certificate':
      case 'keyset':
        return season(this, event);
      case 'clock':
        diary.count('clock set');
        this.till(event.till).skew += event.seconds;
        return;
    }
  }

  /** Goods of another value come to the market: the price moves. */
  async #deliver({ good, amount }: Extract<Event, { kind: 'delivery' }>): Promise<void> {
    const { node, setting } = this;
    if (node.away) return;
    const { farm, outlet } = setting.members;
    const type = typeNamed(good);
    const lot = [...node.state.lots.entries()].find(
      ([, row]) => row.owner === farm.id && row.type === type && row.amount >= amount,
    );
    if (lot === undefined) return;
    const submit = submitTo({
      submit: async (bytes) => (await node.take(bytes)) ?? { ok: false, refusal: 'away' },
    });
    const pen = new Pen(`delivery ${this.time.seconds}`, submit);
    const parties = { from: farm.id, to: outlet.id };
    pen.write(
      { kind: 'transfer', lot: lot[0], amount, purpose: 'dispatch', ...parties },
      farm.seed,
      outlet.seed,
    );
    await pen.settle();
    this.diary.count('price moved');
  }

  /** Begins something that goes on by itself. The world ends when all of it has; what it throws breaks the world. */
  also(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        this.#broken ??= error;
      })
      .finally(() => this.#going.delete(done));
    this.#going.add(done);
  }

  /** Plays all of it and comes to rest. What went wrong on the way, and what the auditor finds. */
  async play(): Promise<Outcome> {
    const { plan, time } = this;
    for (const event of plan.events) time.at(event.at, () => this.also(() => this.#happen(event)));
    const end = BEGIN + plan.days * DAY_SECONDS;
    for (let hour = BEGIN; hour < end; hour += 3 * 3_600) time.at(hour, () => undefined);
    await time.run(end);
    const rested = await this.#rest(end, () => this.#going.size === 0);
    if (this.#broken !== undefined) throw this.#broken;
    for (const [i, card] of this.#cards.entries()) this.diary.look(i, card);
    const tills = [...this.#tills.values()];
    const breaches = audit({
      diary: this.diary,
      blocks: this.node.blocks(0),
      state: this.node.state,
      wallets: new Set(this.wallets),
      setting: this.setting,
      tills: plan.tills,
      unrested: rested ? [] : tills.map((till) => till.parts.name),
      setAside: tills.filter((till) => till.up && till.run.view.status.setAside > 0).map((t) => t.parts.name),
    });
    return { breaches, sales: this.diary.taken.length, faults: this.diary.faults };
  }

  /** Fair weather, everybody there, every basket cleared, every crowd sent and seen. False when that does not come about. */
  async #rest(end: number, over: () => boolean): Promise<boolean> {
    const { time, node } = this;
    let cleared = false;
    const tills = [...this.#tills.values()];
    const atRest = () =>
      tills.every((till) => {
        if (!till.up || !over()) return false;
        const { status } = till.run.view;
        return status.crowd.sales === 0 && status.unsent === 0 && status.ledger.height === node.height;
      });
    time.at(end, () => {
      this.#office.mood = undefined;
      if (node.away) node.start();
      for (const [name, link] of this.#links) {
        link.tap = undefined;
        link.become(FAIR);
        this.till(name).skew = 0;
      }
    });
    for (let hour = 1; hour <= REST_HOURS; hour++) {
      time.at(end + hour * 3_600, () => {
        if (!over() || node.away) return;
        cleared = true;
        for (const till of tills)
          if (till.up) void clear(till).then(() => void till.ask({ intent: 'close_crowd_now' }));
      });
      await time.run(end + hour * 3_600);
      if (cleared && atRest()) return true;
    }
    return false;
  }

  async close(): Promise<void> {
    for (const till of this.#tills.values()) await till.stop();
    await this.node.stop('stop');
    removeFolder(this.#dir);
  }
}
