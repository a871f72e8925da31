/**
 * A small subsystem to book in: an office, two outlets and two bakeries in one subsystem, a stranger in another. Every
 * transaction travels: it is signed, encoded, decoded and goes through the same door as in a node. After each one the auditor
 * recomputes the books (L1), and a refused one must have written no row (L5).
 */
import { expect } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { generateRsaKey } from '../../crypto/rsa-keygen.ts';
import { ascii, beBytes, concat, hexBytes, toHex } from '../../src/bytes.ts';
import { keysetId, modulusOf } from '../../src/coupons/keyset.ts';
import { loadExponents } from '../../src/coupons/pack.ts';
import { blindingFactor, blindLoad, finalize } from '../../src/coupons/rsabssa.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import { addBalance } from '../../src/economy/accounts.ts';
import { applyTransaction, type Block, beginBlock } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { couponsDigest, sortCoupons } from '../../src/economy/coupon-verdict.ts';
import { decodeEnvelope, keyOf } from '../../src/economy/envelope.ts';
import type { LedgerEvent, StockCause } from '../../src/economy/events.ts';
import { genesisState } from '../../src/economy/genesis.ts';
import { issueFor } from '../../src/economy/office-duty.ts';
import { owedFor } from '../../src/economy/owed.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { enter } from '../../src/economy/pool.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id, Key, RedeemedCoupon, Transaction, Voucher } from '../../src/economy/transaction.ts';
import { voucherMessage } from '../../src/economy/voucher.ts';
import { MINUTE } from '../../src/units/micro-minutes.ts';
import { audit, type Books, faults, parity } from '../economy/audit.ts';

export const CHAIN = 'test-chain';
export const T0 = 1_790_000_000;
const DAY = 86_400;

export interface Party {
  readonly id: Id;
  readonly key: Key;
  readonly seed: Uint8Array;
}

/** A party whose key comes from its name. */
export function party(name: string): Party {
  const seed = nodeCrypto.sha256(ascii(name));
  return { id: hash(`collective ${name}`), key: keyOf(nodeCrypto, seed), seed };
}
export function hash(text: string): Id {
  return toHex(nodeCrypto.sha256(ascii(text)));
}

/** Nine office keys; RSA keys cannot be made from a seed with node:crypto, so they are fresh in each test file and kept. */
const officeKeys = new Map<string, readonly RsaPrivateKey[]>();
export function keysOfOffice(name: string): readonly RsaPrivateKey[] {
  const kept = officeKeys.get(name) ?? Array.from({ length: 9 }, () => generateRsaKey());
  officeKeys.set(name, kept);
  return kept;
}
export const published = (keys: readonly RsaPrivateKey[]) =>
  keys.map((key) => ({ n: modulusOf(key), e: 65_537 }));

/** Serials as a card makes them: of fresh keys, blinded; with what it takes to finish the coupons and to prove where they come from. */
export interface Blinding {
  readonly keyset: Id;
  readonly blinded: readonly Uint8Array[];
  readonly factors: readonly Uint8Array[];
  readonly holders: readonly Party[];
  finish(signatures: readonly Uint8Array[]): RedeemedCoupon[];
}
/** What a card keeps of a load. */
export interface CardLoad extends Blinding {
  readonly id: Id;
  readonly transaction: Extract<Transaction, { kind: 'load' }>;
}
export interface CardRefresh extends Blinding {
  readonly id: Id;
  readonly transaction: Extract<Transaction, { kind: 'refresh' }>;
  /** The old coupons' keys, which sign. */
  readonly signers: readonly Party[];
}

/** Minutes by account; micro-minutes as a decimal fraction. */
export type Change = Partial<Record<keyof Books, number>>;

