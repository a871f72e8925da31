/**
 * What clerks and people do at a till: fill a basket, hold a card, pull it too early, mistype a PIN, leave, come back, load a pack. They know only what
 * the screen shows. Goods are handed over when it says «paid», also when it says so of a sale that a restart has found.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { toHex } from '../../src/bytes.ts';
import { DAY_SECONDS } from '../../src/economy/calendar.ts';
import type { CheckoutPhase } from '../../src/till-api.ts';
import type { Event, Shop } from './plan.ts';
import type { Contact } from './reader.ts';
import { PIN, PUK, typeNamed } from './setting.ts';
import type { Till } from './till.ts';
import type { World } from './world.ts';

type Services = Extract<Event, { kind: 'services' }>;

/** Troubles after which holding the same card again is of no use. */
const HOPELESS = new Set([
  'already_paid',
  'unknown_batch',
  'bad_coupon',
  'unknown_keyset',
  'certificate_refused',
]);
/** A person who leaves soon does not hold the card again to a till that was dark for longer, seconds. */
const STANDS = 60;
const TRIES = 6;
/** Days after which nobody hopes for the goods of a purchase that is pending on the card. */
const PATIENCE = 3;

/** The clerk brings the till back to an empty basket, whatever it shows. */
export async function clear(till: Till): Promise<void> {
  for (let i = 0; i < 4 && till.up; i++) {
    const { phase } = till.phase;
    if (phase === 'basket') break;
    if (phase === 'paid') await till.ask({ intent: 'next_sale' });
    else if (phase === 'hold_again') await till.ask({ intent: 'give_up' });
    else await till.ask({ intent: 'cancel_payment' });
  }
  if (till.up) await till.ask({ intent: 'clear_basket' });
}

/** Holds the card until nothing goes on; types PINs; takes the card away. */
async function hold(
  world: World,
  till: Till,
  number: number,
  contact: Contact,
  pins: string[],
): Promise<void> {
  const card = world.card(number);
  till.run.reader.insert(card, contact);
  await till.parts.time.quiet();
  while (till.up && till.phase.phase === 'pin') {
    const { phase } = till;
    const pin = pins.shift();
    if (phase.phase !== 'pin' || phase.blocked || pin === undefined) break;
    await till.ask({ intent: 'enter_pin', pin });
  }
  if (till.up) till.run.reader.pull();
  await till.parts.time.quiet();
  world.diary.look(number, card);
  saw(world, till, `card ${number + 1} was held`);
}

function saw(world: World, till: Till, what: string): void {
  const shows = till.up ? JSON.stringify(till.phase) : 'nothing: it is off';
  world.diary.seen.push([till.parts.time.seconds, till.parts.name, `${what}; the screen shows ${shows}`]);
}

/** A dark till: whoever has held a card to it waits, or comes back. Gives the seconds. */
async function standBefore(till: Till): Promise<number> {
  let waited = 0;
  for (; !till.up; waited += 10) await till.parts.time.sleep(waited < 60 ? 10 : 600);
  return waited;
}

export async function shop(world: World, event: Shop): Promise<void> {
  const till = world.till(event.till);
  if (!till.up) return;
  const done = await till.queue();
  try {
    if (till.up) await buy(world, till, event);
    if (till.up) await clear(till);
    saw(world, till, 'the clerk has cleared the basket');
  } finally {
    done();
  }
}

