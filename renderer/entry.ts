/**
 * What a clerk, or a scanner, put into the one field of the checkout. A scanner is a keyboard that types the digits of a
 * code and Enter; whether the code is a right one is for the terminal to say.
 */

export type Entry =
  | { readonly kind: 'empty' }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'text'; readonly text: string };

/** Reads the field. 8 to 14 digits are a code (EAN-8, UPC-A, EAN-13, GTIN-14), anything else is a search. */
export function readEntry(field: string): Entry {
  const text = field.trim().replace(/\s+/g, ' ');
  if (text === '') return { kind: 'empty' };
  const digits = text.replace(/ /g, '');
  if (/^[0-9]{8,14}$/.test(digits)) return { kind: 'code', code: digits };
  return { kind: 'text', text: text.slice(0, 80) };
}

/** A scanner's keystrokes caught while no field has the focus: the digits so far and when the last one came, ms. */
export interface Scanning {
  readonly digits: string;
  readonly at: number;
}
export const NOT_SCANNING: Scanning = { digits: '', at: 0 };

/** Longer pauses between two digits are a person at the keyboard, ms. Scanners type faster than 50 ms a digit. */
const SCANNER_PAUSE_MS = 150;

/** One more key. `code` is set when Enter ends a whole code. */
export function scannerKey(
  was: Scanning,
  key: string,
  at: number,
): { readonly now: Scanning; readonly code: string | null } {
  const fresh = at - was.at <= SCANNER_PAUSE_MS;
  if (/^[0-9]$/.test(key)) {
    return { now: { digits: `${fresh ? was.digits : ''}${key}`.slice(-14), at }, code: null };
  }
  if (key === 'Enter' && fresh && was.digits.length >= 8) return { now: NOT_SCANNING, code: was.digits };
  return { now: NOT_SCANNING, code: null };
}

/** Where the marked tile moves in a grid of `columns`, or -1 for none. Never leaves the grid at the bottom or right. */
export function moveMark(mark: number, key: string, count: number, columns: number): number {
  if (count === 0) return -1;
  if (mark < 0) return key === 'ArrowDown' || key === 'ArrowRight' ? 0 : -1;
  const to = {
    ArrowDown: mark + columns,
    ArrowUp: mark - columns,
    ArrowRight: mark + 1,
    ArrowLeft: mark - 1,
    Home: 0,
    End: count - 1,
  }[key];
  if (to === undefined) return mark;
  if (to < 0) return key === 'ArrowUp' ? -1 : 0;
  return to >= count ? (key === 'ArrowDown' ? mark : count - 1) : to;
}
