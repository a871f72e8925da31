/**
 * Every picture of the screen in a real Chromium: no violation that axe-core knows of (WCAG 2.2 A and AA), in both
 * languages and both colour schemes; no broken rule of the content policy; targets of at least 44 px; nothing cut off.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { en } from '../../renderer/locales/en.ts';
import { ALL_RULES, violations } from './axe.ts';
import { PICTURES } from './pictures.ts';
import { type OpenOptions, openStudio, type Studio } from './screen.ts';

let studio: Studio;
const errors: string[] = [];

beforeAll(async () => {
  studio = await openStudio((message) => errors.push(message));
});
afterAll(async () => {
  await studio.stop();
});

/** Things one presses that are smaller than 44 px in a direction, or lie outside the window. */
async function badTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, [role=option], input')].flatMap((element) => {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || element.closest('[inert], [aria-hidden=true]')) return [];
      const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
      const bad: string[] = [];
      if (element.tagName !== 'INPUT' && (box.width < 44 || box.height < 44)) {
        bad.push(`${name}: ${box.width} × ${box.height}`);
      }
      // What scrolls with its list may lie below its edge, but nothing lies beside the window.
      if (box.left < 0 || box.right > window.innerWidth + 1) bad.push(`${name}: beside the window`);
      return bad;
    }),
  );
}

const WINDOWS = [
  { name: 'English, light, 1280 × 800', axe: ALL_RULES, options: {} },
  {
    name: 'German, dark, 1024 × 768',
    // Other colours and other words in the same places.
    axe: ['color-contrast', 'target-size', 'label-content-name-mismatch'],
    options: { language: 'de', scheme: 'dark', size: { width: 1024, height: 768 } },
  },
  {
    name: 'German, light, 1920 × 1080',
    axe: [],
    options: { language: 'de', size: { width: 1920, height: 1080 } },
  },
] as const satisfies readonly { name: string; axe: readonly string[]; options: OpenOptions }[];

describe.each(WINDOWS)('$name', ({ options, axe: rules }) => {
  let page: Page;
  beforeAll(async () => {
    page = await studio.open(options);
  });
  afterAll(async () => {
    await page.context().close();
  });
  test.each(PICTURES)('$name', async (picture) => {
    errors.length = 0;
    await studio.show(page, picture, 'language' in options ? options.language : 'en');
    if (rules.length > 0) expect(await violations(page, rules)).toEqual([]);
    expect(await badTargets(page)).toEqual([]);
    // What one presses in a phase, and in a question, is there without scrolling.
    const height = page.viewportSize()!.height;
    for (const button of await page.locator('[data-picture] button, [role=dialog] button').all()) {
      const box = await button.boundingBox();
      if (box) expect(box.y + box.height, (await button.textContent()) ?? '').toBeLessThanOrEqual(height);
    }
    expect(errors).toEqual([]);
  });
});

test.each([
  ['restarted-again', en.phase.restarted],
  ['restarted-hold', en.phase.holdAttemptedText],
])('%s: the terminal had stopped, and nobody is told that a card was taken away', async (name, says) => {
  const page = await studio.open({});
  await studio.show(page, PICTURES.find((one) => one.name === name) as (typeof PICTURES)[number], 'en');
  const text = (await page.locator('main').innerText()).replaceAll(/\s+/g, ' ');
  expect(text).toContain(says.replaceAll(/\s+/g, ' '));
  expect(text).not.toContain(en.trouble.card_left);
  await page.context().close();
});
