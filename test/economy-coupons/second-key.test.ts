/** What goods and minutes can be taken with needs two keys of an outlet, or its own: transfer and write-off. Take back: take-back.test.ts. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Id } from '../../src/economy/transaction.ts';
import { trustKey } from '../../src/economy/who.ts';
import { MINUTE } from '../../src/units/micro-minutes.ts';
import { Bank, CHAIN, hash, type Party, party } from './bank.ts';

let bank: Bank;
let bread: Id;
const second = party('the second till');
const third = party('a till for counts only');
beforeEach(() => {
  bank = new Bank();
  bread = bank.stock(bank.shop, 'bread', 0, 0);
  bank.state.trusts.set(trustKey(bank.shop.id, bank.kiosk.id), { since: bank.block.time });
  delegate(bank.till, ['transfer', 'write_off']);
  delegate(second, ['transfer', 'write_off']);
  delegate(third, ['count']);
});
function delegate(key: Party, kinds: readonly ('transfer' | 'write_off' | 'count')[]): void {
  const sent = bank.send(
    {
      kind: 'delegate',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      key: key.key,
      kinds,
      until: bank.block.time + 86_400,
    },
    bank.shop,
  );
  expect(sent).toBe('accepted');
}
/** Ten loaves of ten minutes that belong to an outlet. */
function lot(owner: Party): Id {
  const id = hash(`lot ${bank.nonce()}`);
  bank.state.lots.set(id, {
    type: bread,
    amount: 10,
    value: 100n * MINUTE,
    owner: owner.id,
    label: 'exclusive',
    origin: id,
  });
  bank.settle();
  return id;
}
const transfer = (from: Party, to: Party, ...signers: readonly Party[]) =>
  bank.send(
    {
      kind: 'transfer',
      chain: CHAIN,
      nonce: bank.nonce(),
      lot: lot(from),
      amount: 1,
      from: from.id,
      to: to.id,
      purpose: 'use',
    },
    ...signers,
  );
function writeOff(...signers: readonly Party[]): string {
  const id = lot(bank.shop);
  return bank.send(
    {
      kind: 'write_off',
      chain: CHAIN,
      nonce: bank.nonce(),
      owner: bank.shop.id,
      origin: id,
      lot: id,
      amount: 1,
      reason: 'stale',
    },
    ...signers,
  );
}

describe('transfer', () => {
  it('by both owners’ keys, or two till keys in an outlet’s place, as giver and as receiver', () => {
    expect(transfer(bank.shop, bank.kiosk, bank.shop, bank.kiosk)).toBe('accepted');
    expect(transfer(bank.shop, bank.kiosk, bank.till, second, bank.kiosk)).toBe('accepted');
    expect(transfer(bank.kiosk, bank.shop, bank.till, second, bank.kiosk)).toBe('accepted');
  });

  it('never by one till key, nor by one that may not, nor by one more than needed', () => {
    expect(transfer(bank.shop, bank.kiosk, bank.till, bank.kiosk)).toBe('missing_signature');
    expect(transfer(bank.shop, bank.kiosk, bank.till, third, bank.kiosk)).toBe('missing_signature');
    expect(transfer(bank.shop, bank.kiosk, bank.till, second)).toBe('missing_signature');
    expect(transfer(bank.shop, bank.kiosk, bank.shop, bank.till, bank.kiosk)).toBe('surplus_signature');
    expect(transfer(bank.shop, bank.kiosk, bank.kiosk)).toBe('missing_signature');
  });

  it('not after their time', () => {
    bank.next(2);
    expect(transfer(bank.shop, bank.kiosk, bank.till, second, bank.kiosk)).toBe('expired');
    expect(transfer(bank.shop, bank.kiosk, bank.shop, bank.kiosk)).toBe('accepted');
  });
});

describe('write-off', () => {
  it('by the owner’s key or two till keys', () => {
    expect(writeOff(bank.shop)).toBe('accepted');
    expect(writeOff(bank.till, second)).toBe('accepted');
    expect(writeOff(bank.till)).toBe('missing_signature');
    expect(writeOff(third, second)).toBe('missing_signature');
    expect(writeOff(bank.kiosk)).toBe('missing_signature');
  });
});
