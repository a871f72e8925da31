/**
 * Every kind of transaction as decoded: names of the paper's section they come from beside them. On the wire a body is
 * deterministic CBOR (RFC 8949 §4.2.1): a map with exactly these text keys, ids and keys as byte strings, values in
 * micro-minutes as decimal text, amounts and times as unsigned integers. Decoded, ids and keys are lower-case hex;
 * long byte strings (signatures, moduli, blinded serials) stay bytes. Rules are not here but in the family files.
 */
import type { MicroMinutes } from '../units/micro-minutes.ts';
import type { Parameters } from './parameters.ts';

/** SHA-256 as 64 hex characters: of a transaction body, a product definition, a keyset, a serial. */
export type Id = string;
/** A signing key: suite byte ‖ public key, hex. Suite 1 = Ed25519: 66 characters beginning with `01`. */
export type Key = string;
/** Whole amount of a product type's base unit. */
export type Amount = number;
/** Seconds since 1970, UTC. */
export type Seconds = number;

export const UNITS = ['piece', 'g', 'ml', 'mm', 'Wh', 'minute'] as const;
export type Unit = (typeof UNITS)[number];

/** A product type's definition; its id is the SHA-256 of the canonical CBOR of {name, unit}. */
export interface Product {
  readonly name: string;
  readonly unit: Unit;
}

/** Common to all bodies: the chain it is meant for. `nonce` (8 bytes, hex) tells two equal acts apart; bodies that are unique in themselves have none. */
interface Body<K extends string> {
  readonly kind: K;
  readonly chain: string;
}
interface Act<K extends string> extends Body<K> {
  readonly nonce: string;
}

