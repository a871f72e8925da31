/**
 * Ten thousand sales in a month without the ledger, then one reconnect over a line that misbehaves: everything arrives exactly once.
 * That the accounting finds what arrives twice or not at all is shown on an outbox that is made to lose or to forget.
 * More sales: `npm run test:offline -- --sales 100000`. Figures: docs/offline.md.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from '../../main/outbox.ts';
import { offlineMonth } from './month.ts';

const SALES = 10_000;
const DAY = 86_400;

afterEach(() => vi.restoreAllMocks());

it(`${SALES} sales in 30 days without the ledger arrive exactly once`, async () => {
  const month = await offlineMonth({ sales: SALES });
  console.log(JSON.stringify(month));
  expect(month.wrong).toEqual([]);
  expect(month).toMatchObject({ sales: SALES, days: 30, crowds: SALES / 20, unsent: (SALES / 20) * 3 });
  // The screen said all the time how old the prices were.
  expect(month.ageSeconds).toBeGreaterThanOrEqual(30 * DAY - DAY / 100);
  // The line really misbehaved, in every way it knows.
  for (const mood of ['late', 'lose_answer', 'twice', 'again_later', 'error_500', 'nonsense', 'cut'])
    expect(month.moods[mood] ?? 0, mood).toBeGreaterThan(10);
  expect(month.handedIn).toBeGreaterThan(month.unsent);
}, 1_200_000);

describe('the accounting is not blind', () => {
  it('a crowd whose hand-over is never stored is missed', async () => {
    const store = Outbox.prototype.storeCrowd;
    let crowds = 0;
    vi.spyOn(Outbox.prototype, 'storeCrowd').mockImplementation(function (this: Outbox, crowd, ...rest) {
      // The third crowd's goods are forgotten.
      const goods = ++crowds === 3 ? {} : crowd.totals.goods;
      return store.call(this, { ...crowd, totals: { ...crowd.totals, goods } }, ...rest);
    });
    const { wrong } = await offlineMonth({ sales: 100, seed: 'blind 1' });
    expect(wrong.join('\n')).toMatch(/hand-overs: 4 instead of 5/);
    expect(wrong.join('\n')).toMatch(/do not hold the same sales/);
  }, 200_000);

  it('a crowd that is sent under two ids is seen', async () => {
    const store = Outbox.prototype.storeCrowd;
    let crowds = 0;
    vi.spyOn(Outbox.prototype, 'storeCrowd').mockImplementation(function (this: Outbox, ...all) {
      if (++crowds === 3) store.apply(this, all);
      return store.apply(this, all);
    });
    const { wrong } = await offlineMonth({ sales: 100, seed: 'blind 2' });
    expect(wrong.join('\n')).toMatch(/minutes charged/);
    expect(wrong.join('\n')).toMatch(/sales: 120 instead of 100/);
  }, 200_000);
});
