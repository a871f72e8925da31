/**
 * The three transaction bodies a card signs, hashed while they are written (canonical CBOR, keys ordered bytewise by their
 * encodings, RFC 8949 §4.2.1). The card fills in every field itself or from fields of fixed length.
 */
import { CborWriter } from './cbor.ts';
import { Sha256 } from './sha256.ts';

export interface Hashed {
  readonly digest: Uint8Array;
  /** Bytes of the body. */
  readonly length: number;
}

function hashed(write: (cbor: CborWriter) => void): Hashed {
  const sha = new Sha256();
  write(new CborWriter((bytes) => sha.update(bytes)));
  const { length } = sha;
  return { digest: sha.digest(), length };
}

/** `{g, kind: load, chain, packs, keyset, wallet, blinded}`. */
export function loadBody(load: {
  readonly g: Uint8Array;
  readonly chain: string;
  readonly packs: number;
  readonly keyset: Uint8Array;
  readonly wallet: Uint8Array;
  readonly blinded: readonly Uint8Array[];
}): Hashed {
  return hashed((cbor) => {
    cbor.map(7);
    cbor.text('g');
    cbor.bytes(load.g);
    cbor.text('kind');
    cbor.text('load');
    cbor.text('chain');
    cbor.text(load.chain);
    cbor.text('packs');
    cbor.uint(load.packs);
    cbor.text('keyset');
    cbor.bytes(load.keyset);
    cbor.text('wallet');
    cbor.bytes(load.wallet);
    cbor.text('blinded');
    cbor.array(load.blinded.length);
    for (const one of load.blinded) cbor.bytes(one);
  });
}

/** `{kind: claim, chain, revision, workload}`. */
export function claimBody(claim: {
  readonly chain: string;
  readonly revision: Uint8Array;
  readonly workload: Uint8Array;
}): Hashed {
  return hashed((cbor) => {
    cbor.map(4);
    cbor.text('kind');
    cbor.text('claim');
    cbor.text('chain');
    cbor.text(claim.chain);
    cbor.text('revision');
    cbor.bytes(claim.revision);
    cbor.text('workload');
    cbor.bytes(claim.workload);
  });
}

/** One coupon of a refresh, as the ledger's body lists it. */
export interface ShownCoupon {
  readonly keyset: Uint8Array;
  readonly exponent: number;
  /** Suite ‖ public key. */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

/** `{kind: refresh, chain, packs, keyset, blinded, coupons, voucher?}`; coupons sorted by key. */
export function refreshBody(refresh: {
  readonly chain: string;
  readonly packs: number;
  readonly keyset: Uint8Array;
  readonly blinded: readonly Uint8Array[];
  readonly coupons: readonly ShownCoupon[];
  readonly voucher?: { readonly batch: Uint8Array; readonly signature: Uint8Array };
}): Hashed {
  const { voucher } = refresh;
  return hashed((cbor) => {
    cbor.map(voucher === undefined ? 6 : 7);
    cbor.text('kind');
    cbor.text('refresh');
    cbor.text('chain');
    cbor.text(refresh.chain);
    cbor.text('packs');
    cbor.uint(refresh.packs);
    cbor.text('keyset');
    cbor.bytes(refresh.keyset);
    cbor.text('blinded');
    cbor.array(refresh.blinded.length);
    for (const one of refresh.blinded) cbor.bytes(one);
    cbor.text('coupons');
    cbor.array(refresh.coupons.length);
    for (const { keyset, exponent, key, signature } of refresh.coupons) {
      cbor.array(4);
      cbor.bytes(keyset);
      cbor.uint(exponent);
      cbor.bytes(key);
      cbor.bytes(signature);
    }
    if (voucher === undefined) return;
    cbor.text('voucher');
    cbor.map(2);
    cbor.text('batch');
    cbor.bytes(voucher.batch);
    cbor.text('signature');
    cbor.bytes(voucher.signature);
  });
}
