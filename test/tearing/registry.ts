/**
 * Which commands a card has, asked of the card itself: every class, instruction and first parameter is tried, in the clear and in
 * a channel after VERIFY services, and what is not refused as unknown is a command. So a new command is found without a list
 * that somebody could forget to write.
 */
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import { toHex } from '../../src/bytes.ts';
import type { Talk } from '../firmware/terminal.ts';

const hex2 = (n: number): string => n.toString(16).toUpperCase().padStart(2, '0');
const UNKNOWN_CLASS = '6e00';
const UNKNOWN_INSTRUCTION = '6d00';
const CHANNEL_BROKEN = '6988';
const WRONG_PARAMETERS = '6a86';
/** ISO 7816-4 §5.1.1: in the class, «more follows». */
const CHAINING = 0x10;

/** Commands in the clear, as «CLA INS». The card must not be in use. */
export function clearCommands(card: SimulatedCard): string[] {
  const found: string[] = [];
  for (let cla = 0; cla < 256; cla++) {
    if ((cla & CHAINING) !== 0) continue;
    for (let ins = 0; ins < 256; ins++) {
      const word = toHex(card.transmit(Uint8Array.of(cla, ins, 0, 0)) ?? new Uint8Array(0));
      // Without a channel every command of the channel's class is refused alike.
      if (![UNKNOWN_CLASS, UNKNOWN_INSTRUCTION, CHANNEL_BROKEN].includes(word))
        found.push(`${hex2(cla)} ${hex2(ins)}`);
    }
  }
  return found;
}

/** Commands in the channel, as «84 INS P1». `talk` is a session after VERIFY services. */
export function channelCommands(talk: Talk): string[] {
  const found: string[] = [];
  for (let ins = 0; ins < 256; ins++) {
    if (talk.say(ins, 0, 0).sw === UNKNOWN_INSTRUCTION) continue;
    for (let p1 = 0; p1 < 256; p1++)
      if ([0, 1, 2].some((p2) => talk.say(ins, p1, p2).sw !== WRONG_PARAMETERS))
        found.push(`84 ${hex2(ins)} ${hex2(p1)}`);
  }
  return found;
}
