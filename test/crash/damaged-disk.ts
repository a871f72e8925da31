/**
 * A disk that changes what was written: a page or a sector of the till's book becomes garbage or zeros, its log is cut off or written
 * over. What the book says of sales is read before and after, through SQL of its own: a till that starts must say the same.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { World, WorldTill } from '../../demo/world.ts';
import { DamagedDatabase } from '../../main/damage.ts';
import { startTill } from '../terminal/shop.ts';

/** Everything in a till's book that a sale, a crowd or the ledger could miss. Sealed transcripts are not looked into: nobody can. */
export function bookOf(dir: string): string {
  const db = new Database(join(dir, 'till.db'), { readonly: true });
  try {
    const rows = (sql: string) => db.prepare(sql).all();
    return JSON.stringify([
      rows('select * from in_flight'),
      rows('select totals from crowd'),
      rows("select content from coupon_slots where substr(content, 1, 1) = x'01' order by content"),
      rows('select id, envelope from outbox order by id'),
      rows('select id from aborted_purchases order by id'),
      rows('select serial from aborted_serials order by serial'),
    ]);
  } finally {
    db.close();
  }
}

/** Starts a till on a folder, without a ledger, and stops it. Refused with a sentence that names the file, or started. */
export async function starts(world: World, dir: string): Promise<'started' | 'refused'> {
  try {
    const till = startTill(world.tills[0] as WorldTill, 'http://127.0.0.1:9', world.config, { dir });
    await till.stop();
    return 'started';
  } catch (error) {
    if (error instanceof DamagedDatabase && /damaged.*beschädigt/s.test(error.message)) return 'refused';
    throw error;
  }
}

/** Overwrites `bytes` of a file from `offset`. */
export function overwrite(file: string, offset: number, bytes: Buffer): void {
  const content = readFileSync(file);
  bytes.copy(content, offset);
  writeFileSync(file, content);
}

export const PAGE = 4_096;
export const SECTOR = 512;

/** Spoils a page: garbage, zeros, or one sector of garbage. Says which. */
export function spoil(file: string, page: number, below: (n: number) => number): string {
  const kind = (['garbage', 'zeros', 'a sector of garbage'] as const)[below(3)] ?? 'zeros';
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => below(256)));
  const sector = kind === 'a sector of garbage' ? below(PAGE / SECTOR) : 0;
  const bytes = kind === 'zeros' ? Buffer.alloc(PAGE) : noise(kind === 'garbage' ? PAGE : SECTOR);
  overwrite(file, page * PAGE + sector * SECTOR, bytes);
  return kind;
}
