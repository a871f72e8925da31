/** The final revision (§6.3) and claims (§6.4), with the figures by hand. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { taxOf } from '../../src/economy/revision.ts';
import { BREAD, DAY, FLOUR, lotOf, MILK, MONTH_END, min, NOON, revisionOf, typeOf, World } from './world.ts';

const DECEMBER_END = Date.parse('2026-12-31T23:59:59Z') / 1000;
const JANUARY_END = Date.parse('2027-01-31T23:59:59Z') / 1000;
const FEBRUARY_END = Date.parse('2027-02-28T23:59:59Z') / 1000;

test.each([
  // a, c, w, D, Q → T, D'
  [1000, 200, 250, 0, 0, 300, 150],
  [0, 0, 40, 0, 0, 0, 40],
  [100, 0, 0, 40, 0, 10, 30],
  [1000, 0, 0, 150, 0, 100, 50],
  [1000, 0, 0, 50, 0, 50, 0],
  // Waste may be negative: the tax falls, at most by the limit, and never below 0.
  [1000, 200, -250, 0, 0, 100, -150],
  [1000, 50, -250, 0, 0, 0, -200],
  // The highest rate: three quarters; the rest waits.
  [1000, 900, 0, 0, 0, 750, 150],
  // Settlement joins the debt at the end and is not yet in this month's tax.
  [1000, 0, 10, 0, 33, 10, 33],
  [0, 70, 0, 0, -5, 0, 65],
])('a %d, c %d, w %d, D %d, Q %d: tax %d, debt %d', (a, c, w, D, Q, tax, debt) => {
  expect(taxOf(min(a), min(c), min(w), min(D), min(Q), DEFAULT_PARAMETERS)).toEqual({
    tax: min(tax),
    debt: min(debt),
  });
});

test('a negative share of the limit is rounded away from nobody: floor of micro-minutes', () => {
  expect(taxOf(7n, 0n, 5n, 0n, 0n, DEFAULT_PARAMETERS)).toEqual({ tax: 0n, debt: 5n });
  expect(taxOf(19n, 0n, 5n, 0n, 0n, DEFAULT_PARAMETERS)).toEqual({ tax: 1n, debt: 4n });
  expect(taxOf(19n, 3n, -5n, 0n, 0n, DEFAULT_PARAMETERS)).toEqual({ tax: 2n, debt: -4n });
});

/** 800 min bread in the shop's stock, 200 min of a common, then `missing` pieces of a minute each are not on the shelf. */
function monthOfThousand(w: World, missing: number): void {
  const shop = w.id('shop');
  w.makeCommon('shop', MILK);
  const common = w.start('shop', MILK);
  w.work('shop', common, 'ben', 200);
  const production = w.start('shop', BREAD);
  w.work('shop', production, 'anna', 800);
  w.do({ kind: 'output', production, outputs: [{ type: typeOf(BREAD), amount: 800 }] }, 'shop');
  const lot = lotOf(production, BREAD);
  w.do({ kind: 'transfer', lot, amount: 800, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
  const book = w.state.stock.get(`${shop}/${typeOf(BREAD)}`)?.amount ?? 0;
  const { height } = w.block;
  w.at(w.block.time);
  const lines = [{ type: typeOf(BREAD), height, amount: book - missing }];
  w.do({ kind: 'count', outlet: shop, lines }, 'shop');
}

describe('month by month', () => {
  test('limit and debt: 1000 worked, 200 for a common, 250 wasted: tax 300, debt 150; then 100, debt 50', () => {
    const w = new World();
    const shop = w.register('shop', true);
    monthOfThousand(w, 250);
    expect(w.books('shop')).toEqual({ U: min(1000), C: min(200), W: min(250), G: min(550) });
    const events = w.at(MONTH_END + 1);
    const row = { a: min(1000), c: min(200), w: min(250), tax: min(300), debt: min(150) };
    const revision = revisionOf(shop);
    const basis = { debtBefore: 0n, settlement: 0n, limit: min(100), highest: min(750) };
    expect(w.state.revisions.get(revision)).toEqual({ subsystem: shop, until: MONTH_END, ...row, ...basis });
    const told = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)]));
    expect(events).toEqual([{ kind: 'revision', revision, subsystem: shop, until: MONTH_END, ...told }]);
    expect(w.books('shop')).toEqual({ D: min(150), P: min(700), G: min(550) });
    const production = w.start('shop', FLOUR);
    w.work('shop', production, 'anna', 1000);
    w.at(DECEMBER_END + 1);
    expect(w.state.revisions.get(revisionOf(shop, DECEMBER_END))).toMatchObject({
      tax: min(100),
      debt: min(50),
    });
  });

  test('nothing worked and 40 wasted: no tax, debt 40; next month 100 worked: tax 10, debt 30', () => {
    const w = new World();
    const shop = w.register('shop', true);
    const [bread] = w.make('shop', 40, 'anna', BREAD) as [string];
    w.do({ kind: 'transfer', lot: bread, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    w.at(MONTH_END + 1);
    w.do({ kind: 'count', outlet: shop, lines: [{ type: typeOf(BREAD), height: 1, amount: 0 }] }, 'shop');
    w.at(DECEMBER_END + 1);
    expect(w.state.revisions.get(revisionOf(shop, DECEMBER_END))).toMatchObject({
      a: 0n,
      tax: 0n,
      debt: min(40),
    });
    w.work('shop', w.start('shop', FLOUR), 'anna', 100);
    w.at(JANUARY_END + 1);
    expect(w.state.revisions.get(revisionOf(shop, JANUARY_END))).toMatchObject({
      tax: min(10),
      debt: min(30),
    });
  });

  test('the first block past the month revises once; months without a block have no revision', () => {
    const w = new World();
    const bakery = w.register('bakery');
    w.work('bakery', w.start('bakery', BREAD), 'anna', 60);
    expect(w.at(MONTH_END)).toEqual([]);
    expect(w.at(FEBRUARY_END).map((e) => e.kind)).toEqual(['revision']);
    expect([...w.state.revisions.entries()].map(([id]) => id)).toEqual([revisionOf(bakery)]);
    // A workload of the block at the end of February belongs to February.
    w.work('bakery', w.start('bakery', BREAD), 'anna', 30);
    w.at(FEBRUARY_END + 1);
    expect(w.state.revisions.get(revisionOf(bakery, FEBRUARY_END))).toMatchObject({ a: min(30) });
    expect(w.at(FEBRUARY_END + 40 * DAY)).toEqual([]);
  });

  test('subsystem after subsystem, the one with the oldest member first; one that has nothing has no revision', () => {
    const w = new World();
    for (const name of ['a', 'idle', 'b', 'c']) w.register(name);
    w.trust('c', 'a');
    for (const name of ['b', 'c']) w.work(name, w.start(name, BREAD), 'anna', 10);
    const events = w.at(MONTH_END + 1);
    expect(events.map((e) => e.kind === 'revision' && e.subsystem)).toEqual([w.id('a'), w.id('b')]);
  });

  test('the revision transaction asks for a block and is accepted once for each month that is over', () => {
    const w = new World();
    const ask = (until: number) => w.send({ kind: 'final_revision', until }).answer;
    expect(ask(MONTH_END)).toBe('not_due');
    w.at(MONTH_END);
    expect(ask(MONTH_END)).toBe('not_due');
    w.at(MONTH_END + 1);
    expect(ask(MONTH_END - 1)).toBe('not_due');
    expect(ask(Date.parse('2026-10-31T23:59:59Z') / 1000)).toBe('not_due');
    expect(ask(MONTH_END)).toBe('accepted');
    expect(ask(MONTH_END)).toBe('exists');
    expect(w.send({ kind: 'final_revision', until: MONTH_END }, 'anna').answer).toBe('exists');
    expect(w.send({ kind: 'final_revision', until: DECEMBER_END }, 'anna').answer).toBe('surplus_signature');
  });
});

