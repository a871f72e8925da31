/**
 * Refreshing (paper §6.5 in its private form): coupons in, new ones of the same total out, without a wallet. Each coupon
 * shows its public key and signs with it, so only its holder can. Value stays in O: what the old coupons' offices owed, the
 * new keyset's office owes. A refresh is its own announcement: its place in the chain is its age.
 * Fast, when a card vouches or when every coupon was aborted by an outlet: the office issues at once. Slow otherwise, as
 * after a card was lost: the serials are published as locked, tills stop taking them, a redemption still wins, and the
 * office may issue only when every crowd has landed that might hold them (offlineMax + holdMax).
 * A redemption that takes a coupon of a refresh makes it void, because its total is no longer paid for: nothing is issued,
 * the other coupons are their holder's as before. They stay locked and have waited since then, so that the next refresh of
 * them does not begin anew.
 * Not here: undoing one (`cancel.ts`), which coupons a redemption wins (`weigh.ts`).
 */

import { hexBytes, toHex } from '../bytes.ts';
import { couponMinutes } from '../coupons/denominations.ts';
import { LOAD_PACKS, PACK_MINUTES } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { fromMinutes, type MicroMinutes } from '../units/micro-minutes.ts';
import { verifyCouponSignature } from './coupon-verdict.ts';
import { graceLeft, takesCoupons, useGrace } from './grace.ts';
import { couponKeys } from './office.ts';
import { settle } from './origins.ts';
import { blindedHashes, countCoupons, landedBy, ordinalNow, refreshExponents, roomFor } from './owed.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { KeysetRow, RefreshRow, SerialRow, State } from './state.ts';
import { parametersOf } from './subsystem-parameters.ts';
import type { Id, Refresh } from './transaction.ts';
import { vouched } from './voucher.ts';
import { subsystemOf } from './who.ts';

type Shown = RefreshRow['coupons'][number];

interface RefreshPlan {
  readonly coupons: readonly Shown[];
  readonly hashes: readonly Id[];
  readonly fast: boolean;
  readonly issueFrom: number;
}

/** Why a coupon that the ledger has seen cannot be given; undefined when it can: aborted, or left over from a void refresh. */
export function takenAlready(state: State, row: SerialRow | undefined): Refusal | undefined {
  if (row === undefined || row.state === 'aborted') return undefined;
  if (row.state === 'refreshed') return 'coupon_refreshed';
  if (row.state !== 'locked') return 'coupon_spent';
  return state.refreshes.get(row.by)?.closed === 'void' ? undefined : 'coupon_locked';
}

/** Whether the keysets of a refresh can be used: that of the new coupons, then those of the old ones. */
function keysetsRefusal(context: Context, { keyset, coupons }: Refresh): Refusal | undefined {
  const { state } = context;
  const rows = [keyset, ...coupons.map((coupon) => coupon.keyset)].map((id) => state.keysets.get(id));
  const known = rows.filter((row): row is KeysetRow => row !== undefined);
  if (known.length < rows.length) return 'unknown_keyset';
  const subsystem = subsystemOf(state, (known[0] as KeysetRow).office);
  if (!known.every(({ office }) => takesCoupons(context, subsystem, office))) return 'no_trust';
  if (known.some(({ revoked }) => revoked !== undefined)) return 'keyset_revoked';
  return state.liveKeysets.get(subsystem) === keyset ? undefined : 'expired';
}

/** Whether what comes out is worth what goes in: whole packs, or one coupon for one. */
function totalRefusal({ packs, coupons }: Refresh): Refusal | undefined {
  if (packs > LOAD_PACKS) return 'packs_out_of_range';
  const differs = packs === 0 ? coupons.length !== 1 : couponMinutes(coupons) !== packs * PACK_MINUTES;
  return differs ? 'total_differs' : undefined;
}

