/**
 * The browser host: the terminal's door over a WebSocket on loopback, the screen in any Chromium. A one-time token in the
 * start address is exchanged once for a session cookie, so that reload and the customer display work; Host and Origin must be
 * this server's own, so that no page from elsewhere and no rebound name gets in. `/door?display` is for the customer
 * display: it shows the checkout and takes no intents.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyReply } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Answer, Intent, TillApi, TillView, ToScreen } from '../src/till-api.ts';
import { decode } from './json.ts';

const COOKIE = 'till_session';
/** An intent is at most a few hundred bytes. */
const MESSAGE_BYTES = 16_384;

export interface BrowserHostOptions {
  readonly api: TillApi;
  /** The built screen. */
  readonly rendererDir: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
}

export interface BrowserHost {
  /** With a one-time token. */
  readonly url: string;
  /** The address without one, for a window that has a session. */
  readonly base: string;
  /** A fresh one-time address. */
  newUrl(): string;
  stop(): Promise<void>;
}

const same = (a: string, b: string): boolean => {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
};
const secret = () => randomBytes(32).toString('base64url');

function cookieOf(header: string | undefined): string {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=');
    if (name === COOKIE && value !== undefined) return value;
  }
  return '';
}

function policy(nonce: string): string {
  return [
    "default-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // Widths of progress bars and the like are set by the component library on elements.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const tokens = new Set<string>();
  const sessions = new Set<string>();
  const app = Fastify({ logger: false, bodyLimit: 1_024 });
  let base = '';
  const ownHost = (host: string | undefined) => host !== undefined && `http://${host}` === base;
  const inSession = (cookie: string | undefined) => {
    const value = cookieOf(cookie);
    return [...sessions].some((s) => same(s, value));
  };

  app.addHook('onRequest', async (request, reply) => {
    if (!ownHost(request.headers.host)) return reply.code(421).type('text/plain').send('wrong_host');
    const { origin } = request.headers;
    if (origin !== undefined && origin !== base)
      return reply.code(403).type('text/plain').send('foreign_origin');
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
    reply.header('cross-origin-opener-policy', 'same-origin').header('cache-control', 'no-store');
    const { token } = request.query as { token?: unknown };
    if (request.url.startsWith('/?') && typeof token === 'string') {
      if (!tokens.delete(token)) return reply.code(403).type('text/plain').send('token_used');
      const session = secret();
      sessions.add(session);
      reply.header('set-cookie', `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/`);
      return reply.redirect('/', 303);
    }
    if (!inSession(request.headers.cookie)) return reply.code(401).type('text/plain').send('no_session');
  });

  const index = (_: unknown, reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64url');
    const html = readFileSync(join(options.rendererDir, 'index.html'), 'utf8');
    return reply
      .header('content-security-policy', policy(nonce))
      .type('text/html')
      .send(html.replaceAll('__CSP_NONCE__', nonce));
  };
  app.get('/', index);
  app.get('/index.html', index);
  await app.register(fastifyStatic, { root: options.rendererDir, index: false, decorateReply: false });

  const door = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES });
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    // Whoever asked may be gone already, and may have asked for what is no address at all.
    socket.on('error', () => socket.destroy());
    const url = URL.parse(request.url ?? '/', base);
    if (url === null) return refuse('400 Bad Request');
    if (!ownHost(request.headers.host)) return refuse('421 Misdirected Request');
    if (request.headers.origin !== base) return refuse('403 Forbidden');
    if (url.pathname !== '/door') return refuse('404 Not Found');
    if (!inSession(request.headers.cookie)) return refuse('401 Unauthorized');
    door.handleUpgrade(request, socket, head, (client) =>
      serve(client, options.api, url.searchParams.has('display')),
    );
  });

  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  base = `http://127.0.0.1:${address.port}`;
  const newUrl = () => {
    const token = secret();
    tokens.add(token);
    return `${base}/?token=${token}`;
  };
  return {
    url: newUrl(),
    base,
    newUrl,
    stop: async () => {
      for (const client of door.clients) client.terminate();
      door.close();
      await app.close();
    },
  };
}

/** What a customer display may see: the sale's picture and the outlet's name. */
function forDisplay(change: Partial<TillView>): Partial<TillView> {
  return change.checkout === undefined ? {} : { checkout: change.checkout };
}

function serve(client: WebSocket, api: TillApi, display: boolean): void {
  const send = (message: ToScreen) => client.send(JSON.stringify(message));
  const stop = api.watch((change) => {
    const shown = display ? forDisplay(change) : change;
    if (Object.keys(shown).length > 0) send({ change: shown });
  });
  client.on('close', stop);
  client.on('error', stop);
  client.on('message', (data, binary) => {
    const message = binary ? {} : decode(String(data));
    const { ask } = message;
    if (typeof ask !== 'number') return;
    const answered = (result: Answer) => send({ answer: ask, result });
    if (display) answered({ ok: false, refusal: 'read_only' });
    else void api.ask(message.intent as Intent).then(answered);
  });
}
