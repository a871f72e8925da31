/** Refreshing: old coupons become new ones, O stays; fast or slow, and what a redemption does to it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, concat, hexBytes } from '../../src/bytes.ts';
import { emsaPssEncode } from '../../src/coupons/emsa-pss.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import { applyTransaction } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { issueFor, openIssues } from '../../src/economy/office-duty.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import type { Id, RedeemedCoupon, Refresh } from '../../src/economy/transaction.ts';
import { encodeBody } from '../../src/economy/wire.ts';
import {
  Bank,
  type CardRefresh,
  CHAIN,
  coinOf,
  hash,
  keysOfOffice,
  type Party,
  party,
  published,
} from './bank.ts';

const WAIT_DAYS = (DEFAULT_PARAMETERS.offlineMax + DEFAULT_PARAMETERS.holdMax) / 86_400;
const cards = party('a batch of cards');

let bank: Bank;
let pack: RedeemedCoupon[];
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
  pack = bank.coupons('anna');
});

const coin = (exponent: number, n = 0) => coinOf(pack, exponent, n);
function skipped(): Record<Id, string> {
  const event = bank.events.find((e) => e.kind === 'redeemed');
  if (event?.kind !== 'redeemed') throw new Error('no redemption');
  return Object.fromEntries(event.skipped.map(({ serial, refusal }) => [serial, refusal]));
}
const send = ({ transaction, signers }: CardRefresh) => bank.send(transaction, ...signers);
const redeemAt = (outlet: Party, coupons: readonly RedeemedCoupon[]) =>
  bank.send(bank.announce(outlet, coupons), outlet);
const issue = (refresh: CardRefresh, office = 'office') =>
  bank.send(bank.issue(refresh, office), bank.office);
const stateOf = ({ serial }: RedeemedCoupon) => bank.state.serials.get(serial)?.state;
const keyset = (id = bank.keyset) => {
  const row = bank.state.keysets.get(id);
  if (row === undefined) throw new Error('no keyset');
  return row;
};
function registerBatch(until = bank.block.time + 86_400): void {
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
function abort(outlet: Party, coupons: readonly RedeemedCoupon[]): void {
  const serials = coupons.map(({ serial }) => serial).sort();
  const transaction = {
    kind: 'abort',
    chain: CHAIN,
    nonce: bank.nonce(),
    outlet: outlet.id,
    serials,
  } as const;
  expect(bank.send(transaction, outlet)).toBe('accepted');
}
const cancel = (refresh: CardRefresh) =>
  bank.send({ kind: 'cancel', chain: CHAIN, load: refresh.id }, ...refresh.signers);

describe('fast', () => {
  it('like a bank statement: a pack for a pack, vouched for, issued at once, spent as new coupons', () => {
    registerBatch();
    const refresh = bank.cardRefresh('again', pack, { packs: 1, batch: cards });
    expect(bank.change(() => send(refresh))).toEqual({});
    expect(bank.events).toEqual([
      {
        kind: 'refresh',
        refresh: refresh.id,
        keyset: bank.keyset,
        packs: 1,
        minutes: 300,
        issueFrom: bank.block.time,
      },
      { kind: 'refreshed', refresh: refresh.id, serials: expect.arrayContaining(pack.map((c) => c.serial)) },
    ]);
    expect(keyset().refreshed).toEqual(keyset().issued);
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([refresh.id]);
    const answer = bank.issue(refresh);
    expect(bank.change(() => bank.send(answer, bank.office))).toEqual({});
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([]);
    expect(redeemAt(bank.shop, [coin(6)])).toBe('accepted');
    expect(skipped()).toEqual({ [coin(6).serial]: 'coupon_refreshed' });
    const fresh = refresh.finish(answer.signatures);
    expect(bank.change(() => redeemAt(bank.shop, fresh))).toEqual({ O: -300, Z: 300 });
    expect(bank.send(answer, bank.office)).toBe('exists');
  });

  it('one coupon for one of its kind', () => {
    registerBatch();
    const refresh = bank.cardRefresh('one', [coin(4)], { batch: cards });
    expect(send(refresh)).toBe('accepted');
    const answer = bank.issue(refresh);
    expect(answer.signatures).toHaveLength(1);
    expect(bank.send(answer, bank.office)).toBe('accepted');
    expect(refresh.finish(answer.signatures)[0]?.exponent).toBe(4);
    expect(keyset().issued[4]).toBe(4);
    expect(keyset().refreshed[4]).toBe(1);
    expect(send(bank.cardRefresh('again', [coin(4)]))).toBe('coupon_refreshed');
  });

  it('when outlets published the abort of every coupon, without a card', () => {
    abort(bank.shop, [coin(5)]);
    const one = bank.cardRefresh('aborted', [coin(5)]);
    expect(send(one)).toBe('accepted');
    expect(bank.events[1]).toMatchObject({ kind: 'refreshed', serials: [coin(5).serial] });
    expect(issue(one)).toBe('accepted');
    abort(bank.shop, pack.slice(0, 10));
    const some = bank.cardRefresh('some', [...pack.slice(0, 13), ...others(300 - sum(pack.slice(0, 13)))], {
      packs: 1,
    });
    expect(send(some)).toBe('accepted');
    expect(bank.events[1]?.kind).toBe('locked');
  });

  it('a redemption announced before it wins until the issue, a younger one does not', () => {
    registerBatch();
    const older = bank.announce(bank.shop, [coin(4), coin(3)]);
    const refresh = bank.cardRefresh('race', [coin(4)], { batch: cards });
    const issued = bank.cardRefresh('race lost', [coin(3)], { batch: cards });
    expect(send(refresh)).toBe('accepted');
    expect(send(issued)).toBe('accepted');
    expect(issue(issued)).toBe('accepted');
    expect(redeemAt(bank.kiosk, [coin(4)])).toBe('accepted');
    expect(skipped()).toEqual({ [coin(4).serial]: 'coupon_refreshed' });
    expect(bank.change(() => bank.send(older, bank.shop))).toEqual({ O: -16, Z: 16 });
    expect(bank.events.map((e) => e.kind)).toEqual(['refresh_void', 'redeemed']);
    expect(skipped()).toEqual({ [coin(3).serial]: 'coupon_refreshed' });
    expect(issue(refresh)).toBe('refresh_void');
    expect(stateOf(coin(4))).toBe('spent');
  });

  it('a voucher’s statement is timecard/refresh ‖ suite ‖ chain ‖ SHA-256 of the body without it, and no other', () => {
    registerBatch();
    const { transaction: bare, signers } = bank.cardRefresh('by hand', [coin(4)]);
    const statement = (domain: string) =>
      concat(ascii(domain), Uint8Array.of(1), ascii(CHAIN), nodeCrypto.sha256(encodeBody(bare)));
    const withSigned = (message: Uint8Array): Refresh => {
      const signature = nodeCrypto.ed25519Sign(cards.seed, message);
      return { ...bare, voucher: { batch: cards.key, signature } };
    };
    for (const domain of ['timecard/spend', 'timecard/recoup', 'timecard/1'])
      expect(bank.send(withSigned(statement(domain)), ...signers), domain).toBe('wrong_voucher');
    expect(bank.send(withSigned(statement('timecard/refresh')), ...signers)).toBe('accepted');
    expect(bank.events[1]?.kind).toBe('refreshed');
  });

  it('a voucher counts when its batch is known, unrevoked, unexpired and of the subsystem, for this very refresh', () => {
    const good = bank.cardRefresh('vouched', [coin(4)], { batch: cards });
    expect(send(good)).toBe('unknown_batch');
    registerBatch(bank.block.time + 86_400);
    const other = bank.cardRefresh('another', [coin(5)], { batch: cards });
    const swapped = { ...good.transaction, voucher: other.transaction.voucher } as Refresh;
    expect(bank.send(swapped, ...good.signers)).toBe('wrong_voucher');
    bank.next(2);
    expect(send(good)).toBe('expired');
    const row = bank.state.batches.get(cards.key);
    if (row === undefined) throw new Error('no batch');
    bank.state.batches.set(cards.key, { ...row, until: bank.block.time, revoked: true });
    expect(send(good)).toBe('batch_revoked');
    bank.state.batches.set(cards.key, { ...row, until: bank.block.time, office: bank.stranger.id });
    expect(send(good)).toBe('no_trust');
    bank.state.batches.set(cards.key, { ...row, until: bank.block.time });
    expect(send(good)).toBe('accepted');
  });
});

/** Coupons of the pack's end that make up a sum. */
function others(minutes: number): RedeemedCoupon[] {
  const out: RedeemedCoupon[] = [];
  let rest = minutes;
  for (const c of pack.slice(13).reverse())
    if (c.serial !== coin(5).serial && 2 ** c.exponent <= rest) {
      out.push(c);
      rest -= 2 ** c.exponent;
    }
  if (rest > 0) {
    const more = bank.coupons(`more ${minutes}`);
    for (const c of more.reverse())
      if (2 ** c.exponent <= rest) {
        out.push(c);
        rest -= 2 ** c.exponent;
      }
  }
  return out;
}
const sum = (coupons: readonly RedeemedCoupon[]) => coupons.reduce((s, c) => s + 2 ** c.exponent, 0);

