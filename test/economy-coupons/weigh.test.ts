/** A redemption weighed against rows put by hand: what became of a coupon before decides, signatures are taken as looked at. */
import { beforeEach, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { VALID } from '../../src/economy/coupon-verdict.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import type { Context } from '../../src/economy/rule.ts';
import { type KeysetRow, type RefreshRow, type SerialRow, State } from '../../src/economy/state.ts';
import type { RedeemedCoupon } from '../../src/economy/transaction.ts';
import { weigh } from '../../src/economy/weigh.ts';

const id = (letter: string): string => letter.repeat(64);
const [OFFICE, SHOP, KIOSK, AWAY] = [id('1'), id('2'), id('3'), id('4')];
const [KEYSET, OTHER] = [id('a'), id('b')];
const NONE = [0, 0, 0, 0, 0, 0, 0, 0, 0];
const COUNTS = { issued: NONE.map(() => 9), redeemed: NONE, refreshed: NONE, recouped: NONE, wasted: NONE };
const ANNOUNCED = { outlet: SHOP, digest: id('d'), ordinal: 5 };

let state: State;
beforeEach(() => {
  state = new State();
  for (const [ordinal, at] of [OFFICE, SHOP, KIOSK, AWAY].entries())
    state.collectives.set(at, {
      key: `01${at}`,
      name: 'one',
      dispatches: true,
      ordinal,
      subsystem: at === AWAY ? AWAY : OFFICE,
    });
  keyset({});
});
function keyset(row: Partial<KeysetRow>, at = KEYSET): void {
  state.keysets.set(at, { office: OFFICE, keys: [], published: 1, ...COUNTS, ...row });
}
const coupon = (serial: string, exponent = 3, at = KEYSET): RedeemedCoupon => ({
  keyset: at,
  exponent,
  serial: id(serial),
  signature: new Uint8Array(256),
});
function weighed(...coupons: readonly RedeemedCoupon[]) {
  const context = {
    state,
    crypto: nodeCrypto,
    parameters: DEFAULT_PARAMETERS,
    time: 1_000,
    couponVerdicts: new Uint8Array(coupons.length).fill(VALID),
  } as unknown as Context;
  return weigh(context, { coupons } as never, ANNOUNCED);
}
const refusals = (...coupons: readonly RedeemedCoupon[]) =>
  weighed(...coupons).skipped.map(({ serial, refusal }) => [serial[0], refusal]);
const seen = (serial: string, row: Omit<SerialRow, 'by'> & { readonly by?: string }) =>
  state.serials.set(id(serial), { by: id('e'), keyset: KEYSET, exponent: 3, ...row });

test('never more of a denomination goes than was issued, whichever way it went before', () => {
  const gone = { redeemed: [1], refreshed: [2], recouped: [3], wasted: [4] };
  const counts = Object.fromEntries(
    Object.entries(gone).map(([way, [count]]) => [way, NONE.with(3, count as number)]),
  );
  keyset({ ...counts, issued: NONE.with(3, 10) });
  expect(refusals(coupon('5'))).toEqual([['5', 'over_redemption']]);
  keyset({ ...counts, issued: NONE.with(3, 12) });
  expect(refusals(coupon('5'), coupon('6'), coupon('7'))).toEqual([['7', 'over_redemption']]);
  // Rows of a keyset that never had a way count it as nothing.
  keyset({ issued: NONE.with(3, 1), refreshed: [], recouped: [], wasted: [], redeemed: [] });
  expect(refusals(coupon('5'), coupon('6'))).toEqual([['6', 'over_redemption']]);
  expect(refusals(coupon('5', 2))).toEqual([['5', 'over_redemption']]);
});

test('spent, wasted, recouped and aborted ones', () => {
  state.announcements.set(id('e'), { outlet: KIOSK, digest: id('d'), ordinal: 9 });
  state.announcements.set(id('f'), { outlet: KIOSK, digest: id('d'), ordinal: 5 });
  state.announcements.set(id('9'), { outlet: AWAY, digest: id('d'), ordinal: 9 });
  seen('5', { state: 'spent' });
  expect(weighed(coupon('5')).moved).toEqual([{ coupon: coupon('5'), from: KIOSK }]);
  for (const [by, row] of [
    [id('f'), {}],
    [id('9'), {}],
    [id('8'), {}],
    [id('e'), { keyset: OTHER }],
    [id('e'), { exponent: 2 }],
  ] as const) {
    seen('5', { state: 'spent', by, ...row });
    expect(refusals(coupon('5'))).toEqual([['5', 'coupon_spent']]);
  }
  seen('5', { state: 'wasted' });
  expect(weighed(coupon('5'))).toMatchObject({ rescued: [coupon('5')], taken: [coupon('5')], minutes: 8 });
  seen('5', { state: 'wasted', keyset: OTHER });
  expect(refusals(coupon('5'))).toEqual([['5', 'coupon_spent']]);
  seen('5', { state: 'recouped' });
  expect(refusals(coupon('5'))).toEqual([['5', 'coupon_spent']]);
  for (const [outlet, ordinal, answer] of [
    [KIOSK, 5, [['5', 'coupon_aborted']]],
    [KIOSK, 6, []],
    [SHOP, 6, [['5', 'coupon_aborted']]],
  ] as const) {
    seen('5', { state: 'aborted', outlet, ordinal });
    expect(refusals(coupon('5'))).toEqual(answer);
  }
});

test('of a revoked keyset what was announced before is taken, the rest is worth nothing', () => {
  keyset({ revoked: { time: 1, ordinal: 6 } });
  expect(refusals(coupon('5'))).toEqual([]);
  keyset({ revoked: { time: 1, ordinal: 5 } });
  const found = weighed(coupon('5'), coupon('6'));
  expect(found.wasted).toEqual([coupon('5'), coupon('6')]);
  expect(found.taken).toEqual([]);
  expect(refusals(coupon('5'))).toEqual([['5', 'keyset_revoked']]);
  seen('5', { state: 'wasted' });
  expect(refusals(coupon('5'))).toEqual([['5', 'coupon_spent']]);
});

test('out of a refresh: slow ones to any redemption, fast ones to an older announcement, never out of an issued one', () => {
  const abort: SerialRow = { state: 'aborted', by: id('8'), outlet: SHOP, ordinal: 0 };
  const one = (serial: string) => ({ keyset: KEYSET, exponent: 3, key: 'k', serial: id(serial) });
  const refresh = (row: Partial<RefreshRow>) =>
    state.refreshes.set(id('e'), {
      packs: 0,
      keyset: KEYSET,
      blinded: [],
      height: 1,
      issueFrom: 1,
      ordinal: 5,
      coupons: [{ ...one('6'), aborted: abort }, one('5')],
      ...row,
    });
  const answers = (state: 'locked' | 'refreshed', row: Partial<RefreshRow>) => {
    for (const serial of ['5', '6']) seen(serial, { state });
    refresh(row);
    return [refusals(coupon('5')), refusals(coupon('6'))].map(([first]) => first?.[1]);
  };
  // The second was aborted at this outlet before it went into the refresh.
  expect(answers('locked', {})).toEqual([undefined, 'coupon_aborted']);
  expect(answers('refreshed', {})).toEqual(['coupon_refreshed', 'coupon_refreshed']);
  expect(answers('refreshed', { ordinal: 6 })).toEqual([undefined, 'coupon_aborted']);
  expect(answers('locked', { signatures: [] })).toEqual(['coupon_locked', 'coupon_locked']);
  expect(answers('refreshed', { closed: 'void' })).toEqual([undefined, 'coupon_aborted']);
  keyset({ revoked: { time: 1, ordinal: 0 } });
  expect(answers('locked', {})).toEqual(['coupon_locked', 'coupon_locked']);
  keyset({});
  // What a refresh that becomes void had taken of its keysets' room is free for others.
  keyset({ issued: NONE.with(3, 2), refreshed: NONE.with(3, 2) });
  refresh({ coupons: [one('5'), one('6'), { ...one('7'), keyset: id('9') }] });
  for (const serial of ['5', '6']) seen(serial, { state: 'locked' });
  const found = weighed(coupon('5'), coupon('6'));
  expect(found).toMatchObject({ minutes: 16, skipped: [] });
  expect([...found.voided]).toEqual([id('e')]);
  expect(refusals(coupon('5'), coupon('7', 3), coupon('8', 3))).toEqual([['8', 'over_redemption']]);
  // Not of a refresh that is there.
  state.refreshes.delete(id('e'));
  expect(refusals(coupon('5'))).toEqual([['5', 'coupon_locked']]);
});

test('coupons of an office elsewhere use up its grace; what is moved or wasted does not', () => {
  keyset({ office: AWAY });
  expect(refusals(coupon('5'))).toEqual([['5', 'no_trust']]);
  expect(refusals(coupon('5', 3, id('c')))).toEqual([['5', 'unknown_keyset']]);
  state.grace.set(`${OFFICE}/${AWAY}`, { until: 1_000, left: 16_000_000n });
  expect(refusals(coupon('5'), coupon('6'), coupon('7', 0))).toEqual([['7', 'grace_used_up']]);
  expect(refusals(coupon('5', 4))).toEqual([]);
  expect(refusals(coupon('5', 5))).toEqual([['5', 'grace_used_up']]);
  state.announcements.set(id('e'), { outlet: KIOSK, digest: id('d'), ordinal: 9 });
  seen('8', { state: 'spent' });
  expect(refusals(coupon('5'), coupon('6'), coupon('8'))).toEqual([]);
  expect(refusals(coupon('8'), coupon('5'), coupon('6'))).toEqual([]);
  state.grace.set(`${OFFICE}/${AWAY}`, { until: 1_000, left: 1n });
  keyset({ office: AWAY, revoked: { time: 1, ordinal: 0 } });
  expect(refusals(coupon('5'))).toEqual([['5', 'keyset_revoked']]);
  expect(weighed(coupon('5')).wasted).toHaveLength(1);
});

test('a serial counts once, under whatever keyset it is shown again', () => {
  keyset({}, OTHER);
  expect(refusals(coupon('5'), coupon('5', 3, OTHER))).toEqual([['5', 'coupon_spent']]);
  // What was refused the first time may be good the second.
  keyset({ issued: NONE });
  expect(refusals(coupon('5'), coupon('5', 3, OTHER))).toEqual([['5', 'over_redemption']]);
  keyset({ revoked: { time: 1, ordinal: 0 } });
  expect(refusals(coupon('5'), coupon('5', 3, OTHER))).toEqual([
    ['5', 'keyset_revoked'],
    ['5', 'coupon_spent'],
  ]);
});
