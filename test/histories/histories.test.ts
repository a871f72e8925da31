/** L1 to L7 over ten thousand random histories of all kinds of transactions (`run.ts`), a share of them audited; a failure prints its seed and its shrunk story. */
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { KINDS } from '../../src/economy/wire.ts';
import { report, run } from './run.ts';

const HISTORIES = 10_000;
const SEED = 1;
/** The auditor looks at every so manieth; `npm run test:histories -- --audit 1` shows it all. */
const AUDITED = 20;
/** So many of each kind at least. */
const ACCEPTED = 300;
/** What single rules exist for must have happened. */
const RARE = [
  'clearing_booked',
  'coupon coupon_aborted',
  'coupon coupon_locked',
  'coupon coupon_refreshed',
  'coupon coupon_spent',
  'coupon keyset_revoked',
  'coupon over_redemption',
  'coupons moved',
  'debt',
  'excess',
  'grace',
  'lack',
  'labelled',
  'negative residual',
  'parameter',
  'refresh_void',
  'several parts',
  'shortage reversed',
  'stock revalued by merge',
  'stock revalued by settlement',
  'stock revalued by vote',
  'unlocked',
  'vote accepted',
  'vote lapsed',
  'vote rejected',
  'w below zero',
  'write_off_reversed',
];

test(`L1 to L7 hold over ${HISTORIES} histories`, { timeout: 1_800_000 }, async () => {
  const done = await run({
    seed: SEED,
    threads: Math.min(4, availableParallelism()),
    histories: HISTORIES,
    seconds: 1_500,
    shrinking: 30,
    audited: AUDITED,
  });
  process.stdout.write(`${report(SEED, done)}\n`);
  expect(done.failure).toBeUndefined();
  expect(done.tally.histories).toBe(HISTORIES);
  expect(done.tally.transactions).toBeGreaterThanOrEqual(200 * HISTORIES);
  // A history in which little happens proves little: of each kind hundreds are accepted and some refused.
  for (const kind of KINDS) {
    const [accepted, refused] = done.tally.kinds[kind] ?? [0, 0];
    expect(accepted, kind).toBeGreaterThan(ACCEPTED);
    expect(refused, kind).toBeGreaterThan(0);
  }
  for (const name of RARE) expect(done.tally.rare[name] ?? 0, name).toBeGreaterThan(0);
  // A chain of its own for the auditor, and a comparison after each of its blocks and accepted transactions.
  expect(done.tally.audited).toBe(HISTORIES / AUDITED);
  expect(done.tally.compared).toBeGreaterThan((100 * HISTORIES) / AUDITED);
  expect(Math.min(done.tally.splits, done.tally.merges, done.tally.revisions)).toBeGreaterThan(HISTORIES);
});
