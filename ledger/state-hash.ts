/**
 * The state hash (rule L4): one hash over the contents of all tables, kept up to date row by row. Every row has a slot,
 * given in the order in which rows are born and never given again; slots are the leaves of a dense Merkle tree, sixteen
 * children a node, leaves and nodes domain-separated as in RFC 9162 §2.1.1. A change costs one path to the root, whatever the
 * size of the state, and changes of one block share what they can of their paths: with sixteen children a path over a million rows
 * has five nodes, and a call of the hash function costs more than the bytes it is given. The hash depends on nothing but
 * the rows and the order in which they were born, so a replay meets it.
 * Not here: how a row becomes bytes (src/economy), where slots are stored (store.ts).
 */
import { ascii, beBytes, concat, toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import type { Id } from '../src/economy/transaction.ts';

const HASH = 32;
/** Children of a node. */
const ARITY = 16;
const LEAF = 0;
const NODE = 1;
/** What stands where a row was deleted or none has been yet. */
const EMPTY = new Uint8Array(HASH);

/** A row's leaf: SHA-256(0x00 ‖ table ‖ key ‖ row), the first two with their lengths (UTF-8, 1 and 2 bytes). */
export function rowHash(crypto: CryptoPort, table: string, key: string, row: Uint8Array): Uint8Array {
  // Keys are ids: three bytes a character is more than enough, and the buffer is the runtime's own.
  const data = Buffer.allocUnsafe(4 + 3 * (table.length + key.length) + row.length);
  data[0] = LEAF;
  const name = data.write(table, 2);
  data[1] = name;
  const text = data.write(key, 4 + name);
  if (name > 0xff || text > 0xffff) throw new Error('a name or key is too long');
  data.writeUInt16BE(text, 2 + name);
  data.set(row, 4 + name + text);
  return crypto.sha256(data.subarray(0, 4 + name + text + row.length));
}

/** One level of the tree: hashes one after the other, beyond the last one those of emptiness. */
interface Level {
  hashes: Uint8Array;
  /** The hash of an empty subtree of this height. */
  readonly empty: Uint8Array;
}

/** A dense Merkle tree over slots 0, 1, 2 … */
export class SlotTree {
  readonly #crypto: CryptoPort;
  /** #levels[0] are the leaves, the last one is the root alone. Room is made in whole nodes. */
  readonly #levels: Level[] = [];
  #slots = 0;
  /** Leaves that changed since the last root. */
  readonly #dirty = new Set<number>();
  /** What is hashed for a node: 0x01 ‖ its children. */
  readonly #node = new Uint8Array(1 + ARITY * HASH);

  constructor(crypto: CryptoPort) {
    this.#crypto = crypto;
    this.#node[0] = NODE;
    this.#grow(1);
  }

  /** Slots ever given; the next one's number. */
  get slots(): number {
    return this.#slots;
  }

  /** Writes a leaf (a row's hash), or empties it. A slot at or beyond `slots` is thereby given, and all before it. */
  set(slot: number, hash: Uint8Array | undefined): void {
    if (slot >= this.#slots) this.reserve(slot + 1);
    (this.#levels[0] as Level).hashes.set(hash ?? EMPTY, slot * HASH);
    this.#dirty.add(slot);
  }

  /** Declares that `slots` slots were given, the missing ones empty by now. For loading from disk. */
  reserve(slots: number): void {
    this.#grow(slots);
    this.#slots = Math.max(this.#slots, slots);
  }

  /** SHA-256 of `timecard/state` ‖ slots given (8) ‖ levels below the root (1) ‖ root of the tree. */
  root(): Id {
    this.#hashDirty();
    const depth = this.#levels.length - 1;
    const top = (this.#levels[depth] as Level).hashes.subarray(0, HASH);
    return toHex(
      this.#crypto.sha256(concat(ascii('timecard/state'), beBytes(this.#slots, 8), beBytes(depth, 1), top)),
    );
  }

  #hashDirty(): void {
    let dirty: ReadonlySet<number> = this.#dirty;
    for (let level = 0; level + 1 < this.#levels.length; level++) {
      const below = (this.#levels[level] as Level).hashes;
      const above = (this.#levels[level + 1] as Level).hashes;
      const parents = new Set<number>();
      for (const node of dirty) parents.add(Math.floor(node / ARITY));
      for (const parent of parents) above.set(this.#hashNode(below, parent), parent * HASH);
      dirty = parents;
    }
    this.#dirty.clear();
  }

  #hashNode(children: Uint8Array, node: number): Uint8Array {
    const at = node * ARITY * HASH;
    this.#node.set(children.subarray(at, at + ARITY * HASH), 1);
    return this.#crypto.sha256(this.#node);
  }

  /** Room for at least `slots` leaves, and as many levels as they need, at least one above them. */
  #grow(slots: number): void {
    let nodes = slots;
    for (let level = 0; ; level++) {
      const isRoot = level > 0 && nodes <= 1;
      const known = this.#levels[level];
      if (known === undefined) {
        const empty = level === 0 ? EMPTY : this.#emptyAbove(this.#levels[level - 1] as Level);
        this.#levels.push({ hashes: room(undefined, nodes, empty), empty });
        // The path to the new root must be hashed.
        this.#dirty.add(0);
      } else if (known.hashes.length < nodes * HASH) known.hashes = room(known.hashes, nodes, known.empty);
      if (isRoot) return;
      nodes = Math.ceil(nodes / ARITY);
    }
  }

  #emptyAbove({ empty }: Level): Uint8Array {
    for (let i = 0; i < ARITY; i++) this.#node.set(empty, 1 + i * HASH);
    return this.#crypto.sha256(this.#node);
  }
}

/** Space for at least `nodes` hashes in whole nodes, half as much again as before so that growing is rare, filled up with emptiness. */
function room(old: Uint8Array | undefined, nodes: number, empty: Uint8Array): Uint8Array {
  const wanted = Math.max(nodes, Math.floor((1.5 * (old?.length ?? 0)) / HASH));
  const space = new Uint8Array(Math.ceil(wanted / ARITY) * ARITY * HASH);
  if (old !== undefined) space.set(old);
  for (let at = old?.length ?? 0; at < space.length; at += HASH) space.set(empty, at);
  return space;
}
