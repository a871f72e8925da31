/** Collectives, trust, and what happens to books when two subsystems become one (§2.1). */
import { describe, expect, test } from 'vitest';
import { BREAD, CHAIN, DAY, FLOUR, MILK, min, NOON, seedOf, typeOf, World, walletOf } from './world.ts';

test('a collective begins as a subsystem of its own, everything zero; its id is the transaction', () => {
  const w = new World();
  const sent = w.send(
    { kind: 'register', key: walletOf('bakery'), name: 'Bakery', dispatches: false },
    'bakery',
  );
  expect(sent.answer).toBe('accepted');
  expect(sent.events).toEqual([
    { kind: 'registered', collective: sent.id, name: 'Bakery', key: walletOf('bakery'), dispatches: false },
    { kind: 'member', collective: sent.id, subsystem: sent.id },
  ]);
  expect(w.state.subsystems.get(sent.id)).toEqual({ C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n, members: 1 });
  const again = w.send(
    { kind: 'register', key: walletOf('bakery'), name: 'Other', dispatches: true },
    'bakery',
  );
  expect(again.answer).toBe('key_in_use');
});

test('trust needs both signatures, the smaller id first, two different collectives, and is established once', () => {
  const w = new World();
  const [one, other] = [w.register('bakery'), w.register('dairy')];
  const [a, b] = one < other ? [one, other] : [other, one];
  const trust = { kind: 'establish_trust', a, b } as const;
  expect(w.send(trust, 'bakery').answer).toBe('missing_signature');
  expect(w.send(trust, 'bakery', 'dairy', 'stranger').answer).toBe('surplus_signature');
  expect(w.send({ ...trust, a: b, b: a }, 'bakery', 'dairy').answer).toBe('not_sorted');
  expect(w.send({ ...trust, b: a }, one === a ? 'bakery' : 'dairy').answer).toBe('same_collective');
  expect(w.send({ ...trust, b: 'f'.repeat(64) }, 'bakery', 'dairy').answer).toBe('unknown_collective');
  expect(w.send(trust, 'bakery', 'dairy').events[0]).toEqual({ kind: 'trust', a, b, established: true });
  expect(w.send(trust, 'bakery', 'dairy').answer).toBe('already_trusted');
});

test('signatures: of another chain, of other bytes, and the same transaction twice', () => {
  const w = new World();
  const draft = {
    kind: 'register',
    chain: CHAIN,
    nonce: w.nonce(),
    key: walletOf('x'),
    name: 'x',
    dispatches: false,
  } as const;
  expect(w.sendWhole({ ...draft, chain: 'other-chain' }, 'x').answer).toBe('foreign_chain');
  expect(w.sendWhole(draft, 'x').answer).toBe('accepted');
  expect(w.sendWhole(draft, 'x').answer).toBe('exists');
  expect(seedOf('x')).toHaveLength(32);
});

