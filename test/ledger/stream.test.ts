import { createServer, get as httpGet, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createParser } from 'eventsource-parser';
import { describe, expect, test } from 'vitest';
import { LedgerClient } from '../../ledger/client.ts';
import { EventStreams, type Source } from '../../ledger/event-stream.ts';
import { startNode } from '../../ledger/node.ts';
import type { BlockEvents } from '../../src/economy/events.ts';
import {
  accepted,
  build,
  CHAIN,
  folder,
  keyOfName,
  later,
  nodeIn,
  nonce,
  post,
  register,
} from './fixtures.ts';
import { listen } from './reading.ts';

const heights = (blocks: readonly BlockEvents[]): number[] => blocks.map((b) => b.height);

describe('the event stream', () => {
  test('tells every block once, its height as event id, after what was submitted over HTTP', async () => {
    const node = await nodeIn(folder());
    const stream = await listen(`${node.url}/v1/events?from=0`);
    const bakery = register('bakery');
    expect((await post(node.url, bakery.bytes)).status).toBe(200);
    await stream.until((s) => s.blocks().length === 2);
    const [genesis, first] = stream.blocks();
    expect(genesis?.events.map((e) => e.kind)).toEqual(['genesis']);
    expect(first).toMatchObject({ height: 1, transactions: [bakery.id] });
    expect(first?.events[0]).toMatchObject({ kind: 'registered', name: 'bakery' });
    const ids = stream.events.filter((e) => e.event === 'block').map((e) => e.id);
    expect(ids).toEqual(['0', '1']);
  });

  test('says first that it is alive, with height and time, under no id', async () => {
    const node = await nodeIn(folder());
    const stream = await listen(`${node.url}/v1/events?from=5`);
    await stream.until((s) => s.events.length > 0);
    const [alive] = stream.events;
    expect(alive).toMatchObject({ event: 'alive', id: undefined });
    expect(JSON.parse(alive?.data ?? '')).toEqual({ height: 0, time: node.engine.now() });
  });

  test('resumes at a height, by `from` or after Last-Event-ID, without gap or double', async () => {
    const node = await nodeIn(folder());
    for (let n = 0; n < 5; n++) await accepted(node.engine, register(`c${n}`));
    const from = await listen(`${node.url}/v1/events?from=3`);
    await from.until((s) => s.blocks().length === 3);
    expect(heights(from.blocks())).toEqual([3, 4, 5]);
    // As an EventSource reconnects: the old address, and what it had last.
    const after = await listen(`${node.url}/v1/events?from=0`, { 'last-event-id': '3' });
    await after.until((s) => s.blocks().length === 2);
    await accepted(node.engine, register('another'));
    await after.until((s) => s.blocks().length === 3);
    expect(heights(after.blocks())).toEqual([4, 5, 6]);
  });

  test('two readers get the same, also from a history of many pages', async () => {
    const node = await nodeIn(folder());
    for (let n = 0; n < 150; n++) await accepted(node.engine, register(`c${n}`));
    const one = await listen(`${node.url}/v1/events?from=0`);
    const two = await listen(`${node.url}/v1/events?from=1`);
    await accepted(node.engine, register('last'));
    await Promise.all([one, two].map((s) => s.until((r) => r.blocks().at(-1)?.height === 151)));
    expect(heights(one.blocks())).toEqual(Array.from({ length: 152 }, (_, n) => n));
    expect(one.blocks().slice(1)).toEqual(two.blocks());
  });

  test('a reader that takes nothing makes nothing pile up, and later gets everything', async () => {
    // 400 blocks of 100 kB are far more than two sockets can hold.
    const text = 'x'.repeat(100_000);
    const last = 399;
    let read = 0;
    const source: Source = {
      height: last,
      now: () => 0,
      subscribe: () => () => undefined,
      blocks(from, limit) {
        const heights = Array.from({ length: Math.min(limit, last + 1 - from) }, (_, i) => from + i);
        read = Math.max(read, from);
        return heights.map((height) => ({ height, time: 0, stateHash: text, transactions: [], events: [] }));
      },
    };
    const streams = new EventStreams(source);
    const server = createServer((_request, response) => streams.serve(response, 0));
    later(() => {
      streams.close();
      server.close();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const slow = await new Promise<IncomingMessage>((resolve) => {
      httpGet(url, resolve);
    });
    slow.pause();
    // A quick reader takes all of it, and so marks a time by which the slow one had every chance, too.
    const quick = await listen(url);
    await quick.until((s) => s.events.at(-1)?.id === String(last));
    const whileSlow = slow.socket.bytesRead;
    expect(whileSlow).toBeLessThan(20_000_000);
    read = 0;
    const ids: number[] = [];
    const parser = createParser({
      onEvent: (event) => event.event === 'block' && ids.push(Number(event.id)),
    });
    slow.setEncoding('utf8');
    await new Promise<void>((resolve) => {
      slow.on('data', (chunk: string) => {
        parser.feed(chunk);
        if (ids.length === last + 1) resolve();
      });
      slow.resume();
    });
    expect(ids).toEqual(Array.from({ length: last + 1 }, (_, n) => n));
    // What it had not taken was only read now.
    expect(read).toBeGreaterThan(last / 2);
  });

  test('a wrong height is refused; a stopping node ends its streams', async () => {
    const node = await nodeIn(folder());
    for (const query of ['from=-1', 'from=x', 'from=1.5', 'from=01'])
      expect((await fetch(`${node.url}/v1/events?${query}`)).status).toBe(400);
    const wrong = await fetch(`${node.url}/v1/events`, { headers: { 'last-event-id': 'x' } });
    expect(await wrong.json()).toMatchObject({ refusal: 'bad_request' });
    const stream = await listen(`${node.url}/v1/events`);
    await stream.until((s) => s.events.length > 0);
    await node.stop();
    await stream.ended;
  });
});

describe('the client', () => {
  test('follows without gap or double while the node goes away and comes back', async () => {
    const dir = folder();
    const first = await nodeIn(dir);
    const port = Number(new URL(first.url).port);
    const stop = new AbortController();
    later(() => stop.abort());
    const heard: number[] = [];
    const following = (async () => {
      for await (const told of new LedgerClient(first.url).follow(0, stop.signal)) {
        if (told.kind !== 'block') continue;
        heard.push(told.block.height);
        if (told.block.height === 1) await first.stop();
        if (told.block.height === 3) return;
      }
    })();
    await accepted(first.engine, register('a'));
    // The follower stops the node at height 1; once that is done another takes its place at the same address.
    await first.stop();
    const second = await startNode({ dataDir: dir, port });
    later(() => second.stop());
    await accepted(second.engine, register('b'));
    await accepted(second.engine, register('c'));
    await following;
    expect(heard).toEqual([0, 1, 2, 3]);
  });

  test('a refusal is the node’s, silence is `unreachable`', async () => {
    const node = await nodeIn(folder());
    const client = new LedgerClient(`${node.url}/`);
    const twice = build(
      { kind: 'register', chain: CHAIN, nonce: nonce(1), key: keyOfName('a'), name: 'x', dispatches: false },
      'a',
    );
    expect(await client.submit(register('a').bytes)).toMatchObject({
      ok: true,
      value: { status: 'accepted' },
    });
    expect(await client.submit(twice.bytes)).toMatchObject({ ok: false, refusal: 'key_in_use' });
    expect(await client.get('/v1/keysets/00')).toMatchObject({ ok: false, refusal: 'bad_request' });
    await node.stop();
    expect(await client.get('/v1/status')).toMatchObject({ ok: false, refusal: 'unreachable' });
  });
});
