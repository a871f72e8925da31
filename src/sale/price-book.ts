/**
 * The price book: a fold over the ledger's events and nothing else (paper §6.2). It knows who belongs to which
 * subsystem and every member's dispatch stock; a type's price in a subsystem is total value over total amount, exact.
 * Folding the same events from genesis gives the same book, whatever the breaks between.
 */
import type { LedgerEvent } from '../economy/events.ts';
import type { Id } from '../economy/transaction.ts';
import { type Ratio, ratio } from '../units/ratio.ts';

export interface StockEntry {
  readonly amount: bigint;
  readonly value: bigint;
}
export interface CollectiveEntry {
  readonly name: string;
  readonly subsystem: Id;
}
export interface ProductEntry {
  readonly name: string;
  readonly unit: string;
}

/** What changed by an event: the rows to keep (key → JSON-able row). The caller persists them together with the height. */
export interface BookChange {
  readonly table: 'collective' | 'product' | 'stock';
  readonly key: string;
}

export class PriceBook {
  readonly collectives = new Map<Id, CollectiveEntry>();
  readonly products = new Map<Id, ProductEntry>();
  /** Type → collective → entry. */
  readonly stock = new Map<Id, Map<Id, StockEntry>>();

  /** Folds one event; says which rows it touched. Events of other kinds touch nothing. */
  fold(event: LedgerEvent): readonly BookChange[] {
    switch (event.kind) {
      case 'registered': {
        const before = this.collectives.get(event.collective);
        this.collectives.set(event.collective, {
          name: event.name,
          subsystem: before?.subsystem ?? event.collective,
        });
        return [{ table: 'collective', key: event.collective }];
      }
      case 'member': {
        const before = this.collectives.get(event.collective);
        this.collectives.set(event.collective, { name: before?.name ?? '', subsystem: event.subsystem });
        return [{ table: 'collective', key: event.collective }];
      }
      case 'product':
        this.products.set(event.type, { name: event.name, unit: event.unit });
        return [{ table: 'product', key: event.type }];
      case 'stock': {
        const of = this.stock.get(event.type) ?? new Map<Id, StockEntry>();
        const before = of.get(event.collective) ?? { amount: 0n, value: 0n };
        of.set(event.collective, {
          amount: before.amount + BigInt(event.amount),
          value: before.value + BigInt(event.value),
        });
        this.stock.set(event.type, of);
        return [{ table: 'stock', key: `${event.collective}/${event.type}` }];
      }
      default:
        return [];
    }
  }

  /** Total amount and value of a type in dispatch stock of `subsystem`. */
  pool(subsystem: Id, type: Id): StockEntry {
    let amount = 0n;
    let value = 0n;
    for (const [collective, entry] of this.stock.get(type) ?? []) {
      if (this.collectives.get(collective)?.subsystem !== subsystem) continue;
      amount += entry.amount;
      value += entry.value;
    }
    return { amount, value };
  }

  /** The average price of one base unit as seen from an outlet, micro-minutes, exact; undefined when nothing is in stock anywhere in its subsystem. */
  price(outlet: Id, type: Id): Ratio | undefined {
    const subsystem = this.collectives.get(outlet)?.subsystem;
    if (subsystem === undefined) return undefined;
    const { amount, value } = this.pool(subsystem, type);
    return amount > 0n ? ratio(value, amount) : undefined;
  }

  /** What the ledger's book says an outlet holds. */
  held(outlet: Id, type: Id): bigint {
    return this.stock.get(type)?.get(outlet)?.amount ?? 0n;
  }

  /** The whole book in one canonical text: equal books, equal texts. For checks and tests. */
  canonical(): string {
    const rows: string[] = [];
    for (const [id, c] of this.collectives) rows.push(`collective ${id} ${c.subsystem} ${c.name}`);
    for (const [id, p] of this.products) rows.push(`product ${id} ${p.unit} ${p.name}`);
    for (const [type, of] of this.stock)
      for (const [collective, e] of of)
        if (e.amount !== 0n || e.value !== 0n)
          rows.push(`stock ${collective}/${type} ${e.amount} ${e.value}`);
    return rows.sort().join('\n');
  }
}
