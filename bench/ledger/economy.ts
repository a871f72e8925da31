/**
 * An economy of any size for measurements, the same each time: collectives in subsystems of a hundred, each an outlet too, with
 * material, open productions, a revised month of finished ones and goods in dispatch stock. Made by transactions, which
 * the caller signs and submits or imports unsigned. Not here: what is measured on it (mixed.ts, redeem.ts).
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, beBytes, toHex } from '../../src/bytes.ts';
import { keyOf } from '../../src/economy/envelope.ts';
import { DEFAULT_PARAMETERS, type Genesis } from '../../src/economy/parameters.ts';
import { lotId, revisionId, typeId } from '../../src/economy/product.ts';
import type { Id, Key, Product, Transaction } from '../../src/economy/transaction.ts';

export const CHAIN = 'bench-chain';
const DAY = 86_400;
/** The past begins in one month; the chain begins in the next, so that the first month is revised. */
export const PAST = Date.parse('2026-10-12T12:00:00Z') / 1000;
export const NOW = Date.parse('2026-11-12T12:00:00Z') / 1000;
const MONTH_END = Date.parse('2026-10-31T23:59:59Z') / 1000;
export const TODAY = Math.floor(NOW / DAY);
export const GENESIS: Genesis = { chain: CHAIN, time: NOW, parameters: DEFAULT_PARAMETERS };

/** Collectives that trust each other. */
const SUBSYSTEM = 100;
const WALLETS_EACH = 4;
const MATERIALS_EACH = 15;
const FINISHED_EACH = 4;
const OPEN_EACH = 4;
const STOCKED_EACH = 2;
/** Rows of lots, orders, estimates, productions, workloads, stock and deliveries that one collective brings, itself included. */
export const OBJECTS_EACH = 1 + MATERIALS_EACH + 5 * FINISHED_EACH + 4 * OPEN_EACH + 2 * STOCKED_EACH;

const product = (name: string): Product => ({ name, unit: 'piece' });
export const MATERIALS = Array.from({ length: 20 }, (_, i) => product(`Material ${i}`));
export const GOODS = Array.from({ length: 20 }, (_, i) => product(`Good ${i}`));

/** Who signs: the seed and its key. */
export interface Signer {
  readonly seed: Uint8Array;
  readonly key: Key;
}
export function signer(name: string): Signer {
  const seed = nodeCrypto.sha256(ascii(name));
  return { seed, key: keyOf(nodeCrypto, seed) };
}

/** Takes a transaction with those who sign it; its id. */
export type Send = (transaction: Transaction, ...signers: readonly Signer[]) => Id;

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
type Draft = Without<Transaction, 'chain'>;

export interface Collective extends Signer {
  readonly id: Id;
  /** Who trusts it. */
  neighbour: number;
  readonly wallets: readonly Signer[];
  readonly materials: Id[];
  readonly open: Id[];
  /** Types in its dispatch stock. */
  readonly stocked: Id[];
}
export interface Claimable {
  readonly workload: Id;
  readonly wallet: Signer;
  readonly revision: Id;
}
export interface Economy {
  readonly collectives: readonly Collective[];
  readonly claimable: readonly Claimable[];
  /** Rows, as OBJECTS_EACH counts them. */
  readonly objects: number;
}

/** Eight bytes, hex; no two alike in one run. */
export class Nonces {
  #last = 0;
  next(): string {
    return toHex(beBytes(++this.#last, 8));
  }
}

/** Builds it. `month` is called when the first month is over. */
export function build(count: number, nonces: Nonces, send: Send, month: () => void): Economy {
  const act = (draft: Without<Draft, 'nonce'> | Draft, ...signers: readonly Signer[]): Id =>
    send({ chain: CHAIN, nonce: nonces.next(), ...draft } as Transaction, ...signers);
  const collectives: Collective[] = [];
  for (let i = 0; i < count; i++) {
    const own = signer(`collective ${i}`);
    const id = act({ kind: 'register', key: own.key, name: `Collective ${i}`, dispatches: true }, own);
    const wallets = Array.from({ length: WALLETS_EACH }, (_, w) => signer(`wallet ${i} ${w}`));
    collectives.push({ ...own, id, neighbour: i, wallets, materials: [], open: [], stocked: [] });
  }
  const subsystems = collectives.map(({ id }) => id);
  for (let i = 1; i < count; i++) {
    if (i % SUBSYSTEM === 0) continue;
    const [one, other] = [collectives[i - 1] as Collective, collectives[i] as Collective];
    const [a, b] = [one.id, other.id].sort() as [Id, Id];
    act({ kind: 'establish_trust', a, b }, one, other);
    other.neighbour = i - 1;
    one.neighbour = i;
    subsystems[i] = subsystems[i - 1] as Id;
  }

  const cycle = (
    who: Collective,
    n: number,
    time: number,
  ): { production: Id; workload: Id; wallet: Signer } => {
    const good = GOODS[n % GOODS.length] as Product;
    const order = act(
      { kind: 'order', orderer: who.id, addressee: who.id, product: good, amount: 1_000, deliverBy: NOW },
      who,
    );
    const outputs = [{ product: good, amount: 1_000, value: 60_000_000n }];
    const estimate = act({ kind: 'estimate', order, outputs }, who);
    const production = act({ kind: 'start', estimate }, who);
    const wallet = who.wallets[n % WALLETS_EACH] as Signer;
    const workload = act(
      { kind: 'allocate_workload', production, wallet: wallet.key, minutes: 60, day: Math.floor(time / DAY) },
      who,
    );
    return { production, workload, wallet };
  };

  const claimable: Claimable[] = [];
  collectives.forEach((who, i) => {
    for (let n = 0; n < FINISHED_EACH; n++) {
      const { production, workload, wallet } = cycle(who, i + n, PAST);
      const type = typeId(nodeCrypto, GOODS[(i + n) % GOODS.length] as Product);
      act({ kind: 'output', production, outputs: [{ type, amount: 1_000 }] }, who);
      claimable.push({ workload, wallet, revision: revisionId(nodeCrypto, subsystems[i] as Id, MONTH_END) });
      if (n >= STOCKED_EACH) continue;
      const lot = lotId(nodeCrypto, production, type);
      act({ kind: 'transfer', lot, amount: 500, from: who.id, to: who.id, purpose: 'dispatch' }, who);
      who.stocked.push(type);
    }
  });
  month();
  collectives.forEach((who, i) => {
    for (let n = 0; n < MATERIALS_EACH; n++)
      who.materials.push(
        act(
          {
            kind: 'collectivize',
            owner: who.id,
            product: MATERIALS[(i + n) % MATERIALS.length] as Product,
            amount: 1_000_000,
          },
          who,
        ),
      );
    for (let n = 0; n < OPEN_EACH; n++) who.open.push(cycle(who, i + n, NOW).production);
  });
  return { collectives, claimable, objects: count * OBJECTS_EACH };
}
