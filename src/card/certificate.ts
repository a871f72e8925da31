/**
 * A terminal's certificate: the office's word that this static key belongs to this outlet, in this role, in this
 * month (docs/card-protocol.md, «OPEN»). Short-lived by its epoch, months since January 2020: a card takes no older
 * epoch than the highest it has seen. Cards verify certificates; here they are issued, and checked by the terminal
 * before it shows its own.
 */
import { ascii, beBytes, beNumber, concat, equal } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { civil, dayOf } from '../economy/calendar.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Suite } from './suite.ts';

/** `sale`: SPEND only. `services`: everything after VERIFY services, and no SPEND in such a session. */
export type Role = 'sale' | 'services';

const ROLE_BYTE: Readonly<Record<Role, number>> = { sale: 1, services: 2 };

export interface Certificate {
  /** First 8 bytes of SHA-256(office public key). */
  readonly officeKeyId: Uint8Array;
  /** First 16 bytes of the collective's id. */
  readonly outlet: Uint8Array;
  readonly role: Role;
  /** Months since 2020-01, 0 to 65 535. */
  readonly epoch: number;
  readonly signature: Uint8Array;
}

export const OUTLET_BYTES = 16;
export const OFFICE_KEY_ID_BYTES = 8;
const HEAD_BYTES = OFFICE_KEY_ID_BYTES + OUTLET_BYTES + 1 + 2;
const DOMAIN = ascii('timecard/certificate');

/** Bytes of a certificate in a suite: 91 in suite 1. */
export function certificateBytes(suite: Suite): number {
  return HEAD_BYTES + suite.signatureBytes;
}

export function officeKeyId(crypto: CryptoPort, officeKey: Uint8Array): Uint8Array {
  return crypto.sha256(officeKey).slice(0, OFFICE_KEY_ID_BYTES);
}

/** What the office signs. */
export function certificateMessage(
  suite: Suite,
  terminalKey: Uint8Array,
  head: Pick<Certificate, 'outlet' | 'role' | 'epoch'>,
): Uint8Array {
  return concat(
    DOMAIN,
    Uint8Array.of(suite.id),
    terminalKey,
    head.outlet,
    Uint8Array.of(ROLE_BYTE[head.role]),
    beBytes(head.epoch, 2),
  );
}

/** A certificate's bytes, signed with the office's 32-byte seed. `outlet`: 16 bytes. Wrong lengths are bugs and throw. */
export function issueCertificate(
  crypto: CryptoPort,
  suite: Suite,
  officeSeed: Uint8Array,
  terminalKey: Uint8Array,
  head: Pick<Certificate, 'outlet' | 'role' | 'epoch'>,
): Uint8Array {
  if (terminalKey.length !== suite.publicKeyBytes) throw new Error('terminal key');
  if (head.outlet.length !== OUTLET_BYTES) throw new Error('outlet');
  const signature = suite.sign(crypto, officeSeed, certificateMessage(suite, terminalKey, head));
  return concat(
    officeKeyId(crypto, suite.signingKey(crypto, officeSeed)),
    head.outlet,
    Uint8Array.of(ROLE_BYTE[head.role]),
    beBytes(head.epoch, 2),
    signature,
  );
}

export type CertificateRefusal = 'wrong_length' | 'unknown_role' | 'foreign_office' | 'bad_signature';

/** Splits a certificate; its signature is not checked. Refused: `wrong_length`, `unknown_role`. */
export function parseCertificate(
  suite: Suite,
  bytes: Uint8Array,
): Result<Certificate, 'wrong_length' | 'unknown_role'> {
  if (bytes.length !== certificateBytes(suite)) return refuse('wrong_length', `${bytes.length} bytes`);
  const role =
    bytes[24] === ROLE_BYTE.sale ? 'sale' : bytes[24] === ROLE_BYTE.services ? 'services' : undefined;
  if (role === undefined) return refuse('unknown_role');
  return ok({
    officeKeyId: bytes.slice(0, 8),
    outlet: bytes.slice(8, 24),
    role,
    epoch: beNumber(bytes.subarray(25, 27)),
    signature: bytes.slice(HEAD_BYTES),
  });
}

/** The certificate if this office signed it for this terminal key. Whether its epoch is current is the asker's question. */
export function verifyCertificate(
  crypto: CryptoPort,
  suite: Suite,
  officeKey: Uint8Array,
  terminalKey: Uint8Array,
  bytes: Uint8Array,
): Result<Certificate, CertificateRefusal> {
  const parsed = parseCertificate(suite, bytes);
  if (!parsed.ok) return parsed;
  if (!equal(parsed.value.officeKeyId, officeKeyId(crypto, officeKey))) return refuse('foreign_office');
  const message = certificateMessage(suite, terminalKey, parsed.value);
  if (!suite.verify(crypto, officeKey, message, parsed.value.signature)) return refuse('bad_signature');
  return parsed;
}

/** The epoch of a moment in Unix seconds: whole months since 2020-01 in UTC. Moments before 2020 give a negative number: no epoch. */
export function epochOf(unixSeconds: number): number {
  const { year, month } = civil(dayOf(unixSeconds));
  return (year - 2020) * 12 + month - 1;
}
