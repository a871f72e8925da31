/**
 * What it costs to cancel trust in a large graph: `node bench/trust.ts [--json] [--collectives N] [--edges N]`.
 * Two ledgers are put straight into their tables (a million signed transactions would take minutes and measure signing) and then
 * read as after a restart. Cancellations go through the same door as any transaction, check and bookings included,
 * signatures left out: one native verification is the same for every kind.
 *
 *   cancel   a random graph of 10⁵ collectives and 10⁶ edges: a random edge at a time, in 5 rounds of 400. Milliseconds.
 *   bridge   two random graphs of half the collectives each, joined by one edge, which goes: every collective has labour, a
 *            balance, a lot, clearing, and one in ten dispatch stock of 20 types. Median of 5; the bridge is built again in
 *            between by a transaction, which is a merge of the same size (`mergeMs`).
 *
 * Not measured: making the state hash and writing the rows to disk, which a node does once a block.
 */
import { nodeCrypto } from '../crypto/node.ts';
import { chance } from '../demo/chance.ts';
import { ascii, beBytes, toHex } from '../src/bytes.ts';
import { applyTransaction, type Block, beginBlock } from '../src/economy/apply.ts';
import { transactionId } from '../src/economy/envelope.ts';
import { genesisState } from '../src/economy/genesis.ts';
import { rebuildIndexes } from '../src/economy/indexes.ts';
import { DEFAULT_PARAMETERS } from '../src/economy/parameters.ts';
import type { State } from '../src/economy/state.ts';
import type { Id, Transaction } from '../src/economy/transaction.ts';
import { trustKey } from '../src/economy/who.ts';
import { encodeBody } from '../src/economy/wire.ts';

const CHAIN = 'bench-trust';
const TIME = 1_790_000_000;
const ROUNDS = 5;
const CANCELS = 400;
const TYPES = 20;

const id = (name: string): Id => toHex(nodeCrypto.sha256(ascii(name)));
const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};

/** A subsystem of these collectives with what hangs on them; Q makes its books even. */
function people(state: State, members: readonly Id[], offset: number): void {
  const subsystem = members[0] ?? '';
  const types = Array.from({ length: TYPES }, (_, i) => id(`type ${i}`));
  let value = 0n;
  for (const [i, member] of members.entries()) {
    const ordinal = offset + i;
    const key = `01${id(`key ${ordinal}`)}`;
    state.collectives.restore(member, { key, name: 'x', dispatches: true, ordinal, subsystem });
    const wallet = `01${id(`wallet ${ordinal}`)}`;
    const production = id(`production ${ordinal}`);
    const work = { production, collective: member, wallet, minutes: 60, day: 20_000, time: TIME };
    state.workloads.restore(id(`workload ${ordinal}`), { ...work, claimed: false });
    state.balances.restore(`${wallet}/${member}`, 100_000_000n);
    state.clearing.restore(member, -3_000_000n);
    const lot = {
      type: types[i % TYPES] ?? '',
      amount: 1,
      value: 7_000_000n,
      owner: member,
      label: 'exclusive',
    } as const;
    state.lots.restore(id(`lot ${ordinal}`), { ...lot, origin: production });
    value += 60_000_000n + 100_000_000n - 3_000_000n - 7_000_000n;
    if (i % 10 !== 0) continue;
    for (const type of types)
      state.stock.restore(`${member}/${type}`, {
        amount: 10,
        told: 5_000_000n + BigInt(i),
        history: [],
        corrections: [],
      });
  }
  const stocked = members.filter((_, i) => i % 10 === 0);
  const told = stocked.reduce((sum, _, i) => sum + 5_000_000n + BigInt(10 * i), 0n);
  for (const type of types)
    state.pools.restore(`${subsystem}/${type}`, { amount: 10 * stocked.length, value: told, lows: [] });
  const accounts = { C: 5_000_001n, W: 3_000_001n, D: -1_000_001n, R: 17n };
  const Q = value - accounts.C - accounts.W - accounts.D + accounts.R - told * BigInt(TYPES);
  state.subsystems.restore(subsystem, { ...accounts, Q, members: members.length });
}

/** Random edges among collectives, a random tree first, so that they are connected. */
function weave(state: State, members: readonly Id[], edges: number, random: () => number): string[] {
  const any = (n: number): Id => members[Math.floor(random() * n)] ?? '';
  const made: string[] = [];
  const add = (a: Id, b: Id) => {
    const at = trustKey(a, b);
    if (a === b || state.trusts.has(at)) return;
    state.trusts.restore(at, { since: TIME });
    made.push(at);
  };
  for (const [i, member] of members.entries()) if (i > 0) add(member, any(i));
  while (made.length < edges) add(any(members.length), any(members.length));
  return made;
}

