/**
 * What people do after the till has died: it is started again on what lay on its disk, the clerk reads the screen, the person
 * holds the same card, another one, goes to another till, goes away, or the till dies again. Then everybody buys something more
 * (the till still sells, and cards hear of purchases given up), all of it goes to the ledger, and the accountant looks at it.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorld, type WorldTill } from '../../demo/world.ts';
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import type { CardDevice } from '../../firmware-sim/device.ts';
import { flushed, ready } from '../terminal/selling.ts';
import { openShop, type Shop, startTill, type TestTill, type TillSetup } from '../terminal/shop.ts';
import { audit, type Holding } from './accountant.ts';
import { type Counter, counters, type Entry, type Log, type Screen, screenOf } from './log.ts';
import { type AtPoint, watchPoints } from './points.ts';
import { atServices, enter, holdCard, holdUntilPaid, watchScreen } from './story.ts';

/** A world as the death of its till left it: the folder and what people remember. */
export interface Wreck {
  /** Where the till died. */
  readonly name: string;
  readonly dir: string;
  readonly log: Log;
  /** What the cards held and where the ledger stood when the story began. */
  readonly before: readonly Holding[];
  readonly from: number;
}

export const WAYS = ['same', 'other', 'gives_up', 'dies_again', 'elsewhere', 'torn'] as const;
export type Way = (typeof WAYS)[number];

export interface Outcome {
  /** The screen after the restart, in short. */
  readonly found: string;
  /** Whole minutes, by the accountant; both 0 when all is well. */
  readonly lost: number;
  readonly doubled: number;
  /** Sentences about what is wrong; none when all is well. */
  readonly wrong: readonly string[];
}

export interface GoOn {
  /** Chooses where the second death and the tear fall. */
  readonly chance?: number;
  readonly setup?: TillSetup;
}

export const holding = (shop: Shop, number: number): Holding => {
  const { payableMinutes, pendingMinutes, exposedMinutes, refreshingMinutes } = shop.card(number).ownerView();
  return {
    payable: payableMinutes,
    pending: pendingMinutes,
    exposed: exposedMinutes,
    refreshing: refreshingMinutes.own,
  };
};

/** What the screen must say after the restart, given what the clerk knows. Undefined when it does. */
export function misplaced(
  counter: Counter | undefined,
  screen: Screen,
  product: (good: string) => string,
): string | undefined {
  const lines = JSON.stringify(sorted(screen.lines));
  const goods = JSON.stringify(
    sorted(Object.fromEntries(Object.entries(counter?.goods ?? {}).map(([g, n]) => [product(g), n]))),
  );
  const empty = screen.phase === 'basket' && lines === '[]';
  const told = `the screen says ${screen.phase} ${screen.trouble ?? ''} with ${lines}`;
  if (counter === undefined) return empty ? undefined : `nobody has come yet, and ${told}`;
  // Somebody has left: their sale may still be there to be told of or cleared, in their own goods.
  if (counter.left) return empty || lines === goods ? undefined : `somebody has left, and ${told}`;
  if (counter.paid) return empty || screen.phase === 'paid' ? undefined : `«paid» was seen, and ${told}`;
  if (counter.frozen) {
    if (screen.phase === 'basket') return `the price was frozen, and ${told}`;
    if (lines !== goods) return `${goods} is on the counter, and ${told}`;
    if (screen.phase !== 'paid' && screen.trouble === undefined) return `not why it asks: ${told}`;
    return undefined;
  }
  if (screen.phase === 'basket') return undefined;
  if (!counter.pressed) return `nobody has pressed «pay», and ${told}`;
  return lines === goods ? undefined : `${goods} is on the counter, and ${told}`;
}

const sorted = (lines: Readonly<Record<string, number>>) =>
  Object.entries(lines).sort(([a], [b]) => (a < b ? -1 : 1));

const ignore: AtPoint = () => undefined;
/** The card loses power at one of its next writes, once. */
function tearing(card: SimulatedCard, chance: number): CardDevice {
  let planned = true;
  return {
    atr: card.atr,
    reset() {
      card.reset();
      if (planned)
        card.tearAt((chance % 12) + 1, { at: (['before', 'in', 'after'] as const)[chance % 3] ?? 'in' });
      planned = false;
    },
    powerOff: () => card.powerOff(),
    transmit: (apdu) => card.transmit(apdu),
  };
}
const FINALLY = { butter: 1 };

/**
 * Starts a till on a wreck and reads the screen, without a ledger: what the clerk is told in the first moment. Gives the screen in
 * short, and what is wrong with it.
 */
