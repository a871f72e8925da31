/**
 * A card of a few lines for the reader's tests: it knows short, extended, chained commands and GET RESPONSE, and keeps a record of
 * every APDU it met. Written from ISO/IEC 7816-4 for these tests only; it shares nothing with `main/chaining.ts`.
 */
import type { CardDevice } from '../../firmware-sim/device.ts';

/** 3B 8x 80 01: T=0 and T=1 offered, historical bytes 80 73 00 00 40|80: card capabilities with or without extended fields. */
export const EXTENDED_ATR = withCheck([0x3b, 0x85, 0x80, 0x01, 0x80, 0x73, 0x00, 0x00, 0xc0]);
export const SHORT_ATR = withCheck([0x3b, 0x85, 0x80, 0x01, 0x80, 0x73, 0x00, 0x00, 0x80]);

function withCheck(bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([...bytes, bytes.slice(1).reduce((x, b) => x ^ b, 0)]);
}

/** The byte at place `i` of every answer of INS 10. */
export const pattern = (i: number): number => (i * 7 + (i >> 8)) & 0xff;

export interface TestCard extends CardDevice {
  readonly met: Uint8Array[];
  readonly resets: () => number;
  /** Whole data fields of INS 12, after chaining. */
  readonly stored: Uint8Array[];
}

/**
 * INS 10: answers P1P2 bytes of the pattern. INS 12: stores its data, answers its length in two bytes. INS 14: wants Le 10. INS EE: mute.
 * INS 16: answers without a status word.
 */
export function testCard(options: { readonly extended: boolean }): TestCard {
  const met: Uint8Array[] = [];
  const stored: Uint8Array[] = [];
  let resets = 0;
  let chain: number[] = [];
  let waiting: number[] = [];

  function give(data: number[], le: number): Uint8Array {
    if (data.length <= le) return Uint8Array.from([...data, 0x90, 0x00]);
    waiting = data.slice(le);
    return Uint8Array.from([...data.slice(0, le), 0x61, waiting.length >= 256 ? 0 : waiting.length]);
  }

  function transmit(apdu: Uint8Array): Uint8Array | undefined {
    met.push(apdu);
    const [cla, ins, p1, p2] = apdu as unknown as [number, number, number, number];
    const long = apdu.length > 6 && apdu[4] === 0;
    if (long && !options.extended) return Uint8Array.of(0x67, 0x00);
    const lc = long ? (apdu[5] as number) * 256 + (apdu[6] as number) : (apdu[4] ?? 0);
    const from = long ? 7 : 5;
    const data = apdu.length > from ? [...apdu.subarray(from, from + lc)] : [];
    const tail = apdu.subarray(data.length > 0 ? from + lc : long ? 5 : 4);
    const le = tail.length === 0 ? 0 : tail.length === 1 ? tail[0] || 256 : 65_536;
    if ((cla & 0x10) !== 0) {
      chain.push(...data);
      return Uint8Array.of(0x90, 0x00);
    }
    const whole = [...chain, ...data];
    chain = [];
    switch (ins) {
      case 0x10: {
        const length = p1 * 256 + p2;
        return give(
          Array.from({ length }, (_, i) => pattern(i)),
          options.extended && length > 256 ? 65_536 : 256,
        );
      }
      case 0x12:
        stored.push(Uint8Array.from(whole));
        return Uint8Array.of(whole.length >> 8, whole.length & 0xff, 0x90, 0x00);
      case 0x14:
        return le === 0x10
          ? Uint8Array.from([...Array.from({ length: 16 }, (_, i) => i), 0x90, 0x00])
          : Uint8Array.of(0x6c, 0x10);
      case 0x16:
        return Uint8Array.of(1, 2, 3, 4, 5);
      case 0xc0:
        return give(waiting, le);
      case 0xee:
        return undefined;
      default:
        return Uint8Array.of(0x6d, 0x00);
    }
  }

  return {
    atr: options.extended ? EXTENDED_ATR : SHORT_ATR,
    met,
    stored,
    resets: () => resets,
    reset() {
      resets++;
      chain = [];
      waiting = [];
    },
    powerOff() {
      chain = [];
      waiting = [];
    },
    transmit,
  };
}
