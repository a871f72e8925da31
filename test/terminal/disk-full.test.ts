/**
 * The till's disk is full: a tmpfs of a few MiB with ballast in all the room that is left. The sale under way is closed with the
 * reserve, no new one is begun, nothing that the ledger says is misread, and when there is room again everything lands.
 * Needs root, because only root may mount; without it these tests fail and say so.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { submitTo } from '../../demo/scribe.ts';
import { PriceBook } from '../../src/sale/price-book.ts';
import { ask, flushed, hold, ready, sell } from './selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill, type TillSetup } from './shop.ts';

// Dozens of sales, each with its waits for the disk.
vi.setConfig({ testTimeout: 180_000 });

let template: Template;
let shop: Shop;
let till: TestTill;
let disk: string;
beforeAll(async () => {
  template = await makeTemplate({ cards: 2 });
});
beforeEach(async () => {
  shop = await openShop(template);
  disk = mkdtempSync(join(tmpdir(), 'timecard-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]);
  if (mounted.status !== 0) throw new Error(`a small disk needs root: ${mounted.stderr}`);
  await opened();
});
afterEach(async () => {
  try {
    await shop.close();
  } finally {
    spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});
afterAll(() => template.remove());

async function opened(setup: TillSetup = {}): Promise<void> {
  copyFileSync(join(shop.world.tills[0]?.dir ?? '', 'catalogue.db'), join(disk, 'catalogue.db'));
  till = await shop.till({ dir: disk, ...setup });
  await ready(shop, till);
}
const ballast = () => join(disk, 'ballast');
/** Fills the disk to the last byte; `but` bytes are left. */
function fill(but = 0): void {
  const file = openSync(ballast(), 'a');
  const write = (bytes: number) => {
    try {
      for (;;) if (writeSync(file, Buffer.alloc(bytes)) < bytes) break;
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOSPC') throw error;
    }
  };
  for (const bytes of [65_536, 4_096, 512, 1]) write(bytes);
  closeSync(file);
  if (but > 0) spawnSync('truncate', ['-s', `-${but}`, ballast()]);
}
async function makeRoom(): Promise<void> {
  rmSync(ballast());
  await till.until('room again', ({ status }) => status.disk === 'ok');
}
const full = () => till.until('full', ({ status }) => status.disk === 'full');
function rebuilt(): string {
  const book = new PriceBook();
  for (const event of shop.events()) book.fold(event);
  return book.canonical();
}

describe('a sale under way', () => {
  it.each([0, 700, 1_330])(
    'T1 T3 the disk fills while the card is asked for (pulled first after %i bytes): the same card pays once, with the reserve',
    async (bytes) => {
      const from = shop.node.engine.height + 1;
      const before = shop.card(1).ownerView().payableMinutes;
      const minutes = await ask(shop, till, { wheat_bread: 1 });
      if (bytes > 0) {
        till.reader.insert(shop.card(1));
        till.reader.pullAfterBytes(bytes);
        await till.until(
          'a trouble',
          ({ checkout: { step } }) => 'trouble' in step && step.trouble !== undefined,
        );
      }
      fill();
      expect((await hold(till, shop.card(1))).phase).toBe('paid');
      await full();
      expect(shop.card(1).ownerView()).toMatchObject({ payableMinutes: before - minutes, pendingMinutes: 0 });
      await till.done({ intent: 'next_sale' });
      await till.done({ intent: 'add', type: shop.world.product('butter'), amount: 1 });
      expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'disk_full' });
      expect(till.view().checkout).toMatchObject({ step: { phase: 'basket' }, lines: [{ amount: 1 }] });
      await makeRoom();
      const more = await (async () => {
        await till.done({ intent: 'pay' });
        expect((await hold(till, shop.card(2))).phase).toBe('paid');
        return till.view().checkout.minutes;
      })();
      await flushed(till);
      expect(await shop.event('redeemed', from)).toMatchObject({ minutes: minutes + more, skipped: [] });
      expect(await shop.event('handed_over', from)).toMatchObject({ charged: minutes + more, sales: 2 });
    },
  );

  it('T2 the person walks away on a full disk: the purchase can be given up, its serials are aborted later', async () => {
    const from = shop.node.engine.height + 1;
    await ask(shop, till, { wheat_bread: 1 });
    till.reader.insert(shop.card(1));
    till.reader.pullAfterBytes(1_330);
    await till.until(
      'hold again',
      ({ checkout: { step } }) => step.phase === 'hold_again' && step.trouble !== undefined,
    );
    fill();
    await till.done({ intent: 'give_up' });
    await full();
    expect(till.view().checkout.lines).toMatchObject([{ amount: 1 }]);
    await makeRoom();
    await till.done({ intent: 'pay' });
    expect((await hold(till, shop.card(2))).phase).toBe('paid');
    await flushed(till);
    expect((await shop.event('aborted', from)).serials).toHaveLength(3);
  });
});