describe('slow', () => {
  it('is published as locked and issued only after offlineMax + holdMax', () => {
    const refresh = bank.cardRefresh('lost card', pack, { packs: 1 });
    expect(bank.change(() => send(refresh))).toEqual({});
    expect(bank.events[1]).toMatchObject({ kind: 'locked', refresh: refresh.id });
    const answer = bank.issue(refresh);
    expect(bank.send(answer, bank.office)).toBe('too_early');
    bank.next(WAIT_DAYS - 1);
    expect(bank.send(answer, bank.office)).toBe('too_early');
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([]);
    bank.next(1);
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([refresh.id]);
    expect(bank.change(() => bank.send(answer, bank.office))).toEqual({});
    expect(stateOf(coin(0))).toBe('refreshed');
    redeemAt(bank.shop, [coin(0)]);
    expect(skipped()).toEqual({ [coin(0).serial]: 'coupon_refreshed' });
  });

  it('a redemption still wins, young or old: the refresh is void, nothing is issued, O falls by the one coupon', () => {
    const refresh = bank.cardRefresh('lost card', pack, { packs: 1 });
    send(refresh);
    bank.next(WAIT_DAYS + 5);
    expect(bank.change(() => redeemAt(bank.shop, [coin(6)]))).toEqual({ O: -64, Z: 64 });
    expect(bank.events[0]).toEqual({ kind: 'refresh_void', refresh: refresh.id });
    expect(skipped()).toEqual({});
    expect(keyset().refreshed).toEqual(keyset().issued.map(() => 0));
    expect(issue(refresh)).toBe('refresh_void');
    expect(stateOf(coin(6))).toBe('spent');
    expect(pack.filter((c) => stateOf(c) === 'locked')).toHaveLength(31);
  });

  it('what is left of a void one stays locked, is still taken by a redemption, and need not wait again', () => {
    send(bank.cardRefresh('lost card', pack, { packs: 1 }));
    bank.next(30);
    redeemAt(bank.shop, [coin(6)]);
    expect(bank.change(() => redeemAt(bank.kiosk, [coin(5)]))).toEqual({ O: -32, Z: 32 });
    const again = bank.cardRefresh('again', [coin(4)]);
    expect(send(again)).toBe('accepted');
    expect(bank.state.refreshes.get(again.id)?.issueFrom).toBe(bank.block.time + (WAIT_DAYS - 30) * 86_400);
    expect(issue(again)).toBe('too_early');
    bank.next(WAIT_DAYS - 30);
    expect(issue(again)).toBe('accepted');
    const fresh = bank.cardRefresh('fresh', [bank.coupons('bert')[0] as RedeemedCoupon]);
    send(fresh);
    expect(bank.state.refreshes.get(fresh.id)?.issueFrom).toBe(bank.block.time + WAIT_DAYS * 86_400);
  });

  it.each([
    ['waits for the latest of its coupons', false, WAIT_DAYS],
    ['need not wait for what an outlet aborted', true, WAIT_DAYS - 30],
  ])('%s', (_, aborted, days) => {
    send(bank.cardRefresh('lost card', pack, { packs: 1 }));
    bank.next(30);
    redeemAt(bank.shop, [coin(6)]);
    const big = bank.coupons('bert')[31] as RedeemedCoupon;
    if (aborted) abort(bank.shop, [big]);
    const rest = pack.filter((c) => c.exponent !== 6);
    const mixed = bank.cardRefresh('mixed', [...rest, big], { packs: 1 });
    expect(send(mixed)).toBe('accepted');
    expect(bank.state.refreshes.get(mixed.id)?.issueFrom).toBe(bank.block.time + days * 86_400);
  });

  it('one redemption may make several void, and take two coupons of one', () => {
    const [one, two] = [bank.cardRefresh('one', [coin(5)]), bank.cardRefresh('two', [coin(4)])];
    const whole = bank.cardRefresh('whole', bank.coupons('bert'), { packs: 1 });
    for (const refresh of [one, two, whole]) expect(send(refresh)).toBe('accepted');
    const mine = [...bank.holders.keys()].filter((serial) => bank.state.serials.get(serial)?.by === whole.id);
    expect(mine).toHaveLength(32);
    const shown = whole.transaction.coupons.slice(0, 2).map(({ keyset: of, exponent, key, signature }) => {
      const serial = [...bank.holders].find(([, p]) => p.key === key)?.[0] ?? '';
      return { keyset: of, exponent, serial, signature };
    });
    const minutes = 32 + 16 + sum(shown);
    expect(bank.change(() => redeemAt(bank.shop, [coin(5), coin(4), ...shown]))).toEqual({
      O: -minutes,
      Z: minutes,
    });
    expect(bank.events.filter((e) => e.kind === 'refresh_void')).toHaveLength(3);
  });

  it('a coupon is in one open refresh only, and every key must sign', () => {
    const refresh = bank.cardRefresh('first', [coin(4)]);
    send(refresh);
    const second = bank.cardRefresh('second', [coin(4)]);
    expect(send(second)).toBe('coupon_locked');
    const whole = bank.cardRefresh('whole', bank.coupons('bert'), { packs: 1 });
    expect(bank.send(whole.transaction, ...whole.signers.slice(1))).toBe('missing_signature');
    expect(bank.send(whole.transaction, bank.wallet)).toBe('missing_signature');
    expect(bank.send(whole.transaction, ...whole.signers, bank.wallet)).toBe('surplus_signature');
    expect(send(whole)).toBe('accepted');
    expect(send(whole)).toBe('exists');
  });

  it('the same serial in another denomination is not the coupon that is locked', () => {
    const serial = coin(0).serial;
    send(bank.cardRefresh('locked', [coin(0)]));
    const key = keysOfOffice('office')[1] as RsaPrivateKey;
    const signature = nodeCrypto.rsaPrivate(key, emsaPssEncode(nodeCrypto, hexBytes(serial), 2047));
    redeemAt(bank.shop, [{ keyset: bank.keyset, exponent: 1, serial, signature }]);
    expect(skipped()).toEqual({ [serial]: 'coupon_locked' });
  });
});

