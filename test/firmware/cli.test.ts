/** `npm run card` as a person types it, over a virtual reader of the test's own (vpcd's framing on a free port). */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { controlPath } from '../../firmware-sim/card-files.ts';
import { ascii, concat, toHex } from '../../src/bytes.ts';
import { AID, makeOffice, NONE, random } from './terminal.ts';

let folder: string;
let economy: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timecard-cli-'));
  economy = join(folder, 'economy.json');
  const text = JSON.stringify({
    chain: 'test-chain',
    officeKeys: [toHex(makeOffice().key)],
    batchSeed: toHex(random(32)),
  });
  writeFileSync(economy, text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Runs the command; `json` is its last line when --json was given. */
function card(...words: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const args = ['firmware-sim/cli.ts', ...words, '--data', folder];
    const env = { ...process.env, LANG: 'en_GB.UTF-8' };
    execFile(execPath, args, { env }, (cause, stdout, stderr) => {
      const code = cause === null ? 0 : Number(cause.code);
      const json = words.includes('--json') ? (JSON.parse(stdout) as Record<string, unknown>) : {};
      resolve({ code, out: stdout + stderr, json });
    });
  });
}

/** A slot: waits for a card and talks to it as vpcd does. */
class Slot {
  readonly server: Server;
  readonly #cards: Socket[] = [];
  #waiting: ((socket: Socket) => void)[] = [];

  constructor() {
    this.server = createServer((socket) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#cards.push(socket);
      else waiting(socket);
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return String((this.server.address() as { port: number }).port);
  }

  card(): Promise<Socket> {
    const here = this.#cards.shift();
    return here === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(here);
  }
}

function frame(bytes: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes);
}

/** Sends one message and reads one answer; empty when the card leaves instead, short when it leaves in the answer. */
async function exchange(socket: Socket, bytes: Uint8Array): Promise<Uint8Array> {
  let got: Uint8Array = NONE;
  return new Promise((resolve) => {
    const onData = (chunk: Buffer): void => {
      got = concat(got, Uint8Array.from(chunk));
      if (got.length >= 2 && got.length >= 2 + (got[0] as number) * 256 + (got[1] as number)) finish();
    };
    const finish = (): void => {
      socket.off('data', onData);
      socket.off('close', finish);
      resolve(got.slice(2));
    };
    socket.on('data', onData);
    socket.on('close', finish);
    socket.write(frame(bytes));
  });
}

const SELECT = concat(Uint8Array.of(0, 0xa4, 4, 0, 8), AID, Uint8Array.of(0));

test('help with examples, in both languages; a word it does not know is refused', async () => {
  const en = await card('help');
  expect(en.code).toBe(0);
  expect(en.out).toContain('npm run card -- pull anna --after 700');
  expect((await card('help', '--lang', 'de')).out).toContain('mitten im Kauf');
  const wrong = await card('eat', '--json');
  expect([wrong.code, wrong.json.refusal]).toEqual([1, 'usage']);
  expect((await card('list', '--loud')).code).toBe(1);
});

describe('new', () => {
  test('makes a card only its owner can read, and shows 24 words that are its seed', async () => {
    const { code, json } = await card('new', 'anna', '--pin', '1357', '--economy', economy, '--json');
    expect(code).toBe(0);
    const seed = mnemonicToEntropy(String(json.words), wordlist);
    expect(String(json.words).split(' ').length).toBe(24);
    const wallet = nodeCrypto.hkdfSha256(seed, ascii('timecard/1'), ascii('wallet'), 32);
    expect(json.walletKey).toBe(`01${toHex(nodeCrypto.ed25519Public(wallet))}`);
    expect(statSync(join(folder, 'anna.card')).mode & 0o777).toBe(0o600);
    expect((await card('pin', 'anna', '--json')).json).toMatchObject({ pin: '1357', pinTriesLeft: 3 });
    const seen = await card('show', 'anna');
    expect(seen.out).not.toContain(
      String(json.words).split(' ')[0] === 'free' ? 'abandon' : String(json.words),
    );
  });

  test('refusals: a bad name, a PIN that is none, no economy, a name that is taken', async () => {
    const refusal = async (...words: string[]): Promise<unknown> =>
      (await card(...words, '--json')).json.refusal;
    expect(await refusal('new', '../x')).toBe('bad_name');
    expect(await refusal('new', 'anna', '--pin', '123')).toBe('bad_pin');
    expect(await refusal('new', 'anna', '--puk', '123')).toBe('bad_puk');
    expect(await refusal('new', 'anna', '--economy', join(folder, 'none.json'))).toBe('no_economy');
    writeFileSync(join(folder, 'half.json'), '{"chain":"x","officeKeys":["00"]}');
    expect(await refusal('new', 'anna', '--economy', join(folder, 'half.json'))).toBe('no_economy');
    expect(await refusal('new', 'anna')).toBeUndefined();
    expect(await refusal('new', 'anna')).toBe('card_exists');
    expect(await refusal('show', 'berta')).toBe('no_such_card');
    writeFileSync(join(folder, 'berta.card'), 'no card');
    expect(await refusal('show', 'berta')).toBe('not_a_card');
  });
});

