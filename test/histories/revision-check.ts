/** A final revision worked out apart from the rules (docs/ledger-rules.md, «Final revision»), from the books before it. */
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { State } from '../../src/economy/state.ts';
import type { Books } from './books.ts';
import { PARAMETERS } from './player.ts';

const floor = (a: bigint, b: bigint): bigint => (a % b !== 0n && a < 0n ? a / b - 1n : a / b);
function shareOf(state: State, subsystem: string, name: 'limit' | 'maxRate', a: bigint): bigint {
  const text = state.parameters.get(`${subsystem}/${name}`);
  const { num, den } = PARAMETERS[name];
  const [n, d] = text === undefined ? [num, den] : (text.split('/').map(BigInt) as [bigint, bigint]);
  return floor(n * a, d);
}

/** The revisions that a step made against the books before it; how many there were, and the first that is wrong. */
export function revisionFaults(
  state: State,
  events: readonly LedgerEvent[],
  books: ReadonlyMap<string, Books>,
  clearing: ReadonlyMap<string, bigint>,
): { readonly count: number; readonly found: string | undefined } {
  if (!events.some((e) => e.kind === 'revision' || e.kind === 'clearing_booked'))
    return { count: 0, found: undefined };
  // Several months may have passed in a step of several blocks; then books before it say nothing.
  const ids = events.flatMap((e) => (e.kind === 'revision' ? [e.revision] : []));
  const rows = ids.map((id) => [id, state.revisions.get(id)] as const);
  const booked = new Map<string, bigint>();
  for (const [outlet, was] of clearing) {
    const home = state.collectives.get(outlet)?.subsystem ?? '';
    booked.set(home, (booked.get(home) ?? 0n) + was - (state.clearing.get(outlet) ?? 0n));
  }
  const found = rows.map(([id, row]) => {
    if (row === undefined) return `revision ${id.slice(0, 8)} is nowhere`;
    const b = books.get(row.subsystem);
    if (b === undefined) return 'a revision of nobody';
    const at = `revision of ${row.subsystem.slice(0, 8)}`;
    const w = b.W - (booked.get(row.subsystem) ?? 0n) - b.R;
    if (row.a !== b.U || row.c !== b.C)
      return `${at}: a, c are ${row.a}, ${row.c}; the books say ${b.U}, ${b.C}`;
    if (row.w !== w) return `${at}: w is ${row.w}, the books say ${w}`;
    const limit = shareOf(state, row.subsystem, 'limit', b.U);
    const highest = shareOf(state, row.subsystem, 'maxRate', b.U);
    const wanted = w + b.D;
    const clamped = wanted > limit ? limit : wanted < -limit ? -limit : wanted;
    const due = b.C + clamped > 0n ? b.C + clamped : 0n;
    const tax = due < highest ? due : highest;
    if (row.tax !== tax) return `${at}: the tax is ${row.tax}, it should be ${tax}`;
    const debt = b.D + b.C + w - tax + b.Q;
    if (row.debt !== debt || state.subsystems.get(row.subsystem)?.D !== debt)
      return `${at}: the debt is not ${debt}`;
    let shares = 0n;
    for (const [, l] of state.workloads.entries()) {
      if (l.revision !== id) continue;
      const gross = BigInt(l.minutes) * 1_000_000n;
      if (l.share !== floor((b.U - tax) * gross, b.U)) return `${at}: a share is ${l.share}`;
      shares += l.share;
    }
    const rest = state.subsystems.get(row.subsystem)?.R;
    return rest === b.U - tax - shares ? undefined : `${at}: R is ${rest}`;
  });
  return { count: ids.length, found: found.find((fault) => fault !== undefined) };
}
