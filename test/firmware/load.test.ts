import { encode } from 'cborg';
import { beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { ascii, beBytes, beInt, concat, toHex } from '../../src/bytes.ts';
import { emsaPssEncode } from '../../src/coupons/emsa-pss.ts';
import {
  CHAIN,
  type CouponOffice,
  couponsOf,
  field,
  fieldsOf,
  issue,
  loadOrder,
  makeCouponOffice,
  makeWorld,
  NONE,
  newCard,
  PIN,
  prepare,
  random,
  storeBlock,
  Talk,
  type World,
} from './terminal.ts';

let world: World;
let other: CouponOffice;
beforeAll(() => {
  world = makeWorld(0, makeCouponOffice());
  other = makeCouponOffice();
});

function services(card: SimulatedCard): Talk {
  const talk = Talk.start(card, world.office, world.till, { role: 2 });
  talk.verify(PIN, 'services');
  return talk;
}

const hkdf = (label: string, data: Uint8Array, length: number): Uint8Array =>
  nodeCrypto.hkdfSha256(world.seed, ascii('timecard/1'), concat(ascii(label), data), length);

/** Serial of a coupon as the protocol's derivations say, from the words alone. */
function serialOf(office: CouponOffice, exponent: number, counter: number): string {
  const data = concat(world.g, office.keysetId, Uint8Array.of(exponent), beBytes(counter, 4));
  const key = nodeCrypto.ed25519Public(hkdf('coupon', data, 32));
  return toHex(nodeCrypto.sha256(concat(Uint8Array.of(1), key)));
}

const walletKey = (): Uint8Array =>
  concat(Uint8Array.of(1), nodeCrypto.ed25519Public(hkdf('wallet', NONE, 32)));

describe('a load, from PREPARE to the last STORE', () => {
  test('blinded serials, the signed body, the stored coupons: all as the protocol page says', () => {
    const card = newCard(world);
    const talk = services(card);
    expect(talk.account().has(0x87)).toBe(false);
    const { begun, blinded } = prepare(talk, world.coupons, 2);
    expect(begun.sw).toBe('9000');
    const fields = fieldsOf(begun.data);
    expect(toHex(fields.get(0x80) ?? NONE)).toBe(toHex(world.coupons.keysetId));
    expect(toHex(fields.get(0x81) ?? NONE)).toBe('0040');
    expect(blinded.length).toBe(64);
    expect(new Set(blinded.map(toHex)).size).toBe(64);

    const open = talk.account().get(0x87) ?? NONE;
    expect(toHex(open)).toBe(`02${toHex(world.coupons.keysetId)}${'00'.repeat(32)}`);
    const signed = talk.say(0x38, 1, 0);
    const digest = fieldsOf(signed.data).get(0x80) ?? NONE;
    const body = encode({
      kind: 'load',
      chain: CHAIN,
      g: world.g,
      packs: 2,
      keyset: world.coupons.keysetId,
      wallet: walletKey(),
      blinded,
    });
    expect(toHex(digest)).toBe(toHex(nodeCrypto.sha256(body)));
    const said = concat(ascii('timecard/1'), ascii(CHAIN), digest);
    const signature = fieldsOf(signed.data).get(0x81) ?? NONE;
    expect(nodeCrypto.ed25519Verify(walletKey().slice(1), said, signature)).toBe(true);
    expect(toHex((talk.account().get(0x87) ?? NONE).slice(33))).toBe(toHex(digest));

    const signatures = issue(world.coupons, 2, blinded);
    for (let block = 0; block < 8; block++) {
      const reply = storeBlock(talk, block, signatures);
      expect(reply.sw).toBe('9000');
      expect(toHex(fieldsOf(reply.data).get(0x80) ?? NONE)).toBe(toHex(beBytes(8 * (block + 1), 2)));
    }
    const account = talk.account();
    expect(account.has(0x87)).toBe(false);
    expect(toHex(account.get(0x80) ?? NONE)).toBe('00000258');
    expect([...(account.get(0x82) ?? NONE)]).toEqual([12, 14, 12, 12, 6, 6, 2, 0, 0]);
    expect(toHex(account.get(0x81) ?? NONE)).toBe(toHex(walletKey()));
    expect(toHex(account.get(0x86) ?? NONE)).toBe(toHex(world.g));
    expect(toHex(account.get(0x88) ?? NONE)).toBe('0080');
    expect(toHex(account.get(0x85) ?? random(1))).toBe('');

    // The words give the same serials, counters from 0 in the load's order.
    const serials = new Set(
      loadOrder(2).map((exponent, i, all) => serialOf(world.coupons, exponent, i - all.indexOf(exponent))),
    );
    const tap = Talk.start(card, world.office, world.till);
    tap.verify(PIN, 'pay');
    for (const { serial } of couponsOf(tap.spend(random(16), 127)))
      expect(serials.has(toHex(serial))).toBe(true);
  });

  test('a second load from the same keyset goes on counting; one of another keyset begins anew', () => {
    const card = newCard(world);
    const talk = services(card);
    const load = (office: CouponOffice): void => {
      const { blinded } = prepare(talk, office, 1);
      const signatures = issue(office, 1, blinded);
      for (let block = 0; block < 4; block++) expect(storeBlock(talk, block, signatures).sw).toBe('9000');
    };
    load(world.coupons);
    load(world.coupons);
    load(other);
    expect(card.ownerView()).toMatchObject({ payableMinutes: 900, room: 96 });
    const paid = (minutes: number): string[] => {
      const tap = Talk.start(card, world.office, world.till);
      tap.verify(PIN, 'pay');
      return couponsOf(tap.spend(random(16), minutes)).map(({ serial }) => toHex(serial));
    };
    expect(new Set([...paid(64), ...paid(64), ...paid(64)])).toEqual(
      new Set([serialOf(world.coupons, 6, 0), serialOf(world.coupons, 6, 1), serialOf(other, 6, 0)]),
    );
  });

  test('the whole load over a card that takes only short lengths', () => {
    const card = newCard(world, false);
    const talk = Talk.start(card, world.office, world.till, { role: 2, extended: false });
    talk.verify(PIN, 'services');
    const { blinded } = prepare(talk, world.coupons, 1);
    const signatures = issue(world.coupons, 1, blinded);
    for (let block = 0; block < 4; block++) expect(storeBlock(talk, block, signatures).sw).toBe('9000');
    expect(card.ownerView().payableMinutes).toBe(300);
  });
});

describe('asked again, also after power was gone', () => {
  test('PREPARE, SIGN and STORE give the same bytes; a stored coupon stays as it is', () => {
    const card = newCard(world);
    const first = services(card);
    const { begun, blinded } = prepare(first, world.coupons, 1);
    const signed = first.say(0x38, 1, 0);
    const signatures = issue(world.coupons, 1, blinded);
    storeBlock(first, 1, signatures);
    const again = services(createCard(card.image(), { random }));
    const second = prepare(again, world.coupons, 1);
    expect(toHex(second.begun.data)).toBe(toHex(begun.data));
    expect(second.blinded.map(toHex)).toEqual(blinded.map(toHex));
    expect(toHex(again.say(0x38, 1, 0).data)).toBe(toHex(signed.data));
    // Block 1 again, with garbage: nothing is looked at, nothing changes.
    const garbage = signatures.map(() => new Uint8Array(256).fill(1));
    const stored = storeBlock(again, 1, garbage);
    expect([stored.sw, toHex(stored.data)]).toEqual(['9000', '80020008']);
    for (const block of [3, 0]) expect(storeBlock(again, block, signatures).sw).toBe('9000');
    expect(again.card.ownerView().openLoad).toMatchObject({ packs: 1, signed: true, stored: 24 });
    expect(toHex(storeBlock(again, 2, signatures).data)).toBe('80020020');
    expect(again.card.ownerView().openLoad).toBeUndefined();
  });

  test('SIGN before any block was asked for signs the same body', () => {
    const card = newCard(world);
    const talk = services(card);
    talk.say(0x36, 1, 0, concat(field(0x80, Uint8Array.of(1)), field(0x81, world.coupons.moduli)));
    const signed = talk.say(0x38, 1, 0);
    const { blinded } = prepare(talk, world.coupons, 1);
    const body = encode({
      g: world.g,
      kind: 'load',
      chain: CHAIN,
      packs: 1,
      keyset: world.coupons.keysetId,
      wallet: walletKey(),
      blinded,
    });
    expect(toHex(fieldsOf(signed.data).get(0x80) ?? NONE)).toBe(toHex(nodeCrypto.sha256(body)));
  });
});

describe('refusals of a load', () => {
  const begin = (talk: Talk, packs: number, moduli: Uint8Array): string =>
    talk.say(0x36, 1, 0, concat(field(0x80, Uint8Array.of(packs)), field(0x81, moduli))).sw;

  test('0 and 7 packs, moduli cut short, a keyset that is none: wrong_data', () => {
    const talk = services(newCard(world));
    const { moduli } = world.coupons;
    expect([begin(talk, 0, moduli), begin(talk, 7, moduli)]).toEqual(['6a80', '6a80']);
    expect(begin(talk, 1, moduli.slice(1))).toBe('6a80');
    const twice = concat(moduli.slice(0, 256), moduli.slice(0, 256), moduli.slice(512));
    expect(begin(talk, 1, twice)).toBe('6a80');
    const short = moduli.slice();
    short[0] = 0x7f;
    expect(begin(talk, 1, short)).toBe('6a80');
    const even = moduli.slice();
    even[255] = 0x10;
    expect(begin(talk, 1, even)).toBe('6a80');
    expect(talk.card.ownerView()).toMatchObject({ room: 192, openLoad: undefined });
    expect(begin(talk, 1, moduli)).toBe('9000');
  });

  test('another load while one is open: conditions_not_satisfied', () => {
    const talk = services(newCard(world));
    expect(begin(talk, 1, world.coupons.moduli)).toBe('9000');
    expect(begin(talk, 2, world.coupons.moduli)).toBe('6985');
    expect(begin(talk, 1, other.moduli)).toBe('6985');
    expect(begin(talk, 1, world.coupons.moduli)).toBe('9000');
  });

  test('no load open: blocks, SIGN and STORE are conditions_not_satisfied', () => {
    const talk = services(newCard(world));
    expect([talk.say(0x36, 2, 0).sw, talk.say(0x38, 1, 0).sw, talk.say(0x3a, 0, 0, NONE).sw]).toEqual([
      '6985',
      '6985',
      '6985',
    ]);
  });

  test('six packs fill a card; a seventh has no room, and paid coupons make some', () => {
    const full = makeWorld(6, world.coupons);
    const card = newCard(full);
    expect(card.ownerView()).toMatchObject({ payableMinutes: 1800, room: 0 });
    const talk = Talk.start(card, full.office, full.till, { role: 2 });
    talk.verify(PIN, 'services');
    expect(begin(talk, 1, full.coupons.moduli)).toBe('6a84');
    // Pay all six-packs' small change away: 32 coupons in purchases of eight.
    for (const minutes of [8 * 32, 8 * 32, 4 * 64, 8 * 16]) {
      const tap = Talk.start(card, full.office, full.till);
      tap.verify(PIN, 'pay');
      const id = random(16);
      expect(tap.spend(id, minutes).sw).toBe('9000');
      tap.ack(id);
    }
    const { room, slots } = card.ownerView();
    expect(room).toBe(slots.spent);
    const later = Talk.start(card, full.office, full.till, { role: 2 });
    later.verify(PIN, 'services');
    expect(begin(later, 1, full.coupons.moduli)).toBe(room >= 32 ? '9000' : '6a84');
  });

  test('a wrong blind signature, too few of them or a block that is not there: nothing is stored', () => {
    const card = newCard(world);
    const talk = services(card);
    const { blinded } = prepare(talk, world.coupons, 1);
    const signatures = issue(world.coupons, 1, blinded);
    const bad = signatures.slice();
    bad[3] = (signatures[4] as Uint8Array).slice();
    expect(storeBlock(talk, 0, bad).sw).toBe('6a80');
    bad[3] = new Uint8Array(256).fill(0xff);
    expect(storeBlock(talk, 0, bad).sw).toBe('6a80');
    expect(talk.say(0x3a, 0, 0, field(0x80, concat(...signatures.slice(0, 7)))).sw).toBe('6a80');
    expect(storeBlock(talk, 4, signatures).sw).toBe('6a86');
    expect(talk.say(0x36, 2, 4).sw).toBe('6a86');
    expect(card.ownerView()).toMatchObject({ payableMinutes: 0, openLoad: { stored: 0 } });
    expect(storeBlock(talk, 0, signatures).sw).toBe('9000');
  });

  test('prepared coupons cannot be spent', () => {
    const card = newCard(world);
    const talk = services(card);
    prepare(talk, world.coupons, 1);
    expect(Talk.start(card, world.office, world.till).spend(random(16), 1).sw).toBe('6985');
  });
});

describe('SIGN claim', () => {
  test('signs the body of a claim and nothing else', () => {
    const talk = services(newCard(world));
    const [workload, revision] = [random(32), random(32)];
    const reply = talk.say(0x38, 2, 0, concat(field(0x80, workload), field(0x81, revision)));
    const digest = fieldsOf(reply.data).get(0x80) ?? NONE;
    const body = encode({ kind: 'claim', chain: CHAIN, revision, workload });
    expect(toHex(digest)).toBe(toHex(nodeCrypto.sha256(body)));
    const said = concat(ascii('timecard/1'), ascii(CHAIN), digest);
    const signature = fieldsOf(reply.data).get(0x81) ?? NONE;
    expect(nodeCrypto.ed25519Verify(walletKey().slice(1), said, signature)).toBe(true);
    expect(talk.say(0x38, 2, 0, field(0x80, workload)).sw).toBe('6a80');
    expect(talk.say(0x38, 2, 0, concat(field(0x80, workload), field(0x81, random(31)))).sw).toBe('6a80');
    expect(talk.say(0x38, 1, 0, random(32)).sw).toBe('6a80');
  });
});

describe('a counter whose blinding factor has no inverse', () => {
  test('is skipped, on the card as in a computation from the words', () => {
    // A modulus of many small primes: about every fifth counter cannot be blinded.
    const n = smoothModulus();
    const moduli = world.coupons.moduli.slice();
    moduli.set(beBytes(n, 256), 256);
    const keys = [n, ...world.coupons.keys.map((key) => key.n)];
    const keysetId = nodeCrypto.sha256(
      concat(
        ...[keys[1], n, ...keys.slice(3)].map((one) => concat(beBytes(one ?? 0n, 256), beBytes(65_537, 4))),
      ),
    );
    const talk = services(newCard(world));
    const { begun, blinded } = prepare(talk, { ...world.coupons, moduli, keysetId }, 6);
    expect(toHex(fieldsOf(begun.data).get(0x80) ?? NONE)).toBe(toHex(keysetId));
    const expected: string[] = [];
    let skipped = 0;
    for (let counter = 0; expected.length < 42; counter++) {
      const data = concat(world.g, keysetId, Uint8Array.of(1), beBytes(counter, 4));
      const factor = beInt(hkdf('blind', data, 288)) % n;
      const key = nodeCrypto.ed25519Public(hkdf('coupon', data, 32));
      const serial = nodeCrypto.sha256(concat(Uint8Array.of(1), key));
      const m = beInt(emsaPssEncode(nodeCrypto, serial, 2047));
      if (gcd(factor, n) !== 1n || gcd(m, n) !== 1n) skipped++;
      else expected.push(toHex(beBytes((m * power(factor, 65_537n, n)) % n, 256)));
    }
    expect(blinded.slice(36, 78).map(toHex)).toEqual(expected);
    expect(skipped).toBeGreaterThan(0);
  });
});

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let out = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus)
    if (e & 1n) out = (out * b) % modulus;
  return out;
}

/** A number of exactly 2048 bits without a divisor below 1 000, of primes from 1 009 on and one larger factor. */
function smoothModulus(): bigint {
  let n = 1n;
  for (let candidate = 1_009; n < 1n << 2_000n; candidate += 2) {
    let prime = true;
    for (let d = 3; d * d <= candidate && prime; d += 2) prime = candidate % d !== 0;
    if (prime) n *= BigInt(candidate);
  }
  for (let last = (1n << 2_047n) / n + 1n; ; last++) {
    let clean = true;
    for (let d = 2n; d < 1_000n && clean; d++) clean = last % d !== 0n;
    if (clean) return n * last;
  }
}
