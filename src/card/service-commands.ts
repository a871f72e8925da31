/**
 * The commands of card services: account, loads, claims. One builder and one reader of the answer each, as
 * docs/card-protocol.md has them. The card itself hashes what it signs; the ledger's transactions are made elsewhere.
 */
import { beNumber, concat } from '../bytes.ts';
import {
  CARD_LOG,
  CARD_PENDING,
  DENOMINATION_EXPONENTS,
  LOAD_BLOCK,
  LOAD_PACKS,
  PACK_COUPONS,
} from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { INS, type PlainCommand, plainCommand } from './commands.ts';
import type { Suite } from './suite.ts';
import { encodeTlv, field, readFields } from './tlv.ts';

/** Bytes of a modulus, a blinded serial, a blind signature: RSA with 2048 bits. */
export const RSA_BYTES = 256;
const DENOMINATIONS = DENOMINATION_EXPONENTS.length;
const LOG_BYTES = 21;

/** Coupons in a load of so many packs. */
export function loadCoupons(packs: number): number {
  return packs * PACK_COUPONS;
}

/** Commands that carry a load's coupons, eight each. */
export function loadBlocks(coupons: number): number {
  return Math.ceil(coupons / LOAD_BLOCK);
}

export function accountCommand(): PlainCommand {
  return plainCommand(INS.account, 0, 0, undefined, { long: true });
}

export type LogState = 'pending' | 'paid' | 'undone';
const LOG_STATES: readonly LogState[] = ['pending', 'paid', 'undone'];

export interface LogEntry {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** First 16 bytes of the collective's id. */
  readonly outlet: Uint8Array;
  readonly minutes: number;
  readonly state: LogState;
}

/** A load that began and is not stored whole. */
export interface OpenLoad {
  readonly packs: number;
  readonly keysetId: Uint8Array;
  /** The digest SIGN gave, or undefined before it. */
  readonly digest: Uint8Array | undefined;
}

export interface Account {
  readonly payableMinutes: number;
  /** Suite byte ‖ public key. */
  readonly walletKey: Uint8Array;
  /** Payable coupons by exponent, 0 to 8. */
  readonly coupons: readonly number[];
  readonly exposedMinutes: number;
  readonly pendingMinutes: number;
  /** Newest first. */
  readonly log: readonly LogEntry[];
  /** The 8 bytes the card drew when it was made. */
  readonly g: Uint8Array;
  readonly openLoad: OpenLoad | undefined;
  readonly freeSlots: number;
  /** A refresh of what the card holds, and one of what lost cards held, that is not stored whole. */
  readonly openRefresh: OpenRefresh | undefined;
  readonly recovery: OpenRefresh | undefined;
  /** Coupons that the ledger has seen elsewhere, as a terminal said. */
  readonly deadMinutes: number;
  readonly batchId: Uint8Array;
  /** The words of a new card may still be read. */
  readonly wordsOpen: boolean;
}

/** A refresh that began and is not stored whole. */
export interface OpenRefresh {
  /** Only coupons of lost cards are collected yet. */
  readonly collecting: boolean;
  readonly packs: number;
  /** Coupons that are exchanged one for one. */
  readonly others: number;
  readonly minutes: number;
  /** The keyset of the new coupons; 32 zero bytes while collecting. */
  readonly keysetId: Uint8Array;
}

