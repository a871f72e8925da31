/** Composite means of production on the ledger (§4.2, §4.3): the paper's computer built, run, taken apart and repaired by transactions. */
import { describe, expect, test } from 'vitest';
import type { Id, Product } from '../../src/economy/transaction.ts';
import { COMPOSITION_ELEMENTS } from '../../src/limits.ts';
import { aggregatedValue } from '../../src/products/element.ts';
import { theta } from '../../src/products/value-transfer.ts';
import { fromMinutes, MINUTE } from '../../src/units/micro-minutes.ts';
import { ratio, times } from '../../src/units/ratio.ts';
import {
  begin,
  build,
  elementIn,
  finish,
  labour,
  lotRow,
  run,
  statement,
  takeMop,
  tool,
} from './workshop.ts';
import { BREAD, FLOUR, lotOf, MILK, min, NOON, typeOf, World } from './world.ts';

const Y = 356 * 24 * 60;
const named = (name: string): Product => ({ name, unit: 'piece' });
const CASE = named('Case');
const MAINBOARD = named('Mainboard');
const CPU = named('CPU');
const RAM = named('RAM module');
const DRIVE = named('Hard drive');
const PASTE = named('Heat paste');
const CABLE = named('Hard disk cable');
const WITH_CPU = named('Mainboard with CPU');
const WITH_RAM = named('Mainboard with RAM');
const BOARD = named('Board with CPU and RAM');
const CASE_WITH_DRIVE = named('Case with hard drive');
const COMPUTER = named('Computer');
const CAR = named('Car');

function factory(): World {
  const w = new World();
  w.register('factory');
  return w;
}

/** The paper's order of assembly; every lot on the way. */
function parts(w: World) {
  const part = (product: Product, years: number, minutes: number) =>
    tool(w, 'factory', product, minutes, years * Y);
  return {
    case: part(CASE, 12, 200),
    mainboard: part(MAINBOARD, 12, 600),
    cpu: part(CPU, 9, 2500),
    ram: part(RAM, 8, 700),
    drive: part(DRIVE, 5, 400),
    paste: part(PASTE, 5, 30),
    cable: part(CABLE, 10, 10),
  };
}
function board(w: World, p: ReturnType<typeof parts>): Id {
  const withCpu = build(w, 'factory', WITH_CPU, 10, p.paste, p.cpu, p.mainboard);
  const withRam = build(w, 'factory', WITH_RAM, 1, [withCpu, p.mainboard], p.ram);
  return build(w, 'factory', BOARD, 0, withRam);
}
function computer(w: World) {
  const p = parts(w);
  const mainboard = board(w, p);
  const withDrive = build(w, 'factory', CASE_WITH_DRIVE, 2, p.case, p.drive);
  return { p, lot: build(w, 'factory', COMPUTER, 15, mainboard, withDrive, p.cable) };
}

describe('the paper’s computer, by transactions', () => {
  test.each([
    [WITH_CPU, 3140, 5, 10],
    [WITH_RAM, 1301, 8, 1],
    [BOARD, 3841, 5, 0],
    [CASE_WITH_DRIVE, 602, 5, 2],
    [COMPUTER, 4468, 5, 15],
  ])('$name: v* %i minutes, d %iY, v %i', (product, value, years, own) => {
    const w = factory();
    const { lot } = computer(w);
    const { elements = [] } = lotRow(w, lot);
    const element = elementIn(w, lot, product);
    expect(aggregatedValue(elements, element.id)).toBe(fromMinutes(value));
    expect(element).toMatchObject({ d: years * Y, v: min(own), k: 0, u: 0 });
  });

  test('L3: components stand on neither side; the lot is worth what went into all of it', () => {
    const w = factory();
    const { lot } = computer(w);
    expect(lotRow(w, lot)).toMatchObject({ value: min(4468), durability: 5 * Y, amount: 1 });
    expect(lotRow(w, lot).elements).toHaveLength(12);
    expect(w.state.lots.size).toBe(1);
    expect(w.books('factory')).toEqual({ U: min(4468), G: min(4468) });
  });

  test('θ(c*, 1Y, 2Y) = 188809/360 from the ledger’s elements; per car 188809/180000000', () => {
    const w = factory();
    const { lot } = computer(w);
    const given = theta(lotRow(w, lot).elements ?? [], Y, 2 * Y);
    expect(given).toEqual(times(ratio(188_809n, 360n), MINUTE));
    expect(ratio(given.num, given.den * 500_000n)).toEqual(times(ratio(188_809n, 180_000_000n), MINUTE));
  });

  test('twelve years at work: year 2 gives 524 469 445 micro-minutes, all together exactly 4468 minutes', () => {
    const w = factory();
    const { lot } = computer(w);
    const cars = begin(w, 'factory', CAR, undefined, 500_000);
    const years: bigint[] = [];
    for (let year = 1; year <= 12; year++) {
      const before = w.state.productions.get(cars)?.means ?? 0n;
      run(w, 'factory', cars, lot, Y);
      years.push((w.state.productions.get(cars)?.means ?? 0n) - before);
    }
    expect(years[1]).toBe(524_469_445n);
    expect(years.reduce((sum, given) => sum + given, 0n)).toBe(min(4468));
    expect(lotRow(w, lot).value).toBe(0n);
    const made = finish(w, 'factory', cars, CAR, 500_000);
    expect(lotRow(w, made)).toMatchObject({ value: min(4468), amount: 500_000 });
  });
});

