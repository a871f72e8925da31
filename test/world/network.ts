/**
 * The way from one till to the node, as bad as networks are: requests and answers that are lost, late, doubled, answered by somebody else's
 * 500 or a page of text; streams that break inside a block, repeat one, skip one or fall silent; days without any connection.
 * It changes no byte of what it passes on. Not here: who listens on it (`cheat.ts`).
 */
import type { Fetch } from '../../main/ledger-client.ts';
import type { LedgerNode, Said } from './node.ts';
import type { Life, VirtualTime } from './time.ts';
import type { Whim } from './whim.ts';

/** Shares of 0 to 1; `down`: nothing passes, and whether the till is told. */
export interface Weather {
  readonly down?: 'refused' | 'silent';
  readonly trouble: number;
}
export const FAIR: Weather = { trouble: 0 };

/** Who listens on the wire, before the node does. */
export type Tap = (envelope: Uint8Array) => void;

interface Stream {
  next: number;
  /** Nothing comes any more and nobody says so. */
  silent: boolean;
  push(bytes: Uint8Array): void;
  cut(): void;
}

export class Link {
  readonly #time: VirtualTime;
  readonly #node: LedgerNode;
  readonly #whim: Whim;
  readonly #streams = new Set<Stream>();
  #weather: Weather = FAIR;
  /** Told of each thing that went wrong, by name. */
  readonly #count: (fault: string) => void;
  tap: Tap | undefined;

  constructor(time: VirtualTime, node: LedgerNode, whim: Whim, count: (fault: string) => void) {
    this.#time = time;
    this.#node = node;
    this.#whim = whim;
    this.#count = count;
  }

  get weather(): Weather {
    return this.#weather;
  }

  become(weather: Weather): void {
    this.#weather = weather;
    for (const stream of [...this.#streams])
      if (weather.down === 'refused') stream.cut();
      else if (weather.down === 'silent') stream.silent = true;
  }

  /** The node went away. */
  cutAll(): void {
    for (const stream of [...this.#streams]) stream.cut();
  }

  /** There is a new block. */
  tell(): void {
    for (const stream of [...this.#streams]) this.#feed(stream);
  }

  /** The node's word that it is there. */
  alive(): void {
    if (this.#node.away) return;
    const text = `event: alive\ndata: {"height":${this.#node.height},"time":${this.#time.seconds}}\n\n`;
    for (const stream of this.#streams) if (!stream.silent) stream.push(bytesOf(text));
  }

  #feed(stream: Stream): void {
    while (!stream.silent && stream.next <= this.#node.height) {
      const chunk = this.#node.chunk(stream.next);
      if (this.#trouble(0.3)) {
        const way = this.#whim.below(4);
        if (way === 0) {
          this.#count('stream cut');
          stream.push(chunk.subarray(0, this.#whim.below(chunk.length)));
          stream.cut();
          return;
        }
        if (way === 1) {
          this.#count('block repeated');
          stream.push(chunk);
        } else if (way === 2) {
          this.#count('block skipped');
          stream.next++;
          continue;
        } else {
          this.#count('stream silent');
          stream.silent = true;
          return;
        }
      }
      stream.push(chunk);
      stream.next++;
    }
  }

  #trouble(share: number): boolean {
    const { trouble } = this.#weather;
    return trouble > 0 && this.#whim.often(trouble * share);
  }

  /** The till has died: nothing reaches it. */
  drop(): void {
    for (const stream of this.#streams) stream.silent = true;
    this.#streams.clear();
  }

  /** The till's `fetch`. `stamp` is told before a request leaves and when its answer has come. */
  fetch(stamp: () => void, life: Life): Fetch {
    return (url, init) => {
      this.#time.touch();
      stamp();
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const { signal } = init ?? {};
      signal?.addEventListener('abort', () => reject(signal.reason));
      const path = url.slice(url.indexOf('/v1'));
      if (life.dead) return promise;
      if (this.#weather.down === 'refused') {
        reject(new TypeError('fetch failed'));
        return promise;
      }
      if (this.#weather.down === 'silent') return promise;
      if (path.startsWith('/v1/events')) this.#listen(Number(path.split('=')[1]), signal, resolve, reject);
      else
        void this.#answered(path, init?.body as Uint8Array | undefined).then((said) => {
          this.#time.touch();
          if (said === 'never' || life.dead) return;
          stamp();
          if (life.dead) return;
          if (said === undefined) reject(new TypeError('fetch failed'));
          else resolve(response(said));
        });
      return promise;
    };
  }

  /** What comes back: an answer, nothing for ever, or undefined: the line broke. */
  async #answered(path: string, body: Uint8Array | undefined): Promise<Said | undefined | 'never'> {
    const ask = async () => (body === undefined ? this.#node.get(path) : this.#node.submit(body));
    if (body !== undefined) this.tap?.(body);
    if (!this.#trouble(1)) {
      const said = await ask();
      return this.#weather.down === undefined ? said : 'never';
    }
    const way = this.#whim.below(8);
    const meanwhile = () => (this.#whim.often(0.5) ? 'never' : undefined);
    switch (way) {
      case 0:
        this.#count('request lost');
        return meanwhile();
      case 1:
        this.#count('answer lost');
        await ask();
        return meanwhile();
      case 2:
        this.#count('500');
        return { status: 500 + this.#whim.below(4), text: this.#whim.often(0.5) ? '<h1>502</h1>' : '{}' };
      case 3:
        this.#count('page of text');
        return { status: 200, text: '<h1>Welcome</h1>' };
      case 4:
        this.#count('doubled');
        await ask();
        return ask();
      case 5:
        // Arrives when the till has long given it up, and after what it sent since.
        this.#count('very late');
        this.#time.at(this.#time.seconds + this.#whim.between(20, 7_200), () => void ask());
        return 'never';
      case 6:
        this.#count('answer late');
        await this.#time.sleep(this.#whim.between(1, 8));
        return ask();
      default:
        this.#count('doubled and late');
        this.#time.at(this.#time.seconds + this.#whim.between(1, 3_600), () => void ask());
        return ask();
    }
  }

  #listen(
    from: number,
    signal: AbortSignal | null | undefined,
    resolve: (response: Response) => void,
    reject: (error: unknown) => void,
  ): void {
    if (this.#node.away) {
      reject(new TypeError('fetch failed'));
      return;
    }
    const waiting: Uint8Array[] = [];
    let wake: (() => void) | undefined;
    let over: Error | undefined;
    const end = (error: Error) => {
      over ??= error;
      this.#streams.delete(stream);
      this.#time.touch();
      wake?.();
    };
    const stream: Stream = {
      next: from,
      silent: false,
      push: (bytes) => {
        this.#time.touch();
        waiting.push(bytes);
        wake?.();
      },
      cut: () => end(new TypeError('terminated')),
    };
    signal?.addEventListener('abort', () => end(new Error('aborted')));
    async function* body(): AsyncGenerator<Uint8Array> {
      for (;;) {
        const bytes = waiting.shift();
        if (bytes !== undefined) yield bytes;
        else if (over !== undefined) throw over;
        else await new Promise<void>((awake) => (wake = awake));
      }
    }
    this.#streams.add(stream);
    stream.push(bytesOf('retry: 1000\n\n'));
    resolve({ ok: true, status: 200, body: body() } as unknown as Response);
    this.#feed(stream);
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** As much of an answer as a till looks at. */
function response({ status, text }: Said): Response {
  return { ok: status < 300, status, text: async () => text } as unknown as Response;
}
