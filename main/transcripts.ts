/**
 * `npm run till:transcripts -- --till FOLDER --redemption ID --out FILE`: takes the sealed transcripts of one redemption out of a
 * till that is stopped, for a dispute (docs/disputes.md). They stay sealed, and stay in the till until their time is over.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Id } from '../src/economy/transaction.ts';
import { type TranscriptFile, writeTranscripts } from '../src/sale/transcript-file.ts';
import { openDatabase } from './database.ts';
import { loadIdentity } from './identity.ts';

/** The sealed transcripts of a redemption; undefined when this till does not know it, none when they are forgotten. A till that runs is SQLITE_BUSY. */
export function sealedTranscripts(dataDir: string, redemption: Id): TranscriptFile | undefined {
  const identity = loadIdentity(join(dataDir, 'identity.json'));
  const db = openDatabase(join(dataDir, 'till.db'), new URL('./schema.sql', import.meta.url));
  try {
    const crowd = db.prepare('select number from closed_crowds where redemption = ?').get(redemption) as
      | { number: number }
      | undefined;
    if (crowd === undefined) return undefined;
    const rows = db
      .prepare("select content from transcript_slots where substr(content, 1, 4) = unhex(printf('%08x', ?))")
      .all(crowd.number) as { content: Buffer }[];
    return {
      stage: 'sealed',
      outlet: identity.outlet,
      redemption,
      certificate: identity.saleCertificate,
      transcripts: rows.map(({ content }) => new Uint8Array(content.subarray(4))),
    };
  } finally {
    db.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { till: { type: 'string' }, redemption: { type: 'string' }, out: { type: 'string' } },
  });
  const { till, redemption, out } = values;
  if (till === undefined || redemption === undefined || out === undefined) {
    console.error('--till FOLDER --redemption ID --out FILE');
    process.exitCode = 2;
  } else {
    const file = sealedTranscripts(till, redemption);
    if (file === undefined) {
      console.error(`this till has not sent ${redemption}`);
      process.exitCode = 1;
    } else {
      writeFileSync(out, writeTranscripts(file), { mode: 0o600 });
      console.log(`${file.transcripts.length} sealed transcripts in ${out}`);
    }
  }
}
