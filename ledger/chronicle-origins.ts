/**
 * What goods were made of (§5): each production with its labour and its inputs, each input with the production it came from, and the
 * last deliveries into each outlet's stock. What a lot is worth now stands in the state; here stands where that came from.
 * Followed through the transactions that move lots, their values worked out as the rules do, and set right by the `lot` events at
 * the end of every block. Bounded: the oldest productions are forgotten first. No wallets.
 * Not here: the picture of it (`origin-tree.ts`).
 */
import type { CryptoPort } from '../src/crypto-port.ts';
import type { LedgerEvent } from '../src/economy/events.ts';
import { lotId } from '../src/economy/product.ts';
import type { State } from '../src/economy/state.ts';
import type { Id, Transaction } from '../src/economy/transaction.ts';
import { ORIGIN_DELIVERIES, ORIGIN_INPUTS } from '../src/limits.ts';
import { fromMinutes, type MicroMinutes, proRata } from '../src/units/micro-minutes.ts';
import type { ToldBlock } from './chronicle.ts';

/**
 * Where a lot came from. `outside`: original appropriation, value 0 (§3.1). `back`: a write-off reversed, or goods taken back.
 * `parts`: of something taken apart (§4.2). `forgotten`: from before what this node remembers.
 */
export type Source =
  | { readonly from: 'production'; readonly production: Id }
  | { readonly from: 'outside' | 'back' | 'parts' | 'forgotten' };

/** `resource`: used up, amount in base units. `means`: worked with it, amount in operating minutes. `component`: built in. */
export interface Input {
  readonly what: 'resource' | 'means' | 'component';
  readonly type: Id;
  readonly amount: number;
  readonly value: MicroMinutes;
  readonly source: Source;
}

export interface Story {
  readonly producer: Id;
  readonly height: number;
  readonly time: number;
  labour: MicroMinutes;
  readonly inputs: Map<string, Input>;
  outputs: readonly { readonly type: Id; readonly amount: number }[];
}

export interface Delivery {
  readonly transaction: Id;
  readonly type: Id;
  readonly height: number;
  readonly time: number;
  readonly from: Id;
  readonly outlet: Id;
  readonly amount: number;
  readonly value: MicroMinutes;
  readonly source: Source;
}

export interface Passed {
  readonly from: Id;
  readonly to: Id;
  readonly transfers: number;
  readonly value: MicroMinutes;
}

interface Lot {
  readonly type: Id;
  readonly amount: number;
  readonly value: MicroMinutes;
  readonly source: Source;
}

const FORGOTTEN: Source = { from: 'forgotten' };
type Of<K extends Transaction['kind']> = Extract<Transaction, { kind: K }>;
type LotEvent = Extract<LedgerEvent, { kind: 'lot' }>;

export class Origins {
  readonly #crypto: CryptoPort;
  readonly #lots = new Map<Id, Lot>();
  /** In order of their start. */
  readonly #stories = new Map<Id, Story>();
  #inputs = 0;
  /** `outlet/type` → latest deliveries, oldest first; and the same by their transactions. */
  readonly #latest = new Map<string, Delivery[]>();
  readonly #deliveries = new Map<Id, Delivery>();
  /** `from/to`. */
  readonly #passed = new Map<string, Passed>();

  constructor(crypto: CryptoPort) {
    this.#crypto = crypto;
  }

  fold(block: ToldBlock): void {
    const { events, transactions, state } = block;
    // What a lot held when it was first heard of in this block.
    const first = new Map<Id, LotEvent>();
    for (const event of events)
      if (event.kind === 'lot' && !first.has(event.lot)) first.set(event.lot, event);
    const born = (id: Id, source: Source): void => {
      const event = first.get(id);
      if (event === undefined) return;
      const { type, amount, value } = event;
      this.#lots.set(id, { type, amount, value: BigInt(value), source });
    };
    for (const event of events)
      if (event.kind === 'started') this.#begin(event.production, event.producer, block);
    for (const { id, transaction } of transactions) this.#transaction(id, transaction, block, born);
    for (const event of events) this.#event(event, state, born);
    this.#forget();
  }

  /** What a production took in and put out; undefined when there is none of this id, or it is forgotten. */
  story(production: Id): Story | undefined {
    return this.#stories.get(production);
  }

  /** Where a lot that is there now came from. */
  sourceOf(lot: Id): Source {
    return this.#lots.get(lot)?.source ?? FORGOTTEN;
  }

  /** The latest deliveries of a type into one outlet's stock, oldest first. */
  deliveries(outlet: Id, type: Id): readonly Delivery[] {
    return this.#latest.get(`${outlet}/${type}`) ?? [];
  }

  /** What one collective handed on to another since the chain began. */
  passed(from: Id, to: Id): Passed | undefined {
    return this.#passed.get(`${from}/${to}`);
  }

