/**
 * A ledger node: engine and API put together and listening. Loopback only unless told; whoever opens it to others puts a
 * proxy with TLS before it (docs/ledger-operations.md). Not here: the coupon office, which is a process of its own.
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { nodeCrypto } from '../crypto/node.ts';
import type { Genesis } from '../src/economy/parameters.ts';
import { ok, type Result } from '../src/result.ts';
import { createApi } from './api.ts';
import type { Clock } from './clock.ts';
import { type CreateRefusal, createEngine } from './embedded-engine.ts';
import type { Engine } from './engine.ts';

export interface NodeOptions {
  readonly dataDir: string;
  /** Needed in a new folder. */
  readonly genesis?: Genesis;
  /** 0 = any free one. */
  readonly port: number;
  readonly host?: string;
  readonly clock?: Clock;
  /** Where the explorer page was built, unless it is this project's own place. */
  readonly explorerDir?: string;
  readonly onFault?: (error: unknown) => void;
}

export interface Node {
  readonly url: string;
  readonly engine: Engine;
  /** Ends streams, answers what waits, closes the disk. */
  stop(): Promise<void>;
}

/** Where the explorer page is built. */
export const EXPLORER_DIR = join(import.meta.dirname, '..', 'dist', 'explorer');

/** Starts a node, or says why its folder cannot be opened. Throws when the port cannot be had. */
export async function openNode(options: NodeOptions): Promise<Result<Node, CreateRefusal>> {
  const created = createEngine({ ...options, crypto: nodeCrypto });
  if (!created.ok) return created;
  const engine = created.value;
  const { onFault, explorerDir = EXPLORER_DIR } = options;
  const api = await createApi({ engine, crypto: nodeCrypto, explorerDir, ...(onFault && { onFault }) });
  const host = options.host ?? '127.0.0.1';
  try {
    await api.listen({ port: options.port, host });
  } catch (error) {
    await engine.close();
    throw error;
  }
  const { port, family, address } = api.server.address() as AddressInfo;
  return ok({
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    engine,
    async stop() {
      await api.close();
      await engine.close();
    },
  });
}

/** As `openNode`, for callers to whom a folder that cannot be opened is a bug: throws then. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const opened = await openNode(options);
  if (!opened.ok) throw new Error(`ledger ${opened.refusal}: ${opened.detail ?? ''}`);
  return opened.value;
}
