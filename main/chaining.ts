/**
 * One whole command to one whole answer, over a reader that moves single APDUs (ISO/IEC 7816-4:2005 §5): extended length
 * fields where card and reader take them (§5.1, decided from the ATR's card capabilities, §8.1.1.2.7), else command
 * chaining in blocks of at most 255 bytes (§5.1.1.1), GET RESPONSE while the status is 61xx (§5.1.3, §7.6.1), and once
 * more with the right Le after 6Cxx. It knows nothing of PC/SC and nothing of what the commands mean.
 *
 * Nothing under four bytes is sent: one-byte messages are control bytes of vpcd, and no APDU is that short.
 */
import { concat } from '../src/bytes.ts';
import { ok, type Result, refuse } from '../src/result.ts';

/** Sends one APDU as it stands and gives the card's bytes as they came. */
export type RawTransmit<R extends string> = (apdu: Uint8Array) => Promise<Result<Uint8Array, R>>;

type Answer<R extends string> = Result<Uint8Array, R | 'card_left' | 'reader_failed'>;

/** What card and reader take together. */
export interface Carriage {
  /** Extended Lc and Le fields. */
  readonly extended: boolean;
  /** T=0 carries no Le beside data (ISO 7816-3 §12.2.1): it is left out and the answer fetched. */
  readonly withoutLeBesideData?: boolean;
}

/** The longest answer in all, bytes with status word: one extended APDU (ISO 7816-4 §5.1: 65 536 + 2). */
export const ANSWER_BYTES = 65_538;

const HEADER = 4;
const BLOCK = 255;
const CHAINING_BIT = 0x10;
const GET_RESPONSE = 0xc0;

interface Parsed {
  readonly header: Uint8Array;
  readonly data: Uint8Array;
  /** 0 = no answer data expected. */
  readonly le: number;
}

/** The four cases in short and extended form, §5.1 table 1; undefined when the lengths do not add up. */
function parse(command: Uint8Array): Parsed | undefined {
  const header = command.subarray(0, HEADER);
  const body = command.subarray(HEADER);
  const none = body.subarray(0, 0);
  const at = (i: number): number => body[i] as number;
  const short = (le: number): number => (le === 0 ? 256 : le);
  const long = (i: number): number => (at(i) * 256 + at(i + 1) === 0 ? 65_536 : at(i) * 256 + at(i + 1));
  if (body.length === 0) return { header, data: none, le: 0 };
  if (body.length === 1) return { header, data: none, le: short(at(0)) };
  if (at(0) !== 0) {
    const data = body.subarray(1, 1 + at(0));
    if (body.length === 1 + at(0)) return { header, data, le: 0 };
    if (body.length === 2 + at(0)) return { header, data, le: short(at(1 + at(0))) };
    return undefined;
  }
  if (body.length === 3) return { header, data: none, le: long(1) };
  if (body.length < 3) return undefined;
  const lc = at(1) * 256 + at(2);
  if (lc === 0) return undefined;
  const data = body.subarray(3, 3 + lc);
  if (body.length === 3 + lc) return { header, data, le: 0 };
  if (body.length === 5 + lc) return { header, data, le: long(3 + lc) };
  return undefined;
}

/** A short-form APDU; `le` 0 = none, above 256 = 256. */
function shortForm(header: Uint8Array, data: Uint8Array, le: number): Uint8Array {
  const lc = data.length === 0 ? [] : [data.length];
  const end = le === 0 ? [] : [le >= 256 ? 0 : le];
  return concat(header, Uint8Array.from(lc), data, Uint8Array.from(end));
}

/** The APDUs a command becomes, in order; only the last one's answer counts. */
function blocks(command: Uint8Array, carriage: Carriage): Uint8Array[] {
  const parsed = parse(command);
  // Not an APDU of any case: the card shall say so itself.
  if (parsed === undefined) return [command];
  const { header, data, le } = parsed;
  if (carriage.extended && (data.length > BLOCK || le > 256)) return [command];
  const chained = concat(Uint8Array.of((header[0] as number) | CHAINING_BIT), header.subarray(1));
  const out: Uint8Array[] = [];
  let at = 0;
  for (; data.length - at > BLOCK; at += BLOCK)
    out.push(shortForm(chained, data.subarray(at, at + BLOCK), 0));
  const rest = data.subarray(at);
  const lastLe = carriage.withoutLeBesideData === true && rest.length > 0 ? 0 : le;
  out.push(shortForm(header, rest, lastLe));
  return out;
}

