/** Undoing a load that was never issued: B and O as before, to the origin. Refreshes: refresh.test.ts; take backs: take-back.test.ts. */
import { beforeEach, describe, expect, it } from 'vitest';
import { openIssues, openLoads } from '../../src/economy/office-duty.ts';
import { CANCEL_AFTER_BLOCKS } from '../../src/limits.ts';
import { Bank, type CardLoad, CHAIN, hash, type Party } from './bank.ts';

let bank: Bank;
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
});
const balance = (origin: Party) => bank.state.balances.get(`${bank.wallet.key}/${origin.id}`);
const cancel = (load: Pick<CardLoad, 'id'>, ...signers: readonly Party[]) =>
  bank.send({ kind: 'cancel', chain: CHAIN, load: load.id }, ...signers);
function blocks(count: number): void {
  for (let i = 0; i < count; i++) bank.next();
}
function loaded(packs = 1): CardLoad {
  const load = bank.cardLoad('card', packs);
  expect(bank.send(load.transaction, bank.wallet)).toBe('accepted');
  return load;
}

describe('cancel', () => {
  it('like a bank statement: what left two origins comes back to both, and an issue is too late', () => {
    bank.credit(bank.wallet, bank.bakery, 200);
    bank.credit(bank.wallet, bank.dairy, 500);
    const load = loaded(2);
    const issue = bank.issue(load);
    blocks(CANCEL_AFTER_BLOCKS);
    expect(openLoads(bank.state, bank.office.id)).toEqual([load.id]);
    expect(bank.change(() => cancel(load, bank.wallet))).toEqual({ B: 600, O: -600 });
    expect(bank.events).toEqual([{ kind: 'cancelled', load: load.id }]);
    expect([balance(bank.bakery), balance(bank.dairy)]).toEqual([200_000_000n, 500_000_000n]);
    expect(openLoads(bank.state, bank.office.id)).toEqual([]);
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([]);
    expect(bank.send(issue, bank.office)).toBe('already_cancelled');
    expect(cancel(load, bank.wallet)).toBe('exists');
  });

  it('is refused before 100 blocks, after the issue, for others’ loads and unknown ones', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = loaded();
    blocks(CANCEL_AFTER_BLOCKS - 1);
    expect(cancel(load, bank.wallet)).toBe('too_early');
    bank.next();
    expect(cancel(load, bank.till)).toBe('missing_signature');
    expect(cancel(load, bank.wallet, bank.office)).toBe('surplus_signature');
    expect(cancel({ id: hash('none') }, bank.wallet)).toBe('unknown_load');
    expect(bank.send(bank.issue(load), bank.office)).toBe('accepted');
    expect(cancel(load, bank.wallet)).toBe('already_issued');
  });

  it('the blinded serials are used up: the same load cannot come again', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = loaded();
    blocks(CANCEL_AFTER_BLOCKS);
    cancel(load, bank.wallet);
    expect(bank.send({ ...load.transaction, g: 'fedcba9876543210' }, bank.wallet)).toBe('blinded_seen');
    expect(bank.send(bank.cardLoad('other').transaction, bank.wallet)).toBe('accepted');
  });

  it('needs no waiting when the keyset was revoked: nothing of it can be issued any more', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = loaded();
    const issue = bank.issue(load);
    const revoke = {
      kind: 'revoke',
      chain: CHAIN,
      nonce: bank.nonce(),
      keyset: bank.keyset,
      reason: 'theft',
    } as const;
    bank.send(revoke, bank.office);
    expect(bank.send(issue, bank.office)).toBe('keyset_revoked');
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([]);
    expect(bank.change(() => cancel(load, bank.wallet))).toEqual({ B: 300, O: -300 });
  });

  it('across a split the minutes come back to their origin in the other part: Q settles it in both', () => {
    bank.credit(bank.wallet, bank.bakery, 100);
    bank.credit(bank.wallet, bank.dairy, 200);
    const load = loaded();
    blocks(CANCEL_AFTER_BLOCKS);
    bank.leave(bank.dairy);
    const before = bank.books(bank.dairy.id);
    expect(bank.change(() => cancel(load, bank.wallet))).toEqual({ B: 100, O: -300, Q: -200 });
    const after = bank.books(bank.dairy.id);
    expect([after.B - before.B, after.Q - before.Q]).toEqual([200_000_000n, 200_000_000n]);
    expect(balance(bank.dairy)).toBe(200_000_000n);
  });
});
