/** WCAG 2.2, 1.4.3 and 1.4.11: the palette's pairs, in both schemes, by the formula of the recommendation. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../renderer/tokens.css', import.meta.url), 'utf8');
function tokens(block: string): ReadonlyMap<string, string> {
  return new Map([...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
}
const dark = css.indexOf('[data-mantine-color-scheme');
const SCHEMES = { light: tokens(css.slice(0, dark)), dark: tokens(css.slice(dark)) };

/** Relative luminance of sRGB (WCAG 2.2, definitions). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

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

for (const [scheme, palette] of Object.entries(SCHEMES)) {
  const at = (name: string) => palette.get(`--${name}`)!;
  test.each(TEXT)(`${scheme}: text %s on %s has at least %d:1`, (text, ground, least) => {
    expect(contrast(at(text), at(ground))).toBeGreaterThanOrEqual(scheme === 'dark' ? 7 : least);
  });
  test.each(PARTS)(`${scheme}: the part %s is seen on %s`, (part, ground) => {
    expect(contrast(at(part), at(ground))).toBeGreaterThanOrEqual(3);
  });
}
