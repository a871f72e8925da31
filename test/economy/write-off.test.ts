/** Write-offs and their reversal (§3.3, §3.1), and the way out of a failed production: what is wasted and what that does to w. */
import { describe, expect, test } from 'vitest';
import { DURABILITY_MAX } from '../../src/limits.ts';
import { begin, elementIn, finish, labour, lotRow, OVEN, run, statement, takeMop, tool } from './workshop.ts';
import { BREAD, DAY, FLOUR, MILK, MONTH_END, min, NOON, typeOf, World } from './world.ts';

function shop(): World {
  const w = new World();
  w.register('shop', true);
  return w;
}
/** Ten loaves of so many minutes in all, a lot. */
const loaves = (w: World, minutes: number) => w.make('shop', minutes, 'anna', BREAD)[0] as string;
const dispatch = (w: World, lot: string, amount = 10) => {
  const id = w.id('shop');
  return w.do({ kind: 'transfer', lot, amount, from: id, to: id, purpose: 'dispatch' }, 'shop');
};
const lose = (w: World, origin: string, amount: number, lot?: string) => {
  const draft = { kind: 'write_off', owner: w.id('shop'), origin, amount, reason: 'cold chain' } as const;
  return w.send(lot === undefined ? draft : { ...draft, lot }, 'shop');
};
const find = (w: World, writeOff: string, amount: number, fields: object = {}) =>
  w.send({ kind: 'collectivize', owner: w.id('shop'), product: BREAD, amount, writeOff, ...fields }, 'shop');

test('statement: a part of a lot is lost and found again', () => {
  const w = shop();
  const lot = loaves(w, 100);
  const { origin } = lotRow(w, lot);
  let lost = '';
  let back = '';
  statement(w, 'shop', [
    ['ten loaves', () => {}, { U: 100, G: 100 }],
    ['three are mouldy', () => (lost = lose(w, origin, 3, lot).id), { U: 100, G: 70, W: 30 }],
    ['one was not', () => (back = find(w, lost, 1).id), { U: 100, G: 80, W: 20 }],
    ['the other two neither', () => find(w, lost, 2), { U: 100, G: 100 }],
  ]);
  expect(find(w, lost, 1).answer).toBe('not_enough');
  expect(lotRow(w, back)).toMatchObject({ amount: 1, value: min(10), origin: back, label: 'exclusive' });
});

test('what the world is told', () => {
  const w = shop();
  const lot = loaves(w, 100);
  const [owner, type] = [w.id('shop'), typeOf(BREAD)];
  const lost = lose(w, lotRow(w, lot).origin, 3, lot);
  const told = { writeOff: lost.id, owner, type, amount: 3, value: String(min(30)) };
  expect(lost.events).toEqual([
    { kind: 'lot', lot, owner, type, amount: 7, value: String(min(70)) },
    { kind: 'written_off', ...told, label: 'exclusive', reason: 'cold chain', lot },
  ]);
  const back = find(w, lost.id, 2);
  expect(back.events).toEqual([
    { kind: 'lot', lot: back.id, owner, type, amount: 2, value: String(min(20)) },
    { kind: 'write_off_reversed', writeOff: lost.id, lot: back.id, amount: 2, value: String(min(20)) },
  ]);
});

test('thirds do not get lost: the last part of a reversal brings the rest', () => {
  const w = shop();
  const production = begin(w, 'shop', BREAD, undefined, 3);
  labour(w, 'shop', production, 1);
  const lot = finish(w, 'shop', production, BREAD, 3);
  const { id } = lose(w, lotRow(w, lot).origin, 3, lot);
  expect(w.books('shop')).toEqual({ U: min(1), W: min(1) });
  const values = [1, 1, 1].map((n) => lotRow(w, find(w, id, n).id).value);
  expect(values).toEqual([333_333n, 333_333n, 333_334n]);
  expect(w.books('shop')).toEqual({ U: min(1), G: min(1) });
});

