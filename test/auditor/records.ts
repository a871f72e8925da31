/**
 * What the auditor knows: everything that accepted transactions said, in its own words and its own order. Rows are changed in place; nothing
 * is kept twice, sums are made when somebody asks (`books.ts`). Not here: what a transaction does (the other files, a subject each).
 */
import type { Id, Key, Product } from '../../src/economy/transaction.ts';
import type { Memory } from './memory.ts';

export type Label = 'common' | 'exclusive';

/** SHA-256 and the coupons' signature scheme: the only cryptography an auditor needs. */
export interface Crypto {
  sha256(data: Uint8Array): Uint8Array;
  rsaPssSha384Salt0Verify(
    key: { readonly n: bigint; readonly e: bigint },
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean;
}

/** The five accounts that are no sums. Micro-minutes. */
export interface Accounts {
  C: bigint;
  W: bigint;
  D: bigint;
  Q: bigint;
  R: bigint;
}
export const noAccounts = (): Accounts => ({ C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n });

/** An economic subsystem, by the id of its oldest member. */
export interface Subsystem {
  readonly accounts: Accounts;
  /** Types that are commons here. */
  commons: Set<Id>;
  /** What votes have set here, as text. */
  parameters: Map<string, string>;
  /** By type. */
  readonly pools: Map<Id, Pool>;
}
export interface Pool {
  amount: number;
  value: bigint;
  lows: Memory;
  highs: Memory;
}
export interface Workload {
  readonly production: Id;
  readonly collective: Id;
  readonly wallet: Key;
  readonly minutes: number;
  /** Last second of the month that taxed it. */
  month?: number;
  share?: bigint;
  claimed?: true;
}
export interface Element {
  readonly id: Id;
  readonly type: Id;
  readonly v: bigint;
  readonly d: number;
  /** Minutes that transferred value. */
  readonly u: number;
  /** Elements that it stands on. */
  readonly on: readonly Id[];
  /** Rises with time: the newest of some is that with the largest. */
  readonly born: number;
}
export interface Lot {
  type: Id;
  amount: number;
  value: bigint;
  owner: Id;
  label: Label;
  durability?: number | undefined;
  elements?: readonly Element[] | undefined;
  /** The production that uses it, and how. */
  use?: { readonly production: Id; readonly beyond?: boolean; readonly on?: readonly Id[] } | undefined;
}
export interface Production {
  readonly producer: Id;
  readonly label: Label;
  readonly estimated: readonly Estimated[];
  labour: bigint;
  resources: bigint;
  means: bigint;
  readonly components: Id[];
  open: boolean;
}
export interface Estimated {
  readonly type: Id;
  readonly value: bigint;
  readonly durability?: number | undefined;
}
export interface WriteOff {
  readonly owner: Id;
  readonly type: Id;
  readonly label: Label;
  amount: number;
  value: bigint;
  readonly durability?: number | undefined;
  readonly elements?: readonly Element[] | undefined;
}
/** What an outlet has of one type. */
export interface Stock {
  amount: number;
  /** Every change: the block and the amount after it. */
  readonly history: { readonly height: number; readonly amount: number }[];
  readonly corrections: Correction[];
}
export interface Correction {
  readonly height: number;
  readonly time: number;
  readonly difference: number;
  /** Of a shortage: what no surplus has brought back yet, and its value. */
  open: number;
  value: bigint;
}
export interface Proposal {
  readonly by: Id;
  subsystem: Id;
  readonly month: number;
  readonly until: number;
  readonly about:
    | { readonly label: Label; readonly type: Id }
    | { readonly parameter: string; readonly value: string }
    | { readonly estimate: Id };
  readonly votes: Map<Id, boolean>;
  state: 'open' | 'accepted' | 'rejected' | 'lapsed';
}
export interface Keyset {
  readonly id: Id;
  readonly office: Id;
  readonly keys: readonly { readonly n: bigint; readonly e: bigint }[];
  /** Place in the chain of its revocation. */
  revoked?: number;
  /** By exponent: signatures that the office gave. */
  readonly issued: number[];
}
export interface Taken {
  readonly origin: Id;
  readonly value: bigint;
}
/** What an office owes signatures for. */
export interface Owed {
  readonly keyset: Keyset;
  readonly exponents: readonly number[];
  /** Minutes owed while it is open. */
  readonly minutes: number;
  state: 'open' | 'issued' | 'cancelled' | 'void';
  readonly place: number;
  readonly load?: { readonly wallet: Key; readonly taken: readonly Taken[] };
  readonly refresh?: readonly Refreshed[];
  readonly back?: {
    readonly outlet: Id;
    readonly goods: readonly { readonly type: Id; readonly amount: number; readonly value: bigint }[];
  };
}
export interface Refreshed {
  readonly serial: Id;
  readonly keyset: Keyset;
  readonly exponent: number;
  /** The abort that had set it free. */
  readonly abort: Abort | undefined;
}
export interface Abort {
  readonly outlet: Id;
  readonly place: number;
}
/** What became of a coupon. */
export type Fate =
  | { readonly is: 'aborted'; readonly abort: Abort }
  | (Shown & { readonly is: 'redeemed'; readonly by: Announcement })
  | (Shown & { readonly is: 'wasted' })
  | (Shown & { readonly is: 'recouped'; readonly beyond: boolean })
  /** In a refresh; `slow` ones are locked. */
  | (Shown & { readonly is: 'refreshed'; readonly by: Owed; readonly slow: boolean });
export interface Shown {
  readonly keyset: Keyset;
  readonly exponent: number;
}
export interface Announcement {
  readonly outlet: Id;
  readonly place: number;
}
/** Coupons of an office in another part that are still taken after a split. */
export interface Grace {
  readonly until: number;
  readonly left: bigint;
}

export class Records {
  readonly crypto: Crypto;
  readonly defaults: ReadonlyMap<string, string>;
  height = 0;
  time: number;
  /** Places in the chain: rises with every accepted transaction. */
  place = 0;
  /** The transaction that is being entered. */
  id: Id = '';

