/** Identities made from contents: product types, lots, revisions. Each is a SHA-256 over a domain and fixed-length parts. */
import { ascii, beBytes, concat, hexBytes, toHex } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { encodeCbor } from './cbor.ts';
import type { Id, Product, Seconds } from './transaction.ts';
import { productShape } from './wire.ts';

/** A product type is its definition: SHA-256 of the canonical CBOR of {name, unit}. */
export function typeId(crypto: CryptoPort, product: Product): Id {
  return toHex(crypto.sha256(encodeCbor(productShape.write(product))));
}

/** The lot of one type that a production put out. */
export function lotId(crypto: CryptoPort, production: Id, type: Id): Id {
  return toHex(crypto.sha256(concat(ascii('timecard/lot'), hexBytes(production), hexBytes(type))));
}

/** The revision of a subsystem for the month whose last second is `until`. */
export function revisionId(crypto: CryptoPort, subsystem: Id, until: Seconds): Id {
  return toHex(crypto.sha256(concat(ascii('timecard/revision'), hexBytes(subsystem), beBytes(until, 8))));
}
