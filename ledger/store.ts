/**
 * Reading and writing a node's tables (schema.sql). A block goes in whole or not at all: its row, its transactions and the
 * rows of the state that it touched, in one SQLite transaction. Hashes and ids are blobs on disk and hex here.
 * Not here: opening the file (database.ts), what rows mean.
 */
import { toHex } from '../src/bytes.ts';
import type { LedgerEvent } from '../src/economy/events.ts';
import type { BlockHeader } from '../src/economy/inclusion.ts';
import type { Id } from '../src/economy/transaction.ts';
import type { Database } from './database.ts';

export interface StoredBlock {
  readonly header: BlockHeader;
  readonly hash: Id;
  /** Slots of the state tree given so far. */
  readonly slots: number;
  readonly events: readonly LedgerEvent[];
}

export interface StoredTransaction {
  readonly id: Id;
  readonly envelope: Uint8Array;
}

/** One row of the state in its slot; without `row` the slot became empty. */
export interface SlotChange {
  readonly slot: number;
  /** The slot was given with this row. */
  readonly born: boolean;
  readonly name: string;
  readonly key: string;
  readonly row?: Uint8Array;
}

interface BlockColumns {
  readonly height: number;
  readonly time: number;
  readonly previous: Uint8Array;
  readonly transactions_root: Uint8Array;
  readonly state_hash: Uint8Array;
  readonly hash: Uint8Array;
  readonly count: number;
  readonly slots: number;
  readonly events: string;
}

function stored(b: BlockColumns): StoredBlock {
  return {
    header: {
      height: b.height,
      time: b.time,
      previous: toHex(b.previous),
      count: b.count,
      transactionsRoot: toHex(b.transactions_root),
      stateHash: toHex(b.state_hash),
    },
    hash: toHex(b.hash),
    slots: b.slots,
    events: JSON.parse(b.events) as LedgerEvent[],
  };
}

/** A row of the state as stored. */
export type StoredRow = Required<Omit<SlotChange, 'born'>>;

/** The bytes of a hash or id of ours. */
function blob(id: Id): Uint8Array {
  return Buffer.from(id, 'hex');
}

/** A Buffer's bytes as a plain Uint8Array: rows go back to rules, which know no Buffer. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

export class Store {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    const prepare = <R>(sql: string) => database.prepare<unknown[], R>(sql);
    this.#statements = {
      genesis: prepare<{ document: string }>('select document from genesis'),
      putGenesis: prepare('insert into genesis (one, document) values (1, ?)'),
      head: prepare<BlockColumns>('select * from blocks order by height desc limit 1'),
      blocks: prepare<BlockColumns>('select * from blocks where height >= ? order by height limit ?'),
      putBlock: prepare(
        `insert into blocks (height, time, previous, transactions_root, state_hash, hash, count, slots, events)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      ids: prepare<{ id: Uint8Array }>('select id from transactions where height = ? order by position'),
      envelopes: prepare<{ id: Uint8Array; envelope: Uint8Array }>(
        'select id, envelope from transactions where height = ? order by position',
      ),
      putTransaction: prepare(
        'insert into transactions (height, position, id, envelope) values (?, ?, ?, ?)',
      ),
      rows: prepare<{ slot: number; name: string; key: string; row: Uint8Array }>(
        'select slot, name, key, row from state_rows order by slot',
      ),
      putRow: prepare('insert into state_rows (slot, name, key, row) values (?, ?, ?, ?)'),
      changeRow: prepare('update state_rows set row = ? where slot = ?'),
      dropRow: prepare('delete from state_rows where slot = ?'),
    };
  }

  /** Reads as of one moment, while another process may be writing. */
  together<T>(read: () => T): T {
    return this.#database.transaction(read).deferred();
  }

  /** The genesis document, or undefined in a new folder. */
  genesis(): string | undefined {
    return this.#statements.genesis.get()?.document;
  }

  head(): StoredBlock | undefined {
    const found = this.#statements.head.get();
    return found === undefined ? undefined : stored(found);
  }

  /** At most `limit` blocks from height `from` on. */
  blocks(from: number, limit: number): StoredBlock[] {
    return this.#statements.blocks.all(from, limit).map(stored);
  }

  /** Ids of a block's transactions in their order. */
  ids(height: number): Id[] {
    return this.#statements.ids.all(height).map(({ id }) => toHex(id));
  }

  transactions(height: number): StoredTransaction[] {
    return this.#statements.envelopes
      .all(height)
      .map(({ id, envelope }) => ({ id: toHex(id), envelope: plain(envelope) }));
  }

  /** All rows of the state, in the order in which they were born. */
  *rows(): IterableIterator<StoredRow> {
    for (const { slot, name, key, row } of this.#statements.rows.iterate())
      yield { slot, name, key, row: plain(row) };
  }

  /** Writes a block durably: when this returns, a power failure does not lose it. Throws when SQLite cannot; then nothing was written. */
  append(
    block: StoredBlock,
    transactions: readonly StoredTransaction[],
    changes: readonly SlotChange[],
    genesis?: string,
  ): void {
    const s = this.#statements;
    const { header: h } = block;
    this.#database
      .transaction(() => {
        if (genesis !== undefined) s.putGenesis.run(genesis);
        s.putBlock.run(
          h.height,
          h.time,
          blob(h.previous),
          blob(h.transactionsRoot),
          blob(h.stateHash),
          blob(block.hash),
          h.count,
          block.slots,
          JSON.stringify(block.events),
        );
        transactions.forEach(({ id, envelope }, position) => {
          s.putTransaction.run(h.height, position, blob(id), envelope);
        });
        for (const { slot, born, name, key, row } of changes)
          if (row === undefined) s.dropRow.run(slot);
          else if (born) s.putRow.run(slot, name, key, row);
          else if (s.changeRow.run(row, slot).changes !== 1) throw new Error(`slot ${slot} is not on disk`);
      })
      .immediate();
  }
}
