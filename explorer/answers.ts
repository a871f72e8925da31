/**
 * What the node answers, as far as this page reads it (docs/ledger-api.md). Ids are hex, values micro-minutes as decimal strings, times
 * seconds since 1970, months their last second.
 */
export type Id = string;

export interface Status {
  readonly chain: string;
  readonly height: number;
  readonly time: number;
  readonly now: number;
  readonly parameters: Readonly<Record<string, string | number>>;
}
export interface Subsystems {
  readonly subsystems: readonly { readonly id: Id; readonly name: string; readonly members: number }[];
}
export interface Member {
  readonly id: Id;
  readonly name: string;
  readonly dispatches: boolean;
  readonly ordinal: number;
}
export interface Trust {
  readonly a: Id;
  readonly b: Id;
  readonly passed: readonly {
    readonly from: Id;
    readonly to: Id;
    readonly transfers: number;
    readonly value: string;
  }[];
}
export interface Subsystem {
  readonly id: Id;
  readonly name: string;
  readonly count: number;
  readonly members: readonly Member[];
  readonly trusts: readonly Trust[];
}
export interface Labour {
  readonly months: readonly {
    readonly until: number;
    readonly worked: readonly { readonly collective: Id; readonly name: string; readonly minutes: number }[];
  }[];
}
export interface Pool {
  readonly type: Id;
  readonly name: string;
  readonly unit: string;
  readonly label: 'common' | 'exclusive';
  readonly amount: number;
  readonly value: string;
}
export interface Products {
  readonly products: readonly Pool[];
}
export interface Product extends Pool {
  readonly outlets: readonly { readonly outlet: Id; readonly name: string; readonly amount: number }[];
}
export interface PricePoint {
  readonly height: number;
  readonly time: number;
  readonly amount: number;
  readonly value: string;
  readonly entered: number;
  readonly enteredValue: string;
  readonly by?: Id;
}
export interface History {
  readonly unit: string;
  readonly points: readonly PricePoint[];
}
export interface OriginRow {
  readonly id: number;
  readonly into?: number;
  readonly what: 'good' | 'work' | 'resource' | 'means' | 'component';
  readonly type?: Id;
  readonly collective?: Id;
  readonly name: string;
  readonly unit?: string;
  readonly amount?: number;
  readonly value: string;
  readonly end?: 'outside' | 'back' | 'parts' | 'forgotten' | 'depth';
}
export interface Origin {
  readonly type: Id;
  readonly name: string;
  readonly unit: string;
  readonly deliveries: readonly {
    readonly transaction: Id;
    readonly height: number;
    readonly time: number;
    readonly from: Id;
    readonly fromName: string;
    readonly outlet: Id;
    readonly outletName: string;
    readonly amount: number;
    readonly value: string;
  }[];
  readonly rows: readonly OriginRow[];
}
export interface Revision {
  readonly revision: Id;
  readonly until: number;
  readonly a: string;
  readonly c: string;
  readonly w: string;
  readonly tax: string;
  readonly debt: string;
}
export interface Revisions {
  readonly revisions: readonly Revision[];
}
/** One figure of a revision: what made it, the first of `count`. */
export interface Figure {
  readonly value: string;
  readonly count: number;
  readonly lines: readonly { readonly by: Id; readonly reason: string; readonly value: string }[];
}
export interface Explained {
  readonly tax: string;
  readonly limit: string;
  readonly highest: string;
  readonly a: Figure;
  readonly c: { readonly value: string; readonly labour: Figure; readonly other: Figure };
  readonly w: { readonly value: string; readonly wasted: Figure; readonly rounding: Figure };
  readonly settlement: Figure;
  readonly debt: { readonly before: string; readonly after: string; readonly moved: Figure };
}
export interface Accounts {
  readonly height: number;
  readonly accounts: Readonly<
    Record<'U' | 'C' | 'W' | 'D' | 'Q' | 'P' | 'B' | 'O' | 'Z' | 'R' | 'G', string>
  >;
  readonly sum: string;
}
export interface OutletMonth {
  readonly until: number;
  readonly redeemed: string;
  readonly appropriated: string;
  readonly charged: string;
  readonly goods: string;
  readonly crowds: number;
  readonly sales: number;
  readonly missing: string;
  readonly found: string;
  readonly takenBack: string;
  readonly booked: string;
}
export interface Outlet {
  readonly outlet: Id;
  readonly name: string;
  readonly clearing: string;
  readonly months: readonly OutletMonth[];
}
export interface Outlets {
  readonly outlets: readonly Outlet[];
}
export interface Blocks {
  readonly blocks: readonly {
    readonly height: number;
    readonly time: number;
    readonly hash: Id;
    readonly count: number;
    readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  }[];
  readonly earlier: boolean;
}
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
/** What an id on the page is. */
export interface Meaning {
  readonly is:
    | 'collective'
    | 'product'
    | 'production'
    | 'lot'
    | 'order'
    | 'estimate'
    | 'workload'
    | 'proposal'
    | 'revision'
    | 'transaction';
  readonly name?: string;
  readonly unit?: string;
  readonly type?: Id;
  readonly collective?: Id;
  readonly subsystem?: Id;
  readonly until?: number;
  readonly about?: string;
  readonly of?: { readonly type: Id; readonly name: string; readonly unit: string };
}
export interface Readable {
  readonly id: Id;
  readonly height: number;
  readonly time: number;
  readonly position: number;
  readonly kind: string;
  readonly fields: Readonly<Record<string, Json>>;
  readonly signers: readonly {
    readonly who: 'collective' | 'till' | 'others';
    readonly id?: Id;
    readonly name?: string;
    readonly subsystem?: Id;
    readonly count?: number;
  }[];
  readonly names: Readonly<Record<Id, Meaning>>;
  readonly effects: readonly Readonly<Record<string, Json>>[];
}
export interface ReadableBlock {
  readonly height: number;
  readonly time: number;
  readonly hash: Id;
  readonly previous: Id;
  readonly stateHash: Id;
  readonly last: boolean;
  readonly revisions: readonly {
    readonly revision: Id;
    readonly subsystem: Id;
    readonly name: string;
    readonly until: number;
    readonly a: string;
    readonly tax: string;
  }[];
  readonly transactions: readonly Readable[];
}
