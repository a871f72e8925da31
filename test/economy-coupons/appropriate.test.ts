/** Appropriation in the paper's literal form (§6.5): B → Z, exact, oldest origin first. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Appropriate } from '../../src/economy/transaction.ts';
import { Bank, CHAIN, hash, type Party } from './bank.ts';

let bank: Bank;
beforeEach(() => {
  bank = new Bank();
});
function appropriate(value: bigint, outlet = bank.shop): Appropriate {
  return {
    kind: 'appropriate',
    chain: CHAIN,
    nonce: bank.nonce(),
    wallet: bank.wallet.key,
    outlet: outlet.id,
    value,
  };
}
const send = (transaction: Appropriate, signer = bank.wallet) => bank.send(transaction, signer);
const balance = (origin: Party) => bank.state.balances.get(`${bank.wallet.key}/${origin.id}`);

describe('appropriate', () => {
  it('like a bank statement: to the micro-minute, from two origins, the oldest first, no stranger’s', () => {
    bank.credit(bank.wallet, bank.dairy, 10);
    bank.credit(bank.wallet, bank.bakery, 5);
    bank.credit(bank.wallet, bank.stranger, 100);
    const transaction = appropriate(7_123_456n);
    expect(bank.change(() => send(transaction))).toEqual({ B: -7.123456, Z: 7.123456 });
    expect(bank.events).toEqual([
      {
        kind: 'appropriated',
        transaction: bank.idOf(transaction),
        outlet: bank.shop.id,
        value: '7123456',
      },
    ]);
    expect(balance(bank.bakery)).toBeUndefined();
    expect(balance(bank.dairy)).toBe(7_876_544n);
    expect(balance(bank.stranger)).toBe(100_000_000n);
    expect(send(transaction)).toBe('exists');
  });

  it('and the hand-over evens out, its rounding in R', () => {
    bank.credit(bank.wallet, bank.bakery, 10);
    const bread = bank.stock(bank.shop, 'bread', 4, 30);
    send(appropriate(7_500_000n));
    const handOver = {
      kind: 'hand_over',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      goods: [{ type: bread, amount: 1 }],
      charged: 8,
      sales: 1,
    } as const;
    expect(bank.change(() => bank.send(handOver, bank.shop))).toEqual({ G: -7.5, Z: -8, R: 0.5 });
    expect(bank.state.clearing.get(bank.shop.id)).toBe(-500_000n);
  });

  it('refuses unknown_collective, not_an_outlet, amount_zero, balance_too_small; others’ signatures', () => {
    bank.credit(bank.wallet, bank.bakery, 10);
    expect(send({ ...appropriate(1n), outlet: hash('none') })).toBe('unknown_collective');
    expect(send(appropriate(1n, bank.bakery))).toBe('not_an_outlet');
    expect(send(appropriate(0n))).toBe('amount_zero');
    expect(send(appropriate(10_000_001n))).toBe('balance_too_small');
    expect(send(appropriate(1n, bank.stranger))).toBe('balance_too_small');
    expect(send(appropriate(1n), bank.till)).toBe('missing_signature');
    expect(bank.change(() => send(appropriate(10_000_000n)))).toEqual({ B: -10, Z: 10 });
  });

  it('counts in the clearing’s lows, as every change of Z does', () => {
    bank.credit(bank.wallet, bank.bakery, 10);
    send(appropriate(4_000_000n));
    expect(bank.state.clearingLows.get(bank.shop.id)).toEqual([
      { time: 0, value: 0n },
      { time: bank.block.time, value: 4_000_000n },
    ]);
  });
});
