/**
 * Makes histories up: a seeded author who knows the state and mostly does what is possible, sometimes not. Every kind of transaction
 * has a scene (`scenes.ts`, `coupon-scenes.ts`); a part of them is spoilt afterwards: an id of something else, a number off by a little or a
 * lot, a signer too few or too many.
 */
import { chance } from '../../demo/chance.ts';
import { beBytes, toHex } from '../../src/bytes.ts';
import { transactionId } from '../../src/economy/envelope.ts';
import type { State, Table } from '../../src/economy/state.ts';
import type { Envelope, Id, Key, Kind, RedeemedCoupon, Transaction } from '../../src/economy/transaction.ts';
import { decodeBody, encodeBody } from '../../src/economy/wire.ts';
import { NOTHING, TILLS, WALLETS } from './cast.ts';
import { COUPON_SCENES } from './coupon-scenes.ts';
import { paperCrypto } from './paper-crypto.ts';
import { BEGIN, CHAIN, type Player, type Step } from './player.ts';
import { SCENES } from './scenes.ts';

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
export type Draft = Without<Transaction, 'chain' | 'nonce'>;
/** A draft, who signs, and what the author remembers when it was accepted. */
export interface Scene {
  readonly draft: Draft;
  readonly keys: readonly Key[];
  readonly remember?: (id: Id) => void;
}
export type Scenes = {
  readonly [kind: string]: readonly [weight: number, make: (a: Author) => Scene | undefined];
};

const WITHOUT_NONCE = new Set<Kind>([
  'final_revision',
  'claim',
  'load',
  'issue',
  'redeem',
  'cancel',
  'refresh',
  'recoup',
  'vote',
]);

const ALL: Scenes = { ...SCENES, ...COUPON_SCENES };
const MAKERS = Object.values(ALL);
const WEIGHTS = MAKERS.map(([weight]) => weight);
const TOTAL = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

export class Author {
  readonly #player: Player;
  readonly random: () => number;
  #nonce = 0;
  /** Blanks used so far. */
  blanks = 0;
  /** Owed id → blanks in it. */
  readonly cards = new Map<Id, readonly number[]>();
  /** Issued coupons that may not be spent yet. */
  readonly coins: { readonly keyset: Id; readonly exponent: number; readonly blank: number }[] = [];
  readonly announced: {
    readonly outlet: Id;
    readonly announcement: Id;
    readonly coupons: readonly RedeemedCoupon[];
  }[] = [];
  #remember: ((id: Id) => void) | undefined;
  #last: Envelope | undefined;

