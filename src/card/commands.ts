/**
 * The commands of a purchase and of the PIN: one builder and one reader of the answer each, as docs/card-protocol.md has
 * them. A builder gives header and plain data; the channel seals them. Answers are read strictly: the fields of the page,
 * in its order, and nothing else. Loads, claims and the owner's account are in `service-commands.ts`, refreshes and recovery in `refresh-commands.ts`.
 */
import { ascii, beBytes, beNumber, concat, hexBytes } from '../bytes.ts';
import { COUPONS_PER_PURCHASE, OFFICE_KEYS, OPEN_ABORTS, PIN_DIGITS, PUK_DIGITS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Command } from './apdu.ts';
import { BATCH_ID_BYTES, PURCHASE_ID_BYTES, type Purchase } from './attestation.ts';
import { OFFICE_KEY_ID_BYTES } from './certificate.ts';
import { COUPON_BYTES, parseCoupons, type WireCoupon } from './coupon-wire.ts';
import type { Suite } from './suite.ts';
import { encodeTlv, field, readFields } from './tlv.ts';

/** Category F of ISO 7816-4 §8.2.1.2, proprietary and not registered: F0 and «TIMECRD». */
export const AID = hexBytes('f054494d45435244');
export const PROTOCOL_VERSION = 1;

/** A command inside the channel before it is sealed. */
export interface PlainCommand {
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** Whether the answer may be longer than a short APDU carries. */
  readonly long: boolean;
  /** How 6985 is read. */
  readonly of: 'spend' | 'other';
}

/** INS of the commands inside the channel. */
export const INS = {
  verify: 0x20,
  change: 0x24,
  unblock: 0x2c,
  spend: 0x30,
  ack: 0x32,
  account: 0x34,
  prepareLoad: 0x36,
  sign: 0x38,
  store: 0x3a,
  recover: 0x3c,
  seed: 0x3e,
} as const;

/** CLA inside the channel: ISO 7816-4 §5.1.1, proprietary class with the bits of secure messaging; bit 5 would chain. */
export const CHANNEL_CLA = 0x84;
const EMPTY = new Uint8Array(0);

/** A command inside the channel; 6985 read as `conditions_not_satisfied`, a short answer expected. */
export function plainCommand(
  ins: number,
  p1: number,
  p2: number,
  data: Uint8Array = EMPTY,
  rest: { readonly long?: boolean; readonly of?: 'spend' } = {},
): PlainCommand {
  return { ins, p1, p2, data, long: rest.long ?? false, of: rest.of ?? 'other' };
}

export function selectCommand(): Command {
  return { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: AID, ne: 256 };
}

export interface Selected {
  /** SELECT's answer without the status word: the first part of OPEN's prologue. */
  readonly answer: Uint8Array;
  readonly version: number;
  /** One suite byte each. */
  readonly suites: Uint8Array;
  /** Eight bytes each. */
  readonly officeKeyIds: readonly Uint8Array[];
  readonly ephemeral: Uint8Array;
}

