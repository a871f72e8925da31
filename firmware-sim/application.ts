/**
 * The application: which command may come when, and what goes to whom. In the clear only SELECT and OPEN; everything else
 * is opened by the channel first, and its refusal is sealed as its success is. A command that does not open ends the
 * session. Powered off, nothing but memory remains.
 */
import { equal } from '../src/bytes.ts';
import { account } from './account.ts';
import type { Command } from './apdu.ts';
import { makeAhead } from './ephemeral.ts';
import { AID, openSession, type Selected, select } from './open.ts';
import type { Session } from './session.ts';
import { acknowledge, spend } from './spend.ts';
import { type Answer, answerBytes, done, no, SW } from './status.ts';
import type { Store } from './store.ts';
import type { Meter } from './timing.ts';
import { dead, restore, words, wordsWritten } from './words.ts';

const CLA_PLAIN = 0x00;
const CLA_OPEN = 0x80;
const CLA_CHANNEL = 0x84;
const INS_SELECT = 0xa4;
const INS_OPEN = 0x86;

type Handler = (data: Uint8Array) => Answer;

export class Application {
  readonly #store: Store;
  readonly #meter: Meter;
  readonly #random: (n: number) => Uint8Array;
  #selected: Selected | undefined;
  #session: Session | undefined;
  #makeAhead = false;

  constructor(store: Store, meter: Meter, random: (n: number) => Uint8Array) {
    this.#store = store;
    this.#meter = meter;
    this.#random = random;
  }

  /** The end of a session: keys wiped, verifications gone. */
  end(): void {
    this.#session?.channel.close();
    this.#session = undefined;
    this.#selected?.own.secret.fill(0);
    this.#selected = undefined;
  }

  /** One whole command. */
  execute(command: Command): Answer {
    const { cla, ins } = command;
    if (cla === CLA_PLAIN) return ins === INS_SELECT ? this.#select(command) : no(SW.unknownInstruction);
    if (cla === CLA_OPEN) return ins === INS_OPEN ? this.#open(command) : no(SW.unknownInstruction);
    return cla === CLA_CHANNEL ? this.#inChannel(command) : no(SW.unknownClass);
  }