  constructor(player: Player, seed: number) {
    this.#player = player;
    this.random = chance(seed);
  }
  get state(): State {
    return this.#player.state;
  }
  get time(): number {
    return this.#player.block.time;
  }
  get height(): number {
    return this.#player.block.height;
  }
  below(n: number): number {
    return Math.floor(this.random() * n);
  }
  chance(p: number): boolean {
    return this.random() < p;
  }
  one<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }
  /** A random row of those that fit. */
  row<V>(table: Table<V>, fits: (row: V, key: string) => boolean = () => true): [string, V] | undefined {
    let found: [string, V] | undefined;
    let seen = 0;
    for (const entry of table.entries())
      if (fits(entry[1], entry[0]) && this.below(++seen) === 0) found = entry;
    return found;
  }
  collective(): Id {
    return this.row(this.state.collectives)?.[0] ?? NOTHING;
  }
  outlet(): Id | undefined {
    return this.row(this.state.collectives, (c) => c.dispatches)?.[0];
  }
  keys(...ids: readonly (Id | undefined)[]): Key[] {
    return ids.flatMap((id) => this.state.collectives.get(id ?? '')?.key ?? []);
  }
  subsystem(id: Id): Id {
    return this.state.collectives.get(id)?.subsystem ?? NOTHING;
  }
  neighbour(of: Id): Id | undefined {
    return this.one([...(this.state.indexes.neighbours.get(of) ?? [])].sort());
  }

  next(): Step {
    if (this.height === 0) return { time: BEGIN, blocks: 1 };
    if (this.chance(0.08)) {
      const long = this.chance(0.3) && this.state.workloads.size > 0;
      const forward = this.below(long ? 40 * 86_400 : 2 * 86_400);
      return { time: this.time + forward, blocks: this.chance(0.08) ? 101 : 1 };
    }
    return { envelope: this.#envelope() };
  }
  /** The last envelope was accepted. */
  accepted(id: Id): void {
    this.#remember?.(id);
  }

  #scene(): Scene {
    if (this.state.collectives.size < 5) {
      const scene = ALL.register?.[1](this);
      if (scene !== undefined) return scene;
    }
    for (;;) {
      let at = this.random() * TOTAL;
      let i = 0;
      while (i < MAKERS.length - 1 && at >= (WEIGHTS[i] as number)) at -= WEIGHTS[i++] as number;
      const scene = MAKERS[i]?.[1](this);
      if (scene !== undefined) return scene;
    }
  }

  #envelope(): Envelope {
    if (this.#last !== undefined && this.chance(0.01)) return this.#last;
    const scene = this.#scene();
    const spoilt = this.chance(0.12);
    const draft = spoilt && this.chance(0.7) ? this.#spoil(scene.draft) : scene.draft;
    const keys = new Set(scene.keys);
    if (spoilt && draft === scene.draft) {
      if (this.chance(0.5)) keys.delete([...keys][0] ?? '');
      else keys.add(this.one(WALLETS) ?? '');
    }
    this.#remember = scene.remember;
    this.#nonce += 1;
    const nonce = WITHOUT_NONCE.has(draft.kind) ? {} : { nonce: toHex(beBytes(this.#nonce, 8)) };
    const chain = this.chance(0.001) ? 'other-chain' : CHAIN;
    const body = encodeBody({ chain, ...nonce, ...draft } as Transaction);
    const decoded = decodeBody(body);
    // What is not in order never gets past the decoder; such a spoilt draft is sent as it was meant.
    if (!decoded.ok && draft === scene.draft)
      throw new Error(`${draft.kind}: ${decoded.refusal} ${decoded.detail}`);
    if (!decoded.ok) return this.#envelope();
    const signatures = [...keys].sort().map((key) => ({ key, signature: NO_SIGNATURE }));
    const id = transactionId(paperCrypto, body);
    this.#last = { id, body, transaction: decoded.value, signatures };
    return this.#last;
  }

  /** The draft with one field, or a field of its first line, that is something else. */
  #spoil(draft: Draft): Draft {
    const fields = Object.entries(draft).filter(([name]) => name !== 'kind');
    const [name, value] = this.one(fields) ?? ['', undefined];
    return { ...draft, [name]: this.#other(value) } as Draft;
  }
  #other(value: unknown): unknown {
    if (typeof value === 'boolean') return !value;
    if (typeof value === 'number') return this.one([0, value + 1, Math.max(0, value - 1), value * 1000]);
    if (typeof value === 'bigint') return value + 1n;
    if (typeof value === 'string' && value.length === 64)
      return this.one([
        NOTHING,
        this.collective(),
        this.row(this.state.lots)?.[0] ?? NOTHING,
        this.row(this.state.productions)?.[0] ?? NOTHING,
      ]);
    if (typeof value === 'string' && value.length === 66) return this.one([...WALLETS, ...TILLS]);
    if (Array.isArray(value)) {
      if (value.length === 0) return value;
      if (this.chance(0.3)) return value.slice(1);
      const at = this.below(value.length);
      return value.map((item, i) => (i === at ? this.#other(item) : item));
    }
    if (value instanceof Uint8Array)
      return value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte));
    if (typeof value === 'object' && value !== null) {
      const [name, field] = this.one(Object.entries(value)) ?? ['', undefined];
      return { ...value, [name]: this.#other(field) };
    }
    return value;
  }
}
const NO_SIGNATURE = new Uint8Array(64);
