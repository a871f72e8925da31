/**
 * The wire form of every kind of transaction: a CBOR map with exactly the keys of its type in `transaction.ts`. Ids, keys,
 * nonces and serials are byte strings; values decimal text; flags 0 or 1. The canonical order of keys (RFC 8949 §4.2.1: by
 * length, then by bytes, for keys this short) is the encoder's business, so the order below is only the reader's.
 * Not here: envelopes and signatures (`envelope.ts`), rules.
 */

import { equal, toHex } from '../bytes.ts';
import {
  AMOUNT_MAX,
  CARD_SLOTS,
  COMPOSITION_ELEMENTS,
  ESTIMATE_OUTPUTS,
  GOODS_LINES,
  LOAD_PACKS,
  NAME_CHARS,
  PACK_COUPONS,
  REDEEM_COUPONS,
  SECONDS_MAX,
} from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import type { Refusal } from './refusals.ts';
import {
  byText,
  bytes,
  decimal,
  type FormField,
  flag,
  hex,
  key,
  list,
  optional,
  pattern,
  record,
  type Shape,
  type ShapeRefusal,
  text,
  tuple,
  uint,
  where,
  word,
} from './schema.ts';
import { PARAMETERS } from './subsystem-parameters.ts';
import {
  DELEGATED,
  type EstimatedOutput,
  type Kind,
  type Product,
  type Propose,
  type RecoupedCoupon,
  type RedeemedCoupon,
  type RefreshedCoupon,
  type Transaction,
  UNITS,
  type Voucher,
} from './transaction.ts';

const id = hex(32);
const nonce = hex(8);
const chain = pattern(/^[a-z0-9-]{4,32}$/);
const amount = uint(AMOUNT_MAX);
const seconds = uint(SECONDS_MAX);
/** Any number; its rule says which are in range. */
const count = uint(Number.MAX_SAFE_INTEGER);

/** Operating minutes of a means of production. */
const durability = uint(Number.MAX_SAFE_INTEGER, 1);
const reason = text(NAME_CHARS);

/** Exported for `product.ts`: a type's id is the hash of this shape's bytes. */
export const productShape = record<Product>({ name: text(NAME_CHARS), unit: word(UNITS) });

const estimatedOutput = record<EstimatedOutput>({
  product: productShape,
  amount,
  value: decimal,
  durability: optional(durability),
});
const goods = list(
  record<{ readonly type: string; readonly amount: number }>({ type: id, amount }),
  { max: GOODS_LINES },
  (a, b) => byText(a.type, b.type),
);
const coupon = tuple<RedeemedCoupon>({ keyset: id, exponent: uint(8), serial: id, signature: bytes(256) });
const couponsForm = list(coupon, { min: 1, max: REDEEM_COUPONS });
/** A redemption's coupons, strictly by keyset and serial. Read by hand, because there are thousands of them and nearly all are of one keyset. */
const couponsShape: typeof couponsForm = { ...couponsForm, read: readCoupons };

function readCoupons(raw: Cbor): Result<readonly RedeemedCoupon[], ShapeRefusal> {
  if (!Array.isArray(raw) || raw.length < 1 || raw.length > REDEEM_COUPONS)
    return refuse('malformed', 'list');
  const out: RedeemedCoupon[] = [];
  let before: { readonly bytes: Uint8Array; readonly coupon: RedeemedCoupon } | undefined;
  let sorted = true;
  for (const one of raw as readonly Cbor[]) {
    if (!isCoupon(one)) {
      const read = coupon.read(one);
      return read.ok ? refuse('malformed', 'coupon') : read;
    }
    const [bytes, exponent, serialBytes, signature] = one;
    const sameKeyset = before !== undefined && equal(before.bytes, bytes);
    const keyset = before !== undefined && sameKeyset ? before.coupon.keyset : toHex(bytes);
    const serial = toHex(serialBytes);
    if (before !== undefined && (sameKeyset ? serial <= before.coupon.serial : keyset < before.coupon.keyset))
      sorted = false;
    const next = { keyset, exponent, serial, signature };
    out.push(next);
    before = { bytes, coupon: next };
  }
  return sorted ? ok(out) : refuse('not_sorted');
}

function isCoupon(raw: Cbor): raw is readonly [Uint8Array, number, Uint8Array, Uint8Array] {
  if (!Array.isArray(raw) || raw.length !== 4) return false;
  const [keyset, exponent, serial, signature] = raw as readonly Cbor[];
  return (
    isBytes(keyset, 32) &&
    typeof exponent === 'number' &&
    exponent <= 8 &&
    isBytes(serial, 32) &&
    isBytes(signature, 256)
  );
}
function isBytes(raw: Cbor | undefined, length: number): boolean {
  return raw instanceof Uint8Array && raw.length === length;
}
const blindSignatures = list(bytes(256), { max: LOAD_PACKS * PACK_COUPONS });
const voucher = record<Voucher>({ batch: key, signature: bytes(64) });