export function parseAccount(suite: Suite, data: Uint8Array): Result<Account, 'wrong_answer'> {
  const fields = readFields(data, [
    field(0x80, 4),
    field(0x81, 1 + suite.publicKeyBytes),
    field(0x82, DENOMINATIONS),
    field(0x83, 4),
    field(0x84, 4),
    { tag: 0x85, min: 0, max: (CARD_LOG + CARD_PENDING) * LOG_BYTES, optional: true },
    field(0x86, 8),
    { tag: 0x87, min: 65, max: 65, optional: true },
    field(0x88, 2),
    { tag: 0x89, min: 39, max: 39, optional: true },
    { tag: 0x8a, min: 39, max: 39, optional: true },
    field(0x8b, 4),
    field(0x8c, 8),
    field(0x8d, 1),
  ]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const [
    payable,
    walletKey,
    counts,
    exposed,
    pending,
    log,
    g,
    load,
    slots,
    refresh,
    recovery,
    dead,
    batch,
    words,
  ] = fields.value;
  const entries = parseLog(log ?? new Uint8Array(0));
  if (entries === undefined) return refuse('wrong_answer', 'log');
  const number = (bytes: Uint8Array | undefined) => beNumber(bytes as Uint8Array);
  return ok({
    payableMinutes: number(payable),
    walletKey: (walletKey as Uint8Array).slice(),
    coupons: [...(counts as Uint8Array)],
    exposedMinutes: number(exposed),
    pendingMinutes: number(pending),
    log: entries,
    g: (g as Uint8Array).slice(),
    openLoad: load === undefined ? undefined : parseOpenLoad(load),
    freeSlots: number(slots),
    openRefresh: refresh && parseOpenRefresh(refresh),
    recovery: recovery && parseOpenRefresh(recovery),
    deadMinutes: number(dead),
    batchId: (batch as Uint8Array).slice(),
    wordsOpen: number(words) === 1,
  });
}

function parseLog(bytes: Uint8Array): readonly LogEntry[] | undefined {
  if (bytes.length % LOG_BYTES !== 0) return undefined;
  const entries: LogEntry[] = [];
  for (let at = 0; at < bytes.length; at += LOG_BYTES) {
    const state = LOG_STATES[bytes[at + 20] as number];
    if (state === undefined) return undefined;
    entries.push({
      day: beNumber(bytes.subarray(at, at + 2)),
      outlet: bytes.slice(at + 2, at + 18),
      minutes: beNumber(bytes.subarray(at + 18, at + 20)),
      state,
    });
  }
  return entries;
}

function parseOpenRefresh(bytes: Uint8Array): OpenRefresh {
  return {
    collecting: bytes[0] === 3,
    packs: bytes[1] as number,
    others: bytes[2] as number,
    minutes: beNumber(bytes.subarray(3, 7)),
    keysetId: bytes.slice(7),
  };
}

function parseOpenLoad(bytes: Uint8Array): OpenLoad {
  const digest = bytes.slice(33);
  return {
    packs: bytes[0] as number,
    keysetId: bytes.slice(1, 33),
    digest: digest.every((byte) => byte === 0) ? undefined : digest,
  };
}

/** PREPARE LOAD begin: 1 to 6 packs and the keyset's nine moduli (256 bytes each, exponent 0 first). Others are bugs and throw. */
export function beginLoadCommand(packs: number, moduli: readonly Uint8Array[]): PlainCommand {
  if (!Number.isInteger(packs) || packs < 1 || packs > LOAD_PACKS) throw new Error('packs');
  if (moduli.length !== DENOMINATIONS || moduli.some((modulus) => modulus.length !== RSA_BYTES))
    throw new Error('moduli');
  const data = concat(encodeTlv(0x80, Uint8Array.of(packs)), encodeTlv(0x81, ...moduli));
  return plainCommand(INS.prepareLoad, 1, 0, data);
}

export interface BegunLoad {
  readonly keysetId: Uint8Array;
  readonly coupons: number;
}

export function parseBegunLoad(packs: number, data: Uint8Array): Result<BegunLoad, 'wrong_answer'> {
  const fields = readFields(data, [field(0x80, 32), field(0x81, 2)]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const [keysetId, count] = fields.value as readonly [Uint8Array, Uint8Array];
  if (beNumber(count) !== loadCoupons(packs)) return refuse('wrong_answer', 'number of coupons');
  return ok({ keysetId: keysetId.slice(), coupons: beNumber(count) });
}

/** PREPARE LOAD block, counted from 0. */
export function blockCommand(block: number): PlainCommand {
  return plainCommand(INS.prepareLoad, 2, block, undefined, { long: true });
}

/** `count`: the blinded serials this block must hold. */
export function parseBlock(count: number, data: Uint8Array): Result<readonly Uint8Array[], 'wrong_answer'> {
  const fields = readFields(data, [field(0x82, count * RSA_BYTES)]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const all = fields.value[0] as Uint8Array;
  return ok(Array.from({ length: count }, (_, i) => all.slice(i * RSA_BYTES, (i + 1) * RSA_BYTES)));
}

export function signLoadCommand(): PlainCommand {
  return plainCommand(INS.sign, 1, 0);
}

/** Both ids have 32 bytes. */
export function signClaimCommand(workload: Uint8Array, revision: Uint8Array): PlainCommand {
  if (workload.length !== 32 || revision.length !== 32) throw new Error('id');
  return plainCommand(INS.sign, 2, 0, concat(encodeTlv(0x80, workload), encodeTlv(0x81, revision)));
}

export interface Signed {
  /** SHA-256 of the canonical body the card composed. */
  readonly digest: Uint8Array;
  /** The wallet key's, over «timecard/1» ‖ chain id ‖ digest. */
  readonly signature: Uint8Array;
}

export function parseSigned(suite: Suite, data: Uint8Array): Result<Signed, 'wrong_answer'> {
  const fields = readFields(data, [field(0x80, 32), field(0x81, suite.signatureBytes)]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const [digest, signature] = fields.value as readonly [Uint8Array, Uint8Array];
  return ok({ digest: digest.slice(), signature: signature.slice() });
}

/** STORE block, counted from 0: at most eight blind signatures of 256 bytes each. */
export function storeCommand(block: number, signatures: readonly Uint8Array[]): PlainCommand {
  if (signatures.length < 1 || signatures.length > LOAD_BLOCK) throw new Error('block');
  if (signatures.some((signature) => signature.length !== RSA_BYTES)) throw new Error('blind signature');
  return plainCommand(INS.store, 0, block, encodeTlv(0x80, ...signatures));
}

/** Coupons of this load stored so far, at most `coupons`. */
export function parseStored(coupons: number, data: Uint8Array): Result<number, 'wrong_answer'> {
  const fields = readFields(data, [field(0x80, 2)]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const stored = beNumber(fields.value[0] as Uint8Array);
  return stored <= coupons ? ok(stored) : refuse('wrong_answer', 'more than the load');
}
