/**
 * A card of the town: what it holds, which coupons it pays with (`src/coupons/denominations.ts`, as the simulated card does) and what
 * happens at card services: what it holds is refreshed into as many whole packs as it sums to, then packs are loaded. Keys
 * are hashes, blinded serials are numbers nobody has seen; the ledger takes both for what they are.
 */

import { ascii, hexBytes, toHex } from '../../src/bytes.ts';
import { DENOMINATIONS, select, totalMinutes } from '../../src/coupons/denominations.ts';
import { loadExponents } from '../../src/coupons/pack.ts';
import type { Id, Key, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { CARD_SLOTS, LOAD_PACKS, PACK_COUPONS, PACK_MINUTES } from '../../src/limits.ts';
import { KEYSETS, paperCrypto, paperSignature } from '../../test/histories/paper-crypto.ts';
import { BATCH, type TownChain } from './chain.ts';

export interface Coin {
  readonly keyset: Id;
  readonly exponent: number;
  readonly key: Key;
  readonly serial: Id;
}

/** Coupons of exponent e that a refresh gives for as many whole packs as the holdings sum to; undefined when there are none. */
export function refreshed(counts: readonly number[]): { packs: number; given: number[] } | undefined {
  const minutes = totalMinutes(counts);
  const packs = Math.min(LOAD_PACKS, Math.floor(minutes / PACK_MINUTES));
  if (packs === 0) return undefined;
  const given = select(packs * PACK_MINUTES, counts, CARD_SLOTS);
  return given.ok ? { packs, given: given.value } : undefined;
}

export class Card {
  readonly #chain: TownChain;
  readonly wallet: Key;
  readonly #name: string;
  readonly #coins: Coin[][] = Array.from({ length: DENOMINATIONS }, () => []);
  #made = 0;

  constructor(chain: TownChain, wallet: Key, name: string) {
    this.#chain = chain;
    this.wallet = wallet;
    this.#name = name;
  }

  get counts(): number[] {
    return this.#coins.map((list) => list.length);
  }
  get minutes(): number {
    return totalMinutes(this.#coins.map((list) => list.length));
  }

  /** Coupons that pay exactly, as the card's rule takes them; undefined when it cannot. */
  pay(minutes: number): readonly Coin[] | undefined {
    const chosen = select(minutes, this.counts);
    if (!chosen.ok) return undefined;
    return chosen.value.flatMap((count, e) => this.#coins[e]?.splice(0, count) ?? []);
  }

  /** At card services: refresh, then load. `refresh` false leaves what the card holds. Most packs that fit are loaded when `packs` do not. */
  services(packs: number, refresh: boolean): void {
    if (refresh) this.#refresh();
    const room = Math.floor((CARD_SLOTS - this.counts.reduce((sum, n) => sum + n, 0)) / PACK_COUPONS);
    const fits = Math.min(packs, room, LOAD_PACKS);
    if (fits < 1) return;
    const { keyset } = this.#chain;
    const blinded = this.#blinded(fits);
    const body = { kind: 'load', g: '0123456789abcdef', packs: fits, keyset, blinded } as const;
    this.#receive(fits, blinded, this.#chain.send({ ...body, wallet: this.wallet }, this.wallet));
  }

  #refresh(): void {
    const chosen = refreshed(this.counts);
    if (chosen === undefined) return;
    const coins = chosen.given.flatMap((count, e) => this.#coins[e]?.splice(0, count) ?? []);
    const coupons = coins
      .map(({ keyset, exponent, key, serial }) => ({
        keyset,
        exponent,
        key,
        signature: signed(keyset, exponent, serial),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const blinded = this.#blinded(chosen.packs);
    const voucher = { batch: BATCH, signature: new Uint8Array(64) };
    const { keyset } = this.#chain;
    const body = { kind: 'refresh', packs: chosen.packs, keyset, blinded, coupons, voucher } as const;
    this.#receive(chosen.packs, blinded, this.#chain.send(body, ...coins.map(({ key }) => key)));
  }

  #blinded(packs: number): Uint8Array[] {
    return Array.from({ length: packs * PACK_COUPONS }, (_, i) => {
      const out = new Uint8Array(256);
      out.set(paperCrypto.sha256(ascii(`blinded ${this.#name} ${this.#made + i}`)), 224);
      return out;
    });
  }

  #receive(packs: number, blinded: readonly Uint8Array[], load: Id): void {
    this.#chain.issue(load, blinded);
    for (const exponent of loadExponents(packs)) {
      const key = `01${toHex(paperCrypto.sha256(ascii(`coupon ${this.#name} ${this.#made++}`)))}`;
      const serial = toHex(paperCrypto.sha256(hexBytes(key)));
      this.#coins[exponent]?.push({ keyset: this.#chain.keyset, exponent, key, serial });
    }
  }
}

function signed(keyset: Id, exponent: number, serial: Id): Uint8Array {
  const n = KEYSETS.find(({ id }) => id === keyset)?.moduli[exponent] ?? 0n;
  return paperSignature(n, hexBytes(serial));
}

/** What the till shows the ledger of a coin. `serial`: the coin's own unless told. */
export function shown({ keyset, exponent, serial: own }: Coin, serial = own): RedeemedCoupon {
  return { keyset, exponent, serial, signature: signed(keyset, exponent, serial) };
}
