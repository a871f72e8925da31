/**
 * The dock: a small window with the demo's cards and a reader, for a machine without either. It inserts and pulls simulated cards on
 * the in-process reader and shows what only their owner could know. Loopback only, an address with a token, Host and Origin
 * must be its own. It stands beside the terminal, which cannot tell its reader from another one.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import { transformWithOxc } from 'vite';
import { z } from 'zod';
import type { SimulatedCard } from '../firmware-sim/card.ts';
import type { CardDevice } from '../firmware-sim/device.ts';
import type { CardPerson } from './cards.ts';
import type { DockAct, DockCard, DockView } from './dock/view.ts';
import type { InProcessReader } from './in-process-reader.ts';

export interface DockOptions {
  readonly reader: InProcessReader;
  readonly cards: readonly { readonly person: CardPerson; readonly device: SimulatedCard }[];
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Language of the page; the browser's unless told. */
  readonly language?: 'en' | 'de';
}

export interface Dock {
  /** With the token; good as long as the dock is there. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Requests are a few dozen bytes. */
const BODY_BYTES = 1_024;
/** Changes within this time go out together, ms. */
const TOGETHER = 40;
const LOG_LINES = 6;

const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('insert'), card: z.number().int() }),
  z.object({ act: z.literal('pull') }),
  z.object({ act: z.literal('pull_after'), bytes: z.number().int().min(0).max(1_000_000).nullable() }),
]) satisfies z.ZodType<DockAct>;

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Path → file beside this one and type. Only the page itself needs the token. */
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/page.css': ['./dock/page.css', 'text/css'],
  '/palette.css': ['../widgets/palette.css', 'text/css'],
  '/tokens.css': ['../renderer/tokens.css', 'text/css'],
  '/fonts/latin.woff2': ['../widgets/fonts/latin.woff2', 'font/woff2'],
  '/fonts/latin-ext.woff2': ['../widgets/fonts/latin-ext.woff2', 'font/woff2'],
};
/** Path → TypeScript of the page; served without its types. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/page.js': './dock/page.ts',
  '/texts.ts': './dock/texts.ts',
};

const fileOf = (path: string): URL => new URL(path, import.meta.url);

/** Starts the dock's server. */
export async function startDock(options: DockOptions): Promise<Dock> {
  const { reader, cards, port = 0, language } = options;
  const token = randomBytes(32);
  const listeners = new Set<ServerResponse>();
  let base = '';
  let mute = false;
  let later: NodeJS.Timeout | undefined;

  const changed = (): void => {
    later ??= setTimeout(() => {
      later = undefined;
      const told = `data: ${JSON.stringify(view())}\n\n`;
      for (const response of listeners) response.write(told);
    }, TOGETHER);
  };
  // The reader gets cards that tell the dock when they were spoken to.
  const devices = new Map<number, CardDevice>(
    cards.map(({ person, device }) => [person.number, observed(device, changed)]),
  );
  const view = (): DockView => ({
    cards: cards.map(({ person, device }) => cardView(person, device)),
    inside: [...devices].find(([, device]) => device === reader.card())?.[0] ?? null,
    mute,
    pullAfter: reader.pullsAfter() ?? null,
  });
  const unwatch = reader.watch((state) => {
    mute = state.kind === 'card_mute';
    changed();
  });

  const act = (wanted: DockAct): boolean => {
    if (wanted.act === 'pull') reader.pull();
    else if (wanted.act === 'pull_after') reader.pullAfterBytes(wanted.bytes ?? undefined);
    else {
      const device = devices.get(wanted.card);
      if (device === undefined) return false;
      if (reader.card() !== device) reader.insert(device);
    }
    changed();
    return true;
  };

  const scripts = new Map<string, string>();
  for (const [path, file] of Object.entries(SCRIPTS)) {
    const source = readFileSync(fileOf(file), 'utf8');
    scripts.set(path, (await transformWithOxc(source, file)).code);
  }

  const inHand = (given: string | null | undefined): boolean => {
    const bytes = Buffer.from(given ?? '', 'base64url');
    return bytes.length === token.length && timingSafeEqual(bytes, token);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', base);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cache-control', 'no-store');
    if (`http://${headers.host}` !== base) return end(response, 421, 'wrong_host');
    if (headers.origin !== undefined && headers.origin !== base) return end(response, 403, 'foreign_origin');
    if (method === 'GET') {
      const file = FILES[url.pathname];
      if (file !== undefined) return end(response, 200, readFileSync(fileOf(file[0])), file[1]);
      const script = scripts.get(url.pathname);
      if (script !== undefined) return end(response, 200, script, 'text/javascript');
      if (!inHand(url.searchParams.get('token'))) return end(response, 403, 'wrong_token');
      if (url.pathname === '/events') return follow(response);
      if (url.pathname !== '/') return end(response, 404, 'not_found');
      response.setHeader('content-security-policy', POLICY);
      return end(response, 200, readFileSync(fileOf('./dock/page.html')), 'text/html; charset=utf-8');
    }
    if (method !== 'POST' || url.pathname !== '/act') return end(response, 404, 'not_found');
    if (headers.origin === undefined) return end(response, 403, 'foreign_origin');
    if (!inHand(headers['x-dock-token'] as string | undefined)) return end(response, 403, 'wrong_token');
    const wanted = actSchema.safeParse(json(await body(request)));
    const done = wanted.success && act(wanted.data);
    return end(response, done ? 204 : 400, done ? '' : 'bad_act');
  };
  const follow = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(view())}\n\n`);
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => end(response, 400, 'bad_request'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lang = language === undefined ? '' : `&lang=${language}`;
  return {
    url: `${base}/?token=${token.toString('base64url')}${lang}`,
    async stop() {
      unwatch();
      clearTimeout(later);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The card, telling of every answer it gave. */
function observed(device: SimulatedCard, spokenTo: () => void): CardDevice {
  return {
    atr: device.atr,
    reset: () => device.reset(),
    powerOff: () => device.powerOff(),
    transmit(apdu) {
      const answer = device.transmit(apdu);
      spokenTo();
      return answer;
    },
  };
}

function cardView({ number, colour, names, pin }: CardPerson, device: SimulatedCard): DockCard {
  const owner = device.ownerView();
  return {
    number,
    colour,
    names,
    pin,
    payable: owner.payableMinutes,
    pending: owner.pendingMinutes,
    exposed: owner.exposedMinutes,
    coupons: owner.freeByExponent,
    pinTriesLeft: owner.pinTriesLeft,
    withoutPin: owner.withoutPin,
    log: owner.log
      .flatMap(({ day, minutes, state }) => (state === 'empty' ? [] : [{ day, minutes, state }]))
      .slice(0, LOG_LINES),
  };
}

function end(
  response: ServerResponse,
  status: number,
  content: string | Uint8Array,
  type = 'text/plain',
): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': type });
  response.end(content);
}

/** The body as text; a longer one than any act throws. */
async function body(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > BODY_BYTES) throw new Error('too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
