/** Card services against a scripted card: order and sizes of a load, resuming, and cards that lie about it. */
import * as node from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as crypto } from '../../crypto/node.ts';
import { type CardServices, cardServices } from '../../main/card-services.ts';
import { openSession } from '../../main/card-session.ts';
import { issueCertificate } from '../../src/card/certificate.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { modulusOf } from '../../src/coupons/keyset.ts';
import { createMint, type Mint, trustIn } from './mint.ts';
import { object, type Script, scriptedCard, type Told, valueAt, word } from './scripted-card.ts';

const NONE = Buffer.alloc(0);
const random = (bytes: number) => new Uint8Array(node.randomBytes(bytes));
let mint: Mint;
beforeAll(() => {
  mint = createMint();
});

async function services(on: NonNullable<Script['on']>): Promise<CardServices> {
  const staticSecret = random(32);
  const certificate = issueCertificate(crypto, SUITE_1, random(32), crypto.x25519Public(staticSecret), {
    outlet: random(16),
    role: 'services',
    epoch: 82,
  });
  const trust = trustIn([], []);
  const options = { crypto, random, staticSecret, certificate, aborted: [], trust };
  const session = await openSession(scriptedCard({ on }), options);
  if (!session.ok) throw new Error(session.refusal);
  return cardServices(session.value);
}

const DIGEST = Buffer.alloc(32, 0xd1);
const SIGNATURE = Buffer.alloc(64, 0x51);
const blinded = (index: number) => Buffer.alloc(256, index);

/** A card that prepares one load and stores it; `lie` changes one answer. */
function loading(
  packs: number,
  lie: (ins: number, p1: number, honest: Told) => Told = (_i, _p, told) => told,
) {
  const coupons = 32 * packs;
  const log: string[] = [];
  const stored = new Set<number>();
  const on: NonNullable<Script['on']> = (ins, data, p1, p2) => {
    log.push(`${ins.toString(16)} ${p1} ${p2}`);
    const say = (...fields: Buffer[]) => lie(ins, p1, { data: Buffer.concat(fields), sw: 0x9000 });
    if (ins === 0x36 && p1 === 1) {
      expect(valueAt(0x80, data)).toEqual(Buffer.from([packs]));
      const moduli = Buffer.concat(mint.keyset.keys.map(modulusOf));
      expect(valueAt(0x81, data)?.equals(moduli)).toBe(true);
      return say(object(0x80, mint.keyset.id), object(0x81, word(coupons)));
    }
    if (ins === 0x36) {
      const block = Array.from({ length: Math.min(8, coupons - 8 * p2) }, (_, i) => blinded(8 * p2 + i));
      return say(object(0x82, ...block));
    }
    if (ins === 0x38) return say(object(0x80, DIGEST), object(0x81, SIGNATURE));
    if (ins === 0x3a) {
      const signatures = valueAt(0x80, data) as Buffer;
      for (let i = 0; i < signatures.length / 256; i++) stored.add(8 * p2 + i);
      return say(object(0x80, word(stored.size)));
    }
    return { data: NONE, sw: 0x6d00 };
  };
  return { on, log, stored };
}

