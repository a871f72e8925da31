/**
 * The line to the card: commands sealed and sent, answers opened and read, refusals told apart (docs/card-protocol.md,
 * «Frame»). It has no idea of what is asked; `card-session.ts` and `card-services.ts` have. A broken order, seal or
 * contact ends a line for good and its keys are overwritten.
 */
import { encodeCommand, parseResponse } from '../src/card/apdu.ts';
import type { Channel } from '../src/card/channel.ts';
import { CHANNEL_CLA, type Nearest, type PlainCommand, parseCannotPay } from '../src/card/commands.ts';
import { readStatus, STATUS_REFUSALS } from '../src/card/status-word.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import type { CardInField } from './card-reader.ts';

/**
 * Why a conversation says no. The reader's own reasons; `not_a_timecard` and `not_supported` from SELECT; the card's
 * words (status-word.ts); what the terminal finds in an answer: `wrong_answer` (malformed), `wrong_sum`,
 * `unknown_keyset`, `bad_coupon`, `unknown_batch`, `bad_attestation`; `session_over`: a refusal before ended it.
 */
export const SESSION_REFUSALS = [
  'card_left',
  'card_mute',
  'reader_failed',
  'not_a_timecard',
  ...STATUS_REFUSALS,
  'wrong_sum',
  'unknown_keyset',
  'bad_coupon',
  'unknown_batch',
  'bad_attestation',
  'session_over',
] as const;
export type SessionRefusal = (typeof SESSION_REFUSALS)[number];

/** A refusal with what belongs to it: tries left with `wrong_pin`, and with `cannot_pay` after the PIN the nearest payable amounts. A Result's refused form. */
export type Refused =
  | {
      readonly ok: false;
      readonly refusal: Exclude<SessionRefusal, 'wrong_pin' | 'cannot_pay'>;
      readonly detail?: string;
    }
  | { readonly ok: false; readonly refusal: 'wrong_pin'; readonly triesLeft: number }
  | { readonly ok: false; readonly refusal: 'cannot_pay'; readonly nearest: Nearest | undefined };

export type Answer<T> = { readonly ok: true; readonly value: T } | Refused;

type Plain = Exclude<SessionRefusal, 'wrong_pin' | 'cannot_pay'>;

/** A refusal without belongings. */
export function refused(refusal: Plain, detail?: string): Refused {
  return detail === undefined ? { ok: false, refusal } : { ok: false, refusal, detail };
}

/** A status word with its data as a refusal, or undefined for 9000. */
export function refusalOf(sw: number, data: Uint8Array, of: 'spend' | 'other'): Refused | undefined {
  const status = readStatus(sw, of);
  switch (status.kind) {
    case 'ok':
      return undefined;
    case 'wrong_pin':
      return { ok: false, refusal: 'wrong_pin', triesLeft: status.triesLeft };
    case 'cannot_pay': {
      const nearest = parseCannotPay(data);
      return nearest.ok
        ? { ok: false, refusal: 'cannot_pay', nearest: nearest.value }
        : refused('wrong_answer', nearest.detail);
    }
    default:
      return refused(status.kind, sw.toString(16));
  }
}

/** Sends a command and reads its answer; an answer that cannot be read is `wrong_answer`. */
export type Ask = <T>(
  command: PlainCommand,
  read: (data: Uint8Array) => Result<T, 'wrong_answer'>,
) => Promise<Answer<T>>;

export function asker(line: Pick<Line, 'send'>): Ask {
  return async (command, read) => {
    const answer = await line.send(command);
    return answer.ok ? read(answer.value) : answer;
  };
}

/** Reads an answer without data. */
export function nothing(data: Uint8Array): Result<true, 'wrong_answer'> {
  return data.length === 0 ? ok(true) : refuse('wrong_answer', 'data');
}

export interface Line {
  /** One command and its data when the card says 9000. One at a time: a second one meanwhile is a bug and throws. */
  send(command: PlainCommand): Promise<Answer<Uint8Array>>;
  /** Overwrites the keys; everything later is `session_over`. */
  end(): void;
}

/** The channel over the reader: seals, sends, opens. Any break of the order, of the seal or of the contact ends it for good. */
export function createLine(card: CardInField, channel: Channel): Line {
  let state: 'idle' | 'busy' | 'over' = 'idle';
  const over = () => state === 'over';
  const end = () => {
    if (!over()) channel.wipe();
    state = 'over';
  };
  async function send(command: PlainCommand): Promise<Answer<Uint8Array>> {
    if (over()) return refused('session_over');
    if (state === 'busy') throw new Error('a card takes one command at a time');
    state = 'busy';
    const { ins, p1, p2 } = command;
    const data = channel.seal(Uint8Array.of(CHANNEL_CLA, ins, p1, p2), command.data);
    const apdu = encodeCommand({ cla: CHANNEL_CLA, ins, p1, p2, data, ne: command.long ? 65_536 : 256 });
    const bytes = await card.exchange(apdu);
    if (over()) return refused('session_over'); // closed while the card was thinking
    const broken = (refusal: Plain, detail?: string) => {
      end();
      return refused(refusal, detail);
    };
    if (!bytes.ok) return broken(bytes.refusal, bytes.detail);
    const outer = parseResponse(bytes.value);
    // Whatever is said in the clear here was not said by the card we opened, or it has lost the channel.
    if (!outer.ok || outer.value.sw !== 0x9000) return broken('channel_broken', 'in the clear');
    const inner = channel.open(outer.value.data);
    if (inner === undefined) return broken('channel_broken', 'seal');
    const answer = parseResponse(inner);
    if (!answer.ok) return broken('wrong_answer', answer.refusal);
    state = 'idle';
    return refusalOf(answer.value.sw, answer.value.data, command.of) ?? ok(answer.value.data);
  }
  return { send, end };
}