/** The same APDU with another Le (one byte), after 6Cxx. */
function withLe(apdu: Uint8Array, le: number): Uint8Array | undefined {
  const parsed = parse(apdu);
  return parsed === undefined || parsed.data.length > BLOCK
    ? undefined
    : shortForm(parsed.header, parsed.data, le === 0 ? 256 : le);
}

/**
 * Bytes that end with a status word (§5.1.3: SW1 is 6x or 9x, and not 60). An answer without one was cut off: the card left
 * while it spoke. What is cut off and still ends like a status word is found out by the secure channel.
 */
function complete(bytes: Uint8Array): boolean {
  const sw1 = bytes.length < 2 ? 0 : (bytes[bytes.length - 2] as number);
  return (sw1 > 0x60 && sw1 <= 0x6f) || (sw1 >= 0x90 && sw1 <= 0x9f);
}

/**
 * Sends one command APDU (short or extended form, at least 4 bytes) and gives the whole answer: data and the last status word.
 * Refusals are those of `transmit`, and `card_left` when an answer was cut off, `reader_failed` when a card goes on for ever.
 */
export async function exchangeWhole<R extends string>(
  command: Uint8Array,
  carriage: Carriage,
  transmit: RawTransmit<R>,
): Promise<Answer<R>> {
  if (command.length < HEADER) throw new Error('a command APDU has at least 4 bytes');
  const send = async (apdu: Uint8Array): Promise<Answer<R>> => {
    const got = await transmit(apdu);
    if (!got.ok || complete(got.value)) return got;
    return refuse('card_left', 'the answer was cut off');
  };
  /** One APDU, a second time with the Le that the card asks for. */
  const step = async (apdu: Uint8Array): Promise<Answer<R>> => {
    const got = await send(apdu);
    if (!got.ok || got.value.length !== 2 || got.value[0] !== 0x6c) return got;
    const again = withLe(apdu, got.value[1] as number);
    return again === undefined ? got : send(again);
  };

  const apdus = blocks(command, carriage);
  for (const apdu of apdus.slice(0, -1)) {
    const got = await send(apdu);
    if (!got.ok) return got;
    if (got.value.length !== 2 || got.value[0] !== 0x90 || got.value[1] !== 0x00) return got;
  }
  let got = await step(apdus[apdus.length - 1] as Uint8Array);
  if (!got.ok) return got;
  const parts: Uint8Array[] = [];
  let total = 0;
  while (got.value[got.value.length - 2] === 0x61) {
    const more = got.value[got.value.length - 1] as number;
    const data = got.value.subarray(0, -2);
    // The first 61xx may come alone; after that every GET RESPONSE must bring something, or it never ends.
    if (parts.length > 0 && data.length === 0) return refuse('reader_failed', 'GET RESPONSE brought nothing');
    parts.push(data);
    total += data.length;
    if (total > ANSWER_BYTES - 2) return refuse('reader_failed', 'an answer without an end');
    got = await step(Uint8Array.of(0x00, GET_RESPONSE, 0x00, 0x00, more));
    if (!got.ok) return got;
  }
  if (total + got.value.length > ANSWER_BYTES) return refuse('reader_failed', 'an answer without an end');
  return ok(concat(...parts, got.value));
}

/**
 * True when the ATR's historical bytes announce extended Lc and Le: compact-TLV (category 00 or 80), tag 7 with three bytes, bit 7 of
 * the third (ISO 7816-4 §8.1.1.2.7 table 88; ATR: ISO 7816-3 §8.2). A malformed ATR announces nothing.
 */
export function announcesExtendedLength(atr: Uint8Array): boolean {
  let at = 1;
  const t0 = atr[at++] ?? 0;
  for (let y = t0 >> 4; y !== 0; ) {
    at += ((y & 1) !== 0 ? 1 : 0) + ((y & 2) !== 0 ? 1 : 0) + ((y & 4) !== 0 ? 1 : 0);
    if ((y & 8) === 0) break;
    y = (atr[at++] ?? 0) >> 4;
  }
  const historical = atr.subarray(at, at + (t0 & 0x0f));
  if (historical.length !== (t0 & 0x0f) || historical.length === 0) return false;
  const category = historical[0];
  if (category !== 0x00 && category !== 0x80) return false;
  // Category 00 ends with three status bytes outside the TLV objects.
  const end = category === 0x00 ? historical.length - 3 : historical.length;
  for (let i = 1; i < end; ) {
    const tag = (historical[i] as number) >> 4;
    const length = (historical[i] as number) & 0x0f;
    if (i + 1 + length > end) return false;
    if (tag === 7 && length === 3) return ((historical[i + 3] as number) & 0x40) !== 0;
    i += 1 + length;
  }
  return false;
}
