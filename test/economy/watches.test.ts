/**
 * Look-ups that follow the tables: after every kind of change they are what a state that was read anew has, and when all rows
 * are gone nothing is left of them. Rows are put by hand; what rules make of them is tested with the rules.
 */
import { beforeEach, expect, test } from 'vitest';
import { rebuildIndexes } from '../../src/economy/indexes.ts';
import { State, type SubsystemRow } from '../../src/economy/state.ts';
import { min } from './world.ts';

const id = (letter: string): string => letter.repeat(64);
const [A, B, C] = [id('a'), id('b'), id('c')];
const [KEYSET, PRODUCTION, BREAD, MILK] = [id('1'), id('2'), id('3'), id('4')];
const NONE = [0, 0, 0, 0, 0, 0, 0, 0, 0];
const ACCOUNTS = { C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n, members: 1 };

const plain = (value: unknown): unknown => {
  if (value instanceof Map)
    return [...value].map(([key, one]) => [key, plain(one)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return value instanceof Set ? [...value].sort() : value;
};
/** All look-ups but those that no table names: trust as a graph, public keys as numbers, changes since the last transaction. */
function lookUps({ indexes }: State): Record<string, unknown> {
  const { neighbours, couponKeys, changes, ...rest } = indexes;
  return Object.fromEntries(Object.entries(rest).map(([name, index]) => [name, plain(index)]));
}
function readAnew(state: State): State {
  const copy = new State();
  for (const [i, table] of state.tables().entries())
    for (const [key, row] of table.entries()) copy.tables()[i]?.restore(key, row);
  rebuildIndexes(copy);
  return copy;
}

let state: State;
const collective = (at: string, ordinal: number, subsystem: string) =>
  state.collectives.set(at, { key: `01${at}`, name: 'one', dispatches: true, ordinal, subsystem });
beforeEach(() => {
  state = new State();
  collective(A, 0, A);
  collective(B, 1, A);
  collective(C, 2, C);
  // Kept by the rules that write these tables, not by watching.
  state.indexes.members.set(A, new Set([A, B])).set(C, new Set([C]));
  for (const at of [A, B, C]) state.indexes.byKey.set(`01${at}`, at);
});
/** What the look-ups are, after a look whether they are those of the tables. */
function now(): State['indexes'] {
  expect(lookUps(state)).toEqual(lookUps(readAnew(state)));
  return state.indexes;
}
const held = (at: string) =>
  Object.fromEntries(Object.entries(now().holdings.get(at) ?? {}).filter(([, value]) => value !== 0n));
const total = (at: string) =>
  Object.fromEntries(Object.entries(now().totals.get(at) ?? {}).filter(([, value]) => value !== 0n));
const open = {
  producer: B,
  estimate: id('5'),
  state: 'open',
  labour: 5n,
  resources: 7n,
  means: 11n,
  mops: 0,
  components: [],
} as const;
/** Rows go in the opposite order in which they came, and nothing is left. */
function allGone(
  ...tables: readonly {
    readonly name: string;
    entries(): Iterable<[string, unknown]>;
    delete(key: string): void;
  }[]
): void {
  const before = lookUps(state);
  expect(before).not.toEqual(EMPTY());
  for (const table of tables.toReversed())
    for (const [key] of [...table.entries()].reverse()) {
      table.delete(key);
      now();
    }
  expect(lookUps(state)).toEqual(EMPTY());
}
const EMPTY = () => {
  const bare = new State();
  for (const [key, row] of state.collectives.entries()) bare.collectives.restore(key, row);
  rebuildIndexes(bare);
  return lookUps(bare);
};

test('workloads: unrevised and for commons, then the share until it is claimed; by revision', () => {
  state.productions.set(PRODUCTION, { ...open, label: 'common' });
  const work = {
    production: PRODUCTION,
    collective: B,
    wallet: 'w',
    minutes: 60,
    day: 1,
    time: 1,
    claimed: false,
  };
  state.workloads.set(id('6'), work);
  state.indexes.uncovered.add(id('6'));
  expect(held(B)).toEqual({ U: min(60), K: min(60) });
  expect(total(A)).toEqual({ U: min(60), K: min(60) });
  state.indexes.uncovered.delete(id('6'));
  state.workloads.set(id('6'), { ...work, revision: id('9'), share: 7n });
  expect(held(B)).toEqual({ P: 7n });
  expect(now().covered).toEqual(new Map([[id('9'), new Set([id('6')])]]));
  state.workloads.set(id('7'), { ...work, revision: id('9'), share: 5n });
  expect(now().covered).toEqual(new Map([[id('9'), new Set([id('6'), id('7')])]]));
  state.workloads.set(id('6'), { ...work, revision: id('9'), share: 7n, claimed: true });
  expect(held(B)).toEqual({ P: 5n });
  expect(now().covered.get(id('9'))?.size).toBe(2);
  allGone(state.productions, state.workloads);
});

test('balances, clearing, pools: added where they hang, and to the subsystem', () => {
  state.balances.set(`w/${B}`, 5n);
  state.indexes.walletOrigins.set('w', new Set([B]));
  state.clearing.set(B, -3n);
  state.pools.set(`${A}/${BREAD}`, { amount: 2, value: 9n, lows: [] });
  state.indexes.pools.set(A, new Set([BREAD]));
  expect(held(B)).toEqual({ B: 5n, Z: -3n });
  expect(total(A)).toEqual({ B: 5n, Z: -3n, G: 9n });
  state.balances.set(`w/${B}`, 4n);
  state.clearing.set(B, 1n);
  state.pools.set(`${A}/${BREAD}`, { amount: 2, value: 4n, lows: [] });
  expect(total(A)).toEqual({ B: 4n, Z: 1n, G: 4n });
  for (const index of [state.indexes.walletOrigins, state.indexes.pools]) index.clear();
  for (const [table, key] of [
    [state.balances, `w/${B}`],
    [state.clearing, B],
    [state.pools, `${A}/${BREAD}`],
  ] as const)
    table.delete(key);
  expect(lookUps(state)).toEqual(EMPTY());
});

test('lots: with their owner and under their type, whoever gets them; productions: what is in work', () => {
  const lot = { type: BREAD, amount: 1, value: 9n, owner: A, label: 'exclusive', origin: id('8') } as const;
  state.lots.set(id('6'), lot);
  state.lots.set(id('7'), { ...lot, value: 1n });
  expect(held(A)).toEqual({ G: 10n });
  state.lots.set(id('6'), { ...lot, value: 8n });
  expect(held(A)).toEqual({ G: 9n });
  state.lots.set(id('6'), { ...lot, owner: C });
  expect([held(A), held(C)]).toEqual([{ G: 1n }, { G: 9n }]);
  state.lots.set(id('6'), { ...lot, owner: C, label: 'common' });
  expect(held(C)).toEqual({});
  expect(now().lotsOf).toEqual(new Map([[BREAD, new Set([id('6'), id('7')])]]));
  state.lots.set(id('6'), { ...lot, type: MILK });
  expect(now().lotsOf.get(MILK)).toEqual(new Set([id('6')]));
  state.productions.set(PRODUCTION, { ...open, label: 'exclusive' });
  expect(held(B)).toEqual({ G: 23n });
  state.productions.set(PRODUCTION, { ...open, label: 'exclusive', state: 'done' });
  expect(held(B)).toEqual({});
  state.productions.set(PRODUCTION, { ...open, label: 'exclusive', means: 0n });
  allGone(state.lots, state.productions);
});

test('coupons: issued and not gone, and what waits for its issue, with the office; loads by origin until they are cancelled', () => {
  const keyset = {
    office: B,
    keys: [],
    published: 1,
    issued: NONE.with(3, 4),
    redeemed: NONE.with(3, 1),
    refreshed: NONE,
    recouped: NONE,
    wasted: NONE.with(3, 1),
  };
  state.keysets.set(KEYSET, keyset);
  expect(held(B)).toEqual({ O: min(16) });
  state.keysets.set(KEYSET, { ...keyset, issued: NONE });
  expect(held(B)).toEqual({ O: -min(16) });
  state.keysets.set(KEYSET, { ...keyset, redeemed: NONE, wasted: NONE, issued: NONE });
  expect(held(B)).toEqual({});
  const owed = { keyset: KEYSET, blinded: [], height: 1 };
  const load = {
    ...owed,
    wallet: 'w',
    packs: 2,
    taken: [
      { origin: A, value: 6n },
      { origin: C, value: 4n },
    ],
  };
  state.loads.set(id('6'), load);
  state.loads.set(id('7'), { ...load, packs: 1, taken: [{ origin: A, value: 1n }] });
  expect(held(B)).toEqual({ O: min(900) });
  expect(now().loadedAt).toEqual(
    new Map([
      [
        B,
        new Map([
          [A, 7n],
          [C, 4n],
        ]),
      ],
    ]),
  );
  state.loads.set(id('6'), { ...load, signatures: [] });
  expect(held(B)).toEqual({ O: min(300) });
  expect(now().loadedAt.get(B)?.get(A)).toBe(7n);
  state.loads.set(id('6'), { ...load, cancelled: true });
  expect(now().loadedAt).toEqual(new Map([[B, new Map([[A, 1n]])]]));
  state.loads.set(id('7'), { ...load, packs: 1, taken: [{ origin: A, value: 1n }], cancelled: true });
  expect(now().loadedAt).toEqual(new Map());
  expect(held(B)).toEqual({});
  const coupon = { keyset: KEYSET, key: 'k', serial: id('8') };
  const refresh = {
    ...owed,
    packs: 0,
    issueFrom: 1,
    ordinal: 0,
    coupons: [
      { ...coupon, exponent: 3 },
      { ...coupon, exponent: 1 },
    ],
  };
  state.refreshes.set(id('6'), refresh);
  const back = { ...owed, outlet: A, minutes: 7, goods: [], day: 1 };
  state.takeBacks.set(id('7'), back);
  expect(held(B)).toEqual({ O: min(17) });
  state.refreshes.set(id('6'), { ...refresh, closed: 'void' });
  expect(held(B)).toEqual({ O: min(7) });
  state.takeBacks.set(id('7'), { ...back, signatures: [] });
  expect(held(B)).toEqual({});
  state.loads.set(id('6'), load);
  state.refreshes.set(id('6'), refresh);
  state.takeBacks.set(id('7'), back);
  expect(held(B)).toEqual({ O: min(617) });
  allGone(state.keysets, state.loads, state.refreshes, state.takeBacks);
});

test('a collective that moves takes with it what hangs on it', () => {
  state.clearing.set(B, 3n);
  state.clearing.set(A, 4n);
  collective(B, 1, C);
  state.indexes.members.set(A, new Set([A])).set(C, new Set([B, C]));
  expect([total(A), total(C)]).toEqual([{ Z: 4n }, { Z: 3n }]);
  collective(B, 1, A);
  state.indexes.members.set(A, new Set([A, B])).set(C, new Set([C]));
  expect([total(A), total(C)]).toEqual([{ Z: 7n }, {}]);
  state.collectives.delete(B);
  state.indexes.members.set(A, new Set([A]));
  state.indexes.byKey.delete(`01${B}`);
  expect(total(A)).toEqual({ Z: 4n });
});

test('what accounts change by is noted until a transaction is recorded; a reading anew notes nothing', () => {
  const set = (row: Partial<SubsystemRow>) => state.subsystems.set(A, { ...ACCOUNTS, ...row });
  set({ C: 5n, Q: -1n });
  expect(state.indexes.changes).toEqual(new Map([[A, { C: 5n, W: 0n, D: 0n, Q: -1n, R: 0n }]]));
  set({ C: 7n, W: 1n, D: 2n, R: 3n });
  expect(state.indexes.changes.get(A)).toEqual({ C: 7n, W: 1n, D: 2n, Q: 0n, R: 3n });
  expect(readAnew(state).indexes.changes).toEqual(new Map());
  state.subsystems.delete(A);
  expect(state.indexes.changes.get(A)).toEqual({ C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n });
});

test('stock, grace, proposals, parameters, contributions: by what they are asked for', () => {
  const stock = { amount: 1, told: 1n, history: [], corrections: [] };
  for (const [at, type] of [
    [A, BREAD],
    [A, MILK],
    [C, BREAD],
  ])
    state.stock.set(`${at}/${type}`, stock);
  state.stock.set(`${A}/${BREAD}`, { ...stock, amount: 9 });
  expect(now().stockOf.get(A)?.get(BREAD)?.amount).toBe(9);
  expect(now().stockOf.get(A)?.size).toBe(2);
  state.grace.set(`${A}/${C}`, { until: 1, left: 5n });
  state.grace.set(`${A}/${C}`, { until: 1, left: 4n });
  state.grace.set(`${A}/${B}`, { until: 1, left: 4n });
  expect(now().grace).toEqual(new Map([[A, new Set([C, B])]]));
  const proposal = {
    subsystem: A,
    by: A,
    subject: { about: 'production', estimate: id('5') },
    until: 1,
    month: 1,
    voters: 2,
    yes: 0,
    no: 0,
    state: 'open',
  } as const;
  state.proposals.set(id('6'), proposal);
  state.proposals.set(id('7'), proposal);
  state.proposals.set(id('6'), { ...proposal, state: 'lapsed' });
  expect(now().openProposals).toEqual(new Set([id('7')]));
  state.parameters.set(`${A}/k`, '5');
  state.parameters.set(`${A}/limit`, '1/5');
  state.parameters.set(`${A}/k`, '6');
  expect(now().parameters).toEqual(new Map([[A, { k: 6, limit: { num: 1n, den: 5n } }]]));
  state.parameters.delete(`${A}/k`);
  expect(now().parameters).toEqual(new Map([[A, { limit: { num: 1n, den: 5n } }]]));
  allGone(state.stock, state.grace, state.proposals, state.parameters);
  for (const account of ['C', 'W', 'C'])
    state.contributions.set(`${A}/9/${id('6')}/${account}`, { value: 1n, reason: 'x' });
  expect(now().contributions).toEqual(
    new Map([[`${A}/9`, new Set([`${A}/9/${id('6')}/C`, `${A}/9/${id('6')}/W`])]]),
  );
});

test('a reading anew begins from nothing, whatever the look-ups said', () => {
  state.clearing.set(B, 3n);
  const before = lookUps(state);
  state.indexes.members.set(id('d'), new Set([A]));
  state.indexes.openProposals.add(id('e'));
  state.indexes.uncovered.add(id('e'));
  state.indexes.couponKeys.set(id('e'), []);
  rebuildIndexes(state);
  expect(lookUps(state)).toEqual(before);
  expect(state.indexes.couponKeys.size).toBe(0);
  rebuildIndexes(state);
  expect(lookUps(state)).toEqual(before);
});
