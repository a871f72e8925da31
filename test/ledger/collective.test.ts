/** The typed client: every kind has its function, and what it sends is what the ledger takes. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { LedgerClient } from '../../ledger/client.ts';
import { Collective } from '../../ledger/collective.ts';
import { toHex } from '../../src/bytes.ts';
import type { Id } from '../../src/economy/transaction.ts';
import { KINDS } from '../../src/economy/wire.ts';
import { folder, keyOfName, nodeIn, START, seedOf } from './fixtures.ts';

async function open(url: string, ...names: string[]): Promise<Collective> {
  const client = new LedgerClient(url);
  const nonce = () => toHex(randomBytes(8));
  const opened = await Collective.open({ client, crypto: nodeCrypto, nonce, seeds: names.map(seedOf) });
  if (!opened.ok) throw new Error(opened.refusal);
  return opened.value;
}
const idOf = (answer: { ok: boolean; value?: { id: Id } }): Id => {
  if (answer.value === undefined) throw new Error(JSON.stringify(answer));
  return answer.value.id;
};

test('bakery and outlet register, trust each other, order, estimate; a repeated send is one transaction', async () => {
  const { url } = await nodeIn(folder());
  const bakery = await open(url, 'bakery');
  const outlet = await open(url, 'outlet');
  const register = (who: Collective, name: string, dispatches: boolean) =>
    who.acts.register({ key: keyOfName(name), name, dispatches });
  const mill = idOf(await register(bakery, 'bakery', false));
  const shop = idOf(await register(outlet, 'outlet', true));
  const [a, b] = [mill, shop].sort() as [Id, Id];
  expect(await bakery.acts.establish_trust({ a, b })).toMatchObject({ refusal: 'missing_signature' });
  expect(await bakery.acts.establish_trust({ a, b }, seedOf('outlet'))).toMatchObject({ ok: true });
  const product = { name: 'Bread', unit: 'piece' } as const;
  const prepared = outlet.prepare('order', {
    orderer: shop,
    addressee: mill,
    product,
    amount: 40,
    deliverBy: START,
  });
  expect(await outlet.send(prepared)).toMatchObject({ value: { id: prepared.id, status: 'accepted' } });
  expect(await outlet.send(prepared)).toMatchObject({ value: { id: prepared.id, status: 'exists' } });
  const outputs = [{ product, amount: 40, value: 600_000_000n }];
  expect(await bakery.acts.estimate({ order: prepared.id, outputs })).toMatchObject({ ok: true });
  // Nobody signs, and there is no nonce: the same question twice is one transaction, and not due.
  const nobody = await open(url);
  expect(await nobody.acts.final_revision({ until: START })).toMatchObject({ refusal: 'not_due' });
});

test('every kind has its function; a node that is not there is unreachable', async () => {
  const { url } = await nodeIn(folder());
  expect(Object.keys((await open(url)).acts)).toEqual([...KINDS]);
  const client = new LedgerClient('http://127.0.0.1:1');
  const gone = await Collective.open({ client, crypto: nodeCrypto, nonce: () => '', seeds: [] });
  expect(gone).toMatchObject({ refusal: 'unreachable' });
});
