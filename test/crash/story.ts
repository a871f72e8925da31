/**
 * An hour at a till, as it is killed in: sales with and without PIN, cards that leave at the worst moments, another card, a person
 * who walks away, a crowd that leaves, a count, a payment taken back, card services with a refresh and a load, a clean stop and
 * start. Everything goes through the door and the reader; every act is noted before it is done, every screen when it is shown.
 */
import type { CardDevice } from '../../firmware-sim/device.ts';
import { INS } from '../../src/card/commands.ts';
import type { ServicesView } from '../../src/till-api.ts';
import { settled } from '../terminal/selling.ts';
import type { TestTill } from '../terminal/shop.ts';
import { type Entry, type Goods, screenOf } from './log.ts';
import type { AtPoint } from './points.ts';

/** The place where the story happens. */
export interface Desk {
  /** Starts the till on its folder. */
  open(): Promise<TestTill>;
  card(number: number): CardDevice;
  pin(number: number): string;
  product(good: string): string;
  /** Where the ledger stands when the story begins. */
  readonly height: number;
  /** Only the first sales, for bugs planted on purpose. */
  readonly short?: boolean;
  note(entry: Entry): void;
  at: AtPoint;
}

/** Where the card leaves: in the middle of SPEND's answer, or between SPEND's answer and ACK, or in the middle of ACK's answer. */
type Leaves = 'in_spend' | 'before_ack' | 'in_ack';

/** Screens go to the log as they are shown. */
export function watchScreen(till: TestTill, note: (entry: Entry) => void): void {
  till.terminal.api.watch(({ checkout }) => {
    if (checkout !== undefined) note({ at: 'screen', ...screenOf(checkout) });
  });
}

/** A card whose commands are points, and that can leave where it is told to. */
export class HeldCard implements CardDevice {
  readonly #card: CardDevice;
  readonly #till: TestTill;
  readonly #at: AtPoint;
  leaves: Leaves | undefined;
  constructor(card: CardDevice, till: TestTill, at: AtPoint) {
    this.#card = card;
    this.#till = till;
    this.#at = at;
  }
  get atr(): Uint8Array {
    return this.#card.atr;
  }
  reset(): void {
    this.#card.reset();
  }
  powerOff(): void {
    this.#card.powerOff();
  }
  transmit(apdu: Uint8Array): Uint8Array | undefined {
    const ins = apdu[1] as number;
    const name = `APDU ${ins.toString(16)}`;
    this.#at(name, 'before');
    const answer = this.#card.transmit(apdu);
    this.#at(name, 'after');
    if (answer === undefined) return undefined;
    const leaves = this.leaves;
    if (leaves === 'in_spend' && ins === INS.spend) this.#till.reader.pullAfterBytes(answer.length >> 1);
    if (leaves === 'before_ack' && ins === INS.spend) this.#till.reader.pullAfterBytes(answer.length + 4);
    if (leaves === 'in_ack' && ins === INS.ack) this.#till.reader.pullAfterBytes(answer.length >> 1);
    return answer;
  }
}

async function connected(till: TestTill, height: number): Promise<void> {
  await till.until('the ledger', ({ status: { ledger } }) => ledger.connected && ledger.height >= height);
}

/** Holds a card until the conversation is over; enters the PIN if asked. Gives the phase it ended in. */
export async function holdCard(
  till: TestTill,
  card: CardDevice,
  pin: string,
  at: AtPoint,
  leaves?: Leaves,
): Promise<string> {
  const { step: before } = till.view().checkout;
  const held = new HeldCard(card, till, at);
  held.leaves = leaves;
  till.reader.insert(held);
  await till.until('the card is spoken to', ({ checkout }) => checkout.step !== before);
  let { step } = (await till.until('an end of the conversation', settled)).checkout;
  if (step.phase === 'pin' && till.reader.card() !== undefined) {
    await till.done({ intent: 'enter_pin', pin });
    ({ step } = (await till.until('an end after the PIN', settled)).checkout);
  }
  await till.terminal.sale.idle();
  till.reader.pull();
  return till.view().checkout.step.phase;
}

/**
 * Card services with a card and its PIN: what needs it is refreshed by itself, a load that was begun is finished, and with
 * `packs` that much more is loaded. Gives the account as the screen shows it at the end; undefined when the card fell silent.
 */
