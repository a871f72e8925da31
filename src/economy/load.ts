/**
 * Loading (paper §6.5 in its private form): a wallet turns balance into coupons. A load, signed by the wallet, deletes whole
 * packs of 300 minutes from its balances and carries the blinded serials of the coupons it wants (RFC 9474); an issue
 * brings the office's blind signatures. Everybody loads the same pack, so a load says nothing but how many.
 * Value moves B → O when the load is taken: an open load is the office's obligation like a coupon.
 * Not here: what the office signs and when (`office-duty.ts`), undoing a load that is never issued.
 */
import { compare, toHex } from '../bytes.ts';
import { loadExponents } from '../coupons/pack.ts';
import { checkBlindSignature } from '../coupons/rsabssa.ts';
import type { CryptoPort, RsaPublicKey } from '../crypto-port.ts';
import { LOAD_PACKS, PACK_COUPONS, PACK_MINUTES } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { fromMinutes, type MicroMinutes } from '../units/micro-minutes.ts';
import { addBalance } from './accounts.ts';
import { couponKeys } from './office.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import type { KeysetRow, LoadRow, State } from './state.ts';
import type { Id, Issue, Key, Load } from './transaction.ts';
import { collective, subsystemOf } from './who.ts';

interface Taken {
  readonly origin: Id;
  readonly value: MicroMinutes;
}

/**
 * Where the minutes of a load leave a wallet: balances whose origin is in the office's subsystem (weak trust, §2.1), that of the
 * oldest collective first. undefined when they do not suffice.
 */
function takeFrom(state: State, wallet: Key, subsystem: Id, need: MicroMinutes): Taken[] | undefined {
  const origins = [...(state.indexes.walletOrigins.get(wallet) ?? [])]
    .map((origin) => ({ origin, row: collective(state, origin) }))
    .filter(({ row }) => row.subsystem === subsystem)
    .sort((a, b) => a.row.ordinal - b.row.ordinal);
  const taken: Taken[] = [];
  let rest = need;
  for (const { origin } of origins) {
    const balance = state.balances.get(`${wallet}/${origin}`) ?? 0n;
    if (rest === 0n) break;
    const value = balance < rest ? balance : rest;
    taken.push({ origin, value });
    rest -= value;
  }
  return rest === 0n ? taken : undefined;
}

/** SHA-256 of each blinded serial, or why they cannot be taken: each 256 bytes, below its key's modulus, never seen before. */
function blindedHashes(
  state: State,
  crypto: CryptoPort,
  keyset: KeysetRow,
  { packs, blinded }: Load,
): Result<readonly Id[], Refusal> {
  const exponents = loadExponents(packs);
  for (const [i, block] of blinded.entries()) {
    const n = keyset.keys[exponents[i] as number]?.n;
    if (n === undefined || block.length !== n.length || compare(block, n) >= 0)
      return refuse('blinded_out_of_range', `number ${i}`);
  }
  const hashes = blinded.map((block) => toHex(crypto.sha256(block)));
  const fresh = new Set(hashes).size === hashes.length && !hashes.some((hash) => state.blinded.has(hash));
  return fresh ? ok(hashes) : refuse('blinded_seen');
}

interface LoadPlan {
  readonly taken: readonly Taken[];
  readonly hashes: readonly Id[];
}

/**
 * Refuses `unknown_keyset`, `expired` (the keyset is no longer the live one of its office's subsystem), `packs_out_of_range`
 * (1 … 6), `wrong_number` (not packs × 32 blinded serials), `blinded_out_of_range`, `blinded_seen` (twice here, or in any load
 * before), `balance_too_small` (of balances whose origin weakly trusts the office).
 */
export const loadRule: Rule<Load, LoadPlan> = {
  kind: 'load',
  signers: (_context, { wallet }) => ok([wallet]),
  check({ state, crypto }, load): Result<LoadPlan, Refusal> {
    const keyset = state.keysets.get(load.keyset);
    if (keyset === undefined) return refuse('unknown_keyset');
    const subsystem = subsystemOf(state, keyset.office);
    if (state.liveKeysets.get(subsystem) !== load.keyset) return refuse('expired');
    const { packs } = load;
    if (!Number.isInteger(packs) || packs < 1 || packs > LOAD_PACKS) return refuse('packs_out_of_range');
    if (load.blinded.length !== packs * PACK_COUPONS) return refuse('wrong_number');
    const hashes = blindedHashes(state, crypto, keyset, load);
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

/** The key that signed number `i` of a load, in the order of `loadExponents`. */
function keysOfLoad(keys: readonly RsaPublicKey[], packs: number): readonly RsaPublicKey[] {
  return loadExponents(packs).map((exponent) => {
    const key = keys[exponent];
    if (key === undefined) throw new Error(`no key of exponent ${exponent}`);
    return key;
  });
}

/** A load with its keyset; undefined when there is no such load. A load whose keyset is missing is a bug and throws. */
function loadWithKeyset(
  state: State,
  id: Id,
):
  | { readonly load: LoadRow; readonly keyset: KeysetRow; readonly keys: readonly RsaPublicKey[] }
  | undefined {
  const load = state.loads.get(id);
  if (load === undefined) return undefined;
  const keyset = state.keysets.get(load.keyset);
  const keys = couponKeys(state, load.keyset);
  if (keyset === undefined || keys === undefined) throw new Error(`load ${id} without its keyset`);
  return { load, keyset, keys };
}

/**
 * Signed by the office of the load's keyset: `not_the_office` when only others signed. Refuses `unknown_load`, `wrong_number`
 * (not one signature for each blinded serial), `already_issued`, `wrong_blind_signature` (s^e ≢ blinded for one).
 */
export const issueRule: Rule<Issue, LoadRow> = {
  kind: 'issue',
  signers({ state }, { load }, offered): Result<readonly Key[], Refusal> {
    const found = loadWithKeyset(state, load);
    if (found === undefined) return refuse('unknown_load');
    const { key } = collective(state, found.keyset.office);
    return offered.length === 0 || offered.includes(key) ? ok([key]) : refuse('not_the_office');
  },
  check({ state, crypto }, { load: id, signatures }): Result<LoadRow, Refusal> {
    const found = loadWithKeyset(state, id);
    if (found === undefined) return refuse('unknown_load');
    const { load } = found;
    if (signatures.length !== load.blinded.length) return refuse('wrong_number');
    if (load.signatures !== undefined) return refuse('already_issued');
    const keys = keysOfLoad(found.keys, load.packs);
    const wrong = load.blinded.findIndex(
      (blinded, i) =>
        !checkBlindSignature(crypto, keys[i] as RsaPublicKey, blinded, signatures[i] as Uint8Array),
    );
    return wrong < 0 ? ok(load) : refuse('wrong_blind_signature', `number ${wrong}`);
  },
  apply(context: Context, { load: id, signatures }, load): void {
    const { state } = context;
    state.loads.set(id, { ...load, signatures });
    const keyset = state.keysets.get(load.keyset) as KeysetRow;
    const issued = [...keyset.issued];
    for (const exponent of loadExponents(load.packs)) issued[exponent] = (issued[exponent] ?? 0) + 1;
    state.keysets.set(load.keyset, { ...keyset, issued });
    context.emit({ kind: 'issued', load: id });
  },
};
