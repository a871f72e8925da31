/**
 * The journal: the one sale in flight, and what remains when it is closed. A fact and its errand are one database
 * transaction. T1 «paid» only after the close is on disk. T2 nothing joins coupons to goods after the close: the
 * in-flight row goes in the same transaction that spreads its parts, and `erase` then empties the WAL.
 */
import { beBytes, concat, fromHex, hexBytes, toHex } from '../src/bytes.ts';
import type { Id } from '../src/economy/transaction.ts';
import { COUPONS_PER_PURCHASE } from '../src/limits.ts';
import { addAbort, addSale, type CrowdTotals, EMPTY_CROWD } from '../src/sale/crowd.ts';
import { TRANSCRIPT_BYTES } from '../src/sale/sealed-transcript.ts';
import { DamagedRow, type Db, isDiskFull, statement, truncateWal } from './database.ts';
import { type RandomBelow, Slots } from './slots.ts';

/** A coupon as the till keeps it until its crowd leaves. */
export interface TakenCoupon {
  readonly keyset: Id;
  readonly exponent: number;
  readonly serial: Id;
  readonly signature: Uint8Array;
}
const COUPON_BYTES = 1 + 32 + 1 + 32 + 256;
/** A transcript's slot: crowd 4 (0 = free) ‖ sealed transcript. */
const CROWD_BYTES = 4;
const TRANSCRIPT_SLOT_BYTES = CROWD_BYTES + TRANSCRIPT_BYTES;

interface Used {
  readonly slot: number;
  readonly content: Buffer;
}

function packCoupon(c: TakenCoupon): Uint8Array {
  return concat(
    Uint8Array.of(1),
    hexBytes(c.keyset),
    Uint8Array.of(c.exponent),
    hexBytes(c.serial),
    c.signature,
  );
}
/** What `packCoupon` wrote. Another length is a damaged row: an error, never half a coupon. */
function unpackCoupon(b: Uint8Array | undefined): TakenCoupon {
  if (b?.length !== COUPON_BYTES) throw new DamagedRow('a coupon of another length');
  return {
    keyset: toHex(b.subarray(1, 33)),
    exponent: b[33] as number,
    serial: toHex(b.subarray(34, 66)),
    signature: b.slice(66, 322),
  };
}

export interface GoodsLine {
  readonly type: Id;
  readonly amount: number;
}

/** The intent of a purchase, on disk before any card is asked. `priced` is the frozen basket in the driver's own text. */
export interface Intent {
  readonly purchaseId: string;
  readonly minutes: number;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly goods: readonly GoodsLine[];
  readonly priced: string;
}
/** What the card answered. */
export interface CardAnswer {
  readonly coupons: readonly TakenCoupon[];
  /** Hex of what a dispute is decided by (card-session). */
  readonly transcript: string;
}
export interface InFlight extends Intent {
  readonly answer?: CardAnswer;
  /** Paid and closed, and nobody may have seen it yet: its id, its coupons and the card's words are gone from here. */
  readonly closed?: true;
}
/** Stands in the place of a closed purchase's id. */
const NO_PURCHASE = '0'.repeat(32);

/** What leaves with a closed crowd. `entries` are stored by the outbox in the same transaction. */
export interface ClosingCrowd {
  readonly number: number;
  readonly totals: CrowdTotals;
  readonly coupons: readonly TakenCoupon[];
  readonly abortedSerials: readonly Id[];
}

export interface FsyncFigures {
  /** Commits that were waited for, and the milliseconds they took. */
  readonly commits: number;
  readonly milliseconds: number;
}

export class Journal {
  readonly #db: Db;
  readonly #coupons: Slots;
  readonly #transcripts: Slots;
  readonly #below: RandomBelow;
  readonly #stopwatch: () => number;
  #totals: CrowdTotals;
  #number: number;
  /** Closed crowds that were small; counted when first asked for. */
  #small: number | undefined;
  #commits = 0;
  #milliseconds = 0;