describe('claims', () => {
  test('three times 100 at a rate of 1/3: 66 666 666 each, and 2 micro-minutes to R', () => {
    const w = new World();
    const bakery = w.register('bakery');
    w.makeCommon('bakery', MILK);
    const [bread, milk] = [w.start('bakery', BREAD), w.start('bakery', MILK)];
    const workloads = [
      w.work('bakery', bread, 'anna', 100),
      w.work('bakery', bread, 'ben', 100),
      w.work('bakery', milk, 'carla', 100),
    ] as const;
    const revision = revisionOf(bakery);
    const claim = { kind: 'claim', workload: workloads[0], revision } as const;
    expect(w.send(claim, 'anna').answer).toBe('not_revised');
    w.at(MONTH_END + 1);
    expect(w.books('bakery')).toEqual({ P: 199_999_998n, R: 2n, G: min(200) });
    expect(w.send({ ...claim, workload: revision }, 'anna').answer).toBe('unknown_workload');
    expect(w.send(claim, 'ben').answer).toBe('not_yours');
    expect(w.send(claim).answer).toBe('missing_signature');
    expect(w.send({ ...claim, revision: bakery }, 'anna').answer).toBe('wrong_revision');
    expect(w.send(claim, 'anna').events).toEqual([
      { kind: 'claimed', workload: workloads[0], share: '66666666' },
    ]);
    expect(w.send(claim, 'anna').answer).toBe('exists');
    w.do({ ...claim, workload: workloads[1] }, 'ben');
    w.do({ ...claim, workload: workloads[2] }, 'carla');
    expect([...w.state.balances.entries()].map(([, value]) => value)).toEqual([
      66_666_666n,
      66_666_666n,
      66_666_666n,
    ]);
    expect(w.books('bakery')).toEqual({ B: 199_999_998n, R: 2n, G: min(200) });
    // The remainder lowers the next tax: W −= R first.
    w.work('bakery', bread, 'anna', 100);
    w.at(DECEMBER_END + 1);
    expect(w.state.revisions.get(revisionOf(bakery, DECEMBER_END))).toMatchObject({
      w: -2n,
      tax: 0n,
      debt: -2n,
    });
  });

  test('nobody worked: what rounding left still lowers the debt', () => {
    const w = new World();
    w.register('bakery');
    w.makeCommon('bakery', MILK);
    for (const product of [BREAD, BREAD, MILK]) w.work('bakery', w.start('bakery', product), 'anna', 100);
    w.at(MONTH_END + 1);
    expect(w.books('bakery')).toEqual({ P: 199_999_998n, R: 2n, G: min(200) });
    w.at(DECEMBER_END + 1);
    expect(w.books('bakery')).toEqual({ D: -2n, P: 199_999_998n, G: min(200) });
    expect(w.at(JANUARY_END + 1)).toEqual([]);
  });

  test('L2: a workload is claimed once; a body is unique, so the second time is the same transaction', () => {
    const w = new World();
    const bakery = w.register('bakery');
    const workload = w.work('bakery', w.start('bakery', BREAD), 'anna', 60);
    w.at(MONTH_END + 1);
    const claim = { kind: 'claim', workload, revision: revisionOf(bakery) } as const;
    const id = w.do(claim, 'anna');
    // Were the chain to forget the transaction, the workload still remembers.
    w.state.transactions.delete(id);
    expect(w.send(claim, 'anna').answer).toBe('already_claimed');
  });

  test('balances are kept by origin; a merge in between changes neither share nor origin', () => {
    const w = new World();
    const [bakery, dairy] = [w.register('bakery'), w.register('dairy')];
    const workloads = [
      w.work('bakery', w.start('bakery', BREAD), 'anna', 60),
      w.work('dairy', w.start('dairy', MILK), 'anna', 90),
    ];
    w.at(MONTH_END + 1);
    w.trust('bakery', 'dairy');
    for (const [i, subsystem] of [bakery, dairy].entries())
      w.do({ kind: 'claim', workload: workloads[i] as string, revision: revisionOf(subsystem) }, 'anna');
    expect(w.books('dairy')).toEqual({ B: min(150), G: min(150) });
    const origins = [...w.state.balances.entries()].map(([at, value]) => [at.split('/')[1], value]);
    expect(origins).toEqual([
      [bakery, min(60)],
      [dairy, min(90)],
    ]);
  });
});

