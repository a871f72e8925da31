/**
 * The screen with the terminal behind it, in a real Chromium: a clerk with a scanner and a keyboard, a person with a card.
 * Nothing here is scripted: ledger node, coupon office, terminal and simulated cards are the real ones.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ARTICLES } from '../../demo/products.ts';
import { en } from '../../renderer/locales/en.ts';
import type { ToScreen } from '../../src/till-api.ts';
import { openRealTill, type RealTill } from './real-till.ts';
import { buildScreen, launchChromium } from './screen.ts';

let till: RealTill;
let browser: Browser;
let clerk: Page;
let customer: Page;
let removeScreen: () => Promise<void>;
/** Everything that reached a window, as it came over the wire. */
const heard: ToScreen[] = [];
const heardByCustomer: string[] = [];

const codeOf = (key: string): string => ARTICLES.find((a) => a.key === key)!.code;

beforeAll(async () => {
  const screen = await buildScreen();
  removeScreen = screen.remove;
  till = await openRealTill(screen.dir, true);
  browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  clerk = await context.newPage();
  clerk.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => heard.push(JSON.parse(String(payload)) as ToScreen)),
  );
  await clerk.goto(till.newUrl());
  await clerk.getByRole('combobox').waitFor();
  [customer] = await Promise.all([
    context.waitForEvent('page'),
    clerk.getByRole('button', { name: en.app.customerDisplay }).click(),
  ]);
  customer.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => heardByCustomer.push(String(payload))),
  );
  await customer.reload();
  await customer.getByText(en.display.welcome, { exact: true }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await till?.stop();
  await removeScreen?.();
});

/** A scanner is a keyboard that types fast. */
async function scan(key: string): Promise<void> {
  await clerk.keyboard.type(codeOf(key));
  await clerk.keyboard.press('Enter');
}
const picture = (name: string) => clerk.locator(`[data-picture=${name}]`).waitFor();
const phase = (name: string) => customer.locator(`[data-phase=${name}]`).waitFor();
const total = async (page: Page) => Number(await page.locator('[data-total]').getAttribute('data-total'));

async function nextSale(): Promise<void> {
  await till.pull();
  await clerk.keyboard.press('Enter');
  await clerk.getByRole('combobox').waitFor();
  await clerk.getByText(en.basket.empty, { exact: true }).waitFor();
}

test('a scan, a card, a tick: sold without touching anything but the scanner and Enter', async () => {
  await scan('wheat_bread');
  await clerk.locator('[data-line]').waitFor();
  expect(await total(clerk)).toBeGreaterThan(0);
  await clerk.keyboard.press('Enter');
  await picture('hold');
  await phase('hold_card');
  await till.insert(1);
  await picture('paid');
  await phase('paid');
  await nextSale();
  await customer.getByText(en.display.welcome, { exact: true }).waitFor();
});

test('what cannot be is refused in words, and the basket is kept', async () => {
  await scan('roll');
  await clerk.locator('[data-line]').waitFor();
  await clerk.keyboard.type('4006381333931');
  await clerk.keyboard.press('Enter');
  await clerk.getByText(en.refusal.unknown_code).waitFor();
  await clerk.keyboard.type('4006381333932');
  await clerk.keyboard.press('Enter');
  await clerk.getByText(en.refusal.bad_code).waitFor();
  expect(await clerk.locator('[data-line]').count()).toBe(1);
  // A scan while a card is awaited: the terminal says why not, and the payment goes on.
  await clerk.keyboard.press('F12');
  await picture('hold');
  await scan('roll');
  await clerk.locator('[data-refusal]').waitFor();
  await picture('hold');
  await clerk.keyboard.press('Escape');
  await clerk.getByRole('combobox').waitFor();
  expect(await clerk.locator('[data-line]').count()).toBe(1);
  await clerk.keyboard.press('Delete');
  await clerk.getByText(en.basket.empty, { exact: true }).waitFor();
});

test('a large amount asks for the PIN; no window but the pad has its digits, and the pad shows dots', async () => {
  await scan('wheat_bread');
  await clerk.locator('[data-line]').waitFor();
  await clerk.keyboard.press('*');
  await clerk.getByRole('dialog').waitFor();
  await clerk.keyboard.type('6');
  await clerk.keyboard.press('Enter');
  await clerk.waitForFunction(
    () => Number(document.querySelector('[data-total]')?.getAttribute('data-total')) > 60,
  );
  await clerk.keyboard.press('F12');
  await picture('hold');
  await till.insert(1);
  await picture('pin');
  await phase('pin');
  const wrong = till.pinOf(1) === '9753' ? '9754' : '9753';
  await clerk.keyboard.type(wrong);
  expect(await clerk.locator('[data-secret]').innerText()).toBe('');
  await clerk.keyboard.press('Enter');
  await clerk.getByText(en.phase.pinTries_other.replace('{{count}}', '2')).waitFor();
  await clerk.keyboard.type(till.pinOf(1));
  expect(await clerk.content()).not.toContain(till.pinOf(1));
  await clerk.keyboard.press('Enter');
  await picture('paid');
  expect(heardByCustomer.join('')).not.toContain(`"${till.pinOf(1)}"`);
  await nextSale();
});

