/** Each shape alone: what it reads, what it refuses and in which words, at both ends of its range and for values of other kinds. */
import { describe, expect, test } from 'vitest';
import type { Cbor } from '../../src/economy/cbor.ts';
import {
  byText,
  bytes,
  decimal,
  flag,
  hex,
  isHex,
  key,
  list,
  optional,
  pattern,
  record,
  type Shape,
  text,
  tuple,
  uint,
  where,
  word,
} from '../../src/economy/schema.ts';
import { VALUE_DIGITS } from '../../src/limits.ts';

const raw = (length: number, first = 0): Uint8Array => new Uint8Array(length).fill(first, 0, 1);
/** Values that no wire can bring to a shape, but that must not pass for one. */
const odd = (value: unknown): Cbor => value as Cbor;
const NONE: readonly Cbor[] = [odd(undefined), odd(null), [], new Map<string, Cbor>(), odd({})];

interface Case {
  readonly name: string;
  readonly shape: Shape<unknown>;
  readonly reads: readonly (readonly [Cbor, unknown])[];
  readonly refuses: readonly Cbor[];
  readonly detail: string;
}
const same = (...values: readonly Cbor[]) => values.map((value) => [value, value] as const);
const CASES: readonly Case[] = [
  {
    name: 'hex',
    shape: hex(2) as Shape<unknown>,
    reads: [[Uint8Array.of(1, 0xab), '01ab']],
    refuses: [...NONE, raw(1), raw(3), raw(0), 'ab', '01ab', [1, 2], 2],
    detail: 'not 2 bytes',
  },
  {
    name: 'key',
    shape: key as Shape<unknown>,
    reads: [[raw(33, 1), `01${'00'.repeat(32)}`]],
    refuses: [
      ...NONE,
      raw(33),
      raw(33, 2),
      raw(32, 1),
      raw(34, 1),
      [1, ...new Array<number>(32).fill(0)],
      'x',
    ],
    detail: 'not a key',
  },
  {
    name: 'bytes',
    shape: bytes(2, 4) as Shape<unknown>,
    reads: same(raw(2), raw(3), raw(4)),
    refuses: [...NONE, raw(1), raw(5), 'abc', [1, 2, 3], 3],
    detail: 'bytes',
  },
  {
    name: 'uint',
    shape: uint(9, 2) as Shape<unknown>,
    reads: same(2, 3, 9),
    refuses: [...NONE, 1, 10, 2.5, -2, Number.NaN, '3', [3], raw(3), odd(3n), odd(true)],
    detail: 'number',
  },
  {
    name: 'text',
    shape: text(3) as Shape<unknown>,
    reads: same(
      'a',
      'äöü',
      ' ~',
      '\u{1f40c}a',
      '\u00a0\u200a\u2010',
      '\u2027\u202f',
      '\u205f\u2070',
      '\ufefe\uff00',
    ),
    refuses: [
      ...NONE,
      '',
      'abcd',
      '\ud800',
      '\u{1f40c}ab',
      5,
      ['abc'],
      odd({ length: 1, isWellFormed: () => true, charCodeAt: () => 97 }),
      ...[0x00, 0x1f, 0x7f, 0x9f, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x206f, 0xfeff].flatMap((unit) => {
        const hidden = String.fromCharCode(unit);
        return [hidden, `${hidden}a`, `a${hidden}`];
      }),
    ],
    detail: 'text',
  },
  {
    name: 'pattern',
    shape: pattern(/^[a-z]{2}$/) as Shape<unknown>,
    reads: same('ab'),
    refuses: [...NONE, 'a', 'abc', 'AB', ['ab'], 2],
    detail: 'pattern',
  },
  {
    name: 'word',
    shape: word(['g', 'ml']) as Shape<unknown>,
    reads: same('g', 'ml'),
    refuses: [...NONE, 'kg', '', ['g'], 0],
    detail: 'word',
  },
  {
    name: 'flag',
    shape: flag as Shape<unknown>,
    reads: [
      [0, false],
      [1, true],
    ],
    refuses: [...NONE, 2, -1, '1', odd(true), odd(false)],
    detail: 'flag',
  },
  {
    name: 'decimal',
    shape: decimal as Shape<unknown>,
    reads: ['0', '7', '10', '9'.repeat(VALUE_DIGITS)].map((digits) => [digits, BigInt(digits)] as const),
    refuses: [...NONE, '', '00', '01', 'x1', '1x', '-1', ' 1', '1.0', '9'.repeat(VALUE_DIGITS + 1), 7, ['7']],
    detail: 'decimal',
  },
  {
    name: 'list',
    shape: list(uint(9), { min: 1, max: 3 }) as Shape<unknown>,
    reads: same([1], [2, 1], [1, 1, 1]),
    refuses: [
      odd(undefined),
      odd(null),
      new Map<string, Cbor>(),
      [],
      [1, 2, 3, 4],
      'ab',
      raw(2),
      odd({ length: 2 }),
    ],
    detail: 'list',
  },
  {
    name: 'tuple',
    shape: tuple({ a: uint(9), b: text(3) }) as Shape<unknown>,
    reads: [[[1, 'x'], { a: 1, b: 'x' }]],
    refuses: [...NONE, [1], [1, 'x', 2], 'ab', 2, odd({ 0: 1, 1: 'x', length: 2 })],
    detail: 'array',
  },
];

