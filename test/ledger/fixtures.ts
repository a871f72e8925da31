/** What tests of the node share: folders that vanish, keys from names, transactions of a small subsystem. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { type Clock, manualClock } from '../../ledger/clock.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import type { Engine } from '../../ledger/engine.ts';
import { type Node, startNode } from '../../ledger/node.ts';
import { ascii, beBytes, toHex } from '../../src/bytes.ts';
import { type Built, makeEnvelope } from '../../src/economy/build.ts';
import { keyOf } from '../../src/economy/envelope.ts';
import { DEFAULT_PARAMETERS, type Genesis } from '../../src/economy/parameters.ts';
import type { Id, Transaction } from '../../src/economy/transaction.ts';

export const CHAIN = 'test-chain';
export const START = Date.parse('2026-10-05T08:00:00Z') / 1000;
export const GENESIS: Genesis = { chain: CHAIN, time: START, parameters: DEFAULT_PARAMETERS };

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** Runs after the test, last one first. */
export function later(step: () => void | Promise<void>): void {
  undo.push(step);
}

/** A folder of this test's own, removed after it. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'timecard-ledger-'));
  later(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An engine in a folder; closed after the test, which may close it before. */
export function engineIn(dataDir: string, clock: Clock = manualClock(START), genesis = GENESIS): Engine {
  const created = createEngine({ dataDir, crypto: nodeCrypto, genesis, clock });
  if (!created.ok) throw new Error(`${created.refusal}: ${created.detail}`);
  later(() => created.value.close());
  return created.value;
}

/** A node on a free port; stopped after the test. */
export async function nodeIn(dataDir: string, clock: Clock = manualClock(START)): Promise<Node> {
  const node = await startNode({ dataDir, genesis: GENESIS, port: 0, clock });
  later(() => node.stop());
  return node;
}

export function seedOf(name: string): Uint8Array {
  return nodeCrypto.sha256(ascii(name));
}
export function keyOfName(name: string): string {
  return keyOf(nodeCrypto, seedOf(name));
}
/** Eight bytes from a number, hex. */
export function nonce(n: number): string {
  return toHex(beBytes(n, 8));
}

export function build(transaction: Transaction, ...signers: readonly string[]): Built {
  return makeEnvelope(nodeCrypto, transaction, signers.map(seedOf));
}

export function register(name: string, dispatches = false, chain = CHAIN): Built {
  return build({ kind: 'register', chain, nonce: nonce(0), key: keyOfName(name), name, dispatches }, name);
}

export function stateHash(engine: Engine): Id {
  const view = engine.view();
  if (!view.ok) throw new Error('ledger unavailable');
  return view.value.header.stateHash;
}

/** Submits what must be accepted; its id. */
export async function accepted(engine: Engine, built: Built): Promise<Id> {
  const answer = await engine.submit(built.bytes);
  if (!answer.ok || answer.value.status !== 'accepted') throw new Error(JSON.stringify(answer));
  return built.id;
}

/** Hands bytes in over HTTP; status code and answer. */
export async function post(
  url: string,
  bytes: Uint8Array,
  type = 'application/cbor',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/v1/transactions`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: bytes as Uint8Array<ArrayBuffer>,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export async function get(
  url: string,
  path: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
