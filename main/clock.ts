/** The terminal's one clock. It decides nothing about money or months (only the ledger assigns time): it ages the ledger's last word, holds crowds back and stamps a tap's day. */
export interface Clock {
  /** Seconds since 1970. */
  seconds(): number;
  /** Milliseconds that never go back, for figures. */
  stopwatch(): number;
}

export const systemClock: Clock = {
  seconds: () => Math.floor(Date.now() / 1000),
  stopwatch: () => performance.now(),
};
