/**
 * What the terminal has learnt from the stream: price book, keysets and batches that are not revoked, serials that no till
 * may take, and the height it stands at, written together. Folded from events alone; a break resumes at the height.
 */
import { beInt, hexBytes, toHex } from '../src/bytes.ts';
import { DENOMINATIONS } from '../src/coupons/denominations.ts';
import { checkKeyset, type Keyset, keysetId, MODULUS_BYTES, PUBLIC_EXPONENT } from '../src/coupons/keyset.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import type { BlockEvents, LedgerEvent } from '../src/economy/events.ts';
import type { Id } from '../src/economy/transaction.ts';
import { type BookChange, PriceBook } from '../src/sale/price-book.ts';
import { DamagedRow, type Db, statement } from './database.ts';

export class View {
  readonly book = new PriceBook();
  readonly #db: Db;
  readonly #crypto: CryptoPort;
  readonly #keysets = new Map<Id, Keyset>();
  readonly #batches = new Map<string, { readonly key: Uint8Array; readonly until: number }>();
  /** Subsystem → the keyset that loads are made with there. */
  readonly #live = new Map<Id, Id>();
  #chain = '';
  #height = 0;
  #time = 0;
  #heard = 0;
  #heardOnDisk = 0;

  constructor(db: Db, crypto: CryptoPort) {
    this.#db = db;
    this.#crypto = crypto;
    this.#load();
  }

  /** Takes what lies on disk, and nothing else. */
  #load(): void {
    const db = this.#db;
    for (const map of [this.book.collectives, this.book.products, this.book.stock]) map.clear();
    for (const map of [this.#keysets, this.#batches, this.#live]) map.clear();
    [this.#chain, this.#height, this.#time, this.#heardOnDisk] = ['', 0, 0, 0];
    const at = db.prepare('select * from position').get() as
      | { chain: string; height: number; time: number; heard: number }
      | undefined;
    if (at !== undefined) {
      this.#chain = at.chain;
      this.#height = at.height;
      this.#time = at.time;
      this.#heardOnDisk = at.heard;
      this.#heard = Math.max(this.#heard, at.heard);
    }
    for (const row of db.prepare('select tab, key, row from book').all() as {
      tab: string;
      key: string;
      row: string;
    }[])
      this.#restore(row.tab, row.key, JSON.parse(row.row) as Record<string, string>);
    for (const row of db.prepare('select id, moduli from keysets').all() as { id: Id; moduli: string }[])
      this.#restoreKeyset(row.id, row.moduli.split(' '));
    for (const row of db.prepare('select id, key, until from batches').all() as {
      id: string;
      key: string;
      until: number;
    }[])
      this.#batches.set(row.id, { key: hexBytes(row.key), until: row.until });
  }

  get chain(): string {
    return this.#chain;
  }
  /** Height of the last block folded; −1 before any. */
  get height(): number {
    return this.#chain === '' ? -1 : this.#height;
  }
  get time(): number {
    return this.#time;
  }
  /** When the ledger was last heard, by the terminal's clock. */
  get heard(): number {
    return this.#heard;
  }

  #restore(tab: string, key: string, row: Record<string, string>): void {
    if (tab === 'collective')
      this.book.collectives.set(key, { name: row.name ?? '', subsystem: row.subsystem ?? key });
    else if (tab === 'live') this.#live.set(key, row.keyset ?? '');
    else if (tab === 'product') this.book.products.set(key, { name: row.name ?? '', unit: row.unit ?? '' });
    else {
      const [collective = '', type = ''] = key.split('/');
      const of = this.book.stock.get(type) ?? new Map();
      of.set(collective, { amount: BigInt(row.amount ?? 0), value: BigInt(row.value ?? 0) });
      this.book.stock.set(type, of);
    }
  }

  #row({ table, key }: BookChange): string {
    if (table === 'collective') return JSON.stringify(this.book.collectives.get(key));
    if (table === 'product') return JSON.stringify(this.book.products.get(key));
    const [collective = '', type = ''] = key.split('/');
    const entry = this.book.stock.get(type)?.get(collective);
    return JSON.stringify({ amount: String(entry?.amount ?? 0n), value: String(entry?.value ?? 0n) });
  }

