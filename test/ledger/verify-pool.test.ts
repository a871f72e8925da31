/** Threads that verify: the same outcome as without them, in the same order, also when they fail. */
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { CHAIN, GENESIS, NOW, Nonces, PAST } from '../../bench/ledger/economy.ts';
import { type Minted, mint } from '../../bench/ledger/mint.ts';
import { importSpent, type Outlet } from '../../bench/ledger/redeeming.ts';
import { nodeCrypto } from '../../crypto/node.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import type { Engine } from '../../ledger/engine.ts';
import { importLedger } from '../../ledger/import.ts';
import { VerifyPool } from '../../ledger/verify-pool.ts';
import { WaitingRoom } from '../../ledger/waiting-room.ts';
import { type Built, makeEnvelope } from '../../src/economy/build.ts';
import { couponsDigest, sortCoupons } from '../../src/economy/coupon-verdict.ts';
import { decodeEnvelope, encodeEnvelope } from '../../src/economy/envelope.ts';
import type { Envelope, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { THREAD_FAILURES } from '../../src/limits.ts';
import { GENESIS as EMPTY, engineIn, folder, later, register } from './fixtures.ts';

/** Opens an engine; closed after the test. */
function open(
  dataDir: string,
  threads: number,
  extra: Partial<Parameters<typeof createEngine>[0]> = {},
): Engine {
  const created = createEngine({ dataDir, crypto: nodeCrypto, threads, clock: { now: () => NOW }, ...extra });
  if (!created.ok) throw new Error(`${created.refusal}: ${created.detail}`);
  later(() => created.value.close());
  return created.value;
}

/** What an engine answered and told, blocks aside: how many there are is a matter of time. */
async function outcome(engine: Engine, envelopes: readonly Uint8Array[]) {
  const answers = await Promise.all(envelopes.map((bytes) => engine.submit(bytes)));
  const blocks = engine.blocks(1, 10_000);
  return {
    answers: answers.map((a) => (a.ok ? a.value.status : `${a.refusal} ${a.detail}`)),
    order: blocks.flatMap(({ transactions }) => transactions),
    events: blocks.flatMap(({ events }) => events),
  };
}

/** The same envelope with a byte of a signature changed. */
function forged({ body, signatures }: Built, at = 0): Uint8Array {
  return encodeEnvelope(
    body,
    signatures.map((one, i) => {
      if (i !== at) return one;
      const signature = Uint8Array.from(one.signature);
      signature[5] = (signature[5] as number) ^ 1;
      return { ...one, signature };
    }),
  );
}

/** Good ones, forged ones, doubles, foreign ones, unsigned ones. */
function submissions(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const one = register(`collective ${i}`);
    if (i % 7 === 3) return forged(one);
    if (i % 11 === 5) return register(`collective ${i - 1}`).bytes;
    if (i % 13 === 6) return register(`collective ${i}`, false, 'other-chain').bytes;
    if (i % 17 === 8) return encodeEnvelope(one.body, []);
    return one.bytes;
  });
}

describe('signatures', () => {
  test('with threads or without, the answers, the order and what is told are the same', async () => {
    const all = submissions(400);
    const clock = { now: () => EMPTY.time };
    const alone = await outcome(open(folder(), 0, { genesis: EMPTY, clock }), all);
    const helped = await outcome(open(folder(), 2, { genesis: EMPTY, clock }), all);
    expect(helped).toEqual(alone);
    expect(new Set(alone.answers.map((a) => a.split(' ')[0]))).toEqual(
      new Set(['accepted', 'exists', 'bad_signature', 'foreign_chain', 'missing_signature']),
    );
    // The signer of the forged one is named.
    expect(alone.answers[3]).toBe(`bad_signature ${register('collective 3').signatures[0]?.key}`);
  });

  test('somebody else’s crypto is not given to threads', async () => {
    const started: string[] = [];
    const created = createEngine({
      dataDir: folder(),
      crypto: { ...nodeCrypto, ed25519Verify: () => true },
      genesis: EMPTY,
      startThread: (chain) => {
        started.push(chain);
        throw new Error('not asked for');
      },
    });
    if (!created.ok) throw new Error(created.refusal);
    later(() => created.value.close());
    const all = Array.from({ length: 40 }, (_, i) => forged(register(`collective ${i}`)));
    const { answers } = await outcome(created.value, all);
    expect(new Set(answers)).toEqual(new Set(['accepted']));
    expect(started).toEqual([]);
  });
});

