/**
 * Work in the demo: a round goes through the whole cycle of the paper's §5: order, value estimation, start, resources, workloads,
 * output. What came out stands on the maker's shelf as lots; from there it goes to other makers (`use`) or into an outlet's
 * stock (`dispatch`). Labour is what the outputs are worth less what the inputs are worth, a few per cent up or down, so that
 * averages come out uneven as they do in life. Not here: what is made when (`rounds.ts`).
 */
import { nodeCrypto } from '../crypto/node.ts';
import { DAY_SECONDS, dayOf } from '../src/economy/calendar.ts';
import { lotId } from '../src/economy/product.ts';
import type { Id, Key, Seconds } from '../src/economy/transaction.ts';
import { MINUTE } from '../src/units/micro-minutes.ts';
import type { CollectiveKey, Members } from './members.ts';
import { productOf, typeOf, type Ware, ware } from './products.ts';
import type { Scribe } from './scribe.ts';

/** What a round takes in and puts out: short names of goods with amounts in base units. */
export type Amounts = Readonly<Record<string, number>>;

export interface Round {
  readonly maker: CollectiveKey;
  /** Who ordered it. */
  readonly orderer: CollectiveKey;
  readonly inputs: Amounts;
  readonly outputs: Amounts;
  /** Minutes of labour; what the outputs are worth beyond the inputs unless told. */
  readonly labour?: number;
}

interface Lot {
  readonly id: Id;
  amount: number;
}

/** Minutes a wallet works on one day at most, unless told: the demo's people have evenings. */
const DAY_WORK = 480;
/** A workload lies at most this many days back (the ledger allows 6). */
const DAYS_BACK = 5;

export class Production {
  readonly #scribe: Scribe;
  readonly #members: Members;
  readonly #workers: Readonly<Partial<Record<CollectiveKey, readonly Key[]>>>;
  readonly #vary: () => number;
  readonly #dayWork: number;
  /** `maker/good` → lots, oldest first. */
  readonly #shelves = new Map<string, Lot[]>();
  /** `wallet/day` → minutes. */
  readonly #worked = new Map<string, number>();

  /** `workers`: wallets by collective. `vary`: the factor on a round's labour, about 1. */
  constructor(
    scribe: Scribe,
    members: Members,
    workers: Readonly<Partial<Record<CollectiveKey, readonly Key[]>>>,
    vary: () => number,
    dayWork = DAY_WORK,
  ) {
    this.#scribe = scribe;
    this.#members = members;
    this.#workers = workers;
    this.#vary = vary;
    this.#dayWork = dayWork;
  }

  /** Base units on a maker's shelf. */
  onShelf(maker: CollectiveKey, key: string): number {
    return this.#shelf(maker, key).reduce((sum, lot) => sum + lot.amount, 0);
  }

  /** The whole cycle at ledger time `now`. */
  make(round: Round, now: Seconds): void {
    const { maker, orderer } = round;
    const scribe = this.#scribe;
    const seed = this.#members[maker].seed;
    const outputs = entries(round.outputs).map(([of, amount]) => ({
      of,
      type: typeOf(nodeCrypto, of),
      amount,
    }));
    outputs.sort((a, b) => (a.type < b.type ? -1 : 1));
    const first = outputs.find(({ of }) => of.key === Object.keys(round.outputs)[0])!;
    const order = scribe.write(
      {
        kind: 'order',
        orderer: this.#members[orderer].id,
        addressee: this.#members[maker].id,
        product: productOf(first.of),
        amount: first.amount,
        deliverBy: now + DAY_SECONDS,
      },
      this.#members[orderer].seed,
    );
    const estimate = scribe.write(
      {
        kind: 'estimate',
        order,
        outputs: outputs.map(({ of, amount }) => ({
          product: productOf(of),
          amount,
          value: of.value * BigInt(amount),
        })),
      },
      seed,
    );
    const production = scribe.write({ kind: 'start', estimate }, seed);
    for (const [of, amount] of entries(round.inputs))
      for (const lot of this.#take(maker, of.key, amount))
        scribe.write(
          { kind: 'allocate_resource', production, lot: lot.id, amount: lot.amount, repurpose: false },
          seed,
        );
    const usual = Number(worth(round.outputs) - worth(round.inputs)) / Number(MINUTE);
    this.#work(production, maker, round.labour ?? usual * this.#vary(), now);
    scribe.write(
      { kind: 'output', production, outputs: outputs.map(({ type, amount }) => ({ type, amount })) },
      seed,
    );
    for (const { of, type, amount } of outputs)
      this.#shelf(maker, of.key).push({ id: lotId(nodeCrypto, production, type), amount });
  }

  /** Original appropriation (§3.1): goods from outside enter with value 0. */
  collectivize(maker: CollectiveKey, key: string, amount: number): void {
    const { id: owner, seed } = this.#members[maker];
    const id = this.#scribe.write(
      { kind: 'collectivize', owner, product: productOf(ware(key)), amount },
      seed,
    );
    this.#shelf(maker, key).push({ id, amount });
  }

