/**
 * Refreshing what a card holds, fast, and finishing what is open: the conversation with the card and the ledger together.
 * Serials are compared with what the stream has said, here; no node is asked about one. A record on the card is finished
 * first, whoever began it; a part that the ledger refused for good is given up, and nothing is lost by it.
 */

import { fromHex, toHex } from '../src/bytes.ts';
import type { RefreshOf } from '../src/card/refresh-commands.ts';
import type { Account } from '../src/card/service-commands.ts';
import { couponMinutes } from '../src/coupons/denominations.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { PACK_COUNTS } from '../src/coupons/pack.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import type { Id } from '../src/economy/transaction.ts';
import { PACK_MINUTES } from '../src/limits.ts';
import { ok } from '../src/result.ts';
import type { Answer, Refused } from './card-line.ts';
import {
  type CardRefresh,
  type Outgoing,
  outgoingOf,
  type PreparedRefresh,
  placesOf,
} from './card-refresh.ts';
import type { LedgerClient } from './ledger-client.ts';

export interface RenewalParts {
  readonly crypto: CryptoPort;
  readonly chain: string;
  readonly ledger: LedgerClient;
  liveKeyset(): Keyset | undefined;
  keyset(id: Id): Keyset | undefined;
  /** What the stream has said of a serial. */
  serialState(serial: Id): 'spent' | 'aborted' | 'locked' | undefined;
  /** Taken here, and not shown by the stream yet. */
  serialTaken(serial: Id): boolean;
  /** Whether the ledger believes this batch's cards: known, not revoked, not expired. */
  batchKnown(id: Uint8Array): boolean;
  issued(load: Id, milliseconds: number): { readonly shown: Promise<boolean>; stop(): void };
}

export type RenewalTrouble =
  | 'ledger_unreachable'
  | 'ledger_refused'
  | 'office_silent'
  | 'no_room_on_card'
  | 'nothing_to_refresh'
  | 'batch_ended';

export type Renewed =
  | { readonly ok: true; readonly minutes: number; readonly dead: number; readonly until: number | null }
  | { readonly ok: false; readonly card: Refused }
  | { readonly ok: false; readonly why: RenewalTrouble; readonly dead: number };

export type Progress = (done: number, of: number) => void;

/** How long a load or a fast refresh waits for the office before it is left to be taken up later. */
const OFFICE_MILLISECONDS = 30_000;
/** Rounds of one visit: each finds something dead, or ends. */
const ROUNDS = 8;

/** Whether a refresh would do a card good: something is exposed, or whole packs lack small coupons. */
export function refreshUseful({ coupons, exposedMinutes, payableMinutes }: Account): boolean {
  const packs = Math.floor(payableMinutes / PACK_MINUTES);
  return (
    exposedMinutes > 0 || PACK_COUNTS.some((count, exponent) => (coupons[exponent] ?? 0) < packs * count)
  );
}

/** The state of one part on the ledger; `unknown`: it never came there. */
export interface PartState {
  readonly id: Id;
  readonly state: 'unknown' | 'open' | 'issued' | 'cancelled' | 'void' | 'refused';
  readonly issueFrom: number | null;
  readonly signatures?: readonly Uint8Array[];
}

/** What the ledger says of a load or refresh; undefined when the node does not answer. An answer that was lost is no «unknown». */
async function ask(ledger: LedgerClient, id: Id): Promise<PartState | undefined> {
  const answer = await ledger.find(`/v1/loads/${id}`);
  if (answer === undefined) return undefined;
  if (answer === 'absent') return { id, state: 'unknown', issueFrom: null };
  const { state, issueFrom, signatures } = answer;
  const known = (['open', 'issued', 'cancelled', 'void'] as const).find((one) => one === state);
  if (known === undefined) return undefined;
  const base = { id, state: known, issueFrom: typeof issueFrom === 'number' ? issueFrom : null };
  if (!Array.isArray(signatures)) return base;
  return { ...base, signatures: signatures.map((one) => fromHex(String(one)) ?? new Uint8Array(0)) };
}

export interface Settled {
  readonly states: readonly PartState[];
  /** New coupons that the card has now. */
  readonly stored: number;
}

export class Renewal {
  readonly parts: RenewalParts;

  constructor(parts: RenewalParts) {
    this.parts = parts;
  }

