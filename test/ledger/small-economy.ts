/**
 * A small economy made over HTTP by transactions only: a bakery, an office, an outlet; bread made, dispatched, a month revised,
 * a share claimed. For tests of the node and of the office; the card's part is played with the same mathematics.
 */
import { expect } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { LedgerClient } from '../../ledger/client.ts';
import { manualClock } from '../../ledger/clock.ts';
import type { Node } from '../../ledger/node.ts';
import { makeOfficeKeys, type OfficeKeys, publicKeys } from '../../ledger/office-keys.ts';
import { ascii, hexBytes, toHex } from '../../src/bytes.ts';
import { loadExponents } from '../../src/coupons/pack.ts';
import { blindingFactor, blindLoad, finalize } from '../../src/coupons/rsabssa.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { lotId, revisionId, typeId } from '../../src/economy/product.ts';
import type { Id, Product, RedeemedCoupon, Transaction } from '../../src/economy/transaction.ts';
import { CHAIN, keyOfName, nodeIn, nonce, seedOf } from './fixtures.ts';

export const BREAD: Product = { name: 'Bread', unit: 'piece' };
export const BREAD_TYPE = typeId(nodeCrypto, BREAD);
const DAY = 86_400;
const MADE = Date.parse('2026-10-12T12:00:00Z') / 1000;
const OCTOBER_END = Date.parse('2026-10-31T23:59:59Z') / 1000;
const NOVEMBER = Date.parse('2026-11-02T09:00:00Z') / 1000;

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
type Draft = Without<Transaction, 'chain' | 'nonce'>;
const WITHOUT_NONCE = ['final_revision', 'claim', 'load', 'issue', 'redeem', 'refresh', 'cancel', 'recoup'];

/** Blinded serials as a card makes them, and the way to their coupons. Number i of `name` is signed for by `${name} ${i}`. */
export interface Blinding {
  readonly blinded: readonly Uint8Array[];
  finish(signatures: readonly string[]): RedeemedCoupon[];
}
/** A load as the card made it. */
export interface CardLoad extends Blinding {
  readonly id: Id;
}

export class SmallEconomy {
  readonly clock = manualClock(MADE);
  readonly dir: string;
  node!: Node;
  client!: LedgerClient;
  readonly keys: OfficeKeys = makeOfficeKeys(nodeCrypto);
  readonly ids: Record<string, Id> = {};
  #nonce = 0;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Starts a node on the folder; the one before must have stopped. */
  async start(): Promise<void> {
    this.node = await nodeIn(this.dir, this.clock);
    this.client = new LedgerClient(this.node.url);
  }

