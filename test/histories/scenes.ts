/** Scenes of trust, votes, production and dispatch stock. Each looks for somebody who can do a thing; where nobody can, there is no scene. */
import type { Id } from '../../src/economy/transaction.ts';
import type { Author, Scene, Scenes } from './author.ts';
import { NOTHING, PRODUCTS, TYPES, WALLETS } from './cast.ts';
import { keyNamed } from './paper-crypto.ts';

const MICRO = 1_000_000n;
const open = (a: Author) => a.row(a.state.productions, (p) => p.state === 'open');
const bools = (a: Author, p: number) => a.chance(p);

function register(a: Author): Scene | undefined {
  if (a.state.collectives.size > 8 && a.chance(0.8)) return undefined;
  const key = keyNamed(`collective ${a.below(40)}`);
  return { draft: { kind: 'register', key, name: 'Collective', dispatches: a.chance(0.5) }, keys: [key] };
}
function rotateKey(a: Author): Scene {
  const collective = a.collective();
  const key = keyNamed(`collective ${a.below(80)}`);
  return { draft: { kind: 'rotate_key', collective, key }, keys: a.keys(collective) };
}
function establishTrust(a: Author): Scene {
  const [x, y] = [a.collective(), a.collective()].sort() as [Id, Id];
  return { draft: { kind: 'establish_trust', a: x, b: y }, keys: a.keys(x, y) };
}
function cancelTrust(a: Author): Scene | undefined {
  const trust = a.row(a.state.trusts);
  if (trust === undefined) return undefined;
  const [x, y] = trust[0].split('/') as [Id, Id];
  return { draft: { kind: 'cancel_trust', a: x, b: y }, keys: a.keys(a.chance(0.5) ? x : y) };
}
function collectivize(a: Author): Scene {
  const at = a.below(PRODUCTS.length);
  const product = PRODUCTS[at] as (typeof PRODUCTS)[number];
  const back = a.chance(0.5) ? a.row(a.state.writeOffs, (w) => w.amount > 0) : undefined;
  if (back !== undefined) {
    const [writeOff, { owner, type, amount }] = back;
    const what = PRODUCTS[TYPES.indexOf(type)] ?? product;
    const some = 1 + a.below(amount);
    return {
      draft: { kind: 'collectivize', owner, product: what, amount: some, writeOff },
      keys: a.keys(owner),
    };
  }
  const owner = a.collective();
  const draft = { kind: 'collectivize', owner, product, amount: 1 + a.below(9) } as const;
  return { draft: at > 2 ? { ...draft, durability: 1 + a.below(3000) } : draft, keys: a.keys(owner) };
}
function transfer(a: Author): Scene | undefined {
  if (a.chance(0.2)) return fromStock(a);
  const found = a.row(a.state.lots, (l) => l.use === undefined || a.chance(0.03));
  if (found === undefined) return undefined;
  const [lot, row] = found;
  const from = row.owner;
  const dispatch = a.chance(0.75);
  const own = a.state.collectives.get(from)?.dispatches === true && a.chance(0.5);
  const to = dispatch && own ? from : a.neighbour(from);
  if (to === undefined || (dispatch && !a.state.collectives.get(to)?.dispatches)) return undefined;
  const amount = a.chance(0.6) ? row.amount : 1 + a.below(row.amount);
  const purpose = dispatch ? 'dispatch' : 'use';
  return { draft: { kind: 'transfer', lot, amount, from, to, purpose }, keys: a.keys(from, to) };
}
/** Goods leave dispatch stock again, to another outlet or as a lot. */
function fromStock(a: Author): Scene | undefined {
  const found = a.row(a.state.deliveries, (d) => d.amount > 0);
  if (found === undefined) return undefined;
  const [lot, { outlet, amount }] = found;
  const to = a.chance(0.4) ? outlet : a.neighbour(outlet);
  if (to === undefined) return undefined;
  const purpose = a.chance(0.5) ? 'dispatch' : 'use';
  const draft = { kind: 'transfer', lot, amount: 1 + a.below(amount), from: outlet, to, purpose } as const;
  return { draft, keys: a.keys(outlet, to) };
}
function order(a: Author): Scene {
  const orderer = a.collective();
  const addressee = (a.chance(0.4) ? a.neighbour(orderer) : undefined) ?? orderer;
  const product = a.one(PRODUCTS) as (typeof PRODUCTS)[number];
  const draft = {
    kind: 'order',
    orderer,
    addressee,
    product,
    amount: 1 + a.below(20),
    deliverBy: a.time,
  } as const;
  const parent = a.chance(0.1) ? a.row(a.state.orders)?.[0] : undefined;
  return { draft: parent === undefined ? draft : { ...draft, parent }, keys: a.keys(orderer) };
}
function reject(a: Author): Scene | undefined {
  const found = a.row(a.state.orders, (o) => o.rejected === undefined);
  if (found === undefined) return undefined;
  return { draft: { kind: 'reject', order: found[0], reason: 'No' }, keys: a.keys(found[1].addressee) };
}
function estimate(a: Author): Scene | undefined {
  const found = a.row(a.state.orders, (o) => o.estimate === undefined && o.rejected === undefined);
  if (found === undefined) return undefined;
  const [order, row] = found;
  const types = [...new Set([row.type, ...(a.chance(0.3) ? [a.one(TYPES) as Id] : [])])].sort();
  const outputs = types.map((type) => {
    const at = TYPES.indexOf(type);
    const product = PRODUCTS[at] as (typeof PRODUCTS)[number];
    const value = a.chance(0.1) ? 0n : BigInt(a.below(a.chance(0.05) ? 6_000 : 600)) * MICRO;
    const output = { product, amount: 1 + a.below(20), value };
    return at > 2 ? { ...output, durability: 1 + a.below(3000) } : output;
  });
  return { draft: { kind: 'estimate', order, outputs }, keys: a.keys(row.addressee) };
}
function start(a: Author): Scene | undefined {
  const found = a.row(a.state.estimates, (e) => e.production === undefined);
  if (found === undefined) return undefined;
  const addressee = a.state.orders.get(found[1].order)?.addressee;
  return { draft: { kind: 'start', estimate: found[0] }, keys: a.keys(addressee) };
}
function allocateWorkload(a: Author): Scene | undefined {
  const found = open(a);
  if (found === undefined) return undefined;
  const day = Math.floor(a.time / 86_400) - a.below(a.chance(0.1) ? 9 : 6);
  const minutes = 1 + a.below(a.chance(0.05) ? 1600 : 700);
  const wallet = a.one(WALLETS) ?? '';
  return {
    draft: { kind: 'allocate_workload', production: found[0], wallet, minutes, day },
    keys: a.keys(found[1].producer),
  };
}
function allocateResource(a: Author): Scene | undefined {
  const found = open(a);
  if (found === undefined) return undefined;
  const { producer, label } = found[1];
  const lot = a.row(a.state.lots, (l) => l.owner === producer && l.use === undefined);
  if (lot === undefined) return undefined;
  const amount = a.chance(0.4) ? lot[1].amount : 1 + a.below(lot[1].amount);
  const repurpose = bools(a, label === 'common' ? 0.7 : 0.2);
  return {
    draft: { kind: 'allocate_resource', production: found[0], lot: lot[0], amount, repurpose },
    keys: a.keys(producer),
  };
}
function allocateMop(a: Author): Scene | undefined {
  const found = open(a);
  if (found === undefined) return undefined;
  const { producer, label } = found[1];
  const lot = a.row(
    a.state.lots,
    (l) => l.owner === producer && l.durability !== undefined && (l.use === undefined || a.chance(0.1)),
  );
  if (lot === undefined) return undefined;
  const repurpose = bools(a, label === 'common' ? 0.8 : 0.2);
  return {
    draft: {
      kind: 'allocate_mop',
      production: found[0],
      lot: lot[0],
      repurpose,
      beyondDurability: bools(a, 0.5),
    },
    keys: a.keys(producer),
  };
}
function deallocateMop(a: Author): Scene | undefined {
  const lot = a.row(a.state.lots, (l) => l.use?.as === 'mop');
  const use = lot?.[1].use;
  if (lot === undefined || use?.as !== 'mop') return undefined;
  const elapsed = Math.floor((a.time - use.since) / 60);
  return {
    draft: { kind: 'deallocate_mop', production: use.production, lot: lot[0], minutes: a.below(elapsed + 1) },
    keys: a.keys(lot[1].owner),
  };
}
function allocateComponent(a: Author): Scene | undefined {
  const found = open(a);
  if (found === undefined) return undefined;
  const { producer } = found[1];
  const lot = a.row(
    a.state.lots,
    (l) => l.owner === producer && l.durability !== undefined && (l.use === undefined || a.chance(0.1)),
  );
  if (lot === undefined) return undefined;
  const draft = {
    kind: 'allocate_component',
    production: found[0],
    lot: lot[0],
    repurpose: bools(a, 0.5),
  } as const;
  const elements = lot[1].elements?.map(({ id }) => id) ?? [];
  const on = elements.length > 1 && a.chance(0.5) ? [elements[a.below(elements.length)] as Id] : undefined;
  return { draft: on === undefined ? draft : { ...draft, on }, keys: a.keys(producer) };
}
function disassemble(a: Author): Scene | undefined {
  const lot = a.row(a.state.lots, (l) => (l.elements?.length ?? 0) > 1 && l.use === undefined);
  if (lot === undefined) return undefined;
  const element = a.one(lot[1].elements ?? [])?.id ?? NOTHING;
  const { owner } = lot[1];
  return { draft: { kind: 'disassemble', owner, lot: lot[0], element }, keys: a.keys(owner) };
}
function output(a: Author): Scene | undefined {
  const found = a.row(
    a.state.productions,
    (p) =>
      p.state === 'open' &&
      p.mops === 0 &&
      (p.labour + p.resources + p.means > 0n || p.components.length > 0),
  );
  if (found === undefined) return undefined;
  const [production, row] = found;
  const estimated = a.state.estimates.get(row.estimate)?.outputs.map((o) => o.type) ?? [];
  const composed = row.components.length > 0;
  const types = composed ? estimated.slice(0, 1) : estimated.filter(() => a.chance(0.9));
  if (types.length === 0) return undefined;
  const outputs = types.map((type) => ({ type, amount: composed ? 1 : 1 + a.below(25) }));
  return { draft: { kind: 'output', production, outputs }, keys: a.keys(row.producer) };
}
function abortProduction(a: Author): Scene | undefined {
  const found = a.row(a.state.productions, (p) => p.state === 'open' && p.mops === 0);
  if (found === undefined) return undefined;
  return {
    draft: { kind: 'abort_production', production: found[0], reason: 'No' },
    keys: a.keys(found[1].producer),
  };
}
function writeOff(a: Author): Scene | undefined {
  if (a.chance(0.4)) {
    const found = a.row(a.state.deliveries, (d) => d.amount > 0);
    if (found === undefined) return undefined;
    const [origin, { outlet: owner, amount }] = found;
    return {
      draft: { kind: 'write_off', owner, origin, amount: 1 + a.below(amount), reason: 'Gone' },
      keys: a.keys(owner),
    };
  }
  const found = a.row(a.state.lots, (l) => l.use === undefined || a.chance(0.03));
  if (found === undefined) return undefined;
  const [lot, { owner, origin, amount }] = found;
  return {
    draft: { kind: 'write_off', owner, origin, lot, amount: 1 + a.below(amount), reason: 'Gone' },
    keys: a.keys(owner),
  };
}
function finalRevision(a: Author): Scene {
  const month = new Date(a.time * 1000);
  const until = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + a.below(2), 1) / 1000 - 1;
  return { draft: { kind: 'final_revision', until }, keys: [] };
}
function claim(a: Author): Scene | undefined {
  const early = a.chance(0.05);
  const found = a.row(a.state.workloads, (w) => early || (!w.claimed && w.revision !== undefined));
  if (found === undefined) return undefined;
  const [workload, row] = found;
  return { draft: { kind: 'claim', workload, revision: row.revision ?? NOTHING }, keys: [row.wallet] };
}
function propose(a: Author): Scene | undefined {
  const by = a.row(a.state.collectives, (_, id) => a.state.worked.has(id))?.[0];
  if (by === undefined) return undefined;
  const until = a.time + 86_400 * (1 + a.below(40));
  const dice = a.random();
  const big = a.row(a.state.estimates, (e) => e.production === undefined)?.[0];
  const type = a.row(a.state.types)?.[0];
  const keys = a.keys(by);
  if (dice < 0.2 && big !== undefined)
    return { draft: { kind: 'propose', by, until, about: 'production', estimate: big }, keys };
  if (dice < 0.8 && type !== undefined) {
    const now = a.state.labels.get(`${a.subsystem(by)}/${type}`);
    const label = now === 'common' ? 'exclusive' : 'common';
    return { draft: { kind: 'propose', by, until, about: 'label', type, label }, keys };
  }
  const [parameter, value] = a.one([
    ['reverseDays', String(a.below(40))],
    ['limit', `${a.below(5)}/7`],
    ['maxRate', `${a.below(3)}/3`],
    ['grace', String(a.below(100) * 86_400)],
    ['beyondMax', String(1 + a.below(4))],
    ['offlineMax', String(a.below(30) * 86_400)],
  ] as const) as ['reverseDays', string];
  return { draft: { kind: 'propose', by, until, about: 'parameter', parameter, value }, keys };
}
function vote(a: Author): Scene | undefined {
  const found = a.row(a.state.proposals, (p) => p.state === 'open');
  if (found === undefined) return undefined;
  const by = a.row(
    a.state.collectives,
    (c, id) => c.subsystem === found[1].subsystem && !a.state.votes.has(`${found[0]}/${id}`),
  )?.[0];
  if (by === undefined) return undefined;
  return { draft: { kind: 'vote', proposal: found[0], by, yes: a.chance(0.85) }, keys: a.keys(by) };
}
function count(a: Author): Scene | undefined {
  const found = a.row(a.state.stock);
  if (found === undefined) return undefined;
  const [outlet, type] = found[0].split('/') as [Id, Id];
  const amount = Math.max(0, found[1].amount + a.below(7) - 3);
  const height = Math.max(0, a.height - 1 - a.below(4));
  return { draft: { kind: 'count', outlet, lines: [{ type, height, amount }] }, keys: a.keys(outlet) };
}
function atAverage(a: Author, outlet: Id, { type, amount }: { type: Id; amount: number }): bigint {
  const pool = a.state.pools.get(`${a.subsystem(outlet)}/${type}`);
  return pool === undefined || pool.amount === 0 ? 0n : (pool.value * BigInt(amount)) / BigInt(pool.amount);
}
function handOver(a: Author): Scene | undefined {
  const found = a.row(a.state.stock, (s) => s.amount > 0);
  if (found === undefined) return undefined;
  const [outlet, type] = found[0].split('/') as [Id, Id];
  const beyond = a.chance(0.1) ? 2 : 0;
  const amount = a.chance(0.2) ? found[1].amount : 1 + a.below(found[1].amount + beyond);
  const second = a.chance(0.3)
    ? a.row(a.state.stock, (s, at) => at.startsWith(outlet) && at !== found[0] && s.amount > 0)
    : undefined;
  const goods = [{ type, amount }];
  if (second !== undefined) goods.push({ type: second[0].slice(65), amount: 1 + a.below(second[1].amount) });
  goods.sort((x, y) => (x.type < y.type ? -1 : 1));
  const worth = goods.reduce((sum, line) => sum + atAverage(a, outlet, line), 0n);
  const charged = Math.max(0, Number(worth / MICRO) + a.below(a.chance(0.1) ? 400 : 4) - 1);
  const draft = {
    kind: 'hand_over',
    outlet,
    goods,
    charged,
    sales: 1 + a.below(30),
  } as const;
  return { draft, keys: a.keys(outlet) };
}
function appropriate(a: Author): Scene | undefined {
  const [outlet, balance] = [a.outlet(), a.row(a.state.balances)];
  if (outlet === undefined || balance === undefined) return undefined;
  const wallet = balance[0].slice(0, 66);
  const value = a.chance(0.3) ? balance[1] : BigInt(1 + a.below(Number(balance[1])));
  return { draft: { kind: 'appropriate', wallet, outlet, value }, keys: [wallet] };
}

export const SCENES: Scenes = {
  register: [3, register],
  rotate_key: [0.5, rotateKey],
  establish_trust: [6, establishTrust],
  cancel_trust: [3, cancelTrust],
  collectivize: [4, collectivize],
  transfer: [13, transfer],
  order: [8, order],
  reject: [0.5, reject],
  estimate: [10, estimate],
  start: [11, start],
  allocate_workload: [22, allocateWorkload],
  allocate_resource: [5, allocateResource],
  allocate_mop: [4, allocateMop],
  deallocate_mop: [6, deallocateMop],
  allocate_component: [3, allocateComponent],
  disassemble: [2, disassemble],
  output: [11, output],
  abort_production: [1, abortProduction],
  write_off: [3, writeOff],
  final_revision: [0.5, finalRevision],
  claim: [22, claim],
  propose: [4, propose],
  vote: [9, vote],
  count: [3, count],
  hand_over: [12, handOver],
  appropriate: [3, appropriate],
};
