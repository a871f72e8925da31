/**
 * The disk is full from one write on: a till on a real small disk, which is filled at a point of a sale, of a crowd or of a count.
 * A sale whose payment was accepted is closed without anybody making room; before that the till refuses, and the card has not
 * been asked. Then room is made, everything goes to the ledger, and the accountant looks at it.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ready } from '../terminal/selling.ts';
import { openShop, type Template } from '../terminal/shop.ts';
import { audit } from './accountant.ts';
import { holding, type Outcome } from './go-on.ts';
import { watchPoints } from './points.ts';
import { smallDisk } from './small-disk.ts';
import { enter, holdCard } from './story.ts';

export interface FullDisk extends Outcome {
  /** Points of the story, counted without filling anything when `point` is −1. */
  readonly points: readonly string[];
  /** How often somebody had to make room. */
  readonly rooms: number;
}

/** Fills the disk before point `point`, all but so many bytes. */
export async function onFullDisk(template: Template, point: number, but: number): Promise<FullDisk> {
  const shop = await openShop(template);
  const disk = smallDisk();
  const points: string[] = [];
  const wrong: string[] = [];
  let rooms = 0;
  let unwatch: () => void = () => undefined;
  let [lost, doubled] = [0, 0];
  try {
    copyFileSync(join(shop.world.tills[0]?.dir ?? '', 'catalogue.db'), join(disk.dir, 'catalogue.db'));
    const till = await shop.till({ dir: disk.dir });
    await ready(shop, till);
    const card = shop.card(1);
    const before = [holding(shop, 1)];
    const from = shop.node.engine.height + 1;
    const product = (good: string) => shop.world.product(good);
    const left: { goods: Record<string, number>; minutes: number }[] = [];
    unwatch = watchPoints(disk.dir, (name, moment) => {
      if (moment === 'after') return;
      if (points.length === point) disk.fill(but);
      points.push(name);
    });
    const makeRoom = async () => {
      rooms++;
      disk.empty();
      // What takes room again is the tick, once a second.
      await till.until('room again', ({ status }) => status.disk === 'ok');
    };
    /** Asks until it is done; a full disk is the only refusal. */
    const insist = async (intent: Parameters<typeof till.ask>[0]) => {
      for (let tries = 0; tries < 3; tries++) {
        const answer = await till.ask(intent);
        if (answer.ok) return;
        if (answer.refusal !== 'disk_full') throw new Error(`${intent.intent}: ${answer.refusal}`);
        await makeRoom();
      }
      throw new Error(`${intent.intent}: still no room`);
    };
    for (const goods of [{ wheat_bread: 1 }, { butter: 1 }]) {
      await enter({ product }, till, goods);
      const written = card.writes;
      await insist({ intent: 'pay' });
      if (card.writes !== written) wrong.push('the card was asked before «pay» was accepted');
      const accepted = rooms;
      for (let taps = 0; taps < 3 && till.view().checkout.step.phase !== 'paid'; taps++)
        await holdCard(till, card, shop.world.cards[0]?.pin ?? '', () => undefined);
      const { step } = till.view().checkout;
      if (step.phase !== 'paid') throw new Error(`not paid: ${JSON.stringify(step)}`);
      if (rooms !== accepted) wrong.push('a sale under way needed somebody to make room');
      left.push({ goods, minutes: step.minutes });
      await insist({ intent: 'next_sale' });
    }
    await insist({ intent: 'close_crowd_now' });
    await insist({ intent: 'count_begin' });
    await insist({ intent: 'count_cancel' });
    // It may also be full while the ledger answers: then what it said is asked again when there is room.
    let sent = false;
    for (let tries = 0; tries < 3 && !sent; tries++) {
      await makeRoom();
      sent = await till.terminal.flush(3_000);
    }
    if (!sent) wrong.push('not everything was sent');
    const { unsent, setAside } = till.view().status;
    const account = audit({
      before,
      after: [holding(shop, 1)],
      left,
      events: shop.events(from),
      outlet: shop.world.members.outlet.id,
      product,
      unsent,
      setAside,
      accounts: (await shop.accounts()).sum,
    });
    wrong.push(...account.wrong);
    [lost, doubled] = [account.lost, account.doubled];
  } catch (error) {
    wrong.push(String((error as Error).stack ?? error));
  } finally {
    unwatch();
    await shop.close();
    disk.unmount();
  }
  return { found: 'sold', wrong, lost, doubled, points, rooms };
}
