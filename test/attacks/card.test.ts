/**
 * Attacks on a card by whoever is between it and a terminal, by a dishonest terminal, and by a thief. The list with what must hold and
 * where each is tested: docs/attacks.md. What a card gives away is looked for in its memory: a refused attack writes nothing there
 * but what a SELECT writes.
 */
import { decode, encode } from 'cborg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { generateRsaKey } from '../../crypto/rsa-keygen.ts';
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import { EPHEMERAL, PIN_TRIES_LEFT } from '../../firmware-sim/layout.ts';
import { ascii, beBytes, concat, equal, toHex } from '../../src/bytes.ts';
import {
  CHAIN,
  command,
  couponsOf,
  field,
  fieldsOf,
  makeCouponOffice,
  makeTill,
  makeWorld,
  NONE,
  newCard,
  PIN,
  prepare,
  random,
  spendData,
  Talk,
  type World,
} from '../firmware/terminal.ts';

vi.setConfig({ testTimeout: 180_000 });

let world: World;
beforeAll(() => {
  world = makeWorld(2, makeCouponOffice());
});

const sale = (card: SimulatedCard, till = world.till): Talk => Talk.start(card, world.office, till);
function services(card: SimulatedCard): Talk {
  const talk = Talk.start(card, world.office, world.till, { role: 2 });
  talk.verify(PIN, 'services');
  return talk;
}

/** The memory without the pages of the next session's key, which every SELECT uses up, and of the tries, which every VERIFY writes. */
function memory(card: SimulatedCard): string {
  const bytes = card.image().bytes;
  for (const page of [EPHEMERAL, PIN_TRIES_LEFT]) bytes.fill(0, page, page + 256);
  return toHex(nodeCrypto.sha256(bytes));
}

describe('replay', () => {
  test('every message of an old session, in the place of every message of a new one: nothing happens', () => {
    const card = newCard(world);
    const old = Talk.start(card, world.office, world.till, { role: 2, aborts: [random(16)] });
    const id = random(16);
    old.verify(PIN, 'pay');
    old.spend(id, 30);
    old.ack(id);
    const desk = services(card);
    desk.account();
    prepare(desk, world.coupons, 1);
    desk.say(0x38, 1, 0);
    const messages = [...old.air, ...desk.air];
    expect(messages.length).toBeGreaterThan(10);
    const before = memory(card);
    for (const { header, data } of messages) {
      // Instead of OPEN, of the first command, and of the one after a good command.
      new Talk(card).select();
      expect(command(card, header, data)?.sw).toBe('6988');
      sale(card);
      expect(command(card, header, data)?.sw).toMatch(header[0] === 0x84 ? /^6988$/ : /^6985$/);
      sale(card).say(0x34, 0, 0);
      expect(command(card, header, data)?.sw).toMatch(header[0] === 0x84 ? /^6988$/ : /^6985$/);
      expect(memory(card)).toBe(before);
    }
  });

  test("a card's answer of an old session does not open in a new one", () => {
    const card = newCard(world);
    const answers: Uint8Array[] = [];
    const tapped = {
      ...card,
      transmit: (apdu: Uint8Array) => {
        const answer = card.transmit(apdu);
        if (answer !== undefined) answers.push(answer);
        return answer;
      },
    } as SimulatedCard;
    const id = random(16);
    const old = Talk.start(tapped, world.office, world.till);
    old.spend(id, 30);
    const spent = answers.at(-1) as Uint8Array;
    const deaf = { ...card, transmit: () => spent } as SimulatedCard;
    const fresh = sale(card);
    (fresh as { card: SimulatedCard }).card = deaf;
    expect(() => fresh.spend(id, 30)).toThrow('does not open');
  });
});

describe('wrong terminal', () => {
  test("a purchase is its terminal's: another one can neither acknowledge, nor abort, nor hear its coupons", () => {
    const card = newCard(world);
    const id = random(16);
    const coupons = couponsOf(sale(card).spend(id, 30));
    const thief = makeTill();
    expect(sale(card, thief).ack(id).sw).toBe('6a82');
    const other = Talk.start(card, world.office, thief, { aborts: [id] });
    expect(toHex(other.opened.data)).toBe('800100');
    expect(card.ownerView()).toMatchObject({ pendingMinutes: 30, exposedMinutes: 0 });
    // Asked for with the same id it is another purchase, of other coupons.
    const its = couponsOf(other.spend(id, 30));
    expect(its.length).toBeGreaterThan(0);
    expect(its.some(({ serial }) => coupons.some((one) => equal(one.serial, serial)))).toBe(false);
  });

  test('a terminal without its key opens nothing with the certificate of another', () => {
    const card = newCard(world);
    const before = memory(card);
    const thief = { ...makeTill(), outlet: world.till.outlet };
    const stolen = Talk.start(card, world.office, world.till);
    expect(stolen.opened.sw).toBe('9000');
    const certificate = field(0x80, concat(world.office.id, random(83)));
    expect(Talk.start(card, world.office, thief, { payload: certificate }).opened.sw).toBe('6984');
    expect(memory(card)).toBe(before);
  });
});

