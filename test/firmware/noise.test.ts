import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { nonce, readSecondMessage } from '../../firmware-sim/noise.ts';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { respond } from './terminal.ts';

/** Noise_NX_25519_AESGCM_SHA256 of the cacophony test vectors (in snow's tests/vectors/cacophony.txt). */
const VECTOR = {
  prologue: '4a6f686e2047616c74',
  initiatorEphemeral: '893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a',
  responderStatic: '4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893',
  responderEphemeral: 'bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b',
  payloads: [
    '4c756477696720766f6e204d69736573',
    '4d757272617920526f746862617264',
    '462e20412e20486179656b',
    '4361726c204d656e676572',
    '4a65616e2d426170746973746520536179',
    '457567656e2042f6686d20766f6e2042617765726b',
  ],
  messages: [
    'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573',
    '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088435783d9758cb7e00c45a7d00ddc333aae968443c64f650b54a2ea7e0c1b67c27553968441fb058c1e460d676214dfbca9a3d5a445439da611c7a5697b6e6d488332952854c05202c76277d5e02b374d',
    '019b4087a1fa140e05486824cbdf79ef1744271ffd2124feb93d97',
    'c8f304c719ab66533a42878b47b23dc8dfc839b962c675ef2bd383',
    'e9c0a2537d92e85b88fe153d731f7590b8d112e75e465aeaf91339d68392ed7fcb',
    '1a882961b52d92829830cfa356571bc32efb9075c43c7e87940464c939755bc9637253e7e7',
  ],
} as const;

const secret = hexBytes(VECTOR.initiatorEphemeral);
const own = { secret, public: nodeCrypto.x25519Public(secret) };
const prologue = hexBytes(VECTOR.prologue);
const read = (message: Uint8Array) =>
  readSecondMessage(nodeCrypto, own, prologue, message, hexBytes(VECTOR.payloads[0]));

test('the initiator reads the published message 2: payload and static key', () => {
  expect(toHex(own.public) + VECTOR.payloads[0]).toBe(VECTOR.messages[0]);
  const done = read(hexBytes(VECTOR.messages[1]));
  expect(done && toHex(done.payload)).toBe(VECTOR.payloads[1]);
  const terminal = nodeCrypto.x25519Public(hexBytes(VECTOR.responderStatic));
  expect(done && toHex(done.terminal)).toBe(toHex(terminal));
});

test('the keys after Split() seal and open the published transport messages', () => {
  const done = read(hexBytes(VECTOR.messages[1]));
  if (done === undefined) throw new Error('did not open');
  const none = new Uint8Array(0);
  for (let i = 2; i < 6; i++) {
    const key = i % 2 === 0 ? done.sending : done.receiving;
    const n = nonce(Math.floor(i / 2) - 1);
    const payload = hexBytes(VECTOR.payloads[i] as string);
    const sealed = nodeCrypto.aes256GcmSeal(key, n, none, payload);
    expect(toHex(sealed)).toBe(VECTOR.messages[i]);
  }
});

test("the tests' own responder writes the published message 2", () => {
  const secretKey = hexBytes(VECTOR.responderStatic);
  const till = { secret: secretKey, key: nodeCrypto.x25519Public(secretKey), outlet: new Uint8Array(16) };
  const payload = hexBytes(VECTOR.payloads[1]);
  const { message } = respond(
    prologue,
    own.public,
    till,
    payload,
    hexBytes(VECTOR.responderEphemeral),
    hexBytes(VECTOR.payloads[0]),
  );
  expect(toHex(message)).toBe(VECTOR.messages[1]);
});

test('a bit changed anywhere in message 2 and it does not open; nor does a short one', () => {
  const message = hexBytes(VECTOR.messages[1]);
  for (let i = 0; i < message.length; i++) {
    const changed = message.slice();
    changed[i] = (changed[i] as number) ^ 1;
    expect(read(changed), `byte ${i}`).toBeUndefined();
  }
  for (const length of [0, 31, 32, 80, 95, 96]) expect(read(message.slice(0, length))).toBeUndefined();
});

test('an all-zero shared secret is refused (RFC 7748 §6.1)', () => {
  expect(read(new Uint8Array(96))).toBeUndefined();
});
