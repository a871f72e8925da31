import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { manualClock } from '../../ledger/clock.ts';
import { migrations, openForWriting } from '../../ledger/database.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import { decodeEnvelope } from '../../src/economy/envelope.ts';
import {
  accepted,
  build,
  engineIn,
  folder,
  GENESIS,
  keyOfName,
  nonce,
  register,
  START,
  stateHash,
} from './fixtures.ts';

const DAY = 86_400;

describe('submitting', () => {
  test('an accepted transaction has a height; the same bytes again are `exists`, and no block', async () => {
    const engine = engineIn(folder());
    const bakery = register('bakery');
    const id = bakery.id;
    expect(await engine.submit(bakery.bytes)).toEqual({
      ok: true,
      value: { id, status: 'accepted', height: 1 },
    });
    expect(await engine.submit(bakery.bytes)).toEqual({
      ok: true,
      value: { id, status: 'exists', height: 1 },
    });
    expect(engine.height).toBe(1);
  });

  test('submissions that wait together make one block, in their order; a double among them exists', async () => {
    const engine = engineIn(folder());
    const all = ['a', 'b', 'c', 'a'].map((name) => register(name));
    const answers = await Promise.all(all.map(({ bytes }) => engine.submit(bytes)));
    expect(answers.map((a) => a.ok && a.value.status)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'exists',
    ]);
    expect(answers.map((a) => a.ok && a.value.height)).toEqual([1, 1, 1, 1]);
    expect(engine.block(1)?.transactions).toEqual(all.slice(0, 3).map(({ id }) => id));
  });

  test('a new block is told to streams as it is read back from disk, and never before its turn', async () => {
    const dir = folder();
    const engine = engineIn(dir);
    for (const name of ['a', 'b', 'c']) await accepted(engine, register(name));
    const told = [0, 1, 2, 3, 4].map((from) => JSON.stringify(engine.blocks(from, 1)));
    const all = JSON.stringify(engine.blocks(0, 10));
    expect(engine.blocks(3, 0)).toEqual([]);
    await engine.close();
    const again = engineIn(dir);
    expect([0, 1, 2, 3, 4].map((from) => JSON.stringify(again.blocks(from, 1)))).toEqual(told);
    expect(JSON.stringify(again.blocks(0, 10))).toBe(all);
    expect(again.blocks(3, 1)[0]?.transactions).toEqual([register('c').id]);
  });

  test('a refused transaction in a block leaves the others alone', async () => {
    const engine = engineIn(folder());
    const twice = build(
      {
        kind: 'register',
        chain: GENESIS.chain,
        nonce: nonce(9),
        key: keyOfName('a'),
        name: 'x',
        dispatches: false,
      },
      'a',
    );
    const answers = await Promise.all(
      [register('a'), twice, register('b')].map((b) => engine.submit(b.bytes)),
    );
    expect(answers.map((a) => (a.ok ? a.value.status : a.refusal))).toEqual([
      'accepted',
      'key_in_use',
      'accepted',
    ]);
    expect(engine.block(1)?.header.count).toBe(2);
  });

  test('L5: refused alone, a transaction makes no block and leaves the state hash, also after time has passed', async () => {
    const clock = manualClock(START);
    const engine = engineIn(folder(), clock);
    await accepted(engine, register('a'));
    const before = stateHash(engine);
    clock.set(START + DAY);
    const answer = await engine.submit(register('b', false, 'other-chain').bytes);
    expect(answer).toMatchObject({ ok: false, refusal: 'foreign_chain' });
    expect(stateHash(engine)).toBe(before);
    expect(engine.height).toBe(1);
    // Nothing of the refused block is left in the next one.
    await accepted(engine, register('b'));
    expect(engine.block(2)?.header.time).toBe(START + DAY);
  });

  test('the caller may use its buffer again before the block is made', async () => {
    const dir = folder();
    const engine = engineIn(dir);
    const buffer = Uint8Array.from(register('a').bytes);
    const answer = engine.submit(buffer);
    buffer.fill(0);
    expect((await answer).ok).toBe(true);
    expect(engine.transactions(1)[0]?.envelope).toEqual(Uint8Array.from(register('a').bytes));
    await engine.close();
    expect(verifyLedger(dir, nodeCrypto).ok).toBe(true);
  });

  test('what waits when the engine closes is answered, and kept', async () => {
    const dir = folder();
    const engine = engineIn(dir);
    const answer = engine.submit(register('a').bytes);
    await engine.close();
    expect(await answer).toMatchObject({ ok: true, value: { status: 'accepted' } });
    expect(await engine.submit(register('b').bytes)).toMatchObject({
      ok: false,
      refusal: 'ledger_unavailable',
    });
    expect(engineIn(dir).height).toBe(1);
  });

  test('block time is the ledger’s clock and never goes back, whatever the clock says', async () => {
    let time = START + 100;
    const engine = engineIn(folder(), { now: () => time });
    await accepted(engine, register('a'));
    time = START - 5_000;
    await accepted(engine, register('b'));
    expect(engine.now()).toBe(START + 100);
    time = START + 200;
    await accepted(engine, register('c'));
    expect([1, 2, 3].map((h) => engine.block(h)?.header.time)).toEqual([
      START + 100,
      START + 100,
      START + 200,
    ]);
  });

  test('subscribers hear of a block when it can be read', async () => {
    const engine = engineIn(folder());
    const heard: number[] = [];
    const stop = engine.subscribe(() => heard.push(...engine.blocks(engine.height, 1).map((b) => b.height)));
    await accepted(engine, register('a'));
    await engine.submit(register('a').bytes);
    await accepted(engine, register('b'));
    stop();
    await accepted(engine, register('c'));
    expect(heard).toEqual([1, 2]);
  });
});

