/**
 * What an adversary believes of a card: a handful of possible holdings, moved on by everything that is known of it. Loads and presence are
 * public. A sale of unknown price takes coupons from each; when the sale's crowd has left, the holdings whose payment
 * fits better to what all the crowd redeemed weigh more; a refresh right before a load shows part of the holdings.
 * With `blind` only loads and presence count, nothing that was redeemed or refreshed: that is the guess of somebody without the join.
 */
import { PACK_COUPONS, PACK_MINUTES } from '../../src/limits.ts';
import { refreshed } from './card.ts';
import { digit, KINDS, PACK_COUNTS, type Payments, payment, paymentsOf } from './coins.ts';
import type { Model } from './model.ts';
import type { Chance } from './people.ts';
import type { SeenRefresh } from './view.ts';

/** A sale whose crowd has not left, and what these holdings are thought to have paid in it. */
interface Paid {
  readonly sale: number;
  readonly code: number;
  readonly before: Paid | undefined;
}
interface Holding {
  readonly counts: Uint8Array;
  readonly paid: Paid | undefined;
}

export class Purse {
  #holdings: Holding[];
  readonly #model: Model;
  readonly #next: Chance;
  readonly #scale: number;

  /** `scale`: this card's usual sale against everybody's, as far as loads and presence tell. */
  constructor(model: Model, holdings: number, scale: number, next: Chance) {
    this.#model = model;
    this.#next = next;
    this.#scale = scale;
    const empty: Holding = { counts: new Uint8Array(KINDS), paid: undefined };
    this.#holdings = new Array<Holding>(holdings).fill(empty);
  }

  /** At card services: a refresh that was seen, or none, or (`blind`) the rule's; then packs. */
  services(refresh: SeenRefresh | undefined, packs: number, blind: boolean, refreshes: boolean): void {
    if (refreshes && !blind) this.#match(refresh);
    this.#holdings = this.#holdings.map(({ counts, paid }) => {
      const now = Uint8Array.from(counts);
      let more = packs;
      const given = refreshes ? (blind ? refreshed([...counts, 0, 0]) : refresh) : undefined;
      if (given !== undefined) {
        more += given.packs;
        for (let e = 0; e < KINDS; e++) now[e] = Math.max(0, (now[e] as number) - (given.given[e] as number));
      }
      for (let e = 0; e < KINDS; e++) now[e] = (now[e] as number) + more * (PACK_COUNTS[e] as number);
      return { counts: now, paid };
    });
  }

  /** Holdings that would have refreshed just so weigh; of others those that come near. */
  #match(refresh: SeenRefresh | undefined): void {
    this.#weigh((counts) => {
      const would = refreshed([...counts, 0, 0]);
      if (refresh === undefined) return would === undefined ? 1 : 1e-6;
      let apart = Math.abs((would?.packs ?? 0) - refresh.packs) * PACK_COUPONS;
      for (let e = 0; e < KINDS; e++)
        apart += Math.abs((would?.given[e] ?? 0) - (refresh.given[e] as number));
      return Math.exp(-2 * apart);
    });
  }

  /** What the next sale may be paid with. Each holding is moved on by one price drawn. */
  sale(sale: number): Payments {
    const found = new Map<number, number>();
    const { amounts } = this.#model;
    const next: Holding[] = [];
    for (const holding of this.#holdings) {
      const { counts } = holding;
      const codes: number[] = [];
      for (const amount of amounts) {
        const minutes = Math.max(1, Math.round(amount * this.#scale * (0.92 + 0.16 * this.#next())));
        const code = payment(minutes, counts);
        if (code < 0) continue;
        codes.push(code);
        found.set(code, (found.get(code) ?? 0) + 1 / amounts.length);
      }
      if (codes.length === 0) continue;
      const code = codes[Math.floor(this.#next() * codes.length)] as number;
      const left = Uint8Array.from(counts, (n, e) => n - digit(code, e));
      next.push({ counts: left, paid: { sale, code, before: holding.paid } });
    }
    if (found.size === 0) {
      // None of the holdings can pay at all: the belief was wrong, and begins anew with what a pack is.
      const counts = Uint8Array.from(PACK_COUNTS);
      this.#holdings = this.#holdings.map(() => ({ counts, paid: undefined }));
      return this.sale(sale);
    }
    const { length } = next;
    for (let i = 0; next.length < this.#holdings.length; i++) next.push(next[i % length] as Holding);
    this.#holdings = next;
    return paymentsOf(found);
  }

  /** The crowd of a sale has left, and payments weigh e^(λ·v). */
  learn(sale: number, lambda: readonly number[]): void {
    this.#weigh((_, paid) => {
      for (let at = paid; at !== undefined; at = at.before) {
        if (at.sale !== sale) continue;
        let x = 0;
        for (let e = 0; e < KINDS; e++) x += (lambda[e] as number) * digit(at.code, e);
        return Math.exp(x);
      }
      return 1;
    });
  }

  /** Draws as many holdings anew, each as often as it weighs (systematic resampling). */
  #weigh(weight: (counts: Uint8Array, paid: Paid | undefined) => number): void {
    const weights = this.#holdings.map(({ counts, paid }) => weight(counts, paid));
    const total = weights.reduce((sum, w) => sum + w, 0);
    if (!(total > 0)) return;
    const { length } = weights;
    const drawn: Holding[] = [];
    let sum = 0;
    let mark = (this.#next() * total) / length;
    for (let i = 0; i < length; i++) {
      sum += weights[i] as number;
      while (mark < sum && drawn.length < length) {
        drawn.push(this.#holdings[i] as Holding);
        mark += total / length;
      }
    }
    while (drawn.length < length) drawn.push(drawn[0] as Holding);
    this.#holdings = drawn;
  }
}

/** What a card that holds just these coupons may pay its next sale with. */
export function paymentsFrom(model: Model, scale: number, counts: ArrayLike<number>): Payments {
  const found = new Map<number, number>();
  for (const amount of model.amounts)
    for (let part = 0; part < 5; part++) {
      const code = payment(Math.max(1, Math.round(amount * scale * (0.92 + 0.04 * part))), counts);
      if (code >= 0) found.set(code, (found.get(code) ?? 0) + 1);
    }
  return paymentsOf(found);
}

/** The usual sale of a card against everybody's, from minutes loaded and visits; few visits say little. */
export function scaleOf(packs: number, visits: number, weeks: number, mean: number): number {
  const LITTLE = 4;
  const spent = Math.max(0, packs * PACK_MINUTES - PACK_MINUTES / 2);
  const scale = (spent + LITTLE * mean) / ((visits + LITTLE) * mean);
  return weeks < 2 ? 1 : Math.min(2.5, Math.max(0.4, scale));
}
