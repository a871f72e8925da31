/** The keys that work anywhere on the clerk's screen. Function keys, because a scanner and a name never type them. */
import type { Place } from './store.ts';

export const PLACE_KEYS: Readonly<Record<string, Place>> = { F1: 'checkout', F2: 'services', F3: 'stock' };
export const PAY_KEY = 'F12';

/** True if typing belongs to what has the focus: a field, or anything inside a dialog or an open list. */
export function typesElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest('input, textarea, select, [role="dialog"], [data-secret]') !== null;
}

/** True while a dialog is open: the keys below it rest. */
export function dialogOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}
