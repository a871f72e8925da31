/**
 * The judge: does the evidence join what belongs together better than chance? Every channel gives a score for a labelling of serials
 * (or transcripts) with sales; the true labelling's score is held against labellings in which the labels of each crowd are
 * shuffled. Alarm when at most one in a thousand of them scores as high. Which crowd a serial left with is public, so that
 * nothing is shuffled across crowds.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { parseTranscript } from '../../src/card/attestation.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { openTranscript } from '../../src/sale/sealed-transcript.ts';
import {
  indexPages,
  logGroups,
  nearness,
  orders,
  rowOrder,
  type Snapshot,
  transcriptSlots,
} from './evidence.ts';
import type { Town, Truth } from './outlet.ts';
import { type Chance, chance } from './seeded.ts';

export const SHUFFLES = 999;
/** Share of shuffled labellings that may score as high by chance before a channel raises the alarm. */
export const FALSE_ALARM = 0.001;

/** A labelling: the sale of each item, by the item's number. */
type Labels = Int32Array;

interface Channel {
  readonly name: string;
  /** The labels' score: higher means that more of what belongs together lies together. */
  score(sales: Labels): number;
  /** Share of the channel's guesses that are right under these labels; undefined when it has nothing to guess from. */
  hits(sales: Labels): number | undefined;
}

export interface Finding {
  readonly channel: string;
  /** Share of right guesses with the true labels, and its mean over the shuffled ones; null: nothing to guess from. */
  readonly accuracy: number | null;
  readonly chance: number | null;
  /** (1 + shuffles that score as high) / (1 + shuffles). */
  readonly p: number;
  readonly alarm: boolean;
}

interface Items {
  readonly crowd: Int32Array;
  readonly sale: Labels;
}

/** A way to draw labellings in which the labels of each crowd are shuffled. */
function shuffler({ crowd, sale }: Items, from: Chance): () => Labels {
  const members = new Map<number, number[]>();
  for (const [i, c] of crowd.entries()) {
    const list = members.get(c);
    if (list === undefined) members.set(c, [i]);
    else list.push(i);
  }
  const out = sale.slice();
  return () => {
    for (const list of members.values())
      for (let i = list.length - 1; i > 0; i--) {
        const [a, b] = [list[i] as number, list[from.below(i + 1)] as number];
        [out[a], out[b]] = [out[b] as number, out[a] as number];
      }
    return out;
  };
}

function judge(channel: Channel, items: Items, from: Chance): Finding {
  const truth = channel.score(items.sale);
  const next = shuffler(items, from);
  let asHigh = 0;
  let hits = 0;
  let asked = 0;
  for (let i = 0; i < SHUFFLES; i++) {
    const labels = next();
    if (channel.score(labels) >= truth - 1e-9) asHigh++;
    const share = channel.hits(labels);
    if (share === undefined) continue;
    hits += share;
    asked++;
  }
  const p = (1 + asHigh) / (1 + SHUFFLES);
  return {
    channel: channel.name,
    accuracy: channel.hits(items.sale) ?? null,
    chance: asked === 0 ? null : hits / asked,
    p,
    alarm: p <= FALSE_ALARM,
  };
}

