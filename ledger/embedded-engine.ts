/**
 * The embedded engine: one machine, one SQLite file, one writer. Blocks are made on demand: submissions that wait are
 * gathered into one block, decoded → checked → applied → committed, and answered only after the commit. What is in
 * memory never runs ahead of the disk: when a commit fails, the state is read back from disk, everybody who waited gets
 * `ledger_unavailable`, and the next submission tries again.
 * Not here: the rules (src/economy), the form of a block (machine.ts), HTTP (api.ts).
 */
import { availableParallelism } from 'node:os';
import { nodeCrypto } from '../crypto/node.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { decodeEnvelope } from '../src/economy/envelope.ts';
import type { BlockEvents } from '../src/economy/events.ts';
import type { Genesis } from '../src/economy/parameters.ts';
import { WAITING_TRANSACTIONS } from '../src/limits.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Opened, type OpenRefusal, openForWriting } from './database.ts';
import type { BlockRecord, Engine, SubmitRefusal, Submitted, View } from './engine.ts';
import { genesisDocument, parseGenesis } from './genesis.ts';
import { Machine, type MadeBlock } from './machine.ts';
import { Store, type StoredTransaction } from './store.ts';
import { type StartThread, VerifyPool } from './verify-pool.ts';
import { type Waiting, WaitingRoom } from './waiting-room.ts';

export interface EngineOptions {
  /** Folder of the ledger; made if it is not there. */
  readonly dataDir: string;
  readonly crypto: CryptoPort;
  /** Needed in a new folder. In an old one it must be the same, or be left out. */
  readonly genesis?: Genesis;
  /** The machine's clock unless told. */
  readonly clock?: Clock;
  /** Learns of failed commits and of bugs; they are answered with `ledger_unavailable`. Also of threads that failed, which nobody else notices. */
  readonly onFault?: (error: unknown) => void;
  /** Threads that verify signatures; as many as the machine has cores unless told. 0: the deciding thread does it. */
  readonly threads?: number;
  /** How such a thread is started, for tests. */
  readonly startThread?: StartThread;
}

/**
 * `no_genesis`: a new folder, and no genesis given. `other_genesis`: the folder holds another chain. `damaged`: what is on
 * disk does not give the state hash of its last block.
 */
export type CreateRefusal = OpenRefusal | 'no_genesis' | 'other_genesis' | 'damaged';

type Answer = Result<Submitted, SubmitRefusal>;

/** Opens a folder and brings its state into memory, checked against the last block's state hash. */
export function createEngine(options: EngineOptions): Result<Engine, CreateRefusal> {
  const opened = openForWriting(options.dataDir);
  if (!opened.ok) return opened;
  try {
    const started = start(options, opened.value);
    if (!started.ok) opened.value.close();
    return started;
  } catch (error) {
    opened.value.close();
    return refuse('disk_error', error instanceof Error ? error.message : String(error));
  }
}

function start(options: EngineOptions, opened: Opened): Result<Engine, CreateRefusal> {
  const store = new Store(opened.database);
  const known = store.genesis();
  if (known === undefined) {
    if (options.genesis === undefined) return refuse('no_genesis', options.dataDir);
    const made = Machine.begin(options.crypto, options.genesis).made;
    store.append(made.block, [], made.changes, genesisDocument(options.genesis));
  } else if (options.genesis !== undefined && genesisDocument(options.genesis) !== known)
    return refuse('other_genesis', known);
  const machine = restore(options.crypto, store);
  return machine.ok ? ok(new EmbeddedEngine(options, opened, store, machine.value)) : machine;
}

/** The machine as the disk has it. */
function restore(crypto: CryptoPort, store: Store): Result<Machine, 'damaged'> {
  const document = store.genesis();
  const head = store.head();
  if (document === undefined || head === undefined) return refuse('damaged', 'no genesis');
  const genesis = parseGenesis(document);
  return genesis.ok
    ? Machine.restore(crypto, genesis.value, head, store.rows())
    : refuse('damaged', 'genesis');
}

class EmbeddedEngine implements Engine {
  readonly #crypto: CryptoPort;
  readonly #clock: Clock;
  readonly #opened: Opened;
  readonly #store: Store;
  readonly #onFault: (error: unknown) => void;
  readonly #listeners = new Set<() => void>();
  /** undefined after a fault, until it could be read back. */
  #machine: Machine | undefined;
  #height: number;
  #time: number;
  /** The block made last, once it is stored: every stream asks for it at that moment. */
  #newest: BlockEvents | undefined;
  readonly #pool: VerifyPool | undefined;
  readonly #room: WaitingRoom<Answer>;
  #closed = false;

