/** What the ledger refused, resolved through the door: sent again, dismissed with a reason, taken along; nothing is dropped. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { Scribe, submitTo } from '../../demo/scribe.ts';
import { publicKeys } from '../../main/identity.ts';
import { random } from '../../main/random.ts';
import { fromHex } from '../../src/bytes.ts';
import { decodeEnvelope } from '../../src/economy/envelope.ts';
import { DELEGATED } from '../../src/economy/transaction.ts';
import { ready, sell } from './selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from './shop.ts';

let template: Template;
let shop: Shop;
let till: TestTill;
let seed: Uint8Array;
beforeAll(async () => {
  template = await makeTemplate({ cards: 1 });
});
afterAll(() => template.remove());
beforeEach(async () => {
  shop = await openShop(template);
  // A till whose key the outlet has not delegated, or not yet.
  const [of] = shop.world.tills;
  if (of === undefined) throw new Error('a till');
  seed = random(32);
  till = await shop.till({ till: { ...of, identity: { ...of.identity, seed } } });
  await ready(shop, till);
});
afterEach(() => shop.close());

/** The outlet catches up on it. */
async function delegate(): Promise<void> {
  const { outlet } = shop.world.members;
  const scribe = new Scribe(shop.world.genesis.chain, submitTo(shop.node.engine));
  const { till: key } = publicKeys(nodeCrypto, { seed, staticSecret: random(32) });
  const until = till.clock.seconds() + 1_000_000;
  scribe.write({ kind: 'delegate', outlet: outlet.id, key, kinds: DELEGATED, until }, outlet.seed);
  await scribe.settle();
}

const entry = (kind: string) => {
  const found = till.view().outbox.entries.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}: ${JSON.stringify(till.view().outbox)}`);
  return found;
};

async function refusedCrowd(): Promise<number> {
  const minutes = await sell(shop, till, shop.card(1), { wheat_bread: 1 });
  await till.done({ intent: 'close_crowd_now' });
  await till.until('set aside', ({ status, outbox }) => status.setAside === 2 && outbox.entries.length === 2);
  return minutes;
}

it('is shown with the ledger’s word and what waits for it; sent again when the cause is put right, everything lands once', async () => {
  const from = shop.node.engine.height + 1;
  const minutes = await refusedCrowd();
  expect(entry('announce')).toMatchObject({ refusal: 'not_delegated', waiting: 1, dismissed: null });
  expect(entry('hand_over')).toMatchObject({ refusal: 'not_delegated', waiting: 0, dismissed: null });
  // Too early: it comes back, and is still there.
  await till.done({ intent: 'outbox_retry', id: entry('hand_over').id });
  await till.until('refused again', ({ status }) => status.setAside === 2);

  await delegate();
  for (const kind of ['hand_over', 'announce'])
    await till.done({ intent: 'outbox_retry', id: entry(kind).id });
  await till.until('all sent', ({ status }) => status.unsent === 0 && status.setAside === 0);
  expect(await till.terminal.flush(20_000)).toBe(true);
  expect(await shop.event('redeemed', from)).toMatchObject({ minutes, skipped: [] });
  expect(await shop.event('handed_over', from)).toMatchObject({ charged: minutes, sales: 1 });
  expect(till.view().outbox.entries).toEqual([]);
});

it('is dismissed only with a reason; the reason, the envelope and what followed it are kept, also by a restart', async () => {
  await refusedCrowd();
  const { id } = entry('announce');
  for (const reason of ['', '  ', 'no', 'x'.repeat(201)])
    expect(await till.ask({ intent: 'outbox_dismiss', id, reason })).toEqual({
      ok: false,
      refusal: 'bad_intent',
    });
  await till.done({ intent: 'outbox_dismiss', id, reason: ' agreed with the office ' });
  const { outbox } = await till.until('dismissed', ({ outbox: of }) =>
    of.entries.some((e) => e.dismissed !== null),
  );
  expect(new Set(outbox.entries.map((e) => `${e.kind} ${e.refusal} ${e.dismissed}`))).toEqual(
    new Set([
      'redeem follows_dismissed null',
      'hand_over not_delegated null',
      'announce not_delegated agreed with the office',
    ]),
  );
  expect(outbox.entries.at(-1)?.kind).toBe('announce');
  for (const intent of ['outbox_retry', 'outbox_dismiss'] as const)
    expect(await till.ask({ intent, id, reason: 'once more' })).toEqual({
      ok: false,
      refusal: 'unknown_entry',
    });

  // Alone the payments can only be refused; they come back and are not lost either.
  await delegate();
  await till.done({ intent: 'outbox_retry', id: entry('redeem').id });
  await till.until('refused', ({ outbox: of }) =>
    of.entries.some((e) => e.kind === 'redeem' && e.refusal === 'unknown_announcement'),
  );
  const { clock, dir } = till;
  await till.stop();
  const [of] = shop.world.tills;
  if (of === undefined) throw new Error('a till');
  till = await shop.till({ till: { ...of, identity: { ...of.identity, seed } }, clock });
  await ready(shop, till);
  expect(till.view().status).toMatchObject({ setAside: 2, unsent: 0 });
  expect(entry('announce').dismissed).toBe('agreed with the office');
  await till.stop();
  const kept = new Database(join(dir, 'till.db'), { readonly: true });
  expect(kept.prepare('select count(*) as n from outbox where length(envelope) > 100').get()).toEqual({
    n: 3,
  });
  kept.close();
});

it('dismissed goods are in the book again, so that the next count shows them', async () => {
  const stock = () =>
    till.view().stock.products.find((p) => p.type === shop.world.product('wheat_bread'))?.inStock;
  const before = stock() ?? 0;
  await refusedCrowd();
  await till.until('off the shelf', () => stock() === before - 1);
  await till.done({ intent: 'outbox_dismiss', id: entry('hand_over').id, reason: 'counted by hand' });
  await till.until('in the book', () => stock() === before);
});

it('is taken along as a file: every envelope, as it would have gone out', async () => {
  await refusedCrowd();
  const answer = await till.ask({ intent: 'outbox_file' });
  if (!answer.ok || answer.file === undefined) throw new Error('no file');
  const file = JSON.parse(answer.file) as {
    chain: string;
    entries: { id: string; kind: string; state: string; envelope: string }[];
  };
  expect(file.chain).toBe(shop.world.genesis.chain);
  expect(file.entries.map((e) => e.kind).sort()).toEqual(['announce', 'hand_over']);
  for (const { id, kind, envelope } of file.entries) {
    const decoded = decodeEnvelope(fromHex(envelope) ?? new Uint8Array(0), nodeCrypto);
    expect(decoded.ok && [decoded.value.id, decoded.value.transaction.kind]).toEqual([id, kind]);
  }
});
