/**
 * The only clock of a ledger: it assigns the time of blocks. Seconds since 1970, UTC, never going back. Nobody else's clock
 * decides anything. Whoever makes a history (a demo, a test) hands in a clock of its own; the engine holds it to the same
 * rule. Not here: calendars.
 */
import type { Seconds } from '../src/economy/transaction.ts';

export interface Clock {
  now(): Seconds;
}

/** The machine's clock. When the machine's time is set back, it stands still until it has caught up. */
export function systemClock(): Clock {
  let last = 0;
  return {
    now() {
      last = Math.max(last, Math.floor(Date.now() / 1000));
      return last;
    },
  };
}

/** A clock that shows what it was set to; for making histories and for tests. Setting it back throws. */
export function manualClock(start: Seconds): Clock & { set(time: Seconds): void } {
  let time = start;
  return {
    now: () => time,
    set(next) {
      if (next < time) throw new Error('a clock never goes back');
      time = next;
    },
  };
}
