/**
 * How long a tap would take on a real card. The simulator counts every operation of a session as a card of suite 2 would
 * do it (P-256, AES-CBC, CMAC, X9.63 KDF: what a J3R180 has) and adds up what such a card was measured to need:
 * JCAlgTest's J3R180 figures (contact reader, crocs-muni/jcalgtest_results, NXP JCOP4 J3R180 SECID P71), 424 kbit/s
 * and 8 ms a command-answer pair. Nothing here is a measurement of ours.
 *
 * Suite 2's channel as it is counted. One transcript hash h over SELECT's answer, suite byte and the terminal's ephemeral;
 * one key from (e,e) and h for the terminal's static key; one KDF call over both secrets, h and the static key for the
 * session's encryption and MAC key; then CBC from a block that encrypts direction and counter (not sent: both sides
 * compute it) and an 8-byte CMAC over header, direction, counter and ciphertext. Java Card resets Cipher and Signature to
 * their initialised state after each message, so keys are loaded and objects initialised once a session.
 *
 * What it does not know: blinding on a card without big-number arithmetic (a load is minutes), bytecode between the
 * operations, activation and anticollision before SELECT, a reader's own delays, contactless power limits on the
 * clock, the check of the journal at power-up, hedged nonces. JCAlgTest's sign and verify already hash 256 bytes and its
 * MAC figure already loads the key; hashes are counted beside them all the same.
 */

/** Milliseconds, per call or per byte. */
export const J3R180 = {
  sign: 32.0,
  verify: 30.2,
  ecdh: 20.0,
  keyPair: 26.0,
  signatureInit: 8.1,
  keyAgreementInit: 7.9,
  hash: 2.0,
  hashByte: 0.023,
  aesSetKey: 3.2,
  cipherInit: 6.1,
  /** Key, init and first call together: what JCAlgTest's setKeyInitSign measures. */
  macInit: 11.3,
  /** CBC doFinal: 1.55 ms for 16 bytes, 2.15 ms for 512. */
  cipherCall: 1.5,
  /** Beside the first, which is in `macInit`. */
  macCall: 2.2,
  aesByte: 0.0012,
  /** One write of up to 256 bytes. */
  nvmWrite: 2.9,
  rsaPublic: 4.0,
  frame: 8,
} as const;
/** Bytes a millisecond at 424 kbit/s, eight bits a byte. */
const BYTES_PER_MS = 424 / 8;

/** One command and its answer, in bytes of data as suite 2 would send them, without header, length fields and status word. */
export interface Exchange {
  readonly command: number;
  readonly answer: number;
}

/** What a card did in a session, as suite 2 would do it. Plain numbers are calls unless they say bytes. */
export interface Counts {
  sign: number;
  verify: number;
  ecdh: number;
  keyPair: number;
  signatureInit: number;
  keyAgreementInit: number;
  hashes: number;
  hashBytes: number;
  aesSetKey: number;
  cipherInit: number;
  macInit: number;
  cipherCalls: number;
  macCalls: number;
  aesBytes: number;
  nvmWrites: number;
  rsaPublic: number;
  exchanges: Exchange[];
  /** What really went over the wire in suite 1, for comparison: APDUs and bytes both ways. */
  frames: number;
  bytes: number;
}

export interface Tap {
  readonly counts: Counts;
  /** Card-present time in milliseconds, from SELECT to the last answer. */
  readonly modelledMs: number;
  /** What the card does after «paid», so that the next tap is short. */
  readonly ahead: { readonly counts: Counts; readonly modelledMs: number };
}

function noCounts(): Counts {
  return {
    sign: 0,
    verify: 0,
    ecdh: 0,
    keyPair: 0,
    signatureInit: 0,
    keyAgreementInit: 0,
    hashes: 0,
    hashBytes: 0,
    aesSetKey: 0,
    cipherInit: 0,
    macInit: 0,
    cipherCalls: 0,
    macCalls: 0,
    aesBytes: 0,
    nvmWrites: 0,
    rsaPublic: 0,
    exchanges: [],
    frames: 0,
    bytes: 0,
  };
}

/** Suite 2's sizes in bytes: a point without its format byte, an AES block, a truncated CMAC, an X9.63 counter. */
const POINT = 64;
const BLOCK = 16;
const TAG = 8;
const SECRET = 32;
const DIGEST = 32;
const KDF_COUNTER = 4;
/** How much longer than suite 1's a public key is. */
const LONGER_KEY = POINT - 32;

/** Bytes of a sealed message with `plain` bytes in it: padded (ISO 7816-4) and with its CMAC. */
function sealedBytes(plain: number): number {
  return BLOCK * (Math.floor(plain / BLOCK) + 1) + TAG;
}

