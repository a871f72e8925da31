/**
 * The accountant of the tearing campaign. He looks at a card's cells with his own eyes, keeps the ledger's side himself, and says
 * of every minute that was ever issued where it is. He shares no code with the firmware (`cells.ts`).
 *
 * C1 a minute that was issued is in one place: free, pending, exposed or refreshing on the card, in an open load, in the hand of
 *    a till that has not decided yet, redeemed, or aborted with a way back. None is lost, none is in two places. A coupon that the
 *    ledger took for a refresh counts no more; the one that was made for it does.
 * C2 tries of PIN and PUK go up by the right secret only.
 * C3 what was paid without a PIN is never counted for less than it was.
 * C4 the card's key of a session is never shown twice, a blinded serial is never in two loads or refreshes, nor of two coupons.
 * C5 a seed is replaced by the one that was put in and by nothing else, then with a new g, which never changes otherwise; words
 *    that were closed stay closed; what a terminal calls dead goes by the holder's word only.
 */
import { MONTH } from '../firmware/terminal.ts';
import { type Cells, type Coupon, type CouponState, OPEN } from './cells.ts';

export interface Purchase {
  readonly minutes: number;
  readonly pin: boolean;
  /** Hex serial → exponent: what the card gave, on the till's disk. */
  readonly answer: Map<string, number> | undefined;
  readonly state: 'open' | 'paid' | 'given_up';
}

/** A till's disk: purchases by hex id, and the ids it must still tell cards about. */
export interface TillBooks {
  readonly purchases: Map<string, Purchase>;
  tell: string[];
}

/** What is written down outside the card. Plain data: a case works on a copy. */
export interface Books {
  /** Minutes of all signatures that the office has handed out, and the loads by hex digest with their packs. */
  issued: number;
  readonly loads: Map<string, number>;
  /** Hex blinded serial → the digest of its load. */
  readonly blinded: Map<string, string>;
  /** Digests of loads that the ledger has refused for good. */
  readonly refused: Set<string>;
  /** Hex blinded serial → the hex serial that it blinds, as the cells had it when the card showed it. */
  readonly made: Map<string, string>;
  /** What the ledger took for refreshes: hex serial → the digest of its transaction; and hex serials of what it gave for them. */
  readonly refreshed: Map<string, string>;
  readonly successors: Set<string>;
  /** Coupons of a lost card of this card's seed that still count, hex serial → exponent; and that card's g in hex. */
  readonly lost: Map<string, number>;
  readonly lostG: string | undefined;
  /** Hex serial → exponent: what the ledger has seen through another card, whatever this one believes of it. */
  readonly gone: Map<string, number>;
  /** Hex serials that were dead when somebody looked; and whether the holder has spoken since. */
  readonly dead: Set<string>;
  holderSpoke: boolean;
  /** C5: the seed in force and every g that a card of it had, in hex; the seed that RESTORE was asked to put in. */
  seed: string;
  g: string;
  readonly gs: Set<string>;
  restoring: string | undefined;
  wordsOpen: boolean;
  /** The ledger: hex serial → exponent. */
  readonly redeemed: Map<string, number>;
  readonly aborted: Map<string, number>;
  readonly tills: readonly TillBooks[];
  /** Keys that the card has shown in SELECT. */
  readonly shown: Set<string>;
  /** The highest number of tries that the card may say it has. */
  pinTriesAtMost: number;
  pukTriesAtMost: number;
  /** Hex ids asked for without a PIN since the last PIN; and whether a PIN was given whose answer never came. */
  unpinned: Set<string>;
  perhapsReset: boolean;
  /** The epoch of every till's certificate, months since 2020-01: one office renews them all. */
  epoch: number;
  /** What nobody may ever see; empty, or the campaign has found something. */
  readonly wrongs: string[];
}

/** The books of a card that lies there as `cells` say. */
export function newBooks({ seed, g, wordsOpen }: Cells, lost?: Pick<Books, 'lost' | 'lostG'>): Books {
  return {
    refused: new Set(),
    made: new Map(),
    refreshed: new Map(),
    successors: new Set(),
    lost: lost?.lost ?? new Map(),
    lostG: lost?.lostG,
    gone: new Map(),
    dead: new Set(),
    holderSpoke: false,
    seed,
    g,
    gs: new Set([g, ...(lost?.lostG === undefined ? [] : [lost.lostG])]),
    restoring: undefined,
    wordsOpen,
    issued: 0,
    loads: new Map(),
    blinded: new Map(),
    redeemed: new Map(),
    aborted: new Map(),
    tills: [0, 1, 2, 3].map(() => ({ purchases: new Map(), tell: [] })),
    shown: new Set(),
    pinTriesAtMost: 3,
    pukTriesAtMost: 8,
    unpinned: new Set(),
    perhapsReset: false,
    epoch: MONTH,
    wrongs: [],
  };
}

