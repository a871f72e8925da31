/** The sliding lowest against a list that remembers everything. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addLow, lowestSince } from '../../src/economy/lows.ts';

const DAY = 86_400;
const order = (a: { value: number }, b: { value: number }) => a.value - b.value;

test('the lowest of a sliding time: never above the truth, never further back than a day, and short', () => {
  const step = fc.record({ wait: fc.integer({ min: 0, max: DAY }), value: fc.integer({ min: 0, max: 50 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
      const WINDOW = 5 * DAY;
      let entries: readonly { time: number; value: number }[] = [];
      const all: { time: number; value: number }[] = [];
      let time = 1_000_000;
      /** The lowest value that held at some moment from `since` on. */
      const truth = (since: number) => {
        const before = all.filter((e) => e.time <= since).at(-1);
        return Math.min(
          ...[before, ...all.filter((e) => e.time > since)].flatMap((e) => (e ? [e.value] : [])),
        );
      };
      for (const { wait, value } of steps) {
        time += wait;
        all.push({ time, value });
        entries = addLow(entries, { time, value }, order, time - WINDOW);
        for (const since of [time, time - DAY, time - WINDOW]) {
          const low = lowestSince(entries, since)?.value ?? Number.NaN;
          expect(low).toBeLessThanOrEqual(truth(since));
          expect(low).toBeGreaterThanOrEqual(truth(since - DAY));
        }
        expect(entries.length).toBeLessThanOrEqual(2 * 7);
      }
    }),
  );
});

test('a low that ended before the window does not count', () => {
  let entries: readonly { time: number; value: number }[] = [];
  for (const [day, value] of [
    [0, 5],
    [10, 9],
    [20, 7],
  ] as const)
    entries = addLow(entries, { time: day * DAY, value }, order, 0);
  expect(lowestSince(entries, 15 * DAY)?.value).toBe(7);
  expect(lowestSince(entries, 9 * DAY)?.value).toBe(5);
  expect(lowestSince([], 0)).toBeUndefined();
});

test('an equal one takes the place of the one before and keeps its beginning', () => {
  const first = addLow([], { time: DAY, value: 5 }, order, 0);
  expect(addLow(first, { time: 9 * DAY, value: 5 }, order, 0)).toEqual([{ time: DAY, value: 5 }]);
});

test('a day keeps its first entry and its newest; other days keep theirs', () => {
  const at = (hours: number, value: number) => ({ time: 100 * DAY + hours * 3_600, value });
  const list = (...entries: readonly { time: number; value: number }[]) =>
    entries.reduce<readonly { time: number; value: number }[]>((all, e) => addLow(all, e, order, 0), []);
  expect(list(at(0, 1), at(5, 2))).toEqual([at(0, 1), at(5, 2)]);
  expect(list(at(0, 1), at(5, 2), at(6, 3))).toEqual([at(0, 1), at(6, 3)]);
  expect(list(at(0, 1), at(23, 2), at(24, 3))).toEqual([at(0, 1), at(23, 2), at(24, 3)]);
  expect(list(at(0, 1), at(24, 2), at(25, 3))).toEqual([at(0, 1), at(24, 2), at(25, 3)]);
  expect(list(at(0, 1), at(24, 2), at(25, 3), at(26, 4))).toEqual([at(0, 1), at(24, 2), at(26, 4)]);
});

test('what no stretch from keepFrom on needs is dropped: all before the last entry that is not later', () => {
  const entries = [1, 2, 3].map((value) => ({ time: value * DAY, value }));
  const next = { time: 9 * DAY, value: 9 };
  const times = (keepFrom: number) => addLow(entries, next, order, keepFrom).map(({ time }) => time / DAY);
  expect(times(2 * DAY - 1)).toEqual([1, 2, 3, 9]);
  expect(times(2 * DAY)).toEqual([2, 3, 9]);
  expect(times(8 * DAY)).toEqual([3, 9]);
  expect(times(20 * DAY)).toEqual([9]);
});