  /**
   * Gives up what was begun with keys that are on no ledger, as by a desk that wants to know its own coupons again: the ledger took nothing of it,
   * so nothing was paid, and the card is free for honest keys. Gives what it was. Kept as it is: what somebody has signed in part with
   * such keys, and everything while the ledger does not say that it lacks them.
   */
  async giveUpForeign(
    card: CardRefresh,
    { openLoad, openRefresh, recovery }: Account,
  ): Promise<Answer<readonly ('load' | 'refresh' | 'find_lost')[]>> {
    const given: ('load' | 'refresh' | 'find_lost')[] = [];
    for (const [act, of, begun] of [
      ['load', 'own', openLoad],
      ['refresh', 'own', openRefresh],
      ['find_lost', 'lost', recovery?.collecting === false ? recovery : undefined],
    ] as const) {
      if (begun === undefined || !(await this.#foreign(toHex(begun.keysetId)))) continue;
      const done = await card.giveUp(of);
      if (done.ok) given.push(act);
      else if (done.refusal !== 'conditions_not_satisfied') return done;
    }
    return ok(given);
  }

  async #foreign(keyset: Id): Promise<boolean> {
    const { ledger } = this.parts;
    return (
      this.parts.keyset(keyset) === undefined && (await ledger.find(`/v1/keysets/${keyset}`)) === 'absent'
    );
  }

  /** Numbers of outgoing coupons that somebody else has, as far as is known here. */
  dead(prepared: PreparedRefresh, parts: readonly number[]): number[] {
    const { serialState, serialTaken } = this.parts;
    const looked = new Set(parts.flatMap((part) => outgoingOf(prepared, part)));
    return prepared.outgoingCoupons.flatMap((coupon, i) => {
      if (!looked.has(coupon)) return [];
      const state = serialState(coupon.serial);
      return state === 'spent' || state === 'locked' || serialTaken(coupon.serial) ? [i] : [];
    });
  }

  /** Signs every part, and sends what the ledger has not. Undefined: the ledger does not answer. */
  async send(
    card: CardRefresh,
    of: RefreshOf,
    prepared: PreparedRefresh,
    resumed: boolean,
    mayGo: (unsent: readonly number[]) => boolean,
  ): Promise<PartState[] | Refused | 'unreachable' | 'held_back'> {
    const { ledger, chain } = this.parts;
    const signed: { id: Id; envelope: Uint8Array }[] = [];
    for (let part = 0; part < prepared.parts; part++) {
      const one = await card.sign(of, chain, prepared, part);
      if (!one.ok) return one;
      signed.push(one.value);
    }
    const states: PartState[] = [];
    for (const { id } of signed) {
      const state = resumed ? await ask(ledger, id) : ({ id, state: 'unknown', issueFrom: null } as const);
      if (state === undefined) return 'unreachable';
      states.push(state);
    }
    const unsent = () => states.flatMap(({ state }, part) => (state === 'unknown' ? [part] : []));
    if (!mayGo(unsent())) {
      // What is gone may be gone into this very refresh: a request that was late has come there a moment ago.
      for (const part of unsent()) {
        const now = await ask(ledger, (signed[part] as { id: Id }).id);
        if (now === undefined) return 'unreachable';
        states[part] = now;
      }
      if (!mayGo(unsent())) return 'held_back';
    }
    for (const part of unsent()) {
      const { id, envelope } = signed[part] as { id: Id; envelope: Uint8Array };
      const sent = await ledger.submit(envelope);
      if (sent.kind === 'unreachable') return 'unreachable';
      states[part] = { id, state: sent.kind === 'answered' ? 'open' : 'refused', issueFrom: null };
    }
    return states;
  }

  /**
   * What has become of a load or a part that is open, after at most so many milliseconds in which the office may issue it. As it
   * was when the ledger does not answer.
   */
  async issued(one: PartState, milliseconds = OFFICE_MILLISECONDS): Promise<PartState> {
    const { ledger, issued } = this.parts;
    if (one.state !== 'open') return one;
    // Listens before it asks: an issue between answer and waiting would be missed.
    const listening = issued(one.id, milliseconds);
    let now = await ask(ledger, one.id);
    const waits = now === undefined || now.state === 'open';
    if (waits && milliseconds > 0 && (await listening.shown)) now = await ask(ledger, one.id);
    listening.stop();
    return now ?? one;
  }

  /** Stores what is issued. */
  async settle(
    card: CardRefresh,
    of: RefreshOf,
    prepared: PreparedRefresh,
    sent: readonly PartState[],
    milliseconds: number,
    progress: Progress,
  ): Promise<Settled | Refused> {
    const states: PartState[] = [];
    for (const one of sent) states.push(await this.issued(one, milliseconds));
    const signatures = new Array<Uint8Array | undefined>(prepared.incoming).fill(undefined);
    states.forEach((one, part) => {
      const { from, to } = placesOf(prepared, part);
      if (one.state === 'issued' && one.signatures?.length === to - from)
        one.signatures.forEach((signature, i) => {
          signatures[from + i] = signature;
        });
    });
    const stored = await card.store(of, signatures, progress);
    return stored.ok ? { states, stored: stored.value } : stored;
  }

  /**
   * Refreshes what the card holds. Something dead among it is named to the card, then everything is looked at: a card of which
   * one coupon is gone may be one that was lost, and restored elsewhere.
   */
  async own(
    card: CardRefresh,
    account: Account,
    options: { readonly undoPending?: boolean; readonly all?: boolean },
    progress: Progress,
  ): Promise<Renewed> {
    const { liveKeyset, keyset, batchKnown } = this.parts;
    let open = account.openRefresh;
    let all = options.all ?? false;
    let minutes = 0;
    let dead = 0;
    const trouble = (why: RenewalTrouble): Renewed => ({ ok: false, why, dead });
    if (open === undefined && !batchKnown(account.batchId)) return trouble('batch_ended');
    for (let round = 0; round < ROUNDS; round++) {
      const keys = open === undefined ? liveKeyset() : keyset(toHex(open.keysetId));
      if (keys === undefined) return trouble('office_silent');
      const prepared = await card.prepare('own', keys, { ...options, all }, progress);
      if (!prepared.ok) {
        if (prepared.refusal === 'no_room') return trouble('no_room_on_card');
        if (prepared.refusal !== 'not_found') return { ok: false, card: prepared };
        return minutes + dead > 0 ? { ok: true, minutes, dead, until: null } : trouble('nothing_to_refresh');
      }
      const resumed = open !== undefined;
      open = undefined;
      let gone: number[] = [];
      const sent = await this.send(card, 'own', prepared.value, resumed, (unsent) => {
        gone = this.dead(prepared.value, unsent);
        return gone.length === 0;
      });
      if (sent === 'unreachable') return trouble('ledger_unreachable');
      if (sent !== 'held_back' && !Array.isArray(sent)) return { ok: false, card: sent };
      let states: readonly PartState[] = [];
      if (sent !== 'held_back') {
        const settled = await this.settle(card, 'own', prepared.value, sent, OFFICE_MILLISECONDS, progress);
        if ('ok' in settled) return { ok: false, card: settled };
        ({ states } = settled);
        if (settled.stored >= prepared.value.incoming) {
          minutes += couponMinutes(prepared.value.outgoingCoupons);
          return { ok: true, minutes, dead, until: null };
        }
        if (states.some(({ state }) => state === 'open')) return trouble('office_silent');
        minutes += states.reduce(
          (sum, { state }, part) =>
            sum + (state === 'issued' ? couponMinutes(outgoingOf(prepared.value, part)) : 0),
          0,
        );
        // What was refused or lost alone, or is known here by now, is dead; the rest gets another try.
        const failed = states.flatMap(({ state }, part) => (state === 'issued' ? [] : [part]));
        const alone = failed
          .map((part) => outgoingOf(prepared.value, part))
          .filter((one) => one.length === 1);
        gone = [
          ...new Set([
            ...this.dead(prepared.value, failed),
            ...alone.map(([one]) => prepared.value.outgoingCoupons.indexOf(one as Outgoing)),
          ]),
        ];
        if (gone.length === 0) return this.#stop(card, trouble('ledger_refused'));
      }
      dead += couponMinutes(gone.map((i) => prepared.value.outgoingCoupons[i] as { exponent: number }));
      const given = await card.giveUp('own', gone);
      if (!given.ok) return { ok: false, card: given };
      all = true;
    }
    return trouble('ledger_refused');
  }

  async #stop(card: CardRefresh, outcome: Renewed): Promise<Renewed> {
    const given = await card.giveUp('own');
    return given.ok ? outcome : { ok: false, card: given };
  }
}
