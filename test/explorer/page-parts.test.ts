/** The page's own arithmetic and words, without a browser. */
import { describe, expect, test } from 'vitest';
import type { OriginRow } from '../../explorer/answers.ts';
import { formatsFor, scaled } from '../../explorer/format.ts';
import { niceScale, timeTicks } from '../../explorer/pictures/axis.ts';
import { layOut } from '../../explorer/pictures/graph-layout.ts';
import { layOutOrigin } from '../../explorer/pictures/origin-layout.ts';
import { treeOf, workIn } from '../../explorer/pictures/origin-tree.ts';
import { hrefOf, parseRoute, type Route } from '../../explorer/route.ts';
import { actsDe } from '../../explorer/texts/acts-de.ts';
import { actsEn } from '../../explorer/texts/acts-en.ts';
import { contrast, schemesOf } from '../browser/contrast.ts';

const ID = 'a1'.repeat(32);
const OTHER = 'b2'.repeat(32);
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('routes', () => {
  test.each<Route>([
    { place: 'overview' },
    { place: 'overview', subsystem: ID },
    { place: 'overview', subsystem: ID, collective: OTHER },
    { place: 'products', subsystem: ID },
    { place: 'products', type: OTHER },
    { place: 'products', subsystem: ID, type: OTHER },
    { place: 'tax', subsystem: ID, until: 0 },
    { place: 'tax', subsystem: ID, until: 1_796_083_199 },
    { place: 'outlets', subsystem: ID },
    { place: 'blocks' },
    { place: 'blocks', before: 25 },
    { place: 'blocks', height: 0 },
    { place: 'transaction', id: ID },
  ])('%o comes back from its address', (route) => {
    expect(parseRoute(hrefOf(route))).toEqual(route);
  });
  test.each(['', '#', '#/', '#/nonsense', '#/transaction/1', '#//', '#/block/-1/..', `#/${ID}x`])(
    '%s is a place',
    (hash) => {
      expect(['overview', 'blocks']).toContain(parseRoute(hash).place);
    },
  );
});

describe('formats', () => {
  const en = formatsFor('en');
  const de = formatsFor('de');
  test.each([
    [0n, '0 min', '0 min'],
    [420_000n, '0.42 min', '0,42 min'],
    [9_999_999n, '10 min', '10 min'],
    [14_249_999n, '14.2 min', '14,2 min'],
    [59_960_000n, '60 min', '60 min'],
    [60_000_000n, '1 h', '1 h'],
    [5_062_000_000n, '84 h 22 min', '84 h 22 min'],
    [28_624_000_000n, '477 h', '477 h'],
    [200_000_000_000n, '3,333 h', '3.333 h'],
    [-90_500_000n, '\u22121 h 31 min', '\u22121 h 31 min'],
  ])('%d micro-minutes', (micro, english, german) => {
    expect(plain(en.time(micro))).toBe(english);
    expect(plain(de.time(micro))).toBe(german);
  });
  test('exact values keep every digit', () => {
    expect(plain(en.exact(84_372_514n))).toBe('84.372514 min');
    expect(plain(de.exact(-1_000_001n))).toBe('\u22121,000001 min');
  });
  test('amounts and prices in the unit in which people think', () => {
    expect(plain(en.amount(1_250, 'g'))).toBe('1.25 kg');
    expect(plain(en.amount(63, 'ml'))).toBe('63 ml');
    expect(plain(en.amount(3, 'piece'))).toBe('3');
    expect(plain(en.price(scaled(78n * 1_000_000n * 3n, 1_000, 3_000), 'g'))).toBe('1 h 18 min / kg');
  });
  test('months and days are the ledger’s, in UTC', () => {
    expect(en.month(Date.parse('2026-10-31T23:59:59Z') / 1000)).toBe('October 2026');
    expect(de.day(Date.parse('2026-12-01T00:00:00Z') / 1000)).toBe('1. Dezember 2026');
  });
});

