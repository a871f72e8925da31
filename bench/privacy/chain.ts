/**
 * A real chain for the simulated town: every transaction passes the ledger's own rules in virtual time; only signatures cost
 * nothing (`test/histories/paper-crypto.ts`), because what they hide from an adversary is proved elsewhere. Work, goods and prices come
 * about as on any chain: labour is registered, goods are put out, delivered and priced by their average, and after the revision the
 * wallets claim. Not here: who shops (`town.ts`).
 */

import { ARTICLES, type Article, productOf, typeOf } from '../../demo/products.ts';
import { beBytes, toHex } from '../../src/bytes.ts';
import { applyTransaction, type Block, beginBlock } from '../../src/economy/apply.ts';
import { transactionId } from '../../src/economy/envelope.ts';
import { genesisState } from '../../src/economy/genesis.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { lotId, revisionId } from '../../src/economy/product.ts';
import { DELEGATED, type Id, type Key, type Transaction } from '../../src/economy/transaction.ts';
import { encodeBody } from '../../src/economy/wire.ts';
import { fromMinutes } from '../../src/units/micro-minutes.ts';
import { type Ratio, ratio } from '../../src/units/ratio.ts';
import { KEYSETS, keyNamed, paperCrypto } from '../../test/histories/paper-crypto.ts';

export const CHAIN = 'town';
export const DAY = 86_400;
export const WEEK = 7 * DAY;
/** The keyset is in its fifth year when the town's weeks begin. */
const KEYSET_AT = Date.parse('2021-10-04T08:00:00Z') / 1000;
const WORK_AT = Date.parse('2026-08-28T20:00:00Z') / 1000;
const MONTH_END = Date.parse('2026-08-31T23:59:59Z') / 1000;
/** A Monday, 0 h. */
export const BEGIN = Date.parse('2026-09-07T00:00:00Z') / 1000;
const PARAMETERS = { ...DEFAULT_PARAMETERS, voteAbove: 10n ** 18n };
const WORK_DAYS = 7;
const DAY_MINUTES = 1_440;

/** What stands on the ledger for everybody to read. */
export interface Entry {
  readonly time: number;
  readonly transaction: Transaction;
}
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
export type Draft = Without<Transaction, 'chain'>;

export interface Place {
  readonly id: Id;
  readonly key: Key;
}

/** Cards are of one batch that the office vouches for. */
export const BATCH = keyNamed('batch of the town');
/** What a good weighs in the town's shopping, by how it is used. */
const POPULAR: Readonly<Record<string, number>> = {
  bakery: 1.5,
  dairy: 1.2,
  vegetables: 1,
  fruit: 1,
  farm: 0.8,
  pantry: 0.6,
  drinks: 0.5,
  household: 0.08,
  furniture: 0.012,
};
export const popularity = ({ group }: Article): number => POPULAR[group] ?? 0.5;
export const TYPES: readonly Id[] = ARTICLES.map((article) => typeOf(paperCrypto, article));

/** What the ledger refuses here is a mistake of this file: it throws. */
export class TownChain {
  readonly entries: Entry[] = [];
  readonly outlets: readonly Place[];
  keyset: Id = KEYSETS[0]?.id ?? '';
  readonly #office: Place;
  #block: Block;
  #nonce = 0;

