/** Refreshes over HTTP with an office at work: a fast one at once, a slow one when its time has come, also after the office was away. */
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { startOffice } from '../../ledger/office.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import type { Id, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { folder, keyOfName, later, register, seedOf, stateHash } from './fixtures.ts';
import { SmallEconomy } from './small-economy.ts';

const WAIT = 37 * 86_400;

/** An office; `done` resolves when it has issued a load. */
function office(economy: SmallEconomy) {
  const issued = new Set<Id>();
  const trouble: string[] = [];
  let wake = (): void => {};
  const started = startOffice({
    url: economy.node.url,
    crypto: nodeCrypto,
    seed: seedOf('office'),
    keysets: [economy.keys],
    onIssued(load) {
      issued.add(load);
      wake();
    },
    onTrouble: (_load, refusal) => trouble.push(refusal),
  });
  later(() => started.stop());
  const done = async (load: Id): Promise<void> => {
    while (!issued.has(load))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { issued, trouble, stop: started.stop, done };
}

/** One coupon for one of its kind. Resolves to the refresh's id. */
function refresh(economy: SmallEconomy, { keyset, exponent, signature }: RedeemedCoupon, holder: string) {
  const { blinded } = economy.blinding(`new ${holder}`, [exponent]);
  const coupons = [{ keyset, exponent, key: keyOfName(holder), signature }];
  return economy.send({ kind: 'refresh', packs: 0, keyset, blinded, coupons }, holder);
}

test('an office issues refreshes, the slow one not before its time', async () => {
  const economy = new SmallEconomy(folder());
  await economy.start();
  await economy.prepare();
  await economy.claim();
  const first = office(economy);
  const load = await economy.load('anna');
  await first.done(load.id);
  const { signatures } = (await economy.get(`/v1/loads/${load.id}`)) as { signatures: string[] };
  const coupons = load.finish(signatures);
  const [one, two] = coupons as [RedeemedCoupon, RedeemedCoupon];

  const outlet = economy.id('outlet');
  await economy.send({ kind: 'abort', outlet, serials: [one.serial] }, 'outlet');
  const fast = await refresh(economy, one, 'anna 0');
  await first.done(fast);
  expect(await economy.get(`/v1/loads/${fast}`)).toMatchObject({
    kind: 'refresh',
    state: 'issued',
    exponents: [0],
    packs: 0,
  });

  const slow = await refresh(economy, two, 'anna 1');
  const open = await economy.get(`/v1/loads/${slow}`);
  expect(open).toMatchObject({ state: 'open' });
  expect(open).not.toHaveProperty('wallet');
  expect(await economy.get(`/v1/keysets/${economy.keys.keyset}/loads`)).toMatchObject({ open: [slow] });
  await first.stop();
  const second = office(economy);
  const another = await economy.load('another');
  await second.done(another.id);
  expect(second.issued.has(slow)).toBe(false);
  economy.clock.set((open.issueFrom as number) + 1);
  expect((open.issueFrom as number) - WAIT).toBeLessThanOrEqual(economy.node.engine.now());
  // Any block tells the office what time it is.
  const { bytes } = register('somebody');
  expect(await economy.client.submit(bytes)).toMatchObject({ ok: true });
  await second.done(slow);
  expect(await economy.get(`/v1/loads/${slow}`)).toMatchObject({ state: 'issued' });
  expect(await economy.get(`/v1/keysets/${economy.keys.keyset}`)).toMatchObject({
    refreshed: [2, 0, 0, 0, 0, 0, 0, 0, 0],
  });
  expect([...first.trouble, ...second.trouble]).toEqual([]);
  await economy.checkParity();
  await second.stop();
  const hash = stateHash(economy.node.engine);
  await economy.node.stop();
  expect(verifyLedger(economy.dir, nodeCrypto)).toMatchObject({ ok: true, value: { stateHash: hash } });
  // Restored, the look-ups know that nothing is open.
  await economy.start();
  expect(await economy.get(`/v1/keysets/${economy.keys.keyset}/loads`)).toMatchObject({ open: [] });
});
