/**
 * What the chain tells that the state has forgotten: how prices came about, what a good was made of, what outlets redeemed and handed
 * over month by month. Folded from the stored blocks when somebody first asks, then followed; kept in memory, bounded, and
 * never written: it can be made again at any time, and no rule knows it. Nothing in it names a wallet or a coupon.
 * Not here: the folds (`chronicle-*.ts`), who asks (`explorer-routes.ts`).
 */
import { setImmediate } from 'node:timers/promises';
import type { CryptoPort } from '../src/crypto-port.ts';
import { decodeEnvelope } from '../src/economy/envelope.ts';
import type { LedgerEvent } from '../src/economy/events.ts';
import type { State } from '../src/economy/state.ts';
import type { Id, Transaction } from '../src/economy/transaction.ts';
import { CHRONICLE_PAGE, CHRONICLE_TURN } from '../src/limits.ts';
import { LabourByMonth } from './chronicle-labour.ts';
import { Origins } from './chronicle-origins.ts';
import { OutletMonths } from './chronicle-outlets.ts';
import { PriceHistories } from './chronicle-prices.ts';
import type { Engine } from './engine.ts';

/** A block as the folds see it. */
export interface ToldBlock {
  readonly height: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly events: readonly LedgerEvent[];
  readonly transactions: readonly { readonly id: Id; readonly transaction: Transaction }[];
  /** As of the last block of the chain, not of this one: for what never changes once it is there. */
  readonly state: State;
}

type Source = Pick<Engine, 'height' | 'view' | 'blocks' | 'transactions'>;

/** The stored chain cannot be read just now: nothing is wrong with what was asked. */
export class Unreadable extends Error {}

export class Chronicle {
  readonly prices = new PriceHistories();
  readonly origins: Origins;
  readonly outlets = new OutletMonths();
  readonly labour = new LabourByMonth();
  readonly #engine: Source;
  readonly #crypto: CryptoPort;
  #next = 0;
  #reading: Promise<void> | undefined;
  /** A bug in a fold. What was folded may be half of a block, so nothing is told any more. */
  #broken: unknown;

  constructor(engine: Source, crypto: CryptoPort) {
    this.#engine = engine;
    this.#crypto = crypto;
    this.origins = new Origins(crypto);
  }

  /** The first height it has not read yet. */
  get next(): number {
    return this.#next;
  }

  /**
   * Reads up to the chain's last block, a few transactions a turn of the event loop, so that others are served in between.
   * Rejects with `Unreadable` when the disk cannot be read; what was read stays, and the next call goes on from there.
   */
  catchUp(): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    let turn = 0;
    while (this.#next <= this.#engine.height) {
      const page = this.#page();
      if (page.length === 0) return;
      for (const block of page) {
        this.#fold(block);
        this.#next = block.height + 1;
        turn += 1 + block.transactions.length;
      }
      if (turn < CHRONICLE_TURN) continue;
      turn = 0;
      await setImmediate();
    }
  }

  /** The next few blocks, read and decoded: as many as fit a turn, at least one. */
  #page(): readonly ToldBlock[] {
    const told: ToldBlock[] = [];
    try {
      const view = this.#engine.view();
      if (!view.ok) throw new Unreadable(view.refusal);
      let transactions = 0;
      for (const { height, time, events } of this.#engine.blocks(this.#next, CHRONICLE_PAGE)) {
        const decoded = this.#engine.transactions(height).map(({ id, envelope }) => {
          const read = decodeEnvelope(envelope, this.#crypto);
          if (!read.ok) throw new Unreadable(`stored transaction ${id}`);
          return { id, transaction: read.value.transaction };
        });
        told.push({ height, time, events, transactions: decoded, state: view.value.state });
        transactions += decoded.length;
        if (transactions >= CHRONICLE_TURN) break;
      }
    } catch (error) {
      throw error instanceof Unreadable ? error : new Unreadable(String(error));
    }
    return told;
  }

  #fold(block: ToldBlock): void {
    try {
      this.prices.fold(block);
      this.origins.fold(block);
      this.outlets.fold(block);
      this.labour.fold(block);
    } catch (error) {
      this.#broken = error;
      throw error;
    }
  }
}
