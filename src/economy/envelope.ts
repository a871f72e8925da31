/**
 * What travels: a body and its signatures. A signature is over «timecard/1» ‖ chain id ‖ SHA-256(body), so that
 * nothing signed for one chain counts on another, and a card can sign after streaming the body through its hash.
 * Not here: who must sign (`rule.ts`).
 */
import { ascii, concat, hexBytes, toHex } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { COUPON_SIGNATURES, ENVELOPE_BYTES, ENVELOPE_SIGNATURES } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import type { Refusal } from './refusals.ts';
import { byText, bytes, key, list, record, tuple } from './schema.ts';
import type { Envelope, Id, Key, Kind, Transaction } from './transaction.ts';
import { decodeBody } from './wire.ts';

export interface Signature {
  readonly key: Key;
  readonly signature: Uint8Array;
}

const signedBy = (max: number) =>
  record<{ readonly body: Uint8Array; readonly signatures: readonly Signature[] }>({
    body: bytes(1, ENVELOPE_BYTES),
    signatures: list(tuple<Signature>({ key, signature: bytes(64) }), { max }, (a, b) =>
      byText(a.key, b.key),
    ),
  });
const shape = signedBy(ENVELOPE_SIGNATURES);
const shapeOfCoupons = signedBy(COUPON_SIGNATURES);

/** Kinds that coupons sign for themselves, each with its own key. */
const SIGNED_BY_COUPONS: readonly Kind[] = ['refresh', 'cancel', 'recoup'];

/** Whether an envelope may have more signatures than people and tills give. */
function signedByCoupons(raw: Cbor): boolean {
  const [body, signatures] = raw instanceof Map ? [raw.get('body'), raw.get('signatures')] : [];
  if (!Array.isArray(signatures) || signatures.length <= ENVELOPE_SIGNATURES) return false;
  const read = body instanceof Uint8Array ? decodeCbor(body) : undefined;
  const kind = read?.ok && read.value instanceof Map ? read.value.get('kind') : undefined;
  return SIGNED_BY_COUPONS.some((k) => k === kind);
}

/** SHA-256 of the body, hex. */
export function transactionId(crypto: CryptoPort, body: Uint8Array): Id {
  return toHex(crypto.sha256(body));
}

/** The bytes that are signed. `digest` is the SHA-256 of the body. */
export function signedBytes(chain: string, digest: Uint8Array): Uint8Array {
  return concat(ascii('timecard/1'), ascii(chain), digest);
}

/** The suite-1 key of a 32-byte Ed25519 seed. */
export function keyOf(crypto: CryptoPort, seed: Uint8Array): Key {
  return `01${toHex(crypto.ed25519Public(seed))}`;
}

/** One signature under a body. */
export function sign(crypto: CryptoPort, chain: string, seed: Uint8Array, body: Uint8Array): Signature {
  const message = signedBytes(chain, crypto.sha256(body));
  return { key: keyOf(crypto, seed), signature: crypto.ed25519Sign(seed, message) };
}

/** The bytes that travel; signatures are put in order of their keys. */
export function encodeEnvelope(body: Uint8Array, signatures: readonly Signature[]): Uint8Array {
  return encodeCbor(
    shapeOfCoupons.write({ body, signatures: signatures.toSorted((a, b) => byText(a.key, b.key)) }),
  );
}

/** Refuses as `decodeBody` does, and `not_sorted` when signatures are not in strict order of keys. Verifies no signature. Never throws. */
export function decodeEnvelope(envelope: Uint8Array, crypto: CryptoPort): Result<Envelope, Refusal> {
  const raw = decodeCbor(envelope);
  if (!raw.ok) return raw;
  const read = (signedByCoupons(raw.value) ? shapeOfCoupons : shape).read(raw.value);
  if (!read.ok) return read;
  const { body, signatures } = read.value;
  const transaction = decodeBody(body);
  if (!transaction.ok) return transaction;
  return ok({ id: transactionId(crypto, body), body, transaction: transaction.value, signatures });
}

/**
 * Whether every signature holds. Depends on no state, so a node may run it on another thread. Refuses `foreign_chain`,
 * `bad_signature`. Which keys must have signed is asked by `applyTransaction`.
 */
export function verifySignatures(
  crypto: CryptoPort,
  chain: string,
  envelope: Pick<Envelope, 'id' | 'signatures'> & { readonly transaction: Pick<Transaction, 'chain'> },
): Result<void, Refusal> {
  if (envelope.transaction.chain !== chain) return refuse('foreign_chain');
  const message = signedBytes(chain, hexBytes(envelope.id));
  for (const { key: signer, signature } of envelope.signatures)
    if (!crypto.ed25519Verify(hexBytes(signer).subarray(1), message, signature))
      return refuse('bad_signature', signer);
  return ok(undefined);
}