test('statement: dispatch stock leaves the pool at the average, found goods are a lot again', () => {
  const w = shop();
  const cheap = loaves(w, 100);
  const delivery = dispatch(w, loaves(w, 300));
  let lost = '';
  statement(w, 'shop', [
    ['twenty loaves on the shelf', () => dispatch(w, cheap), { U: 400, G: 400 }],
    ['four are mouldy', () => (lost = lose(w, delivery, 4).id), { U: 400, G: 320, W: 80 }],
    ['two were not', () => dispatch(w, find(w, lost, 2).id, 2), { U: 400, G: 360, W: 40 }],
  ]);
  expect(w.state.stock.get(`${w.id('shop')}/${typeOf(BREAD)}`)?.amount).toBe(18);
  const told = lose(w, delivery, 1).events;
  expect(told.map((e) => (e.kind === 'stock' ? [e.cause, e.amount, e.value] : e.kind))).toEqual([
    ['write_off', '-1', String(-min(20))],
    'written_off',
  ]);
  expect(told.at(-1)).not.toHaveProperty('lot');
});

test('no more of a delivery spoils than it brought', () => {
  const w = shop();
  const [one, two] = [dispatch(w, loaves(w, 300)), dispatch(w, loaves(w, 100))];
  expect(lose(w, one, 11).answer).toBe('not_enough');
  expect(lose(w, one, 10).answer).toBe('accepted');
  expect(lose(w, one, 1).answer).toBe('wrong_origin');
  w.do(
    {
      kind: 'hand_over',
      outlet: w.id('shop'),
      goods: [{ type: typeOf(BREAD), amount: 9 }],
      charged: 180,
      sales: 1,
    },
    'shop',
  );
  expect(lose(w, two, 2).answer).toBe('not_enough');
  expect(lose(w, two, 1).answer).toBe('accepted');
  expect(w.books('shop').G).toBeUndefined();
});

test('what a write-off is refused for', () => {
  const w = shop();
  w.register('farm', true);
  w.trust('shop', 'farm');
  const [lot, other] = [loaves(w, 100), loaves(w, 50)];
  const { origin } = lotRow(w, lot);
  const stranger = { kind: 'write_off', owner: lot, origin, lot, amount: 1, reason: 'gone' } as const;
  expect(w.send(stranger, 'shop').answer).toBe('unknown_collective');
  expect(w.send({ ...stranger, owner: w.id('shop') }, 'farm').answer).toBe('missing_signature');
  expect(w.send({ ...stranger, owner: w.id('farm') }, 'farm').answer).toBe('not_owner');
  expect(lose(w, origin, 1, origin).answer).toBe('unknown_lot');
  expect(lose(w, origin, 11, lot).answer).toBe('not_enough');
  expect(lose(w, origin, 0, lot).answer).toBe('amount_zero');
  expect(lose(w, lotRow(w, other).origin, 1, lot).answer).toBe('wrong_origin');
  const delivery = dispatch(w, lot);
  expect(w.send({ ...stranger, owner: w.id('farm'), origin: delivery, lot: delivery }, 'farm').answer).toBe(
    'unknown_lot',
  );
  const stock = {
    kind: 'write_off',
    owner: w.id('farm'),
    origin: delivery,
    amount: 1,
    reason: 'gone',
  } as const;
  expect(w.send(stock, 'farm').answer).toBe('not_owner');
  expect(lose(w, delivery, 0).answer).toBe('amount_zero');
  expect(lose(w, lot, 0).answer).toBe('amount_zero');
  expect(lose(w, lot, 1).answer).toBe('wrong_origin');
});

test('the reference follows the goods: after a transfer it is the transfer', () => {
  const w = shop();
  w.register('farm');
  w.trust('shop', 'farm');
  const [flour] = w.make('farm', 10, 'anna', FLOUR) as [string];
  const made = lotRow(w, flour).origin;
  const [from, to] = [w.id('farm'), w.id('shop')];
  const moved = w.do({ kind: 'transfer', lot: flour, amount: 10, from, to, purpose: 'use' }, 'farm', 'shop');
  expect(lose(w, made, 1, moved).answer).toBe('wrong_origin');
  expect(lose(w, moved, 1, moved).answer).toBe('accepted');
});

