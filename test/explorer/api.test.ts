/** What the node tells the explorer, over HTTP, of a lean demo world that goes on: it agrees with the state, adds up, and names no wallet. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { nodeCrypto } from '../../crypto/node.ts';
import { createApi } from '../../ledger/api.ts';
import type { Engine } from '../../ledger/engine.ts';
import { MINUTE } from '../../src/units/micro-minutes.ts';
import { BREAD, type Chapter, FISH, GRAIN, NOTEBOOK, OVEN, openChapter, typeOf, WATER } from './chapter.ts';

type Answer = Record<string, unknown>;
interface Row {
  readonly id: number;
  readonly into?: number;
  readonly what: string;
  readonly type?: string;
  readonly collective?: string;
  readonly name: string;
  readonly amount?: number;
  readonly value: string;
  readonly end?: string;
}
interface Month {
  readonly until: number;
  readonly redeemed: string;
  readonly appropriated: string;
  readonly charged: string;
  readonly booked: string;
}

let place: string;
let chapter: Chapter;
let subsystem: string;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'timecard-explorer-'));
  chapter = await openChapter({ dir: join(place, 'world'), lean: true });
  subsystem = chapter.ids.subsystem as string;
});
afterAll(async () => {
  await chapter.stop();
  rmSync(place, { recursive: true, force: true });
});

async function get<T = Answer>(path: string): Promise<T> {
  const response = await fetch(chapter.node.url + path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}
const of = (rows: readonly Row[], what: string, type?: string) =>
  rows.filter((row) => row.what === what && (type === undefined || row.type === type));
/** Σ of the rows that have none below them. */
function leaves(rows: readonly Row[]): bigint {
  const inner = new Set(rows.map(({ into }) => into));
  return rows.filter(({ id }) => !inner.has(id)).reduce((sum, { value }) => sum + BigInt(value), 0n);
}

test('every answer has the form that OpenAPI describes', async () => {
  const { ids } = chapter;
  const api = await get<{ paths: Record<string, unknown> }>('/openapi.json');
  const bread = typeOf(BREAD);
  const within = '/v1/subsystems/{id}';
  const asked: readonly (readonly [path: string, question: string])[] = [
    ['/v1/subsystems', '/v1/subsystems'],
    [within, `/v1/subsystems/${subsystem}`],
    [`${within}/labour`, `/v1/subsystems/${subsystem}/labour`],
    [`${within}/products`, `/v1/subsystems/${subsystem}/products`],
    [`${within}/products/{type}`, `/v1/subsystems/${subsystem}/products/${bread}`],
    [`${within}/products/{type}/history`, `/v1/subsystems/${subsystem}/products/${bread}/history`],
    [`${within}/products/{type}/origin`, `/v1/subsystems/${subsystem}/products/${bread}/origin`],
    ['/v1/lots/{id}/origin', `/v1/lots/${ids.kept}/origin`],
    [`${within}/revisions`, `/v1/subsystems/${subsystem}/revisions`],
    [`${within}/outlets`, `/v1/subsystems/${subsystem}/outlets`],
    ['/v1/blocks', '/v1/blocks?before=4'],
    ['/v1/blocks/{height}/readable', `/v1/blocks/${chapter.node.engine.height}/readable`],
    ['/v1/transactions/{id}/readable', `/v1/transactions/${ids.delivery}/readable`],
  ];
  for (const [path, question] of asked) {
    const described = api.paths[path] as {
      get: { responses: { 200: { content: { 'application/json': { schema: object } } } } };
    };
    const { schema } = described.get.responses[200].content['application/json'];
    const read = z
      .fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
      .safeParse(await get(question));
    expect(read.error, question).toBeUndefined();
  }
});

