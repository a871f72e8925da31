/**
 * What a product is made of and what it gives (paper §4.2, §4.3): v, d, k, s, v* of each element, and δ, ρ, θ between two ages,
 * exact. For anybody who wants to check a means of production's figures without the code.
 * Not here: what the ledger books (src/economy/means.ts); plain rows of lots (views.ts).
 */
import type { Id } from '../src/economy/transaction.ts';
import { simple } from '../src/products/assembly.ts';
import { aggregatedValue, allParts, type Composition } from '../src/products/element.ts';
import { delta, operate, residual, rho, theta } from '../src/products/value-transfer.ts';
import { MINUTE } from '../src/units/micro-minutes.ts';
import { type Ratio, ratio, times } from '../src/units/ratio.ts';
import type { View } from './engine.ts';
import { type Json, toJson } from './json.ts';

const text = ({ num, den }: Ratio): string => `${num}/${den}`;

/**
 * A lot; of a means of production or a composed product also its elements with their figures. δ, ρ and θ go from age `from` to age
 * `to`, operating minutes of a product whose elements are all new (0 and the product's durability unless told); θ in
 * micro-minutes as an exact ratio, `thetaMinutes` the same in minutes, of one of `pieces` pieces made with it, `booked` the whole micro-minutes that the ledger's telescoping floors give. `aggregated` of the
 * lot is v* of everything in it, each element once.
 */
export function compositionView(
  { state }: View,
  id: Id,
  ages: { readonly from?: number; readonly to?: number; readonly pieces?: number } = {},
): Record<string, Json> | undefined {
  const row = state.lots.get(id);
  if (row === undefined) return undefined;
  const { durability } = row;
  const plain = { id, ...(toJson(row) as Record<string, Json>) };
  if (durability === undefined) return plain;
  const product: Composition =
    row.elements ?? simple({ id, type: row.type, v: row.value / BigInt(row.amount) }, durability);
  const from = ages.from ?? 0;
  const to = Math.max(from, ages.to ?? Math.max(...product.map(({ d }) => d)));
  const fresh = product.map((element) => ({ ...element, k: 0, u: 0 }));
  const then = operate(fresh, from, 1).product;
  const given = theta(product, from, to);
  const perPiece = ratio(given.num, given.den * MINUTE * BigInt(ages.pieces ?? 1));
  return {
    ...plain,
    from,
    to,
    aggregated: product.reduce((sum, { v }) => sum + v, 0n).toString(),
    theta: text(given),
    thetaMinutes: text(perPiece),
    booked: operate(then, to - from, 1).theta.toString(),
    parts: product.map((element) => ({
      id: element.id,
      type: element.type,
      name: state.types.get(element.type)?.name ?? '',
      v: element.v.toString(),
      d: element.d,
      k: element.k,
      u: element.u,
      children: [...element.children],
      allParts: allParts(product, element.id).map((part) => part.id),
      aggregated: aggregatedValue(product, element.id).toString(),
      residual: residual(element).toString(),
      deltaFrom: delta(element, from),
      deltaTo: delta(element, to),
      rho: text(rho(element, from, to)),
      theta: text(times(rho(element, from, to), element.v)),
    })),
  };
}