  /** In the order of their registration. */
  readonly collectives: Id[] = [];
  readonly trusts = new Set<string>();
  /** Which subsystem a collective is in, found anew at every change of trust (`trust.ts`). */
  homes = new Map<Id, Id>();
  readonly subsystems = new Map<Id, Subsystem>();
  readonly products = new Map<Id, Product>();
  readonly lots = new Map<Id, Lot>();
  readonly writeOffs = new Map<Id, WriteOff>();
  readonly orders = new Map<Id, { readonly addressee: Id }>();
  readonly estimates = new Map<Id, { readonly producer: Id; readonly outputs: readonly Estimated[] }>();
  readonly productions = new Map<Id, Production>();
  readonly workloads = new Map<Id, Workload>();
  /** `wallet/origin` → micro-minutes. */
  readonly balances = new Map<string, bigint>();
  /** `outlet/type`. */
  readonly stock = new Map<string, Stock>();
  /** Transfers into dispatch stock. */
  readonly deliveries = new Map<Id, { readonly outlet: Id; readonly type: Id }>();
  /** By outlet: redeemed + appropriated − charged, and its values nearest to zero. */
  readonly clearing = new Map<Id, { value: bigint; nearest: Memory }>();
  readonly proposals = new Map<Id, Proposal>();
  readonly keysets = new Map<Id, Keyset>();
  readonly owed = new Map<Id, Owed>();
  readonly announcements = new Map<Id, Announcement>();
  readonly fates = new Map<Id, Fate>();
  /** `subsystem/office`. */
  readonly grace = new Map<string, Grace>();

  constructor(crypto: Crypto, time: number, defaults: ReadonlyMap<string, string>) {
    this.crypto = crypto;
    this.time = time;
    this.defaults = defaults;
  }

  home(collective: Id): Id {
    return there(this.homes.get(collective), 'collective');
  }
  subsystem(id: Id): Subsystem {
    return there(this.subsystems.get(id), 'subsystem');
  }
  /** The accounts of the subsystem that a collective is in. */
  accounts(collective: Id): Accounts {
    return this.subsystem(this.home(collective)).accounts;
  }
  /** Members by age. */
  members(subsystem: Id): Id[] {
    return this.collectives.filter((id) => this.home(id) === subsystem);
  }
  label(collective: Id, type: Id): Label {
    return this.subsystem(this.home(collective)).commons.has(type) ? 'common' : 'exclusive';
  }
  /** A parameter as text: what a vote has set in the subsystem, else what genesis says. */
  parameter(subsystem: Id, name: string): string {
    return there(this.subsystem(subsystem).parameters.get(name) ?? this.defaults.get(name), name);
  }
  number(subsystem: Id, name: string): number {
    return Number(this.parameter(subsystem, name));
  }
}

/** What must be there in a chain of accepted transactions. */
export function there<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the auditor knows no such ${what}`);
  return value;
}
