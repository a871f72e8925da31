/**
 * The auditor of coupons: counts every keyset's coupons from the bare serials. What went of a denomination, in whichever way,
 * never exceeds what was issued; every count is that of the serials that went so.
 */
import type { State } from '../../src/economy/state.ts';

const WAYS = ['redeemed', 'refreshed', 'recouped', 'wasted'] as const;

/** How many serials of a keyset and denomination went each way: `keyset/exponent/way`. */
function counted(state: State): Map<string, number> {
  const out = new Map<string, number>();
  for (const [, row] of state.serials.entries()) {
    if (row.keyset === undefined) continue;
    const refresh = state.refreshes.get(row.by);
    const open = refresh?.closed === undefined;
    const way =
      row.state === 'spent'
        ? 'redeemed'
        : row.state === 'refreshed' || (row.state === 'locked' && open)
          ? 'refreshed'
          : row.state;
    const at = `${row.keyset}/${row.exponent}/${way}`;
    out.set(at, (out.get(at) ?? 0) + 1);
  }
  return out;
}

/** Everything that is wrong, as sentences. */
export function couponFaults(state: State): string[] {
  const out: string[] = [];
  const serials = counted(state);
  for (const [id, row] of state.keysets.entries())
    for (let e = 0; e < 9; e++) {
      const where = `of ${id.slice(0, 8)}, 2^${e}`;
      const gone = WAYS.reduce((sum, way) => sum + (row[way][e] ?? 0), 0);
      if (gone > (row.issued[e] ?? 0))
        out.push(`${gone} coupons ${where} went, ${row.issued[e]} were issued`);
      for (const way of WAYS) {
        const [kept, rows] = [row[way][e] ?? 0, serials.get(`${id}/${e}/${way}`) ?? 0];
        // What was recouped beyond the keyset's debt is booked to w and not counted.
        const wrong = way === 'recouped' ? kept > rows : kept !== rows;
        if (wrong || kept < 0) out.push(`${way} ${where}: ${kept}, serials say ${rows}`);
      }
    }
  return out;
}
