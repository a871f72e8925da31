/**
 * The accountant: compares what people saw (the log), what cards hold and what the ledger's events say. It knows nothing of the
 * terminal's files or code. Minutes are whole; a sentence for each thing that does not fit, none when all is well.
 */
import type { LedgerEvent } from '../../src/economy/events.ts';
import { PACK_MINUTES } from '../../src/limits.ts';
import type { Goods } from './log.ts';

export interface Holding {
  readonly payable: number;
  readonly pending: number;
  readonly exposed: number;
  /** On its way through a refresh. */
  readonly refreshing: number;
}

export interface Evidence {
  /** Of each card. */
  readonly before: readonly Holding[];
  readonly after: readonly Holding[];
  /** Baskets whose goods left the shop, with the minutes that the screen asked for. */
  readonly left: readonly { readonly goods: Goods; readonly minutes: number }[];
  /** What the ledger has told since then. */
  readonly events: readonly LedgerEvent[];
  readonly outlet: string;
  /** Type by short name. */
  product(good: string): string;
  readonly unsent: number;
  readonly setAside: number;
  /** Sum of all accounts of the subsystem, micro-minutes. */
  readonly accounts: bigint;
}

const total = (cards: readonly Holding[]) =>
  cards.reduce(
    (sum, { payable, pending, exposed, refreshing }) => sum + payable + pending + exposed + refreshing,
    0,
  );

export interface Account {
  readonly wrong: readonly string[];
  /** Whole minutes that are gone from cards and bought nothing, or bought something and reached nobody; that were counted twice. */
  readonly lost: number;
  readonly doubled: number;
}

export function audit(evidence: Evidence): Account {
  const { before, after, left, events, outlet } = evidence;
  const wrong: string[] = [];
  const same = (what: string, is: unknown, should: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(should))
      wrong.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
  };
  const charged = left.reduce((sum, { minutes }) => sum + minutes, 0);
  let redeemed = 0;
  let handedOver = 0;
  let sales = 0;
  let loaded = 0;
  const open = new Set<string>();
  const serials = new Map<string, string>();
  const shelf = new Map<string, bigint>();
  const once = (serial: string, what: string) => {
    const known = serials.get(serial);
    // What was given up and aborted comes back by a refresh.
    if (known !== undefined && !(known === 'aborted' && what === 'refreshed'))
      wrong.push(`serial ${serial.slice(0, 8)} ${known} and ${what}`);
    serials.set(serial, what);
  };
  for (const event of events) {
    if (event.kind === 'redeemed') {
      redeemed += event.minutes;
      same('skipped coupons', event.skipped, []);
      for (const serial of event.serials) once(serial, 'redeemed');
    } else if (event.kind === 'aborted') {
      same('skipped aborts', event.skipped ?? [], []);
      for (const serial of event.serials) once(serial, 'aborted');
    } else if (event.kind === 'refreshed') {
      for (const serial of event.serials) once(serial, 'refreshed');
    } else if (event.kind === 'load') {
      loaded += event.packs * PACK_MINUTES;
      open.add(event.load);
    } else if (event.kind === 'issued') open.delete(event.load);
    else if (event.kind === 'handed_over') {
      handedOver += event.charged;
      sales += event.sales;
    } else if (event.kind === 'counted') {
      same(
        'differences of the count',
        event.lines.filter(({ difference }) => difference !== '0'),
        [],
      );
    } else if (event.kind === 'stock' && event.collective === outlet)
      shelf.set(event.type, (shelf.get(event.type) ?? 0n) + BigInt(event.amount));
  }
  const gone = total(before) + loaded - total(after);
  same('loads without coupons', open.size, 0);
  same(
    'minutes in a refresh that nobody ended',
    after.map(({ refreshing }) => refreshing),
    after.map(() => 0),
  );
  same('minutes gone from cards', gone, charged);
  same('minutes redeemed', redeemed, charged);
  same('minutes handed over', handedOver, charged);
  same('sales handed over', sales, left.length);
  const taken: Record<string, number> = {};
  for (const { goods } of left)
    for (const [good, amount] of Object.entries(goods)) {
      const type = evidence.product(good);
      taken[type] = (taken[type] ?? 0) - amount;
    }
  for (const type of new Set([...shelf.keys(), ...Object.keys(taken)]))
    same(`goods of ${type.slice(0, 8)}`, Number(shelf.get(type) ?? 0n), taken[type] ?? 0);
  same('unsent', evidence.unsent, 0);
  same('set aside', evidence.setAside, 0);
  same('sum of all accounts', String(evidence.accounts), '0');
  const over = (a: number, b: number) => Math.max(0, a - b);
  return {
    wrong,
    lost: over(gone, redeemed) + over(charged, redeemed) + over(charged, handedOver),
    doubled: over(redeemed, charged) + over(handedOver, charged) + over(redeemed, gone),
  };
}
