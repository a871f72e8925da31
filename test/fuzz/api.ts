/**
 * Garbage for a node's HTTP API: every entry of its own OpenAPI document with good and bent paths, queries, headers, methods and
 * bodies, over real sockets. Every answer is one of the documented ones: never a 5xx but 503 with its reason; a refusal has a
 * word of the closed list; and nothing that was refused has changed the state.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { API_REFUSALS } from '../../ledger/api-refusals.ts';
import { manualClock } from '../../ledger/clock.ts';
import { startNode } from '../../ledger/node.ts';
import { toHex } from '../../src/bytes.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { encodeCbor } from '../../src/economy/cbor.ts';
import { encodeEnvelope, keyOf } from '../../src/economy/envelope.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { Chance, count, Finding, type Run, type Tally } from './chance.ts';

const CHAIN = 'fuzz-chain';
const START = 1_800_000_000;
/** Longest silence on a socket, milliseconds: the machine may be busy. */
const DEADLINE = 20_000;

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}
interface Got {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** One request; of a stream only the beginning. Undefined: this is no request that a client can send, or the node hung up on it. */
function ask(agent: Agent, port: number, asked: Asked): Promise<Got | undefined> {
  const { method, path, headers, body } = asked;
  return new Promise((resolve) => {
    let sent: ClientRequest;
    try {
      sent = request({ agent, host: '127.0.0.1', port, method, path, headers });
    } catch {
      resolve(undefined);
      return;
    }
    sent.setTimeout(DEADLINE, () => {
      resolve({ status: 0, type: '', text: 'no answer in time' });
      sent.destroy();
    });
    sent.on('error', () => resolve(undefined));
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      const type = String(response.headers['content-type'] ?? '');
      const status = response.statusCode ?? 0;
      const done = (): void => resolve({ status, type, text: Buffer.concat(parts).toString() });
      response.on('data', (part: Buffer) => {
        parts.push(part);
        if (!type.includes('event-stream')) return;
        done();
        sent.destroy();
      });
      response.on('end', done);
      response.on('error', done);
    });
    sent.end(body);
  });
}

export async function fuzzApi({ seed, more }: Run): Promise<Tally> {
  const chance = new Chance(seed);
  const tally: Tally = { requests: 0 };
  const dataDir = mkdtempSync(join(tmpdir(), 'timecard-fuzz-'));
  const genesis = { chain: CHAIN, time: START, parameters: DEFAULT_PARAMETERS };
  const node = await startNode({ dataDir, genesis, port: 0, clock: manualClock(START) });
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const port = Number(new URL(node.url).port);
  try {
    const send = (bytes: Uint8Array): Asked => ({
      method: 'POST',
      path: '/v1/transactions',
      headers: { 'content-type': 'application/cbor' },
      body: bytes,
    });
    const register = (name: string) => {
      const seedOf = nodeCrypto.sha256(new TextEncoder().encode(name));
      const key = keyOf(nodeCrypto, seedOf);
      const nonce = toHex(seedOf.slice(0, 8));
      return makeEnvelope(
        nodeCrypto,
        { kind: 'register', chain: CHAIN, nonce, key, name, dispatches: false },
        [seedOf],
      );
    };
    const stateHash = (): string => {
      const view = node.engine.view();
      return view.ok ? `${view.value.header.height} ${view.value.header.stateHash}` : 'no state';
    };
    const members = ['Bakery', 'Farm'].map(register);
    const [first, second] = members as [(typeof members)[number], (typeof members)[number]];
    if ((await ask(agent, port, send(first.bytes)))?.status !== 200)
      throw new Error('the farm does not get in');
    const ids = [first.id, second.id, toHex(chance.bytes(32)), toHex(Uint8Array.of(1, ...chance.bytes(32)))];
    const document = (
      await ask(agent, port, { method: 'GET', path: '/openapi.json', headers: {}, body: undefined })
    )?.text;
    const { paths } = JSON.parse(document ?? '{}') as { paths: Record<string, Record<string, Documented>> };
    const entries = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, entry]) => ({ path, method: method.toUpperCase(), entry })),
    );
    if (entries.length < 20) throw new Error('the document names too few entries');
    const submit = entries.filter(({ method }) => method === 'POST');
    let state = stateHash();

    for (let step = 0; more(); step++) {
      const asked = make(chance, chance.of(chance.once(5) ? submit : entries), ids, second.bytes);
      const got = await ask(agent, port, asked);
      count(tally, 'requests');
      count(tally, got === undefined ? 'no request' : `${got.status}`);
      const found = (what: string): never => {
        const { method, path, headers, body } = asked;
        const sent = JSON.stringify({
          method,
          path: path.slice(0, 300),
          headers,
          body: toHex(body ?? new Uint8Array(0)).slice(0, 200),
        });
        throw new Finding(
          `api, seed ${seed}, step ${step}: ${what}: ${sent} → ${JSON.stringify(got).slice(0, 500)}`,
        );
      };
      if (got !== undefined) judge(asked, got, found);
      const now = stateHash();
      if (now !== state) {
        if (got?.status !== 200 || asked.method !== 'POST') found('the state has changed');
        state = now;
      }
    }
    const alive = await ask(agent, port, { method: 'GET', path: '/v1/status', headers: {}, body: undefined });
    if (alive?.status !== 200) throw new Finding(`api, seed ${seed}: it serves no more`);
  } finally {
    agent.destroy();
    await node.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  return tally;
}