export async function look(wreck: Wreck): Promise<{ found: string; wrong: readonly string[] }> {
  const place = mkdtempSync(join(tmpdir(), 'timecard-look-'));
  try {
    const world = openWorld(wreck.dir);
    const dir = join(place, 'till-1');
    cpSync(join(wreck.dir, 'till-1'), dir, { recursive: true });
    // Nobody listens on the port for discarding.
    const till = startTill(world.tills[0] as WorldTill, 'http://127.0.0.1:9', world.config, { dir });
    const screen = screenOf(till.view().checkout);
    await till.stop();
    const lost = misplaced(counters(wreck.log).at(-1), screen, (good) => world.product(good));
    return { found: inShort(screen), wrong: lost === undefined ? [] : [lost] };
  } catch (error) {
    return { found: 'stuck', wrong: [String((error as Error).stack ?? error)] };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const inShort = ({ phase, trouble }: Screen) => `${phase}${trouble === undefined ? '' : ` (${trouble})`}`;

/** Goes on from a wreck and accounts for everything. The wreck's folder is copied, never touched. */
export async function goOn(wreck: Wreck, way: Way, options: GoOn = {}): Promise<Outcome> {
  const shop = await openShop({ dir: wreck.dir, remove: () => undefined });
  const place = mkdtempSync(join(tmpdir(), 'timecard-again-'));
  const log: Entry[] = [...wreck.log];
  const note = (entry: Entry) => log.push(entry);
  const wrong: string[] = [];
  let [lost, doubled] = [0, 0];
  const chance = options.chance ?? 0;
  const product = (good: string) => shop.world.product(good);
  let unwatch: () => void = () => undefined;
  let second: Wreck | undefined;
  let other: TestTill | undefined;
  try {
    shop.startOffice();
    const till: TestTill = await shop.till(options.setup ?? {});
    const first = screenOf(till.view().checkout);
    const found = inShort(first);
    const nowhere = misplaced(counters(log).at(-1), first, product);
    if (nowhere !== undefined) wrong.push(nowhere);
    watchScreen(till, note);

    if (way === 'dies_again') {
      const dir = join(place, 'world');
      let points = 0;
      unwatch = watchPoints(till.dir, () => {
        if (points++ !== chance % 40) return;
        cpSync(shop.world.dir, dir, { recursive: true });
        second = { ...wreck, name: `${wreck.name}, and again`, dir, log: [...log] };
      });
    }
    const counter = counters(log).at(-1);
    const cards = { first: counter?.card ?? 1, other: counter?.card === 1 ? 2 : 1 };
    const pin = (number: number) => shop.world.cards[number - 1]?.pin ?? '';
    const phase = () => till.view().checkout.step.phase;
    const givesUp = async () => {
      if (counters(log).at(-1)?.left === false) note({ at: 'leaves', withGoods: false });
      if (phase() === 'hold_again') await till.done({ intent: 'give_up' });
      else if (phase() !== 'basket') await till.done({ intent: 'cancel_payment' });
      await till.done({ intent: 'clear_basket' });
    };
    const pays = async (number: number) => {
      if (phase() === 'basket') {
        await ready(shop, till);
        await enter({ product }, till, counter?.goods ?? {});
        note({ at: 'pays' });
        await till.done({ intent: 'pay' });
      }
      note({ at: 'card', card: number });
      const card = shop.card(number);
      if (way === 'torn') await holdCard(till, tearing(card, chance), pin(number), ignore);
      await holdUntilPaid(till, card, pin(number));
    };

    if (phase() === 'paid') {
      if (counter?.left === false) note({ at: 'leaves', withGoods: true });
      await till.done({ intent: 'next_sale' });
    } else if (counter === undefined || counter.left) await givesUp();
    else if (counter.paid) note({ at: 'leaves', withGoods: true });
    else if (way === 'gives_up') await givesUp();
    else if (way === 'elsewhere') {
      const goods = counter.goods;
      await givesUp();
      const elsewhere = await shop.till({ number: 1 });
      await ready(shop, elsewhere);
      watchScreen(elsewhere, note);
      note({ at: 'comes', card: cards.first, goods });
      await enter({ product }, elsewhere, goods);
      note({ at: 'pays' });
      await elsewhere.done({ intent: 'pay' });
      await holdUntilPaid(elsewhere, shop.card(cards.first), pin(cards.first));
      note({ at: 'leaves', withGoods: true });
      await flushed(elsewhere);
      other = elsewhere;
    } else {
      await pays(way === 'other' ? cards.other : cards.first);
      note({ at: 'leaves', withGoods: true });
      await till.done({ intent: 'next_sale' });
    }

    await ready(shop, till);
    // Who was at card services comes back to them, here or at the other till.
    const served = log.find((entry) => entry.at === 'services')?.card;
    if (served !== undefined) {
      const elsewhere = way === 'elsewhere' ? (other ?? (await shop.till({ number: 1 }))) : till;
      await ready(shop, elsewhere);
      const card = shop.card(served);
      if (way === 'torn') await atServices(elsewhere, tearing(card, chance), pin(served));
      const account = await atServices(elsewhere, card, pin(served));
      if (account === undefined || account.unfinishedLoad || account.exposed + account.refreshing > 0)
        wrong.push(`card services leave it open: ${JSON.stringify(account)}`);
      if (elsewhere !== till) other = elsewhere;
    }
    await other?.stop();
    for (const card of [1, 2]) {
      note({ at: 'comes', card, goods: FINALLY });
      await enter({ product }, till, FINALLY);
      note({ at: 'pays' });
      await till.done({ intent: 'pay' });
      await holdUntilPaid(till, shop.card(card), pin(card));
      note({ at: 'leaves', withGoods: true });
      await till.done({ intent: 'next_sale' });
    }
    await flushed(till);
    if (second !== undefined) {
      const again = await goOn(second, 'same', options);
      wrong.push(...again.wrong.map((one) => `after the second death: ${one}`));
      [lost, doubled] = [again.lost, again.doubled];
    }
    const { unsent, setAside } = till.view().status;
    const account = audit({
      before: wreck.before,
      after: [1, 2].map((card) => holding(shop, card)),
      left: counters(log).filter((one) => one.withGoods),
      events: shop.events(wreck.from),
      outlet: shop.world.members.outlet.id,
      product,
      unsent,
      setAside,
      accounts: (await shop.accounts()).sum,
    });
    wrong.push(...account.wrong);
    lost += account.lost;
    doubled += account.doubled;
    return { found, wrong, lost, doubled };
  } catch (error) {
    wrong.push(String((error as Error).stack ?? error));
    return { found: 'stuck', wrong, lost, doubled };
  } finally {
    unwatch();
    await shop.close();
    rmSync(place, { recursive: true, force: true });
  }
}
