/** Refresh and recovery as a terminal speaks them, written from docs/card-protocol.md alone; for the tests of cards. */
import { nodeCrypto } from '../../crypto/node.ts';
import { beBytes, beNumber, concat, toHex } from '../../src/bytes.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import type { Refresh } from '../../src/economy/transaction.ts';
import { encodeBody } from '../../src/economy/wire.ts';
import {
  CHAIN,
  type CouponOffice,
  field,
  fieldsOf,
  loadOrder,
  NONE,
  type Reply,
  type Talk,
} from './terminal.ts';

export type Which = 'own' | 'lost';
const BASE = { own: 0x10, lost: 0x20 } as const;
export const UNDO_PENDING = 1;
export const ALL = 2;

export interface Old {
  readonly keyset: Uint8Array;
  readonly exponent: number;
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
  /** Hex. */
  readonly serial: string;
}

export interface Prepared {
  readonly begun: Reply;
  readonly packs: number;
  readonly inPacks: number;
  readonly old: readonly Old[];
  readonly blinded: readonly Uint8Array[];
}

const split = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: bytes.length / size }, (_, i) => bytes.slice(i * size, (i + 1) * size));

/** PREPARE REFRESH: begin and both lists. */
export function prepareRefresh(talk: Talk, office: CouponOffice, which: Which = 'own', flags = 0): Prepared {
  const rest = which === 'own' ? field(0x82, Uint8Array.of(flags)) : NONE;
  const begun = talk.say(0x36, BASE[which] + 1, 0, concat(field(0x81, office.moduli), rest));
  if (begun.sw !== '9000') return { begun, packs: 0, inPacks: 0, old: [], blinded: [] };
  const said = fieldsOf(begun.data);
  const counts = said.get(0x82) ?? NONE;
  const [outgoing, inPacks, incoming] = [0, 2, 4].map((at) => beNumber(counts.slice(at, at + 2))) as [
    number,
    number,
    number,
  ];
  const old: Old[] = [];
  for (let block = 0; 8 * block < outgoing; block++)
    for (const one of split(fieldsOf(talk.say(0x36, BASE[which] + 3, block).data).get(0x83) ?? NONE, 322)) {
      const key = one.slice(33, 66);
      const serial = toHex(nodeCrypto.sha256(key));
      old.push({
        keyset: one.slice(0, 32),
        exponent: one[32] as number,
        key,
        signature: one.slice(66),
        serial,
      });
    }
  const blinded: Uint8Array[] = [];
  for (let block = 0; 8 * block < incoming; block++)
    blinded.push(...split(fieldsOf(talk.say(0x36, BASE[which] + 2, block).data).get(0x82) ?? NONE, 256));
  return { begun, packs: (said.get(0x81) ?? NONE)[0] ?? 0, inPacks, old, blinded };
}

/** Transactions a refresh takes. */
export function partsOf({ packs, old, inPacks }: Prepared): number {
  return (packs > 0 ? 1 : 0) + old.length - inPacks;
}

/** The exponents of all new coupons. */
export function newExponents({ packs, old, inPacks }: Prepared): number[] {
  return [...(packs > 0 ? loadOrder(packs) : []), ...old.slice(inPacks).map(({ exponent }) => exponent)];
}

/** The transaction of a part as the page describes it. */
export function bodyOf(office: CouponOffice, prepared: Prepared, part: number): Refresh {
  const { packs, inPacks, old, blinded } = prepared;
  const isPacks = packs > 0 && part === 0;
  const at = part - (packs > 0 ? 1 : 0);
  const coupons = isPacks ? old.slice(0, inPacks) : old.slice(inPacks + at, inPacks + at + 1);
  return {
    kind: 'refresh',
    chain: CHAIN,
    packs: isPacks ? packs : 0,
    keyset: toHex(office.keysetId),
    blinded: isPacks ? blinded.slice(0, 32 * packs) : blinded.slice(32 * packs + at, 32 * packs + at + 1),
    coupons: coupons.map(({ keyset, exponent, key, signature }) => ({
      keyset: toHex(keyset),
      exponent,
      key: toHex(key),
      signature,
    })),
  };
}

