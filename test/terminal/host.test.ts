/** The browser host: who gets in, what a stranger can do to it, what a display may see. Over real HTTP, WebSockets and raw sockets. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type BrowserHost, startBrowserHost } from '../../main/browser-host.ts';
import type { Intent, TillView, ToScreen } from '../../src/till-api.ts';
import { ready } from './selling.ts';
import { inTime, makeTemplate, openShop, type Shop, type Template, type TestTill } from './shop.ts';

let template: Template;
let shop: Shop;
let till: TestTill;
let host: BrowserHost;
let rendererDir: string;
beforeAll(async () => {
  template = await makeTemplate({ cards: 1 });
  rendererDir = mkdtempSync(join(tmpdir(), 'timecard-screen-'));
  mkdirSync(join(rendererDir, 'assets'));
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html><style nonce="__CSP_NONCE__"></style>');
  writeFileSync(join(rendererDir, 'assets', 'screen.js'), 'export {};');
});
beforeEach(async () => {
  shop = await openShop(template);
  till = await shop.till();
  await ready(shop, till);
  host = await startBrowserHost({ api: till.terminal.api, rendererDir });
});
afterEach(async () => {
  await host.stop();
  await shop.close();
});
afterAll(() => {
  template.remove();
  rmSync(rendererDir, { recursive: true, force: true });
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
/** One request over a socket of its own; `path` goes out as it is. */
function get(path: string, headers: Record<string, string> = {}): Promise<Got> {
  const { hostname, port } = new URL(host.base);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}
async function session(): Promise<string> {
  const { status, headers } = await get(host.newUrl().slice(host.base.length));
  expect(status).toBe(303);
  return String(headers['set-cookie']?.[0]).split(';')[0] as string;
}

interface Window {
  readonly socket: WebSocket;
  readonly said: ToScreen[];
  readonly closed: Promise<number>;
  send(text: string | Buffer): void;
  ask(intent: unknown): Promise<unknown>;
  /** Resolves when something has been said that is so. */
  until(so: (said: readonly ToScreen[]) => boolean): Promise<void>;
}
let asks = 0;
async function open(cookie: string, path = '/door', origin = host.base): Promise<Window> {
  const socket = new WebSocket(`${host.base.replace('http', 'ws')}${path}`, { headers: { cookie, origin } });
  const said: ToScreen[] = [];
  const looks = new Set<() => void>();
  const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
  socket.on('message', (data) => {
    said.push(JSON.parse(String(data)) as ToScreen);
    for (const look of [...looks]) look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
    socket.once('unexpected-response', (_, response) => reject(new Error(`HTTP ${response.statusCode}`)));
  });
  socket.on('error', () => undefined);
  const until = (so: (all: readonly ToScreen[]) => boolean) =>
    inTime(
      new Promise<void>((resolve) => {
        const look = () => {
          if (so(said)) resolve();
        };
        looks.add(look);
        look();
      }),
      'something said',
    );
  return {
    socket,
    said,
    closed,
    until,
    send: (text) => socket.send(text),
    async ask(intent) {
      const number = ++asks;
      socket.send(JSON.stringify({ ask: number, intent }));
      const mine = (one: ToScreen) => 'answer' in one && one.answer === number;
      await until((all) => all.some(mine));
      const answer = said.find(mine);
      return answer !== undefined && 'answer' in answer ? answer.result : undefined;
    },
  };
}
const whole = (window: Window): Partial<TillView> =>
  Object.assign({}, ...window.said.map((one) => ('change' in one ? one.change : {})));
/** A new screen still gets in and sees the till: nothing a stranger did has stopped it. */
async function stillServes(): Promise<void> {
  const window = await open(await session());
  await window.until((said) => said.length > 0);
  expect(Object.keys(whole(window)).sort()).toEqual(['checkout', 'outbox', 'services', 'status', 'stock']);
  window.socket.close();
  await window.closed;
}

