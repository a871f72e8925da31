/**
 * A month without the ledger: a till sells thousands of times over a virtual month, the line comes back and misbehaves, and the
 * chain is asked what arrived. The sale path is the terminal's own (door, sale, card conversation, journal, outbox, sender), the node a
 * real one over HTTP; the cards are `paying-card.ts`. Only the clock is not the machine's.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { ARTICLES, typeOf } from '../../demo/products.ts';
import type { Wallet } from '../../demo/wallets.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { manualClock } from '../../ledger/clock.ts';
import { type Node, startNode } from '../../ledger/node.ts';
import { type Clock, systemClock } from '../../main/clock.ts';
import { createTerminal, type Terminal } from '../../main/main.ts';
import { hexBytes } from '../../src/bytes.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { TillView } from '../../src/till-api.ts';
import { type Chance, chance } from '../forensic/seeded.ts';
import { atTheDoor } from '../terminal/at-the-door.ts';
import { type BadLine, badLine, type Mood } from './bad-line.ts';
import { type Batch, handReader, payingCard } from './paying-card.ts';
import { fill, PACKS_EACH, walletsFor } from './purses.ts';

export interface MonthOptions {
  readonly sales: number;
  readonly days?: number;
  readonly k?: number;
  readonly seed?: string;
  readonly progress?: (line: string) => void;
}

export interface Month {
  readonly sales: number;
  readonly days: number;
  readonly minutes: number;
  readonly coupons: number;
  readonly crowds: number;
  /** Entries in the outbox when the line came back. */
  readonly unsent: number;
  readonly secondsPreparing: number;
  readonly secondsSelling: number;
  readonly secondsSending: number;
  /** Resident memory of the whole process (terminal, node, line, cards), MiB: before the first sale, after the last, the highest. */
  readonly memory: { readonly before: number; readonly sold: number; readonly highest: number };
  readonly tillBytes: number;
  readonly folder: string;
  readonly moods: Readonly<Record<string, number>>;
  readonly handedIn: number;
  /** How old the prices were at the end, as the screen said, seconds. */
  readonly ageSeconds: number;
  /** What the chain says arrived; empty means exactly once. */
  readonly wrong: readonly string[];
}

const DAY = 86_400;
/** Nobody may pay more than this at a till that has not heard the ledger. Minutes. */
const CEILING = 60;
/** Real milliseconds are worth so many of the terminal's timers: its patience is not what is measured. */
const FASTER = 50;

interface VirtualClock extends Clock {
  forward(seconds: number): void;
}

function virtualClock(): VirtualClock {
  let ahead = 0;
  return {
    ...systemClock,
    seconds: () => systemClock.seconds() + Math.floor(ahead),
    after: (milliseconds, work) => systemClock.after(milliseconds / FASTER, work),
    forward(seconds) {
      ahead += seconds;
    },
  };
}

/** The key the world's cards share. */
export function batchOf(world: World): Batch {
  const { batchSeed } = JSON.parse(readFileSync(join(world.dir, 'cards', 'economy.json'), 'utf8')) as {
    batchSeed: string;
  };
  const seed = hexBytes(batchSeed);
  const id = nodeCrypto.sha256(nodeCrypto.ed25519Public(seed)).slice(0, 8);
  return { id, sign: (message) => nodeCrypto.ed25519Sign(seed, message) };
}

interface Good {
  readonly type: string;
  /** Sold by weight. */
  readonly fine: boolean;
  /** Minutes of one base unit. */
  readonly price: number;
  left: number;
}

/** Shelves as the ledger knows them; what is sold leaves them here. */
class Shelves {
  readonly #goods: Good[];
  constructor({ view }: Terminal, outlet: string) {
    this.#goods = ARTICLES.flatMap((article) => {
      const type = typeOf(nodeCrypto, article);
      const price = view.book.price(outlet, type);
      if (price === undefined) return [];
      const each = Number(price.num) / Number(price.den) / 1e6;
      return [{ type, fine: article.unit === 'g', price: each, left: Number(view.book.held(outlet, type)) }];
    });
  }

  /** A basket that costs as many whole minutes: something by the piece where there is most of it, the rest by weight. */
  basket(minutes: number, from: Chance): Map<string, number> | undefined {
    const basket = new Map<string, number>();
    let rest = minutes;
    const most = (list: readonly Good[]) =>
      list.reduce<Good | undefined>(
        (best, one) => (best === undefined || one.left * one.price > best.left * best.price ? one : best),
        undefined,
      );
    const piece = most(
      this.#goods.filter((g) => !g.fine && g.price < rest - 1 && g.left > 1 && from.unit() < 0.8),
    );
    if (piece !== undefined) {
      const amount = Math.min(piece.left - 1, Math.floor((rest - 0.7) / piece.price));
      basket.set(piece.type, amount);
      piece.left -= amount;
      rest -= amount * piece.price;
    }
    const weighed = most(this.#goods.filter((g) => g.fine));
    if (weighed === undefined) return undefined;
    const amount = Math.floor((rest - 0.05) / weighed.price);
    if (amount >= weighed.left) return undefined;
    if (amount > 0) {
      basket.set(weighed.type, (basket.get(weighed.type) ?? 0) + amount);
      weighed.left -= amount;
    }
    return basket.size > 0 ? basket : undefined;
  }
}

