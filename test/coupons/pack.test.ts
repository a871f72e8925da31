/** The pack everybody loads. */
import { describe, expect, it } from 'vitest';
import { select, totalCoupons, totalMinutes } from '../../src/coupons/denominations.ts';
import { loadExponents, PACK_COUNTS, PACK_EXPONENTS } from '../../src/coupons/pack.ts';
import { CARD_SLOTS, LOAD_PACKS, PACK_COUPONS, PACK_MINUTES } from '../../src/limits.ts';

describe('the pack', () => {
  it('is 300 minutes in 32 coupons: 6×1, 7×2, 6×4, 6×8, 3×16, 3×32, 1×64', () => {
    expect(PACK_COUNTS).toEqual([6, 7, 6, 6, 3, 3, 1, 0, 0]);
    expect(totalMinutes(PACK_COUNTS)).toBe(PACK_MINUTES);
    expect(totalCoupons(PACK_COUNTS)).toBe(PACK_COUPONS);
    expect(PACK_EXPONENTS).toHaveLength(PACK_COUPONS);
    expect([...PACK_EXPONENTS].sort((a, b) => a - b)).toEqual(PACK_EXPONENTS);
  });

  it('pays every sum from 1 to 120 minutes exactly, in at most 8 coupons', () => {
    for (let minutes = 1; minutes <= 120; minutes++) expect(select(minutes, PACK_COUNTS).ok).toBe(true);
  });

  it('six packs fill a card', () => {
    expect(loadExponents(LOAD_PACKS)).toHaveLength(CARD_SLOTS);
    expect(loadExponents(2)).toEqual([...PACK_EXPONENTS, ...PACK_EXPONENTS].sort((a, b) => a - b));
  });

  it('a load of no pack, of part of one or of more than six is a bug', () => {
    for (const packs of [0, -1, 1.5, LOAD_PACKS + 1])
      expect(() => loadExponents(packs)).toThrow('a load is 1 to 6 packs');
  });
});