describe('no new sale', () => {
  it('full before «pay»: refused in that moment, basket kept, the reserve not touched', async () => {
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 2 });
    fill();
    expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'disk_full' });
    await full();
    // It stays refused: nothing makes room by itself.
    till.clock.forward(10);
    for (let i = 0; i < 20; i++)
      expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'disk_full' });
    expect(existsSync(join(disk, 'reserve'))).toBe(true);
    expect(till.view().checkout.lines).toMatchObject([{ amount: 2 }]);
    await makeRoom();
    await till.done({ intent: 'pay' });
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
  });

  it('little room is told before anything fails: what is left is for the sale that was begun', async () => {
    fill(200_000);
    await full();
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 1 });
    expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'disk_full' });
  });

  it('counting and closing a crowd say disk_full and change nothing', async () => {
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    await till.done({ intent: 'count_begin' });
    await till.until('a count', ({ stock }) => stock.count !== undefined);
    fill();
    const before = JSON.stringify(till.view().stock.count);
    const type = shop.world.product('wheat_bread');
    for (const intent of [
      { intent: 'count_enter', type, amount: 5 },
      { intent: 'count_cancel' },
      { intent: 'close_crowd_now' },
    ] as const)
      expect(await till.ask(intent), intent.intent).toEqual({ ok: false, refusal: 'disk_full' });
    expect(JSON.stringify(till.view().stock.count)).toBe(before);
    expect(till.view().status.crowd.sales).toBe(1);
    await makeRoom();
    await till.done({ intent: 'count_cancel' });
    await till.done({ intent: 'close_crowd_now' });
  });
});

describe('what comes from outside while the disk is full', () => {
  it('T4 a crowd that is due waits in the till, and leaves when there is room', async () => {
    await till.stop();
    await opened({ k: 1 });
    const from = shop.node.engine.height + 1;
    const minutes = await ask(shop, till, { wheat_bread: 1 });
    fill();
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
    await full();
    await makeRoom();
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
    await till.until('sent', ({ status }) => status.unsent === 0 && status.crowd.sales === 0);
    expect(
      shop.events(from).filter(({ kind }) => kind === 'redeemed' || kind === 'handed_over'),
    ).toHaveLength(2);
  });

  it('T4 entries that the ledger takes while it cannot be written down are sent again, and booked once', async () => {
    const from = shop.node.engine.height + 1;
    const minutes = await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    await shop.stopNode();
    await till.until('away', ({ status }) => !status.ledger.connected);
    await till.done({ intent: 'close_crowd_now' });
    fill();
    await shop.startNode();
    await shop.block(from);
    await makeRoom();
    await till.until('sent', ({ status }) => status.unsent === 0);
    expect(await till.terminal.flush(20_000)).toBe(true);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
    for (const kind of ['announced', 'redeemed', 'handed_over'])
      expect(shop.events(from).filter((event) => event.kind === kind)).toHaveLength(1);
  });

  it('blocks that cannot be written are not half folded: the price book is right when there is room', async () => {
    fill();
    for (let i = 0; i < 3; i++)
      await shop.world.deliver(submitTo(shop.node.engine), {
        maker: 'bakery',
        outlet: 'station',
        good: 'wheat_bread',
        amount: 10,
        minutes: 300,
      });
    await full();
    await makeRoom();
    await till.until('caught up', ({ status }) => status.ledger.height === shop.node.engine.height);
    expect(till.terminal.view.book.canonical()).toBe(rebuilt());
  });
});

it('T2 a restart on a full disk finds the sale under way and finishes it', async () => {
  const minutes = await ask(shop, till, { wheat_bread: 1 });
  till.reader.insert(shop.card(1));
  till.reader.pullAfterBytes(1_330);
  await till.until(
    'hold again',
    ({ checkout: { step } }) => step.phase === 'hold_again' && step.trouble !== undefined,
  );
  fill();
  await till.stop();
  fill();
  till = await shop.till({ dir: disk });
  expect(till.view().checkout).toMatchObject({ step: { phase: 'hold_again' }, minutes });
  expect((await hold(till, shop.card(1))).phase).toBe('paid');
  await full();
  await makeRoom();
  await ready(shop, till);
  await flushed(till);
});
