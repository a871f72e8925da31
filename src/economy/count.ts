/**
 * Physical inventory (paper §2.2): what an outlet counted, type by type, against the book at a height that it names. The
 * amount of a line is what is on the shelf + sold and not on the ledger at that height + booked then and not arrived
 * − arrived and booked after it, so people can count while goods move. missing = book(height) − amount − what corrections booked
 * since took off already; it is booked as a difference, so a hand-over or delivery in between disturbs nothing.
 * Not here: what a shortage or surplus does to values (`corrections.ts`).
 */
import { ok, type Result, refuse } from '../result.ts';
import { bookShortage, bookSurplus, correctedSince } from './corrections.ts';
import { outletSigner } from './outlet.ts';
import { bookAt, hasRoom, stockOf } from './pool.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { Count, Id } from './transaction.ts';

/** Amount missing by line, negative for a surplus. */
type CountPlan = readonly number[];

/** Amount missing of one line, negative for a surplus; undefined for a height of which the book knows nothing: not made yet, or too long ago. */
function missing(context: Context, outlet: Id, line: Count['lines'][number]): number | undefined {
  const stock = stockOf(context.state, outlet, line.type);
  const book = line.height < context.height ? bookAt(stock, line.height) : undefined;
  return book === undefined ? undefined : book + correctedSince(stock, line.height) - line.amount;
}

/**
 * Refuses `value_overflow` (a surplus larger than a pool can be), `not_sorted`, `unknown_product`, `unknown_height` (the
 * block is not made yet, or further back than the book remembers).
 */
export const countRule: Rule<Count, CountPlan> = {
  kind: 'count',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'count', offered),
  check(context, { outlet, lines }): Result<CountPlan, Refusal> {
    const plan = lines.map((line) => missing(context, outlet, line));
    if (!lines.every(({ type }, i) => hasRoom(context.state, outlet, type, -(plan[i] ?? 0))))
      return refuse('value_overflow');
    if (!lines.every(({ type }, i) => i === 0 || (lines[i - 1] as { type: Id }).type < type))
      return refuse('not_sorted');
    if (!lines.every(({ type }) => context.state.types.has(type))) return refuse('unknown_product');
    const known = plan.filter((amount) => amount !== undefined);
    return known.length === lines.length ? ok(known) : refuse('unknown_height');
  },
  apply(context: Context, { outlet, lines }, plan): void {
    const booked = lines.map(({ type }, i) => {
      const amount = plan[i] as number;
      if (amount < 0) {
        const value = bookSurplus(context, outlet, type, -amount);
        return { type, difference: String(-amount), value: value.toString() };
      }
      const left = bookShortage(context, outlet, type, amount);
      return { type, difference: String(0 - left.amount), value: (-left.value).toString() };
    });
    context.emit({ kind: 'counted', transaction: context.id, outlet, lines: booked });
  },
};