/** A thread that does something else than it should. */
function broken(code: string) {
  return () => new Worker(`const { parentPort } = require('node:worker_threads'); ${code}`, { eval: true });
}

describe('threads that fail', () => {
  test.each([
    ['end at once', 'process.exit(3)'],
    ['end at their first job', "parentPort.on('message', () => process.exit(3))"],
    ['throw', "parentPort.on('message', () => { throw new Error('broken') })"],
  ])(
    'ones that %s: everything is verified all the same, and no more are started after some',
    async (_, code) => {
      const faults: unknown[] = [];
      let started = 0;
      const start = broken(code);
      const engine = open(folder(), 2, {
        genesis: EMPTY,
        clock: { now: () => EMPTY.time },
        onFault: (error) => faults.push(error),
        startThread: () => {
          started++;
          return start();
        },
      });
      const all = submissions(120);
      const without = await outcome(engineIn(folder()), all);
      expect(await outcome(engine, all)).toEqual(without);
      // Both may be at work when the last failure counts.
      expect(started).toBeLessThanOrEqual(THREAD_FAILURES + 1);
      expect(faults.length).toBeGreaterThanOrEqual(1);
    },
  );

  test('one that fails once is replaced', async () => {
    let started = 0;
    const url = new URL('../../ledger/verify-thread.ts', import.meta.url);
    const engine = open(folder(), 1, {
      genesis: EMPTY,
      clock: { now: () => EMPTY.time },
      startThread: (chain) =>
        started++ === 0
          ? broken("parentPort.on('message', () => process.exit(3))")()
          : new Worker(url, { workerData: { chain } }),
    });
    const all = submissions(300);
    // What the first one had is verified by the node itself; what comes later is for its successor.
    const { answers } = await outcome(engine, all.slice(0, 150));
    answers.push(...(await outcome(engine, all.slice(150))).answers);
    expect(answers.filter((a) => a === 'accepted').length).toBeGreaterThan(200);
    expect(started).toBe(2);
  });

  test('closing answers what waits and ends the threads', async () => {
    const workers: Worker[] = [];
    const url = new URL('../../ledger/verify-thread.ts', import.meta.url);
    const engine = open(folder(), 2, {
      genesis: EMPTY,
      clock: { now: () => EMPTY.time },
      startThread: (chain) => {
        const worker = new Worker(url, { workerData: { chain } });
        workers.push(worker);
        return worker;
      },
    });
    const waiting = Array.from({ length: 200 }, (_, i) => engine.submit(register(`collective ${i}`).bytes));
    await engine.close();
    const answers = await Promise.all(waiting);
    expect(answers.every((a) => a.ok)).toBe(true);
    expect(workers.length).toBeGreaterThan(0);
    expect(workers.map(({ threadId }) => threadId)).toEqual(workers.map(() => -1));
  });

  test('a pool that is closed gives back undecided what it was given', async () => {
    const pool = new VerifyPool({ threads: 1, chain: CHAIN, onFault: () => undefined });
    const seen: unknown[] = [];
    pool.signatures([register('a'), register('b')], (_from, _count, verdicts) => seen.push(verdicts));
    await pool.close();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((verdicts) => verdicts === undefined)).toBe(true);
  });
});

/** A ledger with an office and outlets, and coupons to redeem. */
function redeemable(minted: Minted): { readonly dataDir: string; readonly outlets: readonly Outlet[] } {
  const dataDir = folder();
  let outlets: readonly Outlet[] = [];
  const imported = importLedger({
    dataDir,
    crypto: nodeCrypto,
    genesis: GENESIS,
    from: PAST,
    fill: (importer) => {
      outlets = importSpent(importer, minted, 32);
    },
  });
  if (!imported.ok) throw new Error(imported.refusal);
  return { dataDir, outlets };
}

