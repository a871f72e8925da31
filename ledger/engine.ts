/**
 * What an engine is: something that puts transactions in order, applies the rules of src/economy to them and keeps the
 * result. The embedded engine (embedded-engine.ts) is one machine with SQLite; one that lets several machines agree
 * drives the same rules behind the same interface. The HTTP API, the office and the demo know only this.
 */
import type { BlockEvents } from '../src/economy/events.ts';
import type { BlockHeader } from '../src/economy/inclusion.ts';
import type { Genesis } from '../src/economy/parameters.ts';
import type { Refusal } from '../src/economy/refusals.ts';
import type { State } from '../src/economy/state.ts';
import type { Id, Seconds } from '../src/economy/transaction.ts';
import type { Result } from '../src/result.ts';
import type { LookUps } from './look-ups.ts';
import type { StoredTransaction } from './store.ts';

/** `ledger_unavailable`: nothing was decided and nothing stored (disk full, disk error); the same bytes may be sent again. */
export type SubmitRefusal = Refusal | 'ledger_unavailable';

export interface Submitted {
  readonly id: Id;
  /** `exists`: the same id was accepted before; that is success. */
  readonly status: 'accepted' | 'exists';
  /** The block that has it. */
  readonly height: number;
}

/** What is known as of the last block. For reading only; valid until the next turn of the event loop. */
export interface View {
  readonly genesis: Genesis;
  readonly header: BlockHeader;
  readonly hash: Id;
  readonly state: State;
  readonly lookUps: LookUps;
}

export interface BlockRecord {
  readonly header: BlockHeader;
  readonly hash: Id;
  readonly transactions: readonly Id[];
}

export interface Engine {
  /** Hands an envelope in. Answers when it is stored durably, or refused; never rejects. */
  submit(envelope: Uint8Array): Promise<Result<Submitted, SubmitRefusal>>;
  view(): Result<View, 'ledger_unavailable'>;
  /** What the blocks from height `from` on told the world, at most `limit` of them, read from disk. */
  blocks(from: number, limit: number): readonly BlockEvents[];
  block(height: number): BlockRecord | undefined;
  /** A block's envelopes in their order; none for a height that is not there. */
  transactions(height: number): readonly StoredTransaction[];
  /** Height of the last block. */
  readonly height: number;
  /** The ledger's time now: never before the last block's. */
  now(): Seconds;
  /** Calls `listener` after every block, once it is stored. Returns the way to stop. The listener reads the blocks by itself. */
  subscribe(listener: () => void): () => void;
  /** Answers what waits, then lets go of the disk. */
  close(): Promise<void>;
}
