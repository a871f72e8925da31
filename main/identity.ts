/**
 * Who this till is: its outlet, its delegated key for the ledger, its static key and the two certificates for cards, the
 * dispute keys. One file with mode 0600; made by `newTillKeys` at set-up and completed by the outlet (delegation) and
 * the office (certificates).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fromHex, toHex } from '../src/bytes.ts';
import { certificateBytes } from '../src/card/certificate.ts';
import { SUITE_1 } from '../src/card/suite.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { keyOf } from '../src/economy/envelope.ts';
import type { Id, Key } from '../src/economy/transaction.ts';
import { decode } from './json.ts';

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

/** Bytes of each field that has a length of its own. */
const LENGTHS: Readonly<Record<(typeof BYTES)[number], number>> = {
  seed: 32,
  staticSecret: 32,
  saleCertificate: certificateBytes(SUITE_1),
  servicesCertificate: certificateBytes(SUITE_1),
  disputeOutlet: 32,
  disputeOffice: 32,
};

/** Reads what `saveIdentity` wrote. A damaged file is an error that names the field and shows nothing of what is in it: it holds secrets. */
export function loadIdentity(file: string): Identity {
  const text = readFileSync(file, 'utf8');
  const damaged = (what: string): never => {
    throw new Error(`${file} is damaged: ${what}`);
  };
  const json = decode(text);
  const out: Record<string, string | Uint8Array> = {};
  for (const key of TEXT) {
    const value = json[key];
    out[key] = typeof value === 'string' && value !== '' ? value : damaged(key);
  }
  if (!/^[0-9a-f]{64}$/.test(out.outlet as string)) damaged('outlet');
  for (const key of BYTES) {
    const value = json[key];
    const bytes = typeof value === 'string' ? fromHex(value) : undefined;
    out[key] = bytes?.length === LENGTHS[key] ? bytes : damaged(key);
  }
  return out as unknown as Identity;
}