  /** A keyset that does not hold what it must is not taken, whatever the stream says. */
  #addKeyset(moduli: readonly string[]): Keyset | undefined {
    const keyset = checkKeyset(
      this.#crypto,
      moduli.map((n) => ({ n: hexBytes(n), e: 65_537 })),
    );
    if (!keyset.ok) return undefined;
    this.#keysets.set(toHex(keyset.value.id), keyset.value);
    return keyset.value;
  }

  /** It was checked before it was written; that it still is that one says its id, a digest of the keys. */
  #restoreKeyset(id: Id, moduli: readonly string[]): void {
    const bytes = moduli.map(hexBytes);
    const sound = bytes.length === DENOMINATIONS && bytes.every((n) => n.length === MODULUS_BYTES);
    const keys = bytes.map((n) => ({ n: beInt(n), e: PUBLIC_EXPONENT }));
    if (!sound || toHex(keysetId(this.#crypto, keys)) !== id) throw new DamagedRow('a keyset');
    this.#keysets.set(id, { id: hexBytes(id), keys });
  }

  #setLive(subsystem: Id, keyset: Id): void {
    this.#live.set(subsystem, keyset);
    statement(this.#db, "insert or replace into book values ('live', ?, ?)").run(
      subsystem,
      JSON.stringify({ keyset }),
    );
  }

  /** A batch's id: the first 8 bytes of SHA-256 of its attestation key. */
  #batchId(key: Uint8Array): string {
    return toHex(this.#crypto.sha256(key).subarray(0, 8));
  }

  #fold(event: LedgerEvent): void {
    const put = statement(this.#db, 'insert or replace into book values (?, ?, ?)');
    for (const change of this.book.fold(event)) put.run(change.table, change.key, this.#row(change));
    // What is spent stays spent; what was locked or aborted can still be spent.
    const serial = (s: Id, state: string) =>
      statement(
        this.#db,
        `insert into serials values (?, ?) on conflict (serial) do update set state = excluded.state
          where excluded.state = 'spent'`,
      ).run(s, state);
    switch (event.kind) {
      case 'genesis':
        this.#chain = event.chain;
        break;
      case 'keyset': {
        const keyset = this.#addKeyset(event.moduli);
        if (keyset === undefined) break;
        const id = toHex(keyset.id);
        statement(this.#db, 'insert or replace into keysets values (?, ?, ?)').run(
          id,
          event.office,
          event.moduli.join(' '),
        );
        this.#setLive(this.book.collectives.get(event.office)?.subsystem ?? event.office, id);
        break;
      }
      case 'live_keyset':
        this.#setLive(event.subsystem, event.keyset);
        break;
      case 'no_live_keyset':
        this.#setLive(event.subsystem, '');
        break;
      case 'batch': {
        const key = hexBytes(event.key).subarray(1);
        const id = this.#batchId(key);
        this.#batches.set(id, { key, until: event.until });
        statement(this.#db, 'insert or replace into batches values (?, ?, ?)').run(
          id,
          toHex(key),
          event.until,
        );
        break;
      }
      case 'redeemed':
        for (const s of event.serials) serial(s, 'spent');
        break;
      case 'aborted':
        for (const s of event.serials) serial(s, 'aborted');
        break;
      case 'locked':
        for (const s of event.serials) serial(s, 'locked');
        break;
      case 'refreshed':
      case 'recouped':
        for (const s of event.serials) serial(s, 'spent');
        break;
      case 'unlocked':
        for (const s of event.serials) statement(this.#db, 'delete from serials where serial = ?').run(s);
        break;
      case 'keyset_revoked':
        this.#keysets.delete(event.keyset);
        statement(this.#db, 'delete from keysets where id = ?').run(event.keyset);
        break;
      case 'batch_revoked': {
        const id = this.#batchId(hexBytes(event.key).subarray(1));
        this.#batches.delete(id);
        statement(this.#db, 'delete from batches where id = ?').run(id);
        break;
      }
    }
  }

  /** Folds the next block; one that does not follow is left alone and false comes back. */
  apply(block: BlockEvents, now: number): boolean {
    if (this.#chain !== '' && block.height !== this.#height + 1) return false;
    if (this.#chain === '' && block.events[0]?.kind !== 'genesis') return false;
    const write = this.#db.transaction(() => {
      for (const event of block.events) this.#fold(event);
      this.#height = block.height;
      this.#time = block.time;
      [this.#heard, this.#heardOnDisk] = [now, now];
      statement(this.#db, 'insert or replace into position values (1, ?, ?, ?, ?)').run(
        this.#chain,
        block.height,
        block.time,
        now,
      );
    });
    try {
      write();
    } catch (error) {
      // Not written, so not learnt: half a block in memory would be folded twice.
      this.#load();
      throw error;
    }
    return true;
  }

  /** Seconds since the ledger was heard. A last word that lies in the future was stamped by a wrong clock: it counts from now. */
  silence(now: number): number {
    if (this.#heard > now) this.#heard = now;
    return now - this.#heard;
  }

  /** The node has shown that it is there. Kept on disk once a minute: offlineMax counts days. */
  heardNow(now: number): void {
    this.#heard = now;
    if (now >= this.#heardOnDisk && now - this.#heardOnDisk < 60) return;
    statement(this.#db, 'update position set heard = ?').run(now);
    this.#heardOnDisk = now;
  }

  keysets(): readonly Keyset[] {
    return [...this.#keysets.values()];
  }

  /** Keysets whose id begins with these two bytes. */
  keysetsByPrefix(prefix: Uint8Array): readonly Keyset[] {
    const hex = toHex(prefix);
    return [...this.#keysets].filter(([id]) => id.startsWith(hex)).map(([, keyset]) => keyset);
  }

  keyset(id: Id): Keyset | undefined {
    return this.#keysets.get(id);
  }

  /** The keyset that is live in the outlet's subsystem: the one a load is made with. */
  liveKeyset(outlet: Id): Keyset | undefined {
    const subsystem = this.book.collectives.get(outlet)?.subsystem;
    return this.#keysets.get(this.#live.get(subsystem ?? '') ?? '');
  }

  /** A batch's attestation key by its 8-byte id; undefined when unknown or, by ledger time, expired. */
  batch(id: Uint8Array): Uint8Array | undefined {
    const row = this.#batches.get(toHex(id));
    return row !== undefined && row.until >= this.#time ? row.key : undefined;
  }

  /** What the stream has said of a serial: `locked` also when its refresh has become void since. */
  serialState(serial: Id): 'spent' | 'aborted' | 'locked' | undefined {
    const row = statement(this.#db, 'select state from serials where serial = ?').get(serial) as
      | { state: 'spent' | 'aborted' | 'locked' }
      | undefined;
    return row?.state;
  }

  /** Has the ledger seen, locked or aborted this serial? */
  serialSeen(serial: Id): boolean {
    return statement(this.#db, 'select 1 from serials where serial = ?').get(serial) !== undefined;
  }
}
