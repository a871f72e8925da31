/** Means of production at work (§4.3, §5): what they transfer, when, and what is refused. */
import { describe, expect, test } from 'vitest';
import { begin, elementIn, finish, labour, lotRow, OVEN, run, statement, takeMop, tool } from './workshop.ts';
import { BREAD, DAY, FLOUR, MILK, MONTH_END, min, NOON, typeOf, World } from './world.ts';

const HOUR = 3600;
/** The paper's oven: 30 hours, 3000 times; 3/5 minute of value a minute of operation. */
const oven = (w: World, name: string) => tool(w, name, OVEN, 1800, 3000);

function bakery(): World {
  const w = new World();
  w.register('bakery');
  return w;
}

test('statement: an oven gives 3/5 minute a minute to the bread, and its rest stays its own', () => {
  const w = bakery();
  let lot = '';
  let bread = '';
  statement(w, 'bakery', [
    ['an oven of 30 hours', () => (lot = oven(w, 'bakery')), { U: 1800, G: 1800 }],
    ['a production of bread', () => (bread = begin(w, 'bakery', BREAD, undefined, 10)), { U: 1800, G: 1800 }],
    ['4 minutes of work', () => labour(w, 'bakery', bread, 4), { U: 1804, G: 1804 }],
    ['the oven runs 10 minutes', () => run(w, 'bakery', bread, lot, 10), { U: 1804, G: 1804 }],
    ['10 loaves', () => finish(w, 'bakery', bread, BREAD, 10), { U: 1804, G: 1804 }],
  ]);
  expect(w.state.productions.get(bread)).toMatchObject({ labour: min(4), means: min(6), mops: 0 });
  expect([...w.state.lots.entries()].map(([, { value }]) => value)).toEqual([min(1794), min(10)]);
  expect(elementIn(w, lot, OVEN)).toEqual({
    id: lot,
    type: typeOf(OVEN),
    v: min(1800),
    d: 3000,
    k: 10,
    u: 10,
    children: [],
  });
});

test('what the world is told', () => {
  const w = bakery();
  const lot = oven(w, 'bakery');
  const production = begin(w, 'bakery', BREAD);
  expect(takeMop(w, 'bakery', production, lot).events).toEqual([
    { kind: 'mop_allocated', production, lot, repurpose: false, beyondDurability: false },
  ]);
  w.at(NOON + HOUR);
  const { events } = w.send({ kind: 'deallocate_mop', production, lot, minutes: 10 }, 'bakery');
  const owner = w.id('bakery');
  expect(events).toEqual([
    { kind: 'lot', lot, owner, type: typeOf(OVEN), amount: 1, value: String(min(1794)) },
    { kind: 'mop_deallocated', production, lot, minutes: 10, value: String(min(6)) },
  ]);
});

test('L2: one allocation at a time, and while it lasts the lot goes nowhere', () => {
  const w = bakery();
  w.register('mill');
  w.trust('bakery', 'mill');
  const lot = oven(w, 'bakery');
  const [bread, milk] = [begin(w, 'bakery', BREAD), begin(w, 'bakery', MILK)];
  expect(takeMop(w, 'bakery', bread, lot).answer).toBe('accepted');
  const { origin } = lotRow(w, lot);
  const self = w.id('bakery');
  const draft = { production: milk, lot, repurpose: false } as const;
  expect(takeMop(w, 'bakery', bread, lot).answer).toBe('in_use');
  expect(takeMop(w, 'bakery', milk, lot).answer).toBe('in_use');
  const send = (body: Parameters<World['send']>[0], ...by: string[]) => w.send(body, ...by).answer;
  expect(send({ kind: 'allocate_resource', amount: 1, ...draft }, 'bakery')).toBe('in_use');
  expect(send({ kind: 'allocate_component', ...draft }, 'bakery')).toBe('in_use');
  expect(send({ kind: 'disassemble', owner: self, lot, element: lot }, 'bakery')).toBe('in_use');
  expect(send({ kind: 'write_off', owner: self, origin, lot, amount: 1, reason: 'burnt' }, 'bakery')).toBe(
    'in_use',
  );
  expect(
    send(
      { kind: 'transfer', lot, amount: 1, from: self, to: w.id('mill'), purpose: 'use' },
      'bakery',
      'mill',
    ),
  ).toBe('in_use');
  labour(w, 'bakery', bread, 5);
  const output = {
    kind: 'output',
    production: bread,
    outputs: [{ type: typeOf(BREAD), amount: 1 }],
  } as const;
  expect(send(output, 'bakery')).toBe('mop_allocated');
  expect(send({ kind: 'abort_production', production: bread, reason: 'burnt' }, 'bakery')).toBe(
    'mop_allocated',
  );
  w.do({ kind: 'deallocate_mop', production: bread, lot, minutes: 0 }, 'bakery');
  expect(send(output, 'bakery')).toBe('accepted');
  expect(takeMop(w, 'bakery', milk, lot).answer).toBe('accepted');
});

