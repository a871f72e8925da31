/** The eleven accounts of every subsystem, added up from the auditor's records each time somebody asks. Not here: the bare state's (`test/histories/books.ts`). */
import type { Id } from '../../src/economy/transaction.ts';
import { minutes } from './arithmetic.ts';
import { type Keyset, type Records, there } from './records.ts';

export type Books = Record<'U' | 'C' | 'W' | 'D' | 'Q' | 'P' | 'B' | 'O' | 'Z' | 'R' | 'G', bigint>;

export function booksOf(records: Records): Map<Id, Books> {
  const all = new Map<Id, Books>();
  for (const [id, { accounts, pools }] of records.subsystems) {
    const books = { U: 0n, P: 0n, B: 0n, O: 0n, Z: 0n, G: 0n, ...accounts };
    for (const pool of pools.values()) books.G += pool.value;
    all.set(id, books);
  }
  const of = (collective: Id): Books => there(all.get(records.home(collective)), 'subsystem');
  for (const { collective, minutes: worked, share, claimed } of records.workloads.values())
    if (share === undefined) of(collective).U += minutes(worked);
    else if (!claimed) of(collective).P += share;
  for (const [at, value] of records.balances) of(at.slice(at.indexOf('/') + 1)).B += value;
  for (const [outlet, { value }] of records.clearing) of(outlet).Z += value;
  for (const { owner, label, value } of records.lots.values())
    if (label === 'exclusive') of(owner).G += value;
  for (const { open, label, producer, labour, resources, means } of records.productions.values())
    if (open && label === 'exclusive') of(producer).G += labour + resources + means;
  for (const { state, keyset, minutes: open } of records.owed.values())
    if (state === 'open') of(keyset.office).O += minutes(open);
  for (const keyset of records.keysets.values()) of(keyset.office).O += minutes(outstanding(records, keyset));
  return all;
}

/** Minutes of coupons that an office issued and that are not gone in any way. */
function outstanding(records: Records, keyset: Keyset): number {
  return keyset.issued.reduce(
    (total, _, exponent) => total + 2 ** exponent * left(records, keyset, exponent),
    0,
  );
}

/** How many coupons of a kind were issued and are not gone. */
export function left({ fates }: Records, keyset: Keyset, exponent: number): number {
  let count = keyset.issued[exponent] ?? 0;
  if (count === 0) return 0;
  for (const fate of fates.values()) {
    if (fate.is === 'aborted' || fate.keyset !== keyset || fate.exponent !== exponent) continue;
    // What is left over from a void refresh is its holder's again; what was recouped beyond the debt is nobody's loss but everybody's.
    if (fate.is === 'refreshed' && fate.by.state !== 'open' && fate.by.state !== 'issued') continue;
    if (fate.is === 'recouped' && fate.beyond) continue;
    count -= 1;
  }
  return count;
}

/** What L1 says must be 0. */
export function parity(b: Books): bigint {
  return b.U - b.C - b.W - b.D - b.Q + b.P + b.B + b.O + b.Z + b.R - b.G;
}
