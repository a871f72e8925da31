/**
 * One side of the measurement as a process of its own, so that neither its memory nor its garbage touches the others: a
 * ledger of some size, the engine on it, and the floor for the same signatures. Gets its task as the first message, says
 * `ready`, then runs what it is told, round by round.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { createEngine, type EngineOptions } from '../../ledger/embedded-engine.ts';
import type { Engine } from '../../ledger/engine.ts';
import { importLedger } from '../../ledger/import.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import { hexBytes } from '../../src/bytes.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { decodeEnvelope, signedBytes } from '../../src/economy/envelope.ts';
import { build, CHAIN, type Economy, GENESIS, NOW, Nonces, OBJECTS_EACH, PAST } from './economy.ts';
import { Floor, type Signature } from './floor.ts';
import type { Minted } from './mint.ts';
import { Chance, mixedStream, TURN } from './mixed.ts';
import { importSpent, type Outlet, redemptions } from './redeeming.ts';

export type Task =
  | {
      readonly what: 'mixed';
      readonly objects: number;
      readonly perRound: number;
      readonly rounds: number;
      readonly threads: number;
    }
  | {
      readonly what: 'redeem';
      readonly spent: number;
      readonly minted: Minted;
      readonly perRound: number;
      readonly rounds: number;
      readonly threads: number;
    }
  | { readonly what: 'replay'; readonly transactions: number; readonly threads: number };
/** One measurement: how many of what is counted, in how many milliseconds, and how many of the processor's. */
export interface Measured {
  readonly count: number;
  readonly ms: number;
  readonly cpuMs: number;
}
export type Order = { readonly run: 'engine' | 'floor'; readonly round: number } | { readonly run: 'stop' };

/**
 * Transactions under way at the same time, as of so many senders: enough for the threads and for blocks, and few enough beside a round
 * that its beginning, before there is a block to make, and its end, when nothing is left to verify, count for little.
 */
const UNDER_WAY = { mixed: 600, redeem: 32, replay: 2_000 };

async function drive(engine: Engine, envelopes: readonly Uint8Array[], underWay: number): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < envelopes.length) {
      const answer = await engine.submit(envelopes[next++] as Uint8Array);
      if (!answer.ok || answer.value.status !== 'accepted') throw new Error(JSON.stringify(answer));
    }
  };
  await Promise.all(Array.from({ length: underWay }, sender));
}

async function measured(count: number, work: () => Promise<unknown>): Promise<Measured> {
  const before = process.cpuUsage();
  const begun = performance.now();
  await work();
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return { count, ms, cpuMs: (user + system) / 1000 };
}

function open(dataDir: string, threads: number, more: Partial<EngineOptions> = {}): Engine {
  const created = createEngine({
    dataDir,
    crypto: nodeCrypto,
    threads,
    clock: { now: () => NOW },
    ...more,
    onFault: (error) => {
      throw error;
    },
  });
  if (!created.ok) throw new Error(`${created.refusal}: ${created.detail}`);
  return created.value;
}

/** The signatures of envelopes, as the floor takes them: the coupons of redemptions, or else the envelopes' own. */
function signaturesOf(envelopes: readonly Uint8Array[], coupons: boolean): Signature[] {
  return envelopes.flatMap((bytes): Signature[] => {
    const decoded = decodeEnvelope(bytes, nodeCrypto);
    if (!decoded.ok) throw new Error(decoded.refusal);
    const { id, signatures, transaction } = decoded.value;
    if (coupons)
      return transaction.kind !== 'redeem'
        ? []
        : transaction.coupons.map(({ exponent, serial, signature }) => ({
            key: exponent,
            message: hexBytes(serial),
            signature,
          }));
    const message = signedBytes(CHAIN, hexBytes(id));
    return signatures.map(({ key, signature }) => ({ key: hexBytes(key).subarray(1), message, signature }));
  });
}

interface Side {
  engine(round: number): Promise<Measured>;
  floor(round: number): Promise<Measured>;
  close(): Promise<void>;
}

function must(imported: { readonly ok: boolean; readonly refusal?: string }): void {
  if (!imported.ok) throw new Error(imported.refusal);
}

