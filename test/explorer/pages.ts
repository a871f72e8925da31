/** Every page of the explorer by name, over the demo world that goes on (`chapter.ts`), and the way to one in a browser. For tests and photographs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { hrefOf, type Route } from '../../explorer/route.ts';
import type { Language } from '../../widgets/language.ts';
import { BREAD, type Chapter, NOTEBOOK, typeOf } from './chapter.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the page into a folder of its own, so that nobody's `dist` is touched. */
export async function buildExplorer(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'explorer-'));
  await build({
    configFile: join(ROOT, 'vite.explorer.config.ts'),
    root: join(ROOT, 'explorer'),
    logLevel: 'error',
    build: { outDir: dir, emptyOutDir: true },
  });
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

export interface Shown {
  readonly name: string;
  readonly route: (chapter: Chapter) => Route;
  /** What must be on it before it is looked at, beside its heading. */
  readonly ready: string;
}

const within = (chapter: Chapter) => ({ subsystem: chapter.ids.subsystem as string });

export const PAGES: readonly Shown[] = [
  { name: 'overview', route: (c) => ({ place: 'overview', ...within(c) }), ready: 'button[aria-pressed]' },
  {
    name: 'collective',
    route: (c) => ({ place: 'overview', ...within(c), collective: c.world.members.bakery.id }),
    ready: 'button[aria-pressed=true] + button',
  },
  { name: 'products', route: (c) => ({ place: 'products', ...within(c) }), ready: 'main li a' },
  {
    name: 'product',
    route: (c) => ({ place: 'products', ...within(c), type: typeOf(BREAD) }),
    ready: 'svg[role=img] circle',
  },
  {
    name: 'common',
    route: (c) => ({ place: 'products', ...within(c), type: typeOf(NOTEBOOK) }),
    ready: 'svg[role=img]',
  },
  { name: 'tax', route: (c) => ({ place: 'tax', ...within(c) }), ready: 'details summary strong' },
  { name: 'tax-running', route: (c) => ({ place: 'tax', ...within(c), until: 0 }), ready: 'main strong' },
  { name: 'outlets', route: (c) => ({ place: 'outlets', ...within(c) }), ready: 'main details' },
  { name: 'blocks', route: () => ({ place: 'blocks' }), ready: 'main ol li' },
  {
    name: 'block',
    route: (c) => ({ place: 'blocks', height: c.state().transactions.get(c.ids.delivery as string) ?? 0 }),
    ready: 'main ol li',
  },
  {
    name: 'transaction',
    route: (c) => ({ place: 'transaction', id: c.ids.delivery as string }),
    ready: 'main dl dt',
  },
];

export interface Look {
  readonly language?: Language;
  readonly scheme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

/** A fresh browser with its own storage. Broken rules of the content policy are errors on the console. */
export async function openLook(
  browser: Browser,
  { language = 'en', scheme = 'light', size = { width: 1280, height: 800 } }: Look,
  onError: (message: string) => void,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: size,
    locale: language === 'de' ? 'de-DE' : 'en-GB',
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') onError(message.text());
  });
  page.on('pageerror', (error) => onError(String(error)));
  return page;
}

/** Goes to a page, whatever was shown before, and waits until what it asks has come. */
export async function show(page: Page, chapter: Chapter, { route, ready }: Shown): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${chapter.node.url}/${hrefOf(route(chapter))}`);
  await page
    .locator(`main:has(h1) ${ready.replace(/^main /, '')}`)
    .first()
    .waitFor();
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
}