/** §2 A collective enters with its own key. Its id is this transaction's id. */
export interface Register extends Act<'register'> {
  readonly key: Key;
  readonly name: string;
  readonly dispatches: boolean;
}
/** §2.1 Strong trust, signed by both. a < b as hex. */
export interface EstablishTrust extends Act<'establish_trust'> {
  readonly a: Id;
  readonly b: Id;
}
/** §3.1 Original appropriation: goods enter with value 0. With `writeOff` it reverses an own one: the goods were there after all. */
export interface Collectivize extends Act<'collectivize'> {
  readonly owner: Id;
  readonly product: Product;
  readonly amount: Amount;
  /** Operating minutes; only for means of production. */
  readonly durability?: number;
  readonly writeOff?: Id;
}
/** §3.2 Both owners sign. `dispatch` puts the goods into a C2I collective's dispatch stock. `lot` may also be the transfer that brought goods into `from`'s dispatch stock, which they leave. */
export interface Transfer extends Act<'transfer'> {
  readonly lot: Id;
  readonly amount: Amount;
  readonly from: Id;
  readonly to: Id;
  readonly purpose: 'use' | 'dispatch';
}
/** §5 */
export interface Order extends Act<'order'> {
  readonly orderer: Id;
  readonly addressee: Id;
  readonly product: Product;
  readonly amount: Amount;
  readonly deliverBy: Seconds;
  readonly parent?: Id;
}
export interface EstimatedOutput {
  readonly product: Product;
  readonly amount: Amount;
  readonly value: MicroMinutes;
  /** Operating minutes; only for outputs that are means of production. */
  readonly durability?: number;
}
/** §5 Value by output type; one open estimate an order. Outputs sorted by type id, no type twice. */
export interface Estimate extends Act<'estimate'> {
  readonly order: Id;
  readonly outputs: readonly EstimatedOutput[];
}
/** §5 1:1 with an estimate. The production's id is this transaction's id. */
export interface Start extends Act<'start'> {
  readonly estimate: Id;
}
/** §5 Consumptive use: (a part of) a lot's whole value goes to the product. `repurpose` lets an exclusive material into a common (§6.1). */
export interface AllocateResource extends Act<'allocate_resource'> {
  readonly production: Id;
  readonly lot: Id;
  readonly amount: Amount;
  readonly repurpose: boolean;
}
/** §5 Minutes of one wallet on one day (days since 1970). The workload's id is this transaction's id. */
export interface AllocateWorkload extends Act<'allocate_workload'> {
  readonly production: Id;
  readonly wallet: Key;
  readonly minutes: number;
  readonly day: number;
}
/** §5 Closes the production; outputs sorted by type id. The lots' ids are lotId(production, type). */
export interface Output extends Act<'output'> {
  readonly production: Id;
  readonly outputs: readonly { readonly type: Id; readonly amount: Amount }[];
}
/** §6.3 Unsigned; asks for the block in which the revisions of the month that ended at or before `until` are due. `until` = last second of a UTC month. */
export interface FinalRevision extends Body<'final_revision'> {
  readonly until: Seconds;
}
/** §6.4 Signed by the wallet of the workload. */
export interface Claim extends Body<'claim'> {
  readonly workload: Id;
  readonly revision: Id;
}
/** §2.2 Nine RSA-2048 keys, denomination 2^0 first. The keyset's id is the SHA-256 of its keys (src/coupons/keyset.ts). */
export interface PublishKeyset extends Act<'keyset'> {
  readonly office: Id;
  readonly keys: readonly { readonly n: Uint8Array; readonly e: number }[];
}
/** A batch of cards; `key` is its attestation public key; `until` when it expires. */
export interface Batch extends Act<'batch'> {
  readonly office: Id;
  readonly key: Key;
  readonly until: Seconds;
}
/** What a delegated till key may sign; from `take_back` on only together with a second key (`outlet.ts`). */
export const DELEGATED = [
  'announce',
  'redeem',
  'abort',
  'hand_over',
  'count',
  'take_back',
  'transfer',
  'write_off',
] as const;
export interface Delegate extends Act<'delegate'> {
  readonly outlet: Id;
  readonly key: Key;
  readonly kinds: readonly (typeof DELEGATED)[number][];
  readonly until: Seconds;
}
/** Wallet-signed; packs × 300 minutes leave the wallet's balances. Body order and hash as the card makes it (docs/card-protocol.md): keys g, kind, chain, packs, keyset, wallet, blinded. */
export interface Load extends Body<'load'> {
  /** 8 bytes, hex. */
  readonly g: string;
  readonly packs: number;
  readonly keyset: Id;
  readonly wallet: Key;
  /** packs × 32 blinded serials, exponent ascending, for each exponent packs × count. */
  readonly blinded: readonly Uint8Array[];
}
/** The office's blind signatures, in the order of the blinded serials. `load`: a load, a refresh or a take back. Deterministic, so no nonce. */
export interface Issue extends Body<'issue'> {
  readonly load: Id;
  readonly signatures: readonly Uint8Array[];
}
/** The hash of a redemption that will follow: SHA-256 of the canonical CBOR of its `coupons` array. */
export interface Announce extends Act<'announce'> {
  readonly outlet: Id;
  readonly digest: Id;
}
export interface RedeemedCoupon {
  readonly keyset: Id;
  readonly exponent: number;
  readonly serial: Id;
  readonly signature: Uint8Array;
}
/** Anonymised appropriation: coupons sorted by keyset, then serial; no times, no sale boundaries. On the wire each coupon is the array [keyset, exponent, serial, signature]. */
export interface Redeem extends Body<'redeem'> {
  readonly outlet: Id;
  readonly announcement: Id;
  readonly coupons: readonly RedeemedCoupon[];
}
/** Serials of purchases an outlet gave up, sorted; from then on they can only be refreshed. */
export interface Abort extends Act<'abort'> {
  readonly outlet: Id;
  readonly serials: readonly Id[];
}
/** One crowd of sales: amounts by type (sorted by type id), whole minutes charged, number of sales. */
export interface HandOver extends Act<'hand_over'> {
  readonly outlet: Id;
  readonly goods: readonly { readonly type: Id; readonly amount: Amount }[];
  readonly charged: number;
  readonly sales: number;
}
/** §2.2 Physical inventory. Per type: `amount` = on the shelf + sold and not on the ledger at `height` + (booked at `height`, not arrived) − (arrived, booked after). Sorted by type id. */
export interface Count extends Act<'count'> {
  readonly outlet: Id;
  readonly lines: readonly { readonly type: Id; readonly height: number; readonly amount: Amount }[];
}

