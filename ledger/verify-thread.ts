/**
 * A verifying thread of a node: takes jobs (verify-jobs.ts), gives verdicts, knows nothing else. What goes wrong in it ends it;
 * the pool then looks for another way. Started by verify-pool.ts with the chain's id.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeCrypto } from '../crypto/node.ts';
import type { RsaPublicKey } from '../src/crypto-port.ts';
import { verifyCoupons } from '../src/economy/coupon-verdict.ts';
import type { Id } from '../src/economy/transaction.ts';
import { type Job, type Verdicts, verifySigned } from './verify-jobs.ts';

const { chain } = workerData as { readonly chain: string };
const port = parentPort;
if (port === null) throw new Error('not a thread');
/** The same objects each time: crypto keeps work by their identity. */
const keysets = new Map<Id, readonly RsaPublicKey[]>();

port.on('message', ({ number, about, told, items }: Job) => {
  for (const { keyset, keys } of told) keysets.set(keyset, keys);
  const verdicts =
    about === 'signatures'
      ? verifySigned(nodeCrypto, chain, items)
      : verifyCoupons(nodeCrypto, (keyset) => keysets.get(keyset), items);
  const answer: Verdicts = { number, verdicts };
  port.postMessage(answer, [verdicts.buffer]);
});