test('what is not there is not found, and wrong words are refused', async () => {
  const nobody = '0'.repeat(64);
  for (const [path, status] of [
    [`/v1/subsystems/${nobody}`, 404],
    [`/v1/subsystems/${nobody}/labour`, 404],
    [`/v1/subsystems/${nobody}/products`, 404],
    [`/v1/subsystems/${nobody}/revisions`, 404],
    [`/v1/subsystems/${nobody}/outlets`, 404],
    [`/v1/subsystems/${subsystem}/products/${nobody}`, 404],
    [`/v1/subsystems/${subsystem}/products/${nobody}/history`, 404],
    [`/v1/subsystems/${subsystem}/products/${nobody}/origin`, 404],
    [`/v1/lots/${nobody}/origin`, 404],
    ['/v1/blocks/9999999/readable', 404],
    [`/v1/transactions/${nobody}/readable`, 404],
    ['/v1/subsystems?from=x', 400],
    ['/v1/blocks?before=-1', 400],
    [`/v1/subsystems/${subsystem}/products/bread`, 400],
  ] as const)
    expect((await fetch(chapter.node.url + path)).status, path).toBe(status);
});

describe('subsystems', () => {
  test('two, with their members; every edge of trust once, with what went along it', async () => {
    const { subsystems } = await get<{ subsystems: { id: string; name: string; members: number }[] }>(
      '/v1/subsystems',
    );
    expect(subsystems.map(({ name, members }) => [name, members])).toEqual([
      ['Valley Farm', 7],
      ['Harbour Smokehouse', 2],
    ]);
    const { members, trusts } = await get<{
      members: { id: string; name: string }[];
      trusts: { a: string; b: string; passed: { from: string; to: string; value: string }[] }[];
    }>(`/v1/subsystems/${subsystem}`);
    const state = chapter.state();
    const own = new Set(members.map(({ id }) => id));
    const edges = [...state.trusts.entries()].map(([at]) => at).filter((at) => own.has(at.slice(0, 64)));
    expect(trusts.map(({ a, b }) => `${a}/${b}`).sort()).toEqual(edges.sort());
    const { bakery, workshop } = chapter.world.members;
    const oven = trusts.find(({ a, b }) => [a, b].includes(bakery.id) && [a, b].includes(workshop.id));
    expect(oven?.passed).toEqual([
      { from: workshop.id, to: bakery.id, transfers: 1, value: String(600n * MINUTE) },
    ]);
  });

  test('§6.3 minutes of work by collective add up to what a revision covered', async () => {
    const { months } = await get<{ months: { until: number; worked: { minutes: number }[] }[] }>(
      `/v1/subsystems/${subsystem}/labour`,
    );
    const { revisions } = await get<{ revisions: { until: number; a: string }[] }>(
      `/v1/subsystems/${subsystem}/revisions`,
    );
    expect(revisions.length).toBe(2);
    for (const { until, a } of revisions) {
      const worked = months.find((month) => month.until === until)?.worked ?? [];
      expect(BigInt(worked.reduce((sum, { minutes }) => sum + minutes, 0)) * MINUTE).toBe(BigInt(a));
    }
  });
});

describe('prices', () => {
  test('§6.2 the history of every type ends with what its pool holds now', async () => {
    const { products } = await get<{ products: { type: string; amount: number; value: string }[] }>(
      `/v1/subsystems/${subsystem}/products`,
    );
    expect(products.length).toBe(40);
    for (const { type, amount, value } of products) {
      const { points } = await get<{
        points: { amount: number; value: string; entered: number; by?: string }[];
      }>(`/v1/subsystems/${subsystem}/products/${type}/history`);
      expect(points.at(-1)).toMatchObject({ amount, value });
      for (const { entered, by } of points) expect(entered > 0).toBe(by !== undefined);
    }
  });

  test('what outlets hold is what the pool holds', async () => {
    const { amount, outlets } = await get<{ amount: number; outlets: { amount: number }[] }>(
      `/v1/subsystems/${subsystem}/products/${typeOf(BREAD)}`,
    );
    expect(outlets.reduce((sum, outlet) => sum + outlet.amount, 0)).toBe(amount);
  });

  test('§6.1 what a vote made free costs nothing and says so', async () => {
    const notebook = await get(`/v1/subsystems/${subsystem}/products/${typeOf(NOTEBOOK)}`);
    expect(notebook).toMatchObject({ label: 'common', value: '0' });
  });
});