describe('refused as a whole', () => {
  it('totals and numbers', () => {
    const good = bank.cardRefresh('good', pack, { packs: 1 });
    const { transaction: t, signers } = good;
    const sendChanged = (change: Partial<Refresh>) => bank.send({ ...t, ...change } as Refresh, ...signers);
    expect(sendChanged({ packs: 7 })).toBe('packs_out_of_range');
    expect(sendChanged({ packs: 2 })).toBe('total_differs');
    expect(sendChanged({ packs: 0 })).toBe('total_differs');
    expect(sendChanged({ blinded: t.blinded.slice(1) })).toBe('wrong_number');
    expect(sendChanged({ blinded: [new Uint8Array(256).fill(255), ...t.blinded.slice(1)] })).toBe(
      'blinded_out_of_range',
    );
    const [first] = t.blinded as [Uint8Array];
    expect(sendChanged({ blinded: [first, first, ...t.blinded.slice(2)] })).toBe('blinded_seen');
    const missing = bank.cardRefresh('less', pack.slice(1), { packs: 1 });
    expect(send(missing)).toBe('total_differs');
    expect(send(good)).toBe('accepted');
  });

  it('blinded serials that any load or refresh has carried', () => {
    const load = bank.cardLoad('anna');
    const refresh = bank.cardRefresh('copy', [coin(0)]);
    const copied = { ...refresh.transaction, blinded: load.transaction.blinded.slice(0, 1) };
    expect(bank.send(copied, ...refresh.signers)).toBe('blinded_seen');
  });

  it('keysets: unknown, of another subsystem, revoked, no longer live', () => {
    const refresh = bank.cardRefresh('good', [coin(0)]);
    const { transaction: t, signers } = refresh;
    const to = (id: Id) => bank.send({ ...t, keyset: id }, ...signers);
    expect(to(hash('none'))).toBe('unknown_keyset');
    const [shown] = t.coupons as [Refresh['coupons'][number]];
    const of = { ...t, coupons: [{ ...shown, keyset: hash('none') }] };
    expect(bank.send(of, ...signers)).toBe('unknown_keyset');
    const keys = published(keysOfOffice('strangers'));
    const publish = {
      kind: 'keyset',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.stranger.id,
      keys,
    } as const;
    bank.send(publish, bank.stranger);
    const strangers = bank.state.liveKeysets.get(bank.stranger.id) as Id;
    expect(to(strangers)).toBe('no_trust');
    bank.next(5 * 365.25);
    const second = {
      ...publish,
      nonce: bank.nonce(),
      office: bank.office.id,
      keys: published(keysOfOffice('second')),
    };
    expect(bank.send(second, bank.office)).toBe('accepted');
    expect(send(refresh)).toBe('expired');
    const current = bank.cardRefresh('to the second', [coin(0)], { office: 'second' });
    expect(bank.change(() => send(current))).toEqual({});
    bank.next(WAIT_DAYS);
    expect(issue(current, 'second')).toBe('accepted');
    expect(keyset().refreshed[0]).toBe(1);
    expect(keyset(bank.state.liveKeysets.get(bank.office.id)).issued[0]).toBe(1);
    const revoke = {
      kind: 'revoke',
      chain: CHAIN,
      nonce: bank.nonce(),
      keyset: bank.keyset,
      reason: 'stolen',
    } as const;
    expect(bank.send(revoke, bank.office)).toBe('accepted');
    expect(send(bank.cardRefresh('too late', [coin(1)], { office: 'second' }))).toBe('keyset_revoked');
  });

  it('coupons: spent, wrong, over_redemption', () => {
    redeemAt(bank.shop, [coin(0)]);
    expect(send(bank.cardRefresh('spent', [coin(0)]))).toBe('coupon_spent');
    const wrong = { ...coin(1), signature: coin(1).signature.map((b, i) => (i === 9 ? b ^ 1 : b)) };
    expect(send(bank.cardRefresh('wrong', [wrong]))).toBe('coupon_wrong');
    const holder = party('forger');
    const serial = nodeCrypto.sha256(hexBytes(holder.key));
    const signature = nodeCrypto.rsaPrivate(
      keysOfOffice('office')[8] as RsaPrivateKey,
      emsaPssEncode(nodeCrypto, serial, 2047),
    );
    const { blinded } = bank.blinding('forged', [8]);
    const forged = { ...bank.cardRefresh('forging', [coin(2)]).transaction, blinded };
    const shown = { keyset: bank.keyset, exponent: 8, key: holder.key, signature };
    expect(bank.send({ ...forged, coupons: [shown] }, holder)).toBe('over_redemption');
    expect(bank.change(() => redeemAt(bank.shop, pack.slice(1)))).toEqual({ O: -299, Z: 299 });
  });

  it('over_redemption also counts within one refresh', () => {
    const row = keyset();
    bank.state.keysets.set(bank.keyset, { ...row, issued: row.issued.map((n, e) => (e === 0 ? n - 1 : n)) });
    bank.settle();
    expect(send(bank.cardRefresh('short', pack, { packs: 1 }))).toBe('over_redemption');
  });

  it('not_sorted: by the wire and by the rule itself', () => {
    const refresh = bank.cardRefresh('good', pack, { packs: 1 });
    const reversed = { ...refresh.transaction, coupons: refresh.transaction.coupons.toReversed() };
    expect(bank.send(reversed, ...refresh.signers)).toBe('not_sorted');
    const seeds = refresh.signers.map((p) => p.seed);
    const done = applyTransaction(bank.block, makeEnvelope(nodeCrypto, reversed, seeds));
    expect(done).toMatchObject({ ok: false, refusal: 'not_sorted' });
  });
});

