/**
 * The auditor at a running node: it reads the chain over HTTP (docs/ledger-api.md), block by block, each transaction's body as it was accepted, and holds its
 * books against `/v1/subsystems/ID/accounts`. Events and every other view of the state are left alone.
 */

import { nodeCrypto } from '../../crypto/node.ts';
import { fromHex, toHex } from '../../src/bytes.ts';
import { decodeEnvelope } from '../../src/economy/envelope.ts';
import type { Parameters } from '../../src/economy/parameters.ts';
import { Auditor } from './auditor.ts';
import type { Books } from './books.ts';

type Json = Record<string, unknown>;
interface Block extends Json {
  readonly header: { readonly height: number; readonly time: number };
  readonly transactions: readonly string[];
}

/** Micro-minutes and shares are text on the wire. */
function parametersOf(told: Json): Parameters {
  const share = (text: unknown) => {
    const [num, den] = String(text).split('/').map(BigInt) as [bigint, bigint];
    return { num, den };
  };
  const { limit, maxRate, voteAbove, ...rest } = told;
  const shares = { limit: share(limit), maxRate: share(maxRate), voteAbove: BigInt(String(voteAbove)) };
  return { ...(rest as Omit<Parameters, keyof typeof shares>), ...shares };
}

export class ChainAuditor {
  readonly #url: string;
  readonly auditor: Auditor;
  /** Transactions entered, and accounts compared. */
  transactions = 0;
  compared = 0;

  constructor(url: string, auditor: Auditor) {
    this.#url = url;
    this.auditor = auditor;
  }

  /** At the node's first block. */
  static async at(url: string): Promise<ChainAuditor> {
    const status = await get(url, '/v1/status');
    const first = (await get(url, '/v1/blocks/0')) as Block;
    const parameters = parametersOf(status.parameters as Json);
    return new ChainAuditor(url, new Auditor({ time: first.header.time, parameters }, nodeCrypto));
  }

  /** Enters the blocks that came since, then compares all subsystems; the first account that differs. */
  async follow(): Promise<string | undefined> {
    const { height } = (await get(this.#url, '/v1/status')) as { height: number };
    while (this.auditor.records.height < height) {
      const block = (await get(this.#url, `/v1/blocks/${this.auditor.records.height + 1}`)) as Block;
      this.auditor.block(block.header.time);
      for (const id of block.transactions) this.auditor.transaction(await this.#body(id));
    }
    return this.#differ();
  }

  async #body(id: string): Promise<Uint8Array> {
    const { envelope } = await get(this.#url, `/v1/transactions/${id}`);
    const read = decodeEnvelope(fromHex(String(envelope)) ?? new Uint8Array(), nodeCrypto);
    if (!read.ok) throw new Error(`transaction ${id}: ${read.refusal}`);
    if (toHex(nodeCrypto.sha256(read.value.body)) !== id)
      throw new Error(`transaction ${id} has another body`);
    this.transactions += 1;
    return read.value.body;
  }

  async #differ(): Promise<string | undefined> {
    for (const [id, books] of this.auditor.books()) {
      const { accounts } = (await get(this.#url, `/v1/subsystems/${id}/accounts`)) as {
        accounts: Record<string, string>;
      };
      for (const account of Object.keys(books) as (keyof Books)[]) {
        this.compared += 1;
        if (accounts[account] !== String(books[account]))
          return `${account} of ${id.slice(0, 8)} is ${accounts[account]}, the chain says ${books[account]}`;
      }
    }
    return undefined;
  }
}

async function get(url: string, path: string): Promise<Json> {
  const response = await fetch(`${url}${path}`);
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as Json;
}
