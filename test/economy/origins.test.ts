/** Where minutes leave a wallet and where they come back to: oldest origin first, nothing taken that is not needed. */
import { beforeEach, expect, test } from 'vitest';
import { addBalance } from '../../src/economy/accounts.ts';
import { giveBack, partOf, settle, takeFrom } from '../../src/economy/origins.ts';
import { State } from '../../src/economy/state.ts';

const WALLET = `01${'e'.repeat(64)}`;
const [OLD, YOUNG, AWAY] = ['c', 'a', 'b'].map((letter) => letter.repeat(64)) as [string, string, string];
const NOTHING = { C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n };

let state: State;
beforeEach(() => {
  state = new State();
  for (const [ordinal, [id, subsystem]] of [
    [OLD, OLD],
    [YOUNG, OLD],
    [AWAY, AWAY],
  ].entries())
    state.collectives.set(id as string, {
      key: `01${id}`,
      name: 'one',
      dispatches: false,
      ordinal,
      subsystem: subsystem as string,
    });
  for (const [id, members] of [
    [OLD, 2],
    [AWAY, 1],
  ] as const)
    state.subsystems.set(id, { ...NOTHING, members });
  for (const origin of [YOUNG, AWAY, OLD]) addBalance(state, WALLET, origin, 10n);
});
const take = (need: bigint, subsystem = OLD) => takeFrom(state, WALLET, subsystem, need);

test('the oldest origin of the subsystem first, the next only for what is left', () => {
  expect(take(4n)).toEqual([{ origin: OLD, value: 4n }]);
  expect(take(10n)).toEqual([{ origin: OLD, value: 10n }]);
  expect(take(11n)).toEqual([
    { origin: OLD, value: 10n },
    { origin: YOUNG, value: 1n },
  ]);
  expect(take(20n)).toHaveLength(2);
  expect(take(21n)).toBeUndefined();
  expect(take(0n)).toEqual([]);
  expect(take(10n, AWAY)).toEqual([{ origin: AWAY, value: 10n }]);
  expect(takeFrom(state, 'nobody', OLD, 1n)).toBeUndefined();
  expect(takeFrom(state, 'nobody', OLD, 0n)).toEqual([]);
});

test('a part of what was taken, by its place in the sum; origins of which nothing is in it are not named', () => {
  const taken = [
    { origin: OLD, value: 10n },
    { origin: YOUNG, value: 5n },
    { origin: AWAY, value: 1n },
  ];
  const part = (from: bigint, to: bigint) =>
    partOf(taken, from, to).map(({ origin, value }) => [taken.findIndex((t) => t.origin === origin), value]);
  expect(part(0n, 16n)).toEqual([
    [0, 10n],
    [1, 5n],
    [2, 1n],
  ]);
  expect(part(0n, 10n)).toEqual([[0, 10n]]);
  expect(part(10n, 15n)).toEqual([[1, 5n]]);
  expect(part(9n, 11n)).toEqual([
    [0, 1n],
    [1, 1n],
  ]);
  expect(part(15n, 16n)).toEqual([[2, 1n]]);
  expect(part(3n, 3n)).toEqual([]);
});

test('what crosses from one subsystem’s books to another’s is settled in Q of both, and only then', () => {
  const rows = () => [OLD, AWAY].map((id) => state.subsystems.get(id)?.Q);
  settle(state, OLD, AWAY, 7n);
  expect(rows()).toEqual([-7n, 7n]);
  settle(state, OLD, OLD, 7n);
  expect(rows()).toEqual([-7n, 7n]);
  giveBack(
    state,
    WALLET,
    [
      { origin: YOUNG, value: 3n },
      { origin: AWAY, value: 2n },
    ],
    AWAY,
  );
  expect(rows()).toEqual([-4n, 4n]);
  expect(state.balances.get(`${WALLET}/${YOUNG}`)).toBe(13n);
  expect(state.balances.get(`${WALLET}/${AWAY}`)).toBe(12n);
});
