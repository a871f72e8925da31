/**
 * A reader without a wire: the simulated card answers in this process. To the terminal it is a reader like any other (`main/card-reader.ts`);
 * it speaks APDU bytes, chains them as a reader would (`main/chaining.ts`), and its card can be pulled at any byte.
 * Not here: what the card does (`firmware-sim`), a real reader (`main/pcsc-reader.ts`).
 */
import { setImmediate } from 'node:timers/promises';
import type { CardDevice } from '../firmware-sim/device.ts';
import type { CardInField, CardReader, CardRefusal, ReaderState } from '../main/card-reader.ts';
import { announcesExtendedLength, exchangeWhole } from '../main/chaining.ts';
import { ok, type Result, refuse } from '../src/result.ts';

export interface InProcessReader extends CardReader {
  /** Puts a card into the field; another one that was there is pulled first. */
  insert(card: CardDevice): void;
  /** Takes the card away, also in the middle of an exchange. */
  pull(): void;
  /**
   * Pulls the card after so many more bytes of commands and answers, from its next command on. Inside a command: the card never
   * sees it. Inside an answer: the card has acted, and the reader gets the beginning. 0 = before the next command. Asked for while
   * no card is there, it waits for the next one. undefined takes it back.
   */
  pullAfterBytes(bytes: number | undefined): void;
  /** Bytes left until the card is pulled; undefined when that was not asked for. */
  pullsAfter(): number | undefined;
  /** The card in the field. */
  card(): CardDevice | undefined;
}

/** `name` is what the status line shows. */
export function createInProcessReader(name: string): InProcessReader {
  const listeners = new Set<(state: ReaderState) => void>();
  let state: ReaderState = { kind: 'no_card', reader: name };
  let inside: CardDevice | undefined;
  let left: number | undefined;

  const become = (next: ReaderState): void => {
    state = next;
    for (const listener of [...listeners]) listener(next);
  };

  const pull = (): void => {
    if (inside === undefined) return;
    const card = inside;
    inside = undefined;
    left = undefined;
    card.powerOff();
    become({ kind: 'no_card', reader: name });
  };

  /** One APDU, with the pull that was asked for. */
  const transmit = async (card: CardDevice, apdu: Uint8Array): Promise<Result<Uint8Array, CardRefusal>> => {
    // A reader gives other work its turn; so must this one, or nobody could pull the card.
    await setImmediate();
    if (inside !== card) return refuse('card_left');
    if (left !== undefined && apdu.length > left) {
      pull();
      return refuse('card_left');
    }
    if (left !== undefined) left -= apdu.length;
    const answer = card.transmit(apdu);
    if (answer === undefined) {
      become({ kind: 'card_mute', reader: name });
      return refuse('card_mute');
    }
    if (left === undefined) return ok(answer);
    const heard = answer.subarray(0, left);
    left -= heard.length;
    if (left === 0) pull();
    return ok(heard);
  };

  const field = (card: CardDevice): CardInField => {
    const carriage = { extended: announcesExtendedLength(card.atr) };
    const spent = { milliseconds: 0, bytesOut: 0, bytesIn: 0, frames: 0 };
    const counted = async (apdu: Uint8Array): Promise<Result<Uint8Array, CardRefusal>> => {
      const began = performance.now();
      const answer = await transmit(card, apdu);
      spent.milliseconds += performance.now() - began;
      spent.bytesOut += apdu.length;
      spent.bytesIn += answer.ok ? answer.value.length : 0;
      spent.frames++;
      return answer;
    };
    return {
      atr: card.atr,
      exchange: (command) => exchangeWhole(command, carriage, counted),
      spent: () => ({ ...spent }),
    };
  };

  return {
    insert(card) {
      pull();
      card.reset();
      inside = card;
      become({ kind: 'ready', reader: name, card: field(card) });
    },
    pull,
    pullAfterBytes(bytes) {
      left = bytes;
    },
    pullsAfter: () => left,
    card: () => inside,
    state: () => state,
    watch(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
    async stop() {
      pull();
      listeners.clear();
    },
  };
}
