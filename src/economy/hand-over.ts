/**
 * Handing over (paper §2.2, §6.5): what an outlet gave away in one crowd of sales, types and amounts and the whole minutes
 * charged, never a single sale, a coupon or a wallet. The goods' value v leaves the pools at today's average; the outlet's clearing
 * falls by what was charged and the difference goes to the rounding account: Z −= charged, R += charged − v.
 * A sum charged below Σ amount × the lowest average of the last offlineMax + holdMax counts as that sum: the lack
 * stays in Z, where everybody sees it. A sum above what the highest average of that time and rounding can explain counts as
 * that much: a slip, or a till that was away for longer, puts nothing into everybody's rounding account; the excess stays in Z, from
 * where a revision books it to w when it lasts. It is not refused: goods are gone whatever the sum. Crowds smaller than k are taken: a quiet outlet's leaves as it is, and is seen.
 * Not here: the coupons of the same crowd (`redeem.ts`); they arrive apart.
 */
import { REDEEM_COUPONS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { ceilDiv, floorDiv, fromMinutes, type MicroMinutes } from '../units/micro-minutes.ts';
import { moveClearing, post } from './accounts.ts';
import { bookSurplus } from './corrections.ts';
import { outletSigner } from './outlet.ts';
import { hasRoom, highest, leave, lowest, poolOf, stockOf } from './pool.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import { parametersOf } from './subsystem-parameters.ts';
import { countHanded } from './take-back.ts';
import type { Amount, HandOver, Id } from './transaction.ts';
import { subsystemOf } from './who.ts';

interface HandOverPlan {
  /** What counts as charged. */
  readonly counted: MicroMinutes;
}

/** What a line takes beyond the book: it enters as a surplus first. */
function beyondBook(
  { state }: Context,
  outlet: Id,
  line: { readonly type: Id; readonly amount: Amount },
): Amount {
  return Math.max(0, line.amount - stockOf(state, outlet, line.type).amount);
}

/**
 * The least and the most that a till can honestly have charged. Least: Σ amount × lowest average, each line rounded down to whole
 * micro-minutes. Most: Σ amount × highest average, each line rounded up, and one minute a sale, of which a crowd has no more
 * than a redemption has coupons. Averages are those before this hand-over: its own surplus does not lower them.
 */
function bounds(context: Context, { outlet, goods, sales }: HandOver) {
  const { state, time } = context;
  const parameters = parametersOf(context, subsystemOf(state, outlet));
  let least: MicroMinutes = 0n;
  let most: MicroMinutes = fromMinutes(Math.min(sales, REDEEM_COUPONS));
  for (const { type, amount } of goods) {
    const pool = poolOf(state, outlet, type);
    const low = lowest({ time, parameters }, pool);
    const high = highest({ time, parameters }, pool);
    if (low !== undefined) least += floorDiv(BigInt(amount) * low.value, BigInt(low.amount));
    if (high !== undefined) most += ceilDiv(BigInt(amount) * high.value, BigInt(high.amount));
  }
  return { least, most };
}

/**
 * Refuses `amount_zero`, `value_overflow` (a surplus larger than a pool can be), `not_sorted`, `unknown_product`,
 * `nothing_handed_over` (no goods or no sale).
 */
export const handOverRule: Rule<HandOver, HandOverPlan> = {
  kind: 'hand_over',
  signers: (context, { outlet }, offered) => outletSigner(context, outlet, 'hand_over', offered),
  check(context, handOver): Result<HandOverPlan, Refusal> {
    const { outlet, goods, charged, sales } = handOver;
    const { state } = context;
    if (goods.some(({ amount }) => amount === 0)) return refuse('amount_zero');
    if (!goods.every((line) => hasRoom(state, outlet, line.type, beyondBook(context, outlet, line))))
      return refuse('value_overflow');
    if (!goods.every(({ type }, i) => i === 0 || (goods[i - 1] as { type: Id }).type < type))
      return refuse('not_sorted');
    if (!goods.every(({ type }) => state.types.has(type))) return refuse('unknown_product');
    if (goods.length === 0 || sales === 0) return refuse('nothing_handed_over');
    const sum = fromMinutes(charged);
    const { least, most } = bounds(context, handOver);
    return ok({ counted: sum < least ? least : sum > most ? most : sum });
  },
  apply(context: Context, { outlet, goods, charged, sales }, { counted }): void {
    const { state, id } = context;
    let value = 0n;
    for (const line of goods) {
      const surplus = beyondBook(context, outlet, line);
      if (surplus > 0) bookSurplus(context, outlet, line.type, surplus);
      value += leave(context, outlet, line.type, line.amount, 'hand_over');
      countHanded(context, outlet, line.type, line.amount);
    }
    moveClearing(context, outlet, -counted);
    post(state, subsystemOf(state, outlet), { R: counted - value });
    const lack = counted - fromMinutes(charged);
    const excess = -lack;
    context.emit({
      kind: 'handed_over',
      transaction: id,
      outlet,
      charged,
      value: value.toString(),
      sales,
      ...(lack > 0n ? { lack: lack.toString() } : {}),
      ...(excess > 0n ? { excess: excess.toString() } : {}),
    });
  },
};
