/** UTF-8 without the platform's coder, against the platform's: every border between lengths, every kind of broken sequence. */
import { expect, test } from 'vitest';
import { utf8Length, utf8Read, utf8Write } from '../../src/economy/utf8.ts';

const BORDERS = [
  0, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x10_0000, 0x10_ffff,
];

test('texts at every border go out as the platform writes them, and come back', () => {
  for (const point of BORDERS)
    for (const text of [String.fromCodePoint(point), `a${String.fromCodePoint(point, point)}é`]) {
      const bytes = new TextEncoder().encode(text);
      expect(utf8Length(text), text).toBe(bytes.length);
      const out = new Uint8Array(bytes.length + 2);
      expect(utf8Write(text, out, 1)).toBe(bytes.length + 1);
      expect([...out]).toEqual([0, ...bytes, 0]);
      expect(utf8Read(out, 1, bytes.length + 1)).toBe(text);
    }
});

test('a lone surrogate is no text: writing it is a bug', () => {
  for (const text of [
    '\ud800',
    '\udbff',
    '\udc00',
    '\udfff',
    'a\ud800a',
    '\ud800\ud800',
    '\udbff\ue000',
    '\udc00\udc00',
    '\ud800\udbff',
  ])
    expect(() => utf8Length(text), JSON.stringify(text)).toThrow('a lone surrogate is no text');
  for (const text of ['\ud800\udc00', '\ud800\udfff', '\udbff\udc00', '\udbff\udfff'])
    expect(utf8Length(text)).toBe(4);
});

test('what the platform refuses is refused, what it reads is read: all sequences of borders up to four bytes', () => {
  const firsts = [
    0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xfc, 0xff,
  ];
  const nexts = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const expected = (bytes: Uint8Array): string | undefined => {
    try {
      return strict.decode(bytes);
    } catch {
      return undefined;
    }
  };
  let sequences: number[][] = firsts.map((first) => [first]);
  const wrong: string[] = [];
  for (let length = 1; length <= 4; length++) {
    for (const sequence of sequences) {
      // What stands around it is no part of it.
      const inside = Uint8Array.of(0x80, ...sequence, 0x80, 0x80, 0x80);
      if (utf8Read(inside, 1, 1 + length) !== expected(Uint8Array.from(sequence)))
        wrong.push(sequence.join());
    }
    sequences = sequences.flatMap((sequence) => nexts.map((next) => [...sequence, next]));
  }
  expect(wrong).toEqual([]);
});

test('long texts of one byte a character: as long as a stack is deep, and longer', () => {
  for (const length of [0, 1, 1_023, 1_024, 1_025, 2_048, 3_000, 400_000]) {
    const bytes = Uint8Array.from({ length: length + 2 }, (_, i) => 0x20 + (i % 0x60));
    expect(utf8Read(bytes, 1, length + 1) === new TextDecoder().decode(bytes.subarray(1, length + 1))).toBe(
      true,
    );
  }
});
