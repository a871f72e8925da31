/** The production cycle (§5): order, estimate, start, what goes in, what comes out. */
import { describe, expect, test } from 'vitest';
import { DURABILITY_MAX, ESTIMATE_MAX } from '../../src/limits.ts';
import { BREAD, CHAIN, DAY, FLOUR, lotOf, MILK, min, NOON, typeOf, World, walletOf } from './world.ts';

function bakeryAndMill(): World {
  const w = new World();
  for (const name of ['mill', 'bakery', 'farm']) w.register(name);
  w.trust('mill', 'bakery');
  w.trust('mill', 'farm');
  return w;
}
const orderOf = (w: World, orderer: string, addressee: string) =>
  ({
    kind: 'order',
    orderer: w.id(orderer),
    addressee: w.id(addressee),
    product: BREAD,
    amount: 3,
    deliverBy: NOON,
  }) as const;

test('orders go to oneself or along an edge, and may name a parent', () => {
  const w = bakeryAndMill();
  const order = orderOf(w, 'mill', 'bakery');
  const { id, events } = w.send(order, 'mill');
  expect(events.at(-1)).toEqual({
    kind: 'ordered',
    order: id,
    orderer: w.id('mill'),
    addressee: w.id('bakery'),
    type: typeOf(BREAD),
    amount: 3,
  });
  expect(w.state.orders.get(id)).toEqual({
    orderer: w.id('mill'),
    addressee: w.id('bakery'),
    type: typeOf(BREAD),
    amount: 3,
    deliverBy: NOON,
  });
  const child = w.do({ ...orderOf(w, 'bakery', 'bakery'), parent: id }, 'bakery');
  expect(w.state.orders.get(child)?.parent).toBe(id);
  expect(w.send(order, 'bakery').answer).toBe('missing_signature');
  expect(w.send({ ...order, orderer: id }, 'mill').answer).toBe('unknown_collective');
  expect(w.send({ ...order, addressee: id }, 'mill').answer).toBe('unknown_collective');
  expect(w.send(orderOf(w, 'farm', 'bakery'), 'farm').answer).toBe('no_trust');
  expect(w.send({ ...order, parent: w.id('mill') }, 'mill').answer).toBe('unknown_order');
  expect(w.send({ ...order, amount: 0 }, 'mill').answer).toBe('amount_zero');
});

test('estimates: one an order, by its addressee, with what was ordered among the outputs, sorted by type', () => {
  const w = bakeryAndMill();
  const order = w.do(orderOf(w, 'mill', 'bakery'), 'mill');
  const bread = { product: BREAD, amount: 3, value: min(60) };
  const milk = { product: MILK, amount: 3, value: min(60) };
  const sorted = [bread, milk].sort((a, b) => (typeOf(a.product) < typeOf(b.product) ? -1 : 1));
  const estimate = { kind: 'estimate', order, outputs: sorted } as const;
  expect(w.send({ ...estimate, order: w.id('mill') }, 'bakery').answer).toBe('unknown_order');
  expect(w.send(estimate, 'mill').answer).toBe('missing_signature');
  expect(w.send({ ...estimate, outputs: [milk] }, 'bakery').answer).toBe('wrong_product');
  expect(w.send({ ...estimate, outputs: [{ ...bread, amount: 0 }] }, 'bakery').answer).toBe('amount_zero');
  expect(w.send({ ...estimate, outputs: [{ ...bread, value: ESTIMATE_MAX + 1n }] }, 'bakery').answer).toBe(
    'value_overflow',
  );
  const zero = sorted.map((output) => (output.product === MILK ? { ...output, amount: 0 } : output));
  expect(w.send({ ...estimate, outputs: zero }, 'bakery').answer).toBe('amount_zero');
  for (const over of [{ value: ESTIMATE_MAX + 1n }, { durability: DURABILITY_MAX + 1 }]) {
    const outputs = sorted.map((output) => (output.product === MILK ? { ...output, ...over } : output));
    expect(w.send({ ...estimate, outputs }, 'bakery').answer).toBe('value_overflow');
  }
  expect(w.send({ ...estimate, outputs: sorted.toReversed() }, 'bakery').answer).toBe('not_sorted');
  expect(w.send({ ...estimate, outputs: [bread, bread] }, 'bakery').answer).toBe('not_sorted');
  const most = { ...bread, value: ESTIMATE_MAX, durability: DURABILITY_MAX };
  const other = w.do(orderOf(w, 'mill', 'bakery'), 'mill');
  const { id, events } = w.send(estimate, 'bakery');
  expect(events.at(-1)).toEqual({ kind: 'estimated', estimate: id, order, value: String(min(120)) });
  expect(events[0]).toEqual({ kind: 'product', type: typeOf(MILK), ...MILK });
  expect(w.state.types.get(typeOf(MILK))).toEqual(MILK);
  w.do({ kind: 'estimate', order: other, outputs: [most] }, 'bakery');
  expect(w.send(estimate, 'bakery').answer).toBe('estimate_open');
  w.do({ kind: 'start', estimate: id }, 'bakery');
  expect(w.send(estimate, 'bakery').answer).toBe('already_started');
});