class Ledger {
  readonly state = genesisState({ chain: CHAIN, time: TIME, parameters: DEFAULT_PARAMETERS });
  #block: Block | undefined;
  #nonce = 0;

  open(): void {
    rebuildIndexes(this.state);
    const chain = { state: this.state, crypto: nodeCrypto, parameters: DEFAULT_PARAMETERS, chain: CHAIN };
    this.#block = beginBlock(chain, TIME + 1).block;
  }

  /** Milliseconds of one accepted transaction; and how many events it told. */
  trust(
    kind: 'establish_trust' | 'cancel_trust',
    edge: string,
  ): { readonly ms: number; readonly events: number } {
    const [a, b] = edge.split('/') as [Id, Id];
    const nonce = toHex(beBytes(this.#nonce++, 8));
    const transaction: Transaction = { kind, chain: CHAIN, nonce, a, b };
    const body = encodeBody(transaction);
    const keys = (kind === 'cancel_trust' ? [a] : [a, b]).map(
      (x) => this.state.collectives.get(x)?.key ?? '',
    );
    const signatures = keys.sort().map((key) => ({ key, signature: new Uint8Array(64) }));
    const envelope = { id: transactionId(nodeCrypto, body), body, transaction, signatures };
    if (this.#block === undefined) throw new Error('not open');
    const start = performance.now();
    const done = applyTransaction(this.#block, envelope, { skipSignatures: true });
    const ms = performance.now() - start;
    if (!done.ok) throw new Error(done.refusal);
    return { ms, events: done.value.events.length };
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
const round = (ms: number): number => Math.round(ms * 1000) / 1000;

function cancellations(collectives: number, edges: number) {
  const random = chance(1);
  const ledger = new Ledger();
  const members = Array.from({ length: collectives }, (_, i) => id(`collective ${i}`));
  people(ledger.state, members, 0);
  const made = weave(ledger.state, members, edges, random);
  ledger.open();
  const rounds: number[][] = [];
  for (let r = 0; r < ROUNDS; r++) {
    const times: number[] = [];
    for (let i = 0; i < CANCELS; i++) {
      const at = Math.floor(random() * made.length);
      times.push(ledger.trust('cancel_trust', made[at] ?? '').ms);
      made.splice(at, 1);
    }
    rounds.push(times);
  }
  const of = (q: number) =>
    round(
      quantile(
        rounds.map((times) => quantile(times, q)),
        0.5,
      ),
    );
  return { p50: of(0.5), p99: of(0.99), max: round(Math.max(...rounds.flat())) };
}

function bridges(collectives: number, edges: number) {
  const random = chance(2);
  const ledger = new Ledger();
  const members = Array.from({ length: collectives }, (_, i) => id(`collective ${i}`));
  const halves = [members.slice(0, collectives / 2), members.slice(collectives / 2)] as const;
  for (const [i, half] of halves.entries()) {
    people(ledger.state, half, i * halves[0].length);
    weave(ledger.state, half, Math.floor(edges / 2), random);
  }
  ledger.open();
  const bridge = trustKey(halves[0][1] ?? '', halves[1][1] ?? '');
  const merges: number[] = [];
  const splits: number[] = [];
  let events = 0;
  for (let r = 0; r < ROUNDS; r++) {
    merges.push(ledger.trust('establish_trust', bridge).ms);
    const split = ledger.trust('cancel_trust', bridge);
    splits.push(split.ms);
    events = split.events;
    const sizes = [...ledger.state.subsystems.entries()].map(([, row]) => row.members);
    if (sizes.length !== 2 || sizes[0] !== sizes[1]) throw new Error(`halves of ${sizes.join(' and ')}`);
  }
  return {
    bridgeMs: round(quantile(splits, 0.5)),
    bridgeMaxMs: round(Math.max(...splits)),
    mergeMs: round(quantile(merges, 0.5)),
    events,
  };
}

const collectives = option('collectives', 100_000);
const edges = option('edges', 1_000_000);
const cancelMs = cancellations(collectives, edges);
const result = { cancelMs, ...bridges(collectives, edges), collectives, edges };
if (process.argv.includes('--json')) console.log(JSON.stringify(result));
else console.table({ ...result, cancelMs: JSON.stringify(cancelMs) });
