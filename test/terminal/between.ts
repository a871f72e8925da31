/**
 * Stands between a till and its node, on loopback, and behaves as networks and overloaded nodes do: breaks streams, answers 500 or
 * nonsense, says nothing, or hands a transaction in and then loses the answer. It changes no byte of what it passes on.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What happens to one submission: passed on; passed on and the answer kept back until `release`; passed on and the answer lost; refused by a proxy's own 502; a page of text; never passed on and the line cut. */
export type Mood = 'pass' | 'late' | 'lose_answer' | 'bad_gateway' | 'nonsense' | 'cut';

export interface Between {
  readonly url: string;
  /** `from` of every stream that was asked for, in order. */
  readonly streams: readonly number[];
  /** Submissions so far, with what was done to each. */
  readonly submissions: readonly Mood[];
  /** What the next submissions meet, one after the other; afterwards they pass. */
  plan(...moods: readonly Mood[]): void;
  /** Resolves when a submission has met its mood and `count` have in all. */
  met(count: number): Promise<void>;
  /** Gives the answers that were kept back. */
  release(): void;
  /** Breaks every stream that is open. */
  cutStreams(): void;
  stop(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}

export async function standBetween(node: string): Promise<Between> {
  const streams: number[] = [];
  const submissions: Mood[] = [];
  const moods: Mood[] = [];
  const cuts = new Set<() => void>();
  const waiting = new Set<() => void>();
  const late = new Set<() => void>();

  async function pass(
    request: IncomingMessage,
    response: ServerResponse,
    body?: Uint8Array<ArrayBuffer>,
    released: Promise<void> = Promise.resolve(),
  ): Promise<void> {
    const stop = new AbortController();
    const cut = () => {
      stop.abort();
      response.destroy();
    };
    if (body === undefined) cuts.add(cut);
    response.on('close', () => {
      cuts.delete(cut);
      stop.abort();
    });
    const got = await fetch(new URL(request.url ?? '/', node), {
      method: request.method ?? 'GET',
      signal: stop.signal,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/cbor' } }),
    });
    await released;
    response.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? 'text/plain' });
    for await (const chunk of got.body ?? []) response.write(chunk);
    response.end();
  }

  async function submission(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const mood = moods.shift() ?? 'pass';
    if (mood === 'pass') await pass(request, response, body);
    else if (mood === 'late')
      await pass(request, response, body, new Promise((resolve) => late.add(resolve)));
    else if (mood === 'bad_gateway')
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502</h1>');
    else if (mood === 'nonsense')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    else {
      if (mood === 'lose_answer')
        await fetch(new URL(request.url ?? '/', node), {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/cbor' },
        });
      response.destroy();
    }
    submissions.push(mood);
    for (const look of [...waiting]) look();
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', node);
    if (url.pathname === '/v1/events') streams.push(Number(url.searchParams.get('from')));
    const work = request.method === 'POST' ? submission(request, response) : pass(request, response);
    work.catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    streams,
    submissions,
    plan(...next) {
      moods.push(...next);
    },
    met: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (submissions.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    release() {
      for (const answer of late) answer();
      late.clear();
    },
    cutStreams() {
      for (const cut of [...cuts]) cut();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
