/**
 * Commons and exclusive goods (§6.1). When a type's label changes, the value of free lots and of stock goes to w: + when it becomes common,
 * − when it becomes exclusive; what is in use follows when it is free. Not here: who decides (`votes.ts`, `settlement.ts`).
 */
import type { Id } from '../../src/economy/transaction.ts';
import type { Label, Lot, Records } from './records.ts';
import { priced, pricesFrom } from './stock.ts';

/** The goods of a type in a subsystem take a label. */
export function relabelGoods(records: Records, subsystem: Id, type: Id, label: Label): void {
  const { accounts, pools } = records.subsystem(subsystem);
  for (const lot of records.lots.values()) {
    const here = lot.type === type && records.home(lot.owner) === subsystem;
    if (here && lot.use === undefined) relabelLot(lot, label, accounts);
  }
  const pool = pools.get(type);
  if (label !== 'common' || pool === undefined || pool.value === 0n) return;
  accounts.W += pool.value;
  pools.set(type, priced({ ...pool, value: 0n }, records.time, pricesFrom(records, subsystem)));
}

function relabelLot(lot: Lot, label: Label, accounts: { W: bigint }): void {
  if (lot.label === label) return;
  lot.label = label;
  accounts.W += label === 'common' ? lot.value : -lot.value;
}

/** Goods that come out of something or are free again have their type's label. */
export function freed(records: Records, lot: Lot): void {
  relabelLot(lot, records.label(lot.owner, lot.type), records.accounts(lot.owner));
}
