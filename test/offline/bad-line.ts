/**
 * A line between a till and its node that is cut for weeks and then misbehaves, seeded: it answers late, loses answers, answers 500
 * or nonsense, cuts in the middle, hands a transaction in twice, and once more much later, out of order. It changes no byte.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export const MOODS = [
  'pass',
  'late',
  'lose_answer',
  'twice',
  'again_later',
  'error_500',
  'nonsense',
  'cut',
] as const;
export type Mood = (typeof MOODS)[number];

export interface BadLine {
  readonly url: string;
  /** How often each mood was met. */
  readonly met: ReadonlyMap<Mood, number>;
  /** Envelopes handed to the node, repeats included. */
  readonly handedIn: () => number;
  cut(): void;
  /** Lets everything through again, in these moods. */
  restore(mood: () => Mood): void;
  stop(): Promise<void>;
}

const LATE_MILLISECONDS = 20;

export async function badLine(node: string): Promise<BadLine> {
  let down = false;
  let mood: () => Mood = () => 'pass';
  let handedIn = 0;
  const met = new Map<Mood, number>();
  const kept: Buffer[] = [];
  const open = new Set<() => void>();

  const submit = async (body: Buffer) => {
    handedIn++;
    const answer = await fetch(new URL('/v1/transactions', node), {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
      body: new Uint8Array(body),
    });
    return { status: answer.status, text: await answer.text() };
  };

  async function submission(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const now = mood();
    met.set(now, (met.get(now) ?? 0) + 1);
    // Something from before comes in between.
    const old = now === 'pass' && kept.length > 8 ? kept.shift() : undefined;
    if (old !== undefined) await submit(old);
    if (now === 'error_500') return void response.writeHead(500).end('{"error":"overload"}');
    if (now === 'nonsense')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    if (now === 'cut') return void response.destroy();
    const answer = await submit(body);
    if (now === 'lose_answer') return void response.destroy();
    if (now === 'twice') await submit(body);
    if (now === 'again_later') kept.push(body);
    if (now === 'late') await new Promise((resolve) => setTimeout(resolve, LATE_MILLISECONDS));
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
  }

  async function stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stop = new AbortController();
    const end = () => {
      stop.abort();
      response.destroy();
    };
    open.add(end);
    response.on('close', () => {
      open.delete(end);
      stop.abort();
    });
    const got = await fetch(new URL(request.url ?? '/', node), { signal: stop.signal });
    response.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? 'text/plain' });
    for await (const chunk of got.body ?? []) response.write(chunk);
    response.end();
  }

  const server = createServer((request, response) => {
    if (down) return void response.destroy();
    const work = request.method === 'POST' ? submission(request, response) : stream(request, response);
    work.catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    met,
    handedIn: () => handedIn,
    cut() {
      down = true;
      for (const end of [...open]) end();
    },
    restore(moods) {
      down = false;
      mood = moods;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
