/** Pads: secrets of the right length only, a scan into a PIN pad never sent, nothing typed is not zero. */
import { expect, test } from 'vitest';
import { enough, LENGTHS, NO_DIGITS, padKey, pressDigit, toAmount } from '../../renderer/digits.ts';

const press = (keys: readonly string[], length = LENGTHS.pin) =>
  keys.reduce((digits, key) => pressDigit(digits, key, length), NO_DIGITS);

test('a PIN has 4 to 8 digits, a PUK 8 to 12', () => {
  expect(enough(press([...'123']), LENGTHS.pin)).toBe(false);
  expect(enough(press([...'1234']), LENGTHS.pin)).toBe(true);
  expect(enough(press([...'12345678']), LENGTHS.pin)).toBe(true);
  expect(enough(press([...'1234567'], LENGTHS.puk), LENGTHS.puk)).toBe(false);
  expect(enough(press([...'123456789012'], LENGTHS.puk), LENGTHS.puk)).toBe(true);
});

test('a scanner that fires into a PIN pad spoils the entry', () => {
  const scan = press([...'2000000000015']);
  expect(scan).toEqual({ text: '', spoilt: true });
  expect(enough(scan, LENGTHS.pin)).toBe(false);
  // More digits do not mend it, clearing or back does.
  expect(pressDigit(scan, '1', LENGTHS.pin)).toEqual(scan);
  expect(pressDigit(scan, 'clear', LENGTHS.pin)).toEqual(NO_DIGITS);
  expect(pressDigit(scan, 'back', LENGTHS.pin)).toEqual(NO_DIGITS);
});

test('back takes one digit, clear takes all, other keys nothing', () => {
  expect(press(['1', '2', 'back']).text).toBe('1');
  expect(press(['back']).text).toBe('');
  expect(press(['1', '2', 'clear']).text).toBe('');
  expect(press(['1', 'a', 'F1', '2']).text).toBe('12');
});

test('nothing typed is no amount, and 0 is one', () => {
  expect(toAmount(NO_DIGITS)).toBeNull();
  expect(toAmount(press(['0'], { min: 1, max: 8 }))).toBe(0);
  expect(toAmount(press(['0', '7'], { min: 1, max: 8 }))).toBe(7);
  expect(toAmount(press([...'123456789'], { min: 1, max: 8 }))).toBeNull();
});

test('keys of the keyboard mean what the pad has', () => {
  expect(['5', 'Backspace', 'Delete', 'Enter', 'x', 'F5', 'ArrowUp'].map(padKey)).toEqual([
    '5',
    'back',
    'clear',
    'enter',
    null,
    null,
    null,
  ]);
});