describe('relay', () => {
  test('an amount altered on the way breaks the channel, and nothing is written', () => {
    const card = newCard(world);
    const before = memory(card);
    const data = spendData(random(16), 5, 20_000);
    for (let at = 0; at < data.length + 16; at++) {
      const talk = sale(card);
      const forward = card.transmit.bind(card);
      const relay = {
        ...card,
        transmit: (apdu: Uint8Array) => {
          const changed = apdu.slice();
          changed[7 + at] = (changed[7 + at] as number) ^ 1;
          return forward(changed);
        },
      } as SimulatedCard;
      (talk as { card: SimulatedCard }).card = relay;
      expect(talk.say(0x30, 0, 0, data).sw).toBe('6988');
    }
    expect(memory(card)).toBe(before);
  });
});

describe('a dishonest terminal', () => {
  test('SPEND and abort in a loop: without a PIN no more is exposed than may be paid without one, and no minute is gone', () => {
    const card = newCard(world);
    let refused = 0;
    let told: Uint8Array[] = [];
    for (let i = 0; i < 60; i++) {
      const talk = Talk.start(card, world.office, world.till, { aborts: told });
      const id = random(16);
      const reply = talk.spend(id, 60 - (i % 3));
      if (reply.sw === '9000') told = [id];
      else {
        expect(reply.sw).toBe('6982');
        refused++;
      }
    }
    const { payableMinutes, exposedMinutes, pendingMinutes, withoutPin } = card.ownerView();
    expect(payableMinutes + exposedMinutes + pendingMinutes).toBe(600);
    expect(exposedMinutes + pendingMinutes).toBeLessThanOrEqual(180);
    expect(withoutPin.taps).toBeLessThanOrEqual(5);
    expect(refused).toBeGreaterThan(50);
  });

  test('SPEND without ACK at many terminals: at most eight wait, and the limits stand', () => {
    const card = newCard(world);
    const answers = Array.from({ length: 30 }, () => sale(card, makeTill()).spend(random(16), 1).sw);
    expect(answers.filter((sw) => sw === '9000')).toHaveLength(5);
    expect(new Set(answers.slice(5))).toEqual(new Set(['6982']));
    // With the PIN eight wait, and a ninth is refused whatever it asks.
    const withPin = Array.from({ length: 10 }, () => {
      const talk = sale(card, makeTill());
      talk.verify(PIN, 'pay');
      return talk.spend(random(16), 1).sw;
    });
    expect(withPin).toEqual([...new Array(3).fill('9000'), ...new Array(7).fill('6985')]);
  });

  test('asking amounts to find a balance: above the limits a rich card and a poor one answer alike, and three questions are all', () => {
    const rich = newCard(world);
    const spent = newCard(world);
    for (let i = 0; i < 30; i++) {
      const talk = sale(spent);
      talk.verify(PIN, 'pay');
      const id = random(16);
      if (talk.spend(id, 64 - i).sw === '9000') talk.ack(id);
    }
    const empty = spent.ownerView().payableMinutes;
    expect(empty).toBeLessThan(rich.ownerView().payableMinutes);
    for (const minutes of [61, 64, 100, 128, 600, 65_535]) {
      const [a, b] = [rich, spent].map((card) => sale(card).spend(random(16), minutes));
      expect([a?.sw, a?.data.length]).toEqual(['6982', 0]);
      expect([b?.sw, b?.data.length]).toEqual(['6982', 0]);
    }
    // Below the limits a card that cannot pay says so, without a sum; and no session answers a fourth question.
    const asking = sale(spent);
    const said = [60, 59, 58, 57, 1].map((minutes) => asking.spend(random(16), minutes));
    expect(new Set(said.slice(3).map(({ sw }) => sw))).toEqual(new Set(['6985']));
    for (const { sw, data } of said) if (sw !== '9000') expect(data.length).toBe(0);
  });
});

