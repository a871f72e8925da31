/**
 * What a coupon office owes, as pure functions: for every load of its keyset one issue, all blind signatures in the
 * order of the blinded serials (RFC 9474 §4.3), each re-verified before it leaves. Everything is deterministic, so an
 * office that lost its memory, or runs twice, makes the same bytes and therefore the same transaction.
 * Not here: private keys at rest, when to act, sending (the node).
 */

import { loadExponents } from '../coupons/pack.ts';
import { blindSign } from '../coupons/rsabssa.ts';
import type { CryptoPort, RsaPrivateKey } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { LoadRow, State } from './state.ts';
import type { Id, Issue } from './transaction.ts';

/** Loads of this office that wait for their issue, oldest block first. Reads every load: for a start; afterwards follow the `load` events. */
export function openLoads(state: State, office: Id): readonly Id[] {
  return [...state.loads.entries()]
    .filter(([, load]) => load.signatures === undefined && state.keysets.get(load.keyset)?.office === office)
    .sort(([a, x], [b, y]) => x.height - y.height || (a < b ? -1 : 1))
    .map(([id]) => id);
}

/**
 * The issue for one load. `keys`: the nine private keys of the load's keyset, 2^0 minutes first. Refuses `signing_failure`
 * when a signature does not verify under its own key (a fault, which would give that key away) or a key is missing; nothing
 * leaves. Keys of another keyset are found by the ledger: `wrong_blind_signature`.
 */
export function issueFor(
  crypto: CryptoPort,
  chain: string,
  keys: readonly RsaPrivateKey[],
  id: Id,
  load: Pick<LoadRow, 'packs' | 'blinded'>,
): Result<Issue, 'signing_failure'> {
  const exponents = loadExponents(load.packs);
  const signatures: Uint8Array[] = [];
  for (const [i, blinded] of load.blinded.entries()) {
    const key = keys[exponents[i] as number];
    const signed = key === undefined ? undefined : blindSign(crypto, key, blinded);
    if (!signed?.ok) return refuse('signing_failure', `number ${i}: ${signed?.refusal ?? 'no key'}`);
    signatures.push(signed.value);
  }
  return ok({ kind: 'issue', chain, load: id, signatures });
}
