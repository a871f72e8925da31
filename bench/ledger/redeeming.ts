/**
 * Redemption as it is measured: outlets of one subsystem announce and redeem coupons, in crowds, on a ledger that has seen so
 * many serials already. The spent ones were never signed: they are imported with verdicts given.
 */

import { nodeCrypto } from '../../crypto/node.ts';
import type { Importer } from '../../ledger/import.ts';
import { ascii, toHex } from '../../src/bytes.ts';
import { totalMinutes } from '../../src/coupons/denominations.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { couponsDigest, sortCoupons, VALID } from '../../src/economy/coupon-verdict.ts';
import type { Id, RedeemedCoupon, Transaction } from '../../src/economy/transaction.ts';
import { REDEEM_COUPONS } from '../../src/limits.ts';
import { fromMinutes } from '../../src/units/micro-minutes.ts';
import { CHAIN, MATERIALS, Nonces, type Signer, signer } from './economy.ts';
import { type Minted, PACK_EXPONENTS } from './mint.ts';

/** Coupons in one redemption: a shop's crowd of some hundred and fifty sales. */
export const CROWD = 500;
const OUTLETS = 20;

export interface Outlet extends Signer {
  readonly id: Id;
}

/** An office, outlets that trust it, and `spent` coupons that they redeemed. */
export function importSpent(importer: Importer, minted: Minted, spent: number): Outlet[] {
  const nonces = new Nonces();
  const act = (transaction: object, ...signers: readonly Signer[]): Id =>
    importer.apply(
      { chain: CHAIN, nonce: nonces.next(), ...transaction } as Transaction,
      signers.map(({ key }) => key),
    );
  const register = (name: string): Outlet => {
    const own = signer(name);
    return { ...own, id: act({ kind: 'register', key: own.key, name, dispatches: true }, own) };
  };
  const office = register('office');
  const outlets = Array.from({ length: OUTLETS }, (_, i) => register(`outlet ${i}`));
  for (const outlet of outlets) {
    const [a, b] = [office.id, outlet.id].sort();
    act({ kind: 'establish_trust', a, b }, office, outlet);
  }
  act({ kind: 'keyset', office: office.id, keys: minted.keys }, office);
  owe(
    importer,
    minted,
    spent,
    act({ kind: 'collectivize', owner: office.id, product: MATERIALS[0], amount: 1 }, office),
  );

  const signature = new Uint8Array(256);
  for (let done = 0; done < spent; done += REDEEM_COUPONS) {
    const outlet = outlets[(done / REDEEM_COUPONS) % OUTLETS] as Outlet;
    const coupons = sortCoupons(
      Array.from({ length: Math.min(REDEEM_COUPONS, spent - done) }, (_, i) => ({
        keyset: minted.keyset,
        exponent: PACK_EXPONENTS[(done + i) % PACK_EXPONENTS.length] as number,
        serial: toHex(nodeCrypto.sha256(ascii(`spent ${done + i}`))),
        signature,
      })),
    );
    const digest = couponsDigest(nodeCrypto, coupons);
    const announcement = act({ kind: 'announce', outlet: outlet.id, digest }, outlet);
    const redeem = { kind: 'redeem', chain: CHAIN, outlet: outlet.id, announcement, coupons } as const;
    importer.apply(redeem, [outlet.key], new Uint8Array(coupons.length).fill(VALID));
  }
  return outlets;
}

/** The office has issued all coupons, spent and to be spent, for goods of the same value: the only rows that no rule made. */
function owe({ state }: Importer, { keyset, coupons }: Minted, spent: number, lot: Id): void {
  const keysetRow = state.keysets.get(keyset);
  const lotRow = state.lots.get(lot);
  if (keysetRow === undefined || lotRow === undefined) throw new Error('nothing to change');
  const each = Math.ceil((spent + coupons.length) / PACK_EXPONENTS.length);
  const issued = keysetRow.issued.map(
    (_, exponent) => each * PACK_EXPONENTS.filter((e) => e === exponent).length,
  );
  state.keysets.set(keyset, { ...keysetRow, issued });
  const minutes = totalMinutes(issued);
  state.lots.set(lot, { ...lotRow, value: fromMinutes(minutes) });
}

/** Announcements and redemptions of coupons, a crowd each: first all announcements, then all redemptions. */
export function redemptions(
  outlets: readonly Outlet[],
  coupons: readonly RedeemedCoupon[],
  nonces: Nonces,
): Uint8Array[] {
  const announced: Uint8Array[] = [];
  const redeemed: Uint8Array[] = [];
  for (let at = 0; at < coupons.length; at += CROWD) {
    const outlet = outlets[(at / CROWD) % outlets.length] as Outlet;
    const crowd = sortCoupons(coupons.slice(at, at + CROWD));
    const announce = makeEnvelope(
      nodeCrypto,
      {
        kind: 'announce',
        chain: CHAIN,
        nonce: nonces.next(),
        outlet: outlet.id,
        digest: couponsDigest(nodeCrypto, crowd),
      },
      [outlet.seed],
    );
    const redeem = makeEnvelope(
      nodeCrypto,
      { kind: 'redeem', chain: CHAIN, outlet: outlet.id, announcement: announce.id, coupons: crowd },
      [outlet.seed],
    );
    announced.push(announce.bytes);
    redeemed.push(redeem.bytes);
  }
  return [...announced, ...redeemed];
}
