/**
 * The explorer in a real Chromium, served by a real node: no violation that axe-core knows of (WCAG 2.2 A and AA), in both languages and
 * both colour schemes, no broken rule of the content policy, nothing beside the window down to 320 px; by keyboard; alive.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { de } from '../../explorer/texts/de.ts';
import { en } from '../../explorer/texts/en.ts';
import { createApi } from '../../ledger/api.ts';
import { startNode } from '../../ledger/node.ts';
import { ascii } from '../../src/bytes.ts';
import { keyOf } from '../../src/economy/envelope.ts';
import { ALL_RULES, violations } from '../browser/axe.ts';
import { launchChromium } from '../browser/screen.ts';
import { type Chapter, HARBOUR, openChapter } from './chapter.ts';
import { buildExplorer, type Look, openLook, PAGES, show } from './pages.ts';

let place: string;
let built: Awaited<ReturnType<typeof buildExplorer>>;
let chapter: Chapter;
let browser: Browser;
const errors: string[] = [];
const pages: Page[] = [];
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'timecard-page-'));
  built = await buildExplorer();
  chapter = await openChapter({ dir: join(place, 'world'), lean: true, explorerDir: built.dir });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await chapter.stop();
  await built.remove();
  rmSync(place, { recursive: true, force: true });
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close();
});

const open = async (look: Look = {}): Promise<Page> => {
  errors.length = 0;
  const page = await openLook(browser, look, (message) => errors.push(message));
  pages.push(page);
  return page;
};
const pageNamed = (name: string) => {
  const found = PAGES.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

/** Whether the page can be scrolled sideways, and controls (but links in a sentence) smaller than 24 px (2.5.8). */
async function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const bad: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) bad.push(`${root.scrollWidth} px wide`);
    for (const element of document.querySelectorAll<HTMLElement>('button, input, select, summary')) {
      const { width, height } = element.getBoundingClientRect();
      if (width > 0 && (width < 24 || height < 24)) bad.push(`${element.textContent}: ${width} × ${height}`);
    }
    return bad;
  });
}

const WINDOWS = [
  { name: 'English, light, 1280 × 800', rules: ALL_RULES, look: {} },
  {
    name: 'German, dark, 1024 × 768',
    rules: ALL_RULES,
    look: { language: 'de', scheme: 'dark', size: { width: 1024, height: 768 } },
  },
  {
    name: 'German, light, 320 × 640: WCAG 1.4.10',
    rules: ['color-contrast', 'target-size'],
    look: { language: 'de', size: { width: 320, height: 640 } },
  },
] as const satisfies readonly { name: string; rules: readonly string[]; look: Look }[];

describe.each(WINDOWS)('$name', ({ look, rules }) => {
  let page: Page;
  beforeAll(async () => {
    page = await openLook(browser, look, (message) => errors.push(message));
  });
  afterAll(async () => {
    await page.context().close();
  });
  test.each(PAGES)('$name', async (shown) => {
    errors.length = 0;
    await show(page, chapter, shown);
    for (const summary of await page.locator('main details > summary').all()) await summary.click();
    await expect.poll(() => page.locator('main [role=status]:has-text("…")').count()).toBe(0);
    expect(await violations(page, rules)).toEqual([]);
    expect(await misplaced(page)).toEqual([]);
    expect(await page.locator('html').getAttribute('lang')).toBe('language' in look ? look.language : 'en');
    expect(errors).toEqual([]);
  });
});

describe('by keyboard', () => {
  test('to the content in one step, through the places, to a collective and back', async () => {
    const page = await open();
    await show(page, chapter, pageNamed('overview'));
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(en.app.skip);
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');

    const bakery = page.getByRole('button', { name: chapter.world.members.bakery.name });
    await bakery.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: chapter.world.members.bakery.name }).waitFor();
    expect(await bakery.getAttribute('aria-pressed')).toBe('true');
    // Choosing a circle goes nowhere: the focus stays.
    expect(await bakery.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: en.overview.choose }).waitFor();

    await page.getByRole('link', { name: en.app.products, exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: en.products.title }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(en.products.title);
    await expect.poll(() => page.title()).toContain(en.products.title);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: en.overview.title }).waitFor();
  });

  test('a product is found by its name', async () => {
    const page = await open();
    await show(page, chapter, pageNamed('products'));
    await page.getByRole('searchbox', { name: en.products.search }).fill('rye bre');
    await page.getByText(en.products.found(1), { exact: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Rye bread, 1 kg' }).waitFor();
    await page.getByRole('heading', { name: en.product.origin }).waitFor();
    expect(errors).toEqual([]);
  });

  test('a block by its number, a transaction by its id, nonsense by a word', async () => {
    const page = await open();
    await show(page, chapter, pageNamed('blocks'));
    const field = page.getByRole('textbox', { name: en.blocks.find });
    await field.fill('nonsense');
    await page.keyboard.press('Enter');
    await page.getByText(en.blocks.notFound).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(chapter.ids.delivery as string);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: en.blocks.transaction }).waitFor();
    expect(await page.locator('main').innerText()).toContain(
      'delivered 20 Rye bread, 1 kg to the shelves of',
    );
    await page.goBack();
    await field.fill('0');
    await page.getByRole('button', { name: en.blocks.go }).click();
    await page.getByRole('heading', { level: 1, name: en.blocks.block('0') }).waitFor();
    await page.getByText(en.blocks.first).waitFor();
  });
});

