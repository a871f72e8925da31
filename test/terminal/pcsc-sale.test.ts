/** A few sales over a real pcscd and vpcd, a private one: the terminal, its reader and the chaining are the ones that sell. What can happen to a reader is in test/reader. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type PrivatePcscd, startPrivatePcscd } from '../../firmware-sim/private-pcscd.ts';
import { type ConnectedCard, connectCard } from '../../firmware-sim/vpcd.ts';
import { createPcscReader, type PcscReader } from '../../main/pcsc-reader.ts';
import type { TillView } from '../../src/till-api.ts';
import { ask, flushed, ready, settled } from './selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from './shop.ts';

let template: Template;
let rig: PrivatePcscd;
let shop: Shop;
let till: TestTill;
let reader: PcscReader;
beforeAll(async () => {
  template = await makeTemplate({ cards: 2 });
  rig = await startPrivatePcscd();
  Object.assign(process.env, rig.env);
});
beforeEach(async () => {
  shop = await openShop(template);
  reader = createPcscReader({ allowVirtual: true });
  till = await shop.till({ reader });
  await ready(shop, till);
  await till.until('an empty reader', ({ status }) => status.reader.kind === 'no_card');
});
afterEach(() => shop.close());
afterAll(async () => {
  await rig.stop();
  template.remove();
});

const PIN = '1234';
const insert = (number: number): Promise<ConnectedCard> =>
  connectCard({ port: rig.vpcdPort, card: shop.card(number) });
const phase = (name: string) => (view: TillView) => view.checkout.step.phase === name;
async function pulled(card: ConnectedCard): Promise<void> {
  await card.remove();
  await till.until('an empty reader', ({ status }) => status.reader.kind === 'no_card');
}

it('bread is paid; with PIN, more of it; what the cards lost is what the ledger got', async () => {
  const from = shop.node.engine.height + 1;
  const before = shop.card(1).ownerView().payableMinutes;
  const small = await ask(shop, till, { wheat_bread: 1 });
  const first = await insert(1);
  await till.until('paid', phase('paid'));
  await pulled(first);
  await till.done({ intent: 'next_sale' });
  const large = await ask(shop, till, { wheat_bread: 5 });
  const second = await insert(1);
  await till.until('a PIN', phase('pin'));
  await till.done({ intent: 'enter_pin', pin: PIN });
  await till.until('paid', phase('paid'));
  await pulled(second);
  await till.done({ intent: 'next_sale' });
  await flushed(till);
  expect(before - shop.card(1).ownerView().payableMinutes).toBe(small + large);
  expect(await shop.event('redeemed', from)).toMatchObject({ minutes: small + large, skipped: [] });
  expect(await shop.event('handed_over', from)).toMatchObject({ charged: small + large, sales: 2 });
  for (const { commands, bytes } of till.figures.slice(0, 1)) {
    expect(commands).toBe(4);
    expect(bytes).toBeLessThanOrEqual(1_400);
  }
});

it('T2 pulled between SPEND and ACK, then the same card: paid once; then pulled again and another card: aborted', async () => {
  const from = shop.node.engine.height + 1;
  const before = [1, 2].map((number) => shop.card(number).ownerView().payableMinutes);
  const minutes = await ask(shop, till, { wheat_bread: 1 });
  const first = await insert(1);
  first.pullAfterBytes(1_330);
  await first.gone;
  await till.until(
    'hold again',
    (view) => phase('hold_again')(view) && settled(view) && view.status.reader.kind === 'no_card',
  );
  const again = await insert(1);
  await till.until('paid', phase('paid'));
  await pulled(again);
  await till.done({ intent: 'next_sale' });
  expect(shop.card(1).ownerView()).toMatchObject({
    payableMinutes: (before[0] ?? 0) - minutes,
    pendingMinutes: 0,
  });

  await ask(shop, till, { wheat_bread: 1 });
  const third = await insert(1);
  third.pullAfterBytes(1_330);
  await third.gone;
  await till.until(
    'hold again',
    (view) => phase('hold_again')(view) && settled(view) && view.status.reader.kind === 'no_card',
  );
  const other = await insert(2);
  await till.until('paid', phase('paid'));
  await pulled(other);
  await till.done({ intent: 'next_sale' });
  await flushed(till);
  expect(shop.card(1).ownerView()).toMatchObject({ pendingMinutes: minutes });
  expect(shop.card(2).ownerView()).toMatchObject({ payableMinutes: (before[1] ?? 0) - minutes });
  expect(await shop.event('redeemed', from)).toMatchObject({ minutes: 2 * minutes });
  expect((await shop.event('aborted', from)).serials).toHaveLength(3);
});

it('a load of a pack goes through it, block by block', async () => {
  shop.startOffice();
  await till.done({ intent: 'services_open' });
  const card = await insert(1);
  await till.until('a PIN', ({ services }) => services.step.phase === 'pin');
  await till.done({ intent: 'services_pin', pin: PIN });
  await till.until('open', ({ services }) => services.step.phase === 'open');
  await till.done({ intent: 'services_load', packs: 1 });
  const { services } = await till.until(
    'loaded',
    (view) => view.services.lastAct?.act === 'load' && view.services.step.phase === 'open',
  );
  expect(services.lastAct).toEqual({ act: 'load', outcome: 'done', minutes: 300 });
  expect(services.account).toMatchObject({ onCard: 900 });
  await till.done({ intent: 'services_close' });
  await pulled(card);
});

it('pcscd is killed: the till says that no reader is there, keeps the basket, and sells when it is back', async () => {
  await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 1 });
  await rig.crash();
  await till.until('no service', ({ status }) => status.reader.kind === 'no_service');
  expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'no_reader' });
  expect(till.view().checkout.lines).toHaveLength(1);
  await rig.restart();
  await till.until('a reader', ({ status }) => status.reader.kind === 'no_card');
  await till.done({ intent: 'pay' });
  const card = await insert(1);
  await till.until('paid', phase('paid'));
  await pulled(card);
});