describe('clearing that stays on one side of zero', () => {
  /** A shop that sold bread for 30 minutes and redeemed no coupon: Z = −30. */
  function owing(): World {
    const w = new World();
    const shop = w.register('shop', true);
    const [bread] = w.make('shop', 100, 'anna', BREAD) as [string];
    w.do({ kind: 'transfer', lot: bread, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    sell(w, 3, 30);
    return w;
  }
  function sell(w: World, amount: number, charged: number): void {
    w.do(
      {
        kind: 'hand_over',
        outlet: w.id('shop'),
        goods: [{ type: typeOf(BREAD), amount }],
        charged,
        sales: amount,
      },
      'shop',
    );
  }

  test('nearest to zero in the last N days is booked to w, and stays on record', () => {
    const w = owing();
    // Eight days are not thirty.
    expect(w.at(MONTH_END + 1).map((e) => e.kind)).toEqual(['revision']);
    w.at(NOON + 20 * DAY);
    sell(w, 2, 20);
    expect(w.books('shop')).toEqual({ Z: min(-50), P: min(100), G: min(50) });
    const events = w.at(DECEMBER_END + 1);
    expect(events[0]).toEqual({
      kind: 'clearing_booked',
      outlet: w.id('shop'),
      until: DECEMBER_END,
      value: String(min(-30)),
    });
    expect(w.state.clearingBooked.get(`${w.id('shop')}/${DECEMBER_END}`)).toBe(min(-30));
    // Nobody worked in December: the waste becomes debt.
    expect(w.books('shop')).toEqual({ D: min(30), Z: min(-20), P: min(100), G: min(50) });
  });

  test('a clearing that touched zero in between is nobody’s waste', () => {
    const w = owing();
    w.at(NOON + 20 * DAY);
    // Redeemed coupons would do this; the row is all that counts.
    const shop = w.id('shop');
    w.byHand().clearing.set(shop, 0n);
    w.state.clearingLows.set(shop, [{ time: 0, value: 0n }]);
    const row = w.state.subsystems.get(shop);
    if (row === undefined) throw new Error('no subsystem');
    w.state.subsystems.set(shop, { ...row, Q: row.Q + min(30) });
    sell(w, 1, 10);
    expect(w.at(DECEMBER_END + 1).map((e) => e.kind)).toEqual(['revision']);
    expect(w.books('shop').Z).toBe(min(-10));
  });
});
