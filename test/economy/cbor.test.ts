/** CBOR to the byte (RFC 8949): heads that are the shortest and those that are not, and rows, which have more types than what travels. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/economy/cbor.ts';
import { type Writable, writeCbor } from '../../src/economy/cbor-write.ts';
import { decodeRow, encodeRow } from '../../src/economy/dump.ts';
import { CBOR_DEPTH, ENVELOPE_BYTES } from '../../src/limits.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', '')) as Uint8Array;
const refusal = (hex: string): string => {
  const read = decodeCbor(bytes(hex));
  return read.ok ? 'read' : read.refusal;
};

describe('heads (§3, §4.2.1)', () => {
  test.each([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [255, '18ff'],
    [256, '190100'],
    [65_535, '19ffff'],
    [65_536, '1a00010000'],
    [2 ** 32 - 1, '1affffffff'],
    [2 ** 32, '1b0000000100000000'],
    [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
  ])('%i is %s, and nothing else', (value, hex) => {
    expect(toHex(encodeCbor(value))).toBe(hex);
    expect(decodeCbor(bytes(hex))).toEqual({ ok: true, value });
  });

  test.each(['1817', '190017', '1900ff', '1a00000000', '1a0000ffff', '1b00000000ffffffff'])(
    'a wide %s is refused',
    (hex) => expect(refusal(hex)).toBe('not_canonical'),
  );

  test.each([
    ['a text of no known length', '7f'],
    ['a text whose length is cut off', '78'],
    ['bytes of no known length', '5f'],
    ['bytes whose length is cut off', '58'],
    ['a reserved head', '7c'],
    ['a negative integer in an array', '81 20'],
    ['a tag in an array', '81 c2'],
    ['a boolean in an array', '81 f5'],
    ['a key with a wide head', 'a1 7817'],
    ['a key with a wide head, and a value', 'a1 7817 00'],
    ['a key that is not UTF-8', 'a1 61ff 00'],
    ['a key without a value, out of order', 'a2 6162 00 6161'],
    ['a key twice, its second value the larger', 'a2 6161 00 6161 01'],
    ['a map that ends before a key', 'a1'],
    ['an array that ends before an item', '82 00'],
  ])('%s is refused', (_, hex) => expect(refusal(hex)).toBe('not_canonical'));

  test('what is as large as an envelope can be is read', () => {
    expect(decodeCbor(new Uint8Array(ENVELOPE_BYTES))).toMatchObject({ refusal: 'not_canonical' });
    expect(decodeCbor(new Uint8Array(ENVELOPE_BYTES + 1))).toMatchObject({ refusal: 'too_large' });
  });

  test('maps and arrays nest to the limit and no deeper, in rows too', () => {
    const arrays = (depth: number): Cbor => (depth === 0 ? 0 : [arrays(depth - 1)]);
    const maps = (depth: number): Cbor => (depth === 0 ? 0 : new Map([['a', maps(depth - 1)]]));
    for (const nested of [arrays, maps]) {
      expect(decodeCbor(encodeCbor(nested(CBOR_DEPTH))).ok).toBe(true);
      expect(decodeCbor(encodeCbor(nested(CBOR_DEPTH + 1))).ok).toBe(false);
      expect(toHex(encodeRow(decodeRow(encodeRow(nested(CBOR_DEPTH)))))).toBe(
        toHex(encodeCbor(nested(CBOR_DEPTH))),
      );
      expect(() => decodeRow(encodeRow(nested(CBOR_DEPTH + 1)))).toThrow('not a row');
    }
  });
});

describe('rows', () => {
  test.each([
    [-1, '20'],
    [-24, '37'],
    [-25, '3818'],
    [-Number.MAX_SAFE_INTEGER, '3b001ffffffffffffe'],
    [false, 'f4'],
    [true, 'f5'],
    [null, 'f6'],
    [0n, 'c240'],
    [1n, 'c24101'],
    [255n, 'c241ff'],
    [256n, 'c2420100'],
    [2n ** 48n - 1n, 'c246ffffffffffff'],
    [2n ** 48n, 'c24701000000000000'],
    [2n ** 53n - 1n, 'c2471fffffffffffff'],
    [2n ** 53n, 'c24720000000000000'],
    [2n ** 60n, 'c2481000000000000000'],
    [2n ** 64n, 'c249010000000000000000'],
    [-1n, 'c340'],
    [-256n, 'c341ff'],
    [-257n, 'c3420100'],
    [-(2n ** 53n), 'c3471fffffffffffff'],
    [-(2n ** 64n) - 1n, 'c349010000000000000000'],
    [['é', -1, 'é'], '83 62c3a9 20 62c3a9'],
    [{ b: null, a: -2n, aa: true, c: undefined }, 'a3 6161 c34101 6162 f6 626161 f5'],
  ])('%o is %s', (row, hex) => {
    expect(toHex(encodeRow(row))).toBe(toHex(bytes(hex)));
    expect(decodeRow(bytes(hex))).toEqual(row);
  });

  test.each([
    ['nothing', ''],
    ['bytes left over', '00 00'],
    ['a number below −(2^53 − 1)', '3b 001fffffffffffff'],
    ['undefined', 'f7'],
    ['undefined in an array', '81 f7'],
    ['a simple value', 'e0'],
    ['a float', 'f9 0000'],
    ['a tag of another kind', 'c1 41 01'],
    ['a tag of another kind beyond', 'c4 41 01'],
    ['a tag of nothing', 'c2'],
    ['a tag of a number', 'c2 01'],
    ['a tag of a number with a byte behind it', 'c2 01 05'],
    ['a magnitude with a zero in front', 'c2 42 0001'],
    ['a magnitude of one zero', 'c2 41 00'],
    ['a magnitude cut short', 'c2 42 01'],
    ['a magnitude with a wide length', '82 c2 58 17'],
    ['a text that is not UTF-8', '61 ff'],
    ['keys out of order', 'a2 6162 00 6161 00'],
  ])('%s is no row', (_, hex) => {
    expect(() => decodeRow(bytes(hex))).toThrow('not a row');
    expect(() => decodeRow(bytes(hex), (text) => `kept ${text.length}`)).toThrow('not a row');
  });

  test('every text that is a value is asked for, no key is', () => {
    const asked: string[] = [];
    const row = { id: 'one', list: ['two', 'one'], name: 3 };
    const read = decodeRow(encodeRow(row), (text) => {
      asked.push(text);
      return `${text}!`;
    });
    expect(asked).toEqual(['one', 'two', 'one']);
    expect(read).toEqual({ id: 'one!', list: ['two!', 'one!'], name: 3 });
  });

  test('what is no integer that can be written throws', () => {
    for (const value of [0.5, 2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => writeCbor(value), String(value)).toThrow('no integer that can be written');
  });

  test('rows of any length: whatever comes where the buffer must grow is whole', () => {
    const texts = ['text', 'x'.repeat(600), 'é'.repeat(600)];
    const others = [true, 1, 2 ** 40, 2n ** 70n, 2n ** 4_800n, new Uint8Array(600), [1], { a: 1 }];
    const last: readonly Writable[] = [...texts, ...others];
    for (const value of last)
      for (let length = 240; length < 270; length++) {
        const row = [new Uint8Array(length).fill(7), value];
        expect(decodeRow(encodeRow(row)), `${length}`).toEqual(row);
      }
  });
});
