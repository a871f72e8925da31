/**
 * The books of every subsystem from the bare rows, as fast as it goes, because it is done after every transaction (L1). Shares no code with the
 * rules and uses no sum that they keep. Not here: the slower auditor of everything else (`test/economy/audit.ts`).
 */
import type { State } from '../../src/economy/state.ts';

export const ACCOUNTS = ['U', 'C', 'W', 'D', 'Q', 'P', 'B', 'O', 'Z', 'R', 'G'] as const;
export type Account = (typeof ACCOUNTS)[number];
export type Books = Record<Account, bigint>;
const MICRO = 1_000_000n;

export function booksOf(state: State): Map<string, Books> {
  const all = new Map<string, Books>();
  for (const [id, { C, W, D, Q, R }] of state.subsystems.entries())
    all.set(id, { U: 0n, C, W, D, Q, P: 0n, B: 0n, O: 0n, Z: 0n, R, G: 0n });
  const of = (collective: string): Books => {
    const books = all.get(state.collectives.get(collective)?.subsystem ?? '');
    if (books === undefined) throw new Error(`nobody: ${collective}`);
    return books;
  };
  for (const [, w] of state.workloads.entries())
    if (w.revision === undefined) of(w.collective).U += BigInt(w.minutes) * MICRO;
    else if (!w.claimed) of(w.collective).P += w.share ?? 0n;
  for (const [at, value] of state.balances.entries()) of(at.slice(67)).B += value;
  for (const [outlet, value] of state.clearing.entries()) of(outlet).Z += value;
  for (const [, k] of state.keysets.entries()) {
    let minutes = 0;
    for (let e = 0; e < 9; e++)
      minutes +=
        2 ** e *
        ((k.issued[e] as number) -
          (k.redeemed[e] as number) -
          (k.refreshed[e] as number) -
          (k.recouped[e] as number) -
          (k.wasted[e] as number));
    of(k.office).O += BigInt(minutes) * MICRO;
  }
  const owes = (keyset: string, minutes: number): void => {
    of(state.keysets.get(keyset)?.office ?? '').O += BigInt(minutes) * MICRO;
  };
  for (const [, l] of state.loads.entries())
    if (l.signatures === undefined && !l.cancelled) owes(l.keyset, 300 * l.packs);
  for (const [, r] of state.refreshes.entries())
    if (r.signatures === undefined && r.closed === undefined)
      owes(
        r.keyset,
        r.coupons.reduce((sum, c) => sum + 2 ** c.exponent, 0),
      );
  for (const [, t] of state.takeBacks.entries())
    if (t.signatures === undefined && !t.cancelled) owes(t.keyset, t.minutes);
  for (const [, lot] of state.lots.entries())
    if (lot.label === 'exclusive' && lot.value !== 0n) of(lot.owner).G += lot.value;
  for (const [, p] of state.productions.entries())
    if (p.state === 'open' && p.label === 'exclusive') of(p.producer).G += p.labour + p.resources + p.means;
  for (const [at, pool] of state.pools.entries()) {
    const books = all.get(at.slice(0, 64));
    if (books === undefined) throw new Error(`a pool of nobody: ${at}`);
    books.G += pool.value;
  }
  return all;
}

/** What L1 says must be 0. */
export function parity(b: Books): bigint {
  return b.U - b.C - b.W - b.D - b.Q + b.P + b.B + b.O + b.Z + b.R - b.G;
}
