/** The month grid against JavaScript's own calendar. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf, monthBefore, monthEnd } from '../../src/economy/calendar.ts';
import { SECONDS_MAX } from '../../src/limits.ts';

test('the last second of the UTC month, from 1970 to 9999, as the platform counts it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: SECONDS_MAX }), (time) => {
      const date = new Date(time * 1000);
      const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000;
      expect(monthEnd(time)).toBe(next - 1);
    }),
  );
});

test('leap years, turns of years, first and last seconds', () => {
  const at = (text: string) => Date.parse(text) / 1000;
  for (const [time, end] of [
    ['1970-01-01T00:00:00Z', '1970-01-31T23:59:59Z'],
    ['2024-02-10T00:00:00Z', '2024-02-29T23:59:59Z'],
    ['2100-02-28T23:59:59Z', '2100-02-28T23:59:59Z'],
    ['2000-02-29T23:59:59Z', '2000-02-29T23:59:59Z'],
    ['2026-12-31T23:59:59Z', '2026-12-31T23:59:59Z'],
    ['2027-01-01T00:00:00Z', '2027-01-31T23:59:59Z'],
  ] as const)
    expect(monthEnd(at(time)), time).toBe(at(end));
});

test('the first days of March, with which a year begins in the reckoning, of seven centuries', () => {
  for (let year = 1970; year < 2700; year++)
    for (const day of [1, 2]) {
      const end = Date.UTC(year, 3, 1) / 1000 - 1;
      expect(monthEnd(Date.UTC(year, 2, day) / 1000), `${day} March ${year}`).toBe(end);
    }
});

test('the month before ends where this one begins, whatever its length', () => {
  const at = (text: string) => Date.parse(text) / 1000;
  for (const [until, before] of [
    ['2024-03-31T23:59:59Z', '2024-02-29T23:59:59Z'],
    ['2023-03-31T23:59:59Z', '2023-02-28T23:59:59Z'],
    ['2023-02-28T23:59:59Z', '2023-01-31T23:59:59Z'],
    ['2023-01-31T23:59:59Z', '2022-12-31T23:59:59Z'],
    ['2023-05-31T23:59:59Z', '2023-04-30T23:59:59Z'],
    ['2023-04-30T23:59:59Z', '2023-03-31T23:59:59Z'],
  ] as const)
    expect(monthBefore(at(until)), until).toBe(at(before));
});

test('a day begins with its first second', () => {
  expect([0, 86_399, 86_400, 172_799].map(dayOf)).toEqual([0, 0, 1, 1]);
});
