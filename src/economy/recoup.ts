/**
 * Recouping: coupons of a revoked keyset become balance again. The holder shows a coupon's blinding factor, which proves that
 * the blinded serial of a load, refresh or take back unblinds to this coupon's serial, so that no forged one can be recouped. Each
 * blinded serial counts once, and each serial.
 * The value of a load's coupon goes back to the origins its minutes came from, to the load's wallet, whose signature is
 * enough. A refresh or a take back names no wallet: there the coupon's own key signs with the wallet that gets the value, and
 * the origin is the office, on which the coupon hung before.
 * Outlets may still hold the same coupons: so it takes offlineMax + holdMax from the revocation, except when a card vouches or
 * outlets aborted them all. O − and B +. Where forgeries were redeemed before, a keyset may owe less than its holders can prove;
 * what is recouped beyond it is waste: W +, B +.
 */

import { beInt, hexBytes, toHex } from '../bytes.ts';
import { couponMinutes } from '../coupons/denominations.ts';
import { checkBlinding } from '../coupons/rsabssa.ts';
import type { RsaPublicKey } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import { fromMinutes, type MicroMinutes } from '../units/micro-minutes.ts';
import { post } from './accounts.ts';
import { couponKeys } from './office.ts';
import { giveBack, partOf, type Taken } from './origins.ts';
import { countCoupons, landedBy, type Owed, owedFor, roomFor } from './owed.ts';
import { takenAlready } from './refresh.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { KeysetRow } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Id, Recoup, RecoupedCoupon } from './transaction.ts';
import { vouched } from './voucher.ts';
import { subsystemOf } from './who.ts';

interface Proven {
  readonly at: string;
  readonly serial: Id;
  readonly exponent: number;
  /** Where its value goes. */
  readonly back: readonly Taken[];
}
interface RecoupPlan {
  readonly coupons: readonly Proven[];
}

/** Where the value of number `index` goes back to: a load's coupons lie one after the other on what it took. */
function originsOf({ as, row, exponents }: Owed, index: number, office: Id): readonly Taken[] {
  const value = fromMinutes(2 ** (exponents[index] as number));
  if (as !== 'load') return [{ origin: office, value }];
  const before = exponents.slice(0, index).map((exponent) => ({ exponent }));
  const from = fromMinutes(couponMinutes(before));
  return partOf(row.taken, from, from + value);
}

/** One coupon with its proof, or why it proves nothing. */
function prove(
  { state, crypto }: Context,
  { wallet, keyset }: Recoup,
  keys: readonly RsaPublicKey[],
  { load, index, key, factor }: RecoupedCoupon,
): Result<Proven, Refusal> {
  const owed = owedFor(state, load);
  if (owed === undefined || owed.row.keyset !== keyset) return refuse('unknown_load');
  if (owed.as === 'load' && owed.row.wallet !== wallet) return refuse('not_yours');
  const exponent = owed.exponents[index];
  if (exponent === undefined) return refuse('wrong_number');
  if (owed.state !== 'issued') return refuse('not_issued');
  const serial = crypto.sha256(hexBytes(key));
  const taken = takenAlready(state, state.serials.get(toHex(serial)));
  if (taken !== undefined) return refuse(taken);
  const at = `${load}/${index}`;
  if (state.recoups.has(at)) return refuse('already_recouped');
  const blinded = owed.row.blinded[index] as Uint8Array;
  const proves = checkBlinding(crypto, keys[exponent] as RsaPublicKey, serial, beInt(factor), blinded);
  if (!proves) return refuse('wrong_factor');
  const { office } = state.keysets.get(keyset) as KeysetRow;
  return ok({ at, serial: toHex(serial), exponent, back: originsOf(owed, index, office) });
}

/** Whether the outlets have had their time, or a card or their aborts say that they hold none of these coupons. */
function waited(context: Context, recoup: Recoup, keyset: KeysetRow, coupons: readonly Proven[]) {
  const { state, time } = context;
  const voucher = vouched(context, recoup, keyset.office);
  if (!voucher.ok) return voucher;
  const parameters = parametersOf(context, subsystemOf(state, keyset.office));
  const landed = landedBy(keyset.revoked?.time ?? time, parameters);
  const aborted = coupons.every(({ serial }) => state.serials.get(serial)?.state === 'aborted');
  return voucher.value || aborted || time >= landed ? ok(true) : refuse('too_early');
}

/**
 * Signed by the wallet, and by the key of each coupon that came from a refresh or take back. Refuses `unknown_load` (or of another
 * keyset), `unknown_keyset`, `not_revoked`, then for one coupon `not_yours` (a load of another wallet), `wrong_number` (no such
 * blinded serial), `not_issued` (it can be cancelled), `coupon_spent`, `coupon_refreshed`, `coupon_locked`, `already_recouped`,
 * `wrong_factor`; `not_sorted` (by load and number; a serial twice); what `vouched` refuses; `too_early`.
 */
export const recoupRule: Rule<Recoup, RecoupPlan> = {
  kind: 'recoup',
  signers({ state }, { wallet, coupons }) {
    const keys = [wallet];
    for (const { load, key } of coupons) {
      const owed = owedFor(state, load);
      if (owed === undefined) return refuse('unknown_load');
      if (owed.as !== 'load' && !keys.includes(key)) keys.push(key);
    }
    return ok(keys);
  },
  check(context, recoup): Result<RecoupPlan, Refusal> {
    const { state } = context;
    const keyset = state.keysets.get(recoup.keyset);
    const keys = couponKeys(state, recoup.keyset);
    if (keyset === undefined || keys === undefined) return refuse('unknown_keyset');
    if (keyset.revoked === undefined) return refuse('not_revoked');
    const coupons: Proven[] = [];
    for (const coupon of recoup.coupons) {
      const proven = prove(context, recoup, keys, coupon);
      if (!proven.ok) return proven;
      coupons.push(proven.value);
    }
    const rising = recoup.coupons.every(({ load, index }, i, all) => {
      const last = all[i - 1];
      return last === undefined || last.load < load || (last.load === load && last.index < index);
    });
    const once = new Set(coupons.map(({ serial }) => serial)).size === coupons.length;
    if (!rising || !once) return refuse('not_sorted');
    const time = waited(context, recoup, keyset, coupons);
    return time.ok ? ok({ coupons }) : time;
  },
  apply(context: Context, { wallet, keyset }, { coupons }): void {
    const { state, id } = context;
    const { office } = state.keysets.get(keyset) as KeysetRow;
    const subsystem = subsystemOf(state, office);
    let beyond: MicroMinutes = 0n;
    for (const { at, serial, exponent, back } of coupons) {
      state.recoups.set(at, id);
      state.serials.set(serial, { state: 'recouped', by: id, keyset, exponent });
      if (roomFor(state.keysets.get(keyset) as KeysetRow, exponent))
        countCoupons(state, keyset, 'recouped', [exponent]);
      else beyond += fromMinutes(2 ** exponent);
      giveBack(state, wallet, back, subsystem);
    }
    if (beyond > 0n) post(state, subsystem, { W: beyond });
    context.emit({
      kind: 'recouped',
      transaction: id,
      keyset,
      minutes: couponMinutes(coupons),
      serials: coupons.map(({ serial }) => serial),
      ...(beyond > 0n ? { wasted: beyond.toString() } : {}),
    });
  },
};
