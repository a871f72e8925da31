/**
 * The reader of a till in the world. To the terminal it is a reader like any other; the person who holds the card can pull it at any exchange, the card
 * can lose power in any write, and the till can die between any two exchanges: then nobody hears the answer.
 */
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import type { Tear } from '../../firmware-sim/memory.ts';
import type { CardInField, CardReader, CardRefusal, ReaderState } from '../../main/card-reader.ts';
import { announcesExtendedLength, exchangeWhole } from '../../main/chaining.ts';
import { ok, type Result, refuse } from '../../src/result.ts';
import type { Life, VirtualTime } from './time.ts';

/** How a card is held. `pull`: at the n-th exchange, before the card hears of it, after it has acted, or with half its answer out. `tear`: in its n-th write. */
export interface Contact {
  readonly pull?: { readonly exchange: number; readonly when: 'before' | 'in' | 'after' };
  readonly tear?: { readonly write: number; readonly how: Tear };
}

export class WorldReader implements CardReader {
  readonly #time: VirtualTime;
  readonly #life: Life;
  readonly #stamp: () => void;
  readonly #count: (fault: string) => void;
  readonly #listeners = new Set<(state: ReaderState) => void>();
  #state: ReaderState = { kind: 'no_card', reader: 'world' };
  #card: SimulatedCard | undefined;

  constructor(time: VirtualTime, life: Life, stamp: () => void, count: (fault: string) => void) {
    this.#time = time;
    this.#life = life;
    this.#stamp = stamp;
    this.#count = count;
  }

  get card(): SimulatedCard | undefined {
    return this.#card;
  }

  #become(next: ReaderState): void {
    this.#time.touch();
    this.#state = next;
    if (!this.#life.dead) for (const listener of [...this.#listeners]) listener(next);
  }

  /** `answered` is told after each command that the card has seen. */
  insert(card: SimulatedCard, contact: Contact = {}, answered: () => void = () => undefined): void {
    this.pull();
    card.reset();
    if (contact.tear !== undefined) card.tearAt(contact.tear.write, contact.tear.how);
    this.#card = card;
    this.#become({ kind: 'ready', reader: 'world', card: this.#field(card, contact, answered) });
  }

  pull(): void {
    const card = this.#card;
    if (card === undefined) return;
    this.#card = undefined;
    // A tear that did not happen is none: the next reset plans nothing.
    card.powerOff();
    this.#become({ kind: 'no_card', reader: 'world' });
  }

  #field(card: SimulatedCard, { pull }: Contact, answered: () => void): CardInField {
    let exchanges = 0;
    const transmit = async (apdu: Uint8Array): Promise<Result<Uint8Array, CardRefusal>> => {
      this.#time.touch();
      await Promise.resolve();
      this.#stamp();
      if (this.#life.dead) return new Promise(() => undefined);
      if (this.#card !== card) return refuse('card_left');
      const pulled = pull?.exchange === exchanges++ ? pull.when : undefined;
      if (pulled === 'before') return this.#left();
      const answer = card.transmit(apdu);
      answered();
      this.#stamp();
      if (this.#life.dead) return new Promise(() => undefined);
      if (answer === undefined) {
        this.#count('torn');
        this.#become({ kind: 'card_mute', reader: 'world' });
        return refuse('card_mute');
      }
      if (pulled === 'after') return this.#left();
      if (pulled === 'in') {
        this.#left();
        return ok(answer.subarray(0, answer.length >> 1));
      }
      return ok(answer);
    };
    return {
      atr: card.atr,
      exchange: (command) =>
        exchangeWhole(command, { extended: announcesExtendedLength(card.atr) }, transmit),
      spent: () => ({ milliseconds: 0, bytesOut: 0, bytesIn: 0, frames: 0 }),
    };
  }

  #left(): Result<Uint8Array, CardRefusal> {
    this.#count('pulled');
    this.pull();
    return refuse('card_left');
  }

  state(): ReaderState {
    return this.#state;
  }
  watch(listener: (state: ReaderState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }
  async stop(): Promise<void> {
    this.pull();
    this.#listeners.clear();
  }
}
