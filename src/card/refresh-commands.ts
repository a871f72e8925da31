/**
 * The commands that exchange coupons, find those of lost cards, and carry a seed: one builder and one reader of the answer
 * each, as docs/card-protocol.md has them («Refresh», «Recovery»). The ledger's transactions are made elsewhere.
 */
import { ascii, beBytes, beNumber, concat } from '../bytes.ts';
import { DENOMINATION_EXPONENTS, LOAD_BLOCK, PIN_DIGITS, REFRESH_SIGNATURES } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { INS, type PlainCommand, plainCommand } from './commands.ts';
import { RSA_BYTES } from './service-commands.ts';
import type { Suite } from './suite.ts';
import { encodeTlv, field, readFields } from './tlv.ts';

/** `own`: of what the card holds, the fast one. `lost`: of what lost cards held, the slow one. */
export type RefreshOf = 'own' | 'lost';
const BASE = { own: 0x10, lost: 0x20 } as const;
const SERIAL_BYTES = 32;
const G_BYTES = 8;
export const SEED_BYTES = 32;

export interface BeginRefresh {
  readonly moduli: readonly Uint8Array[];
  /** Pending purchases are undone first. For `own` only. */
  readonly undoPending?: boolean;
  /** Every free coupon goes out, not only those that make packs. For `own` only. */
  readonly all?: boolean;
}

function modulusBytes(moduli: readonly Uint8Array[]): Uint8Array {
  if (moduli.length !== DENOMINATION_EXPONENTS.length || moduli.some((n) => n.length !== RSA_BYTES))
    throw new Error('moduli');
  return encodeTlv(0x81, ...moduli);
}

/** PREPARE REFRESH begin: the nine moduli of the keyset of the new coupons. */
export function beginRefreshCommand(of: RefreshOf, begin: BeginRefresh): PlainCommand {
  const flags = (begin.undoPending === true ? 1 : 0) | (begin.all === true ? 2 : 0);
  const rest = of === 'own' ? [encodeTlv(0x82, Uint8Array.of(flags))] : [];
  return plainCommand(INS.prepareLoad, BASE[of] + 1, 0, concat(modulusBytes(begin.moduli), ...rest));
}

export interface BegunRefresh {
  readonly keysetId: Uint8Array;
  readonly packs: number;
  /** Coupons that go out; the first `inPacks` of them become packs, each other one a new one of its kind. */
  readonly outgoing: number;
  readonly inPacks: number;
  /** New coupons: those of the packs first. */
  readonly incoming: number;
}