export interface Reckoning {
  lost: number;
  doubled: number;
  readonly wrongs: string[];
}

const minutes = (exponent: number): number => 2 ** exponent;

/** Where every minute is (C1), and whether the card's counters say what they must (C2, C3). Lowers the books' bounds to what was seen. */
export function reckon(books: Books, cells: Cells): Reckoning {
  const found: Reckoning = { lost: 0, doubled: 0, wrongs: [...books.wrongs] };
  books.wrongs.length = 0;
  coupons(books, cells, found);
  records(books, cells, found);
  counters(books, cells, found);
  identity(books, cells, found);
  dead(books, cells, found);
  return found;
}

interface Whereabouts {
  readonly exponent: number;
  card?: CouponState;
  redeemed?: true;
  aborted?: true;
  refreshed?: true;
  onLostCard?: true;
  /** Went out of the card to a till, whatever became of it. */
  out?: true;
  undecided?: true;
}

function coupons(books: Books, cells: Cells, found: Reckoning): void {
  const where = new Map<string, Whereabouts>();
  const of = (serial: string, exponent: number): Whereabouts => {
    const known = where.get(serial) ?? { exponent };
    if (known.exponent !== exponent) found.wrongs.push(`${serial} has two values`);
    where.set(serial, known);
    return known;
  };
  const loadIssued = cells.openDigest !== undefined && books.loads.has(cells.openDigest);
  const issued = ({ slow, serial }: Coupon): boolean =>
    !slow && cells.own === OPEN.load ? loadIssued : books.successors.has(serial);
  for (const coupon of cells.coupons) {
    const { state, serial, exponent } = coupon;
    orphan(cells, coupon, found);
    if (books.gone.has(serial) || (state === 'prepared' && !issued(coupon))) continue;
    const one = of(serial, exponent);
    if (one.card !== undefined) {
      found.doubled += minutes(exponent);
      found.wrongs.push(`${serial} lies in two slots`);
    }
    one.card = state;
  }
  for (const [serial, exponent] of books.gone) of(serial, exponent);
  for (const [serial, exponent] of books.lost) of(serial, exponent).onLostCard = true;
  for (const [serial, exponent] of books.redeemed) of(serial, exponent).redeemed = true;
  for (const [serial, exponent] of books.aborted) of(serial, exponent).aborted = true;
  for (const { purchases } of books.tills)
    for (const { answer, state } of purchases.values())
      for (const [serial, exponent] of answer ?? []) {
        of(serial, exponent).out = true;
        if (state === 'open') of(serial, exponent).undecided = true;
      }
  for (const serial of books.refreshed.keys()) {
    const one = where.get(serial);
    if (one !== undefined) one.refreshed = true;
  }
  let sum = 0;
  for (const [serial, one] of where) {
    const { card, redeemed, aborted, refreshed, onLostCard, out, undecided } = one;
    if (!refreshed) sum += minutes(one.exponent);
    const spendable = card === 'free' || card === 'prepared';
    const twice =
      (spendable && (out || redeemed || aborted || onLostCard)) ||
      (refreshed && (redeemed || (card !== undefined && card !== 'refreshing'))) ||
      (redeemed && (aborted || card === 'pending' || card === 'exposed' || card === 'refreshing'));
    if (twice) {
      found.doubled += minutes(one.exponent);
      found.wrongs.push(`${serial} is ${card ?? 'not'} on the card and has gone out`);
    }
    if (card === 'spent' && !redeemed && !aborted && !undecided) {
      found.lost += minutes(one.exponent);
      found.wrongs.push(`${serial} is spent and nobody has it`);
    }
  }
  if (sum < books.issued) {
    found.lost += books.issued - sum;
    found.wrongs.push(`${books.issued} minutes were issued, ${sum} are there`);
  }
  if (sum > books.issued) {
    found.doubled += sum - books.issued;
    found.wrongs.push(`${books.issued} minutes were issued, ${sum} are there`);
  }
}

