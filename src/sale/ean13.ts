/**
 * EAN-13 (GS1 General Specifications §7.9 check digit). In-store codes begin with 20–29: the outlet gives them itself,
 * nobody else's article can carry them.
 */
import { ok, type Result, refuse } from '../result.ts';

/** The check digit of twelve digits: weights 1, 3, 1, 3 … from the left. */
export function checkDigit(twelve: string): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += Number(twelve[i]) * (i % 2 === 0 ? 1 : 3);
  return (10 - (sum % 10)) % 10;
}

/** The in-store code of article `number` (0 … 9 999 999 999) under prefix 20. */
export function inStoreCode(number: number): string {
  const twelve = `20${String(number).padStart(10, '0')}`;
  return `${twelve}${checkDigit(twelve)}`;
}

/** A scanned text as a valid EAN-13. Refuses anything but 13 digits with the right check digit. */
export function parseEan13(text: string): Result<string, 'bad_code'> {
  const code = text.trim();
  if (!/^[0-9]{13}$/.test(code)) return refuse('bad_code', '13 digits are needed');
  if (checkDigit(code.slice(0, 12)) !== Number(code[12])) return refuse('bad_code', 'check digit differs');
  return ok(code);
}