  /** Outlets by name, and as many wallets as there are keys, each with a good week's work in its balance. */
  constructor(names: readonly string[], wallets: readonly Key[]) {
    const state = genesisState({ chain: CHAIN, time: KEYSET_AT, parameters: PARAMETERS });
    const chain = { state, crypto: paperCrypto, parameters: PARAMETERS, chain: CHAIN };
    this.#block = beginBlock(chain, KEYSET_AT).block;
    const works = this.#register('works', false);
    this.#office = this.#register('office', false);
    this.outlets = names.map((name) => this.#register(name, true));
    for (const other of [this.#office, ...this.outlets]) {
      const [a, b] = [works.id, other.id].sort() as [Id, Id];
      this.send({ kind: 'establish_trust', nonce: this.nonce(), a, b }, works.key, other.key);
    }
    this.publishKeyset(0);
    this.at(WORK_AT);
    const until = BEGIN + 1_000 * DAY;
    this.send(
      { kind: 'batch', nonce: this.nonce(), office: this.#office.id, key: BATCH, until },
      this.#office.key,
    );
    for (const outlet of this.outlets) {
      const till = {
        kind: 'delegate',
        outlet: outlet.id,
        key: tillOf(outlet),
        kinds: DELEGATED,
        until,
      } as const;
      this.send({ nonce: this.nonce(), ...till }, outlet.key);
    }
    const workloads = this.#work(works, wallets);
    this.at(MONTH_END + 1);
    const revision = revisionId(paperCrypto, this.#subsystem, MONTH_END);
    for (const [workload, wallet] of workloads) this.send({ kind: 'claim', workload, revision }, wallet);
    this.at(BEGIN);
  }

  #register(name: string, dispatches: boolean): Place {
    const key = keyNamed(name);
    return { key, id: this.send({ kind: 'register', nonce: this.nonce(), key, name, dispatches }, key) };
  }

  get #subsystem(): Id {
    return this.#block.state.collectives.get(this.#office.id)?.subsystem ?? '';
  }

  /** One production makes all that the town will eat, and each outlet gets its part. */
  #work(works: Place, wallets: readonly Key[]): [workload: Id, wallet: Key][] {
    const total = wallets.length * WORK_DAYS * DAY_MINUTES;
    const weights = ARTICLES.map((article) => popularity(article));
    const all = weights.reduce((sum, w) => sum + w, 0);
    const amounts = ARTICLES.map(({ value }, i) => {
      const minutes = Math.floor((total * (weights[i] as number)) / all);
      return Math.max(this.outlets.length * 4, Number(fromMinutes(minutes) / (value > 0n ? value : 1n)));
    });
    const outputs = ARTICLES.map((article, i) => ({
      product: productOf(article),
      type: TYPES[i] as Id,
      amount: amounts[i] as number,
      value: article.value * BigInt(amounts[i] as number),
    })).sort((a, b) => (a.type < b.type ? -1 : 1));
    const { key } = works;
    const order = this.send(
      {
        kind: 'order',
        nonce: this.nonce(),
        orderer: works.id,
        addressee: works.id,
        product: productOf(ARTICLES[0] as Article),
        amount: 1,
        deliverBy: BEGIN,
      },
      key,
    );
    const estimated = outputs.map(({ product, amount, value }) => ({ product, amount, value }));
    const estimate = this.send({ kind: 'estimate', nonce: this.nonce(), order, outputs: estimated }, key);
    const production = this.send({ kind: 'start', nonce: this.nonce(), estimate }, key);
    const today = Math.floor(WORK_AT / DAY);
    const workloads = wallets.flatMap((wallet) =>
      Array.from({ length: WORK_DAYS }, (_, back): [Id, Key] => [
        this.send(
          {
            kind: 'allocate_workload',
            nonce: this.nonce(),
            production,
            wallet,
            minutes: DAY_MINUTES,
            day: today - back,
          },
          key,
        ),
        wallet,
      ]),
    );
    const made = outputs.map(({ type, amount }) => ({ type, amount }));
    this.send({ kind: 'output', nonce: this.nonce(), production, outputs: made }, key);
    for (const { type, amount } of outputs)
      for (const outlet of this.outlets) {
        const part = Math.floor(amount / this.outlets.length);
        const lot = lotId(paperCrypto, production, type);
        const way = { lot, amount: part, from: works.id, to: outlet.id, purpose: 'dispatch' } as const;
        this.send({ kind: 'transfer', nonce: this.nonce(), ...way }, key, outlet.key);
      }
    return workloads;
  }

  /** Number i of the keysets there are; it becomes the live one. */
  publishKeyset(i: number): void {
    const { id, keys } = KEYSETS[i] as (typeof KEYSETS)[number];
    const office = this.#office;
    this.send({ kind: 'keyset', nonce: this.nonce(), office: office.id, keys }, office.key);
    this.keyset = id;
  }

  nonce(): string {
    this.#nonce += 1;
    return toHex(beBytes(this.#nonce, 8));
  }

  /** Ledger time goes on, never back; seconds. */
  at(time: number): void {
    if (time > this.#block.time) this.#block = beginBlock(this.#block, time).block;
  }

  /** Signed by these keys. The transaction's id. */
  send(draft: Draft, ...keys: readonly Key[]): Id {
    const transaction = { chain: CHAIN, ...draft } as Transaction;
    const body = encodeBody(transaction);
    const id = transactionId(paperCrypto, body);
    const signatures = [...keys].sort().map((key) => ({ key, signature: NO_SIGNATURE }));
    const envelope = { id, body, transaction, signatures };
    const applied = applyTransaction(this.#block, envelope, { skipSignatures: true });
    if (!applied.ok) throw new Error(`${transaction.kind}: ${applied.refusal} ${applied.detail ?? ''}`);
    this.entries.push({ time: this.#block.time, transaction });
    return id;
  }

  /** The office answers a load or a refresh. On paper a blind signature is the blinded serial. */
  issue(load: Id, blinded: readonly Uint8Array[]): void {
    this.send({ kind: 'issue', load, signatures: blinded }, this.#office.key);
  }

  /** Average price of one base unit, micro-minutes. */
  price(type: Id): Ratio | undefined {
    const pool = this.#block.state.pools.get(`${this.#subsystem}/${type}`);
    return pool === undefined || pool.amount === 0 ? undefined : ratio(pool.value, BigInt(pool.amount));
  }
}
const NO_SIGNATURE = new Uint8Array(64);

/** The key an outlet gave its till. */
export const tillOf = (outlet: Place): Key => keyNamed(`till of ${outlet.id}`);
