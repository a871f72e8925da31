/**
 * The subscription: the node's event stream (Server-Sent Events, the height as event id), folded block by block. After a
 * break it asks from the height it stands at; what does not follow is not taken.
 */
import { createParser } from 'eventsource-parser';
import type { BlockEvents } from '../src/economy/events.ts';
import type { Clock } from './clock.ts';
import { type Fetch, systemFetch } from './ledger-client.ts';
import type { View } from './view.ts';

/** A node says something at least every 5 s; after this silence the line is dead. */
const SILENCE_MILLISECONDS = 15_000;
const RETRY_MILLISECONDS = [100, 250, 500, 1_000, 2_000, 5_000] as const;

export interface SubscriptionListener {
  /** After each folded block. */
  block(block: BlockEvents): void;
  connection(connected: boolean): void;
}

export class Subscription {
  readonly #url: string;
  readonly #view: View;
  readonly #clock: Clock;
  readonly #listener: SubscriptionListener;
  readonly #fetch: Fetch;
  #stopped = false;
  #abort = new AbortController();
  #connected = false;
  /** The height at which the last sign of life found this till behind, with no block since. */
  #behind: number | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(
    url: string,
    view: View,
    clock: Clock,
    listener: SubscriptionListener,
    by: Fetch = systemFetch,
  ) {
    this.#url = url.replace(/\/$/, '');
    this.#view = view;
    this.#clock = clock;
    this.#listener = listener;
    this.#fetch = by;
  }

  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#abort.abort();
    await this.#loop;
  }

  #set(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    this.#listener.connection(connected);
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      this.#abort = new AbortController();
      try {
        await this.#read(() => {
          failures = 0;
        });
      } catch {
        // The line broke; what was folded stays, the rest is asked for again.
      }
      this.#set(false);
      if (this.#stopped) return;
      const wait = RETRY_MILLISECONDS[Math.min(failures++, RETRY_MILLISECONDS.length - 1)] as number;
      await new Promise<void>((resolve) => {
        const untime = this.#clock.after(wait, resolve);
        this.#abort.signal.addEventListener('abort', () => {
          untime();
          resolve();
        });
        if (this.#stopped) resolve();
      });
    }
  }

  async #read(heard: () => void): Promise<void> {
    const controller = this.#abort;
    this.#behind = undefined;
    let spoken = (): void => undefined;
    const listen = () => {
      spoken();
      spoken = this.#clock.after(SILENCE_MILLISECONDS, () => controller.abort());
    };
    listen();
    try {
      const response = await this.#fetch(`${this.#url}/v1/events?from=${this.#view.height + 1}`, {
        headers: { accept: 'text/event-stream' },
        signal: controller.signal,
      });
      if (!response.ok || response.body === null) return;
      const parser = createParser({
        onEvent: (event) => {
          if (event.event === 'block') this.#take(JSON.parse(event.data) as BlockEvents);
          else if (event.event === 'alive') this.#alive(JSON.parse(event.data) as { height?: number });
        },
      });
      const text = new TextDecoder();
      for await (const chunk of response.body) {
        listen();
        heard();
        this.#set(true);
        parser.feed(text.decode(chunk, { stream: true }));
      }
    } finally {
      spoken();
      controller.abort();
    }
  }

  /** The node is there. Twice in a row at a height that never came: a block was lost on the way, and is asked for. */
  #alive({ height = 0 }: { readonly height?: number }): void {
    const behind = height > this.#view.height;
    if (behind && this.#behind === this.#view.height)
      throw new Error(`block ${this.#view.height + 1} is lost`);
    this.#behind = behind ? this.#view.height : undefined;
    this.#view.heardNow(this.#clock.seconds());
  }

  #take(block: BlockEvents): void {
    if (block.height <= this.#view.height) return;
    if (!this.#view.apply(block, this.#clock.seconds()))
      throw new Error(`block ${block.height} does not follow`);
    this.#listener.block(block);
  }
}
