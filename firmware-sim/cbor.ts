/**
 * The few items of canonical CBOR a card writes (RFC 8949 §4.2.1: shortest heads, definite lengths), piece by piece into a
 * sink, because the bodies it signs are longer than its memory. The card's own writer; it reads no CBOR.
 * The order of a map's keys is the caller's: bytewise by their encodings.
 */
import { beBytes } from '../src/bytes.ts';

export class CborWriter {
  readonly #sink: (bytes: Uint8Array) => void;

  constructor(sink: (bytes: Uint8Array) => void) {
    this.#sink = sink;
  }

  uint(value: number): void {
    this.#head(0, value);
  }

  bytes(value: Uint8Array): void {
    this.#head(2, value.length);
    this.#sink(value);
  }

  text(value: string): void {
    const utf8 = new TextEncoder().encode(value);
    this.#head(3, utf8.length);
    this.#sink(utf8);
  }

  /** An array's head; its items follow. */
  array(items: number): void {
    this.#head(4, items);
  }

  /** A map's head; its keys and values follow. */
  map(entries: number): void {
    this.#head(5, entries);
  }

  #head(major: number, value: number): void {
    const type = major << 5;
    if (value < 24) this.#sink(Uint8Array.of(type | value));
    else if (value < 0x100) this.#sink(Uint8Array.of(type | 24, value));
    else if (value < 0x1_0000) this.#sink(Uint8Array.of(type | 25, value >> 8, value & 0xff));
    else {
      this.#sink(Uint8Array.of(type | 26));
      this.#sink(beBytes(value, 4));
    }
  }
}
