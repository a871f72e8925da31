/**
 * The coupons of lost cards: found by the words, compared here, taken over by a slow refresh (docs/recovery.md). The card derives;
 * this file matches what it derives with the wallet's loads and the keysets' refreshes, and asks the stream's list which are
 * still there. A node learns which wallet looks for lost coupons, and no serial. Refreshes are fetched with others beside
 * them, so that it does not learn which one it was either.
 */

import { fromHex, hexBytes, toHex } from '../src/bytes.ts';
import type { Account } from '../src/card/service-commands.ts';
import { couponMinutes } from '../src/coupons/denominations.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { PACK_COUNTS } from '../src/coupons/pack.ts';
import type { Id } from '../src/economy/transaction.ts';
import {
  DENOMINATION_EXPONENTS,
  LOAD_BLOCK,
  PACK_COUPONS,
  RECOVERY_CARDS,
  RECOVERY_GAP_PACKS,
} from '../src/limits.ts';
import type { Refused } from './card-line.ts';
import type { CardRefresh } from './card-refresh.ts';
import type { LedgerClient } from './ledger-client.ts';
import type { PartState, Progress, Renewal, Renewed } from './renewal.ts';
import { type RandomBelow, shuffle } from './slots.ts';

/** Refreshes that are fetched beside one that is wanted. */
const DECOYS = 7;

interface LostCard {
  readonly g: string;
  /** Hex of each blinded serial of its loads → the office's answer, undefined before the issue; by keyset. */
  readonly keysets: Map<Id, Map<string, Uint8Array | undefined>>;
}

export interface LostCoupon {
  readonly g: string;
  readonly keyset: Keyset;
  readonly exponent: number;
  readonly counter: number;
  readonly serial: Id;
  readonly signature: Uint8Array;
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Puts the blinded serials of a load or refresh, with their signatures, where they can be looked up. */
async function put(
  ledger: LedgerClient,
  id: Id,
  into: Map<string, Uint8Array | undefined>,
): Promise<boolean> {
  const answer = await ledger.get(`/v1/loads/${id}`);
  if (answer === undefined) return false;
  const signatures = strings(answer.signatures);
  strings(answer.blinded).forEach((blinded, i) => {
    into.set(blinded, signatures[i] === undefined ? undefined : (fromHex(signatures[i]) ?? undefined));
  });
  return true;
}

/** Ids of the loads that a wallet signed, oldest first; undefined when the ledger does not answer. */
async function loadsOf(ledger: LedgerClient, wallet: Uint8Array): Promise<Id[] | undefined> {
  const answer = await ledger.get(`/v1/wallets/${toHex(wallet)}/loads`);
  return answer && strings(answer.loads);
}

/** The card that made a load, and the keyset it is of. */
async function makerOf(ledger: LedgerClient, load: Id): Promise<{ g: string; keyset: Id } | undefined> {
  const told = await ledger.get(`/v1/transactions/${load}`);
  const { g, keyset } = (told?.transaction ?? {}) as Record<string, unknown>;
  return typeof g === 'string' && typeof keyset === 'string' ? { g, keyset } : undefined;
}

/** The card of this wallet that loaded last; undefined when there was no load, or the ledger does not answer. */
export async function lastCardOf(ledger: LedgerClient, wallet: Uint8Array): Promise<string | undefined> {
  const last = (await loadsOf(ledger, wallet))?.at(-1);
  return last === undefined ? undefined : (await makerOf(ledger, last))?.g;
}

/** The wallet's loads by the card that made them, the one that loaded last at the end; undefined when the ledger does not answer. */
async function cardsOf(ledger: LedgerClient, wallet: Uint8Array): Promise<LostCard[] | undefined> {
  const ids = await loadsOf(ledger, wallet);
  if (ids === undefined) return undefined;
  const cards = new Map<string, LostCard>();
  for (const id of ids) {
    const made = await makerOf(ledger, id);
    if (made === undefined) return undefined;
    const { g, keyset } = made;
    const card: LostCard = cards.get(g) ?? { g, keysets: new Map() };
    // The card that loaded last comes last.
    cards.delete(g);
    cards.set(g, card);
    const loads = card.keysets.get(keyset) ?? new Map<string, Uint8Array | undefined>();
    card.keysets.set(keyset, loads);
    if (!(await put(ledger, id, loads))) return undefined;
  }
  return [...cards.values()];
}

/** A keyset's refreshes by the hash of their first blinded serial. */
async function refreshesOf(ledger: LedgerClient, keyset: Id): Promise<Map<string, Id> | undefined> {
  const out = new Map<string, Id>();
  for (;;) {
    const page = await ledger.get(`/v1/keysets/${keyset}/refreshes?from=${out.size}`);
    if (page === undefined) return undefined;
    const rows = (Array.isArray(page.refreshes) ? page.refreshes : []) as { id?: unknown; first?: unknown }[];
    for (const { id, first } of rows)
      if (typeof id === 'string' && typeof first === 'string') out.set(first, id);
    if (rows.length === 0 || out.size >= Number(page.all)) return out;
  }
}

export class Recovery {
  readonly #renewal: Renewal;
  readonly #below: RandomBelow;

