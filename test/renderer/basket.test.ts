/** Prices that move under an open basket, and the line that the keys act on. */
import { expect, test } from 'vitest';
import { lineToMark } from '../../renderer/line-to-mark.ts';
import { priceChanges } from '../../renderer/price-changes.ts';
import type { BasketLine } from '../../src/till-api.ts';

const line = (type: string, amount: number, price: string): BasketLine => ({
  type,
  names: { en: type, de: type },
  picture: 'bread',
  unit: 'piece',
  amount,
  price,
  value: `${BigInt(price) * BigInt(amount)}`,
});

test('a price that moved is said once, with its direction', () => {
  const before = [line('bread', 1, '100'), line('milk', 2, '50'), line('roll', 1, '7')];
  const now = [line('bread', 1, '90'), line('milk', 3, '50'), line('roll', 1, '8')];
  expect(priceChanges(before, now).map((c) => [c.type, c.direction, c.price])).toEqual([
    ['bread', 'down', '90'],
    ['roll', 'up', '8'],
  ]);
  expect(priceChanges(now, now)).toEqual([]);
});

test('a line that came or went is no change of price', () => {
  expect(priceChanges([], [line('bread', 1, '100')])).toEqual([]);
  expect(priceChanges([line('bread', 1, '100')], [])).toEqual([]);
});

test('prices larger than a double are compared exactly', () => {
  const before = [line('ship', 1, '9007199254740992000')];
  const now = [line('ship', 1, '9007199254740992001')];
  expect(priceChanges(before, now)).toHaveLength(1);
});

test('the line that came or grew is marked', () => {
  const one = [line('bread', 1, '1'), line('milk', 1, '1')];
  expect(lineToMark([], one, null)).toBe('milk');
  expect(lineToMark(one, [line('bread', 2, '1'), line('milk', 1, '1')], 'milk')).toBe('bread');
  expect(lineToMark(one, [...one, line('roll', 1, '1')], 'bread')).toBe('roll');
});

test('a smaller amount or a new price moves no mark; a marked line that went gives it to the last', () => {
  const two = [line('bread', 2, '1'), line('milk', 1, '1')];
  expect(lineToMark(two, [line('bread', 1, '9'), line('milk', 1, '1')], 'bread')).toBe('bread');
  expect(lineToMark(two, [line('milk', 1, '1')], 'bread')).toBe('milk');
  expect(lineToMark(two, [], 'bread')).toBeNull();
});
