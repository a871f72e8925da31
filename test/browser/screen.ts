/** A built screen in a real Chromium over the scripted door, for the tests of this folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type { Answer, Intent } from '../../src/till-api.ts';
import type { Language } from '../../widgets/language.ts';
import type { Picture } from './pictures.ts';
import { openScriptedDoor, type ScriptedDoor } from './scripted-door.ts';
import { PRODUCTS, VIEW } from './views.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Debian's Chromium; the tests run as root in a container, so without its sandbox. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'],
  });
}

/** Builds the screen into a folder of its own, so that nobody's `dist` is touched. */
export async function buildScreen(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'screen-'));
  await build({
    configFile: join(ROOT, 'vite.config.ts'),
    root: join(ROOT, 'renderer'),
    logLevel: 'error',
    build: { outDir: dir, emptyOutDir: true },
  });
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

const PLACE_KEY = { checkout: 'F1', services: 'F2', stock: 'F3' } as const;

/** Search as the terminal does it: every word typed begins a word of the name. */
export function answerSearch(intent: Intent): Answer {
  if (intent.intent !== 'search') return { ok: true };
  const words = intent.text.toLowerCase().split(/\s+/);
  const fits = (name: string) =>
    words.every((w) =>
      name
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .some((part) => part.startsWith(w)),
    );
  return { ok: true, products: PRODUCTS.filter((p) => fits(p.names.en) || fits(p.names.de)) };
}

export interface Studio {
  readonly door: ScriptedDoor;
  /** A fresh window with its own storage. */
  open(options?: OpenOptions): Promise<Page>;
  /** Brings a window, whatever it showed before, to a picture. */
  show(page: Page, picture: Picture, language?: Language): Promise<void>;
  stop(): Promise<void>;
}
export interface OpenOptions {
  readonly language?: Language;
  readonly scheme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

/** Everything a browser test needs. Pages report every broken rule of the content policy as an error. */
export async function openStudio(onError: (message: string) => void): Promise<Studio> {
  const screen = await buildScreen();
  const door = await openScriptedDoor(screen.dir, VIEW);
  door.answer = answerSearch;
  const browser = await launchChromium();
  const open = async (options: OpenOptions = {}): Promise<Page> => {
    const { language = 'en', scheme = 'light', size = { width: 1280, height: 800 } } = options;
    const context = await browser.newContext({
      viewport: size,
      locale: language === 'de' ? 'de-DE' : 'en-GB',
      colorScheme: scheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      // A terminal that is away is an error of the network to the browser; it is what the test wants.
      if (message.type() === 'error' && !message.text().includes('WebSocket')) onError(message.text());
    });
    page.on('pageerror', (error) => onError(String(error)));
    return page;
  };
  const show = async (page: Page, picture: Picture, language: Language = 'en'): Promise<void> => {
    const onDisplay = picture.place === 'display';
    door.change(picture.view);
    await page.goto('about:blank');
    await page.goto(door.url + (onDisplay ? '#display' : ''));
    await page.locator(onDisplay ? '[data-phase], [data-picture=welcome]' : 'footer').waitFor();
    if (picture.place !== 'display') await page.keyboard.press(PLACE_KEY[picture.place]);
    await page.evaluate(async () => {
      await document.fonts.ready;
    });
    await picture.act?.(page, language);
  };
  return {
    door,
    open,
    show,
    stop: async () => {
      await browser.close();
      await door.stop();
      await screen.remove();
    },
  };
}
