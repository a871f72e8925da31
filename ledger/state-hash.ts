/**
 * The state hash (rule L4): one hash over the contents of all tables, kept up to date row by row. Every row has a slot,
 * given in the order in which rows are born and never given again; slots are the leaves of a dense binary Merkle tree
 * whose hashes are domain-separated as in RFC 9162 §2.1.1. A change costs one path to the root, whatever the size of
 * the state; the hash depends on nothing but the rows and the order in which they were born, so a replay meets it.
 * Not here: how a row becomes bytes (src/economy), where slots are stored (store.ts).
 */
import { ascii, beBytes, concat, toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { leafHash, nodeHash } from '../src/economy/inclusion.ts';
import type { Id } from '../src/economy/transaction.ts';

const HASH = 32;
const SMALLEST = 64;
/** What stands where a row was deleted or none has been yet. */
const EMPTY = new Uint8Array(HASH);

/** A row's leaf: over table ‖ key ‖ row, the first two with their lengths (UTF-8, 1 and 2 bytes). */
export function rowHash(crypto: CryptoPort, table: string, key: string, row: Uint8Array): Uint8Array {
  const name = ascii(table);
  const text = new TextEncoder().encode(key);
  return leafHash(crypto, concat(beBytes(name.length, 1), name, beBytes(text.length, 2), text, row));
}

/** A dense Merkle tree over slots 0, 1, 2 … */
export class SlotTree {
  readonly #crypto: CryptoPort;
  /** levels[0] are the leaves; each level has half as many. All lengths are powers of two. */
  #levels: Uint8Array[] = [];
  /** The hash of an empty subtree, by level. */
  readonly #void: Uint8Array[] = [EMPTY];
  #slots = 0;
  /** Leaves that changed since the last root. */
  readonly #dirty = new Set<number>();

  constructor(crypto: CryptoPort) {
    this.#crypto = crypto;
    this.#grow(SMALLEST);
  }

  /** Slots ever given; the next one's number. */
  get slots(): number {
    return this.#slots;
  }

  /** Writes a leaf (a row's hash), or empties it. A slot at or beyond `slots` is thereby given, and all before it. */
  set(slot: number, hash: Uint8Array | undefined): void {
    if (slot >= this.#slots) this.reserve(slot + 1);
    (this.#levels[0] as Uint8Array).set(hash ?? EMPTY, slot * HASH);
    this.#dirty.add(slot);
  }

  /** Declares that `slots` slots were given, the missing ones empty by now. For loading from disk. */
  reserve(slots: number): void {
    this.#grow(slots);
    this.#slots = Math.max(this.#slots, slots);
  }

  /** SHA-256 of `timecard/state` ‖ slots given (8) ‖ depth (1) ‖ root of the tree. */
  root(): Id {
    this.#hashDirty();
    const depth = this.#levels.length - 1;
    const top = this.#levels[depth] as Uint8Array;
    return toHex(
      this.#crypto.sha256(
        concat(ascii('timecard/state'), beBytes(this.#slots, 8), beBytes(depth, 1), top.slice(0, HASH)),
      ),
    );
  }

  #hashDirty(): void {
    let dirty = new Set<number>(this.#dirty);
    this.#dirty.clear();
    for (let level = 0; level + 1 < this.#levels.length; level++) {
      const below = this.#levels[level] as Uint8Array;
      const above = this.#levels[level + 1] as Uint8Array;
      const parents = new Set<number>();
      for (const node of dirty) parents.add(node >>> 1);
      for (const parent of parents) {
        const at = 2 * parent * HASH;
        above.set(
          nodeHash(this.#crypto, below.subarray(at, at + HASH), below.subarray(at + HASH, at + 2 * HASH)),
          parent * HASH,
        );
      }
      dirty = parents;
    }
  }

  /** Room for at least `slots` leaves; new space holds the hashes of emptiness. */
  #grow(slots: number): void {
    let width = Math.max(SMALLEST, (this.#levels[0]?.length ?? 0) / HASH);
    while (width < slots) width *= 2;
    if (width * HASH === this.#levels[0]?.length) return;
    this.#hashDirty();
    const grown: Uint8Array[] = [];
    for (let level = 0, nodes = width; ; level++, nodes /= 2) {
      const old = this.#levels[level];
      const space = new Uint8Array(nodes * HASH);
      const empty = this.#voidAt(level);
      if (old !== undefined) space.set(old);
      for (let at = old?.length ?? 0; at < space.length; at += HASH) space.set(empty, at);
      grown.push(space);
      if (nodes === 1) break;
    }
    // Above the old root the left path must be hashed anew.
    this.#levels = grown;
    this.#dirty.add(0);
  }

  #voidAt(level: number): Uint8Array {
    for (let l = this.#void.length; l <= level; l++) {
      const half = this.#void[l - 1] as Uint8Array;
      this.#void.push(nodeHash(this.#crypto, half, half));
    }
    return this.#void[level] as Uint8Array;
  }
}