/** Pairs of items of one crowd, one after the other in one array. */
class Pairs {
  readonly #of: Int32Array;
  constructor(pairs: Iterable<readonly [number, number]>, { crowd }: Items) {
    const flat: number[] = [];
    for (const [a, b] of pairs) if (a !== b && crowd[a] === crowd[b]) flat.push(a, b);
    this.#of = Int32Array.from(flat);
  }
  get count(): number {
    return this.#of.length / 2;
  }
  /** How many are of one sale under these labels. */
  same(sales: Labels): number {
    let n = 0;
    for (let i = 0; i < this.#of.length; i += 2)
      if (sales[this.#of[i] as number] === sales[this.#of[i + 1] as number]) n++;
    return n;
  }
  /** How many lie in the order of their sales, and how many in the opposite one. */
  inOrder(sales: Labels): { readonly up: number; readonly down: number } {
    let [up, down] = [0, 0];
    for (let i = 0; i < this.#of.length; i += 2) {
      const x = sales[this.#of[i] as number] as number;
      const y = sales[this.#of[i + 1] as number] as number;
      if (x < y) up++;
      else if (x > y) down++;
    }
    return { up, down };
  }
}

/** Each pair is guessed to be of one sale. */
const joined = (name: string, pairs: Pairs): Channel => ({
  name,
  score: (sales) => pairs.same(sales),
  hits: (sales) => (pairs.count === 0 ? undefined : pairs.same(sales) / pairs.count),
});

function* twoByTwo(lists: readonly (readonly number[])[]): Generator<readonly [number, number]> {
  for (const list of lists)
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) yield [list[i] as number, list[j] as number];
}

function* oneAfterTheOther(lists: readonly (readonly number[])[]): Generator<readonly [number, number]> {
  for (const list of lists)
    for (let i = 1; i < list.length; i++) yield [list[i - 1] as number, list[i] as number];
}

/** Neighbours in an order: a coupon's neighbour is guessed to be of the same sale. */
function neighbours(name: string, lists: readonly (readonly number[])[], items: Items): Channel {
  return joined(name, new Pairs(oneAfterTheOther(lists), items));
}

/** Groups that something brought together. */
function together(name: string, groups: readonly (readonly number[])[], items: Items): Channel {
  return joined(name, new Pairs(twoByTwo(groups), items));
}

/** An order that follows the sales' order in time, either way; guesses for each pair of a crowd which was earlier. */
function inTime(name: string, lists: readonly (readonly number[])[], items: Items): Channel {
  const pairs = new Pairs(twoByTwo(lists), items);
  return {
    name,
    score(sales) {
      const { up, down } = pairs.inOrder(sales);
      return Math.abs(up - down);
    },
    hits(sales) {
      const { up, down } = pairs.inOrder(sales);
      return up + down === 0 ? undefined : Math.max(up, down) / (up + down);
    },
  };
}

/** Values of a sale near a serial: for each serial the sale with most evidence is guessed. */
function byValue(bits: readonly Float64Array[]): Channel {
  const guesses = bits.flatMap((row, item) => {
    const best = Math.max(...row);
    return best > 0 ? [{ item, row, best, ties: row.filter((x) => x === best).length }] : [];
  });
  return {
    name: 'by value',
    score(sales) {
      let sum = 0;
      for (const { item, row } of guesses) sum += row[sales[item] as number] as number;
      return sum;
    },
    hits(sales) {
      let right = 0;
      for (const { item, row, best, ties } of guesses)
        if (row[sales[item] as number] === best) right += 1 / ties;
      return guesses.length === 0 ? undefined : right / guesses.length;
    },
  };
}

/** Evidence of several looks, summed. */
function added(looks: readonly (readonly Float64Array[])[]): Float64Array[] {
  const [first = [], ...rest] = looks;
  return first.map((row, item) =>
    row.map((bits, sale) => rest.reduce((sum, one) => sum + (one[item]?.[sale] ?? 0), bits)),
  );
}

/**
 * Every channel over looks at the same till, each look by itself: what an erasure leaves of one sale is seen at that sale only, so
 * values, log and index are judged over all looks; where things lie, at the last.
 */
export function match(town: Town, truths: readonly Truth[], looks: readonly Snapshot[]): readonly Finding[] {
  const serials = truths.flatMap((sale, number) => sale.serials.map((serial) => ({ serial, number })));
  const numberOf = new Map(serials.map(({ serial }, item) => [serial, item]));
  const items: Items = {
    crowd: Int32Array.from(serials, ({ number }) => truths[number]?.crowd ?? 0),
    sale: Int32Array.from(serials, ({ number }) => number),
  };
  const all = serials.map(({ serial }) => serial);
  const numbered = (lists: readonly (readonly string[])[]) =>
    lists.map((list) =>
      list.flatMap((serial) => {
        const item = numberOf.get(serial);
        return item === undefined ? [] : [item];
      }),
    );
  const from = chance(`judge ${town.seed}`);
  const last = looks.at(-1) as Snapshot;
  const offsets = numbered(orders(last, all));
  const rows = numbered([rowOrder(last)]);
  const findings = [
    byValue(added(looks.map((look) => nearness(look, all, truths)))),
    neighbours('neighbours by file offset', offsets, items),
    neighbours('neighbours by row', rows, items),
    inTime('time by file offset', offsets, items),
    inTime('time by row', rows, items),
    together(
      'frames of one commit in the log',
      numbered(looks.flatMap((look) => logGroups(look, all))),
      items,
    ),
    together(
      'pages in the index of the log',
      looks.map((look) => numbered(indexPages(look, all)).flat()),
      items,
    ),
  ].map((channel) => judge(channel, items, from));

  // Transcripts: whose they are is known here only because the test has both dispute keys.
  const whose = new Map(truths.map((sale, number) => [sale.purchaseId, number]));
  const slots = transcriptSlots(last).flatMap(({ sealed, row, place }) => {
    const opened = openTranscript(nodeCrypto, sealed, town.disputes);
    const parsed = opened === undefined ? undefined : parseTranscript(SUITE_1, opened);
    const id = parsed?.ok ? Buffer.from(parsed.value.purchase.id).toString('hex') : '';
    const number = whose.get(id);
    return number === undefined ? [] : [{ number, row, place }];
  });
  const sealed: Items = {
    crowd: Int32Array.from(slots, ({ number }) => truths[number]?.crowd ?? 0),
    sale: Int32Array.from(slots, ({ number }) => number),
  };
  const ordered = (by: 'row' | 'place') =>
    slots
      .map((slot, item) => ({ item, at: slot[by] }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  return [
    ...findings,
    judge(inTime('transcripts’ time by row', [ordered('row')], sealed), sealed, from),
    judge(inTime('transcripts’ time by file offset', [ordered('place')], sealed), sealed, from),
  ];
}

/** Findings as a table for people. */
export function table(title: string, findings: readonly Finding[]): string {
  const share = (x: number | null) => (x === null ? '  –  ' : `${(100 * x).toFixed(1).padStart(4)}%`);
  return [
    `${title.padEnd(36)} accuracy  chance       p`,
    ...findings.map(
      ({ channel, accuracy, chance: by, p, alarm }) =>
        `  ${channel.padEnd(34)}   ${share(accuracy)}   ${share(by)}  ${p.toFixed(4)}${alarm ? '  ALARM' : ''}`,
    ),
  ].join('\n');
}
