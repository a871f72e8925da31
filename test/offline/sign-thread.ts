/** Signs loads blindly on a thread of its own: what the office does, several at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeCrypto } from '../../crypto/node.ts';
import { readOfficeKeys } from '../../ledger/office-keys.ts';
import { issueFor } from '../../src/economy/office-duty.ts';
import type { LoadRow } from '../../src/economy/state.ts';

interface Work {
  readonly keys: string;
  readonly chain: string;
  readonly loads: readonly { readonly id: string; readonly load: Pick<LoadRow, 'blinded' | 'packs'> }[];
}

const { keys: file, chain, loads } = workerData as Work;
const keys = readOfficeKeys(nodeCrypto, file);
if (!keys.ok) throw new Error(keys.refusal);
for (const { id, load } of loads) {
  const issue = issueFor(nodeCrypto, chain, keys.value.keys, id, load);
  if (!issue.ok) throw new Error(issue.refusal);
  parentPort?.postMessage(issue.value);
}