describe('where a value comes from', () => {
  test('§5 a lot: labour, materials, machine and what came from outside, to the micro-minute', async () => {
    const { rows, value } = await get<{ rows: Row[]; value: string }>(`/v1/lots/${chapter.ids.kept}/origin`);
    // Of 24 loaves 4 were kept: a sixth of 330 min work, 20/30 of 72 min grain, 600·240/12000 min of the oven.
    expect(BigInt(value)).toBe((390n * MINUTE) / 6n);
    expect(leaves(rows)).toBe(BigInt(value));
    const share = (minutes: bigint) => String((minutes * MINUTE) / 6n);
    expect(of(rows, 'good')).toMatchObject([{ type: typeOf(BREAD), amount: 4, value }]);
    expect(of(rows, 'resource', typeOf(GRAIN))).toMatchObject([{ into: 0, value: share(48n) }]);
    expect(of(rows, 'means', typeOf(OVEN))).toMatchObject([{ into: 0, amount: 40, value: share(12n) }]);
    expect(of(rows, 'resource', typeOf(WATER))).toMatchObject([{ into: 0, value: '0', end: 'outside' }]);
    const { bakery, farm, workshop } = chapter.world.members;
    const work = of(rows, 'work').map(({ collective, value: v }) => [collective, v]);
    expect(Object.fromEntries(work)).toEqual({
      [bakery.id]: share(330n),
      [farm.id]: share(48n),
      [workshop.id]: share(12n),
    });
  });

  test('§6.2 a product: its deliveries together, and all rows without any below add up to them', async () => {
    const { products } = await get<{ products: { type: string }[] }>(`/v1/subsystems/${subsystem}/products`);
    for (const { type } of products) {
      const { rows, deliveries } = await get<{
        rows: Row[];
        deliveries: { amount: number; value: string }[];
      }>(`/v1/subsystems/${subsystem}/products/${type}/origin`);
      const value = deliveries.reduce((sum, delivery) => sum + BigInt(delivery.value), 0n);
      expect(rows[0]).toMatchObject({ id: 0, what: 'good', type, value: String(value) });
      expect(rows[0]?.amount).toBe(deliveries.reduce((sum, delivery) => sum + delivery.amount, 0));
      expect(leaves(rows)).toBe(value);
      for (const { id, into, what, end } of rows) {
        expect(into === undefined ? id === 0 : into < id).toBe(true);
        expect(what === 'work' && end !== undefined).toBe(false);
      }
    }
  });
});

describe('outlets', () => {
  test('§6.5 redeemed, appropriated and charged of all months make the clearing', async () => {
    const { outlets } = await get<{ outlets: { outlet: string; clearing: string; months: Month[] }[] }>(
      `/v1/subsystems/${subsystem}/outlets`,
    );
    expect(outlets.length).toBe(2);
    for (const { outlet, clearing, months } of outlets) {
      const sum = (field: 'redeemed' | 'appropriated' | 'charged' | 'booked') =>
        months.reduce((total, month) => total + BigInt(month[field]), 0n);
      const left = sum('redeemed') + sum('appropriated') - sum('charged') - sum('booked');
      expect(left).toBe(BigInt(clearing));
      expect(BigInt(clearing)).toBe(chapter.state().clearing.get(outlet) ?? 0n);
    }
    const charged = BigInt(chapter.ids.charged as string);
    expect(outlets.map(({ clearing }) => clearing)).toContain(String((30n - charged) * MINUTE));
  });
});

