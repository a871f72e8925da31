/**
 * A graph of collectives on which everything hangs that can: labour revised and not, balances, coupons, clearing, lots, work in
 * progress, stock with prices that drifted, debt, settlement, rounding. Rows are put straight into the tables, so that a test
 * about splits is about splits; trust is established and cancelled by transactions, without signatures.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { chance } from '../../demo/chance.ts';
import { ascii, beBytes, toHex } from '../../src/bytes.ts';
import { type Applied, applyTransaction, type Block, beginBlock } from '../../src/economy/apply.ts';
import { transactionId } from '../../src/economy/envelope.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { genesisState } from '../../src/economy/genesis.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { enter, leave } from '../../src/economy/pool.ts';
import type { Refusal } from '../../src/economy/refusals.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id, Transaction } from '../../src/economy/transaction.ts';
import { encodeBody } from '../../src/economy/wire.ts';
import type { Result } from '../../src/result.ts';
import { PriceBook } from '../../src/sale/price-book.ts';
import { audit, parity } from '../economy/audit.ts';
import { CHAIN, DAY, NOON } from '../economy/world.ts';

export const named = (text: string): Id => toHex(nodeCrypto.sha256(ascii(text)));
export const TYPES = ['bread', 'milk', 'flour'].map(named);

export class Loaded {
  readonly state: State = genesisState({ chain: CHAIN, time: NOON, parameters: DEFAULT_PARAMETERS });
  readonly members: Id[] = [];
  readonly book = new PriceBook();
  block: Block;
  events: LedgerEvent[] = [];
  readonly #random: () => number;
  #nonce = 0;

  constructor(seed: number, collectives: number) {
    const { state } = this;
    this.#random = chance(seed);
    const chain = { state, crypto: nodeCrypto, parameters: DEFAULT_PARAMETERS, chain: CHAIN };
    this.block = beginBlock(chain, NOON).block;
    for (let i = 0; i < collectives; i++) this.#register(i);
    for (const member of this.members) this.#hang(member);
    this.balance();
  }

  below(n: number): number {
    return Math.floor(this.#random() * n);
  }
  #value(): bigint {
    return BigInt(this.below(1e9)) - 2n * BigInt(this.below(2e8));
  }
  #positive(): bigint {
    return BigInt(1 + this.below(1e9));
  }

  #register(i: number): void {
    const [name, key] = [`collective ${i}`, `01${named(`key ${i}`)}`];
    const done = this.send({
      kind: 'register',
      chain: CHAIN,
      nonce: this.nonce(),
      key,
      name,
      dispatches: true,
    });
    if (!done.ok) throw new Error(done.refusal);
    this.members.push([...this.state.collectives.entries()].at(-1)?.[0] ?? '');
  }

  /** Everything that can hang on one collective, at random. */
  #hang(member: Id): void {
    const { state } = this;
    const context = {
      ...this.block,
      id: named('delivery'),
      body: new Uint8Array(0),
      emit: (event: LedgerEvent) => this.fold([event]),
    };
    const own = (what: string) => named(`${what} of ${member}`);
    const work = { wallet: `01${own('wallet')}`, day: 20_000, time: NOON, collective: member };
    for (const label of ['common', 'exclusive'] as const) {
      const production = own(`${label} production`);
      const estimate = own('estimate');
      const absorbed = { labour: this.#positive(), resources: this.#positive(), means: this.#positive() };
      const idle = { mops: 0, components: [] };
      state.productions.set(production, {
        producer: member,
        estimate,
        label,
        state: 'open',
        ...absorbed,
        ...idle,
      });
      if (this.below(3) > 0) {
        const workload = own(`${label} workload`);
        const minutes = 1 + this.below(600);
        state.workloads.set(workload, { ...work, production, minutes, claimed: false });
        this.#day(work.wallet, minutes);
        state.indexes.uncovered.add(workload);
      }
      const lot = { type: TYPES[this.below(3)] ?? '', amount: 1 + this.below(9), value: this.#positive() };
      state.lots.set(own(`${label} lot`), { ...lot, owner: member, label, origin: own('origin') });
    }
    const revised = {
      ...work,
      production: own('common production'),
      minutes: 60,
      revision: named('earlier'),
    };
    state.workloads.set(own('revised'), { ...revised, share: this.#positive(), claimed: false });
    this.#day(work.wallet, 60);
    const wallet = `01${named(`wallet ${this.below(5)}`)}`;
    state.balances.set(`${wallet}/${member}`, this.#positive());
    state.indexes.walletOrigins.set(
      wallet,
      (state.indexes.walletOrigins.get(wallet) ?? new Set<Id>()).add(member),
    );
    state.clearing.set(member, this.#value());
    if (this.below(4) === 0) this.#office(member);
    for (const type of TYPES) {
      if (this.below(2) === 0) continue;
      enter(context, member, type, 1 + this.below(100), this.#positive(), 'dispatch');
      if (this.below(2) === 0) continue;
      leave(
        context,
        member,
        type,
        this.below(1 + (state.stock.get(`${member}/${type}`)?.amount ?? 0)),
        'hand_over',
      );
    }
    const accounts = { C: this.#positive(), W: this.#value(), D: this.#value(), Q: 0n, R: this.#value() };
    state.subsystems.set(member, { ...accounts, members: 1 });
  }

  #day(wallet: string, minutes: number): void {
    const at = `${wallet}/20000`;
    this.state.walletDays.set(at, (this.state.walletDays.get(at) ?? 0) + minutes);
  }

  #office(member: Id): void {
    const { state } = this;
    const keyset = named(`keyset of ${member}`);
    const counts = () => Array.from({ length: 9 }, () => this.below(4));
    const issued = counts().map((n) => n + 12);
    const gone = { redeemed: counts(), refreshed: counts(), recouped: counts(), wasted: counts() };
    for (const [way, as] of [
      ['redeemed', 'spent'],
      ['refreshed', 'refreshed'],
      ['recouped', 'recouped'],
      ['wasted', 'wasted'],
    ] as const)
      for (const [exponent, count] of gone[way].entries())
        for (let i = 0; i < count; i++) {
          const serial = named(`${way} ${exponent} ${i} of ${keyset}`);
          state.serials.set(serial, { state: as, by: named('somebody'), keyset, exponent });
        }
    state.keysets.set(keyset, { office: member, keys: [], published: NOON, issued, ...gone });
    state.liveKeysets.set(member, keyset);
    const taken = this.members.map((origin) => ({ origin, value: this.#positive() }));
    const load = { wallet: `01${named('wallet 0')}`, keyset, packs: 2, blinded: [], height: 1, taken };
    state.loads.set(named(`load at ${member}`), load);
  }

  /** Lets Q take up what the test itself brought in. */
  balance(): void {
    for (const [id, books] of audit(this.state)) {
      const row = this.state.subsystems.get(id);
      if (row !== undefined) this.state.subsystems.set(id, { ...row, Q: row.Q + parity(books) });
    }
  }

  nonce(): string {
    this.#nonce += 1;
    return toHex(beBytes(this.#nonce, 8));
  }

  fold(events: readonly LedgerEvent[]): void {
    for (const event of events) this.book.fold(event);
  }

  /** Applies without signatures; the keys are those of the collectives named. */
  send(transaction: Transaction, ...signers: readonly Id[]): Result<Applied, Refusal> {
    const body = encodeBody(transaction);
    const keys = signers.map((id) => this.state.collectives.get(id)?.key ?? '');
    if (transaction.kind === 'register') keys.push(transaction.key);
    const signatures = keys.sort().map((key) => ({ key, signature: new Uint8Array(64) }));
    const envelope = { id: transactionId(nodeCrypto, body), body, transaction, signatures };
    const done = applyTransaction(this.block, envelope, { skipSignatures: true });
    this.events = done.ok ? [...done.value.events] : [];
    this.fold(this.events);
    return done;
  }

  trust(kind: 'establish_trust' | 'cancel_trust', one: Id, other: Id): Result<Applied, Refusal> {
    const [a, b] = [one, other].sort() as [Id, Id];
    const signers = kind === 'establish_trust' ? [a, b] : [this.below(2) === 0 ? a : b];
    return this.send({ kind, chain: CHAIN, nonce: this.nonce(), a, b }, ...signers);
  }

  /** The next block, so many days later. */
  next(days = 0): void {
    const { block, events } = beginBlock(this.block, this.block.time + days * DAY);
    this.block = block;
    this.fold(events);
  }
}

/** Components the slow way: every collective with the oldest it can reach. */
export function naiveComponents(members: readonly Id[], edges: Iterable<string>): Map<Id, Id> {
  const root = new Map(members.map((id) => [id, id]));
  const order = new Map(members.map((id, i) => [id, i]));
  const pairs = [...edges].map((edge) => edge.split('/') as [Id, Id]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [a, b] of pairs) {
      const [x, y] = [root.get(a) ?? '', root.get(b) ?? ''];
      if (x === y) continue;
      const oldest = (order.get(x) ?? 0) < (order.get(y) ?? 0) ? x : y;
      root.set(a, oldest);
      root.set(b, oldest);
      changed = true;
    }
  }
  return root;
}

/** Where prices folded from events are not the ledger's pools. */
export function priceFaults({ state, book }: Pick<Loaded, 'state' | 'book'>): string[] {
  const out: string[] = [];
  for (const [subsystem] of state.subsystems.entries())
    for (const [type] of new Map([...TYPES, ...book.stock.keys()].map((type) => [type, 0]))) {
      const pool = state.pools.get(`${subsystem}/${type}`);
      const folded = book.pool(subsystem, type);
      if (folded.amount !== BigInt(pool?.amount ?? 0) || folded.value !== (pool?.value ?? 0n))
        out.push(`${subsystem.slice(0, 8)}/${type.slice(0, 8)}: folded ${folded.value}, pool ${pool?.value}`);
    }
  return out;
}
