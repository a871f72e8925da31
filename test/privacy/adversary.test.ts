/**
 * The adversary of bench/privacy on a small town: it finds leaks that are there (crowds of one sale that leave at once; serials that
 * tell the order of sales), and with the default crowds it does hardly better than chance. A small town has few crowds, so
 * each ratio has a range (95 %, crowds drawn again) and the bound must lie in it or above; the figures proper are docs/privacy.md's.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS, payment, paymentsOf } from '../../bench/privacy/coins.ts';
import { GAMES } from '../../bench/privacy/games.ts';
import { type Lesson, lesson, type Measured, measure } from '../../bench/privacy/measure.ts';
import { tilt } from '../../bench/privacy/tilt.ts';
import { live, type TownOptions } from '../../bench/privacy/town.ts';
import { viewOf } from '../../bench/privacy/view.ts';
import { chance } from '../../demo/chance.ts';
import { select } from '../../src/coupons/denominations.ts';
import { DEFAULT_CROWD } from '../../src/sale/crowd.ts';

const BOUND = 1.1;
/** Milliseconds on a machine that has much else to do; alone it takes seconds. */
const LONG = 240_000;
const TOWN: TownOptions = {
  seed: 5,
  people: 90,
  weeks: 4,
  loads: 'mixed',
  crowd: DEFAULT_CROWD,
  refresh: true,
};
const AT_ONCE: TownOptions = {
  ...TOWN,
  people: 24,
  weeks: 3,
  crowd: { ...DEFAULT_CROWD, k: 1, delayMax: 0 },
};
const IN_ORDER: TownOptions = { ...TOWN, people: 50, plant: 'order' };

describe('the adversary', () => {
  let known: Lesson;
  let defaults: Measured;
  beforeAll(() => {
    known = lesson(TOWN);
    defaults = measure(TOWN, known);
  }, LONG);

  it.each(GAMES)('P1 default crowds: %s no better than 1.1 × chance, within the statistic', (game) => {
    const { ratio, range, accuracy } = defaults.all[game];
    expect(range[0], `ratio ${ratio}, range ${range}`).toBeLessThanOrEqual(BOUND);
    expect(ratio).toBeLessThan(1.18);
    expect(accuracy).toBeLessThan(0.25);
  });
  it('crowds: a busy outlet fills them, a quiet one sends small ones, and these are counted', () => {
    expect(defaults.crowd.p50).toBe(DEFAULT_CROWD.k);
    expect(defaults.crowd.below).toBeGreaterThan(0);
    expect(defaults.crowd.below).toBeLessThan(defaults.crowd.of / 2);
  });
  it(
    'finds what is planted: crowds of one sale that leave at once link everything',
    () => {
      const { all, crowdFound } = measure(AT_ONCE, lesson(AT_ONCE), DEFAULT_CROWD.k);
      for (const game of ['redemptionToWallet', 'goodsToWallet'] as const) {
        expect(all[game].accuracy).toBe(1);
        expect(all[game].accuracy / all[game].promised).toBeGreaterThan(10 * BOUND);
      }
      expect(all.sameBasketCoupons.accuracy).toBeGreaterThan(0.75);
      expect(crowdFound).toBeGreaterThan(0.95);
      expect(defaults.crowdFound).toBeLessThan(0.85);
    },
    LONG,
  );
  it(
    'finds what is planted: serials in order of sale',
    () => {
      const { all } = measure(IN_ORDER, known);
      expect(all.redemptionToWallet.attack).toBe('order in the redemption');
      expect(all.redemptionToWallet.range[0]).toBeGreaterThan(1.5 * BOUND);
      expect(all.sameBasketCoupons.attack).toBe('neighbour in the redemption');
      expect(all.sameBasketCoupons.range[0]).toBeGreaterThan(3 * BOUND);
    },
    LONG,
  );
});

describe('the town', () => {
  it('the same seed lives the same life; each sale stands in one redemption and one hand-over', () => {
    const options = { ...TOWN, people: 12, weeks: 2 };
    const [one, other] = [live(options), live(options)];
    expect(other.entries).toEqual(one.entries);
    const view = viewOf(one);
    expect(view.crowds.flatMap(({ sales }) => sales).sort((a, b) => a - b)).toEqual(
      one.presence.map((_, i) => i),
    );
    for (const { sales, coupons, charged } of view.crowds) {
      const serials = sales.flatMap((sale) => one.truth.sales[sale]?.serials ?? []);
      expect(coupons.map(({ serial }) => serial)).toEqual(serials.toSorted());
      expect(coupons.reduce((sum, { exponent }) => sum + 2 ** exponent, 0)).toBe(charged);
    }
  });
});

describe('the adversary’s arithmetic', () => {
  it('knows what a card pays with: as the card’s own rule', () => {
    const next = chance(7);
    for (let i = 0; i < 3_000; i++) {
      const counts = Array.from({ length: KINDS }, () => Math.floor(5 * next()));
      const minutes = 1 + Math.floor(150 * next());
      const real = select(minutes, counts);
      const code = payment(minutes, counts);
      const wanted = real.ok ? real.value.slice(0, KINDS).reduceRight((sum, n) => sum * 16 + n, 0) : -1;
      expect(code).toBe(wanted);
    }
  });
  it('a redemption that only one of two sales can explain is explained by it', () => {
    // One card has a 64, the other small ones only; who paid 64 + 3?
    const rich = [4, 4, 4, 4, 2, 2, 1];
    const poor = [6, 6, 6, 6, 0, 0, 0];
    const prices = [3, 10, 20, 40, 67, 70];
    const [a, b] = [rich, poor].map((counts) => {
      const codes = prices.map((minutes) => payment(minutes, counts)).filter((code) => code >= 0);
      return paymentsOf(new Map(codes.map((code) => [code, 1])));
    });
    if (a === undefined || b === undefined) throw new Error();
    const seventy = payment(67, rich);
    const ten = payment(10, poor);
    const sums = Array.from(
      { length: KINDS },
      (_, e) => ((seventy >> (4 * e)) & 15) + ((ten >> (4 * e)) & 15),
    );
    const { weights } = tilt([a, b], sums);
    const likeliest = [a, b].map(({ minutes }, i) => {
      const list = [...(weights[i] ?? [])];
      return minutes[list.indexOf(Math.max(...list))];
    });
    expect(likeliest).toEqual([67, 10]);
  });
});