describe('blocks and transactions', () => {
  test('blocks page from the newest to the first, each once, with what they hold', async () => {
    const { height } = chapter.node.engine;
    const heights: number[] = [];
    let before: number | undefined;
    for (;;) {
      const query: string = before === undefined ? '' : `?before=${before}`;
      const { blocks, earlier } = await get<{
        blocks: { height: number; count: number; kinds: { count: number }[] }[];
        earlier: boolean;
      }>(`/v1/blocks${query}`);
      for (const block of blocks) {
        heights.push(block.height);
        expect(block.kinds.reduce((sum, { count }) => sum + count, 0)).toBe(block.count);
      }
      before = blocks.at(-1)?.height ?? 0;
      if (!earlier) break;
    }
    expect(heights).toEqual(Array.from({ length: height + 1 }, (_, i) => height - i));
  });

  test('a transaction says who signed and what its ids are', async () => {
    const { farm, bakery, outlet } = chapter.world.members;
    const delivery = await get(`/v1/transactions/${chapter.ids.delivery}/readable`);
    expect(delivery).toMatchObject({
      kind: 'transfer',
      fields: { from: bakery.id, to: outlet.id, amount: 20, purpose: 'dispatch' },
      names: {
        [bakery.id]: { is: 'collective', name: bakery.name },
        [chapter.ids.kept as string]: { is: 'lot', name: BREAD.name },
      },
      effects: [{ kind: 'stock', cause: 'dispatch', amount: '20', value: String(325n * MINUTE) }],
    });
    const signers = delivery.signers as { name: string }[];
    expect(signers.map(({ name }) => name).sort()).toEqual([bakery.name, outlet.name].sort());
    const vote = await get(`/v1/transactions/${chapter.ids.proposal}/readable`);
    expect(vote).toMatchObject({ kind: 'propose', signers: [{ who: 'collective', id: farm.id }] });
  });

  test('P1 nothing that the page asks names a wallet, but a workload abbreviated; and no serial of a coupon', async () => {
    const state = chapter.state();
    const wallets = new Set<string>([...state.workloads.entries()].map(([, { wallet }]) => wallet));
    const serials = new Set<string>([...state.serials.entries()].map(([serial]) => serial));
    expect(wallets.has(chapter.wallet)).toBe(true);
    const kinds = new Set<string>();
    for (let height = 0; height <= chapter.node.engine.height; height++) {
      const { transactions, ...rest } = await get<{ transactions: { kind: string; fields: Answer }[] }>(
        `/v1/blocks/${height}/readable`,
      );
      for (const transaction of transactions) {
        kinds.add(transaction.kind);
        const text = JSON.stringify(transaction);
        for (const id of text.match(/[0-9a-f]{64,}/g) ?? []) {
          expect(wallets.has(id)).toBe(false);
          expect(wallets.has(`01${id}`)).toBe(false);
          expect(serials.has(id)).toBe(false);
        }
        const shown = [...wallets].filter((wallet) => text.includes(wallet.slice(2, 10)));
        if (transaction.kind === 'allocate_workload')
          expect(transaction.fields.wallet).toMatch(/^[0-9a-f]{8}…$/);
        else expect(shown, transaction.kind).toEqual([]);
      }
      expect(JSON.stringify(rest)).not.toMatch(/wallet|serial/);
    }
    // All that a wallet signs is among them, also the form of payment that names it on the chain.
    for (const kind of ['claim', 'load', 'appropriate', 'allocate_workload', 'issue'])
      expect([...kinds]).toContain(kind);
    const payment = await get<{ fields: Answer; signers: Answer[] }>(
      `/v1/transactions/${chapter.ids.appropriation}/readable`,
    );
    expect(Object.keys(payment.fields).sort()).toEqual(['outlet', 'value']);
    expect(payment.signers).toEqual([{ who: 'others', count: 1 }]);
  });
});

