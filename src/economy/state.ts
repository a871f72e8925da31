/**
 * What the ledger holds, table by table. Rows are immutable: a change sets a new row. A table is a map from string
 * keys; the engine (ledger/) persists exactly the rows that a block touched and hashes their contents, so nothing that
 * matters may live outside a table. Derived look-ups live in `Indexes` and are rebuilt from the tables.
 */
import type { RsaPublicKey } from '../crypto-port.ts';
import type { Composition } from '../products/element.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { TrustGraph } from './connectivity.ts';
import type {
  AnnouncementRow,
  BatchRow,
  DaySum,
  DelegateRow,
  KeysetRow,
  LoadRow,
  RefreshRow,
  SerialRow,
  TakeBackRow,
} from './coupon-rows.ts';
import type { Holdings } from './holdings.ts';
import { IdRows } from './id-rows.ts';
import type { Parameters } from './parameters.ts';
import type { Amount, EstimatedOutput, Id, Key, Seconds, Unit } from './transaction.ts';
import { watchTables } from './watches.ts';

export type * from './coupon-rows.ts';

/** Keeps look-ups beside a table. `before` is undefined for a new row, `after` for one that went. */
export interface Watcher<V> {
  changed(key: string, before: V | undefined, after: V | undefined): void;
}

/** Where a table keeps its rows: a `Map`, or `IdRows` for those whose keys are ids and that grow for ever. */
type Rows<V> = Pick<Map<string, V>, 'get' | 'has' | 'delete' | 'size'> & {
  set(key: string, row: V): unknown;
  entries(): IterableIterator<[string, V]>;
};

/** Puts a row; gives the one that was there. */
function put<V>(rows: Rows<V>, key: string, row: V): V | undefined {
  if (rows instanceof IdRows) return rows.put(key, row) as V | undefined;
  const before = rows.get(key);
  rows.set(key, row);
  return before;
}

/**
 * One table, and what happened to it since the engine last drained it: `changed` has the rows that were there and were
 * written or went, as they were, whether they came back or not; `born` the rows that were not there, in the order of `entries()`, so
 * that a restore from disk keeps that order.
 */
