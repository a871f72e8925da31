/**
 * Conditioning on sums exactly: a walk through the ways to divide a redemption among the sales of its crowd, each visited as often as it is
 * likely (Gibbs sampling). A step takes two sales, puts together what they paid, and divides that anew among all
 * pairs of payments that give the same coupons. Where `tilt` says what many sales tend to, this also sees what only few divisions
 * allow; it is the better one for small crowds. Gives each sale's payments weighed anew, or undefined when no division was found.
 */
import { KINDS, type Payments } from './coins.ts';
import type { Chance } from './people.ts';

/** Steps a sale takes part in: to forget the beginning, and to be counted. */
const FORGET = 12;
const COUNT = 40;
/** Tries to find a first division, for each sale. */
const TRIES = 12;
/** Two sales have at most 16 coupons of a kind. */
const BASE = 32;

class Walk {
  readonly #sales: readonly Payments[];
  readonly #codes: readonly Float64Array[];
  readonly #rows: readonly Map<number, number>[];
  readonly #next: Chance;
  /** Which payment each sale has now. */
  readonly #now: number[];
  /** What the redemption has and the sales have not. */
  readonly #missing: number[];
  readonly counted: readonly Float64Array[];

  constructor(
    sales: readonly Payments[],
    weights: readonly Float64Array[],
    sums: readonly number[],
    next: Chance,
  ) {
    this.#sales = sales;
    this.#next = next;
    this.#codes = sales.map(({ size, vectors }) =>
      Float64Array.from({ length: size }, (_, row) => codeOf((e) => vectors[row * KINDS + e] as number)),
    );
    this.#rows = this.#codes.map((codes) => new Map([...codes].map((code, row) => [code, row])));
    this.#now = weights.map((w) => this.#draw(w));
    this.#missing = sums
      .slice(0, KINDS)
      .map((n, e) => n - sales.reduce((sum, _, i) => sum + this.#has(i, e), 0));
    this.counted = sales.map(({ size }) => new Float64Array(size));
  }

  #has(sale: number, e: number): number {
    return this.#sales[sale]?.vectors[(this.#now[sale] as number) * KINDS + e] as number;
  }

  #draw(weights: ArrayLike<number>): number {
    let total = 0;
    for (let r = 0; r < weights.length; r++) total += weights[r] as number;
    let rest = this.#next() * total;
    for (let r = 0; r < weights.length; r++) {
      rest -= weights[r] as number;
      if (rest < 0) return r;
    }
    return weights.length - 1;
  }

  get whole(): boolean {
    return this.#missing.every((n) => n === 0);
  }

  /** Divides anew what two sales have and what is missing. False when no two payments give that. */
  step(i: number, j: number, count: boolean): boolean {
    const sum = this.#missing.map((n, e) => n + this.#has(i, e) + this.#has(j, e));
    if (sum.some((n) => n < 0 || n >= BASE)) return false;
    const target = codeOf((e) => sum[e] as number);
    const codes = this.#codes[i] as Float64Array;
    const others = this.#rows[j] as Map<number, number>;
    const [a, b] = [this.#sales[i] as Payments, this.#sales[j] as Payments];
    const found: number[] = [];
    const partner: number[] = [];
    const likely: number[] = [];
    let total = 0;
    for (let r = 0; r < codes.length; r++) {
      const s = others.get(target - (codes[r] as number));
      if (s === undefined) continue;
      const w = (a.weights[r] as number) * (b.weights[s] as number);
      found.push(r);
      partner.push(s);
      likely.push(w);
      total += w;
    }
    if (found.length === 0) return false;
    const at = this.#draw(likely);
    this.#now[i] = found[at] as number;
    this.#now[j] = partner[at] as number;
    this.#missing.fill(0);
    if (!count) return true;
    const [ca, cb] = [this.counted[i] as Float64Array, this.counted[j] as Float64Array];
    for (const [n, r] of found.entries()) {
      const s = partner[n] as number;
      ca[r] = (ca[r] as number) + (likely[n] as number) / total;
      cb[s] = (cb[s] as number) + (likely[n] as number) / total;
    }
    return true;
  }

  /** Lets one sale pay what brings the sum nearest to what was redeemed. */
  approach(i: number): void {
    const { size, vectors } = this.#sales[i] as Payments;
    const wanted = this.#missing.map((n, e) => n + this.#has(i, e));
    let best = this.#now[i] as number;
    let least = Number.POSITIVE_INFINITY;
    for (let r = 0; r < size; r++) {
      let apart = this.#next() * 2;
      for (let e = 0; e < KINDS; e++)
        apart += Math.abs((wanted[e] as number) - (vectors[r * KINDS + e] as number));
      if (apart < least) [least, best] = [apart, r];
    }
    this.#now[i] = best;
    for (let e = 0; e < KINDS; e++) this.#missing[e] = (wanted[e] as number) - this.#has(i, e);
  }

  pair(): [number, number] {
    const n = this.#sales.length;
    const i = Math.floor(this.#next() * n);
    return [i, (i + 1 + Math.floor(this.#next() * (n - 1))) % n];
  }
}

const codeOf = (digit: (e: number) => number): number => {
  let code = 0;
  for (let e = KINDS - 1; e >= 0; e--) code = code * BASE + digit(e);
  return code;
};

/** `weights`: what `tilt` says, where the walk begins. */
export function divide(
  sales: readonly Payments[],
  weights: readonly Float64Array[],
  sums: readonly number[],
  next: Chance,
): readonly Float64Array[] | undefined {
  const n = sales.length;
  if (n < 2) return undefined;
  const walk = new Walk(sales, weights, sums, next);
  for (let tries = 0; !walk.whole && tries < TRIES * n; tries++) {
    const [i, j] = walk.pair();
    if (!walk.step(i, j, false)) walk.approach(i);
  }
  if (!walk.whole) return undefined;
  for (let steps = 0; steps < (FORGET * n) / 2; steps++) walk.step(...walk.pair(), false);
  for (let steps = 0; steps < (COUNT * n) / 2; steps++) walk.step(...walk.pair(), true);
  return walk.counted.map((counted, i) => {
    const total = counted.reduce((sum, w) => sum + w, 0);
    return total > 0 ? counted.map((w) => w / total) : (weights[i] as Float64Array);
  });
}
