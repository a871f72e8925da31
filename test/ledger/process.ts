/** A node as a process of its own, for tests that kill it or take its disk away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { genesisDocument } from '../../ledger/genesis.ts';
import { GENESIS, later } from './fixtures.ts';

const MAIN = new URL('../../ledger/main.ts', import.meta.url).pathname;

export interface NodeProcess {
  readonly url: string;
  readonly pid: number;
  /** Ends it at once, as a power cut would end the process; resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it in good order; its exit code. */
  terminate(): Promise<number | null>;
}

function gone(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', (code) => resolve(code));
  });
}

/** Starts `ledger/main.ts` on a folder and waits until it says where it listens. */
export async function spawnNode(dir: string): Promise<NodeProcess> {
  const genesis = join(dir, 'genesis.json');
  writeFileSync(genesis, genesisDocument(GENESIS));
  const child = spawn(process.execPath, [MAIN, '--dir', dir, '--port', '0', '--genesis', genesis], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  later(async () => {
    child.kill('SIGKILL');
    await gone(child);
  });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', (line) => resolve((JSON.parse(line) as { url: string }).url));
    child.once('exit', (code) => reject(new Error(`the node ended with ${code}`)));
  });
  return {
    url,
    pid: child.pid as number,
    async kill() {
      child.kill('SIGKILL');
      await gone(child);
    },
    async terminate() {
      child.kill('SIGTERM');
      return gone(child);
    },
  };
}
