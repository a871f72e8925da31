/**
 * The card's non-volatile memory: cells of 4 bytes in pages of 256. Every change goes through one door, page by page, and
 * each passage can be torn: power may go before a write, in it (some cells new, one half-written, the others as they
 * were or erased), or right after it. A torn write throws PowerLoss, and until the next power-up nothing more is
 * written. What it does not simulate: cells that read differently from one time to the next, wear, faults by attack.
 *
 * Two kinds of addresses: those in `transactional` belong to `journal.ts` alone; all others are written directly, by code
 * that can stand a half-written value (a new record before anything points to it, a counter with a check).
 */

/** The smallest thing that is programmed, and the largest, in bytes. */
export const CELL = 4;
export const PAGE = 256;

/** Power went. Caught where the card meets the reader: the card falls silent. Nothing else may catch it. */
export class PowerLoss extends Error {
  constructor() {
    super('power lost');
    this.name = 'PowerLoss';
  }
}

/** How a write is torn. */
export interface Tear {
  readonly at: 'before' | 'in' | 'after';
  /** `in`: cells of this write that are new; the next one is half-written. Half of them unless told. */
  readonly cells?: number;
  /** `in`: the cells after the half-written one keep their old value, or were erased (FF) to be programmed. */
  readonly rest?: 'kept' | 'erased';
  /** `in`: the bits of the half-written cell, mixed into old and new. */
  readonly noise?: number;
}

export interface Region {
  readonly from: number;
  /** First address after it. */
  readonly to: number;
}

export class Memory {
  readonly #cells: Uint8Array;
  readonly #transactional: Region;
  #tear: { writes: number; readonly how: Tear } | undefined;
  #dark = false;
  /** Called after every write that reached the cells, torn ones too: where a file keeps the image, and where time is counted. */
  onWrite: (address: number, bytes: Uint8Array) => void = () => undefined;

  /** `image` is copied. */
  constructor(image: Uint8Array, transactional: Region) {
    this.#cells = image.slice();
    this.#transactional = transactional;
  }

  /** A copy of all cells as they are now. */
  image(): Uint8Array {
    return this.#cells.slice();
  }

  /** The bytes at an address: a view, not to be written to and not to be kept over a write. */
  view(address: number, length: number): Uint8Array {
    return this.#cells.subarray(address, address + length);
  }

  /** A copy of the bytes at an address. */
  read(address: number, length: number): Uint8Array {
    return this.#cells.slice(address, address + length);
  }

  byte(address: number): number {
    return this.#cells[address] as number;
  }

  /** The n-th write from now (1 = the next) is torn. */
  tearAt(n: number, how: Tear): void {
    this.#tear = { writes: n, how };
  }

  /** Power is there again, and no tear is planned. */
  powerUp(): void {
    this.#dark = false;
    this.#tear = undefined;
  }

  /** Writes directly, outside any transaction. Whole cells only. Throws PowerLoss when torn. */
  write(address: number, bytes: Uint8Array): void {
    const { from, to } = this.#transactional;
    if (address < to && address + bytes.length > from)
      throw new Error('this region changes by transactions only');
    this.#program(address, bytes);
  }

  /** For the journal alone: writes into the transactional region. */
  apply(address: number, bytes: Uint8Array): void {
    const { from, to } = this.#transactional;
    if (address < from || address + bytes.length > to) throw new Error('outside the transactional region');
    this.#program(address, bytes);
  }

  #program(address: number, bytes: Uint8Array): void {
    if (address % CELL !== 0 || bytes.length % CELL !== 0) throw new Error('whole cells only');
    if (address + bytes.length > this.#cells.length) throw new Error('outside the memory');
    for (let at = 0; at < bytes.length; ) {
      const room = PAGE - ((address + at) % PAGE);
      const part = bytes.subarray(at, at + room);
      this.#programPage(address + at, part);
      at += part.length;
    }
  }

  /** One write: at most one page. */
  #programPage(address: number, bytes: Uint8Array): void {
    if (this.#dark) throw new PowerLoss();
    const tear = this.#tear;
    if (tear === undefined || --tear.writes > 0) {
      this.#cells.set(bytes, address);
      this.onWrite(address, bytes);
      return;
    }
    this.#dark = true;
    this.#tear = undefined;
    const { at } = tear.how;
    if (at !== 'before') {
      this.#cells.set(at === 'after' ? bytes : this.#halfWritten(address, bytes, tear.how), address);
      this.onWrite(address, this.read(address, bytes.length));
    }
    throw new PowerLoss();
  }

  #halfWritten(address: number, bytes: Uint8Array, how: Tear): Uint8Array {
    const out = this.read(address, bytes.length);
    const cells = bytes.length / CELL;
    const whole = CELL * Math.min(cells - 1, how.cells ?? cells >> 1);
    out.set(bytes.subarray(0, whole));
    let bits = (how.noise ?? 0x5aa5c33c) >>> 0;
    for (let i = whole; i < whole + CELL; i++) {
      const mask = bits & 0xff;
      out[i] = ((out[i] as number) & ~mask) | ((bytes[i] as number) & mask);
      bits >>>= 8;
    }
    if (how.rest === 'erased') out.fill(0xff, whole + CELL);
    return out;
  }
}