test('operating minutes are at most the whole minutes that the ledger’s clock has gone', () => {
  const w = bakery();
  const lot = oven(w, 'bakery');
  const production = begin(w, 'bakery', BREAD);
  takeMop(w, 'bakery', production, lot);
  const free = (minutes: number) =>
    w.send({ kind: 'deallocate_mop', production, lot, minutes }, 'bakery').answer;
  expect(free(1)).toBe('longer_than_elapsed');
  w.at(NOON + 10 * 60 - 1);
  expect(free(10)).toBe('longer_than_elapsed');
  expect(free(Number.MAX_SAFE_INTEGER)).toBe('longer_than_elapsed');
  w.at(NOON + 10 * 60);
  expect(free(11)).toBe('longer_than_elapsed');
  expect(free(10)).toBe('accepted');
  expect(free(0)).toBe('not_allocated');
});

test('an idle machine loses nothing, and sums of parts are the whole: floors telescope', () => {
  const w = bakery();
  const lot = tool(w, 'bakery', OVEN, 1, 7);
  const production = begin(w, 'bakery', BREAD);
  const values: bigint[] = [];
  for (const minutes of [0, 1, 1, 1, 2, 0, 1, 1, 1, 5]) {
    const before = lotRow(w, lot).value;
    run(w, 'bakery', production, lot, minutes);
    values.push(before - lotRow(w, lot).value);
  }
  // floor(u / 7) of a minute each: 142 857, 285 714, 428 571 …; the seventh takes the rest, later ones nothing.
  expect(values).toEqual([0n, 142_857n, 142_857n, 142_857n, 285_714n, 0n, 142_857n, 142_858n, 0n, 0n]);
  expect(lotRow(w, lot).value).toBe(0n);
  expect(elementIn(w, lot, OVEN)).toMatchObject({ k: 13, u: 7 });
  expect(w.state.productions.get(production)?.means).toBe(min(1));
});

test('a transfer keeps the age', () => {
  const w = bakery();
  w.register('mill');
  w.trust('bakery', 'mill');
  const lot = oven(w, 'bakery');
  run(w, 'bakery', begin(w, 'bakery', BREAD), lot, 100);
  const moved = w.do(
    { kind: 'transfer', lot, amount: 1, from: w.id('bakery'), to: w.id('mill'), purpose: 'use' },
    'bakery',
    'mill',
  );
  expect(lotRow(w, moved)).toMatchObject({ value: min(1740), durability: 3000, owner: w.id('mill') });
  expect(elementIn(w, moved, OVEN)).toMatchObject({ id: lot, k: 100, u: 100 });
  const flour = begin(w, 'mill', FLOUR);
  run(w, 'mill', flour, moved, 50);
  expect(w.state.productions.get(flour)?.means).toBe(min(30));
});

