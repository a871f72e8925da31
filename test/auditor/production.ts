/**
 * Productions (§4, §5): what goes in, what comes out, and what becomes of it when nothing does. Labour for commons and exclusive goods given to
 * them count into C. Not here: how elements age (`elements.ts`).
 */
import type {
  AbortProduction,
  AllocateComponent,
  AllocateMop,
  AllocateResource,
  AllocateWorkload,
  DeallocateMop,
  Disassemble,
  Estimate,
  Id,
  Order,
  Output,
  Start,
} from '../../src/economy/transaction.ts';
import { down, minutes } from './arithmetic.ts';
import { left, newest, pieces, standingOn, tops, worked } from './elements.ts';
import { lotNamed, lotOf, takeFrom, typeOf } from './goods.ts';
import { freed } from './labels.ts';
import { type Element, type Lot, type Production, type Records, there } from './records.ts';

export function order(records: Records, { addressee, product }: Order): void {
  typeOf(records, product);
  records.orders.set(records.id, { addressee });
}

export function estimate(records: Records, { order: of, outputs }: Estimate): void {
  const { addressee: producer } = there(records.orders.get(of), 'order');
  const estimated = outputs.map(({ product, value, durability }) => ({
    type: typeOf(records, product),
    value,
    durability,
  }));
  records.estimates.set(records.id, { producer, outputs: estimated });
}

export function start(records: Records, { estimate: of }: Start): void {
  const { producer, outputs } = there(records.estimates.get(of), 'estimate');
  const common = outputs.some(({ type }) => records.label(producer, type) === 'common');
  const nothing = { labour: 0n, resources: 0n, means: 0n, components: [], open: true };
  const label = common ? 'common' : 'exclusive';
  records.productions.set(records.id, { producer, label, estimated: outputs, ...nothing });
}

function running(records: Records, id: Id): Production {
  const production = there(records.productions.get(id), 'production');
  if (!production.open) throw new Error('a production that is over');
  return production;
}

export function allocateWorkload(records: Records, said: AllocateWorkload): void {
  const { production: id, wallet, minutes: worked } = said;
  const production = running(records, id);
  const { producer: collective } = production;
  records.workloads.set(records.id, { production: id, collective, wallet, minutes: worked });
  production.labour += minutes(worked);
  if (production.label === 'common') records.accounts(collective).C += minutes(worked);
}

/** Exclusive goods given to a common. */
function repurpose(records: Records, { producer, label }: Production, lot: Lot, value: bigint): void {
  if (label === 'common' && lot.label === 'exclusive') records.accounts(producer).C += value;
}

export function allocateResource(
  records: Records,
  { production: id, lot: at, amount }: AllocateResource,
): void {
  const production = running(records, id);
  const lot = lotNamed(records, at);
  const value = takeFrom(records, at, amount);
  production.resources += value;
  repurpose(records, production, lot, value);
}

/** One piece goes into use; out of several it is a lot of its own. Its id. */
function occupy(records: Records, id: Id, use: Lot['use']): Id {
  const lot = lotNamed(records, id);
  if (lot.use !== undefined) throw new Error('a lot that is in use');
  let [at, piece] = [id, lot];
  if (lot.amount > 1) {
    piece = { ...lot, amount: 1 };
    piece.value = takeFrom(records, id, 1);
    at = records.id;
    records.lots.set(at, piece);
  }
  piece.use = use;
  piece.elements ??= [
    {
      id: at,
      type: piece.type,
      v: piece.value,
      d: there(piece.durability, 'durability'),
      u: 0,
      on: [],
      born: records.place,
    },
  ];
  return at;
}

export function allocateMop(
  records: Records,
  { production, lot, beyondDurability: beyond }: AllocateMop,
): void {
  occupy(records, lot, { production, beyond });
}

