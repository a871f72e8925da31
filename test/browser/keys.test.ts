/** Hands on the screen: keyboard, scanner, touch, language, and a terminal that goes away. Over the scripted door, so that every request is seen. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { de } from '../../renderer/locales/de.ts';
import { en } from '../../renderer/locales/en.ts';
import type { Intent } from '../../src/till-api.ts';
import { answerSearch, type OpenOptions, openStudio, type Studio } from './screen.ts';
import { ACCOUNT, checkout, entering, LINES, line, product, services, VIEW } from './views.ts';

let studio: Studio;
let page: Page;
const errors: string[] = [];
beforeAll(async () => {
  studio = await openStudio((message) => errors.push(message));
});
afterAll(async () => {
  await studio.stop();
});
beforeEach(async () => {
  errors.length = 0;
  await page?.context().close();
});

async function open(
  place: 'checkout' | 'services' | 'stock',
  view = VIEW,
  options: OpenOptions = {},
): Promise<void> {
  studio.door.answer = answerSearch;
  page = await studio.open(options);
  await studio.show(page, { name: '', place, view });
  studio.door.asked.length = 0;
}
/** Waits until the screen has asked so many things that are no search, and gives them. */
async function asked(count: number): Promise<Intent[]> {
  const real = () => studio.door.asked.filter((intent) => intent.intent !== 'search');
  await expect.poll(() => real().length, { timeout: 10_000 }).toBe(count);
  return real();
}
const focused = () => page.evaluate(() => document.activeElement?.getAttribute('role'));

test('the field has the focus from the start; a scan goes to the terminal as it is', async () => {
  await open('checkout');
  expect(await focused()).toBe('combobox');
  await page.keyboard.type('2000000000015');
  await page.keyboard.press('Enter');
  expect(await asked(1)).toEqual([{ intent: 'scan', code: '2000000000015' }]);
  expect(await page.getByRole('combobox').inputValue()).toBe('');
});

test('a name, arrows, Enter: the marked product is added', async () => {
  await open('checkout');
  await page.keyboard.type('bread');
  await page.getByRole('option', { selected: true }).waitFor();
  await page.keyboard.press('ArrowRight');
  const name = await page.getByRole('option', { selected: true }).innerText();
  await page.keyboard.press('Enter');
  const [added] = await asked(1);
  expect(added).toMatchObject({ intent: 'add', amount: 1 });
  expect(name).toContain(
    product(added!.intent === 'add' && added.type === product('rye_bread').type ? 'rye_bread' : 'wheat_bread')
      .names.en,
  );
  expect(await page.getByRole('combobox').inputValue()).toBe('');
});

test('Enter before the answer takes the product only when there is no doubt which', async () => {
  await open('checkout');
  await page.keyboard.type('butter');
  await page.keyboard.press('Enter');
  expect(await asked(1)).toEqual([{ intent: 'add', type: product('butter').type, amount: 1 }]);
});

test('what is sold by weight asks how much', async () => {
  await open('checkout');
  await page.getByRole('option', { name: product('carrots').names.en }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('640');
  await page.keyboard.press('Enter');
  expect(await asked(1)).toEqual([{ intent: 'add', type: product('carrots').type, amount: 640 }]);
  expect(await focused()).toBe('combobox');
});

test('+ − * Del and the page keys work on the marked line while the field is empty', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'basket' }) });
  studio.door.change({ checkout: checkout({ phase: 'basket' }, LINES) });
  await page.locator('[data-line]').first().waitFor();
  const [cheese, milk] = [product('cheese').type, product('milk').type];
  await page.keyboard.press('+');
  await page.keyboard.press('-');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('+');
  await page.keyboard.press('Delete');
  expect(await asked(4)).toEqual([
    { intent: 'set_amount', type: cheese, amount: 350 },
    { intent: 'set_amount', type: cheese, amount: 250 },
    { intent: 'set_amount', type: milk, amount: 3 },
    { intent: 'set_amount', type: milk, amount: 0 },
  ]);
});

test('F12 pays, and so does Enter on the empty field; with an empty basket Enter asks for nothing', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'basket' }, LINES) });
  await page.keyboard.press('F12');
  await page.keyboard.press('Enter');
  expect(await asked(2)).toEqual([{ intent: 'pay' }, { intent: 'pay' }]);
  await open('checkout');
  await page.keyboard.press('Enter');
  await page.keyboard.press('F12');
  expect(await asked(1)).toEqual([{ intent: 'pay' }]);
});

test('after a touch the field has the focus again, and typing anywhere lands in it', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'basket' }, LINES) });
  await page.getByRole('option', { name: product('butter').names.en }).click();
  expect(await focused()).toBe('combobox');
  await page.getByRole('button', { name: en.app.stock }).focus();
  await page.keyboard.type('2000000000015');
  await page.keyboard.press('Enter');
  expect(await asked(2)).toContainEqual({ intent: 'scan', code: '2000000000015' });
});

test('a scan on the paid picture begins the next sale', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'paid', minutes: 112 }) });
  await page.locator('[data-picture=paid]').waitFor();
  await page.keyboard.type('2000000000015');
  await page.keyboard.press('Enter');
  expect(await asked(2)).toEqual([{ intent: 'next_sale' }, { intent: 'scan', code: '2000000000015' }]);
});

