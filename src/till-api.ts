/**
 * The one typed door between terminal and screen. The terminal decides, the screen draws and asks: it sends intents and
 * receives slices of the view. Over the browser host a WebSocket carries it as JSON, in Electron a preload bridge; both
 * check every intent with `intentSchema` (till-intents.ts). Values of labour are micro-minutes as decimal strings, payments whole minutes.
 * What the screen must never get: expected amounts of a running count, anything that joins a card to a person.
 */
import type { Intent } from './till-intents.ts';

export type { Intent };

/** Why the till says no. The screen has a sentence for each in every language; the basket is kept in every case. */
export const TILL_REFUSALS = [
  'bad_intent',
  'unknown_code',
  'bad_code',
  'unknown_product',
  'not_in_stock',
  'no_price',
  'basket_empty',
  'not_now',
  'paying',
  'card_has_answered',
  'no_reader',
  'prices_too_old',
  'above_offline_ceiling',
  'disk_full',
  'ledger_unreachable',
  'ledger_refused',
  'nothing_to_claim',
  'balance_too_small',
  'no_room_on_card',
  'office_silent',
  'nothing_to_refresh',
  'batch_ended',
  'foreign_keys',
  'unknown_word',
  'wrong_words',
  'card_not_new',
  'crowd_empty',
  'unknown_entry',
  'count_running',
  'no_count',
  'line_not_counted',
  'read_only',
] as const;
export type TillRefusal = (typeof TILL_REFUSALS)[number];

/** A product's name in the languages of the screen. */
export interface Names {
  readonly en: string;
  readonly de: string;
}

/** One product as the clerk finds it. */
export interface ProductView {
  readonly type: string;
  readonly names: Names;
  /** Name of a picture the screen owns, e.g. `bread`. */
  readonly picture: string;
  readonly group: string;
  readonly unit: string;
  /** In-store EAN-13. */
  readonly code: string;
  /** Average price of one base unit in micro-minutes, rounded to the nearest for show; null = none known. */
  readonly price: string | null;
  /** What the outlet's book holds. Not given while a count is running. */
  readonly inStock: number | null;
}

export type Answer =
  | {
      readonly ok: true;
      readonly products?: readonly ProductView[];
      /** Text of a file for the person to keep: what was set aside, as JSON. */
      readonly file?: string;
    }
  | { readonly ok: false; readonly refusal: TillRefusal; readonly detail?: string };

export interface BasketLine {
  readonly type: string;
  readonly names: Names;
  readonly picture: string;
  readonly unit: string;
  readonly amount: number;
  /** Price of one base unit and value of the line, micro-minutes (rounded for show; the sum is exact underneath). */
  readonly price: string;
  readonly value: string;
}

/** What a card said no with, in the sale. */
export type CardTrouble =
  | 'card_left'
  | 'card_mute'
  | 'reader_failed'
  | 'not_a_timecard'
  | 'certificate_refused'
  | 'channel_broken'
  | 'unknown_keyset'
  | 'bad_coupon'
  | 'bad_attestation'
  | 'unknown_batch'
  | 'wrong_sum'
  | 'wrong_answer'
  | 'already_paid'
  | 'other_card'
  | 'coupon_seen'
  /** It has just paid for somebody else's basket: it has to leave the reader first. */
  | 'still_there'
  | 'disk_full';

/** One picture a phase. */
export type CheckoutPhase =
  | { readonly phase: 'basket' }
  /**
   * Waiting for a card. `trouble` says why the last one did not do. `attempted`: SPEND went out and its answer never came, so a card may
   * hold a record of this purchase: the same card again, or back to the basket before another one pays.
   */
  | { readonly phase: 'hold_card'; readonly trouble?: CardTrouble; readonly attempted?: true }
  | { readonly phase: 'reading' }
  | { readonly phase: 'pin'; readonly triesLeft: number | null; readonly blocked: boolean }
  /** SPEND is on disk, ACK is missing: hold the same card again, or give up. */
  | { readonly phase: 'hold_again'; readonly trouble?: CardTrouble }
  | {
      readonly phase: 'not_enough';
      readonly below: number | null;
      readonly above: number | null;
      readonly pinGiven: boolean;
    }
  | { readonly phase: 'paid'; readonly minutes: number };

export interface CheckoutView {
  readonly step: CheckoutPhase;
  readonly lines: readonly BasketLine[];
  /** Exact value of the basket, micro-minutes, rounded up to 1 for show. */
  readonly total: string;
  /** What a card pays: whole minutes, rounded up. */
  readonly minutes: number;
  /** True from `pay` on: prices no longer move. */
  readonly frozen: boolean;
  /** This sale was under way when the terminal stopped, and stands where it was; absent when not, and when somebody has gone on with it. */
  readonly restarted?: true;
}

export type ServicesAct =
  | 'claim'
  | 'load'
  | 'pin'
  | 'unblock'
  | 'refresh'
  | 'words'
  | 'restore'
  | 'find_lost'
  | 'dead';

export type ServicesPhase =
  | { readonly phase: 'closed' }
  | { readonly phase: 'hold_card'; readonly trouble?: CardTrouble }
  | { readonly phase: 'pin'; readonly triesLeft: number | null; readonly blocked: boolean }
  | { readonly phase: 'open' }
  /** Something that takes longer than a second. `done` of `of` steps. The card must stay. */
  | {
      readonly phase: 'working';
      readonly task: ServicesAct | 'reading';
      readonly done: number;
      readonly of: number;
    }
  /** A new card's 24 words. On this screen only, once; the clerk turns away. */
  | { readonly phase: 'words'; readonly words: readonly string[] }
  /** The holder proves to have written them down: the words of these numbers (from 1). */
  | { readonly phase: 'words_check'; readonly numbers: readonly number[]; readonly wrong: boolean }
  | { readonly phase: 'card_gone'; readonly unfinishedLoad: boolean };

