/**
 * What a block tells the world: the only way by which anything outside the ledger learns (subscription, price book,
 * screen). JSON-able: values and signed amounts are decimal strings, bytes hex. A block's events travel together
 * under its height.
 */
import type { Subject } from './state.ts';
import type { Id, Key, Unit } from './transaction.ts';

export type StockCause =
  | 'dispatch'
  | 'hand_over'
  | 'shortage'
  | 'surplus'
  | 'settlement'
  | 'merge'
  | 'write_off'
  | 'transfer'
  | 'take_back'
  | 'vote';

export type LedgerEvent =
  | { readonly kind: 'genesis'; readonly chain: string; readonly parameters: Record<string, string | number> }
  | {
      readonly kind: 'registered';
      readonly collective: Id;
      readonly name: string;
      readonly key: Key;
      readonly dispatches: boolean;
    }
  /** A collective now belongs to a subsystem (its own at first; another after a merge or split). */
  | { readonly kind: 'member'; readonly collective: Id; readonly subsystem: Id }
  | { readonly kind: 'trust'; readonly a: Id; readonly b: Id; readonly established: boolean }
  | { readonly kind: 'product'; readonly type: Id; readonly name: string; readonly unit: Unit }
  | {
      readonly kind: 'ordered';
      readonly order: Id;
      readonly orderer: Id;
      readonly addressee: Id;
      readonly type: Id;
      readonly amount: number;
    }
  | { readonly kind: 'estimated'; readonly estimate: Id; readonly order: Id; readonly value: string }
  | { readonly kind: 'started'; readonly production: Id; readonly producer: Id }
  | {
      readonly kind: 'workload';
      readonly workload: Id;
      readonly production: Id;
      readonly wallet: Key;
      readonly minutes: number;
    }
  | {
      readonly kind: 'lot';
      readonly lot: Id;
      readonly owner: Id;
      readonly type: Id;
      readonly amount: number;
      readonly value: string;
    }
  /**
   * A change of one collective's dispatch stock of one type (§6.2). Amount and value are signed; summed over the
   * members of a subsystem they give the pool, and pool value / pool amount is the price.
   */
  | {
      readonly kind: 'stock';
      readonly collective: Id;
      readonly type: Id;
      readonly amount: string;
      readonly value: string;
      readonly cause: StockCause;
      /** The transaction that caused it. */
      readonly transaction: Id;
    }
  | {
      readonly kind: 'revision';
      readonly revision: Id;
      readonly subsystem: Id;
      readonly until: number;
      readonly a: string;
      readonly c: string;
      readonly w: string;
      readonly tax: string;
      readonly debt: string;
    }
  /** Clearing that stayed on one side of zero and was booked to w by a revision (§6.3): public, signed. */
  | { readonly kind: 'clearing_booked'; readonly outlet: Id; readonly until: number; readonly value: string }
  /** The keyset that is live in a subsystem after a merge. */
  | { readonly kind: 'live_keyset'; readonly subsystem: Id; readonly keyset: Id }
  | { readonly kind: 'claimed'; readonly workload: Id; readonly share: string }
  | {
      readonly kind: 'keyset';
      readonly keyset: Id;
      readonly office: Id;
      /** Nine moduli as 512 hex characters, denomination 2^0 first; e = 65537. */
      readonly moduli: readonly string[];
    }
  | { readonly kind: 'batch'; readonly key: Key; readonly office: Id; readonly until: number }
  | {
      readonly kind: 'delegated';
      readonly outlet: Id;
      readonly key: Key;
      readonly kinds: readonly string[];
      readonly until: number;
    }
  | { readonly kind: 'load'; readonly load: Id; readonly keyset: Id; readonly packs: number }
  | { readonly kind: 'issued'; readonly load: Id }
  | { readonly kind: 'announced'; readonly announcement: Id; readonly outlet: Id }
  /**
   * Coupons of one redemption that were taken, `minutes` their sum; `skipped` names the rest with the reason. `moved`: those
   * of `serials` that had been taken from this other outlet's younger announcement; absent when none.
   */
  | {
      readonly kind: 'redeemed';
      readonly transaction: Id;
      readonly outlet: Id;
      readonly minutes: number;
      readonly serials: readonly Id[];
      readonly skipped: readonly { readonly serial: Id; readonly refusal: string }[];
      readonly moved?: readonly { readonly serial: Id; readonly from: Id }[];
      /** Minutes of coupons of a revoked keyset, skipped as `keyset_revoked`, that nobody can use any more; absent when none. */
      readonly wasted?: number;
    }
  /** `skipped`: serials that were spent, locked or aborted before and stay so; absent when none. */
  | {
      readonly kind: 'aborted';
      readonly outlet: Id;
      readonly serials: readonly Id[];
      readonly skipped?: readonly Id[];
    }
  | {
      readonly kind: 'handed_over';
      readonly transaction: Id;
      readonly outlet: Id;
      readonly charged: number;
      readonly value: string;
      readonly sales: number;
      /** Micro-minutes by which the charge fell short of the lowest prices and which stay in the clearing; absent when none. */
      readonly lack?: string;
      /** Micro-minutes of the charge that no price of the last offlineMax + holdMax explains and that stay in the clearing; absent when none. */
      readonly excess?: string;
    }
  | {
      readonly kind: 'counted';
      readonly transaction: Id;
      readonly outlet: Id;
      readonly lines: readonly { readonly type: Id; readonly difference: string; readonly value: string }[];
    }
  | { readonly kind: 'key_rotated'; readonly collective: Id; readonly key: Key }
  | { readonly kind: 'rejected'; readonly order: Id; readonly reason: string }
  /** `value` is what was left of it, signed; of an exclusive it counts into w. `lot` is absent for dispatch stock. */
  | {
      readonly kind: 'written_off';
      readonly writeOff: Id;
      readonly owner: Id;
      readonly type: Id;
      readonly amount: number;
      readonly value: string;
      readonly label: 'common' | 'exclusive';
      readonly reason: string;
      readonly lot?: Id;
    }
  | {
      readonly kind: 'write_off_reversed';
      readonly writeOff: Id;
      readonly lot: Id;
      readonly amount: number;
      readonly value: string;
    }
  | { readonly kind: 'component_allocated'; readonly production: Id; readonly lot: Id }
  | {
      readonly kind: 'mop_allocated';
      readonly production: Id;
      readonly lot: Id;
      readonly repurpose: boolean;
      readonly beyondDurability: boolean;
    }
  /** `value` went from the means of production to the product; of a repurposed one it counts into c. */
  | {
      readonly kind: 'mop_deallocated';
      readonly production: Id;
      readonly lot: Id;
      readonly minutes: number;
      readonly value: string;
    }
  /** `wasted`: what is left of the dissolved elements, signed; of an exclusive it counts into w. */
  | {
      readonly kind: 'disassembled';
      readonly lot: Id;
      readonly element: Id;
      readonly wasted: string;
      readonly lots: readonly Id[];
    }
  /** `wasted`: what it had absorbed; of an exclusive production it counts into w. */
  | {
      readonly kind: 'production_aborted';
      readonly production: Id;
      readonly wasted: string;
      readonly reason: string;
    }
  /**
   * A subsystem fell into two: `leaving` is the new one, `kept` has the old id. What they have of the accounts that belong to
   * nobody in them, micro-minutes; goods in stock are told by `stock` events with cause `settlement`, members by `member`.
   */
  | {
      readonly kind: 'split';
      readonly kept: Id;
      readonly leaving: Id;
      readonly accounts: readonly [kept: AccountsTold, leaving: AccountsTold];
    }
  /** No keyset is live in a subsystem after a split: its office is in the other part. */
  | { readonly kind: 'no_live_keyset'; readonly subsystem: Id }
  /** Outlets of `subsystem` take coupons of an office that is not in it, up to `left` micro-minutes, until this second. `0`: no more. */
  | {
      readonly kind: 'grace';
      readonly subsystem: Id;
      readonly office: Id;
      readonly left: string;
      readonly until: number;
    }
  /** A type's label in a subsystem, where it changed or the subsystem is new. */
  | {
      readonly kind: 'labelled';
      readonly subsystem: Id;
      readonly type: Id;
      readonly label: 'common' | 'exclusive';
    }
  /** A subsystem's own value of a parameter; absent: the chain's holds again. */
  | {
      readonly kind: 'parameter';
      readonly subsystem: Id;
      readonly parameter: string;
      readonly value?: string;
    }
  | {
      readonly kind: 'proposed';
      readonly proposal: Id;
      readonly subsystem: Id;
      readonly by: Id;
      readonly until: number;
      readonly voters: number;
      readonly subject: Subject;
    }
  | { readonly kind: 'voted'; readonly proposal: Id; readonly by: Id; readonly yes: boolean }
  | {
      readonly kind: 'decided';
      readonly proposal: Id;
      readonly outcome: 'accepted' | 'rejected' | 'lapsed';
      readonly yes: number;
      readonly no: number;
      readonly voters: number;
    }
  /** Coupons are to be refreshed; the office may issue from `issueFrom` on. */
  | {
      readonly kind: 'refresh';
      readonly refresh: Id;
      readonly keyset: Id;
      readonly packs: number;
      readonly minutes: number;
      readonly issueFrom: number;
    }
  /** No till may take these coupons any more: a slow refresh waits for redemptions that hold them. */
  | { readonly kind: 'locked'; readonly refresh: Id; readonly serials: readonly Id[] }
  /** These coupons are gone into a fast refresh. */
  | { readonly kind: 'refreshed'; readonly refresh: Id; readonly serials: readonly Id[] }
  /** A redemption took a coupon of this refresh: nothing will be issued. Its other coupons stay locked. */
  | { readonly kind: 'refresh_void'; readonly refresh: Id }
  /** Their holder took a refresh back: tills may take these coupons again. */
  | { readonly kind: 'unlocked'; readonly refresh: Id; readonly serials: readonly Id[] }
  /** A load, refresh or take back that was not issued is undone. */
  | { readonly kind: 'cancelled'; readonly load: Id }
  /** No coupon of this keyset may be taken, loaded or issued any more. */
  | { readonly kind: 'keyset_revoked'; readonly keyset: Id; readonly reason: string }
  | { readonly kind: 'batch_revoked'; readonly key: Key; readonly reason: string }
  | { readonly kind: 'delegation_revoked'; readonly outlet: Id; readonly key: Key }
  /** Coupons of a revoked keyset are balance again. `wasted`: micro-minutes beyond what the keyset still owed, counted into w; absent when none. */
  | {
      readonly kind: 'recouped';
      readonly transaction: Id;
      readonly keyset: Id;
      readonly minutes: number;
      readonly serials: readonly Id[];
      readonly wasted?: string;
    }
  /** Goods came back to an outlet; the office of `keyset` is to issue `minutes`. */
  | {
      readonly kind: 'taken_back';
      readonly takeBack: Id;
      readonly outlet: Id;
      readonly keyset: Id;
      readonly minutes: number;
      readonly goods: readonly { readonly type: Id; readonly amount: number; readonly value: string }[];
    }
  /** Value left a wallet's balances for goods of an outlet (§6.5, the paper's form). */
  | {
      readonly kind: 'appropriated';
      readonly transaction: Id;
      readonly outlet: Id;
      readonly value: string;
    };

export type AccountsTold = { readonly [A in 'C' | 'W' | 'D' | 'Q' | 'R']: string };

/** One block as it goes over the event stream; the stream's event id is the height. */
export interface BlockEvents {
  readonly height: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** State hash after the block, hex. */
  readonly stateHash: string;
  readonly transactions: readonly Id[];
  readonly events: readonly LedgerEvent[];
}
