/** An order is rejected (§5), and a collective changes its key (§2). */
import { expect, test } from 'vitest';
import { begin, finish, labour } from './workshop.ts';
import { BREAD, DAY, min, NOON, World, walletOf } from './world.ts';

function bakeryAndMill(): World {
  const w = new World();
  for (const name of ['mill', 'bakery']) w.register(name);
  w.trust('mill', 'bakery');
  return w;
}
const order = (w: World) =>
  w.do(
    {
      kind: 'order',
      orderer: w.id('mill'),
      addressee: w.id('bakery'),
      product: BREAD,
      amount: 3,
      deliverBy: NOON + DAY,
    },
    'mill',
  );
const estimateOf = (id: string) =>
  ({ kind: 'estimate', order: id, outputs: [{ product: BREAD, amount: 3, value: min(6) }] }) as const;
const reject = (w: World, id: string, signer = 'bakery') =>
  w.send({ kind: 'reject', order: id, reason: 'over capacity' }, signer);

test('the addressee says no, with a reason; no estimate follows', () => {
  const w = bakeryAndMill();
  const id = order(w);
  expect(reject(w, w.id('mill')).answer).toBe('unknown_order');
  expect(reject(w, id, 'mill').answer).toBe('missing_signature');
  expect(reject(w, id).events).toEqual([{ kind: 'rejected', order: id, reason: 'over capacity' }]);
  expect(reject(w, id).answer).toBe('order_rejected');
  expect(w.send(estimateOf(id), 'bakery').answer).toBe('order_rejected');
});

test('after the estimate too: no start follows', () => {
  const w = bakeryAndMill();
  const id = order(w);
  const estimate = w.do(estimateOf(id), 'bakery');
  expect(reject(w, id).answer).toBe('accepted');
  expect(w.send({ kind: 'start', estimate }, 'bakery').answer).toBe('order_rejected');
});

test('until the output; a production that runs goes on', () => {
  const w = bakeryAndMill();
  const [first, second] = [order(w), order(w)];
  const start = (id: string) => w.do({ kind: 'start', estimate: w.do(estimateOf(id), 'bakery') }, 'bakery');
  const [one, two] = [start(first), start(second)];
  labour(w, 'bakery', one, 6);
  expect(reject(w, first).answer).toBe('accepted');
  expect(finish(w, 'bakery', one, BREAD, 3)).toBeTypeOf('string');
  labour(w, 'bakery', two, 6);
  finish(w, 'bakery', two, BREAD, 3);
  expect(reject(w, second).answer).toBe('not_open');
});

test('after an abort an order can still be rejected', () => {
  const w = bakeryAndMill();
  const id = order(w);
  const production = w.do({ kind: 'start', estimate: w.do(estimateOf(id), 'bakery') }, 'bakery');
  w.do({ kind: 'abort_production', production, reason: 'no flour' }, 'bakery');
  expect(reject(w, id).answer).toBe('accepted');
});

test('a new key signs from then on, the old one nothing; the collective stays who it is', () => {
  const w = bakeryAndMill();
  const bakery = w.id('bakery');
  const production = begin(w, 'bakery', BREAD);
  const rotate = { kind: 'rotate_key', collective: bakery, key: walletOf('bakery 2') } as const;
  expect(w.send(rotate, 'bakery 2').answer).toBe('missing_signature');
  expect(w.send({ ...rotate, collective: production }, 'bakery').answer).toBe('unknown_collective');
  expect(w.send({ ...rotate, key: walletOf('mill') }, 'bakery').answer).toBe('key_in_use');
  expect(w.send({ ...rotate, key: walletOf('bakery') }, 'bakery').answer).toBe('key_in_use');
  expect(w.send(rotate, 'bakery').events).toEqual([
    { kind: 'key_rotated', collective: bakery, key: walletOf('bakery 2') },
  ]);
  const work = {
    kind: 'allocate_workload',
    production,
    wallet: walletOf('anna'),
    minutes: 5,
    day: w.today,
  } as const;
  expect(w.send(work, 'bakery').answer).toBe('missing_signature');
  expect(w.send(work, 'bakery 2').answer).toBe('accepted');
  expect(w.state.collectives.get(bakery)).toMatchObject({ name: 'bakery', key: walletOf('bakery 2') });
  expect(w.state.indexes.byKey.get(walletOf('bakery 2'))).toBe(bakery);
  expect(w.state.indexes.byKey.has(walletOf('bakery'))).toBe(false);
  // Nobody’s now, so anybody’s.
  expect(w.register('bakery')).not.toBe(bakery);
});
