/**
 * Purses for many sales: wallets that worked, claimed and loaded by the ledger's rules, their coupons signed blindly by the
 * world's office on two threads. What they lack of a card is the card.
 */
import { Worker } from 'node:worker_threads';
import { nodeCrypto } from '../../crypto/node.ts';
import { Scribe, submitTo } from '../../demo/scribe.ts';
import { Wallet } from '../../demo/wallets.ts';
import type { World } from '../../demo/world.ts';
import type { Node } from '../../ledger/node.ts';
import { readOfficeKeys } from '../../ledger/office-keys.ts';
import { hexBytes } from '../../src/bytes.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id, Issue } from '../../src/economy/transaction.ts';

const THREADS = 2;
/** Packs a wallet loads: less than its week of work in the lean world is worth. */
export const PACKS_EACH = 12;

/** Wallets for so many sales: a pack of 32 coupons makes about eight sales of four coupons and half an hour. */
export function walletsFor(sales: number): Wallet[] {
  return Array.from({ length: Math.ceil(sales / 8 / PACKS_EACH) + 1 }, () => new Wallet());
}

/** Every wallet claims what it worked for and loads as much as its balance gives. */
export async function fill(wallets: readonly Wallet[], world: World, node: Node): Promise<void> {
  const scribe = new Scribe(world.genesis.chain, submitTo(node.engine));
  const state = (): State => {
    const view = node.engine.view();
    if (!view.ok) throw new Error(view.refusal);
    return view.value.state;
  };
  const office = readOfficeKeys(nodeCrypto, world.officeFiles.keyset);
  if (!office.ok) throw new Error(office.refusal);
  const keyset = { id: hexBytes(office.value.keyset), keys: office.value.keys };
  for (const wallet of wallets) wallet.claim(scribe, state());
  await scribe.settle();
  for (let left = PACKS_EACH; left > 0; left -= 6) {
    const loads = wallets.flatMap((wallet) => wallet.load(scribe, state(), keyset, Math.min(6, left)) ?? []);
    await scribe.settle();
    const issued = await sign(
      world,
      loads.map(({ load, blinded, packs }) => ({ id: load, load: { blinded, packs } })),
      (issue) => scribe.write(issue, world.members.office.seed),
    );
    await scribe.settle();
    for (const one of loads) one.finish(issued.get(one.load)?.signatures ?? []);
  }
}

async function sign(
  world: World,
  loads: readonly { readonly id: Id; readonly load: unknown }[],
  done: (issue: Issue) => void,
): Promise<ReadonlyMap<Id, Issue>> {
  const issued = new Map<Id, Issue>();
  const work = Array.from({ length: THREADS }, (_, thread) => {
    const share = loads.filter((_load, i) => i % THREADS === thread);
    if (share.length === 0) return Promise.resolve();
    const worker = new Worker(new URL('./sign-thread.ts', import.meta.url), {
      workerData: { keys: world.officeFiles.keyset, chain: world.genesis.chain, loads: share },
    });
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (issue: Issue) => {
        issued.set(issue.load, issue);
        done(issue);
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  });
  await Promise.all(work);
  return issued;
}
