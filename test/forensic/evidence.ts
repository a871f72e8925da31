/**
 * What a curious eye could get out of a till's files, as figures without a judgement: for each channel the places, orders and groups
 * in which serials, or values of sales, lie. It reads bytes; of the terminal it knows what anybody may read in
 * `main/schema.sql`. SQLite's file formats: <https://www.sqlite.org/fileformat2.html>, `walformat.html`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Truth } from './outlet.ts';

/** Every file of a data directory by its name. */
export type Snapshot = ReadonlyMap<string, Buffer>;

/** Ways to write the same bytes. */
function spellings(bytes: Buffer): Buffer[] {
  const hex = bytes.toString('hex');
  const found = [bytes, Buffer.from(hex), Buffer.from(hex.toUpperCase())];
  // In base64 a value looks differently at each of three places; the edges mix with what stands beside it.
  for (let shift = 0; shift < 3; shift++) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = shift === 0 ? 0 : shift + 1;
    const inner = text.slice(from, -1);
    found.push(Buffer.from(inner), Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return found;
}

/** SQLite's variable-length integer. */
function varint(value: bigint): Buffer {
  const groups = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) groups.unshift(Number(rest & 0x7fn) | 0x80);
  return Buffer.from(groups);
}

/** LEB128: the other order. */
function leb128(value: bigint): Buffer {
  const groups: number[] = [];
  let rest = value;
  do {
    const more = rest >> 7n;
    groups.push(Number(rest & 0x7fn) | (more > 0n ? 0x80 : 0));
    rest = more;
  } while (rest > 0n);
  return Buffer.from(groups);
}

/** A number in every binary form of at least three bytes, and in decimal. Shorter forms stand beside everything by chance. */
function numbers(value: bigint): Buffer[] {
  const found = [Buffer.from(String(value)), varint(value), leb128(value)];
  for (const width of [4, 6, 8]) {
    const big = Buffer.from(value.toString(16).padStart(width * 2, '0'), 'hex');
    if (big.length > width) continue;
    found.push(big, Buffer.from(big).reverse());
  }
  return found.filter((one) => one.length >= 3);
}

/** What would betray a sale if it stood near a serial: its id, its basket, its amount, its time. */
function tokensOf({ purchaseId, goods, minutes, at }: Truth): Buffer[] {
  return [
    ...spellings(Buffer.from(purchaseId, 'hex')),
    Buffer.from(JSON.stringify(goods)),
    ...goods.map((line) => Buffer.from(JSON.stringify(line))),
    ...goods.map(({ type, amount }) => Buffer.from(`"${type}",${amount}`)),
    ...numbers(BigInt(at)),
    ...numbers(BigInt(at) * 1_000n),
    ...numbers(BigInt(minutes) * 1_000_000n),
    Buffer.from(`"minutes":${minutes},`),
  ];
}

function places(haystack: Buffer, needle: Buffer): number[] {
  const found: number[] = [];
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) found.push(at);
  return found;
}

/** How far apart two things may lie and still count as together: a page and half of the next. */
const NEAR = 6_144;

/**
 * Bits of surprise that serial and sale stand near each other, in the order of both lists: for every spelling of every value of
 * the sale that lies within NEAR bytes, the logarithm of how seldom that is in this file.
 */
export function nearness(
  snapshot: Snapshot,
  serials: readonly string[],
  sales: readonly Truth[],
): Float64Array[] {
  const bits = serials.map(() => new Float64Array(sales.length));
  for (const file of snapshot.values()) {
    const where = serials.map((serial) =>
      spellings(Buffer.from(serial, 'hex')).flatMap((needle) => places(file, needle)),
    );
    if (where.every((one) => one.length === 0)) continue;
    for (const [s, sale] of sales.entries())
      for (const token of tokensOf(sale)) {
        const found = places(file, token);
        if (found.length === 0) continue;
        const surprise = -Math.log2(Math.min(1, (found.length * 2 * NEAR) / file.length));
        if (surprise <= 0) continue;
        for (const [c, at] of where.entries())
          if (at.some((a) => found.some((b) => Math.abs(a - b) <= NEAR)))
            (bits[c] as Float64Array)[s] = ((bits[c] as Float64Array)[s] ?? 0) + surprise;
      }
  }
  return bits;
}