  /** To another maker, for its own productions. */
  pass(from: CollectiveKey, to: CollectiveKey, key: string, amount: number): void {
    for (const { id: lot, amount: part } of this.#take(from, key, amount))
      this.#shelf(to, key).push({ id: this.#transfer(lot, part, from, to, 'use'), amount: part });
  }

  /** Into an outlet's dispatch stock. */
  deliver(from: CollectiveKey, outlet: CollectiveKey, key: string, amount: number): void {
    for (const lot of this.#take(from, key, amount))
      this.#transfer(lot.id, lot.amount, from, outlet, 'dispatch');
  }

  #transfer(
    lot: Id,
    amount: number,
    from: CollectiveKey,
    to: CollectiveKey,
    purpose: 'use' | 'dispatch',
  ): Id {
    const [a, b] = [this.#members[from], this.#members[to]];
    return this.#scribe.write(
      { kind: 'transfer', lot, amount, from: a.id, to: b.id, purpose },
      a.seed,
      b.seed,
    );
  }

  #shelf(maker: CollectiveKey, key: string): Lot[] {
    const at = `${maker}/${key}`;
    const shelf = this.#shelves.get(at) ?? [];
    this.#shelves.set(at, shelf);
    return shelf;
  }

  /** Takes an amount off a shelf, oldest lots first; more than there is would be a bug and throws. */
  #take(maker: CollectiveKey, key: string, amount: number): Lot[] {
    const shelf = this.#shelf(maker, key);
    const taken: Lot[] = [];
    let rest = amount;
    while (rest > 0) {
      const lot = shelf[0];
      if (lot === undefined) throw new Error(`${maker} lacks ${rest} of ${key}`);
      const part = Math.min(rest, lot.amount);
      taken.push({ id: lot.id, amount: part });
      lot.amount -= part;
      rest -= part;
      if (lot.amount === 0) shelf.shift();
    }
    return taken;
  }

  /** Workloads that sum to so many minutes, at least one, shared among the maker's wallets over the last days. */
  #work(production: Id, maker: CollectiveKey, labour: number, now: Seconds): void {
    const wallets = this.#workers[maker] ?? [];
    if (wallets.length === 0) throw new Error(`nobody works at ${maker}`);
    let rest = Math.max(1, Math.round(labour));
    for (const [i, wallet] of wallets.entries()) {
      let share = Math.ceil(rest / (wallets.length - i));
      for (let day = dayOf(now); share > 0 && day >= dayOf(now) - DAYS_BACK; day--) {
        const at = `${wallet}/${day}`;
        const free = this.#dayWork - (this.#worked.get(at) ?? 0);
        const part = Math.min(share, free);
        if (part <= 0) continue;
        this.#worked.set(at, this.#dayWork - free + part);
        this.#scribe.write(
          { kind: 'allocate_workload', production, wallet, minutes: part, day },
          this.#members[maker].seed,
        );
        share -= part;
        rest -= part;
      }
    }
    if (rest > 0) throw new Error(`${maker} has ${rest} minutes more work than its people have days`);
  }
}

function entries(amounts: Amounts): [Ware, number][] {
  return Object.entries(amounts).map(([key, amount]) => [ware(key), amount]);
}

function worth(amounts: Amounts): bigint {
  return entries(amounts).reduce((sum, [of, amount]) => sum + of.value * BigInt(amount), 0n);
}