test('the RAM goes into a mainboard that has a CPU already: two elements stand on it, it counts once', () => {
  const w = factory();
  const p = parts(w);
  const withCpu = build(w, 'factory', WITH_CPU, 10, p.paste, p.cpu, p.mainboard);
  const withRam = build(w, 'factory', WITH_RAM, 1, [withCpu, p.mainboard], p.ram);
  expect(elementIn(w, withRam, WITH_RAM).children).toEqual([p.mainboard, p.ram].sort());
  expect(elementIn(w, withRam, WITH_CPU).children).toEqual([p.mainboard, p.cpu, p.paste].sort());
  // The whole piece, both elements and all that is below them.
  expect(lotRow(w, withRam)).toMatchObject({ value: min(3841), type: typeOf(WITH_RAM), durability: 8 * Y });
});

describe('taking apart and repair', () => {
  test('a broken drive goes with the work that stood on it; the rest are lots with their ages', () => {
    const w = factory();
    const { p, lot } = computer(w);
    const cars = begin(w, 'factory', CAR);
    run(w, 'factory', cars, lot, Y);
    finish(w, 'factory', cars, CAR);
    const before = lotRow(w, lot).value;
    const draft = { kind: 'disassemble', owner: w.id('factory'), lot, element: p.drive } as const;
    const { events } = w.send(draft, 'factory');
    const told = events.at(-1);
    if (told?.kind !== 'disassembled') throw new Error('not told');
    // 400, 2 and 15 minutes that last five years, after one of them.
    expect(told.wasted).toBe(String(min(320 + 1.6 + 12)));
    expect(w.books('factory')).toEqual({ P: min(4468), W: min(333.6), G: min(4468 - 333.6) });
    const lots = told.lots.map((id) => lotRow(w, id));
    expect(lots.map(({ type }) => type).sort()).toEqual([CABLE, BOARD, CASE].map(typeOf).sort());
    expect(lots.reduce((sum, { value }) => sum + value, 0n)).toBe(before - min(333.6));
    for (const { elements = [], amount } of lots) {
      expect(amount).toBe(1);
      expect(elements.every(({ k, u }) => k === Y && u === Y)).toBe(true);
    }
  });

  test('a part is replaced: every other element keeps its age, the work is done again', () => {
    const w = factory();
    const { p, lot } = computer(w);
    run(w, 'factory', begin(w, 'factory', CAR), lot, Y);
    const { events } = w.send(
      { kind: 'disassemble', owner: w.id('factory'), lot, element: p.drive },
      'factory',
    );
    const apart = events.at(-1);
    if (apart?.kind !== 'disassembled') throw new Error('not told');
    const types = new Map(apart.lots.map((id) => [lotRow(w, id).type, id]));
    const of = (product: Product) => types.get(typeOf(product)) ?? '';
    const drive = tool(w, 'factory', DRIVE, 380, 5 * Y);
    const withDrive = build(w, 'factory', CASE_WITH_DRIVE, 2, of(CASE), drive);
    const again = build(w, 'factory', COMPUTER, 15, of(BOARD), withDrive, of(CABLE));
    expect(elementIn(w, again, DRIVE)).toMatchObject({ v: min(380), k: 0, u: 0 });
    expect(elementIn(w, again, CPU)).toMatchObject({ k: Y, u: Y, id: p.cpu });
    // The board's work has four years left, so the new work on it lasts four.
    expect(elementIn(w, again, COMPUTER)).toMatchObject({ d: 4 * Y, k: 0, u: 0, v: min(15) });
    const cars = begin(w, 'factory', CAR);
    run(w, 'factory', cars, again, Y);
    // 380/5 instead of 400/5 for the drive, 15/4 instead of 15/5 for the work.
    const year2 = 524_469_445n - min(80) + min(76) - min(3) + min(3.75);
    expect(w.state.productions.get(cars)?.means).toBe(year2);
  });

  test('to free a part, name what stands on it; parts that share one stay together', () => {
    const w = factory();
    const { lot } = computer(w);
    const at = (product: Product) => elementIn(w, lot, product).id;
    const element = at(WITH_RAM);
    const { events } = w.send({ kind: 'disassemble', owner: w.id('factory'), lot, element }, 'factory');
    const told = events.at(-1);
    if (told?.kind !== 'disassembled') throw new Error('not told');
    // 15 and 1 minutes of work are lost; «board with CPU and RAM» was worth 0.
    expect(told.wasted).toBe(String(min(16)));
    const lots = told.lots.map((id) => [lotRow(w, id).type, lotRow(w, id).value] as const);
    expect(new Map(lots)).toEqual(
      new Map([
        [typeOf(WITH_CPU), min(3140)],
        [typeOf(RAM), min(700)],
        [typeOf(CASE_WITH_DRIVE), min(602)],
        [typeOf(CABLE), min(10)],
      ]),
    );
    const [first = ''] = told.lots;
    expect(lotRow(w, first).origin).not.toBe(first);
    expect(w.state.transactions.has(lotRow(w, first).origin)).toBe(true);
    expect(w.state.lots.has(lot)).toBe(false);
  });

  test('its parts take their types’ labels; a common that dissolves wastes nothing', () => {
    const w = factory();
    const [a, b] = [tool(w, 'factory', CASE, 20, 9), tool(w, 'factory', DRIVE, 30, 9)];
    const lot = build(w, 'factory', CASE_WITH_DRIVE, 5, a, b);
    w.makeCommon('factory', DRIVE);
    const apart = (which: Id, element: Id) =>
      w.do({ kind: 'disassemble', owner: w.id('factory'), lot: which, element }, 'factory');
    const id = apart(lot, lot);
    expect(w.books('factory')).toEqual({ U: min(55), W: min(35), G: min(20) });
    expect([...w.state.lots.entries()].map(([, l]) => [l.type, l.label])).toEqual([
      [typeOf(CASE), 'exclusive'],
      [typeOf(DRIVE), 'common'],
    ]);
    expect([...w.state.lots.entries()].every(([, l]) => l.origin === id)).toBe(true);
  });
});

