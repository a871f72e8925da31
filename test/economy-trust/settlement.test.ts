/** The end of trust (§2.1) as statements: who may end it, what goes with whom, what the two parts owe each other. */
import { describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { Id } from '../../src/economy/transaction.ts';
import { PriceBook } from '../../src/sale/price-book.ts';
import {
  BREAD,
  DAY,
  FLOUR,
  lotOf,
  MILK,
  MONTH_END,
  min,
  NOON,
  revisionOf,
  type Sent,
  typeOf,
  World,
} from '../economy/world.ts';

const DECEMBER_END = Date.parse('2026-12-31T23:59:59Z') / 1000;

function cancel(w: World, one: string, other: string, ...signers: readonly string[]): Sent {
  const [a, b] = [w.id(one), w.id(other)].sort() as [Id, Id];
  return w.send({ kind: 'cancel_trust', a, b }, ...(signers.length > 0 ? signers : [one]));
}

function chain(w: World, ...names: readonly string[]): void {
  for (const name of names) w.register(name, name.startsWith('shop'));
  for (let i = 1; i < names.length; i++) w.trust(names[i - 1] ?? '', names[i] ?? '');
}

/** Ten pieces of a product, made in so many minutes, into the maker's own dispatch stock. */
function stock(w: World, name: string, minutes: number, product = BREAD): void {
  const [lot] = w.make(name, minutes, `wallet of ${name}`, product) as [Id];
  const self = w.id(name);
  w.do({ kind: 'transfer', lot, amount: 10, from: self, to: self, purpose: 'dispatch' }, name);
}

/** So many pieces are not on the shelf. */
function lose(w: World, name: string, amount: number, product = BREAD): void {
  const book = w.state.stock.get(`${w.id(name)}/${typeOf(product)}`)?.amount ?? 0;
  const { height } = w.block;
  w.at(w.block.time);
  const lines = [{ type: typeOf(product), height, amount: book - amount }];
  w.do({ kind: 'count', outlet: w.id(name), lines }, name);
}

describe('cancel_trust', () => {
  test('either signs, or both; nobody else; the smaller id first; only what was established', () => {
    const w = new World();
    chain(w, 'a', 'b');
    const [a, b] = [w.id('a'), w.id('b')].sort() as [Id, Id];
    const draft = { kind: 'cancel_trust', a, b } as const;
    expect(w.send(draft).answer).toBe('missing_signature');
    expect(w.send(draft, 'stranger').answer).toBe('missing_signature');
    expect(w.send(draft, 'a', 'stranger').answer).toBe('surplus_signature');
    expect(w.send({ ...draft, a: b, b: a }, 'a').answer).toBe('not_sorted');
    expect(w.send({ ...draft, b: 'f'.repeat(64) }, 'a').answer).toBe('unknown_collective');
    expect(w.send(draft, 'b').events[0]).toEqual({ kind: 'trust', a, b, established: false });
    expect(w.send(draft, 'a').answer).toBe('no_trust');
    w.trust('a', 'b');
    expect(cancel(w, 'a', 'b', 'a', 'b').answer).toBe('accepted');
  });

  test('in a circle nothing happens but that the edge goes', () => {
    const w = new World();
    chain(w, 'a', 'b', 'c');
    w.trust('a', 'c');
    const before = [...w.state.subsystems.entries()];
    expect(cancel(w, 'a', 'b').events).toHaveLength(1);
    expect([...w.state.subsystems.entries()]).toEqual(before);
    expect(w.state.indexes.neighbours.get(w.id('a'))).toEqual(new Set([w.id('c')]));
    const [orderer, addressee] = [w.id('a'), w.id('b')];
    const order = { kind: 'order', orderer, addressee, product: BREAD, amount: 1, deliverBy: NOON } as const;
    expect(w.send(order, 'a').answer).toBe('no_trust');
  });

  test('the part with the oldest member keeps the id, also when it is the smaller one', () => {
    const w = new World();
    chain(w, 'old', 'b', 'c', 'd');
    const { events } = cancel(w, 'old', 'b');
    const others = ['b', 'c', 'd'].map((name) => w.id(name));
    expect(events.filter((e) => e.kind === 'member')).toEqual(
      others.map((collective) => ({ kind: 'member', collective, subsystem: w.id('b') })),
    );
    expect(w.state.subsystems.get(w.id('old'))?.members).toBe(1);
    expect(w.state.subsystems.get(w.id('b'))?.members).toBe(3);
    expect(w.state.indexes.members.get(w.id('b'))).toEqual(new Set(others));
  });
});

describe('settlement', () => {
  /** 330 minutes of labour, 100 of them for a common at the mill; 3 wasted at the shop; the bakery works on bread. */
  function three(): World {
    const w = new World();
    chain(w, 'mill', 'shop', 'bakery');
    w.makeCommon('mill', MILK);
    w.work('mill', w.start('mill', MILK), 'anna', 100);
    stock(w, 'shop', 30);
    lose(w, 'shop', 1);
    w.work('bakery', w.start('bakery', BREAD), 'ben', 200);
    return w;
  }

  test('C, W and D in the proportion of U, floor for the new id; R stays; Q makes both parts even', () => {
    const w = three();
    expect(w.books('mill')).toEqual({ U: min(330), C: min(100), W: min(3), G: min(227) });
    const { events } = cancel(w, 'bakery', 'shop');
    const left = { C: 39_393_940n, W: 1_181_819n, Q: 62_424_241n };
    const went = { C: 60_606_060n, W: 1_818_181n, Q: -62_424_241n };
    expect(w.books('mill')).toEqual({ U: min(130), ...left, G: min(27) });
    expect(w.books('bakery')).toEqual({ U: min(200), ...went, G: min(200) });
    const told = (of: typeof left) => ({ C: String(of.C), W: String(of.W), D: '0', Q: String(of.Q), R: '0' });
    expect(events.find((e) => e.kind === 'split')).toEqual({
      kind: 'split',
      kept: w.id('mill'),
      leaving: w.id('bakery'),
      accounts: [told(left), told(went)],
    });
  });

  test('leaving before a revision changes nobody’s rate; what is owed comes afterwards, within the limit', () => {
    const [stays, leaves] = [three(), three()];
    cancel(leaves, 'bakery', 'shop');
    for (const w of [stays, leaves]) w.at(MONTH_END + 1);
    const row = (w: World, name: string) => w.state.revisions.get(revisionOf(w.id(name)));
    expect(row(stays, 'mill')).toMatchObject({ a: min(330), tax: min(103) });
    // 103/330 of 130 and of 200, to the micro-minute.
    expect(row(leaves, 'mill')).toMatchObject({ a: min(130), tax: 40_575_759n, debt: 62_424_241n });
    expect(row(leaves, 'bakery')).toMatchObject({ a: min(200), tax: 62_424_241n, debt: -62_424_241n });
    for (const name of ['mill', 'bakery']) leaves.work(name, leaves.start(name, FLOUR), 'anna', 100);
    leaves.at(DECEMBER_END + 1);
    const next = (name: string) => leaves.state.revisions.get(revisionOf(leaves.id(name), DECEMBER_END));
    // One micro-minute that November's rounding left lowers December's w.
    expect(next('mill')).toMatchObject({ w: -1n, tax: min(10), debt: 52_424_240n });
    expect(next('bakery')).toMatchObject({ tax: 0n, debt: -62_424_241n });
  });

  test('nobody worked since the revision: C, W and D go into Q, all of them', () => {
    const w = three();
    w.at(MONTH_END + 1);
    w.byHand().subsystems.set(w.id('mill'), {
      ...(w.state.subsystems.get(w.id('mill')) ?? { C: 0n, W: 0n, Q: 0n, R: 0n, members: 3 }),
      D: min(5),
      Q: min(-5),
    });
    lose(w, 'shop', 2);
    const shares = { P: 226_999_998n, R: 2n };
    expect(w.books('mill')).toEqual({ W: min(6), D: min(5), Q: min(-5), ...shares, G: min(221) });
    cancel(w, 'bakery', 'shop');
    // Of 227 minutes the shares of 100 and 30, and of 200, out of 330; G 21 and 200. R stays with the old id.
    expect(w.books('mill')).toEqual({ Q: 68_424_243n, P: 89_424_241n, R: 2n, G: min(21) });
    expect(w.books('bakery')).toEqual({ Q: -62_424_243n, P: 137_575_757n, G: min(200) });
  });

  test('what hangs on a collective goes with it: balances, lots, clearing; a merge brings all of it back', () => {
    const w = three();
    w.at(MONTH_END + 1);
    for (const [id, row] of w.state.workloads.entries())
      if (row.collective === w.id('bakery'))
        w.do({ kind: 'claim', workload: id, revision: row.revision ?? '' }, 'ben');
    const goods = [{ type: typeOf(BREAD), amount: 1 }];
    w.do({ kind: 'hand_over', outlet: w.id('shop'), goods, charged: 3, sales: 1 }, 'shop');
    const before = w.books('mill');
    cancel(w, 'bakery', 'shop');
    expect(w.books('bakery')).toMatchObject({ B: 137_575_757n, G: min(200) });
    expect(w.books('shop')).toMatchObject({ Z: min(-3), G: min(24) });
    w.trust('bakery', 'shop');
    expect(w.books('mill')).toEqual(before);
  });

  test('labels and own parameters hold in both parts', () => {
    const w = three();
    w.state.parameters.set(`${w.id('mill')}/limit`, '1/5');
    const { events } = cancel(w, 'bakery', 'shop');
    expect(w.state.labels.get(`${w.id('bakery')}/${typeOf(MILK)}`)).toBe('common');
    expect(w.state.labels.get(`${w.id('mill')}/${typeOf(MILK)}`)).toBe('common');
    for (const part of ['mill', 'bakery'])
      expect(w.state.indexes.labels.get(w.id(part))).toEqual(new Set([typeOf(MILK)]));
    expect(w.state.parameters.get(`${w.id('bakery')}/limit`)).toBe('1/5');
    expect(events).toContainEqual({
      kind: 'labelled',
      subsystem: w.id('bakery'),
      type: typeOf(MILK),
      label: 'common',
    });
    expect(events).toContainEqual({
      kind: 'parameter',
      subsystem: w.id('bakery'),
      parameter: 'limit',
      value: '1/5',
    });
    w.work('bakery', w.start('bakery', MILK), 'ben', 10);
    expect(w.books('bakery').C).toBe(70_606_060n);
  });
});

describe('pools', () => {
  /** Everything that the stream told so far. */
  function followed(w: World): PriceBook {
    const book = new PriceBook();
    const send = w.sendWhole.bind(w);
    w.sendWhole = (transaction, ...signers) => {
      const sent = send(transaction, ...signers);
      for (const event of sent.events) book.fold(event);
      return sent;
    };
    return book;
  }
  function same(w: World, book: PriceBook): void {
    for (const [at, pool] of w.state.pools.entries()) {
      const [subsystem, type] = at.split('/') as [Id, Id];
      expect(book.pool(subsystem, type)).toEqual({ amount: BigInt(pool.amount), value: pool.value });
    }
  }

  test('divide by amounts held; a price folded from events is the ledger’s, before and after', () => {
    const w = new World();
    const book = followed(w);
    chain(w, 'mill', 'shop 1', 'shop 2');
    stock(w, 'shop 1', 100);
    stock(w, 'shop 2', 20);
    // 20 pieces for 120: three leave shop 2 at 6, which it had got for 2.
    const goods = [{ type: typeOf(BREAD), amount: 3 }];
    w.do({ kind: 'hand_over', outlet: w.id('shop 2'), goods, charged: 18, sales: 3 }, 'shop 2');
    same(w, book);
    expect(book.stock.get(typeOf(BREAD))?.get(w.id('shop 2'))?.value).toBe(min(2));
    const { events, id } = cancel(w, 'shop 1', 'shop 2');
    const settled = events.filter((e): e is Extract<LedgerEvent, { kind: 'stock' }> => e.kind === 'stock');
    // 7 of 17 pieces worth 102 are worth 42; told were 2.
    const told = { kind: 'stock', type: typeOf(BREAD), amount: '0', cause: 'settlement', transaction: id };
    expect(settled).toEqual([
      { ...told, collective: w.id('shop 2'), value: String(min(40)) },
      { ...told, collective: w.id('mill'), value: String(min(-40)) },
    ]);
    expect(w.state.pools.get(`${w.id('shop 2')}/${typeOf(BREAD)}`)).toMatchObject({
      amount: 7,
      value: min(42),
    });
    expect(w.state.pools.get(`${w.id('mill')}/${typeOf(BREAD)}`)).toMatchObject({
      amount: 10,
      value: min(60),
    });
    same(w, book);
    expect(book.price(w.id('shop 2'), typeOf(BREAD))).toEqual(book.price(w.id('shop 1'), typeOf(BREAD)));
  });

  test('floor for the new id; the lowest price stays in both memories; a part without the type has no pool', () => {
    const w = new World();
    const book = followed(w);
    chain(w, 'mill', 'shop 1', 'shop 2', 'farm');
    stock(w, 'shop 1', 7);
    const [lot] = w.make('shop 1', 1, 'anna', BREAD) as [Id];
    const [from, to] = [w.id('shop 1'), w.id('shop 2')];
    const give = { kind: 'transfer', lot, from, to, purpose: 'dispatch' } as const;
    w.do({ ...give, amount: 3 }, 'shop 1', 'shop 2');
    cancel(w, 'farm', 'shop 2');
    expect(w.state.indexes.pools.has(w.id('farm'))).toBe(false);
    cancel(w, 'shop 1', 'shop 2');
    // 3 of 13 pieces worth 7.3 minutes.
    const pool = (name: string) => w.state.pools.get(`${w.id(name)}/${typeOf(BREAD)}`);
    expect(pool('shop 2')).toMatchObject({ amount: 3, value: 1_684_615n });
    expect(pool('mill')).toMatchObject({ amount: 10, value: 5_615_385n });
    expect(pool('shop 2')?.lows[0]).toMatchObject({ amount: 3, value: 1_684_615n });
    same(w, book);
    w.do({ ...give, amount: 1, to: from }, 'shop 1');
    w.trust('shop 2', 'mill');
    same(w, book);
  });

  test('a common has amount and no price, in both parts', () => {
    const w = new World();
    chain(w, 'mill', 'shop 1', 'shop 2');
    w.makeCommon('mill', MILK);
    stock(w, 'shop 2', 60, MILK);
    cancel(w, 'shop 1', 'shop 2');
    expect(w.state.pools.get(`${w.id('shop 2')}/${typeOf(MILK)}`)).toMatchObject({ amount: 10, value: 0n });
    expect(w.books('shop 2')).toEqual({ U: min(60), C: min(60) });
  });
});

test('a production goes on in its part, under the label it has', () => {
  const w = new World();
  chain(w, 'mill', 'bakery');
  const production = w.start('bakery', BREAD);
  w.work('bakery', production, 'ben', 10);
  cancel(w, 'mill', 'bakery');
  w.at(NOON + DAY);
  w.work('bakery', production, 'ben', 20);
  w.do({ kind: 'output', production, outputs: [{ type: typeOf(BREAD), amount: 3 }] }, 'bakery');
  expect(w.state.lots.get(lotOf(production, BREAD))?.value).toBe(min(30));
  expect(w.books('bakery')).toEqual({ U: min(30), G: min(30) });
  expect(w.books('mill')).toEqual({});
});

test('labels, parameters and prices are told in the order of their ids, whatever the order they came in', () => {
  for (const products of [
    [BREAD, MILK, FLOUR],
    [FLOUR, MILK, BREAD],
  ]) {
    const w = new World();
    chain(w, 'mill', 'shop', 'shop 2');
    for (const [i, product] of products.entries()) {
      stock(w, 'shop', 10 + i, product);
      stock(w, 'shop 2', 70, product);
    }
    for (const { name } of products) w.makeCommon('mill', { name: `${name} for all`, unit: 'piece' });
    for (const name of ['limit', 'k', 'grace'].slice(0, products[0] === BREAD ? 3 : 2))
      w.byHand().parameters.set(`${w.id('mill')}/${name}`, name === 'limit' ? '1/5' : '7');
    const { events } = cancel(w, 'shop 2', 'shop');
    const told = (pick: (event: LedgerEvent) => string | undefined) => events.flatMap((e) => pick(e) ?? []);
    const types = told((e) => (e.kind === 'labelled' ? e.type : undefined));
    expect(types).toHaveLength(3);
    expect(types).toEqual(types.toSorted());
    const names = told((e) => (e.kind === 'parameter' ? e.parameter : undefined));
    expect(names).toEqual(products[0] === BREAD ? ['grace', 'k', 'limit'] : ['k', 'limit']);
    const stocks = told((e) => (e.kind === 'stock' && e.cause === 'settlement' ? e.type : undefined));
    expect(stocks).toHaveLength(6);
    expect(stocks).toEqual(stocks.toSorted());
  }
});

test('who was only told of a settlement never had any of the goods, and gets no pool of them', () => {
  const w = new World();
  chain(w, 'shop', 'shop 1', 'shop 2');
  stock(w, 'shop', 20);
  stock(w, 'shop 2', 100);
  cancel(w, 'shop', 'shop 1');
  expect(w.state.stock.get(`${w.id('shop 1')}/${typeOf(BREAD)}`)).toMatchObject({ amount: 0, history: [] });
  expect(w.state.pools.get(`${w.id('shop 1')}/${typeOf(BREAD)}`)).toMatchObject({ amount: 10 });
  w.trust('shop', 'shop 2');
  cancel(w, 'shop 1', 'shop 2');
  expect(w.state.pools.get(`${w.id('shop 1')}/${typeOf(BREAD)}`)).toBeUndefined();
  expect(w.state.pools.get(`${w.id('shop')}/${typeOf(BREAD)}`)).toMatchObject({ amount: 20 });
});

describe('the live keyset of each part', () => {
  const NONE = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  const id = (letter: string) => letter.repeat(64);
  /** Keysets by hand: whose, published when, revoked or not; the live one. Keys take seconds to make and do not matter. */
  function cut(
    live: string,
    ...keysets: readonly (readonly [letter: string, office: string, published: number, revoked?: true])[]
  ) {
    const w = new World();
    chain(w, 'mill', 'shop', 'bakery');
    const state = w.byHand();
    for (const [letter, office, published, revoked] of keysets) {
      const counts = { issued: NONE, redeemed: NONE, refreshed: NONE, recouped: NONE, wasted: NONE };
      const row = { office: w.id(office), keys: [], published, ...counts };
      state.keysets.set(id(letter), revoked ? { ...row, revoked: { time: 9, ordinal: 0 } } : row);
    }
    state.liveKeysets.set(w.id('mill'), id(live));
    const { events } = cancel(w, 'bakery', 'shop');
    const name = (subsystem: Id) => (subsystem === w.id('mill') ? 'mill' : 'bakery');
    const rows = [...state.liveKeysets.entries()].map(([at, keyset]) => `${name(at)} ${keyset[0]}`);
    const told = events.flatMap((e) =>
      e.kind === 'live_keyset'
        ? [`${name(e.subsystem)} ${e.keyset[0]}`]
        : e.kind === 'no_live_keyset'
          ? [`${name(e.subsystem)} none`]
          : [],
    );
    return { rows: rows.sort(), told };
  }

  test('stays where its office is; the other part has none of its own', () => {
    expect(cut('1', ['1', 'shop', 1])).toEqual({ rows: ['mill 1'], told: ['bakery none'] });
    expect(cut('1', ['1', 'bakery', 1])).toEqual({ rows: ['bakery 1'], told: ['bakery 1', 'mill none'] });
  });

  test('or has one: the newest that is not revoked, of two at once that with the greater id', () => {
    expect(cut('1', ['1', 'shop', 1], ['2', 'bakery', 1])).toEqual({
      rows: ['bakery 2', 'mill 1'],
      told: ['bakery 2'],
    });
    expect(cut('1', ['1', 'bakery', 9], ['2', 'shop', 3], ['3', 'mill', 2], ['4', 'shop', 5, true])).toEqual({
      rows: ['bakery 1', 'mill 2'],
      told: ['bakery 1', 'mill 2'],
    });
    for (const other of [
      [['2', 'shop', 3] as const, ['3', 'mill', 3] as const],
      [['3', 'mill', 3] as const, ['2', 'shop', 3] as const],
      [['3', 'mill', 3] as const, ['5', 'mill', 2] as const],
      [['5', 'mill', 2] as const, ['3', 'mill', 3] as const],
    ])
      expect(cut('1', ['1', 'bakery', 9], ...other).told).toEqual(['bakery 1', 'mill 3']);
  });
});
