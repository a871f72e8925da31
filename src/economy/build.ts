/** Making a transaction ready to send: body, signatures, envelope. For clients, offices and tests; the ledger itself only reads. */
import type { CryptoPort } from '../crypto-port.ts';
import { encodeEnvelope, sign, transactionId } from './envelope.ts';
import type { Envelope, Transaction } from './transaction.ts';
import { encodeBody } from './wire.ts';

export interface Built extends Envelope {
  /** What is sent. */
  readonly bytes: Uint8Array;
}

/** Signs with each 32-byte Ed25519 seed, once each. The order of the seeds does not matter. */
export function makeEnvelope(
  crypto: CryptoPort,
  transaction: Transaction,
  seeds: readonly Uint8Array[],
): Built {
  const body = encodeBody(transaction);
  const signatures = seeds
    .map((seed) => sign(crypto, transaction.chain, seed, body))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return {
    id: transactionId(crypto, body),
    body,
    transaction,
    signatures,
    bytes: encodeEnvelope(body, signatures),
  };
}
