/**
 * Lots and dispatch stock change hands (§3): goods enter with value 0, are transferred, written off, and come back when they were written
 * off too soon. Not here: what is made (`production.ts`), what leaves an outlet for good (`stock.ts`).
 */
import { concat, hexBytes, toHex } from '../../src/bytes.ts';
import type { Collectivize, Id, Product, Transfer, WriteOff } from '../../src/economy/transaction.ts';
import { partOf } from './arithmetic.ts';
import { freed } from './labels.ts';
import { type Lot, type Records, there } from './records.ts';
import { enter, leave } from './stock.ts';

/** A text of at most 255 UTF-8 bytes in canonical CBOR: major type 3 with the shortest head. */
function text(of: string): Uint8Array {
  const bytes = new TextEncoder().encode(of);
  const head = bytes.length < 24 ? [0x60 + bytes.length] : [0x78, bytes.length];
  return concat(Uint8Array.from(head), bytes);
}

/** A type's id: SHA-256 of the canonical CBOR of {name, unit}. */
export function typeOf(records: Records, product: Product): Id {
  const map = Uint8Array.of(0xa2);
  const body = concat(map, text('name'), text(product.name), text('unit'), text(product.unit));
  const type = toHex(records.crypto.sha256(body));
  records.products.set(type, product);
  return type;
}

/** A lot that is made, or left over, by something: SHA-256 of `timecard/lot` and both ids. */
export function lotOf({ crypto }: Records, by: Id, what: Id): Id {
  const head = new TextEncoder().encode('timecard/lot');
  return toHex(crypto.sha256(concat(head, hexBytes(by), hexBytes(what))));
}

export function lotNamed(records: Records, id: Id): Lot {
  return there(records.lots.get(id), 'lot');
}

/** (A part of) a lot goes; its value. */
export function takeFrom(records: Records, id: Id, amount: number): bigint {
  const lot = lotNamed(records, id);
  const value = partOf(lot.value, amount, lot.amount);
  lot.amount -= amount;
  lot.value -= value;
  if (lot.amount < 0) throw new Error('more leaves a lot than is there');
  if (lot.amount === 0) records.lots.delete(id);
  return value;
}

export function collectivize(records: Records, { owner, product, ...said }: Collectivize): void {
  const { amount, writeOff, durability } = said;
  const type = typeOf(records, product);
  if (writeOff === undefined) {
    const label = records.label(owner, type);
    records.lots.set(records.id, { type, amount, value: 0n, owner, label, durability });
    return;
  }
  const gone = there(records.writeOffs.get(writeOff), 'write-off');
  const value = partOf(gone.value, amount, gone.amount);
  gone.amount -= amount;
  gone.value -= value;
  if (gone.amount < 0) throw new Error('more comes back than was written off');
  if (gone.label === 'exclusive') records.accounts(owner).W -= value;
  const { label, elements } = gone;
  const lot = { type, amount, value, owner, label, durability: gone.durability, elements };
  records.lots.set(records.id, lot);
  freed(records, lot);
}

export function transfer(records: Records, { lot: from, amount, to, purpose }: Transfer): void {
  const delivery = records.deliveries.get(from);
  const lot = delivery === undefined ? { ...lotNamed(records, from) } : undefined;
  const type = delivery?.type ?? lotNamed(records, from).type;
  const value =
    delivery === undefined ? takeFrom(records, from, amount) : leave(records, delivery.outlet, type, amount);
  if (purpose === 'dispatch') {
    enter(records, to, type, amount, lot?.label === 'common' ? 0n : value);
    records.deliveries.set(records.id, { outlet: to, type });
  } else {
    const label = lot?.label ?? records.label(to, type);
    const { durability, elements } = lot ?? {};
    records.lots.set(records.id, { type, amount, value, owner: to, label, durability, elements });
  }
}

export function writeOff(records: Records, { owner, origin, lot: id, amount }: WriteOff): void {
  const lot = id === undefined ? undefined : { ...lotNamed(records, id) };
  const delivery = records.deliveries.get(origin);
  const type = lot?.type ?? there(delivery, 'delivery').type;
  const label = lot?.label ?? records.label(owner, type);
  const value = id === undefined ? leave(records, owner, type, amount) : takeFrom(records, id, amount);
  if (label === 'exclusive') records.accounts(owner).W += value;
  const { durability, elements } = lot ?? {};
  records.writeOffs.set(records.id, { owner, type, label, amount, value, durability, elements });
}
