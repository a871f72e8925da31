/**
 * A desk of card services that has the PIN begins a load, or a refresh, with keys that are on no ledger, made for one person. The ledger takes nothing
 * of it; here: an honest till gives it up at the next visit, nothing is lost, and while the ledger cannot be asked nothing is given up.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { generateRsaKey } from '../../crypto/rsa-keygen.ts';
import { createInProcessReader } from '../../demo/in-process-reader.ts';
import { type OfficeKeys, readOfficeKeys } from '../../ledger/office-keys.ts';
import { cardRefresh } from '../../main/card-refresh.ts';
import { cardServices } from '../../main/card-services.ts';
import { openSession, type Session } from '../../main/card-session.ts';
import type { Identity } from '../../main/identity.ts';
import { random } from '../../main/random.ts';
import { keysetId } from '../../src/coupons/keyset.ts';
import { ready } from './selling.ts';
import type { Shop, TestTill } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

const PIN = '1234';
let shop: Shop;
let till: TestTill;
shopForEach({ cards: 1, packs: 1 }, (...opened) => {
  [shop, till] = opened;
});

/** Keys of somebody's own: one of the office's is another. */
const tagged = () => {
  const { value } = readOfficeKeys(nodeCrypto, join(shop.world.dir, 'office', 'keyset.json')) as {
    value: OfficeKeys;
  };
  const keys = [generateRsaKey(), ...value.keys.slice(1)];
  return { id: keysetId(nodeCrypto, keys), keys };
};

/** What somebody does at a desk with a real certificate and the PIN. */
async function atTheDesk(what: (session: Session) => Promise<unknown>): Promise<void> {
  const reader = createInProcessReader('desk');
  reader.insert(shop.card(1));
  const state = reader.state();
  if (state.kind !== 'ready') throw new Error('a card is there');
  const { identity } = shop.world.tills[0] as { identity: Identity };
  const session = await openSession(state.card, {
    crypto: nodeCrypto,
    random,
    staticSecret: identity.staticSecret,
    certificate: identity.servicesCertificate,
    aborted: [],
    trust: { keysets: { find: () => [] }, batches: { find: () => undefined } },
  });
  if (!session.ok) throw new Error(session.refusal);
  expect((await session.value.verify('services', PIN)).ok).toBe(true);
  await what(session.value);
  reader.pull();
}

/** Card services at the honest till, until it asks what is wanted. */
async function visit() {
  await till.done({ intent: 'services_open' });
  till.reader.insert(shop.card(1));
  await till.until('the PIN', ({ services }) => services.step.phase === 'pin');
  await till.done({ intent: 'services_pin', pin: PIN });
  const { services } = await till.until('open', ({ services: { step } }) => step.phase === 'open');
  return services;
}

const begun = (session: Session) => cardServices(session).prepareLoad(1, tagged());
const held = () => shop.card(1).ownerView();

it('a load with such keys is given up at the next visit, and an honest one follows', async () => {
  shop.startOffice();
  await atTheDesk(begun);
  expect(held().openLoad).toBeDefined();
  const visited = await visit();
  expect(visited.lastAct).toEqual({ act: 'load', outcome: 'foreign_keys' });
  expect(visited.account).toMatchObject({ onCard: 300, unfinishedLoad: false });
  await till.done({ intent: 'services_load', packs: 1 });
  await till.until(
    'loaded',
    ({ services: { step, lastAct } }) => step.phase === 'open' && lastAct?.outcome === 'done',
  );
  expect(held()).toMatchObject({ payableMinutes: 600, openLoad: undefined });
});

it('a refresh into such keys is given up at the next visit: its coupons are refreshed into honest ones', async () => {
  shop.startOffice();
  await atTheDesk((session) =>
    cardRefresh(session, nodeCrypto).prepare('own', tagged(), { all: true }, () => undefined),
  );
  expect(held()).toMatchObject({ payableMinutes: 0, refreshingMinutes: { own: 300 } });
  const visited = await visit();
  expect(visited.lastAct).toEqual({ act: 'refresh', outcome: 'done', minutes: 300 });
  expect(held()).toMatchObject({ payableMinutes: 300, exposedMinutes: 0, refreshingMinutes: { own: 0 } });
});

it('a load whose keys the ledger has is kept while the office is silent', async () => {
  const from = shop.node.engine.height + 1;
  await visit();
  await till.done({ intent: 'services_load', packs: 1 });
  await shop.event('load', from);
  await till.stop();
  till = await shop.till();
  await ready(shop, till);
  expect((await visit()).account).toMatchObject({ unfinishedLoad: true });
  expect(held().openLoad).toBeDefined();
});

it('while the ledger does not answer nothing is given up', async () => {
  await atTheDesk(begun);
  await shop.stopNode();
  await till.until('away', ({ status }) => !status.ledger.connected);
  const visited = await visit();
  expect(visited.lastAct).toBeUndefined();
  expect(held().openLoad).toBeDefined();
});