test('a start is 1:1 with an estimate, needs a vote above the parameter, and keeps commons apart', () => {
  const w = new World({ voteAbove: min(100) });
  w.register('bakery');
  const self = w.id('bakery');
  const order = () => w.do({ ...orderOf(w, 'bakery', 'bakery'), orderer: self }, 'bakery');
  const estimate = (value: bigint, ...more: (typeof BREAD)[]) =>
    w.do(
      {
        kind: 'estimate',
        order: order(),
        outputs: [BREAD, ...more]
          .map((product) => ({ product, amount: 1, value }))
          .sort((a, b) => (typeOf(a.product) < typeOf(b.product) ? -1 : 1)),
      },
      'bakery',
    );
  expect(w.send({ kind: 'start', estimate: self }, 'bakery').answer).toBe('unknown_estimate');
  const exact = estimate(min(100));
  expect(w.send({ kind: 'start', estimate: exact }, 'stranger').answer).toBe('missing_signature');
  const started = w.send({ kind: 'start', estimate: exact }, 'bakery');
  expect(started.events).toEqual([{ kind: 'started', production: started.id, producer: self }]);
  expect(w.send({ kind: 'start', estimate: exact }, 'bakery').answer).toBe('already_started');
  expect(w.send({ kind: 'start', estimate: estimate(min(100) + 1n) }, 'bakery').answer).toBe('vote_needed');
  w.makeCommon('bakery', MILK);
  expect(w.send({ kind: 'start', estimate: estimate(1n, MILK) }, 'bakery').answer).toBe(
    'common_in_exclusive',
  );
});

test('the allocations as well as the estimate may need a vote', () => {
  const w = new World({ voteAbove: min(100) });
  const bakery = w.register('bakery');
  const [lot] = w.make('bakery', 50, 'anna', FLOUR) as [string];
  const production = w.start('bakery', BREAD);
  w.work('bakery', production, 'anna', 60);
  const allocate = { kind: 'allocate_resource', production, lot, repurpose: false } as const;
  expect(w.send({ ...allocate, amount: 9 }, 'bakery').answer).toBe('vote_needed');
  w.do({ ...allocate, amount: 8 }, 'bakery');
  const work = {
    kind: 'allocate_workload',
    production,
    wallet: walletOf('ben'),
    minutes: 1,
    day: w.today,
  } as const;
  expect(w.send(work, 'bakery').answer).toBe('vote_needed');
  expect(w.state.lots.get(lot)).toMatchObject({ owner: bakery, amount: 2 });
});

describe('workloads', () => {
  test('one of the last seven days by block time, at most 1 440 minutes a wallet and day', () => {
    const w = new World();
    w.register('bakery');
    w.register('dairy');
    const [bread, milk] = [w.start('bakery', BREAD), w.start('dairy', MILK)];
    const { today } = w;
    const work = {
      kind: 'allocate_workload',
      production: bread,
      wallet: walletOf('anna'),
      minutes: 1,
      day: today,
    } as const;
    const answer = (fields: object, signer = 'bakery') => w.send({ ...work, ...fields }, signer).answer;
    expect(answer({ production: w.id('bakery') })).toBe('unknown_production');
    expect(answer({}, 'dairy')).toBe('missing_signature');
    expect(answer({ day: today + 1 })).toBe('day_out_of_range');
    expect(answer({ day: today - 7 })).toBe('day_out_of_range');
    expect(answer({ day: today - 6, minutes: 1440 })).toBe('accepted');
    expect(answer({ minutes: 0 })).toBe('minutes_out_of_range');
    expect(answer({ minutes: 1441 })).toBe('minutes_out_of_range');
    expect(answer({ minutes: 1000 })).toBe('accepted');
    expect(answer({ production: milk, minutes: 441 }, 'dairy')).toBe('day_is_full');
    expect(answer({ production: milk, minutes: 440 }, 'dairy')).toBe('accepted');
    expect(answer({})).toBe('day_is_full');
    expect(answer({ wallet: walletOf('ben') })).toBe('accepted');
    w.at(NOON + DAY);
    expect(answer({ day: today - 6 })).toBe('day_out_of_range');
    expect(answer({ day: today + 1 })).toBe('accepted');
  });
});

