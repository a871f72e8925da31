import { beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, beBytes, concat, toHex } from '../../src/bytes.ts';
import {
  couponsOf,
  field,
  fieldsOf,
  makeCouponOffice,
  makeTill,
  makeWorld,
  NONE,
  newCard,
  PIN,
  random,
  spendData,
  Talk,
  type World,
} from './terminal.ts';

let world: World;
beforeAll(() => {
  world = makeWorld(1, makeCouponOffice());
});

const day = 20_000;

describe('a purchase', () => {
  test('SPEND gives coupons that sum exactly, verify under the keyset, and one attestation over their heads', () => {
    const card = newCard(world);
    const talk = Talk.start(card, world.office, world.till);
    expect(talk.opened.sw).toBe('9000');
    expect(talk.opened.data.length).toBe(0);
    const id = random(16);
    const reply = talk.spend(id, 43);
    expect(reply.sw).toBe('9000');
    const coupons = couponsOf(reply);
    const exponents = coupons.map(({ exponent }) => exponent);
    expect(exponents).toEqual([5, 3, 1, 0]);
    for (const { exponent, serial, signature, keyset } of coupons) {
      expect(toHex(keyset)).toBe(toHex(world.coupons.keysetId.slice(0, 2)));
      const key = world.coupons.keys[exponent];
      expect(key && nodeCrypto.rsaPssSha384Salt0Verify(key, serial, signature)).toBe(true);
    }
    const fields = fieldsOf(reply.data);
    expect(toHex(fields.get(0x80) ?? NONE)).toBe(toHex(nodeCrypto.sha256(world.batchKey).slice(0, 8)));
    const said = concat(
      ascii('timecard/spend'),
      Uint8Array.of(1),
      world.till.key,
      id,
      beBytes(43, 2),
      Uint8Array.of(0),
      beBytes(day, 2),
      ...coupons.map(({ keyset, exponent, serial }) => concat(keyset, Uint8Array.of(exponent), serial)),
    );
    expect(nodeCrypto.ed25519Verify(world.batchKey, said, fields.get(0x81) ?? NONE)).toBe(true);
    expect(card.ownerView().pendingMinutes).toBe(43);
    expect(talk.ack(id).sw).toBe('9000');
    const after = card.ownerView();
    expect([after.payableMinutes, after.pendingMinutes, after.slots.spent]).toEqual([257, 0, 4]);
    expect(after.log[0]).toMatchObject({ minutes: 43, state: 'paid', outlet: toHex(world.till.outlet), day });
  });

  test('after VERIFY pay the attestation says so, and the limits do not count', () => {
    const card = newCard(world);
    const talk = Talk.start(card, world.office, world.till);
    expect(talk.verify(PIN, 'pay').sw).toBe('9000');
    const id = random(16);
    const reply = talk.spend(id, 100);
    expect(reply.sw).toBe('9000');
    const coupons = couponsOf(reply);
    const said = concat(
      ascii('timecard/spend'),
      Uint8Array.of(1),
      world.till.key,
      id,
      beBytes(100, 2),
      Uint8Array.of(1),
      beBytes(day, 2),
      ...coupons.map(({ keyset, exponent, serial }) => concat(keyset, Uint8Array.of(exponent), serial)),
    );
    expect(nodeCrypto.ed25519Verify(world.batchKey, said, fieldsOf(reply.data).get(0x81) ?? NONE)).toBe(true);
    expect(card.ownerView().withoutPin).toEqual({ minutes: 0, taps: 0 });
  });

  test('the same id gets the same bytes, in the same session and in a later one, charged once', () => {
    const card = newCard(world);
    const id = random(16);
    const talk = Talk.start(card, world.office, world.till);
    const first = talk.spend(id, 10);
    expect(toHex(talk.spend(id, 10).data)).toBe(toHex(first.data));
    card.reset();
    const later = Talk.start(card, world.office, world.till);
    expect(toHex(later.spend(id, 10).data)).toBe(toHex(first.data));
    expect(card.ownerView()).toMatchObject({ pendingMinutes: 10, withoutPin: { minutes: 10, taps: 1 } });
    expect(later.ack(id).sw).toBe('9000');
  });

  test('the same id with another amount is wrong_data; paid it is already_paid; ACK again is ok and changes nothing', () => {
    const card = newCard(world);
    const id = random(16);
    const talk = Talk.start(card, world.office, world.till);
    talk.spend(id, 10);
    expect(talk.spend(id, 11).sw).toBe('6a80');
    expect(talk.ack(id).sw).toBe('9000');
    const before = toHex(card.image().bytes);
    expect(talk.ack(id).sw).toBe('9000');
    expect(talk.spend(id, 10).sw).toBe('6a89');
    expect(talk.spend(id, 11).sw).toBe('6a89');
    expect(toHex(card.image().bytes)).toBe(before);
    expect(talk.ack(random(16)).sw).toBe('6a82');
  });

  test("another terminal's same id is another purchase", () => {
    const card = newCard(world);
    const id = random(16);
    const other = makeTill();
    const one = Talk.start(card, world.office, world.till).spend(id, 10);
    const talk = Talk.start(card, world.office, other);
    const two = talk.spend(id, 10);
    expect(two.sw).toBe('9000');
    expect(couponsOf(two).map(({ serial }) => toHex(serial))).not.toEqual(
      couponsOf(one).map(({ serial }) => toHex(serial)),
    );
    talk.ack(id);
    expect(card.ownerView()).toMatchObject({ pendingMinutes: 10, payableMinutes: 280 });
  });

  test('an amount of 0 and malformed data are wrong_data', () => {
    const card = newCard(world);
    const talk = Talk.start(card, world.office, world.till);
    const id = random(16);
    expect(talk.spend(id, 0).sw).toBe('6a80');
    const good = spendData(id, 10, day);
    for (const bad of [
      NONE,
      good.slice(1),
      good.slice(0, -1),
      concat(good, Uint8Array.of(0x83, 0)),
      concat(good, good),
      concat(good.slice(18, 22), good.slice(0, 18), good.slice(22)),
    ])
      expect(talk.say(0x30, 0, 0, bad).sw).toBe('6a80');
    expect(card.ownerView().log).toEqual([]);
    expect(talk.spend(id, 10).sw).toBe('9000');
  });
});

