/**
 * Virtual time: days pass in a moment. The world's own events happen exactly when they are due; between two of them nothing
 * moves. Tills' timers fire at the first stop at or after their time, as on a machine that slept: never early, maybe late.
 * At a stop everything that can go on without time passing goes on, until nobody does anything any more.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../main/clock.ts';

/** One run of a process. What a dead one still has in mind does not happen. */
export interface Life {
  dead: boolean;
}

interface Stop {
  readonly at: number;
  readonly number: number;
  work: (() => void) | undefined;
}
interface Timer {
  readonly due: number;
  readonly number: number;
  readonly life: Life;
  readonly work: () => void;
}
interface Ticker {
  due: number;
  readonly every: number;
  readonly life: Life;
  readonly work: () => void;
}

/** Turns of the event loop without a sign of life, after which nobody is at work. */
const QUIET_TURNS = 2;
/** A till's timers that make a stop of their own between two events of the world. */
const OWN_STOPS = 12;

export class VirtualTime {
  #now: number;
  #number = 0;
  #stops: Stop[] = [];
  #timers: Timer[] = [];
  #tickers: Ticker[] = [];
  #waiting: (() => void)[] = [];
  #activity = 0;
  #ownStops = OWN_STOPS;
  /** Told at every stop, before the tills' timers. */
  onStop: () => void = () => undefined;
  /** 0 ≤ x < 1: whether a till's timer makes a stop of its own. */
  readonly #whim: () => number;

  /** `start`: seconds since 1970. */
  constructor(start: number, whim: () => number) {
    this.#now = start * 1000;
    this.#whim = whim;
  }

  /** Seconds since 1970. */
  get seconds(): number {
    return Math.floor(this.#now / 1000);
  }

  /** Somebody has done something: nothing is quiet yet. */
  touch(): void {
    this.#activity++;
  }

  /** Work of the world at a time (seconds since 1970). Returns the way to take it back. */
  at(seconds: number, work: () => void): () => void {
    return this.#stop(seconds * 1000, work);
  }

  #stop(at: number, work: () => void): () => void {
    const stop: Stop = { at: Math.max(at, this.#now), number: this.#number++, work };
    let low = 0;
    let high = this.#stops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#stops[middle] as Stop;
      if (there.at < stop.at || (there.at === stop.at && there.number < stop.number)) low = middle + 1;
      else high = middle;
    }
    this.#stops.splice(low, 0, stop);
    return () => {
      stop.work = undefined;
    };
  }

  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => this.#stop(this.#now + seconds * 1000, resolve));
  }

  /** Resolves when nobody can go on without time passing. */
  quiet(): Promise<void> {
    this.touch();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A till's clock. `stamp` is told when the till looks at its stopwatch: before and after each commit. `skew`: seconds it is wrong. */
  clock(life: Life, skew: () => number, stamp: () => void): Clock {
    return {
      seconds: () => this.seconds + skew(),
      stopwatch: () => {
        this.touch();
        stamp();
        return this.#now;
      },
      after: (milliseconds, work) => {
        const timer: Timer = { due: this.#now + milliseconds, number: this.#number++, life, work };
        this.#timers.push(timer);
        if (this.#ownStops > 0 && this.#whim() < 0.15) {
          this.#ownStops--;
          this.#stop(timer.due, () => undefined);
        }
        return () => {
          const at = this.#timers.indexOf(timer);
          if (at >= 0) this.#timers.splice(at, 1);
        };
      },
      every: (milliseconds, work) => {
        const ticker: Ticker = { due: this.#now + milliseconds, every: milliseconds, life, work };
        this.#tickers.push(ticker);
        return () => {
          this.#tickers = this.#tickers.filter((one) => one !== ticker);
        };
      },
    };
  }

  /** A process has ended: nothing that it waits for comes. */
  forget(life: Life): void {
    this.#timers = this.#timers.filter((timer) => timer.life !== life);
    this.#tickers = this.#tickers.filter((ticker) => ticker.life !== life);
  }

  /** Lets everything happen that is due until then (seconds since 1970), and puts the clock there. */
  async run(until: number): Promise<void> {
    for (;;) {
      const next = this.#stops[0];
      if (next === undefined || next.at > until * 1000) break;
      this.#now = next.at;
      while (this.#stops[0] !== undefined && this.#stops[0].at <= this.#now) {
        const { work } = this.#stops.shift() as Stop;
        if (work === undefined) continue;
        work();
        await this.#settle();
      }
      this.onStop();
      await this.#settle();
      await this.#ring();
    }
    this.#now = until * 1000;
  }

  /** The tills' timers that are due, in their order; then every ticker once. */
  async #ring(): Promise<void> {
    for (let rounds = 0; rounds < 100; rounds++) {
      const due = this.#timers.filter((timer) => timer.due <= this.#now);
      if (due.length === 0) break;
      this.#timers = this.#timers.filter((timer) => timer.due > this.#now);
      due.sort((a, b) => a.due - b.due || a.number - b.number);
      for (const timer of due) if (!timer.life.dead) timer.work();
      await this.#settle();
    }
    for (const ticker of [...this.#tickers]) {
      if (ticker.due > this.#now || ticker.life.dead) continue;
      ticker.due = this.#now + ticker.every;
      ticker.work();
    }
    await this.#settle();
    this.#ownStops = OWN_STOPS;
  }

  /** Until nobody does anything any more, those included who waited for that. */
  async #settle(): Promise<void> {
    for (;;) {
      for (let quiet = 0; quiet < QUIET_TURNS; ) {
        const before = this.#activity;
        await turn();
        quiet = this.#activity === before ? quiet + 1 : 0;
      }
      const waiting = this.#waiting;
      if (waiting.length === 0) return;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
    }
  }
}
