/** The words, and what lost cards held: out of a card once, into another one, found again. Torn at every write: test/tearing. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import { equal, hexBytes, toHex } from '../../src/bytes.ts';
import { counterOf } from './counter.ts';
import {
  ALL,
  bodyOf,
  digestOf,
  findBegin,
  findBlock,
  giveUp,
  issueRefresh,
  prepareRefresh,
  signRefresh,
  storeRefresh,
  take,
} from './refreshing.ts';
import {
  CHAIN,
  field,
  issue,
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

const { services, fresh, pay } = counterOf(() => world);

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
});
