/**
 * The auditor's books against those of a bare state, to the micro-minute; and, where somebody asks for it, what hangs on single lots,
 * wallets, outlets and keysets. The only file here that looks at a state.
 */
import type { State } from '../../src/economy/state.ts';
import { type Books, booksOf as booksOfState } from '../histories/books.ts';
import type { Auditor } from './auditor.ts';
import { left, parity } from './books.ts';

/** The first account of a subsystem that differs, as a sentence; and L1 of the auditor's own books. */
export function booksDiffer(
  auditor: Auditor,
  state: State,
  books: ReadonlyMap<string, Books> = booksOfState(state),
): string | undefined {
  const own = auditor.books();
  for (const id of new Set([...own.keys(), ...books.keys()])) {
    const [a, b] = [own.get(id), books.get(id)];
    const at = id.slice(0, 8);
    if (a === undefined) return `auditor: knows no subsystem ${at}`;
    if (b === undefined) return `auditor: the ledger has no subsystem ${at}`;
    for (const account of Object.keys(a) as (keyof Books)[])
      if (a[account] !== b[account])
        return `auditor: ${account} of ${at} is ${b[account]}, the chain says ${a[account]}`;
    if (parity(a) !== 0n) return `auditor: the chain's books of ${at} are off by ${parity(a)}`;
  }
  return undefined;
}

/** The first lot, pool, stock, balance, share, clearing or kind of coupon that differs. */
export function detailsDiffer({ records }: Auditor, state: State): string | undefined {
  const pools = [...records.subsystems].flatMap(([id, { pools }]) =>
    [...pools].map(([type, { amount, value }]) => [`${id}/${type}`, `${amount} ${value}`] as const),
  );
  const coupons = [...records.keysets].map(
    ([id, keyset]) => [id, keyset.keys.map((_, e) => left(records, keyset, e)).join()] as const,
  );
  return (
    differ(
      'lot',
      records.lots,
      state.lots.entries(),
      (l) => `${l.amount} ${l.type} of ${l.owner}, ${l.label}, ${l.value}, ${l.durability}`,
    ) ??
    differ(
      'elements of lot',
      records.lots,
      state.lots.entries(),
      (l) =>
        l.elements
          ?.map((e) => `${e.id} ${e.v} ${e.d} ${e.u}`)
          .sort()
          .join() ?? '',
    ) ??
    differ('pool', new Map(pools), state.pools.entries(), (p) =>
      typeof p === 'string' ? p : `${p.amount} ${p.value}`,
    ) ??
    differ('balance', records.balances, state.balances.entries(), String) ??
    differ(
      'workload',
      records.workloads,
      state.workloads.entries(),
      (w) => `${w.minutes} of ${w.wallet}, ${w.share}, ${w.claimed === true}`,
    ) ??
    differ('clearing', records.clearing, state.clearing.entries(), (z) =>
      String(typeof z === 'bigint' ? z : z.value),
    ) ??
    differ('coupons of', new Map(coupons), state.keysets.entries(), (k) =>
      typeof k === 'string'
        ? k
        : k.issued
            .map(
              (n, e) =>
                n - [k.redeemed, k.refreshed, k.recouped, k.wasted].reduce((t, of) => t + (of[e] ?? 0), 0),
            )
            .join(),
    )
  );
}

function differ<A, B>(
  what: string,
  own: ReadonlyMap<string, A>,
  rows: Iterable<readonly [string, B]>,
  told: (row: A | B) => string,
): string | undefined {
  let found = 0;
  for (const [id, row] of rows) {
    const mine = own.get(id);
    const [a, b] = [mine === undefined ? 'nothing' : told(mine), told(row)];
    if (a !== b) return `auditor: ${what} ${id.slice(0, 8)} is ${b}, the chain says ${a}`;
    found += 1;
  }
  return found === own.size ? undefined : `auditor: the ledger lacks a ${what}`;
}