  /** What is done when the answer has left: the next session's key pair, so that the next tap is short. */
  afterwards(): void {
    if (!this.#makeAhead) return;
    this.#makeAhead = false;
    makeAhead(this.#store.memory, this.#store.suite, this.#random);
  }

  #select({ p1, p2, data }: Command): Answer {
    if (p1 !== 0x04 || p2 !== 0x00) return no(SW.wrongParameters);
    this.end();
    if (!equal(data, AID)) return no(SW.notFound);
    this.#meter.start();
    this.#selected = select(this.#store, this.#random);
    const { answer } = this.#selected;
    this.#meter.selected(data.length, answer.length);
    return done(answer);
  }

  #open({ p1, p2, data }: Command): Answer {
    const selected = this.#selected;
    if (selected === undefined || this.#session !== undefined) return no(SW.conditionsNotSatisfied);
    if (p1 !== this.#store.suite.id || p2 !== 0x00) return no(SW.wrongParameters);
    // The key pair is for one attempt.
    this.#selected = undefined;
    const { session, answer } = openSession(this.#store, this.#meter, selected, data);
    selected.own.secret.fill(0);
    if (session === undefined) return answer;
    this.#session = session;
    return done(session.channel.seal(answerBytes(answer)));
  }

  #inChannel(command: Command): Answer {
    const session = this.#session;
    const { cla, ins, p1, p2, data } = command;
    const plain = session?.channel.open(Uint8Array.of(cla, ins, p1, p2), data);
    if (session === undefined || plain === undefined) {
      this.end();
      return no(SW.channelBroken);
    }
    const answer = this.#handler(session, command)(plain);
    const bytes = answerBytes(answer);
    this.#meter.exchanged(plain.length, bytes.length);
    return done(session.channel.seal(bytes));
  }

  #handler(session: Session, { ins, p1, p2 }: Command): Handler {
    const store = this.#store;
    const { load, pin, refresh, recovery } = store;
    const refuse =
      (sw: number): Handler =>
      () =>
        no(sw);
    const plain = (handler: Handler): Handler =>
      p1 === 0 && p2 === 0 ? handler : refuse(SW.wrongParameters);
    const of = (p: number) => (p < 0x20 ? refresh : recovery);
    const services = (handler: Handler): Handler => (session.pinForServices ? handler : refuse(SW.pinNeeded));
    switch (ins) {
      case 0x20:
        return p1 === 0 && (p2 === 1 || p2 === 2)
          ? (data) => this.#verify(session, p2, data)
          : refuse(SW.wrongParameters);
      case 0x24:
        return plain((data) => pin.change(data));
      case 0x2c:
        return plain((data) => pin.unblock(data));
      case 0x30:
        return plain((data) => spend(store, session, data));
      case 0x32:
        return plain((data) => {
          const answer = acknowledge(store, session, data);
          if (answer.sw === SW.ok) this.#makeAhead = true;
          return answer;
        });
      case 0x34:
        return plain(services((data) => account(store, data)));
      case 0x36:
        if (p1 === 1 && p2 === 0) return services((data) => load.begin(data));
        if (p1 === 2) return services((data) => load.block(p2, data));
        if (p1 === 3 && p2 === 0)
          return services((data) => (load.open === undefined ? refresh : load).giveUp(data));
        if (p1 === 3 && p2 === 1) return services((data) => recovery.giveUp(data));
        if ((p1 === 0x11 || p1 === 0x21) && p2 === 0) return services((data) => of(p1).begin(data));
        if (p1 === 0x12 || p1 === 0x22) return services((data) => of(p1).block(p2, data));
        if (p1 === 0x13 || p1 === 0x23) return services((data) => of(p1).old(p2, data));
        return refuse(SW.wrongParameters);
      case 0x38:
        if (p1 === 0x11 || p1 === 0x12) return services((data) => refresh.sign(p2, data, p1 === 0x11));
        if (p1 === 0x21) return services((data) => recovery.sign(p2, data, false));
        if (p2 !== 0) return refuse(SW.wrongParameters);
        if (p1 === 1) return services((data) => load.sign(data));
        return p1 === 2 ? services((data) => load.claim(data)) : refuse(SW.wrongParameters);
      case 0x3a:
        if (p1 === 1) return services((data) => recovery.store(p2, data));
        if (p1 !== 0) return refuse(SW.wrongParameters);
        return services((data) => (load.open === undefined ? refresh : load).store(p2, data));
      case 0x3c:
        if (p1 === 1 && p2 === 0) return services((data) => recovery.find(data));
        if (p1 === 2) return services((data) => recovery.found(p2, data));
        return p1 === 3 ? services((data) => recovery.take(p2, data)) : refuse(SW.wrongParameters);
      case 0x3e:
        return p2 === 0 ? this.#seed(p1, services, refuse) : refuse(SW.wrongParameters);
      default:
        return refuse(SW.unknownInstruction);
    }
  }

  /** The words, and what is dead. */
  #seed(p1: number, services: (handler: Handler) => Handler, refuse: (sw: number) => Handler): Handler {
    const store = this.#store;
    if (p1 === 1) return services((data) => words(store, data));
    if (p1 === 2) return services((data) => wordsWritten(store, data));
    if (p1 === 3) return services((data) => restore(store, data, this.#random));
    return p1 === 4 ? services((data) => dead(store, data)) : refuse(SW.wrongParameters);
  }

  /** VERIFY: use 1 pays, and sets the limits back; use 2 opens the services, at a terminal certified for them. */
  #verify(session: Session, use: number, data: Uint8Array): Answer {
    if (use === 2 && session.role !== 'services') return no(SW.certificateRefused);
    session.pinForPay = false;
    const answer = this.#store.pin.verify(data);
    if (answer.sw !== SW.ok) session.pinForServices = false;
    else if (use === 1) {
      session.pinForPay = true;
      this.#store.limits.reset();
    } else {
      session.pinForServices = true;
      this.#makeAhead = true;
    }
    return answer;
  }
}
