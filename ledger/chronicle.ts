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

export class Chronicle {
  readonly prices = new PriceHistories();
  readonly origins: Origins;
  readonly outlets = new OutletMonths();
  readonly labour = new LabourByMonth();
  readonly #engine: Source;
  readonly #crypto: CryptoPort;
  #next = 0;
  #reading: Promise<void> | undefined;

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
   * Rejects when the disk cannot be read; what was read stays, and the next call goes on from there.
   */
  catchUp(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    let turn = 0;
    while (this.#next <= this.#engine.height) {
      const page = this.#engine.blocks(this.#next, CHRONICLE_PAGE);
      if (page.length === 0) return;
      for (const { height, time, events } of page) {
        const view = this.#engine.view();
        if (!view.ok) throw new Error(view.refusal);
        const transactions = this.#engine.transactions(height).map(({ id, envelope }) => {
          const decoded = decodeEnvelope(envelope, this.#crypto);
          if (!decoded.ok) throw new Error(`stored transaction ${id} cannot be read`);
          return { id, transaction: decoded.value.transaction };
        });
        this.#fold({ height, time, events, transactions, state: view.value.state });
        this.#next = height + 1;
        turn += 1 + transactions.length;
        if (turn < CHRONICLE_TURN) continue;
        turn = 0;
        await setImmediate();
      }
    }
  }

  #fold(block: ToldBlock): void {
    this.prices.fold(block);
    this.origins.fold(block);
    this.outlets.fold(block);
    this.labour.fold(block);
  }
}