export interface ServicesView {
  readonly step: ServicesPhase;
  readonly account?: {
    /** Whole minutes in coupons on the card; of those, being refreshed or pending. */
    readonly onCard: number;
    readonly exposed: number;
    readonly pending: number;
    readonly freeSlots: number;
    /** Balance on the ledger, micro-minutes, and how many whole packs of 300 minutes it allows now (also by free slots). */
    readonly balance: string;
    readonly packs: number;
    /** Hours worked, revised and not claimed: number of workloads and their sum after tax, micro-minutes. */
    readonly claimable: number;
    readonly claimableValue: string;
    readonly unfinishedLoad: boolean;
    /** Minutes in a refresh that is not finished; and of those, none can be paid with. */
    readonly refreshing: number;
    /** Minutes of lost cards on their way to this one; `until`: when they can be fetched, seconds since 1970, null = not known here. */
    readonly returning: { readonly minutes: number; readonly until: number | null } | null;
    /** Minutes of coupons that are no longer there: this card was lost and restored, or somebody has its words. */
    readonly dead: number;
    /** The words of this new card have not been written down yet. */
    readonly wordsOpen: boolean;
    /** It has never loaded: a lost card's words can be put into it. */
    readonly fresh: boolean;
    /** The wallet has loaded last with another card than this one: one of them was lost. */
    readonly otherCards: boolean;
    readonly log: readonly {
      /** Days since 1970. */
      readonly day: number;
      readonly outlet: string;
      readonly minutes: number;
      readonly state: 'pending' | 'paid' | 'undone';
    }[];
  };
  /** Result of the last act, for a sentence on the screen. */
  readonly lastAct?: {
    readonly act: ServicesAct;
    readonly outcome: 'done' | TillRefusal | CardTrouble | 'wrong_pin' | 'pin_blocked';
    readonly minutes?: number;
    /** Minutes found dead in this act. */
    readonly dead?: number;
    /** When minutes that were asked for can be fetched: seconds since 1970. */
    readonly until?: number;
    /** Number of a word that is not on the list, from 1. */
    readonly word?: number;
  };
}

export interface StockView {
  readonly products: readonly ProductView[];
  readonly count?: {
    readonly stage: 'entering' | 'sealed' | 'posting' | 'posted';
    /** Expected amounts are not here, at no stage before `sealed`; afterwards `variance` (counted − expected) is. */
    readonly lines: readonly {
      readonly type: string;
      readonly counted: number | null;
      readonly variance?: number;
      /** Value of the variance at today's average, micro-minutes, signed. */
      readonly value?: string;
      /** Above the threshold of its class: somebody should count again. */
      readonly recount?: boolean;
    }[];
    readonly refusal?: string;
  };
}

export interface StatusView {
  readonly outlet: string;
  readonly ledger: {
    readonly connected: boolean;
    readonly height: number;
    /** Seconds since the ledger was last heard. */
    readonly ageSeconds: number;
    /** Older than the till may sell with. */
    readonly tooOld: boolean;
  };
  /** Entries in the outbox not yet answered; refused ones set aside. */
  readonly unsent: number;
  readonly setAside: number;
  readonly reader: {
    readonly kind: 'no_service' | 'no_reader' | 'no_card' | 'card_mute' | 'reader_failed' | 'ready';
    readonly name: string | null;
  };
  readonly crowd: {
    /** Sales that paid: the others hide nobody. */
    readonly sales: number;
    readonly k: number;
    readonly openedSecondsAgo: number | null;
    readonly holdMaxSeconds: number;
    /** Crowds that left with fewer than k sales since the till was set up. */
    readonly small: number;
  };
  readonly disk: 'ok' | 'full';
  /** Address of a window with simulated cards, when the host brought one along. */
  readonly dock: string | null;
}

/** What the ledger refused and this till keeps. Nothing in it joins a sale to a coupon: an entry is a whole crowd's. */
export interface OutboxView {
  /** Those that wait for people first, then those that people dismissed; the newest first. */
  readonly entries: readonly {
    readonly id: string;
    readonly kind: 'announce' | 'redeem' | 'abort' | 'hand_over' | 'count';
    /** The ledger's word, or `follows_dismissed`. */
    readonly refusal: string;
    readonly detail: string | null;
    /** When it was refused or dismissed, seconds since 1970; null when that was not noted. */
    readonly at: number | null;
    /** Entries that wait for this one. */
    readonly waiting: number;
    /** Why a person dismissed it; null while it waits for a decision. */
    readonly dismissed: string | null;
  }[];
  /** There are more than these: they are in the file. */
  readonly more: boolean;
}

/** The view in slices; each is pushed whole when it changes. */
export interface TillView {
  readonly status: StatusView;
  readonly checkout: CheckoutView;
  readonly services: ServicesView;
  readonly stock: StockView;
  readonly outbox: OutboxView;
}
export type Slice = keyof TillView;

/** The door itself. */
export interface TillApi {
  ask(intent: Intent): Promise<Answer>;
  /** All slices at once, then each one that changes. Returns the way to stop. */
  watch(listener: (change: Partial<TillView>) => void): () => void;
}

/** What crosses the WebSocket. The screen sends `ask`; the terminal answers and pushes. */
export type ToTerminal = { readonly ask: number; readonly intent: Intent };
export type ToScreen =
  | { readonly answer: number; readonly result: Answer }
  | { readonly change: Partial<TillView> };