describe('reversal', () => {
  test('what it is refused for; it is possible for `reverseDays` days', () => {
    const w = shop();
    w.register('farm');
    const lot = loaves(w, 100);
    const { id } = lose(w, lotRow(w, lot).origin, 3, lot);
    expect(find(w, lot, 1).answer).toBe('unknown_write_off');
    expect(find(w, id, 1, { product: MILK }).answer).toBe('wrong_product');
    const theirs = {
      kind: 'collectivize',
      owner: w.id('farm'),
      product: BREAD,
      amount: 1,
      writeOff: id,
    } as const;
    expect(w.send(theirs, 'farm').answer).toBe('not_owner');
    expect(find(w, id, 4).answer).toBe('not_enough');
    expect(find(w, id, 0).answer).toBe('amount_zero');
    w.at(NOON + 30 * DAY);
    expect(find(w, id, 1).answer).toBe('accepted');
    w.at(NOON + 30 * DAY + 1);
    expect(find(w, id, 1).answer).toBe('too_late');
  });

  test('statement: in the next month it lowers that month’s w', () => {
    const w = shop();
    const lot = loaves(w, 1000);
    const { id } = lose(w, lotRow(w, lot).origin, 1, lot);
    const november = w.at(MONTH_END + 1).find((e) => e.kind === 'revision');
    expect(november).toMatchObject({ w: String(min(100)), tax: String(min(100)) });
    statement(w, 'shop', [['found', () => find(w, id, 1), { P: 900, G: 1000, W: -100 }]]);
  });

  test('a means of production comes back with its age, also from beyond its durability', () => {
    const w = shop();
    const lot = tool(w, 'shop', OVEN, 100, 50);
    run(w, 'shop', begin(w, 'shop', BREAD), lot, 75, { beyondDurability: true });
    const { id } = lose(w, lotRow(w, lot).origin, 1, lot);
    expect(w.books('shop')).toMatchObject({ W: min(-50), G: min(150) });
    const back = find(w, id, 1, { product: OVEN, durability: 7 });
    expect(lotRow(w, back.id)).toMatchObject({ value: min(-50), durability: 50 });
    expect(elementIn(w, back.id, OVEN)).toMatchObject({ k: 75, u: 75, id: lot });
    expect(w.books('shop')).toEqual({ U: min(100), G: min(100) });
    // Still usable, and in use it keeps counting from where it was.
    const milk = begin(w, 'shop', MILK);
    run(w, 'shop', milk, back.id, 25, { beyondDurability: true });
    expect(w.state.productions.get(milk)?.means).toBe(min(50));
  });
});

describe('labels (§6.1)', () => {
  test('a common that is lost wastes nothing: its labour is in c already', () => {
    const w = shop();
    w.makeCommon('shop', BREAD);
    const lot = loaves(w, 100);
    const { id, events } = lose(w, lotRow(w, lot).origin, 3, lot);
    expect(events.at(-1)).toMatchObject({ label: 'common', value: String(min(30)) });
    expect(w.books('shop')).toEqual({ U: min(100), C: min(100) });
    expect(lotRow(w, find(w, id, 3).id)).toMatchObject({ label: 'common', value: min(30) });
    const delivery = dispatch(w, lot, 7);
    expect(lose(w, delivery, 7).events.at(-1)).toMatchObject({ label: 'common', value: '0' });
    expect(w.books('shop')).toEqual({ U: min(100), C: min(100) });
  });

  test('what was lost as exclusive and found as a common is wasted all the same', () => {
    const w = shop();
    const lot = loaves(w, 100);
    const { id } = lose(w, lotRow(w, lot).origin, 10, lot);
    w.makeCommon('shop', BREAD);
    expect(lotRow(w, find(w, id, 10).id)).toMatchObject({ label: 'common', value: min(100) });
    expect(w.books('shop')).toEqual({ U: min(100), W: min(100) });
  });
});

