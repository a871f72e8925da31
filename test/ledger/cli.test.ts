import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { runCli } from '../../ledger/cli.ts';
import { exampleOf } from '../../ledger/cli-help.ts';
import { wordsFor } from '../../ledger/refusal-words.ts';
import { readTransaction } from '../../ledger/transaction-input.ts';
import { typeId } from '../../src/economy/product.ts';
import { REFUSALS } from '../../src/economy/refusals.ts';
import type { Kind } from '../../src/economy/transaction.ts';
import { KINDS } from '../../src/economy/wire.ts';
import { accepted, CHAIN, folder, keyOfName, later, nodeIn, nonce, register, START } from './fixtures.ts';

/** One command line in this process, as its user sees it. */
async function cli(line: string, env: Record<string, string> = {}, stop = new AbortController().signal) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(line.split(' '), {
    env,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stop,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** As `cli`, for machines: the answer's JSON. */
async function ask(line: string): Promise<Record<string, unknown>> {
  const { out } = await cli(`${line} --json`);
  return JSON.parse(out) as Record<string, unknown>;
}

describe('the command line against a node', () => {
  test('keys, registrations, trust, an order: each answered with id and height; the proof is checked here', async () => {
    const { url } = await nodeIn(folder());
    const dir = folder();
    const at = `--url ${url}`;
    const keys = ['bakery', 'outlet'].map((name) => join(dir, `${name}.key`)) as [string, string];
    for (const key of keys) expect((await cli(`key new --out ${key}`)).code).toBe(0);
    expect(statSync(keys[0]).mode & 0o777).toBe(0o600);
    const bakery = await ask(`submit register --name Bakery --dispatches false --sign ${keys[0]} ${at}`);
    const outlet = await ask(`submit register --name Outlet --dispatches true --sign ${keys[1]} ${at}`);
    expect([bakery.height, outlet.height]).toEqual([1, 2]);
    // In either order: the command line knows which id comes first.
    const trust = `submit establish_trust --a ${bakery.id} --b ${outlet.id} --sign ${keys[1]} --sign ${keys[0]}`;
    expect(await ask(`${trust} ${at}`)).toMatchObject({ status: 'accepted' });
    const order = await ask(
      `submit order --orderer ${outlet.id} --addressee ${bakery.id} --product Bread/piece --amount 40 --deliverBy 2026-11-30 --sign ${keys[1]} ${at}`,
    );
    // Several outputs come in the order of their type ids, whatever was typed.
    const outputs = 'Bread/piece/40/10h,Flour/g/5/30min';
    const estimate = await ask(
      `submit estimate --order ${order.id} --outputs ${outputs} --sign ${keys[0]} ${at}`,
    );
    expect(estimate).toMatchObject({ status: 'accepted' });
    const { transaction } = (await ask(`tx ${estimate.id} ${at}`)) as {
      transaction: { outputs: { value: string }[] };
    };
    expect(transaction.outputs.map((o) => o.value).toSorted()).toEqual(['30000000', '600000000']);
    expect(await ask(`proof ${order.id} ${at}`)).toMatchObject({ proven: true });
    expect(await ask(`proof ${order.id} --block-hash ${'0'.repeat(64)} ${at}`)).toMatchObject({
      refusal: 'wrong_proof',
    });
    const { collectives } = (await ask(`collectives ${at}`)) as { collectives: { subsystem: string }[] };
    expect(await ask(`accounts ${collectives[0]?.subsystem} ${at}`)).toMatchObject({ sum: '0' });
    expect(await ask(`status ${at}`)).toMatchObject({ chain: CHAIN, height: 5 });
  });

  test('refusals: a sentence in the user’s language, a tag for machines, exit code 1', async () => {
    const { url } = await nodeIn(folder());
    const unsigned = `submit register --key ${keyOfName('a')} --name A --dispatches false --url ${url}`;
    expect(await cli(unsigned)).toMatchObject({ code: 1, out: '' });
    expect((await cli(unsigned, { LANG: 'de_DE.UTF-8' })).err).toContain('Eine Unterschrift fehlt.');
    expect((await cli(unsigned, { LANG: 'en_GB.UTF-8' })).err).toContain('A signature is missing.');
    expect(await ask(unsigned)).toMatchObject({ refusal: 'missing_signature' });
    expect(await ask(`tx ${'0'.repeat(64)} --url ${url}`)).toEqual({ refusal: 'not_found' });
    expect(await ask('status --url http://127.0.0.1:1')).toMatchObject({ refusal: 'unreachable' });
  });

  test('an office: keys made, published, at work until it is stopped', async () => {
    const { url } = await nodeIn(folder());
    const dir = folder();
    const [key, keys] = [join(dir, 'office.key'), join(dir, 'office.keys')];
    await ask(`key new --out ${key}`);
    const { id } = await ask(`submit register --name Office --dispatches false --sign ${key} --url ${url}`);
    const { keyset } = await ask(`office keys --out ${keys}`);
    const published = await ask(`office publish --keys ${keys} --office ${id} --sign ${key} --url ${url}`);
    expect(published).toMatchObject({ status: 'accepted' });
    const answer = await fetch(`${url}/v1/keysets/${keyset}`);
    expect(await answer.json()).toMatchObject({ id: keyset, office: id, live: true });
    const stop = new AbortController();
    const running = cli(`office run --keys ${keys} --sign ${key} --url ${url}`, {}, stop.signal);
    stop.abort();
    expect(await running).toEqual({ code: 0, out: '', err: '' });
  });

  test('--dry-run shows what would be sent and sends nothing', async () => {
    const node = await nodeIn(folder());
    const shown = await ask(`submit final_revision --until 2026-10-31T23:59:59Z --dry-run --url ${node.url}`);
    expect(shown.transaction).toEqual({ kind: 'final_revision', chain: CHAIN, until: 1_793_491_199 });
    expect(node.engine.height).toBe(0);
  });

  test('events follow the stream until stopped', async () => {
    const { url } = await nodeIn(folder());
    const stop = new AbortController();
    later(() => stop.abort());
    const lines: string[] = [];
    const code = await runCli(['events', '--from', '0', '--json', '--url', url], {
      env: {},
      out(line) {
        lines.push(line);
        stop.abort();
      },
      err: () => undefined,
      stop: stop.signal,
    });
    expect(code).toBe(0);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ height: 0 });
  });
});