/** Serials in the order in which they lie in each file, as bytes or as text; the log apart. */
export function orders(snapshot: Snapshot, serials: readonly string[]): string[][] {
  const found: string[][] = [];
  for (const [name, file] of snapshot) {
    if (name.endsWith('-wal')) continue;
    for (const spelling of [0, 1]) {
      const at = serials.flatMap((serial) => {
        const needle = spellings(Buffer.from(serial, 'hex'))[spelling] as Buffer;
        return places(file, needle).map((place) => ({ serial, place }));
      });
      if (at.length > 1) found.push(at.sort((a, b) => a.place - b.place).map(({ serial }) => serial));
    }
  }
  return found;
}

/** Opens a copy of the terminal's book without its log: what lies in the tables. */
export function tables<T>(snapshot: Snapshot, read: (db: Database.Database) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'timecard-look-'));
  try {
    writeFileSync(join(folder, 'till.db'), snapshot.get('till.db') ?? Buffer.alloc(0));
    const db = new Database(join(folder, 'till.db'));
    try {
      return read(db);
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Serials in order of their row. */
export function rowOrder(snapshot: Snapshot): string[] {
  return tables(snapshot, (db) =>
    (
      db
        .prepare("select content from coupon_slots where substr(content, 1, 1) = x'01' order by rowid")
        .all() as { content: Buffer }[]
    ).map(({ content }) => content.subarray(34, 66).toString('hex')),
  );
}

/** Sealed transcripts by row, and where each lies in the file. */
export function transcriptSlots(snapshot: Snapshot): { sealed: Buffer; row: number; place: number }[] {
  const file = snapshot.get('till.db') ?? Buffer.alloc(0);
  return tables(snapshot, (db) =>
    (
      db
        .prepare("select slot, content from transcript_slots where substr(content, 1, 4) != x'00000000'")
        .all() as { slot: number; content: Buffer }[]
    ).map(({ slot, content }) => {
      const sealed = content.subarray(4);
      return { sealed, row: slot, place: file.indexOf(sealed) };
    }),
  );
}

interface Frame {
  readonly page: number;
  readonly commit: boolean;
  readonly content: Buffer;
}

/** The frames of a write-ahead log, also those of older turns that were not written over. */
function frames(log: Buffer): Frame[] {
  if (log.length < 32) return [];
  const size = log.readUInt32BE(8);
  const found: Frame[] = [];
  for (let at = 32; at + 24 + size <= log.length; at += 24 + size)
    found.push({
      page: log.readUInt32BE(at),
      commit: log.readUInt32BE(at + 4) !== 0,
      content: log.subarray(at + 24, at + 24 + size),
    });
  return found;
}

/** Groups of serials that one transaction in the log brought: there in its pages, and not in those pages before. */
export function logGroups(snapshot: Snapshot, serials: readonly string[]): string[][] {
  const groups: string[][] = [];
  const raw = serials.map((serial) => ({ serial, bytes: Buffer.from(serial, 'hex') }));
  for (const [name, log] of snapshot) {
    if (!name.endsWith('-wal')) continue;
    const file = snapshot.get(name.slice(0, -4)) ?? Buffer.alloc(0);
    const size = log.length >= 32 ? log.readUInt32BE(8) : 4_096;
    const known = new Map<number, Buffer>();
    let group: string[] = [];
    for (const { page, commit, content } of frames(log)) {
      const before = known.get(page) ?? file.subarray((page - 1) * size, page * size);
      for (const { serial, bytes } of raw)
        if (content.includes(bytes) && !before.includes(bytes)) group.push(serial);
      known.set(page, content);
      if (!commit) continue;
      if (group.length > 0) groups.push(group);
      group = [];
    }
  }
  return groups;
}

/**
 * Serials on the pages that the log's index (`-shm`) names, one group a page, newest first: SQLite leaves the list of pages of the
 * last transactions there after the log itself is empty.
 */
export function indexPages(snapshot: Snapshot, serials: readonly string[]): string[][] {
  const index = snapshot.get('till.db-shm');
  const file = snapshot.get('till.db');
  if (index === undefined || file === undefined) return [];
  const size = file.readUInt16BE(16) === 1 ? 65_536 : file.readUInt16BE(16);
  const raw = serials.map((serial) => ({ serial, bytes: Buffer.from(serial, 'hex') }));
  const pages: string[][] = [];
  // The first block: a header of 136 bytes, then up to 4 062 page numbers.
  for (let at = 136; at + 4 <= 16_384; at += 4) {
    const page = index.readUInt32LE(at);
    if (page === 0) break;
    const content = file.subarray((page - 1) * size, page * size);
    const there = raw.filter(({ bytes }) => content.includes(bytes)).map(({ serial }) => serial);
    if (there.length > 0) pages.push(there);
  }
  return pages;
}