describe('alive', () => {
  test('a new block is there without a reload', async () => {
    const page = await open();
    await show(page, chapter, pageNamed('blocks'));
    const name = 'Newcomers’ Garden';
    const seed = nodeCrypto.sha256(ascii('garden'));
    await chapter.write({ kind: 'register', key: keyOf(nodeCrypto, seed), name, dispatches: false }, seed);
    const { height } = chapter.node.engine;
    await page.getByRole('link', { name: en.blocks.block(String(height)), exact: true }).click();
    await page.getByText(`${name} joined the ledger.`).waitFor();
    expect(errors).toEqual([]);
  });

  test('language and colours are chosen, kept, and the chosen page stays', async () => {
    const page = await open();
    await show(page, chapter, pageNamed('tax'));
    await page.getByRole('button', { name: 'DE' }).click();
    await page.getByRole('heading', { level: 1, name: de.tax.title }).waitFor();
    await page.getByRole('button', { name: de.app.toDark }).click();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: de.tax.title }).waitFor();
    expect(await page.locator('html').getAttribute('data-scheme')).toBe('dark');
  });

  test('the other subsystem is one choice away', async () => {
    const page = await open();
    await show(page, chapter, pageNamed('products'));
    await page
      .getByRole('combobox', { name: en.app.subsystem })
      .selectOption(chapter.ids.smokehouse as string);
    await page.getByRole('link', { name: /Smoked fish/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Smoked fish' }).waitFor();
    await page.getByText('37.5 min / kg').first().waitFor();
  });

  test('an empty ledger says so; without the node what was there stays, until it is back', async () => {
    const dataDir = join(place, 'empty');
    const genesis = { ...chapter.world.genesis, chain: 'empty-chain' };
    const first = await startNode({ dataDir, genesis, port: 0, explorerDir: built.dir });
    const { port } = new URL(first.url);
    const page = await open();
    await page.goto(first.url);
    await page.getByText(en.states.empty).waitFor();
    await first.stop();
    await page.getByText(en.states.away).waitFor();
    expect(await page.getByText(en.states.empty).count()).toBe(1);
    const second = await startNode({ dataDir, port: Number(port), explorerDir: built.dir });
    await page.getByText(en.states.away).waitFor({ state: 'detached' });
    await second.stop();
  });

  test('something unknown is named as such', async () => {
    const page = await open();
    await page.goto(`${chapter.node.url}/#/transaction/${'0'.repeat(64)}`);
    await page.getByText(en.states.missing).waitFor();
    await page.getByRole('link', { name: en.states.back }).click();
    await page.getByRole('heading', { level: 1, name: en.overview.title }).waitFor();
    // A subsystem that a merge ended: its old address says so and leads on.
    await page.goto(`${chapter.node.url}/#/${'0'.repeat(64)}/outlets`);
    await page.getByText(en.states.missing).waitFor();
    await page.getByRole('link', { name: en.states.back }).click();
    await page.getByRole('button', { name: chapter.world.members.bakery.name }).waitFor();
  });

  test('from a transaction to those who made it and to the good, in their own subsystem', async () => {
    const page = await open();
    await page.goto(`${chapter.node.url}/#/transaction/${chapter.ids.fish}`);
    await page.getByRole('link', { name: 'Smoked fish' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Smoked fish' }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: HARBOUR[0] }).first().click();
    await page.getByRole('heading', { level: 3, name: HARBOUR[0] }).waitFor();
    expect(errors).toEqual([]);
  });
});

describe('the node serves it', () => {
  test('under a strict policy, its files by name alone', async () => {
    const { url } = chapter.node;
    const page = await fetch(url);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|https?:/);
    const files = [...html.matchAll(/(?:src|href)="\.(\/explorer\/[^"]+)"/g)].map((m) => m[1] as string);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const answer = await fetch(url + file);
      expect(answer.status, file).toBe(200);
      expect(answer.headers.get('content-security-policy')).toBe(policy);
      expect(answer.headers.get('cache-control')).toContain('immutable');
    }
    for (const path of ['..%2findex.html', '%2e%2e%2fpackage.json', 'index.html', 'none.js', '.js']) {
      const answer = await fetch(`${url}/explorer/${path}`);
      expect(answer.status, path).toBe(404);
      expect(await answer.json()).toMatchObject({ refusal: 'not_found' });
    }
  });

  test('one without the build says what to do, in both languages, and answers its API', async () => {
    const app = await createApi({
      engine: chapter.node.engine,
      crypto: nodeCrypto,
      explorerDir: join(place, 'nothing'),
    });
    const answer = await app.inject({ url: '/' });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('has not been built');
    expect(answer.body).toContain('noch nicht gebaut');
    expect((await app.inject({ url: '/v1/status' })).statusCode).toBe(200);
    await app.close();
  });
});
