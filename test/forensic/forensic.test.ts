/**
 * After many sales: does anything in the terminal's folder join a serial to a basket, an amount or a time, or one serial of a sale to
 * another? The same judge looks at the real till and at tills in which one protection is switched off from outside.
 * Everything comes from fixed seeds; figures and what they mean: docs/forensics.md.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../main/database.ts';
import { Slots } from '../../main/slots.ts';
import type { Snapshot } from './evidence.ts';
import { type Finding, match, table } from './matcher.ts';
import { makeTown, type OutletOptions, openOutlet, type Town, type Truth } from './outlet.ts';

vi.setConfig({ testTimeout: 300_000 });
const SEED = 'forensic 1';
const SALES = 119;
const K = 40;
let town: Town;
let dir: string;
beforeAll(() => {
  town = makeTown(SEED);
});
afterAll(() => vi.restoreAllMocks());
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

/** Every file but the reserve, which is a megabyte of zeros. */
function look(): Snapshot {
  const names = readdirSync(dir).filter((name) => name !== 'reserve');
  return new Map(names.map((name) => [name, readFileSync(join(dir, name))]));
}

type Build = Partial<Omit<OutletOptions, 'dir'>>;

/** Sells, looks now and then while the till runs, and judges. */
async function judged(
  title: string,
  build: Build = {},
  { sales = SALES, every = 17 } = {},
): Promise<readonly Finding[]> {
  dir = mkdtempSync(join(tmpdir(), 'timecard-forensic-'));
  const outlet = await openOutlet(town, { dir, k: K, ...build });
  const truths: Truth[] = [];
  const looks: Snapshot[] = [];
  for (let i = 1; i <= sales; i++) {
    truths.push(await outlet.sell());
    if (i % every === 0) looks.push(look());
  }
  await outlet.sent();
  looks.push(look());
  await outlet.stop();
  const findings = match(town, truths, looks);
  console.log(table(title, findings));
  return findings;
}

const alarms = (findings: readonly Finding[]) =>
  findings.filter(({ alarm }) => alarm).map(({ channel }) => channel);

/** The terminal's way to open its book, and then something less than that. */
const weaker =
  (weaken: (db: ReturnType<typeof openDatabase>) => void): NonNullable<Build['open']> =>
  (file, schema, rebuildable) => {
    const db = openDatabase(file, schema, rebuildable);
    if (rebuildable !== true) weaken(db);
    return db;
  };

describe('the real till', () => {
  it('is at chance in every channel', async () => {
    const findings = await judged('real');
    expect(alarms(findings)).toEqual([]);
    // A till that wrote nothing would be at chance too.
    expect(findings.find(({ channel }) => channel === 'neighbours by row')?.accuracy).not.toBeNull();
  });

  it('is at chance when the slots ran out in the middle of a crowd', async () => {
    expect(alarms(await judged('real, slots laid down in the middle', { k: 1_000 }))).toEqual([]);
  });
});

describe('a planted link is found', () => {
  it('slots taken in order of arrival', async () => {
    const found = alarms(await judged('planted: no random slots', { below: () => 0 }));
    expect(found).toEqual(
      expect.arrayContaining([
        'neighbours by file offset',
        'neighbours by row',
        'time by row',
        'transcripts’ time by row',
      ]),
    );
  });

  it('new slots that are not mixed with the old ones', async () => {
    const grow = Slots.prototype.grow;
    vi.spyOn(Slots.prototype, 'grow').mockImplementation(function (this: Slots, _used, below) {
      return grow.call(this, [], below);
    });
    const found = alarms(await judged('planted: new slots not mixed', { k: 1_000 }));
    expect(found).toEqual(expect.arrayContaining(['time by file offset', 'time by row']));
  });

  it('deleted content left in free space', async () => {
    const open = weaker((db) => db.pragma('secure_delete = OFF'));
    expect(alarms(await judged('planted: no secure delete', { open }, { sales: 40, every: 5 }))).toContain(
      'by value',
    );
  });

  it('a log that is written back and not truncated', async () => {
    const open = weaker((db) => {
      const pragma = db.pragma.bind(db);
      db.pragma = (text, options) =>
        pragma(text === 'wal_checkpoint(TRUNCATE)' ? 'wal_checkpoint(PASSIVE)' : text, options);
    });
    const found = alarms(await judged('planted: log not truncated', { open }, { sales: 40, every: 5 }));
    expect(found).toContain('by value');
  });

  it('no checkpoint at all', async () => {
    const open = weaker((db) => {
      const pragma = db.pragma.bind(db);
      db.pragma = (text, options) =>
        text === 'wal_checkpoint(TRUNCATE)' ? [{ busy: 0 }] : pragma(text, options);
    });
    const found = alarms(await judged('planted: no checkpoint', { open }, { sales: 24, every: 1_000 }));
    expect(found).toEqual(expect.arrayContaining(['by value', 'frames of one commit in the log']));
  });

  it('the index of the log in a file', async () => {
    // As it was shared between processes: SQLite leaves the pages of the last commits in `-shm`.
    const open: Build['open'] = (file, schema) => {
      const db = openDatabase(file, schema, true);
      db.pragma('synchronous = FULL');
      db.pragma('wal_autocheckpoint = 0');
      return db;
    };
    expect(alarms(await judged('planted: index in a file', { open }, { sales: 80, every: 5 }))).toContain(
      'pages in the index of the log',
    );
  });
});

/** One life that ends by SIGKILL between the commit of its last sale and the erasure. */
async function killedLife(life: number, before: number, sales: number): Promise<Truth[]> {
  const script = fileURLToPath(new URL('./killed.ts', import.meta.url));
  const words = [script, dir, SEED, '1000', String(life), String(before), String(sales)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  const truths = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Truth);
  expect(truths).toHaveLength(sales);
  return truths;
}

it('killed between commit and erasure: the disk tells of that one sale until the restart, and of none after it', async () => {
  dir = mkdtempSync(join(tmpdir(), 'timecard-forensic-'));
  const truths: Truth[] = [];
  const dead: Snapshot[] = [];
  const restarted: Snapshot[] = [];
  for (let life = 0; life < 3; life++) {
    truths.push(...(await killedLife(2 * life, truths.length, 6)));
    dead.push(look());
    const outlet = await openOutlet(town, {
      dir,
      k: 1_000,
      life: 2 * life + 1,
      before: { crowd: 1, sales: truths.length },
    });
    restarted.push(look());
    // Nothing of the sale is lost with what is erased.
    expect((await outlet.sell()).crowd).toBe(1);
    await outlet.stop();
  }
  const before = match(town, truths, dead);
  console.log(table('killed, before the restart', before));
  expect(alarms(before)).toContain('frames of one commit in the log');
  const after = match(town, truths, restarted);
  console.log(table('killed, after the restart', after));
  expect(alarms(after)).toEqual([]);
}, 600_000);
