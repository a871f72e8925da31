/**
 * Command APDUs as they come over the air: short and extended length (ISO 7816-4 §5.1), command chaining (§5.1.1.1) and
 * GET RESPONSE (§7.6.1, status 61xx and 6Cxx). Above this file a command is whole and an answer as long as it likes.
 * It does not know what a command means, and no byte string makes it throw.
 */
import { concat } from '../src/bytes.ts';
import { type Answer, answerBytes, no, SW } from './status.ts';

export interface Command {
  /** Without the chaining bit. */
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
}

interface Frame extends Command {
  readonly chained: boolean;
  /** Bytes of answer data the reader takes now; 0 = it asked for none. */
  readonly le: number;
  readonly extended: boolean;
}

const CHAINING_BIT = 0x10;
const GET_RESPONSE = 0xc0;
/** The longest chained command: a keyset's nine moduli are 2.3 kB; a card has little memory to wait in. */
const CHAIN_BYTES = 8_192;

/** One APDU taken apart, or undefined when its length fields do not fit its length. */
export function parseFrame(apdu: Uint8Array): Frame | undefined {
  if (apdu.length < 4) return undefined;
  const [first, ins, p1, p2] = apdu as unknown as [number, number, number, number];
  const head = { cla: first & ~CHAINING_BIT, ins, p1, p2, chained: (first & CHAINING_BIT) !== 0 };
  const body = apdu.subarray(4);
  const frame = (from: number, length: number, le: number, extended: boolean): Frame => ({
    ...head,
    data: body.slice(from, from + length),
    le,
    extended,
  });
  if (body.length === 0) return frame(0, 0, 0, false);
  const p3 = body[0] as number;
  if (body.length === 1) return frame(0, 0, p3 === 0 ? 256 : p3, false);
  if (p3 !== 0) {
    if (body.length === 1 + p3) return frame(1, p3, 0, false);
    const le = body[1 + p3];
    return body.length === 2 + p3 ? frame(1, p3, le === 0 ? 256 : (le as number), false) : undefined;
  }
  if (body.length < 3) return undefined;
  const two = (at: number): number => (body[at] as number) * 256 + (body[at + 1] as number);
  const long = (at: number): number => (two(at) === 0 ? 65_536 : two(at));
  if (body.length === 3) return frame(0, 0, long(1), true);
  const lc = two(1);
  if (lc === 0) return undefined;
  if (body.length === 3 + lc) return frame(3, lc, 0, true);
  return body.length === 5 + lc ? frame(3, lc, long(3 + lc), true) : undefined;
}

/** Whole commands out of frames, and frames out of whole answers. */
export class Transport {
  readonly #extended: boolean;
  readonly #execute: (command: Command) => Answer;
  #chain: Command | undefined;
  #rest = new Uint8Array(0);

  /** `extended`: whether extended length fields are taken, as the ATR says. */
  constructor(extended: boolean, execute: (command: Command) => Answer) {
    this.#extended = extended;
    this.#execute = execute;
  }

  /** Power up: nothing waits. */
  reset(): void {
    this.#chain = undefined;
    this.#rest = new Uint8Array(0);
  }

  /** One APDU of any bytes to one answer of at least a status word. */
  handle(apdu: Uint8Array): Uint8Array {
    const frame = parseFrame(apdu);
    if (frame === undefined || (frame.extended && !this.#extended)) {
      this.reset();
      return answerBytes(no(SW.wrongLength));
    }
    if (frame.ins === GET_RESPONSE && this.#rest.length > 0) return this.#next(frame.le);
    this.#rest = new Uint8Array(0);
    const chain = this.#chain;
    this.#chain = undefined;
    const { cla, ins, p1, p2 } = frame;
    // A command that does not continue the chain begins anew: what waited is gone, and nothing of it was done.
    const continues =
      chain !== undefined && chain.cla === cla && chain.ins === ins && chain.p1 === p1 && chain.p2 === p2;
    const data = continues ? concat(chain.data, frame.data) : frame.data;
    if (data.length > CHAIN_BYTES && (continues || frame.chained)) return answerBytes(no(SW.wrongLength));
    if (frame.chained) {
      this.#chain = { cla, ins, p1, p2, data };
      return answerBytes(no(SW.ok));
    }
    const answer = this.#execute({ cla, ins, p1, p2, data });
    return this.#send(answer, frame.le);
  }

  /** The answer, or as much of it as was asked for: with a normal status word the rest waits for GET RESPONSE. */
  #send(answer: Answer, le: number): Uint8Array {
    if (answer.data.length <= le || answer.sw !== SW.ok) return answerBytes(answer);
    this.#rest = answer.data.slice(le);
    return answerBytes(no(this.#more(), answer.data.slice(0, le)));
  }

  #next(le: number): Uint8Array {
    const waiting = this.#rest.length;
    // Le of 256 («all there is») never asks for too much; a number that does is told the right one.
    if (le !== 256 && le > waiting) return answerBytes(no(SW.wrongLe | (waiting & 0xff)));
    const part = this.#rest.slice(0, le);
    this.#rest = this.#rest.slice(part.length);
    return answerBytes(no(this.#rest.length === 0 ? SW.ok : this.#more(), part));
  }

  #more(): number {
    return 0x6100 | (this.#rest.length > 0xff ? 0 : this.#rest.length);
  }
}
