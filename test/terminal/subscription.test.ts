/** The event stream as bad lines bring it: found by the world (docs/world.md). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { systemClock } from '../../main/clock.ts';
import { type Db, openDatabase } from '../../main/database.ts';
import type { Fetch } from '../../main/ledger-client.ts';
import { Subscription } from '../../main/subscription.ts';
import { View } from '../../main/view.ts';
import type { BlockEvents } from '../../src/economy/events.ts';
import { hash } from '../economy-coupons/bank.ts';

let folder: string;
let db: Db;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'subscription-'));
  db = openDatabase(join(folder, 'view.db'), new URL('../../main/view-schema.sql', import.meta.url), true);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function block(height: number): string {
  const events = height === 0 ? [{ kind: 'genesis' as const, chain: 'test-chain', parameters: {} }] : [];
  const told: BlockEvents = {
    height,
    time: 1_790_000_000 + height,
    stateHash: hash('state'),
    transactions: [],
    events,
  };
  return `event: block\nid: ${height}\ndata: ${JSON.stringify(told)}\n\n`;
}
const alive = (height: number): string =>
  `event: alive\ndata: ${JSON.stringify({ height, time: 1_790_000_000 })}\n\n`;

/** Follows streams that say these things; where each of them was asked to begin, once the view stands at `until`. */
async function follow(until: number, ...streams: readonly string[][]): Promise<readonly number[]> {
  const asked: number[] = [];
  const view = new View(db, nodeCrypto);
  const { promise, resolve } = Promise.withResolvers<void>();
  const fetch: Fetch = async (url, init) => {
    asked.push(Number(url.split('=')[1]));
    const said = streams[asked.length - 1] ?? [];
    // The line stays open after its last word.
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const text of said) controller.enqueue(new TextEncoder().encode(text));
        init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    });
    return new Response(body);
  };
  const listener = {
    block: ({ height }: BlockEvents) => {
      if (height === until) resolve();
    },
    connection: () => undefined,
  };
  const subscription = new Subscription('http://node', view, systemClock, listener, fetch);
  subscription.start();
  await promise;
  await subscription.stop();
  return asked;
}

test('a block lost on the way is asked for when the node says twice that it is further', async () => {
  const asked = await follow(2, [block(0), block(1), alive(1), alive(2), alive(2)], [block(2)]);
  expect(asked).toEqual([0, 2]);
});

test('a till that is catching up is not behind: blocks come between two signs of life', async () => {
  const asked = await follow(2, [alive(2), block(0), alive(2), block(1), alive(2), block(2)]);
  expect(asked).toEqual([0]);
});