/** Milliseconds of card-present time. `extended`: with extended length fields, else in blocks of 255 and 256 bytes. */
export function modelledTapMs(counts: Counts, { extended }: { readonly extended: boolean }): number {
  let frames = 0;
  let bytes = 0;
  for (const { command, answer } of counts.exchanges) {
    const out = extended ? 1 : Math.max(1, Math.ceil(command / 255));
    const back = extended ? 0 : Math.max(0, Math.ceil(answer / 256) - 1);
    frames += out + back;
    // Header 4, Lc and Le 2 (extended 5; an answer's block 1), status word 2.
    bytes += command + answer + out * (4 + (extended ? 5 : 2) + 2) + back * (5 + 2);
  }
  const c = counts;
  const t = J3R180;
  return (
    c.sign * t.sign +
    c.verify * t.verify +
    c.ecdh * t.ecdh +
    c.keyPair * t.keyPair +
    c.signatureInit * t.signatureInit +
    c.keyAgreementInit * t.keyAgreementInit +
    c.hashes * t.hash +
    c.hashBytes * t.hashByte +
    c.aesSetKey * t.aesSetKey +
    c.cipherInit * t.cipherInit +
    c.macInit * t.macInit +
    c.cipherCalls * t.cipherCall +
    Math.max(0, c.macCalls - c.macInit) * t.macCall +
    c.aesBytes * t.aesByte +
    c.nvmWrites * t.nvmWrite +
    c.rsaPublic * t.rsaPublic +
    frames * t.frame +
    bytes / BYTES_PER_MS
  );
}

/** Bytes over the air of a session in suite 2, both ways, headers and status words included. */
export function modelledBytes(counts: Counts): number {
  return counts.exchanges.reduce((sum, { command, answer }) => sum + command + answer + 4 + 5 + 2, 0);
}

/** Counts while the card works. Sizes are told in suite 1's bytes and counted in suite 2's. */
export class Meter {
  #tap = noCounts();
  #ahead = noCounts();
  #now = this.#tap;
  #started = false;

  /** SELECT: a session begins. */
  start(): void {
    this.#tap = noCounts();
    this.#ahead = noCounts();
    this.#now = this.#tap;
    this.#started = true;
  }

  /** Work that is done after the answer has left. */
  afterwards<T>(work: () => T): T {
    this.#now = this.#ahead;
    try {
      return work();
    } finally {
      this.#now = this.#tap;
    }
  }

  /** The session of the last SELECT, or undefined before the first. */
  last(extended: boolean): Tap | undefined {
    if (!this.#started) return undefined;
    const copy = (counts: Counts): Counts => ({ ...counts, exchanges: [...counts.exchanges] });
    return {
      counts: copy(this.#tap),
      modelledMs: modelledTapMs(this.#tap, { extended }),
      ahead: { counts: copy(this.#ahead), modelledMs: modelledTapMs(this.#ahead, { extended }) },
    };
  }

  /** A key pair made. */
  keyPair(): void {
    this.#now.keyPair++;
  }

  /** A signature made over so many bytes, `keys` of them public keys. */
  sign(bytes: number, keys: number): void {
    this.#now.sign++;
    this.#now.signatureInit++;
    this.hash(bytes + keys * LONGER_KEY);
  }

  /** A signature checked, likewise. */
  verify(bytes: number, keys: number): void {
    this.#now.verify++;
    this.#now.signatureInit++;
    this.hash(bytes + keys * LONGER_KEY);
  }

  hash(bytes: number): void {
    this.#now.hashes++;
    this.#now.hashBytes += bytes;
  }

  /** A key derived from the seed: X9.63, a hash for each 32 bytes. */
  derive(info: number, length: number): void {
    for (let made = 0; made < length; made += DIGEST) this.hash(SECRET + KDF_COUNTER + info);
  }

  /** OPEN's handshake, for a SELECT answer of so many bytes in suite 1. Its payload is counted by `received`. */
  handshake(selectAnswer: number): void {
    const now = this.#now;
    now.keyAgreementInit++;
    now.ecdh += 2;
    this.hash(selectAnswer + LONGER_KEY + 1 + POINT);
    this.hash(SECRET + KDF_COUNTER + DIGEST);
    this.hash(2 * SECRET + KDF_COUNTER + DIGEST + POINT);
    // The terminal's static key, then the session's two keys: one cipher object a direction, one MAC object.
    now.aesSetKey += 2;
    now.cipherInit += 3;
    now.macInit++;
    now.cipherCalls++;
    now.aesBytes += POINT;
  }

  /** A sealed command opened, `plain` bytes in it: the first block by the other cipher object, CBC, CMAC. */
  received(plain: number): void {
    this.#now.cipherCalls++;
    this.sealed(plain);
  }

  /** An answer sealed, likewise: the first block goes through CBC with the rest and is not sent. */
  sealed(plain: number): void {
    this.#now.cipherCalls++;
    this.#now.macCalls++;
    this.#now.aesBytes += BLOCK + 2 * (sealedBytes(plain) - TAG);
  }

  nvmWrite(): void {
    this.#now.nvmWrites++;
  }

  rsaPublic(): void {
    this.#now.rsaPublic++;
  }

  /** An APDU and its answer as they really were. */
  frame(command: number, answer: number): void {
    this.#now.frames++;
    this.#now.bytes += command + answer;
  }

  /** SELECT, by the bytes of its data and of its answer in suite 1. */
  selected(command: number, answer: number): void {
    this.#now.exchanges.push({ command, answer: answer + LONGER_KEY });
  }

  /** OPEN, by the plain bytes of its payload; its answer's are undefined when it was refused in the clear. */
  opened(payload: number, answer: number | undefined): void {
    this.#now.exchanges.push({
      command: 2 * POINT + sealedBytes(payload),
      answer: answer === undefined ? 0 : sealedBytes(answer),
    });
  }

  /** A command inside the channel, by its plain bytes and its answer's. */
  exchanged(command: number, answer: number): void {
    this.#now.exchanges.push({ command: sealedBytes(command), answer: sealedBytes(answer) });
  }
}
