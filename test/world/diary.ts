/**
 * What really happened, seen by somebody who stands in the shop: who took which goods away, what was loaded, what cards held. The auditor compares it with the
 * chain; no till and no node has a hand in it. Not here: judgement (`auditor.ts`).
 */
import { nodeCrypto } from '../../crypto/node.ts';
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import { SLOTS } from '../../firmware-sim/layout.ts';
import type { RecordState } from '../../firmware-sim/purchases.ts';
import type { SlotState } from '../../firmware-sim/purse.ts';
import { openStore } from '../../firmware-sim/store.ts';
import { Meter } from '../../firmware-sim/timing.ts';
import { toHex } from '../../src/bytes.ts';
import type { Id } from '../../src/economy/transaction.ts';
import { CARD_LOG, CARD_PENDING } from '../../src/limits.ts';
import type { TillName } from './setting.ts';

export interface Taken {
  readonly till: TillName;
  readonly purchase: string;
  /** Nobody's card for what costs nothing. */
  readonly card: number | undefined;
  readonly minutes: number;
  readonly goods: readonly { readonly type: Id; readonly amount: number }[];
}

/** A purchase as a card remembers it. */
export interface CardRecord {
  readonly card: number;
  /** Hex of the terminal's static key. */
  readonly terminal: string;
  readonly id: string;
  readonly minutes: number;
  readonly state: RecordState;
  readonly withPin: boolean;
  /** Grows from purchase to purchase of a card. */
  readonly sequence: number;
  readonly coupons: readonly { readonly serial: Id; readonly exponent: number }[];
}

/** A coupon as its card holds it now. */
export interface Held {
  readonly card: number;
  readonly exponent: number;
  readonly state: SlotState;
}

/** States of a slot that has a coupon in it. */
const COUNTED: ReadonlySet<SlotState> = new Set(['free', 'pending', 'exposed', 'refreshing', 'spent']);

export class Diary {
  readonly taken: Taken[] = [];
  /** `card/terminal/purchase` → as last seen. Two cards may have been asked for the same purchase. */
  readonly records = new Map<string, CardRecord>();
  /** `card/terminal` → keys of the latest records there, as many as a card remembers. */
  readonly #places = new Map<string, readonly string[]>();
  /** Serial → every coupon that was ever on a card. */
  readonly coupons = new Map<Id, Held>();
  /** Card → what it has begun to load and not stored: the load's id, minutes. */
  readonly openLoads = new Map<number, { readonly digest: Id; readonly minutes: number }>();
  /** Card → minutes of coupons that it has begun to make and that are not signed yet. */
  readonly prepared = new Map<number, number>();
  /** Writes of a card when it was last looked into. */
  readonly #writes = new WeakMap<SimulatedCard, number>();
  /** Serials in a card when it was last looked into. */
  readonly #last: ReadonlySet<Id>[] = [];
  readonly faults: Record<string, number> = {};

  /** What somebody at the counter saw, in order: time, till, sentence. */
  readonly seen: (readonly [at: number, till: TillName, what: string])[] = [];

  count = (fault: string): void => {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
  };

  /** Goods are carried out of the shop. A purchase that this card, as last seen, holds as paid at this terminal must stand behind them; without one they left unpaid. */
  carriedOut(sale: Pick<Taken, 'till' | 'minutes' | 'goods'>, card: number, terminal: string): void {
    const free = sale.minutes === 0;
    let paid: CardRecord | undefined;
    for (const key of this.#places.get(`${card}/${terminal}`) ?? []) {
      const one = this.records.get(key);
      if (one?.state === 'paid' && one.sequence >= (paid?.sequence ?? 0)) paid = one;
    }
    this.taken.push({
      ...sale,
      card: free ? undefined : card,
      purchase: free ? '' : (paid?.id ?? 'none'),
    });
  }

  /** No purchase that is pending on this card has given its holder goods. */
  waits(card: number): boolean {
    const paid = new Set(this.taken.filter((one) => one.card === card).map(({ purchase }) => purchase));
    for (const { id, card: of, state } of this.records.values())
      if (of === card && state === 'pending' && paid.has(id)) return false;
    return true;
  }

  /** Looks into a card's memory, as only its maker could; if anything was written there since the last look. */
  look(card: number, device: SimulatedCard): void {
    if (this.#writes.get(device) === device.writes) return;
    this.#writes.set(device, device.writes);
    const { purse, purchases, load, journal } = openStore(device.image().bytes, nodeCrypto, new Meter());
    // What the next power-up will do: a torn transaction is all or nothing.
    journal.recover();
    const digest = load.open?.digest;
    if (digest === undefined) this.openLoads.delete(card);
    else this.openLoads.set(card, { digest: toHex(digest), minutes: purse.minutes('prepared') });
    this.prepared.set(card, purse.minutes('prepared'));
    const now = new Set<Id>();
    for (let slot = 0; slot < SLOTS; slot++) {
      const state = purse.state(slot);
      if (!COUNTED.has(state)) continue;
      const { serial, exponent } = purse.read(slot);
      const id = toHex(serial);
      now.add(id);
      this.coupons.set(id, { card, exponent, state });
    }
    for (const serial of this.#last[card] ?? []) {
      const held = this.coupons.get(serial);
      if (held?.card === card && !now.has(serial)) this.coupons.set(serial, { ...held, state: 'empty' });
    }
    this.#last[card] = now;
    for (const { id, terminal, minutes, state, slots, withPin, sequence } of purchases.all()) {
      const key = `${card}/${toHex(terminal)}/${toHex(id)}`;
      const coupons = this.records.get(key)?.coupons;
      if (coupons === undefined) {
        const place = `${card}/${toHex(terminal)}`;
        this.#places.set(place, [...(this.#places.get(place) ?? []).slice(-CARD_LOG - CARD_PENDING), key]);
      }
      this.records.set(key, {
        card,
        terminal: toHex(terminal),
        id: toHex(id),
        minutes,
        state,
        withPin,
        sequence,
        // Slots of finished purchases may hold other coupons later.
        coupons:
          coupons ??
          slots.map((slot) => {
            const { serial, exponent } = purse.read(slot);
            return { serial: toHex(serial), exponent };
          }),
      });
    }
  }
}