/** What PREPARE REFRESH begin answers; `wrong_answer` when fields or counts do not fit together. */
export function parseBegunRefresh(data: Uint8Array): Result<BegunRefresh, 'wrong_answer'> {
  const fields = readFields(data, [field(0x80, 32), field(0x81, 1), field(0x82, 6)]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const [keysetId, packs, counts] = fields.value as readonly [Uint8Array, Uint8Array, Uint8Array];
  const [outgoing, inPacks, incoming] = [0, 2, 4].map((at) => beNumber(counts.subarray(at, at + 2))) as [
    number,
    number,
    number,
  ];
  if (inPacks > outgoing) return refuse('wrong_answer', 'counts');
  return ok({ keysetId: keysetId.slice(), packs: packs[0] as number, outgoing, inPacks, incoming });
}

/** PREPARE REFRESH block: blinded serials, read by `parseBlock`. */
export function refreshBlockCommand(of: RefreshOf, block: number): PlainCommand {
  return plainCommand(INS.prepareLoad, BASE[of] + 2, block, undefined, { long: true });
}

/** PREPARE REFRESH old: the coupons that go out, eight a block. */
export function oldCouponsCommand(of: RefreshOf, block: number): PlainCommand {
  return plainCommand(INS.prepareLoad, BASE[of] + 3, block, undefined, { long: true });
}

export interface OldCoupon {
  readonly keysetId: Uint8Array;
  readonly exponent: number;
  /** Suite byte ‖ public key. */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

/** `count`: the coupons this block must hold. */
export function parseOldCoupons(
  suite: Suite,
  count: number,
  data: Uint8Array,
): Result<readonly OldCoupon[], 'wrong_answer'> {
  const key = 1 + suite.publicKeyBytes;
  const size = 32 + 1 + key + RSA_BYTES;
  const fields = readFields(data, [field(0x83, count * size)]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const all = fields.value[0] as Uint8Array;
  const coupons = Array.from({ length: count }, (_, i) => {
    const one = all.slice(i * size, (i + 1) * size);
    return {
      keysetId: one.slice(0, 32),
      exponent: one[32] as number,
      key: one.slice(33, 33 + key),
      signature: one.slice(33 + key),
    };
  });
  if (coupons.some(({ exponent }) => exponent >= DENOMINATION_EXPONENTS.length))
    return refuse('wrong_answer', 'exponent');
  return ok(coupons);
}

/** SIGN refresh: the `block`-th 32 signatures of one part. `vouch`: with the batch's voucher; for `own` only. */
export function signRefreshCommand(of: RefreshOf, part: number, block: number, vouch: boolean): PlainCommand {
  const p1 = of === 'lost' ? 0x21 : vouch ? 0x11 : 0x12;
  return plainCommand(INS.sign, p1, part, encodeTlv(0x80, Uint8Array.of(block)), { long: true });
}

export interface SignedRefresh {
  readonly digest: Uint8Array;
  readonly voucher: { readonly batch: Uint8Array; readonly signature: Uint8Array } | undefined;
  readonly signatures: readonly Uint8Array[];
}

/** `count`: the signatures this block must hold, at most 32. */
export function parseSignedRefresh(
  suite: Suite,
  count: number,
  data: Uint8Array,
): Result<SignedRefresh, 'wrong_answer'> {
  const key = 1 + suite.publicKeyBytes;
  const size = suite.signatureBytes;
  const fields = readFields(data, [
    field(0x80, 32),
    { tag: 0x81, min: key + size, max: key + size, optional: true },
    field(0x82, count * size),
  ]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const [digest, vouched, all] = fields.value;
  return ok({
    digest: (digest as Uint8Array).slice(),
    voucher: vouched && { batch: vouched.slice(0, key), signature: vouched.slice(key) },
    signatures: Array.from({ length: count }, (_, i) => (all as Uint8Array).slice(i * size, (i + 1) * size)),
  });
}

/** Answers of SIGN refresh that carry so many signatures. */
export function signBlocks(signatures: number): number {
  return Math.ceil(signatures / REFRESH_SIGNATURES);
}

/** STORE block of a refresh: at most eight blind signatures; undefined where there is none yet. */
export function storeRefreshCommand(
  of: RefreshOf,
  block: number,
  signatures: readonly (Uint8Array | undefined)[],
): PlainCommand {
  if (signatures.length < 1 || signatures.length > LOAD_BLOCK) throw new Error('block');
  const bytes = signatures.map((signature) => signature ?? new Uint8Array(RSA_BYTES));
  if (bytes.some((signature) => signature.length !== RSA_BYTES)) throw new Error('blind signature');
  return plainCommand(INS.store, of === 'own' ? 0 : 1, block, encodeTlv(0x80, ...bytes));
}

/** GIVE UP: a load, or a refresh with the numbers of the coupons that the ledger has seen elsewhere. */
export function giveUpCommand(of: RefreshOf, dead: readonly number[] = []): PlainCommand {
  const data = dead.length === 0 ? undefined : encodeTlv(0x80, Uint8Array.from(dead));
  return plainCommand(INS.prepareLoad, 0x03, of === 'own' ? 0 : 1, data);
}

/** FIND begin: the g of a lost card (8 bytes) and the nine moduli of a keyset. */
export function findCommand(g: Uint8Array, moduli: readonly Uint8Array[]): PlainCommand {
  if (g.length !== G_BYTES) throw new Error('g');
  return plainCommand(INS.recover, 0x01, 0, concat(encodeTlv(0x80, g), modulusBytes(moduli)));
}

/** FIND block: eight counters from `first`. */
export function foundCommand(exponent: number, first: number): PlainCommand {
  return plainCommand(INS.recover, 0x02, exponent, encodeTlv(0x80, beBytes(first, 4)), { long: true });
}

export interface Found {
  readonly counter: number;
  readonly blinded: Uint8Array;
  readonly serial: Uint8Array;
}

/** The counters from `first` on that make a coupon. */
export function parseFound(first: number, data: Uint8Array): Result<readonly Found[], 'wrong_answer'> {
  const fields = readFields(data, [
    field(0x82, LOAD_BLOCK * RSA_BYTES),
    field(0x83, LOAD_BLOCK * SERIAL_BYTES),
  ]);
  if (!fields.ok) return refuse('wrong_answer', fields.detail);
  const [blinded, serials] = fields.value as readonly [Uint8Array, Uint8Array];
  const all = Array.from({ length: LOAD_BLOCK }, (_, i) => ({
    counter: first + i,
    blinded: blinded.slice(i * RSA_BYTES, (i + 1) * RSA_BYTES),
    serial: serials.slice(i * SERIAL_BYTES, (i + 1) * SERIAL_BYTES),
  }));
  return ok(all.filter(({ blinded: one }) => one.some((byte) => byte !== 0)));
}

/** TAKE: one to eight coupons of a lost card, of one exponent, with the office's blind signatures. */
export function takeCommand(
  exponent: number,
  coupons: readonly { readonly counter: number; readonly signature: Uint8Array }[],
): PlainCommand {
  if (coupons.length < 1 || coupons.length > LOAD_BLOCK) throw new Error('block');
  const counters = coupons.map(({ counter }) => beBytes(counter, 4));
  const signatures = coupons.map(({ signature }) => signature);
  const data = concat(encodeTlv(0x80, ...counters), encodeTlv(0x81, ...signatures));
  return plainCommand(INS.recover, 0x03, exponent, data);
}

/** A number of coupons, as TAKE and STORE answer. */
export function parseCount(data: Uint8Array): Result<number, 'wrong_answer'> {
  const fields = readFields(data, [field(0x80, 2)]);
  return fields.ok ? ok(beNumber(fields.value[0] as Uint8Array)) : refuse('wrong_answer', fields.detail);
}

/** WORDS: asks for the seed of a card whose words nobody has confirmed. */
export function wordsCommand(): PlainCommand {
  return plainCommand(INS.seed, 0x01, 0);
}

/** The 32 bytes that the 24 words stand for. */
export function parseWords(data: Uint8Array): Result<Uint8Array, 'wrong_answer'> {
  const fields = readFields(data, [field(0x80, SEED_BYTES)]);
  return fields.ok ? ok((fields.value[0] as Uint8Array).slice()) : refuse('wrong_answer', fields.detail);
}

/** WORDS WRITTEN: nobody reads them from now on. */
export function wordsWrittenCommand(): PlainCommand {
  return plainCommand(INS.seed, 0x02, 0);
}

/** RESTORE: the seed of a lost card into one that has never loaded. */
export function restoreCommand(seed: Uint8Array): PlainCommand {
  if (seed.length !== SEED_BYTES) throw new Error('seed');
  return plainCommand(INS.seed, 0x03, 0, encodeTlv(0x80, seed));
}

/** DEAD: with the PIN anew, either `forget` what is dead, or have it `refresh`ed after all. */
export function deadCommand(pin: string, what: 'refresh' | 'forget'): Result<PlainCommand, 'wrong_data'> {
  if (!/^[0-9]*$/.test(pin) || pin.length < PIN_DIGITS.min || pin.length > PIN_DIGITS.max)
    return refuse('wrong_data', 'a PIN has 4 to 8 digits');
  const data = concat(encodeTlv(0x80, ascii(pin)), encodeTlv(0x81, Uint8Array.of(what === 'forget' ? 1 : 0)));
  return ok(plainCommand(INS.seed, 0x04, 0, data));
}