test('of several pieces one is used, as a lot of its own', () => {
  const w = bakery();
  const lot = tool(w, 'bakery', OVEN, 100, 10, 3);
  const production = begin(w, 'bakery', BREAD);
  const taken = takeMop(w, 'bakery', production, lot);
  expect(taken.events.map((e) => (e.kind === 'lot' ? [e.lot, e.amount, e.value] : e.kind))).toEqual([
    [lot, 2, '66666667'],
    [taken.id, 1, '33333333'],
    'mop_allocated',
  ]);
  expect(lotRow(w, taken.id)).toMatchObject({ durability: 10, origin: lotRow(w, lot).origin });
  const second = takeMop(w, 'bakery', production, lot);
  w.at(NOON + 10 * 60);
  w.do({ kind: 'deallocate_mop', production, lot: taken.id, minutes: 10 }, 'bakery');
  w.do({ kind: 'deallocate_mop', production, lot: second.id, minutes: 1 }, 'bakery');
  expect(w.state.productions.get(production)).toMatchObject({ means: 33_333_333n + 3_333_333n, mops: 0 });
  expect(takeMop(w, 'bakery', production, lot).answer).toBe('accepted');
});

test('what was collectivized as a means of production works and gives nothing', () => {
  const w = bakery();
  const self = w.id('bakery');
  const lot = w.do({ kind: 'collectivize', owner: self, product: OVEN, amount: 1, durability: 50 }, 'bakery');
  const production = begin(w, 'bakery', BREAD);
  run(w, 'bakery', production, lot, 20);
  expect(w.state.productions.get(production)?.means).toBe(0n);
  expect(elementIn(w, lot, OVEN)).toMatchObject({ v: 0n, k: 20, u: 20 });
});

describe('commons (§6.1, §6.3)', () => {
  test('statement: a repurposed oven of 100 operating minutes and 60 of labour in a common: c = 120', () => {
    const w = bakery();
    w.makeCommon('bakery', BREAD);
    const lot = oven(w, 'bakery');
    const bread = begin(w, 'bakery', BREAD);
    expect(takeMop(w, 'bakery', bread, lot).answer).toBe('exclusive_in_common');
    statement(w, 'bakery', [
      ['60 minutes of work for a common', () => labour(w, 'bakery', bread, 60), { U: 1860, G: 1800, C: 60 }],
      [
        'the repurposed oven runs 100 minutes',
        () => run(w, 'bakery', bread, lot, 100, { repurpose: true }),
        { U: 1860, G: 1740, C: 120 },
      ],
      ['bread for all', () => finish(w, 'bakery', bread, BREAD), { U: 1860, G: 1740, C: 120 }],
    ]);
    const revision = w.at(MONTH_END + 1).find((e) => e.kind === 'revision');
    expect(revision).toMatchObject({ a: String(min(1860)), c: String(min(120)), w: '0' });
  });

  test('the value counts in the month of the deallocation, however long it ran', () => {
    const w = bakery();
    w.makeCommon('bakery', BREAD);
    const lot = oven(w, 'bakery');
    const bread = begin(w, 'bakery', BREAD);
    takeMop(w, 'bakery', bread, lot, { repurpose: true });
    const november = w.at(MONTH_END + 1).find((e) => e.kind === 'revision');
    expect(november).toMatchObject({ c: '0', tax: '0' });
    w.do({ kind: 'deallocate_mop', production: bread, lot, minutes: 100 }, 'bakery');
    expect(w.books('bakery')).toMatchObject({ C: min(60), G: min(1740) });
  });

  test('a common oven costs nobody anything a second time, and never makes an exclusive good', () => {
    const w = bakery();
    w.makeCommon('bakery', BREAD, OVEN);
    const lot = oven(w, 'bakery');
    const bread = begin(w, 'bakery', BREAD);
    run(w, 'bakery', bread, lot, 100);
    expect(w.books('bakery')).toEqual({ U: min(1800), C: min(1800) });
    expect(w.state.productions.get(bread)?.means).toBe(min(60));
    expect(takeMop(w, 'bakery', begin(w, 'bakery', MILK), lot, { repurpose: true }).answer).toBe(
      'common_in_exclusive',
    );
  });

  test('in use it keeps its label; free again it takes its type’s, and its rest goes to w', () => {
    const w = bakery();
    const lot = oven(w, 'bakery');
    const [milk, flour] = [begin(w, 'bakery', MILK), begin(w, 'bakery', FLOUR)];
    takeMop(w, 'bakery', milk, lot);
    w.makeCommon('bakery', OVEN);
    w.at(NOON + HOUR);
    expect(lotRow(w, lot).label).toBe('exclusive');
    w.do({ kind: 'deallocate_mop', production: milk, lot, minutes: 10 }, 'bakery');
    expect(lotRow(w, lot)).toMatchObject({ label: 'common', value: min(1794) });
    expect(w.books('bakery')).toEqual({ U: min(1800), W: min(1794), G: min(6) });
    expect(takeMop(w, 'bakery', flour, lot).answer).toBe('common_in_exclusive');
  });

  test('also when a merge brought the label', () => {
    const w = bakery();
    for (const name of ['town', 'school']) w.register(name);
    w.trust('town', 'school');
    w.makeCommon('town', OVEN);
    const lot = oven(w, 'bakery');
    const idle = tool(w, 'bakery', OVEN, 10, 10);
    const milk = begin(w, 'bakery', MILK);
    takeMop(w, 'bakery', milk, lot);
    w.trust('bakery', 'town');
    expect(lotRow(w, idle).label).toBe('common');
    expect(lotRow(w, lot).label).toBe('exclusive');
    expect(w.books('bakery')).toEqual({ U: min(1810), W: min(10), G: min(1800) });
    w.do({ kind: 'deallocate_mop', production: milk, lot, minutes: 0 }, 'bakery');
    expect(w.books('bakery')).toEqual({ U: min(1810), W: min(1810) });
  });
});

