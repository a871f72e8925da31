/** L2: what may happen once happens once. No workload is claimed twice, no coupon is worth something in two ways, no means of production runs in two places. */
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { Id, Transaction } from '../../src/economy/transaction.ts';

/** `wasted`: shown after its keyset was revoked; an older announcement may still redeem it. */
type End = 'redeemed' | 'wasted' | 'recouped' | 'refreshed';

export class Once {
  readonly #claimed = new Set<Id>();
  /** Coupons that are worth nothing to their holder any more. */
  readonly #ended = new Map<Id, End>();
  readonly #refreshes = new Map<Id, readonly Id[]>();
  /** Blinded serials that were recouped, as `load/index`. */
  readonly #recouped = new Set<string>();
  readonly #running = new Set<Id>();

  /** After an accepted transaction: the first thing that happened twice. */
  look(transaction: Transaction, events: readonly LedgerEvent[]): string | undefined {
    if (transaction.kind === 'claim') {
      if (this.#claimed.has(transaction.workload)) return 'L2: a workload claimed twice';
      this.#claimed.add(transaction.workload);
    }
    if (transaction.kind === 'recoup')
      for (const { load, index } of transaction.coupons) {
        if (this.#recouped.has(`${load}/${index}`)) return 'L2: a blinded serial recouped twice';
        this.#recouped.add(`${load}/${index}`);
      }
    for (const event of events) {
      const fault = this.#told(event);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #told(event: LedgerEvent): string | undefined {
    switch (event.kind) {
      case 'redeemed': {
        const moved = new Set(event.moved?.map(({ serial }) => serial));
        for (const serial of event.serials) {
          const before = this.#ended.get(serial);
          const may = moved.has(serial) ? before === 'redeemed' : before === undefined || before === 'wasted';
          if (!may) return `L2: coupon ${serial.slice(0, 8)} redeemed, it was ${before} before`;
          this.#ended.set(serial, 'redeemed');
        }
        for (const { serial, refusal } of event.skipped)
          if (refusal === 'keyset_revoked') {
            if (this.#ended.has(serial)) return `L2: coupon ${serial.slice(0, 8)} wasted twice`;
            this.#ended.set(serial, 'wasted');
          }
        return undefined;
      }
      case 'recouped':
        return this.#end(event.serials, 'recouped');
      case 'locked':
      case 'refreshed':
        this.#refreshes.set(event.refresh, event.serials);
        return undefined;
      case 'issued':
        return this.#end(this.#refreshes.get(event.load) ?? [], 'refreshed');
      case 'mop_allocated':
        if (this.#running.has(event.lot)) return 'L2: a means of production allocated twice at once';
        this.#running.add(event.lot);
        return undefined;
      case 'mop_deallocated':
        this.#running.delete(event.lot);
        return undefined;
      case 'lot':
        return event.amount === 0 && this.#running.has(event.lot)
          ? 'L2: a running means of production is gone'
          : undefined;
      default:
        return undefined;
    }
  }

  #end(serials: readonly Id[], as: End): string | undefined {
    for (const serial of serials) {
      const before = this.#ended.get(serial);
      if (before !== undefined) return `L2: coupon ${serial.slice(0, 8)} ${as}, it was ${before} before`;
      this.#ended.set(serial, as);
    }
    return undefined;
  }
}
