/**
 * Power gone at every write of the commands that move money or tries, in five ways each. After every tear an audit over the
 * card's memory, then the terminal does what it would do: it asks again.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { PowerLoss, type Tear } from '../../firmware-sim/memory.ts';
import { openStore } from '../../firmware-sim/store.ts';
import { Meter } from '../../firmware-sim/timing.ts';
import { ascii, concat, toHex } from '../../src/bytes.ts';
import {
  field,
  issue,
  Mute,
  makeCouponOffice,
  makeWorld,
  PIN,
  PUK,
  prepare,
  random,
  storeBlock,
  Talk,
  type World,
} from './terminal.ts';

// Thousands of conversations: seconds on an idle machine, more on a busy one.
vi.setConfig({ testTimeout: 180_000 });

const TEARS: readonly Tear[] = [
  { at: 'before' },
  { at: 'in', cells: 0, rest: 'kept', noise: 0x00ff00ff },
  { at: 'in', cells: 0, rest: 'erased', noise: 0xffffffff },
  { at: 'in', rest: 'erased', noise: 0x12345678 },
  { at: 'in', cells: 63, rest: 'kept', noise: 0x0000ffff },
  { at: 'after' },
];

/** A load has many writes: the two ways that leave the most behind. */
const TWO_TEARS: readonly Tear[] = [{ at: 'in', rest: 'erased', noise: 0x12345678 }, { at: 'after' }];

let world: World;
let loading: World;
beforeAll(() => {
  const office = makeCouponOffice();
  world = makeWorld(1, office);
  loading = makeWorld(0, office);
});

interface Case {
  readonly card: SimulatedCard;
  readonly n: number;
  readonly tear: Tear;
}

/**
 * Runs `act` on a fresh card with its n-th write torn, for n from 1 until a run is not torn, and hands each torn card to
 * `after`, with power again. `step` leaves writes out. Returns how many writes `act` has, with step 1.
 */
function tearEverywhere(
  image: World['image'],
  prepareCard: (card: SimulatedCard) => (() => void) | undefined,
  after: (torn: Case) => void,
  tears: readonly Tear[] = TEARS,
  step = 1,
): number {
  let writes = 0;
  for (const tear of tears)
    for (let n = 1 + (tears.indexOf(tear) % step); ; n += step) {
      const card = createCard(image, { random });
      const act = prepareCard(card);
      card.tearAt(n, tear);
      try {
        act?.();
      } catch (cause) {
        if (!(cause instanceof Mute)) throw cause;
        expect(card.transmit(Uint8Array.of(0, 0xa4, 4, 0))).toBeUndefined();
        card.reset();
        audit(card);
        after({ card, n, tear });
        audit(card);
        continue;
      }
      writes = n - 1;
      break;
    }
  return writes;
}

/** What must hold of a card's memory whatever happened to it. */
function audit(card: SimulatedCard): void {
  const view = card.ownerView();
  const store = openStore(card.image().bytes, nodeCrypto, new Meter());
  const coupons = (state: string): number =>
    view.log.filter((one) => one.state === state).reduce((sum, one) => sum + one.coupons, 0);
  expect(coupons('pending')).toBe(view.slots.pending);
  expect(coupons('paid')).toBe(view.slots.spent);
  expect(coupons('undone')).toBe(view.slots.exposed);
  const serials = new Set<string>();
  for (const state of ['free', 'pending', 'exposed', 'spent'] as const)
    for (const slot of store.purse.slotsIn(state)) {
      const { keyset, exponent, serial, signature } = store.purse.read(slot);
      expect(serials.has(toHex(serial))).toBe(false);
      serials.add(toHex(serial));
      const key = store.keysets.get(keyset).keys[exponent];
      expect(key && nodeCrypto.rsaPssSha384Salt0Verify(key, serial, signature)).toBe(true);
    }
  expect(view.pinTriesLeft).toBeLessThanOrEqual(3);
}

const minutes = (card: SimulatedCard): number => {
  const { payableMinutes, pendingMinutes, exposedMinutes } = card.ownerView();
  return payableMinutes + pendingMinutes + exposedMinutes;
};

