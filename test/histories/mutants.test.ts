/** A handful of broken rules, each of which the histories catch within a few; `npm run test:mutants` breaks them all. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { tryMutant } from './run-mutants.ts';

const HANDFUL = [
  'Q is not added to the debt',
  'a split does not settle',
  'waste has the wrong sign',
  'a redemption does not move clearing',
  'what shares round off is dropped',
  // Only the auditor finds it.
  'the youngest origin is spent first',
];

test('at least twenty rules are broken by hand', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
  expect(MUTANTS.filter(({ name }) => HANDFUL.includes(name))).toHaveLength(HANDFUL.length);
});

test('each of them is one place in the rules', () => {
  for (const { name, file, from } of MUTANTS) {
    const text = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
    expect(text.split(from), name).toHaveLength(2);
  }
});

test.each(MUTANTS.filter(({ name }) => HANDFUL.includes(name)))(
  'the histories catch: $name',
  { timeout: 300_000 },
  async (mutant) => {
    const { caught, fault } = await tryMutant(mutant, 120);
    expect(fault).not.toBe('');
    expect(caught).toBe(true);
  },
);