/** Why the first coupon that cannot be taken is not: seen before, a wrong signature, or more than were issued. */
function couponRefusal(
  context: Context,
  subsystem: Id,
  coupons: Refresh['coupons'],
  shown: readonly Shown[],
): Refusal | undefined {
  const { state, crypto } = context;
  const rows = shown.map(({ serial }) => state.serials.get(serial));
  const seen = rows.map((row) => takenAlready(state, row)).find((refusal) => refusal !== undefined);
  if (seen !== undefined) return seen;
  const wrong = shown.some(({ serial, keyset, exponent }, i) => {
    const signature = coupons[i]?.signature as Uint8Array;
    const coupon = { keyset, exponent, serial, signature };
    return !verifyCouponSignature(crypto, couponKeys(state, keyset), coupon);
  });
  if (wrong) return 'coupon_wrong';
  for (const [office, value] of byOffice(state, shown))
    if (subsystemOf(state, office) !== subsystem && graceLeft(context, subsystem, office) < value)
      return 'grace_used_up';
  const counts = new Map<Id, KeysetRow>();
  for (const { keyset, exponent } of shown) {
    const row = counts.get(keyset) ?? (state.keysets.get(keyset) as KeysetRow);
    if (!roomFor(row, exponent)) return 'over_redemption';
    counts.set(keyset, { ...row, refreshed: row.refreshed.map((n, e) => (e === exponent ? n + 1 : n)) });
  }
  return undefined;
}

/**
 * Signed by each coupon's key. Refuses as a whole, in this order: `unknown_keyset`, `no_trust` (an old coupon's office is in
 * another subsystem than the new keyset's, and there is no grace), `keyset_revoked` (recoup then), `expired` (the new keyset is not live), what
 * `vouched` refuses, `packs_out_of_range`, `total_differs` (whole packs, or one coupon for one of its kind), `wrong_number`,
 * `blinded_out_of_range`, `blinded_seen`, `not_sorted` (by key; a key twice), `coupon_spent` (recouped included), `coupon_refreshed`,
 * `coupon_locked` (in another refresh), `coupon_wrong`, `grace_used_up`, `over_redemption`.
 */
export const refreshRule: Rule<Refresh, RefreshPlan> = {
  kind: 'refresh',
  signers: (_context, { coupons }) => ok(coupons.map(({ key }) => key)),
  check(context, refresh): Result<RefreshPlan, Refusal> {
    const { state, crypto, time } = context;
    const unusable = keysetsRefusal(context, refresh);
    if (unusable !== undefined) return refuse(unusable);
    const keyset = state.keysets.get(refresh.keyset) as KeysetRow;
    const voucher = vouched(context, refresh, keyset.office);
    if (!voucher.ok) return voucher;
    const unequal = totalRefusal(refresh);
    if (unequal !== undefined) return refuse(unequal);
    const { packs, blinded, coupons } = refresh;
    const hashes = blindedHashes(state, crypto, keyset, refreshExponents(packs, coupons), blinded);
    if (!hashes.ok) return hashes;
    if (coupons.some(({ key }, i) => i > 0 && (coupons[i - 1]?.key ?? '') >= key))
      return refuse('not_sorted');
    const shown = coupons.map((coupon) => show(context, coupon));
    const subsystem = subsystemOf(state, keyset.office);
    const refusal = couponRefusal(context, subsystem, coupons, shown);
    if (refusal !== undefined) return refuse(refusal);
    const fast = voucher.value || shown.every(({ aborted }) => aborted !== undefined);
    const since = shown.map(({ serial, aborted }) =>
      fast || aborted !== undefined ? 0 : (state.serials.get(serial)?.since ?? time),
    );
    const issueFrom = fast ? time : landedBy(Math.max(...since), parametersOf(context, subsystem));
    return ok({ coupons: shown, hashes: hashes.value, fast, issueFrom });
  },
  apply(context: Context, { packs, keyset, blinded }, { coupons, hashes, fast, issueFrom }): void {
    const { state, id, height, time } = context;
    for (const hash of hashes) state.blinded.set(hash, id);
    for (const coupon of coupons) {
      const since = state.serials.get(coupon.serial)?.since ?? time;
      setSerial(state, coupon, { state: fast ? 'refreshed' : 'locked', by: id, since });
      countCoupons(state, coupon.keyset, 'refreshed', [coupon.exponent]);
    }
    const subsystem = subsystemOf(state, (state.keysets.get(keyset) as KeysetRow).office);
    for (const [office, value] of byOffice(state, coupons)) useGrace(context, subsystem, office, value);
    state.refreshes.set(id, {
      packs,
      keyset,
      blinded,
      height,
      issueFrom,
      ordinal: ordinalNow(state),
      coupons,
    });
    context.emit({ kind: 'refresh', refresh: id, keyset, packs, minutes: couponMinutes(coupons), issueFrom });
    const serials = coupons.map(({ serial }) => serial);
    context.emit(
      fast ? { kind: 'refreshed', refresh: id, serials } : { kind: 'locked', refresh: id, serials },
    );
  },
};