describe('torn at every write', () => {
  test('SPEND: pending with its limits or nothing at all; asked again it pays once', () => {
    const id = random(16);
    const writes = tearEverywhere(
      world.image,
      (card) => {
        const talk = Talk.start(card, world.office, world.till);
        return () => expect(talk.spend(id, 43).sw).toBe('9000');
      },
      ({ card }) => {
        const { withoutPin, pendingMinutes, log } = card.ownerView();
        expect(minutes(card)).toBe(300);
        expect(pendingMinutes).toBe(log.length === 0 ? 0 : 43);
        expect(withoutPin).toEqual(log.length === 0 ? { minutes: 0, taps: 0 } : { minutes: 43, taps: 1 });
        const talk = Talk.start(card, world.office, world.till);
        const first = talk.spend(id, 43);
        expect(first.sw).toBe('9000');
        expect(toHex(talk.spend(id, 43).data)).toBe(toHex(first.data));
        expect(talk.ack(id).sw).toBe('9000');
        expect(card.ownerView()).toMatchObject({
          payableMinutes: 257,
          pendingMinutes: 0,
          withoutPin: { minutes: 43, taps: 1 },
        });
      },
    );
    expect(writes).toBe(3);
  });

  test('ACK: pending or paid; asked again it is paid, and the coupons are spent once', () => {
    const id = random(16);
    tearEverywhere(
      world.image,
      (card) => {
        const talk = Talk.start(card, world.office, world.till);
        talk.spend(id, 21);
        return () => {
          expect(talk.ack(id).sw).toBe('9000');
          // Torn after the answer has left: the card is mute, and the purchase is paid.
          talk.spend(id, 21);
        };
      },
      ({ card }) => {
        expect(['pending', 'paid']).toContain(card.ownerView().log[0]?.state);
        const talk = Talk.start(card, world.office, world.till);
        expect(['9000', '6a89']).toContain(talk.spend(id, 21).sw);
        expect(talk.ack(id).sw).toBe('9000');
        expect(talk.spend(id, 21).sw).toBe('6a89');
        expect(card.ownerView()).toMatchObject({ payableMinutes: 279, pendingMinutes: 0 });
      },
    );
  });

  test('ACK that makes the oldest record fall out frees exactly its slots', () => {
    const card = createCard(world.image, { random });
    for (let i = 0; i < 20; i++) {
      const talk = Talk.start(card, world.office, world.till);
      talk.verify(PIN, 'pay');
      const id = random(16);
      talk.spend(id, i < 6 ? 1 : i < 13 ? 2 : i < 19 ? 4 : 8);
      talk.ack(id);
    }
    const image = card.image();
    const before = card.ownerView();
    const id = random(16);
    tearEverywhere(
      image,
      (one) => {
        const talk = Talk.start(one, world.office, world.till);
        talk.spend(id, 8);
        return () => talk.ack(id);
      },
      ({ card: torn }) => {
        Talk.start(torn, world.office, world.till).ack(id);
        const view = torn.ownerView();
        expect(view.log.length).toBe(20);
        expect(view.payableMinutes).toBe(before.payableMinutes - 8);
        expect(view.slots.spent).toBe(20);
      },
    );
  });

  test('OPEN with an abort: undone or not; told again it is undone, the coupons exposed once', () => {
    const id = random(16);
    const card = createCard(world.image, { random });
    const talk = Talk.start(card, world.office, world.till);
    talk.spend(id, 7);
    talk.ack(id);
    const paid = card.image();
    tearEverywhere(
      paid,
      (one) => () => void Talk.start(one, world.office, world.till, { aborts: [id], epoch: 90 }),
      ({ card: torn }) => {
        const { log, highestEpoch, exposedMinutes } = torn.ownerView();
        // One transaction with the certificate's epoch.
        expect([log[0]?.state, highestEpoch, exposedMinutes]).toEqual(
          highestEpoch === 90 ? ['undone', 90, 7] : ['paid', 82, 0],
        );
        const again = Talk.start(torn, world.office, world.till, { aborts: [id], epoch: 90 });
        expect(toHex(again.opened.data)).toBe('800101');
        expect(torn.ownerView()).toMatchObject({ exposedMinutes: 7, payableMinutes: 293 });
      },
    );
  });

  test('SELECT: an ephemeral that was shown is never shown again, and none is shown unmarked', () => {
    tearEverywhere(
      world.image,
      (card) => () => void new Talk(card).select(),
      ({ card }) => {
        const first = new Talk(card);
        first.select();
        card.reset();
        const second = new Talk(card);
        second.select();
        expect(toHex(first.cardKey)).not.toBe(toHex(second.cardKey));
      },
    );
  });

  test('VERIFY with a wrong PIN: no answer without a try taken, however often it is torn', () => {
    tearEverywhere(
      world.image,
      (card) => {
        const talk = Talk.start(card, world.office, world.till);
        return () => expect(talk.verify('0000', 'pay').sw).toBe('63c2');
      },
      ({ card }) => {
        const left = card.ownerView().pinTriesLeft;
        expect([2, 3]).toContain(left);
        const answers: string[] = [];
        for (let i = 0; i < left; i++)
          answers.push(Talk.start(card, world.office, world.till).verify('0000', 'pay').sw);
        expect(answers).toEqual(['63c2', '63c1', '63c0'].slice(3 - left));
        expect(Talk.start(card, world.office, world.till).verify(PIN, 'pay').sw).toBe('6983');
      },
    );
  });

  test('three guesses are all there are, though every one is torn at its first write in every way', () => {
    for (const tear of TEARS) {
      const card = createCard(world.image, { random });
      let answered = 0;
      for (let i = 0; i < 12 && card.ownerView().pinTriesLeft > 0; i++) {
        const talk = Talk.start(card, world.office, world.till);
        if (i % 2 === 0) card.tearAt(1, tear);
        try {
          if (talk.verify('0000', 'pay').sw.startsWith('63')) answered++;
        } catch (cause) {
          if (!(cause instanceof Mute)) throw cause;
          card.reset();
        }
      }
      expect(answered).toBeLessThanOrEqual(3);
      expect(card.ownerView().pinTriesLeft).toBe(0);
    }
  });

  test('VERIFY with the right PIN: tries never more than three, limits set back or not at all', () => {
    const card = createCard(world.image, { random });
    Talk.start(card, world.office, world.till).spend(random(16), 50);
    tearEverywhere(
      card.image(),
      (one) => {
        const talk = Talk.start(one, world.office, world.till);
        return () => expect(talk.verify(PIN, 'pay').sw).toBe('9000');
      },
      ({ card: torn }) => {
        const { pinTriesLeft, withoutPin } = torn.ownerView();
        expect([2, 3]).toContain(pinTriesLeft);
        expect([
          { minutes: 50, taps: 1 },
          { minutes: 0, taps: 0 },
        ]).toContainEqual(withoutPin);
        expect(Talk.start(torn, world.office, world.till).verify(PIN, 'pay').sw).toBe('9000');
        expect(torn.ownerView()).toMatchObject({ pinTriesLeft: 3, withoutPin: { minutes: 0, taps: 0 } });
      },
    );
  });

  test('CHANGE and UNBLOCK: the old PIN or the new one, never neither', () => {
    const card = createCard(world.image, { random });
    const wrong = Talk.start(card, world.office, world.till);
    for (let i = 0; i < 3; i++) wrong.verify('0000', 'pay');
    const blocked = card.image();
    const works = (one: SimulatedCard, pin: string): boolean =>
      Talk.start(createCard(one.image(), { random }), world.office, world.till).verify(pin, 'pay').sw ===
      '9000';
    tearEverywhere(
      world.image,
      (one) => {
        const talk = Talk.start(one, world.office, world.till);
        const data = concat(field(0x80, ascii(PIN)), field(0x81, ascii('8642')));
        return () => expect(talk.say(0x24, 0, 0, data).sw).toBe('9000');
      },
      ({ card: torn }) => expect(works(torn, PIN) !== works(torn, '8642')).toBe(true),
    );
    const data = concat(field(0x80, ascii(PUK)), field(0x81, ascii('8642')));
    tearEverywhere(
      blocked,
      (one) => {
        const talk = Talk.start(one, world.office, world.till);
        return () => expect(talk.say(0x2c, 0, 0, data).sw).toBe('9000');
      },
      ({ card: torn }) => {
        expect(works(torn, PIN)).toBe(false);
        expect(Talk.start(torn, world.office, world.till).say(0x2c, 0, 0, data).sw).toBe('9000');
        expect(works(torn, '8642')).toBe(true);
        expect(torn.ownerView()).toMatchObject({ pukTriesLeft: 8, pinTriesLeft: 3 });
      },
    );
  });
});

