/** What the dock's server tells its page, and what the page may ask. Cards are named by number and colour; nothing joins them to a till. */
import type { Names } from '../../src/till-api.ts';

export interface DockCard {
  readonly number: number;
  readonly colour: string;
  readonly names: Names;
  readonly pin: string;
  /** The owner's view: what nobody could read from a real card without its PIN. Minutes. */
  readonly payable: number;
  readonly pending: number;
  readonly exposed: number;
  /** Payable coupons by exponent, 0 … 8. */
  readonly coupons: readonly number[];
  readonly pinTriesLeft: number;
  /** Used since the last PIN. */
  readonly withoutPin: { readonly minutes: number; readonly taps: number };
  /** Newest first; days since 1970-01-01. */
  readonly log: readonly {
    readonly day: number;
    readonly minutes: number;
    readonly state: 'pending' | 'paid' | 'undone';
  }[];
}

export interface DockView {
  readonly cards: readonly DockCard[];
  /** Number of the card on the reader. */
  readonly inside: number | null;
  readonly mute: boolean;
  /** Bytes both ways after which the card will be pulled, while that is armed. */
  readonly pullAfter: number | null;
}

export type DockAct =
  | { readonly act: 'insert'; readonly card: number }
  | { readonly act: 'pull' }
  /** null disarms. */
  | { readonly act: 'pull_after'; readonly bytes: number | null };
