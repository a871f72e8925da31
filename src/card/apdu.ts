/**
 * Command and response APDUs, ISO 7816-4 §5.1 and §5.3 (tables 1 to 3): the seven forms of the four cases, short and
 * extended. It does not chain commands nor fetch answers in parts: the reader does.
 */
import { beBytes, concat } from '../bytes.ts';
import { ok, type Result, refuse } from '../result.ts';

/** A command before it is spelled. `ne`: the longest answer wanted in bytes, 0 to 65 536; 0 means none (cases 1 and 3). */
export interface Command {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** 0 to 65 535 bytes. */
  readonly data: Uint8Array;
  readonly ne: number;
}

export interface Response {
  readonly data: Uint8Array;
  /** SW1 × 256 + SW2. */
  readonly sw: number;
}

const SHORT_NC = 0xff;
const SHORT_NE = 0x100;
const LONG_NC = 0xffff;
const LONG_NE = 0x1_0000;

function byte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xff;
}

/** Whether a command needs the extended form: more than 255 bytes of data or more than 256 wanted. */
export function needsExtended(command: Command): boolean {
  return command.data.length > SHORT_NC || command.ne > SHORT_NE;
}

/** The command's bytes: the short form where it fits, else the extended one, or the extended one on demand. Numbers out of range are bugs. */
export function encodeCommand(command: Command, form: 'shortest' | 'extended' = 'shortest'): Uint8Array {
  const { cla, ins, p1, p2, data, ne } = command;
  if (!byte(cla) || !byte(ins) || !byte(p1) || !byte(p2) || cla === 0xff) throw new Error('header byte');
  if (data.length > LONG_NC || !Number.isInteger(ne) || ne < 0 || ne > LONG_NE) throw new Error('length');
  const header = Uint8Array.of(cla, ins, p1, p2);
  if (form === 'shortest' && !needsExtended(command)) {
    const lc = data.length === 0 ? [] : [data.length];
    const le = ne === 0 ? [] : [ne % SHORT_NE]; // 256 is written 00
    return concat(header, Uint8Array.from(lc), data, Uint8Array.from(le));
  }
  const none = new Uint8Array(0);
  const lc = data.length === 0 ? none : concat(Uint8Array.of(0), beBytes(data.length, 2));
  // 65 536 is written 0000; without Lc the field opens with its own 00.
  const le = ne === 0 ? none : concat(new Uint8Array(data.length === 0 ? 1 : 0), beBytes(ne % LONG_NE, 2));
  return concat(header, lc, data, le);
}

/** The command spelled by `bytes`, or `apdu_length` when no form of §5.1 has this length. Data is a view. */
export function parseCommand(bytes: Uint8Array): Result<Command, 'apdu_length'> {
  const [cla, ins, p1, p2] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined)
    return refuse('apdu_length', 'shorter than a header');
  const made = (data: Uint8Array, ne: number) => ok({ cla, ins, p1, p2, data, ne });
  const none = bytes.subarray(4, 4);
  const body = bytes.subarray(4);
  const lead = body[0];
  if (lead === undefined) return made(none, 0); // case 1
  if (body.length === 1) return made(none, lead === 0 ? SHORT_NE : lead); // case 2 short
  if (lead !== 0) {
    const data = body.subarray(1, 1 + lead);
    if (body.length === 1 + lead) return made(data, 0); // case 3 short
    const le = body[1 + lead];
    if (body.length === 2 + lead && le !== undefined) return made(data, le === 0 ? SHORT_NE : le); // case 4 short
    return refuse('apdu_length');
  }
  if (body.length < 3) return refuse('apdu_length');
  const wide = (body[1] as number) * 0x100 + (body[2] as number);
  if (body.length === 3) return made(none, wide === 0 ? LONG_NE : wide); // case 2 extended
  if (wide === 0) return refuse('apdu_length');
  const data = body.subarray(3, 3 + wide);
  if (body.length === 3 + wide) return made(data, 0); // case 3 extended
  if (body.length !== 5 + wide) return refuse('apdu_length');
  const le = (body[3 + wide] as number) * 0x100 + (body[4 + wide] as number);
  return made(data, le === 0 ? LONG_NE : le); // case 4 extended
}

/** Data and status word of an answer. Fewer than two or more than 65 538 bytes, or SW1 outside 6X and 9X (ISO 7816-4 §5.6), are refused. */
export function parseResponse(bytes: Uint8Array): Result<Response, 'apdu_length' | 'apdu_status'> {
  if (bytes.length < 2 || bytes.length > LONG_NE + 2) return refuse('apdu_length', `${bytes.length} bytes`);
  const sw1 = bytes[bytes.length - 2] as number;
  const sw2 = bytes[bytes.length - 1] as number;
  if ((sw1 & 0xf0) !== 0x60 && (sw1 & 0xf0) !== 0x90) return refuse('apdu_status', sw1.toString(16));
  if (sw1 === 0x60) return refuse('apdu_status', '60');
  return ok({ data: bytes.subarray(0, bytes.length - 2), sw: sw1 * 0x100 + sw2 });
}