test('the customer display gets the sale and nothing else, and may ask for nothing', () => {
  expect(heardByCustomer.length).toBeGreaterThan(0);
  for (const frame of heardByCustomer) {
    const message = JSON.parse(frame) as { change: object };
    expect(Object.keys(message)).toEqual(['change']);
    expect(Object.keys(message.change)).toEqual(['checkout']);
  }
});

test('a card pulled in the middle: hold it again, and it pays once', async () => {
  await scan('roll');
  await clerk.locator('[data-line]').waitFor();
  await clerk.keyboard.press('F12');
  await picture('hold');
  // Pulled later and later until it is pulled between the answer to SPEND and the ACK.
  for (let bytes = 200; ; bytes += 40) {
    await till.pullAfter(bytes);
    await till.insert(2);
    const seen = await clerk
      .locator('[data-picture=again], [data-picture=trouble], [data-picture=paid]')
      .first()
      .getAttribute('data-picture');
    if (seen === 'again') break;
    expect(seen).toBe('trouble');
    await till.pull();
  }
  await phase('hold_again');
  await clerk.getByText(en.phase.againGoods).waitFor();
  await till.insert(2);
  await picture('paid');
  await nextSale();
});

test('card services: account after the PIN, claim, load, and nothing left of it afterwards', async () => {
  await clerk.keyboard.press('F2');
  await clerk.getByRole('button', { name: en.services.start }).click();
  await picture('hold');
  await till.insert(3);
  await picture('pin');
  await clerk.keyboard.type(till.pinOf(3));
  await clerk.keyboard.press('Enter');
  await clerk.getByRole('heading', { name: en.services.onCard, exact: true }).waitFor();
  const claim = clerk.getByRole('button', { name: en.services.claim });
  if (await claim.isVisible()) {
    await claim.click();
    await clerk.getByText(en.services.nothingToClaim).waitFor();
  }
  const load = clerk.getByRole('button', { name: /Put 5.h on the card/ });
  await load.click();
  await clerk.getByText(/Done: 5.h are now on the card/).waitFor();
  await clerk.keyboard.press('F1');
  await clerk.keyboard.press('F2');
  await clerk.getByRole('button', { name: en.services.start }).waitFor();
  await till.pull();
  const latest = heard.findLast((m) => 'change' in m && m.change.services !== undefined);
  expect(latest).toEqual({ change: { services: expect.objectContaining({ step: { phase: 'closed' } }) } });
  expect(JSON.stringify(latest)).not.toContain('onCard');
  await clerk.keyboard.press('F1');
});

test('a blind count: no expected amount reaches the screen, the differences stand apart, the ledger takes it', async () => {
  await clerk.keyboard.press('F3');
  const begun = heard.length;
  await clerk.getByRole('button', { name: en.stock.begin }).click();
  await clerk.getByRole('heading', { name: en.count.title }).waitFor();
  // The first two products: one that is short, one that is over.
  await clerk.keyboard.type('0');
  await clerk.keyboard.press('Enter');
  await clerk.getByText(/^1 of/).waitFor();
  await clerk.keyboard.type('99000');
  await clerk.keyboard.press('Enter');
  await clerk.getByText(/^2 of/).waitFor();
  const blind = heard.slice(begun).flatMap((m) => ('change' in m && m.change.stock ? [m.change.stock] : []));
  expect(blind.length).toBeGreaterThan(0);
  for (const stock of blind) {
    expect(stock.products.every((p) => p.inStock === null)).toBe(true);
    expect(stock.count?.lines.every((line) => line.variance === undefined)).toBe(true);
  }
  await clerk.getByRole('button', { name: en.count.seal }).click();
  await clerk.getByText(/not counted\. Not counted is not zero/).waitFor();
  await clerk.getByRole('dialog').getByRole('button', { name: en.count.sealYes }).click();
  await clerk.getByRole('heading', { name: en.count.sealedTitle }).waitFor();
  expect(await clerk.locator('table').count()).toBeGreaterThan(0);
  await clerk.getByRole('button', { name: en.count.post }).click();
  await clerk.getByText(en.count.postedTitle).waitFor();
  await clerk.getByRole('button', { name: en.count.done }).click();
  await clerk.getByRole('button', { name: en.stock.begin }).waitFor();
});
