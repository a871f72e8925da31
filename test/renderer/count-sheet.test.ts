/** The counting sheet: uncounted is not zero, shortages and surpluses are never netted. */
import { expect, test } from 'vitest';
import { counted, nextUncounted, type SheetLine, sheet, splitVariance } from '../../renderer/count-sheet.ts';
import type { ProductView } from '../../src/till-api.ts';

const product = (type: string): ProductView => ({
  type,
  names: { en: type, de: type },
  picture: 'bread',
  group: 'bakery',
  unit: 'piece',
  code: '2000000000015',
  price: '1000000',
  inStock: null,
});
const open = (type: string, amount: number | null): SheetLine => ({
  type,
  counted: amount,
  product: product(type),
});
const sealed = (type: string, amount: number | null, variance: number, value: string): SheetLine => ({
  ...open(type, amount),
  variance,
  value,
});

test('lines stand in the order of the shelves; an unknown product has no line', () => {
  const lines = sheet(
    {
      stage: 'entering',
      lines: [
        { type: 'c', counted: 1 },
        { type: 'x', counted: null },
        { type: 'a', counted: null },
      ],
    },
    [product('a'), product('b'), product('c')],
  );
  expect(lines.map((line) => line.type)).toEqual(['a', 'c']);
});

test('an entry of 0 is counted, no entry is not', () => {
  expect(counted([open('a', 0), open('b', null), open('c', 5)])).toBe(2);
});

test('the next line is the next without an entry, going round', () => {
  const lines = [open('a', null), open('b', 1), open('c', null), open('d', 0)];
  expect(nextUncounted(lines, null)).toBe('a');
  expect(nextUncounted(lines, 'a')).toBe('c');
  expect(nextUncounted(lines, 'c')).toBe('a');
  expect(nextUncounted([open('a', 1)], 'a')).toBeNull();
});

test('a recount asks for the opened line only', () => {
  expect(nextUncounted([sealed('a', null, 0, '0'), open('b', null)], null)).toBe('b');
});

test('two sums, never one', () => {
  const split = splitVariance([
    sealed('a', 3, -2, '-2000000'),
    sealed('b', 9, 2, '2000000'),
    sealed('c', 1, 0, '0'),
    sealed('d', 0, -5, '-9007199254740993'),
    open('e', null),
  ]);
  expect(split.shortages.map((line) => line.type)).toEqual(['a', 'd']);
  expect(split.surpluses.map((line) => line.type)).toEqual(['b']);
  expect(split.short).toBe('-9007199256740993');
  expect(split.over).toBe('2000000');
  expect(split.right).toBe(1);
  expect(split.uncounted).toBe(1);
});
