/** Keysets, batches and delegations: who may open an office and who signs for an outlet. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { beBytes, hexBytes } from '../../src/bytes.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import type { Delegate, PublishKeyset, Transaction } from '../../src/economy/transaction.ts';
import { KEYSET_SECONDS } from '../../src/limits.ts';
import { Bank, CHAIN, hash, keysOfOffice, type Party, party, published } from './bank.ts';

let bank: Bank;
beforeEach(() => {
  bank = new Bank();
});
const keyset = (office: Party, keys: PublishKeyset['keys']): PublishKeyset => ({
  kind: 'keyset',
  chain: CHAIN,
  nonce: bank.nonce(),
  office: office.id,
  keys,
});

describe('keyset', () => {
  it('is live after it is published, told with its nine moduli', () => {
    bank.openOffice();
    expect(bank.state.liveKeysets.get(bank.office.id)).toBe(bank.keyset);
    const [event] = bank.events;
    expect(event).toMatchObject({ kind: 'keyset', keyset: bank.keyset, office: bank.office.id });
    expect(event?.kind === 'keyset' && event.moduli.map((m) => m.length)).toEqual(Array(9).fill(512));
  });

  it('is refused bad_keyset with a detail of the keys: count, exponent, size, small or shared factor', () => {
    const good = published(keysOfOffice('office'));
    const first = good[0] as PublishKeyset['keys'][number];
    const even = first.n.slice();
    even[255] = 0;
    const bad: Record<string, PublishKeyset['keys']> = {
      eight: good.slice(1),
      exponent: good.map((key, i) => (i === 4 ? { ...key, e: 3 } : key)),
      short: good.map((key, i) => (i === 0 ? { ...key, n: key.n.slice(1) } : key)),
      even: good.map((key, i) => (i === 0 ? { ...key, n: even } : key)),
      twice: good.map((key, i) => (i === 8 ? first : key)),
    };
    for (const [name, keys] of Object.entries(bad))
      expect(bank.send(keyset(bank.office, keys), bank.office), name).toBe('bad_keyset');
  });

  it('one is live in a subsystem: a second is refused keyset_in_use until five years have passed', () => {
    bank.openOffice();
    const other = published(keysOfOffice('second office'));
    expect(bank.send(keyset(bank.bakery, other), bank.bakery)).toBe('keyset_in_use');
    bank.next(KEYSET_SECONDS / 86_400 - 1);
    expect(bank.send(keyset(bank.bakery, other), bank.bakery)).toBe('keyset_in_use');
    bank.next(1);
    expect(bank.send(keyset(bank.bakery, other), bank.bakery)).toBe('accepted');
    expect(bank.state.keysets.size).toBe(2);
    expect(bank.state.liveKeysets.get(bank.office.id)).not.toBe(bank.keyset);
  });

  it('another subsystem has its own; the same keys are known everywhere', () => {
    bank.openOffice();
    const keys = published(keysOfOffice('office'));
    expect(bank.send(keyset(bank.stranger, keys), bank.stranger)).toBe('keyset_known');
    const other = published(keysOfOffice('second office'));
    expect(bank.send(keyset(bank.stranger, other), bank.stranger)).toBe('accepted');
  });

  it('is signed by the office', () => {
    const keys = published(keysOfOffice('office'));
    expect(bank.send(keyset(bank.office, keys))).toBe('missing_signature');
    expect(bank.send(keyset(bank.office, keys), bank.bakery)).toBe('missing_signature');
    expect(bank.send(keyset(bank.office, keys), bank.office, bank.bakery)).toBe('surplus_signature');
    expect(bank.send(keyset(party('nobody'), keys), bank.office)).toBe('unknown_collective');
  });
});

describe('batch', () => {
  const batch = (office: Party, until = bank.block.time + 1): Transaction => ({
    kind: 'batch',
    chain: CHAIN,
    nonce: bank.nonce(),
    office: office.id,
    key: party('batch').key,
    until,
  });
  it('is registered once, by the office of the live keyset', () => {
    expect(bank.send(batch(bank.office), bank.office)).toBe('not_the_office');
    bank.openOffice();
    expect(bank.send(batch(bank.bakery), bank.bakery)).toBe('not_the_office');
    expect(bank.send(batch(bank.office, bank.block.time), bank.office)).toBe('expired');
    expect(bank.send(batch(party('nobody')), bank.office)).toBe('unknown_collective');
    expect(bank.send(batch(bank.office), bank.office)).toBe('accepted');
    expect(bank.events).toMatchObject([{ kind: 'batch', key: party('batch').key, office: bank.office.id }]);
    expect(bank.send(batch(bank.office), bank.office)).toBe('batch_known');
  });
});

describe('delegate', () => {
  const delegate = (change: Partial<Delegate> = {}): Delegate => ({
    kind: 'delegate',
    chain: CHAIN,
    nonce: bank.nonce(),
    outlet: bank.shop.id,
    key: bank.till.key,
    kinds: ['announce', 'redeem'],
    until: bank.block.time + 100,
    ...change,
  });
  const announce = (signers: readonly Party[], outlet = bank.shop) =>
    bank.send(
      { kind: 'announce', chain: CHAIN, nonce: bank.nonce(), outlet: outlet.id, digest: hash(bank.nonce()) },
      ...signers,
    );

  it('lets a till key sign the kinds it names, for its outlet, until its time, and nothing else', () => {
    expect(announce([bank.till])).toBe('not_delegated');
    expect(bank.send(delegate(), bank.shop)).toBe('accepted');
    expect(announce([bank.till])).toBe('accepted');
    expect(announce([bank.shop])).toBe('accepted');
    expect(announce([])).toBe('missing_signature');
    expect(announce([bank.shop, bank.till])).toBe('surplus_signature');
    expect(announce([bank.till], bank.kiosk)).toBe('not_delegated');
    const abort: Transaction = {
      kind: 'abort',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      serials: [hash('s')],
    };
    expect(bank.send(abort, bank.till)).toBe('not_delegated');
  });

  it('expires by ledger time: good in its last second, refused in the next; then it can be renewed', () => {
    const until = bank.block.time + 100;
    bank.send(delegate({ until }), bank.shop);
    bank.next(100 / 86_400);
    expect(bank.block.time).toBe(until);
    expect(announce([bank.till])).toBe('accepted');
    expect(bank.send(delegate(), bank.shop)).toBe('already_delegated');
    bank.next(1 / 86_400);
    expect(announce([bank.till])).toBe('expired');
    expect(bank.send(delegate(), bank.shop)).toBe('accepted');
    expect(announce([bank.till])).toBe('accepted');
  });

  it('refuses a key that is a collective’s own, a collective that does not dispatch, a time gone by, an unknown outlet', () => {
    expect(bank.send(delegate({ key: bank.bakery.key }), bank.shop)).toBe('key_in_use');
    expect(bank.send(delegate({ outlet: bank.bakery.id }), bank.bakery)).toBe('not_an_outlet');
    expect(bank.send(delegate({ until: bank.block.time }), bank.shop)).toBe('expired');
    expect(bank.send(delegate({ outlet: hash('nobody') }), bank.shop)).toBe('unknown_collective');
    expect(bank.send(delegate(), bank.till)).toBe('missing_signature');
  });

  it('outlet-signed kinds refuse a collective that is unknown or does not dispatch', () => {
    expect(announce([bank.shop], party('nobody'))).toBe('unknown_collective');
    expect(announce([bank.bakery], bank.bakery)).toBe('not_an_outlet');
  });

  it('a tampered signature and another chain’s are refused', () => {
    const transaction = delegate();
    const built = makeEnvelope(nodeCrypto, transaction, [bank.shop.seed]);
    const bytes = built.bytes.slice();
    const last = bytes.length - 1;
    bytes[last] = (bytes[last] as number) ^ 1;
    expect(bank.sendBytes(bytes)).toBe('bad_signature');
    expect(bank.sendBytes(hexBytes('a0'))).toBe('malformed');
    expect(bank.sendBytes(beBytes(7, 3))).toBe('not_canonical');
    expect(bank.send({ ...transaction, chain: 'other-chain' }, bank.shop)).toBe('foreign_chain');
  });

  it('the same transaction again is exists', () => {
    const transaction = delegate();
    expect(bank.send(transaction, bank.shop)).toBe('accepted');
    expect(bank.send(transaction, bank.shop)).toBe('exists');
  });
});