interface Documented {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

function judge({ method }: Asked, { status, type, text }: Got, found: (what: string) => never): void {
  if (status === 0) found('silence');
  if (status >= 500 && status !== 503) found('a fault of the server');
  if (status < 400 || method === 'HEAD') return;
  if (!type.includes('json')) return void (text === '' || found('a refusal without a word'));
  let word: unknown;
  try {
    ({ refusal: word } = JSON.parse(text) as { refusal?: unknown });
  } catch {
    found('a refusal that is no JSON');
  }
  if (!(API_REFUSALS as readonly unknown[]).includes(word)) found(`«${String(word)}» is not in the list`);
}

/** A request to one entry: its path filled with ids or garbage, its query and headers bent now and then. */
function make(
  chance: Chance,
  { path, method, entry }: { readonly path: string; readonly method: string; readonly entry: Documented },
  ids: readonly string[],
  good: Uint8Array,
): Asked {
  const value = (): string => {
    if (chance.once(2)) return chance.of(ids);
    if (chance.once(2))
      return chance.of(['0', '1', '2', '-1', '1.5', '1e3', '007', '99999999999999999999', ' 1', '0x1']);
    return encodeURIComponent(Buffer.from(chance.text()).toString()).slice(0, 300);
  };
  let filled = path.replaceAll(/\{[^}]+\}/g, value);
  if (chance.once(12))
    filled = chance.of([
      `${filled}/`,
      `/${filled}`,
      `${filled}%`,
      `${filled}/..`,
      filled.toUpperCase(),
      `${filled}%2f..`,
      '/',
    ]);
  const named = (entry.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  const query = Array.from({ length: chance.below(3) }, () => {
    const name =
      named.length > 0 && !chance.once(3)
        ? chance.of(named)
        : encodeURIComponent(Buffer.from(chance.text()).toString());
    return `${name}${chance.once(6) ? '[]' : ''}=${value()}`;
  });
  const headers: Record<string, string> = {};
  if (method === 'POST') headers['content-type'] = 'application/cbor';
  if (chance.once(4))
    headers[
      chance.of([
        'accept',
        'accept-encoding',
        'content-type',
        'last-event-id',
        'range',
        'if-none-match',
        'host',
        'expect',
        'x-forwarded-for',
        'content-encoding',
        'transfer-encoding',
      ])
    ] = chance.of([
      '',
      '*',
      '-1',
      '17',
      '999999999999',
      'application/json',
      'application/cbor; charset=x',
      'text/event-stream',
      'gzip',
      'chunked',
      '100-continue',
      'x'.repeat(5_000),
      'bytes=0-1',
      '"',
      'localhost:1',
      'evil.example',
    ]);
  const sends = method === 'POST' || chance.once(20);
  const bodies = [
    () => chance.bytes(chance.below(300)),
    () => chance.mutated(good),
    () => encodeEnvelope(encodeCbor(new Map([['kind', 'register']]) as never), []),
    () => Buffer.from(JSON.stringify(chance.json()) ?? ''),
    () => new Uint8Array(0),
    () => (chance.once(20) ? new Uint8Array(1_048_577) : chance.bytes(64)),
  ];
  return {
    method: chance.once(15)
      ? chance.of(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])
      : method,
    path: query.length === 0 ? filled : `${filled}?${query.join('&')}`,
    headers,
    body: sends ? chance.of(bodies)() : undefined,
  };
}