describe('beyond the durability (§3.3)', () => {
  const BEYOND = { beyondDurability: true } as const;

  test('statement: the residual turns negative, the write-off lowers w', () => {
    const w = bakery();
    const lot = tool(w, 'bakery', OVEN, 100, 50);
    const bread = begin(w, 'bakery', BREAD);
    const { origin } = lotRow(w, lot);
    const lost = { kind: 'write_off', owner: w.id('bakery'), origin, lot, amount: 1 } as const;
    statement(w, 'bakery', [
      ['an oven for 50 minutes', () => {}, { U: 100, G: 100 }],
      ['it runs 60: within d it gives 100', () => run(w, 'bakery', bread, lot, 60), { U: 100, G: 100 }],
      ['30 more, beyond', () => run(w, 'bakery', bread, lot, 30, BEYOND), { U: 100, G: 100 }],
      ['it is scrapped', () => w.do({ ...lost, reason: 'at last' }, 'bakery'), { U: 100, G: 160, W: -60 }],
    ]);
    expect(w.state.productions.get(bread)?.means).toBe(min(160));
    const revision = w.at(MONTH_END + 1).find((e) => e.kind === 'revision');
    expect(revision).toMatchObject({ w: String(min(-60)), tax: '0', debt: String(min(-60)) });
  });

  test('a lot with a negative residual can be used, transferred, written off, nothing else', () => {
    const w = bakery();
    w.register('shop', true);
    w.trust('bakery', 'shop');
    const lot = tool(w, 'bakery', OVEN, 100, 50);
    const bread = begin(w, 'bakery', BREAD);
    run(w, 'bakery', bread, lot, 75, BEYOND);
    expect(lotRow(w, lot).value).toBe(min(-50));
    const draft = { production: bread, lot, repurpose: false } as const;
    const [self, shop] = [w.id('bakery'), w.id('shop')];
    expect(w.send({ kind: 'allocate_resource', amount: 1, ...draft }, 'bakery').answer).toBe('worn_out');
    expect(w.send({ kind: 'allocate_component', ...draft }, 'bakery').answer).toBe('worn_out');
    expect(w.send({ kind: 'disassemble', owner: self, lot, element: lot }, 'bakery').answer).toBe('worn_out');
    const give = { kind: 'transfer', lot, amount: 1, from: self, to: shop } as const;
    expect(w.send({ ...give, purpose: 'dispatch' }, 'bakery', 'shop').answer).toBe('worn_out');
    run(w, 'bakery', bread, lot, 1, BEYOND);
    const moved = w.do({ ...give, purpose: 'use' }, 'bakery', 'shop');
    expect(lotRow(w, moved).value).toBe(min(-52));
    w.do({ kind: 'write_off', owner: shop, origin: moved, lot: moved, amount: 1, reason: 'rust' }, 'shop');
    expect(w.books('shop')).toMatchObject({ W: min(-52), G: min(152) });
  });

  test('at most `beyondMax` times the durability', () => {
    const w = new World({ beyondMax: 3 });
    w.register('bakery');
    const lot = tool(w, 'bakery', OVEN, 100, 50);
    const bread = begin(w, 'bakery', BREAD);
    run(w, 'bakery', bread, lot, 1000, BEYOND);
    expect(w.state.productions.get(bread)?.means).toBe(min(300));
    run(w, 'bakery', bread, lot, 1000, BEYOND);
    expect(w.state.productions.get(bread)?.means).toBe(min(300));
    expect(elementIn(w, lot, OVEN)).toMatchObject({ k: 2000, u: 150 });
  });
});