/** §2 A collective changes its key; signed by the old one. */
export interface RotateKey extends Act<'rotate_key'> {
  readonly collective: Id;
  readonly key: Key;
}
/** §5 The addressee will not make what was ordered. */
export interface Reject extends Act<'reject'> {
  readonly order: Id;
  readonly reason: string;
}
/** §3.3 (A part of) a lot, or without `lot` of the owner's dispatch stock, is no more. `origin`: the transaction that gave ownership; of stock, the transfer that brought it. */
export interface WriteOff extends Act<'write_off'> {
  readonly owner: Id;
  readonly origin: Id;
  readonly lot?: Id;
  readonly amount: Amount;
  readonly reason: string;
}
/** §4.2 One piece of a lot becomes part of the production's output. `on`: the elements of it that the new one stands on, sorted; absent: all that nothing stands on. */
export interface AllocateComponent extends Act<'allocate_component'> {
  readonly production: Id;
  readonly lot: Id;
  readonly on?: readonly Id[];
  readonly repurpose: boolean;
}
/** §4.2 The element and what stands on it dissolve; the rest become lots. */
export interface Disassemble extends Act<'disassemble'> {
  readonly owner: Id;
  readonly lot: Id;
  readonly element: Id;
}
/** §5 One piece of a lot is used as a means of production. `repurpose` lets an exclusive one into a common (§6.3); `beyondDurability` lets it transfer value past its durability (§3.3). */
export interface AllocateMop extends Act<'allocate_mop'> {
  readonly production: Id;
  readonly lot: Id;
  readonly repurpose: boolean;
  readonly beyondDurability: boolean;
}
/** §5 It is free again after so many operating minutes, whose value goes to the product. */
export interface DeallocateMop extends Act<'deallocate_mop'> {
  readonly production: Id;
  readonly lot: Id;
  readonly minutes: number;
}
/** A production that comes to nothing: what it absorbed is wasted. */
export interface AbortProduction extends Act<'abort_production'> {
  readonly production: Id;
  readonly reason: string;
}