describe('a tagged keyset', () => {
  test("one denomination's key of somebody's own: the card names another keyset in what it signs, and the ledger has none of that name", () => {
    const card = newCard(world);
    const tagged = world.coupons.moduli.slice();
    tagged.set(beBytes(generateRsaKey().n, 256), 256 * 3);
    const talk = services(card);
    const begun = talk.say(0x36, 1, 0, concat(field(0x80, Uint8Array.of(1)), field(0x81, tagged)));
    const named = fieldsOf(begun.data).get(0x80) ?? NONE;
    expect(begun.sw).toBe('9000');
    expect(equal(named, world.coupons.keysetId)).toBe(false);
    const keys = Array.from({ length: 9 }, (_, i) => tagged.slice(256 * i, 256 * (i + 1)));
    const id = nodeCrypto.sha256(concat(...keys.map((n) => concat(n, beBytes(65_537n, 4)))));
    expect(toHex(named)).toBe(toHex(id));
    // The body that the card signs names it too: under the public keyset's name it would have another digest.
    const blinded = Array.from({ length: 4 }, (_, block) => {
      const part = fieldsOf(talk.say(0x36, 2, block).data).get(0x82) ?? NONE;
      return Array.from({ length: part.length / 256 }, (__, i) => part.slice(256 * i, 256 * (i + 1)));
    }).flat();
    const { digest, signature } = signed(talk.say(0x38, 1, 0).data);
    const body = loadBody(talk, id, blinded);
    expect(toHex(digest)).toBe(toHex(nodeCrypto.sha256(body)));
    expect(toHex(digest)).not.toBe(toHex(nodeCrypto.sha256(loadBody(talk, world.coupons.keysetId, blinded))));
    expect(verifies(talk, digest, signature)).toBe(true);
  });
});

const signed = (data: Uint8Array): { digest: Uint8Array; signature: Uint8Array } => ({
  digest: fieldsOf(data).get(0x80) ?? NONE,
  signature: fieldsOf(data).get(0x81) ?? NONE,
});
const wallet = (talk: Talk): Uint8Array => talk.account().get(0x81) ?? NONE;
const loadBody = (talk: Talk, keyset: Uint8Array, blinded: readonly Uint8Array[]): Uint8Array =>
  encode({
    g: talk.account().get(0x86) ?? NONE,
    kind: 'load',
    chain: CHAIN,
    packs: 1,
    keyset,
    wallet: wallet(talk),
    blinded,
  });
const verifies = (talk: Talk, digest: Uint8Array, signature: Uint8Array): boolean =>
  nodeCrypto.ed25519Verify(
    wallet(talk).slice(1),
    concat(ascii('timecard/1'), ascii(CHAIN), digest),
    signature,
  );

describe('SIGN and PREPARE as an oracle', () => {
  test('a thousand calls with data of all kinds: every signature is of the open load or of a claim, and of nothing that was sent', () => {
    const card = newCard(world);
    const talk = services(card);
    const { blinded } = prepare(talk, world.coupons, 1);
    const load = toHex(nodeCrypto.sha256(loadBody(talk, world.coupons.keysetId, blinded)));
    let signatures = 0;
    for (let i = 0; i < 1_000; i++) {
      const [workload, revision] = [random(32), random(32)];
      const datas = [
        NONE,
        random(32),
        field(0x80, random(32)),
        concat(field(0x80, workload), field(0x81, revision)),
        concat(field(0x81, revision), field(0x80, workload)),
        concat(field(0x80, concat(ascii('timecard/1'), ascii(CHAIN), random(12)))),
      ];
      const data = datas[i % datas.length] as Uint8Array;
      const p1 = Math.floor(i / datas.length) % 4;
      const reply = talk.say(0x38, p1, 0, data);
      if (reply.sw !== '9000') continue;
      signatures++;
      const { digest, signature } = signed(reply.data);
      const claim = encode({ kind: 'claim', chain: CHAIN, revision, workload });
      expect(toHex(digest)).toBe(p1 === 1 ? load : toHex(nodeCrypto.sha256(claim)));
      expect(decode(claim)).toMatchObject({ kind: 'claim', chain: CHAIN });
      expect(verifies(talk, digest, signature)).toBe(true);
    }
    expect(signatures).toBeGreaterThan(50);
  });

  test("PREPARE gives blinded serials of the card's own and raises nothing of a caller's to a power; STORE gives nothing back", () => {
    const card = newCard(world);
    const talk = services(card);
    const { blinded } = prepare(talk, world.coupons, 1);
    const again = prepare(talk, world.coupons, 1).blinded;
    expect(again.map(toHex)).toEqual(blinded.map(toHex));
    // A block takes no data, and STORE answers a number or a status word, whatever it is given.
    expect(talk.say(0x36, 2, 0, random(256)).sw).toBe('6a80');
    for (let i = 0; i < 20; i++) {
      const stored = talk.say(0x3a, 0, i % 4, field(0x80, random(2_048)));
      expect([stored.sw, stored.data.length]).toEqual(['6a80', 0]);
    }
    expect(card.ownerView().slots.prepared).toBe(32);
  });
});

