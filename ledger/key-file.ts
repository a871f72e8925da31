/**
 * Keys in files: JSON, readable by their owner only (mode 0600). A file that others can read is refused, as ssh does, for
 * a key in it may be known to others already. An existing file is never overwritten. A signing key's seed may be sealed with a
 * passphrase (sealed-seed.ts).
 * Not here: keys of cards and tills, which live elsewhere.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { fromHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { keyOf } from '../src/economy/envelope.ts';
import type { Key } from '../src/economy/transaction.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { isSealed, openSeed, sealSeed } from './sealed-seed.ts';

/** `key_file_exists` · `key_file_missing` · `key_file_open_to_others` (mode is not 0600) · `key_file_malformed` · `key_file_not_written` · `passphrase_missing` (the seed is sealed) · `passphrase_wrong`. */
export type KeyFileRefusal =
  | 'key_file_exists'
  | 'key_file_missing'
  | 'key_file_open_to_others'
  | 'key_file_malformed'
  | 'key_file_not_written'
  | 'passphrase_missing'
  | 'passphrase_wrong';

/** An Ed25519 seed and the key it makes. */
export interface SigningKey {
  readonly seed: Uint8Array;
  readonly key: Key;
}

function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | null)?.code;
}

/** Writes JSON into a new file of mode 0600 and forces it to disk. */
export function writeSecret(path: string, json: unknown): Result<void, KeyFileRefusal> {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    return refuse(codeOf(error) === 'EEXIST' ? 'key_file_exists' : 'key_file_not_written', path);
  }
  try {
    writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
    fsyncSync(file);
    return ok(undefined);
  } catch {
    return refuse('key_file_not_written', path);
  } finally {
    closeSync(file);
  }
}

/** Reads what `writeSecret` wrote. On systems without file modes (Windows) everything passes the check of the mode. */
export function readSecret(path: string): Result<unknown, KeyFileRefusal> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return refuse('key_file_missing', path);
  }
  try {
    if (process.platform !== 'win32' && (fstatSync(file).mode & 0o077) !== 0)
      return refuse('key_file_open_to_others', path);
    return ok(JSON.parse(readFileSync(file, 'utf8')) as unknown);
  } catch {
    return refuse('key_file_malformed', path);
  } finally {
    closeSync(file);
  }
}

/** Writes a signing key's file: {suite, seed, key}, or with a passphrase {suite, sealed, key}. `seed`: 32 random bytes. */
export function writeSigningKey(
  crypto: CryptoPort,
  path: string,
  seed: Uint8Array,
  passphrase?: string,
): Result<SigningKey, KeyFileRefusal> {
  const key = keyOf(crypto, seed);
  const secret =
    passphrase === undefined
      ? { seed: Buffer.from(seed).toString('hex') }
      : { sealed: sealSeed(seed, key, passphrase) };
  const written = writeSecret(path, { suite: 1, ...secret, key });
  return written.ok ? ok({ seed, key }) : written;
}

/** A sealed key's public half can be read without the passphrase; its seed cannot. */
export function readPublicKey(crypto: CryptoPort, path: string): Result<Key, KeyFileRefusal> {
  const read = readSecret(path);
  if (!read.ok) return read;
  const { suite, sealed, key } = (read.value ?? {}) as Record<string, unknown>;
  if (suite === 1 && isSealed(sealed) && typeof key === 'string') return ok(key);
  const whole = readSigningKey(crypto, path);
  return whole.ok ? ok(whole.value.key) : whole;
}

export function readSigningKey(
  crypto: CryptoPort,
  path: string,
  passphrase?: string,
): Result<SigningKey, KeyFileRefusal> {
  const read = readSecret(path);
  if (!read.ok) return read;
  const { suite, seed: hex, sealed, key } = (read.value ?? {}) as Record<string, unknown>;
  if (suite === 1 && isSealed(sealed) && typeof key === 'string' && /^01[0-9a-f]{64}$/.test(key)) {
    if (passphrase === undefined) return refuse('passphrase_missing', path);
    const opened = openSeed(sealed, key, passphrase);
    if (opened === undefined) return refuse('passphrase_wrong', path);
    return keyOf(crypto, opened) === key ? ok({ seed: opened, key }) : refuse('key_file_malformed', path);
  }
  const seed = typeof hex === 'string' ? fromHex(hex) : undefined;
  if (suite !== 1 || seed?.length !== 32 || keyOf(crypto, seed) !== key)
    return refuse('key_file_malformed', path);
  return ok({ seed, key });
}
