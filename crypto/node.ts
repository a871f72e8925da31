/**
 * The crypto port over node:crypto: OpenSSL under Node, BoringSSL under Electron. RSA keys are built as plain
 * rsaEncryption keys from JWK, never of the `rsa-pss` type, which BoringSSL lacks. Key objects are kept: for RSA as long as
 * the caller keeps its own key, for X25519 as long as it keeps the secret and does not write over it, for Ed25519 the most recently
 * used ones. Secrets go to the library as key objects: of plain bytes it first finds out, by an exception, that they are none, which takes longer
 * than the work. Holds no randomness and no rule of its own except `ed25519-rule.ts`. Wrong lengths of secrets are bugs and throw.
 */
import * as crypto from 'node:crypto';
import { concat, hexBytes } from '../src/bytes.ts';
import type { CryptoPort, RsaPrivateKey, RsaPublicKey } from '../src/crypto-port.ts';
import { admissibleSignature } from './ed25519-rule.ts';
import { Recent } from './recent.ts';
import { privateJwk, publicJwk } from './rsa-jwk.ts';

const { RSA_NO_PADDING, RSA_PKCS1_PSS_PADDING } = crypto.constants;
/** Key objects of this many Ed25519 public keys and seeds are kept; one costs about a kilobyte. */
const KEPT_PUBLIC = 1024;
const KEPT_SEEDS = 64;
/** DER up to the 32 key bytes, RFC 8410 §7: PrivateKeyInfo. */
const PKCS8_ED25519 = hexBytes('302e020100300506032b657004220420');
const PKCS8_X25519 = hexBytes('302e020100300506032b656e04220420');

/** The bytes as a plain Uint8Array: a Buffer compares, slices and encodes differently. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/**
 * A digest as bytes. As text it comes out of the library three times as fast as in a Buffer, and a state hash is made of
 * thousands of them a block.
 */
