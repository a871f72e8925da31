/**
 * Who takes part: seven collectives, who trusts whom, and how many wallets work where. Nobody is invented: collectives have the
 * name of their trade, people are wallets, and three of these are cards. The first registered is the oldest and gives the subsystem its id.
 */
import { nodeCrypto } from '../crypto/node.ts';
import { random } from '../main/random.ts';
import { keyOf } from '../src/economy/envelope.ts';
import type { Id, Key } from '../src/economy/transaction.ts';
import type { Scribe } from './scribe.ts';

/** `station` is a second, smaller outlet: what it receives and hands over moves the prices of both. */
export const COLLECTIVES = ['farm', 'dairy', 'bakery', 'workshop', 'office', 'outlet', 'station'] as const;
export type CollectiveKey = (typeof COLLECTIVES)[number];

const NAMES: Readonly<Record<CollectiveKey, string>> = {
  farm: 'Valley Farm',
  dairy: 'Dairy at the Stream',
  bakery: 'Old Mill Bakery',
  workshop: 'Workshop in the Yard',
  office: 'Cooperative Office',
  outlet: 'Outlet on the Square',
  station: 'Outlet at the Station',
};

const DISPATCHES: ReadonlySet<CollectiveKey> = new Set(['outlet', 'station']);

/** Edges of strong trust (§2.1): where goods and orders go. Together they make one component. */
const TRUSTS: readonly (readonly [CollectiveKey, CollectiveKey])[] = [
  ['farm', 'dairy'],
  ['farm', 'bakery'],
  ['farm', 'workshop'],
  ['dairy', 'bakery'],
  ['farm', 'outlet'],
  ['dairy', 'outlet'],
  ['bakery', 'outlet'],
  ['workshop', 'outlet'],
  ['office', 'outlet'],
  ['bakery', 'station'],
  ['dairy', 'station'],
  ['farm', 'station'],
];

export interface Member {
  readonly id: Id;
  readonly key: Key;
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly seed: Uint8Array;
}
export type Members = Readonly<Record<CollectiveKey, Member>>;

/** Registers all and establishes their trust, every edge signed by both. */
export function enter(scribe: Scribe): Members {
  const members = {} as Record<CollectiveKey, Member>;
  for (const who of COLLECTIVES) {
    const seed = random(32);
    const key = keyOf(nodeCrypto, seed);
    const name = NAMES[who];
    const id = scribe.write({ kind: 'register', key, name, dispatches: DISPATCHES.has(who) }, seed);
    members[who] = { id, key, name, seed };
  }
  for (const [x, y] of TRUSTS) {
    const [a, b] = [members[x], members[y]].sort((p, q) => (p.id < q.id ? -1 : 1)) as [Member, Member];
    scribe.write({ kind: 'establish_trust', a: a.id, b: b.id }, a.seed, b.seed);
  }
  return members;
}
