/**
 * A small world to write table tests in: people with keys from their names, transactions with everything filled in that a
 * test does not speak of. Each one is encoded, signed, decoded and applied as on a node; after each the books must be
 * even (L1) and those that the auditor (test/auditor) has from the raw chain, and after a refusal the state must be what it was, byte for byte (L5).
 */
import { expect } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, beBytes, toHex } from '../../src/bytes.ts';
import { applyTransaction, type Block, beginBlock } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { encodeRow } from '../../src/economy/dump.ts';
import { decodeEnvelope, keyOf } from '../../src/economy/envelope.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { genesisState } from '../../src/economy/genesis.ts';
import { DEFAULT_PARAMETERS, type Genesis, type Parameters } from '../../src/economy/parameters.ts';
import { lotId, revisionId, typeId } from '../../src/economy/product.ts';
import type { Refusal } from '../../src/economy/refusals.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id, Product, Transaction } from '../../src/economy/transaction.ts';
import { Auditor } from '../auditor/auditor.ts';
import { booksDiffer, detailsDiffer } from '../auditor/compare.ts';
import { audit, type Books, faults } from './audit.ts';

export const CHAIN = 'test-chain';
export const NOON = Date.parse('2026-11-22T12:00:00Z') / 1000;
export const DAY = 86_400;
/** The last second of the month that NOON is in. */
export const MONTH_END = Date.parse('2026-11-30T23:59:59Z') / 1000;
export const min = (minutes: number): bigint => BigInt(Math.round(minutes * 1_000_000));

export const BREAD: Product = { name: 'Bread', unit: 'piece' };
export const MILK: Product = { name: 'Milk', unit: 'ml' };
export const FLOUR: Product = { name: 'Flour', unit: 'g' };
export const typeOf = (product: Product): Id => typeId(nodeCrypto, product);
export const lotOf = (production: Id, product: Product): Id => lotId(nodeCrypto, production, typeOf(product));
export const revisionOf = (subsystem: Id, until = MONTH_END): Id => revisionId(nodeCrypto, subsystem, until);

export function seedOf(name: string): Uint8Array {
  return nodeCrypto.sha256(ascii(name));
}
export function walletOf(name: string): string {
  return keyOf(nodeCrypto, seedOf(name));
}

/** The content of the state, one hash over all rows in order of table and key. */
export function contents(state: State): string {
  const rows: string[] = [];
  for (const table of state.tables())
    for (const [key, row] of table.entries()) rows.push(`${table.name}/${key}=${toHex(encodeRow(row))}`);
  return toHex(nodeCrypto.sha256(ascii(rows.sort().join('\n'))));
}

/** Distributes over the union, so that each kind keeps its own fields. */
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
export type Draft = Without<Transaction, 'chain' | 'nonce'>;

export interface Sent {
  readonly id: Id;
  readonly answer: 'accepted' | 'exists' | Refusal;
  readonly events: readonly LedgerEvent[];
}

const WITHOUT_NONCE = ['final_revision', 'claim', 'load', 'issue', 'redeem', 'vote'];

export class World {
  readonly state: State;
  block: Block;
  readonly ids = new Map<string, Id>();
  #nonce = 0;
  #auditor: Auditor | undefined;

  constructor(parameters: Partial<Parameters> = {}) {
    const genesis: Genesis = {
      chain: CHAIN,
      time: NOON,
      parameters: { ...DEFAULT_PARAMETERS, ...parameters },
    };
    this.state = genesisState(genesis);
    const chain = { state: this.state, crypto: nodeCrypto, chain: CHAIN, parameters: genesis.parameters };
    this.block = beginBlock(chain, NOON).block;
    this.#auditor = new Auditor(genesis, nodeCrypto);
    this.#auditor.block(NOON);
  }