test('pin --set gives a new PIN', async () => {
  await card('new', 'anna', '--pin', '1357');
  expect((await card('pin', 'anna', '--set', '24680', '--json')).json).toMatchObject({ pin: '24680' });
  expect((await card('pin', 'anna', '--json')).json).toMatchObject({ pin: '24680', pinTriesLeft: 3 });
  expect((await card('pin', 'anna', '--set', '1', '--json')).json.refusal).toBe('bad_pin');
});

describe('in a reader', () => {
  let slot: Slot;
  let port: string;
  beforeEach(async () => {
    slot = new Slot();
    port = await slot.listen();
    await card('new', 'anna');
    await card('new', 'berta');
  });
  afterEach(() => slot.server.close());

  test('insert, a conversation, list, pull; the file holds what the card wrote', async () => {
    expect((await card('insert', 'anna', '--port', port, '--json')).json).toMatchObject({
      name: 'anna',
      port,
    });
    const socket = await slot.card();
    socket.write(frame(Uint8Array.of(1)));
    expect(toHex(await exchange(socket, Uint8Array.of(4)))).toMatch(/^3b850180738001c0/);
    const first = await exchange(socket, SELECT);
    expect(toHex(first.slice(-2))).toBe('9000');
    expect((await card('insert', 'anna', '--port', port, '--json')).json.refusal).toBe('already_inserted');
    expect((await card('pin', 'anna', '--set', '1357', '--json')).json.refusal).toBe('already_inserted');
    const { json } = await card('list', '--json');
    expect(json.cards).toEqual([
      { name: 'anna', payableMinutes: 0, port },
      { name: 'berta', payableMinutes: 0 },
    ]);
    const closed = once(socket, 'close');
    expect((await card('pull', '--json')).json).toEqual({ name: 'anna', pulled: true });
    await closed;
    expect((await card('pull', '--json')).json.refusal).toBe('not_inserted');
    // The ephemeral that was shown is marked used in the file: inserted again the card shows another.
    await card('insert', 'anna', '--port', port);
    const again = await slot.card();
    again.write(frame(Uint8Array.of(1)));
    const second = await exchange(again, SELECT);
    expect(toHex(second)).not.toBe(toHex(first));
    await card('pull', 'anna');
  });

  test('pull --after: inside a command the card never sees it, inside an answer it has acted', async () => {
    await card('insert', 'anna', '--port', port, '--short');
    const socket = await slot.card();
    socket.write(frame(Uint8Array.of(1)));
    expect(toHex(await exchange(socket, Uint8Array.of(4)))).toMatch(/^3b85018073800180/);
    expect((await card('pull', 'anna', '--after', 'x', '--json')).json.refusal).toBe('bad_bytes');
    const after = SELECT.length + 10;
    expect((await card('pull', 'anna', '--after', String(after), '--json')).json).toEqual({
      name: 'anna',
      after,
    });
    const cut = await exchange(socket, SELECT);
    expect(cut.length).toBe(10);
    expect(cut[0]).toBe(0x6f);
  });

  test('two cards in two readers: pull asks which; the reader goes away and the holder with it', async () => {
    const other = new Slot();
    const otherPort = await other.listen();
    await card('insert', 'anna', '--port', port);
    await card('insert', 'berta', '--port', otherPort);
    const [a, b] = [await slot.card(), await other.card()];
    expect((await card('pull', '--json')).json.refusal).toBe('which_card');
    // A holder ends with its reader: its control socket closes.
    const controls = ['anna', 'berta'].map((name) => connect(controlPath(folder, name)).resume());
    await Promise.all(controls.map((control) => once(control, 'connect')));
    const ended = Promise.all(controls.map((control) => once(control, 'close')));
    a.destroy();
    other.server.close();
    b.destroy();
    await ended;
    const { cards } = (await card('list', '--json')).json;
    expect(cards).toEqual([
      { name: 'anna', payableMinutes: 0 },
      { name: 'berta', payableMinutes: 0 },
    ]);
  });

  test('nobody listens at the port: no_reader', async () => {
    const free = await new Promise<string>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: number } = probe.address() as { port: number };
        probe.close(() => resolve(String(number)));
      });
    });
    expect((await card('insert', 'anna', '--port', free, '--json')).json.refusal).toBe('no_reader');
  });
});
