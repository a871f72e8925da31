/**
 * For tables about means of production: they are made with given minutes and durability, run, and after each line of a
 * statement the books of the subsystem are what it says, in minutes. The auditor looks on (`world.ts`).
 */
import { expect } from 'vitest';
import type { LotRow } from '../../src/economy/state.ts';
import type { Id, Product } from '../../src/economy/transaction.ts';
import { elementOf } from '../../src/products/element.ts';
import type { Books } from './audit.ts';
import { DAY, lotOf, min, type Sent, typeOf, type World } from './world.ts';

export const OVEN: Product = { name: 'Oven', unit: 'piece' };

/** A production of one type, started; its estimate is `value` minutes. */
export function begin(w: World, name: string, product: Product, durability?: number, amount = 1): Id {
  const self = w.id(name);
  const order = w.do(
    { kind: 'order', orderer: self, addressee: self, product, amount, deliverBy: w.block.time + DAY },
    name,
  );
  const output = { product, amount, value: min(1) };
  const outputs = [durability === undefined ? output : { ...output, durability }];
  return w.do({ kind: 'start', estimate: w.do({ kind: 'estimate', order, outputs }, name) }, name);
}

/** As many wallets as the minutes need, each for the whole of today. */
export function labour(w: World, name: string, production: Id, minutes: number): void {
  for (let left = minutes; left > 0; left -= 1440)
    w.work(name, production, `${production} ${left}`, Math.min(left, 1440));
}

export function finish(w: World, name: string, production: Id, product: Product, amount = 1): Id {
  w.do({ kind: 'output', production, outputs: [{ type: typeOf(product), amount }] }, name);
  return lotOf(production, product);
}

/** `amount` pieces made with so many minutes of labour. The lot. */
export function tool(
  w: World,
  name: string,
  product: Product,
  minutes: number,
  durability: number,
  amount = 1,
): Id {
  const production = begin(w, name, product, durability, amount);
  labour(w, name, production, minutes);
  return finish(w, name, production, product, amount);
}

/** A composed piece: components (a lot, or a lot and the elements in it to stand on) and so many minutes. */
export function build(
  w: World,
  name: string,
  product: Product,
  minutes: number,
  ...parts: readonly (Id | readonly [Id, ...Id[]])[]
): Id {
  const production = begin(w, name, product);
  for (const part of parts) {
    const [lot, ...on] = typeof part === 'string' ? [part] : part;
    const draft = { kind: 'allocate_component', production, lot, repurpose: false } as const;
    w.do(on.length === 0 ? draft : { ...draft, on: on.sort() }, name);
  }
  labour(w, name, production, minutes);
  return finish(w, name, production, product);
}

export interface MopOptions {
  readonly repurpose?: boolean;
  readonly beyondDurability?: boolean;
}

export function takeMop(w: World, name: string, production: Id, lot: Id, options: MopOptions = {}): Sent {
  const flags = { repurpose: false, beyondDurability: false, ...options };
  return w.send({ kind: 'allocate_mop', production, lot, ...flags }, name);
}

/** Allocated, run for so many operating minutes of ledger time, free again. */
export function run(
  w: World,
  name: string,
  production: Id,
  lot: Id,
  minutes: number,
  options: MopOptions = {},
): void {
  expect(takeMop(w, name, production, lot, options).answer).toBe('accepted');
  w.at(w.block.time + 60 * minutes);
  w.do({ kind: 'deallocate_mop', production, lot, minutes }, name);
}

export function lotRow(w: World, lot: Id): LotRow {
  const row = w.state.lots.get(lot);
  if (row === undefined) throw new Error('no such lot');
  return row;
}

/** The element of a lot that is an instance of a product. */
export function elementIn(w: World, lot: Id, product: Product) {
  const { elements = [] } = lotRow(w, lot);
  const found = elements.filter((e) => e.type === typeOf(product));
  expect(found).toHaveLength(1);
  return elementOf(elements, found[0]?.id ?? '');
}

type Line = readonly [what: string, act: () => unknown, books: { readonly [A in keyof Books]?: number }];

/** Line after line: what happens, and the books afterwards, in minutes, accounts that are 0 left out. */
export function statement(w: World, name: string, lines: readonly Line[]): void {
  for (const [what, act, books] of lines) {
    act();
    const expected = Object.fromEntries(Object.entries(books).map(([a, value]) => [a, min(value)]));
    expect(w.books(name), what).toEqual(expected);
  }
}
