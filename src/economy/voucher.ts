/**
 * A card vouches: the attestation key that a batch of cards shares signs that a real card of the batch gives these coupons
 * up and will not show them to a till again. So nobody has to wait until every crowd has landed. The statement is
 * «timecard/refresh» or «timecard/recoup» ‖ suite ‖ chain id ‖ SHA-256 of the canonical body without the voucher: it is
 * bound to one transaction, and no signature of a purchase («timecard/spend») or a transaction («timecard/1») can stand for it.
 * Not here: what it is good for (`refresh.ts`, `recoup.ts`).
 */
import { ascii, concat, hexBytes } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusals.ts';
import type { Context } from './rule.ts';
import type { Recoup, Refresh } from './transaction.ts';
import { weakTrust } from './who.ts';
import { encodeBody } from './wire.ts';

/** The statement's bytes; the card makes them from the running hash of the body. */
export function voucherMessage(crypto: CryptoPort, transaction: Refresh | Recoup, suite = 1): Uint8Array {
  const { voucher: _, ...bare } = transaction;
  const body = encodeBody(bare as Refresh | Recoup);
  return concat(
    ascii(`timecard/${transaction.kind}`),
    Uint8Array.of(suite),
    ascii(transaction.chain),
    crypto.sha256(body),
  );
}

/**
 * Whether a card vouches: false without a voucher. Refuses `no_trust` (the batch's office is not in the subsystem of `office`),
 * `unknown_batch`, `batch_revoked`, `expired`, `wrong_voucher` (the signature).
 */
export function vouched(
  { state, crypto, time }: Context,
  transaction: Refresh | Recoup,
  office: string,
): Result<boolean, Refusal> {
  const { voucher } = transaction;
  if (voucher === undefined) return ok(false);
  const batch = state.batches.get(voucher.batch);
  if (batch === undefined) return refuse('unknown_batch');
  if (!weakTrust(state, batch.office, office)) return refuse('no_trust');
  if (batch.revoked) return refuse('batch_revoked');
  if (batch.until < time) return refuse('expired');
  const message = voucherMessage(crypto, transaction);
  return crypto.ed25519Verify(hexBytes(voucher.batch).subarray(1), message, voucher.signature)
    ? ok(true)
    : refuse('wrong_voucher');
}
