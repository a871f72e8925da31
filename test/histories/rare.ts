/** What happened in histories beside the kinds of transactions, counted by name: a rule that no history reaches is not held by any. */
import type { LedgerEvent } from '../../src/economy/events.ts';

/** What a step's events say that is worth counting. */
export function rareIn(events: readonly LedgerEvent[], count: (name: string) => void): void {
  for (const event of events)
    switch (event.kind) {
      case 'redeemed':
        for (const { refusal } of event.skipped) count(`coupon ${refusal}`);
        if (event.moved !== undefined) count('coupons moved');
        break;
      case 'recouped':
        if (event.wasted !== undefined) count('recouped beyond what is owed');
        break;
      case 'decided':
        count(`vote ${event.outcome}`);
        break;
      case 'handed_over':
        if (event.lack !== undefined) count('lack');
        if (event.excess !== undefined) count('excess');
        break;
      case 'stock':
        if (event.amount === '0') count(`stock revalued by ${event.cause}`);
        if (event.cause === 'surplus' && event.value !== '0') count('shortage reversed');
        break;
      case 'lot':
        if (event.value.startsWith('-')) count('negative residual');
        break;
      case 'revision':
        if (event.w.startsWith('-')) count('w below zero');
        if (event.debt !== '0') count('debt');
        break;
      case 'disassembled':
        if (event.lots.length > 1) count('several parts');
        break;
      case 'refresh_void':
      case 'locked':
      case 'unlocked':
      case 'clearing_booked':
      case 'labelled':
      case 'parameter':
      case 'write_off_reversed':
      case 'grace':
        count(event.kind);
    }
}
