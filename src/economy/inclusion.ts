/**
 * Blocks by their hashes: what a header says, the Merkle tree over a block's transaction ids (RFC 9162 §2.1, the tree of
 * Certificate Transparency, with SHA-256), and proofs that an id is in it. Anybody who has a block hash from somebody
 * they trust can check a proof without the ledger.
 * Not here: how a state hash comes about (ledger/state-hash.ts), who may make a block.
 */
import { ascii, beBytes, concat, equal, fromHex, hexBytes, toHex } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Id, Seconds } from './transaction.ts';

export interface BlockHeader {
  /** 0 is genesis. */
  readonly height: number;
  readonly time: Seconds;
  /** Hash of the block before; for genesis the hash of the genesis document. */
  readonly previous: Id;
  /** Number of transactions. */
  readonly count: number;
  /** Merkle tree hash of the transactions' ids in their order. */
  readonly transactionsRoot: Id;
  /** Hash of the state after the block. */
  readonly stateHash: Id;
}

/** That one transaction stands at `index` of a block. `path` from the leaf's sibling upwards (RFC 9162 §2.1.3). */
export interface InclusionProof {
  readonly chain: string;
  readonly header: BlockHeader;
  readonly index: number;
  readonly path: readonly Id[];
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** SHA-256(0x00 ‖ data): RFC 9162 §2.1.1. */
export function leafHash(crypto: CryptoPort, data: Uint8Array): Uint8Array {
  return crypto.sha256(concat(LEAF, data));
}

/** SHA-256(0x01 ‖ left ‖ right): RFC 9162 §2.1.1. */
export function nodeHash(crypto: CryptoPort, left: Uint8Array, right: Uint8Array): Uint8Array {
  return crypto.sha256(concat(NODE, left, right));
}

/** SHA-256 of `timecard/block` ‖ length of the chain id (1) ‖ chain id ‖ height (8) ‖ time (8) ‖ previous ‖ count (4) ‖ transactions root ‖ state hash. */
export function blockHash(crypto: CryptoPort, chain: string, header: BlockHeader): Id {
  const name = ascii(chain);
  return toHex(
    crypto.sha256(
      concat(
        ascii('timecard/block'),
        beBytes(name.length, 1),
        name,
        beBytes(header.height, 8),
        beBytes(header.time, 8),
        hexBytes(header.previous),
        beBytes(header.count, 4),
        hexBytes(header.transactionsRoot),
        hexBytes(header.stateHash),
      ),
    ),
  );
}

/** The greatest power of two below n; n ≥ 2. */
function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

/** Of the leaves `from` (included) to `to` (not included). */
function treeHash(
  crypto: CryptoPort,
  leaves: readonly Uint8Array[],
  from = 0,
  to = leaves.length,
): Uint8Array {
  if (to - from === 0) return crypto.sha256(new Uint8Array(0));
  if (to - from === 1) return leaves[from] as Uint8Array;
  const middle = from + split(to - from);
  return nodeHash(crypto, treeHash(crypto, leaves, from, middle), treeHash(crypto, leaves, middle, to));
}

function treePath(crypto: CryptoPort, leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k
    ? [...treePath(crypto, left, index), treeHash(crypto, right)]
    : [...treePath(crypto, right, index - k), treeHash(crypto, left)];
}

/** Merkle tree hash of a block's transaction ids in their order; of none, SHA-256 of nothing. */
export function transactionsRoot(crypto: CryptoPort, ids: readonly Id[]): Id {
  return toHex(
    treeHash(
      crypto,
      ids.map((id) => leafHash(crypto, hexBytes(id))),
    ),
  );
}

/** The audit path of the transaction at `index` (0 ≤ index < ids.length). */
export function inclusionPath(crypto: CryptoPort, ids: readonly Id[], index: number): Id[] {
  if (!(index >= 0 && index < ids.length)) throw new Error('index outside the block');
  return treePath(
    crypto,
    ids.map((id) => leafHash(crypto, hexBytes(id))),
    index,
  ).map(toHex);
}

/** The root that a leaf and its path lead to (RFC 9162 §2.1.3.2), or undefined when the path has a wrong length. */
function rootOf(
  crypto: CryptoPort,
  leaf: Uint8Array,
  index: number,
  count: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  let fn = index;
  let sn = count - 1;
  let root = leaf;
  for (const p of path) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(crypto, p, root);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else root = nodeHash(crypto, root, p);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? root : undefined;
}

const ID = /^[0-9a-f]{64}$/;
const CHAIN = /^[a-z0-9-]{4,32}$/;

function natural(n: unknown, max: number): boolean {
  return typeof n === 'number' && Number.isSafeInteger(n) && n >= 0 && n <= max;
}

/** Whether a proof from a stranger has the shape of one, so that hashing it cannot throw. */
function wellFormed(proof: InclusionProof): boolean {
  const { chain, header: h, index, path } = (proof ?? {}) as Partial<InclusionProof>;
  return (
    typeof h === 'object' &&
    h !== null &&
    Array.isArray(path) &&
    typeof chain === 'string' &&
    CHAIN.test(chain) &&
    [h.previous, h.transactionsRoot, h.stateHash, ...path].every(
      (x) => typeof x === 'string' && ID.test(x),
    ) &&
    natural(h.height, Number.MAX_SAFE_INTEGER) &&
    natural(h.time, Number.MAX_SAFE_INTEGER) &&
    natural(h.count, 0xffff_ffff) &&
    natural(index, h.count - 1) &&
    path.length <= 32
  );
}

/**
 * The hash of the block that contains transaction `id`, if the proof holds; compare it with one from a source you trust.
 * Refuses `malformed` (not a proof's shape) and `wrong_path` (the path does not lead to the header's root).
 */
export function verifyInclusion(
  crypto: CryptoPort,
  id: Id,
  proof: InclusionProof,
): Result<Id, 'malformed' | 'wrong_path'> {
  const bytes = fromHex(id);
  if (bytes === undefined || bytes.length !== 32 || !wellFormed(proof)) return refuse('malformed');
  const { header, index, path } = proof;
  const root = rootOf(crypto, leafHash(crypto, bytes), index, header.count, path.map(hexBytes));
  return root !== undefined && equal(root, hexBytes(header.transactionsRoot))
    ? ok(blockHash(crypto, proof.chain, header))
    : refuse('wrong_path');
}
