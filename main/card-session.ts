/**
 * One conversation with the card in the field (docs/card-protocol.md): SELECT, OPEN, then SPEND, VERIFY and ACK, or what
 * card services ask (`card-services.ts`). It proves the terminal to the card and the card's coupons and attestation to
 * the terminal. It decides nothing about money: whether to sell, which serials were seen, when an answer is on disk and
 * may be acknowledged are the sale's questions. Clock, randomness and cryptography are handed in.
 */

import { beBytes, concat } from '../src/bytes.ts';
import { encodeCommand, parseResponse } from '../src/card/apdu.ts';
import { encodeTranscript, type Purchase, verifyAttestation } from '../src/card/attestation.ts';
import type { Channel } from '../src/card/channel.ts';
import {
  ackCommand,
  openCommand,
  openPayload,
  type PinUse,
  type PlainCommand,
  PROTOCOL_VERSION,
  parseOpened,
  parseSelected,
  parseSpent,
  selectCommand,
  spendCommand,
  verifyCommand,
} from '../src/card/commands.ts';
import type { WireCoupon } from '../src/card/coupon-wire.ts';
import { chooseSuite, type KeyPair, SUITE_1, type Suite } from '../src/card/suite.ts';
import { type Coupon, verifyCoupon } from '../src/coupons/coupon.ts';
import { couponMinutes } from '../src/coupons/denominations.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { ok } from '../src/result.ts';
import { type Answer, createLine, type Refused, refusalOf, refused } from './card-line.ts';
import type { CardInField } from './card-reader.ts';

/** What the terminal trusts, folded from the ledger. */
export interface Trust {
  /** The keysets whose id begins with these 2 bytes. */
  readonly keysets: { find(prefix: Uint8Array): readonly Keyset[] };
  /** The batch's public key by its 8-byte id, or undefined when unknown or revoked. */
  readonly batches: { find(id: Uint8Array): Uint8Array | undefined };
}

/** Keys made ahead of a tap, so that none is made while the card waits. Good for one session: `openSession` refuses a second use as a bug. */
export interface PreparedTap {
  readonly suite: Suite;
  readonly terminal: KeyPair;
  readonly take: () => KeyPair;
}

/** The terminal's public key and a fresh ephemeral pair; `staticSecret` 32 bytes. */
export function prepareTap(
  crypto: CryptoPort,
  random: (bytes: number) => Uint8Array,
  staticSecret: Uint8Array,
): PreparedTap {
  const suite = SUITE_1;
  let ephemeral: KeyPair | undefined = suite.keyPair(crypto, random(suite.secretBytes));
  return {
    suite,
    terminal: suite.keyPair(crypto, staticSecret),
    take() {
      if (ephemeral === undefined) throw new Error('an ephemeral key is used once');
      const once = ephemeral;
      ephemeral = undefined;
      return once;
    },
  };
}

export interface SessionOptions {
  readonly crypto: CryptoPort;
  readonly random: (bytes: number) => Uint8Array;
  /** The till key: 32 bytes, the one its certificate names. */
  readonly staticSecret: Uint8Array;
  readonly certificate: Uint8Array;
  /** Purchase ids this terminal has aborted and no card has met since; at most 8. */
  readonly aborted: readonly Uint8Array[];
  readonly trust: Trust;
  /** From `prepareTap` with the same secret; without it the keys are made here. */
  readonly prepared?: PreparedTap;
}

export interface Payment {
  /** In descending exponent; every one verified. */
  readonly coupons: readonly Coupon[];
  readonly batchId: Uint8Array;
  readonly attestation: Uint8Array;
  /** Whether the card chose them after its PIN. */
  readonly pin: boolean;
  /** Batch id ‖ signature ‖ signed message (attestation.ts): the bytes a dispute is decided by. */
  readonly transcript: Uint8Array;
}

export interface Session {
  /** Suite byte both sides speak. */
  readonly suite: Suite;
  /** Of the aborted ids sent, those this card met and has undone. A counterfeit card can claim them: drop an id when a purchase with this card was attested, else ask the next one too. */
  readonly metAborts: readonly Uint8Array[];
  /**
   * Asks for exactly this amount. Refused by the card: `pin_needed`, `cannot_pay`, `already_paid` (only ACK's success was
   * lost), `wrong_data`. Refused here: `wrong_answer`, `wrong_sum`, `unknown_keyset`, `bad_coupon`, `unknown_batch`,
   * `bad_attestation`; such a card is not paid with and must not be acknowledged.
   */
  spend(purchase: Purchase): Promise<Answer<Payment>>;
  /** `wrong_pin` with tries left, `pin_blocked`, `wrong_data` when it is no PIN at all (the card is not asked). */
  verify(use: PinUse, pin: string): Promise<Answer<true>>;
  /** Paid: 9000, also when the card had it as paid before. `not_found`: this card knows no such purchase. */
  ack(id: Uint8Array): Promise<Answer<true>>;
  /** One command and its data when the card says 9000; for the other commands of the page. One at a time. */
  send(command: PlainCommand): Promise<Answer<Uint8Array>>;
  /** Overwrites the session's keys. The card keeps its session until it leaves the field or the next SELECT. */
  close(): void;
}

/** SELECT: any card that does not answer as this application does is `not_a_timecard`. */
async function select(card: CardInField) {
  const bytes = await card.exchange(encodeCommand(selectCommand()));
  if (!bytes.ok) return refused(bytes.refusal, bytes.detail);
  const response = parseResponse(bytes.value);
  if (!response.ok || response.value.sw !== 0x9000) return refused('not_a_timecard');
  const selected = parseSelected(response.value.data);
  if (!selected.ok) return refused('not_a_timecard', selected.detail);
  if (selected.value.version !== PROTOCOL_VERSION)
    return refused('not_supported', `version ${selected.value.version}`);
  return ok(selected.value);
}