/** Coupons that wait for something must have the record of what they wait for, or nobody will ever come back to them. */
function orphan(cells: Cells, { slot, state, exponent, slow, ofLostCard }: Coupon, found: Reckoning): void {
  const waits =
    state === 'refreshing'
      ? ofLostCard
        ? cells.lost === OPEN.refresh || cells.lost === OPEN.collecting
        : cells.own === OPEN.refresh
      : state !== 'prepared' || (slow ? cells.lost === OPEN.refresh : cells.own !== OPEN.nothing);
  if (waits) return;
  if (state === 'refreshing') found.lost += minutes(exponent);
  found.wrongs.push(`slot ${slot} is ${state}, and nothing is open that it waits for`);
}

function records(books: Books, cells: Cells, found: Reckoning): void {
  const bySlot = new Map(cells.coupons.map((one) => [one.slot, one]));
  const expected = { pending: 'pending', paid: 'spent', undone: 'exposed' } as const;
  const claimed = new Set<number>();
  for (const { id, state, minutes: amount, slots } of cells.records) {
    let sum = 0;
    for (const slot of slots) {
      const coupon = bySlot.get(slot);
      sum += coupon === undefined ? 0 : minutes(coupon.exponent);
      // What was undone may be refreshed, and its slot used again.
      if (state !== 'undone' && (coupon?.state !== expected[state] || claimed.has(slot)))
        found.wrongs.push(`purchase ${id} is ${state}, its slot ${slot} is ${coupon?.state ?? 'empty'}`);
      if (state !== 'undone') claimed.add(slot);
    }
    if (state !== 'undone' && sum !== amount)
      found.wrongs.push(`purchase ${id} of ${amount} holds ${sum} minutes`);
    const asked = books.tills.flatMap(({ purchases }) => purchases.get(id) ?? []);
    if (state === 'paid' && asked.every(({ answer }) => answer === undefined))
      found.wrongs.push(`purchase ${id} is paid and no till has it`);
  }
  for (const { slot, state } of cells.coupons)
    if ((state === 'pending' || state === 'spent') && !claimed.has(slot))
      found.wrongs.push(`slot ${slot} is ${state} without a purchase`);
}

function counters(books: Books, cells: Cells, found: Reckoning): void {
  if (cells.pinTries > books.pinTriesAtMost)
    found.wrongs.push(`PIN tries went up: ${cells.pinTries} of at most ${books.pinTriesAtMost}`);
  if (cells.pukTries > books.pukTriesAtMost)
    found.wrongs.push(`PUK tries went up: ${cells.pukTries} of at most ${books.pukTriesAtMost}`);
  books.pinTriesAtMost = Math.min(books.pinTriesAtMost, cells.pinTries);
  books.pukTriesAtMost = Math.min(books.pukTriesAtMost, cells.pukTries);

  // Without a PIN: what a till has an answer for, or the card a record of.
  const paid = [...books.unpinned].flatMap((id) => {
    const till = books.tills.flatMap(({ purchases }) => purchases.get(id) ?? []);
    const onCard = cells.records.filter((one) => one.id === id && !one.withPin);
    const counts = onCard.length > 0 || till.some(({ answer }) => answer !== undefined);
    return counts ? [(onCard[0] ?? till[0])?.minutes ?? 0] : [];
  });
  const { minutes: counted, taps } = cells.unpinned;
  const sum = paid.reduce((a, b) => a + b, 0);
  if (counted === sum && taps === paid.length) return;
  if (books.perhapsReset && counted === 0 && taps === 0) books.unpinned = new Set();
  else
    found.wrongs.push(
      `paid without a PIN: ${sum} minutes in ${paid.length} taps, counted ${counted} in ${taps}`,
    );
}

function identity(books: Books, cells: Cells, found: Reckoning): void {
  const { seed, g, wordsOpen } = cells;
  if (seed !== books.seed) {
    if (seed !== books.restoring) found.wrongs.push('a seed that nobody put in');
    if (books.gs.has(g)) found.wrongs.push('a restored card has the g of another one');
    books.gs.add(g);
  } else if (g !== books.g) found.wrongs.push('g has changed');
  if (wordsOpen && !books.wordsOpen) found.wrongs.push('words that were closed can be read again');
  books.seed = seed;
  books.g = g;
  books.wordsOpen = wordsOpen;
}

function dead(books: Books, cells: Cells, found: Reckoning): void {
  const now = new Set(cells.coupons.flatMap(({ state, serial }) => (state === 'dead' ? [serial] : [])));
  for (const serial of books.dead)
    if (!now.has(serial) && !books.holderSpoke)
      found.wrongs.push(`${serial} was dead and no holder has spoken`);
  for (const serial of now) if (!books.gone.has(serial)) found.wrongs.push(`${serial} is dead and is not`);
  books.dead.clear();
  for (const serial of now) books.dead.add(serial);
  books.holderSpoke = false;
}
