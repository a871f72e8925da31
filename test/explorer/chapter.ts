/**
 * A demo world that goes on: what its history has not (yet): a machine, goods from outside, a vote that makes a product free for all, a
 * write-off, goods handed over whose coupons are still to come, a second subsystem, and the month's revision. All by signed
 * transactions to a node in this process, on a clock that is moved along. For the tests and photographs of the explorer.
 */

import { nodeCrypto } from '../../crypto/node.ts';
import { type Draft, Scribe, submitTo } from '../../demo/scribe.ts';
import { Wallet } from '../../demo/wallets.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { manualClock } from '../../ledger/clock.ts';
import type { Engine } from '../../ledger/engine.ts';
import { type Node, startNode } from '../../ledger/node.ts';
import { ascii } from '../../src/bytes.ts';
import { DAY_SECONDS, dayOf, monthEnd } from '../../src/economy/calendar.ts';
import { keyOf } from '../../src/economy/envelope.ts';
import { lotId, typeId } from '../../src/economy/product.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id, Product } from '../../src/economy/transaction.ts';
import { ceilDiv, MINUTE } from '../../src/units/micro-minutes.ts';

export const NOW = Date.parse('2026-11-24T10:00:00Z') / 1000;
const HOUR = 3_600;

export const OVEN: Product = { name: 'Stone oven', unit: 'piece' };
export const GRAIN: Product = { name: 'Grain', unit: 'g' };
export const WATER: Product = { name: 'Spring water', unit: 'ml' };
export const BREAD: Product = { name: 'Rye bread, 1 kg', unit: 'piece' };
export const NOTEBOOK: Product = { name: 'Notebook, 80 sheets', unit: 'piece' };
export const FISH: Product = { name: 'Smoked fish', unit: 'g' };
export const typeOf = (product: Product): Id => typeId(nodeCrypto, product);

/** Who takes part in the second subsystem. */
export const HARBOUR = ['Harbour Smokehouse', 'Harbour Store'] as const;

interface Party {
  readonly id: Id;
  readonly seed: Uint8Array;
}

export interface Chapter {
  readonly world: World;
  readonly node: Node;
  /** Of what was done here, by short names. */
  readonly ids: Readonly<Record<string, Id>>;
  /** The wallet that baked. */
  readonly wallet: string;
  readonly smokehouseSeed: Uint8Array;
  state(): State;
  /** One transaction more, now. */
  write(draft: Draft, ...seeds: readonly Uint8Array[]): Promise<Id>;
  stop(): Promise<void>;
}

export interface ChapterOptions {
  readonly dir: string;
  readonly lean: boolean;
  readonly explorerDir?: string;
}

export async function openChapter({ dir, lean, explorerDir }: ChapterOptions): Promise<Chapter> {
  const world = await createWorld({ dir, lean, now: NOW });
  const clock = manualClock(NOW);
  const node = await startNode({
    dataDir: world.ledgerDir,
    port: 0,
    clock,
    ...(explorerDir === undefined ? {} : { explorerDir }),
  });
  const scribe = new Scribe(world.genesis.chain, submitTo(node.engine));
  const ids = await write(world, node.engine, scribe, clock);
  return {
    world,
    node,
    ids,
    wallet: ids.wallet ?? '',
    smokehouseSeed: seedOf(HARBOUR[0]),
    state: () => stateOf(node.engine),
    async write(draft, ...seeds) {
      const id = scribe.write(draft, ...seeds);
      await scribe.settle();
      return id;
    },
    stop: () => node.stop(),
  };
}

function seedOf(name: string): Uint8Array {
  return nodeCrypto.sha256(ascii(name));
}

function stateOf(engine: Engine): State {
  const view = engine.view();
  if (!view.ok) throw new Error(view.refusal);
  return view.value.state;
}