describe('a merge', () => {
  test('keeps the oldest member’s id, tells who moved, adds accounts, pools and members', () => {
    const w = new World();
    const [farm, shop, kiosk] = [w.register('farm'), w.register('shop', true), w.register('kiosk', true)];
    for (const [name, minutes] of [
      ['shop', 6000],
      ['kiosk', 1800],
    ] as const) {
      const production = w.start(name, BREAD);
      for (let left = minutes, i = 0; left > 0; left -= 1000, i++)
        w.work(name, production, `wallet ${i} of ${name}`, Math.min(left, 1000));
      w.do(
        {
          kind: 'output',
          production,
          outputs: [{ type: typeOf(BREAD), amount: name === 'shop' ? 100 : 10 }],
        },
        name,
      );
      const [lot] = [...w.state.lots.entries()].find(([, row]) => row.owner === w.id(name)) ?? [''];
      const self = w.id(name);
      const amount = name === 'shop' ? 100 : 10;
      w.do({ kind: 'transfer', lot, amount, from: self, to: self, purpose: 'dispatch' }, name);
    }
    w.trust('shop', 'kiosk');
    expect(w.state.collectives.get(kiosk)?.subsystem).toBe(shop);
    // 100 h for 100 pieces and 30 h for 10 pieces: 13/11 h each.
    expect(w.state.pools.get(`${shop}/${typeOf(BREAD)}`)).toMatchObject({
      amount: 110,
      value: min(130 * 60),
    });
    expect(w.state.pools.has(`${kiosk}/${typeOf(BREAD)}`)).toBe(false);
    expect(w.state.subsystems.get(shop)).toMatchObject({ members: 2 });
    expect(w.state.subsystems.has(kiosk)).toBe(false);
    expect(w.books('kiosk')).toEqual({ U: min(7800), G: min(7800) });
    const [a, b] = [farm, kiosk].sort() as [string, string];
    const { events } = w.send({ kind: 'establish_trust', a, b }, 'farm', 'kiosk');
    expect(events.slice(1)).toEqual(
      [shop, kiosk].sort().map((collective) => ({ kind: 'member', collective, subsystem: farm })),
    );
  });

  test('inside one subsystem changes nothing but the edge', () => {
    const w = new World();
    for (const name of ['a', 'b', 'c']) w.register(name);
    w.trust('a', 'b');
    w.trust('b', 'c');
    const before = [...w.state.subsystems.entries()];
    w.trust('a', 'c');
    expect([...w.state.subsystems.entries()]).toEqual(before);
    expect(w.state.indexes.neighbours.get(w.id('a'))).toEqual(new Set([w.id('b'), w.id('c')]));
  });

  test('labels are the bigger part’s; the smaller part’s lots and stock are booked to w', () => {
    const w = new World();
    const shop = w.register('shop', true);
    const [, second] = [w.register('mill'), w.register('bakery')];
    w.trust('mill', 'bakery');
    // The shop, alone: 60 min bread in a lot and 60 in stock; milk is common there. The others: bread is common.
    w.make('shop', 60, 'anna', BREAD);
    const [stocked] = w.make('shop', 60, 'anna', BREAD) as [string];
    w.do({ kind: 'transfer', lot: stocked, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    w.makeCommon('shop', MILK);
    const [milk] = w.make('shop', 30, 'anna', MILK) as [string];
    w.makeCommon('bakery', BREAD);
    w.make('bakery', 100, 'ben', BREAD);
    const open = w.start('shop', BREAD);
    w.work('shop', open, 'anna', 7);
    expect(w.books('shop')).toEqual({ U: min(157), C: min(30), G: min(127) });
    w.trust('shop', 'bakery');
    expect(second).toBe(w.id('bakery'));
    // Bread 60 + 60 becomes common: w + 120; milk 30 becomes exclusive: w − 30. What is in work stays exclusive.
    expect(w.books('shop')).toEqual({ U: min(257), C: min(130), W: min(90), G: min(37) });
    expect(w.state.lots.get(milk)?.label).toBe('exclusive');
    expect(w.state.pools.get(`${shop}/${typeOf(BREAD)}`)).toMatchObject({ amount: 10, value: 0n });
    expect(w.state.labels.get(`${shop}/${typeOf(BREAD)}`)).toBe('common');
    expect(w.state.labels.has(`${shop}/${typeOf(MILK)}`)).toBe(false);
    expect(w.state.indexes.labels).toEqual(new Map([[shop, new Set([typeOf(BREAD)])]]));
    // Its output takes the label of its type, and the difference goes the same way.
    w.do({ kind: 'output', production: open, outputs: [{ type: typeOf(BREAD), amount: 1 }] }, 'shop');
    expect(w.books('shop')).toEqual({ U: min(257), C: min(130), W: min(97), G: min(30) });
  });

  test('a common production whose type became exclusive puts out exclusive goods and takes the value back from w', () => {
    const w = new World();
    for (const name of ['a', 'b', 'small']) w.register(name);
    w.trust('a', 'b');
    w.makeCommon('small', FLOUR);
    const production = w.start('small', FLOUR);
    w.work('small', production, 'anna', 40);
    w.trust('a', 'small');
    w.do({ kind: 'output', production, outputs: [{ type: typeOf(FLOUR), amount: 1 }] }, 'small');
    expect(w.books('small')).toEqual({ U: min(40), C: min(40), W: min(-40), G: min(40) });
  });

  test('equal parts: the older id’s labels hold', () => {
    const w = new World();
    w.register('older');
    w.register('younger');
    w.makeCommon('older', BREAD);
    w.makeCommon('younger', MILK);
    w.trust('older', 'younger');
    expect([...w.state.labels.entries()]).toEqual([[`${w.id('older')}/${typeOf(BREAD)}`, 'common']]);
  });

  test('the stock of a type that becomes common loses its price outlet by outlet, as the stream tells', () => {
    const w = new World();
    for (const name of ['x', 'y', 'z']) w.register(name);
    w.trust('x', 'y');
    w.trust('y', 'z');
    w.makeCommon('x', BREAD);
    const [shop, kiosk] = [w.register('shop', true), w.register('kiosk', true)];
    w.trust('shop', 'kiosk');
    const [lot] = w.make('shop', 100, 'anna', BREAD) as [string];
    w.do({ kind: 'transfer', lot, amount: 7, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    w.do({ kind: 'transfer', lot, amount: 3, from: shop, to: kiosk, purpose: 'dispatch' }, 'shop', 'kiosk');
    const [a, b] = [w.id('x'), shop].sort() as [string, string];
    const { events } = w.send({ kind: 'establish_trust', a, b }, 'x', 'shop');
    const stock = events
      .filter((e) => e.kind === 'stock')
      .map((e) => [e.collective, e.amount, BigInt(e.value), e.cause]);
    expect(stock).toEqual(
      [
        [shop, '0', min(-70), 'merge'],
        [kiosk, '0', min(-30), 'merge'],
      ].sort(([p], [q]) => (String(p) < String(q) ? -1 : 1)),
    );
    expect(w.books('shop')).toEqual({ U: min(100), W: min(100) });
  });

  test('the bigger part’s keyset stays live; without one, the other’s', () => {
    const w = new World();
    for (const name of ['a', 'b', 'c', 'd', 'e']) w.register(name);
    w.trust('b', 'c');
    // Not by transactions: keys of an office take seconds to make, and only the table matters here.
    w.state.liveKeysets.set(w.id('a'), '1'.repeat(64));
    w.state.liveKeysets.set(w.id('b'), '2'.repeat(64));
    w.trust('a', 'b');
    expect([...w.state.liveKeysets.entries()]).toEqual([[w.id('a'), '2'.repeat(64)]]);
    w.state.liveKeysets.set(w.id('e'), '3'.repeat(64));
    const [a, b] = [w.id('d'), w.id('e')].sort() as [string, string];
    const { events } = w.send({ kind: 'establish_trust', a, b }, 'd', 'e');
    expect(w.state.liveKeysets.get(w.id('d'))).toBe('3'.repeat(64));
    expect(w.state.liveKeysets.has(w.id('e'))).toBe(false);
    expect(events.at(0)).toMatchObject({ kind: 'trust' });
    expect(events).toContainEqual({ kind: 'live_keyset', subsystem: w.id('d'), keyset: '3'.repeat(64) });
  });

  test('pools that do not fit into one are not merged', () => {
    const w = new World();
    for (const name of ['one', 'two']) {
      const self = w.register(name, true);
      for (let i = 0; i < 2; i++) {
        const lot = w.do({ kind: 'collectivize', owner: self, product: FLOUR, amount: 10 ** 12 }, name);
        w.do({ kind: 'transfer', lot, amount: 10 ** 12, from: self, to: self, purpose: 'dispatch' }, name);
      }
      const row = w.state.pools.get(`${self}/${typeOf(FLOUR)}`);
      const stock = w.state.stock.get(`${self}/${typeOf(FLOUR)}`);
      if (row === undefined || stock === undefined) throw new Error('no pool');
      // 300 such deliveries more.
      w.byHand().pools.set(`${self}/${typeOf(FLOUR)}`, { ...row, amount: 6 * 10 ** 14 });
      w.state.stock.set(`${self}/${typeOf(FLOUR)}`, { ...stock, amount: 6 * 10 ** 14 });
    }
    const [a, b] = [w.id('one'), w.id('two')].sort() as [string, string];
    expect(w.send({ kind: 'establish_trust', a, b }, 'one', 'two').answer).toBe('value_overflow');
  });
});

test('blocks: time never goes back, heights count', () => {
  const w = new World();
  w.at(NOON + DAY);
  w.at(NOON);
  expect(w.block).toMatchObject({ height: 3, time: NOON + DAY });
  expect(w.state.meta.get('time')).toBe(String(NOON + DAY));
});
