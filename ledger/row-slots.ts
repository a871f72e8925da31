/**
 * Where the rows of the state stand in its tree (state-hash.ts) and on disk: which slot a row has, and what changed in the slots
 * since the last block. A row has a slot of its own, except in the tables that only ever grow by many ids at once with the
 * same row (a redemption's serials, a block's transactions): there, what is born in one block with the same row shares a
 * slot as a bundle, because hashing and writing each by itself would cost more than all else about it. A bundle's slot
 * has an empty key and the row [row, ids one after the other, 32 bytes each]. A row that leaves its bundle gets a slot of its own.
 * Everything here follows from the rows and the order of blocks, so that every node has the same slots.
 */
import { toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { CborWriter } from '../src/economy/cbor-write.ts';
import { decodeRow, encodeRow } from '../src/economy/dump.ts';
import { IdRows } from '../src/economy/id-rows.ts';
import type { State, Table } from '../src/economy/state.ts';
import type { Id } from '../src/economy/transaction.ts';
import { BUNDLE_ROWS } from '../src/limits.ts';
import type { LookUps } from './look-ups.ts';
import { rowHash, SlotTree } from './state-hash.ts';
import type { SlotChange, StoredRow } from './store.ts';

/** Tables whose keys are ids and whose rows are bundled. No rule goes through them in order, which a bundle does not keep. */
const BUNDLED: ReadonlySet<string> = new Set(['transactions', 'serials', 'blinded']);
const ID = 32;

interface Bundle {
  readonly row: unknown;
  /** One after the other. */
  readonly ids: Uint8Array;
}

/** One table's rows: slots by key, and its bundles by slot. */
interface Places {
  readonly table: Table<unknown>;
  readonly slots: Map<string, number> | IdRows<number>;
  readonly bundles: Map<number, Bundle> | undefined;
}

export class RowSlots {
  readonly #crypto: CryptoPort;
  readonly #tree: SlotTree;
  readonly #writer = new CborWriter();
  readonly #places = new Map<string, Places>();

  constructor(crypto: CryptoPort, state: State) {
    this.#crypto = crypto;
    this.#tree = new SlotTree(crypto);
    for (const table of state.tables())
      this.#places.set(table.name, {
        table,
        slots: table.byId ? new IdRows() : new Map(),
        bundles: BUNDLED.has(table.name) ? new Map() : undefined,
      });
  }

  /** Slots ever given. */
  get slots(): number {
    return this.#tree.slots;
  }

  root(): Id {
    return this.#tree.root();
  }

  /** Puts back what is stored in a slot. False when there is no such table. `restored` hears of every row of the state. */
  load(
    { slot, name, key, row }: StoredRow,
    intern: (text: string) => string,
    restored: (table: string, key: string) => void,
  ): boolean {
    const places = this.#places.get(name);
    if (places === undefined) return false;
    this.#tree.set(slot, rowHash(this.#crypto, name, key, row));
    const value = decodeRow(row, intern);
    const put = (at: string, one: unknown): void => {
      places.table.restore(at, one);
      places.slots.set(at, slot);
      restored(name, at);
    };
    if (key !== '') {
      put(key, value);
      return true;
    }
    const [one, ids] = value as [unknown, Uint8Array];
    for (let at = 0; at < ids.length; at += ID) put(toHex(ids.subarray(at, at + ID)), one);
    // A copy: what was read is a view of a page of the database.
    places.bundles?.set(slot, { row: one, ids: Uint8Array.from(ids) });
    return true;
  }

  /** Declares that `slots` slots were given, the missing ones empty by now. For loading from disk. */
  reserve(slots: number): void {
    this.#tree.reserve(slots);
  }

  /** Takes what the tables say was touched: first what changed or went, then what was born, each table after the other. `lookUps` hear of the keys they follow. */
  drain(lookUps: Pick<LookUps, 'follows' | 'touched'>, state: State): SlotChange[] {
    const changes: SlotChange[] = [];
    for (const places of this.#places.values()) {
      const { table } = places;
      if (table.touched.size === 0) continue;
      if (lookUps.follows(table.name))
        for (const key of table.touched) lookUps.touched(state, table.name, key);
      if (places.bundles === undefined) {
        this.#drainChanged(places, changes);
        this.#drainBorn(places, table.born, changes);
      } else this.#drainBundles(places, places.bundles, changes);
      table.touched.clear();
      table.born.clear();
      table.gone.clear();
    }
    return changes;
  }

  /** Rows with a slot of their own that changed or went. */
  #drainChanged({ table, slots }: Places, changes: SlotChange[]): void {
    for (const key of table.touched) {
      const slot = isStored(table, key) ? slots.get(key) : undefined;
      if (slot === undefined) continue;
      if (table.has(key) && !table.born.has(key))
        changes.push(this.#write(slot, false, table.name, key, table.get(key)));
      else {
        slots.delete(key);
        changes.push(this.#empty(slot, table.name, key));
      }
    }
  }

  #drainBorn({ table, slots }: Places, born: Iterable<string>, changes: SlotChange[]): void {
    for (const key of born) {
      const slot = this.#tree.slots;
      slots.set(key, slot);
      changes.push(this.#write(slot, true, table.name, key, table.get(key)));
    }
  }

  #drainBundles(places: Places, bundles: Map<number, Bundle>, changes: SlotChange[]): void {
    const { table, slots } = places;
    const left = new Set<number>();
    const alone: string[] = [];
    for (const key of table.touched) {
      const slot = isStored(table, key) ? slots.get(key) : undefined;
      const bundle = slot === undefined ? undefined : bundles.get(slot);
      if (slot === undefined || bundle === undefined) continue;
      bundles.set(slot, without(bundle, key));
      left.add(slot);
      slots.delete(key);
      if (table.has(key) && !table.born.has(key)) alone.push(key);
    }
    for (const slot of left) {
      const bundle = bundles.get(slot) as Bundle;
      if (bundle.ids.length === 0) {
        bundles.delete(slot);
        changes.push(this.#empty(slot, table.name, ''));
      } else changes.push(this.#write(slot, false, table.name, '', rowOf(bundle)));
    }
    this.#drainChanged(places, changes);
    const single: string[] = [];
    for (const { row, keys } of alikeIn(table)) {
      const [first, second] = keys;
      if (first === undefined || second === undefined) {
        if (first !== undefined) single.push(first);
        continue;
      }
      const slot = this.#tree.slots;
      const bundle = { row, ids: packed(keys) };
      bundles.set(slot, bundle);
      for (const key of keys) slots.set(key, slot);
      changes.push(this.#write(slot, true, table.name, '', rowOf(bundle)));
    }
    this.#drainBorn(places, [...alone, ...single], changes);
  }

  #write(slot: number, born: boolean, name: string, key: string, value: unknown): SlotChange {
    const row = encodeRow(value, this.#writer);
    this.#tree.set(slot, rowHash(this.#crypto, name, key, row));
    return { slot, born, name, key, row };
  }

  #empty(slot: number, name: string, key: string): SlotChange {
    this.#tree.set(slot, undefined);
    return { slot, born: false, name, key };
  }
}

/** Whether a touched key had a row when the block began. */
function isStored({ born, gone }: Table<unknown>, key: string): boolean {
  return !born.has(key) || gone.has(key);
}

interface Alike {
  readonly row: unknown;
  readonly keys: Id[];
}

/** What was born in a table, rows of equal contents together, in the order of their first. */
function alikeIn(table: Table<unknown>): Alike[] {
  const all: Alike[] = [];
  /** By the row itself, which rules share, and by its contents. */
  const byRow = new Map<unknown, Alike>();
  const byContents = new Map<string, Alike>();
  for (const key of table.born) {
    const row = table.get(key);
    let alike = byRow.get(row);
    if (alike === undefined || alike.keys.length === BUNDLE_ROWS) {
      const contents = toHex(encodeRow(row));
      alike = byContents.get(contents);
      if (alike === undefined || alike.keys.length === BUNDLE_ROWS) {
        alike = { row, keys: [] };
        all.push(alike);
        byContents.set(contents, alike);
      }
      byRow.set(row, alike);
    }
    alike.keys.push(key);
  }
  return all;
}

function packed(keys: readonly Id[]): Uint8Array {
  const ids = Buffer.allocUnsafeSlow(keys.length * ID);
  keys.forEach((key, i) => {
    if (ids.write(key, i * ID, 'hex') !== ID) throw new Error(`${key} is no id`);
  });
  return ids;
}

/** The bundle without one of its ids. */
function without({ row, ids }: Bundle, key: Id): Bundle {
  const id = Buffer.from(key, 'hex');
  let at = 0;
  while (!id.equals(ids.subarray(at, at + ID))) at += ID;
  return { row, ids: Buffer.concat([ids.subarray(0, at), ids.subarray(at + ID)]) };
}

/** What is stored of a bundle. */
function rowOf({ row, ids }: Bundle): readonly [unknown, Uint8Array] {
  return [row, ids];
}
