/** What a person does at card services, for the tests of recovery: cards, words, visits. Ledger, office, card and terminal are real. */
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { expect } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import { openStore } from '../../firmware-sim/store.ts';
import { Meter } from '../../firmware-sim/timing.ts';
import { systemClock } from '../../ledger/clock.ts';
import { random } from '../../main/random.ts';
import type { Intent, ServicesView } from '../../src/till-api.ts';
import { ask, flushed, hold, ready, sell } from '../terminal/selling.ts';
import type { Shop, TestTill, TillSetup } from '../terminal/shop.ts';

export const PIN = '1234';
/** offlineMax + holdMax of the demo's chain, seconds. */
export const SLOW = 37 * 86_400;
export const DAY = 86_400;

/** A ledger clock that runs, and can be put forward. */
export function aheadClock() {
  const clock = systemClock();
  let ahead = 0;
  return {
    now: () => clock.now() + ahead,
    forward: (seconds: number) => {
      ahead += seconds;
    },
  };
}

const storeOf = (card: SimulatedCard) => openStore(card.image().bytes, nodeCrypto, new Meter());

/** The 24 words of a card, as its holder wrote them down. */
export function wordsOnPaper(card: SimulatedCard): string[] {
  return entropyToMnemonic(storeOf(card).identity.seed, wordlist).split(' ');
}

/** A new card of the same batch, as the desk hands one out: its own seed, PIN 1234. */
export function newCard(like: SimulatedCard, wordsOpen = true): SimulatedCard {
  const { identity } = storeOf(like);
  const image = personalise({
    seed: random(32),
    g: random(8),
    pin: PIN,
    puk: '12345678',
    chain: identity.chain,
    officeKeys: identity.officeKeys().map(({ key }) => key),
    batchSeed: identity.batchSeed,
    random,
    wordsOpen,
  });
  return createCard(image, { random });
}

/** Serials of all coupons on a card that are free. */
export function freeSerials(card: SimulatedCard): string[] {
  const { purse } = storeOf(card);
  return purse.slotsIn('free').map((slot) => Buffer.from(purse.read(slot).serial).toString('hex'));
}

export async function services(
  till: TestTill,
  what: string,
  so: (view: ServicesView) => boolean,
): Promise<ServicesView> {
  return (await till.until(what, (view) => so(view.services))).services;
}

/** Opens card services with a card and its PIN, up to where something can be asked for. */
export async function visit(till: TestTill, card: SimulatedCard, pin = PIN): Promise<ServicesView> {
  await till.done({ intent: 'services_open' });
  till.reader.insert(card);
  await services(till, 'the PIN', ({ step }) => step.phase === 'pin');
  await till.done({ intent: 'services_pin', pin });
  return services(till, 'services', ({ step }) => step.phase === 'open');
}

export async function leave(till: TestTill): Promise<void> {
  till.reader.pull();
  await till.done({ intent: 'services_close' });
  await services(till, 'closed', ({ step }) => step.phase === 'closed');
}

/** Asks for something and waits until it is over. */
export async function act(till: TestTill, intent: Intent, name: string): Promise<ServicesView> {
  await till.done(intent);
  return services(till, name, ({ step, lastAct }) => step.phase === 'open' && lastAct?.act === name);
}

/** A till that was online once and is not any more. */
export async function offlineTill(shop: Shop, setup: TillSetup): Promise<TestTill> {
  const before = await shop.till(setup);
  await ready(shop, before);
  await before.stop();
  return shop.till({ ...setup, ledgerUrl: 'http://127.0.0.1:9' });
}

/** The same till with the ledger again. */
export async function online(shop: Shop, till: TestTill, setup: TillSetup): Promise<TestTill> {
  await till.stop();
  const again = await shop.till(setup);
  await ready(shop, again);
  return again;
}

/** What the tests of lost cards do again and again; shop and till are asked for each time, because each test has its own. */
export function lostCards(
  at: () => { readonly shop: Shop; readonly till: TestTill; readonly clock: ReturnType<typeof aheadClock> },
) {
  /** A new card with the words of the lost one, and what was found for it. */
  async function restored(lost: SimulatedCard): Promise<{ card: SimulatedCard; view: ServicesView }> {
    const { till } = at();
    const card = newCard(lost);
    expect((await visit(till, card)).account).toMatchObject({ fresh: true, onCard: 0 });
    const put = await act(till, { intent: 'services_restore', words: wordsOnPaper(lost) }, 'restore');
    expect(put.lastAct).toEqual({ act: 'restore', outcome: 'done' });
    const view = await act(till, { intent: 'services_find_lost' }, 'find_lost');
    await leave(till);
    return { card, view };
  }

  /** Any block tells the office what time it is: a sale of the other card is one. */
  async function blockNow(): Promise<void> {
    const { shop, till } = at();
    await sell(shop, till, shop.card(2), { salt: 1 }, '2345');
    await flushed(till);
  }

  /** So many seconds later the office has issued what was waiting, and the till has heard of it. */
  async function issued(seconds: number): Promise<void> {
    const { shop, till, clock } = at();
    clock.forward(seconds);
    await blockNow();
    await shop.event('issued', shop.node.engine.height - 2);
    await ready(shop, till);
  }

  /** Minutes that outlets have been given for coupons, and why some were not. */
  function redeemed(): { minutes: number; skipped: readonly string[] } {
    const events = at()
      .shop.events()
      .flatMap((event) => (event.kind === 'redeemed' ? [event] : []));
    return {
      minutes: events.reduce((sum, { minutes }) => sum + Number(minutes), 0),
      skipped: events.flatMap(({ skipped }) => skipped.map(({ refusal }) => refusal)),
    };
  }

  /** One tap at a till for goods; whether it was paid, and for how much. */
  async function tap(till: TestTill, card: SimulatedCard, goods: Record<string, number>) {
    const minutes = await ask(at().shop, till, goods);
    const step = await hold(till, card, PIN);
    if (step.phase === 'paid') await till.done({ intent: 'next_sale' });
    else {
      await till.done({ intent: 'cancel_payment' });
      await till.done({ intent: 'clear_basket' });
    }
    return { minutes, step };
  }
  return { restored, issued, blockNow, redeemed, tap };
}
