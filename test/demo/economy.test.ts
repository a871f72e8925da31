/** The demo's economy as a node finds it: made by the rules, in balance, and enough for a newcomer to begin with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ARTICLES, typeOf } from '../../demo/products.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { allAccounts, paritySum } from '../../ledger/accounts.ts';
import { manualClock } from '../../ledger/clock.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import type { Engine } from '../../ledger/engine.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import { Catalogue } from '../../main/catalogue.ts';
import { PICTURE_NAMES } from '../../renderer/pictures.tsx';
import { monthEnd } from '../../src/economy/calendar.ts';
import type { State } from '../../src/economy/state.ts';
import { parseEan13 } from '../../src/sale/ean13.ts';

/** 2026-11-22, a Sunday, 14:30 UTC. */
const NOW = 1_795_357_800;

let place: string;
let world: World;
let engine: Engine;
let state: State;
const told: string[] = [];

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'timecard-demo-'));
  world = await createWorld({ dir: join(place, 'data'), now: NOW, progress: (line) => told.push(line) });
  const opened = createEngine({ dataDir: world.ledgerDir, crypto: nodeCrypto, clock: manualClock(NOW) });
  if (!opened.ok) throw new Error(opened.refusal);
  engine = opened.value;
  const view = engine.view();
  if (!view.ok) throw new Error(view.refusal);
  state = view.value.state;
});
afterAll(async () => {
  await engine?.close();
  rmSync(place, { recursive: true, force: true });
});

describe('a demo economy', () => {
  test('L6: every block follows from the stored transactions, every signature checked again', () => {
    const verified = verifyLedger(world.ledgerDir, nodeCrypto);
    expect(verified).toMatchObject({ ok: true, value: { height: engine.height } });
  });

  test('L1: the accounts of every subsystem sum to 0, and there is one subsystem', () => {
    const sums = [...allAccounts(state)].map(([, accounts]) => paritySum(accounts));
    expect(sums).toEqual([0n]);
  });

  test('all seven collectives trust each other at least weakly; two of them dispatch', () => {
    const rows = [...state.collectives.entries()].map(([, row]) => row);
    expect(rows).toHaveLength(7);
    expect(new Set(rows.map((row) => row.subsystem)).size).toBe(1);
    expect(rows.filter((row) => row.dispatches).map((row) => row.name)).toEqual([
      world.members.outlet.name,
      world.members.station.name,
    ]);
  });

  test('the last full month is revised, and its tax is a believable share', () => {
    const revisions = [...state.revisions.entries()].map(([, row]) => row);
    expect(revisions).toHaveLength(2);
    const last = revisions.at(-1);
    expect(last?.until).toBe(monthEnd(NOW - 22 * 86_400));
    const share = Number(last?.tax ?? 0n) / Number(last?.a ?? 1n);
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.1);
  });

  test('people shopped: what was handed over was paid with coupons, and the clearing of both outlets is 0', () => {
    const events = engine.blocks(0, 100_000).flatMap((block) => block.events);
    const charged = events.reduce((sum, e) => (e.kind === 'handed_over' ? sum + e.charged : sum), 0);
    const redeemed = events.reduce((sum, e) => (e.kind === 'redeemed' ? sum + e.minutes : sum), 0);
    expect(charged).toBeGreaterThan(5_000);
    expect(redeemed).toBe(charged);
    for (const outlet of ['outlet', 'station'] as const)
      expect(state.clearing.get(world.members[outlet].id)).toBe(0n);
    expect(events.filter((e) => e.kind === 'redeemed').every((e) => e.skipped.length === 0)).toBe(true);
  });

  test('nobody worked more than eight hours a day', () => {
    for (const [, minutes] of state.walletDays.entries()) expect(minutes).toBeLessThanOrEqual(480);
  });

  test('forty articles, each in stock, priced within a tenth of what it is thought to be worth, at an uneven price', () => {
    const { id } = world.members.outlet;
    const subsystem = state.collectives.get(id)?.subsystem;
    expect(ARTICLES).toHaveLength(40);
    let uneven = 0;
    for (const article of ARTICLES) {
      const type = typeOf(nodeCrypto, article);
      const pool = state.pools.get(`${subsystem}/${type}`);
      expect(state.stock.get(`${id}/${type}`)?.amount, article.key).toBeGreaterThanOrEqual(1);
      const price = Number(pool?.value) / Number(pool?.amount);
      expect(Math.abs(price / Number(article.value) - 1), article.key).toBeLessThan(0.1);
      if (Number(pool?.value) % Number(pool?.amount) !== 0) uneven++;
    }
    expect(uneven).toBeGreaterThan(30);
  });

  test('the catalogue has them all: codes that check, names in two languages, pictures the screen has', () => {
    const catalogue = new Catalogue(join(world.tills[0]?.dir ?? '', 'catalogue.db'));
    const all = catalogue.all();
    catalogue.close();
    expect(all).toHaveLength(40);
    expect(new Set(all.map((one) => one.code)).size).toBe(40);
    for (const one of all) {
      expect(parseEan13(one.code)).toEqual({ ok: true, value: one.code });
      expect(PICTURE_NAMES).toContain(one.picture);
      expect(one.names.de).not.toBe('');
    }
    expect(new Set(all.map((one) => one.names.de)).size).toBe(40);
  });

  test('three cards hold two packs each and have room, balance and unclaimed hours for more', () => {
    expect(world.cards).toHaveLength(3);
    for (const card of world.cards) {
      const opened = world.card(card.number);
      const owner = opened.device.ownerView();
      opened.close();
      expect(owner.payableMinutes).toBe(600);
      expect(owner.walletKey).toBe(card.wallet);
      expect(owner.pinTriesLeft).toBe(3);
      expect(owner.openLoad).toBeUndefined();
      const balance = [...state.balances.entries()]
        .filter(([key]) => key.startsWith(card.wallet))
        .reduce((sum, [, value]) => sum + value, 0n);
      expect(balance).toBeGreaterThanOrEqual(900_000_000n);
      const waiting = [...state.workloads.entries()].filter(
        ([, row]) => row.wallet === card.wallet && row.revision !== undefined && !row.claimed,
      );
      expect(waiting).toHaveLength(6);
    }
  });

  test('ledger time ends now, not later', () => {
    const view = engine.view();
    expect(view.ok && view.value.header.time).toBe(NOW);
  });

  test('creation says what it does', () => {
    expect(told.length).toBeGreaterThanOrEqual(4);
  });
});