export interface Signed {
  readonly digest: Uint8Array;
  readonly voucher: { readonly batch: string; readonly signature: Uint8Array } | undefined;
  readonly signatures: readonly Uint8Array[];
}

/** SIGN refresh of a part: all blocks. `p1` 11 vouched, 12 not, 21 for lost cards. */
export function signRefresh(talk: Talk, p1: number, part: number, coupons: number): Signed {
  const signatures: Uint8Array[] = [];
  let digest: Uint8Array = NONE;
  let voucher: Signed['voucher'];
  for (let block = 0; 32 * block < coupons; block++) {
    const said = fieldsOf(talk.say(0x38, p1, part, field(0x80, Uint8Array.of(block))).data);
    digest = said.get(0x80) ?? NONE;
    const vouched = said.get(0x81);
    voucher = vouched && { batch: toHex(vouched.slice(0, 33)), signature: vouched.slice(33) };
    signatures.push(...split(said.get(0x82) ?? NONE, 64));
  }
  return { digest, voucher, signatures };
}

/** The digest of a body. */
export function digestOf(body: Refresh): Uint8Array {
  return nodeCrypto.sha256(encodeBody(body));
}

/** The office's answers to blinded serials of these exponents. */
export function issueRefresh(office: CouponOffice, prepared: Prepared): Uint8Array[] {
  return newExponents(prepared).map((exponent, i) =>
    nodeCrypto.rsaPrivate(office.keys[exponent] as RsaPrivateKey, prepared.blinded[i] as Uint8Array),
  );
}

/** STORE of one block; absent signatures as zeros. */
export function storeRefreshBlock(
  talk: Talk,
  block: number,
  signatures: readonly (Uint8Array | undefined)[],
  which: Which = 'own',
): Reply {
  const these = signatures.slice(8 * block, 8 * block + 8).map((one) => one ?? new Uint8Array(256));
  return talk.say(0x3a, which === 'own' ? 0 : 1, block, field(0x80, concat(...these)));
}

export function storeRefresh(
  talk: Talk,
  signatures: readonly (Uint8Array | undefined)[],
  which: Which = 'own',
): Reply[] {
  return Array.from({ length: Math.ceil(signatures.length / 8) }, (_, block) =>
    storeRefreshBlock(talk, block, signatures, which),
  );
}

export function giveUp(talk: Talk, which: Which = 'own', dead: readonly number[] = []): Reply {
  const data = dead.length === 0 ? NONE : field(0x80, Uint8Array.from(dead));
  return talk.say(0x36, 0x03, which === 'own' ? 0 : 1, data);
}

export function findBegin(talk: Talk, office: CouponOffice, g: Uint8Array): Reply {
  return talk.say(0x3c, 0x01, 0, concat(field(0x80, g), field(0x81, office.moduli)));
}

/** Eight counters of a lost card from `first`. */
export function findBlock(talk: Talk, exponent: number, first: number) {
  const reply = talk.say(0x3c, 0x02, exponent, field(0x80, beBytes(first, 4)));
  const said = fieldsOf(reply.data);
  const serials = split(said.get(0x83) ?? NONE, 32);
  return split(said.get(0x82) ?? NONE, 256).map((blinded, i) => ({
    counter: first + i,
    blinded,
    serial: toHex(serials[i] as Uint8Array),
  }));
}

export function take(
  talk: Talk,
  exponent: number,
  coupons: readonly { readonly counter: number; readonly signature: Uint8Array }[],
): Reply {
  const counters = field(0x80, concat(...coupons.map(({ counter }) => beBytes(counter, 4))));
  return talk.say(
    0x3c,
    0x03,
    exponent,
    concat(counters, field(0x81, concat(...coupons.map((c) => c.signature)))),
  );
}
