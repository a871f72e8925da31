/**
 * The auditor: recomputes every account of every subsystem from the bare rows of the state and shares no code with the rules, not
 * even the accounts they keep. L1: U − C − W − D − Q + P + B + O + Z + R − G = 0. Besides it compares sums that the
 * state holds twice: members, stock with pools, walletDays with workloads, a means of production's value with its elements'
 * ages, a production's means and components with the lots in use.
 */

import type { State } from '../../src/economy/state.ts';
import { couponFaults } from './audit-coupons.ts';

const MICRO = 1_000_000n;

export interface Books {
  U: bigint;
  C: bigint;
  W: bigint;
  D: bigint;
  Q: bigint;
  P: bigint;
  B: bigint;
  O: bigint;
  Z: bigint;
  R: bigint;
  G: bigint;
}

const NOTHING: Books = { U: 0n, C: 0n, W: 0n, D: 0n, Q: 0n, P: 0n, B: 0n, O: 0n, Z: 0n, R: 0n, G: 0n };

/** All accounts by subsystem, micro-minutes. */
export function audit(state: State): Map<string, Books> {
  const all = new Map<string, Books>();
  for (const [id, { C, W, D, Q, R }] of state.subsystems.entries())
    all.set(id, { ...NOTHING, C, W, D, Q, R });
  for (const [collective, held] of hanging(state)) {
    const books = all.get(state.collectives.get(collective)?.subsystem ?? '');
    if (books === undefined) throw new Error(`${collective} is in no subsystem`);
    for (const account of ['U', 'P', 'B', 'O', 'Z', 'G'] as const) books[account] += held[account];
  }
  for (const [at, pool] of state.pools.entries()) {
    const books = all.get(at.slice(0, at.indexOf('/')));
    if (books === undefined) throw new Error(`pool ${at} of no subsystem`);
    books.G += pool.value;
  }
  return all;
}

/** What hangs on each collective: U, P, B, O, Z, and G without pools. */
function hanging(state: State): Map<string, Books> {
  const all = new Map<string, Books>();
  const of = (collective: string): Books => {
    const books = all.get(collective) ?? { ...NOTHING };
    all.set(collective, books);
    return books;
  };
  for (const [, w] of state.workloads.entries()) {
    if (w.revision === undefined) of(w.collective).U += BigInt(w.minutes) * MICRO;
    else if (!w.claimed) of(w.collective).P += w.share ?? 0n;
  }
  for (const [at, value] of state.balances.entries()) of(at.slice(at.indexOf('/') + 1)).B += value;
  for (const [outlet, value] of state.clearing.entries()) of(outlet).Z += value;
  for (const [, row] of state.keysets.entries())
    for (let e = 0; e < 9; e++) of(row.office).O += BigInt((row.issued[e] ?? 0) * 2 ** e) * MICRO;
  for (const [, { office, redeemed, refreshed, recouped, wasted }] of state.keysets.entries())
    for (const gone of [redeemed, refreshed, recouped, wasted])
      for (let e = 0; e < 9; e++) of(office).O -= BigInt((gone[e] ?? 0) * 2 ** e) * MICRO;
  for (const [, load] of state.loads.entries())
    if (load.signatures === undefined && !load.cancelled)
      of(state.keysets.get(load.keyset)?.office ?? '').O += BigInt(300 * load.packs) * MICRO;
  for (const [, refresh] of state.refreshes.entries())
    if (refresh.signatures === undefined && refresh.closed === undefined)
      for (const { exponent } of refresh.coupons)
        of(state.keysets.get(refresh.keyset)?.office ?? '').O += BigInt(2 ** exponent) * MICRO;
  for (const [, back] of state.takeBacks.entries())
    if (back.signatures === undefined && !back.cancelled)
      of(state.keysets.get(back.keyset)?.office ?? '').O += BigInt(back.minutes) * MICRO;
  for (const [, lot] of state.lots.entries()) if (lot.label === 'exclusive') of(lot.owner).G += lot.value;
  for (const [, p] of state.productions.entries())
    if (p.state === 'open' && p.label === 'exclusive') of(p.producer).G += p.labour + p.resources + p.means;
  return all;
}

/**
 * The sums that the ledger keeps beside its tables, by collective and by subsystem, against the rows. A fault here says that a
 * table holds value that src/economy/watches.ts does not see.
 */
function sumFaults(state: State): string[] {
  const out: string[] = [];
  const compare = (
    name: string,
    books: ReadonlyMap<string, Books>,
    kept: ReadonlyMap<string, object>,
  ): void => {
    for (const id of new Set([...books.keys(), ...kept.keys()]))
      for (const account of ['U', 'P', 'B', 'O', 'Z', 'G'] as const) {
        const [is, sum] = [
          books.get(id)?.[account] ?? 0n,
          (kept.get(id) as Books | undefined)?.[account] ?? 0n,
        ];
        if (is !== sum) out.push(`watched ${account} of ${name} ${id.slice(0, 8)} is ${sum}, rows say ${is}`);
      }
  };
  compare('collective', hanging(state), state.indexes.holdings);
  compare('subsystem', audit(state), state.indexes.totals);
  return out;
}

