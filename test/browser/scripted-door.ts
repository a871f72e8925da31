/**
 * A door without a terminal behind it: serves the built screen and says what a test tells it to say, so that every
 * picture of the screen can be looked at and every request of the screen can be seen. It decides nothing; that the screen
 * works with the terminal is held elsewhere.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Answer, Intent, TillView, ToScreen, ToTerminal } from '../../src/till-api.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The policy of the browser host, with nothing more allowed. */
const policy = (nonce: string) =>
  `default-src 'self'; style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'`;

export interface ScriptedDoor {
  readonly url: string;
  /** Every request of the screen, in order. */
  readonly asked: Intent[];
  /** What requests are answered; a success unless set. */
  answer: (intent: Intent) => Answer;
  view(): TillView;
  /** Changes slices and pushes them. */
  change(change: Partial<TillView>): void;
  /** The terminal goes away, or comes back. */
  reachable(yes: boolean): void;
  stop(): Promise<void>;
}

export async function openScriptedDoor(rendererDir: string, first: TillView): Promise<ScriptedDoor> {
  let view = first;
  let open = true;
  const clients = new Set<WebSocket>();
  const asked: Intent[] = [];

  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://x').pathname).replace(/^\/+/, '');
    const file = path === '' ? 'index.html' : path;
    try {
      const bytes = await readFile(join(rendererDir, file));
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      if (file !== 'index.html') return response.end(bytes);
      const nonce = randomBytes(16).toString('base64url');
      response.setHeader('content-security-policy', policy(nonce));
      response.end(bytes.toString('utf8').replaceAll('__CSP_NONCE__', nonce));
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (!open) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => {
      const send = (message: ToScreen) => client.send(JSON.stringify(message));
      clients.add(client);
      client.on('close', () => clients.delete(client));
      client.on('message', (data) => {
        const { ask, intent } = JSON.parse(String(data)) as ToTerminal;
        asked.push(intent);
        send({ answer: ask, result: door.answer(intent) });
      });
      send({ change: view });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const door: ScriptedDoor = {
    url: `http://127.0.0.1:${address.port}/`,
    asked,
    answer: () => ({ ok: true }),
    view: () => view,
    change: (change) => {
      view = { ...view, ...change };
      for (const client of clients) client.send(JSON.stringify({ change } satisfies ToScreen));
    },
    reachable: (yes) => {
      open = yes;
      if (!yes) for (const client of clients) client.terminate();
    },
    stop: async () => {
      for (const client of clients) client.terminate();
      sockets.close();
      await new Promise((done) => server.close(done));
    },
  };
  return door;
}
