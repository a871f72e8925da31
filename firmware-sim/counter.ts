/**
 * A small number outside transactions that a tear never turns into another one: two places written in turn, each
 * with a sequence number and a check. A torn write leaves the other place in force. Used for tries of PIN and PUK, which
 * are written before a comparison and must stand even when power goes in the next instant.
 *
 * Place: sequence (2) ‖ value (1) ‖ 0 ‖ CRC-32 of these (4).
 */
import { beBytes, beNumber, concat, equal } from '../src/bytes.ts';
import { crc32 } from './crc32.ts';
import type { Memory } from './memory.ts';

const PLACE = 8;
/** Bytes a counter takes. */
export const COUNTER_BYTES = 2 * PLACE;

function place(sequence: number, value: number): Uint8Array {
  const body = concat(beBytes(sequence, 2), Uint8Array.of(value, 0));
  return concat(body, crc32(body));
}

/** The bytes of a new counter: one place valid, the other empty. */
export function newCounter(value: number): Uint8Array {
  return concat(place(1, value), new Uint8Array(PLACE).fill(0xff));
}

export class Counter {
  readonly #memory: Memory;
  readonly #address: number;

  constructor(memory: Memory, address: number) {
    this.#memory = memory;
    this.#address = address;
  }

  /** 0 when neither place is valid: nothing the card itself does leads there. */
  get value(): number {
    return this.#current()?.value ?? 0;
  }

  /** One write. Throws PowerLoss when torn; the old value is then in force, or the new one. */
  set(value: number): void {
    const now = this.#current();
    const next = ((now?.sequence ?? 0) + 1) % 0x1_0000;
    const address = this.#address + (now?.place === 0 ? PLACE : 0);
    this.#memory.write(address, place(next, value));
  }

  #current(): { place: number; sequence: number; value: number } | undefined {
    const [a, b] = [this.#read(0), this.#read(1)];
    if (a === undefined || b === undefined) return a ?? b;
    // Sequence numbers wrap: the newer one is at most half the range ahead.
    return (a.sequence - b.sequence) & 0x8000 ? b : a;
  }

  #read(index: number): { place: number; sequence: number; value: number } | undefined {
    const bytes = this.#memory.read(this.#address + index * PLACE, PLACE);
    const body = bytes.subarray(0, 4);
    if (!equal(crc32(body), bytes.subarray(4))) return undefined;
    return { place: index, sequence: beNumber(body.subarray(0, 2)), value: body[2] as number };
  }
}