function redemption(
  outlet: Outlet,
  coupons: readonly RedeemedCoupon[],
  nonces: Nonces,
): readonly [Built, Built] {
  const sorted = sortCoupons(coupons);
  const digest = couponsDigest(nodeCrypto, sorted);
  const announce = makeEnvelope(
    nodeCrypto,
    { kind: 'announce', chain: CHAIN, nonce: nonces.next(), outlet: outlet.id, digest },
    [outlet.seed],
  );
  const redeem = makeEnvelope(
    nodeCrypto,
    { kind: 'redeem', chain: CHAIN, outlet: outlet.id, announcement: announce.id, coupons: sorted },
    [outlet.seed],
  );
  return [announce, redeem];
}

describe('coupons', () => {
  test('redeemed with threads or without, the same are taken, and the same skipped for the same reasons', async () => {
    const minted = await mint(256, 1);
    const one = redeemable(minted);
    const two = redeemable(minted);
    const nonces = new Nonces();
    for (let i = 0; i < 1_000; i++) nonces.next();
    const wrong = minted.coupons.map((coupon, i): RedeemedCoupon => {
      if (i % 5 === 1)
        return { ...coupon, signature: Uint8Array.from(coupon.signature, (b, at) => (at === 9 ? b ^ 1 : b)) };
      if (i % 5 === 2) return { ...coupon, exponent: (coupon.exponent + 1) % 9 };
      if (i % 5 === 3) return { ...coupon, keyset: 'ab'.repeat(32) };
      return coupon;
    });
    const [first, second] = one.outlets as readonly [Outlet, Outlet];
    const all = [
      ...redemption(first, wrong, nonces),
      // Announced later: what the first one took stays taken.
      ...redemption(second, minted.coupons.slice(0, 100), nonces),
      ...redemption(second, minted.coupons.slice(100), nonces),
    ].map(({ bytes }) => bytes);
    const alone = await outcome(open(one.dataDir, 0), all);
    const helped = await outcome(open(two.dataDir, 2), all);
    expect(helped).toEqual(alone);
    const redeemed = alone.events.filter((e) => e.kind === 'redeemed');
    expect(redeemed.length).toBe(3);
    const skipped = new Set(redeemed.flatMap((e) => e.skipped.map(({ refusal }) => refusal)));
    expect(skipped).toEqual(new Set(['coupon_wrong', 'unknown_keyset', 'coupon_spent']));
  });

  test('nobody has coupons verified who may not redeem: a forged signature, a stranger’s key', async () => {
    const minted = await mint(60, 1);
    const { dataDir, outlets } = redeemable(minted);
    const [outlet, other] = outlets as readonly [Outlet, Outlet];
    const [, redeem] = redemption(outlet, minted.coupons, new Nonces());
    const stranger = makeEnvelope(nodeCrypto, redeem.transaction, [other.seed]);
    const engine = open(dataDir, 0);
    const view = engine.view();
    if (!view.ok) throw new Error(view.refusal);
    class Counting extends VerifyPool {
      asked = 0;
      override coupons(...rest: Parameters<VerifyPool['coupons']>): void {
        this.asked++;
        super.coupons(...rest);
      }
    }
    const pool = new Counting({ threads: 1, chain: CHAIN, onFault: () => undefined });
    later(() => pool.close());
    const asked = async (bytes: Uint8Array): Promise<number> => {
      const before = pool.asked;
      const machine = {
        state: view.value.state,
        signersFit: (e: Envelope) => e.signatures[0]?.key === outlet.key,
      };
      const room = new WaitingRoom<string>({
        pool,
        chain: CHAIN,
        machine: () => machine,
        onBatch: () => undefined,
      });
      const decoded = decodeEnvelope(bytes, nodeCrypto);
      if (!decoded.ok) throw new Error(decoded.refusal);
      room.enter(decoded.value, bytes, () => undefined);
      await room.allReady();
      expect(room.take()).toHaveLength(1);
      return pool.asked - before;
    };
    expect(await asked(redeem.bytes)).toBe(1);
    expect(await asked(forged(redeem))).toBe(0);
    expect(await asked(stranger.bytes)).toBe(0);
  });
});
