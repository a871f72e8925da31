/** A journal on a fresh database in a folder of its own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../main/database.ts';
import { Journal } from '../../main/journal.ts';
import { randomBelow } from '../../main/random.ts';

export function folder(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'timecard-till-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function journalIn(dir: string) {
  const db = openDatabase(join(dir, 'till.db'), new URL('../../main/schema.sql', import.meta.url));
  return { db, journal: new Journal(db, randomBelow, () => performance.now()) };
}

/** Every byte of every file of the folder, one after the other. */
export function allBytes(dir: string): Buffer {
  return Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name))));
}
