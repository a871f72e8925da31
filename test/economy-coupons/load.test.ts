/** Loads and issues: balance becomes coupons. Value moves B → O when the load is taken; an issue moves none. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { beBytes, equal } from '../../src/bytes.ts';
import { modulusOf } from '../../src/coupons/keyset.ts';
import { loadExponents } from '../../src/coupons/pack.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import { issueFor, openLoads } from '../../src/economy/office-duty.ts';
import type { Load } from '../../src/economy/transaction.ts';
import { PACK_COUPONS, PACK_MINUTES } from '../../src/limits.ts';
import { Bank, CHAIN, hash, keysOfOffice, published } from './bank.ts';

let bank: Bank;
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
});
const balance = (origin: { id: string }) => bank.state.balances.get(`${bank.wallet.key}/${origin.id}`);

describe('load', () => {
  it('lists exponents ascending, of each packs × its count', () => {
    expect(loadExponents(1).join('')).toBe('00000011111112222223333334445556');
    expect(loadExponents(2).join('').startsWith('000000000000111')).toBe(true);
    for (const packs of [1, 2, 3, 6]) {
      const exponents = loadExponents(packs);
      expect(exponents).toHaveLength(packs * PACK_COUPONS);
      expect(exponents.reduce((sum, e) => sum + 2 ** e, 0)).toBe(packs * PACK_MINUTES);
    }
  });

  it('like a bank statement: two packs from two origins, the oldest first', () => {
    bank.credit(bank.wallet, bank.dairy, 500);
    bank.credit(bank.wallet, bank.bakery, 200);
    bank.credit(bank.wallet, bank.stranger, 1_000);
    const load = bank.cardLoad('two packs', 2);
    expect(bank.change(() => bank.send(load.transaction, bank.wallet))).toEqual({ B: -600, O: 600 });
    expect(bank.events).toEqual([{ kind: 'load', load: load.id, keyset: bank.keyset, packs: 2 }]);
    expect(balance(bank.bakery)).toBeUndefined();
    expect(balance(bank.dairy)).toBe(100_000_000n);
    expect(balance(bank.stranger)).toBe(1_000_000_000n);
    expect(bank.state.loads.get(load.id)?.taken).toEqual([
      { origin: bank.bakery.id, value: 200_000_000n },
      { origin: bank.dairy.id, value: 400_000_000n },
    ]);
    expect(bank.change(() => bank.send(bank.issue(load), bank.office))).toEqual({});
    const { issued } = bank.state.keysets.get(bank.keyset) ?? {};
    expect(issued).toEqual([12, 14, 12, 12, 6, 6, 2, 0, 0]);
  });

  it('is refused balance_too_small when only strangers’ minutes would make it up, to the micro-minute', () => {
    bank.credit(bank.wallet, bank.bakery, 299);
    bank.credit(bank.wallet, bank.stranger, 300);
    const load = bank.cardLoad('poor');
    expect(bank.send(load.transaction, bank.wallet)).toBe('balance_too_small');
    bank.credit(bank.wallet, bank.dairy, 1);
    expect(bank.send(load.transaction, bank.wallet)).toBe('accepted');
    expect(balance(bank.dairy)).toBeUndefined();
  });

  it('refuses numbers, ranges and blinded serials in the documented order', () => {
    bank.credit(bank.wallet, bank.bakery, 3_000);
    const good = bank.cardLoad('good').transaction;
    const [first, second] = good.blinded as [Uint8Array, Uint8Array];
    const with0 = (block: Uint8Array): Load => ({ ...good, blinded: [block, ...good.blinded.slice(1)] });
    const n = modulusOf(keysOfOffice('office')[0] as RsaPrivateKey);
    const send = (load: Load) => bank.send(load, bank.wallet);
    expect(send({ ...good, keyset: hash('no keyset'), packs: 0 })).toBe('unknown_keyset');
    expect(send({ ...good, packs: 0 })).toBe('packs_out_of_range');
    expect(send({ ...good, packs: 7 })).toBe('packs_out_of_range');
    expect(send({ ...good, packs: 2 })).toBe('wrong_number');
    expect(send({ ...good, blinded: good.blinded.slice(1) })).toBe('wrong_number');
    expect(send(with0(n))).toBe('blinded_out_of_range');
    expect(send(with0(beBytes(2n ** 2048n - 1n, 256)))).toBe('blinded_out_of_range');
    expect(send(with0(second))).toBe('blinded_seen');
    expect(send(with0(first.slice(1)))).toBe('malformed');
    expect(send(good)).toBe('accepted');
    expect(send(with0(beBytes(7, 256)))).toBe('blinded_seen');
    expect(bank.send(bank.cardLoad('other').transaction, bank.till)).toBe('missing_signature');
  });

  it('goes to the live keyset only: an older one is expired for loads', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = bank.cardLoad('late');
    bank.next(5 * 365.25);
    const keys = published(keysOfOffice('second office'));
    const replacement = {
      kind: 'keyset',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.office.id,
      keys,
    } as const;
    expect(bank.send(replacement, bank.office)).toBe('accepted');
    expect(bank.send(load.transaction, bank.wallet)).toBe('expired');
    expect(bank.send(bank.cardLoad('new', 1, bank.wallet, 'second office').transaction, bank.wallet)).toBe(
      'accepted',
    );
  });

  it('the same load again is exists and takes nothing', () => {
    bank.credit(bank.wallet, bank.bakery, 900);
    const load = bank.cardLoad('twice').transaction;
    expect(bank.send(load, bank.wallet)).toBe('accepted');
    expect(bank.change(() => expect(bank.send(load, bank.wallet)).toBe('exists'))).toEqual({});
    expect(balance(bank.bakery)).toBe(600_000_000n);
  });
});

describe('issue', () => {
  it('gives coupons that verify; again it is exists, another for the same load already_issued', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = bank.cardLoad('card');
    bank.send(load.transaction, bank.wallet);
    expect(openLoads(bank.state, bank.office.id)).toEqual([load.id]);
    expect(openLoads(bank.state, bank.bakery.id)).toEqual([]);
    const issue = bank.issue(load);
    expect(bank.send(issue, bank.office)).toBe('accepted');
    expect(bank.events).toEqual([{ kind: 'issued', load: load.id }]);
    expect(openLoads(bank.state, bank.office.id)).toEqual([]);
    expect(load.finish(issue.signatures)).toHaveLength(32);
    expect(bank.send(issue, bank.office)).toBe('exists');
    const swapped = { ...issue, signatures: issue.signatures.toReversed() };
    expect(bank.send(swapped, bank.office)).toBe('already_issued');
  });

  it('refuses strangers, a wrong number and every wrong signature', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = bank.cardLoad('card');
    bank.send(load.transaction, bank.wallet);
    const issue = bank.issue(load);
    expect(bank.send({ ...issue, load: hash('none') }, bank.office)).toBe('unknown_load');
    expect(bank.send(issue, bank.bakery)).toBe('not_the_office');
    expect(bank.send(issue)).toBe('missing_signature');
    expect(bank.send({ ...issue, signatures: issue.signatures.slice(1) }, bank.office)).toBe('wrong_number');
    for (const i of [0, 17, 31]) {
      const signatures = issue.signatures.map((s, j) =>
        j === i ? s.map((b, k) => (k === 255 ? b ^ 1 : b)) : s,
      );
      expect(bank.send({ ...issue, signatures }, bank.office), `number ${i}`).toBe('wrong_blind_signature');
    }
    const [a, b, ...rest] = issue.signatures as [Uint8Array, Uint8Array, ...Uint8Array[]];
    expect(bank.send({ ...issue, signatures: [b, a, ...rest] }, bank.office)).toBe('wrong_blind_signature');
    expect(bank.send(issue, bank.office)).toBe('accepted');
  });

  it('the office’s duty is deterministic, and keys of another keyset sign nothing', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = bank.cardLoad('card');
    bank.send(load.transaction, bank.wallet);
    const [one, two] = [bank.issue(load), bank.issue(load)];
    expect(one.signatures.every((s, i) => equal(s, two.signatures[i] as Uint8Array))).toBe(true);
  });

  it('a fault in the private operation never leaves the office', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = bank.cardLoad('card');
    const row = { packs: 1, blinded: load.transaction.blinded };
    const keys = keysOfOffice('office');
    let calls = 0;
    const faulty = {
      ...nodeCrypto,
      rsaPrivate: (key: RsaPrivateKey, block: Uint8Array) => {
        const out = nodeCrypto.rsaPrivate(key, block);
        calls++;
        if (calls === 20) out[100] = (out[100] as number) ^ 4;
        return out;
      },
    };
    expect(issueFor(faulty, CHAIN, keys, load.id, row)).toMatchObject({ refusal: 'signing_failure' });
    expect(issueFor(nodeCrypto, CHAIN, keys.slice(0, 6), load.id, row)).toMatchObject({
      refusal: 'signing_failure',
    });
  });

  it('keys of another keyset are found by the ledger', () => {
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = bank.cardLoad('card');
    bank.send(load.transaction, bank.wallet);
    const { blinded } = load.transaction;
    const keys = keysOfOffice('office').map((_, i, all) => all[(i + 1) % 9] as RsaPrivateKey);
    const signatures = blinded.map((block) =>
      nodeCrypto.rsaPrivate(keys[0] as RsaPrivateKey, reduced(block)),
    );
    const issue = { kind: 'issue', chain: CHAIN, load: load.id, signatures } as const;
    expect(bank.send(issue, bank.office)).toBe('wrong_blind_signature');
  });
});

/** Below every modulus of 2048 bits. */
function reduced(block: Uint8Array): Uint8Array {
  return block.map((byte, i) => (i === 0 ? byte & 0x7f : byte));
}