  /** Before a test writes rows by hand: no chain says those, so the auditor goes. */
  byHand(): State {
    this.#auditor = undefined;
    return this.state;
  }
  #audit(): void {
    if (this.#auditor === undefined) return;
    expect(
      booksDiffer(this.#auditor, this.state) ?? detailsDiffer(this.#auditor, this.state),
    ).toBeUndefined();
  }

  /** The next block, at a time; its events. */
  at(time: number): readonly LedgerEvent[] {
    const { block, events } = beginBlock(this.block, time);
    this.block = block;
    expect(faults(this.state)).toEqual([]);
    this.#auditor?.block(time);
    this.#audit();
    return events;
  }

  get today(): number {
    return Math.floor(this.block.time / DAY);
  }

  nonce(): string {
    this.#nonce += 1;
    return toHex(beBytes(this.#nonce, 8));
  }

  /** Signs by the names given, sends through the wire. */
  send(draft: Draft, ...signers: readonly string[]): Sent {
    const nonce = WITHOUT_NONCE.includes(draft.kind) ? {} : { nonce: this.nonce() };
    return this.sendWhole({ chain: CHAIN, ...nonce, ...draft } as Transaction, ...signers);
  }

  sendWhole(transaction: Transaction, ...signers: readonly string[]): Sent {
    const built = makeEnvelope(nodeCrypto, transaction, signers.map(seedOf));
    const envelope = decodeEnvelope(built.bytes, nodeCrypto);
    if (!envelope.ok) return { id: built.id, answer: envelope.refusal, events: [] };
    const before = contents(this.state);
    const applied = applyTransaction(this.block, envelope.value);
    if (!applied.ok || applied.value.status === 'exists')
      expect(contents(this.state), 'L5: a refusal changed the state').toBe(before);
    expect(faults(this.state)).toEqual([]);
    if (applied.ok && applied.value.status === 'accepted') {
      this.#auditor?.transaction(envelope.value.body);
      this.#audit();
    }
    return applied.ok
      ? { id: built.id, answer: applied.value.status, events: applied.value.events }
      : { id: built.id, answer: applied.refusal, events: [] };
  }

  /** Sends what must be accepted; the transaction's id. */
  do(draft: Draft, ...signers: readonly string[]): Id {
    const sent = this.send(draft, ...signers);
    expect(sent.answer).toBe('accepted');
    return sent.id;
  }

  register(name: string, dispatches = false): Id {
    const id = this.do({ kind: 'register', key: walletOf(name), name, dispatches }, name);
    this.ids.set(name, id);
    return id;
  }

  /** A collective's id by its name. */
  id(name: string): Id {
    const id = this.ids.get(name);
    if (id === undefined) throw new Error(`nobody is called ${name}`);
    return id;
  }

  trust(one: string, other: string): void {
    const [a, b] = [this.id(one), this.id(other)].sort() as [Id, Id];
    this.do({ kind: 'establish_trust', a, b }, one, other);
  }

  /** Makes types commons in a collective's subsystem, as a label vote will. */
  makeCommon(name: string, ...products: readonly Product[]): void {
    const subsystem = this.state.collectives.get(this.id(name))?.subsystem ?? '';
    const types = this.state.indexes.labels.get(subsystem) ?? new Set<Id>();
    for (const product of products) {
      this.state.labels.set(`${subsystem}/${typeOf(product)}`, 'common');
      this.#auditor?.records.subsystem(subsystem).commons.add(typeOf(product));
      types.add(typeOf(product));
    }
    this.state.indexes.labels.set(subsystem, types);
  }

  /** Order to oneself, estimate of one hour a type, start. The production's id. */
  start(name: string, ...products: readonly Product[]): Id {
    const self = this.id(name);
    const [product] = products as [Product];
    const order = this.do(
      { kind: 'order', orderer: self, addressee: self, product, amount: 10, deliverBy: NOON + DAY },
      name,
    );
    const outputs = products
      .map((p) => ({ product: p, amount: 10, value: min(60) }))
      .sort((a, b) => (typeOf(a.product) < typeOf(b.product) ? -1 : 1));
    const estimate = this.do({ kind: 'estimate', order, outputs }, name);
    return this.do({ kind: 'start', estimate }, name);
  }

  work(name: string, production: Id, wallet: string, minutes: number): Id {
    return this.do(
      { kind: 'allocate_workload', production, wallet: walletOf(wallet), minutes, day: this.today },
      name,
    );
  }

  /** Ten of each product, made with so many minutes of one wallet. Lots' ids in the order of the products. */
  make(name: string, minutes: number, wallet: string, ...products: readonly Product[]): Id[] {
    const production = this.start(name, ...products);
    this.work(name, production, wallet, minutes);
    const outputs = products
      .map((p) => ({ type: typeOf(p), amount: 10 }))
      .sort((a, b) => (a.type < b.type ? -1 : 1));
    this.do({ kind: 'output', production, outputs }, name);
    return products.map((p) => lotOf(production, p));
  }

  /** The books of a collective's subsystem, accounts that are 0 left out. */
  books(name: string): Partial<Books> {
    const books = audit(this.state).get(this.state.collectives.get(this.id(name))?.subsystem ?? '');
    if (books === undefined) throw new Error('no books');
    return Object.fromEntries(Object.entries(books).filter(([, value]) => value !== 0n));
  }
}
