/** Inventory counts: a shortage leaves into w at the average, a surplus reverses own shortages, then enters at 0. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { applyTransaction } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import type { Count, Id } from '../../src/economy/transaction.ts';
import { AMOUNT_MAX, POOL_AMOUNT_MAX, STOCK_HISTORY } from '../../src/limits.ts';
import { Bank, CHAIN, hash, type Party } from './bank.ts';

let bank: Bank;
beforeEach(() => {
  bank = new Bank();
});
/** Lines as [type, amount], at the end of the last block unless told. */
function count(
  outlet: Party,
  lines: readonly (readonly [Id, number])[],
  height = bank.block.height - 1,
): Count {
  return {
    kind: 'count',
    chain: CHAIN,
    nonce: bank.nonce(),
    outlet: outlet.id,
    lines: lines
      .map(([type, amount]) => ({ type, amount, height }))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
  };
}
function handOver(outlet: Party, type: Id, amount: number, charged: number): string {
  return bank.send(
    {
      kind: 'hand_over',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: outlet.id,
      goods: [{ type, amount }],
      charged,
      sales: 20,
    },
    outlet,
  );
}
const send = (transaction: Count, signer = bank.shop) => bank.send(transaction, signer);
const pool = (type: Id) => bank.state.pools.get(`${bank.office.id}/${type}`);
const book = (outlet: Party, type: Id) => bank.state.stock.get(`${outlet.id}/${type}`)?.amount;
const corrections = (type: Id) => bank.state.stock.get(`${bank.shop.id}/${type}`)?.corrections;
function counted(): readonly { type: Id; difference: string; value: string }[] {
  const last = bank.events.at(-1);
  if (last?.kind !== 'counted') throw new Error('not counted');
  return last.lines;
}