describe('the command line on a folder', () => {
  test('init makes a ledger with the parameters given, verify finds it whole', async () => {
    const dir = join(folder(), 'data');
    const made = await ask(
      `init --dir ${dir} --chain valley-1 --time 2026-10-05T08:00:00Z --k 3 --limit 1/5`,
    );
    expect(made).toMatchObject({
      genesis: { chain: 'valley-1', time: START, parameters: { k: 3, limit: '1/5' } },
    });
    expect(await ask(`verify --dir ${dir}`)).toMatchObject({
      chain: 'valley-1',
      height: 0,
      blockHash: made.blockHash,
    });
    expect(await ask(`init --dir ${dir} --chain valley-2`)).toMatchObject({ refusal: 'other_genesis' });
    expect(await ask(`verify --dir ${folder()}`)).toMatchObject({ refusal: 'no_ledger' });
    for (const wrong of [
      '--chain Ü',
      '--chain valley --k 0',
      '--chain valley --limit 3/2',
      '--chain valley --time never',
    ])
      expect(await ask(`init --dir ${join(dir, 'x')} ${wrong}`)).toMatchObject({ refusal: 'malformed' });
  });

  test('backup copies a ledger whose node is running, and the copy is whole', async () => {
    const dir = folder();
    const node = await nodeIn(dir);
    for (const name of ['a', 'b', 'c']) await accepted(node.engine, register(name));
    const copy = join(folder(), 'copy');
    const { stateHash } = await ask(`verify --dir ${dir}`);
    expect(await ask(`backup --dir ${dir} --out ${copy}`)).toMatchObject({
      height: 3,
      transactions: 3,
      stateHash,
    });
    expect(await ask(`backup --dir ${dir} --out ${copy}`)).toMatchObject({ refusal: 'folder_in_use' });
    await accepted(node.engine, register('later'));
    const second = await nodeIn(copy);
    expect(second.engine.height).toBe(3);
  });

  test('a key is never overwritten, never printed, and not read when others can', async () => {
    const file = join(folder(), 'a.key');
    const { key } = await ask(`key new --out ${file}`);
    expect(key).toMatch(/^01[0-9a-f]{64}$/);
    expect(await ask(`key new --out ${file}`)).toMatchObject({ refusal: 'key_file_exists' });
    expect(Object.keys(await ask(`key show ${file}`))).toEqual(['key']);
    chmodSync(file, 0o644);
    expect(await ask(`key show ${file}`)).toMatchObject({ refusal: 'key_file_open_to_others' });
    const other = join(folder(), 'b.key');
    writeFileSync(other, '{}', { mode: 0o600 });
    expect(await ask(`key show ${other}`)).toMatchObject({ refusal: 'key_file_malformed' });
  });

  test('a sealed key opens by its passphrase only, from the environment or typed; its public half is readable', async () => {
    const { url } = await nodeIn(folder());
    const file = join(folder(), 'sealed.key');
    const typed = (answer: string, line: string) => {
      const out: string[] = [];
      const asked: string[] = [];
      const ask = async (question: string) => {
        asked.push(question);
        return answer;
      };
      const stop = new AbortController().signal;
      const say = { out: (text: string) => out.push(text), err: (text: string) => out.push(text) };
      return runCli(line.split(' '), { env: {}, ...say, ask, stop }).then((code) => ({ code, out, asked }));
    };
    expect(await ask(`key new --out ${file} --passphrase`)).toMatchObject({ refusal: 'passphrase_missing' });
    const made = await typed('gärtnern', `key new --out ${file} --passphrase --json`);
    const { key } = JSON.parse(made.out[0] ?? '') as { key: string };
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { key: string; seed?: string };
    expect([stored.key, stored.seed]).toEqual([key, undefined]);
    expect(await ask(`key show ${file}`)).toEqual({ key });
    const line = `submit register --name A --dispatches false --sign ${file} --url ${url} --json`;
    expect(await ask(line)).toMatchObject({ refusal: 'passphrase_missing' });
    expect((await cli(line, { TIMECARD_PASSPHRASE: 'wrong' })).out).toContain('passphrase_wrong');
    // A decomposed ä is the same passphrase.
    const done = await typed('ga\u0308rtnern', line);
    expect(done.asked).toEqual(['Passphrase: ']);
    expect(JSON.parse(done.out[0] ?? '')).toMatchObject({ status: 'accepted' });
    writeFileSync(file, JSON.stringify({ ...stored, key: keyOfName('other') }));
    expect((await cli(line, { TIMECARD_PASSPHRASE: 'gärtnern' })).out).toContain('passphrase_wrong');
  });

  test.each([
    '',
    'frobnicate',
    'init',
    'verify',
    'key',
    'office',
    'submit',
    'submit nothing',
    'tx',
    'status --url',
    'events --from x',
  ])('what is not understood is said, with exit code 2: «%s»', async (line) => {
    const { code, out, err } = await cli(line);
    expect(code).toBe(2);
    expect(`${out}${err}`).not.toBe('');
  });

  test('help in both languages, and for every kind', async () => {
    expect((await cli('help', { LANG: 'de_AT' })).out).toContain('einen Knoten betreiben');
    expect((await cli('help')).out).toContain('run a node');
    for (const kind of KINDS) expect((await cli(`help ${kind}`)).out).toContain(`submit ${kind}`);
  });
});

