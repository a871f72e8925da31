/**
 * The answer to reset (ISO 7816-3 §8.2): T=1 alone, and historical bytes in compact TLV (ISO 7816-4 §8.1.1 and §12.1.1.9 of
 * later editions) with one object, the card capabilities. The same for every card: nothing in it tells one from another.
 */

/** Card capabilities, third byte: command chaining; extended Lc and Le. */
const CHAINING = 0x80;
const EXTENDED = 0x40;

/** ATR bytes with their check byte. */
export function answerToReset(extended: boolean): Uint8Array {
  // Selection by full name; data units of one byte; chaining, and extended length fields where they are taken.
  const capabilities = [0x73, 0x80, 0x01, extended ? CHAINING | EXTENDED : CHAINING];
  const historical = [0x80, ...capabilities];
  // T0: TD1 follows, count of historical bytes. TD1: T=1, nothing follows.
  const checked = [0x80 | historical.length, 0x01, ...historical];
  const check = checked.reduce((sum, byte) => sum ^ byte, 0);
  return Uint8Array.from([0x3b, ...checked, check]);
}
