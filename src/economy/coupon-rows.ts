/**
 * Rows of the coupon family: keysets, what their offices owe, announcements, serials. Part of `state.ts`, which holds the
 * tables. Not here: rules.
 */
import type { MicroMinutes } from '../units/micro-minutes.ts';
import type { Amount, Id, Key, Seconds } from './transaction.ts';

export interface KeysetRow {
  readonly office: Id;
  readonly keys: readonly { readonly n: Uint8Array; readonly e: number }[];
  readonly published: Seconds;
  /** By exponent 0…8. What the office owes: issued − redeemed − refreshed − recouped − wasted, never below 0. */
  readonly issued: readonly number[];
  readonly redeemed: readonly number[];
  /** Gone into refreshes that are open or issued. */
  readonly refreshed: readonly number[];
  /** Returned to balances after the keyset was revoked. */
  readonly recouped: readonly number[];
  /** Shown by outlets after the keyset was revoked. */
  readonly wasted: readonly number[];
  readonly revoked?: RevokedAt;
}
export interface RevokedAt {
  readonly time: Seconds;
  /** Announcements with a smaller ordinal were made before. */
  readonly ordinal: number;
}
export interface BatchRow {
  readonly office: Id;
  readonly until: Seconds;
  readonly revoked?: true;
}
export interface DelegateRow {
  readonly kinds: readonly string[];
  readonly until: Seconds;
}
export interface LoadRow {
  readonly wallet: Key;
  readonly keyset: Id;
  readonly packs: number;
  readonly blinded: readonly Uint8Array[];
  readonly height: number;
  /** What left each origin, to give it back on a cancel. */
  readonly taken: readonly { readonly origin: Id; readonly value: MicroMinutes }[];
  readonly signatures?: readonly Uint8Array[];
  readonly cancelled?: true;
}
/** Coupons for new ones. What the new keyset's office owes while it is open: the sum of its coupons. */
export interface RefreshRow {
  readonly packs: number;
  readonly keyset: Id;
  readonly blinded: readonly Uint8Array[];
  readonly height: number;
  /** From this time on the office may issue; of a slow one after every crowd has landed that may hold the coupons. */
  readonly issueFrom: Seconds;
  /** Announcements with a smaller ordinal were made before. */
  readonly ordinal: number;
  readonly coupons: readonly {
    readonly keyset: Id;
    readonly exponent: number;
    readonly key: Key;
    readonly serial: Id;
    /** The row of a coupon that an outlet had aborted, to give it back. */
    readonly aborted?: SerialRow;
  }[];
  readonly signatures?: readonly Uint8Array[];
  /** `void`: a redemption took one of the coupons; nothing will be issued. */
  readonly closed?: 'cancelled' | 'void';
}
/** Goods that came back, and the minutes owed for them until the issue. */
export interface TakeBackRow {
  readonly outlet: Id;
  readonly keyset: Id;
  readonly minutes: number;
  readonly goods: readonly { readonly type: Id; readonly amount: Amount; readonly value: MicroMinutes }[];
  readonly blinded: readonly Uint8Array[];
  readonly height: number;
  readonly day: number;
  readonly signatures?: readonly Uint8Array[];
  readonly cancelled?: true;
}
/** A sum that belongs to one day (days since 1970); negative where what an earlier day brought went again. */
export interface DaySum {
  readonly day: number;
  readonly sum: number;
}
export interface AnnouncementRow {
  readonly outlet: Id;
  readonly digest: Id;
  /** Counts announcements from 0: «older» is the smaller. */
  readonly ordinal: number;
  readonly redeem?: Id;
}
/**
 * `spent`: redeemed. `locked`: in a slow refresh, or left over from one that became void. `refreshed`: in a fast refresh or an
 * issued one. `recouped`: balance again. `wasted`: shown by an outlet after its keyset was revoked.
 */
export interface SerialRow {
  readonly state: 'spent' | 'aborted' | 'locked' | 'refreshed' | 'recouped' | 'wasted';
  /** The announcement, abort, refresh or recoup that brought it. */
  readonly by: Id;
  /** As what it was shown; a serial that is only aborted never showed it. */
  readonly keyset?: Id;
  readonly exponent?: number;
  /** Of one in a refresh: since when tills know. */
  readonly since?: Seconds;
  /** Of an aborted one: who gave the purchase up, and which announcements were made before. */
  readonly outlet?: Id;
  readonly ordinal?: number;
}
