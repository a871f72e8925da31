/**
 * The adversary at work: goes through the public record in order of time, keeps a belief of every card (`purses.ts`), and for each crowd
 * that leaves says what each of its sales was paid with: before the redemption is looked at, and after. Two of them
 * work side by side: the blind one knows loads and presence alone, which is what chance is measured with.
 */
import { chance } from '../../demo/chance.ts';
import type { Id } from '../../src/economy/transaction.ts';
import { type Expected, expected, KINDS, type Payments } from './coins.ts';
import { divide } from './divide.ts';
import type { Model } from './model.ts';
import { Purse, paymentsFrom, scaleOf } from './purses.ts';
import { tilt } from './tilt.ts';
import type { Town } from './town.ts';
import type { SeenCrowd, SeenRefresh, View } from './view.ts';

/** What is believed of the sales of one crowd, in their order. */
export interface Belief {
  readonly crowd: SeenCrowd;
  /** Coupons of the redemption by exponent. */
  readonly sums: readonly number[];
  /** A random sale of a crowd that redeemed these coupons, whoever was there. */
  readonly usual: Expected;
  /** From loads and presence alone. */
  readonly blind: readonly Expected[];
  /** The same, conditioned on the crowd's redemption, but on nothing else that was ever redeemed. */
  readonly fitted: readonly Expected[];
  /** From everything: earlier crowds, refreshes, and this redemption. */
  readonly seeing: readonly Expected[];
  /** As `seeing`, by walking through the ways to divide the redemption (`divide.ts`). */
  readonly divided: readonly Expected[];
  /** From a reading of every card right before the sale, which nobody has: how far any belief of cards could get. */
  readonly reading: readonly Expected[];
  /** Seconds since the last load of each sale's card. */
  readonly loadedAgo: readonly number[];
  /** The keyset of that load. */
  readonly loadedKeyset: readonly Id[];
}

const HOLDINGS = 48;

export function sumsOf({ coupons }: SeenCrowd): number[] {
  const sums = new Array<number>(KINDS).fill(0);
  for (const { exponent } of coupons) sums[exponent] = (sums[exponent] as number) + 1;
  return sums;
}

interface Prior {
  readonly blind: Payments;
  readonly seeing: Payments;
  readonly loadedAgo: number;
  readonly loadedKeyset: Id;
}

type Event =
  | { readonly time: number; readonly order: 0; readonly load: View['loads'][number] }
  | { readonly time: number; readonly order: 1; readonly sale: number }
  | { readonly time: number; readonly order: 2; readonly crowd: SeenCrowd };

export function watch(town: Town, view: View, model: Model, seed: number, holdings = HOLDINGS): Belief[] {
  const next = chance(seed);
  const { presence, options } = town;
  const packs = town.wallets.map(() => 0);
  const visits = town.wallets.map(() => 0);
  for (const load of view.loads) packs[load.wallet] = (packs[load.wallet] as number) + load.packs;
  for (const { wallet } of presence) visits[wallet] = (visits[wallet] as number) + 1;
  const scales = town.wallets.map((_, i) =>
    scaleOf(packs[i] as number, visits[i] as number, options.weeks, model.mean),
  );
  const purses = () => scales.map((scale) => new Purse(model, holdings, scale, next));
  const [blind, seeing] = [purses(), purses()];
  const refreshes = new Map<string, SeenRefresh>();
  for (const refresh of view.refreshes)
    if (refresh.wallet !== undefined) refreshes.set(`${refresh.wallet} ${refresh.time}`, refresh);
  const events: Event[] = [
    ...view.loads.map((load) => ({ time: load.time, order: 0 as const, load })),
    ...presence.map(({ time }, sale) => ({ time, order: 1 as const, sale })),
    ...view.crowds.map((crowd) => ({ time: crowd.closedAt, order: 2 as const, crowd })),
  ].sort((a, b) => a.time - b.time || a.order - b.order);
  const priors = new Map<number, Prior>();
  const loaded = town.wallets.map(() => ({ time: 0, keyset: '' }));
  const beliefs: Belief[] = [];
  for (const event of events) {
    if (event.order === 0) {
      const { wallet, time, packs: more, keyset } = event.load;
      const refresh = refreshes.get(`${wallet} ${time}`);
      blind[wallet]?.services(undefined, more, true, options.refresh);
      seeing[wallet]?.services(refresh, more, false, options.refresh);
      loaded[wallet] = { time, keyset };
    } else if (event.order === 1) {
      const { wallet, time } = presence[event.sale] as (typeof presence)[number];
      const last = loaded[wallet] as (typeof loaded)[number];
      priors.set(event.sale, {
        blind: (blind[wallet] as Purse).sale(event.sale),
        seeing: (seeing[wallet] as Purse).sale(event.sale),
        loadedAgo: time - last.time,
        loadedKeyset: last.keyset,
      });
    } else {
      const { crowd } = event;
      const known = crowd.sales.map((sale) => priors.get(sale) as Prior);
      for (const sale of crowd.sales) priors.delete(sale);
      const sums = sumsOf(crowd);
      const before = known.map((prior) => prior.blind);
      const after = known.map((prior) => prior.seeing);
      const fit = tilt(before, sums);
      const all = tilt(after, sums);
      const read = crowd.sales.map((sale) => {
        const { wallet } = presence[sale] as (typeof presence)[number];
        return paymentsFrom(model, scales[wallet] as number, town.truth.sales[sale]?.held ?? []);
      });
      const exact = tilt(read, sums);
      const walked = divide(after, all.weights, sums, next) ?? all.weights;
      crowd.sales.forEach((sale) => {
        seeing[presence[sale]?.wallet as number]?.learn(sale, all.lambda);
      });
      // Sales that are all alike share the sums evenly.
      const each = sums.map((n) => n / crowd.sales.length);
      beliefs.push({
        crowd,
        sums,
        usual: expected(model.payments, tilt([model.payments], each).weights[0]),
        blind: before.map((p) => expected(p)),
        fitted: before.map((p, i) => expected(p, fit.weights[i])),
        seeing: after.map((p, i) => expected(p, all.weights[i])),
        divided: after.map((p, i) => expected(p, walked[i])),
        reading: read.map((p, i) => expected(p, exact.weights[i])),
        loadedAgo: known.map((prior) => prior.loadedAgo),
        loadedKeyset: known.map((prior) => prior.loadedKeyset),
      });
    }
  }
  return beliefs;
}
