/**
 * Corrections of the book by what is really there. A shortage leaves the stock at today's average and is wasted value (w); a
 * surplus first reverses this outlet's own shortages of the last reverseDays, oldest first, at the value they were booked
 * with, and what is left of it enters with value 0. So miscounting one day and finding the goods the next costs nobody anything.
 * A common has no value: its corrections move amounts only.
 * Not here: how much is missing (`count.ts`), goods handed over beyond the book (`hand-over.ts`).
 */
import { type MicroMinutes, proRata } from '../units/micro-minutes.ts';
import { post } from './accounts.ts';
import { DAY_SECONDS } from './calendar.ts';
import { enter, leave, stockOf } from './pool.ts';
import type { Context } from './rule.ts';
import type { Correction, StockRow } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Amount, Id } from './transaction.ts';
import { labelOf, subsystemOf } from './who.ts';

/** Σ differences of the corrections booked after the end of block `height`: negative when more was missing than found. */
export function correctedSince({ corrections }: StockRow, height: number): number {
  return corrections.reduce((sum, c) => (c.height > height ? sum + c.difference : sum), 0);
}

/** At most `amount` of what the book has leaves into w. Returns what left; the difference booked is its negative. */
export function bookShortage(
  context: Context,
  outlet: Id,
  type: Id,
  amount: Amount,
): { readonly amount: Amount; readonly value: MicroMinutes } {
  const { state, height, time } = context;
  const left = Math.min(amount, stockOf(state, outlet, type).amount);
  if (left === 0) return { amount: 0, value: 0n };
  const value = leave(context, outlet, type, left, 'shortage');
  post(state, subsystemOf(state, outlet), { W: value });
  remember(context, outlet, type, { height, time, difference: -left, value, open: left });
  return { amount: left, value };
}

/** `amount` ≥ 1 enters. Returns the value that came back from w. */
export function bookSurplus(context: Context, outlet: Id, type: Id, amount: Amount): MicroMinutes {
  const { state, height, time } = context;
  const value = reverse(context, outlet, type, amount);
  enter(context, outlet, type, amount, value, 'surplus');
  post(state, subsystemOf(state, outlet), { W: -value });
  remember(context, outlet, type, { height, time, difference: amount, value: 0n, open: 0 });
  return value;
}

/** Takes up to `amount` off the outlet's open shortages. Returns the value they were booked with (part of one: pro rata, floor). */
function reverse(context: Context, outlet: Id, type: Id, amount: Amount): MicroMinutes {
  const { state } = context;
  if (labelOf(state, subsystemOf(state, outlet), type) === 'common') return 0n;
  const stock = stockOf(state, outlet, type);
  const since = reversibleSince(context, outlet);
  let rest = amount;
  let value = 0n;
  const corrections = stock.corrections.map((correction) => {
    const found = Math.min(rest, correction.open);
    if (found === 0 || correction.time < since) return correction;
    const back = proRata(correction.value, BigInt(found), BigInt(correction.open));
    rest -= found;
    value += back;
    return { ...correction, value: correction.value - back, open: correction.open - found };
  });
  state.stock.set(`${outlet}/${type}`, { ...stock, corrections });
  return value;
}

/** Adds a correction and drops those that no count can ask for any more and no surplus can reverse. */
function remember(context: Context, outlet: Id, type: Id, correction: Correction): void {
  const { state } = context;
  const stock = stockOf(state, outlet, type);
  const oldest = stock.history[0]?.height ?? 0;
  const reversible = reversibleSince(context, outlet);
  const kept = stock.corrections.filter((c) => c.height >= oldest || (c.open > 0 && c.time >= reversible));
  state.stock.set(`${outlet}/${type}`, { ...stock, corrections: [...kept, correction] });
}

function reversibleSince(context: Context, outlet: Id): number {
  const { reverseDays } = parametersOf(context, subsystemOf(context.state, outlet));
  return context.time - reverseDays * DAY_SECONDS;
}