/** Undoes what the office did not issue. `load`: a load (signed by its wallet), a refresh (by its coupons' keys) or a take back (by the outlet). */
export interface Cancel extends Body<'cancel'> {
  readonly load: Id;
}
/** A coupon that shows its public key; its serial is the SHA-256 of the key. On the wire the array [keyset, exponent, key, signature]. */
export interface RefreshedCoupon {
  readonly keyset: Id;
  readonly exponent: number;
  readonly key: Key;
  readonly signature: Uint8Array;
}
/** That a real card of a batch says so: the batch's attestation key and its signature over a statement (`voucher.ts`). */
export interface Voucher {
  readonly batch: Key;
  readonly signature: Uint8Array;
}
/** Coupons for new ones of the same total, signed by each coupon's key; no wallet and no g, which would name one. */
export interface Refresh extends Body<'refresh'> {
  /** Whole packs that come out; 0: one coupon for one of its kind. */
  readonly packs: number;
  /** That of the new coupons. */
  readonly keyset: Id;
  /** In the order of a load. */
  readonly blinded: readonly Uint8Array[];
  /** Sorted by key, no key twice. */
  readonly coupons: readonly RefreshedCoupon[];
  readonly voucher?: Voucher;
}
/** The office stops a keyset of its own, for cause. */
export interface Revoke extends Act<'revoke'> {
  readonly keyset: Id;
  readonly reason: string;
}
/** The office takes back its word for a batch of cards. */
export interface RevokeBatch extends Act<'revoke_batch'> {
  readonly batch: Key;
  readonly reason: string;
}
/** The outlet's own key takes a delegation back before its time. */
export interface RevokeDelegation extends Act<'revoke_delegation'> {
  readonly outlet: Id;
  readonly key: Key;
}
/** Number `index` of the blinded serials of `load` unblinds, by `factor`, to the serial of `key`. On the wire the array [load, index, key, factor]. */
export interface RecoupedCoupon {
  readonly load: Id;
  readonly index: number;
  readonly key: Key;
  /** The blinding factor, 256 bytes. */
  readonly factor: Uint8Array;
}
/** Coupons of a revoked keyset become balance again. Sorted by load and index. */
export interface Recoup extends Body<'recoup'> {
  readonly wallet: Key;
  readonly keyset: Id;
  readonly coupons: readonly RecoupedCoupon[];
  readonly voucher?: Voucher;
}
/** §2.2 Goods come back to an outlet; whole minutes of their value are issued to the card in hand. Goods sorted by type id. */
export interface TakeBack extends Act<'take_back'> {
  readonly outlet: Id;
  readonly goods: readonly { readonly type: Id; readonly amount: Amount }[];
  readonly minutes: number;
  readonly keyset: Id;
  /** Exponent ascending, the fewest coupons that make `minutes`. */
  readonly blinded: readonly Uint8Array[];
}
/** §6.5 literally: value leaves the wallet's balances, naming an outlet. Micro-minutes. */
export interface Appropriate extends Act<'appropriate'> {
  readonly wallet: Key;
  readonly outlet: Id;
  readonly value: MicroMinutes;
}

/** §2.1 The end of strong trust, signed by either. a < b as hex. */
export interface CancelTrust extends Act<'cancel_trust'> {
  readonly a: Id;
  readonly b: Id;
}
/** §6.1, §7 What a subsystem shall decide: a type's label, a parameter's value, or that a large production may be. Each subject has its own fields and no others. */
export interface Propose extends Act<'propose'> {
  readonly by: Id;
  /** Last second in which votes count. */
  readonly until: Seconds;
  readonly about: 'label' | 'parameter' | 'production';
  readonly type?: Id;
  readonly label?: 'common' | 'exclusive';
  readonly parameter?: keyof Parameters;
  /** A whole number, or a share like `1/10`. */
  readonly value?: string;
  readonly estimate?: Id;
}
/** §7 One collective, one vote. */
export interface Vote extends Body<'vote'> {
  readonly proposal: Id;
  readonly by: Id;
  readonly yes: boolean;
}

export type Transaction =
  | Register
  | EstablishTrust
  | Collectivize
  | Transfer
  | Order
  | Estimate
  | Start
  | AllocateResource
  | AllocateWorkload
  | Output
  | FinalRevision
  | Claim
  | PublishKeyset
  | Batch
  | Delegate
  | Load
  | Issue
  | Announce
  | Redeem
  | Abort
  | Cancel
  | Refresh
  | Revoke
  | RevokeBatch
  | RevokeDelegation
  | Recoup
  | TakeBack
  | Appropriate
  | HandOver
  | Count
  | RotateKey
  | Reject
  | WriteOff
  | AllocateComponent
  | Disassemble
  | AllocateMop
  | DeallocateMop
  | AbortProduction
  | CancelTrust
  | Propose
  | Vote;

export type Kind = Transaction['kind'];

/** What travels: CBOR {"body": bytes, "signatures": [[key, signature], …]} sorted by key. Each signature is over `timecard/1` ‖ chain id ‖ SHA-256(body). */
export interface Envelope {
  readonly id: Id;
  readonly body: Uint8Array;
  readonly transaction: Transaction;
  readonly signatures: readonly { readonly key: Key; readonly signature: Uint8Array }[];
}
