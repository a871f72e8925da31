/** What the fuzzers have found, each by its name, so that it does not come back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import { loadIdentity } from '../../main/identity.ts';
import { priceFromText } from '../../main/priced-text.ts';
import { type InclusionProof, verifyInclusion } from '../../src/economy/inclusion.ts';
import { counterOf } from '../firmware/counter.ts';
import { ALL, issueRefresh, prepareRefresh, storeRefresh, UNDO_PENDING } from '../firmware/refreshing.ts';
import { makeWorld, type World } from '../firmware/terminal.ts';
import { folder, nodeIn } from '../ledger/fixtures.ts';
import { journalIn } from '../terminal/helpers.ts';

test('HEAD of the event stream is answered, and takes no place of a reader', async () => {
  const node = await nodeIn(folder());
  for (let i = 0; i < 20; i++) {
    const { status, headers } = await fetch(`${node.url}/v1/events`, { method: 'HEAD' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  }
});

test('a proof of inclusion without a header, a path or anything is malformed, and throws nothing', () => {
  const id = '00'.repeat(32);
  for (const proof of [
    null,
    undefined,
    7,
    'x',
    [],
    {},
    { chain: 'test-chain', header: null, index: 0, path: [] },
    { chain: 'test-chain', header: {}, index: 0, path: 7 },
  ])
    expect(verifyInclusion(nodeCrypto, id, proof as unknown as InclusionProof)).toMatchObject({
      ok: false,
      refusal: 'malformed',
    });
});

describe("a till's identity file that is damaged", () => {
  const secret = 'ab'.repeat(32);
  const good = {
    chain: 'test-chain',
    outlet: 'cd'.repeat(32),
    outletName: 'Outlet',
    seed: secret,
    staticSecret: secret,
    saleCertificate: '00'.repeat(91),
    servicesCertificate: '00'.repeat(91),
    disputeOutlet: secret,
    disputeOffice: secret,
  };
  const load = (text: string): string => {
    const file = join(folder(), 'identity.json');
    writeFileSync(file, text);
    try {
      return `read ${loadIdentity(file).chain}`;
    } catch (cause) {
      return String(cause);
    }
  };

  test('is an error that names the field: a key that is missing, short, no text or no hex', () => {
    expect(load(JSON.stringify(good))).toBe('read test-chain');
    for (const seed of [undefined, null, 7, ['ab'], '', 'ab', `${secret}ab`, secret.toUpperCase()])
      expect(load(JSON.stringify({ ...good, seed }))).toMatch(/is damaged: seed$/);
    expect(load(JSON.stringify({ ...good, outlet: 'x' }))).toMatch(/is damaged: outlet$/);
    for (const text of ['', 'null', '[]', '7']) expect(load(text)).toMatch(/is damaged: chain$/);
  });

  test('shows nothing of its secrets in the error, wherever it is cut', () => {
    const text = JSON.stringify(good);
    for (let at = 0; at < text.length; at += 7) expect(load(text.slice(0, at))).not.toContain('abab');
    expect(load(JSON.stringify({ ...good, seed: `${secret}x` }))).not.toContain('abab');
  });
});

test('a row of the journal with half a coupon is an error, not a sale', () => {
  const { db, journal } = journalIn(folder());
  journal.begin({ purchaseId: 'ab'.repeat(16), minutes: 1, day: 20_000, goods: [], priced: '[]' });
  for (const coupon of ['', 'ab', '00'.repeat(321), 'x'.repeat(644)]) {
    const answer = Buffer.from(JSON.stringify({ coupons: [coupon], transcript: '' }));
    db.prepare('update in_flight set answer = ?').run(answer);
    expect(() => journal.inFlight()).toThrow('damaged row');
  }
  db.close();
});

test('a frozen basket whose price or amount is damaged is an error, not a basket of endless minutes', () => {
  const type = 'ab'.repeat(32);
  expect(priceFromText(JSON.stringify([[type, 2, '1000000', '1']])).minutes).toBe(2);
  for (const row of [
    [type, 1, '9'.repeat(400), '1'],
    [type, -1, '1000000', '1'],
    [type, 0.5, '1000000', '1'],
    [7, 1, '1000000', '1'],
  ])
    expect(() => priceFromText(JSON.stringify([row]))).toThrow('damaged row');
  for (const text of ['', '{}', 'null', '7', '[null]', '[[]]', JSON.stringify([[type, 1, '1', '0']]), '[['])
    expect(() => priceFromText(text)).toThrow('damaged row');
});

describe('a card whose small coupons are used up', () => {
  let world: World;
  beforeAll(() => {
    world = makeWorld(2);
  });
  const { services, fresh, pay, exposed } = counterOf(() => world);
  /** Two packs without their coupons of 1, 2 and 4 minutes: 512 minutes, of which no choice is 300. */
  function withoutSmallOnes(): SimulatedCard {
    const card = fresh();
    for (let i = 0; i < 12; i++) pay(card, 7);
    pay(card, 4);
    expect(card.ownerView().payableMinutes).toBe(600 - 88);
    return card;
  }

  test('has nothing to refresh, says so, and goes on serving', () => {
    const card = withoutSmallOnes();
    for (const flags of [0, UNDO_PENDING])
      expect(prepareRefresh(services(card), world.coupons, 'own', flags).begun.sw).toBe('6a82');
    pay(card, 64);
  });

  test('has what is exposed refreshed one for one', () => {
    const card = withoutSmallOnes();
    exposed(card, 24);
    const prepared = prepareRefresh(services(card), world.coupons);
    expect([prepared.begun.sw, prepared.packs, prepared.old.length]).toEqual(['9000', 0, 2]);
    storeRefresh(services(card), issueRefresh(world.coupons, prepared));
    expect(card.ownerView()).toMatchObject({ payableMinutes: 512, exposedMinutes: 0 });
  });

  test('gives every coupon out when it is asked to, each for one of its kind', () => {
    const card = withoutSmallOnes();
    const prepared = prepareRefresh(services(card), world.coupons, 'own', ALL);
    expect([prepared.begun.sw, prepared.packs, prepared.old.length]).toEqual(['9000', 0, 26]);
  });
});
