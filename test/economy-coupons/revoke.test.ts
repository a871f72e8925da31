/** Revoking: an office stops a keyset or a batch, an outlet a delegation. What becomes of the coupons: recoup.test.ts. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Id, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { Bank, CHAIN, coinOf, hash, keysOfOffice, type Party, party, published } from './bank.ts';

let bank: Bank;
let pack: RedeemedCoupon[];
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
  pack = bank.coupons('anna');
});
const coin = (exponent: number, n = 0) => coinOf(pack, exponent, n);
const revoke = (signer = bank.office, keyset = bank.keyset) =>
  bank.send(
    { kind: 'revoke', chain: CHAIN, nonce: bank.nonce(), keyset, reason: 'the key was stolen' },
    signer,
  );
const redeemAt = (outlet: Party, coupons: readonly RedeemedCoupon[]) =>
  bank.send(bank.announce(outlet, coupons), outlet);
function skipped(): Record<Id, string> {
  const event = bank.events.find((e) => e.kind === 'redeemed');
  if (event?.kind !== 'redeemed') throw new Error('no redemption');
  return Object.fromEntries(event.skipped.map(({ serial, refusal }) => [serial, refusal]));
}
const publish = (name: string) =>
  bank.send(
    {
      kind: 'keyset',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.office.id,
      keys: published(keysOfOffice(name)),
    },
    bank.office,
  );

describe('revoke a keyset', () => {
  it('stops it, books nothing, and frees the office to publish another before five years', () => {
    expect(publish('second')).toBe('keyset_in_use');
    expect(bank.change(() => revoke())).toEqual({});
    expect(bank.events).toEqual([
      { kind: 'keyset_revoked', keyset: bank.keyset, reason: 'the key was stolen' },
    ]);
    expect(bank.state.liveKeysets.get(bank.office.id)).toBeUndefined();
    bank.credit(bank.wallet, bank.bakery, 300);
    expect(bank.send(bank.cardLoad('late').transaction, bank.wallet)).toBe('keyset_revoked');
    expect(publish('office')).toBe('keyset_known');
    expect(publish('second')).toBe('accepted');
    const load = bank.cardLoad('new', 1, bank.wallet, 'second');
    expect(bank.send(load.transaction, bank.wallet)).toBe('accepted');
  });

  it('is the office’s alone, once', () => {
    expect(revoke(bank.bakery)).toBe('missing_signature');
    expect(revoke(bank.office, hash('none'))).toBe('unknown_keyset');
    expect(revoke()).toBe('accepted');
    expect(revoke()).toBe('keyset_revoked');
  });

  it('an older one that is not live any more leaves the live one alone', () => {
    bank.next(5 * 365.25);
    expect(publish('second')).toBe('accepted');
    const second = bank.state.liveKeysets.get(bank.office.id);
    expect(revoke()).toBe('accepted');
    expect(bank.state.liveKeysets.get(bank.office.id)).toBe(second);
  });

  it('an outlet’s coupons announced before are redeemed; later ones become w, and are worth nothing to anybody', () => {
    const before = bank.announce(bank.shop, [coin(4)]);
    revoke();
    expect(bank.change(() => bank.send(before, bank.shop))).toEqual({ O: -16, Z: 16 });
    expect(bank.change(() => redeemAt(bank.shop, [coin(3), coin(2)]))).toEqual({ O: -12, W: -12 });
    expect(bank.events).toMatchObject([{ minutes: 0, serials: [], wasted: 12 }]);
    expect(skipped()).toEqual({ [coin(3).serial]: 'keyset_revoked', [coin(2).serial]: 'keyset_revoked' });
    expect(bank.change(() => redeemAt(bank.kiosk, [coin(3), coin(4)]))).toEqual({});
    expect(skipped()).toEqual({ [coin(3).serial]: 'coupon_spent', [coin(4).serial]: 'coupon_spent' });
  });

  it('over a month the outlet’s missing coupons and its goods even out in w', () => {
    const bread = bank.stock(bank.shop, 'bread', 4, 32);
    revoke();
    const handOver = {
      kind: 'hand_over',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      goods: [{ type: bread, amount: 1 }],
      charged: 8,
      sales: 1,
    } as const;
    const w = () => bank.books().W;
    const before = w();
    expect(bank.change(() => bank.send(handOver, bank.shop))).toEqual({ G: -8, Z: -8 });
    expect(bank.change(() => redeemAt(bank.shop, [coin(3)]))).toEqual({ O: -8, W: -8 });
    expect(w() - before).toBe(-8_000_000n);
    // The clearing stays negative; after reverseDays the revision books it: Z +8, w +8.
    bank.next(35);
    bank.next(35);
    const booked = [...bank.state.clearingBooked.entries()];
    expect(booked.map(([, value]) => value)).toEqual([-8_000_000n]);
    expect(bank.state.clearing.get(bank.shop.id)).toBe(0n);
  });

  it('a copied redemption that was shown after the revocation loses the coupon to the one announced before it', () => {
    const before = bank.announce(bank.shop, [coin(4), coin(3)]);
    revoke();
    expect(bank.change(() => redeemAt(bank.kiosk, [coin(4)]))).toEqual({ O: -16, W: -16 });
    expect(bank.change(() => bank.send(before, bank.shop))).toEqual({ O: -8, W: 16, Z: 24 });
    expect(skipped()).toEqual({});
    expect(bank.state.keysets.get(bank.keyset)?.wasted).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('a refresh that was taken before keeps its coupons, also against a redemption that comes later', () => {
    bank.next(5 * 365.25);
    publish('second');
    const refresh = bank.cardRefresh('kept', [coin(4)], { office: 'second' });
    expect(bank.send(refresh.transaction, ...refresh.signers)).toBe('accepted');
    revoke();
    expect(bank.change(() => redeemAt(bank.shop, [coin(4)]))).toEqual({});
    expect(skipped()).toEqual({ [coin(4).serial]: 'coupon_locked' });
    bank.next(37);
    expect(bank.send(bank.issue(refresh, 'second'), bank.office)).toBe('accepted');
  });

  it('of a revoked keyset never more becomes w than was issued', () => {
    revoke();
    const row = bank.state.keysets.get(bank.keyset);
    if (row === undefined) throw new Error('no keyset');
    bank.state.keysets.set(bank.keyset, { ...row, issued: row.issued.map((n, e) => (e === 6 ? 0 : n)) });
    bank.settle();
    expect(bank.change(() => redeemAt(bank.shop, [coin(6)]))).toEqual({});
    expect(skipped()).toEqual({ [coin(6).serial]: 'over_redemption' });
  });
});

describe('revoke a batch', () => {
  const cards = party('cards');
  const revokeBatch = (signer = bank.office, batch = cards.key) =>
    bank.send({ kind: 'revoke_batch', chain: CHAIN, nonce: bank.nonce(), batch, reason: 'copied' }, signer);
  it('by its office, once; what it vouches for is refused from then on', () => {
    const until = bank.block.time + 1_000;
    const batch = {
      kind: 'batch',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.office.id,
      key: cards.key,
      until,
    } as const;
    expect(revokeBatch()).toBe('unknown_batch');
    expect(bank.send(batch, bank.office)).toBe('accepted');
    expect(revokeBatch(bank.bakery)).toBe('missing_signature');
    expect(bank.change(() => revokeBatch())).toEqual({});
    expect(bank.events).toEqual([{ kind: 'batch_revoked', key: cards.key, reason: 'copied' }]);
    expect(revokeBatch()).toBe('batch_revoked');
    expect(bank.send({ ...batch, nonce: bank.nonce() }, bank.office)).toBe('batch_known');
    const refresh = bank.cardRefresh('vouched', [coin(0)], { batch: cards });
    expect(bank.send(refresh.transaction, ...refresh.signers)).toBe('batch_revoked');
  });
});

describe('revoke a delegation', () => {
  const revokeTill = (signer: Party, outlet = bank.shop) =>
    bank.send(
      { kind: 'revoke_delegation', chain: CHAIN, nonce: bank.nonce(), outlet: outlet.id, key: bank.till.key },
      signer,
    );
  it('by the outlet’s own key; the till signs nothing more, and can be delegated anew', () => {
    expect(revokeTill(bank.shop)).toBe('not_delegated');
    expect(bank.delegate(['announce', 'redeem'])).toBe('accepted');
    const redeem = bank.announce(bank.shop, [coin(0)], bank.till);
    expect(revokeTill(bank.till)).toBe('missing_signature');
    expect(revokeTill(bank.kiosk, bank.kiosk)).toBe('not_delegated');
    expect(revokeTill(bank.stranger, { ...bank.shop, id: hash('none') })).toBe('unknown_collective');
    expect(bank.change(() => revokeTill(bank.shop))).toEqual({});
    expect(bank.events).toEqual([{ kind: 'delegation_revoked', outlet: bank.shop.id, key: bank.till.key }]);
    expect(bank.send(redeem, bank.till)).toBe('not_delegated');
    expect(bank.delegate(['redeem'])).toBe('accepted');
    expect(bank.send(redeem, bank.till)).toBe('accepted');
  });
});