describe('a load', () => {
  it('is prepared in blocks of eight in their order, signed, and reported as it grows', async () => {
    const { on, log } = loading(2);
    const bar: number[] = [];
    const load = await (await services(on)).prepareLoad(2, mint.keyset, (done, all) => bar.push(done / all));
    if (!load.ok) throw new Error(load.refusal);
    expect(load.value.blinded.map((one) => one[0])).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(load.value.keysetId).toEqual(mint.keyset.id);
    expect([load.value.digest, load.value.signature]).toEqual([
      new Uint8Array(DIGEST),
      new Uint8Array(SIGNATURE),
    ]);
    expect(log).toEqual(['36 1 0', ...Array.from({ length: 8 }, (_, i) => `36 2 ${i}`), '38 1 0']);
    expect(bar).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => n / 8));
  });

  it('is stored in blocks of eight, and once more from the start after a torn card', async () => {
    const { on, stored } = loading(1);
    const signatures = Array.from({ length: 32 }, (_, i) => new Uint8Array(256).fill(i));
    let torn = 2;
    const half = await services((ins, data, p1, p2, seen) => {
      if (ins === 0x3a && torn-- === 0) return { data: NONE, sw: 0x6f00 };
      return on(ins, data, p1, p2, seen);
    });
    expect(await half.storeLoad(signatures)).toMatchObject({ refusal: 'wrong_answer' });
    expect(stored.size).toBe(16);
    const bar: number[] = [];
    const again = await services(on);
    expect(await again.storeLoad(signatures, (done) => bar.push(done))).toEqual({ ok: true, value: 32 });
    expect(bar).toEqual([16, 16, 24, 32]);
  });

  it.each<[string, string, (ins: number, p1: number, honest: Told) => Told]>([
    [
      'wrong_answer',
      'another keyset',
      (ins, p1, told) =>
        ins === 0x36 && p1 === 1
          ? { ...told, data: Buffer.concat([object(0x80, Buffer.alloc(32)), object(0x81, word(32))]) }
          : told,
    ],
    [
      'wrong_answer',
      'another number',
      (ins, p1, told) =>
        ins === 0x36 && p1 === 1
          ? { ...told, data: Buffer.concat([object(0x80, mint.keyset.id), object(0x81, word(31))]) }
          : told,
    ],
    [
      'wrong_answer',
      'a short block',
      (ins, p1, told) =>
        ins === 0x36 && p1 === 2 ? { ...told, data: object(0x82, Buffer.alloc(7 * 256)) } : told,
    ],
    [
      'wrong_answer',
      'no signature',
      (ins, _p1, told) => (ins === 0x38 ? { ...told, data: object(0x80, DIGEST) } : told),
    ],
    ['no_room', 'a full card', (_ins, _p1, told) => ({ ...told, data: NONE, sw: 0x6a84 })],
    [
      'conditions_not_satisfied',
      'another open load',
      (_ins, _p1, told) => ({ ...told, data: NONE, sw: 0x6985 }),
    ],
    ['wrong_data', 'keys it refuses', (_ins, _p1, told) => ({ ...told, data: NONE, sw: 0x6a80 })],
    ['pin_needed', 'no PIN before', (_ins, _p1, told) => ({ ...told, data: NONE, sw: 0x6982 })],
  ])('is refused as %s with %s', async (refusal, _, lie) => {
    const card = await services(loading(1, lie).on);
    expect(await card.prepareLoad(1, mint.keyset)).toMatchObject({ ok: false, refusal });
  });

  it('is not stored when the card counts too few or too many', async () => {
    const signatures = Array.from({ length: 32 }, () => new Uint8Array(256));
    for (const count of [31, 33]) {
      const card = await services(
        loading(1, (_i, _p, told) => ({ ...told, data: object(0x80, word(count)) })).on,
      );
      expect(await card.storeLoad(signatures)).toMatchObject({ refusal: 'wrong_answer' });
    }
  });
});

describe('claim and PIN', () => {
  it("ask what the page says and give the card's word", async () => {
    const asked: string[] = [];
    const card = await services((ins, data, p1, p2) => {
      asked.push(`${ins.toString(16)} ${p1} ${p2} ${data.toString('hex')}`);
      return ins === 0x38
        ? { data: Buffer.concat([object(0x80, DIGEST), object(0x81, SIGNATURE)]), sw: 0x9000 }
        : { data: NONE, sw: 0x9000 };
    });
    expect(await card.signClaim(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2))).toMatchObject({
      ok: true,
    });
    expect(await card.changePin('1234', '4321')).toEqual({ ok: true, value: true });
    expect(await card.unblock('12345678', '0000')).toEqual({ ok: true, value: true });
    expect(await card.unblock('1', '0000')).toMatchObject({ refusal: 'wrong_data' });
    expect(asked).toEqual([
      `38 2 0 8020${'01'.repeat(32)}8120${'02'.repeat(32)}`,
      '24 0 0 800431323334810434333231',
      '2c 0 0 80083132333435363738810430303030',
    ]);
    const wrong = await services(() => ({ data: NONE, sw: 0x63c5 }));
    expect(await wrong.unblock('12345678', '0000')).toEqual({
      ok: false,
      refusal: 'wrong_pin',
      triesLeft: 5,
    });
    expect(await wrong.account()).toMatchObject({ refusal: 'wrong_pin' });
  });
});
