/** The Noise NX responder and the channel after it against vectors other implementations published (test/vectors/noise-nx.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeCrypto as crypto } from '../../crypto/node.ts';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { gcmChannel } from '../../src/card/channel.ts';
import { noiseNonce, respondNx } from '../../src/card/noise.ts';

interface Vector {
  source: string;
  prologue: string;
  init_ephemeral: string;
  resp_static: string;
  resp_ephemeral: string;
  messages: { payload: string; ciphertext: string }[];
}
const { vectors } = JSON.parse(
  readFileSync(new URL('../vectors/noise-nx.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

const pair = (secret: string) => ({
  secret: hexBytes(secret),
  publicKey: crypto.x25519Public(hexBytes(secret)),
});

function respond(vector: Vector) {
  const first = vector.messages[0] as { ciphertext: string };
  const second = vector.messages[1] as { payload: string };
  const answer = respondNx(crypto, {
    prologue: hexBytes(vector.prologue),
    initiatorMessage: hexBytes(first.ciphertext),
    ephemeral: pair(vector.resp_ephemeral),
    own: pair(vector.resp_static),
    payload: hexBytes(second.payload),
  });
  if (!answer.ok) throw new Error(answer.refusal);
  return answer.value;
}

describe('Noise NX, revision 34', () => {
  it('has vectors of two strangers', () => {
    expect(new Set(vectors.map((vector) => vector.source))).toEqual(new Set(['cacophony', 'flynn']));
  });

  it.each(vectors)('message 2 and the transport of $source, message 1 with $messages.0.payload', (vector) => {
    expect(toHex(pair(vector.init_ephemeral).publicKey)).toBe(vector.messages[0]?.ciphertext.slice(0, 64));
    const { message, initiatorKey, responderKey } = respond(vector);
    expect(toHex(message)).toBe(vector.messages[1]?.ciphertext);
    const channel = gcmChannel(crypto, responderKey, initiatorKey);
    const nothing = new Uint8Array(0);
    for (const [i, { payload, ciphertext }] of vector.messages.entries()) {
      if (i < 2) continue;
      if (i % 2 === 0) expect(toHex(channel.open(hexBytes(ciphertext)) as Uint8Array)).toBe(payload);
      else expect(toHex(channel.seal(nothing, hexBytes(payload)))).toBe(ciphertext);
    }
  });

  it('binds the prologue: another one gives another message and other keys', () => {
    const vector = vectors[0] as Vector;
    const other = respond({ ...vector, prologue: `${vector.prologue}00` });
    expect(toHex(other.message)).not.toBe(vector.messages[1]?.ciphertext);
  });

  it('refuses a message shorter than a key and keys of small order', () => {
    const vector = vectors[0] as Vector;
    const own = pair(vector.resp_static);
    const ephemeral = pair(vector.resp_ephemeral);
    const common = { prologue: new Uint8Array(0), ephemeral, own, payload: new Uint8Array(0) };
    const short = respondNx(crypto, { ...common, initiatorMessage: new Uint8Array(31) });
    expect(short).toMatchObject({ ok: false, refusal: 'bad_length' });
    // RFC 7748 §6.1: u = 0, u = 1 and a point of order 8 give an all-zero secret.
    const smallOrder = 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800';
    for (const u of ['00'.repeat(32), `01${'00'.repeat(31)}`, smallOrder]) {
      const answer = respondNx(crypto, { ...common, initiatorMessage: hexBytes(u) });
      expect(answer).toMatchObject({ ok: false, refusal: 'bad_key' });
    }
  });

  it('counts nonces as 4 zero bytes and 8 big-endian ones (§12.4)', () => {
    expect(toHex(noiseNonce(0))).toBe('000000000000000000000000');
    expect(toHex(noiseNonce(258))).toBe('000000000000000000000102');
    expect(toHex(noiseNonce(2 ** 40))).toBe('000000000000010000000000');
  });
});

describe('channel', () => {
  const keys = () => ({ command: new Uint8Array(32).fill(1), answer: new Uint8Array(32).fill(2) });

  it('opens each answer once and in order', () => {
    const { command, answer } = keys();
    const channel = gcmChannel(crypto, command, answer);
    const card = gcmChannel(crypto, answer.slice(), command.slice());
    const first = card.seal(new Uint8Array(0), Uint8Array.of(1));
    const second = card.seal(new Uint8Array(0), Uint8Array.of(2));
    expect(channel.open(first)).toEqual(Uint8Array.of(1));
    expect(channel.open(first)).toBeUndefined();
    const other = gcmChannel(crypto, keys().command, keys().answer);
    expect(other.open(second)).toBeUndefined();
  });

  it('binds the header: the same data under another INS does not open', () => {
    const { command, answer } = keys();
    const sealed = gcmChannel(crypto, command.slice(), answer).seal(
      Uint8Array.of(0x84, 0x30, 0, 0),
      Uint8Array.of(7),
    );
    const open = (header: number[]) =>
      crypto.aes256GcmOpen(command, noiseNonce(0), Uint8Array.from(header), sealed);
    expect(open([0x84, 0x32, 0, 0])).toBeUndefined();
    expect(open([0x84, 0x30, 0, 0])).toEqual(Uint8Array.of(7));
  });

  it('overwrites its keys when wiped and speaks no more', () => {
    const { command, answer } = keys();
    const channel = gcmChannel(crypto, command, answer);
    channel.wipe();
    expect([...command, ...answer].every((byte) => byte === 0)).toBe(true);
    expect(() => channel.seal(new Uint8Array(4), new Uint8Array(0))).toThrow();
  });
});
