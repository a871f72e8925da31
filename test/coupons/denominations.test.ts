/** Greedy selection pays whenever any choice pays, and with the fewest coupons (exhaustively, and by comparison with a table). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DENOMINATIONS,
  minutesOf,
  nearestPayable,
  select,
  totalCoupons,
  totalMinutes,
} from '../../src/coupons/denominations.ts';

const NINE_ZEROS = new Array<number>(DENOMINATIONS).fill(0);
const counts = (...few: number[]): number[] => [...few, ...NINE_ZEROS].slice(0, DENOMINATIONS);

/** Fewest coupons for each sum 0 … total, by trying them one after another; undefined where nothing sums to it. */
function fewest(held: readonly number[]): (number | undefined)[] {
  const best: (number | undefined)[] = [0, ...new Array<undefined>(totalMinutes(held)).fill(undefined)];
  held.forEach((count, exponent) => {
    for (let k = 0; k < count; k++)
      for (let sum = best.length - 1; sum >= minutesOf(exponent); sum--) {
        const before = best[sum - minutesOf(exponent)];
        const now = best[sum];
        if (before !== undefined && (now === undefined || before + 1 < now)) best[sum] = before + 1;
      }
  });
  return best;
}

/** select agrees with the table for every sum up to one beyond the total, with every bound on coupons that matters. */
function agrees(held: readonly number[]): void {
  const best = fewest(held);
  for (let sum = 0; sum <= best.length; sum++) {
    const least = best[sum];
    const unbounded = select(sum, held, Number.POSITIVE_INFINITY);
    expect(unbounded.ok, `${sum} of ${held}`).toBe(least !== undefined);
    if (!unbounded.ok || least === undefined) continue;
    expect(totalMinutes(unbounded.value)).toBe(sum);
    expect(totalCoupons(unbounded.value), `${sum} of ${held}`).toBe(least);
    unbounded.value.forEach((taken, exponent) => {
      expect(taken).toBeLessThanOrEqual(held[exponent] ?? 0);
    });
    expect(select(sum, held, least).ok).toBe(true);
    if (least > 0) expect(select(sum, held, least - 1)).toEqual({ ok: false, refusal: 'cannot_pay' });
  }
}

describe('greedy selection is complete and least', () => {
  it('for every holding of up to three coupons each of 1, 2, 4 and 8 minutes, and every sum', () => {
    for (let code = 0; code < 4 ** 4; code++)
      agrees(counts(code & 3, (code >> 2) & 3, (code >> 4) & 3, (code >> 6) & 3));
  });

  it('for random holdings of all nine denominations, and every sum', () => {
    const held = fc.array(fc.integer({ min: 0, max: 4 }), {
      minLength: DENOMINATIONS,
      maxLength: DENOMINATIONS,
    });
    fc.assert(fc.property(held, agrees), { numRuns: 25 });
  });

  it('for holdings with gaps between the denominations', () => {
    for (const held of [
      [1, 0, 0, 3, 0, 0, 2, 0, 1],
      [0, 0, 1, 0, 9, 0, 0, 0, 1],
      [7, 0, 0, 0, 0, 0, 0, 2, 0],
      [0, 3, 0, 0, 0, 0, 0, 0, 2],
    ])
      agrees(held);
  });
});

describe('select', () => {
  it('takes nothing for nothing', () => {
    expect(select(0, NINE_ZEROS)).toEqual({ ok: true, value: NINE_ZEROS });
  });

  it('takes at most eight coupons unless told', () => {
    expect(select(8, counts(9)).ok).toBe(true);
    expect(select(9, counts(9)).ok).toBe(false);
  });

  it('takes no sum that is not a whole number of minutes for a question', () => {
    for (const minutes of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => select(minutes, counts(9))).toThrow('minutes must be an integer');
  });
});

describe('nearestPayable', () => {
  it('names the nearest sums around one that cannot be paid', () => {
    expect(nearestPayable(5, counts(0, 0, 1, 1))).toEqual({ below: 4, above: 8 });
    expect(nearestPayable(3, counts(0, 0, 1, 1))).toEqual({ below: undefined, above: 4 });
    expect(nearestPayable(13, counts(0, 0, 1, 1))).toEqual({ below: 12, above: undefined });
    expect(nearestPayable(8, counts(0, 0, 1, 1))).toEqual({ below: 8, above: 8 });
    expect(nearestPayable(9, counts(0, 0, 1, 1))).toEqual({ below: 8, above: 12 });
    expect(nearestPayable(0, counts(0, 0, 1, 1))).toEqual({ below: undefined, above: 4 });
    expect(nearestPayable(5, NINE_ZEROS)).toEqual({ below: undefined, above: undefined });
  });

  it('heeds the bound on coupons', () => {
    expect(nearestPayable(9, counts(9, 0, 0, 0, 1))).toEqual({ below: 8, above: 16 });
  });
});
