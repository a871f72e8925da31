/**
 * A node's engine as a process that is there to be killed: `node test/ledger/applier.ts FOLDER FILE`. FILE holds envelopes that
 * are all accepted in their order. It goes on where the ledger in FOLDER is, and says on one line each: `block HEIGHT HASH`
 * for every block it finds and makes, `ready COUNT`, then `answered NUMBER HEIGHT`, and `done`.
 */
import { readFileSync, writeSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { NOW, PAST } from '../../bench/ledger/economy.ts';
import { nodeCrypto } from '../../crypto/node.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import type { Work } from './kill.ts';
import { KILL_GENESIS } from './kill.ts';

const UNDER_WAY = 64;
const PAGE = 500;

const [, , dataDir, file] = process.argv;
if (dataDir === undefined || file === undefined) throw new Error('FOLDER FILE');
const { envelopes, month } = deserialize(readFileSync(file)) as Work;
/** Straight to the other side, which may be slow: what was said stays said when this process is gone. */
const say = (line: string): void => {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length; )
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
};

let next = 0;
let now = PAST;
const created = createEngine({
  dataDir,
  crypto: nodeCrypto,
  genesis: KILL_GENESIS,
  threads: 2,
  clock: { now: () => now },
  onFault: (error) => say(`fault ${error}`),
});
if (!created.ok) throw new Error(`${created.refusal}: ${created.detail}`);
const engine = created.value;

let told = 0;
const tell = (): void => {
  while (told <= engine.height)
    for (const { height, stateHash, transactions } of engine.blocks(told, PAGE)) {
      say(`block ${height} ${stateHash} ${transactions.length}`);
      told = height + 1;
    }
};
tell();
for (let height = 0; height <= engine.height; height++) next += engine.transactions(height).length;
engine.subscribe(tell);
say(`ready ${next}`);

async function sendUntil(end: number): Promise<void> {
  const sender = async (): Promise<void> => {
    while (next < end) {
      const number = next++;
      const answer = await engine.submit(envelopes[number] as Uint8Array);
      if (!answer.ok || answer.value.status !== 'accepted') throw new Error(JSON.stringify(answer));
      say(`answered ${number} ${answer.value.height}`);
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, sender));
}
// The month ends between two blocks.
await sendUntil(month);
now = NOW;
await sendUntil(envelopes.length);
await engine.close();
say('done');