test('a scan into the PIN pad is not sent', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'pin', triesLeft: null, blocked: false }) });
  await page.keyboard.type('2000000000015');
  await page.keyboard.press('Enter');
  await page.keyboard.type('1234');
  await page.keyboard.press('Enter');
  expect(await asked(1)).toEqual([{ intent: 'enter_pin', pin: '1234' }]);
});

test('a new PIN is typed three times with Enter, by keyboard alone', async () => {
  await open('services', { ...VIEW, services: services({ phase: 'open' }, { account: ACCOUNT }) });
  await page.getByRole('button', { name: en.services.changePin }).click();
  await page.getByRole('dialog').waitFor();
  for (const [step, pin] of ['1234', '4321', '4321'].entries()) {
    await page
      .getByText(en.services.step.replace('{{done}}', `${step + 1}`).replace('{{of}}', '3'))
      .waitFor();
    await page.keyboard.type(pin);
    await page.keyboard.press('Enter');
  }
  expect(await asked(1)).toEqual([{ intent: 'services_change_pin', old: '1234', new: '4321' }]);
});

test('giving up asks first; Escape never gives up', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'hold_again' }) });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: en.phase.personLeft }).click();
  await page.getByText(en.phase.giveUpNothing).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: en.phase.personLeft }).click();
  await page.getByRole('dialog').getByRole('button', { name: en.phase.giveUpYes }).click();
  expect(await asked(1)).toEqual([{ intent: 'give_up' }]);
});

test('a price that moves is marked and spoken, not while the prices are fixed', async () => {
  const before = checkout({ phase: 'basket' }, LINES);
  await open('checkout', { ...VIEW, checkout: before });
  const dearer = LINES.map((one, i) => (i === 1 ? { ...line('butter', 2), price: '25500000' } : one));
  studio.door.change({ checkout: checkout({ phase: 'basket' }, dearer) });
  await page.locator('[data-moved=up]').waitFor();
  expect((await page.locator('[data-spoken]').innerText()).replaceAll('\u00a0', ' ')).toBe(
    'Butter, 250 g now costs 25.5 min: more than before',
  );
});

test('a refusal is said in words and goes away with the next success', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'basket' }, LINES) });
  studio.door.answer = () => ({ ok: false, refusal: 'prices_too_old' });
  await page.keyboard.press('F12');
  await page.getByText(en.refusal.prices_too_old).waitFor();
  studio.door.answer = answerSearch;
  await page.keyboard.press('F12');
  await page.getByText(en.refusal.prices_too_old).waitFor({ state: 'detached' });
});

test('an entry of the count goes on to the next product; nothing typed enters nothing', async () => {
  await open('stock', { ...VIEW, stock: entering(2) });
  await page.keyboard.press('Enter');
  // Fast hands: the second entry does not wait for the terminal's answer to the first.
  await page.keyboard.type('17');
  await page.keyboard.press('Enter');
  await page.keyboard.type('23');
  await page.keyboard.press('Enter');
  const [, , third, fourth, fifth] = entering(2).products;
  expect(await asked(2)).toEqual([
    { intent: 'count_enter', type: third!.type, amount: 17 },
    { intent: 'count_enter', type: fourth!.type, amount: 23 },
  ]);
  await page.getByRole('heading', { name: fifth!.names.en }).waitFor();
  // One that is refused comes back with its digits.
  studio.door.answer = () => ({ ok: false, refusal: 'no_count' });
  await page.keyboard.type('5');
  await page.keyboard.press('Enter');
  await page.getByText(en.refusal.no_count).waitFor();
  await page.getByRole('heading', { name: fifth!.names.en }).waitFor();
  expect(await page.locator('[data-entry]').innerText()).toContain('5');
});

test('the language changes at once and is remembered, for each window its own', async () => {
  await open('checkout');
  await page.getByRole('button', { name: 'DE', exact: true }).click();
  await page.getByPlaceholder(de.checkout.find).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.reload();
  await page.getByPlaceholder(de.checkout.find).waitFor();
  await page.goto('about:blank');
  await page.goto(`${studio.door.url}#display`);
  await page.getByText(en.display.welcome, { exact: true }).waitFor();
});

test('a terminal that goes away is shown as away, and its next picture when it is back', async () => {
  await open('checkout', { ...VIEW, checkout: checkout({ phase: 'basket' }, LINES) });
  studio.door.reachable(false);
  await page.locator('[data-picture=lost]').waitFor();
  expect(await page.locator('[data-picture=lost]').innerText()).toContain(en.lost.title);
  // Nothing below it can be reached.
  expect(await page.evaluate(() => document.querySelector('main [inert]') !== null)).toBe(true);
  studio.door.reachable(true);
  await page.locator('[data-picture=lost]').waitFor({ state: 'detached' });
  expect(await page.locator('[data-line]').count()).toBe(LINES.length);
});

test('nothing in all this broke the content policy or threw', () => {
  expect(errors).toEqual([]);
});
