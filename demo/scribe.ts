/**
 * The demo's only way to the ledger: bodies made canonical, signed with real keys, handed to a node's submit path. It knows no
 * rule; whatever the ledger refuses is a mistake of the demo and throws with the ledger's word for it.
 * Ids are hashes of bodies, so what follows from a transaction can be written before the ledger has answered.
 */
import { nodeCrypto } from '../crypto/node.ts';
import { random } from '../main/random.ts';
import { toHex } from '../src/bytes.ts';
import { makeEnvelope } from '../src/economy/build.ts';
import type { Id, Transaction } from '../src/economy/transaction.ts';
import { WAITING_TRANSACTIONS } from '../src/limits.ts';

type WithoutFrame<T> = T extends Transaction ? Omit<T, 'chain' | 'nonce'> : never;
/** A transaction without chain and nonce. */
export type Draft = WithoutFrame<Transaction>;

/** Hands an envelope in; resolves to the refusal with its detail, or undefined when the ledger has it. */
export type Submit = (envelope: Uint8Array) => Promise<string | undefined>;

/** What `engine.submit` and the like answer. */
type Answer =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: string; readonly detail?: string };

/** A `Submit` over an engine in this process. */
export function submitTo(engine: { submit(envelope: Uint8Array): Promise<Answer> }): Submit {
  return async (envelope) => {
    const answer = await engine.submit(envelope);
    return answer.ok ? undefined : `${answer.refusal} ${answer.detail ?? ''}`;
  };
}

/** A `Submit` over a running node's HTTP API (`POST /v1/transactions`). */
export function submitOver(ledgerUrl: string): Submit {
  return async (envelope) => {
    const response = await fetch(`${ledgerUrl}/v1/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
      body: envelope as Uint8Array<ArrayBuffer>,
    });
    return response.ok ? undefined : await response.text();
  };
}

const AT_ONCE = WAITING_TRANSACTIONS - 1_000;

export class Scribe {
  readonly chain: string;
  readonly #submit: Submit;
  #waiting: Promise<void>[] = [];
  #written = 0;

  constructor(chain: string, submit: Submit) {
    this.chain = chain;
    this.#submit = submit;
  }

  /** Transactions handed in so far. */
  get written(): number {
    return this.#written;
  }

  /** Signs with each 32-byte seed and hands in. Returns the transaction's id at once; `settle` tells whether it was taken. */
  write(draft: Draft, ...seeds: readonly Uint8Array[]): Id {
    const transaction = { ...draft, chain: this.chain, nonce: toHex(random(8)) } as Transaction;
    const unlike = seeds.filter((seed, i) => seeds.indexOf(seed) === i);
    const { id, bytes } = makeEnvelope(nodeCrypto, transaction, unlike);
    this.send(draft.kind, bytes);
    return id;
  }

  /** Hands in an envelope that somebody else signed: a card. */
  send(kind: string, envelope: Uint8Array): void {
    this.#written++;
    // No more at once than the ledger lets wait; each goes when one far enough before it is answered, so they stay in order.
    const before = this.#waiting[this.#waiting.length - AT_ONCE];
    const submitted =
      before === undefined ? this.#submit(envelope) : before.then(() => this.#submit(envelope));
    const answered = submitted.then((refusal) => {
      if (refusal !== undefined) throw new Error(`the ledger refused ${kind}: ${refusal}`);
    });
    // Looked at in `settle`; a refusal before it is not an unhandled one.
    answered.catch(() => undefined);
    this.#waiting.push(answered);
  }

  /** Waits until the ledger has everything, in its order. Throws the first refusal. */
  async settle(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    await Promise.all(waiting);
  }
}