/** Exactly the fields of what it is about. */
function hasItsSubject({ about, type, label, parameter, value, estimate }: Propose): boolean {
  const [l, p, e] = [[type, label], [parameter, value], [estimate]];
  const here = about === 'label' ? l : about === 'parameter' ? p : e;
  return [l, p, e].every((fields) => fields.every((field) => (field !== undefined) === (fields === here)));
}

const SHAPES: { readonly [K in Kind]: Shape<Extract<Transaction, { kind: K }>> } = {
  register: record({ kind: word(['register']), chain, nonce, key, name: text(NAME_CHARS), dispatches: flag }),
  establish_trust: record({ kind: word(['establish_trust']), chain, nonce, a: id, b: id }),
  collectivize: record({
    kind: word(['collectivize']),
    chain,
    nonce,
    owner: id,
    product: productShape,
    amount,
    durability: optional(durability),
    writeOff: optional(id),
  }),
  transfer: record({
    kind: word(['transfer']),
    chain,
    nonce,
    lot: id,
    amount,
    from: id,
    to: id,
    purpose: word(['use', 'dispatch']),
  }),
  order: record({
    kind: word(['order']),
    chain,
    nonce,
    orderer: id,
    addressee: id,
    product: productShape,
    amount,
    deliverBy: seconds,
    parent: optional(id),
  }),
  estimate: record({
    kind: word(['estimate']),
    chain,
    nonce,
    order: id,
    outputs: list(estimatedOutput, { min: 1, max: ESTIMATE_OUTPUTS }),
  }),
  start: record({ kind: word(['start']), chain, nonce, estimate: id }),
  allocate_resource: record({
    kind: word(['allocate_resource']),
    chain,
    nonce,
    production: id,
    lot: id,
    amount,
    repurpose: flag,
  }),
  allocate_workload: record({
    kind: word(['allocate_workload']),
    chain,
    nonce,
    production: id,
    wallet: key,
    minutes: count,
    day: count,
  }),
  output: record({ kind: word(['output']), chain, nonce, production: id, outputs: goods }),
  final_revision: record({ kind: word(['final_revision']), chain, until: seconds }),
  claim: record({ kind: word(['claim']), chain, workload: id, revision: id }),
  keyset: record({
    kind: word(['keyset']),
    chain,
    nonce,
    office: id,
    keys: list(record<{ readonly n: Uint8Array; readonly e: number }>({ n: bytes(1, 1024), e: count }), {
      max: 16,
    }),
  }),
  batch: record({ kind: word(['batch']), chain, nonce, office: id, key, until: seconds }),
  delegate: record({
    kind: word(['delegate']),
    chain,
    nonce,
    outlet: id,
    key,
    kinds: list(
      word(DELEGATED),
      { min: 1, max: DELEGATED.length },
      (a, b) => DELEGATED.indexOf(a) - DELEGATED.indexOf(b),
    ),
    until: seconds,
  }),
  load: record({
    kind: word(['load']),
    chain,
    g: hex(8),
    packs: count,
    keyset: id,
    wallet: key,
    blinded: blindSignatures,
  }),
  issue: record({ kind: word(['issue']), chain, load: id, signatures: blindSignatures }),
  announce: record({ kind: word(['announce']), chain, nonce, outlet: id, digest: id }),
  redeem: record({ kind: word(['redeem']), chain, outlet: id, announcement: id, coupons: couponsShape }),
  abort: record({
    kind: word(['abort']),
    chain,
    nonce,
    outlet: id,
    serials: list(id, { min: 1, max: REDEEM_COUPONS }, byText),
  }),
  cancel: record({ kind: word(['cancel']), chain, load: id }),
  refresh: record({
    kind: word(['refresh']),
    chain,
    packs: count,
    keyset: id,
    blinded: blindSignatures,
    coupons: list(
      tuple<RefreshedCoupon>({ keyset: id, exponent: uint(8), key, signature: bytes(256) }),
      { min: 1, max: CARD_SLOTS },
      (a, b) => byText(a.key, b.key),
    ),
    voucher: optional(voucher),
  }),
  revoke: record({ kind: word(['revoke']), chain, nonce, keyset: id, reason: text(NAME_CHARS) }),
  revoke_batch: record({ kind: word(['revoke_batch']), chain, nonce, batch: key, reason: text(NAME_CHARS) }),
  revoke_delegation: record({ kind: word(['revoke_delegation']), chain, nonce, outlet: id, key }),
  recoup: record({
    kind: word(['recoup']),
    chain,
    wallet: key,
    keyset: id,
    coupons: list(
      tuple<RecoupedCoupon>({ load: id, index: count, key, factor: bytes(256) }),
      { min: 1, max: CARD_SLOTS },
      (a, b) => byText(a.load, b.load) || a.index - b.index,
    ),
    voucher: optional(voucher),
  }),
  take_back: record({
    kind: word(['take_back']),
    chain,
    nonce,
    outlet: id,
    goods,
    minutes: count,
    keyset: id,
    blinded: blindSignatures,
  }),
  appropriate: record({ kind: word(['appropriate']), chain, nonce, wallet: key, outlet: id, value: decimal }),
  hand_over: record({
    kind: word(['hand_over']),
    chain,
    nonce,
    outlet: id,
    goods,
    charged: count,
    sales: count,
  }),
  count: record({
    kind: word(['count']),
    chain,
    nonce,
    outlet: id,
    lines: list(
      record<{ readonly type: string; readonly height: number; readonly amount: number }>({
        type: id,
        height: count,
        amount,
      }),
      { max: GOODS_LINES },
      (a, b) => byText(a.type, b.type),
    ),
  }),
  rotate_key: record({ kind: word(['rotate_key']), chain, nonce, collective: id, key }),
  reject: record({ kind: word(['reject']), chain, nonce, order: id, reason }),
  write_off: record({
    kind: word(['write_off']),
    chain,
    nonce,
    owner: id,
    origin: id,
    lot: optional(id),
    amount,
    reason,
  }),
  allocate_component: record({
    kind: word(['allocate_component']),
    chain,
    nonce,
    production: id,
    lot: id,
    on: optional(list(id, { min: 1, max: COMPOSITION_ELEMENTS }, byText)),
    repurpose: flag,
  }),
  disassemble: record({ kind: word(['disassemble']), chain, nonce, owner: id, lot: id, element: id }),
  allocate_mop: record({
    kind: word(['allocate_mop']),
    chain,
    nonce,
    production: id,
    lot: id,
    repurpose: flag,
    beyondDurability: flag,
  }),
  deallocate_mop: record({
    kind: word(['deallocate_mop']),
    chain,
    nonce,
    production: id,
    lot: id,
    minutes: count,
  }),
  abort_production: record({ kind: word(['abort_production']), chain, nonce, production: id, reason }),
  cancel_trust: record({ kind: word(['cancel_trust']), chain, nonce, a: id, b: id }),
  propose: where(
    record<Propose>({
      kind: word(['propose']),
      chain,
      nonce,
      by: id,
      until: seconds,
      about: word(['label', 'parameter', 'production']),
      type: optional(id),
      label: optional(word(['common', 'exclusive'])),
      parameter: optional(word(PARAMETERS)),
      value: optional(pattern(/^[0-9]{1,40}(\/[0-9]{1,9})?$/)),
      estimate: optional(id),
    }),
    hasItsSubject,
  ),
  vote: record({ kind: word(['vote']), chain, proposal: id, by: id, yes: flag }),
};

/** All kinds of transactions. */
export const KINDS = Object.keys(SHAPES) as readonly Kind[];

/** The fields of a kind's body, `kind` and `chain` included. */
export function fieldsOf(kind: Kind): readonly FormField[] {
  const { form } = SHAPES[kind];
  return form.is === 'record' ? form.fields : [];
}

/** The canonical body of a transaction; its SHA-256 is the transaction's id. */
export function encodeBody(transaction: Transaction): Uint8Array {
  return encodeCbor((SHAPES[transaction.kind] as Shape<Transaction>).write(transaction));
}

/** Refuses `too_large`, `not_canonical`, `unknown_kind`, `malformed`, `not_sorted`; never throws, whatever the bytes. */
export function decodeBody(body: Uint8Array): Result<Transaction, Refusal> {
  const raw = decodeCbor(body);
  if (!raw.ok) return raw;
  const kind = raw.value instanceof Map ? raw.value.get('kind') : undefined;
  if (typeof kind !== 'string') return refuse('malformed', 'no kind');
  if (!Object.hasOwn(SHAPES, kind)) return refuse('unknown_kind');
  const read = (SHAPES[kind as Kind] as Shape<Transaction>).read(raw.value);
  return read.ok ? ok(read.value) : read;
}