test('a common taken apart wastes nothing, and common parts of a common count into c only once', () => {
  const w = factory();
  w.makeCommon('factory', CASE, CASE_WITH_DRIVE);
  const a = tool(w, 'factory', CASE, 20, 50);
  const production = begin(w, 'factory', CASE_WITH_DRIVE);
  const { events } = w.send({ kind: 'allocate_component', production, lot: a, repurpose: false }, 'factory');
  expect(events.at(-1)).toEqual({ kind: 'component_allocated', production, lot: a });
  labour(w, 'factory', production, 5);
  const lot = finish(w, 'factory', production, CASE_WITH_DRIVE);
  expect(w.books('factory')).toEqual({ U: min(25), C: min(25) });
  // Of one part, with the work on it: two elements.
  w.do({ kind: 'disassemble', owner: w.id('factory'), lot, element: lot }, 'factory');
  expect(w.books('factory')).toEqual({ U: min(25), C: min(25) });
  expect([...w.state.lots.entries()].map(([, { label, value }]) => [label, value])).toEqual([
    ['common', min(20)],
  ]);
});

test('what has nothing left can be taken apart', () => {
  const w = factory();
  const lot = build(w, 'factory', CASE_WITH_DRIVE, 5, tool(w, 'factory', CASE, 20, 10));
  run(w, 'factory', begin(w, 'factory', CAR), lot, 10);
  expect(lotRow(w, lot).value).toBe(0n);
  const { answer, events } = w.send(
    { kind: 'disassemble', owner: w.id('factory'), lot, element: lot },
    'factory',
  );
  expect(answer).toBe('accepted');
  expect(events.at(-1)).toMatchObject({ kind: 'disassembled', wasted: '0' });
});

test('worn parts bring their age: the work on them lasts as long as they do', () => {
  const w = factory();
  const [a, b] = [tool(w, 'factory', CASE, 20, 100), tool(w, 'factory', DRIVE, 30, 60)];
  run(w, 'factory', begin(w, 'factory', CAR), b, 45);
  const lot = build(w, 'factory', CASE_WITH_DRIVE, 5, a, b);
  expect(lotRow(w, lot)).toMatchObject({ durability: 15, value: min(20 + 7.5 + 5) });
});

