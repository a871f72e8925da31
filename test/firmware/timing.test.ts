import { beforeAll, describe, expect, test } from 'vitest';
import type { Tap } from '../../firmware-sim/timing.ts';
import { J3R180, modelledBytes, modelledTapMs } from '../../firmware-sim/timing.ts';
import { makeCouponOffice, makeWorld, newCard, PIN, random, Talk, type World } from './terminal.ts';

let world: World;
beforeAll(() => {
  world = makeWorld(2, makeCouponOffice());
});

function tap(minutes: number, options: { pin?: boolean; extended?: boolean } = {}): Tap {
  const card = newCard(world, options.extended ?? true);
  const talk = Talk.start(card, world.office, world.till, { extended: options.extended ?? true });
  if (options.pin === true) talk.verify(PIN, 'pay');
  const id = random(16);
  expect(talk.spend(id, minutes).sw).toBe('9000');
  expect(talk.ack(id).sw).toBe('9000');
  const last = card.lastTap();
  if (last === undefined) throw new Error('no tap');
  return last;
}

describe('a modelled tap', () => {
  test('every operation of a purchase with three coupons is counted', () => {
    const { counts } = tap(44);
    expect(counts).toMatchObject({
      sign: 1,
      verify: 1,
      ecdh: 2,
      keyPair: 0,
      signatureInit: 2,
      keyAgreementInit: 1,
      // Transcript, two key derivations, certificate, attestation.
      hashes: 5,
      aesSetKey: 2,
      cipherInit: 3,
      macInit: 1,
      // OPEN's payload and answer, SPEND and its answer, ACK and its answer; a command has one block more to compute.
      macCalls: 6,
      cipherCalls: 1 + 6 + 3,
      // Ephemeral marked, record, journal and page of SPEND, journal and page of ACK.
      nvmWrites: 6,
      rsaPublic: 0,
      frames: 4,
    });
    expect(counts.exchanges.length).toBe(4);
  });

  test('three coupons: at most 300 ms and 1.5 kB in suite 2, 1.4 kB in suite 1', () => {
    const { counts, modelledMs } = tap(44);
    expect(modelledMs).toBeLessThanOrEqual(300);
    expect(modelledMs).toBe(modelledTapMs(counts, { extended: true }));
    expect(modelledBytes(counts)).toBeLessThanOrEqual(1_500);
    expect(counts.bytes).toBeLessThanOrEqual(1_400);
  });

  test('six coupons without PIN: at most 330 ms extended and 400 ms chained', () => {
    const card = newCard(world);
    // The eight largest away; then 59 minutes are 16, 16, 16, 8, 2 and 1.
    const talk = Talk.start(card, world.office, world.till);
    talk.verify(PIN, 'pay');
    const first = random(16);
    expect(talk.spend(first, 2 * 64 + 6 * 32).sw).toBe('9000');
    talk.ack(first);
    card.reset();
    const second = Talk.start(card, world.office, world.till);
    const id = random(16);
    expect(second.spend(id, 59).sw).toBe('9000');
    expect(second.ack(id).sw).toBe('9000');
    expect(card.ownerView().log[0]?.coupons).toBe(6);
    const last = card.lastTap();
    expect(last?.modelledMs).toBeLessThanOrEqual(330);
    expect(last && modelledTapMs(last.counts, { extended: false })).toBeLessThanOrEqual(400);
  });

  test('the key pair made after «paid» counts apart', () => {
    const { ahead, counts } = tap(44);
    expect(ahead.counts).toMatchObject({ keyPair: 1, nvmWrites: 1, sign: 0, exchanges: [] });
    expect(counts.keyPair).toBe(0);
    expect(ahead.modelledMs).toBeCloseTo(J3R180.keyPair + J3R180.nvmWrite, 6);
  });

  test('a PIN costs its frame, its message and its writes', () => {
    const without = tap(44);
    const withPin = tap(44, { pin: true });
    expect(withPin.counts.nvmWrites).toBe(without.counts.nvmWrites + 2);
    expect(withPin.modelledMs - without.modelledMs).toBeGreaterThan(J3R180.frame + 2 * J3R180.nvmWrite);
  });

  test('a card of short lengths is modelled in blocks, whatever went over the wire', () => {
    const short = tap(44, { extended: false });
    const long = tap(44);
    expect(short.counts.exchanges).toEqual(long.counts.exchanges);
    expect(short.counts.frames).toBe(7);
    expect(short.modelledMs - long.modelledMs).toBeGreaterThan(3 * J3R180.frame);
  });

  test('every figure counts: without any one of them a tap is shorter', () => {
    const { counts, modelledMs } = tap(44);
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
      if (['keyPair', 'rsaPublic', 'frames', 'bytes'].includes(name)) continue;
      const less = { ...counts, [name]: name === 'exchanges' ? [] : 0 };
      expect(modelledTapMs(less, { extended: true }), name).toBeLessThan(modelledMs);
    }
  });

  test('no tap before the first SELECT', () => {
    expect(newCard(world).lastTap()).toBeUndefined();
  });
});