export class Table<V> {
  readonly name: string;
  readonly #rows: Rows<V>;
  readonly changed = new Map<string, V>();
  readonly born = new Map<string, V>();
  #watcher: Watcher<V> | undefined;
  /** Its keys are ids and no other texts. */
  readonly byId: boolean;
  constructor(name: string, rows: Rows<V> = new Map<string, V>()) {
    this.name = name;
    this.byId = rows instanceof IdRows;
    this.#rows = rows;
  }
  /** From now on every write is told, rows as they were and as they are (`watches.ts`). One watcher a table. */
  watch(watcher: Watcher<V>): void {
    this.#watcher = watcher;
  }
  /** Tells the watcher every row as if it were new: for look-ups that are made again. */
  retell(): void {
    if (this.#watcher !== undefined)
      for (const [key, row] of this.#rows.entries()) this.#watcher.changed(key, undefined, row);
  }
  get(key: string): V | undefined {
    return this.#rows.get(key);
  }
  has(key: string): boolean {
    return this.#rows.has(key);
  }
  set(key: string, row: V): void {
    const before = put(this.#rows, key, row);
    if (before === undefined || this.born.has(key)) this.born.set(key, row);
    else this.#change(key, before);
    this.#watcher?.changed(key, before, row);
  }
  delete(key: string): void {
    const before = this.#rows.get(key);
    if (!this.#rows.delete(key)) return;
    if (before !== undefined && !this.born.delete(key)) this.#change(key, before);
    this.#watcher?.changed(key, before, undefined);
  }
  #change(key: string, before: V): void {
    if (!this.changed.has(key)) this.changed.set(key, before);
  }
  /** Nothing happened to it since it was drained. */
  get idle(): boolean {
    return this.changed.size === 0 && this.born.size === 0;
  }
  /** The engine has taken what happened. */
  drained(): void {
    this.changed.clear();
    this.born.clear();
  }
  /** Rows in order of first insertion; deterministic because every writer is. */
  entries(): IterableIterator<[string, V]> {
    return this.#rows.entries();
  }
  get size(): number {
    return this.#rows.size;
  }
  /** Loading from disk: a row that is already persisted. */
  restore(key: string, row: V): void {
    this.#rows.set(key, row);
  }
}

export interface CollectiveRow {
  readonly key: Key;
  readonly name: string;
  readonly dispatches: boolean;
  /** Counts registrations from 0: «oldest» is the smallest. */
  readonly ordinal: number;
  readonly subsystem: Id;
}
/** Accounts of a subsystem that hang on nobody in it. L1: U − C − W − D − Q + P + B + O + Z + R − G = 0. */
export interface SubsystemRow {
  /** Pending value used for commons since the last revision (c). */
  readonly C: MicroMinutes;
  /** Pending wasted exclusive value (w); may be negative. */
  readonly W: MicroMinutes;
  /** Debt. */
  readonly D: MicroMinutes;
  /** Settlement. */
  readonly Q: MicroMinutes;
  /** Rounding account. */
  readonly R: MicroMinutes;
  readonly members: number;
}
export interface TrustRow {
  readonly since: Seconds;
}
export interface TypeRow {
  readonly name: string;
  readonly unit: Unit;
}
export interface LotRow {
  readonly type: Id;
  readonly amount: Amount;
  readonly value: MicroMinutes;
  readonly owner: Id;
  readonly label: Label;
  /** The transaction that gave ownership. */
  readonly origin: Id;
  /** Operating minutes of a means of production, as estimated or as its parts allow; absent for other goods. */
  readonly durability?: number;
  /** Once one piece was composed or used: its elements with their ages; `value` is what they have left. Before, it is one new element. */
  readonly elements?: Composition;
  /** The production that uses it; absent when it is free. */
  readonly use?: LotUse;
}
/** A means of production runs since a time; a component waits for the output. */
export type LotUse =
  | {
      readonly as: 'mop';
      readonly production: Id;
      readonly since: Seconds;
      readonly beyondDurability: boolean;
    }
  | { readonly as: 'component'; readonly production: Id; readonly on?: readonly Id[] };
export type Label = 'common' | 'exclusive';
export interface OrderRow {
  readonly orderer: Id;
  readonly addressee: Id;
  readonly type: Id;
  readonly amount: Amount;
  readonly deliverBy: Seconds;
  readonly parent?: Id;
  /** The open (or started) estimate. */
  readonly estimate?: Id;
  /** The addressee said no; absent otherwise. */
  readonly rejected?: true;
}
export interface EstimateRow {
  readonly order: Id;
  /** In order of type id. */
  readonly outputs: readonly (EstimatedOutput & { readonly type: Id })[];
  readonly production?: Id;
}
export interface ProductionRow {
  readonly producer: Id;
  readonly estimate: Id;
  readonly label: Label;
  readonly state: 'open' | 'done' | 'aborted';
  /** What it has absorbed so far: labour, resources, and what means of production transferred. */
  readonly labour: MicroMinutes;
  readonly resources: MicroMinutes;
  readonly means: MicroMinutes;
  /** Means of production in use now. */
  readonly mops: number;
  /** Lots that become part of the output, in order of allocation. */
  readonly components: readonly Id[];
}
export interface WorkloadRow {
  readonly production: Id;
  readonly collective: Id;
  readonly wallet: Key;
  readonly minutes: number;
  readonly day: number;
  /** Block time: decides the month. */
  readonly time: Seconds;
  readonly revision?: Id;
  /** floor((a − T)·l / a), fixed at the revision; absent before it. */
  readonly share?: MicroMinutes;
  readonly claimed: boolean;
}
export interface RevisionRow {
  readonly subsystem: Id;
  readonly until: Seconds;
  readonly a: MicroMinutes;
  readonly c: MicroMinutes;
  readonly w: MicroMinutes;
  readonly tax: MicroMinutes;
  readonly debt: MicroMinutes;
  /** What the tax was worked out from besides: D before, Q, L = floor(limit·a), floor(maxRate·a). */
  readonly debtBefore: MicroMinutes;
  readonly settlement: MicroMinutes;
  readonly limit: MicroMinutes;
  readonly highest: MicroMinutes;
}
/** Dispatch stock of one type in one subsystem (§6.2). */
export interface PoolRow {
  readonly amount: Amount;
  readonly value: MicroMinutes;
  /**
   * Averages that held in the last offlineMax + holdMax, oldest first, each from `time` on: as value over amount.
   * A newer lower one removes older higher ones, so the first is the lowest of the window.
   */
  readonly lows: readonly { readonly time: Seconds; readonly value: MicroMinutes; readonly amount: Amount }[];
  /** The same with the highest. Absent: not followed yet. */
  readonly highs?: readonly {
    readonly time: Seconds;
    readonly value: MicroMinutes;
    readonly amount: Amount;
  }[];
}
/** One outlet's dispatch stock of one type: what the book says now and said at heights that a count may name. */
export interface StockRow {
  readonly amount: Amount;
  /** Sum of the values told of it in `stock` events: over the members of a subsystem, the pool's value. */
  readonly told: MicroMinutes;
  /** Book at the end of a block, where it changed; ascending heights. */
  readonly history: readonly { readonly height: number; readonly amount: Amount }[];
  /** Corrections by counts: what left as shortage (with its value, to be reversed) or entered as surplus. */
  readonly corrections: readonly Correction[];
  /** Handed over, less what was taken back, by day; of the last days that a take back may refer to. Absent: nothing. */
  readonly handed?: readonly DaySum[];
}
export interface Correction {
  readonly height: number;
  readonly time: Seconds;
  /** Negative for a shortage, positive for a surplus. */
  readonly difference: number;
  /** Value that left (shortage) and is not yet reversed; 0 for a surplus. */
  readonly value: MicroMinutes;
  /** Amount of a shortage not yet reversed. */
  readonly open: Amount;
}

/** What was written off and is not reversed yet. */
export interface WriteOffRow {
  readonly owner: Id;
  readonly type: Id;
  readonly amount: Amount;
  readonly value: MicroMinutes;
  readonly label: Label;
  readonly time: Seconds;
  readonly durability?: number;
  readonly elements?: Composition;
}
/** What a transfer brought into dispatch stock, less what of it was written off. */
export interface DeliveryRow {
  readonly outlet: Id;
  readonly type: Id;
  readonly amount: Amount;
}

/** What a subsystem decides about (§6.1, §7). */
export type Subject =
  | { readonly about: 'label'; readonly type: Id; readonly label: Label }
  | { readonly about: 'parameter'; readonly parameter: keyof Parameters; readonly value: string }
  | { readonly about: 'production'; readonly estimate: Id };
export interface ProposalRow {
  readonly subsystem: Id;
  readonly by: Id;
  readonly subject: Subject;
  /** Last second in which votes count. */
  readonly until: Seconds;
  /** The month whose revision names the voters: who has a workload in it. */
  readonly month: Seconds;
  /** Collectives that may vote; those who did. */
  readonly voters: number;
  readonly yes: number;
  readonly no: number;
  readonly state: 'open' | 'accepted' | 'rejected' | 'lapsed';
}
/** A subsystem takes coupons of an office that is no longer in it. */
export interface GraceRow {
  /** Last second. */
  readonly until: Seconds;
  /** What may still be redeemed or refreshed. */
  readonly left: MicroMinutes;
}
/** What one transaction did to one account of a subsystem, beyond what workloads explain by themselves. */
export interface ContributionRow {
  readonly value: MicroMinutes;
  /** The kind of transaction; `revision` for what rounding left, `clearing` for an outlet's booked clearing. */
  readonly reason: string;
}
export type AccountChange = Record<'C' | 'W' | 'D' | 'Q' | 'R', MicroMinutes>;

/** From `time` on the clearing nearest to zero was `value`; 0 also stands for a change of sign. */
export interface ClearingLow {
  readonly time: Seconds;
  readonly value: MicroMinutes;
}

/** All tables. A new transaction family adds a table at the end and moves none. */
export class State {
  /** `chain` → chain id; `height`, `time` of the last block. Decimal strings. */
  readonly meta = new Table<string>('meta');
  readonly collectives = new Table<CollectiveRow>('collectives');
  readonly subsystems = new Table<SubsystemRow>('subsystems');
  /** `a/b`, a < b. */
  readonly trusts = new Table<TrustRow>('trusts');
  readonly types = new Table<TypeRow>('types');
  /** `subsystem/type`; absent = exclusive. */
  readonly labels = new Table<Label>('labels');
  readonly lots = new Table<LotRow>('lots', new IdRows());
  readonly orders = new Table<OrderRow>('orders', new IdRows());
  readonly estimates = new Table<EstimateRow>('estimates', new IdRows());
  readonly productions = new Table<ProductionRow>('productions', new IdRows());
  readonly workloads = new Table<WorkloadRow>('workloads', new IdRows());
  /** `wallet/day` → minutes registered. */
  readonly walletDays = new Table<number>('wallet_days');
  readonly revisions = new Table<RevisionRow>('revisions');
  /** `wallet/origin` → micro-minutes. */
  readonly balances = new Table<MicroMinutes>('balances');
  /** Outlet → clearing Z: redeemed + appropriated − charged. */
  readonly clearing = new Table<MicroMinutes>('clearing');
  /** `subsystem/type`. */
  readonly pools = new Table<PoolRow>('pools');
  /** `collective/type`. */
  readonly stock = new Table<StockRow>('stock');
  readonly keysets = new Table<KeysetRow>('keysets');
  /** Subsystem → live keyset. */
  readonly liveKeysets = new Table<Id>('live_keysets');
  readonly batches = new Table<BatchRow>('batches');
  /** `outlet/key`. */
  readonly delegates = new Table<DelegateRow>('delegates');
  readonly loads = new Table<LoadRow>('loads');
  /** SHA-256 of a blinded serial → the load (or refresh) that carried it. */
  readonly blinded = new Table<Id>('blinded', new IdRows());
  readonly announcements = new Table<AnnouncementRow>('announcements');
  readonly serials = new Table<SerialRow>('serials', new IdRows());
  /** Transaction id → height. */
  readonly transactions = new Table<number>('transactions', new IdRows());
  /** `outlet/digest` → announcement. */
  readonly announced = new Table<Id>('announced');

  /** Outlet → the clearing nearest to zero since each time, for the booking at a revision (§6.3). */
  readonly clearingLows = new Table<readonly ClearingLow[]>('clearing_lows');
  /** `outlet/until` → clearing that a revision booked to w; the outlet's public record. */
  readonly clearingBooked = new Table<MicroMinutes>('clearing_booked');

  /** By transaction. */
  readonly writeOffs = new Table<WriteOffRow>('write_offs');
  readonly deliveries = new Table<DeliveryRow>('deliveries', new IdRows());
  /** Estimate → the accepted proposal that lets its production exceed `voteAbove`. */
  readonly acceptedProductions = new Table<Id>('accepted_productions');

  readonly proposals = new Table<ProposalRow>('proposals');
  /** `proposal/collective` → yes. */
  readonly votes = new Table<boolean>('votes');
  /** Collective → months, by their last second, whose revisions covered a workload of it; the last few, newest last. */
  readonly worked = new Table<readonly Seconds[]>('worked');
  /** `subsystem/parameter` → value as text, where a vote set it. */
  readonly parameters = new Table<string>('parameters');
  /** `subsystem/office`. */
  readonly grace = new Table<GraceRow>('grace');
  /** `subsystem/month/transaction/account`; the month by its last second. */
  readonly contributions = new Table<ContributionRow>('contributions');

  readonly refreshes = new Table<RefreshRow>('refreshes');
  readonly takeBacks = new Table<TakeBackRow>('take_backs');
  /** `load/index` → the recoup; load as in a recoup. */
  readonly recoups = new Table<Id>('recoups');
  /** Outlet → minutes redeemed, less what was taken back, by day. */
  readonly redeemedDays = new Table<readonly DaySum[]>('redeemed_days');

  readonly indexes = new Indexes();

  constructor() {
    watchTables(this);
  }

  tables(): readonly Table<unknown>[] {
    return Object.values(this).filter((t): t is Table<unknown> => t instanceof Table);
  }
}

/** Look-ups that only repeat what the tables say; kept beside every write, rebuilt after a restore. */
export class Indexes {
  /** Subsystem → its collectives. */
  readonly members = new Map<Id, Set<Id>>();
  /** Subsystem → types that have a pool. */
  readonly pools = new Map<Id, Set<Id>>();
  /** Subsystem → types that have a label. */
  readonly labels = new Map<Id, Set<Id>>();
  /** Collective → strong trust. */
  readonly neighbours = new TrustGraph();
  /** Signing key → collective (own keys only). */
  readonly byKey = new Map<Key, Id>();
  /** Workloads that no revision has covered; no rule depends on their order. */
  readonly uncovered = new Set<Id>();
  /** Wallet → origins with a balance. */
  readonly walletOrigins = new Map<Key, Set<Id>>();
  /** Keyset → its public keys as numbers; filled when first asked for, because crypto keeps work by these objects' identity. */
  readonly couponKeys = new Map<Id, readonly RsaPublicKey[]>();

  // The following are kept by watching the tables (`watches.ts`); no rule writes them.
  /** Collective → what hangs on it; without row when all is 0. */
  readonly holdings = new Map<Id, Holdings>();
  /** Subsystem → the sum over its members, and its pools in G. */
  readonly totals = new Map<Id, Holdings>();
  /** Subsystem → what its accounts changed by since the last transaction was recorded (`contributions.ts`). */
  readonly changes = new Map<Id, AccountChange>();
  /** Type → its lots. */
  readonly lotsOf = new Map<Id, Set<Id>>();
  /** Collective → type → its stock row. */
  readonly stockOf = new Map<Id, Map<Id, StockRow>>();
  /** Revision → workloads it covered. */
  readonly covered = new Map<Id, Set<Id>>();
  /** `subsystem/month` → contributions. */
  readonly contributions = new Map<string, Set<string>>();
  /** Office → origin → micro-minutes loaded. */
  readonly loadedAt = new Map<Id, Map<Id, MicroMinutes>>();
  /** Subsystem → offices of other subsystems whose coupons it takes for a while. */
  readonly grace = new Map<Id, Set<Id>>();
  readonly openProposals = new Set<Id>();
  /** Subsystem → parameters that it set by vote. */
  readonly parameters = new Map<Id, Partial<Parameters>>();
}
