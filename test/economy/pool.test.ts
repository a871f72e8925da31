/** The average price pool (§6.2), without transactions: entering, leaving, memory of prices and of books. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { addBalance, clearingSince, moveClearing } from '../../src/economy/accounts.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import {
  bookAt,
  emptyValue,
  enter,
  highest,
  joinPools,
  leave,
  lowest,
  poolOf,
  pricesFrom,
  stockOf,
  withdraw,
} from '../../src/economy/pool.ts';
import type { Context } from '../../src/economy/rule.ts';
import { State } from '../../src/economy/state.ts';
import { STOCK_HISTORY } from '../../src/limits.ts';
import { DAY, min } from './world.ts';

const SHOP = 'a'.repeat(64);
const KIOSK = 'b'.repeat(64);
const TYPE = 'c'.repeat(64);

let context: Context;
let told: { collective: string; amount: bigint; value: bigint }[];
beforeEach(() => {
  const state = new State();
  for (const [ordinal, id] of [SHOP, KIOSK].entries())
    state.collectives.set(id, { key: `01${id}`, name: 'shop', dispatches: true, ordinal, subsystem: SHOP });
  told = [];
  context = {
    state,
    crypto: nodeCrypto,
    parameters: DEFAULT_PARAMETERS,
    chain: 'test-chain',
    height: 1,
    time: 1000 * DAY,
    id: 'd'.repeat(64),
    body: new Uint8Array(0),
    emit(event) {
      if (event.kind === 'stock')
        told.push({ collective: event.collective, amount: BigInt(event.amount), value: BigInt(event.value) });
    },
  };
});
const later = (days: number): void => {
  context = { ...context, height: context.height + 1, time: context.time + days * DAY };
};
const pool = () => poolOf(context.state, SHOP, TYPE);

test('100 h for 100 pieces and 30 h for 10 pieces: 13/11 h each, and exactly 130 h in all', () => {
  enter(context, SHOP, TYPE, 100, min(6000), 'dispatch');
  enter(context, KIOSK, TYPE, 10, min(1800), 'dispatch');
  const first = leave(context, SHOP, TYPE, 1, 'hand_over');
  // 13/11 h in micro-minutes, floor.
  expect(first).toBe((13n * 60n * 1_000_000n) / 11n);
  let value = first;
  for (let i = 0; i < 99; i++) value += leave(context, SHOP, TYPE, 1, 'hand_over');
  value += leave(context, KIOSK, TYPE, 10, 'hand_over');
  expect(value).toBe(min(7800));
  expect(pool()).toMatchObject({ amount: 0, value: 0n });
});

test('L7: whatever enters and leaves, the pool is what the events sum to, and leaving is never dearer than the average', () => {
  const step = fc.record({
    outlet: fc.constantFrom(SHOP, KIOSK),
    amount: fc.integer({ min: 1, max: 1000 }),
    value: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    out: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      context = { ...context, state: new State() };
      for (const id of [SHOP, KIOSK])
        context.state.collectives.set(id, {
          key: id,
          name: 'shop',
          dispatches: true,
          ordinal: 0,
          subsystem: SHOP,
        });
      told = [];
      for (const { outlet, amount, value, out } of steps) {
        const held = stockOf(context.state, outlet, TYPE).amount;
        const before = pool();
        if (!out) expect(enter(context, outlet, TYPE, amount, value, 'dispatch')).toBe(value);
        else {
          const left = leave(context, outlet, TYPE, Math.min(amount, held), 'hand_over');
          expect(left * BigInt(before.amount)).toBeLessThanOrEqual(
            before.value * BigInt(Math.min(amount, held)),
          );
        }
      }
      expect(told.reduce((sum, e) => sum + e.amount, 0n)).toBe(BigInt(pool().amount));
      expect(told.reduce((sum, e) => sum + e.value, 0n)).toBe(pool().value);
    }),
  );
});

test('more than is there is a bug, nothing is nothing', () => {
  enter(context, SHOP, TYPE, 5, min(5), 'dispatch');
  expect(() => leave(context, SHOP, TYPE, 6, 'shortage')).toThrow();
  expect(() => leave(context, KIOSK, TYPE, 1, 'shortage')).toThrow();
  expect(leave(context, KIOSK, TYPE, 0, 'shortage')).toBe(0n);
  expect(told).toHaveLength(1);
});

test('a common enters with price 0', () => {
  context.state.labels.set(`${SHOP}/${TYPE}`, 'common');
  expect(enter(context, SHOP, TYPE, 5, min(5), 'dispatch')).toBe(0n);
  expect(leave(context, SHOP, TYPE, 2, 'hand_over')).toBe(0n);
});

describe('the lowest average of offlineMax + holdMax', () => {
  test('follows prices down at once and up only when the window has passed', () => {
    expect(lowest(context, pool())).toBeUndefined();
    enter(context, SHOP, TYPE, 10, min(100), 'dispatch');
    later(5);
    enter(context, SHOP, TYPE, 10, min(0), 'dispatch');
    expect(lowest(context, pool())).toMatchObject({ value: min(100), amount: 20 });
    later(1);
    enter(context, SHOP, TYPE, 20, min(700), 'dispatch');
    later(36);
    expect(lowest(context, pool())).toMatchObject({ value: min(100), amount: 20 });
    later(1);
    expect(lowest(context, pool())).toMatchObject({ value: min(800), amount: 40 });
  });

  test('an emptied pool remembers', () => {
    enter(context, SHOP, TYPE, 10, min(100), 'dispatch');
    leave(context, SHOP, TYPE, 10, 'hand_over');
    expect(lowest(context, pool())).toMatchObject({ value: min(100), amount: 10 });
  });

  test('of two pools that become one: the lower of both at any time', () => {
    const low = (time: number, value: number, amount: number) => ({
      time: time * DAY,
      value: min(value),
      amount,
    });
    const a = { amount: 1, value: min(9), lows: [low(1, 5, 1), low(20, 9, 1)] };
    const b = { amount: 2, value: min(14), lows: [low(10, 6, 1), low(30, 7, 1)] };
    const joined = joinPools(a, b, 40 * DAY, 0);
    expect(joined).toMatchObject({ amount: 3, value: min(23) });
    const since = (day: number) => {
      const found = lowest({ ...context, time: day * DAY + 37 * DAY }, joined);
      return found === undefined ? undefined : [found.value, found.amount];
    };
    expect(since(1)).toEqual([min(5), 1]);
    expect(since(19)).toEqual([min(5), 1]);
    expect(since(20)).toEqual([min(6), 1]);
    expect(since(30)).toEqual([min(7), 1]);
    expect(since(40)).toEqual([min(23), 3]);
  });
});

test('the book at a height: at the end of that block, and unknown when too long ago', () => {
  const stock = () => stockOf(context.state, SHOP, TYPE);
  expect(bookAt(stock(), 0)).toBe(0);
  later(0);
  enter(context, SHOP, TYPE, 5, 0n, 'dispatch');
  enter(context, SHOP, TYPE, 5, 0n, 'dispatch');
  expect(stock().history).toEqual([{ height: 2, amount: 10 }]);
  later(0);
  later(0);
  leave(context, SHOP, TYPE, 3, 'hand_over');
  expect([1, 2, 3, 4, 9].map((height) => bookAt(stock(), height))).toEqual([0, 10, 10, 7, 7]);
  for (let i = 0; i < STOCK_HISTORY; i++) {
    later(0);
    enter(context, SHOP, TYPE, 1, 0n, 'surplus');
  }
  expect(stock().history).toHaveLength(STOCK_HISTORY);
  expect(bookAt(stock(), 4)).toBeUndefined();
  expect(bookAt(stock(), 5)).toBe(8);
});

describe('clearing nearest to zero', () => {
  const move = (days: number, minutes: number): void => {
    later(days);
    moveClearing(context, SHOP, min(minutes));
  };
  const since = (days: number): bigint => clearingSince(context.state, SHOP, context.time - days * DAY);

  test('is 0 before anything, and as long as it was 0 in the time asked', () => {
    expect(since(30)).toBe(0n);
    move(0, 0);
    expect(context.state.clearing.size + context.state.clearingLows.size).toBe(0);
    move(0, -10);
    expect(since(0)).toBe(min(-10));
    expect(since(1)).toBe(0n);
  });

  test('is the smallest debt of the time, on either side', () => {
    move(0, -10);
    move(10, -5);
    move(10, 8);
    move(10, -20);
    expect(since(20)).toBe(min(-7));
    expect(since(0)).toBe(min(-27));
    move(1, 30);
    expect(since(0)).toBe(min(3));
    expect(since(1)).toBe(0n);
    move(31, 9);
    expect(since(30)).toBe(min(3));
  });
});

test('a balance that is spent has no row and no place in the index; below zero is a bug', () => {
  const { balances, indexes } = context.state;
  addBalance(context.state, 'wallet', SHOP, 5n);
  addBalance(context.state, 'wallet', KIOSK, 7n);
  addBalance(context.state, 'wallet', SHOP, -5n);
  expect([...balances.entries()]).toEqual([[`wallet/${KIOSK}`, 7n]]);
  expect(indexes.walletOrigins).toEqual(new Map([['wallet', new Set([KIOSK])]]));
  addBalance(context.state, 'wallet', KIOSK, -7n);
  expect(indexes.walletOrigins.size + balances.size).toBe(0);
  expect(() => addBalance(context.state, 'wallet', KIOSK, -1n)).toThrow();
});

describe('goods that go back with the value they came with', () => {
  test('that value, but never more than the pool has; the last goods take all', () => {
    enter(context, SHOP, TYPE, 10, min(100), 'dispatch');
    enter(context, KIOSK, TYPE, 1, min(1), 'dispatch');
    expect(withdraw(context, SHOP, TYPE, 2, min(30), 'dispatch')).toBe(min(30));
    expect(pool()).toMatchObject({ amount: 9, value: min(71) });
    expect(withdraw(context, SHOP, TYPE, 1, min(71), 'dispatch')).toBe(min(71));
    expect(pool()).toMatchObject({ amount: 8, value: 0n });
    enter(context, SHOP, TYPE, 1, min(5), 'dispatch');
    expect(withdraw(context, SHOP, TYPE, 1, min(6), 'dispatch')).toBe(min(5));
    enter(context, SHOP, TYPE, 1, min(5), 'dispatch');
    withdraw(context, SHOP, TYPE, 8, 0n, 'dispatch');
    expect(pool()).toMatchObject({ amount: 1, value: min(5) });
    expect(withdraw(context, KIOSK, TYPE, 1, 0n, 'dispatch')).toBe(min(5));
    expect(pool()).toMatchObject({ amount: 0, value: 0n });
  });

  test('more than an outlet has, or the pool, is a bug', () => {
    enter(context, SHOP, TYPE, 10, min(100), 'dispatch');
    enter(context, KIOSK, TYPE, 5, min(1), 'dispatch');
    for (const go of [
      withdraw,
      (...[c, at, type, amount, , cause]: Parameters<typeof withdraw>) => leave(c, at, type, amount, cause),
    ]) {
      expect(() => go(context, SHOP, TYPE, 11, 0n, 'dispatch')).toThrow('more leaves than is there');
      expect(() => go(context, KIOSK, TYPE, 6, 0n, 'dispatch')).toThrow('more leaves than is there');
    }
    // The book of a pool that says less than its outlets': the pool is asked as well.
    context.state.pools.set(`${SHOP}/${TYPE}`, { ...pool(), amount: 4 });
    expect(() => withdraw(context, SHOP, TYPE, 5, 0n, 'dispatch')).toThrow('more leaves than is there');
    expect(() => leave(context, SHOP, TYPE, 5, 'dispatch')).toThrow('more leaves than is there');
  });
});

test('a type without price is told outlet by outlet, holders only, by what each has; a pool without value has nothing to tell', () => {
  enter(context, SHOP, TYPE, 2, min(9), 'dispatch');
  enter(context, KIOSK, TYPE, 1, min(1), 'dispatch');
  told = [];
  const empty = () => emptyValue(context, SHOP, TYPE, ['e'.repeat(64), SHOP, KIOSK], 'vote');
  expect(empty()).toBe(min(10));
  expect(told).toEqual([
    { collective: SHOP, amount: 0n, value: -6_666_666n },
    { collective: KIOSK, amount: 0n, value: -3_333_334n },
  ]);
  told = [];
  const row = pool();
  expect(row).toMatchObject({ amount: 3, value: 0n });
  expect(empty()).toBe(0n);
  expect(told).toEqual([]);
  expect(pool()).toBe(row);
});

test('prices are remembered for the longer of a till’s window and the days in which goods may come back', () => {
  const from = (parameters: Partial<typeof DEFAULT_PARAMETERS>) =>
    (context.time - pricesFrom({ ...context, parameters: { ...DEFAULT_PARAMETERS, ...parameters } }, SHOP)) /
    DAY;
  expect(from({ offlineMax: 30 * DAY, holdMax: 7 * DAY, reverseDays: 30 })).toBe(37);
  expect(from({ offlineMax: 30 * DAY, holdMax: 7 * DAY, reverseDays: 60 })).toBe(60);
  expect(from({ offlineMax: 0, holdMax: 0, reverseDays: 0 })).toBe(0);
});

test('the highest average of the window; of two pools the higher at any time, of equal ones the first’s', () => {
  const at = (day: number, value: number, amount: number) => ({ time: day * DAY, value: min(value), amount });
  const row = { amount: 1, value: min(1), lows: [], highs: [at(10, 9, 1), at(990, 5, 1), at(999, 2, 1)] };
  const found = (day: number) => highest({ ...context, time: day * DAY }, row)?.value;
  expect([found(1_000), found(990 + 36), found(990 + 37), found(999 + 37)]).toEqual([
    min(9),
    min(9),
    min(5),
    min(2),
  ]);
  expect(highest(context, { amount: 0, value: 0n, lows: [] })).toBeUndefined();
  const joined = joinPools(
    { amount: 1, value: min(1), lows: [at(1, 5, 1), at(50, 8, 1)], highs: [at(1, 5, 1), at(60, 3, 1)] },
    { amount: 1, value: min(3), lows: [at(1, 10, 2), at(40, 6, 1)], highs: [at(1, 10, 2), at(40, 4, 1)] },
    100 * DAY,
    0,
  );
  // Both together are 4 over 2 now: cheaper than either ever was.
  expect(joined.lows).toEqual([at(1, 4, 2)]);
  expect(joined.highs).toEqual([at(1, 5, 1), at(60, 4, 1), at(100, 4, 2)]);
});