export async function atServices(till: TestTill, card: CardDevice, pin: string, packs?: number) {
  const until = (what: string, so: (services: ServicesView) => boolean) =>
    till.until(what, ({ services }) => so(services));
  /** The card is gone, or says nothing any more and has to be held again. */
  const gone = ({ step }: ServicesView) =>
    step.phase === 'card_gone' || (step.phase === 'hold_card' && step.trouble !== undefined);
  await till.done({ intent: 'services_open' });
  till.reader.insert(card);
  await until('the PIN', (services) => services.step.phase === 'pin' || gone(services));
  if (till.view().services.step.phase === 'pin') {
    await till.done({ intent: 'services_pin', pin });
    await until('card services', (services) => services.step.phase === 'open' || gone(services));
  }
  const more = till.view().services.account?.unfinishedLoad ? 1 : packs;
  if (more !== undefined && till.view().services.step.phase === 'open') {
    await till.done({ intent: 'services_load', packs: more });
    await until(
      'a load',
      (services) => gone(services) || (services.step.phase === 'open' && services.lastAct?.act === 'load'),
    );
  }
  const { step, account, lastAct } = till.view().services;
  till.reader.pull();
  await till.done({ intent: 'services_close' });
  await until('closed', ({ step: now }) => now.phase === 'closed');
  if (step.phase !== 'open' || account === undefined) return undefined;
  if (lastAct !== undefined && lastAct.outcome !== 'done')
    throw new Error(`services: ${JSON.stringify(lastAct)}`);
  return account;
}

const ignore: AtPoint = () => undefined;

/** Puts the goods into the basket, as far as they are not there yet. */
export async function enter(desk: Pick<Desk, 'product'>, till: TestTill, goods: Goods): Promise<void> {
  for (const [good, amount] of Object.entries(goods))
    await till.done({ intent: 'set_amount', type: desk.product(good), amount });
}

/** What a patient person does: holds the card until the screen says «paid». */
export async function holdUntilPaid(
  till: TestTill,
  card: CardDevice,
  pin: string,
  at = ignore,
): Promise<void> {
  const seen: string[] = [];
  for (let taps = 0; taps < 4; taps++) {
    if (till.view().checkout.step.phase === 'paid') return;
    if (till.view().checkout.step.phase === 'pin') await till.done({ intent: 'enter_pin', pin });
    await holdCard(till, card, pin, at);
    seen.push(JSON.stringify(till.view().checkout.step));
  }
  if (till.view().checkout.step.phase !== 'paid')
    throw new Error(`not paid after four taps: ${seen.join(' ')}`);
}

/** The whole hour. */
export async function story(desk: Desk): Promise<void> {
  const { note, at } = desk;
  let till = await desk.open();
  await connected(till, desk.height);
  const arrives = async (card: number, goods: Goods): Promise<void> => {
    note({ at: 'comes', card, goods });
    await enter(desk, till, goods);
    note({ at: 'pays' });
    await till.done({ intent: 'pay' });
  };
  const hold = (card: number, leaves?: Leaves) => holdCard(till, desk.card(card), desk.pin(card), at, leaves);
  const takesGoods = async (): Promise<void> => {
    const { step } = till.view().checkout;
    if (step.phase !== 'paid') throw new Error(`not paid: ${JSON.stringify(step)}`);
    note({ at: 'leaves', withGoods: true });
    await till.done({ intent: 'next_sale' });
  };
  const goesAway = async (intent: 'give_up' | 'cancel_payment'): Promise<void> => {
    note({ at: 'leaves', withGoods: false });
    await till.done({ intent });
    await till.done({ intent: 'clear_basket' });
  };

  await arrives(1, { wheat_bread: 1 });
  await hold(1);
  await takesGoods();

  await arrives(2, { wheat_bread: 5 });
  await hold(2);
  await takesGoods();

  if (desk.short === true) return till.stop();

  await arrives(1, { milk: 1, wheat_bread: 1 });
  await hold(1, 'in_spend');
  await hold(1);
  await takesGoods();

  await arrives(1, { wheat_bread: 1 });
  await hold(1, 'before_ack');
  note({ at: 'card', card: 2 });
  await hold(2);
  await takesGoods();

  await arrives(2, { butter: 1 });
  await hold(2, 'in_ack');
  await hold(2);
  await takesGoods();

  await arrives(1, { wheat_bread: 1 });
  await hold(1, 'before_ack');
  await goesAway('give_up');

  await till.done({ intent: 'close_crowd_now' });
  if (!(await till.terminal.flush(20_000))) throw new Error('not sent');

  const held = (good: string) =>
    till.view().stock.products.find(({ type }) => type === desk.product(good))?.inStock ?? 0;
  const bread = held('wheat_bread');
  await till.done({ intent: 'count_begin' });
  await till.done({ intent: 'count_enter', type: desk.product('wheat_bread'), amount: bread });
  await till.done({ intent: 'count_seal' });
  await till.done({ intent: 'count_post' });
  note({ at: 'counted' });
  await till.until('posted', ({ stock }) => stock.count?.stage === 'posted');

  await arrives(2, { milk: 2 });
  await goesAway('cancel_payment');

  // The first card hears of the purchase that was given up, has its coupons refreshed, and loads a pack.
  note({ at: 'services', card: 1 });
  const account = await atServices(till, new HeldCard(desk.card(1), till, at), desk.pin(1), 1);
  if (account === undefined || account.exposed > 0 || account.unfinishedLoad) throw new Error('not loaded');

  await till.stop();
  till = await desk.open();
  await connected(till, desk.height);
  await arrives(1, { butter: 1 });
  await hold(1);
  await takesGoods();
  await arrives(2, { roll: 3 });
  await till.stop();
}
