/**
 * The pack: everybody loads the same 300 minutes in the same 32 coupons, n packs a load, so that a load tells the office
 * and the ledger nothing but n. Figures are in `limits.ts`.
 */
import { LOAD_PACKS, PACK } from '../limits.ts';
import { type Counts, DENOMINATIONS } from './denominations.ts';

/** The exponents of one pack's coupons, smallest first. */
export const PACK_EXPONENTS: readonly number[] = PACK.flatMap(([exponent, count]) =>
  new Array<number>(count).fill(exponent),
);

/** How many coupons of each exponent one pack holds, at index 0 … 8. */
export const PACK_COUNTS: Counts = PACK_EXPONENTS.reduce((counts, exponent) => {
  counts[exponent] = (counts[exponent] ?? 0) + 1;
  return counts;
}, new Array<number>(DENOMINATIONS).fill(0));

/** The exponents of a load of `packs` whole packs (1 … 6): ascending, and of each packs × its count in the pack. Wallet, office and ledger list a load's coupons in this order. */
export function loadExponents(packs: number): number[] {
  if (!Number.isInteger(packs) || packs < 1 || packs > LOAD_PACKS) throw new Error('a load is 1 to 6 packs');
  return PACK.flatMap(([exponent, count]) => new Array<number>(packs * count).fill(exponent));
}