test('of several pieces one goes in, as an element of its own', () => {
  const w = factory();
  const modules = tool(w, 'factory', RAM, 100, 50, 4);
  const a = tool(w, 'factory', MAINBOARD, 10, 60);
  const lot = build(w, 'factory', WITH_RAM, 5, a, modules, [modules, modules]);
  expect(lotRow(w, modules)).toMatchObject({ amount: 2, value: min(50) });
  const rams = lotRow(w, lot).elements?.filter(({ type }) => type === typeOf(RAM)) ?? [];
  expect(rams.map(({ v }) => v)).toEqual([min(25), min(25)]);
  expect(new Set(rams.map(({ id }) => id)).size).toBe(2);
  expect(lotRow(w, lot)).toMatchObject({ value: min(65), durability: 50 });
});

test('consumed, it gives what it has left; dispatched, its composition dissolves into value', () => {
  const w = new World();
  w.register('shop', true);
  const make = () =>
    build(w, 'shop', CASE_WITH_DRIVE, 10, tool(w, 'shop', CASE, 20, 50), tool(w, 'shop', DRIVE, 30, 50));
  const [one, two] = [make(), make()];
  const first = begin(w, 'shop', CAR);
  run(w, 'shop', first, one, 10);
  const second = begin(w, 'shop', MILK);
  w.do({ kind: 'allocate_resource', production: second, lot: one, amount: 1, repurpose: false }, 'shop');
  expect(w.state.productions.get(second)?.resources).toBe(min(48));
  const shop = w.id('shop');
  w.do({ kind: 'transfer', lot: two, amount: 1, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
  expect(w.state.pools.get(`${shop}/${typeOf(CASE_WITH_DRIVE)}`)).toMatchObject({
    amount: 1,
    value: min(60),
  });
  expect(w.state.lots.size).toBe(0);
  expect(w.books('shop')).toEqual({ U: min(120), G: min(120) });
});

describe('commons (§6.1)', () => {
  test('exclusive components only when repurposed, and their value counts into c when the common comes out', () => {
    const w = factory();
    const [a, b] = [tool(w, 'factory', CASE, 20, 50), tool(w, 'factory', DRIVE, 30, 50)];
    w.makeCommon('factory', CASE_WITH_DRIVE);
    const production = begin(w, 'factory', CASE_WITH_DRIVE);
    const take = (lot: Id, repurpose: boolean) =>
      w.send({ kind: 'allocate_component', production, lot, repurpose }, 'factory').answer;
    expect(take(a, false)).toBe('exclusive_in_common');
    statement(w, 'factory', [
      ['two exclusive parts', () => [take(a, true), take(b, true)], { U: 50, G: 50 }],
      ['5 minutes of work for a common', () => labour(w, 'factory', production, 5), { U: 55, G: 50, C: 5 }],
      ['a common', () => finish(w, 'factory', production, CASE_WITH_DRIVE), { U: 55, C: 55 }],
    ]);
    const common = lotOf(production, CASE_WITH_DRIVE);
    expect(lotRow(w, common)).toMatchObject({ label: 'common', value: min(55) });
    const exclusive = begin(w, 'factory', COMPUTER);
    const draft = { kind: 'allocate_component', lot: common, repurpose: true } as const;
    expect(w.send({ ...draft, production: exclusive }, 'factory').answer).toBe('common_in_exclusive');
  });

  test('an aborted production gives its components back as they were', () => {
    const w = factory();
    const [a, b] = [tool(w, 'factory', CASE, 20, 50), tool(w, 'factory', DRIVE, 30, 50)];
    w.makeCommon('factory', CASE_WITH_DRIVE);
    const production = begin(w, 'factory', CASE_WITH_DRIVE);
    for (const lot of [a, b])
      w.do({ kind: 'allocate_component', production, lot, repurpose: true }, 'factory');
    const { type, owner } = lotRow(w, a);
    w.do({ kind: 'abort_production', production, reason: 'does not fit' }, 'factory');
    expect(lotRow(w, a)).toMatchObject({ type, owner, label: 'exclusive', value: min(20) });
    expect(lotRow(w, a).use).toBeUndefined();
    expect(w.books('factory')).toEqual({ U: min(50), G: min(50) });
    expect(build(w, 'factory', COMPUTER, 1, a, b)).toBeTypeOf('string');
  });
});

test('what a component is refused for', () => {
  const w = factory();
  w.register('mill');
  const [a, b] = [tool(w, 'factory', CASE, 20, 50), tool(w, 'factory', DRIVE, 30, 50)];
  const [flour] = w.make('factory', 10, 'anna', FLOUR) as [string];
  const theirs = tool(w, 'mill', CASE, 1, 1);
  const production = begin(w, 'factory', CASE_WITH_DRIVE);
  const draft = { kind: 'allocate_component', production, lot: a, repurpose: false } as const;
  const answer = (fields: object, signer = 'factory') => w.send({ ...draft, ...fields }, signer).answer;
  expect(answer({ production: a })).toBe('unknown_production');
  expect(answer({}, 'mill')).toBe('missing_signature');
  expect(answer({ lot: production })).toBe('unknown_lot');
  expect(answer({ lot: theirs })).toBe('not_owner');
  expect(answer({ lot: flour })).toBe('no_durability');
  expect(answer({ on: [b] })).toBe('unknown_element');
  expect(answer({ on: [a, b].sort() })).toBe('unknown_element');
  expect(answer({ on: [a, b].sort().toReversed() })).toBe('not_sorted');
  expect(answer({ on: [] })).toBe('malformed');
  expect(answer({ on: [a] })).toBe('accepted');
  expect(answer({})).toBe('in_use');
  expect(takeMop(w, 'factory', production, a).answer).toBe('in_use');
  // A machine of 998 screws: with the case and the work on them it is 1000 elements, and the drive has no place.
  const row = lotRow(w, b);
  const screw = (i: number) => ({ type: row.type, v: 0n, d: 1, k: 0, u: 0, children: [], id: `screw ${i}` });
  const screws = Array.from({ length: COMPOSITION_ELEMENTS - 2 }, (_, i) => screw(i));
  const machine = w.do(
    { kind: 'collectivize', owner: w.id('factory'), product: DRIVE, amount: 1, durability: 1 },
    'factory',
  );
  w.byHand().lots.set(machine, { ...lotRow(w, machine), elements: screws });
  expect(answer({ lot: machine })).toBe('accepted');
  expect(answer({ lot: b })).toBe('too_many_elements');
  const output = (amount: number) =>
    w.send({ kind: 'output', production, outputs: [{ type: typeOf(CASE_WITH_DRIVE), amount }] }, 'factory')
      .answer;
  expect(output(2)).toBe('outputs_differ');
  expect(output(1)).toBe('accepted');
  expect(answer({ lot: b })).toBe('not_open');
  expect(lotRow(w, lotOf(production, CASE_WITH_DRIVE)).elements).toHaveLength(COMPOSITION_ELEMENTS);
});

test('of components one type comes out', () => {
  const w = factory();
  const a = tool(w, 'factory', CASE, 20, 50);
  const production = w.start('factory', BREAD, MILK);
  w.do({ kind: 'allocate_component', production, lot: a, repurpose: false }, 'factory');
  const outputs = [BREAD, MILK]
    .map((p) => ({ type: typeOf(p), amount: 1 }))
    .sort((x, y) => (x.type < y.type ? -1 : 1));
  expect(w.send({ kind: 'output', production, outputs }, 'factory').answer).toBe('outputs_differ');
  expect(w.send({ kind: 'output', production, outputs: outputs.slice(0, 1) }, 'factory').answer).toBe(
    'accepted',
  );
});

test('what taking apart is refused for', () => {
  const w = factory();
  w.register('mill');
  w.at(NOON + 60);
  const [a, b] = [tool(w, 'factory', CASE, 20, 50), tool(w, 'factory', DRIVE, 30, 50)];
  const lot = build(w, 'factory', CASE_WITH_DRIVE, 5, a, b);
  const single = tool(w, 'factory', CASE, 20, 50);
  const draft = { kind: 'disassemble', owner: w.id('factory'), lot, element: a } as const;
  const answer = (fields: object, signer = 'factory') => w.send({ ...draft, ...fields }, signer).answer;
  expect(answer({ owner: lot })).toBe('unknown_collective');
  expect(answer({ lot: a })).toBe('unknown_lot');
  expect(answer({ owner: w.id('mill') }, 'mill')).toBe('not_owner');
  expect(answer({ lot: single, element: single })).toBe('not_composed');
  expect(answer({ element: single })).toBe('unknown_element');
  takeMop(w, 'factory', begin(w, 'factory', CAR), lot);
  expect(answer({})).toBe('in_use');
});
