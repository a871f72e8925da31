/** The window with the cards: who may speak to it, what it does, and that it works in a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenedCard } from '../../demo/cards.ts';
import { type Dock, startDock } from '../../demo/dock.ts';
import { createInProcessReader, type InProcessReader } from '../../demo/in-process-reader.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { ALL_RULES, violations } from '../browser/axe.ts';
import { launchChromium } from '../browser/screen.ts';

let place: string;
let world: World;
let cards: OpenedCard[];
let reader: InProcessReader;
let dock: Dock;
let url: URL;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'timecard-dock-'));
  world = await createWorld({ dir: join(place, 'data'), lean: true, cards: 3, packs: 1 });
  cards = world.cards.map(({ number }) => world.card(number));
});
afterAll(() => {
  for (const card of cards) card.close();
  rmSync(place, { recursive: true, force: true });
});
beforeEach(async () => {
  reader = createInProcessReader('Counter');
  dock = await startDock({
    reader,
    cards: world.cards.map((person, i) => ({ person, device: (cards[i] as OpenedCard).device })),
    language: 'en',
  });
  url = new URL(dock.url);
});
afterEach(async () => {
  await dock.stop();
  await reader.stop();
});

/** A request with exactly these headers; its status. `fetch` would set Host and Origin itself. */
function ask(path: string, headers: Record<string, string>, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request(
      { host: '127.0.0.1', port: url.port, path, method, headers: { host: url.host, ...headers } },
      (response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
const token = () => url.searchParams.get('token') ?? '';
const own = () => ({ origin: url.origin, 'x-dock-token': token() });
const act = (wanted: unknown) => ask('/act', own(), JSON.stringify(wanted));

describe('the dock', () => {
  test('is shown to nobody without its token', async () => {
    expect(await ask('/', {})).toBe(403);
    expect(await ask(`/?token=${'A'.repeat(43)}`, {})).toBe(403);
    expect(await ask('/events', {})).toBe(403);
    expect(await ask(`/?token=${token()}`, {})).toBe(200);
    expect(await ask(`/events?token=${token()}`, {})).toBe(200);
  });

  test('does nothing for another origin, another host, no origin, or a wrong token', async () => {
    const insert = JSON.stringify({ act: 'insert', card: 1 });
    expect(await ask('/act', { ...own(), origin: 'http://elsewhere.example' }, insert)).toBe(403);
    expect(await ask('/act', { ...own(), host: `rebound.example:${url.port}` }, insert)).toBe(421);
    expect(await ask('/act', { 'x-dock-token': token() }, insert)).toBe(403);
    expect(await ask('/act', { ...own(), 'x-dock-token': 'x' }, insert)).toBe(403);
    expect(reader.state().kind).toBe('no_card');
  });

  test('refuses what is no act, and stays', async () => {
    for (const wanted of [
      null,
      {},
      { act: 'insert' },
      { act: 'insert', card: 9 },
      { act: 'pull_after', bytes: -1 },
    ])
      expect(await act(wanted)).toBe(400);
    expect(await ask('/act', own(), 'not json')).toBe(400);
    expect(await ask('/act', own(), 'x'.repeat(5_000))).toBe(400);
    expect(await ask('/nothing', own(), '{}')).toBe(404);
    expect(await act({ act: 'pull' })).toBe(204);
  });

  test('inserts, arms and pulls', async () => {
    expect(await act({ act: 'insert', card: 2 })).toBe(204);
    expect(reader.state().kind).toBe('ready');
    expect(await act({ act: 'pull_after', bytes: 300 })).toBe(204);
    expect(reader.pullsAfter()).toBe(300);
    expect(await act({ act: 'pull_after', bytes: null })).toBe(204);
    expect(reader.pullsAfter()).toBeUndefined();
    expect(await act({ act: 'pull' })).toBe(204);
    expect(reader.state().kind).toBe('no_card');
  });
});

describe('the dock in a browser', () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 380, height: 640 } });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(dock.url);
    await page.getByRole('heading', { name: 'Card 3 · red' }).waitFor();
  });
  afterEach(async () => {
    await page.close();
    expect(errors.splice(0)).toEqual([]);
  });

  test('all three cards, their PIN and their hours fit into the small window', async () => {
    for (const pin of ['1234', '2345', '3456']) expect(await page.getByText(pin).isVisible()).toBe(true);
    expect(await page.getByText('5 h', { exact: false }).count()).toBeGreaterThanOrEqual(3);
    const last = await page.getByRole('button', { name: 'Hold: Card 3 · red' }).boundingBox();
    expect((last?.y ?? 1_000) + (last?.height ?? 0)).toBeLessThanOrEqual(640);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBe(380);
  });

  test('a short press leaves the card there, a second one takes it away; the keyboard does the same', async () => {
    const hold = page.getByRole('button', { name: 'Hold: Card 1 · blue' });
    const take = page.getByRole('button', { name: 'Take away: Card 1 · blue' });
    await hold.click();
    await take.waitFor();
    expect(reader.state().kind).toBe('ready');
    await take.click();
    await hold.waitFor();
    expect(reader.state().kind).toBe('no_card');
    await hold.press('Enter');
    await take.waitFor();
    await take.press('Space');
    await hold.waitFor();
    expect(reader.state().kind).toBe('no_card');
  });

  test('a long press holds the card as long as it lasts', async () => {
    const kinds: string[] = [];
    const left = new Promise<void>((resolve) => {
      reader.watch((state) => {
        kinds.push(state.kind);
        if (kinds.length === 3) resolve();
      });
    });
    await page.getByRole('button', { name: 'Hold: Card 2 · green' }).click({ delay: 600 });
    await left;
    expect(kinds).toEqual(['no_card', 'ready', 'no_card']);
  });

  test('a card is dragged onto the reader, and not when it is dropped beside it', async () => {
    const face = await page.locator('.face').first().boundingBox();
    const field = await page.locator('#reader').boundingBox();
    if (face === null || field === null) throw new Error('drawn');
    const drag = async (x: number, y: number) => {
      await page.mouse.move(face.x + 60, face.y + 50);
      await page.mouse.down();
      await page.mouse.move(x, y, { steps: 4 });
      await page.mouse.up();
    };
    await drag(field.x + 100, field.y + field.height + 300);
    expect(reader.state().kind).toBe('no_card');
    await drag(field.x + 100, field.y + 40);
    await page.getByText('Card 1 · blue is on the reader.').waitFor();
    expect(reader.state().kind).toBe('ready');
  });

  test('speaks German, and has nothing that a screen reader would stumble over', async () => {
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await page.getByRole('heading', { name: 'Karte 1 · blau' }).waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await violations(page, ALL_RULES)).toEqual([]);
    // Without motion, so that no colour is looked at half way.
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await violations(page, ALL_RULES)).toEqual([]);
  });
});