describe('the picture of a value', () => {
  const rows: OriginRow[] = [
    { id: 0, what: 'good', type: ID, name: 'Cake', unit: 'piece', amount: 10, value: '1000' },
    { id: 1, into: 0, what: 'work', collective: ID, name: 'Bakery', value: '600' },
    { id: 2, into: 0, what: 'resource', type: OTHER, name: 'Flour', unit: 'g', amount: 5, value: '385' },
    { id: 3, into: 0, what: 'resource', type: OTHER, name: 'Salt', unit: 'g', amount: 1, value: '9' },
    { id: 4, into: 0, what: 'resource', type: OTHER, name: 'Spice', unit: 'g', amount: 1, value: '6' },
    { id: 5, into: 2, what: 'work', collective: OTHER, name: 'Mill', value: '300' },
    { id: 6, into: 2, what: 'work', collective: ID, name: 'Bakery', value: '85' },
  ];
  test('work is summed by collective over the whole tree', () => {
    expect(workIn(rows).map(({ name, value }) => [name, value])).toEqual([
      ['Bakery', 685n],
      ['Mill', 300n],
    ]);
  });
  test.each([600, 900, 1_200])('at %d px nothing overlaps, bands are as thick as what flows', (width) => {
    const top = treeOf(rows);
    if (top === undefined) throw new Error('no tree');
    const { cards, bands, cardWidth, height } = layOutOrigin(top, width);
    const columns = Map.groupBy(cards, ({ x }) => Math.round(x));
    for (const column of columns.values()) {
      const sorted = column.toSorted((a, b) => a.y - b.y);
      for (let i = 1; i < sorted.length; i++)
        expect(sorted[i]!.y).toBeGreaterThanOrEqual(sorted[i - 1]!.y + sorted[i - 1]!.height);
    }
    for (const { x, y, height: high } of cards) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + cardWidth).toBeLessThanOrEqual(width + 1);
      expect(y + high).toBeLessThanOrEqual(height + 1);
    }
    const into = bands.filter(({ x2 }) => x2 > width - cardWidth - 1);
    const thick = into.reduce((sum, { thickness }) => sum + thickness, 0);
    expect(thick).toBeCloseTo(260, 0);
    // Salt and spice are less than a screen can tell apart: one card.
    expect(cards.filter(({ node }) => node === undefined)).toMatchObject([{ count: 2, value: 15n }]);
  });
  test('no rows, no tree', () => {
    expect(treeOf([])).toBeUndefined();
  });
});

describe('the picture of trust', () => {
  test('the same graph is drawn the same, inside the picture, circles apart', () => {
    const edges = [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
      [0, 4],
      [5, 6],
    ] as const;
    const spots = layOut(7, edges);
    expect(layOut(7, edges)).toEqual(spots);
    for (const { x, y } of spots) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(1);
      expect(y).toBeGreaterThanOrEqual(-0.01);
      expect(y).toBeLessThanOrEqual(1.01);
    }
    for (let i = 0; i < 7; i++)
      for (let j = 0; j < i; j++)
        expect(Math.hypot(spots[i]!.x - spots[j]!.x, spots[i]!.y - spots[j]!.y)).toBeGreaterThan(0.08);
  });
  test('one alone stands in the middle', () => {
    expect(layOut(1, [])).toEqual([{ x: 0.5, y: 0.5 }]);
  });
});

test('axes cover what they show, with round marks', () => {
  for (const [low, high] of [
    [14.1, 16.2],
    [0, 0.02],
    [470, 492],
    [0, 0],
    [3, 3],
  ] as const) {
    const scale = niceScale(low, high, 0.3);
    expect(scale.low).toBeLessThanOrEqual(low);
    expect(scale.high).toBeGreaterThanOrEqual(high);
    expect(scale.high).toBeGreaterThan(scale.low);
    expect(scale.ticks.length).toBeGreaterThanOrEqual(3);
    expect(scale.ticks.length).toBeLessThanOrEqual(9);
  }
  const day = 86_400;
  expect(timeTicks(0.5 * day, 10.5 * day, 5)).toEqual([day, 3 * day, 5 * day, 7 * day, 9 * day]);
});

describe('words', () => {
  test('the sentences of both languages have the same gaps', () => {
    const gaps = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    for (const [kind, sentence] of Object.entries(actsEn.sentences))
      expect(gaps(actsDe.sentences[kind as keyof typeof actsDe.sentences]), kind).toEqual(gaps(sentence));
    expect(Object.keys(actsDe.fields).sort()).toEqual(Object.keys(actsEn.fields).sort());
    expect(Object.keys(actsDe.words).sort()).toEqual(Object.keys(actsEn.words).sort());
  });
});

describe('WCAG 2.2, 1.4.3 and 1.4.11: the palette', () => {
  const text = [
    ...['paper', 'surface', 'sunk'].flatMap((ground) => [
      ['ink', ground, 7],
      ['ink-soft', ground, 4.5],
      ['pine', ground, 4.5],
    ]),
    ['on-pine-tint', 'pine-tint', 7],
    ['on-clay-tint', 'clay-tint', 4.5],
    ['on-sun-tint', 'sun-tint', 7],
    ['on-leaf-tint', 'leaf-tint', 7],
    ['on-pine', 'pine', 7],
    ['clay', 'paper', 4.5],
    ...Array.from({ length: 8 }, (_, n) => ['ink', `tint-${n}`, 7]),
  ] as [string, string, number][];
  const parts = [
    ...Array.from({ length: 8 }, (_, n) => [`hue-${n}`, 'surface']),
    ...Array.from({ length: 8 }, (_, n) => [`hue-${n}`, `tint-${n}`]),
    ['line-strong', 'surface'],
    ['line-strong', 'paper'],
    ['line-strong', 'sunk'],
  ] as [string, string][];
  for (const [scheme, at] of Object.entries(schemesOf('explorer'))) {
    test.each(text)(`${scheme}: text %s on %s has at least %d:1`, (a, b, least) => {
      expect(contrast(at(a), at(b))).toBeGreaterThanOrEqual(least);
    });
    test.each(parts)(`${scheme}: %s is seen on %s`, (a, b) => {
      expect(contrast(at(a), at(b))).toBeGreaterThanOrEqual(3);
    });
  }
});
