/**
 * Digits being entered on a pad: a secret number (PIN, PUK) or an amount. Plain functions, so that keys of the pad, of
 * the keyboard and tests share them. A scanner that fires into a PIN pad types more digits than a PIN has; the entry then
 * is spoilt and must not be sent.
 */
import { PIN_DIGITS, PUK_DIGITS } from '../src/limits.ts';

export interface Digits {
  readonly text: string;
  /** More digits came than fit: nothing of it counts. */
  readonly spoilt: boolean;
}
export const NO_DIGITS: Digits = { text: '', spoilt: false };

export interface Length {
  readonly min: number;
  readonly max: number;
}
export const LENGTHS: Readonly<Record<'pin' | 'puk', Length>> = { pin: PIN_DIGITS, puk: PUK_DIGITS };

/** One key: a digit, `back` (the last digit goes) or `clear`. */
export function pressDigit(was: Digits, key: string, length: Length): Digits {
  if (key === 'clear') return NO_DIGITS;
  if (key === 'back') return was.spoilt ? NO_DIGITS : { text: was.text.slice(0, -1), spoilt: false };
  if (was.spoilt || !/^[0-9]$/.test(key)) return was;
  return was.text.length >= length.max ? { text: '', spoilt: true } : { text: was.text + key, spoilt: false };
}

/** True if the digits may be sent. */
export function enough(digits: Digits, length: Length): boolean {
  return !digits.spoilt && digits.text.length >= length.min && digits.text.length <= length.max;
}

/** What a key of the keyboard means to a pad; null if nothing. */
export function padKey(key: string): 'back' | 'clear' | 'enter' | string | null {
  if (/^[0-9]$/.test(key)) return key;
  if (key === 'Backspace') return 'back';
  if (key === 'Delete') return 'clear';
  if (key === 'Enter') return 'enter';
  return null;
}

/** Digits as an amount; no digits are no amount (null), which is not zero. */
export function toAmount(digits: Digits): number | null {
  return digits.spoilt || digits.text === '' ? null : Number(digits.text);
}
