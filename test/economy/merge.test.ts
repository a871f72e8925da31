/** Whose rules hold after a merge, row by row and in the order in which they are told (§2.1); when pools fit together. */
import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { joinedPools } from '../../src/economy/merge.ts';
import { State } from '../../src/economy/state.ts';
import type { Id } from '../../src/economy/transaction.ts';
import { POOL_AMOUNT_MAX } from '../../src/limits.ts';
import { BREAD, FLOUR, MILK, typeOf, World } from './world.ts';

/** «old» alone and «b» with «c»; or with `bigger` old, «old» has two more. */
function parts(bigger: 'old' | 'b'): World {
  const w = new World();
  for (const name of ['old', 'b', 'c', 'd', 'e']) w.register(name);
  w.trust('b', 'c');
  if (bigger === 'old') for (const name of ['d', 'e']) w.trust('old', name);
  return w;
}
function join(w: World): readonly LedgerEvent[] {
  const [a, b] = [w.id('old'), w.id('b')].sort() as [Id, Id];
  return w.send({ kind: 'establish_trust', a, b }, 'old', 'b').events;
}
const labelled = (events: readonly LedgerEvent[]) =>
  events.flatMap((e) => (e.kind === 'labelled' ? [[e.subsystem, e.type, e.label]] : []));

test.each(['old', 'b'] as const)('labels are those of the part with more members: %s', (bigger) => {
  const w = parts(bigger);
  const [old, b] = [w.id('old'), w.id('b')];
  const [ours, theirs] = bigger === 'old' ? ['old', 'b'] : ['b', 'old'];
  w.makeCommon(ours as string, MILK, FLOUR);
  w.makeCommon(theirs as string, BREAD, MILK);
  const events = join(w);
  expect(w.state.collectives.get(b)?.subsystem).toBe(old);
  expect([...w.state.labels.entries()].sort()).toEqual(
    [MILK, FLOUR].map((product) => [`${old}/${typeOf(product)}`, 'common']).sort(),
  );
  expect(w.state.indexes.labels).toEqual(new Map([[old, new Set([typeOf(MILK), typeOf(FLOUR)])]]));
  const changed = [
    [old, typeOf(BREAD), 'exclusive'],
    [old, typeOf(FLOUR), 'common'],
  ];
  expect(labelled(events)).toEqual(changed.sort(([, a], [, b]) => ((a as string) < (b as string) ? -1 : 1)));
});

test('a bigger part without commons leaves none, not even a place for them', () => {
  const w = parts('b');
  w.makeCommon('old', BREAD);
  const events = join(w);
  expect([...w.state.labels.entries()]).toEqual([]);
  expect(w.state.indexes.labels).toEqual(new Map());
  expect(labelled(events)).toEqual([[w.id('old'), typeOf(BREAD), 'exclusive']]);
});

test.each(['old', 'b'] as const)(
  'parameters are those of the part with more members, and only what changes is told: %s',
  (bigger) => {
    const w = parts(bigger);
    const [old, b] = [w.id('old'), w.id('b')];
    const [ours, theirs] = bigger === 'old' ? [old, b] : [b, old];
    for (const [name, value] of [
      ['reverseDays', '9'],
      ['limit', '1/5'],
      ['grace', '7'],
      ['beyondMax', '3'],
    ])
      w.byHand().parameters.set(`${ours}/${name}`, value as string);
    for (const [name, value] of [
      ['reverseDays', '9'],
      ['k', '7'],
      ['grace', '8'],
      ['holdMax', '8'],
    ])
      w.state.parameters.set(`${theirs}/${name}`, value as string);
    const told = join(w).flatMap((e) =>
      e.kind === 'parameter' ? [[e.subsystem, e.parameter, e.value]] : [],
    );
    expect(told).toEqual(
      bigger === 'old'
        ? []
        : [
            [old, 'holdMax', undefined],
            [old, 'k', undefined],
            [old, 'beyondMax', '3'],
            [old, 'grace', '7'],
            [old, 'limit', '1/5'],
          ],
    );
    expect([...w.state.parameters.entries()].sort()).toEqual([
      [`${old}/beyondMax`, '3'],
      [`${old}/grace`, '7'],
      [`${old}/limit`, '1/5'],
      [`${old}/reverseDays`, '9'],
    ]);
  },
);

test('pools fit together up to the limit, each type alone; inside one subsystem there is nothing to add', () => {
  const state = new State();
  const [a, b] = ['a', 'b'].map((letter) => letter.repeat(64)) as [Id, Id];
  for (const [ordinal, id] of [a, b].entries())
    state.collectives.set(id, { key: `01${id}`, name: 'one', dispatches: true, ordinal, subsystem: id });
  const pool = (subsystem: Id, type: string, amount: number) => {
    state.pools.set(`${subsystem}/${type}`, { amount, value: 0n, lows: [] });
    state.indexes.pools.set(subsystem, (state.indexes.pools.get(subsystem) ?? new Set<Id>()).add(type));
  };
  expect(joinedPools(state, a, b)).toBe(true);
  pool(a, 'bread', POOL_AMOUNT_MAX);
  pool(a, 'milk', 1);
  expect(joinedPools(state, a, b)).toBe(true);
  pool(b, 'milk', POOL_AMOUNT_MAX - 1);
  expect(joinedPools(state, a, b)).toBe(true);
  pool(b, 'milk', POOL_AMOUNT_MAX);
  expect([joinedPools(state, a, b), joinedPools(state, b, a)]).toEqual([false, false]);
  expect(joinedPools(state, a, a)).toBe(true);
});
