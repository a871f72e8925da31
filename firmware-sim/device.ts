/**
 * What a contact or contactless interface sees of a card (ISO 7816-3): an ATR, power, and one answer to a command.
 * The simulated card implements it; `vpcd.ts` puts it behind a real pcscd. Synchronous: a card has one thread.
 * It knows nothing of TCP, of time or of tearing: those are the carrier's.
 */
export interface CardDevice {
  /** Answer to reset, ISO 7816-3 §8.2; 2 to 33 bytes. Its historical bytes say whether extended lengths are taken. */
  readonly atr: Uint8Array;
  /** Power on or warm reset: volatile memory is gone, an open session as well. Called again at every reset. */
  reset(): void;
  /** The field is gone: nothing is answered until the next reset. */
  powerOff(): void;
  /** One command APDU, at least 4 bytes, to one response APDU (data ‖ SW1 SW2). Undefined: the card stays mute. */
  transmit(apdu: Uint8Array): Uint8Array | undefined;
}
