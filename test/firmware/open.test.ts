import { beforeAll, describe, expect, test } from 'vitest';
import { createCard } from '../../firmware-sim/card.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import { concat, toHex } from '../../src/bytes.ts';
import {
  AID,
  CHAIN,
  certificate,
  command,
  field,
  fieldsOf,
  MONTH,
  makeCouponOffice,
  makeOffice,
  makeTill,
  makeWorld,
  NONE,
  newCard,
  PIN,
  PUK,
  random,
  Talk,
  type World,
} from './terminal.ts';

let world: World;
beforeAll(() => {
  world = makeWorld(1, makeCouponOffice());
});

describe('SELECT', () => {
  test('answers version, suites, office key ids and a fresh ephemeral; nothing else', () => {
    const talk = new Talk(newCard(world));
    const { sw, data } = talk.select();
    expect(sw).toBe('9000');
    const outer = fieldsOf(data);
    expect([...outer.keys()]).toEqual([0x6f]);
    const inner = fieldsOf(outer.get(0x6f) ?? NONE);
    expect([...inner.keys()]).toEqual([0x84, 0xa5]);
    expect(toHex(inner.get(0x84) ?? NONE)).toBe('f054494d45435244');
    const about = fieldsOf(inner.get(0xa5) ?? NONE);
    expect([...about.keys()]).toEqual([0x80, 0x81, 0x82, 0x83]);
    expect([about.get(0x80), about.get(0x81)].map((v) => toHex(v ?? NONE))).toEqual(['01', '01']);
    expect(toHex(about.get(0x82) ?? NONE)).toBe(toHex(world.office.id));
    expect(about.get(0x83)?.length).toBe(32);
  });

  test('never shows an ephemeral twice: again, after a reset, after a copy was used', () => {
    const card = newCard(world);
    const seen = new Set<string>();
    for (let i = 0; i < 6; i++) {
      if (i % 2 === 1) card.reset();
      const talk = new Talk(card);
      talk.select();
      seen.add(toHex(talk.cardKey));
    }
    expect(seen.size).toBe(6);
  });

  test('the key made ahead after ACK is the one shown next', () => {
    const card = newCard(world);
    const id = random(16);
    const talk = Talk.start(card, world.office, world.till);
    talk.spend(id, 1);
    talk.ack(id);
    expect(card.lastTap()?.ahead.counts.keyPair).toBe(1);
    card.reset();
    new Talk(card).select();
    expect(card.lastTap()?.counts).toMatchObject({ keyPair: 0, nvmWrites: 1 });
    new Talk(card).select();
    expect(card.lastTap()?.counts).toMatchObject({ keyPair: 1, nvmWrites: 0 });
  });

  test('another AID is not_found, other parameters are not supported', () => {
    const card = newCard(world);
    expect(command(card, [0, 0xa4, 4, 0], random(8))?.sw).toBe('6a82');
    expect(command(card, [0, 0xa4, 4, 0], AID.slice(0, 7))?.sw).toBe('6a82');
    expect(command(card, [0, 0xa4, 0, 0], AID)?.sw).toBe('6a86');
    expect(command(card, [0, 0xa4, 4, 12], AID)?.sw).toBe('6a86');
    expect(command(card, [0, 0xb0, 0, 0])?.sw).toBe('6d00');
    expect(command(card, [0xc0, 0xa4, 4, 0], AID)?.sw).toBe('6e00');
  });
});

