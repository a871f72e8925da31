/**
 * A ledger that begins full: its block 0 holds rows that no transaction of the chain brought. For measurements and tests that
 * need a million objects and cannot wait for a million signatures. The rows are made by the rules all the same, from
 * transactions that nobody signed and that are not kept, so they are in balance; but the chain does not tell how
 * they came about, and `verify` therefore says of such a ledger that block 0 is not its genesis. Nothing but a programme with the
 * folder in its hands can do this: neither the API nor the command line lead here.
 */
import type { CryptoPort } from '../src/crypto-port.ts';
import { applyTransaction, type Block, beginBlock, type Chain } from '../src/economy/apply.ts';
import { transactionId } from '../src/economy/envelope.ts';
import type { Genesis } from '../src/economy/parameters.ts';
import type { State } from '../src/economy/state.ts';
import type { Envelope, Id, Key, Seconds, Transaction } from '../src/economy/transaction.ts';
import { encodeBody } from '../src/economy/wire.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { type OpenRefusal, openForWriting } from './database.ts';
import { genesisDocument } from './genesis.ts';
import { Machine } from './machine.ts';
import { Store } from './store.ts';

export interface Importer {
  readonly state: State;
  /** Time goes on, as with a new block; months that are over are revised. At most the genesis' time. */
  at(time: Seconds): void;
  /** Applies what these keys would have signed; its id. What the rules refuse throws. */
  apply(transaction: Transaction, signers: readonly Key[], couponVerdicts?: Uint8Array): Id;
}

export interface ImportOptions {
  /** A new folder. */
  readonly dataDir: string;
  readonly crypto: CryptoPort;
  readonly genesis: Genesis;
  /** Where the imported past begins; not after the genesis' time. */
  readonly from: Seconds;
  readonly fill: (importer: Importer) => void;
}

/** Makes a folder whose ledger begins full. Refuses `not_empty` when there is a ledger in it. */
export function importLedger({
  dataDir,
  crypto,
  genesis,
  from,
  fill,
}: ImportOptions): Result<void, OpenRefusal | 'not_empty'> {
  const opened = openForWriting(dataDir);
  if (!opened.ok) return opened;
  try {
    const store = new Store(opened.value.database);
    if (store.genesis() !== undefined) return refuse('not_empty', dataDir);
    const { made } = Machine.begin(crypto, genesis, (state) => {
      fillState(state, { crypto, genesis, from, fill });
    });
    store.append(made.block, [], made.changes, genesisDocument(genesis));
    return ok(undefined);
  } finally {
    opened.value.close();
  }
}

/** The same without a folder: fills a state that is at its genesis. */
export function fillState(
  state: State,
  { crypto, genesis, from, fill }: Omit<ImportOptions, 'dataDir'>,
): void {
  state.meta.set('time', String(from));
  const past = new Past({ state, crypto, parameters: genesis.parameters, chain: genesis.chain });
  past.at(from);
  fill(past);
  past.at(genesis.time);
}

/** What was before height 0, all of it at height 0: heights are those of the chain. */
class Past implements Importer {
  readonly #chain: Chain;
  #block: Block;

  constructor(chain: Chain) {
    this.#chain = chain;
    this.#block = { ...chain, height: 0, time: 0 };
  }

  get state(): State {
    return this.#chain.state;
  }

  at(time: Seconds): void {
    this.state.meta.set('height', '-1');
    this.#block = beginBlock(this.#chain, time).block;
  }

  apply(transaction: Transaction, signers: readonly Key[], couponVerdicts?: Uint8Array): Id {
    const body = encodeBody(transaction);
    const id = transactionId(this.#chain.crypto, body);
    const signatures = signers.toSorted().map((key) => ({ key, signature: NO_SIGNATURE }));
    const envelope: Envelope = { id, body, transaction, signatures };
    const applied = applyTransaction(this.#block, envelope, {
      skipSignatures: true,
      ...(couponVerdicts && { couponVerdicts }),
    });
    if (!applied.ok) throw new Error(`${transaction.kind}: ${applied.refusal} ${applied.detail ?? ''}`);
    // No block of the chain has it.
    this.state.transactions.delete(id);
    return id;
  }
}

const NO_SIGNATURE = new Uint8Array(64);
