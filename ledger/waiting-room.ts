/**
 * Where transactions wait for a block, in the order in which they came, while other threads look at their signatures. Two
 * steps: first the envelope's signatures; only when these hold, and the keys are those that must sign, the coupons of a redemption, so
 * that nobody can have thousands of coupons verified who may not redeem. What no thread looked at, the rules verify by
 * themselves when its turn comes, with the same outcome.
 * Not here: threads (verify-pool.ts), blocks (embedded-engine.ts).
 */
import type { Options } from '../src/economy/apply.ts';
import { couponKeys } from '../src/economy/office.ts';
import type { Envelope, Redeem } from '../src/economy/transaction.ts';
import {
  BLOCK_BYTES,
  BLOCK_READY_BYTES,
  BLOCK_READY_MS,
  BLOCK_READY_TRANSACTIONS,
  BLOCK_TRANSACTIONS,
  INLINE_ITEMS,
} from '../src/limits.ts';
import { ok, refuse } from '../src/result.ts';
import type { Machine } from './machine.ts';
import { MANY } from './verify-jobs.ts';
import type { VerifyPool } from './verify-pool.ts';

/** A transaction that waits; `A` is what its sender will be told. */
export interface Waiting<A> {
  readonly envelope: Envelope;
  readonly bytes: Uint8Array;
  readonly answer: (answer: A) => void;
  /** What other threads found. */
  found: Options;
  /** Nobody is looking at it any more. */
  ready: boolean;
}

export interface RoomOptions {
  /** undefined: all is verified when its turn comes. */
  readonly pool: VerifyPool | undefined;
  readonly chain: string;
  /** The state that keys are looked up in; undefined after a fault. */
  readonly machine: () => Pick<Machine, 'state' | 'signersFit'> | undefined;
  /** There is a batch to take. */
  readonly onBatch: () => void;
}

export class WaitingRoom<A> {
  readonly #options: RoomOptions;
  #waiting: Waiting<A>[] = [];
  /** Came since the last turn of the event loop. */
  #arrived: Waiting<A>[] = [];
  /** How many nobody has looked at yet. */
  #open = 0;
  #turn = false;
  #timer: NodeJS.Timeout | undefined;
  #overdue = false;
  readonly #wakeWhenReady: (() => void)[] = [];

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.length;
  }

  enter(envelope: Envelope, bytes: Uint8Array, answer: (answer: A) => void): void {
    const one: Waiting<A> = { envelope, bytes, answer, found: {}, ready: false };
    this.#waiting.push(one);
    this.#arrived.push(one);
    this.#open++;
    this.#schedule();
  }

  /** The next block's transactions, or none: it is better to wait for more. */
  take(): readonly Waiting<A>[] {
    let bytes = 0;
    let count = 0;
    for (const one of this.#waiting) {
      if (!one.ready) break;
      bytes += one.bytes.length;
      if (count > 0 && (bytes > BLOCK_BYTES || count === BLOCK_TRANSACTIONS)) break;
      count++;
    }
    const enough =
      this.#open === 0 || this.#overdue || count >= BLOCK_READY_TRANSACTIONS || bytes >= BLOCK_READY_BYTES;
    if (count === 0) return [];
    if (!enough) {
      this.#wait();
      return [];
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#overdue = false;
    const batch = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    if (this.#waiting.length > 0) this.#schedule();
    return batch;
  }

  /** Resolves when everything that waits now has been looked at. */
  async allReady(): Promise<void> {
    this.#look();
    if (this.#open > 0) await new Promise<void>((resolve) => this.#wakeWhenReady.push(resolve));
  }

  /** What is ready and too little for a block waits at most so long for more. */
  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#overdue = true;
      this.#options.onBatch();
    }, BLOCK_READY_MS);
  }

  /** A turn of the event loop gathers what comes in it, so that readers and senders are served in between. */
  #schedule(): void {
    if (this.#turn) return;
    this.#turn = true;
    setImmediate(() => {
      this.#turn = false;
      this.#look();
      this.#options.onBatch();
    });
  }

  /** Has the threads look at what came. A few signatures are verified faster here. */
  #look(): void {
    const arrived = this.#arrived;
    if (arrived.length === 0) return;
    this.#arrived = [];
    const { pool, chain } = this.#options;
    const items = arrived.reduce((sum, { envelope }) => sum + itemsOf(envelope), 0);
    const alone = this.#open === arrived.length && items <= INLINE_ITEMS;
    if (pool === undefined || alone) {
      for (const one of arrived) this.#ready(one);
      return;
    }
    const asked: Waiting<A>[] = [];
    // Of another chain: refused before anybody asks for signatures.
    for (const one of arrived)
      if (one.envelope.transaction.chain !== chain) this.#ready(one);
      else asked.push(one);
    pool.signatures(
      asked.map(({ envelope }) => envelope),
      (from, count, verdicts) => {
        for (let i = 0; i < count; i++)
          this.#signaturesSeen(asked[from + i] as Waiting<A>, verdicts?.[i], pool);
        this.#schedule();
      },
    );
  }

  /** `wrong`: the first signature that does not hold, counted from 1; 0: all hold; undefined: nobody looked. */
  #signaturesSeen(one: Waiting<A>, wrong: number | undefined, pool: VerifyPool): void {
    const { envelope } = one;
    if (wrong !== undefined && wrong !== MANY)
      one.found = {
        signatures:
          wrong === 0 ? ok(undefined) : refuse('bad_signature', envelope.signatures[wrong - 1]?.key),
      };
    const machine = this.#options.machine();
    const { transaction } = envelope;
    if (wrong !== 0 || transaction.kind !== 'redeem' || !machine?.signersFit(envelope)) this.#ready(one);
    else this.#lookAtCoupons(one, transaction, machine, pool);
  }

  #lookAtCoupons(one: Waiting<A>, redeem: Redeem, { state }: Pick<Machine, 'state'>, pool: VerifyPool): void {
    pool.coupons(
      redeem,
      one.envelope.body,
      (keyset) => couponKeys(state, keyset),
      (couponVerdicts) => {
        if (couponVerdicts !== undefined) one.found = { ...one.found, couponVerdicts };
        this.#ready(one);
        this.#schedule();
      },
    );
  }

  #ready(one: Waiting<A>): void {
    one.ready = true;
    this.#open--;
    if (this.#open === 0) for (const wake of this.#wakeWhenReady.splice(0)) wake();
  }
}

/** Signatures and coupons of an envelope. */
function itemsOf({ signatures, transaction }: Envelope): number {
  return signatures.length + (transaction.kind === 'redeem' ? transaction.coupons.length : 0);
}
