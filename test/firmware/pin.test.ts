import { beforeAll, describe, expect, test } from 'vitest';
import { ascii, concat } from '../../src/bytes.ts';
import {
  field,
  makeCouponOffice,
  makeWorld,
  NONE,
  newCard,
  PIN,
  PUK,
  type Reply,
  random,
  Talk,
  type World,
} from './terminal.ts';

let world: World;
beforeAll(() => {
  world = makeWorld(1, makeCouponOffice());
});

const start = (card = newCard(world), role = 1): Talk => Talk.start(card, world.office, world.till, { role });
const change = (talk: Talk, old: string, fresh: string): Reply =>
  talk.say(0x24, 0, 0, concat(field(0x80, ascii(old)), field(0x81, ascii(fresh))));
const unblock = (talk: Talk, puk: string, fresh: string): Reply =>
  talk.say(0x2c, 0, 0, concat(field(0x80, ascii(puk)), field(0x81, ascii(fresh))));

describe('VERIFY', () => {
  test('three wrong ones block, in one session or over many; blocked stays blocked, also for the right one', () => {
    const card = newCard(world);
    const talk = start(card);
    expect(talk.verify('0000', 'pay').sw).toBe('63c2');
    card.reset();
    const later = start(card);
    expect([later.verify('0001', 'pay').sw, later.verify('0002', 'pay').sw]).toEqual(['63c1', '63c0']);
    expect(later.verify(PIN, 'pay').sw).toBe('6983');
    card.reset();
    expect(start(card).verify(PIN, 'pay').sw).toBe('6983');
    expect(card.ownerView()).toMatchObject({ pinTriesLeft: 0, payableMinutes: 300 });
  });

  test('the right one gives all tries back', () => {
    const card = newCard(world);
    const talk = start(card);
    expect([talk.verify('0000', 'pay').sw, talk.verify('0000', 'pay').sw]).toEqual(['63c2', '63c1']);
    expect(talk.verify(PIN, 'pay').sw).toBe('9000');
    expect(card.ownerView().pinTriesLeft).toBe(3);
  });

  test('a beginning of the PIN, or more than it, is a wrong PIN', () => {
    const talk = start();
    expect(talk.verify(`${PIN}0`, 'pay').sw).toBe('63c2');
    expect(talk.verify(PIN.padEnd(8, '\0').slice(0, 4), 'pay').sw).toBe('9000');
  });

  test('what cannot be a PIN is wrong_data and costs no try', () => {
    const card = newCard(world);
    const talk = start(card);
    for (const bad of [
      NONE,
      field(0x80, ascii('258')),
      field(0x80, ascii('258025802')),
      field(0x80, ascii('25 0')),
    ])
      expect(talk.say(0x20, 0, 1, bad).sw).toBe('6a80');
    expect(talk.say(0x20, 0, 1, concat(field(0x80, ascii(PIN)), field(0x81, ascii(PIN)))).sw).toBe('6a80');
    expect(card.ownerView().pinTriesLeft).toBe(3);
  });

  test('a wrong PIN takes the verification of the session away', () => {
    const talk = start(newCard(world), 2);
    talk.verify(PIN, 'services');
    expect(talk.say(0x34, 0, 0).sw).toBe('9000');
    talk.verify('0000', 'services');
    expect(talk.say(0x34, 0, 0).sw).toBe('6982');
    talk.verify(PIN, 'pay');
    talk.verify('0000', 'pay');
    expect(talk.spend(random(16), 61).sw).toBe('6982');
  });

  test('a verification ends with its session', () => {
    const card = newCard(world);
    start(card).verify(PIN, 'pay');
    expect(start(card).spend(random(16), 61).sw).toBe('6982');
  });

  test('services at a sale terminal is refused before the PIN is looked at', () => {
    const card = newCard(world);
    expect(start(card).verify('0000', 'services').sw).toBe('6984');
    expect(card.ownerView().pinTriesLeft).toBe(3);
  });
});

describe('CHANGE', () => {
  test('the old one for the new one; a wrong old one costs a try and changes nothing', () => {
    const card = newCard(world);
    const talk = start(card);
    expect(change(talk, '0000', '1111').sw).toBe('63c2');
    expect(change(talk, PIN, '13572468').sw).toBe('9000');
    expect(talk.verify(PIN, 'pay').sw).toBe('63c2');
    expect(talk.verify('13572468', 'pay').sw).toBe('9000');
  });

  test('a new PIN that cannot be one is wrong_data, and no try is taken', () => {
    const card = newCard(world);
    const talk = start(card);
    for (const bad of ['111', '111111111', 'abcd']) expect(change(talk, PIN, bad).sw).toBe('6a80');
    expect(talk.say(0x24, 0, 0, field(0x80, ascii(PIN))).sw).toBe('6a80');
    expect(card.ownerView().pinTriesLeft).toBe(3);
    expect(talk.verify(PIN, 'pay').sw).toBe('9000');
  });

  test('blocked is blocked for CHANGE too, and CHANGE verifies nothing for SPEND', () => {
    const talk = start();
    expect(change(talk, PIN, '1111').sw).toBe('9000');
    expect(talk.spend(random(16), 61).sw).toBe('6982');
    for (let i = 0; i < 3; i++) change(talk, '0000', '2222');
    expect(change(talk, '1111', '2222').sw).toBe('6983');
  });
});

describe('UNBLOCK', () => {
  test('the PUK sets a new PIN and all tries; coupons are untouched', () => {
    const card = newCard(world);
    const talk = start(card);
    for (let i = 0; i < 3; i++) talk.verify('0000', 'pay');
    expect(unblock(talk, PUK, '8642').sw).toBe('9000');
    expect(talk.verify(PIN, 'pay').sw).toBe('63c2');
    expect(talk.verify('8642', 'pay').sw).toBe('9000');
    expect(card.ownerView()).toMatchObject({ pinTriesLeft: 3, pukTriesLeft: 8, payableMinutes: 300 });
  });

  test('eight wrong PUKs end it', () => {
    const card = newCard(world);
    const talk = start(card);
    const words = Array.from({ length: 9 }, (_, i) => unblock(talk, `0000000${i}`, '1111').sw);
    expect(words).toEqual(['63c7', '63c6', '63c5', '63c4', '63c3', '63c2', '63c1', '63c0', '6983']);
    expect(unblock(talk, PUK, '1111').sw).toBe('6983');
    expect(talk.verify(PIN, 'pay').sw).toBe('9000');
  });

  test('a PUK has 8 to 12 digits', () => {
    const card = newCard(world);
    const talk = start(card);
    for (const bad of ['7391046', '7391046273910', '7391046x'])
      expect(unblock(talk, bad, '1111').sw).toBe('6a80');
    expect(card.ownerView().pukTriesLeft).toBe(8);
  });
});
