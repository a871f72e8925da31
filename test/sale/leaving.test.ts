/** What a closed crowd says, and when. P1: nothing in it tells who came first; T4: redemption after its announcement. */
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { chance } from '../../demo/chance.ts';
import { ascii, toHex } from '../../src/bytes.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { couponsDigest } from '../../src/economy/coupon-verdict.ts';
import { addSale, DEFAULT_CROWD, EMPTY_CROWD } from '../../src/sale/crowd.ts';
import { type ClosedCrowd, leave } from '../../src/sale/leaving.ts';

const hash = (text: string) => toHex(nodeCrypto.sha256(ascii(text)));
const NOW = 1_790_000_000;
const signature = new Uint8Array(256);
const coupon = (i: number) => ({
  keyset: hash('keys'),
  exponent: i % 7,
  serial: hash(`serial ${i}`),
  signature,
});
const ALL = Array.from({ length: 12 }, (_, i) => coupon(i));
const sold = {
  minutes: 40,
  goods: [
    { type: hash('milk'), amount: 2 },
    { type: hash('bread'), amount: 1 },
  ],
};
const totals = addSale(addSale(EMPTY_CROWD, sold, NOW - 60), sold, NOW);
const CROWD: ClosedCrowd = { totals, coupons: ALL, abortedSerials: [hash('b'), hash('a'), hash('c')] };

function from(seed: number) {
  const next = chance(seed);
  const random = (length: number) => Uint8Array.from({ length }, () => Math.floor(256 * next()));
  return { chain: 'test-chain', outlet: hash('outlet'), random, nonce: () => toHex(random(8)) };
}
const said = (crowd: ClosedCrowd, seed = 1) => leave(nodeCrypto, from(seed), crowd, DEFAULT_CROWD, NOW);

describe('what a closed crowd says', () => {
  it('announcement, redemption, hand-over, abort; ids are those of the transactions', () => {
    const out = said(CROWD);
    expect(out.map(({ transaction }) => transaction.kind)).toEqual([
      'announce',
      'redeem',
      'hand_over',
      'abort',
    ]);
    for (const { transaction, id } of out) expect(makeEnvelope(nodeCrypto, transaction, []).id).toBe(id);
    const [announce, redeem] = out;
    if (announce?.transaction.kind !== 'announce' || redeem?.transaction.kind !== 'redeem') throw new Error();
    expect(redeem.after).toBe(announce.id);
    expect(redeem.transaction.announcement).toBe(announce.id);
    expect(announce.transaction.digest).toBe(couponsDigest(nodeCrypto, redeem.transaction.coupons));
  });
  it('P1 whatever the order in which things came, what leaves is the same', () => {
    const other = { ...CROWD, coupons: ALL.toReversed(), abortedSerials: CROWD.abortedSerials.toReversed() };
    expect(said(other)).toEqual(said(CROWD));
    const serials = said(CROWD).flatMap(({ transaction: t }) =>
      t.kind === 'redeem' ? t.coupons.map((c) => c.serial) : [],
    );
    expect(serials).toEqual(serials.toSorted());
  });
  it('each at its own time, at most delayMax later; a redemption never before its announcement', () => {
    const seen = new Set<number>();
    for (let seed = 1; seed <= 200; seed++) {
      const out = said(CROWD, seed);
      for (const { dueAt } of out) {
        expect(dueAt).toBeGreaterThanOrEqual(NOW);
        expect(dueAt).toBeLessThanOrEqual(NOW + DEFAULT_CROWD.delayMax);
        seen.add(dueAt);
      }
      expect(out[1]?.dueAt).toBeGreaterThanOrEqual(out[0]?.dueAt ?? 0);
    }
    expect(seen.size).toBeGreaterThan(400);
  });
  it('says nothing of what is not there', () => {
    expect(said({ totals: EMPTY_CROWD, coupons: [], abortedSerials: [] })).toEqual([]);
    const free = addSale(EMPTY_CROWD, { minutes: 0, goods: sold.goods }, NOW);
    const out = said({ totals: free, coupons: [], abortedSerials: [] });
    expect(out.map(({ transaction }) => transaction.kind)).toEqual(['hand_over']);
  });
});
