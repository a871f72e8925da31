/**
 * A disk that has changed what was written to it. The till's book is looked through at every start: SQLite's own structure, and
 * what must fit together in it. A book that does not fit is not opened, because what it would say of sales and coupons is not to
 * be relied on; nothing is changed in it. Not found here: a log (WAL) cut off or written over, whose sound beginning is an
 * earlier state; it never holds more than the sale under way.
 */

import { hexBytes } from '../src/bytes.ts';
import { verifyCoupon } from '../src/coupons/coupon.ts';
import { couponMinutes } from '../src/coupons/denominations.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { decodeEnvelope } from '../src/economy/envelope.ts';
import type { Id } from '../src/economy/transaction.ts';
import { DamagedRow, type Db } from './database.ts';
import type { Journal } from './journal.ts';
import { priceFromText } from './priced-text.ts';

/** A database that cannot be relied on. The message is for whoever starts the terminal. */
export class DamagedDatabase extends Error {
  readonly file: string;
  constructor(file: string, what: string) {
    super(
      `${file} is damaged (${what}). The terminal does not start with it, and has changed nothing. Keep the whole folder: it holds coupons that were taken. ` +
        `Check the disk, and ask the collective that looks after this till.\n` +
        `${file} ist beschädigt (${what}). Das Terminal startet damit nicht und hat nichts verändert. Den ganzen Ordner aufheben: in ihm liegen angenommene Coupons. ` +
        `Den Datenträger prüfen und das Kollektiv fragen, das diese Kasse betreut.`,
    );
    this.name = 'DamagedDatabase';
    this.file = file;
  }
}

const SAYS_DAMAGED = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_IOERR_SHORT_READ']);

/** Runs what reads a database; what says that its bytes are wrong becomes `DamagedDatabase`. */
export function orDamaged<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    const unreadable = error instanceof SyntaxError || error instanceof DamagedRow;
    if (unreadable || SAYS_DAMAGED.has(code) || code.startsWith('SQLITE_CORRUPT'))
      throw new DamagedDatabase(file, message);
    throw error;
  }
}

/** SQLite's own look at its pages and rows. */
export function checkPages(db: Db): void {
  const [row] = db.pragma('integrity_check(1)') as { integrity_check: string }[];
  if (row?.integrity_check !== 'ok') throw new DamagedDatabase(db.name, row?.integrity_check ?? 'no answer');
}

/**
 * What must fit together in the till's book: the minutes of its coupons and of its sales, the signature of every coupon whose keyset is
 * known, the price of the sale under way, every entry and its id.
 */
export function checkBook(
  db: Db,
  journal: Journal,
  crypto: CryptoPort,
  keyset: (id: Id) => Keyset | undefined,
): void {
  const damaged = (what: string) => new DamagedDatabase(db.name, what);
  const { charged, sales } = journal.totals;
  if (!Number.isSafeInteger(charged) || !Number.isSafeInteger(sales))
    throw damaged('the totals of the crowd');
  const coupons = journal.openCoupons();
  for (const { keyset: id, exponent, serial, signature } of coupons) {
    const keys = keyset(id);
    if (keys === undefined) continue;
    const coupon = { keyset: keys.id, exponent, serial: hexBytes(serial), signature };
    if (!verifyCoupon(crypto, keys, coupon).ok) throw damaged('a coupon');
  }
  const minutes = couponMinutes(coupons);
  if (minutes !== charged) throw damaged(`coupons of ${minutes} minutes, sales of ${charged}`);
  const found = journal.inFlight();
  if (found !== undefined) {
    const priced = priceFromText(found.priced);
    if (priced.minutes !== found.minutes) throw damaged('the sale under way');
  }
  const rows = db.prepare('select id, envelope from outbox').iterate() as Iterable<{
    id: string;
    envelope: Buffer;
  }>;
  for (const { id, envelope } of rows) {
    const decoded = decodeEnvelope(envelope, crypto);
    if (!decoded.ok || decoded.value.id !== id) throw damaged(`entry ${id.slice(0, 8)} for the ledger`);
  }
}