/** SELECT's answer: `6F { 84 AID, A5 { 80 version, 81 suites, 82 office key ids, 83 ephemeral } }`. */
export function parseSelected(answer: Uint8Array): Result<Selected, 'wrong_answer'> {
  const wrong = (detail: string) => refuse('wrong_answer' as const, detail);
  const outer = readFields(answer, [{ tag: 0x6f, min: 0, max: 0xffff }]);
  if (!outer.ok) return wrong(outer.refusal);
  const fci = readFields(outer.value[0] as Uint8Array, [
    field(0x84, AID.length),
    { tag: 0xa5, min: 0, max: 0xffff },
  ]);
  if (!fci.ok) return wrong(fci.refusal);
  const [aid, inner] = fci.value as readonly [Uint8Array, Uint8Array];
  if (aid.join() !== AID.join()) return wrong('AID');
  const own = readFields(inner, [
    field(0x80, 1),
    { tag: 0x81, min: 1, max: 16 },
    { tag: 0x82, min: OFFICE_KEY_ID_BYTES, max: OFFICE_KEYS * OFFICE_KEY_ID_BYTES },
    { tag: 0x83, min: 32, max: 65 },
  ]);
  if (!own.ok) return wrong(own.refusal);
  const [version, suites, offices, ephemeral] = own.value as readonly [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  if (offices.length % OFFICE_KEY_ID_BYTES !== 0) return wrong('office key ids');
  const officeKeyIds: Uint8Array[] = [];
  for (let at = 0; at < offices.length; at += OFFICE_KEY_ID_BYTES)
    officeKeyIds.push(offices.slice(at, at + OFFICE_KEY_ID_BYTES));
  return ok({
    answer,
    version: version[0] as number,
    suites,
    officeKeyIds,
    ephemeral,
  });
}

/** OPEN's payload before Noise encrypts it: certificate and at most 8 aborted purchase ids. More, or other lengths, are bugs. */
export function openPayload(certificate: Uint8Array, aborted: readonly Uint8Array[]): Uint8Array {
  if (aborted.length > OPEN_ABORTS) throw new Error('too many aborted ids for one OPEN');
  if (aborted.some((id) => id.length !== PURCHASE_ID_BYTES)) throw new Error('purchase id');
  const ids = aborted.length === 0 ? EMPTY : encodeTlv(0x81, ...aborted);
  return concat(encodeTlv(0x80, certificate), ids);
}

export function openCommand(suite: Suite, message: Uint8Array): Command {
  return { cla: 0x80, ins: 0x86, p1: suite.id, p2: 0x00, data: message, ne: 256 };
}

/** For each aborted id that OPEN carried: whether the card met and undid it. */
export function parseOpened(data: Uint8Array, aborted: number): Result<readonly boolean[], 'wrong_answer'> {
  if (aborted === 0) return data.length === 0 ? ok([]) : refuse('wrong_answer', 'OPEN');
  const fields = readFields(data, [field(0x80, aborted)]);
  if (!fields.ok) return refuse('wrong_answer', fields.refusal);
  const flags = [...(fields.value[0] as Uint8Array)];
  if (flags.some((flag) => flag > 1)) return refuse('wrong_answer', 'flag');
  return ok(flags.map((flag) => flag === 1));
}

/** SPEND. id 16 bytes, amount 1 to 65 535 minutes, day 0 to 65 535; others are bugs and throw. */
export function spendCommand(purchase: Purchase): PlainCommand {
  const { id, amountMinutes, day } = purchase;
  if (id.length !== PURCHASE_ID_BYTES) throw new Error('purchase id');
  if (amountMinutes === 0) throw new Error('nothing to pay');
  const data = concat(
    encodeTlv(0x80, id),
    encodeTlv(0x81, beBytes(amountMinutes, 2)),
    encodeTlv(0x82, beBytes(day, 2)),
  );
  return plainCommand(INS.spend, 0, 0, data, { long: true, of: 'spend' });
}

export interface Spent {
  readonly batchId: Uint8Array;
  readonly signature: Uint8Array;
  readonly coupons: readonly WireCoupon[];
}

export function parseSpent(suite: Suite, data: Uint8Array): Result<Spent, 'wrong_answer'> {
  const fields = readFields(data, [
    field(0x80, BATCH_ID_BYTES),
    field(0x81, suite.signatureBytes),
    { tag: 0x82, min: COUPON_BYTES, max: COUPONS_PER_PURCHASE * COUPON_BYTES },
  ]);
  if (!fields.ok) return refuse('wrong_answer', fields.refusal);
  const [batch, signature, list] = fields.value as readonly [Uint8Array, Uint8Array, Uint8Array];
  const coupons = parseCoupons(list);
  if (!coupons.ok) return refuse('wrong_answer', coupons.detail);
  return ok({ batchId: batch.slice(), signature: signature.slice(), coupons: coupons.value });
}

/** Amounts the card could pay instead, in minutes; 0: none. */
export interface Nearest {
  readonly below: number;
  readonly above: number;
}

/** What comes with `cannot_pay`: nothing, or after VERIFY pay the nearest payable amounts. */
export function parseCannotPay(data: Uint8Array): Result<Nearest | undefined, 'wrong_answer'> {
  const fields = readFields(data, [{ tag: 0x83, min: 4, max: 4, optional: true }]);
  if (!fields.ok) return refuse('wrong_answer', fields.refusal);
  const both = fields.value[0];
  if (both === undefined) return ok(undefined);
  return ok({ below: beNumber(both.subarray(0, 2)), above: beNumber(both.subarray(2, 4)) });
}

export function ackCommand(id: Uint8Array): PlainCommand {
  if (id.length !== PURCHASE_ID_BYTES) throw new Error('purchase id');
  return plainCommand(INS.ack, 0, 0, encodeTlv(0x80, id));
}

function digits(text: string, limits: { readonly min: number; readonly max: number }): boolean {
  return /^[0-9]*$/.test(text) && text.length >= limits.min && text.length <= limits.max;
}

/** What VERIFY unlocks: paying above the small limits, or card services. */
export type PinUse = 'pay' | 'services';

/** VERIFY with 4 to 8 digits; anything else is `wrong_data` and never reaches the card, so it costs no try. */
export function verifyCommand(use: PinUse, pin: string): Result<PlainCommand, 'wrong_data'> {
  if (!digits(pin, PIN_DIGITS)) return refuse('wrong_data', 'a PIN has 4 to 8 digits');
  return ok(plainCommand(INS.verify, 0, use === 'pay' ? 1 : 2, encodeTlv(0x80, ascii(pin))));
}

export function changeCommand(oldPin: string, newPin: string): Result<PlainCommand, 'wrong_data'> {
  if (!digits(oldPin, PIN_DIGITS) || !digits(newPin, PIN_DIGITS))
    return refuse('wrong_data', 'a PIN has 4 to 8 digits');
  const data = concat(encodeTlv(0x80, ascii(oldPin)), encodeTlv(0x81, ascii(newPin)));
  return ok(plainCommand(INS.change, 0, 0, data));
}

export function unblockCommand(puk: string, newPin: string): Result<PlainCommand, 'wrong_data'> {
  if (!digits(puk, PUK_DIGITS)) return refuse('wrong_data', 'a PUK has 8 to 12 digits');
  if (!digits(newPin, PIN_DIGITS)) return refuse('wrong_data', 'a PIN has 4 to 8 digits');
  const data = concat(encodeTlv(0x80, ascii(puk)), encodeTlv(0x81, ascii(newPin)));
  return ok(plainCommand(INS.unblock, 0, 0, data));
}
