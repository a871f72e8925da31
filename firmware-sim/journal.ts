/**
 * Atomic changes over a memory that can be torn at any write: a redo log. A transaction is first written whole into the
 * journal, its check last (the commit mark); only then the cells themselves are written. Power-up repeats the last
 * transaction whose check is right: either nothing of it is there or all of it. The mark is never cleared, because
 * nobody else writes these cells: to repeat a finished transaction changes nothing.
 *
 * Journal: CRC-32 of all that follows (4) ‖ length of the entries (2) ‖ 0 0 ‖ entries of address (4) ‖ length (2) ‖ 0 0 ‖ cells.
 */
import { beBytes, beNumber, concat, equal } from '../src/bytes.ts';
import { crc32 } from './crc32.ts';
import { CELL, type Memory, PAGE, type Region } from './memory.ts';

const HEAD = 8;

interface Entry {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export class Journal {
  readonly #memory: Memory;
  readonly #area: Region;

  /** `area`: where the journal lies, beginning at a page. */
  constructor(memory: Memory, area: Region) {
    this.#memory = memory;
    this.#area = area;
  }

  /** Power-up: what was committed is there afterwards. Writes only cells that differ; may be torn itself. */
  recover(): void {
    const { from, to } = this.#area;
    const length = beNumber(this.#memory.view(from + 4, 2));
    if (length % CELL !== 0 || from + HEAD + length > to) return;
    const checked = this.#memory.read(from + 4, HEAD - 4 + length);
    if (!equal(crc32(checked), this.#memory.view(from, 4))) return;
    for (let at = HEAD - 4; at < checked.length; ) {
      const address = beNumber(checked.subarray(at, at + 4));
      const size = beNumber(checked.subarray(at + 4, at + 6));
      const bytes = checked.slice(at + 8, at + 8 + size);
      if (!equal(this.#memory.view(address, size), bytes)) this.#memory.apply(address, bytes);
      at += 8 + size;
    }
  }

  begin(): Transaction {
    return new Transaction(this.#memory, (entries) => this.#commit(entries));
  }

  #commit(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const body = concat(
      ...entries.flatMap(({ address, bytes }) => [
        beBytes(address, 4),
        beBytes(bytes.length, 2),
        beBytes(0, 2),
        bytes,
      ]),
    );
    const { from, to } = this.#area;
    if (from + HEAD + body.length > to) throw new Error('transaction larger than the journal');
    const checked = concat(beBytes(body.length, 2), beBytes(0, 2), body);
    const record = concat(crc32(checked), checked);
    // The first page holds the check: it comes last.
    const later = record.subarray(PAGE);
    if (later.length > 0) this.#memory.write(from + PAGE, later);
    this.#memory.write(from, record.subarray(0, PAGE));
    for (const { address, bytes } of entries) this.#memory.apply(address, bytes);
  }
}

/** Changes that happen together or not at all. Reads through it see them; the memory does not until `commit`. */
export class Transaction {
  readonly #memory: Memory;
  readonly #commit: (entries: readonly Entry[]) => void;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(memory: Memory, commit: (entries: readonly Entry[]) => void) {
    this.#memory = memory;
    this.#commit = commit;
  }

  /** Any bytes; cells are completed with what they hold. */
  set(address: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const page = this.#page(Math.floor((address + i) / PAGE));
      page[(address + i) % PAGE] = bytes[i] as number;
    }
  }

  byte(address: number): number {
    return this.#page(Math.floor(address / PAGE))[address % PAGE] as number;
  }

  /** Throws PowerLoss when torn; then power-up decides, and only between all and nothing. */
  commit(): void {
    const entries: Entry[] = [];
    for (const [number, page] of [...this.#pages].sort(([a], [b]) => a - b)) {
      const old = this.#memory.view(number * PAGE, PAGE);
      const differs = (i: number): boolean => page[i] !== old[i];
      let first = 0;
      while (first < PAGE && !differs(first)) first++;
      if (first === PAGE) continue;
      let last = PAGE - 1;
      while (!differs(last)) last--;
      // One write a page, from the first changed cell to the last.
      const from = first - (first % CELL);
      const to = last - (last % CELL) + CELL;
      entries.push({ address: number * PAGE + from, bytes: page.slice(from, to) });
    }
    this.#commit(entries);
  }

  #page(number: number): Uint8Array {
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = this.#memory.read(number * PAGE, PAGE);
      this.#pages.set(number, page);
    }
    return page;
  }
}
