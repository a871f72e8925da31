/**
 * Status words of the card application: the closed list of docs/card-protocol.md on the words of ISO 7816-4 table 6.
 * `6985` means one thing to SPEND and another to every other command, so a command says how it reads it.
 */

export const STATUS_REFUSALS = [
  'wrong_pin',
  'wrong_length',
  'pin_needed',
  'pin_blocked',
  'certificate_refused',
  'cannot_pay',
  'conditions_not_satisfied',
  'channel_broken',
  'wrong_data',
  'not_found',
  'no_room',
  'already_paid',
  'not_supported',
  'wrong_answer',
] as const;

/** What a status word other than 9000 says. `wrong_answer`: none of the list. */
export type StatusRefusal = (typeof STATUS_REFUSALS)[number];

export type Status =
  | { readonly kind: 'ok' }
  | { readonly kind: 'wrong_pin'; readonly triesLeft: number }
  | { readonly kind: Exclude<StatusRefusal, 'wrong_pin'> };

const WORDS: ReadonlyMap<number, Exclude<StatusRefusal, 'wrong_pin'>> = new Map([
  [0x6700, 'wrong_length'],
  [0x6982, 'pin_needed'],
  [0x6983, 'pin_blocked'],
  [0x6984, 'certificate_refused'],
  [0x6988, 'channel_broken'],
  [0x6a80, 'wrong_data'],
  [0x6a82, 'not_found'],
  [0x6a84, 'no_room'],
  [0x6a86, 'not_supported'],
  [0x6a89, 'already_paid'],
  [0x6d00, 'not_supported'],
  [0x6e00, 'not_supported'],
]);

/** The meaning of a status word for a command; `of` is what 6985 means to it. Total: every number has one meaning. */
export function readStatus(sw: number, of: 'spend' | 'other'): Status {
  if (sw === 0x9000) return { kind: 'ok' };
  if ((sw & 0xfff0) === 0x63c0) return { kind: 'wrong_pin', triesLeft: sw & 0x0f };
  if (sw === 0x6985) return { kind: of === 'spend' ? 'cannot_pay' : 'conditions_not_satisfied' };
  return { kind: WORDS.get(sw) ?? 'wrong_answer' };
}