test.each(CASES)('$name', ({ shape, reads, refuses, detail }) => {
  for (const [value, read] of reads) {
    expect(shape.read(value)).toEqual({ ok: true, value: read });
    expect(shape.write(read)).toEqual(value);
  }
  for (const [i, value] of refuses.entries())
    expect(shape.read(value), `refused number ${i}`).toEqual({ ok: false, refusal: 'malformed', detail });
});

test('a list may have no least size, and asks for a strict order where one is given', () => {
  expect(list(uint(9), { max: 2 }).read([])).toEqual({ ok: true, value: [] });
  const sorted = list(hex(1), { max: 3 }, byText);
  const read = (...firsts: number[]) => sorted.read(firsts.map((first) => Uint8Array.of(first)));
  expect(read(1, 2, 0x10).ok).toBe(true);
  for (const wrong of [read(2, 1), read(1, 1), read(1, 3, 2), read(1, 2, 2)])
    expect(wrong).toEqual({ ok: false, refusal: 'not_sorted' });
  expect(sorted.read([raw(1), 5])).toEqual({ ok: false, refusal: 'malformed', detail: 'not 1 bytes' });
  expect([byText('a', 'b'), byText('b', 'a'), byText('a', 'a')]).toEqual([-1, 1, 0]);
});

describe('records', () => {
  const shape = record<{ a: number; b?: number; c: readonly string[] }>({
    a: uint(9),
    b: optional(uint(9)),
    c: list(text(3), { max: 3 }, byText),
  });
  const map = (fields: Record<string, Cbor>) => new Map(Object.entries(fields));
  const refused = (fields: Record<string, Cbor>) => {
    const read = shape.read(map(fields));
    return read.ok ? undefined : [read.refusal, read.detail];
  };

  test('are maps with exactly their keys; optional ones may be absent, and are not written then', () => {
    for (const value of [
      { a: 1, c: ['x'] },
      { a: 0, b: 0, c: [] },
    ]) {
      expect(shape.read(map(value as unknown as Record<string, Cbor>))).toEqual({ ok: true, value });
      expect(shape.write(value)).toEqual(map(value as unknown as Record<string, Cbor>));
    }
    // What must be there is written, or its absence is found at once; it is not left out.
    expect(() => shape.write({ a: 1 } as never)).toThrow(TypeError);
    expect(shape.form).toMatchObject({
      is: 'record',
      fields: [{ optional: false }, { optional: true }, { optional: false }],
    });
  });

  test('say which field is wrong, and how', () => {
    expect(refused({ c: [] })).toEqual(['malformed', 'a is missing']);
    expect(refused({ a: 10, c: [] })).toEqual(['malformed', 'a: number']);
    expect(refused({ a: 1, b: 10, c: [] })).toEqual(['malformed', 'b: number']);
    expect(refused({ a: 1, c: ['y', 'x'] })).toEqual(['not_sorted', 'c']);
    expect(refused({ a: 1, c: [], d: 1 })).toEqual(['malformed', 'unknown key']);
    for (const value of [[], 'a', 1, raw(1), odd(null), odd({ a: 1, c: [] })])
      expect(shape.read(value)).toEqual({ ok: false, refusal: 'malformed', detail: 'not a map' });
  });

  test('an item’s fault is the tuple’s and the list’s', () => {
    const pairs = list(tuple({ n: uint(9), t: text(3) }), { max: 2 });
    expect(
      pairs.read([
        [1, 'a'],
        [10, 'a'],
      ]),
    ).toEqual({ ok: false, refusal: 'malformed', detail: 'number' });
    expect(pairs.read([[1, '']])).toEqual({ ok: false, refusal: 'malformed', detail: 'text' });
  });

  test('a condition between fields is asked after the fields', () => {
    const even = where(shape, ({ a }) => a % 2 === 0);
    expect(even.read(map({ a: 2, c: [] })).ok).toBe(true);
    expect(even.read(map({ a: 10, c: [] }))).toMatchObject({ detail: 'a: number' });
    expect(even.read(map({ a: 1, c: [] }))).toEqual({
      ok: false,
      refusal: 'malformed',
      detail: 'fields that do not go together',
    });
  });
});

test('ids as text: lower-case hex of a length', () => {
  expect(isHex('01ab', 2)).toBe(true);
  for (const wrong of ['01AB', '01a', '01', '01ab00', 'zzzz', '']) expect(isHex(wrong, 2), wrong).toBe(false);
});
