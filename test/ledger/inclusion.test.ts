import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, beBytes, concat, hexBytes, toHex } from '../../src/bytes.ts';
import {
  type BlockHeader,
  blockHash,
  type InclusionProof,
  inclusionPath,
  transactionsRoot,
  verifyInclusion,
} from '../../src/economy/inclusion.ts';

const id = (n: number): string => toHex(nodeCrypto.sha256(ascii(`transaction ${n}`)));
const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => id(n));

function proofOf(count: number, index: number): InclusionProof {
  const all = ids(count);
  const header: BlockHeader = {
    height: 7,
    time: 1_790_000_000,
    previous: id(-1),
    count,
    transactionsRoot: transactionsRoot(nodeCrypto, all),
    stateHash: id(-2),
  };
  return { chain: 'test-chain', header, index, path: inclusionPath(nodeCrypto, all, index) };
}

describe('the Merkle tree over transaction ids', () => {
  test('gives the roots of Certificate Transparency’s test tree (RFC 9162 §2.1)', () => {
    // Leaves and roots of the reference implementation's merkle_tree_test.
    const leaves = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const roots = [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ];
    for (const [count, root] of roots.entries())
      expect(transactionsRoot(nodeCrypto, leaves.slice(0, count))).toBe(root);
  });

  test('every transaction of every block up to 33 is proven, and gives the block hash', () => {
    for (let count = 1; count <= 33; count++)
      for (let index = 0; index < count; index++) {
        const proof = proofOf(count, index);
        expect(verifyInclusion(nodeCrypto, id(index), proof)).toEqual({
          ok: true,
          value: blockHash(nodeCrypto, proof.chain, proof.header),
        });
      }
  });

  test('a proof is for one place: no other index passes, in any block up to 20', () => {
    for (let count = 1; count <= 20; count++)
      for (let index = 0; index < count; index++) {
        const proof = proofOf(count, index);
        for (let other = 0; other < count; other++)
          expect(verifyInclusion(nodeCrypto, id(index), { ...proof, index: other }).ok).toBe(other === index);
      }
  });

  test('no other id or path passes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (count, at, other) => {
        const index = at % count;
        const proof = proofOf(count, index);
        const stranger = other % (2 * count);
        if (stranger !== index)
          expect(verifyInclusion(nodeCrypto, id(stranger), proof).ok, 'another id').toBe(false);
        for (const path of [proof.path.slice(1), [...proof.path, id(-3)], proof.path.map(() => id(-3))])
          if (path.join() !== proof.path.join())
            expect(verifyInclusion(nodeCrypto, id(index), { ...proof, path }).ok, 'another path').toBe(false);
      }),
    );
  });

  test('there is a path for places in the block only', () => {
    for (const index of [-1, 3, 4, Number.NaN])
      expect(() => inclusionPath(nodeCrypto, ids(3), index)).toThrow('index outside the block');
  });

  test('the block hash is that of its words, by hand', () => {
    const { header, chain } = proofOf(3, 1);
    const words = concat(
      ascii('timecard/block'),
      Uint8Array.of(chain.length),
      ascii(chain),
      beBytes(header.height, 8),
      beBytes(header.time, 8),
      ...[header.previous].map(hexBytes),
      beBytes(3, 4),
      ...[header.transactionsRoot, header.stateHash].map(hexBytes),
    );
    expect(blockHash(nodeCrypto, chain, header)).toBe(toHex(nodeCrypto.sha256(words)));
  });

  test('every word of a header is in the block hash', () => {
    const { header, chain } = proofOf(3, 1);
    const hashes = [
      blockHash(nodeCrypto, chain, header),
      blockHash(nodeCrypto, 'other-chain', header),
      ...[
        { height: 8 },
        { time: 1_790_000_001 },
        { previous: id(-9) },
        { count: 4 },
        { transactionsRoot: id(-9) },
        { stateHash: id(-9) },
      ].map((change) => blockHash(nodeCrypto, chain, { ...header, ...change })),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('what is not a proof is malformed, and never throws', () => {
    const proof = proofOf(5, 2);
    const wrong: unknown[] = [
      { ...proof, chain: 'Ü' },
      { ...proof, index: 5 },
      { ...proof, index: -1 },
      { ...proof, index: 1.5 },
      { ...proof, path: ['zz'] },
      { ...proof, path: Array.from({ length: 33 }, () => id(1)) },
      { ...proof, header: { ...proof.header, height: -1 } },
      { ...proof, header: { ...proof.header, count: 2 ** 33 } },
      { ...proof, header: { ...proof.header, previous: 'ab' } },
    ];
    for (const p of wrong)
      expect(verifyInclusion(nodeCrypto, id(2), p as InclusionProof)).toEqual({
        ok: false,
        refusal: 'malformed',
      });
    const odd: unknown[] = [
      undefined,
      null,
      'proof',
      { ...proof, header: undefined },
      { ...proof, header: null },
      { ...proof, header: 'header' },
      { ...proof, path: undefined },
      { ...proof, path: {} },
      { ...proof, path: [[proof.path[0]]] },
      { ...proof, path: [5] },
      { ...proof, chain: [proof.chain] },
      { ...proof, chain: undefined },
      { ...proof, index: '2' },
      { ...proof, header: { ...proof.header, height: '7' } },
      { ...proof, header: { ...proof.header, stateHash: [proof.header.stateHash] } },
      { ...proof, header: { ...proof.header, transactionsRoot: undefined } },
    ];
    for (const [i, p] of odd.entries())
      expect(verifyInclusion(nodeCrypto, id(2), p as InclusionProof), `odd ${i}`).toEqual({
        ok: false,
        refusal: 'malformed',
      });
    for (const other of ['zz', '', 'ab', id(2).slice(2), `${id(2)}00`])
      expect(verifyInclusion(nodeCrypto, other, proof)).toEqual({ ok: false, refusal: 'malformed' });
    // 32 steps are those of the largest block that a header can count.
    const long = { ...proof, path: Array.from({ length: 32 }, () => id(1)) };
    expect(verifyInclusion(nodeCrypto, id(2), long)).toEqual({ ok: false, refusal: 'wrong_path' });
  });
});
