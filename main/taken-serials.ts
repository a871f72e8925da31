/** Serials this till has taken and the stream has not shown yet: the second of two cards with the same coupons is refused also while the ledger is away. Rebuilt from what lies on disk. */
import { nodeCrypto } from '../crypto/node.ts';
import { decodeEnvelope } from '../src/economy/envelope.ts';
import type { Id } from '../src/economy/transaction.ts';
import type { Db } from './database.ts';
import type { Journal } from './journal.ts';

export class TakenSerials {
  readonly #serials = new Set<Id>();

  constructor(db: Db, journal: Journal) {
    for (const { serial } of journal.openCoupons()) this.#serials.add(serial);
    const waiting = db.prepare("select envelope from outbox where kind = 'redeem'").all() as {
      envelope: Buffer;
    }[];
    for (const { envelope } of waiting) {
      const decoded = decodeEnvelope(envelope, nodeCrypto);
      if (decoded.ok && decoded.value.transaction.kind === 'redeem')
        for (const coupon of decoded.value.transaction.coupons) this.#serials.add(coupon.serial);
    }
  }

  has(serial: Id): boolean {
    return this.#serials.has(serial);
  }
  add(serial: Id): void {
    this.#serials.add(serial);
  }
  /** The stream has shown them: from now on the view knows. */
  shown(serials: readonly Id[]): void {
    for (const serial of serials) this.#serials.delete(serial);
  }
}
