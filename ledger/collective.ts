/**
 * What a collective (a coupon office, a wallet, a till) does on the ledger, typed: one function for each kind of transaction. Each
 * fills in chain and a fresh nonce, signs with the keys it was given and hands the envelope in. Sent again after no answer, a
 * transaction is the same one: `prepare` makes it, `send` may be repeated.
 * Not here: keys in files (key-file.ts), what the rules want (docs/ledger-rules.md, docs/ledger-coupons.md).
 */
import type { CryptoPort } from '../src/crypto-port.ts';
import { type Built, makeEnvelope } from '../src/economy/build.ts';
import type { Kind, Transaction } from '../src/economy/transaction.ts';
import { fieldsOf, KINDS } from '../src/economy/wire.ts';
import { ok, type Result } from '../src/result.ts';
import type { ClientRefusal, LedgerClient } from './client.ts';
import type { Submitted } from './engine.ts';

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** The fields of a kind that its sender chooses. */
export type Fields<K extends Kind> = Without<Extract<Transaction, { kind: K }>, 'kind' | 'chain' | 'nonce'>;

export type Act<K extends Kind> = (
  fields: Fields<K>,
  ...others: readonly Uint8Array[]
) => Promise<Result<Submitted, ClientRefusal>>;

/** One function a kind. `others`: seeds that sign beside the collective's own, a partner's or coupons'. */
export type Acts = { readonly [K in Kind]: Act<K> };

export interface CollectiveOptions {
  readonly client: LedgerClient;
  readonly crypto: CryptoPort;
  /** 8 fresh random bytes as hex, each time. */
  readonly nonce: () => string;
  /** Ed25519 seeds, 32 bytes each, that sign everything sent; none for what nobody signs. */
  readonly seeds: readonly Uint8Array[];
}

export class Collective {
  readonly #options: CollectiveOptions;
  readonly #chain: string;
  /** `collective.acts.order({…})` and so on for every kind. */
  readonly acts: Acts;

  private constructor(options: CollectiveOptions, chain: string) {
    this.#options = options;
    this.#chain = chain;
    const act =
      <K extends Kind>(kind: K): Act<K> =>
      (fields, ...others) =>
        this.send(this.prepare(kind, fields, ...others));
    this.acts = Object.fromEntries(KINDS.map((kind) => [kind, act(kind)])) as unknown as Acts;
  }

  /** Asks the node which chain it keeps. */
  static async open(options: CollectiveOptions): Promise<Result<Collective, ClientRefusal>> {
    const status = await options.client.get('/v1/status');
    return status.ok ? ok(new Collective(options, String(status.value.chain))) : status;
  }

  /** A signed transaction, with its id, not sent yet: to be kept before it is sent by whoever must not lose it. */
  prepare<K extends Kind>(kind: K, fields: Fields<K>, ...others: readonly Uint8Array[]): Built {
    const { crypto, nonce, seeds } = this.#options;
    const named = fieldsOf(kind).some(({ name }) => name === 'nonce') ? { nonce: nonce() } : {};
    const transaction = { ...fields, kind, chain: this.#chain, ...named } as unknown as Transaction;
    return makeEnvelope(crypto, transaction, [...seeds, ...others]);
  }

  /** Hands in what was prepared. Safe to repeat: `exists` is success. */
  send({ bytes }: Pick<Built, 'bytes'>): Promise<Result<Submitted, ClientRefusal>> {
    return this.#options.client.submit(bytes);
  }
}
