/** Card services at the till: claim, load, PIN, PUK, and a load that is torn at any byte and taken up again. Card, ledger and office are real. */
import { describe, expect, it } from 'vitest';
import { random } from '../../main/random.ts';
import type { ServicesPhase, ServicesView } from '../../src/till-api.ts';
import { fromMinutes } from '../../src/units/micro-minutes.ts';
import { ask, hold, ready, sell } from './selling.ts';
import type { Shop, TestTill } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2, packs: 1 }, (...opened) => {
  [shop, till] = opened;
});

const PIN = '1234';
const PUK = '12345671';
const until = async (what: string, so: (services: ServicesView) => boolean) =>
  (await till.until(what, ({ services }) => so(services))).services;
const phase = (name: ServicesPhase['phase']) => until(name, ({ step }) => step.phase === name);
/** Opens card services with this card and its PIN. */
async function enter(number = 1, pin = PIN): Promise<ServicesView> {
  await till.done({ intent: 'services_open' });
  till.reader.insert(shop.card(number));
  await phase('pin');
  await till.done({ intent: 'services_pin', pin });
  return phase('open');
}
const act = (name: string) =>
  until(`${name} is over`, ({ step, lastAct }) => step.phase === 'open' && lastAct?.act === name);
const count = (kind: string, from: number) => shop.events(from).filter((event) => event.kind === kind).length;

/** A load of one pack that the ledger has and the office does not answer. */
async function waitForTheOffice(): Promise<void> {
  await enter();
  await till.done({ intent: 'services_load', packs: 1 });
  await until('waiting', ({ step }) => step.phase === 'working' && step.task === 'load' && step.done === 33);
}

