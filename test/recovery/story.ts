/**
 * A new card's words and a lost card's return, done by hand in a browser: what an anxious person sees, step by step. Ledger,
 * office, terminal and cards are real. The test asks what stands there, the photographer takes pictures of the same.
 */
import type { Page } from 'playwright-core';
import { en } from '../../renderer/locales/en.ts';
import { flushed, ready, sell } from '../terminal/selling.ts';
import type { Shop, TestTill } from '../terminal/shop.ts';
import { type aheadClock, newCard, PIN, SLOW, wordsOnPaper } from './people.ts';

export interface Place {
  readonly shop: Shop;
  readonly till: TestTill;
  readonly clock: ReturnType<typeof aheadClock>;
  readonly page: Page;
  readonly shoot: (name: string) => Promise<void>;
}

const { services } = en;

async function enter(page: Page): Promise<void> {
  await page.locator('[data-picture=pin]').waitFor();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: services.onCard, exact: true }).waitFor({ timeout: 60_000 });
}

async function begin(
  { page, till }: Place,
  card: Parameters<TestTill['reader']['insert']>[0],
): Promise<void> {
  await page.getByRole('button', { name: services.start }).click();
  await page.locator('[data-picture=hold]').waitFor();
  till.reader.insert(card);
  await enter(page);
}

async function finish({ page, till }: Place): Promise<void> {
  await page.getByRole('button', { name: services.finish }).first().click();
  till.reader.pull();
  await page.getByRole('button', { name: services.start }).waitFor();
}

/** A new card: its words are shown, some are asked for, then nobody reads them any more. Gives the words. */
export async function writeWordsDown(place: Place): Promise<string[]> {
  const { page, shop, shoot } = place;
  const card = newCard(shop.card(1));
  await begin(place, card);
  await page.getByRole('button', { name: services.care.words, exact: true }).click();
  await page.getByRole('heading', { name: services.words.title }).waitFor();
  await shoot('words');
  const words = await page.locator('ol [lang=en]').allInnerTexts();
  await page.getByRole('button', { name: services.words.written }).click();
  await page.getByRole('heading', { name: services.words.checkTitle }).waitFor();
  const labels = await page.locator('form label').allInnerTexts();
  for (const [i, label] of labels.entries()) {
    const number = Number(/\d+/.exec(label)?.[0]);
    await page
      .locator('form input')
      .nth(i)
      .fill(words[number - 1] ?? '');
  }
  await shoot('words-check');
  await page.getByRole('button', { name: services.words.check, exact: true }).click();
  await page.getByText(services.acts.words).waitFor({ timeout: 60_000 });
  await finish(place);
  return words;
}

/** The lost card's hours find their way to a new card; the lost one is found and told. Gives what came back, minutes. */
export async function loseAndRestore(place: Place): Promise<number> {
  const { page, shop, till, clock, shoot } = place;
  const lost = shop.card(1);
  const card = newCard(lost, false);
  await begin(place, card);
  await page.getByRole('button', { name: services.care.lost }).click();
  await page.getByRole('dialog').waitFor();
  for (const [i, word] of wordsOnPaper(lost).entries())
    await page.getByRole('dialog').locator('input').nth(i).fill(word);
  await shoot('restore');
  await page.getByRole('dialog').getByRole('button', { name: services.restore.yes }).click();
  await page.getByText(services.acts.restore).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: services.care.find }).click();
  await page.getByText(/^Found: /).waitFor({ timeout: 60_000 });
  await shoot('lost-card');
  await finish(place);

  clock.forward(SLOW + 60);
  await page.keyboard.press('F1');
  await sell(shop, till, shop.card(2), { salt: 1 }, '2345');
  await flushed(till);
  await shop.event('issued', shop.node.engine.height - 2);
  await ready(shop, till);
  await page.keyboard.press('F2');
  await begin(place, card);
  await page.getByText(/^Your hours are back: /).waitFor({ timeout: 60_000 });
  await shoot('lost-card-back');
  await finish(place);

  await begin(place, lost);
  await page.getByRole('button', { name: services.care.check }).click();
  await page.getByText(/are dead here/).waitFor({
    timeout: 60_000,
  });
  await shoot('lost-card-found');
  await finish(place);
  return card.ownerView().payableMinutes;
}
