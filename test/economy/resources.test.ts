/** Lots: how goods enter and change hands (§3.1, §3.2), and dispatch stock as they reach it. */
import { expect, test } from 'vitest';
import { AMOUNT_MAX } from '../../src/limits.ts';
import { BREAD, DAY, FLOUR, lotOf, min, NOON, typeOf, World } from './world.ts';

test('collectivized goods have value 0 and the label of their type; the type is told once', () => {
  const w = new World();
  const farm = w.register('farm');
  w.makeCommon('farm', FLOUR);
  const { id, events } = w.send({ kind: 'collectivize', owner: farm, product: FLOUR, amount: 5 }, 'farm');
  expect(events).toEqual([
    { kind: 'product', type: typeOf(FLOUR), name: 'Flour', unit: 'g' },
    { kind: 'lot', lot: id, owner: farm, type: typeOf(FLOUR), amount: 5, value: '0' },
  ]);
  expect(w.state.lots.get(id)).toEqual({
    type: typeOf(FLOUR),
    amount: 5,
    value: 0n,
    owner: farm,
    label: 'common',
    origin: id,
  });
  const again = w.send({ kind: 'collectivize', owner: farm, product: FLOUR, amount: 1 }, 'farm');
  expect(again.events.map((e) => e.kind)).toEqual(['lot']);
  expect(w.send({ kind: 'collectivize', owner: farm, product: FLOUR, amount: 0 }, 'farm').answer).toBe(
    'amount_zero',
  );
  expect(w.send({ kind: 'collectivize', owner: id, product: FLOUR, amount: 1 }, 'farm').answer).toBe(
    'unknown_collective',
  );
});

test('a transfer gives a part with floor(value × part / whole), the last part all', () => {
  const w = new World();
  const [farm, bakery] = [w.register('farm'), w.register('bakery')];
  w.trust('farm', 'bakery');
  const [lot] = w.make('farm', 100, 'anna', FLOUR) as [string];
  const give = (amount: number) =>
    w.do({ kind: 'transfer', lot, amount, from: farm, to: bakery, purpose: 'use' }, 'farm', 'bakery');
  const first = give(3);
  expect(w.state.lots.get(first)).toMatchObject({ amount: 3, value: min(30), owner: bakery, origin: first });
  const values = [give(3), give(3), give(1)].map((id) => w.state.lots.get(id)?.value);
  expect(values).toEqual([min(30), min(30), min(10)]);
  expect(w.state.lots.has(lot)).toBe(false);
});

test('thirds do not get lost', () => {
  const w = new World();
  const [farm, bakery] = [w.register('farm'), w.register('bakery')];
  w.trust('farm', 'bakery');
  const production = w.start('farm', FLOUR);
  w.work('farm', production, 'anna', 1);
  w.do({ kind: 'output', production, outputs: [{ type: typeOf(FLOUR), amount: 3 }] }, 'farm');
  const lot = lotOf(production, FLOUR);
  const ids = [1, 1, 1].map((amount) =>
    w.do({ kind: 'transfer', lot, amount, from: farm, to: bakery, purpose: 'use' }, 'farm', 'bakery'),
  );
  expect(ids.map((id) => w.state.lots.get(id)?.value)).toEqual([333_333n, 333_333n, 333_334n]);
});

test('what a transfer is refused for', () => {
  const w = new World();
  const [farm, shop, mill] = [w.register('farm'), w.register('shop', true), w.register('mill')];
  w.trust('farm', 'shop');
  w.trust('shop', 'mill');
  const [lot] = w.make('farm', 10, 'anna', FLOUR) as [string];
  const draft = { kind: 'transfer', lot, amount: 1, from: farm, to: shop, purpose: 'use' } as const;
  expect(w.send({ ...draft, to: lot }, 'farm', 'shop').answer).toBe('unknown_collective');
  expect(w.send(draft, 'farm').answer).toBe('missing_signature');
  expect(w.send(draft, 'shop').answer).toBe('missing_signature');
  expect(w.send({ ...draft, to: farm, purpose: 'dispatch' }, 'farm').answer).toBe('not_an_outlet');
  // Weak trust is not enough: farm and mill are in one subsystem without an edge.
  expect(w.send({ ...draft, to: mill }, 'farm', 'mill').answer).toBe('no_trust');
  expect(w.send({ ...draft, to: farm }, 'farm').answer).toBe('same_collective');
  expect(w.send({ ...draft, lot: farm }, 'farm', 'shop').answer).toBe('unknown_lot');
  expect(w.send({ ...draft, from: shop, to: farm }, 'farm', 'shop').answer).toBe('not_owner');
  expect(w.send({ ...draft, amount: 11 }, 'farm', 'shop').answer).toBe('not_enough');
  expect(w.send({ ...draft, amount: 0 }, 'farm', 'shop').answer).toBe('amount_zero');
});