describe('claim and load', () => {
  it('what was worked and revised becomes balance, balance becomes coupons, coupons pay; L1 in between', async () => {
    shop.startOffice();
    const from = shop.node.engine.height + 1;
    const before = await shop.accounts();
    const first = (await enter()).account;
    expect(first).toMatchObject({
      onCard: 300,
      exposed: 0,
      pending: 0,
      unfinishedLoad: false,
      freeSlots: 160,
    });
    expect(first?.claimable).toBeGreaterThan(0);
    await till.done({ intent: 'services_claim' });
    const claimed = await act('claim');
    const worth = BigInt(first?.claimableValue ?? 0);
    expect(claimed.lastAct).toEqual({ act: 'claim', outcome: 'done', minutes: Number(worth / 1_000_000n) });
    expect(claimed.account).toMatchObject({ claimable: 0, claimableValue: '0' });
    expect(BigInt(claimed.account?.balance ?? 0)).toBe(BigInt(first?.balance ?? 0) + worth);
    expect(count('claimed', from)).toBe(first?.claimable);
    expect(await till.ask({ intent: 'services_claim' })).toEqual({ ok: false, refusal: 'nothing_to_claim' });

    const packs = claimed.account?.packs ?? 0;
    expect(packs).toBeGreaterThanOrEqual(2);
    await till.done({ intent: 'services_load', packs: 2 });
    const loaded = await act('load');
    expect(loaded.lastAct).toEqual({ act: 'load', outcome: 'done', minutes: 600 });
    expect(loaded.account).toMatchObject({
      onCard: 900,
      freeSlots: 96,
      packs: packs - 2,
      unfinishedLoad: false,
    });
    expect(BigInt(loaded.account?.balance ?? 0)).toBe(
      BigInt(claimed.account?.balance ?? 0) - fromMinutes(600),
    );
    expect([count('load', from), count('issued', from)]).toEqual([1, 1]);
    const after = await shop.accounts();
    const moved = (name: string) => (after.accounts[name] ?? 0n) - (before.accounts[name] ?? 0n);
    expect([moved('P'), moved('B'), moved('O')]).toEqual([
      -worth,
      worth - fromMinutes(600),
      fromMinutes(600),
    ]);
    expect(after.sum).toBe(0n);

    await till.done({ intent: 'services_close' });
    till.reader.pull();
    // More than the first pack could have paid in eight coupons of 32.
    await sell(shop, till, shop.card(1), { wheat_bread: 20 }, PIN);
    expect(shop.card(1).ownerView().payableMinutes).toBe(900 - 280);
  });

  it('more than there is balance or room for is refused at once, and the card is not asked', async () => {
    const { account } = await enter();
    expect(account?.packs).toBe(1);
    const { writes } = shop.card(1);
    expect(await till.ask({ intent: 'services_load', packs: 2 })).toEqual({
      ok: false,
      refusal: 'balance_too_small',
    });
    expect(await till.ask({ intent: 'services_load', packs: 6 })).toEqual({
      ok: false,
      refusal: 'no_room_on_card',
    });
    expect(shop.card(1).writes).toBe(writes);
    expect(till.view().services.step.phase).toBe('open');
  });

  it('the office comes late: the till waits for the stream to show the issue, the card stays, and the load is stored', async () => {
    await waitForTheOffice();
    await shop.event('load');
    shop.startOffice();
    expect((await act('load')).lastAct).toEqual({ act: 'load', outcome: 'done', minutes: 300 });
    expect(shop.card(1).ownerView().payableMinutes).toBe(600);
  });

  it('the card leaves while the office is silent: the desk is free at once, and the next visit stores the load', async () => {
    await waitForTheOffice();
    const began = performance.now();
    till.reader.pull();
    expect((await phase('card_gone')).step).toEqual({ phase: 'card_gone', unfinishedLoad: true });
    expect(performance.now() - began).toBeLessThan(10_000);
    shop.startOffice();
    await enter();
    await till.done({ intent: 'services_load', packs: 1 });
    expect((await act('load')).lastAct).toMatchObject({ outcome: 'done', minutes: 300 });
    expect(shop.card(1).ownerView()).toMatchObject({ payableMinutes: 600, openLoad: undefined });
  });

  it('the till can be stopped while the office is silent; the load is taken up after the restart', async () => {
    await waitForTheOffice();
    const began = performance.now();
    await till.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
    shop.startOffice();
    await shop.event('issued');
    till = await shop.till();
    await ready(shop, till);
    expect((await enter()).account?.unfinishedLoad).toBe(true);
    await till.done({ intent: 'services_load', packs: 1 });
    expect((await act('load')).lastAct).toMatchObject({ outcome: 'done' });
    expect(shop.card(1).ownerView()).toMatchObject({ payableMinutes: 600, openLoad: undefined });
  });
});

describe('a load of one pack is torn', () => {
  /** Bytes both ways after «load»: moduli to 2,400, four blocks of serials to 11,000, SIGN, four blocks of signatures to 19,400. */
  const places = [
    [0, 'before PREPARE', false],
    [1_500, 'inside the moduli', false],
    [2_600, 'after PREPARE has begun', true],
    [7_000, 'among the serials', true],
    [11_100, 'about SIGN', true],
    [12_500, 'at the first STORE', true],
    [16_000, 'in the middle of STORE', true],
    [18_500, 'at the last STORE', true],
  ] as const;
  it.each(places)(
    'after %i bytes, %s, and taken up again: loaded once, paid for once',
    async (bytes, _, unfinished) => {
      shop.startOffice();
      const from = shop.node.engine.height + 1;
      const balance = BigInt((await enter()).account?.balance ?? 0);
      till.reader.pullAfterBytes(bytes);
      await till.done({ intent: 'services_load', packs: 1 });
      const gone = await phase('card_gone');
      expect(gone.step).toEqual({ phase: 'card_gone', unfinishedLoad: unfinished });
      expect(gone.account).toBeUndefined();
      expect(shop.card(1).ownerView().openLoad === undefined).toBe(!unfinished);

      const again = await enter();
      expect(again.account?.unfinishedLoad).toBe(unfinished);
      // Whatever number is asked for: what was begun is finished first.
      await till.done({ intent: 'services_load', packs: 1 });
      const loaded = await act('load');
      expect(loaded.lastAct).toEqual({ act: 'load', outcome: 'done', minutes: 300 });
      expect(loaded.account).toMatchObject({ onCard: 600, unfinishedLoad: false });
      expect(BigInt(loaded.account?.balance ?? 0)).toBe(balance - fromMinutes(300));
      expect([count('load', from), count('issued', from)]).toEqual([1, 1]);
      expect(shop.card(1).ownerView().openLoad).toBeUndefined();
      expect((await shop.accounts()).sum).toBe(0n);
    },
  );
});

