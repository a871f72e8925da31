/**
 * What a means of production gives to what is made with it (paper §4.3). δ, ρ and θ are the paper's functions of time, exact.
 * The ledger books θ in whole micro-minutes by telescoping floors: an element has transferred floor(v·u/d), so whatever the
 * steps, their sum is the same and at u = d exactly v.
 * Where the paper stops at d, a means of production that outlives its durability may go on (`reach` below): its residual turns
 * negative, and writing it off lowers the tax (§3.3), which eq. 5 alone could never do.
 */
import { floorDiv, type MicroMinutes } from '../units/micro-minutes.ts';
import { add, type Ratio, ratio, times, ZERO } from '../units/ratio.ts';
import type { Composition, Element } from './element.ts';

/** δ(t, k), eq. 5: operating minutes left at age k. */
export function delta({ d }: Element, k: number): number {
  return Math.max(d - k, 0);
}

/** ρ(t, k1, k2), eq. 6: the share of the element's value that goes over between ages k1 and k2. */
export function rho(element: Element, k1: number, k2: number): Ratio {
  return ratio(BigInt(delta(element, k1) - delta(element, k2)), BigInt(element.d));
}

/** θ(P, k1, k2), eq. 7: Σ ρ(t, k1, k2)·v(t) over all elements, each once; exact micro-minutes. */
export function theta(product: Composition, k1: number, k2: number): Ratio {
  return product.reduce((sum, element) => add(sum, times(rho(element, k1, k2), element.v)), ZERO);
}

/** What an element has transferred: floor(v·u/d). */
export function transferred({ v, d, u }: Element): MicroMinutes {
  return floorDiv(v * BigInt(u), BigInt(d));
}

/** What an element has left to transfer: v at first, 0 at u = d, negative beyond. */
export function residual(element: Element): MicroMinutes {
  return element.v - transferred(element);
}

/** Σ residuals of a product, each element once. */
export function residualOf(product: Composition): MicroMinutes {
  return product.reduce((sum, element) => sum + residual(element), 0n);
}

/**
 * A product runs for `minutes` operating minutes (≥ 0): every element's k grows by them, u grows with it as far as `reach`
 * times d and never falls. `reach` is 1, or a greater whole number for use beyond the durability. Returns the product as it is
 * afterwards and θ, ≥ 0, in whole micro-minutes.
 */
export function operate(
  product: Composition,
  minutes: number,
  reach: number,
): { readonly product: Composition; readonly theta: MicroMinutes } {
  const after = product.map((element) => ({
    ...element,
    k: element.k + minutes,
    u: Math.max(element.u, Math.min(element.u + minutes, reach * element.d)),
  }));
  return { product: after, theta: residualOf(product) - residualOf(after) };
}