describe.each([
  ['ten minutes into a month', Date.UTC(2027, 2, 1, 0, 10) / 1000],
  ['the last second of a leap February', Date.UTC(2028, 1, 29, 23, 59, 59) / 1000],
  ['the first Monday of a year, at noon', Date.UTC(2029, 0, 1, 12) / 1000],
])('a lean world made %s', (_, now) => {
  test('is in balance, revised, and its cards are full', async () => {
    const dir = join(place, `lean-${now}`);
    const lean = await createWorld({ dir, now, lean: true, cards: 2, packs: 6 });
    const opened = createEngine({ dataDir: lean.ledgerDir, crypto: nodeCrypto, clock: manualClock(now) });
    if (!opened.ok) throw new Error(opened.refusal);
    const view = opened.value.view();
    if (!view.ok) throw new Error(view.refusal);
    expect([...allAccounts(view.value.state)].map(([, a]) => paritySum(a))).toEqual([0n]);
    expect(view.value.header.time).toBeLessThanOrEqual(now);
    expect(view.value.state.revisions.size).toBe(1);
    await opened.value.close();
    for (const { number } of lean.cards) {
      const card = lean.card(number);
      expect(card.device.ownerView().payableMinutes).toBe(1_800);
      card.close();
    }
  });
});

test('a demo made ten minutes into a month is whole as well', async () => {
  const now = Date.UTC(2027, 2, 1, 0, 10) / 1000;
  const early = await createWorld({ dir: join(place, 'early'), now });
  const opened = createEngine({ dataDir: early.ledgerDir, crypto: nodeCrypto, clock: manualClock(now) });
  if (!opened.ok) throw new Error(opened.refusal);
  const view = opened.value.view();
  if (!view.ok) throw new Error(view.refusal);
  const { id } = early.members.outlet;
  for (const article of ARTICLES)
    expect(
      view.value.state.stock.get(`${id}/${typeOf(nodeCrypto, article)}`)?.amount,
      article.key,
    ).toBeGreaterThanOrEqual(1);
  const card = early.card(1);
  expect(card.device.ownerView().payableMinutes).toBe(600);
  card.close();
  await opened.value.close();
});