describe('PIN and PUK', () => {
  it('a wrong PIN says how many tries are left, the third blocks; the PUK gives a new PIN, which then pays', async () => {
    await till.done({ intent: 'services_open' });
    till.reader.insert(shop.card(1));
    await phase('pin');
    for (const left of [2, 1, 0]) {
      await till.done({ intent: 'services_pin', pin: '9999' });
      const { step } = await until(
        `${left} tries`,
        (view) => view.step.phase === 'pin' && view.step.triesLeft === left,
      );
      expect(step).toEqual({ phase: 'pin', triesLeft: left, blocked: left === 0 });
    }
    await till.done({ intent: 'services_unblock', puk: '00000000', new: '4711' });
    await until(
      'a wrong PUK',
      ({ lastAct }) => lastAct?.act === 'unblock' && lastAct.outcome === 'wrong_pin',
    );
    expect(till.view().services.step).toMatchObject({ phase: 'pin', blocked: true });
    await till.done({ intent: 'services_unblock', puk: PUK, new: '4711' });
    await until(
      'unblocked',
      ({ step, lastAct }) => lastAct?.outcome === 'done' && step.phase === 'pin' && !step.blocked,
    );
    await till.done({ intent: 'services_pin', pin: '4711' });
    expect((await phase('open')).account).toMatchObject({ onCard: 300 });
    await till.done({ intent: 'services_close' });
    till.reader.pull();
    await sell(shop, till, shop.card(1), { wheat_bread: 5 }, '4711');
  });

  it('the PIN is changed with the old one; a wrong old one changes nothing and costs a try', async () => {
    await enter();
    await till.done({ intent: 'services_change_pin', old: '9999', new: '4711' });
    expect((await act('pin')).lastAct).toMatchObject({ outcome: 'wrong_pin' });
    expect(shop.card(1).ownerView().pinTriesLeft).toBe(2);
    await till.done({ intent: 'services_change_pin', old: PIN, new: '4711' });
    await until(
      'changed',
      ({ lastAct, step }) => lastAct?.act === 'pin' && lastAct.outcome === 'done' && step.phase === 'open',
    );
    await till.done({ intent: 'services_close' });
    till.reader.pull();
    expect((await enter(1, '4711')).account).toMatchObject({ onCard: 300 });
  });

  it("no push carries a PIN, a PUK or the wallet's key", async () => {
    await enter();
    await till.done({ intent: 'services_change_pin', old: PIN, new: '471199' });
    await until('changed', ({ lastAct, step }) => lastAct?.outcome === 'done' && step.phase === 'open');
    const text = JSON.stringify(till.pushed);
    for (const secret of [
      '471199',
      `"${PIN}"`,
      shop.card(1).ownerView().walletKey,
      shop.card(1).ownerView().g,
    ])
      expect(text).not.toContain(secret);
  });
});

