/** Sends the outbox: when something is due and the ledger answers, one entry after the other; when it does not, again later. */
import type { Clock } from './clock.ts';
import { isDiskFull } from './database.ts';
import type { LedgerClient } from './ledger-client.ts';
import type { Outbox } from './outbox.ts';

const RETRY_MILLISECONDS = [500, 1_000, 2_000, 5_000, 15_000, 60_000] as const;

export class Sender {
  readonly #outbox: Outbox;
  readonly #ledger: LedgerClient;
  readonly #clock: Clock;
  readonly #decided: (id: string, kind: string, taken: boolean) => void;
  #running: Promise<void> | undefined;
  #again = false;
  #untime: () => void = () => undefined;
  #failures = 0;
  #stopped = false;

  constructor(
    outbox: Outbox,
    ledger: LedgerClient,
    clock: Clock,
    decided: (id: string, kind: string, taken: boolean) => void,
  ) {
    this.#outbox = outbox;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#decided = decided;
  }

  /** Something may be due, or the ledger is back. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (this.#running !== undefined) return;
    this.#untime();
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.wake();
      else this.#sleep();
    });
  }

  /** The stream has shown an entry: the ledger is there, and what waited for the entry may go. */
  heard(): void {
    this.#failures = 0;
    this.wake();
  }

  async #run(): Promise<void> {
    this.#again = false;
    let reached = false;
    try {
      reached = await this.#outbox.flush(this.#ledger, () => this.#clock.seconds(), this.#decided);
    } catch (error) {
      // What the ledger has said could not be written down: it is asked again, «exists» is success.
      if (!isDiskFull(error)) throw error;
    }
    this.#failures = reached ? 0 : this.#failures + 1;
  }

  /** Until the next entry is due, or the next try. */
  #sleep(): void {
    if (this.#stopped) return;
    const due = this.#outbox.nextDue();
    if (due === null) return;
    const wait =
      this.#failures === 0
        ? Math.max(250, Math.min(60_000, (due - this.#clock.seconds()) * 1000))
        : (RETRY_MILLISECONDS[Math.min(this.#failures - 1, RETRY_MILLISECONDS.length - 1)] as number);
    this.#untime = this.#clock.after(wait, () => this.wake());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#untime();
    await this.#running;
  }
}
