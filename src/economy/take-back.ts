/**
 * Taking back (paper §2.2): goods that people return to an outlet re-enter its stock at the lowest average of the last
 * reverseDays, so that nobody gains by bringing back what became dearer; that value, rounded down to whole minutes, is issued as
 * coupons to the card in hand, and the rest goes to the rounding account: G +v, O +minutes, R + the rest. It names neither
 * the purchase nor who brings the goods.
 * An outlet takes back no more of a type than it handed over in that time, and for no more minutes than it redeemed, less what
 * it took back already.
 * Not here: the issue (`load.ts`), undoing one that is never issued (`cancel.ts`).
 */
import { ok, type Result, refuse } from '../result.ts';
import { floorDiv, fromMinutes, MINUTE, type MicroMinutes } from '../units/micro-minutes.ts';
import { post } from './accounts.ts';
import { DAY_SECONDS, dayOf } from './calendar.ts';
import { addDay, sumSince, windowDay } from './day-sums.ts';
import { lowestSince } from './lows.ts';
import { settle } from './origins.ts';
import { twoSigners } from './outlet.ts';
import { blindedHashes, exponentsOf } from './owed.ts';
import { enter, hasRoom, poolOf, stockOf, withdraw } from './pool.ts';
import { countRedeemed } from './redeem.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { KeysetRow, State, TakeBackRow } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Amount, Id, TakeBack } from './transaction.ts';
import { labelOf, subsystemOf, weakTrust } from './who.ts';

interface TakeBackPlan {
  readonly hashes: readonly Id[];
  /** With their values, in the order of the transaction. */
  readonly goods: TakeBackRow['goods'];
}

function daysOf(context: Context, outlet: Id): number {
  return parametersOf(context, subsystemOf(context.state, outlet)).reverseDays;
}

/** What goods that come back are worth: floor(amount × lowest average of the window); commons, and what was never in stock, nothing. */
function worth(context: Context, outlet: Id, type: Id, amount: Amount): MicroMinutes {
  const { state, time } = context;
  if (labelOf(state, subsystemOf(state, outlet), type) === 'common') return 0n;
  const since = time - daysOf(context, outlet) * DAY_SECONDS;
  const low = lowestSince(poolOf(state, outlet, type).lows, since);
  return low === undefined ? 0n : floorDiv(BigInt(amount) * low.value, BigInt(low.amount));
}

/** The keyset whose office is to issue: known, of the outlet's subsystem, and live. */
function keysetOf({ state }: Context, outlet: Id, keyset: Id): Result<KeysetRow, Refusal> {
  const row = state.keysets.get(keyset);
  if (row === undefined) return refuse('unknown_keyset');
  if (!weakTrust(state, row.office, outlet)) return refuse('no_trust');
  if (row.revoked !== undefined) return refuse('keyset_revoked');
  return state.liveKeysets.get(subsystemOf(state, outlet)) === keyset ? ok(row) : refuse('expired');
}

/**
 * Signed by two keys (`twoSigners`). Refuses `amount_zero`, `value_overflow` (more than a pool can be), `unknown_keyset`, `no_trust`
 * (the office is in another subsystem), `keyset_revoked`, `expired`, `wrong_number`, `blinded_out_of_range`, `blinded_seen`,
 * `not_sorted`, `unknown_product`, `nothing_taken_back`, `minutes_differ` (from the goods' value in whole minutes, rounded down, as the
 * ledger stands; or more than a card holds), `more_than_handed_over`, `more_than_redeemed`.
 */