describe('who may offer services, and when', () => {
  it('a till with a certificate for sales only is refused by the card, and shows nothing of it', async () => {
    const [of] = shop.world.tills;
    if (of === undefined) throw new Error('a till');
    const { saleCertificate } = of.identity;
    await till.stop();
    till = await shop.till({
      till: { ...of, identity: { ...of.identity, servicesCertificate: saleCertificate } },
    });
    await ready(shop, till);
    await till.done({ intent: 'services_open' });
    till.reader.insert(shop.card(1));
    await phase('pin');
    await till.done({ intent: 'services_pin', pin: PIN });
    const refused = await phase('hold_card');
    expect(refused).toEqual({ step: { phase: 'hold_card', trouble: 'certificate_refused' } });
    // The PIN was not tried: nothing was lost by asking the wrong till.
    expect(shop.card(1).ownerView().pinTriesLeft).toBe(3);
  });

  it('a till whose key the office has not certified gets no conversation at all, not for services and not for a sale', async () => {
    const [of] = shop.world.tills;
    if (of === undefined) throw new Error('a till');
    await till.stop();
    till = await shop.till({ till: { ...of, identity: { ...of.identity, staticSecret: random(32) } } });
    await ready(shop, till);
    await till.done({ intent: 'services_open' });
    till.reader.insert(shop.card(1));
    expect((await until('refused', ({ step }) => 'trouble' in step)).step).toEqual({
      phase: 'hold_card',
      trouble: 'certificate_refused',
    });
    till.reader.pull();
    await till.done({ intent: 'services_close' });
    await ask(shop, till, { salt: 1 });
    expect(await hold(till, shop.card(1))).toEqual({ phase: 'hold_card', trouble: 'certificate_refused' });
  });

  it('not beside a sale, and no sale beside it; the card in the field belongs to one of them', async () => {
    await ask(shop, till, { salt: 1 });
    expect(await till.ask({ intent: 'services_open' })).toEqual({ ok: false, refusal: 'paying' });
    await till.done({ intent: 'cancel_payment' });
    await enter();
    expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'not_now' });
    await till.done({ intent: 'services_close' });
    expect(shop.card(1).ownerView().log).toEqual([]);
    await till.done({ intent: 'pay' });
    expect(
      (await till.until('paid', ({ checkout }) => checkout.step.phase === 'paid')).checkout.minutes,
    ).toBe(3);
  });

  it("closed while the card is spoken to: closes when it has answered, says no more, and the card is the sale's", async () => {
    for (const wait of [undefined, 'pin'] as const) {
      await till.done({ intent: 'services_open' });
      till.reader.insert(shop.card(1));
      if (wait !== undefined) {
        await phase(wait);
        await till.done({ intent: 'services_pin', pin: PIN });
      }
      await till.done({ intent: 'services_close' });
      expect(await phase('closed')).toEqual({ step: { phase: 'closed' } });
      await ask(shop, till, { salt: 1 });
      await till.until('paid', ({ checkout }) => checkout.step.phase === 'paid');
      expect(till.view().services).toEqual({ step: { phase: 'closed' } });
      till.reader.pull();
      await till.done({ intent: 'next_sale' });
    }
  });

  it('the card leaves: nothing of it stays on the screen, and another card is not taken for it', async () => {
    await enter();
    till.reader.pull();
    const gone = await phase('card_gone');
    expect(gone).toEqual({ step: { phase: 'card_gone', unfinishedLoad: false } });
    till.reader.insert(shop.card(2));
    expect(await till.ask({ intent: 'services_claim' })).toEqual({ ok: false, refusal: 'not_now' });
    await till.done({ intent: 'services_open' });
    await phase('pin');
    await till.done({ intent: 'services_pin', pin: PIN });
    await until('a wrong PIN', ({ step }) => step.phase === 'pin' && step.triesLeft === 2);
    expect(shop.card(1).ownerView().pinTriesLeft).toBe(3);
  });

  it('the ledger is away: what is on the card is shown, claim and load say why they cannot be', async () => {
    await shop.stopNode();
    await till.until('away', ({ status }) => !status.ledger.connected);
    const { account } = await enter();
    expect(account).toMatchObject({ onCard: 300, packs: 0 });
    expect(await till.ask({ intent: 'services_claim' })).toEqual({
      ok: false,
      refusal: 'ledger_unreachable',
    });
    expect(await till.ask({ intent: 'services_load', packs: 1 })).toEqual({
      ok: false,
      refusal: 'ledger_unreachable',
    });
    await till.done({ intent: 'services_change_pin', old: PIN, new: '4711' });
    expect((await act('pin')).lastAct).toMatchObject({ outcome: 'done' });
  });
});
