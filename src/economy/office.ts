/**
 * The coupon office (paper §2.2): any collective may run one. It publishes a keyset, nine RSA keys for coupons of
 * 2^0 … 2^8 minutes, and registers batches of cards. One keyset is live in a subsystem at a time: an office serves the
 * whole subsystem, so a coupon says nothing of a workplace, and keysets last for years, because short-lived ones would
 * link coupons to wallets. Coupons of an older keyset stay redeemable.
 * Not here: stopping a keyset or batch (`revoke.ts`), what the office signs (`load.ts`, `office-duty.ts`), where its private keys lie (the node).
 */
import { beInt, toHex } from '../bytes.ts';
import { checkKeyset } from '../coupons/keyset.ts';
import type { RsaPublicKey } from '../crypto-port.ts';
import { DENOMINATION_EXPONENTS, KEYSET_SECONDS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { KeysetRow, State } from './state.ts';
import type { Batch, Id, PublishKeyset } from './transaction.ts';
import { keysOf, subsystemOf } from './who.ts';

/** A registered keyset's public keys as numbers, always the same objects; undefined for an unknown keyset. */
export function couponKeys(state: State, keyset: Id): readonly RsaPublicKey[] | undefined {
  const known = state.indexes.couponKeys.get(keyset);
  if (known !== undefined) return known;
  const row = state.keysets.get(keyset);
  if (row === undefined) return undefined;
  const keys = row.keys.map(({ n, e }) => ({ n: beInt(n), e: BigInt(e) }));
  state.indexes.couponKeys.set(keyset, keys);
  return keys;
}

/** The keyset that is live in the office's subsystem, and its id. */
function liveKeyset(state: State, office: Id): { readonly id: Id; readonly row: KeysetRow } | undefined {
  const id = state.liveKeysets.get(subsystemOf(state, office));
  const row = id === undefined ? undefined : state.keysets.get(id);
  return id === undefined || row === undefined ? undefined : { id, row };
}

/**
 * Refuses `bad_keyset` (the detail says which rule of src/coupons/keyset.ts), `keyset_in_use` (the subsystem's live
 * keyset is younger than five years; a cause to replace one earlier is stated by revoking it, which leaves
 * none live), `keyset_known` (these keys are registered).
 */
export const keysetRule: Rule<PublishKeyset, { readonly id: Id }> = {
  kind: 'keyset',
  signers: (context, { office }) => keysOf(context.state, office),
  check({ state, crypto, time }, { office, keys }): Result<{ readonly id: Id }, Refusal> {
    const checked = checkKeyset(crypto, keys);
    if (!checked.ok) return refuse('bad_keyset', checked.refusal);
    const live = liveKeyset(state, office);
    if (live !== undefined && time < live.row.published + KEYSET_SECONDS) return refuse('keyset_in_use');
    const id = toHex(checked.value.id);
    return state.keysets.has(id) ? refuse('keyset_known') : ok({ id });
  },
  apply(context: Context, { office, keys }, { id }): void {
    const { state, time } = context;
    const none = DENOMINATION_EXPONENTS.map(() => 0);
    state.keysets.set(id, {
      office,
      keys,
      published: time,
      issued: none,
      redeemed: none,
      refreshed: none,
      recouped: none,
      wasted: none,
    });
    state.liveKeysets.set(subsystemOf(state, office), id);
    context.emit({ kind: 'keyset', keyset: id, office, moduli: keys.map(({ n }) => toHex(n)) });
  },
};

/**
 * A batch of 1 000 to 10 000 cards that share an attestation key: a till learns that it speaks to a real card, and not to
 * which. Refuses `batch_known`, `expired` (`until` is not in the future), `not_the_office` (the subsystem's live keyset is
 * not this collective's: a batch vouches for cards, which is the office's to do).
 */
export const batchRule: Rule<Batch, null> = {
  kind: 'batch',
  signers: (context, { office }) => keysOf(context.state, office),
  check({ state, time }, { office, key, until }): Result<null, Refusal> {
    if (state.batches.has(key)) return refuse('batch_known');
    if (until <= time) return refuse('expired');
    return liveKeyset(state, office)?.row.office === office ? ok(null) : refuse('not_the_office');
  },
  apply(context: Context, { office, key, until }): void {
    context.state.batches.set(key, { office, until });
    context.emit({ kind: 'batch', key, office, until });
  },
};