describe('count', () => {
  it('one shortage and one surplus: w takes the one at the average, the other enters at 0 and lowers the price', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    const milk = bank.stock(bank.shop, 'milk', 8, 40);
    bank.stock(bank.kiosk, 'bread', 10, 140);
    bank.next();
    const transaction = count(bank.shop, [
      [bread, 7],
      [milk, 10],
    ]);
    // Bread averages 12 min: three missing waste 36. Milk: two found, 40 min for ten.
    expect(bank.change(() => send(transaction))).toEqual({ G: -36, W: 36 });
    expect(counted()).toEqual(
      [
        { type: bread, difference: '-3', value: '-36000000' },
        { type: milk, difference: '2', value: '0' },
      ].sort((a, b) => (a.type < b.type ? -1 : 1)),
    );
    expect(pool(bread)).toMatchObject({ amount: 17, value: 204_000_000n });
    expect(pool(milk)).toMatchObject({ amount: 10, value: 40_000_000n });
    expect([book(bank.shop, bread), book(bank.shop, milk)]).toEqual([7, 10]);
    expect(bank.events.map((e) => (e.kind === 'stock' ? e.cause : e.kind)).toSorted()).toEqual([
      'counted',
      'shortage',
      'surplus',
    ]);
    expect(send(transaction)).toBe('exists');
  });

  it('a shelf that agrees with the book books nothing, and says so', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 10]])))).toEqual({});
    expect(counted()).toEqual([{ type: bread, difference: '0', value: '0' }]);
    expect(bank.events).toHaveLength(1);
    expect(corrections(bread)).toEqual([]);
  });

  it('counting the same height twice books a shortage once', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    const height = bank.block.height - 1;
    expect(bank.change(() => send(count(bank.shop, [[bread, 7]], height)))).toEqual({ G: -30, W: 30 });
    expect(bank.change(() => send(count(bank.shop, [[bread, 7]], height)))).toEqual({});
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 7]])))).toEqual({});
    expect(bank.change(() => send(count(bank.shop, [[bread, 6]], height)))).toEqual({ G: -10, W: 10 });
  });

  it('names a height, so goods that move in between disturb nothing', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    const height = bank.block.height - 1;
    // At that height 2 were sold and not on the ledger, 7 stood on the shelf: one is missing.
    handOver(bank.shop, bread, 2, 20);
    bank.next();
    bank.stock(bank.shop, 'bread', 5, 50);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 7 + 2]], height)))).toEqual({ G: -10, W: 10 });
    expect(book(bank.shop, bread)).toBe(12);
  });

  it('a hand-over beyond the book was a correction too: the count before it finds nothing more', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    const height = bank.block.height - 1;
    handOver(bank.shop, bread, 12, 100);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 12]], height)))).toEqual({});
    expect(counted()).toMatchObject([{ difference: '0' }]);
  });

  it('books at most what the book still has', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    const height = bank.block.height - 1;
    handOver(bank.shop, bread, 8, 80);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 5]], height)))).toEqual({ G: -20, W: 20 });
    expect(counted()).toMatchObject([{ difference: '-2', value: '-20000000' }]);
    expect(book(bank.shop, bread)).toBe(0);
  });

  it('a surplus reverses own shortages at their booked value, oldest first, part of one pro rata; then 0', () => {
    const bread = bank.stock(bank.shop, 'bread', 20, 200);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 17]])))).toEqual({ G: -30, W: 30 });
    bank.stock(bank.kiosk, 'bread', 17, 510);
    bank.next();
    // The average is now 20 min; two more are missing.
    expect(bank.change(() => send(count(bank.shop, [[bread, 15]])))).toEqual({ G: -40, W: 40 });
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 19]])))).toEqual({ G: 50, W: -50 });
    expect(counted()).toMatchObject([{ difference: '4', value: '50000000' }]);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 22]])))).toEqual({ G: 20, W: -20 });
    expect(counted()).toMatchObject([{ difference: '3', value: '20000000' }]);
  });

  it('a third of a shortage comes back floored, the rest of it whole: nothing is lost', () => {
    const bread = bank.stock(bank.shop, 'bread', 3, 10);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 0]])))).toEqual({ G: -10, W: 10 });
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 1]])))).toEqual({ G: 3.333333, W: -3.333333 });
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 3]])))).toEqual({ G: 6.666667, W: -6.666667 });
  });

  it('reverses nobody else’s shortage, and none older than reverseDays', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.stock(bank.kiosk, 'bread', 10, 100);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 8]])))).toEqual({ G: -20, W: 20 });
    expect(bank.change(() => send(count(bank.kiosk, [[bread, 11]]), bank.kiosk))).toEqual({});
    expect(counted()).toMatchObject([{ difference: '1', value: '0' }]);
    bank.next(31);
    expect(bank.change(() => send(count(bank.shop, [[bread, 9]])))).toEqual({});
    expect(counted()).toMatchObject([{ difference: '1', value: '0' }]);
  });

  it('reverses a shortage of exactly reverseDays ago', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 8]])))).toEqual({ G: -20, W: 20 });
    bank.next(30);
    expect(bank.change(() => send(count(bank.shop, [[bread, 9]])))).toEqual({ G: 10, W: -10 });
  });

  it('keeps of its corrections what a count or a surplus may still ask for, and no more', () => {
    const bread = bank.stock(bank.shop, 'bread', 1_000, 1_000);
    bank.next();
    const begun = bank.block.time;
    const missing = (amount: number) =>
      expect(send(count(bank.shop, [[bread, (book(bank.shop, bread) ?? 0) - amount]]))).toBe('accepted');
    const differences = () => corrections(bread)?.map(({ difference }) => difference);
    missing(-1);
    bank.next();
    missing(5);
    for (let i = 0; i < STOCK_HISTORY; i++) {
      bank.next();
      handOver(bank.shop, bread, 1, 1);
    }
    bank.next();
    expect(differences()).toEqual([1, -5]);
    // Both lie before the heights that the book remembers; the shortage can still be reversed.
    missing(2);
    expect(differences()).toEqual([-5, -2]);
    bank.next((begun + 30 * 86_400 - bank.block.time) / 86_400);
    missing(3);
    expect(differences()).toEqual([-5, -2, -3]);
    // Later a count still may name the heights of the newer two.
    bank.next(1);
    missing(4);
    expect(differences()).toEqual([-2, -3, -4]);
  });

  it('what nobody had in the book before it was counted is not counted twice', () => {
    const soap = bank.stock(bank.kiosk, 'soap', 1, 1);
    bank.next();
    const height = bank.block.height - 1;
    expect(send(count(bank.shop, [[soap, 2]]))).toBe('accepted');
    bank.next();
    expect(send(count(bank.shop, [[soap, 3]]))).toBe('accepted');
    bank.next();
    expect(send(count(bank.shop, [[soap, 3]], height))).toBe('accepted');
    expect(counted()).toMatchObject([{ difference: '0' }]);
  });

  it('is signed by a till that may count, and one line is enough to be refused', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 10);
    const rice = bank.stock(bank.kiosk, 'rice', POOL_AMOUNT_MAX, 1);
    const till = {
      kind: 'delegate',
      chain: CHAIN,
      outlet: bank.shop.id,
      until: bank.block.time + 100,
    } as const;
    const { key } = bank.till;
    expect(bank.send({ ...till, nonce: bank.nonce(), key, kinds: ['count'] }, bank.shop)).toBe('accepted');
    const { until } = till;
    expect(bank.events).toEqual([{ kind: 'delegated', outlet: bank.shop.id, key, kinds: ['count'], until }]);
    bank.next();
    const lines = (...types: readonly Id[]) =>
      count(
        bank.shop,
        types.map((type) => [type, 1_000] as const),
      );
    expect(send(lines(bread, rice), bank.till)).toBe('value_overflow');
    expect(send(lines(bread, hash('type none')), bank.till)).toBe('unknown_product');
    const twice = makeEnvelope(nodeCrypto, lines(bread, bread), [bank.shop.seed]);
    expect(applyTransaction(bank.block, twice)).toMatchObject({ refusal: 'not_sorted' });
    expect(send(lines(bread), bank.till)).toBe('accepted');
  });

  it('of a common moves amounts only', () => {
    const water = hash('type water');
    bank.state.labels.set(`${bank.office.id}/${water}`, 'common');
    bank.stock(bank.shop, 'water', 10, 50);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[water, 4]])))).toEqual({});
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[water, 9]])))).toEqual({});
    expect(book(bank.shop, water)).toBe(9);
  });

  it('what was short while exclusive comes back without value once its type is a common', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 8]])))).toEqual({ G: -20, W: 20 });
    // As a label vote will: the pool's value goes to w, the label changes.
    const at = `${bank.office.id}/${bread}`;
    bank.state.labels.set(at, 'common');
    bank.state.pools.set(at, { amount: 8, value: 0n, lows: [] });
    const stock = bank.state.stock.get(`${bank.shop.id}/${bread}`);
    if (stock !== undefined) bank.state.stock.set(`${bank.shop.id}/${bread}`, { ...stock, told: 0n });
    bank.settle();
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 10]])))).toEqual({});
    expect(counted()).toEqual([{ type: bread, difference: '2', value: '0' }]);
  });

  it('remembers corrections as long as the book remembers the height', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next();
    const height = bank.block.height - 1;
    handOver(bank.shop, bread, 12, 100);
    bank.next(40);
    expect(bank.change(() => send(count(bank.shop, [[bread, 1]])))).toEqual({});
    bank.next();
    expect(bank.change(() => send(count(bank.shop, [[bread, 10 + 2 + 1]], height)))).toEqual({});
    expect(counted()).toMatchObject([{ difference: '0' }]);
  });

  it('refuses unknown_height (this block, or further back than the book remembers), unknown_product, value_overflow, not_sorted', () => {
    const bread = bank.stock(bank.shop, 'bread', 1_000, 1_000);
    const milk = bank.stock(bank.shop, 'milk', 1, 1);
    const rice = bank.stock(bank.kiosk, 'rice', POOL_AMOUNT_MAX, 1);
    const first = bank.block.height;
    bank.next();
    expect(send(count(bank.shop, [[bread, 1_000]], bank.block.height))).toBe('unknown_height');
    expect(send(count(bank.shop, [[hash('type none'), 1]]))).toBe('unknown_product');
    expect(send(count(bank.shop, [[rice, AMOUNT_MAX]]))).toBe('value_overflow');
    expect(send(count(bank.bakery, [[bread, 1]]), bank.bakery)).toBe('not_an_outlet');
    const good = count(bank.shop, [
      [bread, 1_000],
      [milk, 1],
    ]);
    const reversed = { ...good, lines: good.lines.toReversed() };
    expect(send(reversed)).toBe('not_sorted');
    const built = makeEnvelope(nodeCrypto, reversed, [bank.shop.seed]);
    expect(applyTransaction(bank.block, built)).toMatchObject({ refusal: 'not_sorted' });
    for (let i = 0; i < STOCK_HISTORY; i++) {
      handOver(bank.shop, bread, 1, 1);
      bank.next();
    }
    expect(send(count(bank.shop, [[bread, 1_000]], first))).toBe('unknown_height');
    expect(send(count(bank.shop, [[bread, 1_000]], first + 1))).toBe('accepted');
  });
});
