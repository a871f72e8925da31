/**
 * A small terminal of the tests' own: APDUs, TLV, the responder's side of Noise NX, an office with real RSA keys. Written
 * from docs/card-protocol.md alone; it shares no codec with the card nor with the terminal's code.
 */
import { randomBytes } from 'node:crypto';
import { nodeCrypto } from '../../crypto/node.ts';
import { generateRsaKey } from '../../crypto/rsa-keygen.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import { ascii, beBytes, beNumber, concat, toHex } from '../../src/bytes.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';

export const random = (n: number): Uint8Array => Uint8Array.from(randomBytes(n));
export const NONE = new Uint8Array(0);
export const CHAIN = 'test-chain';
export const PIN = '2580';
export const PUK = '73910462';
export const AID = Uint8Array.of(0xf0, 0x54, 0x49, 0x4d, 0x45, 0x43, 0x52, 0x44);

export function field(tag: number, value: Uint8Array): Uint8Array {
  const n = value.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return concat(Uint8Array.of(tag, ...length), value);
}

export function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const out = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++] as number;
    let n = bytes[at++] as number;
    if (n === 0x81) n = bytes[at++] as number;
    else if (n === 0x82) {
      n = beNumber(bytes.slice(at, at + 2));
      at += 2;
    }
    out.set(tag, bytes.slice(at, at + n));
    at += n;
  }
  return out;
}

export interface Reply {
  readonly sw: string;
  readonly data: Uint8Array;
}

function split(answer: Uint8Array): Reply {
  const at = answer.length - 2;
  return { sw: toHex(answer.slice(at)), data: answer.slice(0, at) };
}

/** One command over a card, in extended form or in short blocks; undefined when the card is mute. */
export function command(
  card: SimulatedCard,
  header: readonly number[],
  data: Uint8Array = NONE,
  extended = true,
): Reply | undefined {
  const [cla, ins, p1, p2] = header as [number, number, number, number];
  if (extended) {
    const lc = data.length === 0 ? Uint8Array.of(0) : concat(Uint8Array.of(0), beBytes(data.length, 2), data);
    const answer = card.transmit(concat(Uint8Array.of(cla, ins, p1, p2), lc, Uint8Array.of(0, 0)));
    return answer && split(answer);
  }
  let rest = data;
  while (rest.length > 255) {
    const part = card.transmit(concat(Uint8Array.of(cla | 0x10, ins, p1, p2, 255), rest.slice(0, 255)));
    if (part === undefined || toHex(part) !== '9000') return part && split(part);
    rest = rest.slice(255);
  }
  const lc = rest.length === 0 ? NONE : Uint8Array.of(rest.length);
  let answer = card.transmit(concat(Uint8Array.of(cla, ins, p1, p2), lc, rest, Uint8Array.of(0)));
  let whole: Uint8Array = NONE;
  while (answer !== undefined) {
    const { sw, data: part } = split(answer);
    whole = concat(whole, part);
    if (!sw.startsWith('61')) return { sw, data: whole };
    answer = card.transmit(Uint8Array.of(0x00, 0xc0, 0, 0, Number.parseInt(sw.slice(2), 16)));
  }
  return undefined;
}

export interface Office {
  readonly seed: Uint8Array;
  readonly key: Uint8Array;
  readonly id: Uint8Array;
}

export function makeOffice(): Office {
  const seed = random(32);
  const key = nodeCrypto.ed25519Public(seed);
  return { seed, key, id: nodeCrypto.sha256(key).slice(0, 8) };
}

export interface Till {
  readonly secret: Uint8Array;
  readonly key: Uint8Array;
  readonly outlet: Uint8Array;
}

export function makeTill(): Till {
  const secret = random(32);
  return { secret, key: nodeCrypto.x25519Public(secret), outlet: random(16) };
}

export const MONTH = 82;

export function certificate(
  office: Office,
  till: Till,
  role: number,
  epoch: number = MONTH,
  suite = 1,
): Uint8Array {
  const tail = concat(till.outlet, Uint8Array.of(role), beBytes(epoch, 2));
  const said = concat(ascii('timecard/certificate'), Uint8Array.of(suite), till.key, tail);
  return concat(office.id, tail, nodeCrypto.ed25519Sign(office.seed, said));
}

function nonce(n: number): Uint8Array {
  return concat(new Uint8Array(4), beBytes(n, 8));
}

function hkdf2(ck: Uint8Array, ikm: Uint8Array): [Uint8Array, Uint8Array] {
  const okm = nodeCrypto.hkdfSha256(ikm, ck, NONE, 64);
  return [okm.slice(0, 32), okm.slice(32)];
}

