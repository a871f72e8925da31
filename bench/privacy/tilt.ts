/**
 * Conditioning on sums: given what each sale of a crowd may have been paid with, and how many coupons of each exponent the
 * crowd's redemption has (so also its minutes, which the clearing account shows), how likely is each payment now? The exact answer
 * sums over all ways to divide the redemption among the sales. With twenty sales that is beyond counting, and what it tends
 * to is each sale's payments weighed by e^(λ·v), one λ for all sales, such that the expected sums are those seen (Gibbs'
 * conditioning principle). λ by Newton's method.
 */
import { KINDS, type Payments } from './coins.ts';

const ROUNDS = 24;
const STEP = 1.5;
const FAR = 12;

export interface Tilted {
  readonly lambda: readonly number[];
  /** The sales' payments weighed anew, each summing to 1. */
  readonly weights: readonly Float64Array[];
}

export function tilt(sales: readonly Payments[], sums: readonly number[]): Tilted {
  const lambda = new Float64Array(KINDS);
  let weights = sales.map(({ weights: w }) => w);
  for (let round = 0; round < ROUNDS; round++) {
    const mean = new Float64Array(KINDS);
    const spread = new Float64Array(KINDS * KINDS);
    const powers = powersOf(lambda);
    weights = sales.map((payments) => {
      const { size, vectors } = payments;
      const w = new Float64Array(size);
      let total = 0;
      for (let r = 0; r < size; r++) {
        let now = payments.weights[r] as number;
        for (let e = 0; e < KINDS; e++)
          now *= powers[e * COUNTS + (vectors[r * KINDS + e] as number)] as number;
        w[r] = now;
        total += now;
      }
      const m = new Float64Array(KINDS);
      for (let r = 0; r < size; r++) {
        const now = (w[r] as number) / total;
        w[r] = now;
        for (let e = 0; e < KINDS; e++) {
          const n = vectors[r * KINDS + e] as number;
          if (n === 0) continue;
          m[e] = (m[e] as number) + now * n;
          for (let f = 0; f <= e; f++)
            spread[e * KINDS + f] =
              (spread[e * KINDS + f] as number) + now * n * (vectors[r * KINDS + f] as number);
        }
      }
      for (let e = 0; e < KINDS; e++) {
        mean[e] = (mean[e] as number) + (m[e] as number);
        for (let f = 0; f <= e; f++)
          spread[e * KINDS + f] = (spread[e * KINDS + f] as number) - (m[e] as number) * (m[f] as number);
      }
      return w;
    });
    for (let e = 0; e < KINDS; e++)
      for (let f = 0; f < e; f++) spread[f * KINDS + e] = spread[e * KINDS + f] as number;
    const missing = sums.slice(0, KINDS).map((n, e) => n - (mean[e] as number));
    if (missing.every((x) => Math.abs(x) < 0.01)) break;
    const step = solve(spread, missing);
    const longest = Math.max(...step.map(Math.abs), STEP);
    for (let e = 0; e < KINDS; e++) {
      const next = (lambda[e] as number) + ((step[e] as number) * STEP) / longest;
      lambda[e] = Math.min(FAR, Math.max(-FAR, next));
    }
  }
  return { lambda: [...lambda], weights };
}

/** e^(λ·n) for n = 0 … 15. */
function powersOf(lambda: Float64Array): Float64Array {
  return Float64Array.from({ length: KINDS * COUNTS }, (_, at) =>
    Math.exp((lambda[Math.floor(at / COUNTS)] as number) * (at % COUNTS)),
  );
}
const COUNTS = 16;

/** x of (A + a little) x = b, A symmetric; by Gauss with pivots. */
function solve(a: Float64Array, b: readonly number[]): number[] {
  const rows = b.map((y, e) => [
    ...Array.from({ length: KINDS }, (_, f) => (a[e * KINDS + f] as number) + (e === f ? 0.02 : 0)),
    y,
  ]);
  for (let c = 0; c < KINDS; c++) {
    let best = c;
    for (let r = c + 1; r < KINDS; r++)
      if (Math.abs(rows[r]?.[c] as number) > Math.abs(rows[best]?.[c] as number)) best = r;
    [rows[c], rows[best]] = [rows[best] as number[], rows[c] as number[]];
    const pivot = rows[c] as number[];
    for (let r = 0; r < KINDS; r++) {
      if (r === c) continue;
      const row = rows[r] as number[];
      const factor = (row[c] as number) / (pivot[c] as number);
      for (let k = c; k <= KINDS; k++) row[k] = (row[k] as number) - factor * (pivot[k] as number);
    }
  }
  return rows.map((row, e) => (row[KINDS] as number) / (row[e] as number));
}
