/**
 * Ids that share one slot of the state's tree, because they were born in one block with equal rows (row-slots.ts). An id is found
 * by the row it had: rows are immutable and shared, so that a table of a million ids has some thousand rows, and no place needs
 * to be kept for each id a second time.
 */
import type { Id } from '../src/economy/transaction.ts';

export const ID_BYTES = 32;

/** `ids`: 32 bytes each, one after the other. `rows`: the objects that its ids have as their row, equal in contents. */
export interface Bundle {
  readonly slot: number;
  readonly rows: readonly unknown[];
  ids: Uint8Array;
}

export class Bundles {
  /** A row stands in several when it was used in several blocks. */
  readonly #byRow = new Map<unknown, Bundle[]>();

  add(bundle: Bundle): void {
    for (const row of bundle.rows) {
      const known = this.#byRow.get(row);
      if (known === undefined) this.#byRow.set(row, [bundle]);
      else known.push(bundle);
    }
  }

  /** Takes an id out of its bundle, which is given; undefined when an id with this row is in none. An emptied bundle is forgotten. */
  takeOut(id: Id, row: unknown): Bundle | undefined {
    const bytes = Buffer.from(id, 'hex');
    for (const bundle of this.#byRow.get(row) ?? []) {
      const at = placeOf(bytes, bundle.ids);
      if (at < 0) continue;
      bundle.ids = Buffer.concat([bundle.ids.subarray(0, at), bundle.ids.subarray(at + ID_BYTES)]);
      if (bundle.ids.length === 0) this.#forget(bundle);
      return bundle;
    }
    return undefined;
  }

  #forget(bundle: Bundle): void {
    for (const row of bundle.rows) {
      const others = (this.#byRow.get(row) ?? []).filter((other) => other !== bundle);
      if (others.length === 0) this.#byRow.delete(row);
      else this.#byRow.set(row, others);
    }
  }
}

/** Where an id stands among others; −1 when it does not. */
function placeOf(id: Buffer, ids: Uint8Array): number {
  for (let at = 0; at < ids.length; at += ID_BYTES) if (id.equals(ids.subarray(at, at + ID_BYTES))) return at;
  return -1;
}

/** Ids as they lie in a bundle: read at once, because a call for each costs more than its digits. */
export function packed(ids: readonly Id[]): Uint8Array {
  const bytes = Buffer.from(ids.join(''), 'hex');
  if (bytes.length !== ids.length * ID_BYTES) throw new Error('not ids');
  return bytes;
}