describe('output', () => {
  test('L3: what comes out is worth what went in, divided as estimated, the last takes the rest', () => {
    const w = new World();
    const bakery = w.register('bakery');
    const [flour] = w.make('bakery', 40, 'anna', FLOUR) as [string];
    const order = w.do({ ...orderOf(w, 'bakery', 'bakery') }, 'bakery');
    const outputs = [
      { product: BREAD, amount: 3, value: min(1) },
      { product: MILK, amount: 3, value: min(2) },
    ].sort((a, b) => (typeOf(a.product) < typeOf(b.product) ? -1 : 1));
    const estimate = w.do({ kind: 'estimate', order, outputs }, 'bakery');
    const production = w.do({ kind: 'start', estimate }, 'bakery');
    w.do({ kind: 'allocate_resource', production, lot: flour, amount: 10, repurpose: false }, 'bakery');
    w.work('bakery', production, 'anna', 60);
    expect(w.books('bakery')).toEqual({ U: min(100), G: min(100) });
    const { id } = w.send(
      {
        kind: 'output',
        production,
        outputs: outputs.map(({ product }) => ({ type: typeOf(product), amount: 7 })),
      },
      'bakery',
    );
    const [first, last] = outputs.map(({ product }) => w.state.lots.get(lotOf(production, product)));
    const third = outputs[0]?.product === BREAD;
    expect(first).toMatchObject({
      amount: 7,
      owner: bakery,
      origin: id,
      value: third ? 33_333_333n : 66_666_666n,
    });
    expect(last).toMatchObject({ value: third ? 66_666_667n : 33_333_334n });
    expect((first?.value ?? 0n) + (last?.value ?? 0n)).toBe(min(100));
    expect(w.books('bakery')).toEqual({ U: min(100), G: min(100) });
  });

  test('types that did not come out leave their part to the others; estimated at nothing, they share equally', () => {
    const w = new World();
    w.register('bakery');
    const production = w.start('bakery', BREAD, MILK);
    w.work('bakery', production, 'anna', 9);
    w.do({ kind: 'output', production, outputs: [{ type: typeOf(MILK), amount: 1 }] }, 'bakery');
    expect(w.state.lots.get(lotOf(production, MILK))?.value).toBe(min(9));
    expect(w.state.lots.has(lotOf(production, BREAD))).toBe(false);
    const order = w.do(orderOf(w, 'bakery', 'bakery'), 'bakery');
    const products = [BREAD, MILK, FLOUR].sort((a, b) => (typeOf(a) < typeOf(b) ? -1 : 1));
    const estimate = w.do(
      { kind: 'estimate', order, outputs: products.map((product) => ({ product, amount: 1, value: 0n })) },
      'bakery',
    );
    const second = w.do({ kind: 'start', estimate }, 'bakery');
    w.work('bakery', second, 'anna', 1);
    w.do(
      { kind: 'output', production: second, outputs: products.map((p) => ({ type: typeOf(p), amount: 1 })) },
      'bakery',
    );
    expect(products.map((p) => w.state.lots.get(lotOf(second, p))?.value)).toEqual([
      333_333n,
      333_333n,
      333_334n,
    ]);
  });

  test('what it is refused for', () => {
    const w = new World();
    w.register('bakery');
    const production = w.start('bakery', BREAD);
    const output = { kind: 'output', production, outputs: [{ type: typeOf(BREAD), amount: 1 }] } as const;
    expect(w.send(output, 'stranger').answer).toBe('missing_signature');
    expect(w.send({ ...output, production: w.id('bakery') }, 'bakery').answer).toBe('unknown_production');
    expect(w.send(output, 'bakery').answer).toBe('nothing_absorbed');
    w.work('bakery', production, 'anna', 5);
    expect(w.send({ ...output, outputs: [] }, 'bakery').answer).toBe('outputs_differ');
    expect(w.send({ ...output, outputs: [{ type: typeOf(MILK), amount: 1 }] }, 'bakery').answer).toBe(
      'outputs_differ',
    );
    expect(w.send({ ...output, outputs: [{ type: typeOf(BREAD), amount: 0 }] }, 'bakery').answer).toBe(
      'amount_zero',
    );
    w.do(output, 'bakery');
    expect(w.send(output, 'bakery').answer).toBe('not_open');
    const work = {
      kind: 'allocate_workload',
      production,
      wallet: walletOf('anna'),
      minutes: 1,
      day: w.today,
    } as const;
    expect(w.send(work, 'bakery').answer).toBe('not_open');
  });
});

