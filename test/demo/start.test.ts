/** `npm start` as a newcomer runs it: from nothing to a sale at the real addresses, and back to nothing. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorld, openWorld } from '../../demo/world.ts';
import { startPrivatePcscd } from '../../firmware-sim/private-pcscd.ts';
import { connectCard } from '../../firmware-sim/vpcd.ts';
import { launchChromium } from '../browser/screen.ts';

const START = fileURLToPath(new URL('../../demo/start.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  address(name: string): string;
  /** Ends it as Ctrl-C does; its exit code, when all it started is gone. */
  end(): Promise<number | null>;
}

/** Starts and waits until it says how it is ended. */
async function start(
  data: string,
  options: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const child = spawn(process.execPath, [START, '--data', data, '--lang', 'en', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', ...env },
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('Ctrl-C')) resolve();
    });
    void ended.then((code) => reject(new Error(`ended with ${code}: ${lines.join('\n')}`)));
  });
  return {
    child,
    lines,
    address(name) {
      const line = lines.find((one) => one.startsWith(`${name}: http`));
      if (line === undefined) throw new Error(`no address of ${name}: ${lines.join('\n')}`);
      return line.slice(name.length + 2);
    },
    end() {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** Processes whose parent is this one. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

let place: string;
let browser: Browser;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'timecard-start-'));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(place, { recursive: true, force: true });
});

/** A browser that has been at the checkout and has the cards beside it. */
async function openScreens(
  started: Started,
): Promise<{ context: BrowserContext; checkout: Page; cards: Page }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const [checkout, cards] = [await context.newPage(), await context.newPage()];
  await checkout.goto(started.address('Checkout'));
  await cards.goto(started.address('Cards'));
  return { context, checkout, cards };
}

describe('npm start', () => {
  test('explains itself, and refuses options that are none', () => {
    const run = (...args: string[]) => spawnSync(process.execPath, [START, ...args], { encoding: 'utf8' });
    const help = run('--help');
    expect(help.status).toBe(0);
    for (const option of ['--data', '--port', '--reader', '--k', '--lang'])
      expect(help.stdout).toContain(option);
    for (const wrong of [
      ['--k', '0'],
      ['--port', 'many'],
      ['--lang', 'xx'],
    ])
      expect(run(...wrong).status, wrong.join(' ')).toBe(2);
  });

  test('makes the demo, sells bread to a card, fills another, keeps both, and leaves nothing behind', async () => {
    const data = join(place, 'data');
    const first = await start(data, ['--reader', 'sim', '--k', '2']);
    expect(existsSync(join(data, 'world.json'))).toBe(true);
    const kept = openWorld(data);
    const started = childrenOf(first.child.pid as number);
    expect(started.length).toBeGreaterThanOrEqual(2);

    expect((await fetch(first.address('Explorer'))).headers.get('content-type')).toContain('text/html');
    expect((await fetch(first.address('Explorer'))).status).toBe(200);

    const { context, checkout, cards } = await openScreens(first);
    await checkout.getByText('Wheat bread', { exact: false }).first().click();
    await checkout.getByRole('button', { name: /Pay: hold the card/ }).click();
    await cards.getByRole('button', { name: 'Hold: Card 1 · blue' }).click();
    await checkout.getByRole('button', { name: /Next/ }).click();
    await cards.getByRole('button', { name: 'Take away: Card 1 · blue' }).click();
    await checkout.getByText('1 of 2 gathered').waitFor();

    await checkout.getByRole('button', { name: /Card services/ }).click();
    await checkout.getByRole('button', { name: /Begin/ }).click();
    await cards.getByRole('button', { name: 'Hold: Card 2 · green' }).click();
    await checkout.getByText('Enter the PIN of the card').waitFor();
    await checkout.keyboard.type('2345');
    await checkout.keyboard.press('Enter');
    await checkout.getByRole('button', { name: 'Claim these hours' }).click();
    await checkout.getByText('Everything is claimed').waitFor();
    await checkout.getByRole('button', { name: 'Put 5 h on the card' }).click();
    await checkout.getByText('Done: 5 h are now on the card').waitFor();
    await context.close();

    expect(await first.end()).toBe(0);
    for (const pid of started) expect(existsSync(`/proc/${pid}`), `process ${pid}`).toBe(false);
    const minutes = [1, 2, 3].map((number) => {
      const card = kept.card(number);
      const { payableMinutes } = card.device.ownerView();
      card.close();
      return payableMinutes;
    });
    // Bread is 14 and something: 15 minutes, or 14 when the averages fell.
    expect(minutes.slice(1)).toEqual([900, 600]);
    expect([585, 586]).toContain(minutes[0]);

    // The second start finds everything where it was.
    const second = await start(data, ['--reader', 'sim', '--k', '2']);
    expect(second.lines.join('\n')).not.toContain('this happens once');
    const again = await openScreens(second);
    await again.checkout.getByText('1 of 2 gathered').waitFor();
    await again.cards
      .getByText(/9\sh\s4[56]\smin/)
      .first()
      .waitFor();
    await again.context.close();

    // A third one in the same folder is told so, and harms nobody.
    const third = spawnSync(process.execPath, [START, '--data', data, '--lang', 'en', '--reader', 'sim'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(third.status).toBe(1);
    expect(third.stdout).toContain('Is a demo running in the same folder?');
    expect(await second.end()).toBe(0);
  }, 240_000);

  test('an empty virtual reader is not taken for one, but any reader is by its name', async () => {
    const data = join(place, 'lean');
    const world = await createWorld({ dir: data, lean: true, cards: 3, packs: 1 });
    const pcscd = await startPrivatePcscd();
    try {
      const unasked = await start(data, [], pcscd.env);
      expect(unasked.lines.some((line) => line.startsWith('Reader: simulated'))).toBe(true);
      expect(await unasked.end()).toBe(0);

      const asked = await start(data, ['--reader', 'Virtual PCD 00 00'], pcscd.env);
      expect(asked.lines).toContain('Reader: Virtual PCD 00 00');
      expect(() => asked.address('Cards')).toThrow('no address');
      const page = await browser.newPage({ locale: 'en-GB' });
      await page.goto(asked.address('Checkout'));
      await page.getByText('Bread roll').first().click();
      await page.getByRole('button', { name: /Pay: hold the card/ }).click();
      const card = world.card(3);
      const held = await connectCard({ port: pcscd.vpcdPort, card: card.device });
      await page.getByRole('button', { name: /Next/ }).waitFor();
      expect(card.device.ownerView().payableMinutes).toBeLessThan(300);
      await held.remove();
      card.close();
      await page.close();
      expect(await asked.end()).toBe(0);
    } finally {
      await pcscd.stop();
    }
  }, 120_000);
});
