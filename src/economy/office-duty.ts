/**
 * What a coupon office owes, as pure functions: for every load, refresh and take back of its keyset one issue, all blind signatures in the
 * order of the blinded serials (RFC 9474 §4.3), each re-verified before it leaves. Everything is deterministic, so an
 * office that lost its memory, or runs twice, makes the same bytes and therefore the same transaction.
 * Not here: private keys at rest, when to act, sending (the node).
 */

import { loadExponents } from '../coupons/pack.ts';
import { blindSign } from '../coupons/rsabssa.ts';
import type { CryptoPort, RsaPrivateKey } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import { owedFor } from './owed.ts';
import type { LoadRow, State } from './state.ts';
import type { Id, Issue, Seconds } from './transaction.ts';

/** Loads of this office that wait for their issue, oldest block first. Reads every load: for a start; afterwards follow the `load` events. */
export function openLoads(state: State, office: Id): readonly Id[] {
  return [...state.loads.entries()]
    .filter(
      ([, load]) =>
        load.signatures === undefined && !load.cancelled && state.keysets.get(load.keyset)?.office === office,
    )
    .sort(([a, x], [b, y]) => x.height - y.height || (a < b ? -1 : 1))
    .map(([id]) => id);
}

/**
 * All that this office may issue at a time, oldest block first: its loads, its take backs, and the refreshes whose waiting is over.
 * Nothing of a revoked keyset. Reads every row: for a start; afterwards follow the events `load`, `taken_back` and `refresh`.
 */
export function openIssues(state: State, office: Id, time: Seconds): readonly Id[] {
  const tables = [state.loads, state.refreshes, state.takeBacks];
  return tables
    .flatMap((table) => [...table.entries()].map(([id, { height, keyset }]) => ({ id, height, keyset })))
    .filter(({ id, keyset }) => {
      const row = state.keysets.get(keyset);
      const owed = row?.office === office && row.revoked === undefined ? owedFor(state, id) : undefined;
      return owed?.state === 'open' && owed.issueFrom <= time;
    })
    .sort((a, b) => a.height - b.height || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/**
 * The issue for one load, refresh or take back; what is not a load says its `exponents` (`owedFor`). `keys`: the nine private keys
 * of the keyset, 2^0 minutes first. Refuses `signing_failure`
 * when a signature does not verify under its own key (a fault, which would give that key away) or a key is missing; nothing
 * leaves. Keys of another keyset are found by the ledger: `wrong_blind_signature`.
 */
export function issueFor(
  crypto: CryptoPort,
  chain: string,
  keys: readonly RsaPrivateKey[],
  id: Id,
  load: { readonly blinded: LoadRow['blinded'] } & (
    | Pick<LoadRow, 'packs'>
    | { readonly exponents: readonly number[] }
  ),
): Result<Issue, 'signing_failure'> {
  const exponents = 'exponents' in load ? load.exponents : loadExponents(load.packs);
  const signatures: Uint8Array[] = [];
  for (const [i, blinded] of load.blinded.entries()) {
    const key = keys[exponents[i] as number];
    const signed = key === undefined ? undefined : blindSign(crypto, key, blinded);
    if (!signed?.ok) return refuse('signing_failure', `number ${i}: ${signed?.refusal ?? 'no key'}`);
    signatures.push(signed.value);
  }
  return ok({ kind: 'issue', chain, load: id, signatures });
}