test('dispatch: goods enter the pool, told as stock; one signature for one’s own goods', () => {
  const w = new World();
  const [farm, shop] = [w.register('farm'), w.register('shop', true)];
  w.trust('farm', 'shop');
  const [flour] = w.make('farm', 10, 'anna', FLOUR) as [string];
  const { id, events } = w.send(
    { kind: 'transfer', lot: flour, amount: 4, from: farm, to: shop, purpose: 'dispatch' },
    'farm',
    'shop',
  );
  expect(events).toEqual([
    { kind: 'lot', lot: flour, owner: farm, type: typeOf(FLOUR), amount: 6, value: String(min(6)) },
    {
      kind: 'stock',
      collective: shop,
      type: typeOf(FLOUR),
      amount: '4',
      value: String(min(4)),
      cause: 'dispatch',
      transaction: id,
    },
  ]);
  expect(w.state.lots.has(id)).toBe(false);
  const [bread] = w.make('shop', 20, 'ben', BREAD) as [string];
  w.do({ kind: 'transfer', lot: bread, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
  expect(w.state.pools.get(`${farm}/${typeOf(BREAD)}`)).toMatchObject({ amount: 10, value: min(20) });
  expect(w.books('shop')).toEqual({ U: min(30), G: min(30) });
});

test('a common reaches the stock with price 0 and touches no account', () => {
  const w = new World();
  const shop = w.register('shop', true);
  w.makeCommon('shop', BREAD);
  const [bread] = w.make('shop', 20, 'ben', BREAD) as [string];
  expect(w.state.lots.get(bread)).toMatchObject({ value: min(20), label: 'common' });
  w.do({ kind: 'transfer', lot: bread, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
  expect(w.state.pools.get(`${shop}/${typeOf(BREAD)}`)).toMatchObject({ amount: 10, value: 0n });
  expect(w.books('shop')).toEqual({ U: min(20), C: min(20) });
});

test('a full pool takes no more', () => {
  const w = new World();
  const shop = w.register('shop', true);
  const give = () => {
    const lot = w.do({ kind: 'collectivize', owner: shop, product: FLOUR, amount: AMOUNT_MAX }, 'shop');
    return w.send(
      { kind: 'transfer', lot, amount: AMOUNT_MAX, from: shop, to: shop, purpose: 'dispatch' },
      'shop',
    ).answer;
  };
  expect(give()).toBe('accepted');
  const at = `${shop}/${typeOf(FLOUR)}`;
  const [pool, stock] = [w.state.pools.get(at), w.state.stock.get(at)];
  if (pool === undefined || stock === undefined) throw new Error('no pool');
  // 998 such deliveries more.
  w.byHand().pools.set(at, { ...pool, amount: 999 * AMOUNT_MAX });
  w.state.stock.set(at, { ...stock, amount: 999 * AMOUNT_MAX });
  expect(give()).toBe('accepted');
  expect(give()).toBe('value_overflow');
});

test('a lot keeps the durability of what was estimated as a means of production', () => {
  const w = new World();
  const [smith, bakery] = [w.register('smith'), w.register('bakery')];
  w.trust('smith', 'bakery');
  const product = { name: 'Oven', unit: 'piece' } as const;
  const order = w.do(
    { kind: 'order', orderer: bakery, addressee: smith, product, amount: 1, deliverBy: NOON + DAY },
    'bakery',
  );
  const estimate = w.do(
    { kind: 'estimate', order, outputs: [{ product, amount: 1, value: min(1800), durability: 3000 }] },
    'smith',
  );
  const production = w.do({ kind: 'start', estimate }, 'smith');
  w.work('smith', production, 'anna', 60);
  w.do({ kind: 'output', production, outputs: [{ type: typeOf(product), amount: 1 }] }, 'smith');
  const oven = lotOf(production, product);
  expect(w.state.lots.get(oven)).toMatchObject({ durability: 3000, value: min(60) });
  const moved = w.do(
    { kind: 'transfer', lot: oven, amount: 1, from: smith, to: bakery, purpose: 'use' },
    'smith',
    'bakery',
  );
  expect(w.state.lots.get(moved)).toMatchObject({ durability: 3000, owner: bakery });
});

test('dispatch stock leaves by the delivery that brought it, at the average: to another outlet, or off the shelf', () => {
  const w = new World();
  const [shop, kiosk] = [w.register('shop', true), w.register('kiosk', true)];
  w.trust('shop', 'kiosk');
  const bread = (minutes: number) => w.make('shop', minutes, 'anna', BREAD)[0] as string;
  const shelf = { kind: 'transfer', from: shop, to: shop, purpose: 'dispatch' } as const;
  const first = w.do({ ...shelf, lot: bread(300), amount: 10 }, 'shop');
  w.do({ ...shelf, lot: bread(100), amount: 10 }, 'shop');
  const give = {
    kind: 'transfer',
    lot: first,
    amount: 4,
    from: shop,
    to: kiosk,
    purpose: 'dispatch',
  } as const;
  const moved = w.send(give, 'shop', 'kiosk');
  const line = { kind: 'stock', type: typeOf(BREAD), transaction: moved.id } as const;
  expect(moved.events).toEqual([
    { ...line, collective: shop, amount: '-4', value: String(-min(80)), cause: 'transfer' },
    { ...line, collective: kiosk, amount: '4', value: String(min(80)), cause: 'dispatch' },
  ]);
  const held = (outlet: string) => w.state.stock.get(`${outlet}/${typeOf(BREAD)}`)?.amount;
  expect([held(shop), held(kiosk)]).toEqual([16, 4]);
  expect(w.state.pools.get(`${shop}/${typeOf(BREAD)}`)).toMatchObject({ amount: 20, value: min(400) });
  const off = w.do({ ...give, to: shop, amount: 6, purpose: 'use' }, 'shop');
  expect(w.state.lots.get(off)).toMatchObject({ amount: 6, value: min(120), owner: shop, origin: off });
  // All ten of the first delivery are gone; what the kiosk got is a delivery of its own.
  expect(w.send({ ...give, amount: 1 }, 'shop', 'kiosk').answer).toBe('unknown_lot');
  const back = { ...give, lot: moved.id, from: kiosk, to: shop, purpose: 'use' } as const;
  expect(w.send({ ...back, from: shop, to: kiosk }, 'shop', 'kiosk').answer).toBe('not_owner');
  expect(w.send({ ...back, amount: 5 }, 'shop', 'kiosk').answer).toBe('not_enough');
  expect(w.send({ ...back, amount: 0 }, 'shop', 'kiosk').answer).toBe('amount_zero');
  expect(w.send({ ...back, to: kiosk, purpose: 'dispatch' }, 'kiosk').answer).toBe('same_collective');
  const last = w.do(back, 'shop', 'kiosk');
  expect(w.state.lots.get(last)).toMatchObject({ amount: 4, value: min(80), owner: shop });
  expect(w.books('shop')).toEqual({ U: min(400), G: min(400) });
});

test('a common leaves the stock without value', () => {
  const w = new World();
  const shop = w.register('shop', true);
  w.makeCommon('shop', BREAD);
  const [bread] = w.make('shop', 20, 'ben', BREAD) as [string];
  const self = { kind: 'transfer', amount: 10, from: shop, to: shop } as const;
  const delivery = w.do({ ...self, lot: bread, purpose: 'dispatch' }, 'shop');
  const off = w.do({ ...self, lot: delivery, purpose: 'use' }, 'shop');
  expect(w.state.lots.get(off)).toMatchObject({ amount: 10, value: 0n, label: 'common' });
  expect(w.books('shop')).toEqual({ U: min(20), C: min(20) });
});
