/**
 * The auditor: recomputes every account of every subsystem from the bare rows of the state and shares no code with the rules, not
 * even the accounts they keep. L1: U − C − W − D − Q + P + B + O + Z + R − G = 0. Besides it compares sums that the
 * state holds twice: members, stock with pools, walletDays with workloads.
 */
import type { State } from '../../src/economy/state.ts';

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

/** All accounts by subsystem, micro-minutes. */
export function audit(state: State): Map<string, Books> {
  const all = new Map<string, Books>();
  for (const [id, { C, W, D, Q, R }] of state.subsystems.entries())
    all.set(id, { U: 0n, C, W, D, Q, P: 0n, B: 0n, O: 0n, Z: 0n, R, G: 0n });
  const of = (collective: string): Books => {
    const books = all.get(state.collectives.get(collective)?.subsystem ?? '');
    if (books === undefined) throw new Error(`${collective} is in no subsystem`);
    return books;
  };
  for (const [, w] of state.workloads.entries()) {
    if (w.revision === undefined) of(w.collective).U += BigInt(w.minutes) * MICRO;
    else if (!w.claimed) of(w.collective).P += w.share ?? 0n;
  }
  for (const [at, value] of state.balances.entries()) of(at.slice(at.indexOf('/') + 1)).B += value;
  for (const [outlet, value] of state.clearing.entries()) of(outlet).Z += value;
  for (const [, row] of state.keysets.entries())
    for (let e = 0; e < 9; e++)
      of(row.office).O += BigInt(((row.issued[e] ?? 0) - (row.redeemed[e] ?? 0)) * 2 ** e) * MICRO;
  for (const [, load] of state.loads.entries())
    if (load.signatures === undefined)
      of(state.keysets.get(load.keyset)?.office ?? '').O += BigInt(300 * load.packs) * MICRO;
  for (const [, lot] of state.lots.entries()) if (lot.label === 'exclusive') of(lot.owner).G += lot.value;
  for (const [, p] of state.productions.entries())
    if (p.state === 'open' && p.label === 'exclusive') of(p.producer).G += p.labour + p.resources;
  for (const [at, pool] of state.pools.entries()) {
    const books = all.get(at.slice(0, at.indexOf('/')));
    if (books === undefined) throw new Error(`pool ${at} of no subsystem`);
    books.G += pool.value;
  }
  return all;
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
  return out;
}