describe('transactions from text', () => {
  test.each(KINDS)('the help’s example for %s can be typed', (kind) => {
    const words = exampleOf(kind)
      .replace(/\bID\b/g, 'a'.repeat(64))
      .replace(/\bKEY\b/g, keyOfName('a'))
      .replace(/ --sign FILE$/, '')
      .split(' ');
    const fields = new Map<string, string>();
    for (let i = 2; i < words.length; i += 2) fields.set(words[i]?.slice(2) ?? '', words[i + 1] ?? '');
    const read = readTransaction(kind, fields, {
      crypto: nodeCrypto,
      chain: CHAIN,
      nonce: nonce(1),
      readFile: () => '',
    });
    // Bytes and files are the reader's own; everything else must be understood as it stands.
    if (/HEX|@|propose/.test(exampleOf(kind))) expect([...fields.keys()].length).toBeGreaterThan(0);
    else expect(read).toMatchObject({ ok: true });
  });

  const context = { crypto: nodeCrypto, chain: CHAIN, nonce: nonce(1), readFile: () => '[{"type":"x"}]' };
  const read = (kind: Kind, fields: Record<string, string>) =>
    readTransaction(kind, new Map(Object.entries(fields)), context);
  const id = 'a'.repeat(64);

  test('values in hours, minutes and micro-minutes are the same; days and times from dates', () => {
    const values = ['90min', '1.5h', '90000000'].map((value) =>
      read('estimate', { order: id, outputs: `Bread/piece/1/${value}` }),
    );
    for (const v of values)
      expect(v).toMatchObject({
        ok: true,
        value: { outputs: [{ product: { name: 'Bread', unit: 'piece' }, value: 90_000_000n }] },
      });
    const work = { production: id, wallet: keyOfName('a'), minutes: '60' };
    expect(read('allocate_workload', { ...work, day: '1970-01-03' })).toMatchObject({
      ok: true,
      value: { day: 2 },
    });
    expect(read('allocate_workload', { ...work, day: '20000' })).toMatchObject({
      ok: true,
      value: { day: 20_000 },
    });
  });

  test('JSON and short form give the same; lists are put in order', () => {
    const type = (name: string): string => typeId(nodeCrypto, { name, unit: 'piece' });
    const [a, b] = [type('A'), type('B')].sort() as [string, string];
    const short = read('output', { production: id, outputs: `${b}/2,${a}/1` });
    const json = read('output', {
      production: id,
      outputs: JSON.stringify([
        { type: a, amount: 1 },
        { type: b, amount: 2 },
      ]),
    });
    expect(short).toEqual(json);
    expect(short).toMatchObject({ ok: true, value: { outputs: [{ type: a }, { type: b }] } });
    const till = { outlet: id, key: keyOfName('till'), until: '2027-01-01', kinds: 'count,announce' };
    expect(read('delegate', till)).toMatchObject({ ok: true, value: { kinds: ['announce', 'count'] } });
  });

  test.each<[Kind, Record<string, string>, string]>([
    ['register', { name: 'A', dispatches: 'yes', key: keyOfName('a') }, 'dispatches'],
    ['register', { name: 'A', dispatches: 'true', key: '00' }, 'key'],
    ['register', { name: 'A', dispatches: 'true' }, '--key is missing'],
    ['register', { name: 'A', dispatches: 'true', key: keyOfName('a'), colour: 'red' }, 'no --colour'],
    [
      'order',
      { orderer: id, addressee: id, product: 'Bread/piece/1', amount: '1', deliverBy: '0' },
      'product',
    ],
    ['order', { orderer: id, addressee: id, product: 'Bread', amount: '1', deliverBy: '0' }, 'unit'],
    ['order', { orderer: id, addressee: id, product: 'Bread/loaf', amount: '1', deliverBy: '0' }, 'unit'],
    ['order', { orderer: id, addressee: id, product: 'Bread/piece', amount: '-1', deliverBy: '0' }, 'amount'],
    [
      'order',
      { orderer: id, addressee: id, product: '{"name":"Bread"}', amount: '1', deliverBy: '0' },
      'unit',
    ],
    ['order', { orderer: id, addressee: id, product: '{oops', amount: '1', deliverBy: '0' }, 'JSON'],
    ['output', { production: id, outputs: '@file' }, 'type'],
    ['estimate', { order: id, outputs: 'Bread/piece/1/1.5' }, 'value'],
  ])('%s refuses %j, naming the field', (kind, fields, detail) => {
    const answer = read(kind, fields);
    expect(answer).toMatchObject({ ok: false, refusal: 'malformed' });
    expect(!answer.ok && answer.detail).toContain(detail);
  });
});

test('every refusal has its sentence, no two the same, in both languages', () => {
  for (const language of ['en', 'de'] as const) {
    const sentences = REFUSALS.map((refusal) => wordsFor(refusal, language));
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/[.!]$/);
  }
});
