/**
 * The disk: full from one write on, and changed by itself. `npm run test:crash` has every point and every page. Needs root, because
 * only root may mount a small disk; without it these tests fail and say so.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { ask, flushed, hold, ready, sell } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from '../terminal/shop.ts';
import { chanceOf, sample } from './chance.ts';
import { bookOf, overwrite, PAGE, SECTOR, spoil, starts } from './damaged-disk.ts';
import { onFullDisk } from './full-disk.ts';

vi.setConfig({ testTimeout: 900_000 });

const SEED = 1;
let template: Template;
beforeAll(async () => {
  template = await makeTemplate({ cards: 1 });
});
afterAll(() => template.remove());

describe('full from one write on', () => {
  it('T1 T3 a sale whose payment was accepted is closed; before that the till says so, and the card was not asked', async () => {
    const below = chanceOf(`full ${SEED}`);
    const whole = await onFullDisk(template, -1, 0);
    expect(whole.wrong).toEqual([]);
    expect(whole.points.length).toBeGreaterThan(40);
    let refused = 0;
    for (const point of sample(below, whole.points.length, 9)) {
      const but = [0, PAGE, 3 * PAGE][below(3)] as number;
      const { wrong, lost, doubled, rooms } = await onFullDisk(template, point, but);
      expect(wrong, `full before ${point} ${whole.points[point]}, but ${but} bytes`).toEqual([]);
      expect([lost, doubled]).toEqual([0, 0]);
      refused += rooms;
    }
    expect(refused).toBeGreaterThan(0);
  });
});

test('full when a crowd is closed and its log is to be emptied: it is closed, and leaves when there is room', async () => {
  const { points } = await onFullDisk(template, -1, 0);
  const closed = points.findIndex((name) => name.includes('insert into closed_crowds'));
  const emptied = points.findIndex((name, i) => i > closed && name.includes('wal_checkpoint'));
  expect(closed).toBeGreaterThan(0);
  const { wrong, lost, doubled } = await onFullDisk(template, emptied, 0);
  expect(wrong).toEqual([]);
  expect([lost, doubled]).toEqual([0, 0]);
});

describe('changed by itself', () => {
  let shop: Shop;
  let till: TestTill;
  let place: string;
  let copies = 0;
  beforeEach(async () => {
    shop = await openShop(template);
    till = await shop.till();
    await ready(shop, till);
    place = mkdtempSync(join(tmpdir(), 'timecard-damage-'));
  });
  afterEach(async () => {
    rmSync(place, { recursive: true, force: true });
    await shop.close();
  });
  /** A copy of a till's folder as it is now. */
  const copy = (from = till.dir): string => {
    const dir = join(place, String(copies++));
    cpSync(from, dir, { recursive: true });
    return dir;
  };

  it("a page or a sector of the till's book: it does not start, and says which file; or nothing of a sale has changed", async () => {
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    await shop.stopNode();
    await till.until('away', ({ status }) => !status.ledger.connected);
    await till.done({ intent: 'close_crowd_now' });
    await sell(shop, till, shop.card(1), { butter: 1 });
    await ask(shop, till, { milk: 1 });
    await till.stop();
    const whole = bookOf(till.dir);
    const below = chanceOf(`pages ${SEED}`);
    const pages = readFileSync(join(till.dir, 'till.db')).length / PAGE;
    const seen = { started: 0, refused: 0 };
    // The last page, the first one, and some of the others.
    for (const page of [pages - 1, 0, ...sample(below, pages, 14)]) {
      const dir = copy();
      const what = spoil(join(dir, 'till.db'), page, below);
      const how = await starts(shop.world, dir);
      seen[how]++;
      if (how === 'started') expect(bookOf(dir), `page ${page}, ${what}`).toBe(whole);
    }
    expect(seen.refused).toBeGreaterThan(4);
  });

  it('a coupon that was changed in its slot is found before it spoils a redemption', async () => {
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    const [live] = till.terminal.view.keysets();
    await till.stop();
    const dir = copy();
    const bytes = readFileSync(join(dir, 'till.db'));
    // A slot in use names its keyset; behind it lie exponent, serial and signature.
    const slot = bytes.indexOf(Buffer.from(live?.id ?? []));
    expect(slot).toBeGreaterThan(0);
    overwrite(join(dir, 'till.db'), slot + 200, Buffer.of((bytes[slot + 200] as number) ^ 1));
    expect(await starts(shop.world, dir)).toBe('refused');
  });

  it('what was learnt from the ledger is thrown away and folded again', async () => {
    const { height } = till.view().status.ledger;
    await till.stop();
    const dir = copy();
    overwrite(join(dir, 'view.db'), 0, Buffer.alloc(2 * PAGE, 0xa5));
    const again = await shop.till({ dir });
    await ready(shop, again);
    expect(again.view().status.ledger.height).toBe(height);
    await sell(shop, again, shop.card(1), { wheat_bread: 1 });
  });

  it('the log cut off or written over: no sale that was closed before is lost, and at most the one under way is', async () => {
    const minutes = await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    const before = shop.card(1).ownerView().payableMinutes;
    const from = shop.node.engine.height + 1;
    await ask(shop, till, { wheat_bread: 1 });
    till.reader.insert(shop.card(1));
    till.reader.pullAfterBytes(1_330);
    await till.until(
      'hold again',
      ({ checkout: { step } }) => 'trouble' in step && step.phase === 'hold_again',
    );
    const dead = copy();
    await till.stop();
    const log = readFileSync(join(dead, 'till.db-wal'));
    expect(log.length).toBeGreaterThan(2 * PAGE);
    const seen = new Set<string>();
    for (let cut = 0; cut < log.length; cut += PAGE) {
      const dir = copy(dead);
      rmSync(join(dir, 'till.db-shm'), { force: true });
      if (cut % (2 * PAGE) === 0) truncateSync(join(dir, 'till.db-wal'), cut);
      else overwrite(join(dir, 'till.db-wal'), cut, Buffer.alloc(SECTOR, 0x5a));
      const again = await shop.till({ dir });
      seen.add(again.view().checkout.step.phase);
      expect(again.view().status.crowd.sales).toBe(1);
      await again.stop();
    }
    expect(seen).toContain('basket');
    expect(seen.size).toBeGreaterThan(1);
    // With all of the log gone: the card has answered, and nothing of it is known here. The card keeps what it had.
    const dir = copy(dead);
    rmSync(join(dir, 'till.db-wal'));
    const again = await shop.till({ dir });
    await ready(shop, again);
    await ask(shop, again, { wheat_bread: 1 });
    expect((await hold(again, shop.card(1))).phase).toBe('paid');
    await again.terminal.sale.idle();
    await flushed(again);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes: 2 * minutes, skipped: [] });
    const { payableMinutes, pendingMinutes } = shop.card(1).ownerView();
    expect([payableMinutes, pendingMinutes]).toEqual([before - 2 * minutes, minutes]);
  });
});