async function buy(world: World, till: Till, event: Shop): Promise<void> {
  await clear(till);
  const goods = event.goods.map(([good, amount]) => ({ type: typeNamed(good), amount }));
  for (const { type, amount } of goods)
    if (!(await till.ask({ intent: 'add', type, amount })).ok) return world.diary.count('not sold: no price');
  if (event.fuse !== undefined) till.light(event.fuse);
  const asked = await till.ask({ intent: 'pay' });
  if (till.up && !asked.ok) return world.diary.count(`not sold: ${asked.refusal}`);
  const terminal = toHex(nodeCrypto.x25519Public(till.parts.identity.staticSecret));
  const pins = [...Array.from({ length: event.wrongPins }, () => '9999'), PIN];
  let card = event.card;
  let minutes = till.up ? till.run.view.checkout.minutes : undefined;
  saw(world, till, `card ${card + 1} is to pay`);
  const carryOut = () =>
    world.diary.carriedOut({ till: event.till, minutes: minutes ?? 0, goods }, card, terminal);
  for (let i = 0; i < TRIES; i++) {
    if (!till.up) {
      const waited = await standBefore(till);
      saw(world, till, 'the till is on again');
      // It had said so, or says so now of what was paid before it died; whoever left comes for the goods.
      if (till.lastShown?.phase === 'paid' || till.phase.phase === 'paid') {
        world.diary.count('paid, and the till died');
        minutes ??= till.run.view.checkout.minutes;
        return carryOut();
      }
      // It died while it froze the price: no card was asked.
      if (till.phase.phase === 'basket') return;
      if (waited > STANDS && event.after === 'leave') break;
    }
    minutes ??= till.run.view.checkout.minutes;
    const phase: string = till.phase.phase;
    if (phase === 'paid') return carryOut();
    if (phase === 'not_enough' || phase === 'pin' || phase === 'basket') break;
    await hold(world, till, card, event.contacts[i] ?? {}, pins);
    if (!till.up) continue;
    const after: CheckoutPhase = till.phase;
    if (after.phase === 'paid') return carryOut();
    const trouble = 'trouble' in after ? after.trouble : undefined;
    if (trouble === undefined || HOPELESS.has(trouble) || event.after === 'leave') break;
    if (event.after === 'neighbour') card = (event.card + 1) % world.plan.cards;
    await till.parts.time.sleep(3);
  }
  if (till.up) world.diary.count(`left at ${till.phase.phase}`);
}

/** A visit at card services: claims, loads, waits for the office, takes up what a tear left. */
export async function visit(world: World, event: Services): Promise<void> {
  const till = world.till(event.till);
  if (!till.up) return;
  const done = await till.queue();
  try {
    await clear(till);
    if (event.fuse !== undefined && till.up) till.light(event.fuse);
    for (const contact of event.contacts) {
      await standBefore(till);
      await till.ask({ intent: 'services_open' });
      await atServices(world, till, event, contact);
      if (!till.up) break;
      till.run.reader.pull();
      await till.parts.time.quiet();
      await till.ask({ intent: 'services_close' });
      world.diary.look(event.card, world.card(event.card));
      if (world.card(event.card).ownerView().openLoad === undefined) break;
    }
  } finally {
    done();
  }
}

/** Whether something is pending on the card, for days, and its holder has no goods for any of it. */
function cameToNothing(
  world: World,
  card: number,
  log: readonly { readonly day: number; readonly state: string }[],
): boolean {
  const pending = log.filter(({ state }) => state === 'pending');
  const today = Math.floor(world.time.seconds / DAY_SECONDS);
  return pending.length > 0 && pending.every(({ day }) => day < today - PATIENCE) && world.diary.waits(card);
}

async function atServices(world: World, till: Till, event: Services, contact: Contact): Promise<void> {
  const { time } = till.parts;
  const card = world.card(event.card);
  // What is made and given away again in one visit was there in between.
  till.run.reader.insert(card, contact, () => world.diary.look(event.card, card));
  await time.quiet();
  await till.ask({ intent: 'services_pin', pin: PIN });
  const step = till.up ? till.run.view.services.step : undefined;
  if (step?.phase === 'pin' && step.blocked) {
    await till.ask({ intent: 'services_unblock', puk: PUK, new: PIN });
    await till.ask({ intent: 'services_pin', pin: PIN });
    world.diary.count('unblocked');
  }
  const settled = async () => {
    for (let i = 0; i < 10 && till.up && till.run.view.services.step.phase === 'working'; i++)
      await time.sleep(8);
  };
  await settled();
  if (event.claim) {
    await till.ask({ intent: 'services_claim' });
    await settled();
  }
  if (till.up && cameToNothing(world, event.card, till.run.view.services.account?.log ?? [])) {
    await till.ask({ intent: 'services_refresh', undoPending: true });
    await settled();
    world.diary.count('undone at services');
  }
  const most = till.up ? till.run.view.services.account?.packs : undefined;
  await till.ask({ intent: 'services_load', packs: Math.max(1, Math.min(event.packs, most ?? event.packs)) });
  await settled();
  if (!till.up) return;
  const { lastAct } = till.run.view.services;
  world.diary.count(
    `services: ${lastAct?.act ?? 'nothing'} ${lastAct?.outcome ?? till.run.view.services.step.phase}`,
  );
}
