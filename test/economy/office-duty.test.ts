/** What waits for an office, by hand: which rows are its own, which are open, and in which order they come. */
import { beforeEach, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import { issueFor, openIssues, openLoads } from '../../src/economy/office-duty.ts';
import { State } from '../../src/economy/state.ts';

const [OFFICE, OTHER] = ['a', 'b'].map((letter) => letter.repeat(64)) as [string, string];
const NONE = [0, 0, 0, 0, 0, 0, 0, 0, 0];
const NOW = 1_000;

let state: State;
beforeEach(() => {
  state = new State();
  const counts = { issued: NONE, redeemed: NONE, refreshed: NONE, recouped: NONE, wasted: NONE };
  for (const [keyset, office] of [
    ['mine', OFFICE],
    ['theirs', OTHER],
    ['revoked', OFFICE],
  ] as const) {
    const row = { office, keys: [], published: 1, ...counts };
    state.keysets.set(keyset, keyset === 'revoked' ? { ...row, revoked: { time: 1, ordinal: 0 } } : row);
  }
  const load = { wallet: 'w', keyset: 'mine', packs: 1, blinded: [], taken: [], height: 5 };
  state.loads.set('d', load);
  state.loads.set('f', { ...load, height: 3 });
  state.loads.set('c', { ...load, height: 3 });
  state.loads.set('e', { ...load, height: 3 });
  state.loads.set('g', { ...load, height: 9 });
  state.loads.set('issued', { ...load, height: 1, signatures: [] });
  state.loads.set('cancelled', { ...load, height: 1, cancelled: true });
  state.loads.set('other', { ...load, height: 1, keyset: 'theirs' });
  state.loads.set('none', { ...load, height: 1, keyset: 'nobody' });
  state.loads.set('late', { ...load, height: 9, keyset: 'revoked' });
});

test('loads of this office that wait, oldest block first, then by id', () => {
  expect(openLoads(state, OFFICE)).toEqual(['c', 'e', 'f', 'd', 'g', 'late']);
  expect(openLoads(state, OTHER)).toEqual(['other']);
  expect(openLoads(state, 'f'.repeat(64))).toEqual([]);
});

test('all that may be issued now: no revoked keyset, no refresh that must wait; in one order over the three kinds', () => {
  const refresh = {
    keyset: 'mine',
    packs: 1,
    blinded: [],
    height: 3,
    issueFrom: NOW,
    ordinal: 0,
    coupons: [],
  };
  state.refreshes.set('h', refresh);
  state.refreshes.set('b', { ...refresh, height: 4 });
  state.refreshes.set('wait', { ...refresh, issueFrom: NOW + 1 });
  state.refreshes.set('void', { ...refresh, closed: 'void' });
  state.refreshes.set('no', { ...refresh, keyset: 'nobody' });
  const back = { keyset: 'mine', outlet: OTHER, minutes: 7, goods: [], blinded: [], height: 4, day: 1 };
  state.takeBacks.set('a', back);
  state.takeBacks.set('x', { ...back, height: 1 });
  state.takeBacks.set('y', { ...back, keyset: 'theirs' });
  expect(openIssues(state, OFFICE, NOW)).toEqual(['x', 'c', 'e', 'f', 'h', 'a', 'b', 'd', 'g']);
  expect(openIssues(state, OFFICE, NOW - 1)).toEqual(['x', 'c', 'e', 'f', 'a', 'd', 'g']);
  expect(openIssues(state, OTHER, NOW)).toEqual(['other', 'y']);
});

test('a signature that cannot be made is told by its number and reason', () => {
  const blinded = [new Uint8Array(256).fill(0xff)];
  expect(issueFor(nodeCrypto, 'chain', [], 'id', { packs: 1, blinded })).toEqual({
    ok: false,
    refusal: 'signing_failure',
    detail: 'number 0: no key',
  });
  // Nothing is computed with it: the blinded message is not below n.
  const key = { n: 2n ** 2047n, e: 65_537n } as unknown as RsaPrivateKey;
  expect(issueFor(nodeCrypto, 'chain', [key], 'id', { exponents: [0], blinded })).toEqual({
    ok: false,
    refusal: 'signing_failure',
    detail: 'number 0: out_of_range',
  });
  expect(issueFor(nodeCrypto, 'chain', [], 'id', { exponents: [], blinded: [] })).toEqual({
    ok: true,
    value: { kind: 'issue', chain: 'chain', load: 'id', signatures: [] },
  });
});
