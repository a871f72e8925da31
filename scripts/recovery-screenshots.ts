/**
 * Photographs of a new card's words and a lost card's return, for `docs/screens`: `node scripts/recovery-screenshots.ts [folder]`.
 * Everything behind the screen is real; the ledger's clock is put forward by the 37 days that a slow refresh waits.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBrowserHost } from '../main/browser-host.ts';
import { buildScreen, launchChromium } from '../test/browser/screen.ts';
import { aheadClock } from '../test/recovery/people.ts';
import { loseAndRestore, writeWordsDown } from '../test/recovery/story.ts';
import { ready } from '../test/terminal/selling.ts';
import { makeTemplate, openShop } from '../test/terminal/shop.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screens', import.meta.url));
await mkdir(folder, { recursive: true });
const template = await makeTemplate({ cards: 2, packs: 2 });
const clock = aheadClock();
const shop = await openShop(template, { ledgerClock: clock });
shop.startOffice();
const till = await shop.till();
await ready(shop, till);
const screen = await buildScreen();
const host = await startBrowserHost({ api: till.terminal.api, rendererDir: screen.dir });
const browser = await launchChromium();
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  await page.goto(host.newUrl());
  await page.getByRole('combobox').waitFor();
  await page.keyboard.press('F2');
  const shoot = async (name: string): Promise<void> => {
    await page.evaluate(async () => {
      await document.fonts.ready;
    });
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  };
  const place = { shop, till, clock, page, shoot };
  await writeWordsDown(place);
  await loseAndRestore(place);
} finally {
  await browser.close();
  await host.stop();
  await shop.close();
  await screen.remove();
  template.remove();
}