/** Runs it. Files lie in memory (`/dev/shm`) where there is one: what the disk costs a sale is measured elsewhere. */
export async function offlineMonth(options: MonthOptions): Promise<Month> {
  const { sales, days = 30, k = 20, seed = 'month 1', progress = () => undefined } = options;
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const place = mkdtempSync(join(base, 'timecard-month-'));
  const clock = virtualClock();
  const began = performance.now();
  const wallets = walletsFor(sales);
  const world = await createWorld({
    dir: join(place, 'world'),
    lean: true,
    cards: 1,
    packs: 1,
    k,
    workers: { keys: wallets.map(({ key }) => key), packs: PACKS_EACH },
    progress,
  });
  const ledgerClock = manualClock(clock.seconds());
  const node = await startNode({
    dataDir: world.ledgerDir,
    port: 0,
    clock: { now: () => Math.max(ledgerClock.now(), clock.seconds()) },
  });
  const line = await badLine(node.url);
  try {
    await fill(wallets, world, node);
    return await run({ world, node, line, clock, wallets, sales, days, k, seed, progress, began });
  } finally {
    await line.stop();
    await node.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

interface Parts extends Required<MonthOptions> {
  readonly world: World;
  readonly node: Node;
  readonly line: BadLine;
  readonly clock: VirtualClock;
  readonly wallets: readonly Wallet[];
  readonly began: number;
}

async function run(parts: Parts): Promise<Month> {
  const { world, node, line, clock, wallets, sales, days, k, seed, progress } = parts;
  const [till] = world.tills;
  if (till === undefined) throw new Error('no till');
  const from = chance(seed);
  const batch = batchOf(world);
  const reader = handReader();
  const terminal = createTerminal({
    dataDir: till.dir,
    identity: till.identity,
    ledgerUrl: line.url,
    reader,
    clock,
    config: {
      crowd: { k, holdMax: 7 * DAY, delayMax: DAY },
      offlineMax: days * DAY + DAY / 2,
      offlineCeilingMinutes: CEILING,
    },
  });
  const { view, until, done } = atTheDoor(terminal);
  await until(() => view.status?.ledger.connected && view.status.ledger.height >= node.engine.height);
  const shelves = new Shelves(terminal, till.identity.outlet);
  const height = node.engine.height;
  line.cut();
  await until(() => !view.status.ledger.connected);

  const memory = { before: rss(), sold: 0, highest: rss() };
  const secondsPreparing = (performance.now() - parts.began) / 1_000;
  progress(`prepared in ${secondsPreparing.toFixed(0)} s; the ledger is away`);
  const wrong: string[] = [];
  const paid = new Set<string>();
  let minutes = 0;
  let purse = 0;
  const step = (days * DAY) / sales;
  const selling = performance.now();
  for (let sold = 0; sold < sales; sold++) {
    clock.forward(step);
    let target = 5 + from.below(CEILING - 4);
    let coupons = (wallets[purse] as Wallet).pay(target);
    for (let tries = 0; coupons === undefined; tries++) {
      if (tries > 40) {
        [purse, tries] = [purse + 1, 0];
        if (wallets[purse] === undefined) throw new Error(`purses are empty after ${sold} sales`);
      }
      target = 1 + from.below(CEILING);
      coupons = (wallets[purse] as Wallet).pay(target);
    }
    const basket = shelves.basket(target, from);
    if (basket === undefined) throw new Error(`the shelves are empty after ${sold} sales`);
    for (const [type, amount] of basket) await done({ intent: 'add', type, amount });
    if (view.checkout.minutes !== target) await until(() => view.checkout.minutes === target);
    await done({ intent: 'pay' });
    reader.insert(payingCard(batch, coupons));
    await until(() => view.checkout.step.phase === 'paid');
    await terminal.sale.idle();
    reader.pull();
    await done({ intent: 'next_sale' });
    for (const { serial } of coupons) paid.add(serial);
    minutes += target;
    if (sold % 1_000 === 999) {
      memory.highest = Math.max(memory.highest, rss());
      progress(`${sold + 1} sales, ${((performance.now() - selling) / 1_000).toFixed(0)} s, ${rss()} MiB`);
    }
  }
  const secondsSelling = (performance.now() - selling) / 1_000;
  const { ageSeconds, tooOld } = view.status.ledger;
  if (tooOld) wrong.push('the till had stopped selling');
  if (view.status.crowd.sales > 0) await done({ intent: 'close_crowd_now' });
  memory.sold = rss();
  const { unsent } = view.status;
  const tillBytes = statSync(join(till.dir, 'till.db')).size;
  // The last crowd's delay is over, too.
  clock.forward(DAY);

  const sending = performance.now();
  line.restore(moods(from));
  if (!(await settled(terminal, clock, () => view.status, progress)))
    wrong.push(`unsent after all: ${JSON.stringify(view.status)}`);
  const secondsSending = (performance.now() - sending) / 1_000;
  memory.highest = Math.max(memory.highest, rss());
  const crowds = Math.ceil(sales / k);
  wrong.push(
    ...differences(node, height, { sales, minutes, paid, crowds }),
    ...(await inBalance(node, world)),
  );
  if (view.status.setAside > 0) wrong.push(`${view.status.setAside} set aside`);
  const figures: Month = {
    sales,
    days,
    minutes,
    coupons: paid.size,
    crowds,
    unsent,
    secondsPreparing,
    secondsSelling,
    secondsSending,
    memory,
    tillBytes,
    folder: world.dir.startsWith('/dev/shm') ? 'memory (/dev/shm)' : 'disk',
    moods: Object.fromEntries(line.met),
    handedIn: line.handedIn(),
    ageSeconds,
    wrong,
  };
  await terminal.stop();
  return figures;
}

const rss = () => Math.round(process.memoryUsage().rss / 1_048_576);

/** Half of the submissions go well. */
function moods(from: Chance): () => Mood {
  const bad: readonly Mood[] = [
    'late',
    'lose_answer',
    'twice',
    'again_later',
    'error_500',
    'nonsense',
    'cut',
  ];
  return () => (from.unit() < 0.5 ? 'pass' : (bad[from.below(bad.length)] as Mood));
}

/** Until nothing waits and the stream has shown everything. As long as something moves, there is no limit. */
async function settled(
  terminal: Terminal,
  clock: VirtualClock,
  status: () => TillView['status'],
  progress: (line: string) => void,
): Promise<boolean> {
  let before = Number.POSITIVE_INFINITY;
  for (;;) {
    clock.forward(60);
    if (await terminal.flush(10_000)) return true;
    const { unsent } = status();
    progress(`${unsent} unsent`);
    if (unsent >= before) return false;
    before = unsent;
  }
}

/** What the chain has from the till against what the till sold. */
function differences(
  node: Node,
  height: number,
  sold: { sales: number; minutes: number; paid: ReadonlySet<string>; crowds: number },
): string[] {
  const wrong: string[] = [];
  const serials = new Map<string, number>();
  const redeemed: number[] = [];
  const charged: number[] = [];
  let [announced, sales] = [0, 0];
  for (let at = height + 1; at <= node.engine.height; at += 1_000)
    for (const { events } of node.engine.blocks(at, 1_000))
      for (const event of events as readonly LedgerEvent[])
        if (event.kind === 'announced') announced++;
        else if (event.kind === 'redeemed') {
          redeemed.push(event.minutes);
          for (const serial of event.serials) serials.set(serial, (serials.get(serial) ?? 0) + 1);
          if (event.skipped.length > 0) wrong.push(`skipped ${JSON.stringify(event.skipped.slice(0, 3))}`);
        } else if (event.kind === 'handed_over') {
          charged.push(event.charged);
          sales += event.sales;
          if (event.lack !== undefined) wrong.push(`lack ${JSON.stringify(event)}`);
        }
  const same = (what: string, is: number, should: number) => {
    if (is !== should) wrong.push(`${what}: ${is} instead of ${should}`);
  };
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  same('announcements', announced, sold.crowds);
  same('redemptions', redeemed.length, sold.crowds);
  same('hand-overs', charged.length, sold.crowds);
  same('sales', sales, sold.sales);
  same('minutes redeemed', sum(redeemed), sold.minutes);
  same('minutes charged', sum(charged), sold.minutes);
  same('serials', serials.size, sold.paid.size);
  same('serials that came twice', [...serials.values()].filter((n) => n > 1).length, 0);
  same('serials nobody paid with', [...serials.keys()].filter((serial) => !sold.paid.has(serial)).length, 0);
  // Redemption and hand-over of a crowd hold the same sales: the same sums, whatever the order.
  const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b).join();
  if (sorted(redeemed) !== sorted(charged))
    wrong.push('a redemption and a hand-over do not hold the same sales');
  return wrong;
}

/** L1: the accounts of the subsystem sum to nothing. */
async function inBalance(node: Node, world: World): Promise<string[]> {
  const answer = await fetch(`${node.url}/v1/subsystems/${world.members.farm.id}/accounts`);
  const { sum } = (await answer.json()) as { sum: string };
  return sum === '0' ? [] : [`accounts sum to ${sum}`];
}
