/**
 * Looks on while a history is played and says what is wrong: L1 from bare rows after every transaction, L2, L3, L5, L7, and what the documentation says a
 * transaction does to the accounts (docs/ledger-rules.md, docs/ledger-coupons.md), worked out apart from the rules. All of `faults` (test/economy/audit.ts)
 * is asked at the end and now and then, because it takes as long as a hundred transactions.
 */
import type { Applied } from '../../src/economy/apply.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { Refusal } from '../../src/economy/refusals.ts';
import type { ProductionRow, State } from '../../src/economy/state.ts';
import type { Kind, Transaction } from '../../src/economy/transaction.ts';
import type { Result } from '../../src/result.ts';
import { faults } from '../economy/audit.ts';
import { ACCOUNTS, type Account, type Books, booksOf, parity } from './books.ts';
import type { Player, Step } from './player.ts';
import { revisionFaults } from './revision-check.ts';
import { divisionFault } from './split-check.ts';

/** The accounts that a kind may move in a subsystem; a label's difference goes between W and G. */
const MOVES: { readonly [K in Kind]: string } = {
  register: '',
  rotate_key: '',
  establish_trust: '*',
  cancel_trust: '*',
  collectivize: 'WG',
  transfer: 'WG',
  order: '',
  reject: '',
  estimate: '',
  start: '',
  allocate_resource: 'CG',
  allocate_workload: 'UCG',
  allocate_mop: 'G',
  deallocate_mop: 'CWG',
  allocate_component: '',
  disassemble: 'WG',
  output: 'CWG',
  abort_production: 'WG',
  write_off: 'WG',
  final_revision: '',
  claim: 'PB',
  propose: 'WG',
  vote: 'WG',
  keyset: '',
  batch: '',
  delegate: '',
  revoke: '',
  revoke_batch: '',
  revoke_delegation: '',
  load: 'BO',
  issue: '',
  cancel: 'BOQGR',
  announce: '',
  redeem: 'OZWQ',
  abort: '',
  refresh: 'OQ',
  recoup: 'OBWQ',
  take_back: 'GORQ',
  appropriate: 'BZ',
  hand_over: 'ZRGW',
  count: 'WG',
};
const EVERY = 40;
const MICRO = 1_000_000n;

/** What was there before a step, as far as somebody will ask. */
interface Before {
  readonly production?: ProductionRow | undefined;
  readonly price?: { readonly amount: number; readonly value: bigint } | undefined;
  readonly books?: ReadonlyMap<string, Books>;
  readonly clearing?: ReadonlyMap<string, bigint>;
}

export class Watch {
  readonly #player: Player;
  readonly #state: State;
  #books: Map<string, Books>;
  #steps = 0;
  readonly #claimed = new Set<string>();
  readonly #redeemed = new Set<string>();
  readonly #running = new Set<string>();
  /** `collective/type` → what was told of it. */
  readonly #told = new Map<string, { amount: number; value: bigint }>();
  /** `collective/type` → value of its shortages that no surplus has brought back. */
  readonly #missing = new Map<string, bigint>();
  merges = 0;
  splits = 0;
  revisions = 0;

  constructor(player: Player) {
    this.#player = player;
    this.#state = player.state;
    this.#books = booksOf(player.state);
  }