export class Bank {
  readonly state: State;
  block: Block;
  events: LedgerEvent[] = [];
  #nonce = 0;
  readonly office = party('office');
  readonly shop = party('shop');
  readonly kiosk = party('kiosk');
  readonly bakery = party('bakery');
  readonly dairy = party('dairy');
  readonly stranger = party('stranger');
  readonly wallet = party('wallet of anna');
  readonly till = party('till');
  readonly keyset = toHex(keysetId(nodeCrypto, keysOfOffice('office')));

  constructor() {
    const genesis = { chain: CHAIN, time: T0, parameters: DEFAULT_PARAMETERS };
    this.state = genesisState(genesis);
    const chain = { state: this.state, crypto: nodeCrypto, parameters: genesis.parameters, chain: CHAIN };
    this.block = beginBlock(chain, T0 + 10).block;
    const outlets = [this.shop, this.kiosk];
    // The bakery is older than the dairy.
    for (const p of [this.office, this.bakery, this.dairy, ...outlets])
      this.collective(p, this.office, outlets.includes(p));
    this.collective(this.stranger, this.stranger, true);
  }

  collective(p: Party, subsystem: Party, dispatches: boolean): void {
    const { state } = this;
    state.collectives.set(p.id, {
      key: p.key,
      name: 'collective',
      dispatches,
      ordinal: state.collectives.size,
      subsystem: subsystem.id,
    });
    state.indexes.byKey.set(p.key, p.id);
    state.indexes.members.set(subsystem.id, (state.indexes.members.get(subsystem.id) ?? new Set()).add(p.id));
    const row = state.subsystems.get(subsystem.id) ?? { C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n, members: 0 };
    state.subsystems.set(subsystem.id, { ...row, members: row.members + 1 });
  }

  /** Puts a member of the office's subsystem into one of its own. */
  leave(p: Party): void {
    const { state } = this;
    const [member, old] = [state.collectives.get(p.id), state.subsystems.get(this.office.id)];
    if (member === undefined || old === undefined) throw new Error('no such member');
    state.collectives.set(p.id, { ...member, subsystem: p.id });
    state.subsystems.set(this.office.id, { ...old, members: old.members - 1 });
    state.subsystems.set(p.id, { C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n, members: 1 });
    state.indexes.members.get(this.office.id)?.delete(p.id);
    state.indexes.members.set(p.id, new Set([p.id]));
    this.settle();
  }