/** The responder of Noise NX: message 2, and the keys of both directions. */
export function respond(
  prologue: Uint8Array,
  cardKey: Uint8Array,
  till: Till,
  payload: Uint8Array,
  ephemeral: Uint8Array = random(32),
  firstPayload: Uint8Array = NONE,
): { message: Uint8Array; fromCard: Uint8Array; toCard: Uint8Array } {
  let h: Uint8Array = concat(ascii('Noise_NX_25519_AESGCM_SHA256'), new Uint8Array(4));
  let ck: Uint8Array = h;
  let k: Uint8Array = NONE;
  const mix = (bytes: Uint8Array): void => {
    h = nodeCrypto.sha256(concat(h, bytes));
  };
  const mixKey = (secret: Uint8Array): void => {
    [ck, k] = hkdf2(ck, nodeCrypto.x25519(secret, cardKey) ?? new Uint8Array(32));
  };
  const seal = (plain: Uint8Array): Uint8Array => {
    const sealed = nodeCrypto.aes256GcmSeal(k, nonce(0), h, plain);
    mix(sealed);
    return sealed;
  };
  mix(prologue);
  mix(cardKey);
  mix(firstPayload);
  const e = nodeCrypto.x25519Public(ephemeral);
  mix(e);
  mixKey(ephemeral);
  const s = seal(till.key);
  mixKey(till.secret);
  const p = seal(payload);
  const [fromCard, toCard] = hkdf2(ck, NONE);
  return { message: concat(e, s, p), fromCard, toCard };
}

export interface OpenOptions {
  readonly role?: number;
  readonly epoch?: number;
  readonly aborts?: readonly Uint8Array[];
  readonly payload?: Uint8Array;
  readonly suite?: number;
  readonly extended?: boolean;
}

/** A conversation from SELECT on; `opened` is OPEN's inner answer or its refusal in the clear. */
export class Talk {
  readonly card: SimulatedCard;
  readonly extended: boolean;
  /** Every command sent in the channel, as it went over the air. */
  readonly air: { header: readonly number[]; data: Uint8Array }[] = [];
  opened: Reply = { sw: '', data: NONE };
  selected: Reply = { sw: '', data: NONE };
  #toCard: Uint8Array = NONE;
  #fromCard: Uint8Array = NONE;
  #sent = 0;
  #received = 0;

  constructor(card: SimulatedCard, extended = true) {
    this.card = card;
    this.extended = extended;
  }

  /** SELECT and OPEN. */
  static start(card: SimulatedCard, office: Office, till: Till, options: OpenOptions = {}): Talk {
    const talk = new Talk(card, options.extended ?? true);
    talk.select();
    talk.open(office, till, options);
    return talk;
  }

  select(): Reply {
    const reply = command(this.card, [0x00, 0xa4, 0x04, 0x00], AID, this.extended);
    if (reply === undefined) throw new Mute();
    this.selected = reply;
    return reply;
  }

  /** The card's ephemeral out of SELECT's answer. */
  get cardKey(): Uint8Array {
    const outer = fieldsOf(this.selected.data).get(0x6f) ?? NONE;
    return fieldsOf(fieldsOf(outer).get(0xa5) ?? NONE).get(0x83) ?? NONE;
  }

  open(office: Office, till: Till, options: OpenOptions = {}): Reply {
    const suite = options.suite ?? 1;
    const aborts = options.aborts ?? [];
    const payload =
      options.payload ??
      concat(
        field(0x80, certificate(office, till, options.role ?? 1, options.epoch ?? MONTH)),
        aborts.length === 0 ? NONE : field(0x81, concat(...aborts)),
      );
    const prologue = concat(this.selected.data, Uint8Array.of(suite));
    const { message, fromCard, toCard } = respond(prologue, this.cardKey, till, payload);
    this.#toCard = toCard;
    this.#fromCard = fromCard;
    this.air.push({ header: [0x80, 0x86, suite, 0], data: message });
    const reply = command(this.card, [0x80, 0x86, suite, 0], message, this.extended);
    if (reply === undefined) throw new Mute();
    this.opened = reply.sw === '9000' ? this.#unseal(reply.data) : reply;
    return this.opened;
  }