  /** Plays a step; the answer, and the first thing that is wrong. */
  play(step: Step): {
    readonly answer: Result<Applied, Refusal> | undefined;
    readonly fault?: string | undefined;
  } {
    for (const table of this.#state.tables()) if (table.touched.size > 0) table.touched.clear();
    const before = this.#before(step);
    const answer = this.#player.play(step);
    this.#steps += 1;
    if (answer !== undefined && (!answer.ok || answer.value.status === 'exists')) {
      const touched = this.#state.tables().find((table) => table.touched.size > 0);
      return { answer, fault: touched && `L5: a refused transaction wrote ${touched.name}` };
    }
    return { answer, fault: this.#look(step, before) };
  }

  #before(step: Step): Before {
    if (!('envelope' in step))
      return { books: this.#books, clearing: new Map(this.#state.clearing.entries()) };
    const { transaction: t } = step.envelope;
    if (t.kind === 'output') return { production: this.#state.productions.get(t.production) };
    if (t.kind !== 'hand_over' || t.goods.length !== 1) return {};
    const home = this.#state.collectives.get(t.outlet)?.subsystem;
    const pool = this.#state.pools.get(`${home}/${t.goods[0]?.type}`);
    const stock = this.#state.stock.get(`${t.outlet}/${t.goods[0]?.type}`);
    const there = pool !== undefined && (stock?.amount ?? 0) >= (t.goods[0]?.amount ?? 0);
    return there ? { price: { amount: pool.amount, value: pool.value } } : {};
  }

  #look(step: Step, before: Before): string | undefined {
    const state = this.#state;
    const { events } = this.#player;
    const old = this.#books;
    const books = booksOf(state);
    this.#books = books;
    for (const [id, b] of books) if (parity(b) !== 0n) return `L1: ${id.slice(0, 8)} is off by ${parity(b)}`;
    const transaction = 'envelope' in step ? step.envelope.transaction : undefined;
    if (transaction !== undefined) {
      if (books.size < old.size) this.merges += 1;
      if (books.size > old.size && transaction.kind === 'cancel_trust') this.splits += 1;
    }
    const fault =
      transaction === undefined
        ? this.#revised(events, before)
        : (this.#moved(transaction, old, books) ??
          this.#once(transaction) ??
          this.#exact(transaction, before));
    return fault ?? this.#fold(events) ?? (this.#steps % EVERY === 0 ? faults(state)[0] : undefined);
  }

  #revised(events: readonly LedgerEvent[], { books, clearing }: Before): string | undefined {
    if (books === undefined || clearing === undefined) return undefined;
    const { found, count } = revisionFaults(this.#state, events, books, clearing);
    this.revisions += count;
    return found;
  }

  /** Only the accounts move that a kind may move; trust moves value between subsystems and makes none. */
  #moved(
    { kind }: Transaction,
    old: ReadonlyMap<string, Books>,
    books: ReadonlyMap<string, Books>,
  ): string | undefined {
    const may = MOVES[kind];
    if (may === '*') {
      // Voters who leave can decide a vote, and that a label: then value goes between W and G besides.
      if (this.#player.events.some((e) => e.kind === 'decided' && e.outcome === 'accepted')) return undefined;
      const free = kind === 'establish_trust' ? 'WG' : 'CWDQ';
      const sum = ACCOUNTS.filter((account) => !free.includes(account)).find(
        (account) => total(old, account) !== total(books, account),
      );
      if (sum !== undefined) return `${kind} changed the sum of all ${sum}`;
      if (kind !== 'cancel_trust') return undefined;
      const parts = this.#player.events.find((e) => e.kind === 'split');
      return divisionFault(this.#state, parts, old, books);
    }
    for (const [id, now] of books) {
      const was = old.get(id);
      if (was === undefined) continue;
      for (const account of ACCOUNTS)
        if (was[account] !== now[account] && !may.includes(account))
          return `${kind} moved ${account} of ${id.slice(0, 8)} by ${now[account] - was[account]}`;
    }
    return undefined;
  }

  /** L2 */
  #once(transaction: Transaction): string | undefined {
    if (transaction.kind === 'claim') {
      if (this.#claimed.has(transaction.workload)) return 'L2: a workload claimed twice';
      this.#claimed.add(transaction.workload);
    }
    for (const event of this.#player.events) {
      if (event.kind === 'redeemed') {
        const moved = new Set(event.moved?.map(({ serial }) => serial));
        for (const serial of event.serials) {
          if (this.#redeemed.has(serial) !== moved.has(serial))
            return `L2: coupon ${serial.slice(0, 8)} redeemed twice`;
          this.#redeemed.add(serial);
        }
      }
      if (event.kind === 'mop_allocated') {
        if (this.#running.has(event.lot)) return 'L2: a means of production allocated twice at once';
        this.#running.add(event.lot);
      }
      if (event.kind === 'mop_deallocated') this.#running.delete(event.lot);
    }
    return undefined;
  }

  /** L3, and one price (L7): what is handed over has the pool's average, rounded down, the last goods all that is left. */
  #exact(transaction: Transaction, { production, price }: Before): string | undefined {
    const { events } = this.#player;
    if (transaction.kind === 'output' && production !== undefined && production.components.length === 0) {
      const values = events.flatMap((e) => (e.kind === 'lot' ? [BigInt(e.value)] : []));
      const absorbed = production.labour + production.resources + production.means;
      const sum = values.reduce((a, b) => a + b, 0n);
      if (sum !== absorbed) return `L3: ${absorbed} went in and ${sum} came out`;
    }
    if (transaction.kind === 'hand_over' && price !== undefined) {
      const amount = BigInt(transaction.goods[0]?.amount ?? 0);
      const value = (price.value * amount) / BigInt(price.amount);
      const told = events.find((e) => e.kind === 'handed_over')?.value;
      if (told !== value.toString())
        return `L7: ${amount} of ${price.amount} worth ${price.value} left for ${told}`;
    }
    if (transaction.kind === 'write_off' || transaction.kind === 'abort_production') return undefined;
    return this.#minted(transaction);
  }

  /** Work becomes exactly its minutes. */
  #minted(transaction: Transaction): string | undefined {
    if (transaction.kind !== 'allocate_workload') return undefined;
    const row = this.#state.productions.get(transaction.production);
    const minutes = [...this.#state.workloads.entries()]
      .filter(([, w]) => w.production === transaction.production)
      .reduce((sum, [, w]) => sum + w.minutes, 0);
    return row?.labour === BigInt(minutes) * MICRO ? undefined : 'L3: labour is not what was worked';
  }

  /** L7: what `stock` events told, summed over the members of a subsystem, is the pool. */
  #fold(events: readonly LedgerEvent[]): string | undefined {
    const pools = new Set<string>();
    let membership = false;
    for (const event of events) {
      if (event.kind === 'member') membership = true;
      if (event.kind !== 'stock') continue;
      const at = `${event.collective}/${event.type}`;
      const told = this.#told.get(at) ?? { amount: 0, value: 0n };
      this.#told.set(at, {
        amount: told.amount + Number(event.amount),
        value: told.value + BigInt(event.value),
      });
      if (event.cause === 'shortage' || event.cause === 'surplus') {
        const missing = (this.#missing.get(at) ?? 0n) - BigInt(event.value);
        if (missing < 0n) return `more came back to ${at.slice(0, 8)} than was missing: ${-missing}`;
        this.#missing.set(at, missing);
      }
      pools.add(`${this.#state.collectives.get(event.collective)?.subsystem}/${event.type}`);
    }
    if (pools.size === 0 && !membership) return undefined;
    const sums = new Map<string, { amount: number; value: bigint }>();
    for (const [at, told] of this.#told) {
      const pool = `${this.#state.collectives.get(at.slice(0, 64))?.subsystem}/${at.slice(65)}`;
      const sum = sums.get(pool) ?? { amount: 0, value: 0n };
      sums.set(pool, { amount: sum.amount + told.amount, value: sum.value + told.value });
    }
    for (const [at, sum] of sums) {
      const pool = this.#state.pools.get(at);
      if ((pool?.amount ?? 0) !== sum.amount || (pool?.value ?? 0n) !== sum.value)
        return `L7: pool ${at.slice(0, 8)} has ${pool?.amount} worth ${pool?.value}, ${sum.amount} worth ${sum.value} were told`;
    }
    return undefined;
  }

  /** When the history is over. */
  last(): string | undefined {
    return faults(this.#state)[0];
  }
}

function total(books: ReadonlyMap<string, Books>, account: Account): bigint {
  let sum = 0n;
  for (const [, b] of books) sum += b[account];
  return sum;
}
