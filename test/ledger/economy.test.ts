import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { startOffice } from '../../ledger/office.ts';
import { makeOfficeKeys, readOfficeKeys, writeOfficeKeys } from '../../ledger/office-keys.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import { couponsDigest, sortCoupons } from '../../src/economy/coupon-verdict.ts';
import type { Id } from '../../src/economy/transaction.ts';
import { folder, keyOfName, later, register, seedOf, stateHash } from './fixtures.ts';
import { listen } from './reading.ts';
import { BREAD_TYPE, SmallEconomy } from './small-economy.ts';

/** An office in this process; resolves with each load it issued. */
function office(economy: SmallEconomy) {
  const issued: Id[] = [];
  const trouble: string[] = [];
  const waiting = new Map<Id, () => void>();
  const started = startOffice({
    url: economy.node.url,
    crypto: nodeCrypto,
    seed: seedOf('office'),
    keysets: [economy.keys],
    onIssued(load) {
      issued.push(load);
      waiting.get(load)?.();
    },
    onTrouble: (_load, refusal) => trouble.push(refusal),
  });
  later(() => started.stop());
  return {
    issued,
    trouble,
    stop: started.stop,
    done: (load: Id) =>
      new Promise<void>((resolve) => {
        if (issued.includes(load)) resolve();
        else waiting.set(load, resolve);
      }),
  };
}

describe('hours become coupons, coupons are redeemed, goods are handed over: all over HTTP', () => {
  test('L1 after every transaction, the queries tell of it, a restart and a replay give the same hash (L6)', async () => {
    const economy = new SmallEconomy(folder());
    await economy.start();
    const stream = await listen(`${economy.node.url}/v1/events?from=0`);
    await economy.prepare();
    expect((await economy.get(`/v1/lots?owner=${economy.id('bakery')}`)).lots).toEqual([]);
    expect(await economy.get(`/v1/productions/${economy.id('production')}`)).toMatchObject({
      state: 'done',
      labour: '600000000',
    });
    await economy.claim();
    const wallet = `/v1/wallets/${keyOfName('anna')}`;
    // Nothing was used for commons and nothing wasted: no tax, the share is the whole.
    expect(await economy.get(wallet)).toMatchObject({
      workloads: [{ id: economy.id('workload'), minutes: 600, share: '600000000', claimed: true }],
      balances: [{ origin: economy.id('bakery'), value: '600000000' }],
    });
    const subsystem = economy.id('subsystem');
    expect(await economy.get(`/v1/prices/${subsystem}`)).toMatchObject({
      prices: [{ type: BREAD_TYPE, amount: 20, value: '600000000' }],
    });
    expect(await economy.get(`/v1/subsystems/${subsystem}/keyset`)).toMatchObject({
      id: economy.keys.keyset,
      live: true,
    });

    const first = office(economy);
    const load = await economy.load('first');
    await first.done(load.id);
    const { state, signatures } = await economy.get(`/v1/loads/${load.id}`);
    expect(state).toBe('issued');
    const coupons = load.finish(signatures as string[]);
    expect(coupons).toHaveLength(32);
    expect(await economy.get(wallet)).toMatchObject({ balances: [{ value: '300000000' }] });

    const outlet = economy.id('outlet');
    // 30 minutes for one loaf of 30: 16 + 8 + 4 + 2.
    const paid = sortCoupons([4, 3, 2, 1].map((e) => coupons.find((c) => c.exponent === e) ?? coupons[0]!));
    const digest = couponsDigest(nodeCrypto, paid);
    const announcement = await economy.send({ kind: 'announce', outlet, digest }, 'outlet');
    await economy.send({ kind: 'redeem', outlet, announcement, coupons: paid }, 'outlet');
    await economy.send(
      { kind: 'hand_over', outlet, goods: [{ type: BREAD_TYPE, amount: 1 }], charged: 30, sales: 1 },
      'outlet',
    );
    expect(await economy.get(`/v1/outlets/${outlet}/stock`)).toMatchObject({
      clearing: '0',
      stock: [{ type: BREAD_TYPE, name: 'Bread', unit: 'piece', amount: 19 }],
    });
    expect(await economy.get(`/v1/subsystems/${subsystem}/accounts`)).toMatchObject({
      accounts: { O: '270000000', G: '570000000', B: '300000000', Z: '0' },
    });
    await first.stop();

    const { height } = economy.node.engine;
    await stream.until((s) => s.blocks().at(-1)?.height === height);
    const kinds = stream.blocks().flatMap((b) => b.events.map((e) => e.kind));
    for (const kind of [
      'keyset',
      'workload',
      'revision',
      'claimed',
      'load',
      'issued',
      'redeemed',
      'handed_over',
    ])
      expect(kinds).toContain(kind);

    const hash = stateHash(economy.node.engine);
    await economy.node.stop();
    expect(verifyLedger(economy.dir, nodeCrypto)).toMatchObject({
      ok: true,
      value: { height, stateHash: hash },
    });
    await economy.start();
    expect(stateHash(economy.node.engine)).toBe(hash);
    // The look-ups came back with the rows.
    expect(await economy.get(wallet)).toMatchObject({
      workloads: [{ claimed: true }],
      balances: [{ value: '300000000' }],
    });
    // And so did the rules' own indexes: a second load takes the rest of the balance.
    const second = office(economy);
    const rest = await economy.load('second');
    await second.done(rest.id);
    expect(await economy.get(wallet)).toMatchObject({ balances: [] });
    expect(verifyLedger(economy.dir, nodeCrypto)).toMatchObject({ ok: true });
  });

  test('an office that was away issues what waited, one that runs twice issues once', async () => {
    const economy = new SmallEconomy(folder());
    await economy.start();
    await economy.prepare();
    await economy.claim();
    const load = await economy.load('waiting');
    expect(await economy.get(`/v1/keysets/${economy.keys.keyset}/loads`)).toMatchObject({ open: [load.id] });
    const stream = await listen(`${economy.node.url}/v1/events?from=${economy.node.engine.height + 1}`);
    const [one, two] = [office(economy), office(economy)];
    await Promise.race([one.done(load.id), two.done(load.id)]);
    const next = await economy.load('later');
    await Promise.race([one.done(next.id), two.done(next.id)]);
    await one.stop();
    await two.stop();
    await stream.until((s) => s.blocks().at(-1)?.height === economy.node.engine.height);
    const issues = stream.blocks().flatMap((b) => b.events.filter((e) => e.kind === 'issued'));
    expect(issues.map((e) => e.load)).toEqual([load.id, next.id]);
    expect([...one.trouble, ...two.trouble]).toEqual([]);
    expect(await economy.get(`/v1/keysets/${economy.keys.keyset}/loads`)).toMatchObject({ open: [] });
    await economy.checkParity();
  });

  test('an office with foreign keys for a load says so, and the load stays open', async () => {
    const economy = new SmallEconomy(folder());
    await economy.start();
    await economy.prepare();
    await economy.claim();
    const load = await economy.load('x');
    const strangers = { ...makeOfficeKeys(nodeCrypto), keyset: economy.keys.keyset };
    const refusal = await new Promise<string>((resolve) => {
      const started = startOffice({
        url: economy.node.url,
        crypto: nodeCrypto,
        seed: seedOf('office'),
        keysets: [strangers],
        onTrouble: (_id, why) => resolve(why),
      });
      later(() => started.stop());
    });
    expect(['signing_failure', 'wrong_blind_signature']).toContain(refusal);
    expect(await economy.get(`/v1/loads/${load.id}`)).toMatchObject({ state: 'open' });
  });
});

