/**
 * The event stream: Server-Sent Events (WHATWG HTML §9.2), one `block` event a height with the height as event id, so that a
 * reader that reconnects with Last-Event-ID goes on where it stopped. History is read from disk in pages; a slow
 * reader makes nothing pile up in memory: its next page is read when it has taken the last. Every five seconds an
 * `alive` event without id says height and time, so that silence means a dead line.
 */
import type { ServerResponse } from 'node:http';
import { STREAM_ALIVE, STREAM_PAGE, STREAM_READERS, STREAM_STALLED } from '../src/limits.ts';
import type { Engine } from './engine.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** The part of an engine that a stream needs. */
export type Source = Pick<Engine, 'height' | 'now' | 'subscribe' | 'blocks'>;

export class EventStreams {
  readonly #engine: Source;
  readonly #readers = new Set<ServerResponse>();

  constructor(engine: Source) {
    this.#engine = engine;
  }

  get full(): boolean {
    return this.#readers.size >= STREAM_READERS;
  }

  /** Takes a response over and serves blocks from height `from` until the reader leaves. */
  serve(response: ServerResponse, from: number): void {
    // HEAD asks for the headers alone: nobody would read, and the place would be taken for ever.
    if (response.req.method === 'HEAD') {
      response.writeHead(200, HEADERS).end();
      return;
    }
    this.#readers.add(response);
    response.writeHead(200, HEADERS);
    response.write('retry: 1000\n\n');
    const reader = new Reader(this.#engine, response, from);
    response.once('close', () => {
      this.#readers.delete(response);
      reader.stop();
    });
    reader.start();
  }

  /** Ends every stream. */
  close(): void {
    for (const response of this.#readers) response.destroy();
    this.#readers.clear();
  }
}

class Reader {
  readonly #engine: Source;
  readonly #response: ServerResponse;
  readonly #unsubscribe: () => void;
  readonly #alive: NodeJS.Timeout;
  /** The next height to send. */
  #next: number;
  /** Blocks to read at a time: one when the last page was too much at once, then twice as many each time. */
  #page = STREAM_PAGE;
  /** The response took nothing more; it will say when it does. */
  #full = false;
  #stalled: NodeJS.Timeout | undefined;
  #pumping = false;
  #stopped = false;

  constructor(engine: Source, response: ServerResponse, from: number) {
    this.#engine = engine;
    this.#response = response;
    this.#next = from;
    this.#unsubscribe = engine.subscribe(() => this.#pump());
    this.#alive = setInterval(() => this.#sayAlive(), STREAM_ALIVE);
    response.on('drain', () => {
      this.#full = false;
      clearTimeout(this.#stalled);
      this.#pump();
    });
    response.on('error', () => response.destroy());
  }

  start(): void {
    this.#sayAlive();
    this.#pump();
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    clearInterval(this.#alive);
    clearTimeout(this.#stalled);
  }

  /** Sends what there is, a page a turn of the event loop, so that many readers and the writer take turns. */
  #pump(): void {
    if (this.#pumping || this.#full || this.#stopped || this.#next > this.#engine.height) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      if (this.#stopped) return;
      try {
        const page = this.#engine.blocks(this.#next, this.#page);
        this.#page = Math.min(2 * this.#page, STREAM_PAGE);
        for (const block of page) {
          this.#next = block.height + 1;
          this.#write(`event: block\nid: ${block.height}\ndata: ${JSON.stringify(block)}\n\n`);
          if (!this.#full) continue;
          // The rest of the page is read again when there is room.
          this.#page = 1;
          return;
        }
      } catch {
        // The disk cannot be read just now: the reader comes again and gets all of it.
        this.#response.destroy();
        return;
      }
      this.#pump();
    });
  }

  #sayAlive(): void {
    if (this.#full || this.#stopped) return;
    const { height } = this.#engine;
    this.#write(`event: alive\ndata: ${JSON.stringify({ height, time: this.#engine.now() })}\n\n`);
  }

  #write(text: string): void {
    if (this.#response.write(text)) return;
    this.#full = true;
    this.#stalled = setTimeout(() => this.#response.destroy(), STREAM_STALLED);
  }
}