describe('restart', () => {
  test('L4: the same state hash, the same order of rows, and the chain goes on', async () => {
    const dir = folder();
    const first = engineIn(dir);
    for (const name of ['c', 'a', 'b']) await accepted(first, register(name));
    const before = stateHash(first);
    const view = first.view();
    const rows = view.ok ? [...view.value.state.collectives.entries()] : [];
    await first.close();
    const second = engineIn(dir);
    expect(stateHash(second)).toBe(before);
    const again = second.view();
    expect(again.ok && [...again.value.state.collectives.entries()]).toEqual(rows);
    await accepted(second, register('d'));
    expect(second.block(4)?.header.previous).toBe(second.block(3)?.hash);
  });

  test('one folder has one writer, and one chain', async () => {
    const dir = folder();
    const engine = engineIn(dir);
    expect(openForWriting(dir)).toMatchObject({ ok: false, refusal: 'folder_in_use' });
    await engine.close();
    const other = { ...GENESIS, parameters: { ...GENESIS.parameters, k: 3 } };
    expect(createEngine({ dataDir: dir, crypto: nodeCrypto, genesis: other })).toMatchObject({
      ok: false,
      refusal: 'other_genesis',
    });
    expect(createEngine({ dataDir: folder(), crypto: nodeCrypto })).toMatchObject({
      ok: false,
      refusal: 'no_genesis',
    });
  });

  test('durability is asked for at every open: synchronous FULL, secure_delete ON, WAL', () => {
    const dir = folder();
    for (let open = 0; open < 2; open++) {
      const opened = openForWriting(dir);
      if (!opened.ok) throw new Error(opened.refusal);
      const { database, close } = opened.value;
      expect(database.pragma('synchronous', { simple: true })).toBe(2);
      expect(database.pragma('secure_delete', { simple: true })).toBe(1);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      close();
    }
  });

  test('a database of a later version is left alone, a file that is none is a disk error', () => {
    const dir = folder();
    const opened = openForWriting(dir);
    if (!opened.ok) throw new Error(opened.refusal);
    opened.value.database.pragma('user_version = 99');
    opened.value.close();
    expect(openForWriting(dir)).toMatchObject({ ok: false, refusal: 'database_too_new' });
    const other = folder();
    writeFileSync(join(other, 'ledger.db'), 'this is no database at all, but long enough to be read');
    expect(openForWriting(other)).toMatchObject({ ok: false, refusal: 'disk_error' });
  });

  test('migrations are numbered without gaps', () => {
    expect(migrations('-- x\n-- migration 1: a\none\n-- migration 2: b\ntwo\n').map((m) => m.number)).toEqual(
      [1, 2],
    );
    expect(() => migrations('-- migration 2: a\none\n')).toThrow();
  });
});

