/** The till's pure rules: codes, baskets, prices, crowds, counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { addLine, priceBasket, setLine } from '../../src/sale/basket.ts';
import { countAmount, needsRecount, variance } from '../../src/sale/count.ts';
import { addSale, crowdDue, EMPTY_CROWD, randomDelay } from '../../src/sale/crowd.ts';
import { checkDigit, inStoreCode, parseEan13 } from '../../src/sale/ean13.ts';
import { PriceBook } from '../../src/sale/price-book.ts';
import { ratio } from '../../src/units/ratio.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const BREAD = 'c'.repeat(64);
const MILK = 'd'.repeat(64);

describe('EAN-13', () => {
  // Printed on goods anybody can look at; the last digit is GS1's check digit.
  it.each(['4006381333931', '5901234123457', '9780201379624'])('%s is valid', (code) => {
    expect(parseEan13(code)).toEqual({ ok: true, value: code });
    expect(checkDigit(code.slice(0, 12))).toBe(Number(code[12]));
  });
  it('any one wrong digit is refused', () => {
    const code = inStoreCode(17);
    expect(code.startsWith('20')).toBe(true);
    for (let i = 0; i < 13; i++) {
      const wrong = `${code.slice(0, i)}${(Number(code[i]) + 1) % 10}${code.slice(i + 1)}`;
      expect(parseEan13(wrong)).toMatchObject({ ok: false, refusal: 'bad_code' });
    }
  });
  it.each(['', '123', '40063813339311', '400638133393x', '４００６３８１３３３９３１'])(
    '%j is refused',
    (code) => {
      expect(parseEan13(code)).toMatchObject({ ok: false, refusal: 'bad_code' });
    },
  );
});

describe('basket', () => {
  const prices = new Map([
    [BREAD, ratio(100_000_000n, 3n)],
    [MILK, ratio(9_500_000n, 1n)],
  ]);
  const price = (basket: readonly { type: string; amount: number }[]) =>
    priceBasket(basket, (t) => prices.get(t));

  it('lines are added exactly and rounded up once', () => {
    // 3 × 33⅓ min + 9.5 min = 109.5 min exactly: 110 whole minutes, not 3 × 34 + 10.
    const priced = price(addLine(addLine([], BREAD, 3), MILK, 1));
    expect(priced?.value).toEqual(ratio(109_500_000n, 1n));
    expect(priced?.minutes).toBe(110);
  });
  it('nothing costs nothing, anything at least a minute', () => {
    expect(price([])?.minutes).toBe(0);
    expect(priceBasket([{ type: BREAD, amount: 1 }], () => ratio(1n, 1n))?.minutes).toBe(1);
    expect(priceBasket([{ type: BREAD, amount: 1 }], () => ratio(60_000_000n, 1n))?.minutes).toBe(60);
  });
  it('a type without a price makes no basket', () => {
    expect(price([{ type: 'e'.repeat(64), amount: 1 }])).toBeUndefined();
  });
  it('the same type is one line; 0 takes it out', () => {
    const basket = addLine(addLine(addLine([], BREAD, 1), MILK, 2), BREAD, 2);
    expect(basket).toEqual([
      { type: BREAD, amount: 3 },
      { type: MILK, amount: 2 },
    ]);
    expect(setLine(basket, BREAD, 0)).toEqual([{ type: MILK, amount: 2 }]);
  });
});

describe('price book', () => {
  const stock = (collective: string, type: string, amount: number, value: bigint): LedgerEvent => ({
    kind: 'stock',
    collective,
    type,
    amount: String(amount),
    value: String(value),
    cause: 'dispatch',
    transaction: 'f'.repeat(64),
  });
  const hours = (h: number) => BigInt(h) * 3_600_000_000n;

  it('100 h for 100 pieces and 30 h for 10 pieces: 13/11 h each, in one subsystem only', () => {
    const book = new PriceBook();
    for (const [collective, name] of [
      [A, 'north'],
      [B, 'south'],
    ] as const)
      book.fold({ kind: 'registered', collective, name, key: '', dispatches: true });
    book.fold(stock(A, BREAD, 100, hours(100)));
    book.fold(stock(B, BREAD, 10, hours(30)));
    expect(book.price(A, BREAD)).toEqual(ratio(hours(1), 1n));
    expect(book.price(B, BREAD)).toEqual(ratio(hours(3), 1n));
    book.fold({ kind: 'member', collective: B, subsystem: A });
    expect(book.price(A, BREAD)).toEqual(ratio(hours(13), 11n));
    expect(book.price(B, BREAD)).toEqual(book.price(A, BREAD));
    expect(book.held(B, BREAD)).toBe(10n);
  });
  it('an empty pool has no price', () => {
    const book = new PriceBook();
    book.fold({ kind: 'registered', collective: A, name: 'north', key: '', dispatches: true });
    book.fold(stock(A, BREAD, 2, 10n));
    book.fold(stock(A, BREAD, -2, -10n));
    expect(book.price(A, BREAD)).toBeUndefined();
    expect(book.price(B, BREAD)).toBeUndefined();
  });
});

describe('crowd', () => {
  const policy = { k: 3, holdMax: 100, delayMax: 60 };
  const sale = { minutes: 5, goods: [{ type: BREAD, amount: 1 }] };

  it('is due at k sales, or when the first has waited so long that all will have left by holdMax', () => {
    let totals = EMPTY_CROWD;
    expect(crowdDue(totals, policy, 1e9)).toBe(false);
    totals = addSale(totals, sale, 1_000);
    totals = addSale(totals, sale, 1_030);
    expect(crowdDue(totals, policy, 1_039)).toBe(false);
    expect(crowdDue(totals, policy, 1_040)).toBe(true);
    totals = addSale(totals, sale, 1_035);
    expect(crowdDue(totals, policy, 1_035)).toBe(true);
    expect(totals).toEqual({ sales: 3, paid: 3, charged: 15, goods: { [BREAD]: 3 }, openedAt: 1_000 });
  });
  it('P1 a sale that costs nothing hides nobody: k counts sales that paid', () => {
    const free = { minutes: 0, goods: [{ type: MILK, amount: 1 }] };
    let totals = addSale(EMPTY_CROWD, sale, 1_000);
    for (let i = 0; i < 9; i++) totals = addSale(totals, free, 1_000);
    expect(totals).toMatchObject({ sales: 10, paid: 1 });
    expect(crowdDue(totals, policy, 1_001)).toBe(false);
    totals = addSale(addSale(totals, sale, 1_002), sale, 1_003);
    expect(crowdDue(totals, policy, 1_003)).toBe(true);
  });
  it('P1 goods stand in order of type, never of arrival', () => {
    const one = addSale(addSale(EMPTY_CROWD, { minutes: 1, goods: [{ type: MILK, amount: 1 }] }, 1), sale, 1);
    expect(Object.keys(one.goods)).toEqual([BREAD, MILK]);
  });
  it('delays lie in 0 … delayMax and reach both ends', () => {
    expect(randomDelay(policy, Uint8Array.of(0, 0, 0, 0))).toBe(0);
    expect(randomDelay(policy, Uint8Array.of(255, 255, 255, 255))).toBe(60);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (random) => {
        const delay = randomDelay(policy, random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('count', () => {
  it('what was sold and not booked belongs to the amount', () => {
    // Book 20; 4 sold and not on the ledger; 15 on the shelf: one is missing.
    const line = { type: BREAD, counted: 15, height: 7, soldUnbooked: 4 };
    expect(countAmount(line)).toBe(19);
    expect(variance(line, 20)).toBe(-1);
  });
  it('a recount is asked above the tolerance of the class', () => {
    const hours = (h: bigint) => h * 3_600_000_000n;
    expect(needsRecount(0, 100, hours(50n))).toBe(false);
    expect(needsRecount(-1, 100, hours(50n))).toBe(false);
    expect(needsRecount(-2, 100, hours(50n))).toBe(true);
    expect(needsRecount(3, 100, hours(5n))).toBe(false);
    expect(needsRecount(4, 100, hours(5n))).toBe(true);
    expect(needsRecount(5, 100, hours(1n))).toBe(false);
    expect(needsRecount(6, 100, hours(1n))).toBe(true);
    expect(needsRecount(1, 0, 0n)).toBe(true);
  });
});
