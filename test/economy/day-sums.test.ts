/** Sums by day over a sliding window, read like a bank statement: day, what is added, and what the book then holds. */
import { expect, test } from 'vitest';
import { addDay, sumSince, windowDay } from '../../src/economy/day-sums.ts';
import type { DaySum } from '../../src/economy/state.ts';

const DAY = 86_400;

test('each day has one sum, in order of days; what has no sum or lies before the window has no entry', () => {
  let book: readonly DaySum[] = [];
  for (const [day, sum, first, after] of [
    [10, 5, 0, '10:5'],
    [10, 2, 0, '10:7'],
    [12, 4, 0, '10:7 12:4'],
    [11, 1, 0, '10:7 11:1 12:4'],
    [12, -4, 0, '10:7 11:1'],
    [13, 0, 0, '10:7 11:1'],
    [13, 3, 11, '11:1 13:3'],
    [9, 8, 11, '11:1 13:3'],
    [11, 6, 11, '11:7 13:3'],
    [14, 1, 12, '13:3 14:1'],
  ] as const) {
    book = addDay(book, day, sum, first);
    expect(book.map((entry) => `${entry.day}:${entry.sum}`).join(' '), `day ${day}, ${sum}`).toBe(after);
  }
});

test('the sum since a day counts that day', () => {
  const book = [
    { day: 10, sum: 7 },
    { day: 11, sum: 1 },
    { day: 13, sum: 3 },
  ];
  expect([9, 10, 11, 12, 13, 14].map((day) => sumSince(book, day))).toEqual([11, 11, 4, 3, 3, 0]);
  expect(sumSince([], 0)).toBe(0);
});

test('a window begins with the day on which its first second falls, never before 1970', () => {
  expect(windowDay(40 * DAY, 30)).toBe(10);
  expect(windowDay(40 * DAY + 1, 30)).toBe(10);
  expect(windowDay(41 * DAY - 1, 30)).toBe(10);
  expect(windowDay(5 * DAY, 30)).toBe(0);
});
