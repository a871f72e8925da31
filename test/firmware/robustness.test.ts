/** Any bytes at the APDU entry get a status word of the list, never an exception, and move nothing. */
import fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import { concat, toHex } from '../../src/bytes.ts';
import {
  AID,
  makeCouponOffice,
  makeWorld,
  newCard,
  PIN,
  random,
  spendData,
  Talk,
  type World,
} from './terminal.ts';

// Thousands of conversations: seconds on an idle machine, more on a busy one.
vi.setConfig({ testTimeout: 180_000 });

const IN_THE_CLEAR = /^(9000|61..|6c..|6700|6984|6985|6988|6a80|6a82|6a86|6d00|6e00)$/;
const INSIDE = /^(9000|63c[0-7]|6700|6982|6983|6984|6985|6a80|6a82|6a84|6a86|6a89|6d00)$/;

let world: World;
beforeAll(() => {
  world = makeWorld(1, makeCouponOffice());
});

function word(card: SimulatedCard, apdu: Uint8Array): string {
  const answer = card.transmit(apdu);
  if (answer === undefined || answer.length < 2) throw new Error('no status word');
  return toHex(answer.slice(-2));
}

test('random bytes, short and long', () => {
  const card = newCard(world);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (apdu) => {
      expect(word(card, apdu)).toMatch(IN_THE_CLEAR);
    }),
    { numRuns: 5_000 },
  );
  expect(card.ownerView()).toMatchObject({ payableMinutes: 300, log: [] });
});

test('commands that look right, with any parameters, lengths and data, chained or not', () => {
  const card = newCard(world);
  const apdu = fc
    .record({
      cla: fc.constantFrom(0x00, 0x10, 0x80, 0x90, 0x84, 0x94, 0x8c, 0xff),
      ins: fc.constantFrom(0xa4, 0x86, 0xc0, 0x20, 0x24, 0x2c, 0x30, 0x32, 0x34, 0x36, 0x38, 0x3a),
      p1: fc.constantFrom(0, 1, 2, 4, 255),
      p2: fc.constantFrom(0, 1, 2, 255),
      data: fc.oneof(fc.constant(AID), fc.uint8Array({ maxLength: 255 })),
      tail: fc.constantFrom([], [0], [16], [0, 0]),
      lie: fc.constantFrom(0, 0, 0, 1, -1),
    })
    .map(({ cla, ins, p1, p2, data, tail, lie }) =>
      concat(Uint8Array.of(cla, ins, p1, p2, (data.length + lie) & 0xff), data, Uint8Array.from(tail)),
    );
  fc.assert(
    fc.property(fc.array(apdu, { minLength: 1, maxLength: 12 }), (apdus) => {
      for (const one of apdus) expect(word(card, one)).toMatch(IN_THE_CLEAR);
    }),
    { numRuns: 1_000 },
  );
  expect(card.ownerView()).toMatchObject({ payableMinutes: 300, log: [], pinTriesLeft: 3 });
});

test('a real conversation with bytes changed, cut or added anywhere', () => {
  const card = newCard(world);
  const talk = Talk.start(card, world.office, world.till);
  const id = random(16);
  talk.spend(id, 10);
  talk.ack(id);
  const real = talk.air.map(({ header, data }) =>
    concat(Uint8Array.from(header), Uint8Array.of(data.length), data),
  );
  const select = concat(Uint8Array.of(0, 0xa4, 4, 0, 8), AID, Uint8Array.of(0));
  fc.assert(
    fc.property(
      fc.nat(real.length - 1),
      fc.nat(300),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('change' as const, 'cut' as const, 'add' as const),
      (which, at, bits, how) => {
        expect(word(card, select)).toMatch(/^(9000|61..)$/);
        const apdu = real[which] as Uint8Array;
        const place = at % apdu.length;
        const changed =
          how === 'cut'
            ? apdu.slice(0, place)
            : how === 'add'
              ? concat(apdu, Uint8Array.of(bits))
              : apdu.map((byte, i) => (i === place ? byte ^ bits : byte));
        expect(word(card, changed)).toMatch(IN_THE_CLEAR);
      },
    ),
    { numRuns: 600 },
  );
  expect(card.ownerView()).toMatchObject({ payableMinutes: 290, pinTriesLeft: 3 });
});

test('inside the channel: any command with any data, from a certified terminal with the PIN', () => {
  const card = newCard(world);
  const saying = fc.record({
    ins: fc.oneof(fc.constantFrom(0x20, 0x24, 0x2c, 0x30, 0x32, 0x34, 0x36, 0x38, 0x3a), fc.nat(255)),
    p1: fc.constantFrom(0, 0, 1, 2, 255),
    p2: fc.constantFrom(0, 0, 1, 2, 7, 255),
    data: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constant(spendData(random(16), 5, 1)).map((good) => good.slice(0, 25)),
      fc.uint8Array({ maxLength: 60 }).map((value) => concat(Uint8Array.of(0x80, value.length), value)),
    ),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.array(saying, { minLength: 1, maxLength: 10 }), (services, sayings) => {
      const talk = Talk.start(card, world.office, world.till, { role: 2 });
      talk.verify(PIN, services ? 'services' : 'pay');
      for (const { ins, p1, p2, data } of sayings) expect(talk.say(ins, p1, p2, data).sw).toMatch(INSIDE);
    }),
    { numRuns: 300 },
  );
  const { payableMinutes, pendingMinutes } = card.ownerView();
  expect(payableMinutes + pendingMinutes).toBe(300);
});

test('GET RESPONSE: less than there is, more than there is, nothing waiting', () => {
  const card = newCard(world, false);
  const select = concat(Uint8Array.of(0, 0xa4, 4, 0, 8), AID);
  // No Le: everything waits.
  expect(word(card, select)).toBe('6140');
  expect(word(card, Uint8Array.of(0, 0xc0, 0, 0, 0x10))).toBe('6130');
  expect(word(card, Uint8Array.of(0, 0xc0, 0, 0, 0x31))).toBe('6c30');
  expect(card.transmit(Uint8Array.of(0, 0xc0, 0, 0, 0))?.length).toBe(0x30 + 2);
  expect(word(card, Uint8Array.of(0, 0xc0, 0, 0, 0))).toBe('6d00');
  // Another command gives up what waited.
  word(card, select);
  expect(word(card, Uint8Array.of(0, 0xb0, 0, 0))).toBe('6d00');
  expect(word(card, Uint8Array.of(0, 0xc0, 0, 0, 0))).toBe('6d00');
});

test('a chain that is not continued is forgotten, and one that does not end is cut at 8 kB', () => {
  const card = newCard(world);
  const block = (n: number): Uint8Array => concat(Uint8Array.of(0x10, 0xa4, 4, 0, n), AID.slice(0, n));
  expect(word(card, block(4))).toBe('9000');
  expect(word(card, concat(Uint8Array.of(0, 0xa4, 4, 0, 4), AID.slice(4), Uint8Array.of(0)))).toBe('9000');
  expect(word(card, block(4))).toBe('9000');
  expect(word(card, Uint8Array.of(0, 0xb0, 0, 0))).toBe('6d00');
  expect(word(card, concat(Uint8Array.of(0, 0xa4, 4, 0, 4), AID.slice(4), Uint8Array.of(0)))).toBe('6a82');
  const long = concat(Uint8Array.of(0x94, 0x36, 1, 0, 0, 0x10, 0), new Uint8Array(4096));
  expect([word(card, long), word(card, long), word(card, long)]).toEqual(['9000', '9000', '6700']);
});