  constructor(renewal: Renewal, below: RandomBelow) {
    this.#renewal = renewal;
    this.#below = below;
  }

  /** Fetches one refresh among others, in random order. */
  async #fetch(id: Id, all: readonly Id[], into: Map<string, Uint8Array | undefined>): Promise<boolean> {
    const others = all.filter((one) => one !== id);
    const asked = [id];
    while (asked.length <= DECOYS && others.length > 0)
      asked.push(...others.splice(this.#below(others.length), 1));
    shuffle(asked, asked.length, this.#below);
    for (const one of asked)
      if (!(await put(this.#renewal.parts.ledger, one, into)) && one === id) return false;
    return true;
  }

  /** What one lost card had of one keyset, spent coupons included. */
  async #ofKeyset(
    card: CardRefresh,
    lost: LostCard,
    keyset: Keyset,
    firsts: ReadonlyMap<string, Id>,
    found: LostCoupon[],
    progress: (found: number) => void,
  ): Promise<Refused | 'unreachable' | undefined> {
    const { crypto } = this.#renewal.parts;
    const known = lost.keysets.get(toHex(keyset.id)) ?? new Map<string, Uint8Array | undefined>();
    const loads = new Set(known.keys());
    const begun = await card.find(hexBytes(lost.g), keyset);
    if (!begun.ok) return begun;
    for (const exponent of DENOMINATION_EXPONENTS) {
      // Of the loads' coupons this many are of this exponent.
      let missing = (loads.size / PACK_COUPONS) * (PACK_COUNTS[exponent] ?? 0);
      const gap = Math.max(1, PACK_COUNTS[exponent] ?? 0) * RECOVERY_GAP_PACKS;
      for (let first = 0, unseen = 0; unseen < gap || missing > 0; first += LOAD_BLOCK) {
        // A ledger that says more than there is does not keep the card for ever.
        if (unseen > 100 * gap) break;
        const block = await card.found(exponent, first);
        if (!block.ok) return block;
        for (const { counter, blinded, serial } of block.value) {
          const hex = toHex(blinded);
          const refresh = known.has(hex) ? undefined : firsts.get(toHex(crypto.sha256(blinded)));
          if (refresh !== undefined && !(await this.#fetch(refresh, [...firsts.values()], known)))
            return 'unreachable';
          if (!known.has(hex)) {
            unseen++;
            continue;
          }
          unseen = 0;
          if (loads.has(hex)) missing--;
          const signature = known.get(hex);
          if (signature !== undefined)
            found.push({ g: lost.g, keyset, exponent, counter, serial: toHex(serial), signature });
        }
        progress(found.length);
      }
    }
    return undefined;
  }

  /** Everything that lost cards of this wallet were ever given, under keysets that are not revoked. */
  async find(
    card: CardRefresh,
    account: Account,
    keysets: readonly Keyset[],
    progress: (found: number) => void,
  ): Promise<LostCoupon[] | Refused | 'unreachable'> {
    const { ledger } = this.#renewal.parts;
    const cards = await cardsOf(ledger, account.walletKey);
    if (cards === undefined) return 'unreachable';
    const lostCards = cards.filter(({ g }) => g !== toHex(account.g));
    const found: LostCoupon[] = [];
    if (lostCards.length === 0) return found;
    for (const keyset of keysets) {
      const firsts = await refreshesOf(ledger, toHex(keyset.id));
      if (firsts === undefined) return 'unreachable';
      for (const lost of lostCards) {
        const stopped = await this.#ofKeyset(card, lost, keyset, firsts, found, progress);
        if (stopped !== undefined) return stopped;
      }
    }
    return found;
  }

  /**
   * Looks for what lost cards still have, and begins its slow refresh; of one that was begun it goes on, or, when a redemption
   * has made it void, begins anew with what is left.
   */
  async restore(
    card: CardRefresh,
    account: Account,
    keysets: readonly Keyset[],
    progress: Progress,
  ): Promise<Renewed> {
    const { serialState, serialTaken, liveKeyset } = this.#renewal.parts;
    const keyset = liveKeyset();
    if (keyset === undefined) return { ok: false, why: 'office_silent', dead: 0 };
    if (account.recovery?.collecting === false)
      return this.resume(card, account, keyset, keysets, progress, true);
    if (account.recovery !== undefined) {
      const given = await card.giveUp('lost');
      if (!given.ok) return { ok: false, card: given };
    }
    const found = await this.find(card, account, keysets, (count) => progress(count, 0));
    if (found === 'unreachable') return { ok: false, why: 'ledger_unreachable', dead: 0 };
    if (!Array.isArray(found)) return { ok: false, card: found };
    const known = found.filter(({ serial }) => !serialTaken(serial));
    const free = known.filter(({ serial }) => ['aborted', undefined].includes(serialState(serial)));
    // A void refresh leaves coupons locked that are their holder's; of one that is open the ledger says no.
    const locked = known.filter(({ serial }) => serialState(serial) === 'locked');
    const there = free.length > 0 ? free : locked;
    if (there.length === 0) return { ok: false, why: 'nothing_to_refresh', dead: 0 };
    const taken = await this.#take(card, there, progress);
    if (taken !== undefined) return { ok: false, card: taken };
    return this.resume(card, account, keyset, keysets, progress, false);
  }

  async #take(
    card: CardRefresh,
    coupons: readonly LostCoupon[],
    progress: Progress,
  ): Promise<Refused | undefined> {
    const cards = [...new Set(coupons.map(({ g }) => g))].slice(0, RECOVERY_CARDS);
    let done = 0;
    for (const g of cards)
      for (const keyset of new Set(coupons.filter((one) => one.g === g).map((one) => one.keyset))) {
        const begun = await card.find(hexBytes(g), keyset);
        if (!begun.ok) return begun;
        for (const exponent of DENOMINATION_EXPONENTS) {
          const of = coupons.filter(
            (one) => one.g === g && one.keyset === keyset && one.exponent === exponent,
          );
          for (let at = 0; at < of.length; at += LOAD_BLOCK) {
            const some = of.slice(at, at + LOAD_BLOCK);
            const taken = await card.take(exponent, some);
            // A full card takes what it can; the words find the rest another time.
            if (!taken.ok) return taken.refusal === 'no_room' && done > 0 ? undefined : taken;
            done += some.length;
            progress(done, coupons.length);
          }
        }
      }
    return undefined;
  }

  /** Sends what the ledger has not, stores what is issued, and says until when the rest waits. */
  async resume(
    card: CardRefresh,
    account: Account,
    keyset: Keyset,
    keysets: readonly Keyset[],
    progress: Progress,
    resumed: boolean,
  ): Promise<Renewed> {
    const prepared = await card.prepare('lost', keyset, {}, progress);
    if (!prepared.ok)
      return prepared.refusal === 'no_room'
        ? { ok: false, why: 'no_room_on_card', dead: 0 }
        : { ok: false, card: prepared };
    const sent = await this.#renewal.send(card, 'lost', prepared.value, resumed, () => true);
    if (sent === 'unreachable') return { ok: false, why: 'ledger_unreachable', dead: 0 };
    if (sent === 'held_back') throw new Error('nothing holds a slow refresh back');
    if (!Array.isArray(sent)) return { ok: false, card: sent };
    const settled = await this.#renewal.settle(card, 'lost', prepared.value, sent, 0, progress);
    if ('ok' in settled) return { ok: false, card: settled };
    const minutes = couponMinutes(prepared.value.outgoingCoupons);
    if (settled.stored >= prepared.value.incoming) return { ok: true, minutes, dead: 0, until: null };
    const waiting = settled.states.filter(({ state }) => state === 'open');
    if (waiting.length > 0) return { ok: true, minutes, dead: 0, until: latest(waiting) };
    const given = await card.giveUp('lost');
    if (!given.ok) return { ok: false, card: given };
    // Somebody had one of the coupons: what is left is looked for again, and does not wait anew.
    if (settled.states.some(({ state }) => state === 'void'))
      return this.restore(card, { ...account, recovery: undefined }, keysets, progress);
    return { ok: false, why: 'ledger_refused', dead: 0 };
  }
}

function latest(states: readonly PartState[]): number | null {
  const times = states.flatMap(({ issueFrom }) => (issueFrom === null ? [] : [issueFrom]));
  return times.length === 0 ? null : Math.max(...times);
}
