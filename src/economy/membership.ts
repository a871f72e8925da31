/** Collectives enter, change keys and trust each other (§2, §2.1). Not here: what a merge (`merge.ts`) or a split (`settlement.ts`) of subsystems does. */
import { ok, type Result, refuse } from '../result.ts';
import { addTo } from './indexes.ts';
import { joinedPools, merge } from './merge.ts';
import type { Refusal } from './refusals.ts';
import type { Context, Rule } from './rule.ts';
import { split } from './settlement.ts';
import type { CancelTrust, EstablishTrust, Key, Register, RotateKey } from './transaction.ts';
import { collective, keysOf, strongTrust, trustKey, weakTrust } from './who.ts';

/** Signed by its own new key. Refuses `key_in_use`: one key is one collective. It begins as a subsystem of its own, all accounts 0. */
export const registerRule: Rule<Register, null> = {
  kind: 'register',
  signers: (_, { key }) => ok([key]),
  check: ({ state }, { key }): Result<null, Refusal> =>
    state.indexes.byKey.has(key) ? refuse('key_in_use') : ok(null),
  apply(context: Context, { key, name, dispatches }): void {
    const { state, id } = context;
    const ordinal = state.collectives.size;
    state.collectives.set(id, { key, name, dispatches, ordinal, subsystem: id });
    state.indexes.neighbours.add(id, ordinal);
    state.subsystems.set(id, { C: 0n, W: 0n, D: 0n, Q: 0n, R: 0n, members: 1 });
    state.indexes.byKey.set(key, id);
    addTo(state.indexes.members, id, id);
    context.emit({ kind: 'registered', collective: id, name, key, dispatches });
    context.emit({ kind: 'member', collective: id, subsystem: id });
  },
};

/**
 * A new key for a collective, signed by the old one, which signs nothing for it from then on; id, trust and goods stay. Refuses
 * `unknown_collective`, `key_in_use`.
 */
export const rotateKeyRule: Rule<RotateKey, null> = {
  kind: 'rotate_key',
  signers: ({ state }, { collective: id }) => keysOf(state, id),
  check: ({ state }, { key }): Result<null, Refusal> =>
    state.indexes.byKey.has(key) ? refuse('key_in_use') : ok(null),
  apply(context: Context, { collective: id, key }): void {
    const { state } = context;
    const row = collective(state, id);
    state.indexes.byKey.delete(row.key);
    state.indexes.byKey.set(key, id);
    state.collectives.set(id, { ...row, key });
    context.emit({ kind: 'key_rotated', collective: id, key });
  },
};

/**
 * Signed by both. Refuses `unknown_collective`, `already_trusted`, `same_collective`, `value_overflow` (the two parts hold more
 * of a type than one pool can), `not_sorted` (a must be the smaller id: one trust has one form).
 */
export const establishTrustRule: Rule<EstablishTrust, null> = {
  kind: 'establish_trust',
  signers: ({ state }, { a, b }) => keysOf(state, a, b),
  check({ state }, { a, b }): Result<null, Refusal> {
    if (strongTrust(state, a, b)) return refuse('already_trusted');
    if (a === b) return refuse('same_collective');
    if (a > b) return refuse('not_sorted');
    return joinedPools(state, a, b) ? ok(null) : refuse('value_overflow');
  },
  apply(context: Context, { a, b }): void {
    const { state, time } = context;
    state.trusts.set(trustKey(a, b), { since: time });
    state.indexes.neighbours.link(a, b);
    context.emit({ kind: 'trust', a, b, established: true });
    if (!weakTrust(state, a, b))
      merge(context, collective(state, a).subsystem, collective(state, b).subsystem);
  },
};

/**
 * The end of strong trust, signed by either (§2.1: a safeguard, so nobody else is asked). If no other path connects the two,
 * their subsystem falls into two parts (`settlement.ts`). Refuses `unknown_collective`, `no_trust` (there is none to cancel),
 * `not_sorted`.
 */
export const cancelTrustRule: Rule<CancelTrust, null> = {
  kind: 'cancel_trust',
  signers({ state }, { a, b }, offered): Result<readonly Key[], Refusal> {
    const keys = keysOf(state, a, b);
    if (!keys.ok) return keys;
    const signed = keys.value.filter((key) => offered.includes(key));
    // Nobody signed: that is `missing_signature`, and the key to miss is a's.
    return ok(signed.length > 0 ? signed : keys.value.slice(0, 1));
  },
  check({ state }, { a, b }): Result<null, Refusal> {
    if (!strongTrust(state, a, b)) return refuse('no_trust');
    return a > b ? refuse('not_sorted') : ok(null);
  },
  apply(context: Context, { a, b }): void {
    const { state } = context;
    state.trusts.delete(trustKey(a, b));
    state.indexes.neighbours.unlink(a, b);
    context.emit({ kind: 'trust', a, b, established: false });
    const side = state.indexes.neighbours.cutOff(a, b);
    if (side !== undefined) split(context, collective(state, a).subsystem, side);
  },
};