describe('limits without PIN', () => {
  test('60 minutes a tap, then pin_needed; the limits alone decide, not the balance', () => {
    const card = newCard(world);
    expect(Talk.start(card, world.office, world.till).spend(random(16), 61).sw).toBe('6982');
    expect(Talk.start(card, world.office, world.till).spend(random(16), 60_000).sw).toBe('6982');
    expect(Talk.start(card, world.office, world.till).spend(random(16), 60).sw).toBe('9000');
  });

  test('180 minutes in all; VERIFY pay sets it back', () => {
    const card = newCard(world);
    const pay = (minutes: number, pin = false): string => {
      const talk = Talk.start(card, world.office, world.till);
      if (pin) talk.verify(PIN, 'pay');
      const id = random(16);
      const { sw } = talk.spend(id, minutes);
      if (sw === '9000') talk.ack(id);
      return sw;
    };
    expect([pay(60), pay(60), pay(59)]).toEqual(['9000', '9000', '9000']);
    expect(pay(2)).toBe('6982');
    expect(pay(1)).toBe('9000');
    expect(pay(1)).toBe('6982');
    expect(card.ownerView().withoutPin).toEqual({ minutes: 180, taps: 4 });
    expect(pay(20, true)).toBe('9000');
    expect(card.ownerView().withoutPin).toEqual({ minutes: 0, taps: 0 });
    expect(pay(1)).toBe('9000');
  });

  test('five taps, the sixth needs the PIN, however small', () => {
    const card = newCard(world);
    const taps = Array.from({ length: 6 }, () => {
      const talk = Talk.start(card, world.office, world.till);
      const id = random(16);
      const { sw } = talk.spend(id, 1);
      if (sw === '9000') talk.ack(id);
      return sw;
    });
    expect(taps).toEqual(['9000', '9000', '9000', '9000', '9000', '6982']);
  });
});

