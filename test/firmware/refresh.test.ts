/** Refresh on the card: what it gives out and takes in, what it refuses. Recovery and torn writes are in words.test.ts. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { ascii, concat, hexBytes, toHex } from '../../src/bytes.ts';
import { voucherMessage } from '../../src/economy/voucher.ts';
import { counterOf } from './counter.ts';
import {
  ALL,
  bodyOf,
  digestOf,
  giveUp,
  issueRefresh,
  newExponents,
  type Prepared,
  partsOf,
  prepareRefresh,
  signRefresh,
  storeRefresh,
  storeRefreshBlock,
  UNDO_PENDING,
} from './refreshing.ts';
import {
  CHAIN,
  field,
  issue,
  makeCouponOffice,
  makeWorld,
  PIN,
  prepare,
  random,
  storeBlock,
  Talk,
  type World,
} from './terminal.ts';

// Hundreds of conversations: seconds on an idle machine, more on a busy one.
vi.setConfig({ testTimeout: 180_000 });

let world: World;
beforeAll(() => {
  world = makeWorld(2);
});

const { services, fresh, pay, exposed } = counterOf(() => world);
const worth = ({ old }: Prepared): number => old.reduce((sum, { exponent }) => sum + 2 ** exponent, 0);

describe('a fast refresh', () => {
  test('what sums to packs becomes packs, an exposed coupon at least one of its kind; all of it payable, nothing lost', () => {
    const card = fresh();
    pay(card, 43);
    const lost = exposed(card, 13);
    const before = card.ownerView();
    const talk = services(card);
    const prepared = prepareRefresh(talk, world.coupons);
    expect(prepared.begun.sw).toBe('9000');
    expect(prepared.packs).toBe(1);
    // Everything exposed goes out, and no serial of what stays is shown.
    expect(lost.every((serial) => prepared.old.some((one) => one.serial === serial))).toBe(true);
    expect(worth(prepared)).toBeLessThan(300 + 14);
    expect(card.ownerView().refreshingMinutes.own).toBe(worth(prepared));
    for (let part = 0; part < partsOf(prepared); part++) {
      const body = bodyOf(world.coupons, prepared, part);
      const signed = signRefresh(talk, 0x11, part, body.coupons.length);
      expect(signed.voucher?.batch).toBe(`01${toHex(world.batchKey)}`);
      const voucher = signed.voucher as NonNullable<typeof signed.voucher>;
      expect(digestOf({ ...body, voucher })).toEqual(signed.digest);
      const statement = voucherMessage(nodeCrypto, body);
      expect(nodeCrypto.ed25519Verify(world.batchKey, statement, voucher.signature)).toBe(true);
      const message = concat(ascii('timecard/1'), ascii(CHAIN), signed.digest);
      body.coupons.forEach(({ key }, i) => {
        const signature = signed.signatures[i] as Uint8Array;
        expect(nodeCrypto.ed25519Verify(hexBytes(key).slice(1), message, signature)).toBe(true);
      });
      // Without the voucher it is the same body but for it.
      expect(signRefresh(talk, 0x12, part, body.coupons.length).digest).toEqual(digestOf(body));
    }
    expect(storeRefresh(talk, issueRefresh(world.coupons, prepared)).every(({ sw }) => sw === '9000')).toBe(
      true,
    );
    const after = card.ownerView();
    expect(after).toMatchObject({ exposedMinutes: 0, refreshingMinutes: { own: 0 } });
    expect(after.payableMinutes).toBe(before.payableMinutes + before.exposedMinutes);
    expect(after.slots.prepared + after.slots.refreshing).toBe(0);
    // And it pays with what is new.
    const { serials } = pay(card, 64);
    expect(prepared.old.some(({ serial }) => serials.includes(serial))).toBe(false);
  });

  test('nothing to refresh, another keyset, a load that is open, a load while it is open', () => {
    const empty = makeWorld(1, world.coupons);
    const poor = createCard(empty.image, { random });
    const at = (one: SimulatedCard, of: World) => {
      const talk = Talk.start(one, of.office, of.till, { role: 2 });
      talk.verify(PIN, 'services');
      return talk;
    };
    const talk = at(poor, empty);
    const first = prepareRefresh(talk, world.coupons);
    expect(first.packs).toBe(1);
    expect(prepareRefresh(talk, world.coupons).blinded.map(toHex)).toEqual(first.blinded.map(toHex));
    expect(prepareRefresh(talk, makeCouponOffice()).begun.sw).toBe('6985');
    expect(prepare(talk, world.coupons, 1).begun.sw).toBe('6985');
    expect(storeRefresh(talk, issueRefresh(world.coupons, first)).at(-1)?.sw).toBe('9000');
    for (const minutes of [60, 30]) {
      const till = Talk.start(poor, empty.office, empty.till);
      till.verify(PIN, 'pay');
      const id = random(16);
      till.spend(id, minutes);
      till.ack(id);
    }
    expect(prepareRefresh(at(poor, empty), world.coupons).begun.sw).toBe('6a82');
    const all = prepareRefresh(at(poor, empty), world.coupons, 'own', ALL);
    expect([all.packs, worth(all)]).toEqual([0, 210]);
    expect(newExponents(all)).toEqual(all.old.map(({ exponent }) => exponent));
  });

  test('a pending purchase is undone when its holder says so; the till that asks later finds no purchase', () => {
    const card = fresh();
    const { id, serials } = pay(card, 21, false);
    expect(
      prepareRefresh(services(card), world.coupons).old.some((one) => serials.includes(one.serial)),
    ).toBe(false);
    const talk = services(card);
    expect(giveUp(talk).sw).toBe('9000');
    const prepared = prepareRefresh(talk, world.coupons, 'own', UNDO_PENDING);
    expect(serials.every((serial) => prepared.old.some((one) => one.serial === serial))).toBe(true);
    expect(card.ownerView().log[0]?.state).toBe('undone');
    const till = Talk.start(card, world.office, world.till);
    expect(till.ack(id).sw).toBe('6a82');
    storeRefresh(services(card), issueRefresh(world.coupons, prepared));
    expect(card.ownerView()).toMatchObject({ pendingMinutes: 0, payableMinutes: 600 });
  });

  test('given up: nothing is payable that was shown, nothing is lost; what is named dead is dead until its holder says otherwise', () => {
    const card = fresh();
    exposed(card, 13);
    const talk = services(card);
    const prepared = prepareRefresh(talk, world.coupons, 'own', ALL);
    expect(giveUp(talk, 'own', [0, 1]).sw).toBe('9000');
    const dead = [0, 1].reduce((sum, i) => sum + 2 ** (prepared.old[i]?.exponent ?? 0), 0);
    expect(card.ownerView()).toMatchObject({
      payableMinutes: 0,
      deadMinutes: dead,
      exposedMinutes: 600 - dead,
    });
    expect(giveUp(talk).sw).toBe('6985');
    // The dead ones stay out of the next refresh, and only the PIN decides about them.
    const again = prepareRefresh(talk, world.coupons);
    expect(worth(again)).toBe(600 - dead);
    const word = (pin: string, what: number) =>
      talk.say(0x3e, 4, 0, concat(field(0x80, ascii(pin)), field(0x81, Uint8Array.of(what)))).sw;
    expect(word('0000', 1)).toBe('63c2');
    expect(card.ownerView().deadMinutes).toBe(dead);
    expect(word(PIN, 0)).toBe('9000');
    expect(card.ownerView()).toMatchObject({ deadMinutes: 0, exposedMinutes: dead });
    storeRefresh(talk, issueRefresh(world.coupons, again));
    const last = prepareRefresh(talk, world.coupons);
    giveUp(
      talk,
      'own',
      last.old.map((_, i) => i),
    );
    expect(word(PIN, 1)).toBe('9000');
    expect(card.ownerView()).toMatchObject({
      deadMinutes: 0,
      exposedMinutes: 0,
      payableMinutes: 600 - worth(last),
    });
  });

  test('singles come one by one; a pack that came in part is not given up; what came stays', () => {
    const card = fresh();
    for (const minutes of [13, 21, 7]) exposed(card, minutes);
    const talk = services(card);
    const prepared = prepareRefresh(talk, world.coupons, 'own', ALL);
    const signatures = issueRefresh(world.coupons, prepared);
    expect(storeRefreshBlock(talk, 0, signatures).sw).toBe('9000');
    expect(giveUp(talk).sw).toBe('6985');
    storeRefresh(talk, signatures);
    expect(card.ownerView()).toMatchObject({ payableMinutes: 600, exposedMinutes: 0 });

    exposed(card, 7);
    const singles = prepareRefresh(talk, world.coupons);
    const all = issueRefresh(world.coupons, singles);
    const packed = 32 * singles.packs;
    const without = all.map((one, i) => (i < packed || i === packed ? one : undefined));
    if (all.length > packed + 1) {
      storeRefresh(talk, without);
      expect(giveUp(talk).sw).toBe('9000');
      expect(card.ownerView().exposedMinutes).toBe(
        newExponents(singles)
          .slice(packed + 1)
          .reduce((sum, exponent) => sum + 2 ** exponent, 0),
      );
    } else storeRefresh(talk, all);
    const { payableMinutes, exposedMinutes } = card.ownerView();
    expect(payableMinutes + exposedMinutes).toBe(600);
  });

  test('a full card that has paid twenty times refreshes as much as there is room for, and in the end everything', () => {
    const big = makeWorld(6, world.coupons);
    const card = createCard(big.image, { random });
    for (let i = 0; i < 20; i++) {
      const till = Talk.start(card, big.office, big.till);
      till.verify(PIN, 'pay');
      const id = random(16);
      expect(till.spend(id, 43).sw).toBe('9000');
      till.ack(id);
    }
    const at = () => {
      const talk = Talk.start(card, big.office, big.till, { role: 2 });
      talk.verify(PIN, 'services');
      return talk;
    };
    const held = 1800 - 20 * 43;
    for (let round = 0; round < 3; round++) {
      const talk = at();
      const prepared = prepareRefresh(talk, world.coupons);
      expect(prepared.begun.sw).toBe('9000');
      storeRefresh(talk, issueRefresh(world.coupons, prepared));
      expect(card.ownerView().payableMinutes).toBe(held);
    }
  });

  test('without services, in sale mode, malformed: refused, and nothing changes', () => {
    const card = fresh();
    const { writes } = card;
    const sale = Talk.start(card, world.office, world.till);
    for (const [ins, p1] of [
      [0x36, 0x11],
      [0x36, 0x03],
      [0x38, 0x11],
      [0x3c, 0x01],
      [0x3e, 0x01],
      [0x3e, 0x03],
      [0x3e, 0x04],
    ] as const)
      expect(sale.say(ins, p1, 0).sw).toBe('6982');
    const talk = services(card);
    for (const [ins, p1, p2, data] of [
      [0x36, 0x11, 0, field(0x81, world.coupons.moduli)],
      [0x36, 0x21, 0, concat(field(0x81, world.coupons.moduli), field(0x82, Uint8Array.of(0)))],
      [0x36, 0x11, 0, concat(field(0x81, world.coupons.moduli), field(0x82, Uint8Array.of(4)))],
      [0x3c, 0x01, 0, field(0x80, random(8))],
      [0x3e, 0x03, 0, field(0x80, random(31))],
      [0x3e, 0x04, 0, concat(field(0x80, ascii(PIN)), field(0x81, Uint8Array.of(2)))],
    ] as const)
      expect(talk.say(ins, p1, p2, data).sw).toBe('6a80');
    for (const [ins, p1] of [
      [0x36, 0x31],
      [0x36, 0x14],
      [0x38, 0x22],
      [0x3a, 0x02],
      [0x3c, 0x04],
      [0x3e, 0x05],
    ] as const)
      expect(talk.say(ins, p1, 0).sw).toBe('6a86');
    for (const [ins, p1, data] of [
      [0x36, 0x12, undefined],
      [0x36, 0x03, undefined],
      [0x3c, 0x02, field(0x80, new Uint8Array(4))],
    ] as const)
      expect(talk.say(ins, p1, 0, data).sw).toBe('6985');
    expect(card.ownerView().slots.free).toBe(64);
    expect(card.writes - writes).toBeLessThan(20);
  });

  test('a load that the ledger refused for good is given up: other serials next time; not once a coupon of it is there', () => {
    const card = fresh();
    const talk = services(card);
    const first = prepare(talk, world.coupons, 1).blinded.map(toHex);
    expect(giveUp(talk).sw).toBe('9000');
    expect(card.ownerView()).toMatchObject({ openLoad: undefined, payableMinutes: 600, room: 128 });
    const { blinded } = prepare(talk, world.coupons, 1);
    expect(blinded.map(toHex).filter((one) => first.includes(one))).toEqual([]);
    expect(storeBlock(talk, 0, issue(world.coupons, 1, blinded)).sw).toBe('9000');
    expect(giveUp(talk).sw).toBe('6985');
    for (const block of [1, 2, 3]) storeBlock(talk, block, issue(world.coupons, 1, blinded));
    expect(card.ownerView()).toMatchObject({ openLoad: undefined, payableMinutes: 900 });
  });
});
