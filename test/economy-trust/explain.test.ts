/** «Tax explained» (§6.3): a, c, w, settlement and debt of a revision, and the transactions that made them. */
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { type Explanation, explainRevision, type Line } from '../../src/economy/explain.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id } from '../../src/economy/transaction.ts';
import {
  BREAD,
  DAY,
  FLOUR,
  MILK,
  MONTH_END,
  min,
  NOON,
  revisionOf,
  typeOf,
  World,
} from '../economy/world.ts';
import { restored } from '../histories/twin.ts';
import { Loaded } from './loaded.ts';

const DECEMBER_END = Date.parse('2026-12-31T23:59:59Z') / 1000;
const JANUARY_END = Date.parse('2027-01-31T23:59:59Z') / 1000;

const sum = (lines: readonly Line[]) => lines.reduce((total, { value }) => total + value, 0n);

/** Explained, and every figure the sum of its lines. */
function explained(state: State, revision: Id): Explanation {
  const found = explainRevision(state, nodeCrypto, revision);
  if (found === undefined) throw new Error('no such revision');
  const { row, workloads, labour, c, w, rounding, settlement } = found;
  expect(sum(workloads)).toBe(row.a);
  expect(sum(labour) + sum(c)).toBe(row.c);
  expect(sum(w) - sum(rounding)).toBe(row.w);
  expect(sum(settlement)).toBe(row.settlement);
  expect(row.debt).toBe(row.debtBefore + row.c + row.w - row.tax + row.settlement);
  return found;
}

function lose(w: World, name: string, amount: number): Id {
  const book = w.state.stock.get(`${w.id(name)}/${typeOf(BREAD)}`)?.amount ?? 0;
  const { height } = w.block;
  w.at(w.block.time);
  const lines = [{ type: typeOf(BREAD), height, amount: book - amount }];
  return w.do({ kind: 'count', outlet: w.id(name), lines }, name);
}