async function write(
  world: World,
  engine: Engine,
  scribe: Scribe,
  clock: ReturnType<typeof manualClock>,
): Promise<Record<string, Id>> {
  const { farm, bakery, workshop, office, dairy, outlet } = world.members;
  const ids: Record<string, Id> = {};
  const settle = () => scribe.settle();

  const order = (
    maker: Party,
    orderer: Party,
    product: Product,
    amount: number,
    minutes: number,
    durability?: number,
  ) => {
    const ordered = scribe.write(
      {
        kind: 'order',
        orderer: orderer.id,
        addressee: maker.id,
        product,
        amount,
        deliverBy: clock.now() + 7 * DAY_SECONDS,
      },
      orderer.seed,
    );
    const output = { product, amount, value: BigInt(minutes) * MINUTE };
    const outputs = [durability === undefined ? output : { ...output, durability }];
    const estimate = scribe.write({ kind: 'estimate', order: ordered, outputs }, maker.seed);
    return scribe.write({ kind: 'start', estimate }, maker.seed);
  };
  /** Somebody's work today. */
  const work = (maker: Party, production: Id, minutes: number, who = new Wallet()) =>
    scribe.write(
      { kind: 'allocate_workload', production, wallet: who.key, minutes, day: dayOf(clock.now()) },
      maker.seed,
    );
  const finish = (maker: Party, production: Id, product: Product, amount: number): Id => {
    scribe.write({ kind: 'output', production, outputs: [{ type: typeOf(product), amount }] }, maker.seed);
    return lotId(nodeCrypto, production, typeOf(product));
  };
  const make = (
    maker: Party,
    orderer: Party,
    product: Product,
    amount: number,
    minutes: number,
    durability?: number,
  ): Id => {
    const production = order(maker, orderer, product, amount, minutes, durability);
    work(maker, production, minutes);
    return finish(maker, production, product, amount);
  };
  const give = (lot: Id, amount: number, from: Party, to: Party, purpose: 'use' | 'dispatch'): Id =>
    scribe.write({ kind: 'transfer', lot, amount, from: from.id, to: to.id, purpose }, from.seed, to.seed);
  const use = (maker: Party, production: Id, lot: Id, amount: number) =>
    scribe.write({ kind: 'allocate_resource', production, lot, amount, repurpose: false }, maker.seed);

  // A machine: 600 minutes of work for 12 000 operating minutes.
  const [a, b] = inOrder(bakery, workshop);
  scribe.write({ kind: 'establish_trust', a: a.id, b: b.id }, a.seed, b.seed);
  const oven = give(make(workshop, bakery, OVEN, 1, 600, 12_000), 1, workshop, bakery, 'use');
  const grain = give(make(farm, bakery, GRAIN, 30_000, 72), 30_000, farm, bakery, 'use');
  const water = scribe.write(
    { kind: 'collectivize', owner: bakery.id, product: WATER, amount: 20_000 },
    bakery.seed,
  );
  ids.baking = order(bakery, outlet, BREAD, 24, 390);
  scribe.write(
    {
      kind: 'allocate_mop',
      production: ids.baking,
      lot: oven,
      repurpose: false,
      beyondDurability: false,
    },
    bakery.seed,
  );
  use(bakery, ids.baking, grain, 20_000);
  use(bakery, ids.baking, water, 12_000);
  await settle();
  clock.set(clock.now() + 4 * HOUR);
  ids.oven = scribe.write(
    { kind: 'deallocate_mop', production: ids.baking, lot: oven, minutes: 240 },
    bakery.seed,
  );
  const baker = new Wallet();
  ids.workload = work(bakery, ids.baking, 330, baker);
  ids.wallet = baker.key;
  const bread = finish(bakery, ids.baking, BREAD, 24);
  ids.kept = bread;
  ids.delivery = give(bread, 20, bakery, outlet, 'dispatch');
  ids.writeOff = scribe.write(
    { kind: 'write_off', owner: outlet.id, origin: ids.delivery, amount: 2, reason: 'Fell into the stream' },
    outlet.seed,
  );
  await settle();

  // Notebooks for everyone.
  ids.proposal = scribe.write(
    {
      kind: 'propose',
      by: farm.id,
      until: clock.now() + 3 * DAY_SECONDS,
      about: 'label',
      type: typeOf(NOTEBOOK),
      label: 'common',
    },
    farm.seed,
  );
  for (const member of [farm, bakery, workshop, dairy])
    scribe.write({ kind: 'vote', proposal: ids.proposal, by: member.id, yes: true }, member.seed);
  await settle();
  ids.common = order(office, outlet, NOTEBOOK, 30, 480);
  work(office, ids.common, 480);
  give(finish(office, ids.common, NOTEBOOK, 30), 30, office, outlet, 'dispatch');

  // The second subsystem.
  const [smokehouse, store] = HARBOUR.map((name, i): Party => {
    const seed = seedOf(name);
    const key = keyOf(nodeCrypto, seed);
    return { id: scribe.write({ kind: 'register', key, name, dispatches: i === 1 }, seed), seed };
  }) as [Party, Party];
  const [c, d] = inOrder(smokehouse, store);
  scribe.write({ kind: 'establish_trust', a: c.id, b: d.id }, c.seed, d.seed);
  await settle();
  const fish = order(smokehouse, store, FISH, 8_000, 300);
  work(smokehouse, fish, 300);
  ids.fish = give(finish(smokehouse, fish, FISH, 8_000), 8_000, smokehouse, store, 'dispatch');
  await settle();
  ids.smokehouse = smokehouse.id;
  ids.store = store.id;

  // Handed over in a crowd; its coupons come later.
  const goods = [{ type: typeOf(BREAD), amount: 3 }];
  const pool = stateOf(engine).pools.get(`${farm.id}/${typeOf(BREAD)}`);
  if (pool === undefined) throw new Error('no bread');
  const charged = Number(ceilDiv(3n * pool.value, BigInt(pool.amount) * MINUTE));
  ids.handOver = scribe.write(
    { kind: 'hand_over', outlet: outlet.id, goods, charged, sales: 5 },
    outlet.seed,
  );
  await settle();

  // The month ends; some days of the next.
  const until = monthEnd(clock.now());
  clock.set(until + 1 + 6 * HOUR);
  scribe.write({ kind: 'final_revision', until });
  await settle();

  // The baker claims, and pays the outlet as the paper has it: the wallet by name.
  baker.claim(scribe, stateOf(engine));
  await settle();
  ids.appropriation = scribe.write(
    { kind: 'appropriate', wallet: baker.key, outlet: outlet.id, value: 30n * MINUTE },
    baker.seed,
  );
  await settle();
  clock.set(until + 1 + 2 * DAY_SECONDS);
  for (const [maker, product, amount, minutes] of [
    [farm, GRAIN, 200_000, 490],
    [workshop, OVEN, 1, 640],
    [bakery, BREAD, 20, 330],
  ] as const)
    make(maker, outlet, product, amount, minutes);
  await settle();
  return { ...ids, subsystem: farm.id, until: String(until), charged: String(charged) };
}

/** The smaller id first, as an edge of trust is written. */
function inOrder(x: Party, y: Party): readonly [Party, Party] {
  return x.id < y.id ? [x, y] : [y, x];
}