describe('a load torn at every write', () => {
  const services = (card: SimulatedCard): Talk => {
    const talk = Talk.start(card, loading.office, loading.till, { role: 2 });
    talk.verify(PIN, 'services');
    return talk;
  };

  test('PREPARE: reserved whole or not at all, and no counter is used twice', () => {
    const card = createCard(loading.image, { random });
    const untorn = prepare(services(card), loading.coupons, 1).blinded.map(toHex);
    let tears = 0;
    const data = concat(field(0x80, Uint8Array.of(1)), field(0x81, loading.coupons.moduli));
    tearEverywhere(
      loading.image,
      (one) => {
        const talk = services(one);
        return () => expect(talk.say(0x36, 1, 0, data).sw).toBe('9000');
      },
      ({ card: torn }) => {
        tears++;
        const { slots, openLoad } = torn.ownerView();
        expect([slots.prepared, openLoad === undefined]).toEqual(
          openLoad === undefined ? [0, true] : [32, false],
        );
        expect(prepare(services(torn), loading.coupons, 1).blinded.map(toHex)).toEqual(untorn);
      },
      TWO_TEARS,
      3,
    );
    // 32 slots, a keyset of ten pages, the transaction; every third write, in two ways.
    expect(tears).toBeGreaterThan(2 * 14);
  });

  test('SIGN and STORE: every coupon stored once, none lost, the load closed with the last', () => {
    const card = createCard(loading.image, { random });
    const talk = services(card);
    const { blinded } = prepare(talk, loading.coupons, 1);
    const digest = toHex(talk.say(0x38, 1, 0).data);
    const signatures = issue(loading.coupons, 1, blinded);
    for (let block = 0; block < 3; block++) storeBlock(talk, block, signatures);
    const almost = card.image();
    const writes = tearEverywhere(
      almost,
      (one) => {
        const last = services(one);
        return () => expect(storeBlock(last, 3, signatures).sw).toBe('9000');
      },
      ({ card: torn }) => {
        const { slots, openLoad } = torn.ownerView();
        expect(slots.free + slots.prepared).toBe(32);
        if (openLoad === undefined) expect(slots.free).toBe(32);
        else {
          const again = services(torn);
          expect(toHex(again.say(0x38, 1, 0).data)).toBe(digest);
          for (const block of [0, 3]) expect(storeBlock(again, block, signatures).sw).toBe('9000');
        }
        expect(torn.ownerView()).toMatchObject({ payableMinutes: 300, openLoad: undefined });
      },
      TWO_TEARS,
    );
    expect(writes).toBeGreaterThan(8);
  });
});

test('what is torn at power-up itself, while the journal is repeated, comes right at the next', () => {
  const id = random(16);
  const committed: readonly (readonly [number, Tear])[] = [
    [2, { at: 'after' }],
    [3, { at: 'in', rest: 'erased', noise: 0x12345678 }],
  ];
  for (const [n, first] of committed)
    for (const tear of TEARS) {
      const card = createCard(world.image, { random });
      const talk = Talk.start(card, world.office, world.till);
      card.tearAt(n, first);
      expect(() => talk.spend(id, 43)).toThrow(Mute);
      // Power is back until the first write.
      const { memory, journal } = openStore(card.image().bytes, nodeCrypto, new Meter());
      memory.tearAt(1, tear);
      expect(() => journal.recover()).toThrow(PowerLoss);
      const copy = createCard({ bytes: memory.image() }, { random });
      card.reset();
      audit(copy);
      audit(card);
      expect(copy.ownerView().pendingMinutes).toBe(card.ownerView().pendingMinutes);
      expect(copy.ownerView().pendingMinutes).toBe(43);
    }
});
