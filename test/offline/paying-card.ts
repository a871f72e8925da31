/**
 * A card that pays at once, for runs of many thousand sales: the conversation is the whole one (docs/card-protocol.md, over
 * node:crypto, by `test/card/scripted-card.ts`), the coupons are handed to it. It has no memory and no limits of its own: what an
 * honest card does is `firmware-sim`, which takes ten times as long.
 */
import type { CardInField, CardReader, ReaderState } from '../../main/card-reader.ts';
import { concat, hexBytes } from '../../src/bytes.ts';
import type { RedeemedCoupon } from '../../src/economy/transaction.ts';
import { object, scriptedCard, valueAt, word } from '../card/scripted-card.ts';

/** The shared key of a series of cards. */
export interface Batch {
  /** 8 bytes. */
  readonly id: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

const SPEND = 0x30;
const NONE = Buffer.alloc(0);

/** A coupon on the card's wire: keyset 2 ‖ exponent 1 ‖ serial 32 ‖ signature 256. */
function wire({ keyset, exponent, serial, signature }: RedeemedCoupon): Uint8Array {
  return concat(hexBytes(keyset).subarray(0, 2), Uint8Array.of(exponent), hexBytes(serial), signature);
}

/** A card in the field that pays whatever is asked with these coupons; their sum must be the price. `asked` is told the purchase's id. */
export function payingCard(
  batch: Batch,
  paid: readonly RedeemedCoupon[],
  asked: (id: Uint8Array) => void = () => undefined,
): CardInField {
  const coupons = [...paid].sort((a, b) => b.exponent - a.exponent).map(wire);
  return scriptedCard({
    on: (ins, data, _p1, _p2, seen) => {
      if (ins !== SPEND) return { data: NONE, sw: 0x9000 };
      const field = (tag: number) => valueAt(tag, data) ?? NONE;
      asked(field(0x80));
      const message = concat(
        Buffer.from('timecard/spend'),
        Uint8Array.of(1),
        seen.terminalKey,
        field(0x80),
        field(0x81),
        Uint8Array.of(0),
        field(0x82),
        ...coupons.map((one) => one.subarray(0, 35)),
      );
      const fields = [object(0x80, batch.id), object(0x81, batch.sign(message)), object(0x82, ...coupons)];
      return { data: Buffer.concat(fields), sw: word(0x9000).readUInt16BE() };
    },
  });
}

/** A reader into which a test puts cards of any make. */
export interface HandReader extends CardReader {
  insert(card: CardInField): void;
  pull(): void;
}

export function handReader(name = 'hand'): HandReader {
  const listeners = new Set<(state: ReaderState) => void>();
  let state: ReaderState = { kind: 'no_card', reader: name };
  const become = (next: ReaderState) => {
    state = next;
    for (const listener of [...listeners]) listener(next);
  };
  return {
    state: () => state,
    watch(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
    insert: (card) => become({ kind: 'ready', reader: name, card }),
    pull: () => become({ kind: 'no_card', reader: name }),
    async stop() {
      listeners.clear();
    },
  };
}
