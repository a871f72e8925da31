/** The words, and what lost cards held: out of a card once, into another one, found again; and power gone at every write of refresh and recovery. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import type { Tear } from '../../firmware-sim/memory.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import { ascii, concat, equal, hexBytes, toHex } from '../../src/bytes.ts';
import { counterOf } from './counter.ts';
import {
  ALL,
  bodyOf,
  digestOf,
  findBegin,
  findBlock,
  giveUp,
  issueRefresh,
  partsOf,
  prepareRefresh,
  signRefresh,
  storeRefresh,
  take,
} from './refreshing.ts';
import {
  CHAIN,
  field,
  issue,
  Mute,
  makeWorld,
  PIN,
  PUK,
  prepare,
  random,
  storeBlock,
  type Talk,
  type World,
} from './terminal.ts';

// Hundreds of conversations: seconds on an idle machine, more on a busy one.
vi.setConfig({ testTimeout: 180_000 });

let world: World;
beforeAll(() => {
  world = makeWorld(2);
});

const { services, fresh, pay, exposed } = counterOf(() => world);

describe('the words', () => {
  const blank = (seed = random(32), wordsOpen = true) =>
    createCard(
      personalise({
        seed,
        g: random(8),
        pin: PIN,
        puk: PUK,
        chain: CHAIN,
        officeKeys: [world.office.key],
        batchSeed: random(32),
        random,
        wordsOpen,
      }),
      { random },
    );

  test('can be read until they are written down, or until the first load; never afterwards', () => {
    const seed = random(32);
    const card = blank(seed);
    const talk = services(card);
    for (let i = 0; i < 2; i++) expect(talk.say(0x3e, 1, 0).data.slice(2)).toEqual(seed);
    expect(talk.say(0x3e, 2, 0).sw).toBe('9000');
    expect(talk.say(0x3e, 1, 0).sw).toBe('6985');
    const other = blank();
    const loading = services(other);
    prepare(loading, world.coupons, 1);
    expect(loading.say(0x3e, 1, 0).sw).toBe('6985');
    expect(services(fresh()).say(0x3e, 1, 0).sw).toBe('6985');
  });

  test('go into a card that has never loaded, which draws a g of its own; never over coupons', () => {
    const card = blank();
    const { g } = card.ownerView();
    const talk = services(card);
    const put = (to: Talk) => to.say(0x3e, 3, 0, field(0x80, world.seed)).sw;
    expect(put(talk)).toBe('9000');
    const restored = card.ownerView();
    expect(restored.walletKey).toBe(fresh().ownerView().walletKey);
    expect([g, toHex(world.g)]).not.toContain(restored.g);
    expect(restored.wordsOpen).toBe(false);
    expect(put(talk)).toBe('9000');
    expect(card.ownerView().g).toBe(restored.g);
    expect(put(services(fresh()))).toBe('6985');
  });

  /** A fresh card with the words of `world`'s. */
  function restoredCard(): SimulatedCard {
    const card = blank();
    expect(services(card).say(0x3e, 3, 0, field(0x80, world.seed)).sw).toBe('9000');
    return card;
  }

  /** The office's answer to a counter's blinded serial. */
  function signed(exponent: number, blinded: Uint8Array): Uint8Array {
    const key = world.coupons.keys[exponent];
    if (key === undefined) throw new Error('a key');
    return nodeCrypto.rsaPrivate(key, blinded);
  }

  function collect(talk: Talk, counts: readonly number[]): string[] {
    const serials: string[] = [];
    expect(findBegin(talk, world.coupons, world.g).sw).toBe('9000');
    counts.forEach((count, exponent) => {
      for (let first = 0; first < count; first += 8) {
        const some = findBlock(talk, exponent, first).slice(0, count - first);
        serials.push(...some.map(({ serial }) => serial));
        const taken = some.map(({ counter, blinded }) => ({ counter, signature: signed(exponent, blinded) }));
        expect(take(talk, exponent, taken).sw).toBe('9000');
      }
    });
    return serials;
  }

  test("find a lost card's coupons again, which a slow refresh makes the new card's; without a voucher", () => {
    const held = new Set<string>();
    const old = fresh();
    const shown = prepareRefresh(services(old), world.coupons, 'own', ALL);
    for (const { serial } of shown.old) held.add(serial);
    const card = restoredCard();
    const talk = services(card);
    const serials = collect(talk, [12, 14, 12, 12, 6, 6, 2]);
    expect(new Set(serials)).toEqual(held);
    expect(card.ownerView()).toMatchObject({ payableMinutes: 0, refreshingMinutes: { own: 0, lost: 600 } });
    // Taken twice is taken once; a wrong signature is not taken.
    const [first] = findBlock(talk, 0, 0);
    if (first === undefined) throw new Error('a coupon');
    expect(take(talk, 0, [{ counter: 0, signature: signed(0, first.blinded) }]).sw).toBe('9000');
    expect(take(talk, 0, [{ counter: 1, signature: signed(0, first.blinded) }]).sw).toBe('6a80');
    const prepared = prepareRefresh(talk, world.coupons, 'lost');
    expect([prepared.packs, prepared.old.length, prepared.blinded.length]).toEqual([2, 64, 64]);
    // It is the lost card's coupons that go out, and coupons of another g that come in.
    expect(new Set(prepared.old.map(({ serial }) => serial))).toEqual(held);
    expect(prepared.blinded.some((one) => shown.blinded.some((other) => equal(one, other)))).toBe(false);
    const body = bodyOf(world.coupons, prepared, 0);
    const answer = signRefresh(talk, 0x21, 0, body.coupons.length);
    expect(answer.voucher).toBeUndefined();
    expect(answer.digest).toEqual(digestOf(body));
    // Meanwhile the card is an ordinary one: it loads and pays.
    const { blinded } = prepare(talk, world.coupons, 1);
    const signatures = issue(world.coupons, 1, blinded);
    for (let block = 0; block < 4; block++) expect(storeBlock(talk, block, signatures).sw).toBe('9000');
    pay(card, 43);
    const later = services(card);
    expect(storeRefresh(later, issueRefresh(world.coupons, prepared), 'lost').at(-1)?.sw).toBe('9000');
    expect(card.ownerView()).toMatchObject({ payableMinutes: 900 - 43, refreshingMinutes: { lost: 0 } });
    pay(card, 128);
  });

  test("nobody asks for a living card's serials, and a collection can be given up", () => {
    const card = restoredCard();
    const talk = services(card);
    expect(findBegin(talk, world.coupons, hexBytes(card.ownerView().g)).sw).toBe('6985');
    collect(talk, [6]);
    expect(giveUp(talk, 'lost').sw).toBe('9000');
    expect(card.ownerView()).toMatchObject({ refreshingMinutes: { lost: 0 } });
    expect(card.ownerView().slots.refreshing).toBe(0);
    expect(prepareRefresh(talk, world.coupons, 'lost').begun.sw).toBe('6985');
  });

  const TEARS: readonly Tear[] = [{ at: 'in', rest: 'erased', noise: 0x12345678 }, { at: 'after' }];

  /** Runs `act` with its n-th write torn, n from 1 until it is not, and hands each torn card on with power again. */
  function torn(
    from: SimulatedCard,
    act: (card: SimulatedCard) => void,
    after: (card: SimulatedCard) => void,
  ) {
    let tears = 0;
    for (const tear of TEARS)
      for (let n = 1; ; n++) {
        const card = createCard(from.image(), { random });
        card.tearAt(n, tear);
        try {
          act(card);
          break;
        } catch (cause) {
          if (!(cause instanceof Mute)) throw cause;
        }
        tears++;
        card.reset();
        after(card);
      }
    return tears;
  }

  test('power gone at any write of RESTORE, of TAKE, of a refresh from begin to end: asked again, the same comes out', () => {
    const card = blank();
    let tears = torn(
      card,
      (one) => void services(one).say(0x3e, 3, 0, field(0x80, world.seed)),
      (one) => {
        const before = one.ownerView();
        const { walletKey } = fresh().ownerView();
        if (before.walletKey !== walletKey) expect(before.walletKey).toBe(card.ownerView().walletKey);
        expect(services(one).say(0x3e, 3, 0, field(0x80, world.seed)).sw).toBe('9000');
        expect(one.ownerView().walletKey).toBe(walletKey);
      },
    );
    expect(tears).toBeGreaterThan(6);

    const restored = restoredCard();
    tears = torn(
      restored,
      (one) => void collect(services(one), [2, 1]),
      (one) => {
        expect([0, 2, 4]).toContain(one.ownerView().refreshingMinutes.lost);
        collect(services(one), [2, 1]);
        expect(one.ownerView().refreshingMinutes.lost).toBe(4);
      },
    );
    expect(tears).toBeGreaterThan(20);

    const spent = fresh();
    exposed(spent, 21);
    for (const minutes of [128, 120, 60]) pay(spent, minutes);
    const total = spent.ownerView().payableMinutes + 21;
    // Five coupons one for one, so that a run has few writes; the keyset is on the card already.
    const work = (one: SimulatedCard): void => {
      const talk = services(one);
      if (one.ownerView().exposedMinutes === 0 && one.ownerView().refreshingMinutes.own === 0) return;
      const prepared = prepareRefresh(talk, world.coupons);
      for (let part = 0; part < partsOf(prepared); part++)
        signRefresh(talk, 0x11, part, bodyOf(world.coupons, prepared, part).coupons.length);
      storeRefresh(talk, issueRefresh(world.coupons, prepared));
    };
    tears = torn(spent, work, (one) => {
      const { payableMinutes, exposedMinutes, refreshingMinutes, slots } = one.ownerView();
      const stored = refreshingMinutes.own === 0 ? 0 : payableMinutes;
      expect(payableMinutes + exposedMinutes + refreshingMinutes.own).toBeGreaterThanOrEqual(total);
      expect(stored).toBeLessThanOrEqual(total);
      expect(slots.prepared > 0).toBe(refreshingMinutes.own > 0);
      work(one);
      expect(one.ownerView()).toMatchObject({
        payableMinutes: total,
        exposedMinutes: 0,
        refreshingMinutes: { own: 0, lost: 0 },
      });
    });
    expect(tears).toBeGreaterThan(20);
    // Giving up, too: all or nothing.
    const begun = createCard(spent.image(), { random });
    prepareRefresh(services(begun), world.coupons);
    tears = torn(
      begun,
      (one) => void giveUp(services(one), 'own', [0]),
      (one) => {
        const { refreshingMinutes, deadMinutes, exposedMinutes } = one.ownerView();
        if (refreshingMinutes.own > 0) expect([deadMinutes, exposedMinutes]).toEqual([0, 0]);
        else expect(deadMinutes).toBeGreaterThan(0);
      },
    );
    expect(tears).toBeGreaterThan(4);
  });

  test("… of a slow refresh, of its end, of the holder's word on what is dead, of the words written down", () => {
    const collected = restoredCard();
    collect(services(collected), [3, 2]);
    const slow = (one: SimulatedCard): void => {
      const talk = services(one);
      if (one.ownerView().refreshingMinutes.lost === 0) return;
      const prepared = prepareRefresh(talk, world.coupons, 'lost');
      expect(prepared.old.length).toBe(5);
      for (let part = 0; part < 5; part++) signRefresh(talk, 0x21, part, 1);
      storeRefresh(talk, issueRefresh(world.coupons, prepared), 'lost');
    };
    let tears = torn(collected, slow, (one) => {
      const { payableMinutes, refreshingMinutes } = one.ownerView();
      expect(refreshingMinutes.lost === 7 || payableMinutes === 7).toBe(true);
      slow(one);
      expect(one.ownerView()).toMatchObject({ payableMinutes: 7, refreshingMinutes: { lost: 0 } });
      expect(one.ownerView().slots).toMatchObject({ free: 5, prepared: 0, refreshing: 0 });
    });
    expect(tears).toBeGreaterThan(20);
    tears = torn(
      collected,
      (one) => void giveUp(services(one), 'lost'),
      (one) => expect([0, 7]).toContain(one.ownerView().refreshingMinutes.lost),
    );
    expect(tears).toBeGreaterThan(4);

    const shown = fresh();
    const all = prepareRefresh(services(shown), world.coupons);
    giveUp(
      services(shown),
      'own',
      all.old.map((_, i) => i),
    );
    const { deadMinutes } = shown.ownerView();
    for (const what of [0, 1]) {
      const word = (one: SimulatedCard) =>
        services(one).say(0x3e, 4, 0, concat(field(0x80, ascii(PIN)), field(0x81, Uint8Array.of(what)))).sw;
      tears = torn(
        shown,
        (one) => void word(one),
        (one) => {
          const view = one.ownerView();
          expect([0, deadMinutes]).toContain(view.deadMinutes);
          expect(view.exposedMinutes).toBe(view.deadMinutes === 0 && what === 0 ? deadMinutes : 0);
          expect(word(one)).toBe('9000');
          expect(one.ownerView()).toMatchObject({
            deadMinutes: 0,
            exposedMinutes: what === 0 ? deadMinutes : 0,
          });
        },
      );
      expect(tears).toBeGreaterThan(8);
    }
    torn(
      blank(),
      (one) => void services(one).say(0x3e, 2, 0),
      (one) => expect(services(one).say(0x3e, 1, 0).sw).toBe(one.ownerView().wordsOpen ? '9000' : '6985'),
    );
  });
});