  nonce(): string {
    this.#nonce++;
    return toHex(beBytes(this.#nonce, 8));
  }

  /** Begins the next block so many days later. */
  next(days = 0): void {
    this.block = beginBlock(this.block, this.block.time + days * DAY).block;
  }

  /** Gives a wallet a balance, as a claim would; the other side is Q, so that the books start even. */
  credit(wallet: Party, origin: Party, minutes: number): void {
    addBalance(this.state, wallet.key, origin.id, BigInt(minutes) * MINUTE);
    this.settle();
  }

  /** Puts goods into an outlet's stock, as a transfer would. Returns the type's id. */
  stock(outlet: Party, name: string, amount: number, minutes: number): Id {
    const type = hash(`type ${name}`);
    this.state.types.set(type, { name, unit: 'piece' });
    const cause: StockCause = 'dispatch';
    const context = { ...this.block, id: hash('transfer'), body: new Uint8Array(0), emit: () => {} };
    if (amount > 0) enter(context, outlet.id, type, amount, BigInt(minutes) * MINUTE, cause);
    this.settle();
    return type;
  }

  /** Lets Q take up what the test itself brought in. */
  settle(): void {
    for (const [id, row] of this.state.subsystems.entries())
      this.state.subsystems.set(id, { ...row, Q: row.Q + parity(this.books(id)) });
  }

  /** Signs, sends through the wire and the door. The answer is 'accepted', 'exists' or the refusal; L1 and L5 are held. */
  send(transaction: Transaction, ...signers: readonly Party[]): string {
    const built = makeEnvelope(
      nodeCrypto,
      transaction,
      signers.map((p) => p.seed),
    );
    return this.sendBytes(built.bytes);
  }
  sendBytes(bytes: Uint8Array): string {
    const envelope = decodeEnvelope(bytes, nodeCrypto);
    if (!envelope.ok) return envelope.refusal;
    for (const table of this.state.tables()) table.drained();
    const done = applyTransaction(this.block, envelope.value);
    expect(faults(this.state)).toEqual([]);
    if (!done.ok || done.value.status === 'exists')
      for (const table of this.state.tables()) expect(table.idle, `L5 ${table.name}`).toBe(true);
    this.events = done.ok ? [...done.value.events] : [];
    return done.ok ? done.value.status : done.refusal;
  }
  idOf(transaction: Transaction): Id {
    return makeEnvelope(nodeCrypto, transaction, []).id;
  }

  /** The office's keyset, live. */
  openOffice(): void {
    const keys = published(keysOfOffice('office'));
    const sent = this.send(
      { kind: 'keyset', chain: CHAIN, nonce: this.nonce(), office: this.office.id, keys },
      this.office,
    );
    expect(sent).toBe('accepted');
  }

  /** Who holds a coupon: serial → its key. */
  readonly holders = new Map<Id, Party>();
  holder(serial: Id): Party {
    const found = this.holders.get(serial);
    if (found === undefined) throw new Error('nobody’s coupon');
    return found;
  }

  /** Fresh coupon keys and their blinded serials. `name` tells one card's from another's. */
  blinding(name: string, exponents: readonly number[], office = 'office'): Blinding {
    const keys = keysOfOffice(office);
    const keyset = toHex(keysetId(nodeCrypto, keys));
    const holders = exponents.map((_, i) => party(`coupon ${name} ${i}`));
    const items = exponents.map((exponent, i) => {
      const key = keys[exponent] as RsaPrivateKey;
      const holder = holders[i] as Party;
      const message = nodeCrypto.sha256(hexBytes(holder.key));
      this.holders.set(toHex(message), holder);
      const bytes = concat(
        ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((part) => hexBytes(hash(`factor ${name} ${i} ${part}`))),
      );
      return { key, message, factor: blindingFactor(bytes, key.n), exponent };
    });
    const blinded = blindLoad(nodeCrypto, items);
    if (!blinded.ok) throw new Error(blinded.refusal);
    return {
      keyset,
      blinded: blinded.value.map((b) => b.blinded),
      factors: items.map(({ factor }) => beBytes(factor, 256)),
      holders,
      finish: (signatures) =>
        items.map(({ key, message, exponent }, i) => {
          const inverse = blinded.value[i]?.inverse ?? 0n;
          const done = finalize(nodeCrypto, key, message, signatures[i] as Uint8Array, inverse);
          if (!done.ok) throw new Error(done.refusal);
          return { keyset, exponent, serial: toHex(message), signature: done.value };
        }),
    };
  }

  /** What a card makes: blinded serials in the order of the load. */
  cardLoad(name: string, packs = 1, wallet = this.wallet, office = 'office'): CardLoad {
    const made = this.blinding(name, loadExponents(packs), office);
    const { keyset, blinded } = made;
    const transaction = {
      kind: 'load',
      chain: CHAIN,
      g: '0123456789abcdef',
      packs,
      keyset,
      wallet: wallet.key,
      blinded,
    } as const;
    return { ...made, id: this.idOf(transaction), transaction };
  }

  /** Coupons for whole packs, or with 0 packs one for one of its kind. `batch` vouches for it. */
  cardRefresh(
    name: string,
    coupons: readonly RedeemedCoupon[],
    { packs = 0, office = 'office', batch }: { packs?: number; office?: string; batch?: Party } = {},
  ): CardRefresh {
    const signers = coupons.map(({ serial }) => this.holder(serial));
    const shown = coupons
      .map(({ keyset, exponent, signature }, i) => ({
        keyset,
        exponent,
        key: signers[i]?.key ?? '',
        signature,
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const exponents = packs === 0 ? shown.map(({ exponent }) => exponent) : loadExponents(packs);
    const made = this.blinding(name, exponents, office);
    const bare = {
      kind: 'refresh',
      chain: CHAIN,
      packs,
      keyset: made.keyset,
      blinded: made.blinded,
      coupons: shown,
    } as const;
    const transaction = batch === undefined ? bare : { ...bare, voucher: this.vouch(batch, bare) };
    return { ...made, id: this.idOf(transaction), transaction, signers };
  }

  /** A card of a batch vouches. */
  vouch(batch: Party, transaction: Parameters<typeof voucherMessage>[1]): Voucher {
    const message = voucherMessage(nodeCrypto, transaction);
    return { batch: batch.key, signature: nodeCrypto.ed25519Sign(batch.seed, message) };
  }

  /** The office's answer to a load, refresh or take back on the ledger. */
  issue(load: { readonly id: Id }, office = 'office'): Extract<Transaction, { kind: 'issue' }> {
    const owed = owedFor(this.state, load.id);
    if (owed === undefined) throw new Error('nothing is owed');
    const { exponents, row } = owed;
    const order = { exponents, blinded: row.blinded };
    const issue = issueFor(nodeCrypto, CHAIN, keysOfOffice(office), load.id, order);
    if (!issue.ok) throw new Error(issue.refusal);
    return issue.value;
  }

  /** Coupons on a card: balance, load, issue, unblinded. */
  coupons(name: string, packs = 1): RedeemedCoupon[] {
    this.credit(this.wallet, this.bakery, packs * 300);
    const load = this.cardLoad(name, packs);
    expect(this.send(load.transaction, this.wallet)).toBe('accepted');
    const issue = this.issue(load);
    expect(this.send(issue, this.office)).toBe('accepted');
    return load.finish(issue.signatures);
  }

  /** An announcement of these coupons, in its own block. Returns the redeem that may follow. */
  announce(
    outlet: Party,
    coupons: readonly RedeemedCoupon[],
    signer = outlet,
  ): Extract<Transaction, { kind: 'redeem' }> {
    const sorted = sortCoupons(coupons);
    const digest = couponsDigest(nodeCrypto, sorted);
    const announce = {
      kind: 'announce',
      chain: CHAIN,
      nonce: this.nonce(),
      outlet: outlet.id,
      digest,
    } as const;
    expect(this.send(announce, signer)).toBe('accepted');
    this.next();
    return {
      kind: 'redeem',
      chain: CHAIN,
      outlet: outlet.id,
      announcement: this.idOf(announce),
      coupons: sorted,
    };
  }

  delegate(
    kinds: Extract<Transaction, { kind: 'delegate' }>['kinds'],
    until = this.block.time + DAY,
  ): string {
    return this.send(
      {
        kind: 'delegate',
        chain: CHAIN,
        nonce: this.nonce(),
        outlet: this.shop.id,
        key: this.till.key,
        kinds,
        until,
      },
      this.shop,
    );
  }

  /** The auditor's accounts of a subsystem; the office's unless told. */
  books(subsystem = this.office.id): Books {
    const found = audit(this.state).get(subsystem);
    if (found === undefined) throw new Error('no such subsystem');
    return found;
  }

  /** What an act changes in the office's subsystem, minutes; accounts that do not move are left out. A refused act fails. */
  change(act: () => unknown): Change {
    const before = this.books();
    const answer = act();
    if (typeof answer === 'string') expect(answer).toBe('accepted');
    const after = this.books();
    const out: Change = {};
    for (const name of Object.keys(after) as (keyof Books)[])
      if (after[name] !== before[name]) out[name] = Number(after[name] - before[name]) / 1e6;
    return out;
  }
}

/** The n-th coupon of 2^exponent minutes in a pack. */
export function coinOf(pack: readonly RedeemedCoupon[], exponent: number, n = 0): RedeemedCoupon {
  const found = pack.filter((c) => c.exponent === exponent)[n];
  if (found === undefined) throw new Error('not in the pack');
  return found;
}
