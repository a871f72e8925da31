/**
 * The coupons of a load, made from the seed alone: for each exponent, ascending, as many counters as the packs need, each
 * giving a key pair, its serial and a blinding factor. A counter whose factor cannot blind (0, or not invertible modulo
 * the office's modulus) is skipped. The same load always gives the same coupons, on the card and from the words.
 */
import { beBytes, concat } from '../src/bytes.ts';
import { couponSerial } from '../src/coupons/coupon.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { type Blinded, blind, blindingFactor } from '../src/coupons/rsabssa.ts';
import type { CryptoPort, RsaPublicKey } from '../src/crypto-port.ts';
import { PACK } from '../src/limits.ts';
import type { Identity } from './identity.ts';
import type { Suite } from './suite.ts';
import type { Meter } from './timing.ts';

/** A blinding factor has 2 304 bits before it is reduced: within 2^-256 of uniform. */
const FACTOR_BYTES = 288;
/** Skipped counters after which a modulus is taken for what it is: not a product of two large primes. */
const SKIPS = 32;

export interface LoadCoupon extends Blinded {
  readonly exponent: number;
  readonly counter: number;
  readonly serial: Uint8Array;
}

export interface Makers {
  readonly crypto: CryptoPort;
  readonly meter: Meter;
  readonly identity: Identity;
  readonly suite: Suite;
}

/** How many coupons of each exponent a load of `packs` packs has, ascending exponents. */
export function loadShape(packs: number): { readonly exponent: number; readonly count: number }[] {
  return PACK.map(([exponent, count]) => ({ exponent, count: count * packs })).sort(
    (a, b) => a.exponent - b.exponent,
  );
}

/** What tells one coupon of a seed from all others. */
export interface CouponName {
  /** 8 bytes: of the card that made it. */
  readonly g: Uint8Array;
  /** The keyset's id. */
  readonly keyset: Uint8Array;
  readonly exponent: number;
  readonly counter: number;
}

function nameBytes({ g, keyset, exponent, counter }: CouponName): Uint8Array {
  return concat(g, keyset, beBytes(exponent, 1), beBytes(counter, 4));
}

/** The 32 bytes from which a coupon's key pair is made. */
export function couponSeed({ identity }: Makers, name: CouponName): Uint8Array {
  return identity.derive('coupon', nameBytes(name), 32);
}

/** A coupon blinded from its name alone, or undefined for a counter that is skipped. */
export function couponOf(makers: Makers, keyset: Keyset, name: CouponName): LoadCoupon | undefined {
  const { exponent, counter } = name;
  const { serial, factor } = candidate(makers, keyset, name);
  const done = blind(makers.crypto, keyset.keys[exponent] as RsaPublicKey, [serial], [factor]);
  makers.meter.rsaPublic();
  const [one] = done.ok ? done.value : [];
  return one === undefined ? undefined : { ...one, exponent, counter, serial };
}

function candidate(makers: Makers, keyset: Keyset, name: CouponName) {
  const { crypto, identity, suite, meter } = makers;
  const publicKey = suite.publicKey(couponSeed(makers, name));
  const bytes = identity.derive('blind', nameBytes(name), FACTOR_BYTES);
  const factor = blindingFactor(bytes, (keyset.keys[name.exponent] as RsaPublicKey).n);
  meter.hash(1 + publicKey.length);
  return { counter: name.counter, factor, serial: couponSerial(crypto, suite.id, publicKey) };
}

/** Coupons of one counter range, or undefined when the modulus makes too many counters useless. */
export function ofExponent(
  makers: Makers,
  keyset: Keyset,
  exponent: number,
  count: number,
  first: number,
): LoadCoupon[] | undefined {
  const { crypto, identity, meter } = makers;
  const key = keyset.keys[exponent] as RsaPublicKey;
  const made = (counter: number) =>
    candidate(makers, keyset, { g: identity.g, keyset: keyset.id, exponent, counter });
  const blinded = (these: readonly ReturnType<typeof made>[]): Blinded[] | undefined => {
    const done = blind(
      crypto,
      key,
      these.map(({ serial }) => serial),
      these.map(({ factor }) => factor),
    );
    return done.ok ? done.value : undefined;
  };
  let next = first;
  const chosen = Array.from({ length: count }, () => made(next++));
  for (let i = 0; i < count; i++) meter.rsaPublic();
  let all = blinded(chosen);
  // One that cannot be blinded spoils the batch: find it alone, and take the next counter in its stead.
  for (let i = 0; all === undefined && i < chosen.length; ) {
    if (next > first + count + SKIPS) return undefined;
    if (blinded([chosen[i] as (typeof chosen)[number]]) !== undefined) i++;
    else {
      chosen.splice(i, 1);
      chosen.push(made(next++));
    }
    if (i === chosen.length) all = blinded(chosen);
  }
  return all?.map((one, i) => {
    const { counter, serial } = chosen[i] as (typeof chosen)[number];
    return { ...one, exponent, counter, serial };
  });
}

/** All coupons of a load in its order. `first` gives each exponent's first counter. Undefined: the keyset is no RSA keyset. */
export function loadCoupons(
  makers: Makers,
  keyset: Keyset,
  packs: number,
  first: (exponent: number) => number,
): LoadCoupon[] | undefined {
  const out: LoadCoupon[] = [];
  for (const { exponent, count } of loadShape(packs)) {
    const some = ofExponent(makers, keyset, exponent, count, first(exponent));
    if (some === undefined) return undefined;
    out.push(...some);
  }
  return out;
}