describe('malformed TLV', () => {
  /** Lengths at a form's edge, and forms that are forbidden: what stands after the tag. */
  const zeros = (n: number): Uint8Array => new Uint8Array(n);
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ...[0, 127, 128, 255, 256, 65_535].map((n): [string, Uint8Array] => [
      `length ${n}`,
      field(0x80, zeros(n)).slice(1),
    ]),
    ['127 in two bytes', concat(Uint8Array.of(0x81, 127), zeros(127))],
    ['16 in two bytes', concat(Uint8Array.of(0x81, 16), zeros(16))],
    ['255 in three bytes', concat(Uint8Array.of(0x82, 0, 255), zeros(255))],
    ['16 in three bytes', concat(Uint8Array.of(0x82, 0, 16), zeros(16))],
    ['16 in four bytes', concat(Uint8Array.of(0x83, 0, 0, 16), zeros(16))],
    ['16 in five bytes', concat(Uint8Array.of(0x84, 0, 0, 0, 16), zeros(16))],
    ['indefinite', concat(Uint8Array.of(0x80), zeros(16), Uint8Array.of(0, 0))],
    ['reserved', concat(Uint8Array.of(0xff), zeros(16))],
    ['no length', NONE],
    ['half a length', Uint8Array.of(0x82, 1)],
    ['a value cut', concat(Uint8Array.of(16), zeros(15))],
    ['a length beyond the end', concat(Uint8Array.of(0x82, 0xff, 0xff), zeros(16))],
  ];
  const commands: readonly (readonly [string, number, number, number])[] = [
    ['VERIFY', 0x20, 0, 2],
    ['CHANGE', 0x24, 0, 0],
    ['UNBLOCK', 0x2c, 0, 0],
    ['SPEND', 0x30, 0, 0],
    ['ACK', 0x32, 0, 0],
    ['ACCOUNT', 0x34, 0, 0],
    ['PREPARE', 0x36, 1, 0],
    ['SIGN load', 0x38, 1, 0],
    ['SIGN claim', 0x38, 2, 0],
    ['STORE', 0x3a, 0, 0],
  ];

  test.each(commands)(
    '%s: every length and every forbidden form, at its first field and behind a good one',
    (name, ins, p1, p2) => {
      const card = newCard(world);
      const before = memory(card);
      for (const [form, bytes] of forms)
        for (const data of [
          concat(Uint8Array.of(0x80), bytes),
          concat(field(0x80, new Uint8Array(16).fill(0x31)), Uint8Array.of(0x81), bytes),
          concat(Uint8Array.of(0x9f, 0x80), bytes),
        ]) {
          // SPEND is not allowed where services are open; what fits no extended command comes in blocks, and is too long.
          const extended = data.length < 60_000;
          const role = name === 'SPEND' ? 1 : 2;
          const talk = Talk.start(card, world.office, world.till, { role, extended });
          if (role === 2) talk.verify(PIN, 'services');
          const { sw, data: said } = talk.say(ins, p1, p2, data);
          expect(sw, `${name}, ${form}`).toMatch(extended ? /^(6a80|6985)$/ : /^6700$/);
          expect(said.length).toBe(0);
        }
      const { pinTriesLeft, pukTriesLeft } = card.ownerView();
      expect([pinTriesLeft, pukTriesLeft]).toEqual([3, 8]);
      expect(memory(card)).toBe(before);
    },
  );

  test('OPEN: the certificate in every form, and the list of aborted ids', () => {
    const card = newCard(world);
    const before = memory(card);
    for (const [form, bytes] of forms)
      if (bytes.length < 60_000)
        expect(
          Talk.start(card, world.office, world.till, { payload: concat(Uint8Array.of(0x80), bytes) }).opened
            .sw,
          form,
        ).toBe('6a80');
    expect(memory(card)).toBe(before);
  });
});
