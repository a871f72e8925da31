/**
 * A node that is killed again and again while it applies transactions: what it answered must be there, at the height it said, every
 * height must have the state hash it had, and the whole must replay from its genesis (L6). `node test/ledger/kill.ts` does it fifty
 * times over ten thousand transactions however long it takes; `--kills N`, `--transactions N`, `--seed N`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serialize } from 'node:v8';
import { build, GENESIS, Nonces, PAST } from '../../bench/ledger/economy.ts';
import { Chance, mixedStream, TURN } from '../../bench/ledger/mixed.ts';
import { nodeCrypto } from '../../crypto/node.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import type { Genesis } from '../../src/economy/parameters.ts';

export const KILL_GENESIS: Genesis = { ...GENESIS, time: PAST };

/** Envelopes that are all accepted in their order; from number `month` on it is the next month. */
export interface Work {
  readonly envelopes: readonly Uint8Array[];
  readonly month: number;
}
export interface KillOptions {
  readonly seed: number;
  readonly kills: number;
  readonly transactions: number;
  /** No more kills after so long. */
  readonly seconds: number;
}
export interface Killed {
  readonly kills: number;
  readonly transactions: number;
  readonly answered: number;
  readonly height: number;
  /** Kills that came while an answer was still to come from a block that was stored: the ledger had more than was said. */
  readonly storedUnsaid: number;
}

/** An ordinary economy's first months, signed. */
function workOf(transactions: number): Work {
  const envelopes: Uint8Array[] = [];
  const nonces = new Nonces();
  let month = 0;
  const collectives = Math.max(2, Math.ceil(transactions / 95));
  const economy = build(
    collectives,
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
  const claims = [...economy.claimable];
  const turns = Math.min(claims.length, Math.ceil((transactions - envelopes.length) / TURN));
  envelopes.push(...mixedStream(economy, turns, nonces, new Chance(11), claims));
  return { envelopes: envelopes.slice(0, transactions), month };
}

/** What the parent knows from what was said. */
class Heard {
  readonly hashes = new Map<number, string>();
  /** Height by number of the transaction. */
  readonly answered = new Map<number, number>();
  stored = 0;
  done = false;

  /** True for `ready`. Throws when what is said contradicts what was said before. */
  line(line: string): 'ready' | 'answered' | 'other' {
    const [what, first, second] = line.split(' ') as [string, string, string];
    if (what === 'block') {
      const before = this.hashes.get(Number(first));
      if (before !== undefined && before !== second)
        throw new Error(`height ${first} had hash ${before}, now ${second}`);
      this.hashes.set(Number(first), second);
    } else if (what === 'answered') {
      this.answered.set(Number(first), Number(second));
      return 'answered';
    } else if (what === 'ready') {
      this.stored = Number(first);
      // All are accepted in their order: what is there is the beginning of the list.
      for (const number of this.answered.keys())
        if (number >= this.stored) throw new Error(`number ${number} was answered and is not there`);
      return 'ready';
    } else if (what === 'done') this.done = true;
    else throw new Error(line);
    return 'other';
  }
}

/** One life of the node. It is killed when it has answered so many; undefined lets it finish. */
async function live(dir: string, file: string, heard: Heard, killAfter: number | undefined): Promise<void> {
  const child: ChildProcess = spawn(
    process.execPath,
    [new URL('./applier.ts', import.meta.url).pathname, dir, file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const gone = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  let here = 0;
  let failure: unknown;
  const { stdout } = child;
  if (stdout === null) throw new Error('no pipe');
  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => {
    try {
      const what = heard.line(line);
      if (what === 'answered') here++;
      if (killAfter !== undefined && (what === 'ready' || what === 'answered') && here >= killAfter)
        child.kill('SIGKILL');
    } catch (error) {
      failure ??= error;
      child.kill('SIGKILL');
    }
  });
  const read = new Promise<void>((resolve) => lines.once('close', () => resolve()));
  const code = await gone;
  await read;
  if (failure !== undefined) throw failure;
  if (code !== null && code !== 0) throw new Error(`the node ended by itself with ${code}`);
}

/** Kills and starts again, then lets the rest be applied and looks at everything. */
export async function run({ seed, kills, transactions, seconds }: KillOptions): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), 'timecard-kill-'));
  const chance = new Chance(seed);
  try {
    const dir = join(folder, 'ledger');
    const file = join(folder, 'work');
    const work = workOf(transactions);
    writeFileSync(file, serialize(work));
    const heard = new Heard();
    const end = performance.now() + 1000 * seconds;
    let killed = 0;
    let storedUnsaid = 0;
    while (killed < kills && !heard.done && performance.now() < end) {
      const said = heard.answered.size;
      // What a node stores beyond what it said comes on top: the smaller share leaves something to do for every kill.
      const share = (transactions - said) / (2 * (kills - killed + 1));
      await live(dir, file, heard, chance.below(Math.max(1, Math.floor(share))));
      if (heard.done) break;
      killed++;
      if (heard.stored > said) storedUnsaid++;
    }
    if (!heard.done) await live(dir, file, heard, undefined);
    const verified = verifyLedger(dir, nodeCrypto);
    if (!verified.ok) throw new Error(`${verified.refusal}: ${verified.detail}`);
    if (verified.value.transactions !== work.envelopes.length)
      throw new Error(`${verified.value.transactions} of ${work.envelopes.length} are there`);
    const last = heard.hashes.get(verified.value.height);
    if (last !== verified.value.stateHash) throw new Error('the last hash is another one');
    return {
      kills: killed,
      transactions: verified.value.transactions,
      answered: heard.answered.size,
      height: verified.value.height,
      storedUnsaid,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function sentence({ kills, transactions, answered, height, storedUnsaid }: Killed): string {
  return `${kills} kills over ${transactions} transactions in ${height} blocks; ${answered} answers heard, ${storedUnsaid} times the ledger had more than it had said`;
}

if (import.meta.main) {
  const option = (name: string, usual: number): number => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? usual : Number(process.argv[at + 1]);
  };
  const options = {
    seed: option('seed', 20_261_122),
    kills: option('kills', 50),
    transactions: option('transactions', 10_000),
    seconds: option('seconds', Number.POSITIVE_INFINITY),
  };
  console.log(sentence(await run(options)));
}
