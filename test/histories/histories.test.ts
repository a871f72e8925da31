/** L1 to L7 over ten thousand random histories of all kinds of transactions (`run.ts`); a failure prints its seed and its shrunk story. */
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { KINDS } from '../../src/economy/wire.ts';
import { report, run } from './run.ts';

const HISTORIES = 10_000;
const SEED = 1;

test(`L1 to L7 hold over ${HISTORIES} histories`, { timeout: 1_800_000 }, async () => {
  const done = await run({
    seed: SEED,
    threads: Math.min(4, availableParallelism()),
    histories: HISTORIES,
    seconds: 1_500,
    shrinking: 30,
    audited: 20,
  });
  process.stdout.write(`${report(SEED, done)}\n`);
  expect(done.failure).toBeUndefined();
  expect(done.tally.histories).toBe(HISTORIES);
  expect(done.tally.transactions).toBeGreaterThanOrEqual(200 * HISTORIES);
  // A history in which little happens proves little: of each kind some are accepted and some refused.
  for (const kind of KINDS) {
    const [accepted, refused] = done.tally.kinds[kind] ?? [0, 0];
    expect(Math.min(accepted, refused), kind).toBeGreaterThan(0);
  }
  expect(Math.min(done.tally.splits, done.tally.merges, done.tally.revisions)).toBeGreaterThan(HISTORIES);
});
