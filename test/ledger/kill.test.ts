/** Killed at random, as often as the time allows; `node test/ledger/kill.ts` does it fifty times however long it takes. */
import { expect, test } from 'vitest';
import { run, sentence } from './kill.ts';

test('L6: a node killed at random while it applies ten thousand transactions has every hash and every answer', async () => {
  const killed = await run({ seed: 20_261_122, kills: 50, transactions: 10_000, seconds: 40 });
  console.log(sentence(killed));
  expect(killed.transactions).toBe(10_000);
  // On a machine that does nothing else it is fifty.
  expect(killed.kills).toBeGreaterThanOrEqual(5);
}, 240_000);