  /** A command in the channel: its inner answer, or the refusal in the clear. Throws Mute when the card says nothing. */
  say(ins: number, p1: number, p2: number, data: Uint8Array = NONE): Reply {
    const header = [0x84, ins, p1, p2];
    const sealed = nodeCrypto.aes256GcmSeal(this.#toCard, nonce(this.#sent++), Uint8Array.from(header), data);
    this.air.push({ header, data: sealed });
    const reply = command(this.card, header, sealed, this.extended);
    if (reply === undefined) throw new Mute();
    return reply.sw === '9000' ? this.#unseal(reply.data) : reply;
  }

  #unseal(sealed: Uint8Array): Reply {
    const plain = nodeCrypto.aes256GcmOpen(this.#fromCard, nonce(this.#received++), NONE, sealed);
    if (plain === undefined) throw new Error("the card's answer does not open");
    return split(plain);
  }

  verify(pin: string, use: 'pay' | 'services'): Reply {
    return this.say(0x20, 0, use === 'pay' ? 1 : 2, field(0x80, ascii(pin)));
  }

  spend(id: Uint8Array, minutes: number, day = 20_000): Reply {
    return this.say(0x30, 0, 0, spendData(id, minutes, day));
  }

  ack(id: Uint8Array): Reply {
    return this.say(0x32, 0, 0, field(0x80, id));
  }

  account(): Map<number, Uint8Array> {
    return fieldsOf(this.say(0x34, 0, 0).data);
  }
}

export function spendData(id: Uint8Array, minutes: number, day: number): Uint8Array {
  return concat(field(0x80, id), field(0x81, beBytes(minutes, 2)), field(0x82, beBytes(day, 2)));
}

/** The card said nothing: power is gone. */
export class Mute extends Error {}

export interface WireCoupon {
  readonly keyset: Uint8Array;
  readonly exponent: number;
  readonly serial: Uint8Array;
  readonly signature: Uint8Array;
}

export function couponsOf(reply: Reply): WireCoupon[] {
  const list = fieldsOf(reply.data).get(0x82) ?? NONE;
  return Array.from({ length: list.length / 291 }, (_, i) => {
    const one = list.slice(291 * i, 291 * (i + 1));
    return {
      keyset: one.slice(0, 2),
      exponent: one[2] as number,
      serial: one.slice(3, 35),
      signature: one.slice(35),
    };
  });
}

export interface CouponOffice {
  readonly keys: readonly RsaPrivateKey[];
  readonly moduli: Uint8Array;
  readonly keysetId: Uint8Array;
}

/** Nine RSA keys of OpenSSL's, and the keyset id as the protocol defines it. */
export function makeCouponOffice(): CouponOffice {
  const keys = Array.from({ length: 9 }, () => generateRsaKey());
  const moduli = concat(...keys.map(({ n }) => beBytes(n, 256)));
  const keysetId = nodeCrypto.sha256(
    concat(...keys.map(({ n, e }) => concat(beBytes(n, 256), beBytes(e, 4)))),
  );
  return { keys, moduli, keysetId };
}

/** The exponents of a load in its order. */
export function loadOrder(packs: number): number[] {
  const pack: readonly [number, number][] = [
    [0, 6],
    [1, 7],
    [2, 6],
    [3, 6],
    [4, 3],
    [5, 3],
    [6, 1],
  ];
  return pack.flatMap(([exponent, count]) => new Array<number>(count * packs).fill(exponent));
}

export const PACK_BLOCKS = 4;

/** PREPARE begin, all its blocks. */
export function prepare(
  talk: Talk,
  office: CouponOffice,
  packs: number,
): { begun: Reply; blinded: Uint8Array[] } {
  const begun = talk.say(0x36, 1, 0, concat(field(0x80, Uint8Array.of(packs)), field(0x81, office.moduli)));
  const blinded: Uint8Array[] = [];
  if (begun.sw !== '9000') return { begun, blinded };
  for (let block = 0; block < packs * PACK_BLOCKS; block++) {
    const part = fieldsOf(talk.say(0x36, 2, block).data).get(0x82) ?? NONE;
    for (let at = 0; at < part.length; at += 256) blinded.push(part.slice(at, at + 256));
  }
  return { begun, blinded };
}

/** The office's blind signatures, in the order of the load. */
export function issue(office: CouponOffice, packs: number, blinded: readonly Uint8Array[]): Uint8Array[] {
  return loadOrder(packs).map((exponent, i) =>
    nodeCrypto.rsaPrivate(office.keys[exponent] as RsaPrivateKey, blinded[i] as Uint8Array),
  );
}

export function storeBlock(talk: Talk, block: number, signatures: readonly Uint8Array[]): Reply {
  return talk.say(0x3a, 0, block, field(0x80, concat(...signatures.slice(8 * block, 8 * block + 8))));
}

/** Everything a test needs: offices, a till, and a card with as many packs as asked for. */
export interface World {
  readonly office: Office;
  readonly coupons: CouponOffice;
  readonly till: Till;
  readonly batchKey: Uint8Array;
  readonly seed: Uint8Array;
  readonly g: Uint8Array;
  readonly image: { readonly bytes: Uint8Array };
}

export function newCard(world: World, extended = true): SimulatedCard {
  return createCard(world.image, { random, extended });
}

export function makeWorld(packs: number, coupons: CouponOffice = makeCouponOffice()): World {
  const office = makeOffice();
  const till = makeTill();
  const batchSeed = random(32);
  const [seed, g] = [random(32), random(8)];
  const empty = personalise({
    seed,
    g,
    pin: PIN,
    puk: PUK,
    chain: CHAIN,
    officeKeys: [office.key],
    batchSeed,
    random,
  });
  const card = createCard(empty, { random });
  if (packs > 0) {
    const talk = Talk.start(card, office, till, { role: 2 });
    talk.verify(PIN, 'services');
    const { blinded } = prepare(talk, coupons, packs);
    const signatures = issue(coupons, packs, blinded);
    for (let block = 0; block < packs * PACK_BLOCKS; block++) {
      const { sw } = storeBlock(talk, block, signatures);
      if (sw !== '9000') throw new Error(`STORE: ${sw}`);
    }
  }
  return {
    office,
    coupons,
    till,
    seed,
    g,
    batchKey: nodeCrypto.ed25519Public(batchSeed),
    image: card.image(),
  };
}
