/** Recouping: coupons of a revoked keyset become balance again, to the origin their minutes came from. O → B. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { hexBytes } from '../../src/bytes.ts';
import { emsaPssEncode } from '../../src/coupons/emsa-pss.ts';
import { loadExponents } from '../../src/coupons/pack.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import { applyTransaction } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import type { Recoup, RecoupedCoupon, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { Bank, type Blinding, CHAIN, hash, keysOfOffice, type Party, party, published } from './bank.ts';

const WAIT_DAYS = 37;
const cards = party('cards');
let bank: Bank;
let load: Blinding & { readonly id: string };
let pack: RedeemedCoupon[];
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
  // 100 minutes from the bakery, 200 from the dairy.
  bank.credit(bank.wallet, bank.bakery, 100);
  bank.credit(bank.wallet, bank.dairy, 200);
  const made = bank.cardLoad('anna');
  bank.send(made.transaction, bank.wallet);
  const issue = bank.issue(made);
  bank.send(issue, bank.office);
  load = made;
  pack = made.finish(issue.signatures);
});
const balance = (origin: Party, wallet = bank.wallet) =>
  bank.state.balances.get(`${wallet.key}/${origin.id}`) ?? 0n;
const revoke = () =>
  bank.send(
    { kind: 'revoke', chain: CHAIN, nonce: bank.nonce(), keyset: bank.keyset, reason: 'stolen' },
    bank.office,
  );
function proof(index: number, of: Blinding & { readonly id: string } = load): RecoupedCoupon {
  const [holder, factor] = [of.holders[index], of.factors[index]];
  if (holder === undefined || factor === undefined) throw new Error('no such coupon');
  return { load: of.id, index, key: holder.key, factor };
}
function recoup(coupons: readonly RecoupedCoupon[], wallet = bank.wallet): Recoup {
  return { kind: 'recoup', chain: CHAIN, wallet: wallet.key, keyset: bank.keyset, coupons };
}
const send = (transaction: Recoup, ...signers: readonly Party[]) =>
  bank.send(transaction, ...(signers.length > 0 ? signers : [bank.wallet]));
const all = () => pack.map((_, i) => proof(i));
const redeemAt = (outlet: Party, coupons: readonly RedeemedCoupon[]) =>
  bank.send(bank.announce(outlet, coupons), outlet);
function registerBatch(): void {
  const until = bank.block.time + 100 * 86_400;
  const batch = {
    kind: 'batch',
    chain: CHAIN,
    nonce: bank.nonce(),
    office: bank.office.id,
    key: cards.key,
    until,
  } as const;
  expect(bank.send(batch, bank.office)).toBe('accepted');
}

describe('recoup', () => {
  it('like a bank statement: a pack comes back to the two origins it was loaded from', () => {
    revoke();
    bank.next(WAIT_DAYS);
    const transaction = recoup(all());
    expect(bank.change(() => send(transaction))).toEqual({ O: -300, B: 300 });
    expect([balance(bank.bakery), balance(bank.dairy)]).toEqual([100_000_000n, 200_000_000n]);
    expect(bank.events).toEqual([
      {
        kind: 'recouped',
        transaction: bank.idOf(transaction),
        keyset: bank.keyset,
        minutes: 300,
        serials: pack.map((c) => c.serial),
      },
    ]);
    expect(send(transaction)).toBe('exists');
  });

  it('coupon by coupon each goes to its own place in what was taken, whatever the order', () => {
    revoke();
    bank.next(WAIT_DAYS);
    // 6×1, 7×2, 6×4, 6×8 = 92 minutes; the first 16 lie across 100: 8 from the bakery, 8 from the dairy.
    const exponents = loadExponents(1);
    expect(exponents.slice(0, 25).reduce((sum, e) => sum + 2 ** e, 0)).toBe(92);
    expect(bank.change(() => send(recoup([proof(25)])))).toEqual({ O: -16, B: 16 });
    expect([balance(bank.bakery), balance(bank.dairy)]).toEqual([8_000_000n, 8_000_000n]);
    expect(bank.change(() => send(recoup([proof(31)])))).toEqual({ O: -64, B: 64 });
    expect([balance(bank.bakery), balance(bank.dairy)]).toEqual([8_000_000n, 72_000_000n]);
  });

  it('not before outlets had offlineMax + holdMax to show what they hold, unless a card vouches', () => {
    registerBatch();
    revoke();
    const slow = recoup([proof(0)]);
    expect(send(slow)).toBe('too_early');
    bank.next(WAIT_DAYS - 1);
    expect(send(slow)).toBe('too_early');
    const bare = recoup([proof(1)]);
    const wrong = { ...bare, voucher: { batch: cards.key, signature: new Uint8Array(64) } };
    expect(send(wrong)).toBe('wrong_voucher');
    const other = { ...bare, voucher: bank.vouch(cards, slow) };
    expect(send(other)).toBe('wrong_voucher');
    const fast = { ...bare, voucher: bank.vouch(cards, bare) };
    expect(bank.change(() => send(fast))).toEqual({ O: -1, B: 1 });
    bank.next(1);
    expect(send(slow)).toBe('accepted');
  });

  it('at once when outlets aborted every coupon of it', () => {
    revoke();
    const serials = pack
      .slice(0, 2)
      .map((c) => c.serial)
      .sort();
    const abort = {
      kind: 'abort',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      serials,
    } as const;
    bank.send(abort, bank.shop);
    expect(send(recoup([proof(0), proof(2)]))).toBe('too_early');
    expect(bank.change(() => send(recoup([proof(0), proof(1)])))).toEqual({ O: -2, B: 2 });
  });

  it('a coupon that an outlet showed, before or after, is nobody’s any more', () => {
    redeemAt(bank.shop, [pack[0] as RedeemedCoupon]);
    revoke();
    redeemAt(bank.shop, [pack[1] as RedeemedCoupon]);
    bank.next(WAIT_DAYS);
    expect(send(recoup([proof(0)]))).toBe('coupon_spent');
    expect(send(recoup([proof(1)]))).toBe('coupon_spent');
    expect(bank.change(() => send(recoup(all().slice(2))))).toEqual({ O: -298, B: 298 });
    expect(bank.change(() => redeemAt(bank.kiosk, [pack[2] as RedeemedCoupon]))).toEqual({});
    expect(bank.events).toMatchObject([{ skipped: [{ refusal: 'coupon_spent' }] }]);
  });

  it('what forgers redeemed before is w: the holder gets all back', () => {
    const key = keysOfOffice('office')[6] as RsaPrivateKey;
    const serial = hash('forged');
    const signature = nodeCrypto.rsaPrivate(key, emsaPssEncode(nodeCrypto, hexBytes(serial), 2047));
    const forged = { keyset: bank.keyset, exponent: 6, serial, signature };
    expect(bank.change(() => redeemAt(bank.shop, [forged]))).toEqual({ O: -64, Z: 64 });
    revoke();
    bank.next(WAIT_DAYS);
    expect(bank.change(() => send(recoup(all())))).toEqual({ O: -236, W: 64, B: 300 });
    expect(bank.events).toMatchObject([{ minutes: 300, wasted: '64000000' }]);
  });

  it('refuses, in this order', () => {
    expect(send(recoup([proof(0)]))).toBe('not_revoked');
    expect(send({ ...recoup([proof(0)]), keyset: hash('none') })).toBe('unknown_keyset');
    bank.credit(bank.wallet, bank.bakery, 300);
    const open = bank.cardLoad('open');
    bank.send(open.transaction, bank.wallet);
    revoke();
    bank.next(WAIT_DAYS);
    expect(send(recoup([{ ...proof(0), load: hash('none') }]))).toBe('unknown_load');
    expect(send(recoup([proof(0)], bank.till), bank.till)).toBe('not_yours');
    expect(send(recoup([proof(0)]), bank.till)).toBe('missing_signature');
    expect(send(recoup([{ ...proof(31), index: 32 }]))).toBe('wrong_number');
    expect(send(recoup([proof(0, open)]))).toBe('not_issued');
    const { factor } = proof(1);
    expect(send(recoup([{ ...proof(0), factor }]))).toBe('wrong_factor');
    expect(send(recoup([{ ...proof(0), factor: new Uint8Array(256) }]))).toBe('wrong_factor');
    expect(send(recoup([{ ...proof(0), factor: new Uint8Array(256).fill(255) }]))).toBe('wrong_factor');
    expect(send(recoup([{ ...proof(0), key: bank.till.key }]))).toBe('wrong_factor');
    expect(send(recoup([{ ...proof(0), index: 1 }]))).toBe('wrong_factor');
    expect(send(recoup([proof(1), proof(0)]))).toBe('not_sorted');
    const built = makeEnvelope(nodeCrypto, recoup([proof(1), proof(0)]), [bank.wallet.seed]);
    expect(applyTransaction(bank.block, built)).toMatchObject({ refusal: 'not_sorted' });
    expect(send(recoup([proof(0)]))).toBe('accepted');
    expect(send(recoup([proof(0), proof(1)]))).toBe('coupon_spent');
  });

  it('L2: each blinded serial counts once, also for an office that can make any factor', () => {
    revoke();
    bank.next(WAIT_DAYS);
    send(recoup([proof(0)]));
    // r' = (blinded / m')^d for another serial m' of the office's choice.
    const key = keysOfOffice('office')[0] as RsaPrivateKey;
    const holder = party('the office itself');
    const serial = nodeCrypto.sha256(hexBytes(holder.key));
    const m = BigInt(`0x${Buffer.from(emsaPssEncode(nodeCrypto, serial, 2047)).toString('hex')}`);
    const inverse = modPow(m, (key.p - 1n) * (key.q - 1n) - 1n, key.n);
    const blinded = BigInt(`0x${Buffer.from(load.blinded[0] as Uint8Array).toString('hex')}`);
    const root = modPow((blinded * inverse) % key.n, key.d, key.n);
    const factor = new Uint8Array(Buffer.from(root.toString(16).padStart(512, '0'), 'hex'));
    const made = { load: load.id, index: 0, key: holder.key, factor };
    expect(send(recoup([made]))).toBe('already_recouped');
    // Elsewhere it would have passed: the proof itself holds.
    bank.state.recoups.delete(`${load.id}/0`);
    expect(send(recoup([made]))).toBe('accepted');
  });

  it('across a split: each origin’s part goes to its own side, Q settles it', () => {
    revoke();
    bank.next(WAIT_DAYS);
    bank.leave(bank.dairy);
    const before = bank.books(bank.dairy.id);
    expect(bank.change(() => send(recoup(all())))).toEqual({ O: -300, B: 100, Q: -200 });
    const after = bank.books(bank.dairy.id);
    expect([after.B - before.B, after.Q - before.Q]).toEqual([200_000_000n, 200_000_000n]);
  });
});

function modPow(base: bigint, exponent: bigint, n: bigint): bigint {
  let [out, b, e] = [1n, base % n, exponent];
  for (; e > 0n; e >>= 1n) {
    if (e & 1n) out = (out * b) % n;
    b = (b * b) % n;
  }
  return out;
}

describe('of a refresh', () => {
  it('names no wallet: the coupon’s own key signs too, and the value hangs on the office', () => {
    registerBatch();
    const refresh = bank.cardRefresh('fresh', [pack[31] as RedeemedCoupon], { batch: cards });
    bank.send(refresh.transaction, ...refresh.signers);
    expect(bank.send(bank.issue(refresh), bank.office)).toBe('accepted');
    revoke();
    bank.next(WAIT_DAYS);
    const bert = party('wallet of bert');
    const transaction = recoup([proof(0, refresh)], bert);
    expect(send(transaction, bert)).toBe('missing_signature');
    const [holder] = refresh.holders as [Party];
    expect(bank.change(() => send(transaction, bert, holder))).toEqual({ O: -64, B: 64 });
    expect(balance(bank.office, bert)).toBe(64_000_000n);
    // The old coupon is gone.
    expect(send(recoup([proof(31)]))).toBe('coupon_refreshed');
  });

  it('coupons in an open refresh are its: cancelled first, they can be recouped', () => {
    bank.next(5 * 365.25);
    const keys = published(keysOfOffice('second'));
    bank.send(
      { kind: 'keyset', chain: CHAIN, nonce: bank.nonce(), office: bank.office.id, keys },
      bank.office,
    );
    const refresh = bank.cardRefresh('open', [pack[31] as RedeemedCoupon], { office: 'second' });
    bank.send(refresh.transaction, ...refresh.signers);
    revoke();
    bank.next(WAIT_DAYS);
    expect(send(recoup([proof(31)]))).toBe('coupon_locked');
    for (let i = 0; i < 100; i++) bank.next();
    expect(bank.send({ kind: 'cancel', chain: CHAIN, load: refresh.id }, ...refresh.signers)).toBe(
      'accepted',
    );
    expect(bank.change(() => send(recoup([proof(31)])))).toEqual({ O: -64, B: 64 });
  });

  it('an open refresh into the revoked keyset is cancelled at once, and its coupons recouped', () => {
    const refresh = bank.cardRefresh('open', [pack[31] as RedeemedCoupon]);
    bank.send(refresh.transaction, ...refresh.signers);
    revoke();
    expect(bank.send({ kind: 'cancel', chain: CHAIN, load: refresh.id }, ...refresh.signers)).toBe(
      'accepted',
    );
    bank.next(WAIT_DAYS);
    expect(bank.change(() => send(recoup([proof(31)])))).toEqual({ O: -64, B: 64 });
  });
});
