/** A till's book of the first form is carried over into the second: nothing is lost, and what was sealed stays where it was. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../main/database.ts';
import { Journal } from '../../main/journal.ts';
import { randomBelow } from '../../main/random.ts';
import { folder } from './helpers.ts';

const SCHEMA = new URL('../../main/schema.sql', import.meta.url);
let place: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
});
afterEach(() => place.remove());

it('transcripts, outbox and crowds of an older till come along', () => {
  const file = join(place.dir, 'till.db');
  const sealed = [randomBytes(640), randomBytes(640)];
  const old = new Database(file);
  old.pragma('journal_mode = WAL');
  old.exec(readFileSync(SCHEMA, 'utf8'));
  old.pragma('user_version = 1');
  const put = old.prepare('insert into transcript_slots (slot, crowd, content) values (?, ?, ?)');
  put.run(1, 0, Buffer.alloc(640));
  put.run(2, 300, sealed[0]);
  put.run(3, 301, sealed[1]);
  const entry = old.prepare(
    "insert into outbox (id, kind, envelope, due_at, state, refusal) values (?, 'count', ?, 5, ?, ?)",
  );
  entry.run('a'.repeat(64), Buffer.from('one'), 'waiting', null);
  entry.run('b'.repeat(64), Buffer.from('two'), 'set_aside', 'not_delegated');
  const crowd = old.prepare('insert into closed_crowds values (?, 20, 0, 7, ?, ?)');
  crowd.run(300, 'c'.repeat(64), 1_000);
  crowd.run(301, 'd'.repeat(64), null);
  old.close();

  const db = openDatabase(file, SCHEMA);
  expect(db.pragma('user_version', { simple: true })).toBe(2);
  const slots = () =>
    (
      db.prepare('select slot, content from transcript_slots order by slot').all() as { content: Buffer }[]
    ).map(({ content }) => [content.readUInt32BE(0), content.subarray(4)]);
  expect(slots()).toEqual([
    [0, Buffer.alloc(640)],
    [300, sealed[0]],
    [301, sealed[1]],
  ]);
  expect(db.prepare('select kind, state, refusal, reason from outbox order by id').all()).toEqual([
    { kind: 'count', state: 'waiting', refusal: null, reason: null },
    { kind: 'count', state: 'set_aside', refusal: 'not_delegated', reason: null },
  ]);
  // Retention goes on where it was: the crowd that was final long enough ago loses its transcripts, the other keeps them.
  const journal = new Journal(db, randomBelow, () => performance.now());
  journal.forgetTranscripts(2_000, 1_000);
  expect(slots().map(([number]) => number)).toEqual([0, 0, 301]);
  journal.redemptionFinal('d'.repeat(64), 2_000);
  journal.forgetTranscripts(2_999, 1_000);
  expect(slots().map(([number]) => number)).toEqual([0, 0, 301]);
  journal.forgetTranscripts(3_000, 1_000);
  expect(slots().map(([number]) => number)).toEqual([0, 0, 0]);
  db.close();
});

it('the book belongs to one process: a second one is refused, and no index of the log lies beside it', () => {
  const file = join(place.dir, 'till.db');
  const db = openDatabase(file, SCHEMA);
  expect(() => openDatabase(file, SCHEMA)).toThrow(/locked/);
  db.close();
  openDatabase(file, SCHEMA).close();
});