test('a durability over the limit is refused where it is stated', () => {
  const w = shop();
  const self = w.id('shop');
  const enter = (durability: number) =>
    w.send({ kind: 'collectivize', owner: self, product: OVEN, amount: 1, durability }, 'shop').answer;
  expect(enter(DURABILITY_MAX)).toBe('accepted');
  expect(enter(DURABILITY_MAX + 1)).toBe('value_overflow');
  const order = w.do(
    { kind: 'order', orderer: self, addressee: self, product: OVEN, amount: 1, deliverBy: NOON },
    'shop',
  );
  const estimate = (durability: number) =>
    w.send(
      { kind: 'estimate', order, outputs: [{ product: OVEN, amount: 1, value: 1n, durability }] },
      'shop',
    );
  expect(estimate(DURABILITY_MAX + 1).answer).toBe('value_overflow');
  expect(estimate(DURABILITY_MAX).answer).toBe('accepted');
});

describe('abort of a production', () => {
  /** An oven of 30 hours for 3000 minutes and 40 minutes of flour. */
  function bakery() {
    const w = shop();
    const oven = tool(w, 'shop', OVEN, 1800, 3000);
    const [flour] = w.make('shop', 40, 'anna', FLOUR) as [string];
    const bread = begin(w, 'shop', BREAD);
    return { w, oven, flour, bread };
  }
  const give = (w: World, production: string, lot: string, repurpose = false) =>
    w.do({ kind: 'allocate_resource', production, lot, amount: 10, repurpose }, 'shop');
  const abort = (w: World, production: string) =>
    w.send({ kind: 'abort_production', production, reason: 'the dough did not rise' }, 'shop');

  test('statement: 100 labour, 40 flour and an oven 10 operating minutes of 3/5 are wasted: w = 146', () => {
    const { w, oven, flour, bread } = bakery();
    statement(w, 'shop', [
      ['100 minutes of work', () => labour(w, 'shop', bread, 100), { U: 1940, G: 1940 }],
      ['40 of flour', () => give(w, bread, flour), { U: 1940, G: 1940 }],
      ['the oven, 10 minutes', () => run(w, 'shop', bread, oven, 10), { U: 1940, G: 1940 }],
      ['it comes to nothing', () => abort(w, bread), { U: 1940, G: 1794, W: 146 }],
    ]);
    expect(w.state.productions.get(bread)?.state).toBe('aborted');
    const revision = w.at(MONTH_END + 1).find((e) => e.kind === 'revision');
    expect(revision).toMatchObject({ w: String(min(146)), a: String(min(1940)), tax: String(min(146)) });
  });

  test('a failed common wastes nothing more: it is in c', () => {
    const { w, oven, flour } = bakery();
    w.makeCommon('shop', MILK);
    const milk = begin(w, 'shop', MILK);
    labour(w, 'shop', milk, 100);
    give(w, milk, flour, true);
    run(w, 'shop', milk, oven, 10, { repurpose: true });
    expect(w.books('shop')).toMatchObject({ C: min(146) });
    const { events } = abort(w, milk);
    expect(events).toEqual([
      {
        kind: 'production_aborted',
        production: milk,
        wasted: String(min(146)),
        reason: 'the dough did not rise',
      },
    ]);
    expect(w.books('shop')).toEqual({ U: min(1940), G: min(1794), C: min(146) });
  });

  test('what it is refused for, and nothing follows it', () => {
    const { w, oven, bread } = bakery();
    expect(abort(w, oven).answer).toBe('unknown_production');
    const draft = { kind: 'abort_production', production: bread, reason: 'no' } as const;
    expect(w.send(draft, 'stranger').answer).toBe('missing_signature');
    takeMop(w, 'shop', bread, oven);
    expect(abort(w, bread).answer).toBe('mop_allocated');
    w.do({ kind: 'deallocate_mop', production: bread, lot: oven, minutes: 0 }, 'shop');
    expect(abort(w, bread).answer).toBe('accepted');
    expect(abort(w, bread).answer).toBe('not_open');
    expect(takeMop(w, 'shop', bread, oven).answer).toBe('not_open');
    const output = {
      kind: 'output',
      production: bread,
      outputs: [{ type: typeOf(BREAD), amount: 1 }],
    } as const;
    expect(w.send(output, 'shop').answer).toBe('not_open');
  });
});
