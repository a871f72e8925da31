/** What a vote can set: which texts are values of which parameter, and whose parameters hold. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { State } from '../../src/economy/state.ts';
import {
  PARAMETERS,
  parametersOf,
  parameterText,
  readParameter,
  taxBounds,
  windowStart,
} from '../../src/economy/subsystem-parameters.ts';
import { SECONDS_MAX, VALUE_DIGITS } from '../../src/limits.ts';

const NUMBERS = ['', ' 1', '1 ', '01', '-1', '+1', '1.0', '1e1', '0x1', 'x1', '1x', '1/2', '9'.repeat(17)];
const WHOLE = [
  ['k', 1, 1_000_000],
  ['holdMax', 0, SECONDS_MAX],
  ['offlineMax', 0, SECONDS_MAX],
  ['reverseDays', 0, 3_660],
  ['beyondMax', 1, 1_000],
  ['grace', 0, SECONDS_MAX],
] as const;

describe('readParameter', () => {
  test.each(WHOLE)('%s: whole numbers from %d to %d', (name, least, most) => {
    for (const value of [least, least + 1, 12, 345, most - 1, most])
      expect(readParameter(name, String(value))).toEqual({ [name]: value });
    for (const text of [...NUMBERS, String(least - 1), String(most + 1)])
      expect(readParameter(name, text), `«${text}»`).toBeUndefined();
  });

  test.each(['limit', 'maxRate'])('%s: shares of at most 1, reduced or not', (name) => {
    for (const [num, den] of [
      [0n, 1n],
      [1n, 1n],
      [10n, 100n],
      [345n, 678n],
      [999_999_999n, 999_999_999n],
    ] as const)
      expect(readParameter(name, `${num}/${den}`)).toEqual({ [name]: { num, den } });
    const wrong = [
      '',
      '1',
      '2/1',
      '0/0',
      '1/0',
      '01/2',
      '1/02',
      '1/2x',
      'x1/2',
      '1/2/3',
      ' 1/2',
      '1/ 2',
      '-1/2',
      '1/1000000000',
    ];
    for (const text of wrong) expect(readParameter(name, text), `«${text}»`).toBeUndefined();
  });

  test('voteAbove: a value', () => {
    for (const text of ['0', '7', '10', '360', '9'.repeat(VALUE_DIGITS - 1)])
      expect(readParameter('voteAbove', text)).toEqual({ voteAbove: BigInt(text) });
    for (const text of ['', '00', '01', ' 1', '1 ', '-1', '1x', 'x1', '1.5', '9'.repeat(VALUE_DIGITS)])
      expect(readParameter('voteAbove', text), `«${text}»`).toBeUndefined();
  });

  test('nothing else is a parameter', () => {
    expect([...PARAMETERS].sort()).toEqual(Object.keys(DEFAULT_PARAMETERS).sort());
    for (const name of ['', 'K', 'toString', '__proto__', 'time'])
      expect(readParameter(name, '1')).toBeUndefined();
  });

  test('a value goes out as the text that it came from', () => {
    for (const name of PARAMETERS) {
      const text = parameterText(DEFAULT_PARAMETERS[name]);
      expect(readParameter(name, text)).toEqual({ [name]: DEFAULT_PARAMETERS[name] });
    }
    expect(parameterText({ num: 10n, den: 100n })).toBe('10/100');
  });
});

test('what a vote set holds in its subsystem, the chain’s value everywhere else and for the rest', () => {
  const state = new State();
  const chain = { ...DEFAULT_PARAMETERS, offlineMax: 1_000, holdMax: 200 };
  const context = { state, parameters: chain, time: 50_000 };
  state.parameters.set('a/offlineMax', '7000');
  state.parameters.set('a/limit', '1/3');
  expect(parametersOf(context, 'a')).toEqual({ ...chain, offlineMax: 7_000, limit: { num: 1n, den: 3n } });
  expect(parametersOf(context, 'b')).toEqual(chain);
  expect(windowStart(context, 'a')).toBe(50_000 - 7_000 - 200);
  expect(windowStart(context, 'b')).toBe(50_000 - 1_000 - 200);
  state.parameters.delete('a/offlineMax');
  expect(windowStart(context, 'a')).toBe(50_000 - 1_000 - 200);
});

test('the bounds of a tax are rounded down', () => {
  const shares = { limit: { num: 1n, den: 3n }, maxRate: { num: 3n, den: 4n } };
  expect(taxBounds(101n, shares)).toEqual({ limit: 33n, highest: 75n });
});
