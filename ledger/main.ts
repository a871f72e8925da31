/**
 * A node as a process: `node ledger/main.ts --dir FOLDER [--port 8787] [--host 127.0.0.1] [--genesis FILE]`. Prints one JSON line
 * {"url": …} when it is ready to be asked, then nothing unless something fails. SIGTERM and SIGINT stop it in good order.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Genesis } from '../src/economy/parameters.ts';
import { ok, type Result } from '../src/result.ts';
import { parseGenesis } from './genesis.ts';
import { openNode } from './node.ts';

/** Where a node listens unless told. */
export const DEFAULT_PORT = 8787;

export interface NodeArguments {
  readonly dir: string;
  readonly port: number;
  readonly host: string;
  /** Path of a genesis document, for a new folder. */
  readonly genesis: string | undefined;
}

function genesisFrom(file: string | undefined): Result<Genesis | undefined, 'malformed'> {
  return file === undefined ? ok(undefined) : parseGenesis(readFileSync(file, 'utf8'));
}

/** Runs a node until it is told to stop. Answers the process' exit code: 0 stopped, 1 it could not start. */
export async function runNode({ dir, port, host, genesis: file }: NodeArguments): Promise<number> {
  const genesis = genesisFrom(file);
  if (!genesis.ok) return complain(genesis.refusal, genesis.detail);
  const opened = await openNode({
    dataDir: dir,
    port,
    host,
    ...(genesis.value && { genesis: genesis.value }),
    onFault: (error) => console.error(error),
  }).catch((error: unknown) => String(error));
  if (typeof opened === 'string') return complain('cannot_listen', opened);
  if (!opened.ok) return complain(opened.refusal, opened.detail);
  const node = opened.value;
  console.log(JSON.stringify({ url: node.url }));
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  await node.stop();
  return 0;
}

function complain(refusal: string, detail: string | undefined): number {
  console.error(JSON.stringify(detail === undefined ? { refusal } : { refusal, detail }));
  return 1;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      host: { type: 'string', default: '127.0.0.1' },
      genesis: { type: 'string' },
    },
  });
  if (values.dir === undefined) process.exitCode = complain('bad_request', '--dir is missing');
  else
    process.exitCode = await runNode({
      dir: values.dir,
      port: Number(values.port),
      host: values.host,
      genesis: values.genesis,
    });
}
