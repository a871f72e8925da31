/** What the one field of the checkout understands, and how a scan is told from a person. */
import { expect, test } from 'vitest';
import { moveMark, NOT_SCANNING, readEntry, type Scanning, scannerKey } from '../../renderer/entry.ts';

test.each([
  ['', { kind: 'empty' }],
  ['   ', { kind: 'empty' }],
  ['2000000000015', { kind: 'code', code: '2000000000015' }],
  [' 2000000000015 ', { kind: 'code', code: '2000000000015' }],
  ['200 0000 000015', { kind: 'code', code: '2000000000015' }],
  ['20000015', { kind: 'code', code: '20000015' }],
  ['2000001', { kind: 'text', text: '2000001' }],
  ['123456789012345', { kind: 'text', text: '123456789012345' }],
  ['rye  bread', { kind: 'text', text: 'rye bread' }],
])('«%s» is %o', (field, entry) => {
  expect(readEntry(field)).toEqual(entry);
});

test('a search is never longer than the door takes', () => {
  expect(readEntry('x'.repeat(200))).toEqual({ kind: 'text', text: 'x'.repeat(80) });
});

/** Types keys with a pause of `pause` ms and gives the codes that came out. */
function type(keys: string, pause: number): string[] {
  let scanning: Scanning = NOT_SCANNING;
  let at = 1_000;
  const codes: string[] = [];
  for (const key of [...keys].map((k) => (k === '\n' ? 'Enter' : k))) {
    at += pause;
    const { now, code } = scannerKey(scanning, key, at);
    scanning = now;
    if (code !== null) codes.push(code);
  }
  return codes;
}

test('a scanner types fast: its digits and Enter are a code', () => {
  expect(type('2000000000015\n', 8)).toEqual(['2000000000015']);
  expect(type('2000000000015\n2000000000022\n', 8)).toEqual(['2000000000015', '2000000000022']);
});

test('a person types slowly, or something else: no code', () => {
  expect(type('2000000000015\n', 400)).toEqual([]);
  expect(type('1234\n', 8)).toEqual([]);
  expect(type('20000000x00015\n', 8)).toEqual([]);
  expect(type('\n', 8)).toEqual([]);
});

test('digits typed long before a scan do not become part of it', () => {
  let state = scannerKey(NOT_SCANNING, '7', 1_000).now;
  for (const [i, key] of [...'20000015'].entries()) state = scannerKey(state, key, 5_000 + i * 8).now;
  expect(scannerKey(state, 'Enter', 5_070).code).toBe('20000015');
});

test('the mark walks over a grid of 5 and never leaves it', () => {
  const go = (mark: number, key: string) => moveMark(mark, key, 12, 5);
  expect(go(-1, 'ArrowDown')).toBe(0);
  expect(go(-1, 'ArrowUp')).toBe(-1);
  expect(go(0, 'ArrowUp')).toBe(-1);
  expect(go(3, 'ArrowDown')).toBe(8);
  expect(go(8, 'ArrowDown')).toBe(8);
  expect(go(6, 'ArrowDown')).toBe(11);
  expect(go(11, 'ArrowRight')).toBe(11);
  expect(go(0, 'ArrowLeft')).toBe(0);
  expect(go(6, 'ArrowUp')).toBe(1);
  expect(moveMark(3, 'ArrowDown', 0, 5)).toBe(-1);
});