export function deallocateMop(
  records: Records,
  { production: id, lot: at, minutes: ran }: DeallocateMop,
): void {
  const production = running(records, id);
  const lot = lotNamed(records, at);
  const { use, elements = [] } = lot;
  if (use?.production !== id) throw new Error('a means of another production');
  const most = use.beyond ? records.number(records.home(production.producer), 'beyondMax') : 1;
  const after = worked(elements, ran, most);
  const given = left(elements) - left(after);
  lot.elements = after;
  lot.value -= given;
  production.means += given;
  repurpose(records, production, lot, given);
  lot.use = undefined;
  freed(records, lot);
}

export function allocateComponent(records: Records, { production: id, lot, on }: AllocateComponent): void {
  // Of several pieces the one taken is a new element, on which all else must stand.
  const within = lotNamed(records, lot).amount > 1 ? undefined : on;
  const use = within === undefined ? { production: id } : { production: id, on: within };
  running(records, id).components.push(occupy(records, lot, use));
}

export function output(records: Records, { production: id, outputs }: Output): void {
  const production = running(records, id);
  const { producer, label, components, estimated, labour, resources, means } = production;
  const value = labour + resources + means;
  const came = outputs.map((line) => ({
    ...line,
    estimate: there(
      estimated.find(({ type }) => type === line.type),
      'estimate',
    ),
  }));
  const known = came.some(({ estimate: { value: part } }) => part > 0n);
  const weights = came.map(({ estimate: { value: part } }) => (known ? part : 1n));
  const whole = weights.reduce((a, b) => a + b, 0n);
  let rest = value;
  production.open = false;
  for (const [i, { type, amount, estimate: expected }] of came.entries()) {
    const share = i === came.length - 1 ? rest : down(value * (weights[i] as bigint), whole);
    rest -= share;
    const at = lotOf(records, id, type);
    const { durability } = expected;
    const made: Lot = { type, amount, value: share, owner: producer, label, durability };
    const lot = components.length === 0 ? made : { ...made, ...composed(records, production, at, type) };
    records.lots.set(at, lot);
    freed(records, lot);
  }
}

/** Components become one piece with one more element, the work of putting them together. */
function composed(records: Records, production: Production, at: Id, type: Id) {
  const parts: Element[] = [];
  const on = new Set<Id>();
  for (const id of production.components) {
    const lot = lotNamed(records, id);
    const { elements = [], use } = lot;
    for (const below of use?.on ?? tops(elements)) on.add(below);
    parts.push(...elements);
    repurpose(records, production, lot, lot.value);
    records.lots.delete(id);
  }
  const least = Math.min(...parts.filter(({ id }) => on.has(id)).map(({ d, u }) => d - u));
  const v = production.labour + production.resources + production.means;
  const d = Math.max(1, least);
  const elements = [...parts, { id: at, type, v, d, u: 0, on: [...on], born: records.place }];
  return { value: left(elements), durability: d, elements };
}

export function abortProduction(records: Records, { production: id }: AbortProduction): void {
  const production = running(records, id);
  const { producer, label, labour, resources, means } = production;
  production.open = false;
  if (label === 'exclusive') records.accounts(producer).W += labour + resources + means;
  for (const component of production.components) {
    const lot = lotNamed(records, component);
    lot.use = undefined;
    freed(records, lot);
  }
}

/** An element and all above it are lost work; what is left are pieces, each a lot. */
export function disassemble(records: Records, { owner, lot: id, element }: Disassemble): void {
  const lot = lotNamed(records, id);
  const { elements = [], label } = lot;
  const lost = standingOn(elements, element);
  records.lots.delete(id);
  if (label === 'exclusive') records.accounts(owner).W += left(elements.filter(({ id: of }) => lost.has(of)));
  for (const piece of pieces(elements.filter(({ id: of }) => !lost.has(of)))) {
    const { id: top, type, d: durability } = newest(piece);
    const part: Lot = { type, amount: 1, value: left(piece), owner, label, durability, elements: piece };
    records.lots.set(lotOf(records, records.id, top), part);
    freed(records, part);
  }
}
