/** Refreshing across a split: the other part's office takes coupons of the old one while the time of grace lasts. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RedeemedCoupon } from '../../src/economy/transaction.ts';
import { Bank, type CardRefresh, CHAIN, coinOf, keysOfOffice, type Party, published } from './bank.ts';

let bank: Bank;
let pack: RedeemedCoupon[];
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
  pack = bank.coupons('anna');
});

const coin = (exponent: number, n = 0) => coinOf(pack, exponent, n);
const send = ({ transaction, signers }: CardRefresh) => bank.send(transaction, ...signers);
const redeemAt = (outlet: Party, coupons: readonly RedeemedCoupon[]) =>
  bank.send(bank.announce(outlet, coupons), outlet);

describe('in the time of grace after a split', () => {
  /** The dairy is a subsystem of its own, with an office; it takes so many minutes of the old one’s coupons. */
  function split(left: number): void {
    bank.leave(bank.dairy);
    const keys = published(keysOfOffice('second'));
    bank.send({ kind: 'keyset', chain: CHAIN, nonce: bank.nonce(), office: bank.dairy.id, keys }, bank.dairy);
    const until = bank.block.time + 90 * 86_400;
    const row = { until, left: BigInt(left) * 1_000_000n };
    bank.state.grace.set(`${bank.dairy.id}/${bank.office.id}`, row);
  }
  const to = (name: string, coupon: RedeemedCoupon) => bank.cardRefresh(name, [coupon], { office: 'second' });

  it('the other part’s office takes what is left of it; Q of both says how much', () => {
    split(100);
    const before = bank.books(bank.dairy.id);
    expect(bank.change(() => send(to('over', coin(6))))).toEqual({ O: -64, Q: -64 });
    const after = bank.books(bank.dairy.id);
    expect([after.O - before.O, after.Q - before.Q]).toEqual([64_000_000n, 64_000_000n]);
    expect(send(to('too much', coin(6, 0)))).toBe('coupon_locked');
    const more = bank.coupons('bert').filter((c) => c.exponent === 6)[0] as RedeemedCoupon;
    expect(send(to('too much', more))).toBe('grace_used_up');
    expect(bank.change(() => send(to('the rest', coin(5))))).toEqual({ O: -32, Q: -32 });
  });

  it('a redemption at home still wins: what had crossed comes back', () => {
    split(64);
    const refresh = to('over', coin(6));
    expect(send(refresh)).toBe('accepted');
    const before = bank.books(bank.dairy.id);
    expect(bank.change(() => redeemAt(bank.shop, [coin(6)]))).toEqual({ Z: 64, Q: 64 });
    const after = bank.books(bank.dairy.id);
    expect([after.O - before.O, after.Q - before.Q]).toEqual([-64_000_000n, -64_000_000n]);
    expect(bank.state.refreshes.get(refresh.id)?.closed).toBe('void');
  });

  it('without grace, or after it, there is no trust', () => {
    split(64);
    bank.next(91);
    expect(send(to('late', coin(0)))).toBe('no_trust');
  });
});
