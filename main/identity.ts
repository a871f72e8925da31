/**
 * Who this till is: its outlet, its delegated key for the ledger, its static key and the two certificates for cards, the
 * dispute keys. One file with mode 0600; made by `newTillKeys` at set-up and completed by the outlet (delegation) and
 * the office (certificates).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { hexBytes, toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { keyOf } from '../src/economy/envelope.ts';
import type { Id, Key } from '../src/economy/transaction.ts';

export interface TillKeys {
  /** Ed25519 seed: signs what the till tells the ledger. */
  readonly seed: Uint8Array;
  /** X25519 secret: proves the till to cards. */
  readonly staticSecret: Uint8Array;
}

export interface Identity extends TillKeys {
  readonly chain: string;
  readonly outlet: Id;
  readonly outletName: string;
  /** Certificates over the static key (docs/card-protocol.md), one a role. */
  readonly saleCertificate: Uint8Array;
  readonly servicesCertificate: Uint8Array;
  /** X25519 public keys to which transcripts are sealed. */
  readonly disputeOutlet: Uint8Array;
  readonly disputeOffice: Uint8Array;
}

/** Fresh keys. */
export function newTillKeys(random: (length: number) => Uint8Array): TillKeys {
  return { seed: random(32), staticSecret: random(32) };
}

/** What outlet and office need to see: the key to delegate to, the static key to certify. */
export function publicKeys(
  crypto: CryptoPort,
  keys: TillKeys,
): { readonly till: Key; readonly staticKey: Uint8Array } {
  return { till: keyOf(crypto, keys.seed), staticKey: crypto.x25519Public(keys.staticSecret) };
}

const BYTES = [
  'seed',
  'staticSecret',
  'saleCertificate',
  'servicesCertificate',
  'disputeOutlet',
  'disputeOffice',
] as const;
const TEXT = ['chain', 'outlet', 'outletName'] as const;

export function saveIdentity(file: string, identity: Identity): void {
  const json: Record<string, string> = {};
  for (const key of TEXT) json[key] = identity[key];
  for (const key of BYTES) json[key] = toHex(identity[key]);
  writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`, { mode: 0o600 });
}

/** Reads what `saveIdentity` wrote; a damaged file is an error that says so. */
export function loadIdentity(file: string): Identity {
  const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const out: Record<string, string | Uint8Array> = {};
  for (const key of TEXT) out[key] = json[key] ?? '';
  for (const key of BYTES) out[key] = hexBytes(json[key] ?? '');
  return out as unknown as Identity;
}
