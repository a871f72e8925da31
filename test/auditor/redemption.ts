/**
 * Redemptions (§6.5; docs/ledger-coupons.md, «Redemption»): which coupons an outlet gets, which it takes from a younger announcement or an open refresh,
 * and which become waste because their keyset was revoked. Not here: the coupons' other ways (`coupons.ts`).
 */
import { hexBytes } from '../../src/bytes.ts';
import type { Announce, Id, Redeem, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { minutes } from './arithmetic.ts';
import { left } from './books.ts';
import { moveClearing } from './clearing.ts';
import { turnBack } from './coupons.ts';
import {
  type Abort,
  type Announcement,
  type Fate,
  type Keyset,
  type Owed,
  type Records,
  there,
} from './records.ts';
import { graceLeft, useCoupons } from './settlement.ts';

export function announce(records: Records, { outlet }: Announce): void {
  records.announcements.set(records.id, { outlet, place: records.place });
}

/**
 * One coupon after the other, each on its own. What an outlet gets as a whole is booked at the end, then what others lose, because
 * clearing remembers its way.
 */
export function redeem(records: Records, { outlet, announcement: id, coupons }: Redeem): void {
  const by = there(records.announcements.get(id), 'announcement');
  const here = records.home(outlet);
  // Whether an office's coupons are taken at all is asked before any is.
  const taken = new Set(
    [...records.keysets.values()]
      .filter(({ office }) => records.home(office) === here || graceLeft(records, here, office) > 0n)
      .map((keyset) => keyset.id),
  );
  const gone = new Set<Id>();
  let total = 0n;
  const lost: { readonly from: Id; readonly value: bigint }[] = [];
  for (const coupon of coupons) {
    const keyset = records.keysets.get(coupon.keyset);
    if (keyset === undefined || !taken.has(keyset.id) || gone.has(coupon.serial)) continue;
    const way = wayOf(records, by, keyset, coupon);
    if (way === undefined || !genuine(records, keyset, coupon)) continue;
    const value = minutes(2 ** coupon.exponent);
    const { office } = keyset;
    const free = way === 'waste' || typeof way === 'object';
    if (!free && records.home(office) !== here && graceLeft(records, here, office) < value) continue;
    const shown = { keyset, exponent: coupon.exponent };
    if (way === 'win') makeVoid(records, coupon.serial);
    if ((way === 'take' || way === 'win' || way === 'waste') && left(records, keyset, coupon.exponent) < 1)
      continue;
    gone.add(coupon.serial);
    if (way === 'waste') {
      records.fates.set(coupon.serial, { is: 'wasted', ...shown });
      records.accounts(office).W -= value;
      continue;
    }
    if (way === 'rescue') records.accounts(office).W += value;
    records.fates.set(coupon.serial, { is: 'redeemed', ...shown, by });
    if (typeof way === 'object') lost.push({ from: way.from, value });
    else useCoupons(records, here, office, value);
    total += value;
  }
  moveClearing(records, outlet, total);
  for (const { from, value } of lost) moveClearing(records, from, -value);
}

function genuine(
  { crypto }: Records,
  { keys }: Keyset,
  { exponent, serial, signature }: RedeemedCoupon,
): boolean {
  const key = keys[exponent];
  return key !== undefined && crypto.rsaPssSha384Salt0Verify(key, hexBytes(serial), signature);
}

/** `win`: from an open refresh, which becomes void; `rescue`: from waste; `from`: from a younger announcement's outlet. */
type Way = 'take' | 'win' | 'rescue' | 'waste' | { readonly from: Id } | undefined;

function wayOf(records: Records, by: Announcement, keyset: Keyset, coupon: RedeemedCoupon): Way {
  const stopped = keyset.revoked !== undefined && by.place > keyset.revoked;
  const free = stopped ? 'waste' : 'take';
  const fate = records.fates.get(coupon.serial);
  if (fate === undefined) return free;
  if (fate.is === 'aborted') return binds(fate.abort, by) ? undefined : free;
  if (fate.keyset !== keyset || fate.exponent !== coupon.exponent) return undefined;
  if (fate.is === 'recouped') return undefined;
  if (fate.is === 'wasted') return stopped ? undefined : 'rescue';
  if (fate.is === 'redeemed') {
    const near = records.home(fate.by.outlet) === records.home(by.outlet);
    return near && fate.by.place > by.place ? { from: fate.by.outlet } : undefined;
  }
  return outOfRefresh(fate, by, coupon.serial, stopped);
}

function outOfRefresh(fate: Fate & { is: 'refreshed' }, by: Announcement, serial: Id, stopped: boolean): Way {
  const { state, place, refresh = [] } = fate.by;
  if (state === 'issued') return undefined;
  const abort = refresh.find((coupon) => coupon.serial === serial)?.abort;
  const bound = abort !== undefined && binds(abort, by);
  if (state !== 'open') return bound ? undefined : stopped ? 'waste' : 'take';
  if (stopped || bound) return undefined;
  return fate.slow || by.place < place ? 'win' : undefined;
}

/** An abort binds the outlet that made it, and every redemption announced after it. */
function binds(abort: Abort, by: Announcement): boolean {
  return abort.outlet === by.outlet || by.place > abort.place;
}

/** The refresh that has this coupon is void: its coupons are their holder's again, locked, or aborted as they were. */
function makeVoid(records: Records, serial: Id): void {
  const fate = records.fates.get(serial) as Fate & { is: 'refreshed' };
  const refresh: Owed = fate.by;
  turnBack(records, refresh);
  refresh.state = 'void';
  for (const { serial: one, keyset, exponent, abort } of refresh.refresh ?? [])
    records.fates.set(
      one,
      abort === undefined
        ? { is: 'refreshed', keyset, exponent, by: refresh, slow: true }
        : { is: 'aborted', abort },
    );
}
