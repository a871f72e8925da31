/**
 * The sale at work: feeds `src/sale/sale.ts` with what card, journal and clerk do, and does what its states ask for. One
 * purchase at a time. The order on disk is the promise: intent before any card is asked, answer before ACK, close before
 * «paid», erasure after it.
 */
import { setImmediate as shown } from 'node:timers/promises';
import { hexBytes, toHex } from '../src/bytes.ts';
import { INS } from '../src/card/commands.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { dayOf } from '../src/economy/calendar.ts';
import type { Id } from '../src/economy/transaction.ts';
import { OPEN_ABORTS } from '../src/limits.ts';
import { addLine, type Basket, type PricedBasket, priceBasket, setLine } from '../src/sale/basket.ts';
import { next, PURCHASE_MINUTES, type Purchase, type SaleEvent, type SaleState } from '../src/sale/sale.ts';
import { type DisputeKeys, type PreparedSeal, prepareSeal } from '../src/sale/sealed-transcript.ts';
import type { CardTrouble, TillRefusal } from '../src/till-api.ts';
import type { Ratio } from '../src/units/ratio.ts';
import type { Refused } from './card-line.ts';
import type { CardInField } from './card-reader.ts';
import {
  openSession,
  type Payment,
  type PreparedTap,
  prepareTap,
  type Session,
  type Trust,
} from './card-session.ts';
import type { Clock } from './clock.ts';
import { isDiskFull } from './database.ts';
import type { Identity } from './identity.ts';
import type { CardAnswer, Journal } from './journal.ts';
import { intentOf, priceFromText } from './priced-text.ts';

/** One sale in figures: they leave the terminal only through the headless sale and are kept nowhere. */
export interface SaleFigures {
  readonly minutes: number;
  readonly coupons: number;
  /** Whole commands, chaining not counted; of these, those a PIN cost: VERIFY and the SPEND that asked for it. */
  readonly commands: number;
  readonly pinCommands: number;
  /** Both ways. */
  readonly bytes: number;
  readonly hostMilliseconds: number;
  readonly fsyncMilliseconds: number;
  readonly commitsBeforePaid: number;
}

const NOTHING_YET = {
  commands: 0,
  pinCommands: 0,
  bytes: 0,
  hostMilliseconds: 0,
  fsyncMilliseconds: 0,
  commitsBeforePaid: 0,
};

export interface SaleParts {
  readonly crypto: CryptoPort;
  readonly random: (length: number) => Uint8Array;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly journal: Journal;
  readonly trust: Trust;
  priceOf(type: Id): Ratio | undefined;
  /** Seen, locked or aborted on the ledger, or taken by this till and still on its way. */
  serialSeen(serial: Id): boolean;
  /** A serial this till has taken now. */
  serialTaken(serial: Id): void;
  /** May the till sell this many minutes now? */
  policy(minutes: number): TillRefusal | undefined;
  /** State or basket has changed. */
  changed(): void;
  /** A sale is closed and «paid» is shown: time for the crowd. */
  closed(figures: SaleFigures): void;
  /** Something could not be written. True when room was made: the same may be tried again. */
  noRoom(): boolean;
}

/** A PIN typed for a card that has left waits this long for the next tap. */
const PIN_KEPT_MILLISECONDS = 60_000;

const TROUBLES = new Set<string>([
  'card_left',
  'card_mute',
  'reader_failed',
  'not_a_timecard',
  'certificate_refused',
  'channel_broken',
  'unknown_keyset',
  'bad_coupon',
  'bad_attestation',
  'unknown_batch',
  'wrong_sum',
  'already_paid',
]);
/** What the beginning of an answer reads like. */
const CUT = new Set<string>(['channel_broken', 'wrong_answer', 'not_a_timecard']);

/** A session's refusal as what the clerk is told. */
export function troubleOf(refusal: string): CardTrouble {
  return TROUBLES.has(refusal) ? (refusal as CardTrouble) : 'wrong_answer';
}

export class Sale {
  readonly #parts: SaleParts;
  #state: SaleState = { step: 'basket', basket: [] };
  #card: CardInField | undefined;
  /** The card that has paid and not left: it does not pay for the next basket. */
  #paidWith: CardInField | undefined;
  #busy: Promise<void> | undefined;
  /** A session left open while the clerk's customer types the PIN. */
  #waiting: { readonly session: Session; readonly card: CardInField } | undefined;
  /** Keys made ahead of the next tap, each for one use. */
  #prepared: PreparedTap | undefined;
  #seal: PreparedSeal | undefined;
  #untimePin: () => void = () => undefined;
  /** Aborted purchases that the card of this sale has undone. */
  #met: readonly Uint8Array[] = [];
  /** A sale is closed and its traces are still in the log. */
  #unerased = false;
  /** The sale on the screen is one that a restart has found, and nobody has gone on with it yet. */
  #found = false;
  /** What the purchase under way has cost, over all its taps. */
  #tally = { ...NOTHING_YET };

