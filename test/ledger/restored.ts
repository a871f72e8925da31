/**
 * A node over a state that a table test reached: the rows are written to a ledger folder as a block's are, the node restores
 * them from SQLite and checks their hash, and from then on everything goes over HTTP. For tests that must meet a state
 * that no short history leads to.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { manualClock } from '../../ledger/clock.ts';
import { openForWriting } from '../../ledger/database.ts';
import { genesisDocument, genesisHash } from '../../ledger/genesis.ts';
import { type Node, startNode } from '../../ledger/node.ts';
import { rowHash, SlotTree } from '../../ledger/state-hash.ts';
import { Store } from '../../ledger/store.ts';
import type { Block } from '../../src/economy/apply.ts';
import { encodeRow } from '../../src/economy/dump.ts';
import { genesisEvent } from '../../src/economy/genesis.ts';
import { type BlockHeader, blockHash, transactionsRoot } from '../../src/economy/inclusion.ts';
import type { Genesis } from '../../src/economy/parameters.ts';
import { folder } from './fixtures.ts';

export interface Snapshot {
  readonly genesis: Genesis;
  /** The height of the block that was being made, and its time. */
  readonly height: number;
  readonly time: number;
  readonly rows: readonly { readonly name: string; readonly key: string; readonly row: Uint8Array }[];
}

/** The state of a block that is being made, as it would be on disk before it: the next block has its height and time. */
export function snapshot({ state, height, time, parameters, chain }: Block): Snapshot {
  const rows: { name: string; key: string; row: Uint8Array }[] = [];
  for (const table of state.tables())
    for (const [key, row] of table.entries()) {
      const before = table.name === 'meta' && key === 'height' ? String(height - 1) : row;
      rows.push({ name: table.name, key, row: encodeRow(before) });
    }
  return { genesis: { chain, time, parameters }, height, time, rows };
}

/** Starts a node on the snapshot; its clock stands at the snapshot's time. The caller stops it. */
export async function restored({ genesis, height, time, rows }: Snapshot): Promise<Node> {
  const dataDir = folder();
  const opened = openForWriting(dataDir);
  if (!opened.ok) throw new Error(opened.refusal);
  const tree = new SlotTree(nodeCrypto);
  const changes = rows.map(({ name, key, row }, slot) => {
    tree.set(slot, rowHash(nodeCrypto, name, key, row));
    return { slot, born: true, name, key, row };
  });
  const store = new Store(opened.value.database);
  let previous = genesisHash(nodeCrypto, genesis);
  // Blocks without transactions lead to the one that brings the rows.
  const lead = opened.value.database.transaction(() => {
    for (let at = 0; at < height; at++) {
      const brings = at === height - 1;
      const header: BlockHeader = {
        height: at,
        time,
        previous,
        count: 0,
        transactionsRoot: transactionsRoot(nodeCrypto, []),
        stateHash: brings ? tree.root() : new SlotTree(nodeCrypto).root(),
      };
      previous = blockHash(nodeCrypto, genesis.chain, header);
      const events = at === 0 ? [genesisEvent(genesis)] : [];
      const block = { header, hash: previous, slots: brings ? tree.slots : 0, events };
      store.append(block, [], brings ? changes : [], at === 0 ? genesisDocument(genesis) : undefined);
    }
  });
  lead();
  opened.value.close();
  return startNode({ dataDir, port: 0, clock: manualClock(time) });
}