describe('what a SPEND may ask', () => {
  test('order of refusals: pin_needed comes before cannot_pay, also when nothing could pay', () => {
    const empty = makeWorld(0, world.coupons);
    const talk = Talk.start(newCard(empty), empty.office, empty.till);
    expect(talk.spend(random(16), 61).sw).toBe('6982');
    const small = talk.spend(random(16), 60);
    expect([small.sw, small.data.length]).toEqual(['6985', 0]);
  });

  test('one SPEND that pays a session: a second id is refused, even one pending from before', () => {
    const card = newCard(world);
    const pending = random(16);
    Talk.start(card, world.office, world.till).spend(pending, 3);
    const talk = Talk.start(card, world.office, world.till);
    const id = random(16);
    expect(talk.spend(id, 5).sw).toBe('9000');
    expect(talk.spend(random(16), 5).sw).toBe('6985');
    expect(talk.spend(pending, 3).sw).toBe('6985');
    talk.ack(id);
    expect(talk.spend(random(16), 5).sw).toBe('6985');
    expect(talk.ack(pending).sw).toBe('9000');
  });

  test('a refused one may be followed by two others, then no more', () => {
    const card = newCard(world);
    const again = (refusals: number): string => {
      const talk = Talk.start(card, world.office, world.till);
      for (let i = 0; i < refusals; i++) expect(talk.spend(random(16), 61).sw).toBe('6982');
      return talk.spend(random(16), 1).sw;
    };
    expect([again(0), again(1), again(2), again(3)]).toEqual(['9000', '9000', '9000', '6985']);
  });

  test('after the PIN a refusal names the nearest payable sums; without it nothing', () => {
    const card = newCard(world);
    const talk = Talk.start(card, world.office, world.till);
    talk.verify(PIN, 'pay');
    // One pack pays at most 64 + 3·32 + 3·16 + 8 = 216 with eight coupons; 215 needs more than eight.
    const refused = talk.spend(random(16), 215);
    expect(refused.sw).toBe('6985');
    expect(toHex(fieldsOf(refused.data).get(0x83) ?? NONE)).toBe(
      toHex(concat(beBytes(212, 2), beBytes(216, 2))),
    );
    const most = talk.spend(random(16), 300);
    expect(toHex(fieldsOf(most.data).get(0x83) ?? NONE)).toBe(toHex(concat(beBytes(216, 2), beBytes(0, 2))));
    expect(talk.spend(random(16), 212).sw).toBe('9000');
    const third = talk.spend(random(16), 1);
    expect(toHex(fieldsOf(third.data).get(0x83) ?? NONE)).toBe('00000000');
  });

  test('VERIFY services allows no SPEND in that session', () => {
    const card = newCard(world);
    const talk = Talk.start(card, world.office, world.till, { role: 2 });
    talk.verify(PIN, 'services');
    expect(talk.spend(random(16), 1).sw).toBe('6985');
    talk.verify(PIN, 'pay');
    expect(talk.spend(random(16), 1).sw).toBe('6985');
  });

  test('eight purchases may wait; the ninth is refused; pending coupons are not selectable', () => {
    const card = newCard(world);
    const ids = Array.from({ length: 8 }, () => random(16));
    for (const id of ids) {
      const talk = Talk.start(card, world.office, world.till);
      talk.verify(PIN, 'pay');
      expect(talk.spend(id, 2).sw).toBe('9000');
    }
    const talk = Talk.start(card, world.office, world.till);
    talk.verify(PIN, 'pay');
    expect(talk.spend(random(16), 2).sw).toBe('6985');
    expect(talk.ack(ids[3] as Uint8Array).sw).toBe('9000');
    expect(talk.spend(random(16), 2).sw).toBe('9000');
    // Seven coupons of two minutes, the others from ones and fours.
    expect(card.ownerView().slots).toMatchObject({ spent: 1 });
  });
});

describe('abort', () => {
  test('a pending purchase is undone by its own terminal: coupons exposed, never selectable again', () => {
    const card = newCard(world);
    const id = random(16);
    Talk.start(card, world.office, world.till).spend(id, 7);
    const foreign = Talk.start(card, world.office, makeTill(), { aborts: [id] });
    expect(toHex(foreign.opened.data)).toBe('800100');
    const talk = Talk.start(card, world.office, world.till, { aborts: [random(16), id, id] });
    expect(talk.opened.sw).toBe('9000');
    expect(toHex(talk.opened.data)).toBe('8003000101');
    expect(card.ownerView()).toMatchObject({ exposedMinutes: 7, pendingMinutes: 0, payableMinutes: 293 });
    expect(talk.spend(id, 7).sw).toBe('6985');
    expect(talk.ack(id).sw).toBe('6a82');
    expect(card.ownerView().log[0]).toMatchObject({ state: 'undone', minutes: 7 });
  });

  test('a purchase the card thinks paid is undone as well, and told again when asked again', () => {
    const card = newCard(world);
    const id = random(16);
    const first = Talk.start(card, world.office, world.till);
    first.spend(id, 7);
    first.ack(id);
    expect(toHex(Talk.start(card, world.office, world.till, { aborts: [id] }).opened.data)).toBe('800101');
    const before = toHex(card.image().bytes.slice(0, 1024));
    expect(toHex(Talk.start(card, world.office, world.till, { aborts: [id] }).opened.data)).toBe('800101');
    expect(toHex(card.image().bytes.slice(0, 1024))).toBe(before);
    expect(card.ownerView().slots).toMatchObject({ exposed: 3, spent: 0 });
  });

  test('more than eight ids, half an id or an empty list are wrong_data', () => {
    const card = newCard(world);
    const ids = (n: number) => Array.from({ length: n }, () => random(16));
    expect(Talk.start(card, world.office, world.till, { aborts: ids(8) }).opened.sw).toBe('9000');
    expect(Talk.start(card, world.office, world.till, { aborts: ids(9) }).opened.sw).toBe('6a80');
    expect(Talk.start(card, world.office, world.till, { aborts: [random(20)] }).opened.sw).toBe('6a80');
  });
});

