/**
 * A card that says what a test tells it to, honest or not. It shares nothing with src/card: the Noise initiator, TLV and APDU
 * are written out here over node:crypto, from docs/card-protocol.md and the Noise specification alone. The simulated
 * card of firmware-sim is honest; this one exists for the answers that it never gives.
 */
import * as crypto from 'node:crypto';
import type { CardInField, CardRefusal } from '../../main/card-reader.ts';
import type { Result } from '../../src/result.ts';

export const AID = Buffer.from('F054494D45435244', 'hex');

/** An object with the shortest length form. */
export function object(tag: number, ...parts: Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const n = value.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

/** The value of the object with this tag, among well-formed ones, or undefined. */
export function valueAt(tag: number, bytes: Uint8Array): Buffer | undefined {
  let at = 0;
  while (at < bytes.length) {
    const found = bytes[at] === tag;
    let length = bytes[at + 1] as number;
    at += 2;
    const more = length > 128 ? length - 128 : 0;
    if (more > 0) length = Buffer.from(bytes.subarray(at, at + more)).readUIntBE(0, more);
    at += more;
    if (found) return Buffer.from(bytes.subarray(at, at + length));
    at += length;
  }
  return undefined;
}

export function word(sw: number): Buffer {
  return Buffer.from([sw >> 8, sw & 0xff]);
}

/** Header, data and Le's spelling, short or extended. */
function split(apdu: Uint8Array) {
  const bytes = Buffer.from(apdu);
  const extended = bytes.length > 7 && bytes[4] === 0;
  const at = extended ? 7 : 5;
  const length = extended ? bytes.readUInt16BE(5) : (bytes[4] ?? 0);
  return { header: bytes.subarray(0, 4), data: bytes.subarray(at, at + length) };
}

const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');
const NONE = Buffer.alloc(0);
const hash = (...parts: Uint8Array[]) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
const hkdf = (ck: Uint8Array, input: Uint8Array) => {
  const out = Buffer.from(crypto.hkdfSync('sha256', input, ck, NONE, 64));
  return [out.subarray(0, 32), out.subarray(32)] as const;
};
const nonce = (n: number) => Buffer.concat([Buffer.alloc(10), Buffer.from([n >> 8, n & 0xff])]);

function unseal(key: Uint8Array, n: number, aad: Uint8Array, sealed: Uint8Array): Buffer {
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, nonce(n));
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()]);
}

function seal(key: Uint8Array, n: number, plain: Uint8Array): Buffer {
  const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce(n));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What the card saw of OPEN. */
export interface Seen {
  terminalKey: Buffer;
  certificate: Buffer;
  aborted: Buffer | undefined;
}

export interface Told {
  readonly data: Uint8Array;
  readonly sw: number;
}

export interface Script {
  readonly version?: number;
  readonly suites?: readonly number[];
  readonly offices?: Uint8Array;
  /** OPEN's answer, or a status word in the clear. */
  readonly open?: (seen: Seen) => Told | { readonly clear: number };
  /** A command inside the channel by its INS. */
  readonly on?: (ins: number, data: Buffer, p1: number, p2: number, seen: Seen) => Told;
  /** Changes what goes over the air; the number counts exchanges from 0. Undefined: the card is gone. */
  readonly air?: (answer: Buffer, exchange: number) => Uint8Array | CardRefusal;
}

export interface ScriptedCard extends CardInField {
  readonly seen: () => Seen;
  readonly commands: () => readonly Uint8Array[];
}

/** A card in the field that follows the script. */
export function scriptedCard(script: Script): ScriptedCard {
  const ephemeral = crypto.generateKeyPairSync('x25519');
  const publicKey = ephemeral.publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  const dh = (peer: Uint8Array) =>
    crypto.diffieHellman({
      privateKey: ephemeral.privateKey,
      publicKey: crypto.createPublicKey({
        key: Buffer.concat([X25519_SPKI, peer]),
        format: 'der',
        type: 'spki',
      }),
    });
  const commands: Uint8Array[] = [];
  let bytesOut = 0;
  let bytesIn = 0;
  let selected: Buffer = NONE;
  let keys: { answer: Buffer; command: Buffer } | undefined;
  let received = 0;
  let sent = 0;
  let seen: Seen | undefined;

  const inside = (told: Told) => {
    if (keys === undefined) throw new Error('no channel');
    return Buffer.concat([
      seal(keys.answer, sent++, Buffer.concat([told.data, word(told.sw)])),
      word(0x9000),
    ]);
  };

  function select(): Buffer {
    const fields = [
      object(0x80, Buffer.from([script.version ?? 1])),
      object(0x81, Buffer.from(script.suites ?? [1])),
      object(0x82, script.offices ?? Buffer.alloc(8, 0x0f)),
      object(0x83, publicKey),
    ];
    selected = object(0x6f, object(0x84, AID), object(0xa5, ...fields));
    return Buffer.concat([selected, word(0x9000)]);
  }

  function open(suite: number, message: Buffer): Buffer {
    const name = Buffer.alloc(32);
    name.write('Noise_NX_25519_AESGCM_SHA256');
    let h = hash(name, selected, Buffer.from([suite]));
    h = hash(h, publicKey);
    h = hash(h, NONE);
    const e = message.subarray(0, 32);
    h = hash(h, e);
    const [ck1, k1] = hkdf(name, dh(e));
    const terminalKey = unseal(k1, 0, h, message.subarray(32, 80));
    h = hash(h, message.subarray(32, 80));
    const [ck2, k2] = hkdf(ck1, dh(terminalKey));
    const payload = unseal(k2, 0, h, message.subarray(80));
    const [answer, command] = hkdf(ck2, NONE);
    keys = { answer, command };
    const certificate = valueAt(0x80, payload) ?? NONE;
    seen = { terminalKey, certificate, aborted: valueAt(0x81, payload) };
    const told = script.open?.(seen) ?? { data: NONE, sw: 0x9000 };
    return 'clear' in told ? word(told.clear) : inside(told);
  }

  function answer(apdu: Uint8Array): Buffer {
    const { header, data } = split(apdu);
    const [cla, ins, p1, p2] = header as unknown as [number, number, number, number];
    if (cla === 0x00 && ins === 0xa4) return data.equals(AID) ? select() : word(0x6a82);
    if (cla === 0x80 && ins === 0x86) return open(p1, data);
    if (keys === undefined || seen === undefined || script.on === undefined) return word(0x6988);
    return inside(script.on(ins, unseal(keys.command, received++, header, data), p1, p2, seen));
  }

  return {
    atr: Buffer.from('3b80800101', 'hex'),
    async exchange(apdu): Promise<Result<Uint8Array, CardRefusal>> {
      await Promise.resolve();
      const count = commands.push(apdu) - 1;
      const honest = answer(apdu);
      const aired = script.air === undefined ? honest : script.air(honest, count);
      if (typeof aired === 'string') return { ok: false, refusal: aired };
      bytesOut += apdu.length;
      bytesIn += aired.length;
      return { ok: true, value: Uint8Array.from(aired) };
    },
    spent: () => ({ milliseconds: 0, bytesOut, bytesIn, frames: commands.length }),
    seen() {
      if (seen === undefined) throw new Error('not opened');
      return seen;
    },
    commands: () => commands,
  };
}