  constructor(options: EngineOptions, opened: Opened, store: Store, machine: Machine) {
    this.#crypto = options.crypto;
    this.#clock = options.clock ?? systemClock();
    this.#onFault = options.onFault ?? (() => undefined);
    this.#opened = opened;
    this.#store = store;
    this.#machine = machine;
    this.#height = machine.header.height;
    this.#time = machine.header.time;
    // The threads have the node's own crypto; somebody else's is used here alone.
    const threads = options.crypto === nodeCrypto ? (options.threads ?? availableParallelism()) : 0;
    const { chain } = machine.genesis;
    const { startThread } = options;
    const onFault = this.#onFault;
    this.#pool =
      threads > 0
        ? new VerifyPool({ threads, chain, onFault, ...(startThread && { startThread }) })
        : undefined;
    this.#room = new WaitingRoom({
      pool: this.#pool,
      chain,
      machine: () => this.#machine,
      onBatch: () => {
        if (!this.#closed) this.#settle(this.#room.take());
      },
    });
  }

  get height(): number {
    return this.#height;
  }

  now(): number {
    return Math.max(this.#time, this.#clock.now());
  }

  submit(envelope: Uint8Array): Promise<Answer> {
    if (this.#closed) return Promise.resolve(refuse('ledger_unavailable', 'closing'));
    // A copy: the caller may use its buffer again before the block is made.
    const bytes = Uint8Array.from(envelope);
    const decoded = decodeEnvelope(bytes, this.#crypto);
    if (!decoded.ok) return Promise.resolve(decoded);
    const { id } = decoded.value;
    const known = this.#machine?.heightOf(id);
    if (known !== undefined) return Promise.resolve(ok({ id, status: 'exists', height: known }));
    if (this.#room.size >= WAITING_TRANSACTIONS)
      return Promise.resolve(refuse('ledger_unavailable', 'too much waits; send it again'));
    return new Promise((answer) => this.#room.enter(decoded.value, bytes, answer));
  }

  view(): Result<View, 'ledger_unavailable'> {
    const machine = this.#machine;
    return machine === undefined ? refuse('ledger_unavailable') : ok(machine);
  }

  blocks(from: number, limit: number): readonly BlockEvents[] {
    if (this.#newest?.height === from && limit > 0) return [this.#newest];
    return this.#store.blocks(from, limit).map(({ header, events }) => ({
      height: header.height,
      time: header.time,
      stateHash: header.stateHash,
      transactions: this.#store.ids(header.height),
      events,
    }));
  }

  block(height: number): BlockRecord | undefined {
    const found = this.#store.blocks(height, 1)[0];
    if (found?.header.height !== height) return undefined;
    return { header: found.header, hash: found.hash, transactions: this.#store.ids(height) };
  }

  transactions(height: number): readonly StoredTransaction[] {
    return this.#store.transactions(height);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#room.size > 0) {
      await this.#room.allReady();
      this.#settle(this.#room.take());
    }
    await this.#pool?.close();
    this.#listeners.clear();
    this.#opened.close();
  }

  /** Makes a block of a batch, stores it, then answers everybody in it and tells the world. */
  #settle(batch: readonly Waiting<Answer>[]): void {
    if (batch.length === 0) return;
    const before = this.#height;
    const answers = this.#decide(batch);
    if (answers === 'one by one') {
      for (const one of batch) this.#settle([one]);
      return;
    }
    batch.forEach(({ answer }, i) => {
      answer(answers[i] as Answer);
    });
    if (this.#height > before) for (const listener of [...this.#listeners]) listener();
  }

  /** The answers of a batch whose block is stored; `one by one` after a bug, so that only the culprit goes without an answer. */
  #decide(batch: readonly Waiting<Answer>[]): readonly Answer[] | 'one by one' {
    const all = (detail: string): readonly Answer[] => batch.map(() => refuse('ledger_unavailable', detail));
    const machine = this.#machine ?? this.#reload();
    if (machine === undefined) return all('the disk cannot be read');
    let answers: readonly Answer[];
    let made: MadeBlock | undefined;
    try {
      machine.open(this.now());
      answers = batch.map((one) => {
        const applied = machine.apply(one, one.found);
        return applied.ok ? ok({ id: one.envelope.id, ...applied.value }) : applied;
      });
      made = machine.finish();
    } catch (error) {
      // What is in memory may be half of something: it is read back from disk.
      this.#fault(error);
      return batch.length === 1 ? all('internal error') : 'one by one';
    }
    if (made === undefined) return answers;
    try {
      this.#store.append(made.block, made.transactions, made.changes);
    } catch (error) {
      this.#fault(error);
      return all(error instanceof Error ? error.message : 'the disk cannot be written');
    }
    const { block, transactions } = made;
    const { height, time, stateHash } = block.header;
    this.#height = height;
    this.#time = time;
    this.#newest = {
      height,
      time,
      stateHash,
      transactions: transactions.map(({ id }) => id),
      events: block.events,
    };
    return answers;
  }

  #fault(error: unknown): void {
    this.#machine = undefined;
    this.#onFault(error);
    this.#reload();
  }

  #reload(): Machine | undefined {
    try {
      const restored = restore(this.#crypto, this.#store);
      if (restored.ok) this.#machine = restored.value;
      else this.#onFault(new Error(`the ledger on disk is damaged: ${restored.detail ?? ''}`));
    } catch (error) {
      this.#onFault(error);
    }
    return this.#machine;
  }
}
