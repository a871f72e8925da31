/** Every limit of the house in one file, each with its reason. Units in the names or beside them. */

/** Denominations of coupons: 2^0 … 2^8 minutes. Each divides the next, so greedy selection is complete. */
export const DENOMINATION_EXPONENTS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
/** One load is whole packs; everybody loads the same pack, so a pack says nothing about who loaded it. Exponent → count; 300 minutes in 32 coupons. */
export const PACK: readonly (readonly [exponent: number, count: number])[] = [
  [0, 6],
  [1, 7],
  [2, 6],
  [3, 6],
  [4, 3],
  [5, 3],
  [6, 1],
];
export const PACK_MINUTES = 300;
export const PACK_COUPONS = 32;
/** A card's coupon slots: six whole packs; about 300 B a slot fits a J3R180's 139 kB. */
export const CARD_SLOTS = 192;
/**
 * Places for coupons in a card's memory: those that count, those of paid purchases that may still be undone (160 at most), and
 * during a refresh old and new side by side; 404 fill a J3R180's 139 kB. What is full waits for the next visit.
 */
export const CARD_PLACES = 404;
/** Lost cards whose coupons one card can take over at once. */
export const RECOVERY_CARDS = 4;
/**
 * Packs of counters without a coupon on the ledger after which the search for a lost card's coupons ends: two exchanges of
 * six packs that were given up, one after the other. The search goes on while loads of that card are not met.
 */
export const RECOVERY_GAP_PACKS = 12;
/** Words of a seed (BIP-39, 256 bits), and how many of them a holder proves to have written down. */
export const RECOVERY_WORDS = 24;
export const WORDS_ASKED = 3;
/** Signatures of coupons in one answer of SIGN refresh: 2 kB. */
export const REFRESH_SIGNATURES = 32;
/** Coupons in one purchase: an answer of 8 fits 2.9 kB. */
export const COUPONS_PER_PURCHASE = 8;
/** Without PIN: minutes a tap, minutes in all, taps; the pattern of PSD2 RTS Art. 11 (per tap, cumulative, number). */
export const NO_PIN = { perTapMinutes: 60, cumulativeMinutes: 180, taps: 5 } as const;
export const PIN_TRIES = 3;
export const PUK_TRIES = 8;
/** Pending purchases a card remembers; aborted ids an OPEN may carry; finished purchases it remembers. */
export const CARD_PENDING = 8;
export const OPEN_ABORTS = 8;
export const CARD_LOG = 20;
export const OFFICE_KEYS = 4;
/** A certificate's epoch counts months since 2020; a larger jump than ten years is a mistake or an attack. */
export const EPOCH_JUMP_MONTHS = 120;

