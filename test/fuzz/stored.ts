/**
 * Rows of a till's journal, bent on the disk: the sale in flight that a restart finds. A whole row is read as it was written; a damaged
 * one is an Error, never a sale with half a coupon.
 */
import { DamagedRow, openDatabase } from '../../main/database.ts';
import { type InFlight, Journal } from '../../main/journal.ts';
import { priceFromText } from '../../main/priced-text.ts';
import { randomBelow } from '../../main/random.ts';
import { equal, toHex } from '../../src/bytes.ts';
import type { Chance } from './chance.ts';

type Answered = Required<Omit<InFlight, 'closed'>>;

export function readStored(folder: string): {
  readonly decoders: Readonly<Record<string, (chance: Chance) => boolean>>;
  close(): void;
} {
  const db = openDatabase(`${folder}/till.db`, new URL('../../main/schema.sql', import.meta.url), true);
  const journal = new Journal(db, randomBelow, () => 0);
  const sale = (chance: Chance): Answered => ({
    purchaseId: chance.hex(32),
    minutes: chance.below(65_536),
    day: 20_000,
    goods: [{ type: chance.hex(64), amount: 1 + chance.below(9) }],
    priced: JSON.stringify([[chance.hex(64), 1 + chance.below(9), String(chance.next()), '7']]),
    answer: {
      coupons: Array.from({ length: 1 + chance.below(8) }, () => ({
        keyset: chance.hex(64),
        exponent: chance.below(9),
        serial: chance.hex(64),
        signature: chance.bytes(256),
      })),
      transcript: chance.hex(2 * chance.below(500)),
    },
  });
  const write = (chance: Chance): Answered => {
    const one = sale(chance);
    journal.begin(one);
    journal.answered(one.answer);
    return one;
  };
  return {
    decoders: {
      'journal rows: as they were written': (chance) => {
        const one = write(chance);
        const read = journal.inFlight();
        if (read?.answer === undefined) throw new Error('not there');
        const same =
          JSON.stringify({ ...read, answer: 0 }) === JSON.stringify({ ...one, answer: 0 }) &&
          read.answer.transcript === one.answer.transcript &&
          read.answer.coupons.every((coupon, i) => {
            const other = one.answer.coupons[i];
            return (
              other !== undefined &&
              coupon.keyset === other.keyset &&
              coupon.serial === other.serial &&
              coupon.exponent === other.exponent &&
              equal(coupon.signature, other.signature)
            );
          });
        if (!same) throw new Error('read differently');
        return true;
      },
      'journal rows: damaged': (chance) => {
        write(chance);
        const { answer } = db.prepare('select answer from in_flight').get() as { answer: Buffer };
        const bent = chance.once(2)
          ? Buffer.from(JSON.stringify(chance.bent(JSON.parse(answer.toString()))) ?? '')
          : Buffer.from(chance.mutated(answer));
        db.prepare('update in_flight set answer = ?').run(bent);
        let read: InFlight | undefined;
        try {
          read = journal.inFlight();
        } catch (cause) {
          // Any Error stops the start; what must not be is a sale with half a coupon.
          if (cause instanceof Error) return false;
          throw cause;
        }
        for (const { keyset, serial, signature, exponent } of read?.answer?.coupons ?? [])
          if (
            keyset.length !== 64 ||
            serial.length !== 64 ||
            signature.length !== 256 ||
            exponent === undefined
          )
            throw new Error(
              `half a coupon: ${keyset.length} ${serial.length} ${signature.length} ${toHex(signature).slice(0, 8)}`,
            );
        return true;
      },
      'frozen baskets: damaged': (chance) => {
        const good = [[chance.hex(64), 2, '100', '3']];
        const text = JSON.stringify(chance.once(5) ? good : chance.bent(good)) ?? '';
        try {
          const { minutes, lines } = priceFromText(text);
          if (!Number.isSafeInteger(minutes) || minutes < 0) throw new TypeError(`${minutes} minutes`);
          return lines.length > 0;
        } catch (cause) {
          if (!(cause instanceof DamagedRow)) throw cause;
          return false;
        }
      },
    },
    close: () => void db.close(),
  };
}