  /** Sends what must be accepted. After each one the accounts of every subsystem must sum to 0 (L1). */
  async send(draft: Draft, ...signers: readonly string[]): Promise<Id> {
    const extra = WITHOUT_NONCE.includes(draft.kind) ? {} : { nonce: nonce(++this.#nonce) };
    const transaction = { ...draft, chain: CHAIN, ...extra } as Transaction;
    const built = makeEnvelope(nodeCrypto, transaction, signers.map(seedOf));
    const answer = await this.client.submit(built.bytes);
    expect(answer, draft.kind).toMatchObject({ ok: true, value: { status: 'accepted' } });
    await this.checkParity();
    return built.id;
  }

  async get(path: string): Promise<Record<string, unknown>> {
    const answer = await this.client.get(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.refusal}`);
    return answer.value;
  }

  async checkParity(): Promise<void> {
    const { collectives } = (await this.get('/v1/collectives')) as { collectives: { subsystem: Id }[] };
    for (const subsystem of new Set(collectives.map((c) => c.subsystem)))
      expect(await this.get(`/v1/subsystems/${subsystem}/accounts`)).toMatchObject({ sum: '0' });
  }

  /** Bakery, office and outlet trust each other; the office's keyset is live; 20 loaves of 600 minutes are in the outlet. */
  async prepare(): Promise<void> {
    for (const name of ['bakery', 'office', 'outlet']) {
      const dispatches = name === 'outlet';
      this.ids[name] = await this.send({ kind: 'register', key: keyOfName(name), name, dispatches }, name);
    }
    for (const other of ['office', 'outlet']) {
      const [a, b] = [this.id('bakery'), this.id(other)].sort() as [Id, Id];
      await this.send({ kind: 'establish_trust', a, b }, 'bakery', other);
    }
    await this.send({ kind: 'keyset', office: this.id('office'), keys: publicKeys(this.keys) }, 'office');
    const bakery = this.id('bakery');
    const order = await this.send(
      {
        kind: 'order',
        orderer: this.id('outlet'),
        addressee: bakery,
        product: BREAD,
        amount: 20,
        deliverBy: MADE + DAY,
      },
      'outlet',
    );
    const outputs = [{ product: BREAD, amount: 20, value: 600_000_000n }];
    const estimate = await this.send({ kind: 'estimate', order, outputs }, 'bakery');
    const production = await this.send({ kind: 'start', estimate }, 'bakery');
    this.ids.production = production;
    this.ids.workload = await this.send(
      {
        kind: 'allocate_workload',
        production,
        wallet: keyOfName('anna'),
        minutes: 600,
        day: Math.floor(MADE / DAY),
      },
      'bakery',
    );
    await this.send({ kind: 'output', production, outputs: [{ type: BREAD_TYPE, amount: 20 }] }, 'bakery');
    const lot = lotId(nodeCrypto, production, BREAD_TYPE);
    await this.send(
      { kind: 'transfer', lot, amount: 20, from: bakery, to: this.id('outlet'), purpose: 'dispatch' },
      'bakery',
      'outlet',
    );
  }

  /** The month is over and Anna has claimed her share. */
  async claim(): Promise<void> {
    this.clock.set(NOVEMBER);
    await this.send({ kind: 'final_revision', until: OCTOBER_END });
    const subsystem = (await this.get(`/v1/collectives/${this.id('bakery')}`)).subsystem as Id;
    this.ids.subsystem = subsystem;
    const revision = revisionId(nodeCrypto, subsystem, OCTOBER_END);
    await this.send({ kind: 'claim', workload: this.id('workload'), revision }, 'anna');
  }

  /** Fresh serials of these denominations. */
  blinding(name: string, exponents: readonly number[]): Blinding {
    const { keyset, keys } = this.keys;
    const items = exponents.map((exponent, i) => {
      const key = keys[exponent];
      if (key === undefined) throw new Error('no key');
      const message = nodeCrypto.sha256(hexBytes(keyOfName(`${name} ${i}`)));
      const seed = nodeCrypto.hkdfSha256(message, new Uint8Array(0), ascii('factor'), 288);
      return { key, message, factor: blindingFactor(seed, key.n), exponent };
    });
    const blinded = blindLoad(nodeCrypto, items);
    if (!blinded.ok) throw new Error(blinded.refusal);
    return {
      blinded: blinded.value.map((b) => b.blinded),
      finish: (signatures) =>
        items.map(({ key, message, exponent }, i) => {
          const inverse = blinded.value[i]?.inverse ?? 0n;
          const done = finalize(nodeCrypto, key, message, hexBytes(signatures[i] ?? ''), inverse);
          if (!done.ok) throw new Error(done.refusal);
          return { keyset, exponent, serial: toHex(message), signature: done.value };
        }),
    };
  }

  /** Anna's card loads one pack. */
  async load(name: string): Promise<CardLoad> {
    const made = this.blinding(name, loadExponents(1));
    const [{ keyset }, wallet] = [this.keys, keyOfName('anna')];
    const load = { kind: 'load', g: nonce(77), packs: 1, keyset, wallet, blinded: made.blinded } as const;
    return { ...made, id: await this.send(load, 'anna') };
  }

  id(name: string): Id {
    const id = this.ids[name];
    if (id === undefined) throw new Error(`nothing is called ${name}`);
    return id;
  }
}
