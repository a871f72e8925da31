/**
 * Warms the cryptography of a tap with throwaway values, so that the first person at the till in the morning waits no
 * longer than the hundredth: key objects made, code compiled.
 */
import { ascii } from '../src/bytes.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { verify } from '../src/coupons/rsabssa.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { type DisputeKeys, prepareSeal } from '../src/sale/sealed-transcript.ts';

const ROUNDS = 40;

export function warmUp(
  crypto: CryptoPort,
  random: (length: number) => Uint8Array,
  keysets: readonly Keyset[],
  dispute: DisputeKeys,
): void {
  const message = ascii('timecard/warm-up');
  const seed = random(32);
  const publicKey = crypto.ed25519Public(seed);
  const signature = crypto.ed25519Sign(seed, message);
  for (let i = 0; i < ROUNDS; i++) {
    const secret = random(32);
    const shared = crypto.x25519(secret, crypto.x25519Public(seed)) ?? seed;
    const key = crypto.hkdfSha256(shared, seed, message, 32);
    const sealed = crypto.aes256GcmSeal(key, new Uint8Array(12), message, shared);
    crypto.aes256GcmOpen(key, new Uint8Array(12), message, sealed);
    crypto.ed25519Verify(publicKey, message, signature);
    crypto.hmacSha256(key, message);
    if (i < 4) prepareSeal(crypto, random, dispute)(message);
    for (const keyset of keysets)
      for (const rsa of keyset.keys) if (i < 3) verify(crypto, rsa, message, random(256));
  }
}