/** A transaction envelope on the wire, bytes. A redeem of 1 000 coupons is about 300 kB. */
export const ENVELOPE_BYTES = 1_048_576;
/** CBOR nesting: the deepest body needs 5; a stack overflow needs thousands. */
export const CBOR_DEPTH = 16;
export const NAME_CHARS = 80;
/** Coupons or blinded serials in one transaction: six packs for a card; crowds for a till. */
export const LOAD_PACKS = 6;
export const REDEEM_COUPONS = 2_000;
export const GOODS_LINES = 2_000;
/** A wallet's day has 1 440 minutes; a workload may be one of the last 7 days (paper §5; ledger rule). */
export const DAY_MINUTES = 1_440;
export const WORKLOAD_DAYS = 7;
/** Blocks after which a load that was not issued may be cancelled by its signer. */
export const CANCEL_AFTER_BLOCKS = 100;
/** Digits of a PIN (ISO 9564-1 allows 4 to 12; a card reader's keypad and people settle on 8) and of the PUK. */
export const PIN_DIGITS = { min: 4, max: 8 } as const;
export const PUK_DIGITS = { min: 8, max: 12 } as const;
/** Blinded serials, or blind signatures, in one command of a load: 8 × 256 bytes fit every reader's extended APDU. */
export const LOAD_BLOCK = 8;
/** Signatures in one envelope: two owners at most today; a till or a card has one. */
export const ENVELOPE_SIGNATURES = 4;
/** Signatures where coupons sign for themselves: all that a card holds, and a wallet. */
export const COUPON_SIGNATURES = CARD_SLOTS + 1;
/** Base units in one transaction, and in one pool: sums of pools stay exact as numbers (2^53). */
export const AMOUNT_MAX = 1_000_000_000_000;
export const POOL_AMOUNT_MAX = 1_000_000_000_000_000;
/** Micro-minutes of one estimated output: ten million working lives; a larger one is a slip. */
export const ESTIMATE_MAX = 1_000_000_000_000_000_000n;
/** Product types one estimate may name. */
export const ESTIMATE_OUTPUTS = 100;
/** Digits of a value on a wire: far above every sum of a world's work, far below what slows arithmetic. */
export const VALUE_DIGITS = 40;
/** 9999-12-31T23:59:59Z: the last second that calendars of four digits can name. */
export const SECONDS_MAX = 253_402_300_799;
/** A keyset is live for at least five years of 365.25 days: short-lived keysets would link coupons to wallets. Seconds. */
export const KEYSET_SECONDS = 157_788_000;
/** Changes of one outlet's book of one type that a count can name by height; an older height is refused. */
export const STOCK_HISTORY = 256;
/** Keysets a card keeps: one is live for five years, so four last twenty. None is ever dropped: its counters must not start again. */
export const CARD_KEYSETS = 4;
/** SPENDs a session answers without paying: a person may change the basket twice; more would feel a balance out. */
export const SPEND_REFUSALS = 3;
/** A block on demand gathers what waits, up to this many transactions and bytes: it bounds how long readers wait for the writer. */
export const BLOCK_TRANSACTIONS = 500;
export const BLOCK_BYTES = 4_194_304;
/** Submissions that may wait for a block; more are told to come again, so that memory stays bounded. */
export const WAITING_TRANSACTIONS = 5_000;
/** Readers of one node's event stream at once, and blocks read from disk at a time for one of them. */
export const STREAM_READERS = 1_000;
export const STREAM_PAGE = 64;
/** A node says that it is alive this often; a reader that takes nothing for `STREAM_STALLED` is dropped and resumes later. Milliseconds. */
export const STREAM_ALIVE = 5_000;
export const STREAM_STALLED = 60_000;
/** Rows in one answer of a query. */
export const QUERY_ROWS = 1_000;
/** Operating minutes of a means of production: two million years. Ages and their multiples stay exact as numbers (2^53). */
export const DURABILITY_MAX = 1_000_000_000_000;
/** Elements of one composed means of production: a machine down to its spare parts; a row stays below 300 kB. */
export const COMPOSITION_ELEMENTS = 1_000;
/** How long a proposal may wait for its votes: a day lets everybody hear of it; who works changes from month to month. Seconds. */
export const VOTE_SECONDS = { min: 86_400, max: 60 * 86_400 } as const;
/** Months of a collective's work that are remembered: a proposal of 60 days sees three months end. */
export const WORKED_MONTHS = 4;
/** Blocks that a node's chronicle reads from disk at once, and transactions it folds before others have their turn. */
export const CHRONICLE_PAGE = 16;
export const CHRONICLE_TURN = 500;
/** A question that needs the whole chain waits so long for it, milliseconds; then it is asked again. */
export const CHRONICLE_WAIT = 2_000;
/** Months that the chronicle keeps of an outlet and of a collective: five years fill a picture. */
export const CHRONICLE_MONTHS = 60;
/** Months of work by collective in one answer: a year and the one that runs. */
export const LABOUR_MONTHS = 13;
/** Points of one type's price history: more than a screen has columns to tell apart. */
export const HISTORY_POINTS = 512;
/** Inputs of productions that the chronicle remembers, about 200 B each; older productions are forgotten first. */
export const ORIGIN_INPUTS = 200_000;
/** Deliveries of one type to one outlet that a value is explained by: the latest. */
export const ORIGIN_DELIVERIES = 24;
/** Productions one behind the other, and rows, in one explanation of a value: a picture shows no more. */
export const ORIGIN_DEPTH = 8;
export const ORIGIN_ROWS = 400;
/** Blocks in one answer that names the kinds of their transactions. */
export const BLOCKS_PAGE = 25;
/**
 * Signatures and coupons: in one job of a verifying thread at most (some milliseconds: threads end together); verified on the
 * main thread when no more wait (a thread would take longer to answer).
 */
export const THREAD_ITEMS = 128;
export const INLINE_ITEMS = 8;
/** Verifying threads that failed one after the other without an answer, after which no more are started. */
export const THREAD_FAILURES = 3;
/**
 * A block is made when so many transactions, or bytes, are verified, when nothing more is being verified, or when the first has
 * been ready for so many milliseconds: each block costs a write to disk that is waited for.
 */
export const BLOCK_READY_TRANSACTIONS = 250;
export const BLOCK_READY_BYTES = 1_048_576;
export const BLOCK_READY_MS = 20;
/** Rows of the state that share a slot at most: when one leaves, the others' 16 kB are hashed again. */
export const BUNDLE_ROWS = 512;
/** Slots a till lays down at once at least, for coupons and for transcripts: three ordinary crowds' coupons; each time the open crowd's are spread anew. */
export const SLOTS_AT_ONCE = 256;
/** Entries that were set aside or dismissed and stand on the till's screen at once; the file to hand on has all. */
export const SET_ASIDE_SHOWN = 100;
/** Characters of the reason for which a person dismisses an entry: a word is none, a page is not read. */
export const DISMISS_REASON = { min: 3, max: 200 } as const;
