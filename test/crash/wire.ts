/**
 * Between a till's process and the world outside it that survives its death: cards and what people remember. One line of JSON a
 * message, on a socket that the child reads and writes synchronously, so that nothing said before a kill is lost and a card's
 * answer is a point like any other.
 */
import { readSync, writeSync } from 'node:fs';
import type { CardDevice } from '../../firmware-sim/device.ts';
import type { Entry } from './log.ts';

export type Said =
  | { readonly say: 'log'; readonly entry: Entry }
  | { readonly say: 'atr' | 'reset' | 'off'; readonly card: number }
  /** A point is reached; the answer is waited for. */
  | { readonly say: 'mark' }
  | { readonly say: 'apdu'; readonly card: number; readonly apdu: string }
  | { readonly say: 'points'; readonly names: readonly string[] };

/** The child's file descriptor of the socket. */
export const OUTSIDE = 3;

/** The child's side. */
export class Outside {
  #rest = '';
  tell(said: Said): void {
    writeSync(OUTSIDE, `${JSON.stringify(said)}\n`);
  }
  #ask(said: Said): string {
    this.tell(said);
    const buffer = Buffer.alloc(65_536);
    while (!this.#rest.includes('\n')) {
      const length = readSync(OUTSIDE, buffer);
      if (length === 0) throw new Error('nobody is outside');
      this.#rest += buffer.toString('latin1', 0, length);
    }
    const end = this.#rest.indexOf('\n');
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }
  mark(): void {
    this.#ask({ say: 'mark' });
  }
  card(card: number): CardDevice {
    return {
      atr: Buffer.from(this.#ask({ say: 'atr', card }), 'hex'),
      reset: () => void this.#ask({ say: 'reset', card }),
      powerOff: () => void this.#ask({ say: 'off', card }),
      transmit: (apdu) => {
        const answer = this.#ask({ say: 'apdu', card, apdu: Buffer.from(apdu).toString('hex') });
        return answer === '' ? undefined : new Uint8Array(Buffer.from(answer, 'hex'));
      },
    };
  }
}

/** The parent's side: what is answered to a message; undefined when nothing is. */
export function answerOf(said: Said, card: (number: number) => CardDevice): string | undefined {
  switch (said.say) {
    case 'atr':
      return Buffer.from(card(said.card).atr).toString('hex');
    case 'reset':
      card(said.card).reset();
      return '';
    case 'mark':
      return '';
    case 'off':
      card(said.card).powerOff();
      return '';
    case 'apdu':
      return Buffer.from(card(said.card).transmit(Buffer.from(said.apdu, 'hex')) ?? []).toString('hex');
    default:
      return undefined;
  }
}
