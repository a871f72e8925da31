/**
 * Photographs of the explorer for `docs/`: `node scripts/explorer-screenshots.ts [folder]` (default `docs/screens`). Everything behind it is
 * real: the demo's month of work and what followed it, a ledger node that serves the built page.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../test/browser/screen.ts';
import { openChapter } from '../test/explorer/chapter.ts';
import { buildExplorer, type Look, openLook, PAGES, show } from '../test/explorer/pages.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screens', import.meta.url));
const place = await mkdtemp(join(tmpdir(), 'explorer-screens-'));
const built = await buildExplorer();
const chapter = await openChapter({ dir: join(place, 'world'), lean: false, explorerDir: built.dir });
const browser = await launchChromium();

/** Which page how; a name of its own where there are several of one. */
const WANTED: readonly (readonly [page: string, name: string, look: Look])[] = [
  ['collective', 'overview', {}],
  ['products', 'products', {}],
  ['product', 'product', {}],
  ['tax', 'tax', {}],
  ['outlets', 'outlets', {}],
  ['blocks', 'blocks', {}],
  ['block', 'block', {}],
  ['transaction', 'transaction', {}],
  ['product', 'product-german-dark', { language: 'de', scheme: 'dark' }],
  ['overview', 'overview-narrow', { size: { width: 390, height: 844 } }],
];

try {
  for (const [wanted, name, look] of WANTED) {
    const shown = PAGES.find((page) => page.name === wanted);
    if (shown === undefined) throw new Error(`no page ${wanted}`);
    const page = await openLook(browser, look, (message) => {
      throw new Error(message);
    });
    await show(page, chapter, shown);
    for (const summary of await page.locator('main li > details > summary').all()) await summary.click();
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({
      path: join(folder, `explorer-${name}.png`),
      animations: 'disabled',
      // The chain goes on as far as one looks.
      fullPage: wanted !== 'blocks',
    });
    await page.context().close();
  }
} finally {
  await browser.close();
  await chapter.stop();
  await built.remove();
  await rm(place, { recursive: true, force: true });
}