describe('a month', () => {
  test('labour, a repurposed material, a shortage and what a sale rounded, each under its transaction', () => {
    const w = new World();
    const shop = w.register('shop', true);
    w.makeCommon('shop', MILK);
    const common = w.start('shop', MILK);
    const milking = w.work('shop', common, 'ben', 60);
    const [flour] = w.make('shop', 30, 'anna', FLOUR) as [Id];
    const use = {
      kind: 'allocate_resource',
      production: common,
      lot: flour,
      amount: 10,
      repurpose: true,
    } as const;
    const repurposed = w.do(use, 'shop');
    const [bread] = w.make('shop', 33, 'anna', BREAD) as [Id];
    w.do({ kind: 'transfer', lot: bread, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    const lost = lose(w, 'shop', 1);
    const goods = [{ type: typeOf(BREAD), amount: 1 }];
    const sold = w.do({ kind: 'hand_over', outlet: shop, goods, charged: 4, sales: 1 }, 'shop');
    w.at(MONTH_END + 1);
    const found = explained(w.state, revisionOf(shop));
    expect(found.workloads.map(({ value }) => value).sort()).toEqual([min(30), min(33), min(60)]);
    expect(found.labour).toEqual([{ by: milking, reason: 'allocate_workload', value: min(60) }]);
    expect(found.c).toEqual([{ by: repurposed, reason: 'allocate_resource', value: min(30) }]);
    expect(found.w).toEqual([{ by: lost, reason: 'count', value: 3_300_000n }]);
    expect(found.rounding).toEqual([{ by: sold, reason: 'hand_over', value: 700_000n }]);
    expect(found.row).toMatchObject({ a: min(123), c: min(90), w: 2_600_000n, limit: 12_300_000n });
    expect(explainRevision(w.state, nodeCrypto, shop)).toBeUndefined();
    // The last second of a month belongs to it, also when the chain began in that second.
    w.byHand().meta.set('genesis_time', String(MONTH_END));
    expect(explained(w.state, revisionOf(shop))).toEqual(found);
  });

  test('workloads stand by time, then by id, whatever the order of the rows', () => {
    const w = new World();
    const shop = w.register('shop');
    const production = w.start('shop', BREAD);
    const at = (time: number) => {
      w.at(time);
      const names = ['anna', 'ben', 'cleo', 'dora', 'emil'];
      return names.map((name) => w.work('shop', production, name, 10)).sort();
    };
    const inOrder = [...at(NOON), ...at(NOON + 60), ...at(NOON + 2 * DAY)];
    w.at(MONTH_END + 1);
    for (const state of [w.state, restored(w.state)])
      expect(explained(state, revisionOf(shop)).workloads.map(({ by }) => by)).toEqual(inOrder);
  });

  test('what rounding left is the next month’s, from the revision that left it; months without a revision count', () => {
    const w = new World();
    const shop = w.register('shop', true);
    w.makeCommon('shop', MILK);
    for (const product of [BREAD, BREAD, MILK]) w.work('shop', w.start('shop', product), 'anna', 100);
    w.at(MONTH_END + 1);
    expect(explained(w.state, revisionOf(shop)).rounding).toEqual([]);
    // December passes with a block and nothing to revise but those two micro-minutes.
    w.at(DECEMBER_END + 1);
    const left = { by: revisionOf(shop), reason: 'revision', value: 2n };
    expect(explained(w.state, revisionOf(shop, DECEMBER_END)).rounding).toEqual([left]);
    w.work('shop', w.start('shop', MILK), 'anna', 10);
    w.at(JANUARY_END + 1);
    const january = explained(w.state, revisionOf(shop, JANUARY_END));
    expect(january.rounding).toEqual([]);
    expect(january.row).toMatchObject({ debtBefore: -2n, c: min(10) });
  });

  test('a debt that a merge brought stands under the merge', () => {
    const w = new World();
    w.register('mill');
    w.register('shop', true);
    w.makeCommon('shop', MILK);
    for (const product of [BREAD, BREAD, MILK]) w.work('shop', w.start('shop', product), 'anna', 100);
    w.at(MONTH_END + 1);
    w.at(DECEMBER_END + 1);
    const [a, b] = [w.id('mill'), w.id('shop')].sort() as [Id, Id];
    const merge = w.do({ kind: 'establish_trust', a, b }, 'mill', 'shop');
    w.work('shop', w.start('shop', MILK), 'anna', 10);
    w.at(JANUARY_END + 1);
    expect(explained(w.state, revisionOf(w.id('mill'), JANUARY_END)).debt).toEqual([
      { by: merge, reason: 'establish_trust', value: -2n },
    ]);
  });

  test('a clearing that was booked stands under its outlet', () => {
    const w = new World();
    const shop = w.register('shop', true);
    const [bread] = w.make('shop', 100, 'anna', BREAD) as [Id];
    w.do({ kind: 'transfer', lot: bread, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    const goods = [{ type: typeOf(BREAD), amount: 3 }];
    w.do({ kind: 'hand_over', outlet: shop, goods, charged: 30, sales: 3 }, 'shop');
    w.at(MONTH_END + 1);
    w.at(NOON + 20 * DAY);
    w.at(DECEMBER_END + 1);
    expect(explained(w.state, revisionOf(shop, DECEMBER_END)).w).toEqual([
      { by: shop, reason: 'clearing', value: min(30) },
    ]);
  });

  test('a split and a merge: one line each for what they brought or took', () => {
    const w = new World();
    for (const name of ['mill', 'shop', 'farm']) w.register(name, name === 'shop');
    w.trust('mill', 'shop');
    w.makeCommon('mill', MILK);
    w.work('mill', w.start('mill', MILK), 'anna', 100);
    const [bread] = w.make('shop', 50, 'ben', BREAD) as [Id];
    const shop = w.id('shop');
    w.do({ kind: 'transfer', lot: bread, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    const lost = lose(w, 'shop', 3);
    const [a, b] = [w.id('mill'), shop].sort() as [Id, Id];
    const split = w.do({ kind: 'cancel_trust', a, b }, 'shop');
    w.trust('shop', 'farm');
    w.at(MONTH_END + 1);
    const mill = explained(w.state, revisionOf(w.id('mill')));
    // c 100 and w 15 of 150: two thirds stay. The mill's own labour explains 100 of its c, so the split took 33.3 of it.
    const part = (value: bigint) => ({ by: split, reason: 'cancel_trust', value });
    expect(mill.labour.map(({ value }) => value)).toEqual([min(100)]);
    expect(mill.c).toEqual([part(-33_333_333n)]);
    expect(mill.w.toSorted((x, y) => (x.reason < y.reason ? -1 : 1))).toEqual([
      part(min(-5)),
      { by: lost, reason: 'count', value: min(15) },
    ]);
    expect(mill.settlement).toEqual([part(23_333_333n)]);
    const ours = explained(w.state, revisionOf(shop));
    expect(ours.row.subsystem).toBe(shop);
    expect(ours.labour).toEqual([]);
    expect(ours.c).toEqual([part(33_333_333n)]);
    expect(ours.w).toEqual([part(min(5))]);
    expect(ours.settlement).toEqual([part(-23_333_333n)]);
    expect([mill.debt, ours.debt]).toEqual([[], []]);
  });
});

test('random graphs with everything on them: every revision is explained to the micro-minute, also after a restore', () => {
  let [revisions, both] = [0, 0];
  for (const seed of [1, 2, 3]) {
    const world = new Loaded(seed, 20);
    // What the test put in by hand no transaction explains: the first revision takes it away.
    world.next(9);
    const first = world.state.revisions.size;
    for (let i = 0; i < 150; i++) {
      if (world.below(12) === 0) world.next(world.below(12));
      const edge = [...world.state.trusts.entries()][world.below(world.state.trusts.size)]?.[0];
      const [a = '', b = ''] = edge?.split('/') ?? [];
      if (world.below(5) < 2 && edge !== undefined) world.trust('cancel_trust', a, b);
      else
        world.trust(
          'establish_trust',
          world.members[world.below(20)] ?? '',
          world.members[world.below(20)] ?? '',
        );
    }
    world.next(31);
    const rows = [...world.state.revisions.entries()].slice(first);
    const copy = restored(world.state);
    expect(copy.indexes).toEqual(world.state.indexes);
    for (const [id] of rows) {
      expect(explained(copy, id)).toEqual(explained(world.state, id));
      revisions += 1;
    }
    // A transaction that moved accounts of two subsystems tells of the one with the lesser id first.
    let last = ['', ''] as readonly string[];
    for (const [at] of world.state.contributions.entries()) {
      const [subsystem = '', , by = ''] = at.split('/');
      if (by === last[1] && subsystem !== last[0]) {
        expect(subsystem > (last[0] ?? '')).toBe(true);
        both += 1;
      }
      last = [subsystem, by];
    }
  }
  expect(revisions).toBeGreaterThan(20);
  expect(both).toBeGreaterThan(20);
});
