/** Labour time, amounts and prices as people read them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatsFor } from '../../renderer/format.ts';
import { stepAmount, unitShow } from '../../renderer/units.ts';

const en = formatsFor('en');
const de = formatsFor('de');
/** Spaces that do not break, as plain ones, to be read here. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test.each([
  [0, '0 min'],
  [1, '1 min'],
  [59, '59 min'],
  [60, '1 h'],
  [85, '1 h 25 min'],
  [600, '10 h'],
  [90_061, '1,501 h 1 min'],
])('%i minutes are «%s»', (minutes, text) => {
  expect(plain(en.duration(minutes))).toBe(text);
});

test.each([
  ['0', '0 min', '0 min'],
  ['400000', '0.4 min', '0,4 min'],
  ['49999', '0 min', '0 min'],
  ['50000', '0.1 min', '0,1 min'],
  ['12340000', '12.3 min', '12,3 min'],
  ['59950000', '1 h', '1 h'],
  ['84600000', '1 h 24.6 min', '1 h 24,6 min'],
  ['-2500000', '\u22122.5 min', '\u22122,5 min'],
])('%s micro-minutes are «%s», in German «%s»', (micro, english, german) => {
  expect(plain(en.value(micro))).toBe(english);
  expect(plain(de.value(micro))).toBe(german);
});

test('a value never loses more than half of the last tenth shown', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (micro) => {
      const text = plain(en.value(`${micro}`)).replaceAll(',', '');
      const [, hours = '0', minutes = '0'] = /^(?:(\d+) h ?)?(?:([\d.]+) min)?$/.exec(text) ?? [];
      const back = BigInt(hours) * 60_000_000n + BigInt(Math.round(Number(minutes) * 10)) * 100_000n;
      const off = back > micro ? back - micro : micro - back;
      expect(off <= 50_000n).toBe(true);
    }),
  );
});

test('an exact value shows every digit and no others', () => {
  expect(plain(en.exact('84372514'))).toBe('84.372514 min');
  expect(plain(de.exact('84372500'))).toBe('84,3725 min');
  expect(plain(en.exact('84000000'))).toBe('84 min');
  expect(plain(en.exact('-1'))).toBe('\u22120.000001 min');
  // Larger than a double can hold.
  expect(plain(en.exact('9007199254740993000001'))).toBe('9,007,199,254,740,993.000001 min');
});

test('amounts and prices use the large unit', () => {
  expect(plain(en.amount(3, 'piece'))).toBe('3');
  expect(plain(en.amount(750, 'g'))).toBe('750 g');
  expect(plain(en.amount(1_250, 'g'))).toBe('1.25 kg');
  expect(plain(de.amount(1_250, 'g'))).toBe('1,25 kg');
  expect(plain(en.amount(90, 'minute'))).toBe('1 h 30 min');
  expect(plain(en.price('9400', 'g'))).toBe('9.4 min / kg');
  expect(plain(en.price('9400000', 'piece'))).toBe('9.4 min');
  expect(plain(en.amount(5, 'sack'))).toBe('5 sack');
});

test('plus and minus are both written', () => {
  expect(plain(en.signedAmount(3, 'piece'))).toBe('+3');
  expect(plain(en.signedAmount(-1_300, 'g'))).toBe('\u22121.3 kg');
  expect(plain(en.signedValue('12200000'))).toBe('+12.2 min');
  expect(plain(en.signedValue('-12200000'))).toBe('\u221212.2 min');
});

test('a day is the day of UTC', () => {
  expect(en.day(0)).toMatch(/^Thu,? 1 Jan$/);
  expect(de.day(0)).toMatch(/^Do\.?,? 1\. Jan\.?$/);
});

test('the stepper stays on its grid and never falls below one step', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.constantFrom('piece', 'g', 'ml', 'minute', 'sack'),
      (amount, unit) => {
        const { step } = unitShow(unit);
        const up = stepAmount(amount, unit, 1);
        const down = stepAmount(amount, unit, -1);
        expect(up).toBeGreaterThan(amount);
        expect(up - amount).toBeLessThanOrEqual(step);
        expect(up % step).toBe(0);
        expect(down).toBeGreaterThanOrEqual(step);
        if (amount > step) {
          expect(down).toBeLessThan(amount);
          expect(down % step).toBe(0);
        }
      },
    ),
  );
});
