/** What the ledger says of one outlet, folded from its event stream, and whether every subsystem's parity (L1) is zero. */
import { createParser } from 'eventsource-parser';
import type { BlockEvents } from '../../src/economy/events.ts';
import type { Id } from '../../src/economy/transaction.ts';

export interface LedgerAccount {
  /** Whole minutes. */
  readonly redeemed: number;
  readonly charged: number;
  /** Micro-minutes given up by hand-overs, and the rounding account of the outlet's subsystem. */
  readonly value: bigint;
  readonly rounding: bigint;
  readonly parity: boolean;
}

/** Every block up to now, in order. */
async function blocks(url: string): Promise<readonly BlockEvents[]> {
  const { height } = (await (await fetch(`${url}/v1/status`)).json()) as { height: number };
  const all: BlockEvents[] = [];
  const stop = new AbortController();
  const response = await fetch(`${url}/v1/events?from=0`, { signal: stop.signal });
  if (!response.ok || response.body === null) throw new Error(`events: HTTP ${response.status}`);
  const parser = createParser({
    onEvent: (event) => {
      if (event.event === 'block') all.push(JSON.parse(event.data) as BlockEvents);
    },
  });
  const text = new TextDecoder();
  for await (const chunk of response.body) {
    parser.feed(text.decode(chunk, { stream: true }));
    if ((all.at(-1)?.height ?? -1) >= height) break;
  }
  stop.abort();
  return all;
}

export async function readLedger(url: string, outlet: Id): Promise<LedgerAccount> {
  let redeemed = 0;
  let charged = 0;
  let value = 0n;
  const subsystems = new Map<Id, Id>();
  for (const block of await blocks(url))
    for (const event of block.events) {
      if (event.kind === 'member') subsystems.set(event.collective, event.subsystem);
      else if (event.kind === 'redeemed' && event.outlet === outlet) redeemed += event.minutes;
      else if (event.kind === 'handed_over' && event.outlet === outlet) {
        charged += event.charged;
        value += BigInt(event.value);
      }
    }
  let parity = true;
  let rounding = 0n;
  for (const subsystem of new Set(subsystems.values())) {
    const response = await fetch(`${url}/v1/subsystems/${subsystem}/accounts`);
    if (!response.ok) throw new Error(`accounts: HTTP ${response.status}`);
    const { accounts, sum } = (await response.json()) as { accounts: Record<string, string>; sum: string };
    if (BigInt(sum) !== 0n) parity = false;
    if (subsystem === (subsystems.get(outlet) ?? outlet)) rounding = BigInt(accounts.R ?? 0);
  }
  return { redeemed, charged, value, rounding, parity };
}
