/**
 * Random histories: a seeded player who knows the state and mostly does what is possible, sometimes not. What it did can be
 * played again: envelopes and block times. Signatures are left out (the keys are named), so that a history costs
 * what the rules cost.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { chance } from '../../demo/chance.ts';
import { beBytes, toHex } from '../../src/bytes.ts';
import { type Applied, applyTransaction, type Block, beginBlock } from '../../src/economy/apply.ts';
import { transactionId } from '../../src/economy/envelope.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { genesisState } from '../../src/economy/genesis.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import type { Refusal } from '../../src/economy/refusals.ts';
import type { State } from '../../src/economy/state.ts';
import type { Envelope, Id, Key, Product, Transaction } from '../../src/economy/transaction.ts';
import { decodeBody, encodeBody } from '../../src/economy/wire.ts';
import type { Result } from '../../src/result.ts';
import { BREAD, CHAIN, type Draft, FLOUR, MILK, min, NOON, typeOf, walletOf } from './world.ts';

const PRODUCTS: readonly Product[] = [BREAD, MILK, FLOUR, { name: 'Oven', unit: 'piece' }];
const WALLETS = ['anna', 'ben', 'carla', 'dora'].map(walletOf);
/** Those of these histories. */
export const PARAMETERS = { ...DEFAULT_PARAMETERS, voteAbove: min(20_000) };

/** A block begins, an envelope arrives, or a type becomes common in a subsystem that has nothing of it yet (label votes come later). */
export type Step =
  | { readonly time: number }
  | { readonly envelope: Envelope }
  | { readonly commonIn: Id; readonly type: Id };

/** Plays steps on a state of its own, or on one that is given. */
export class Player {
  readonly state: State;
  block: Block;
  readonly events: LedgerEvent[] = [];

  constructor(state = genesisState({ chain: CHAIN, time: NOON, parameters: PARAMETERS })) {
    this.state = state;
    this.block = { state, crypto: nodeCrypto, parameters: PARAMETERS, chain: CHAIN, height: 0, time: 0 };
  }
  play(step: Step): Result<Applied, Refusal> | undefined {
    if ('time' in step) {
      const { block, events } = beginBlock(this.block, step.time);
      this.block = block;
      this.events.push(...events);
      return undefined;
    }
    if ('commonIn' in step) {
      this.state.labels.set(`${step.commonIn}/${step.type}`, 'common');
      this.state.indexes.labels.set(step.commonIn, new Set([step.type]));
      return undefined;
    }
    const applied = applyTransaction(this.block, step.envelope, { skipSignatures: true });
    if (applied.ok) this.events.push(...applied.value.events);
    return applied;
  }
}

/** Makes the next step of a history up from what the state offers. */
export class Author {
  readonly #player: Player;
  readonly #random: () => number;
  #nonce = 0;
  #commons = 0;