  constructor(db: Db, below: RandomBelow, stopwatch: () => number) {
    this.#db = db;
    this.#below = below;
    this.#stopwatch = stopwatch;
    this.#coupons = new Slots(db, 'coupon_slots', COUPON_BYTES, "substr(content, 1, 1) = x'00'");
    this.#transcripts = new Slots(
      db,
      'transcript_slots',
      TRANSCRIPT_SLOT_BYTES,
      "substr(content, 1, 4) = x'00000000'",
    );
    const row = db.prepare('select number, totals from crowd').get() as
      | { number: number; totals: string }
      | undefined;
    if (row === undefined) db.prepare('insert into crowd values (1, 1, ?)').run(JSON.stringify(EMPTY_CROWD));
    const stored = row === undefined ? EMPTY_CROWD : (JSON.parse(row.totals) as CrowdTotals);
    // A crowd that was begun before free sales were told apart has counted all its sales.
    this.#totals = { ...stored, paid: stored.paid ?? stored.sales };
    this.#number = row?.number ?? 1;
    try {
      this.prefill();
    } catch (error) {
      // A start on a full disk: the slots that are there do for the sale under way.
      if (!isDiskFull(error)) throw error;
    }
  }

  /**
   * Slots for the next sale; between sales only. When new ones are laid down, everything of the open crowd is spread anew over old and
   * new ones, in the same transaction: else a high slot would tell of a late sale.
   */
  prefill(): void {
    const coupons = this.#coupons.free < COUPONS_PER_PURCHASE;
    const transcripts = this.#transcripts.free < 1;
    if (!coupons && !transcripts) return;
    const grown: { settle(): void }[] = [];
    this.#db
      .transaction(() => {
        if (coupons) grown.push(this.#coupons.grow(this.#usedCoupons(), this.#below));
        if (transcripts) grown.push(this.#transcripts.grow(this.#transcriptsOf([this.#number]), this.#below));
      })
      .immediate();
    for (const one of grown) one.settle();
    this.truncate();
  }

  #usedCoupons(): Used[] {
    return statement(
      this.#db,
      "select slot, content from coupon_slots where substr(content, 1, 1) = x'01'",
    ).all() as Used[];
  }

  /** Slots with sealed transcripts of these crowds. */
  #transcriptsOf(crowds: readonly number[]): Used[] {
    return statement(
      this.#db,
      `select slot, content from transcript_slots
         where substr(content, 1, 4) in (select unhex(printf('%08x', value)) from json_each(?))`,
    ).all(JSON.stringify(crowds)) as Used[];
  }

  get totals(): CrowdTotals {
    return this.#totals;
  }

  get fsyncs(): FsyncFigures {
    return { commits: this.#commits, milliseconds: this.#milliseconds };
  }

  #commit(work: () => void): void {
    const tx = this.#db.transaction(work);
    const start = this.#stopwatch();
    tx.immediate();
    this.#milliseconds += this.#stopwatch() - start;
    this.#commits++;
  }

  /** Before any card is asked. */
  begin(intent: Intent): void {
    this.#commit(() => this.#intend(intent));
  }

  #intend(intent: Intent): void {
    statement(this.#db, 'delete from in_flight').run();
    statement(
      this.#db,
      'insert into in_flight (one, purchase_id, minutes, day, goods, priced) values (1, ?, ?, ?, ?, ?)',
    ).run(intent.purchaseId, intent.minutes, intent.day, JSON.stringify(intent.goods), intent.priced);
  }

  /** SPEND's answer, before ACK. */
  answered(answer: CardAnswer): void {
    const blob = Buffer.from(
      JSON.stringify({ ...answer, coupons: answer.coupons.map((c) => toHex(packCoupon(c))) }),
    );
    this.#commit(() => {
      statement(this.#db, 'update in_flight set answer = ? where one = 1').run(blob);
    });
  }

  /** The sale a restart finds. */
  inFlight(): InFlight | undefined {
    const row = statement(this.#db, 'select * from in_flight').get() as
      | {
          purchase_id: string;
          minutes: number;
          day: number;
          goods: string;
          priced: string;
          answer: Buffer | null;
        }
      | undefined;
    if (row === undefined) return undefined;
    const intent: Intent = {
      purchaseId: row.purchase_id,
      minutes: row.minutes,
      day: row.day,
      goods: JSON.parse(row.goods) as GoodsLine[],
      priced: row.priced,
    };
    if (row.answer === null) return intent;
    if (row.answer.length === 0) return { ...intent, closed: true };
    const raw = JSON.parse(row.answer.toString()) as Omit<CardAnswer, 'coupons'> & { coupons: string[] };
    return {
      ...intent,
      answer: { ...raw, coupons: raw.coupons.map((h) => unpackCoupon(fromHex(h))) },
    };
  }

  /**
   * ACK has answered (or nothing was to pay): coupons and transcript into random slots, goods, minutes and count into the
   * crowd's totals, the card's answer and the purchase's id away, all at once. «Paid» may be shown when this returns; basket and
   * minutes stay until it was (`erase`), so that a restart before that does not leave the clerk without an answer.
   */
  close(
    coupons: readonly TakenCoupon[],
    transcript: Uint8Array | undefined,
    goods: readonly GoodsLine[],
    minutes: number,
    now: number,
  ): void {
    const slots = this.#coupons.pick(coupons.length, this.#below);
    const places = this.#transcripts.pick(transcript === undefined ? 0 : 1, this.#below);
    const totals = addSale(this.#totals, { minutes, goods }, now);
    this.#commit(() => {
      for (const [i, c] of coupons.entries()) this.#coupons.write(slots[i] as number, packCoupon(c));
      if (transcript !== undefined)
        this.#transcripts.write(places[0] as number, concat(beBytes(this.#number, CROWD_BYTES), transcript));
      statement(this.#db, 'update crowd set totals = ? where one = 1').run(JSON.stringify(totals));
      statement(this.#db, "update in_flight set purchase_id = ?, answer = x'' where one = 1").run(
        NO_PURCHASE,
      );
    });
    this.#coupons.take(slots);
    this.#transcripts.take(places);
    this.#totals = totals;
  }

  /** «Paid» has been shown, and the next sale has not begun: what was left of the sale goes, and the log. False when something was reading. */
  erase(): boolean {
    if (statement(this.#db, "select 1 from in_flight where answer = x''").get() !== undefined)
      this.#commit(() => statement(this.#db, "delete from in_flight where answer = x''").run());
    return this.truncate();
  }

  /** The WAL is written back and emptied. False when something was reading. */
  truncate(): boolean {
    return truncateWal(this.#db);
  }

  /**
   * The purchase is off. `tellCards`: its id goes into the list for OPEN, because a card may hold a record of it; `serials`: coupons
   * already seen, which go to the ledger as an abort with the next crowd, at the latest when a sale of now would have left. `instead`: what
   * takes its place, at once.
   */
  abandon(tellCards: boolean, serials: readonly Id[], now: number, instead?: Intent): void {
    const totals = serials.length > 0 ? addAbort(this.#totals, now) : this.#totals;
    this.#commit(() => {
      if (tellCards)
        statement(
          this.#db,
          'insert or ignore into aborted_purchases select purchase_id from in_flight',
        ).run();
      const insert = statement(this.#db, 'insert or ignore into aborted_serials values (?)');
      for (const serial of serials) insert.run(serial);
      if (totals !== this.#totals)
        statement(this.#db, 'update crowd set totals = ? where one = 1').run(JSON.stringify(totals));
      if (instead === undefined) statement(this.#db, 'delete from in_flight').run();
      else this.#intend(instead);
    });
    this.#totals = totals;
  }

  /**
   * Ids of given-up purchases, for OPEN: at most `limit`, and when there are more, others each time: people who never come back must not
   * keep the rest from being told.
   */
  abortedPurchases(limit: number): readonly Uint8Array[] {
    const rows = statement(this.#db, 'select id from aborted_purchases').all() as { id: string }[];
    const chosen: Uint8Array[] = [];
    while (chosen.length < limit && rows.length > 0) {
      const [row] = rows.splice(this.#below(rows.length), 1);
      if (row !== undefined) chosen.push(hexBytes(row.id));
    }
    return chosen;
  }

  /** A card has met these and undone them. */
  abortsMet(ids: readonly Uint8Array[]): void {
    if (ids.length === 0) return;
    this.#commit(() => {
      const del = statement(this.#db, 'delete from aborted_purchases where id = ?');
      for (const id of ids) del.run(toHex(id));
    });
  }

  abortedSerialCount(): number {
    return (statement(this.#db, 'select count(*) as n from aborted_serials').get() as { n: number }).n;
  }

  /** Coupons of the open crowd, in no order that means anything. */
  openCoupons(): readonly TakenCoupon[] {
    return this.#usedCoupons().map(({ content }) => unpackCoupon(content));
  }

  /** A crowd that was opened later than now was opened by a wrong clock: it waits from now on, and not for years. */
  clockWentBack(now: number): void {
    const { openedAt } = this.#totals;
    if (openedAt === null || openedAt <= now) return;
    const totals = { ...this.#totals, openedAt: now };
    this.#commit(() => {
      statement(this.#db, 'update crowd set totals = ? where one = 1').run(JSON.stringify(totals));
    });
    this.#totals = totals;
  }

  /**
   * Closes the crowd once: everything it held goes to `store` (the outbox's inserts) and is wiped here, in one
   * transaction. `small`: fewer than k sales that paid.
   * False: the log could not be emptied, for want of room; the crowd is closed all the same.
   */
  closeCrowd(
    now: number,
    small: boolean,
    store: (crowd: ClosingCrowd) => { readonly redemption: Id | null },
  ): boolean {
    const used = this.#usedCoupons();
    const aborted = statement(this.#db, 'select serial from aborted_serials order by serial').all() as {
      serial: string;
    }[];
    const number = this.#number;
    this.#commit(() => {
      const { redemption } = store({
        number,
        totals: this.#totals,
        coupons: used.map((r) => unpackCoupon(r.content)),
        abortedSerials: aborted.map((r) => r.serial),
      });
      statement(
        this.#db,
        'insert into closed_crowds (number, sales, small, closed_at, redemption) values (?, ?, ?, ?, ?)',
      ).run(number, this.#totals.sales, small ? 1 : 0, now, redemption);
      const empty = new Uint8Array(COUPON_BYTES);
      for (const { slot } of used) this.#coupons.write(slot, empty);
      statement(this.#db, 'delete from aborted_serials').run();
      statement(this.#db, 'update crowd set number = ?, totals = ? where one = 1').run(
        number + 1,
        JSON.stringify(EMPTY_CROWD),
      );
    });
    this.#coupons.give(used.map((r) => r.slot));
    this.#small = undefined;
    this.#totals = EMPTY_CROWD;
    this.#number = number + 1;
    try {
      this.truncate();
      return true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return false;
    }
  }

  smallCrowds(): number {
    this.#small ??= (
      statement(this.#db, 'select count(*) as n from closed_crowds where small = 1').get() as { n: number }
    ).n;
    return this.#small;
  }

  /** A crowd's redemption is final. */
  redemptionFinal(redemption: Id, now: number): void {
    statement(
      this.#db,
      'update closed_crowds set final_at = ? where redemption = ? and final_at is null',
    ).run(now, redemption);
  }

  /** Transcripts whose crowd has been final for `offlineMax` seconds are written over. */
  forgetTranscripts(now: number, offlineMax: number): void {
    const due = statement(
      this.#db,
      'select number from closed_crowds where final_at is not null and forgotten = 0 and final_at <= ?',
    ).all(now - offlineMax) as { number: number }[];
    if (due.length === 0) return;
    const rows = this.#transcriptsOf(due.map((crowd) => crowd.number));
    const empty = new Uint8Array(TRANSCRIPT_SLOT_BYTES);
    this.#commit(() => {
      for (const { slot } of rows) this.#transcripts.write(slot, empty);
      const forget = statement(this.#db, 'update closed_crowds set forgotten = 1 where number = ?');
      for (const { number } of due) forget.run(number);
    });
    this.#transcripts.give(rows.map((r) => r.slot));
    this.truncate();
  }
}
