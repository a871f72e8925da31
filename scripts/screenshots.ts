/**
 * Photographs of the screen at work, for `docs/`: `npm run screenshots -- [folder]` (default `docs/screens`). Everything
 * behind it is real: the demo's economy, ledger, coupon office, terminal and simulated cards.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { ARTICLES } from '../demo/products.ts';
import { de } from '../renderer/locales/de.ts';
import { en } from '../renderer/locales/en.ts';
import { openRealTill } from '../test/browser/real-till.ts';
import { buildScreen, launchChromium } from '../test/browser/screen.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screens', import.meta.url));
await mkdir(folder, { recursive: true });
const screen = await buildScreen();
const till = await openRealTill(screen.dir, false);
const browser = await launchChromium();
try {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  const clerk = await context.newPage();
  await clerk.goto(till.newUrl());
  await clerk.getByRole('combobox').waitFor();
  const customer = await context.newPage();
  await customer.setViewportSize({ width: 1280, height: 720 });
  await customer.goto(`${new URL(clerk.url()).origin}/#display`);
  await customer.getByText(en.display.welcome, { exact: true }).waitFor();

  const shoot = async (page: Page, name: string) => {
    await page.evaluate(async () => {
      await document.fonts.ready;
    });
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  };
  const picture = (name: string) => clerk.locator(`[data-picture=${name}]`).waitFor();
  const lines = (n: number) => clerk.locator(`[data-line]:nth-child(${n})`).waitFor();
  const scan = async (key: string) => {
    await clerk.keyboard.type(ARTICLES.find((a) => a.key === key)!.code);
    await clerk.keyboard.press('Enter');
  };
  /** An amount on the line that was added last. */
  const amount = async (digits: string) => {
    await clerk.keyboard.press('*');
    await clerk.getByRole('dialog').waitFor();
    await clerk.keyboard.type(digits);
    await clerk.keyboard.press('Enter');
    await clerk.getByRole('dialog').waitFor({ state: 'detached' });
  };

  for (const [i, key] of ['rye_bread', 'milk', 'honey', 'salad'].entries()) {
    await scan(key);
    await lines(i + 1);
  }
  await clerk.keyboard.press('+');
  await shoot(clerk, 'checkout');
  await clerk.setViewportSize({ width: 1024, height: 768 });
  await clerk.keyboard.press('-');
  await clerk.getByRole('button', { name: /: 1$/ }).waitFor();
  await clerk.keyboard.press('+');
  await clerk.getByRole('button', { name: /: 2$/ }).waitFor();
  await shoot(clerk, 'checkout-1024');
  await clerk.setViewportSize({ width: 1280, height: 800 });
  await clerk.keyboard.press('F12');
  await picture('hold');
  await customer.locator('[data-phase=hold_card]').waitFor();
  await shoot(clerk, 'hold-the-card');
  await shoot(customer, 'display');
  await till.insert(1);
  await picture('pin');
  await shoot(clerk, 'pin');
  await clerk.keyboard.type(till.pinOf(1));
  await clerk.keyboard.press('Enter');
  await picture('paid');
  await customer.locator('[data-phase=paid]').waitFor();
  await shoot(clerk, 'paid');
  await shoot(customer, 'display-paid');
  await till.pull();
  await clerk.keyboard.press('Enter');
  await clerk.getByRole('combobox').waitFor();

  // A card pulled between its answer and the acknowledgement.
  await scan('butter');
  await lines(1);
  await clerk.keyboard.press('F12');
  await picture('hold');
  for (let bytes = 200; ; bytes += 40) {
    await till.pullAfter(bytes);
    await till.insert(2);
    const seen = clerk.locator('[data-picture=again], [data-picture=trouble], [data-picture=paid]').first();
    if ((await seen.getAttribute('data-picture')) !== 'trouble') break;
    await till.pull();
  }
  await picture('again');
  await shoot(clerk, 'hold-again');
  await till.insert(2);
  await picture('paid');
  await till.pull();
  await clerk.keyboard.press('Enter');
  await clerk.getByRole('combobox').waitFor();

  await clerk.keyboard.press('F2');
  await clerk.getByRole('button', { name: en.services.start }).click();
  await picture('hold');
  await till.insert(3);
  await picture('pin');
  await clerk.keyboard.type(till.pinOf(3));
  await clerk.keyboard.press('Enter');
  await clerk.getByRole('heading', { name: en.services.onCard, exact: true }).waitFor();
  await shoot(clerk, 'services');
  await clerk.getByRole('button', { name: en.services.finish }).click();
  await till.pull();

  await clerk.keyboard.press('F3');
  await clerk.getByRole('button', { name: en.stock.begin }).waitFor();
  await shoot(clerk, 'stock');
  // What the book holds, read before the count hides it; two shelves are found otherwise.
  const held = await clerk.locator('tbody tr td:last-child').allInnerTexts();
  await clerk.getByRole('button', { name: en.stock.begin }).click();
  await clerk.getByRole('heading', { name: en.count.title }).waitFor();
  let counted = 0;
  for (const text of held) {
    const [, number = '', unit = ''] = /^([\d.,]+)\s*(\w*)/.exec(text) ?? [];
    const base = Math.round(Number(number.replaceAll(',', '')) * (unit === 'kg' || unit === 'l' ? 1_000 : 1));
    const found = counted === 2 ? Math.max(0, base - 3) : counted === 4 ? base + 2 : base;
    await clerk.keyboard.type(`${found}`);
    if (counted === 6) await shoot(clerk, 'count');
    await clerk.keyboard.press('Enter');
    counted += 1;
    await clerk
      .getByText(en.count.progress.replace('{{done}}', `${counted}`).replace('{{of}}', `${held.length}`))
      .waitFor();
  }
  await clerk.getByRole('button', { name: en.count.seal }).click();
  await clerk.getByRole('dialog').getByRole('button', { name: en.count.sealYes }).click();
  await clerk.getByRole('heading', { name: en.count.sealedTitle }).waitFor();
  await shoot(clerk, 'count-differences');
  await clerk.getByRole('button', { name: en.count.post }).click();
  await clerk.getByText(en.count.postedTitle).waitFor();
  await clerk.getByRole('button', { name: en.count.done }).click();

  await clerk.keyboard.press('F1');
  await clerk.getByRole('button', { name: 'DE', exact: true }).click();
  await clerk.getByRole('button', { name: de.app.schemeDark }).click();
  await clerk.getByRole('combobox').click();
  for (const [i, key] of ['apple_cake', 'tea', 'candle'].entries()) {
    await scan(key);
    await lines(i + 1);
  }
  await amount('2');
  await shoot(clerk, 'checkout-german-dark');
} finally {
  await browser.close();
  await till.stop();
  await screen.remove();
}