  constructor(player: Player, seed: number) {
    this.#player = player;
    this.#random = chance(seed);
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }
  #one<T>(list: readonly T[]): T | undefined {
    return list[this.#below(list.length)];
  }
  #entry<V>(table: { entries(): Iterable<[string, V]> }): [string, V] | undefined {
    return this.#one([...table.entries()]);
  }
  #collective(): Id {
    return this.#entry(this.#player.state.collectives)?.[0] ?? '0'.repeat(64);
  }
  #keys(...ids: readonly (Id | undefined)[]): Key[] {
    return ids.flatMap((id) => this.#player.state.collectives.get(id ?? '')?.key ?? []);
  }

  next(): Step {
    const { block, state } = this.#player;
    if (block.height === 0 || this.#random() < 0.05)
      return {
        time: Math.max(block.time, NOON) + this.#below(this.#random() < 0.1 ? 45 * 86_400 : 6 * 3600),
      };
    if (this.#commons < 3 && state.subsystems.size > 3 && this.#random() < 0.05) {
      const step = this.#makeCommon();
      if (step !== undefined) return step;
    }
    return { envelope: this.#envelope() };
  }

  #makeCommon(): Step | undefined {
    const { state } = this.#player;
    const type = typeOf(this.#one(PRODUCTS) ?? BREAD);
    for (const [subsystem] of state.subsystems.entries()) {
      const used = [...state.lots.entries()].some(
        ([, lot]) => lot.type === type && state.collectives.get(lot.owner)?.subsystem === subsystem,
      );
      if (used || state.pools.has(`${subsystem}/${type}`) || state.indexes.labels.has(subsystem)) continue;
      this.#commons += 1;
      return { commonIn: subsystem, type };
    }
    return undefined;
  }

  #envelope(): Envelope {
    const [draft, keys] = this.#draft();
    this.#nonce += 1;
    const nonce = ['final_revision', 'claim'].includes(draft.kind)
      ? {}
      : { nonce: toHex(beBytes(this.#nonce, 8)) };
    const body = encodeBody({ chain: CHAIN, ...nonce, ...draft } as Transaction);
    const transaction = decodeBody(body);
    if (!transaction.ok) throw new Error(`${draft.kind}: ${transaction.refusal} ${transaction.detail}`);
    const signatures = [...new Set(keys)].sort().map((key) => ({ key, signature: new Uint8Array(64) }));
    return { id: transactionId(nodeCrypto, body), body, transaction: transaction.value, signatures };
  }

  #draft(): readonly [Draft, readonly Key[]] {
    const { state, block } = this.#player;
    const product = this.#one(PRODUCTS) ?? BREAD;
    const amount = this.#below(12);
    const dice = this.#below(100);
    const self = this.#collective();
    const outlet =
      this.#one([...state.collectives.entries()].filter(([, row]) => row.dispatches))?.[0] ?? self;
    const open = this.#one([...state.productions.entries()].filter(([, row]) => row.state === 'open'));
    const lot = this.#entry(state.lots);
    if (dice < 6 || state.collectives.size < 4) {
      const key = walletOf(`collective ${this.#below(40)}`);
      return [{ kind: 'register', key, name: 'Collective', dispatches: this.#random() < 0.4 }, [key]];
    }
    if (dice < 12) {
      const [a, b] = [self, this.#collective()].sort() as [Id, Id];
      return [{ kind: 'establish_trust', a, b }, this.#keys(a, b)];
    }
    if (dice < 15) return [{ kind: 'collectivize', owner: self, product, amount }, this.#keys(self)];
    if (dice < 24) {
      const addressee = this.#random() < 0.6 ? self : this.#collective();
      return [
        { kind: 'order', orderer: self, addressee, product, amount, deliverBy: NOON },
        this.#keys(self),
      ];
    }
    if (dice < 32) {
      const [order, row] =
        this.#one([...state.orders.entries()].filter(([, o]) => o.estimate === undefined)) ?? [];
      const ordered = PRODUCTS.find((p) => typeOf(p) === row?.type) ?? BREAD;
      const outputs = [...new Set([ordered, ...(this.#random() < 0.4 ? [product] : [])])]
        .sort((a, b) => (typeOf(a) < typeOf(b) ? -1 : 1))
        .map((p) => ({ product: p, amount: 1 + amount, value: BigInt(this.#below(1e9)) }));
      return [{ kind: 'estimate', order: order ?? self, outputs }, this.#keys(row?.addressee)];
    }
    if (dice < 40) {
      const [id, row] =
        this.#one([...state.estimates.entries()].filter(([, e]) => e.production === undefined)) ?? [];
      return [
        { kind: 'start', estimate: id ?? self },
        this.#keys(state.orders.get(row?.order ?? '')?.addressee),
      ];
    }
    const producer = this.#keys(open?.[1].producer);
    const production = open?.[0] ?? self;
    if (dice < 52) {
      const day = Math.floor(block.time / 86_400) - this.#below(9);
      const minutes = this.#below(this.#random() < 0.1 ? 2000 : 500);
      return [
        { kind: 'allocate_workload', production, wallet: this.#one(WALLETS) ?? '', minutes, day },
        producer,
      ];
    }
    if (dice < 60) {
      const own =
        this.#one([...state.lots.entries()].filter(([, row]) => row.owner === open?.[1].producer)) ?? lot;
      const repurpose = this.#random() < 0.3;
      return [
        {
          kind: 'allocate_resource',
          production,
          lot: own?.[0] ?? self,
          amount: this.#below(own?.[1].amount ?? 3) + 1,
          repurpose,
        },
        producer,
      ];
    }
    if (dice < 67) {
      const types = state.estimates.get(open?.[1].estimate ?? '')?.outputs.map((o) => o.type) ?? [];
      const outputs = types
        .filter(() => this.#random() < 0.9)
        .map((type) => ({ type, amount: this.#below(30) + 1 }));
      return [{ kind: 'output', production, outputs }, producer];
    }
    if (dice < 79) {
      const from = lot?.[1].owner ?? self;
      const dispatch = this.#random() < 0.7;
      const to = dispatch
        ? this.#random() < 0.5 && state.collectives.get(from)?.dispatches
          ? from
          : outlet
        : this.#collective();
      const draft = {
        kind: 'transfer',
        lot: lot?.[0] ?? self,
        amount: this.#below(lot?.[1].amount ?? 3) + 1,
        from,
        to,
      } as const;
      return [{ ...draft, purpose: dispatch ? 'dispatch' : 'use' }, this.#keys(from, to)];
    }
    if (dice < 87) {
      const open = [...state.workloads.entries()].filter(
        ([, row]) => !row.claimed && (row.revision !== undefined || this.#random() < 0.05),
      );
      const [workload, row] = this.#one(open) ?? this.#entry(state.workloads) ?? [self, undefined];
      return [
        { kind: 'claim', workload, revision: row?.revision ?? self },
        [row?.wallet ?? walletOf('anna')],
      ];
    }
    const held =
      this.#one([...state.stock.entries()].filter(([, row]) => row.amount > 0)) ?? this.#entry(state.stock);
    const [keeper, type] = held?.[0].split('/') ?? [outlet, typeOf(product)];
    const seller = keeper ?? outlet;
    if (dice < 94) {
      const goods = [{ type: type ?? '', amount: this.#below(Math.max(2, (held?.[1].amount ?? 1) + 2)) }];
      return [
        { kind: 'hand_over', outlet: seller, goods, charged: this.#below(300), sales: 1 + amount },
        this.#keys(seller),
      ];
    }
    if (dice < 99) {
      const height = Math.max(0, block.height - this.#below(4));
      const lines = [{ type: type ?? '', height, amount: this.#below((held?.[1].amount ?? 0) + 4) }];
      return [{ kind: 'count', outlet: seller, lines }, this.#keys(seller)];
    }
    return [{ kind: 'final_revision', until: Date.parse('2026-11-30T23:59:59Z') / 1000 }, []];
  }
}
