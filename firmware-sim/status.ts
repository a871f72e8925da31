/**
 * The status words a card answers with (ISO 7816-4 §5.6; the table in docs/card-protocol.md), and the shape of an answer
 * before it is sealed. A refusal changes nothing in memory, the try counters excepted.
 */

export const SW = {
  ok: 0x9000,
  wrongPin: 0x63c0,
  wrongLength: 0x6700,
  pinNeeded: 0x6982,
  pinBlocked: 0x6983,
  certificateRefused: 0x6984,
  conditionsNotSatisfied: 0x6985,
  channelBroken: 0x6988,
  wrongData: 0x6a80,
  notFound: 0x6a82,
  noRoom: 0x6a84,
  wrongParameters: 0x6a86,
  alreadyPaid: 0x6a89,
  wrongLe: 0x6c00,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
} as const;

/** What a command gives: data and status word, both sealed when a channel is open. */
export interface Answer {
  readonly sw: number;
  readonly data: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Done, with data or without. */
export function done(data: Uint8Array = NOTHING): Answer {
  return { sw: SW.ok, data };
}

/** Refused by a status word. */
export function no(sw: number, data: Uint8Array = NOTHING): Answer {
  return { sw, data };
}

/** Data ‖ SW1 ‖ SW2. */
export function answerBytes({ sw, data }: Answer): Uint8Array {
  const out = new Uint8Array(data.length + 2);
  out.set(data);
  out[data.length] = sw >> 8;
  out[data.length + 1] = sw & 0xff;
  return out;
}