/**
 * SELECT and OPEN. Refused: the reader's reasons; `not_a_timecard`; `not_supported` (version or suite);
 * `certificate_refused`; `channel_broken`; `wrong_answer`. A refused opening leaves nothing to close.
 */
export async function openSession(card: CardInField, options: SessionOptions): Promise<Answer<Session>> {
  const { crypto, random, staticSecret, certificate, aborted } = options;
  const tap = options.prepared ?? prepareTap(crypto, random, staticSecret);
  const selected = await select(card);
  if (!selected.ok) return selected;
  const suite = chooseSuite(selected.value.suites);
  if (suite === undefined || suite !== tap.suite) return refused('not_supported', 'suite');
  if (selected.value.ephemeral.length !== suite.publicKeyBytes) return refused('wrong_answer', 'ephemeral');

  const opened = suite.open(crypto, {
    prologue: concat(selected.value.answer, beBytes(suite.id, 1)),
    cardEphemeral: selected.value.ephemeral,
    ephemeral: tap.take(),
    terminal: tap.terminal,
    payload: openPayload(certificate, aborted),
  });
  if (!opened.ok) return refused('channel_broken', opened.detail);
  const { data, channel } = opened.value;
  const bytes = await card.exchange(encodeCommand(openCommand(suite, data)));
  const stop = (refusal: Refused) => {
    channel.wipe();
    return refusal;
  };
  if (!bytes.ok) return stop(refused(bytes.refusal, bytes.detail));
  const outer = parseResponse(bytes.value);
  if (!outer.ok) return stop(refused('wrong_answer', outer.refusal));
  const clear = refusalOf(outer.value.sw, outer.value.data, 'other');
  if (clear !== undefined) return stop(clear);
  const inner = channel.open(outer.value.data);
  if (inner === undefined) return stop(refused('channel_broken', 'seal'));
  const answer = parseResponse(inner);
  if (!answer.ok) return stop(refused('wrong_answer', answer.refusal));
  const no = refusalOf(answer.value.sw, answer.value.data, 'other');
  if (no !== undefined) return stop(no);
  const met = parseOpened(answer.value.data, aborted.length);
  if (!met.ok) return stop(refused('wrong_answer', met.detail));
  const metAborts = aborted.filter((_, i) => met.value[i] === true);
  return ok(
    createSession(card, channel, { ...options, suite, terminalKey: tap.terminal.publicKey, metAborts }),
  );
}

interface Opened extends SessionOptions {
  readonly suite: Suite;
  readonly terminalKey: Uint8Array;
  readonly metAborts: readonly Uint8Array[];
}

function createSession(card: CardInField, channel: Channel, opened: Opened): Session {
  const { crypto, suite, trust, terminalKey } = opened;
  const line = createLine(card, channel);
  let pinForPaying = false;

  /** The coupon under the keyset that signed it: two keysets may share their first two bytes. */
  function verified(wire: WireCoupon): Answer<Coupon> {
    const keysets = trust.keysets.find(wire.keysetPrefix);
    if (keysets.length === 0) return refused('unknown_keyset');
    for (const keyset of keysets) {
      const { exponent, serial, signature } = wire;
      const coupon = verifyCoupon(crypto, keyset, { keyset: keyset.id, exponent, serial, signature });
      if (coupon.ok) return coupon;
    }
    return refused('bad_coupon');
  }

  function payment(purchase: Purchase, data: Uint8Array): Answer<Payment> {
    const spent = parseSpent(suite, data);
    if (!spent.ok) return refused('wrong_answer', spent.detail);
    const { batchId, signature, coupons: wire } = spent.value;
    const minutes = couponMinutes(wire);
    if (minutes !== purchase.amountMinutes)
      return refused('wrong_sum', `${minutes} for ${purchase.amountMinutes}`);
    const batchKey = trust.batches.find(batchId);
    if (batchKey === undefined) return refused('unknown_batch');
    const coupons: Coupon[] = [];
    for (const one of wire) {
      const coupon = verified(one);
      if (!coupon.ok) return coupon;
      coupons.push(coupon.value);
    }
    const input = { terminalKey, purchase, coupons: wire, signature, expected: pinForPaying };
    const attested = verifyAttestation(crypto, suite, batchKey, input);
    if (attested === undefined) return refused('bad_attestation');
    const transcript = encodeTranscript(batchId, signature, attested.message);
    return ok({ coupons, batchId, attestation: signature, pin: attested.pin, transcript });
  }

  return {
    suite,
    metAborts: opened.metAborts,
    send: line.send,
    close: line.end,
    async spend(purchase) {
      const answer = await line.send(spendCommand(purchase));
      return answer.ok ? payment(purchase, answer.value) : answer;
    },
    async verify(use, pin) {
      const command = verifyCommand(use, pin);
      if (!command.ok) return refused('wrong_data', command.detail);
      const answer = await line.send(command.value);
      if (!answer.ok) return answer;
      if (use === 'pay') pinForPaying = true;
      return answer.value.length === 0 ? ok(true) : refused('wrong_answer', 'VERIFY');
    },
    async ack(id) {
      const answer = await line.send(ackCommand(id));
      if (!answer.ok) return answer;
      return answer.value.length === 0 ? ok(true) : refused('wrong_answer', 'ACK');
    },
  };
}
