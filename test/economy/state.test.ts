/** A state's tables: their names, which are those on disk and in the state's hash, and what a table tells its watcher. */
import { describe, expect, test } from 'vitest';
import { IdRows } from '../../src/economy/id-rows.ts';
import { State, Table } from '../../src/economy/state.ts';

test('the tables in their order, by the names that stand on disk and in every state hash', () => {
  expect(new State().tables().map(({ name }) => name)).toEqual([
    'meta',
    'collectives',
    'subsystems',
    'trusts',
    'types',
    'labels',
    'lots',
    'orders',
    'estimates',
    'productions',
    'workloads',
    'wallet_days',
    'revisions',
    'balances',
    'clearing',
    'pools',
    'stock',
    'keysets',
    'live_keysets',
    'batches',
    'delegates',
    'loads',
    'blinded',
    'announcements',
    'serials',
    'transactions',
    'announced',
    'clearing_lows',
    'clearing_booked',
    'write_offs',
    'deliveries',
    'accepted_productions',
    'proposals',
    'votes',
    'worked',
    'parameters',
    'grace',
    'contributions',
    'refreshes',
    'take_backs',
    'recoups',
    'redeemed_days',
  ]);
});

const ID = 'a'.repeat(64);
describe.each([
  ['a map', () => new Table<number>('numbers')],
  ['ids', () => new Table<number>('numbers', new IdRows<number>())],
])('a table over %s', (_, make) => {
  test('tells its watcher rows as they were and as they are; a restore tells nothing until it is told again', () => {
    const table = make();
    const told: unknown[] = [];
    table.retell();
    table.watch({ changed: (...change) => told.push(change) });
    const tells = (act: () => void): unknown[] => {
      act();
      return told.splice(0);
    };
    expect(tells(() => table.set(ID, 1))).toEqual([[ID, undefined, 1]]);
    expect(tells(() => table.set(ID, 2))).toEqual([[ID, 1, 2]]);
    expect([table.get(ID), table.has(ID), table.size]).toEqual([2, true, 1]);
    expect(tells(() => table.delete(ID))).toEqual([[ID, 2, undefined]]);
    expect(tells(() => table.delete(ID))).toEqual([]);
    expect([table.get(ID), table.has(ID), table.size]).toEqual([undefined, false, 0]);
    expect(tells(() => table.restore(ID, 3))).toEqual([]);
    expect([...table.entries()]).toEqual([[ID, 3]]);
    expect(tells(() => table.retell())).toEqual([[ID, undefined, 3]]);
  });

  test('keeps what happened since it was drained: rows as they were, and rows that were not there', () => {
    const table = make();
    const other = 'b'.repeat(64);
    const happened = () => ({ changed: [...table.changed], born: [...table.born], idle: table.idle });
    table.restore(ID, 1);
    expect(happened()).toEqual({ changed: [], born: [], idle: true });
    table.set(ID, 2);
    table.set(ID, 3);
    expect(happened()).toEqual({ changed: [[ID, 1]], born: [], idle: false });
    table.set(other, 1);
    table.set(other, 2);
    expect(happened()).toEqual({ changed: [[ID, 1]], born: [[other, 2]], idle: false });
    table.drained();
    expect(happened()).toEqual({ changed: [], born: [], idle: true });
    // Went and came back: it was there, and it is new at the end of the rows.
    table.delete(ID);
    expect(happened()).toEqual({ changed: [[ID, 3]], born: [], idle: false });
    table.set(ID, 4);
    expect(happened()).toEqual({ changed: [[ID, 3]], born: [[ID, 4]], idle: false });
    expect([...table.entries()].map(([key]) => key)).toEqual([other, ID]);
    table.drained();
    // Came and went: nothing happened.
    table.set('c'.repeat(64), 1);
    table.delete('c'.repeat(64));
    table.delete('d'.repeat(64));
    expect(happened()).toEqual({ changed: [], born: [], idle: true });
  });
});