/** A coupon as the state keeps it: with its serial, and the abort that may have come before. */
function show({ state, crypto }: Context, { keyset, exponent, key }: Refresh['coupons'][number]): Shown {
  const serial = toHex(crypto.sha256(hexBytes(key)));
  const row = state.serials.get(serial);
  const coupon = { keyset, exponent, key, serial };
  return row?.state === 'aborted' ? { ...coupon, aborted: row } : coupon;
}

/** What each office owes of these coupons. */
function byOffice(state: State, coupons: readonly Shown[]): ReadonlyMap<Id, MicroMinutes> {
  const out = new Map<Id, MicroMinutes>();
  for (const { keyset, exponent } of coupons) {
    const { office } = state.keysets.get(keyset) as KeysetRow;
    out.set(office, (out.get(office) ?? 0n) + fromMinutes(2 ** exponent));
  }
  return out;
}

function setSerial(state: State, { serial, keyset, exponent }: Shown, row: SerialRow): void {
  state.serials.set(serial, { ...row, keyset, exponent });
}

/** An open slow refresh was issued: its coupons are gone. */
export function closeLocks(state: State, id: Id, { coupons }: RefreshRow): void {
  for (const coupon of coupons)
    if (state.serials.get(coupon.serial)?.state === 'locked')
      setSerial(state, coupon, { state: 'refreshed', by: id });
}

/** The debt for the new coupons ends and that for the old ones is back. */
function turnBack(state: State, { keyset, coupons }: RefreshRow): void {
  const from = subsystemOf(state, (state.keysets.get(keyset) as KeysetRow).office);
  for (const coupon of coupons) {
    countCoupons(state, coupon.keyset, 'refreshed', [coupon.exponent], -1);
    const { office } = state.keysets.get(coupon.keyset) as KeysetRow;
    settle(state, from, subsystemOf(state, office), fromMinutes(2 ** coupon.exponent));
  }
}

/** A redemption takes a coupon of an open refresh, which is void from now on. What it did not take stays locked, or aborted. */
export function makeVoid(context: Context, id: Id): void {
  const { state } = context;
  const row = state.refreshes.get(id);
  if (row === undefined || row.closed !== undefined || row.signatures !== undefined)
    throw new Error(`no open refresh ${id}`);
  turnBack(state, row);
  state.refreshes.set(id, { ...row, closed: 'void' });
  for (const coupon of row.coupons) {
    const serial = state.serials.get(coupon.serial) as SerialRow;
    state.serials.set(coupon.serial, coupon.aborted ?? { ...serial, state: 'locked' });
  }
  context.emit({ kind: 'refresh_void', refresh: id });
}

/** The holder takes an open or void refresh back: coupons that are still its own are free, or aborted as they were. */
export function unlock(context: Context, id: Id, row: RefreshRow): void {
  const { state } = context;
  if (row.closed === undefined) turnBack(state, row);
  state.refreshes.set(id, { ...row, closed: 'cancelled' });
  const free: Id[] = [];
  for (const { serial, aborted } of row.coupons) {
    if (state.serials.get(serial)?.by !== id) continue;
    if (aborted !== undefined) state.serials.set(serial, aborted);
    else {
      state.serials.delete(serial);
      free.push(serial);
    }
  }
  context.emit({ kind: 'unlocked', refresh: id, serials: free });
}
