/**
 * Wallets that are no cards: the other people of the demo, each a seed. They claim what they worked, load packs by the same blind
 * signatures as a card (RFC 9474) and keep the coupons in memory until they have shopped. Their keys are kept nowhere.
 */

import { nodeCrypto } from '../crypto/node.ts';
import { random } from '../main/random.ts';
import { toHex } from '../src/bytes.ts';
import { couponSerial } from '../src/coupons/coupon.ts';
import { select, totalMinutes } from '../src/coupons/denominations.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { loadExponents } from '../src/coupons/pack.ts';
import { blindingFactor, blindLoad, finalize } from '../src/coupons/rsabssa.ts';
import type { RsaPublicKey } from '../src/crypto-port.ts';
import { keyOf } from '../src/economy/envelope.ts';
import type { State } from '../src/economy/state.ts';
import type { Id, Key, RedeemedCoupon } from '../src/economy/transaction.ts';
import { DENOMINATION_EXPONENTS, LOAD_PACKS, PACK_MINUTES } from '../src/limits.ts';
import { fromMinutes } from '../src/units/micro-minutes.ts';
import type { Scribe } from './scribe.ts';

/** Bytes of a blinding factor before it is reduced: 256 bits more than a modulus has. */
const FACTOR_BYTES = 288;

/** A load that waits for its issue. */
export interface WaitingLoad {
  readonly load: Id;
  readonly wallet: Wallet;
  readonly packs: number;
  readonly blinded: readonly Uint8Array[];
  finish(signatures: readonly Uint8Array[]): void;
}

export class Wallet {
  readonly seed = random(32);
  readonly key: Key = keyOf(nodeCrypto, this.seed);
  readonly #g = toHex(random(8));
  readonly #coupons: RedeemedCoupon[][] = DENOMINATION_EXPONENTS.map(() => []);

  /** Claims every revised workload. */
  claim(scribe: Scribe, state: State): void {
    for (const { workload, revision } of claimable(state, this.key))
      scribe.write({ kind: 'claim', workload, revision }, this.seed);
  }

  /** Minutes in coupons. */
  get minutes(): number {
    return totalMinutes(this.#coupons.map((list) => list.length));
  }

  /** Loads packs; the issue is the office's. undefined when the balance holds no whole pack, or `most` is 0. */
  load(scribe: Scribe, state: State, keyset: Keyset, most: number): WaitingLoad | undefined {
    const packs = Math.min(most, LOAD_PACKS, Number(balanceOf(state, this.key) / fromMinutes(PACK_MINUTES)));
    if (packs < 1) return undefined;
    const items = loadExponents(packs).map((exponent) => {
      const key = keyset.keys[exponent] as RsaPublicKey;
      const message = couponSerial(nodeCrypto, 1, nodeCrypto.ed25519Public(random(32)));
      return { key, message, factor: blindingFactor(random(FACTOR_BYTES), key.n), exponent };
    });
    const made = blindLoad(nodeCrypto, items);
    if (!made.ok) throw new Error(made.refusal);
    const blinded = made.value.map((one) => one.blinded);
    const id = toHex(keyset.id);
    const load = scribe.write(
      { kind: 'load', g: this.#g, packs, keyset: id, wallet: this.key, blinded },
      this.seed,
    );
    const finish = (signatures: readonly Uint8Array[]): void => {
      for (const [i, { key, message, exponent }] of items.entries()) {
        const inverse = made.value[i]?.inverse as bigint;
        const done = finalize(nodeCrypto, key, message, signatures[i] as Uint8Array, inverse);
        if (!done.ok) throw new Error(done.refusal);
        this.#coupons[exponent]?.push({
          keyset: id,
          exponent,
          serial: toHex(message),
          signature: done.value,
        });
      }
    };
    return { load, wallet: this, packs, blinded, finish };
  }

  /** Coupons that sum to exactly `minutes`, as few as can be; undefined when there are none. */
  pay(minutes: number): readonly RedeemedCoupon[] | undefined {
    const chosen = select(
      minutes,
      this.#coupons.map((list) => list.length),
    );
    if (!chosen.ok) return undefined;
    return chosen.value.flatMap((count, exponent) => this.#coupons[exponent]?.splice(0, count) ?? []);
  }
}

/** Workloads of a wallet that a revision has covered and nobody has claimed, oldest first. */
export function claimable(state: State, wallet: Key): { readonly workload: Id; readonly revision: Id }[] {
  const found: { workload: Id; revision: Id }[] = [];
  for (const [workload, row] of state.workloads.entries())
    if (row.wallet === wallet && row.revision !== undefined && !row.claimed)
      found.push({ workload, revision: row.revision });
  return found;
}

/** A wallet's balance over all origins, micro-minutes. */
export function balanceOf(state: State, wallet: Key): bigint {
  let sum = 0n;
  for (const origin of state.indexes.walletOrigins.get(wallet) ?? [])
    sum += state.balances.get(`${wallet}/${origin}`) ?? 0n;
  return sum;
}