function digest(algorithm: string, data: Uint8Array): Uint8Array {
  const text = crypto.hash(algorithm, data, 'binary');
  const out = new Uint8Array(text.length);
  for (let i = 0; i < out.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

function need(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) throw new Error(`${what} has ${bytes.length} bytes instead of ${length}`);
}

/**
 * The library finds out by catching an exception whether it was handed a key object, and an exception takes a picture of the stack: up to half of
 * what an RSA verification takes. What it throws at us from in here has no stack, only its message.
 */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

type Curve = 'X25519' | 'Ed25519';

/** From a JWK (RFC 8037 §2): DER goes through the library's decoders, which takes three times as long. */
function publicObject(crv: Curve, key: Uint8Array): crypto.KeyObject {
  const x = Buffer.from(key.buffer, key.byteOffset, key.length).toString('base64url');
  return withoutStacks(() => crypto.createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' }));
}

const rawObject = (crv: Curve, secret: Uint8Array): crypto.KeyObject =>
  crypto.createPrivateKey({
    key: Buffer.from(secret),
    format: 'raw-private',
    asymmetricKeyType: crv === 'X25519' ? 'x25519' : 'ed25519',
  });

/** Newer libraries take the 32 bytes as they are, others in DER. */
const TAKES_RAW = (() => {
  try {
    return rawObject('X25519', new Uint8Array(32).fill(1)).type === 'private';
  } catch {
    return false;
  }
})();

function privateObject(crv: Curve, secret: Uint8Array): crypto.KeyObject {
  need(secret, 32, 'secret');
  if (TAKES_RAW) return withoutStacks(() => rawObject(crv, secret));
  const key = Buffer.from(concat(crv === 'X25519' ? PKCS8_X25519 : PKCS8_ED25519, secret));
  return withoutStacks(() => crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

/** A key pair's public half: 32 bytes, RFC 8037 §2. A JWK comes out twenty times as fast as DER. */
function rawPublic(privateKey: crypto.KeyObject): Uint8Array {
  const { x = '' } = crypto.createPublicKey(privateKey).export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x, 'base64url'));
}

/** A 32-byte key as a map's key. */
function name(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

/** A private key as the library has it, its public half, and the secret it was made of. */
interface Pair {
  readonly secret: string;
  readonly key: crypto.KeyObject;
  readonly raw: Uint8Array;
}

function pair(crv: Curve, secret: Uint8Array): Pair {
  const key = privateObject(crv, secret);
  return { secret: name(secret), key, raw: rawPublic(key) };
}

/** What node:crypto takes for each use of an RSA key. */
interface RsaObjects {
  /** Bytes of the modulus. */
  readonly length: number;
  readonly raw: crypto.RsaPublicKey;
  readonly pss: crypto.VerifyKeyObjectInput;
}

function createNodeCrypto(): CryptoPort {
  const rsaPublicObjects = new WeakMap<RsaPublicKey, RsaObjects>();
  const rsaPrivateObjects = new WeakMap<RsaPrivateKey, crypto.RsaPrivateKey>();
  const edPublic = new Recent<crypto.KeyObject>(KEPT_PUBLIC);
  const edPairs = new Recent<Pair>(KEPT_SEEDS);
  const xPairs = new WeakMap<Uint8Array, Pair>();
  const xPeers = new WeakMap<Uint8Array, { readonly bytes: string; readonly key: crypto.KeyObject }>();

  const edPair = (seed: Uint8Array): Pair => edPairs.get(name(seed), () => pair('Ed25519', seed));

  /** An ephemeral secret is used two or three times and must not outlive its owner: kept beside the array itself, if that still holds it. */
  function xPair(secret: Uint8Array): Pair {
    const kept = xPairs.get(secret);
    if (kept !== undefined && kept.secret === name(secret)) return kept;
    const made = pair('X25519', secret);
    xPairs.set(secret, made);
    return made;
  }

  function xPeer(peer: Uint8Array): crypto.KeyObject {
    const kept = xPeers.get(peer);
    const bytes = name(peer);
    if (kept?.bytes === bytes) return kept.key;
    const key = publicObject('X25519', peer);
    xPeers.set(peer, { bytes, key });
    return key;
  }

  function rsaObjects(key: RsaPublicKey): RsaObjects {
    let objects = rsaPublicObjects.get(key);
    if (objects === undefined) {
      const object = crypto.createPublicKey({ key: publicJwk(key), format: 'jwk' });
      objects = {
        length: Math.ceil(key.n.toString(2).length / 8),
        raw: { key: object, padding: RSA_NO_PADDING },
        pss: { key: object, padding: RSA_PKCS1_PSS_PADDING, saltLength: 0 },
      };
      rsaPublicObjects.set(key, objects);
    }
    return objects;
  }

  function rsaPrivateObject(key: RsaPrivateKey): crypto.RsaPrivateKey {
    let object = rsaPrivateObjects.get(key);
    if (object === undefined) {
      object = {
        key: crypto.createPrivateKey({ key: privateJwk(key), format: 'jwk' }),
        padding: RSA_NO_PADDING,
      };
      rsaPrivateObjects.set(key, object);
    }
    return object;
  }

  return {
    sha256: (data) => digest('sha256', data),
    sha384: (data) => digest('sha384', data),
    hmacSha256: (key, data) => plain(crypto.createHmac('sha256', key).update(data).digest()),
    hkdfSha256: (ikm, salt, info, length) =>
      new Uint8Array(crypto.hkdfSync('sha256', ikm, salt, info, length)),
    aes256GcmSeal(key, nonce, aad, plaintext) {
      need(key, 32, 'key');
      need(nonce, 12, 'nonce');
      const cipher = crypto.createCipheriv('aes-256-gcm', crypto.createSecretKey(key), nonce);
      cipher.setAAD(aad);
      const body = cipher.update(plaintext);
      return concat(body, cipher.final(), cipher.getAuthTag());
    },
    aes256GcmOpen(key, nonce, aad, sealed) {
      need(key, 32, 'key');
      need(nonce, 12, 'nonce');
      if (sealed.length < 16) return undefined;
      const decipher = crypto.createDecipheriv('aes-256-gcm', crypto.createSecretKey(key), nonce, {
        authTagLength: 16,
      });
      decipher.setAAD(aad);
      decipher.setAuthTag(sealed.subarray(sealed.length - 16));
      const body = decipher.update(sealed.subarray(0, sealed.length - 16));
      try {
        decipher.final();
      } catch {
        return undefined; // the only failure left is the tag
      }
      return plain(body);
    },
    x25519Public: (secret) => xPair(secret).raw.slice(),
    x25519(secret, peer) {
      need(peer, 32, 'peer key');
      const privateKey = xPair(secret).key;
      const publicKey = xPeer(peer);
      let shared: Uint8Array;
      try {
        shared = crypto.diffieHellman({ privateKey, publicKey });
      } catch {
        return undefined; // the library refuses an all-zero secret, and nothing else of 32 bytes
      }
      return shared.every((byte) => byte === 0) ? undefined : plain(shared);
    },
    ed25519Public: (seed) => edPair(seed).raw.slice(),
    ed25519Sign(seed, message) {
      need(seed, 32, 'seed');
      return plain(crypto.sign(null, message, edPair(seed).key));
    },
    ed25519Verify(publicKey, message, signature) {
      if (!admissibleSignature(publicKey, signature)) return false;
      const key = edPublic.get(name(publicKey), () => publicObject('Ed25519', publicKey));
      return crypto.verify(null, message, key, signature);
    },
    rsaPublic: (key, block) => withoutStacks(() => plain(crypto.publicEncrypt(rsaObjects(key).raw, block))),
    rsaPrivate: (key, block) =>
      withoutStacks(() => plain(crypto.privateDecrypt(rsaPrivateObject(key), block))),
    rsaPssSha384Salt0Verify(key, message, signature) {
      // The library refuses what is not below the modulus (RFC 8017 §5.2.2), and takes what is too short.
      const { length, pss } = rsaObjects(key);
      return (
        signature.length === length && withoutStacks(() => crypto.verify('sha384', message, pss, signature))
      );
    },
  };
}

/** The crypto port over node:crypto. One for the process: its caches belong to it. */
export const nodeCrypto: CryptoPort = createNodeCrypto();