describe('who gets in', () => {
  it('a token opens one session, once; the session outlives reload and further windows', async () => {
    const url = host.newUrl();
    const path = url.slice(host.base.length);
    const first = await get(path);
    expect([first.status, first.headers.location]).toEqual([303, '/']);
    const [cookie] = String(first.headers['set-cookie']?.[0]).split(';');
    expect(String(first.headers['set-cookie']?.[0])).toMatch(/HttpOnly; SameSite=Strict; Path=\/$/);
    expect(await get(path)).toMatchObject({ status: 403, body: 'token_used' });
    expect(await get(path, { cookie: cookie ?? '' })).toMatchObject({ status: 403 });
    for (let i = 0; i < 3; i++) expect((await get('/', { cookie: cookie ?? '' })).status).toBe(200);
    const windows = await Promise.all([
      open(cookie ?? ''),
      open(cookie ?? ''),
      open(cookie ?? '', '/door?display'),
    ]);
    for (const { socket } of windows) socket.close();
  });

  it('nobody without one: no page, no asset, no door; a made-up cookie or token is none', async () => {
    for (const headers of [
      {},
      { cookie: 'till_session=' },
      { cookie: `till_session=${randomBytes(32).toString('base64url')}` },
    ])
      for (const path of ['/', '/index.html', '/assets/screen.js', '/door', '/?display', '/nothing'])
        expect(await get(path, headers), path).toMatchObject({ status: 401, body: 'no_session' });
    for (const token of ['', 'x', randomBytes(32).toString('base64url')])
      expect((await get(`/?token=${token}`)).status).toBe(403);
    expect((await get('/?token=a&token=b')).status).toBe(401);
    await expect(open('')).rejects.toThrow('401');
  });

  it('only under its own name: a rebound name is refused before anything else, also with a session', async () => {
    const cookie = await session();
    const { port } = new URL(host.base);
    const token = host.newUrl().slice(host.base.length);
    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      `localhost:${port}`,
      '127.0.0.1',
      '127.0.0.1:1',
    ])
      for (const path of ['/', '/assets/screen.js', token])
        expect((await get(path, { cookie, host: name })).status, name).toBe(421);
    // The token was not spent by that.
    expect((await get(token)).status).toBe(303);
  });

  it('only from its own pages: a foreign Origin gets neither page nor door, and no Origin no door', async () => {
    const cookie = await session();
    for (const origin of [
      'http://evil.example',
      'null',
      `${host.base}.evil.example`,
      host.base.replace('127.0.0.1', 'localhost'),
    ]) {
      expect(await get('/', { cookie, origin })).toMatchObject({ status: 403, body: 'foreign_origin' });
      await expect(open(cookie, '/door', origin)).rejects.toThrow('403');
    }
    const upgrade = {
      cookie,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    expect((await get('/door', upgrade)).status).toBe(403);
    expect((await get('/door', { ...upgrade, origin: host.base, host: 'evil.example' })).status).toBe(421);
    expect((await get('/other', { ...upgrade, origin: host.base })).status).toBe(404);
    expect((await get('/door', { ...upgrade, origin: host.base, cookie: 'till_session=x' })).status).toBe(
      401,
    );
    await stillServes();
  });

  it('the page comes with a policy that runs nothing but its own files, and a nonce used once', async () => {
    const cookie = await session();
    const [one, two] = [await get('/', { cookie }), await get('/', { cookie })];
    const nonce = (got: Got) => /nonce="([^"]+)"/.exec(got.body)?.[1] ?? '';
    expect(nonce(one)).toHaveLength(22);
    expect(nonce(one)).not.toBe(nonce(two));
    const policy = String(one.headers['content-security-policy']);
    expect(policy).toContain(`'nonce-${nonce(one)}'`);
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe-eval|script-src|\*/);
    expect(one.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    for (const path of [
      '/../package.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/../../x',
      '/assets/%00',
      '//etc/passwd',
      '/..%5c..%5cx',
    ])
      expect((await get(path, { cookie })).status, path).toBeGreaterThanOrEqual(400);
    expect((await get('/assets/screen.js', { cookie })).status).toBe(200);
  });
});

