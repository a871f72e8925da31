/** The words and a lost card, by mouse and keyboard in a real Chromium: what an anxious person does, and reads. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowserHost } from '../../main/browser-host.ts';
import { buildScreen, launchChromium } from '../browser/screen.ts';
import { ready } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from '../terminal/shop.ts';
import { aheadClock } from './people.ts';
import { loseAndRestore, type Place, writeWordsDown } from './story.ts';

const ends: (() => Promise<unknown>)[] = [];
let template: Template;
let shop: Shop;
let till: TestTill;
let place: Place;

beforeAll(async () => {
  template = await makeTemplate({ cards: 2, packs: 2 });
  const clock = aheadClock();
  shop = await openShop(template, { ledgerClock: clock });
  shop.startOffice();
  till = await shop.till();
  await ready(shop, till);
  const screen = await buildScreen();
  const host = await startBrowserHost({ api: till.terminal.api, rendererDir: screen.dir });
  const browser = await launchChromium();
  ends.push(
    () => browser.close(),
    () => host.stop(),
    () => shop.close(),
    () => screen.remove(),
  );
  const page = await browser.newPage({ locale: 'en-GB', reducedMotion: 'reduce' });
  page.setDefaultTimeout(60_000);
  await page.goto(host.newUrl());
  await page.getByRole('combobox').waitFor();
  await page.keyboard.press('F2');
  place = { shop, till, clock, page, shoot: async () => undefined };
}, 180_000);
afterAll(async () => {
  for (const end of ends) await end();
  template.remove();
}, 60_000);

test('a new card shows 24 words once and asks for three of them; nothing of them stays on the screen', async () => {
  const words = await writeWordsDown(place);
  expect(words).toHaveLength(24);
  const text = await place.page.locator('body').innerText();
  // One of them may be a word of the screen; no two that stood together are.
  const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`);
  expect(pairs.filter((pair) => text.includes(pair))).toEqual([]);
  expect(words.filter((word) => text.includes(word)).length).toBeLessThan(6);
}, 180_000);

test('a lost card comes back on a new one, in words; the lost one is found and told', async () => {
  expect(await loseAndRestore(place)).toBe(600);
  expect((await shop.accounts()).sum).toBe(0n);
}, 180_000);