describe('OPEN', () => {
  const opens = (options: Parameters<typeof Talk.start>[3], office = world.office): string =>
    Talk.start(newCard(world), office, world.till, options).opened.sw;

  test('both roles open; the answer comes in the channel', () => {
    expect([opens({ role: 1 }), opens({ role: 2 })]).toEqual(['9000', '9000']);
  });

  test('certificate_refused: unknown office, unknown role, bad signature, another terminal, another suite', () => {
    expect(opens({}, makeOffice())).toBe('6984');
    expect([opens({ role: 0 }), opens({ role: 3 })]).toEqual(['6984', '6984']);
    const good = certificate(world.office, world.till, 1);
    for (const at of [8, 24, 26, 27, 90]) {
      const bad = good.slice();
      bad[at] = (bad[at] as number) ^ 1;
      expect(opens({ payload: field(0x80, bad) }), `byte ${at}`).toBe('6984');
    }
    expect(opens({ payload: field(0x80, certificate(world.office, makeTill(), 1)) })).toBe('6984');
    expect(opens({ payload: field(0x80, certificate(world.office, world.till, 1, MONTH, 2)) })).toBe('6984');
  });

  test('an older epoch than one met is refused, and so is a jump of more than ten years', () => {
    const card = newCard(world);
    const at = (epoch: number): string => Talk.start(card, world.office, world.till, { epoch }).opened.sw;
    expect(card.ownerView().highestEpoch).toBe(MONTH);
    expect([at(MONTH), at(MONTH + 1), at(MONTH), at(MONTH + 1)]).toEqual(['9000', '9000', '6984', '9000']);
    expect(at(MONTH + 1 + 121)).toBe('6984');
    expect(card.ownerView().highestEpoch).toBe(MONTH + 1);
    expect(at(MONTH + 1 + 120)).toBe('9000');
    expect(card.ownerView().highestEpoch).toBe(MONTH + 121);
  });

  test('a payload that is not as it should be is wrong_data', () => {
    const good = certificate(world.office, world.till, 1);
    for (const payload of [
      NONE,
      good,
      field(0x80, good.slice(1)),
      concat(field(0x80, good), field(0x81, NONE)),
      concat(field(0x80, good), field(0x82, NONE)),
      concat(field(0x81, random(16)), field(0x80, good)),
    ])
      expect(opens({ payload })).toBe('6a80');
  });

  test('an unknown suite is not supported; a changed suite byte breaks the channel', () => {
    expect(opens({ suite: 2 })).toBe('6a86');
    expect(opens({ suite: 0 })).toBe('6a86');
    // Somebody on the way shows the terminal another list of suites.
    const talk = new Talk(newCard(world));
    const selected = talk.select();
    const changed = selected.data.slice();
    expect(toHex(changed.slice(17, 20))).toBe('810101');
    changed[19] = 2;
    talk.selected = { ...selected, data: changed };
    expect(talk.open(world.office, world.till).sw).toBe('6988');
  });

  test('without SELECT, twice, or again after a failure: conditions_not_satisfied', () => {
    const card = newCard(world);
    expect(command(card, [0x80, 0x86, 1, 0], random(200))?.sw).toBe('6985');
    const talk = Talk.start(card, world.office, world.till);
    expect(command(card, [0x80, 0x86, 1, 0], random(200))?.sw).toBe('6985');
    expect(talk.spend(random(16), 1).sw).toBe('9000');
    const broken = new Talk(card);
    broken.select();
    expect(command(card, [0x80, 0x86, 1, 0], random(200))?.sw).toBe('6988');
    expect(broken.open(world.office, world.till).sw).toBe('6985');
  });
});