describe('taken back by its holder', () => {
  it('after 100 blocks: the coupons are free, or aborted as they were; a later issue is refused', () => {
    abort(bank.shop, [coin(1)]);
    const refresh = bank.cardRefresh('whole', pack, { packs: 1 });
    send(refresh);
    expect(cancel(refresh)).toBe('too_early');
    for (let i = 0; i < 99; i++) bank.next();
    expect(cancel(refresh)).toBe('too_early');
    bank.next();
    expect(bank.send({ kind: 'cancel', chain: CHAIN, load: refresh.id }, ...refresh.signers.slice(1))).toBe(
      'missing_signature',
    );
    expect(bank.change(() => cancel(refresh))).toEqual({});
    const free = pack.filter((c) => c.serial !== coin(1).serial).map((c) => c.serial);
    expect(bank.events).toMatchObject([
      { kind: 'cancelled', load: refresh.id },
      { kind: 'unlocked', refresh: refresh.id, serials: expect.arrayContaining(free) },
    ]);
    expect(stateOf(coin(0))).toBeUndefined();
    expect(stateOf(coin(1))).toBe('aborted');
    bank.next(WAIT_DAYS);
    const answer = issueFor(nodeCrypto, CHAIN, keysOfOffice('office'), refresh.id, {
      packs: 1,
      blinded: refresh.blinded,
    });
    expect(answer.ok && bank.send(answer.value, bank.office)).toBe('already_cancelled');
    expect(bank.send({ kind: 'cancel', chain: CHAIN, load: refresh.id }, ...refresh.signers)).toBe('exists');
    expect(bank.change(() => redeemAt(bank.shop, [coin(0), coin(1)]))).toEqual({ O: -1, Z: 1 });
  });

  it('an issued one stays; of a void one the rest is unlocked at once', () => {
    registerBatch();
    const done = bank.cardRefresh('done', [coin(4)], { batch: cards });
    send(done);
    issue(done);
    for (let i = 0; i < 100; i++) bank.next();
    expect(cancel(done)).toBe('already_issued');
    const rest = [...bank.coupons('bert')];
    const whole = bank.cardRefresh('whole', rest, { packs: 1 });
    send(whole);
    redeemAt(bank.shop, [rest[0] as RedeemedCoupon]);
    expect(bank.change(() => cancel(whole))).toEqual({});
    const [unlocked] = bank.events.filter((e) => e.kind === 'unlocked');
    expect(unlocked?.kind === 'unlocked' && unlocked.serials.length).toBe(31);
    expect(stateOf(rest[0] as RedeemedCoupon)).toBe('spent');
    expect(bank.change(() => redeemAt(bank.kiosk, rest.slice(1)))).toEqual({ O: -299, Z: 299 });
  });

  it('across a split the debt comes back to where the old coupons are owed: Q settles it in both parts', () => {
    bank.next(5 * 365.25);
    const second = {
      kind: 'keyset',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.dairy.id,
      keys: published(keysOfOffice('second')),
    } as const;
    bank.send(second, bank.dairy);
    const refresh = bank.cardRefresh('moves', [coin(6)], { office: 'second' });
    send(refresh);
    for (let i = 0; i < 100; i++) bank.next();
    bank.leave(bank.dairy);
    const before = bank.books(bank.dairy.id);
    expect(before.O).toBe(64_000_000n);
    expect(bank.change(() => cancel(refresh))).toEqual({ O: 64, Q: 64 });
    const after = bank.books(bank.dairy.id);
    expect([after.O - before.O, after.Q - before.Q]).toEqual([-64_000_000n, -64_000_000n]);
  });
});

