/**
 * Rows by id, for the tables that grow for ever (serials, blinded serials, transactions): what a `Map` does, in the order of first
 * insertion, with the 32 bytes of each id side by side in one buffer instead of a text apiece. A million texts lie scattered over
 * hundreds of megabytes, and every look-up waits for several of their pages; here it waits for two.
 * Open addressing with linear probing over the ids' own bits: ids are SHA-256 outputs, and whoever grinds them to meet in one place
 * pays more for each than a step of the probe costs. Keys are ids as decoded (64 lower-case hex digits): no row is under another text, and setting one is a bug and throws.
 */
const WORDS = 8;
const DIGITS = 64;
const FEWEST = 64;

/** Value of a lower-case hex digit by its code; 0xff for any other character below 128. */
const NIBBLE = Uint8Array.from({ length: 128 }, (_, code) => {
  const at = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return at < 0 ? 0xff : at;
});
const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export class IdRows<V> {
  /** Of each entry, in order of insertion: its id; its row, undefined once it went. */
  #ids = new Uint32Array(FEWEST * WORDS);
  #rows: (V | undefined)[] = [];
  /** Number of an entry, counted from 1; 0: free. At most half of it is in use. */
  #places = new Uint32Array(2 * FEWEST);
  #size = 0;
  /** The id that is asked for. */
  readonly #asked = new Uint32Array(WORDS);

  get size(): number {
    return this.#size;
  }

  get(id: string): V | undefined {
    if (!this.#ask(id)) return undefined;
    const entry = this.#places[this.#find()] as number;
    return entry === 0 ? undefined : this.#rows[entry - 1];
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  set(id: string, row: V): void {
    this.put(id, row);
  }

  /** The row that was there. One that went and comes again stands at the end, as in a `Map`. */
  put(id: string, row: V): V | undefined {
    if (!this.#ask(id)) throw new Error(`${id} is no id`);
    const place = this.#find();
    const entry = this.#places[place] as number;
    const before = entry === 0 ? undefined : this.#rows[entry - 1];
    if (before !== undefined) {
      this.#rows[entry - 1] = row;
      return before;
    }
    const next = this.#rows.length;
    if ((next + 1) * 2 > this.#places.length) {
      this.#rebuild();
      return this.put(id, row);
    }
    this.#ids.set(this.#asked, next * WORDS);
    this.#rows.push(row);
    this.#places[place] = next + 1;
    this.#size++;
    return undefined;
  }

  delete(id: string): boolean {
    if (!this.#ask(id)) return false;
    const entry = this.#places[this.#find()] as number;
    if (entry === 0 || this.#rows[entry - 1] === undefined) return false;
    this.#rows[entry - 1] = undefined;
    this.#size--;
    return true;
  }

  /** In order of insertion. What is set while it runs comes too; what is deleted before its turn does not. */
  *entries(): IterableIterator<[string, V]> {
    const rows = this.#rows;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (row === undefined) continue;
      yield [this.#idAt(i), row];
      if (rows !== this.#rows) throw new Error('grown while it was gone through');
    }
  }

  /** The place of the entry of the id that is asked for, or the free one where it would go. */
  #find(): number {
    const asked = this.#asked;
    const ids = this.#ids;
    const places = this.#places;
    const mask = places.length - 1;
    for (let place = spread(asked[0] as number, asked[1] as number) & mask; ; place = (place + 1) & mask) {
      const entry = places[place] as number;
      if (entry === 0) return place;
      const at = (entry - 1) * WORDS;
      let i = 0;
      while (i < WORDS && ids[at + i] === asked[i]) i++;
      if (i === WORDS) return place;
    }
  }

  /** False for what is no id: nothing is there. */
  #ask(id: string): boolean {
    if (id.length !== DIGITS) return false;
    let seen = 0;
    let codes = 0;
    for (let word = 0, at = 0; word < WORDS; word++) {
      let value = 0;
      for (const end = at + 8; at < end; at++) {
        const code = id.charCodeAt(at);
        const digit = NIBBLE[code & 0x7f] as number;
        codes |= code;
        seen |= digit;
        value = (value << 4) | digit;
      }
      this.#asked[word] = value;
    }
    return seen < 16 && codes < 128;
  }

  #idAt(entry: number): string {
    let id = '';
    for (let i = 0; i < WORDS; i++) {
      const word = this.#ids[entry * WORDS + i] as number;
      id += `${HEX[word >>> 24]}${HEX[(word >>> 16) & 0xff]}${HEX[(word >>> 8) & 0xff]}${HEX[word & 0xff]}`;
    }
    return id;
  }

  /** Twice the room, without what went. */
  #rebuild(): void {
    let room = 2 * FEWEST;
    while (room < 4 * this.#size) room *= 2;
    const ids = new Uint32Array((room / 2) * WORDS);
    let rows = this.#rows;
    if (this.#size === rows.length) ids.set(this.#ids.subarray(0, rows.length * WORDS));
    else {
      rows = [];
      for (const [i, row] of this.#rows.entries()) {
        if (row === undefined) continue;
        for (let word = 0; word < WORDS; word++)
          ids[rows.length * WORDS + word] = this.#ids[i * WORDS + word] as number;
        rows.push(row);
      }
    }
    const places = new Uint32Array(room);
    const mask = room - 1;
    for (let i = 0; i < rows.length; i++) {
      const at = i * WORDS;
      let place = spread(ids[at] as number, ids[at + 1] as number) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = i + 1;
    }
    this.#ids = ids;
    this.#rows = rows;
    this.#places = places;
  }
}

/** Where an id's search begins, before the mask. */
function spread(first: number, second: number): number {
  return first ^ Math.imul(second, 0x9e3779b1);
}