describe('resources and labels (§6.1)', () => {
  test('what an allocation is refused for', () => {
    const w = bakeryAndMill();
    const [lot] = w.make('mill', 10, 'anna', FLOUR) as [string];
    const [own] = w.make('bakery', 10, 'anna', FLOUR) as [string];
    const production = w.start('bakery', BREAD);
    const allocate = {
      kind: 'allocate_resource',
      production,
      lot: own,
      amount: 1,
      repurpose: false,
    } as const;
    expect(w.send({ ...allocate, lot }, 'bakery').answer).toBe('not_owner');
    expect(w.send({ ...allocate, lot: production }, 'bakery').answer).toBe('unknown_lot');
    expect(w.send({ ...allocate, amount: 11 }, 'bakery').answer).toBe('not_enough');
    expect(w.send({ ...allocate, amount: 0 }, 'bakery').answer).toBe('amount_zero');
    expect(w.send({ ...allocate, production: lot }, 'bakery').answer).toBe('unknown_production');
    w.do({ ...allocate, amount: 10 }, 'bakery');
    expect(w.state.lots.has(own)).toBe(false);
    w.do({ kind: 'output', production, outputs: [{ type: typeOf(BREAD), amount: 1 }] }, 'bakery');
    expect(w.send(allocate, 'bakery').answer).toBe('not_open');
  });

  test('a common takes exclusive material only when it is repurposed, and then its value counts into c', () => {
    const w = new World();
    w.register('bakery');
    const [flour] = w.make('bakery', 60, 'anna', FLOUR) as [string];
    w.makeCommon('bakery', BREAD);
    const production = w.start('bakery', BREAD);
    w.work('bakery', production, 'anna', 60);
    expect(w.books('bakery')).toEqual({ U: min(120), C: min(60), G: min(60) });
    const allocate = {
      kind: 'allocate_resource',
      production,
      lot: flour,
      amount: 10,
      repurpose: false,
    } as const;
    expect(w.send(allocate, 'bakery').answer).toBe('exclusive_in_common');
    w.do({ ...allocate, repurpose: true }, 'bakery');
    expect(w.books('bakery')).toEqual({ U: min(120), C: min(120) });
    w.do({ kind: 'output', production, outputs: [{ type: typeOf(BREAD), amount: 1 }] }, 'bakery');
    const bread = lotOf(production, BREAD);
    expect(w.state.lots.get(bread)).toMatchObject({ value: min(120), label: 'common' });
    // Common into common costs nobody anything a second time; common into exclusive is never allowed.
    w.makeCommon('bakery', MILK);
    const next = w.start('bakery', MILK);
    const common = { kind: 'allocate_resource', lot: bread, amount: 1, repurpose: false } as const;
    const exclusive = w.start('bakery', FLOUR);
    expect(w.send({ ...common, production: exclusive }, 'bakery').answer).toBe('common_in_exclusive');
    expect(w.send({ ...common, production: exclusive, repurpose: true }, 'bakery').answer).toBe(
      'common_in_exclusive',
    );
    w.do({ ...common, production: next }, 'bakery');
    expect(w.books('bakery')).toEqual({ U: min(120), C: min(120) });
  });
});

test('signatures are asked for before anything of the rule is', () => {
  const w = new World();
  w.register('bakery');
  const draft = {
    kind: 'collectivize',
    chain: CHAIN,
    nonce: w.nonce(),
    owner: w.id('bakery'),
    product: BREAD,
    amount: 0,
  } as const;
  expect(w.sendWhole(draft).answer).toBe('missing_signature');
  expect(w.sendWhole(draft, 'bakery', 'stranger').answer).toBe('surplus_signature');
  expect(w.sendWhole(draft, 'bakery').answer).toBe('amount_zero');
});
