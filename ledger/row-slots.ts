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
import { type Bundle, Bundles, ID_BYTES, packed } from './bundles.ts';
import type { LookUps } from './look-ups.ts';
import { rowHash, SlotTree } from './state-hash.ts';
import type { SlotChange, StoredRow } from './store.ts';

/** Tables whose keys are ids and whose rows are bundled. No rule goes through them in order, which a bundle does not keep. */
const BUNDLED: ReadonlySet<string> = new Set(['transactions', 'serials', 'blinded']);

/** Where one table's rows are: slots by key of those with one of their own, and the bundles. */
interface Places {
  readonly table: Table<unknown>;
  readonly slots: Map<string, number> | IdRows<number>;
  readonly bundles: Bundles | undefined;
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
        bundles: BUNDLED.has(table.name) ? new Bundles() : undefined,
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
    if (key !== '') {
      places.table.restore(key, value);
      places.slots.set(key, slot);
      restored(name, key);
      return true;
    }
    const [one, ids] = value as [unknown, Uint8Array];
    for (let at = 0; at < ids.length; at += ID_BYTES) {
      const id = toHex(ids.subarray(at, at + ID_BYTES));
      places.table.restore(id, one);
      restored(name, id);
    }
    // A copy: what was read is a view of a page of the database.
    places.bundles?.add({ slot, rows: [one], ids: Uint8Array.from(ids) });
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
      if (table.idle) continue;
      if (lookUps.follows(table.name)) {
        for (const key of table.changed.keys()) lookUps.touched(state, table.name, key);
        for (const key of table.born.keys()) lookUps.touched(state, table.name, key);
      }
      if (places.bundles === undefined) {
        this.#drainChanged(places, changes);
        this.#drainBorn(places, table.born, changes);
      } else this.#drainBundles(places, places.bundles, changes);
      table.drained();
    }
    return changes;
  }

  /** Rows with a slot of their own that changed or went. */
  #drainChanged({ table, slots }: Places, changes: SlotChange[]): void {
    for (const key of table.changed.keys()) {
      const slot = slots.get(key);
      if (slot === undefined) continue;
      const row = table.born.has(key) ? undefined : table.get(key);
      if (row !== undefined) changes.push(this.#write(slot, false, table.name, key, row));
      else {
        slots.delete(key);
        changes.push(this.#empty(slot, table.name, key));
      }
    }
  }

  #drainBorn(
    { table, slots }: Places,
    born: Iterable<readonly [string, unknown]>,
    changes: SlotChange[],
  ): void {
    for (const [key, row] of born) {
      const slot = this.#tree.slots;
      slots.set(key, slot);
      changes.push(this.#write(slot, true, table.name, key, row));
    }
  }

  #drainBundles(places: Places, bundles: Bundles, changes: SlotChange[]): void {
    const { table } = places;
    const left = new Set<Bundle>();
    const alone: [string, unknown][] = [];
    for (const [key, before] of table.changed) {
      const bundle = places.slots.has(key) ? undefined : bundles.takeOut(key, before);
      if (bundle === undefined) continue;
      left.add(bundle);
      const row = table.born.has(key) ? undefined : table.get(key);
      if (row !== undefined) alone.push([key, row]);
    }
    for (const bundle of left)
      if (bundle.ids.length === 0) changes.push(this.#empty(bundle.slot, table.name, ''));
      else changes.push(this.#writeBundle(bundle, false, table.name));
    this.#drainChanged(places, changes);
    const single: [string, unknown][] = [];
    for (const { rows, keys } of alike(table.born)) {
      const [first, second] = keys;
      if (first === undefined || second === undefined) {
        if (first !== undefined) single.push([first, rows[0]]);
        continue;
      }
      const bundle = { slot: this.#tree.slots, rows, ids: packed(keys) };
      bundles.add(bundle);
      changes.push(this.#writeBundle(bundle, true, table.name));
    }
    this.#drainBorn(places, [...alone, ...single], changes);
  }

  #writeBundle({ slot, rows, ids }: Bundle, born: boolean, name: string): SlotChange {
    return this.#write(slot, born, name, '', [rows[0], ids]);
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

interface Alike {
  /** Different objects of the same contents. */
  readonly rows: unknown[];
  readonly keys: Id[];
}

/** What was born, rows of equal contents together, in the order of their first. */
function alike(born: ReadonlyMap<string, unknown>): Alike[] {
  const all: Alike[] = [];
  /** By the row itself, which rules share, and by its contents. */
  const byRow = new Map<unknown, Alike>();
  const byContents = new Map<string, Alike>();
  for (const [key, row] of born) {
    let found = byRow.get(row);
    if (found === undefined || found.keys.length === BUNDLE_ROWS) {
      const contents = toHex(encodeRow(row));
      found = byContents.get(contents);
      if (found === undefined || found.keys.length === BUNDLE_ROWS) {
        found = { rows: [], keys: [] };
        all.push(found);
        byContents.set(contents, found);
      }
      found.rows.push(row);
      byRow.set(row, found);
    }
    found.keys.push(key);
  }
  return all;
}
