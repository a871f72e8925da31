import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { nodeCrypto } from '../../crypto/node.ts';
import { API_REFUSALS } from '../../ledger/api-refusals.ts';
import { type InclusionProof, verifyInclusion } from '../../src/economy/inclusion.ts';
import { ENVELOPE_BYTES } from '../../src/limits.ts';
import {
  accepted,
  build,
  CHAIN,
  folder,
  get,
  keyOfName,
  nodeIn,
  nonce,
  post,
  register,
  stateHash,
} from './fixtures.ts';

/** A generator of bytes that is the same at every run (xorshift32). */
function bytesFrom(seed: number): (length: number) => Uint8Array {
  let x = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      return x & 0xff;
    });
}

describe('L5 over HTTP: what is refused has a word of the closed list, and changes nothing', () => {
  test('random bytes at the transactions entry', async () => {
    const node = await nodeIn(folder());
    await accepted(node.engine, register('a'));
    const before = stateHash(node.engine);
    const random = bytesFrom(20_261_122);
    for (let n = 0; n < 300; n++) {
      const { status, body } = await post(node.url, random(n));
      expect(status).toBe(400);
      expect(API_REFUSALS).toContain(body.refusal);
    }
    expect(stateHash(node.engine)).toBe(before);
    expect(node.engine.height).toBe(1);
  });

  test('every single changed byte of a good envelope', async () => {
    const node = await nodeIn(folder());
    const before = stateHash(node.engine);
    const good = register('a').bytes;
    for (let at = 0; at < good.length; at++) {
      const bad = Uint8Array.from(good);
      bad[at] = (bad[at] as number) ^ 0x01;
      const { status, body } = await post(node.url, bad);
      expect([400, 422]).toContain(status);
      expect(API_REFUSALS).toContain(body.refusal);
    }
    expect(stateHash(node.engine)).toBe(before);
  });

  test.each([
    [
      'not canonical: a longer head for the same map',
      () => Uint8Array.of(0xb8, 0x02, ...register('a').bytes.slice(1)),
      400,
      'not_canonical',
    ],
    ['bytes left over', () => Uint8Array.of(...register('a').bytes, 0), 400, 'not_canonical'],
    ['nothing at all', () => new Uint8Array(0), 400, 'not_canonical'],
    ['a foreign chain', () => register('a', false, 'other-chain').bytes, 422, 'foreign_chain'],
    [
      'nobody’s signature',
      () =>
        build({
          kind: 'register',
          chain: CHAIN,
          nonce: nonce(0),
          key: keyOfName('a'),
          name: 'a',
          dispatches: false,
        }).bytes,
      422,
      'missing_signature',
    ],
    [
      'unknown trust',
      () =>
        build(
          { kind: 'establish_trust', chain: CHAIN, nonce: nonce(0), a: '1'.repeat(64), b: '2'.repeat(64) },
          'a',
          'b',
        ).bytes,
      422,
      'unknown_collective',
    ],
    ['a body over the limit', () => new Uint8Array(ENVELOPE_BYTES + 1), 413, 'too_large'],
  ])('%s', async (_what, bytes, status, refusal) => {
    const node = await nodeIn(folder());
    const before = stateHash(node.engine);
    expect(await post(node.url, bytes())).toMatchObject({ status, body: { refusal } });
    expect(stateHash(node.engine)).toBe(before);
  });

  test('another content type, no content type, another method, another path', async () => {
    const { url } = await nodeIn(folder());
    expect(await post(url, register('a').bytes, 'application/json')).toMatchObject({
      status: 415,
      body: { refusal: 'unsupported_media_type' },
    });
    const bare = await fetch(`${url}/v1/transactions`, { method: 'POST' });
    expect(API_REFUSALS).toContain(((await bare.json()) as { refusal: string }).refusal);
    for (const [method, path] of [
      ['PUT', '/v1/transactions'],
      ['DELETE', '/v1/status'],
      ['GET', '/v1/serials/00'],
    ]) {
      const answer = await fetch(url + path, { method: method as string });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ refusal: 'not_found' });
    }
  });

  test('wrong words in every path and query', async () => {
    const { url } = await nodeIn(folder());
    const random = bytesFrom(7);
    const places = [
      '/v1/transactions/X',
      '/v1/transactions/X/proof',
      '/v1/blocks/X',
      '/v1/collectives/X',
      '/v1/collectives?from=X',
      '/v1/subsystems/X/accounts',
      '/v1/subsystems/X/keyset',
      '/v1/prices/X',
      '/v1/keysets/X',
      '/v1/keysets/X/loads',
      '/v1/loads/X',
      '/v1/wallets/X',
      '/v1/outlets/X/stock',
      '/v1/productions/X',
      '/v1/lots?owner=X',
      '/v1/events?from=X',
    ];
    for (const place of places)
      for (const word of [
        '',
        '-1',
        '%00',
        '%ff',
        '..%2f',
        'A'.repeat(64),
        '0'.repeat(150),
        'x'.repeat(300),
        ...[3, 9, 40].map((n) => `%${Buffer.from(random(n)).toString('hex')}g`),
      ]) {
        const { status, body } = await get(url, place.replace('X', word));
        if (place.startsWith('/v1/collectives') && word === '') continue;
        expect([400, 404], `${place} ${word}`).toContain(status);
        expect(['bad_request', 'not_found']).toContain(body.refusal);
      }
  });

  test('what is not HTTP', async () => {
    const { url } = await nodeIn(folder());
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
        socket.write('\u0000\u0001nonsense\r\n\r\n'),
      );
      socket.setEncoding('utf8');
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ refusal: 'bad_request' });
    expect((await get(url, '/v1/status')).status).toBe(200);
  });
});