  #transaction(
    id: Id,
    transaction: Transaction,
    block: ToldBlock,
    born: (lot: Id, source: Source) => void,
  ): void {
    switch (transaction.kind) {
      case 'collectivize':
        born(id, { from: transaction.writeOff === undefined ? 'outside' : 'back' });
        break;
      case 'transfer':
        this.#transfer(id, transaction, block, born);
        break;
      case 'allocate_resource':
        this.#input(transaction.production, 'resource', this.#take(transaction.lot, transaction.amount));
        break;
      case 'allocate_workload': {
        const story = this.#stories.get(transaction.production);
        if (story !== undefined) story.labour += fromMinutes(transaction.minutes);
        break;
      }
      case 'allocate_mop':
      case 'allocate_component': {
        // One piece of several goes on under the transaction's id.
        const lot = this.#lots.get(transaction.lot);
        if (lot !== undefined && lot.amount > 1) born(id, this.#take(transaction.lot, 1).source);
        break;
      }
      case 'output':
        this.#output(transaction, block.state, born);
        break;
      default:
    }
  }

  #begin(production: Id, producer: Id, { height, time }: ToldBlock): void {
    this.#stories.set(production, {
      producer,
      height,
      time,
      labour: 0n,
      inputs: new Map(),
      outputs: [],
    });
  }

  #transfer(
    id: Id,
    { lot, amount, from, to, purpose }: Of<'transfer'>,
    block: ToldBlock,
    born: (lot: Id, source: Source) => void,
  ): void {
    const { type, value, source } = this.#lots.has(lot)
      ? this.#take(lot, amount)
      : this.#outOfStock(id, lot, amount, block);
    const passed = this.#passed.get(`${from}/${to}`) ?? { from, to, transfers: 0, value: 0n };
    this.#passed.set(`${from}/${to}`, {
      ...passed,
      transfers: passed.transfers + 1,
      value: passed.value + value,
    });
    if (purpose === 'use') {
      born(id, source);
      return;
    }
    const { height, time } = block;
    const at = `${to}/${type}`;
    const latest = this.#latest.get(at) ?? [];
    this.#latest.set(at, latest);
    const delivery = { transaction: id, type, height, time, from, outlet: to, amount, value, source };
    latest.push(delivery);
    this.#deliveries.set(id, delivery);
    if (latest.length <= ORIGIN_DELIVERIES) return;
    const oldest = latest.shift();
    if (oldest !== undefined) this.#deliveries.delete(oldest.transaction);
  }

  /** Goods that leave dispatch stock again, named by the delivery that brought them, at the average of the moment. */
  #outOfStock(id: Id, delivery: Id, amount: number, { events }: ToldBlock): Lot {
    const left = events.find(
      (event) => event.kind === 'stock' && event.transaction === id && event.cause === 'transfer',
    );
    if (left?.kind !== 'stock') return { type: '', amount, value: 0n, source: FORGOTTEN };
    const source = this.#deliveries.get(delivery)?.source ?? FORGOTTEN;
    return { type: left.type, amount, value: -BigInt(left.value), source };
  }

  #output(
    { production, outputs }: Of<'output'>,
    state: State,
    born: (lot: Id, source: Source) => void,
  ): void {
    const story = this.#stories.get(production);
    if (story !== undefined) story.outputs = outputs;
    for (const component of state.productions.get(production)?.components ?? []) {
      const lot = this.#lots.get(component);
      if (lot !== undefined) this.#input(production, 'component', lot);
    }
    for (const { type } of outputs)
      born(lotId(this.#crypto, production, type), { from: 'production', production });
  }

  #event(event: LedgerEvent, state: State, born: (lot: Id, source: Source) => void): void {
    if (event.kind === 'mop_deallocated') {
      const { production, lot: id, minutes } = event;
      const lot = this.#lots.get(id);
      if (lot === undefined) return;
      this.#input(production, 'means', { ...lot, amount: minutes, value: BigInt(event.value) });
    } else if (event.kind === 'disassembled') for (const lot of event.lots) born(lot, { from: 'parts' });
    else if (event.kind === 'lot') {
      // The ledger's own word on what is left of it.
      const { lot: id, type, amount } = event;
      const lot = this.#lots.get(id);
      if (amount === 0) this.#lots.delete(id);
      else if (lot === undefined && state.lots.has(id)) born(id, FORGOTTEN);
      else if (lot !== undefined) this.#lots.set(id, { ...lot, type, amount, value: BigInt(event.value) });
    }
  }

  /** Takes an amount out of a lot as the rules do (`takeFromLot`); answers what was taken. */
  #take(id: Id, amount: number): Lot {
    const lot = this.#lots.get(id);
    if (lot === undefined) return { type: '', amount, value: 0n, source: FORGOTTEN };
    const value = proRata(lot.value, BigInt(amount), BigInt(lot.amount));
    this.#lots.set(id, { ...lot, amount: lot.amount - amount, value: lot.value - value });
    return { ...lot, amount, value };
  }

  #input(production: Id, what: Input['what'], { type, amount, value, source }: Lot): void {
    const story = this.#stories.get(production);
    if (story === undefined) return;
    const at = `${what}/${type}/${source.from === 'production' ? source.production : source.from}`;
    const before = story.inputs.get(at);
    if (before === undefined) this.#inputs++;
    story.inputs.set(at, {
      what,
      type,
      amount: amount + (before?.amount ?? 0),
      value: value + (before?.value ?? 0n),
      source,
    });
  }

  #forget(): void {
    for (const [id, { inputs }] of this.#stories) {
      if (this.#inputs + this.#stories.size <= ORIGIN_INPUTS) return;
      this.#inputs -= inputs.size;
      this.#stories.delete(id);
    }
  }
}