/** A ledger of three blocks, closed, and a way to spoil its file as nothing in the programme can. */
async function spoiled(sql: string): Promise<string> {
  const dir = folder();
  const engine = engineIn(dir);
  for (const name of ['a', 'b', 'c']) await accepted(engine, register(name));
  await engine.close();
  const file = new Sqlite(join(dir, 'ledger.db'));
  file.exec(
    'drop trigger blocks_stay; drop trigger blocks_remain; drop trigger transactions_stay; drop trigger transactions_remain;',
  );
  file.exec(sql);
  file.close();
  return dir;
}

describe('L6: verify replays the chain from genesis', () => {
  test('and finds the same hash at every height, beside a running node', async () => {
    const dir = folder();
    const engine = engineIn(dir);
    for (const name of ['a', 'b', 'c']) await accepted(engine, register(name));
    const heights: number[] = [];
    const verified = verifyLedger(dir, nodeCrypto, (height) => heights.push(height));
    expect(verified).toMatchObject({
      ok: true,
      value: { chain: GENESIS.chain, height: 3, transactions: 3, stateHash: stateHash(engine) },
    });
    expect(heights).toEqual([0, 1, 2, 3]);
  });

  test.each([
    [
      'a changed event',
      `update blocks set events = replace(events, '"a"', '"z"') where height = 1`,
      'height 1: events',
    ],
    ['a changed time', 'update blocks set time = time + 1 where height = 3', 'height 3: stateHash'],
    [
      'a changed state hash',
      'update blocks set state_hash = zeroblob(32) where height = 2',
      'height 2: stateHash',
    ],
    [
      'a changed name',
      `update transactions set envelope = cast(replace(envelope, X'646E616D656161', X'646E616D65617A') as blob) where height = 1`,
      'height 1: transaction',
    ],
    ['a missing transaction', 'delete from transactions where height = 2', 'height 2'],
    ['a changed row', `update state_rows set row = X'00' where name = 'transactions'`, 'stored rows'],
    [
      'a missing row',
      `delete from state_rows where name = 'collectives' and slot = (select max(slot) from state_rows where name = 'collectives')`,
      'stored rows',
    ],
    ['another genesis', `update genesis set document = replace(document, '"k":20', '"k":2')`, 'height 0'],
  ])('and finds %s', async (_what, sql, where) => {
    const verified = verifyLedger(await spoiled(sql), nodeCrypto);
    expect(verified).toMatchObject({ ok: false, refusal: 'differs' });
    expect(!verified.ok && verified.detail).toContain(where);
  });

  test('a node does not start on rows that do not give the state hash', async () => {
    const dir = await spoiled(`delete from state_rows where name = 'collectives'`);
    expect(createEngine({ dataDir: dir, crypto: nodeCrypto })).toMatchObject({
      ok: false,
      refusal: 'damaged',
    });
  });

  test('the database itself refuses to change or drop a block, or to leave one out', async () => {
    const dir = folder();
    await accepted(engineIn(dir), register('a'));
    const file = new Sqlite(join(dir, 'ledger.db'));
    for (const sql of [
      'update blocks set time = 0',
      'delete from blocks where height = 1',
      'update transactions set position = 7',
      'delete from transactions',
      `insert into blocks select 5, time, previous, transactions_root, state_hash, randomblob(32), count, slots, events from blocks where height = 1`,
      `insert into blocks select 2, time - 1, previous, transactions_root, state_hash, randomblob(32), count, slots, events from blocks where height = 1`,
    ])
      expect(() => file.exec(sql)).toThrow();
    file.close();
  });

  test('no ledger, no verification', () => {
    expect(verifyLedger(folder(), nodeCrypto)).toMatchObject({ ok: false, refusal: 'no_ledger' });
  });
});

test('an envelope in the store is what came in, byte for byte', async () => {
  const engine = engineIn(folder());
  const built = register('a');
  await accepted(engine, built);
  const stored = engine.transactions(1)[0];
  expect(stored).toEqual({ id: built.id, envelope: Uint8Array.from(built.bytes) });
  expect(decodeEnvelope(stored?.envelope as Uint8Array, nodeCrypto).ok).toBe(true);
});
