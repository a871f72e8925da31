/**
 * Garbage for the door: WebSocket messages and frames to a browser host over a real till with its ledger. No message ends the host;
 * every numbered one is answered once, by a word of the list; what was refused has changed nothing that a screen can see;
 * and a display is refused everything.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type BrowserHost, startBrowserHost } from '../../main/browser-host.ts';
import type { Answer } from '../../src/till-api.ts';
import { ready } from '../terminal/selling.ts';
import { makeTemplate, openShop, type TestTill } from '../terminal/shop.ts';
import { Chance, count, Finding, type Run, type Tally } from './chance.ts';

const INTENTS = [
  'search',
  'scan',
  'add',
  'set_amount',
  'clear_basket',
  'pay',
  'cancel_payment',
  'give_up',
  'enter_pin',
  'next_sale',
  'services_open',
  'services_pin',
  'services_claim',
  'services_load',
  'services_change_pin',
  'services_unblock',
  'services_close',
  'count_begin',
  'count_enter',
  'count_seal',
  'count_recount',
  'count_post',
  'count_cancel',
];

/** A cookie of a session, by the address that the host gives out. */
function session(host: BrowserHost): Promise<string> {
  return new Promise((resolve, reject) => {
    request(host.newUrl(), (response) => {
      response.resume();
      resolve(String(response.headers['set-cookie']?.[0]).split(';')[0] as string);
    })
      .on('error', reject)
      .end();
  });
}

interface Window {
  send(message: string | Buffer): void;
  /** The answer to a number; undefined when the window was closed instead. */
  answer(number: number): Promise<Answer | undefined>;
  readonly closed: Promise<void>;
  close(): void;
}

async function open(host: BrowserHost, cookie: string, path = '/door'): Promise<Window> {
  const socket = new WebSocket(`${host.base.replace('http', 'ws')}${path}`, {
    headers: { cookie, origin: host.base },
  });
  const answers = new Map<number, Answer>();
  const waiting = new Map<number, (answer: Answer | undefined) => void>();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  void closed.then(() => {
    for (const tell of waiting.values()) tell(undefined);
  });
  socket.on('message', (data) => {
    const said = JSON.parse(String(data)) as { answer?: number; result?: Answer };
    if (said.answer === undefined || said.result === undefined) return;
    if (answers.has(said.answer)) throw new Finding(`the door answers ${said.answer} twice`);
    answers.set(said.answer, said.result);
    waiting.get(said.answer)?.(said.result);
    waiting.delete(said.answer);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return {
    send: (message) => socket.send(message),
    answer: (number) =>
      new Promise((resolve) => {
        const known = answers.get(number);
        if (known !== undefined || socket.readyState !== WebSocket.OPEN) resolve(known);
        else waiting.set(number, resolve);
      }),
    closed,
    close: () => socket.close(),
  };
}

/** What a screen shows, but for what comes by itself: time, and from the ledger amounts in stock and prices with what is made of them. */
function shown(till: TestTill): string {
  const { checkout, stock, services } = till.view();
  const { step, frozen, lines } = checkout;
  const { stage, lines: counted } = stock.count ?? {};
  return JSON.stringify({
    step,
    frozen,
    services,
    basket: lines.map(({ type, amount }) => [type, amount]),
    count: [stage, counted?.map((line) => ({ ...line, value: undefined }))],
  });
}

/** The first place where two texts differ, with what stands around it. */
function difference(before: string, after: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 120);
  return `${around(before)} → ${around(after)}`;
}

/** An intent, good or bent. */
function intent(chance: Chance, types: readonly string[]): unknown {
  const name = chance.of(INTENTS);
  const type = chance.once(4) ? chance.text() : chance.of(types);
  const amount = chance.of([0, 1, 2, 1_000_000, 1_000_001, -1, 0.5, null, '1']);
  const pin = chance.of(['2580', '0000', '', '12345678', '123456789', 1234, '２５８０']);
  const good = {
    intent: name,
    type,
    amount,
    text: chance.text(),
    code: chance.text(),
    pin,
    packs: chance.of([0, 1, 6, 7]),
    old: pin,
    new: pin,
    puk: '12345678',
  };
  return chance.once(2) ? good : chance.bent(good);
}

export async function fuzzDoor({ seed, more }: Run): Promise<Tally> {
  const chance = new Chance(seed);
  const tally: Tally = { messages: 0 };
  const template = await makeTemplate({ cards: 1, packs: 1 });
  const rendererDir = mkdtempSync(join(tmpdir(), 'timecard-screen-'));
  mkdirSync(join(rendererDir, 'assets'));
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html>');
  const shop = await openShop(template);
  let host: BrowserHost | undefined;
  try {
    const till = await shop.till();
    await ready(shop, till);
    host = await startBrowserHost({ api: till.terminal.api, rendererDir });
    const cookie = await session(host);
    const types = ['wheat_bread', 'milk', 'butter'].map((name) => shop.world.product(name));
    let window = await open(host, cookie);
    let last = 'nothing';
    const display = await open(host, cookie, '/door?display');
    for (let number = 1; more(); number++) {
      const where = (what: string): never => {
        throw new Finding(`door, seed ${seed}, message ${number}: ${what}`);
      };
      count(tally, 'messages');
      const kind = chance.below(10);
      // A count that was posted is on its way to the ledger and back: what comes by itself is let come.
      await till.until('a count that is not under way', ({ stock }) => stock.count?.stage !== 'posting');
      const before = shown(till);
      if (kind === 0) {
        // Not for us: no number, no JSON, binary.
        const text = JSON.stringify(chance.json()) ?? '';
        window.send(
          chance.once(3) ? randomBytes(1 + chance.below(400)) : chance.once(2) ? text : chance.text(),
        );
        window.send(JSON.stringify({ ask: number, intent: { intent: 'search', text: '' } }));
        if ((await window.answer(number))?.ok !== true) where('silent after a message that was not for it');
        if (shown(till) !== before) where('a message without a number has changed something');
        continue;
      }
      if (kind === 1 && chance.once(5)) {
        window.send(
          JSON.stringify({
            ask: number,
            intent: { intent: 'search', text: 'x'.repeat(20_000 + chance.below(90_000)) },
          }),
        );
        await window.closed;
        window = await open(host, cookie);
        count(tally, 'windows closed for a message too large');
        continue;
      }
      const asked = intent(chance, types);
      const from = kind === 2 ? display : window;
      from.send(JSON.stringify({ ask: number, intent: asked }));
      const answer = await from.answer(number);
      if (answer === undefined) where(`no answer to ${JSON.stringify(asked)}`);
      else if (answer.ok) {
        count(tally, 'done');
        last = JSON.stringify(asked);
        if (from === display) where('a display may do something');
      } else {
        count(tally, `refused: ${answer.refusal}`);
        if (shown(till) !== before)
          where(
            `refused ${answer.refusal}, and something has changed: ${JSON.stringify(asked)}, after ${last}: ${difference(before, shown(till))}`,
          );
      }
    }
    const fresh = await open(host, await session(host));
    fresh.send(JSON.stringify({ ask: 1, intent: { intent: 'search', text: '' } }));
    if ((await fresh.answer(1))?.ok !== true) throw new Finding(`door, seed ${seed}: it serves no more`);
    fresh.close();
    window.close();
    display.close();
  } finally {
    await host?.stop();
    await shop.close();
    template.remove();
    rmSync(rendererDir, { recursive: true, force: true });
  }
  return tally;
}
