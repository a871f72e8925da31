/**
 * Looks on while a history is played and says what is wrong, after every step: L1 from bare rows, L2 (`once.ts`), L3 (`cycles.ts`), L4 and L6 (`twin.ts`), L5, L7
 * (`told.ts`), and what the documentation says a transaction does to the accounts (docs/ledger-rules.md, docs/ledger-coupons.md), worked out apart
 * from the rules. A share of histories is given to the auditor (test/auditor), which has nothing but the chain. All of `faults`
 * (test/economy/audit.ts) is asked at the end and now and then, because it takes as long as a hundred transactions.
 */
import type { Applied } from '../../src/economy/apply.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { REFUSALS, type Refusal } from '../../src/economy/refusals.ts';
import type { State } from '../../src/economy/state.ts';
import type { Kind, Transaction } from '../../src/economy/transaction.ts';
import type { Result } from '../../src/result.ts';
import { Auditor } from '../auditor/auditor.ts';
import { booksDiffer, detailsDiffer } from '../auditor/compare.ts';
import { faults } from '../economy/audit.ts';
import { ACCOUNTS, type Account, type Books, booksOf, parity } from './books.ts';
import { Cycles } from './cycles.ts';
import { Once } from './once.ts';
import { paperCrypto } from './paper-crypto.ts';
import { BEGIN, PARAMETERS, type Player, type Step } from './player.ts';
import { rareIn } from './rare.ts';
import { revisionFaults } from './revision-check.ts';
import { divisionFault } from './split-check.ts';
import { Told } from './told.ts';
import { forget, Twin } from './twin.ts';

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
const CLOSED_LIST: ReadonlySet<string> = new Set(REFUSALS);

/** What was there before a block began, as far as somebody will ask. */
interface Before {
  readonly books?: ReadonlyMap<string, Books>;
  readonly clearing?: ReadonlyMap<string, bigint>;
}

export class Watch {
  readonly #player: Player;
  readonly #state: State;
  #books: Map<string, Books>;
  #steps = 0;
  readonly #once = new Once();
  readonly #cycles: Cycles;
  readonly #told: Told;
  readonly #twin: Twin;
  readonly #auditor: Auditor | undefined;
  /** What happened besides, by name. */
  readonly rare = new Map<string, number>();
  /** Steps of which the auditor compared the books. */
  compared = 0;
  merges = 0;
  splits = 0;
  revisions = 0;

  /** `seed` says when the twin is restored; `audited` whether the auditor looks as well. */
  constructor(player: Player, seed: number, audited: boolean) {
    this.#player = player;
    this.#state = player.state;
    this.#books = booksOf(player.state);
    this.#cycles = new Cycles(player.state);
    this.#told = new Told(player.state);
    this.#twin = new Twin(player, 50 + (seed % 120));
    this.#auditor = audited ? new Auditor({ time: BEGIN, parameters: PARAMETERS }, paperCrypto) : undefined;
  }

  /** Plays a step; the answer, and the first thing that is wrong. */
  play(step: Step): {
    readonly answer: Result<Applied, Refusal> | undefined;
    readonly fault?: string | undefined;
  } {
    forget(this.#state.tables());
    const before: Before =
      'envelope' in step ? {} : { books: this.#books, clearing: new Map(this.#state.clearing.entries()) };
    if ('envelope' in step) this.#cycles.before(step.envelope.transaction);
    const answer = this.#player.play(step);
    this.#steps += 1;
    const again = this.#twin.play(step, answer);
    if (answer !== undefined && (!answer.ok || answer.value.status === 'exists')) {
      const written = this.#state.tables().find((table) => !table.idle);
      if (written !== undefined) return { answer, fault: `L5: a refused transaction wrote ${written.name}` };
      const listed = answer.ok || CLOSED_LIST.has(answer.refusal);
      return { answer, fault: listed ? again : 'L5: a refusal that is not on the list' };
    }
    return { answer, fault: this.#look(step, before) ?? again };
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
          this.#once.look(transaction, events) ??
          this.#cycles.look(transaction, events));
    rareIn(events, (name) => this.rare.set(name, (this.rare.get(name) ?? 0) + 1));
    return (
      fault ??
      this.#told.look(events) ??
      this.#audit(step, books) ??
      (this.#steps % EVERY === 0 ? faults(state)[0] : undefined)
    );
  }

  /** The auditor gets block times and the bodies of what was accepted, and nothing else. */
  #audit(step: Step, books: ReadonlyMap<string, Books>): string | undefined {
    const auditor = this.#auditor;
    if (auditor === undefined) return undefined;
    if ('envelope' in step) auditor.transaction(step.envelope.body);
    else for (let i = 0; i < step.blocks; i++) auditor.block(step.time);
    this.compared += 1;
    const wrong = booksDiffer(auditor, this.#state, books);
    return wrong ?? (this.#steps % EVERY === 0 ? detailsDiffer(auditor, this.#state) : undefined);
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

  /** When the history is over. */
  last(): string | undefined {
    const apart = this.#auditor && detailsDiffer(this.#auditor, this.#state);
    return this.#twin.last() ?? apart ?? faults(this.#state)[0];
  }
}

function total(books: ReadonlyMap<string, Books>, account: Account): bigint {
  let sum = 0n;
  for (const [, b] of books) sum += b[account];
  return sum;
}
