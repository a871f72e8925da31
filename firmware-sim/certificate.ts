/**
 * The terminal's certificate: an office the card knows says which outlet a static key belongs to, in which role, in which
 * month. The key exchange has proved the key; this proves whose it is. The highest epoch ever seen is kept, so that an
 * old certificate is worth nothing once a newer one was met; a jump of more than ten years is a mistake or an attack.
 *
 * Office key id (8) ‖ outlet (16) ‖ role (1) ‖ epoch (2) ‖ signature over
 * «timecard/certificate» ‖ suite ‖ terminal's static key ‖ outlet ‖ role ‖ epoch.
 */
import { ascii, beNumber, concat } from '../src/bytes.ts';
import { EPOCH_JUMP_MONTHS } from '../src/limits.ts';
import type { Identity } from './identity.ts';
import type { Suite } from './suite.ts';

const HEAD = 8 + 16 + 1 + 2;
const DOMAIN = ascii('timecard/certificate');

export type Role = 'sale' | 'services';

export interface Certificate {
  readonly outlet: Uint8Array;
  readonly role: Role;
  /** Months since 2020-01. */
  readonly epoch: number;
}

/** Bytes of a certificate in a suite. */
export function certificateBytes(suite: Suite): number {
  return HEAD + suite.signatureBytes;
}

/**
 * The certificate if it counts, or undefined: unknown office, unknown role, epoch older than the highest seen or too far
 * after it, bad signature. All are one refusal to the terminal; the signature is checked last, it alone takes long.
 */
export function checkCertificate(
  identity: Identity,
  suite: Suite,
  bytes: Uint8Array,
  terminal: Uint8Array,
  highestEpoch: number,
): Certificate | undefined {
  const office = identity.officeKey(bytes.subarray(0, 8));
  const outlet = bytes.slice(8, 24);
  const roleByte = bytes[24];
  const epoch = beNumber(bytes.subarray(25, 27));
  const role = roleByte === 1 ? 'sale' : roleByte === 2 ? 'services' : undefined;
  if (office === undefined || role === undefined) return undefined;
  if (epoch < highestEpoch || epoch > highestEpoch + EPOCH_JUMP_MONTHS) return undefined;
  const said = concat(DOMAIN, Uint8Array.of(suite.id), terminal, bytes.subarray(8, HEAD));
  if (!suite.verify(office, said, bytes.slice(HEAD), 1)) return undefined;
  return { outlet, role, epoch };
}
