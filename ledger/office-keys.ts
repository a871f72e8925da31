/**
 * A coupon office's private keys at rest: nine RSA-2048 keys, one a denomination, in a file only its owner can read. Whoever
 * has them can make coupons, up to what the ledger counted as issued; whoever loses them cannot finish open loads. So:
 * one copy in a safe, none in a cloud. The public half goes to the ledger as a `keyset` transaction.
 */
import { generateRsaKey, rsaPrivateKeyFromJson, rsaPrivateKeyToJson } from '../crypto/rsa-keygen.ts';
import { toHex } from '../src/bytes.ts';
import { checkKeyset, keysetId, MODULUS_BITS, modulusOf } from '../src/coupons/keyset.ts';
import { bitLength } from '../src/coupons/modular.ts';
import type { CryptoPort, RsaPrivateKey } from '../src/crypto-port.ts';
import type { Id } from '../src/economy/transaction.ts';
import { DENOMINATION_EXPONENTS } from '../src/limits.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { type KeyFileRefusal, readSecret, writeSecret } from './key-file.ts';

export interface OfficeKeys {
  /** The keyset's id. */
  readonly keyset: Id;
  /** 2^0 minutes first. */
  readonly keys: readonly RsaPrivateKey[];
}

function named(crypto: CryptoPort, keys: readonly RsaPrivateKey[]): OfficeKeys {
  return { keyset: toHex(keysetId(crypto, keys)), keys };
}

/** Nine fresh keys. Takes about half a second. */
export function makeOfficeKeys(crypto: CryptoPort): OfficeKeys {
  return named(
    crypto,
    DENOMINATION_EXPONENTS.map(() => generateRsaKey()),
  );
}

/** The public keys as a `keyset` transaction carries them. */
export function publicKeys({ keys }: OfficeKeys): { readonly n: Uint8Array; readonly e: number }[] {
  return keys.map((key) => ({ n: modulusOf(key), e: Number(key.e) }));
}

export function writeOfficeKeys(path: string, office: OfficeKeys): Result<void, KeyFileRefusal> {
  return writeSecret(path, { keyset: office.keyset, keys: office.keys.map(rsaPrivateKeyToJson) });
}

/** Reads a file of `writeOfficeKeys`. `key_file_malformed` also when the keys are not a keyset, or another one than the file says. */
export function readOfficeKeys(crypto: CryptoPort, path: string): Result<OfficeKeys, KeyFileRefusal> {
  const read = readSecret(path);
  if (!read.ok) return read;
  const { keyset, keys: list } = (read.value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(list)) return refuse('key_file_malformed', path);
  const keys: RsaPrivateKey[] = [];
  for (const json of list) {
    const key = rsaPrivateKeyFromJson(json);
    if (!key.ok) return refuse('key_file_malformed', `${path}: ${key.refusal}`);
    if (bitLength(key.value.n) !== MODULUS_BITS) return refuse('key_file_malformed', `${path}: size`);
    keys.push(key.value);
  }
  if (keys.length !== DENOMINATION_EXPONENTS.length) return refuse('key_file_malformed', path);
  const office = named(crypto, keys);
  const checked = checkKeyset(crypto, publicKeys(office));
  if (!checked.ok || office.keyset !== keyset) return refuse('key_file_malformed', `${path}: not a keyset`);
  return ok(office);
}