describe('the chain goes on', () => {
  test('§2.1 subsystems join and part again: products, prices and origins follow', async () => {
    const { farm } = chapter.world.members;
    const smokehouse = chapter.ids.smokehouse as string;
    const [a, b] = [farm.id, smokehouse].sort() as [string, string];
    const fish = `products/${typeOf(FISH)}`;
    const before = await get(`/v1/subsystems/${smokehouse}/${fish}`);
    const seeds = [farm.seed, chapter.smokehouseSeed];
    await chapter.write({ kind: 'establish_trust', a, b }, ...seeds);

    expect((await get<{ subsystems: unknown[] }>('/v1/subsystems')).subsystems.length).toBe(1);
    const joined = await get<{ points: Answer[] }>(`/v1/subsystems/${subsystem}/${fish}/history`);
    expect(joined.points).toMatchObject([{ amount: before.amount, value: before.value }]);
    const { rows } = await get<{ rows: Row[] }>(`/v1/subsystems/${subsystem}/${fish}/origin`);
    expect(of(rows, 'work')).toMatchObject([{ collective: smokehouse, value: String(300n * MINUTE) }]);

    await chapter.write({ kind: 'cancel_trust', a, b }, farm.seed);
    const parted = await get<{ points: Answer[] }>(`/v1/subsystems/${smokehouse}/${fish}/history`);
    expect(parted.points.at(-1)).toMatchObject({ amount: before.amount, value: before.value });
    const left = await get<{ points: Answer[] }>(`/v1/subsystems/${subsystem}/${fish}/history`);
    expect(left.points.at(-1)).toMatchObject({ amount: 0, value: '0' });
  });

  test('goods that leave stock again keep where they came from', async () => {
    const { outlet, bakery } = chapter.world.members;
    const back = await chapter.write(
      {
        kind: 'transfer',
        lot: chapter.ids.delivery as string,
        amount: 5,
        from: outlet.id,
        to: bakery.id,
        purpose: 'use',
      },
      outlet.seed,
      bakery.seed,
    );
    const { rows, value, amount } = await get<{ rows: Row[]; value: string; amount: number }>(
      `/v1/lots/${back}/origin`,
    );
    expect(amount).toBe(5);
    expect(leaves(rows)).toBe(BigInt(value));
    expect(of(rows, 'means', typeOf(OVEN)).length).toBe(1);
  });

  /** The same engine with some of it as a test wants it. */
  const engineWith = (parts: PropertyDescriptorMap): Engine => {
    const { engine } = chapter.node;
    return Object.create(engine, {
      height: { get: () => engine.height },
      view: { value: () => engine.view() },
      blocks: { value: (from: number, limit: number) => engine.blocks(from, limit) },
      transactions: { value: (height: number) => engine.transactions(height) },
      subscribe: { value: (listener: () => void) => engine.subscribe(listener) },
      ...parts,
    }) as Engine;
  };

  test('a disk that cannot be read just now: nothing is wrong with the question, the next one is answered', async () => {
    const { engine } = chapter.node;
    let failures = 1;
    const faults: unknown[] = [];
    const app = await createApi({
      engine: engineWith({
        transactions: {
          value: (height: number) => {
            if (height === 5 && failures-- > 0) throw new Error('disk I/O error');
            return engine.transactions(height);
          },
        },
      }),
      crypto: nodeCrypto,
      onFault: (error) => faults.push(error),
    });
    const url = `/v1/subsystems/${subsystem}/outlets`;
    expect((await app.inject({ url })).json()).toEqual({
      refusal: 'ledger_unavailable',
      detail: 'the disk cannot be read',
    });
    expect((await app.inject({ url })).json()).toEqual(await get(url));
    expect(faults).toEqual([]);
    await app.close();
  });

  test('a chain that is not read yet is named as such, with how far it is', async () => {
    const { engine } = chapter.node;
    const ahead = engineWith({ height: { get: () => engine.height + 3 } });
    const app = await createApi({ engine: ahead, crypto: nodeCrypto });
    const answer = await app.inject({ url: `/v1/subsystems/${subsystem}/outlets` });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).toEqual({
      refusal: 'ledger_unavailable',
      detail: `reading the chain: ${engine.height + 1} of ${engine.height + 4} blocks`,
    });
    await app.close();
  });
});
