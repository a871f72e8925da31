/**
 * Loading (paper §6.5 in its private form): a wallet turns balance into coupons. A load, signed by the wallet, deletes whole
 * packs of 300 minutes from its balances and carries the blinded serials of the coupons it wants (RFC 9474); an issue
 * brings the office's blind signatures. Everybody loads the same pack, so a load says nothing but how many.
 * Value moves B → O when the load is taken: an open load is the office's obligation like a coupon. An issue answers refreshes
 * and take backs as well (`owed.ts`).
 * Not here: what the office signs and when (`office-duty.ts`), undoing what is never issued (`cancel.ts`).
 */
import { loadExponents } from '../coupons/pack.ts';
import { checkBlindSignature } from '../coupons/rsabssa.ts';
import type { RsaPublicKey } from '../crypto-port.ts';
import { LOAD_PACKS, PACK_COUPONS, PACK_MINUTES } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { fromMinutes } from '../units/micro-minutes.ts';
import { addBalance } from './accounts.ts';
import { couponKeys } from './office.ts';
import { type Taken, takeFrom } from './origins.ts';
import { blindedHashes, countCoupons, type Owed, owedFor } from './owed.ts';
import { closeLocks } from './refresh.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { KeysetRow, State } from './state.ts';
import type { Id, Issue, Key, Load } from './transaction.ts';
import { collective, subsystemOf } from './who.ts';

interface LoadPlan {
  readonly taken: readonly Taken[];
  readonly hashes: readonly Id[];
}

/**
 * Refuses `unknown_keyset`, `keyset_revoked`, `expired` (the keyset is no longer the live one of its office's subsystem),
 * `packs_out_of_range` (1 … 6), `wrong_number` (not packs × 32 blinded serials), `blinded_out_of_range`, `blinded_seen` (twice
 * here, or in anything before), `balance_too_small` (of balances whose origin weakly trusts the office).
 */
export const loadRule: Rule<Load, LoadPlan> = {
  kind: 'load',
  signers: (_context, { wallet }) => ok([wallet]),
  check({ state, crypto }, load): Result<LoadPlan, Refusal> {
    const keyset = state.keysets.get(load.keyset);
    if (keyset === undefined) return refuse('unknown_keyset');
    if (keyset.revoked !== undefined) return refuse('keyset_revoked');
    const subsystem = subsystemOf(state, keyset.office);
    if (state.liveKeysets.get(subsystem) !== load.keyset) return refuse('expired');
    const { packs } = load;
    if (!Number.isInteger(packs) || packs < 1 || packs > LOAD_PACKS) return refuse('packs_out_of_range');
    if (load.blinded.length !== packs * PACK_COUPONS) return refuse('wrong_number');
    const hashes = blindedHashes(state, crypto, keyset, loadExponents(packs), load.blinded);
    if (!hashes.ok) return hashes;
    const taken = takeFrom(state, load.wallet, subsystem, fromMinutes(packs * PACK_MINUTES));
    return taken === undefined ? refuse('balance_too_small') : ok({ taken, hashes: hashes.value });
  },
  apply(context: Context, { wallet, keyset, packs, blinded }, { taken, hashes }): void {
    const { state, id, height } = context;
    for (const { origin, value } of taken) addBalance(state, wallet, origin, -value);
    for (const hash of hashes) state.blinded.set(hash, id);
    state.loads.set(id, { wallet, keyset, packs, blinded, height, taken });
    context.emit({ kind: 'load', load: id, keyset, packs });
  },
};

/** What is owed, with its keyset; undefined when there is nothing of this id. Something owed whose keyset is missing is a bug and throws. */
function owedWithKeyset(
  state: State,
  id: Id,
): { readonly owed: Owed; readonly keyset: KeysetRow; readonly keys: readonly RsaPublicKey[] } | undefined {
  const owed = owedFor(state, id);
  if (owed === undefined) return undefined;
  const keyset = state.keysets.get(owed.row.keyset);
  const keys = couponKeys(state, owed.row.keyset);
  if (keyset === undefined || keys === undefined) throw new Error(`${id} without its keyset`);
  return { owed, keyset, keys };
}

/** What has ended, or not begun, is not issued. */
const NOT_OPEN: { readonly [S in Exclude<Owed['state'], 'open'>]: Refusal } = {
  issued: 'already_issued',
  cancelled: 'already_cancelled',
  void: 'refresh_void',
};

/**
 * Signed by the office of the keyset: `not_the_office` when only others signed. Refuses `unknown_load`, `wrong_number` (not one
 * signature for each blinded serial), `keyset_revoked`, `already_issued`, `already_cancelled`, `refresh_void`, `too_early` (of a
 * slow refresh), `wrong_blind_signature` (s^e ≢ blinded for one).
 */
export const issueRule: Rule<Issue, Owed> = {
  kind: 'issue',
  signers({ state }, { load }, offered): Result<readonly Key[], Refusal> {
    const found = owedWithKeyset(state, load);
    if (found === undefined) return refuse('unknown_load');
    const { key } = collective(state, found.keyset.office);
    return offered.length === 0 || offered.includes(key) ? ok([key]) : refuse('not_the_office');
  },
  check({ state, crypto, time }, { load: id, signatures }): Result<Owed, Refusal> {
    const found = owedWithKeyset(state, id);
    if (found === undefined) return refuse('unknown_load');
    const { owed, keyset, keys } = found;
    const { blinded } = owed.row;
    if (signatures.length !== blinded.length) return refuse('wrong_number');
    if (keyset.revoked !== undefined) return refuse('keyset_revoked');
    if (owed.state !== 'open') return refuse(NOT_OPEN[owed.state]);
    if (time < owed.issueFrom) return refuse('too_early');
    const wrong = blinded.findIndex((block, i) => {
      const key = keys[owed.exponents[i] as number] as RsaPublicKey;
      return !checkBlindSignature(crypto, key, block, signatures[i] as Uint8Array);
    });
    return wrong < 0 ? ok(owed) : refuse('wrong_blind_signature', `number ${wrong}`);
  },
  apply(context: Context, { load: id, signatures }, owed): void {
    const { state } = context;
    if (owed.as === 'load') state.loads.set(id, { ...owed.row, signatures });
    else if (owed.as === 'take_back') state.takeBacks.set(id, { ...owed.row, signatures });
    else {
      state.refreshes.set(id, { ...owed.row, signatures });
      closeLocks(state, id, owed.row);
    }
    countCoupons(state, owed.row.keyset, 'issued', owed.exponents);
    context.emit({ kind: 'issued', load: id });
  },
};
