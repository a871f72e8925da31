/**
 * The terminal's one clock and its timers. It decides nothing about money or months (only the ledger assigns time): it ages the
 * ledger's last word, holds crowds back and stamps a tap's day. Handed in, so that weeks can pass in a moment.
 */
export interface Clock {
  /** Seconds since 1970. */
  seconds(): number;
  /** Milliseconds that never go back, for figures. */
  stopwatch(): number;
  /** Does the work once, not before so many milliseconds have passed. Returns the way to take it back. */
  after(milliseconds: number, work: () => void): () => void;
  /** Does the work again and again, about every so many milliseconds, however much time was slept through. Returns the way to stop. */
  every(milliseconds: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  seconds: () => Math.floor(Date.now() / 1000),
  stopwatch: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds);
    return () => clearInterval(timer);
  },
};

/**
 * The clock as the terminal uses it: never before what the ledger's last block says, because only the ledger assigns time. A machine
 * whose clock was lost (1970, the year of its making) stamps taps with the ledger's day and holds nothing back for years.
 */
export function notBefore(clock: Clock, ledger: () => number): Clock {
  return {
    seconds: () => Math.max(clock.seconds(), ledger()),
    stopwatch: () => clock.stopwatch(),
    after: (milliseconds, work) => clock.after(milliseconds, work),
    every: (milliseconds, work) => clock.every(milliseconds, work),
  };
}
