/** Garbage for a while, with a seed of its own each day it is changed; `node test/ledger/garbage.ts` runs longer. */
import { expect, test } from 'vitest';
import { KINDS } from '../../src/economy/wire.ts';
import { run, sentence } from './garbage.ts';

test('random and mutated bodies: nothing throws, and what decodes is the one encoding of its value', () => {
  const tally = run({ seed: 20_261_122, seconds: 20, count: 10_000_000 });
  console.log(sentence(tally));
  expect(tally.bodies).toBeGreaterThan(20_000);
  // The generator is good enough to get behind the door, and to be refused there in many ways.
  expect(tally.decoded).toBeGreaterThan(tally.bodies / 20);
  expect(tally.checked).toBeGreaterThan(100);
  expect(tally.refusals.size).toBeGreaterThan(KINDS.length);
}, 60_000);
