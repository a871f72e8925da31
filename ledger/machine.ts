/**
 * From envelopes to blocks, without a disk: opens a block, applies transactions by the rules of src/economy, closes it into
 * a header with its hashes and the list of changed rows. The engine stores what comes out; a replay compares it with what
 * was stored (L6). Everything here depends only on the state and the block (L4).
 * Not here: when a block is made, its time, durability.
 */
import type { CryptoPort } from '../src/crypto-port.ts';
import {
  applyTransaction,
  type Block,
  beginBlock,
  type Options,
  requiredSigners,
} from '../src/economy/apply.ts';
import type { LedgerEvent } from '../src/economy/events.ts';
import { genesisEvent, genesisState } from '../src/economy/genesis.ts';
import { type BlockHeader, blockHash, transactionsRoot } from '../src/economy/inclusion.ts';
import { rebuildIndexes } from '../src/economy/indexes.ts';
import type { Genesis } from '../src/economy/parameters.ts';
import type { Refusal } from '../src/economy/refusals.ts';
import { State } from '../src/economy/state.ts';
import type { Envelope, Id, Seconds } from '../src/economy/transaction.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { genesisHash } from './genesis.ts';
import { LookUps } from './look-ups.ts';
import { RowSlots } from './row-slots.ts';
import type { SlotChange, StoredBlock, StoredRow, StoredTransaction } from './store.ts';

/** A finished block and what it changed. */
export interface MadeBlock {
  readonly block: StoredBlock;
  readonly transactions: readonly StoredTransaction[];
  readonly changes: readonly SlotChange[];
}

/** The block that is being made. */
interface Open {
  readonly block: Block;
  readonly events: LedgerEvent[];
  readonly transactions: StoredTransaction[];
  /** The table `meta` before it began, to take the beginning back when nothing came of it. */
  readonly meta: readonly (readonly [string, string])[];
}

export class Machine {
  readonly #crypto: CryptoPort;
  readonly genesis: Genesis;
  readonly state: State;
  readonly lookUps = new LookUps();
  readonly #slots: RowSlots;
  #header: BlockHeader | undefined;
  #hash: Id;
  #open: Open | undefined;

  private constructor(crypto: CryptoPort, genesis: Genesis, state: State) {
    this.#crypto = crypto;
    this.genesis = genesis;
    this.state = state;
    this.#slots = new RowSlots(crypto, state);
    this.#hash = genesisHash(crypto, genesis);
  }

  /** A new chain and its block 0. `fill` puts rows into it that the chain does not tell of (`import.ts`). */
  static begin(
    crypto: CryptoPort,
    genesis: Genesis,
    fill: (state: State) => void = () => undefined,
  ): { readonly machine: Machine; readonly made: MadeBlock } {
    const machine = new Machine(crypto, genesis, genesisState(genesis));
    fill(machine.state);
    return { machine, made: machine.#close(0, genesis.time, [genesisEvent(genesis)], []) };
  }

  /** The state as stored. Refuses `damaged` when the rows do not give the state hash of the last block. */
  static restore(
    crypto: CryptoPort,
    genesis: Genesis,
    head: StoredBlock,
    rows: Iterable<StoredRow>,
  ): Result<Machine, 'damaged'> {
    const machine = new Machine(crypto, genesis, new State());
    const slots = machine.#slots;
    const restored = (table: string, key: string): void => machine.lookUps.touched(machine.state, table, key);
    const intern = interning();
    for (const row of rows)
      if (!slots.load(row, intern, restored)) return refuse('damaged', `unknown table ${row.name}`);
    slots.reserve(head.slots);
    if (slots.slots !== head.slots || slots.root() !== head.header.stateHash)
      return refuse('damaged', `state hash at height ${head.header.height}`);
    rebuildIndexes(machine.state);
    machine.#header = head.header;
    machine.#hash = head.hash;
    return ok(machine);
  }

  /** The last finished block's header. */
  get header(): BlockHeader {
    if (this.#header === undefined) throw new Error('no block yet');
    return this.#header;
  }

  get hash(): Id {
    return this.#hash;
  }

  /** The block that has a transaction, the open one included. */
  heightOf(id: Id): number | undefined {
    return this.state.transactions.get(id);
  }

  /** Whether the keys that an envelope names are those that must sign it, as of the last block. Says nothing of the signatures. */
  signersFit({ transaction, signatures }: Envelope): boolean {
    const { state, genesis } = this;
    const { height, time } = this.header;
    const { chain, parameters } = genesis;
    const block = { state, crypto: this.#crypto, parameters, chain, height, time };
    const offered = signatures.map(({ key }) => key);
    const signers = requiredSigners(block, transaction, offered);
    return (
      signers.ok &&
      signers.value.length === offered.length &&
      signers.value.every((key) => offered.includes(key))
    );
  }

  /** Opens the next block. Revisions that are due by `time` happen now. */
  open(time: Seconds): void {
    if (this.#open !== undefined) throw new Error('a block is open');
    const { state, genesis } = this;
    const meta = [...state.meta.entries()];
    const chain = { state, crypto: this.#crypto, parameters: genesis.parameters, chain: genesis.chain };
    const { block, events } = beginBlock(chain, time);
    this.#open = { block, events: [...events], transactions: [], meta };
  }

  /** Applies a transaction to the open block. Refused, it has changed nothing; `exists` is its height in the chain. */
  apply(
    { envelope, bytes }: { readonly envelope: Envelope; readonly bytes: Uint8Array },
    options: Options = {},
  ): Result<{ readonly status: 'accepted' | 'exists'; readonly height: number }, Refusal> {
    const open = this.#opened();
    const applied = applyTransaction(open.block, envelope, options);
    if (!applied.ok) return applied;
    const { status, events } = applied.value;
    if (status === 'accepted') {
      open.events.push(...events);
      open.transactions.push({ id: envelope.id, envelope: bytes });
    }
    return ok({ status, height: this.heightOf(envelope.id) ?? open.block.height });
  }

  /** Closes the open block. undefined when nothing happened in it, neither a transaction nor a revision: then there is no block, and the state is what it was. */
  finish(): MadeBlock | undefined {
    const { block, events, transactions, meta } = this.#opened();
    this.#open = undefined;
    const idle = this.state.tables().every((table) => table.name === 'meta' || table.idle);
    if (!idle || transactions.length > 0) return this.#close(block.height, block.time, events, transactions);
    for (const [key, row] of meta) this.state.meta.restore(key, row);
    this.state.meta.drained();
    return undefined;
  }

  #opened(): Open {
    if (this.#open === undefined) throw new Error('no block is open');
    return this.#open;
  }

  #close(
    height: number,
    time: Seconds,
    events: readonly LedgerEvent[],
    transactions: readonly StoredTransaction[],
  ): MadeBlock {
    const changes = this.#slots.drain(this.lookUps, this.state);
    const header: BlockHeader = {
      height,
      time,
      previous: this.#hash,
      count: transactions.length,
      transactionsRoot: transactionsRoot(
        this.#crypto,
        transactions.map(({ id }) => id),
      ),
      stateHash: this.#slots.root(),
    };
    this.#header = header;
    this.#hash = blockHash(this.#crypto, this.genesis.chain, header);
    const block = { header, hash: this.#hash, slots: this.#slots.slots, events };
    return { block, transactions, changes };
  }
}

/** Makes equal texts one object: ids stand in many rows. Forgets what it knows when that becomes much. */
function interning(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size === INTERNED) known.clear();
    known.set(text, text);
    return text;
  };
}
const INTERNED = 1_000_000;