  constructor(parts: SaleParts) {
    this.#parts = parts;
    this.#prepare();
    this.#restore();
  }

  get state(): SaleState {
    return this.#state;
  }

  /** Was this sale under way when the till stopped? True until it goes on. */
  get restarted(): boolean {
    return this.#found;
  }

  /** The basket's lines at today's prices, or at the frozen ones. */
  priced(): PricedBasket | undefined {
    return this.#state.step === 'basket'
      ? priceBasket(this.#state.basket, (type) => this.#parts.priceOf(type))
      : this.#state.purchase.priced;
  }

  get #disputes(): DisputeKeys {
    const { disputeOutlet, disputeOffice } = this.#parts.identity;
    return { outlet: disputeOutlet, office: disputeOffice };
  }

  /** Between taps: the keys that the last one used up. */
  #prepare(): void {
    const { crypto, random, identity } = this.#parts;
    this.#prepared ??= prepareTap(crypto, random, identity.staticSecret);
    this.#seal ??= prepareSeal(crypto, random, this.#disputes);
  }

  /** A restart finds the sale where it was. */
  #restore(): void {
    const found = this.#parts.journal.inFlight();
    if (found === undefined) return;
    const purchase: Purchase = { id: found.purchaseId, day: found.day, priced: priceFromText(found.priced) };
    this.#found = true;
    if (found.closed === true) {
      // Paid, and perhaps nobody has seen it. It stays on the screen, and on disk, until the clerk goes on.
      this.#state = { step: 'paid', minutes: found.minutes, purchase };
      this.#unerased = true;
      return;
    }
    if (purchase.priced.minutes === 0) {
      // No card is asked for what costs nothing, and nobody was told «paid»: the basket is the clerk's again.
      this.#state = { step: 'basket', basket: found.goods };
      try {
        this.#parts.journal.abandon(false, [], this.#parts.clock.seconds());
      } catch (error) {
        // The next intent takes its place.
        if (!isDiskFull(error)) throw error;
      }
      return;
    }
    this.#state =
      found.answer === undefined
        ? { step: 'hold_card', purchase, attempted: true, trouble: 'card_left' }
        : { step: 'hold_again', purchase, trouble: 'card_left' };
  }

  #dispatch(event: SaleEvent): void {
    const state = next(this.#state, event);
    if (state === this.#state) return;
    this.#state = state;
    if (event.event !== 'trouble') this.#found = false;
    this.#parts.changed();
  }

  // The clerk's side

  change(edit: (basket: Basket) => Basket): TillRefusal | undefined {
    if (this.#state.step === 'paid') this.nextSale();
    if (this.#state.step !== 'basket') return 'paying';
    this.#state = { step: 'basket', basket: edit(this.#state.basket) };
    this.#found = false;
    this.#parts.changed();
    return undefined;
  }
  add(type: Id, amount: number): TillRefusal | undefined {
    return this.change((basket) => addLine(basket, type, amount));
  }
  setAmount(type: Id, amount: number): TillRefusal | undefined {
    return this.change((basket) => setLine(basket, type, amount));
  }
  clear(): TillRefusal | undefined {
    return this.change(() => []);
  }

  pay(): TillRefusal | undefined {
    const { journal, random, clock } = this.#parts;
    if (this.#state.step !== 'basket') return 'not_now';
    if (this.#state.basket.length === 0) return 'basket_empty';
    const priced = this.priced();
    if (priced === undefined) return 'no_price';
    const refusal = this.#parts.policy(priced.minutes);
    if (refusal !== undefined) return refusal;
    this.#erase();
    const purchase: Purchase = {
      id: toHex(random(16)),
      day: dayOf(clock.seconds()),
      priced,
    };
    if (!this.#written(() => journal.begin(intentOf(purchase)))) return 'disk_full';
    if (priced.minutes === 0) {
      // Commons: nothing is deleted, no card is asked.
      if (!this.#written(() => journal.close([], undefined, purchase.priced.lines, 0, clock.seconds())))
        return 'disk_full';
      this.#state = { step: 'paid', minutes: 0, purchase };
      this.#parts.changed();
      this.#unerased = true;
      this.#busy = shown()
        .then(() => this.#afterPaid({ minutes: 0, coupons: 0, ...NOTHING_YET, commitsBeforePaid: 2 }))
        .finally(() => {
          this.#busy = undefined;
        });
      return undefined;
    }
    // The intent was written just now.
    this.#tally = { ...NOTHING_YET, commitsBeforePaid: 1 };
    this.#dispatch({ event: 'pay', purchase });
    this.#tap();
    return undefined;
  }

  /** Back to the basket before any card has answered; a card that may hold a record of the purchase is told at its next visit. */
  cancel(): TillRefusal | undefined {
    const state = this.#state;
    if (state.step === 'hold_again' || state.step === 'reading') return 'card_has_answered';
    if (state.step !== 'hold_card' && state.step !== 'pin' && state.step !== 'not_enough') return 'not_now';
    const { journal, clock } = this.#parts;
    if (!this.#written(() => journal.abandon(state.attempted, [], clock.seconds()))) return 'disk_full';
    this.#closeWaiting();
    this.#dispatch({ event: 'back_to_basket' });
    return undefined;
  }

  /** The person has left between SPEND and ACK. */
  giveUp(): TillRefusal | undefined {
    if (this.#state.step !== 'hold_again' || this.#busy !== undefined) return 'not_now';
    if (!this.#written(() => this.#abort())) return 'disk_full';
    this.#dispatch({ event: 'given_up' });
    return undefined;
  }

  #abort(): void {
    const { journal, clock } = this.#parts;
    const serials = journal.inFlight()?.answer?.coupons.map((c) => c.serial) ?? [];
    journal.abandon(true, serials, clock.seconds());
  }

  enterPin(pin: string): TillRefusal | undefined {
    if (this.#state.step !== 'pin' && this.#state.step !== 'not_enough') return 'not_now';
    this.#dispatch({ event: 'pin_entered', pin });
    this.#untimePin();
    this.#untimePin = this.#parts.clock.after(PIN_KEPT_MILLISECONDS, () => this.#forgetPin());
    this.#tap();
    return undefined;
  }

  #forgetPin(): void {
    if (this.#state.step !== 'hold_card' || this.#state.pin === undefined) return;
    const { pin: _, ...rest } = this.#state;
    this.#state = rest;
  }

  nextSale(): TillRefusal | undefined {
    if (this.#state.step !== 'paid') return 'not_now';
    this.#dispatch({ event: 'next_sale' });
    // A sale that a restart has found: now it was seen.
    this.#erase();
    return undefined;
  }

  // The card's side

  /** The reader's word: a card came, or none is there. */
  cardInField(card: CardInField | undefined): void {
    if (card === this.#card) return;
    this.#card = card;
    this.#paidWith = undefined;
    if (this.#waiting !== undefined && this.#waiting.card !== card) this.#closeWaiting();
    this.#tap();
  }

  /** Resolves when no conversation runs. */
  async idle(): Promise<void> {
    while (this.#busy !== undefined) await this.#busy;
  }

  /** As `idle`; and a PIN that waits for a card is forgotten. */
  async stop(): Promise<void> {
    await this.idle();
    this.#untimePin();
    this.#forgetPin();
  }

  #closeWaiting(): void {
    this.#waiting?.session.close();
    this.#waiting = undefined;
  }

  /** Starts a conversation when state and reader both call for one. */
  #tap(): void {
    const card = this.#card;
    if (card === undefined || this.#busy !== undefined) return;
    if (this.#state.step !== 'hold_card' && this.#state.step !== 'hold_again') return;
    if (this.#state.step === 'hold_again' && this.#state.trouble === undefined) return;
    if (card === this.#paidWith) {
      this.#dispatch({ event: 'trouble', trouble: 'still_there' });
      return;
    }
    this.#busy = this.#conversation(card).finally(() => {
      this.#busy = undefined;
      this.#prepare();
      // Another card may have come, or the PIN been typed, while this one was spoken to.
      const asked = this.#state.step === 'hold_card' && this.#state.trouble === undefined;
      if (this.#card !== undefined && (this.#card !== card || asked)) this.#tap();
    });
  }

  async #conversation(card: CardInField): Promise<void> {
    const { clock, journal } = this.#parts;
    const started = clock.stopwatch();
    const before = card.spent();
    const fsyncsBefore = journal.fsyncs;
    const tally = this.#tally;
    const counted: CardInField = {
      atr: card.atr,
      spent: card.spent,
      exchange: (command) => {
        tally.commands++;
        if (command[1] === INS.verify) tally.pinCommands++;
        return card.exchange(command);
      },
    };
    const paid =
      this.#state.step === 'hold_again' ? await this.#again(counted, card) : await this.#first(counted, card);
    const spent = card.spent();
    const fsyncs = journal.fsyncs;
    const fsyncMilliseconds = fsyncs.milliseconds - fsyncsBefore.milliseconds;
    tally.bytes += spent.bytesIn + spent.bytesOut - before.bytesIn - before.bytesOut;
    tally.fsyncMilliseconds += fsyncMilliseconds;
    tally.commitsBeforePaid += fsyncs.commits - fsyncsBefore.commits;
    tally.hostMilliseconds +=
      clock.stopwatch() - started - (spent.milliseconds - before.milliseconds) - fsyncMilliseconds;
    if (paid === undefined) return;
    const figures: SaleFigures = { ...tally, ...paid };
    this.#dispatch({ event: 'acknowledged' });
    this.#unerased = true;
    this.#paidWith = card;
    // The screen hears of it first; erasure costs another two syncs.
    await shown();
    this.#afterPaid(figures);
  }

  /** After «paid» has been shown: erasure, then room and keys for the next tap. */
  #afterPaid(figures: SaleFigures): void {
    this.#erase();
    this.#parts.closed(figures);
  }

  /** Once after each close, and before the next sale begins. */
  #erase(): void {
    if (!this.#unerased) return;
    this.#unerased = false;
    const { journal } = this.#parts;
    this.#written(() => {
      journal.abortsMet(this.#met);
      journal.erase();
      journal.prefill();
    });
    this.#met = [];
  }

  async #open(card: CardInField): Promise<Session | Refused> {
    const { crypto, random, identity, journal, trust } = this.#parts;
    const prepared = this.#prepared ?? prepareTap(crypto, random, identity.staticSecret);
    this.#prepared = undefined;
    const opened = await openSession(card, {
      crypto,
      random,
      staticSecret: identity.staticSecret,
      certificate: identity.saleCertificate,
      aborted: journal.abortedPurchases(OPEN_ABORTS),
      trust,
      prepared,
    });
    return opened.ok ? opened.value : opened;
  }

  /** The first tap of a purchase, or one whose answer never came. */
  async #first(
    counted: CardInField,
    card: CardInField,
  ): Promise<{ minutes: number; coupons: number } | undefined> {
    if (this.#state.step !== 'hold_card') return undefined;
    const { pin } = this.#state;
    this.#dispatch({ event: 'card_in' });
    let session: Session;
    if (this.#waiting?.card === card) {
      session = this.#waiting.session;
      this.#waiting = undefined;
    } else {
      const opened = await this.#open(counted);
      if ('ok' in opened) return this.#trouble(opened.refusal);
      session = opened;
    }
    if (pin !== undefined) {
      const verified = await session.verify('pay', pin);
      if (!verified.ok) {
        if (verified.refusal === 'wrong_pin')
          this.#dispatch({ event: 'wrong_pin', triesLeft: verified.triesLeft });
        else if (verified.refusal === 'pin_blocked') this.#dispatch({ event: 'pin_blocked' });
        else return this.#trouble(verified.refusal);
        this.#waiting = { session, card };
        return undefined;
      }
    }
    return this.#spend(session, card, pin !== undefined);
  }

  async #spend(
    session: Session,
    card: CardInField,
    pinGiven: boolean,
  ): Promise<{ minutes: number; coupons: number } | undefined> {
    if (this.#state.step !== 'reading') return undefined;
    const { purchase } = this.#state;
    if (purchase.priced.minutes > PURCHASE_MINUTES) {
      // No card can: it is not asked.
      this.#waiting = { session, card };
      this.#dispatch({ event: 'cannot_pay', below: null, above: null, pinGiven });
      return undefined;
    }
    this.#dispatch({ event: 'spend_sent' });
    const spent = await session.spend({
      id: hexBytes(purchase.id),
      amountMinutes: purchase.priced.minutes,
      day: purchase.day,
    });
    if (!spent.ok) {
      switch (spent.refusal) {
        case 'pin_needed':
          this.#waiting = { session, card };
          this.#tally.pinCommands++;
          this.#dispatch({ event: 'pin_needed' });
          return undefined;
        case 'cannot_pay': {
          const near = (n: number | undefined) => (n === undefined || n === 0 ? null : n);
          this.#waiting = { session, card };
          this.#dispatch({
            event: 'cannot_pay',
            below: near(spent.nearest?.below),
            above: near(spent.nearest?.above),
            pinGiven,
          });
          return undefined;
        }
        default:
          return this.#trouble(spent.refusal);
      }
    }
    const answer = this.#answer(spent.value);
    if (answer.coupons.some((c) => this.#parts.serialSeen(c.serial))) {
      // Coupons that were paid with before: this purchase is off, the next card gets a fresh one.
      session.close();
      if (!this.#restart([])) return this.#trouble('disk_full');
      return this.#trouble('coupon_seen');
    }
    if (!this.#written(() => this.#parts.journal.answered(answer))) {
      session.close();
      return this.#trouble('disk_full');
    }
    // This card was attested, so what it says it has undone is undone; written down after «paid».
    this.#met = session.metAborts;
    this.#dispatch({ event: 'answer_on_disk' });
    return this.#acknowledge(session, answer);
  }

  /** A tap with an answer on disk: ACK tells whether it is the card that gave it. */
  async #again(
    counted: CardInField,
    card: CardInField,
  ): Promise<{ minutes: number; coupons: number } | undefined> {
    const opened = await this.#open(counted);
    if ('ok' in opened) return this.#trouble(opened.refusal);
    const found = this.#parts.journal.inFlight();
    if (found?.answer === undefined) throw new Error('hold_again without an answer on disk');
    const acknowledged = await opened.ack(hexBytes(found.purchaseId));
    if (acknowledged.ok) return this.#close(opened, found.answer);
    if (acknowledged.refusal !== 'not_found') return this.#trouble(acknowledged.refusal);
    // Another card: the first one's purchase is aborted, this one starts anew.
    if (!this.#restart(found.answer.coupons.map((c) => c.serial))) return this.#trouble('disk_full');
    return this.#spend(opened, card, false);
  }

  /** Aborts the purchase in flight and begins the same basket under a fresh id. False when it could not be written. */
  #restart(serials: readonly Id[]): boolean {
    const state = this.#state;
    if (state.step === 'basket' || state.step === 'paid') return false;
    const id = toHex(this.#parts.random(16));
    const instead = intentOf({ ...state.purchase, id });
    const { journal, clock } = this.#parts;
    const written = this.#written(() => journal.abandon(true, serials, clock.seconds(), instead));
    if (written) this.#dispatch({ event: 'new_id', id });
    return written;
  }

  async #acknowledge(
    session: Session,
    answer: CardAnswer,
  ): Promise<{ minutes: number; coupons: number } | undefined> {
    if (this.#state.step !== 'hold_again') return undefined;
    const acknowledged = await session.ack(hexBytes(this.#state.purchase.id));
    if (!acknowledged.ok) return this.#trouble(acknowledged.refusal);
    return this.#close(session, answer);
  }

  #close(session: Session, answer: CardAnswer): { minutes: number; coupons: number } | undefined {
    session.close();
    if (this.#state.step !== 'hold_again') return undefined;
    const { purchase } = this.#state;
    const { crypto, random, journal, clock } = this.#parts;
    const seal = this.#seal ?? prepareSeal(crypto, random, this.#disputes);
    this.#seal = undefined;
    const sealed = seal(hexBytes(answer.transcript));
    const { minutes, lines } = purchase.priced;
    if (!this.#written(() => journal.close(answer.coupons, sealed, lines, minutes, clock.seconds())))
      return this.#trouble('disk_full');
    for (const { serial } of answer.coupons) this.#parts.serialTaken(serial);
    return { minutes, coupons: answer.coupons.length };
  }

  #answer(payment: Payment): CardAnswer {
    return {
      coupons: payment.coupons.map((c) => ({
        keyset: toHex(c.keyset),
        exponent: c.exponent,
        serial: toHex(c.serial),
        signature: c.signature,
      })),
      transcript: toHex(payment.transcript),
    };
  }

  #trouble(refusal: string): undefined {
    const said = refusal === 'disk_full' || refusal === 'coupon_seen' ? refusal : troubleOf(refusal);
    // An answer cut off by a card that was pulled reads like a broken one.
    const cut = this.#card === undefined && CUT.has(said);
    this.#dispatch({ event: 'trouble', trouble: cut ? 'card_left' : said });
    return undefined;
  }

  /** Runs a write, on a full disk once more in the room of the reserve; false when there was none. Anything else is a bug. */
  #written(work: () => void): boolean {
    for (;;) {
      try {
        work();
        return true;
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        if (!this.#parts.noRoom()) return false;
      }
    }
  }
}