describe('what comes through the door', () => {
  it('a screen sees the whole view, asks, and is told what changes; so is every other window', async () => {
    const cookie = await session();
    const [one, two] = [await open(cookie), await open(cookie)];
    await two.until((said) => said.length > 0);
    const type = shop.world.product('wheat_bread');
    expect(await one.ask({ intent: 'add', type, amount: 2 } satisfies Intent)).toEqual({ ok: true });
    await two.until(() => whole(two).checkout?.lines[0]?.amount === 2);
    expect(whole(one).checkout).toEqual(whole(two).checkout);
    one.socket.terminate();
    await till.done({ intent: 'clear_basket' });
    await two.until(() => whole(two).checkout?.lines.length === 0);
    two.socket.close();
  });

  it('malformed messages change nothing: numbered ones are answered bad_intent, others are not for us; the door stays open', async () => {
    const window = await open(await session());
    await window.until((said) => said.length > 0);
    const before = JSON.stringify(till.view().checkout);
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '1',
      '{"ask":"1","intent":{"intent":"pay"}}',
      '{"intent":{"intent":"pay"}}',
      '{"ask":null}',
      '[{"ask":1}]',
      '\u0000',
      '{"ask":{}}',
    ])
      window.send(text);
    window.send(randomBytes(500));
    window.send(Buffer.from(JSON.stringify({ ask: 900, intent: { intent: 'pay' } })));
    for (const intent of [
      undefined,
      null,
      7,
      'pay',
      [],
      { intent: 'open_drawer' },
      { intent: 'add', type: 'x', amount: 1 },
      { __proto__: null },
    ])
      expect(await window.ask(intent)).toEqual({ ok: false, refusal: 'bad_intent' });
    expect(window.said.filter((one) => 'answer' in one && one.answer === 900)).toEqual([]);
    expect(await window.ask({ intent: 'search', text: '' })).toMatchObject({ ok: true });
    expect(JSON.stringify(till.view().checkout)).toBe(before);
    window.socket.close();
  });

  it('a message too large ends that window and no other', async () => {
    const cookie = await session();
    const [one, two] = [await open(cookie), await open(cookie)];
    one.send(JSON.stringify({ ask: 1, intent: { intent: 'search', text: 'x'.repeat(20_000) } }));
    expect(await inTime(one.closed, 'the window is closed')).toBe(1009);
    expect(await two.ask({ intent: 'search', text: '' })).toMatchObject({ ok: true });
    two.socket.close();
  });

  it('a display sees the checkout and nothing else, and is refused every intent', async () => {
    const cookie = await session();
    const display = await open(cookie, '/door?display');
    await display.until((said) => said.length > 0);
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 2 });
    await display.until(() => whole(display).checkout?.lines.length === 1);
    await till.done({ intent: 'count_begin' });
    await till.until('a count', ({ stock }) => stock.count !== undefined);
    for (const intent of ['pay', 'clear_basket', 'services_open', 'count_cancel', 'search'])
      expect(await display.ask({ intent, text: '' })).toEqual({ ok: false, refusal: 'read_only' });
    expect(new Set(display.said.flatMap((one) => ('change' in one ? Object.keys(one.change) : [])))).toEqual(
      new Set(['checkout']),
    );
    expect(till.view().checkout.lines).toHaveLength(1);
    display.socket.close();
  });
});

describe('strangers at the port', () => {
  /** Sends bytes and waits until the other side is done with them, or hangs up at once and roughly. */
  function raw(bytes: string | Buffer, rough = false): Promise<string> {
    const { hostname, port } = new URL(host.base);
    return inTime(
      new Promise((resolve) => {
        let heard = '';
        const socket = connect(Number(port), hostname, () =>
          socket.write(bytes, () => (rough ? socket.resetAndDestroy() : socket.end())),
        );
        socket.on('data', (chunk) => {
          heard += chunk;
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(heard));
      }),
      'an end',
    );
  }
  const upgrade = (path: string, headers = '') =>
    `GET ${path} HTTP/1.1\r\nHost: ${host.base.slice(7)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`;

  it('random bytes, broken requests and endless headers', async () => {
    for (let i = 0; i < 20; i++) await raw(randomBytes(1 + i * 100));
    for (const text of [
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: ${host.base.slice(7)}\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      `POST / HTTP/1.1\r\nHost: ${host.base.slice(7)}\r\nContent-Length: 9999999\r\n\r\n`,
    ])
      await raw(text);
    await stillServes();
  });

  it('an upgrade of a path that is no address does not stop the till', async () => {
    for (const path of [
      '//',
      '/\\',
      '//:',
      'http://',
      '*',
      '//[',
      '/door?%',
      'ws://evil.example/door',
      '/%',
    ]) {
      const heard = await raw(upgrade(path));
      expect(heard === '' || /^HTTP\/1\.1 4/.test(heard), `${path}: ${heard}`).toBe(true);
      await raw(upgrade(path, `Origin: ${host.base}\r\nCookie: till_session=x\r\n`));
    }
    await stillServes();
  });

  it('a refused upgrade whose asker hangs up roughly does not either', async () => {
    for (let i = 0; i < 10; i++)
      await raw(upgrade('/door', 'Origin: http://evil.example\r\n') + 'x'.repeat(50_000), true);
    await stillServes();
  });

  it('frames that are none, through a good door', async () => {
    const cookie = await session();
    for (let i = 0; i < 10; i++)
      await raw(
        Buffer.concat([
          Buffer.from(upgrade('/door', `Origin: ${host.base}\r\nCookie: ${cookie}\r\n`)),
          randomBytes(300),
        ]),
      );
    await stillServes();
  });
});