describe('the office’s keys at rest', () => {
  test('are readable by their owner only, never overwritten, and come back as the same keyset', () => {
    const dir = folder();
    const path = join(dir, 'office.json');
    const keys = makeOfficeKeys(nodeCrypto);
    expect(writeOfficeKeys(path, keys).ok).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readOfficeKeys(nodeCrypto, path)).toEqual({ ok: true, value: keys });
    expect(writeOfficeKeys(path, keys)).toMatchObject({ ok: false, refusal: 'key_file_exists' });
    chmodSync(path, 0o640);
    expect(readOfficeKeys(nodeCrypto, path)).toMatchObject({ ok: false, refusal: 'key_file_open_to_others' });
    const other = join(dir, 'other.json');
    writeFileSync(other, JSON.stringify({ keyset: keys.keyset, keys: [] }), { mode: 0o600 });
    expect(readOfficeKeys(nodeCrypto, other)).toMatchObject({ ok: false, refusal: 'key_file_malformed' });
    expect(readOfficeKeys(nodeCrypto, join(dir, 'none'))).toMatchObject({ refusal: 'key_file_missing' });
  });
});

test('a refused registration leaves the accounts alone', async () => {
  const economy = new SmallEconomy(folder());
  await economy.start();
  await economy.prepare();
  const before = stateHash(economy.node.engine);
  expect(await economy.client.submit(register('bakery').bytes)).toMatchObject({
    ok: false,
    refusal: 'key_in_use',
  });
  expect(stateHash(economy.node.engine)).toBe(before);
});
