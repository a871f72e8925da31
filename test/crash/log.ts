/**
 * What people at the till have seen and done, written down in that moment: it outlives the till as people do. The screen is
 * another process, so what was pushed to it was seen.
 */
import type { CheckoutView } from '../../src/till-api.ts';

/** Short names of goods and how many. */
export type Goods = Readonly<Record<string, number>>;

export interface Screen {
  readonly phase: CheckoutView['step']['phase'];
  readonly trouble?: string;
  /** Product type → amount. */
  readonly lines: Readonly<Record<string, number>>;
  readonly minutes: number;
}

export type Entry =
  /** Somebody puts goods on the counter. */
  | { readonly at: 'comes'; readonly goods: Goods; readonly card: number }
  /** Another card is held for the same goods. */
  | { readonly at: 'card'; readonly card: number }
  | { readonly at: 'pays' }
  | ({ readonly at: 'screen' } & Screen)
  /** «Paid» was seen and the goods are gone; or the person is gone and the goods are back on the shelf. */
  | { readonly at: 'leaves'; readonly withGoods: boolean }
  /** A card is held to card services, for a refresh and a load. */
  | { readonly at: 'services'; readonly card: number }
  /** The shelf was counted, and posted. */
  | { readonly at: 'counted' };

export type Log = readonly Entry[];

/** What the clerk has in mind when the till dies. */
export interface Counter {
  readonly goods: Goods;
  readonly card: number;
  /** «Pay» was pressed; the till showed frozen prices; it showed «paid». */
  readonly pressed: boolean;
  readonly frozen: boolean;
  readonly paid: boolean;
  readonly minutes: number;
  /** The person has left, with the goods or without. */
  readonly left: boolean;
  readonly withGoods: boolean;
}

export function screenOf(checkout: CheckoutView): Screen {
  const { step, lines, minutes } = checkout;
  const base = {
    phase: step.phase,
    lines: Object.fromEntries(lines.map(({ type, amount }) => [type, amount])),
    minutes: step.phase === 'paid' ? step.minutes : minutes,
  };
  return 'trouble' in step && step.trouble !== undefined ? { ...base, trouble: step.trouble } : base;
}

/** Everybody who has stood at the counter, in order; the last one may still stand there. */
export function counters(log: Log): Counter[] {
  const all: Counter[] = [];
  const change = (some: Partial<Counter>) => {
    const last = all.pop();
    if (last !== undefined) all.push({ ...last, ...some });
  };
  for (const entry of log) {
    const now = all.at(-1);
    if (entry.at === 'comes')
      all.push({
        ...{ goods: entry.goods, card: entry.card, pressed: false, frozen: false, paid: false },
        ...{ minutes: 0, left: false, withGoods: false },
      });
    else if (entry.at === 'card') change({ card: entry.card });
    else if (entry.at === 'pays') change({ pressed: true });
    else if (entry.at === 'leaves') change({ left: true, withGoods: entry.withGoods });
    else if (entry.at === 'screen' && now !== undefined && !now.left) {
      if (entry.phase === 'paid' && now.pressed) change({ paid: true, frozen: true, minutes: entry.minutes });
      else if (entry.phase === 'basket') change({ frozen: false });
      else if (now.pressed) change({ frozen: true, minutes: entry.minutes });
    }
  }
  return all;
}