/** Folded from `stock` events, prices are the ledger's: over the members of a subsystem, what was told is the pool. */
function toldFaults(state: State): string[] {
  const told = new Map<string, bigint>();
  for (const [at, row] of state.stock.entries()) {
    const [collective, type] = at.split('/') as [string, string];
    const pool = `${state.collectives.get(collective)?.subsystem}/${type}`;
    told.set(pool, (told.get(pool) ?? 0n) + row.told);
  }
  return [...new Set([...told.keys(), ...[...state.pools.entries()].map(([at]) => at)])]
    .filter((at) => (told.get(at) ?? 0n) !== (state.pools.get(at)?.value ?? 0n))
    .map((at) => `told ${at}: ${told.get(at)}, pool ${state.pools.get(at)?.value}`);
}

/**
 * What is wrong with means of production and components: a lot's value is Σ (v − ⌊v·u/d⌋) over its elements, each of which is
 * in one lot only; a lot in use belongs to the producer of an open production, which knows of it.
 */
function meansFaults(state: State): string[] {
  const out: string[] = [];
  const seen = new Set<string>();
  const mops = new Map<string, number>();
  const components = new Map<string, Set<string>>();
  for (const [id, lot] of state.lots.entries()) {
    const at = `lot ${id.slice(0, 8)}`;
    const { elements, use } = lot;
    if (elements === undefined && lot.value < 0n) out.push(`${at} below zero`);
    if (elements !== undefined) {
      let left = 0n;
      const known = new Set<string>();
      for (const { id: e, v, d, k, u, children } of elements) {
        // v, u and d are not negative, so `/` rounds down here.
        left += v - (v * BigInt(u)) / BigInt(d);
        if (v < 0n || d < 1 || u > k || u < Math.min(k, d)) out.push(`${at} element ${e.slice(0, 8)}`);
        if (seen.has(e)) out.push(`${at}: an element twice`);
        if (!children.every((child) => known.has(child))) out.push(`${at}: a part is missing`);
        seen.add(e);
        known.add(e);
      }
      if (lot.amount !== 1 || lot.durability === undefined) out.push(`${at} is not one piece`);
      if (left !== lot.value) out.push(`${at} is worth ${lot.value}, its elements ${left}`);
    }
    if (use === undefined) continue;
    const production = state.productions.get(use.production);
    if (production?.state !== 'open' || production.producer !== lot.owner) out.push(`${at}: use`);
    if (elements === undefined) out.push(`${at}: in use without elements`);
    if (use.as === 'mop') mops.set(use.production, (mops.get(use.production) ?? 0) + 1);
    else components.set(use.production, (components.get(use.production) ?? new Set()).add(id));
  }
  for (const [id, p] of state.productions.entries()) {
    const used = components.get(id) ?? new Set();
    const listed = p.state === 'open' ? p.components : [];
    if ((mops.get(id) ?? 0) !== p.mops) out.push(`means of production ${id.slice(0, 8)}`);
    if (used.size !== listed.length || !listed.every((lot) => used.has(lot)))
      out.push(`components of production ${id.slice(0, 8)}`);
  }
  for (const [id, w] of state.writeOffs.entries())
    if (w.amount < 0 || (w.amount === 0 && w.value !== 0n)) out.push(`write-off ${id.slice(0, 8)}`);
  return out;
}

/** What L1 says must be 0. */
export function parity(b: Books): bigint {
  return b.U - b.C - b.W - b.D - b.Q + b.P + b.B + b.O + b.Z + b.R - b.G;
}

/** Everything that is wrong, as sentences; empty when the books are right. */
export function faults(state: State): string[] {
  const out: string[] = [];
  for (const [id, books] of audit(state))
    if (parity(books) !== 0n) out.push(`L1 ${id.slice(0, 8)}: ${parity(books)}`);
  out.push(...meansFaults(state));
  const members = new Map<string, number>();
  for (const [, { subsystem }] of state.collectives.entries())
    members.set(subsystem, (members.get(subsystem) ?? 0) + 1);
  for (const [id, row] of state.subsystems.entries())
    if (members.get(id) !== row.members) out.push(`members of ${id.slice(0, 8)}`);
  if (members.size !== state.subsystems.size) out.push('a subsystem without row or members');
  const held = new Map<string, number>();
  for (const [at, row] of state.stock.entries()) {
    const [outlet, type] = at.split('/') as [string, string];
    const pool = `${state.collectives.get(outlet)?.subsystem}/${type}`;
    held.set(pool, (held.get(pool) ?? 0) + row.amount);
    if (row.amount < 0) out.push(`stock ${at} below zero`);
  }
  for (const [at, pool] of state.pools.entries()) {
    if ((held.get(at) ?? 0) !== pool.amount) out.push(`pool ${at} is not what is held`);
    if (pool.value < 0n || (pool.amount === 0 && pool.value !== 0n)) out.push(`L7 pool ${at}: ${pool.value}`);
    if (state.labels.get(at) === 'common' && pool.value !== 0n) out.push(`common ${at} has a price`);
  }
  const days = new Map<string, number>();
  for (const [, w] of state.workloads.entries())
    days.set(`${w.wallet}/${w.day}`, (days.get(`${w.wallet}/${w.day}`) ?? 0) + w.minutes);
  for (const [at, minutes] of days)
    if (minutes > 1440 || state.walletDays.get(at) !== minutes) out.push(`wallet day ${at}`);
  out.push(...sumFaults(state), ...toldFaults(state));
  out.push(...couponFaults(state));
  return out;
}
