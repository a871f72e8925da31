/** The ledger as processes of its own: a node, and the coupon office when one is wanted. Ended by pid, only these. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { World } from './world.ts';

const ledgerFile = (name: string) => fileURLToPath(new URL(`../ledger/${name}`, import.meta.url));

export interface RunningLedger {
  readonly url: string;
  status(): Promise<{ readonly height: number }>;
  stop(): Promise<void>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await gone;
}

/** Starts a node on a free port of loopback and waits until it can be asked. */
export async function startLedger(world: World, port = 0): Promise<RunningLedger> {
  const child = spawn(
    process.execPath,
    [ledgerFile('main.ts'), '--dir', world.ledgerDir, '--port', String(port)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.once('line', (line) => resolve((JSON.parse(line) as { url: string }).url));
    child.once('exit', (code) => reject(new Error(`the ledger node ended with ${code}`)));
    child.once('error', reject);
  });
  return {
    url,
    status: async () => (await (await fetch(`${url}/v1/status`)).json()) as { height: number },
    stop: () => end(child),
  };
}
