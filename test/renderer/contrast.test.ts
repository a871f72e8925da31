/** WCAG 2.2, 1.4.3 and 1.4.11: the palette's pairs, in both schemes, by the formula of the recommendation. */
import { expect, test } from 'vitest';
import { contrast, schemesOf } from '../browser/contrast.ts';

test('the formula gives the recommendation’s extremes', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

const TEXT: readonly (readonly [string, string, number])[] = [
  ['ink', 'paper', 7],
  ['ink', 'surface', 7],
  ['ink', 'sunk', 7],
  ['ink-soft', 'paper', 4.5],
  ['ink-soft', 'surface', 4.5],
  ['ink-soft', 'sunk', 4.5],
  ['on-pine', 'pine', 7],
  ['on-pine', 'pine-deep', 7],
  ['pine', 'surface', 4.5],
  ['on-pine-tint', 'pine-tint', 7],
  ['on-clay-tint', 'clay-tint', 4.5],
  ['clay', 'surface', 4.5],
  ['on-sun-tint', 'sun-tint', 7],
  ['on-leaf', 'leaf', 4.5],
  ['on-leaf-tint', 'leaf-tint', 7],
  ['on-brick', 'brick', 4.5],
  ['brick', 'surface', 4.5],
  ['on-brick-tint', 'brick-tint', 7],
];
const PARTS: readonly (readonly [string, string])[] = [
  ['line-strong', 'surface'],
  ['line-strong', 'paper'],
  ['pine', 'paper'],
  ['leaf', 'surface'],
  ['clay', 'clay-tint'],
];

for (const [scheme, at] of Object.entries(schemesOf('renderer'))) {
  test.each(TEXT)(`${scheme}: text %s on %s has at least %d:1`, (text, ground, least) => {
    expect(contrast(at(text), at(ground))).toBeGreaterThanOrEqual(scheme === 'dark' ? 7 : least);
  });
  test.each(PARTS)(`${scheme}: the part %s is seen on %s`, (part, ground) => {
    expect(contrast(at(part), at(ground))).toBeGreaterThanOrEqual(3);
  });
}