describe('the channel', () => {
  test('a command of an old session does not open in a new one, nor does one said twice or out of order', () => {
    const card = newCard(world);
    const old = Talk.start(card, world.office, world.till);
    const id = random(16);
    old.spend(id, 5);
    old.ack(id);
    const replay = old.air.slice(1);
    for (const { header, data } of replay) {
      const fresh = Talk.start(card, world.office, world.till);
      expect(command(card, header, data)?.sw).toBe('6988');
      // And that session is over.
      expect(fresh.spend(random(16), 1).sw).toBe('6988');
    }
    const twice = Talk.start(card, world.office, world.till);
    twice.spend(random(16), 5);
    const said = twice.air.at(-1);
    expect(said && command(card, said.header, said.data)?.sw).toBe('6988');
  });

  test("an old OPEN does not open: the card's ephemeral is another", () => {
    const card = newCard(world);
    const old = Talk.start(card, world.office, world.till);
    const message = old.air[0];
    card.reset();
    new Talk(card).select();
    expect(message && command(card, message.header, message.data)?.sw).toBe('6988');
  });

  test('the header is authenticated: a SPEND is no ACK, and its parameters cannot be changed', () => {
    const card = newCard(world);
    for (const change of [
      [0x84, 0x32, 0, 0],
      [0x84, 0x30, 1, 0],
      [0x84, 0x30, 0, 1],
    ]) {
      const talk = Talk.start(card, world.office, world.till);
      const sealed = sealOnly(talk, 0x30, field(0x80, random(16)));
      expect(command(card, change, sealed)?.sw).toBe('6988');
    }
  });

  test('outside a channel its commands are channel_broken', () => {
    const card = newCard(world);
    expect(command(card, [0x84, 0x30, 0, 0], random(60))?.sw).toBe('6988');
    new Talk(card).select();
    expect(command(card, [0x84, 0x30, 0, 0], random(60))?.sw).toBe('6988');
  });

  test('refusals inside are sealed: `say` opens every one of them', () => {
    const card = newCard(world);
    const talk = Talk.start(card, world.office, world.till);
    expect(talk.spend(random(16), 61).sw).toBe('6982');
    expect(talk.say(0x99, 0, 0).sw).toBe('6d00');
    expect(talk.say(0x30, 1, 0).sw).toBe('6a86');
    expect(talk.say(0x20, 0, 3).sw).toBe('6a86');
    expect(talk.say(0x34, 0, 0).sw).toBe('6982');
  });

  test('services commands need VERIFY services, and that needs a services certificate', () => {
    const card = newCard(world);
    const sale = Talk.start(card, world.office, world.till, { role: 1 });
    expect(sale.verify(PIN, 'services').sw).toBe('6984');
    expect(sale.verify(PIN, 'pay').sw).toBe('9000');
    const asked: readonly (readonly [number, number, number])[] = [
      [0x34, 0, 0],
      [0x36, 1, 0],
      [0x36, 2, 0],
      [0x38, 1, 0],
      [0x38, 2, 0],
      [0x3a, 0, 0],
    ];
    for (const [ins, p1, p2] of asked) expect(sale.say(ins, p1, p2).sw).toBe('6982');
    const services = Talk.start(card, world.office, world.till, { role: 2 });
    for (const [ins, p1, p2] of asked) expect(services.say(ins, p1, p2).sw).toBe('6982');
    expect(services.verify(PIN, 'services').sw).toBe('9000');
    expect(services.say(0x34, 0, 0).sw).toBe('9000');
  });

  test('SELECT, a reset and power off end a session', () => {
    const card = newCard(world);
    for (const end of [() => new Talk(card).select(), () => card.reset()]) {
      const talk = Talk.start(card, world.office, world.till);
      end();
      expect(talk.spend(random(16), 1).sw).toBe('6988');
    }
    card.powerOff();
    expect(card.transmit(Uint8Array.of(0, 0xa4, 4, 0))).toBeUndefined();
    card.reset();
    expect(Talk.start(card, world.office, world.till).opened.sw).toBe('9000');
  });
});

/** The sealed data of a command that is not sent: the talk is over afterwards. */
function sealOnly(talk: Talk, ins: number, data: Uint8Array): Uint8Array {
  const silent = { transmit: () => Uint8Array.of(0x69, 0x88) } as unknown as Talk['card'];
  const real = talk.card;
  (talk as { card: Talk['card'] }).card = silent;
  talk.say(ins, 0, 0, data);
  (talk as { card: Talk['card'] }).card = real;
  return talk.air.at(-1)?.data ?? NONE;
}

test('nothing in SELECT tells two cards apart but the ephemeral', () => {
  const answers = [1, 2].map(() => {
    const image = personalise({
      seed: random(32),
      g: random(8),
      pin: PIN,
      puk: PUK,
      chain: CHAIN,
      officeKeys: [world.office.key],
      batchSeed: random(32),
      random,
    });
    return new Talk(createCard(image, { random })).select().data;
  });
  const [one, two] = answers.map((data) => toHex(data));
  expect(one?.slice(0, -64)).toBe(two?.slice(0, -64));
  expect(one?.slice(-64)).not.toBe(two?.slice(-64));
});