describe('aborts', () => {
  it('do not stop another outlet’s redemption that was announced before them; its own they do', () => {
    const older = bank.announce(bank.shop, [coin(4), coin(3)]);
    abort(bank.kiosk, [coin(4)]);
    abort(bank.shop, [coin(3)]);
    expect(bank.change(() => bank.send(older, bank.shop))).toEqual({ O: -16, Z: 16 });
    expect(skipped()).toEqual({ [coin(3).serial]: 'coupon_aborted' });
    expect(stateOf(coin(4))).toBe('spent');
  });

  it('a coupon aborted by a stranger and refreshed on that word goes to the older redemption, until the issue', () => {
    const older = bank.announce(bank.shop, [coin(4)]);
    abort(bank.kiosk, [coin(4)]);
    const refresh = bank.cardRefresh('trick', [coin(4)]);
    send(refresh);
    expect(bank.change(() => bank.send(older, bank.shop))).toEqual({ O: -16, Z: 16 });
    expect(issue(refresh)).toBe('refresh_void');
  });

  it('a coupon the redeeming outlet itself aborted stays with its refresh', () => {
    const older = bank.announce(bank.shop, [coin(4), coin(0)]);
    abort(bank.shop, [coin(4)]);
    const refresh = bank.cardRefresh('given up', [coin(4)]);
    send(refresh);
    expect(bank.change(() => bank.send(older, bank.shop))).toEqual({ O: -1, Z: 1 });
    expect(skipped()).toEqual({ [coin(4).serial]: 'coupon_aborted' });
    expect(issue(refresh)).toBe('accepted');
  });
});
