/**
 * The Electron shell in a real Electron: runs where `npm run electron:install` has put its binary (found on disk, for importing
 * `electron` would download it); elsewhere the test run says that it did not run.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Children } from '../../demo/children.ts';
import { startLedgerNode } from '../../demo/ledger-process.ts';
import { createWorld } from '../../demo/world.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'node_modules', 'electron', 'dist');
const PATH = join(ROOT, 'node_modules', 'electron', 'path.txt');
const installed = existsSync(join(DIST, 'version')) && existsSync(PATH);

describe.skipIf(!installed)('the Electron shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timecard-electron-'));
  const children = new Children();
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    const data = join(folder, 'world');
    const world = await createWorld({ dir: data, lean: true });
    const ledgerUrl = await startLedgerNode(children, world.ledgerDir);
    await build({ configFile: join(ROOT, 'vite.config.ts'), logLevel: 'warn' });
    await build({ configFile: join(ROOT, 'vite.preload.config.ts'), logLevel: 'warn' });
    app = await _electron.launch({
      executablePath: join(DIST, readFileSync(PATH, 'utf8').trim()),
      args: [
        '--no-sandbox',
        join(ROOT, 'demo', 'electron.ts'),
        '--demo',
        JSON.stringify({ data, ledgerUrl, reader: 'sim' }),
      ],
    });
    page = await app.firstWindow();
    await page.getByText('Wheat bread').first().waitFor();
  });
  afterAll(async () => {
    await app?.close();
    await children.endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the page has the door and nothing of Node', async () => {
    const seen = await page.evaluate(() => ({
      door: Object.keys((window as unknown as { till: object }).till).sort(),
      require: typeof (globalThis as Record<string, unknown>).require,
      process: typeof (globalThis as Record<string, unknown>).process,
      scheme: location.protocol,
    }));
    expect(seen).toEqual({
      door: ['ask', 'watch'],
      require: 'undefined',
      process: 'undefined',
      scheme: 'timecard:',
    });
  });

  it('navigation, foreign windows and permissions are refused', async () => {
    const before = page.url();
    await page.evaluate(() => {
      location.href = 'https://example.org/';
    });
    expect(page.url()).toBe(before);
    expect(await page.evaluate(() => window.open('https://example.org/') === null)).toBe(true);
    expect(
      await page.evaluate(async () => (await navigator.permissions.query({ name: 'geolocation' })).state),
    ).toBe('denied');
  });

  it('the customer display may look and not ask', async () => {
    const opened = app.waitForEvent('window');
    await page.evaluate(() => window.open('#display'));
    const display = await opened;
    await display.waitForLoadState();
    const answer = await display.evaluate(() =>
      (window as unknown as { till: { ask(i: unknown): Promise<unknown> } }).till.ask({ intent: 'pay' }),
    );
    expect(answer).toEqual({ ok: false, refusal: 'read_only' });
    await display.close();
  });

  it('a basket is filled through the bridge', async () => {
    await page.getByText('Wheat bread').first().click();
    await page.keyboard.press('F12');
    await page.getByText('Hold the card on the reader').waitFor();
  });
});
