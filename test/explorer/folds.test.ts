/** The chronicle's bounds: it keeps less of what is long ago, and what it keeps still adds up. */
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { Origins } from '../../ledger/chronicle-origins.ts';
import { PriceHistories } from '../../ledger/chronicle-prices.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { State } from '../../src/economy/state.ts';
import { HISTORY_POINTS, ORIGIN_INPUTS } from '../../src/limits.ts';

const id = (n: number): string => n.toString(16).padStart(64, '0');

test('a long price history is thinned: bounded, its ends kept, no delivery lost', () => {
  const prices = new PriceHistories();
  const blocks = 5 * HISTORY_POINTS + 3;
  const shop = id(1);
  const type = id(2);
  prices.fold({ height: 0, time: 0, events: [{ kind: 'member', collective: shop, subsystem: shop }] });
  for (let n = 1; n <= blocks; n++) {
    const event: LedgerEvent = {
      kind: 'stock',
      collective: shop,
      type,
      amount: '2',
      value: String(n),
      cause: n % 3 === 0 ? 'surplus' : 'dispatch',
      transaction: id(1_000 + n),
    };
    prices.fold({ height: n, time: n, events: [event] });
    expect(prices.points(shop, type).length).toBeLessThanOrEqual(HISTORY_POINTS);
  }
  const points = prices.points(shop, type);
  expect(points.length).toBeGreaterThan(HISTORY_POINTS / 4);
  expect(points[0]?.height).toBe(1);
  expect(points.at(-1)).toMatchObject({ height: blocks, amount: BigInt(2 * blocks) });
  const heights = points.map(({ height }) => height);
  expect(heights).toEqual([...heights].sort((a, b) => a - b));
  const delivered = Array.from({ length: blocks }, (_, i) => i + 1).filter((n) => n % 3 !== 0);
  const sum = (of: 'amount' | 'value') => points.reduce((total, { entered }) => total + entered[of], 0n);
  expect(sum('amount')).toBe(2n * BigInt(delivered.length));
  expect(sum('value')).toBe(delivered.reduce((total, n) => total + BigInt(n), 0n));
});

test('the oldest productions are forgotten first', () => {
  const origins = new Origins(nodeCrypto);
  const begun = ORIGIN_INPUTS + 7;
  const events = Array.from(
    { length: begun },
    (_, n): LedgerEvent => ({ kind: 'started', production: id(n), producer: id(1) }),
  );
  origins.fold({ height: 1, time: 1, events, transactions: [], state: new State() });
  expect(origins.story(id(6))).toBeUndefined();
  expect(origins.story(id(7))).toBeDefined();
  expect(origins.story(id(begun - 1))).toBeDefined();
});