test('what an allocation is refused for', () => {
  const w = bakery();
  w.register('mill');
  const [lot, own] = [oven(w, 'mill'), oven(w, 'bakery')];
  const [flour] = w.make('bakery', 10, 'anna', FLOUR) as [string];
  const production = begin(w, 'bakery', BREAD);
  const answer = (at: string, which: string) => takeMop(w, 'bakery', at, which).answer;
  expect(answer(own, own)).toBe('unknown_production');
  expect(takeMop(w, 'mill', production, own).answer).toBe('missing_signature');
  expect(answer(production, production)).toBe('unknown_lot');
  expect(answer(production, lot)).toBe('not_owner');
  expect(answer(production, flour)).toBe('no_durability');
  labour(w, 'bakery', production, 1);
  finish(w, 'bakery', production, BREAD);
  expect(answer(production, own)).toBe('not_open');
});

test('what a deallocation is refused for', () => {
  const w = new World({ voteAbove: min(100) });
  w.register('bakery');
  const lot = tool(w, 'bakery', OVEN, 100, 100);
  const [bread, milk] = [begin(w, 'bakery', BREAD), begin(w, 'bakery', MILK)];
  labour(w, 'bakery', bread, 60);
  takeMop(w, 'bakery', bread, lot);
  w.at(NOON + DAY);
  const free = (fields: object, signer = 'bakery') =>
    w.send({ kind: 'deallocate_mop', production: bread, lot, minutes: 0, ...fields }, signer).answer;
  expect(free({ production: lot })).toBe('unknown_production');
  expect(free({}, 'stranger')).toBe('missing_signature');
  expect(free({ lot: bread })).toBe('unknown_lot');
  expect(free({ production: milk })).toBe('not_allocated');
  expect(free({ minutes: 41 })).toBe('vote_needed');
  w.at(NOON + 2 * DAY - 1);
  expect(free({ minutes: 2880 })).toBe('vote_needed');
  expect(free({ minutes: 40 })).toBe('accepted');
  finish(w, 'bakery', bread, BREAD);
  expect(free({})).toBe('not_open');
});

test('a vote that accepted the production lets it grow', () => {
  const w = new World({ voteAbove: min(100) });
  const self = w.register('bakery');
  const lot = tool(w, 'bakery', OVEN, 100, 100);
  const bread = begin(w, 'bakery', BREAD);
  w.state.acceptedProductions.set(w.state.productions.get(bread)?.estimate ?? '', self);
  labour(w, 'bakery', bread, 101);
  run(w, 'bakery', bread, lot, 40);
  w.do({ kind: 'allocate_resource', production: bread, lot, amount: 1, repurpose: false }, 'bakery');
  // Consumptive use of a means of production: what it had left.
  expect(w.state.productions.get(bread)).toMatchObject({
    labour: min(101),
    means: min(40),
    resources: min(60),
  });
});