describe('queries', () => {
  test('a proof of inclusion is checked without the ledger', async () => {
    const node = await nodeIn(folder());
    const all = Array.from({ length: 7 }, (_, n) => register(`c${n}`));
    await Promise.all(all.map((b) => accepted(node.engine, b)));
    for (const { id } of all) {
      const { body } = await get(node.url, `/v1/transactions/${id}/proof`);
      const { proof, blockHash } = body as unknown as { proof: InclusionProof; blockHash: string };
      expect(verifyInclusion(nodeCrypto, id, proof)).toEqual({ ok: true, value: blockHash });
      const { body: block } = await get(node.url, `/v1/blocks/${proof.header.height}`);
      expect(block.hash).toBe(blockHash);
    }
    const { body: status } = await get(node.url, '/v1/status');
    expect(status).toMatchObject({
      chain: CHAIN,
      height: node.engine.height,
      stateHash: stateHash(node.engine),
    });
  });

  test('blocks form a chain from genesis', async () => {
    const node = await nodeIn(folder());
    await accepted(node.engine, register('a'));
    await accepted(node.engine, register('b'));
    const blocks = await Promise.all([0, 1, 2].map((h) => get(node.url, `/v1/blocks/${h}`)));
    const headers = blocks.map((b) => b.body.header as { previous: string });
    expect([headers[1]?.previous, headers[2]?.previous]).toEqual([
      blocks[0]?.body.hash,
      blocks[1]?.body.hash,
    ]);
  });

  test('OpenAPI describes every entry, and no entry asks for a serial', async () => {
    const { url } = await nodeIn(folder());
    const { body } = await get(url, '/openapi.json');
    const paths = Object.keys(body.paths as object);
    expect(body.openapi).toBe('3.1.0');
    expect(paths).toContain('/v1/transactions');
    expect(paths).toContain('/v1/events');
    expect(paths.length).toBeGreaterThan(15);
    expect(JSON.stringify(paths)).not.toMatch(/serial|coupon/);
    const operations = Object.values(
      body.paths as Record<string, Record<string, { summary?: string }>>,
    ).flatMap((path) => Object.values(path));
    for (const operation of operations) expect(operation.summary).toBeTruthy();
  });

  test('answers have the described form', async () => {
    const node = await nodeIn(folder());
    const a = await accepted(node.engine, register('a', true));
    const { body: api } = await get(node.url, '/openapi.json');
    type Described = {
      get?: { responses: { 200: { content: { 'application/json': { schema: object } } } } };
    };
    const paths = api.paths as Record<string, Described>;
    const asked: readonly (readonly [path: string, question: string])[] = [
      ['/v1/status', '/v1/status'],
      ['/v1/transactions/{id}', `/v1/transactions/${a}`],
      ['/v1/transactions/{id}/proof', `/v1/transactions/${a}/proof`],
      ['/v1/blocks/{height}', '/v1/blocks/1'],
      ['/v1/collectives', '/v1/collectives'],
      ['/v1/collectives/{id}', `/v1/collectives/${a}`],
      ['/v1/subsystems/{id}/accounts', `/v1/subsystems/${a}/accounts`],
      ['/v1/prices/{id}', `/v1/prices/${a}`],
      ['/v1/wallets/{key}', `/v1/wallets/${keyOfName('anna')}`],
      ['/v1/outlets/{id}/stock', `/v1/outlets/${a}/stock`],
      ['/v1/lots', `/v1/lots?owner=${a}`],
    ];
    for (const [path, question] of asked) {
      const schema = paths[path]?.get?.responses[200].content['application/json'].schema;
      const { status, body } = await get(node.url, question);
      expect(status, question).toBe(200);
      const read = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(body);
      expect(read.error, question).toBeUndefined();
    }
  });
});
