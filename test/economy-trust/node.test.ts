/** A node tells over HTTP what made a tax; a vote that ends without a transaction makes a block; a restart forgets nothing (L6). */
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { manualClock } from '../../ledger/clock.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import { revisionId, typeId } from '../../src/economy/product.ts';
import type { Id, Transaction } from '../../src/economy/transaction.ts';
import {
  accepted,
  build,
  CHAIN,
  folder,
  get,
  keyOfName,
  nodeIn,
  nonce,
  register,
  START,
  stateHash,
} from '../ledger/fixtures.ts';

const OCTOBER_END = Date.parse('2026-10-31T23:59:59Z') / 1000;
const DAY = 86_400;
const FLOUR = { name: 'Flour', unit: 'g' } as const;

test('propose, vote, cancel and explain, over the wire and through a restart', async () => {
  const dataDir = folder();
  const clock = manualClock(START);
  const node = await nodeIn(dataDir, clock);
  const { engine } = node;
  let count = 0;
  const send = (transaction: Record<string, unknown>, ...signers: readonly string[]): Promise<Id> => {
    count += 1;
    const whole = { chain: CHAIN, nonce: nonce(count), ...transaction } as unknown as Transaction;
    return accepted(engine, build(whole, ...signers));
  };
  const mill = await accepted(engine, register('mill'));
  const farm = await accepted(engine, register('farm'));
  const [a, b] = [mill, farm].sort() as [Id, Id];
  await send({ kind: 'establish_trust', a, b }, 'mill', 'farm');
  const order = await send(
    { kind: 'order', orderer: mill, addressee: mill, product: FLOUR, amount: 10, deliverBy: START },
    'mill',
  );
  const outputs = [{ product: FLOUR, amount: 10, value: 60_000_000n }];
  const estimate = await send({ kind: 'estimate', order, outputs }, 'mill');
  const production = await send({ kind: 'start', estimate }, 'mill');
  const day = Math.floor(START / DAY);
  const work = { kind: 'allocate_workload', production, wallet: keyOfName('anna'), minutes: 60, day };
  const workload = await send(work, 'mill');

  clock.set(OCTOBER_END + 1);
  const until = OCTOBER_END + 5 * DAY;
  const type = typeId(nodeCrypto, FLOUR);
  const proposal = await send(
    { kind: 'propose', by: mill, until, about: 'label', type, label: 'common' },
    'mill',
  );
  const revision = revisionId(nodeCrypto, mill, OCTOBER_END);
  const { status, body } = await get(node.url, `/v1/revisions/${revision}/explained`);
  expect(status).toBe(200);
  const nothing = { value: '0', count: 0, lines: [] };
  const line = { by: workload, reason: 'allocate_workload', value: '60000000' };
  expect(body).toEqual({
    revision,
    subsystem: mill,
    until: OCTOBER_END,
    tax: '0',
    limit: '6000000',
    highest: '45000000',
    a: { value: '60000000', count: 1, lines: [line] },
    c: { value: '0', labour: nothing, other: nothing },
    w: { value: '0', wasted: nothing, rounding: nothing },
    settlement: nothing,
    debt: { before: '0', after: '0', moved: nothing },
  });
  expect((await get(node.url, `/v1/revisions/${proposal}/explained`)).status).toBe(404);

  // Its time runs out: the next block closes it.
  clock.set(until + 1);
  await send({ kind: 'cancel_trust', a, b }, 'farm');
  const closed = engine.blocks(engine.height, 1)[0]?.events ?? [];
  expect(closed.filter(({ kind }) => kind !== 'member')).toMatchObject([
    { kind: 'decided', proposal, outcome: 'rejected', voters: 1 },
    { kind: 'trust', established: false },
    { kind: 'split', kept: mill, leaving: farm },
  ]);
  const again = build({ kind: 'vote', chain: CHAIN, proposal, by: mill, yes: true }, 'mill');
  expect(await engine.submit(again.bytes)).toMatchObject({ ok: false, refusal: 'vote_closed' });

  const hash = stateHash(engine);
  await node.stop();
  const next = await nodeIn(dataDir, clock);
  expect(stateHash(next.engine)).toBe(hash);
  expect((await get(next.url, `/v1/revisions/${revision}/explained`)).body).toEqual(body);
  await next.stop();
  expect(verifyLedger(dataDir, nodeCrypto)).toMatchObject({ ok: true });
});