export const takeBackRule: Rule<TakeBack, TakeBackPlan> = {
  kind: 'take_back',
  signers: (context, { outlet }, offered) => twoSigners(context, outlet, 'take_back', offered),
  check(context, { outlet, goods, minutes, keyset: id, blinded }): Result<TakeBackPlan, Refusal> {
    const { state, crypto, time } = context;
    if (goods.some(({ amount }) => amount === 0)) return refuse('amount_zero');
    if (!goods.every(({ type, amount }) => hasRoom(state, outlet, type, amount)))
      return refuse('value_overflow');
    const keyset = keysetOf(context, outlet, id);
    if (!keyset.ok) return keyset;
    const exponents = exponentsOf(minutes) ?? [];
    const hashes = blindedHashes(state, crypto, keyset.value, exponents, blinded);
    if (!hashes.ok) return hashes;
    if (!goods.every(({ type }, i) => i === 0 || (goods[i - 1] as { type: Id }).type < type))
      return refuse('not_sorted');
    if (!goods.every(({ type }) => state.types.has(type))) return refuse('unknown_product');
    if (goods.length === 0) return refuse('nothing_taken_back');
    const valued = goods.map((line) => ({ ...line, value: worth(context, outlet, line.type, line.amount) }));
    const whole = floorDiv(sum(valued), MINUTE);
    if (BigInt(minutes) !== whole || exponentsOf(minutes) === undefined) return refuse('minutes_differ');
    const first = windowDay(time, daysOf(context, outlet));
    const handed = (type: Id) => sumSince(stockOf(state, outlet, type).handed ?? [], first);
    if (!goods.every(({ type, amount }) => amount <= handed(type))) return refuse('more_than_handed_over');
    if (minutes > sumSince(state.redeemedDays.get(outlet) ?? [], first)) return refuse('more_than_redeemed');
    return ok({ hashes: hashes.value, goods: valued });
  },
  apply(context: Context, { outlet, minutes, keyset, blinded }, { hashes, goods }): void {
    const { state, id, height, time } = context;
    for (const hash of hashes) state.blinded.set(hash, id);
    for (const { type, amount, value } of goods) {
      enter(context, outlet, type, amount, value, 'take_back');
      countHanded(context, outlet, type, -amount);
    }
    countRedeemed(context, outlet, -minutes);
    post(state, subsystemOf(state, outlet), { R: sum(goods) - fromMinutes(minutes) });
    // Nothing to issue is issued already.
    const done = blinded.length === 0 ? { signatures: [] } : {};
    state.takeBacks.set(id, { outlet, keyset, minutes, goods, blinded, height, day: dayOf(time), ...done });
    context.emit({
      kind: 'taken_back',
      takeBack: id,
      outlet,
      keyset,
      minutes,
      goods: goods.map(({ type, amount, value }) => ({ type, amount, value: value.toString() })),
    });
  },
};

function sum(goods: TakeBackRow['goods']): MicroMinutes {
  return goods.reduce((total, { value }) => total + value, 0n);
}

/** Amounts handed over by day, today's unless told: a bound of what the outlet may take back. */
export function countHanded(
  context: Context,
  outlet: Id,
  type: Id,
  amount: number,
  day = dayOf(context.time),
): void {
  const { state, time } = context;
  const stock = stockOf(state, outlet, type);
  const handed = addDay(stock.handed ?? [], day, amount, windowDay(time, daysOf(context, outlet)));
  state.stock.set(`${outlet}/${type}`, { ...stock, handed });
}

/** Whether the goods are still there to leave again. */
export function canUndo(state: State, { outlet, goods }: TakeBackRow): boolean {
  return goods.every(({ type, amount }) => stockOf(state, outlet, type).amount >= amount);
}

/**
 * An open take back ends: the goods leave with the value they came with, or what the pool still has of it, so that the
 * average is as if they had never been there; O −minutes, and R takes the rest. What the outlet may take back is as before.
 */
export function undoTakeBack(context: Context, id: Id, row: TakeBackRow): void {
  const { state } = context;
  const { outlet, keyset, minutes, goods } = row;
  state.takeBacks.set(id, { ...row, cancelled: true });
  let left: MicroMinutes = 0n;
  for (const { type, amount, value } of goods) {
    left += withdraw(context, outlet, type, amount, value, 'take_back');
    countHanded(context, outlet, type, amount, row.day);
  }
  countRedeemed(context, outlet, minutes, row.day);
  const here = subsystemOf(state, outlet);
  post(state, here, { R: fromMinutes(minutes) - left });
  settle(
    state,
    subsystemOf(state, (state.keysets.get(keyset) as KeysetRow).office),
    here,
    fromMinutes(minutes),
  );
}
