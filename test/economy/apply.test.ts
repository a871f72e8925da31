/** The door: order of refusals, signatures, the state as rows and back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { toHex } from '../../src/bytes.ts';
import { accounts, addBalance } from '../../src/economy/accounts.ts';
import { applyTransaction, beginBlock, requiredSigners } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { decodeRow, encodeRow } from '../../src/economy/dump.ts';
import { decodeEnvelope, sign, verifySignatures } from '../../src/economy/envelope.ts';
import { genesisEvent, genesisOf, genesisState } from '../../src/economy/genesis.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import type { Transaction } from '../../src/economy/transaction.ts';
import { BREAD, CHAIN, contents, NOON, seedOf, World, walletOf } from './world.ts';

const register = (w: World, name: string): Transaction => ({
  kind: 'register',
  chain: CHAIN,
  nonce: w.nonce(),
  key: walletOf(name),
  name,
  dispatches: false,
});

describe('signatures', () => {
  test('one bit wrong, of another body, of another chain: bad_signature, nothing changed', () => {
    const w = new World();
    const transaction = register(w, 'anna');
    const built = makeEnvelope(nodeCrypto, transaction, [seedOf('anna')]);
    const good = built.signatures[0];
    if (good === undefined) throw new Error('unsigned');
    const before = contents(w.state);
    for (const signature of [
      good.signature.with(0, (good.signature[0] ?? 0) ^ 1),
      good.signature.with(63, (good.signature[63] ?? 0) ^ 128),
      sign(nodeCrypto, CHAIN, seedOf('anna'), new Uint8Array(1)).signature,
      sign(nodeCrypto, 'other-chain', seedOf('anna'), built.body).signature,
    ]) {
      const envelope = { ...built, signatures: [{ ...good, signature }] };
      expect(verifySignatures(nodeCrypto, CHAIN, envelope)).toMatchObject({ refusal: 'bad_signature' });
      expect(applyTransaction(w.block, envelope)).toMatchObject({ refusal: 'bad_signature' });
    }
    expect(contents(w.state)).toBe(before);
    expect(verifySignatures(nodeCrypto, CHAIN, built)).toEqual({ ok: true, value: undefined });
    expect(applyTransaction(w.block, built)).toMatchObject({ ok: true });
  });

  test('verified elsewhere, they are not verified again, but the right keys must still have signed', () => {
    const w = new World();
    const transaction = register(w, 'anna');
    const built = makeEnvelope(nodeCrypto, transaction, [seedOf('anna')]);
    const blank = built.signatures.map(({ key }) => ({ key, signature: new Uint8Array(64) }));
    const options = { skipSignatures: true };
    expect(applyTransaction(w.block, { ...built, signatures: [] }, options)).toMatchObject({
      refusal: 'missing_signature',
    });
    expect(applyTransaction(w.block, { ...built, signatures: blank }, options)).toMatchObject({ ok: true });
  });

  test('requiredSigners says who must sign', () => {
    const w = new World();
    const [one, other] = [w.register('one'), w.register('other')];
    const [a, b] = [one, other].sort() as [string, string];
    const trust: Transaction = { kind: 'establish_trust', chain: CHAIN, nonce: w.nonce(), a, b };
    const keys = requiredSigners(w.block, trust, []);
    expect(keys.ok && new Set(keys.value)).toEqual(new Set([walletOf('one'), walletOf('other')]));
    expect(requiredSigners(w.block, { ...trust, a: b, b: '0'.repeat(64) }, [])).toMatchObject({
      refusal: 'unknown_collective',
    });
  });

  test('a foreign chain is named before everything else', () => {
    const w = new World();
    const built = makeEnvelope(nodeCrypto, { ...register(w, 'anna'), chain: 'other-chain' }, []);
    expect(verifySignatures(nodeCrypto, CHAIN, built)).toMatchObject({ refusal: 'foreign_chain' });
    expect(applyTransaction(w.block, built)).toMatchObject({ refusal: 'foreign_chain' });
  });
});

test('makeEnvelope and decodeEnvelope agree on id, body and signatures', () => {
  const w = new World();
  const [one, other] = [w.register('one'), w.register('other')].sort() as [string, string];
  const trust: Transaction = { kind: 'establish_trust', chain: CHAIN, nonce: w.nonce(), a: one, b: other };
  for (const seeds of [
    ['one', 'other'],
    ['other', 'one'],
  ]) {
    const { bytes, ...built } = makeEnvelope(nodeCrypto, trust, seeds.map(seedOf));
    expect(decodeEnvelope(bytes, nodeCrypto)).toEqual({ ok: true, value: built });
    expect(built.id).toBe(toHex(nodeCrypto.sha256(built.body)));
  }
});

describe('genesis', () => {
  const genesis = { chain: 'first-chain', time: NOON, parameters: { ...DEFAULT_PARAMETERS, k: 3 } };
  test('stands in the state and can be read from it', () => {
    const state = genesisState(genesis);
    expect(genesisOf(state)).toEqual(genesis);
    expect(state.meta.get('height')).toBe('0');
    const chain = { state, crypto: nodeCrypto, parameters: genesis.parameters, chain: genesis.chain };
    expect(beginBlock(chain, NOON + 5).block).toMatchObject({ height: 1, time: NOON + 5 });
    expect(genesisEvent(genesis)).toMatchObject({
      kind: 'genesis',
      chain: 'first-chain',
      parameters: { k: 3, limit: '1/10' },
    });
  });
  test('another parameter, another state; a chain id has its form', () => {
    const other = { ...genesis, parameters: { ...genesis.parameters, voteAbove: 1n } };
    expect(contents(genesisState(other))).not.toBe(contents(genesisState(genesis)));
    for (const chain of ['Ü', 'abc', 'x'.repeat(33), 'Chain', 'a chain', 'chain!', '\nchain', ''])
      expect(() => genesisState({ ...genesis, chain }), chain).toThrow('chain id');
    for (const chain of ['abcd', 'x'.repeat(32), '2-go'])
      expect(genesisOf(genesisState({ ...genesis, chain })).chain).toBe(chain);
  });
  test('a state that lacks a part of it has none', () => {
    for (const name of ['chain', 'genesis_time', 'parameter/k', 'parameter/limit', 'parameter/grace']) {
      const state = genesisState(genesis);
      state.meta.delete(name);
      expect(() => genesisOf(state)).toThrow(`state without ${name}`);
    }
  });
});

describe('rows as bytes', () => {
  const row = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.bigInt(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(
        fc.string({ maxLength: 12 }).filter((key) => key !== '__proto__'),
        tie('value'),
        { noNullPrototype: true },
      ),
    ),
  })).value;
  test('come back the same; a value never turns into a number', () => {
    fc.assert(
      fc.property(row, (value) => {
        expect(decodeRow(encodeRow(value))).toEqual(value);
      }),
    );
    expect(decodeRow(encodeRow({ a: 1n, b: 1, c: -1n, d: -1, e: undefined }))).toEqual({
      a: 1n,
      b: 1,
      c: -1n,
      d: -1,
    });
  });
  test('are the same bytes whatever the order of fields', () => {
    expect(toHex(encodeRow({ x: 1n, y: [2] }))).toBe(toHex(encodeRow({ y: [2], x: 1n })));
  });
  test('values are bignums of RFC 8949 §3.4.3', () => {
    expect(toHex(encodeRow(18446744073709551616n))).toBe('c249010000000000000000');
    expect(toHex(encodeRow(-18446744073709551617n))).toBe('c349010000000000000000');
    expect(toHex(encodeRow(0n))).toBe('c240');
    expect(toHex(encodeRow(-1n))).toBe('c340');
  });
});

test('a block has a whole time and height, and a transaction that is there already tells nothing', () => {
  const w = new World();
  for (const time of [0.5, Number.NaN, 2 ** 53])
    expect(() => beginBlock(w.block, NOON + time), `${time}`).toThrow('block');
  const transaction = register(w, 'anna');
  w.sendWhole(transaction, 'anna');
  expect(w.sendWhole(transaction, 'anna')).toMatchObject({ answer: 'exists', events: [] });
});

test('books of nobody and balances below zero are bugs, and throw', () => {
  const { state } = new World();
  expect(() => accounts(state, 'nobody')).toThrow('no subsystem nobody');
  expect(() => addBalance(state, 'wallet', 'origin', -1n)).toThrow('balance below zero');
  expect([...state.balances.entries()]).toEqual([]);
});

test('nobody signs for an unknown order, estimate, production or workload', () => {
  const w = new World();
  const nobody = '0'.repeat(64);
  expect(
    w.send({ kind: 'estimate', order: nobody, outputs: [{ product: BREAD, amount: 1, value: 1n }] }).answer,
  ).toBe('unknown_order');
  expect(w.send({ kind: 'start', estimate: nobody }).answer).toBe('unknown_estimate');
  expect(w.send({ kind: 'output', production: nobody, outputs: [] }).answer).toBe('unknown_production');
  expect(w.send({ kind: 'claim', workload: nobody, revision: nobody }).answer).toBe('unknown_workload');
});
