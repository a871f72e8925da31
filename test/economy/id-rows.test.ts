/** Rows by id against a `Map`: the same answers and the same order, through growth, deletions and ids that meet in one place. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdRows } from '../../src/economy/id-rows.ts';

/** Few ids, many of them with equal beginnings, so that they meet. */
const ids = Array.from({ length: 300 }, (_, i) =>
  (i % 3 === 0 ? '0'.repeat(60) : `${(i % 7).toString(16)}`.repeat(60)).concat(
    i.toString(16).padStart(4, '0'),
  ),
);
const step = fc.tuple(
  fc.constantFrom('set', 'set', 'set', 'delete', 'get'),
  fc.constantFrom(...ids),
  fc.nat(5),
);

test('does what a Map does', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 600, maxLength: 900 }), (steps) => {
      const rows = new IdRows<number>();
      const map = new Map<string, number>();
      for (const [what, id, value] of steps)
        if (what === 'set') {
          rows.set(id, value);
          map.set(id, value);
        } else if (what === 'delete') expect(rows.delete(id)).toBe(map.delete(id));
        else {
          expect(rows.get(id)).toBe(map.get(id));
          expect(rows.has(id)).toBe(map.has(id));
        }
      expect([...rows.entries()]).toEqual([...map.entries()]);
      expect(rows.size).toBe(map.size);
    }),
    { numRuns: 60, seed: 7 },
  );
});

test('three thousand ids that differ in their last digits alone are told apart', () => {
  const rows = new IdRows<number>();
  const id = (i: number): string => i.toString(16).padStart(64, '0');
  for (let i = 0; i < 3_000; i++) rows.set(id(i), i);
  for (let i = 0; i < 3_000; i += 2) rows.delete(id(i));
  for (let i = 0; i < 3_000; i++) expect(rows.get(id(i))).toBe(i % 2 === 0 ? undefined : i);
  expect(rows.size).toBe(1_500);
});

test('growing leaves out what went and keeps the rest in its order; what went comes back at the end', () => {
  const rows = new IdRows<number>();
  const id = (i: number): string => (i * 0x9e37).toString(16).padStart(8, '0').repeat(8);
  for (let i = 0; i < 64; i++) rows.set(id(i), i);
  for (let i = 0; i < 64; i += 3) expect(rows.delete(id(i))).toBe(true);
  expect(rows.delete(id(0))).toBe(false);
  rows.set(id(0), 1000);
  const kept = Array.from({ length: 64 }, (_, i) => i).filter((i) => i % 3 !== 0);
  expect([...rows.entries()]).toEqual([...kept.map((i) => [id(i), i]), [id(0), 1000]]);
  for (const i of kept) expect(rows.get(id(i))).toBe(i);
  expect(rows.get(id(3))).toBeUndefined();
});

test('growing while it is gone through would lose the place, and throws', () => {
  const rows = new IdRows<number>();
  const id = (i: number): string => i.toString(16).padStart(64, '0');
  for (let i = 0; i < 64; i++) rows.set(id(i), i);
  rows.delete(id(1));
  const all = rows.entries();
  expect(all.next().value).toEqual([id(0), 0]);
  rows.set(id(64), 64);
  expect(() => all.next()).toThrow('grown while it was gone through');
});

test('under what is no id there is nothing, and nothing can be put', () => {
  const rows = new IdRows<number>();
  rows.set('0'.repeat(64), 1);
  const others = [
    '',
    '0',
    '0'.repeat(63),
    '0'.repeat(65),
    'A'.repeat(64),
    `${'0'.repeat(63)}g`,
    `${'0'.repeat(63)}\u0130`,
    `${'0'.repeat(63)}\u0080`,
  ];
  for (const other of others) {
    expect(rows.get(other)).toBeUndefined();
    expect(rows.has(other)).toBe(false);
    expect(rows.delete(other)).toBe(false);
    expect(() => rows.set(other, 2)).toThrow('is no id');
  }
  expect([...rows.entries()]).toEqual([['0'.repeat(64), 1]]);
});
