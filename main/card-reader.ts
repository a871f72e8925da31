/**
 * What the terminal knows of a reader: a union in which only `ready` can transmit (ISO 7816-4, PC/SC). The terminal
 * has no test mode: whatever stands behind this type speaks APDU bytes. Implementations: `pcsc-reader.ts` (PC/SC).
 */
import type { Result } from '../src/result.ts';

export type CardRefusal = 'card_left' | 'card_mute' | 'reader_failed';

/** A card in the field. `exchange` sends one whole command APDU (short or extended form, ISO 7816-4 §5.2) and gives the whole answer: chaining and GET RESPONSE are done underneath. */
export interface CardInField {
  readonly atr: Uint8Array;
  /** Data and status word (last two bytes). At most one call at a time. */
  exchange(command: Uint8Array): Promise<Result<Uint8Array, CardRefusal>>;
  /** Milliseconds spent in the reader and the card since insertion, and bytes both ways (for figures only). */
  readonly spent: () => {
    readonly milliseconds: number;
    readonly bytesOut: number;
    readonly bytesIn: number;
    readonly frames: number;
  };
}

export type ReaderState =
  | { readonly kind: 'no_service' }
  | { readonly kind: 'no_reader' }
  | { readonly kind: 'no_card'; readonly reader: string }
  | { readonly kind: 'card_mute'; readonly reader: string }
  | { readonly kind: 'reader_failed'; readonly reader: string; readonly detail: string }
  | { readonly kind: 'ready'; readonly reader: string; readonly card: CardInField };

export interface CardReader {
  state(): ReaderState;
  /** Called at every transition, also with the state at the time of the call. Returns the way to stop listening. */
  watch(listener: (state: ReaderState) => void): () => void;
  stop(): Promise<void>;
}