describe('records', () => {
  test('the last 20 finished purchases are kept; what falls out frees its slots, and no coupon comes back', () => {
    const card = newCard(world);
    const ids = Array.from({ length: 23 }, () => random(16));
    const serials = new Set<string>();
    // One coupon each: the pack has six of one minute, seven of two, six of four, six of eight.
    const amounts = ids.map((_, i) => (i < 6 ? 1 : i < 13 ? 2 : i < 19 ? 4 : 8));
    for (const [i, id] of ids.entries()) {
      const talk = Talk.start(card, world.office, world.till);
      talk.verify(PIN, 'pay');
      const reply = talk.spend(id, amounts[i] as number);
      expect(reply.sw).toBe('9000');
      for (const { serial } of couponsOf(reply)) {
        expect(serials.has(toHex(serial))).toBe(false);
        serials.add(toHex(serial));
      }
      talk.ack(id);
    }
    const view = card.ownerView();
    expect(view.log.length).toBe(20);
    expect(view.payableMinutes).toBe(300 - amounts.reduce((sum: number, minutes) => sum + minutes, 0));
    expect(view.slots).toMatchObject({ spent: 20, free: 9, empty: 404 - 29 });
    const talk = Talk.start(card, world.office, world.till);
    expect(talk.ack(ids[2] as Uint8Array).sw).toBe('6a82');
    expect(talk.ack(ids[3] as Uint8Array).sw).toBe('9000');
  });
});

describe('an undone record that falls out', () => {
  test('leaves its coupons exposed, also when it falls out in the transaction that undoes it', () => {
    const card = newCard(world);
    const pay = (minutes: number, acknowledge = true): Uint8Array => {
      const talk = Talk.start(card, world.office, world.till);
      talk.verify(PIN, 'pay');
      const id = random(16);
      expect(talk.spend(id, minutes).sw).toBe('9000');
      if (acknowledge) talk.ack(id);
      return id;
    };
    const oldest = pay(16);
    for (let i = 0; i < 19; i++) pay(i < 6 ? 1 : i < 13 ? 2 : 4);
    const waiting = pay(8, false);
    const { opened } = Talk.start(card, world.office, world.till, { aborts: [oldest, waiting] });
    expect(toHex(opened.data)).toBe('80020101');
    const view = card.ownerView();
    expect([view.log.length, view.exposedMinutes]).toEqual([20, 24]);
    expect(view.payableMinutes).toBe(300 - 24 - 6 - 14 - 24);
    // Ten more push paid ones out; what was exposed stays exposed.
    for (let i = 0; i < 5; i++) pay(8);
    for (let i = 0; i < 2; i++) pay(16);
    for (let i = 0; i < 3; i++) pay(32);
    expect(card.ownerView()).toMatchObject({ exposedMinutes: 24, slots: { exposed: 2, spent: 19 } });
  });
});

describe('a card that takes only short lengths', () => {
  test('the same purchase by command chaining and GET RESPONSE', () => {
    const card = newCard(world, false);
    const talk = Talk.start(card, world.office, world.till, {
      extended: false,
      aborts: [random(16), random(16)],
    });
    expect(talk.opened.sw).toBe('9000');
    const id = random(16);
    const reply = talk.spend(id, 15);
    expect(couponsOf(reply).map(({ exponent }) => exponent)).toEqual([3, 2, 1, 0]);
    expect(talk.ack(id).sw).toBe('9000');
    // An extended APDU is refused by its length alone.
    const extended = concat(Uint8Array.of(0, 0xa4, 4, 0, 0, 0, 1), field(1, NONE).slice(0, 1));
    expect(toHex(card.transmit(extended) ?? NONE)).toBe('6700');
  });
});