/** Small ledgers are taken from a fresh copy each round, so that they stay small; large ones hardly grow. */
function mixedSide(
  folder: string,
  { objects, perRound, rounds, threads }: Extract<Task, { what: 'mixed' }>,
): Side {
  const dataDir = join(folder, 'ledger');
  const nonces = new Nonces();
  let economy: Economy | undefined;
  must(
    importLedger({
      dataDir,
      crypto: nodeCrypto,
      genesis: GENESIS,
      from: PAST,
      fill: (importer) => {
        economy = build(
          Math.ceil(objects / OBJECTS_EACH),
          nonces,
          (transaction, ...signers) =>
            importer.apply(
              transaction,
              signers.map(({ key }) => key),
            ),
          () => importer.at(NOW),
        );
      },
    }),
  );
  if (economy === undefined) throw new Error('nothing was built');
  const chance = new Chance(20_261_122);
  const turns = Math.round(perRound / TURN);
  const small = objects < 100_000;
  const claims = [...economy.claimable];
  const streams: Uint8Array[][] = [];
  for (let round = 0; round < rounds; round++)
    streams.push(mixedStream(economy, turns, nonces, chance, small ? [...economy.claimable] : claims));
  const floor = new Floor(
    streams.map((stream) => signaturesOf(stream, false)),
    [],
    threads,
  );
  const standing = small ? undefined : open(dataDir, threads);
  return {
    async engine(round) {
      const stream = streams[round] as Uint8Array[];
      if (standing !== undefined)
        return measured(stream.length, () => drive(standing, stream, UNDER_WAY.mixed));
      const copy = join(folder, 'copy');
      cpSync(dataDir, copy, { recursive: true });
      const engine = open(copy, threads);
      // A node that was only just opened starts its threads now; a node that runs has them.
      const begun = Math.floor(stream.length / 10);
      await drive(engine, stream.slice(0, begun), UNDER_WAY.mixed);
      const rest = stream.slice(begun);
      const result = await measured(rest.length, () => drive(engine, rest, UNDER_WAY.mixed));
      await engine.close();
      rmSync(copy, { recursive: true });
      return result;
    },
    floor: (round) => measured((streams[round] as Uint8Array[]).length, () => floor.run(round)),
    async close() {
      await standing?.close();
      await floor.close();
    },
  };
}

interface Redeeming {
  readonly streams: readonly (readonly Uint8Array[])[];
  readonly floor: Floor;
}

/** The ledger of a redeeming side, and what is sent to it. By itself, so that nothing of what it took to make it stays in memory. */
function makeRedeeming(
  dataDir: string,
  { spent, minted, perRound, rounds, threads }: Extract<Task, { what: 'redeem' }>,
): Redeeming {
  let outlets: Outlet[] = [];
  must(
    importLedger({
      dataDir,
      crypto: nodeCrypto,
      genesis: GENESIS,
      from: PAST,
      fill: (importer) => {
        outlets = importSpent(importer, minted, spent);
      },
    }),
  );
  const nonces = new Nonces();
  // Other nonces than those of the import.
  for (let i = 0; i < 2 * (spent + 1_000); i++) nonces.next();
  const streams = Array.from({ length: rounds }, (_, round) =>
    redemptions(outlets, minted.coupons.slice(round * perRound, (round + 1) * perRound), nonces),
  );
  const floor = new Floor(
    streams.map((stream) => signaturesOf(stream, true)),
    minted.keys.map(({ n }) => n),
    threads,
  );
  return { streams, floor };
}

function redeemSide(folder: string, task: Extract<Task, { what: 'redeem' }>): Side {
  const dataDir = join(folder, 'ledger');
  const { perRound, threads } = task;
  const { streams, floor } = makeRedeeming(dataDir, task);
  const engine = open(dataDir, threads);
  return {
    engine: (round) =>
      measured(perRound, () => drive(engine, streams[round] as Uint8Array[], UNDER_WAY.redeem)),
    floor: (round) => measured(perRound, () => floor.run(round)),
    async close() {
      await engine.close();
      await floor.close();
    },
  };
}

/** An ordinary ledger, every transaction signed: what verifying it from its genesis on is measured with. */
async function replaySide(
  folder: string,
  { transactions, threads }: Extract<Task, { what: 'replay' }>,
): Promise<Side> {
  const dataDir = join(folder, 'ledger');
  const nonces = new Nonces();
  const envelopes: Uint8Array[] = [];
  let month = 0;
  const economy = build(
    50,
    nonces,
    (transaction, ...signers) => {
      const built = makeEnvelope(
        nodeCrypto,
        transaction,
        signers.map(({ seed }) => seed),
      );
      envelopes.push(built.bytes);
      return built.id;
    },
    () => {
      month = envelopes.length;
    },
  );
  const turns = Math.max(1, Math.floor((transactions - envelopes.length) / TURN));
  const claims = [...economy.claimable];
  const chance = new Chance(7);
  const stream = mixedStream(economy, Math.min(turns, claims.length), nonces, chance, claims);
  let now = PAST;
  const engine = open(dataDir, threads, { genesis: { ...GENESIS, time: PAST }, clock: { now: () => now } });
  await drive(engine, envelopes.slice(0, month), UNDER_WAY.replay);
  now = NOW;
  await drive(engine, [...envelopes.slice(month), ...stream], UNDER_WAY.replay);
  await engine.close();
  const verify = (): Promise<Measured> =>
    measured(envelopes.length + stream.length, async () => {
      const verified = verifyLedger(dataDir, nodeCrypto);
      if (!verified.ok) throw new Error(`${verified.refusal}: ${verified.detail}`);
    });
  return { engine: verify, floor: verify, close: async () => undefined };
}

function send(message: unknown): void {
  process.send?.(message);
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'timecard-bench-'));
  // Also when who asked is no more.
  process.once('disconnect', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
  process.once('message', async (task: Task) => {
    const side =
      task.what === 'mixed'
        ? mixedSide(folder, task)
        : task.what === 'redeem'
          ? redeemSide(folder, task)
          : await replaySide(folder, task);
    process.on('message', async (order: Order) => {
      if (order.run === 'stop') {
        await side.close();
        process.disconnect();
      } else send(await side[order.run](order.round));
    });
    send('ready');
  });
}

if (import.meta.main) main();
