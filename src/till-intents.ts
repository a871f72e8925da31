/**
 * Everything the screen can ask the terminal for, as a schema: both hosts check what comes through the door with it. The
 * screen itself needs the type only, so that no validator is in its bundle.
 */
import { z } from 'zod';
import { DISMISS_REASON, LOAD_PACKS, PIN_DIGITS, PUK_DIGITS, RECOVERY_WORDS, WORDS_ASKED } from './limits.ts';

const typeId = z.string().regex(/^[0-9a-f]{64}$/);
const amount = z.number().int().min(1).max(1_000_000);
const digits = ({ min, max }: { readonly min: number; readonly max: number }) =>
  z.string().regex(new RegExp(`^[0-9]{${min},${max}}$`));
const pin = digits(PIN_DIGITS);
const puk = digits(PUK_DIGITS);
const word = z.string().max(16);

/** Everything the screen can ask for. One word for one act; the answer is an `Answer`. */
export const intentSchema = z.discriminatedUnion('intent', [
  // checkout
  z.object({ intent: z.literal('search'), text: z.string().max(80) }),
  z.object({ intent: z.literal('scan'), code: z.string().max(64) }),
  z.object({ intent: z.literal('add'), type: typeId, amount }),
  z.object({ intent: z.literal('set_amount'), type: typeId, amount: z.number().int().min(0).max(1_000_000) }),
  z.object({ intent: z.literal('clear_basket') }),
  /** Freezes the prices and asks for the card. */
  z.object({ intent: z.literal('pay') }),
  /** Back to the basket; refused once a card has answered SPEND. */
  z.object({ intent: z.literal('cancel_payment') }),
  /** The person has left between SPEND and ACK: nothing is handed over, the coupons are aborted. */
  z.object({ intent: z.literal('give_up') }),
  z.object({ intent: z.literal('enter_pin'), pin }),
  z.object({ intent: z.literal('next_sale') }),
  // crowd
  z.object({ intent: z.literal('close_crowd_now') }),
  // what was set aside
  z.object({ intent: z.literal('outbox_retry'), id: typeId }),
  z.object({
    intent: z.literal('outbox_dismiss'),
    id: typeId,
    reason: z.string().trim().min(DISMISS_REASON.min).max(DISMISS_REASON.max),
  }),
  /** Answered with the text of a file. */
  z.object({ intent: z.literal('outbox_file') }),
  // card services
  z.object({ intent: z.literal('services_open') }),
  z.object({ intent: z.literal('services_pin'), pin }),
  z.object({ intent: z.literal('services_claim') }),
  z.object({ intent: z.literal('services_load'), packs: z.number().int().min(1).max(LOAD_PACKS) }),
  z.object({ intent: z.literal('services_change_pin'), old: pin, new: pin }),
  z.object({ intent: z.literal('services_unblock'), puk, new: pin }),
  /** Coupons that cannot be used at a till become new ones. `undoPending`: also those of purchases that were not finished; `all`: everything. */
  z.object({
    intent: z.literal('services_refresh'),
    undoPending: z.boolean().optional(),
    all: z.boolean().optional(),
  }),
  /** Shows a new card's words; asks for some of them; the holder's answers. */
  z.object({ intent: z.literal('services_words') }),
  z.object({ intent: z.literal('services_words_ask') }),
  z.object({ intent: z.literal('services_words_check'), words: z.array(word).length(WORDS_ASKED) }),
  /** Puts a lost card's words into a new one. */
  z.object({ intent: z.literal('services_restore'), words: z.array(word).length(RECOVERY_WORDS) }),
  /** Looks for what lost cards of this wallet still have, and takes it over. */
  z.object({ intent: z.literal('services_find_lost') }),
  /** Coupons that the ledger has seen elsewhere: forgotten, or refreshed after all. With the PIN anew. */
  z.object({ intent: z.literal('services_dead'), pin, what: z.enum(['forget', 'refresh']) }),
  z.object({ intent: z.literal('services_close') }),
  // stock
  z.object({ intent: z.literal('count_begin') }),
  z.object({
    intent: z.literal('count_enter'),
    type: typeId,
    amount: z.number().int().min(0).max(100_000_000).nullable(),
  }),
  /** No more entries: the terminal works out the variance. */
  z.object({ intent: z.literal('count_seal') }),
  /** Opens one sealed line again for a recount. */
  z.object({ intent: z.literal('count_recount'), type: typeId }),
  z.object({ intent: z.literal('count_post') }),
  z.object({ intent: z.literal('count_cancel') }),
]);
export type Intent = z.infer<typeof intentSchema>;
