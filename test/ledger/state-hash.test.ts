import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { rowHash, SlotTree } from '../../ledger/state-hash.ts';
import { ascii, beBytes, concat, toHex } from '../../src/bytes.ts';

const leaf = (n: number): Uint8Array => nodeCrypto.sha256(ascii(`row ${n}`));

/** The same hash worked out in one go, from the definition. */
function definition(leaves: readonly (Uint8Array | undefined)[]): string {
  let level = leaves.map((hash) => hash ?? new Uint8Array(32));
  let empty: Uint8Array = new Uint8Array(32);
  let depth = 0;
  do {
    const node = (children: readonly Uint8Array[]): Uint8Array => {
      const sixteen = Array.from({ length: 16 }, (_, i) => children[i] ?? empty);
      return nodeCrypto.sha256(concat(Uint8Array.of(1), ...sixteen));
    };
    const nodes = Math.max(1, Math.ceil(level.length / 16));
    level = Array.from({ length: nodes }, (_, i) => node(level.slice(16 * i, 16 * i + 16)));
    empty = node([]);
    depth++;
  } while (level.length > 1);
  const top = level[0] as Uint8Array;
  return toHex(
    nodeCrypto.sha256(concat(ascii('timecard/state'), beBytes(leaves.length, 8), beBytes(depth, 1), top)),
  );
}

test('L4: kept up row by row, the hash is that of the contents, whatever the way there', () => {
  const write = fc.record({ slot: fc.nat(300), row: fc.option(fc.nat(5)), root: fc.boolean() });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
      const tree = new SlotTree(nodeCrypto);
      const leaves: (Uint8Array | undefined)[] = [];
      for (const { slot: wish, row, root } of writes) {
        // A slot is a known one or the next.
        const slot = Math.min(wish, leaves.length);
        const hash = row === null ? undefined : leaf(row);
        tree.set(slot, hash);
        leaves[slot] = hash;
        if (root) expect(tree.root()).toBe(definition(leaves));
      }
      expect(tree.root()).toBe(definition(leaves));
      expect(tree.slots).toBe(leaves.length);
    }),
  );
});

test('L4: growing past a power of sixteen keeps what is there', () => {
  const tree = new SlotTree(nodeCrypto);
  const leaves: Uint8Array[] = [];
  for (let slot = 0; slot < 4_200; slot++) {
    leaves.push(leaf(slot));
    tree.set(slot, leaves[slot]);
    if ([1, 15, 16, 17, 255, 256, 257, 258, 700, 4_095, 4_096, 4_097, 4_200].includes(slot + 1))
      expect(tree.root()).toBe(definition(leaves));
  }
});

test('loading with slots that were emptied gives the same hash', () => {
  const tree = new SlotTree(nodeCrypto);
  for (let slot = 0; slot < 100; slot++) tree.set(slot, leaf(slot));
  for (const slot of [0, 17, 98, 99]) tree.set(slot, undefined);
  const loaded = new SlotTree(nodeCrypto);
  for (let slot = 0; slot < 98; slot++) if (slot !== 0 && slot !== 17) loaded.set(slot, leaf(slot));
  expect(loaded.root()).not.toBe(tree.root());
  loaded.reserve(100);
  expect(loaded.root()).toBe(tree.root());
});

test('table, key and row are told apart in a leaf', () => {
  const hashes = [
    ['a', 'b', 'c'],
    ['ab', '', 'c'],
    ['a', 'bc', ''],
    ['', 'ab', 'c'],
  ].map(([table, key, row]) =>
    toHex(rowHash(nodeCrypto, table as string, key as string, ascii(row as string))),
  );
  expect(new Set(hashes).size).toBe(hashes.length);
});
