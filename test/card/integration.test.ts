/**
 * The terminal's conversation with the simulated card, bytes between them and nothing else: load, tap, torn tap, walking
 * away, PIN, certificates. Once with extended length fields, once with chaining and GET RESPONSE.
 */
import * as node from 'node:crypto';
import { encode } from 'cborg';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as crypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import type { CardInField } from '../../main/card-reader.ts';
import { type CardServices, cardServices } from '../../main/card-services.ts';
import { openSession, type Session } from '../../main/card-session.ts';
import { announcesExtendedLength, exchangeWhole } from '../../main/chaining.ts';
import { ascii, concat, toHex } from '../../src/bytes.ts';
import { batchId, parseTranscript } from '../../src/card/attestation.ts';
import { issueCertificate, type Role } from '../../src/card/certificate.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { PACK } from '../../src/limits.ts';
import { ok, refuse } from '../../src/result.ts';
import { createMint, type Mint, trustIn } from './mint.ts';

const random = (bytes: number) => new Uint8Array(node.randomBytes(bytes));
const CHAIN = 'timecard-test';
const DAY = 20_779;
const office = random(32);
const batchSeed = random(32);
const batchKey = crypto.ed25519Public(batchSeed);
let mint: Mint;
beforeAll(() => {
  mint = createMint();
});

interface Till {
  readonly secret: Uint8Array;
  certificate(role: Role, epoch?: number, seed?: Uint8Array): Uint8Array;
}

function till(): Till {
  const secret = random(32);
  const outlet = random(16);
  return {
    secret,
    certificate: (role, epoch = 82, seed = office) =>
      issueCertificate(crypto, SUITE_1, seed, crypto.x25519Public(secret), { outlet, role, epoch }),
  };
}

function newCard(extended: boolean): SimulatedCard {
  const image = personalise({
    seed: random(32),
    g: random(8),
    pin: '1234',
    puk: '12345678',
    chain: CHAIN,
    officeKeys: [crypto.ed25519Public(office)],
    batchSeed,
    random,
    epoch: 82,
  });
  return createCard(image, { random, extended });
}

/** A reader with this card in its field: every APDU counted. */
function inField(card: SimulatedCard): CardInField {
  card.reset();
  const spent = { milliseconds: 0, bytesOut: 0, bytesIn: 0, frames: 0 };
  const carriage = { extended: announcesExtendedLength(card.atr) };
  return {
    atr: card.atr,
    spent: () => spent,
    exchange: (command) =>
      exchangeWhole(command, carriage, async (apdu) => {
        const answer = card.transmit(apdu);
        if (answer === undefined) return refuse('card_left');
        spent.frames++;
        spent.bytesOut += apdu.length;
        spent.bytesIn += answer.length;
        return ok(answer);
      }),
  };
}

interface Opening {
  readonly role?: Role;
  readonly aborted?: Uint8Array[];
  readonly certificate?: Uint8Array;
}

function opening(field: CardInField, at: Till, { role = 'sale', aborted = [], certificate }: Opening = {}) {
  const trust = {
    ...trustIn([mint.keyset], []),
    batches: {
      find: (id: Uint8Array) => (toHex(id) === toHex(batchId(crypto, batchKey)) ? batchKey : undefined),
    },
  };
  return openSession(field, {
    crypto,
    random,
    staticSecret: at.secret,
    certificate: certificate ?? at.certificate(role),
    aborted,
    trust,
  });
}

async function opened(card: SimulatedCard, at: Till, options: Opening = {}): Promise<Session> {
  const session = await opening(inField(card), at, options);
  if (!session.ok) throw new Error(session.refusal);
  return session.value;
}

async function servicesOf(card: SimulatedCard): Promise<CardServices> {
  const session = await opened(card, till(), { role: 'services' });
  const verified = await session.verify('services', '1234');
  if (!verified.ok) throw new Error(verified.refusal);
  return cardServices(session);
}

function value<T>(answer: { ok: true; value: T } | { ok: false; refusal: string }): T {
  if (!answer.ok) throw new Error(answer.refusal);
  return answer.value;
}

/** The office's answers to a load, exponent by exponent as the page orders them. */
function signatures(blinded: readonly Uint8Array[], packs: number): Uint8Array[] {
  const exponents = PACK.flatMap(([exponent, count]) =>
    Array.from({ length: packs * count }, () => exponent),
  );
  return blinded.map((one, i) => mint.blindSign(exponents[i] as number, one));
}

async function load(card: SimulatedCard, packs = 1): Promise<void> {
  const services = await servicesOf(card);
  const prepared = value(await services.prepareLoad(packs, mint.keyset));
  expect(value(await services.storeLoad(signatures(prepared.blinded, packs)))).toBe(32 * packs);
}

const buy = (amountMinutes: number) => ({ id: random(16), amountMinutes, day: DAY });

describe.each([
  ['extended length', true],
  ['chaining and GET RESPONSE', false],
])('with %s', (_, extended) => {
  it('a load is signed by the wallet over its canonical body, stored, and paid with', async () => {
    const card = newCard(extended);
    const services = await servicesOf(card);
    const before = value(await services.account());
    expect(before).toMatchObject({ payableMinutes: 0, log: [], openLoad: undefined, freeSlots: 192 });
    const bar: number[] = [];
    const prepared = value(await services.prepareLoad(2, mint.keyset, (done) => bar.push(done)));
    expect(bar.at(-1)).toBe(64);
    const body = encode({
      g: before.g,
      kind: 'load',
      chain: CHAIN,
      packs: 2,
      keyset: mint.keyset.id,
      wallet: before.walletKey,
      blinded: prepared.blinded,
    });
    expect(toHex(prepared.digest)).toBe(toHex(crypto.sha256(body)));
    const signed = concat(ascii('timecard/1'), ascii(CHAIN), prepared.digest);
    expect(crypto.ed25519Verify(before.walletKey.subarray(1), signed, prepared.signature)).toBe(true);
    const open = value(await services.account()).openLoad;
    expect(open).toEqual({ packs: 2, keysetId: mint.keyset.id, digest: prepared.digest });
    expect(value(await services.prepareLoad(2, mint.keyset))).toEqual(prepared);
    expect(await services.prepareLoad(1, mint.keyset)).toMatchObject({ refusal: 'conditions_not_satisfied' });
    value(await services.storeLoad(signatures(prepared.blinded, 2)));
    expect(value(await services.account())).toMatchObject({
      payableMinutes: 600,
      openLoad: undefined,
      freeSlots: 128,
    });

    const at = till();
    const field = inField(card);
    const session = value(await opening(field, at));
    const purchase = buy(21);
    const payment = value(await session.spend(purchase));
    expect(payment.coupons.map((coupon) => coupon.exponent)).toEqual([4, 2, 0]);
    expect(value(await session.ack(purchase.id))).toBe(true);
    expect(card.ownerView()).toMatchObject({ payableMinutes: 579, pendingMinutes: 0 });
    const transcript = value(parseTranscript(SUITE_1, payment.transcript));
    expect(transcript.purchase).toEqual(purchase);
    expect(crypto.ed25519Verify(batchKey, transcript.message, transcript.signature)).toBe(true);
    const { bytesIn, bytesOut, frames } = field.spent();
    if (extended) {
      expect(frames).toBe(4);
      expect(bytesIn + bytesOut).toBeLessThanOrEqual(1_400);
    }
    const log = value(await (await servicesOf(card)).account()).log;
    expect(log).toMatchObject([{ day: DAY, minutes: 21, state: 'paid' }]);
  });

  it('eight coupons go over the air in at most 2 900 bytes', async () => {
    const card = newCard(extended);
    await load(card);
    const field = inField(card);
    const session = value(await opening(field, till()));
    value(await session.verify('pay', '1234'));
    // 64 + 32 + 32 + 32 + 16 + 16 + 16 + 8
    const purchase = buy(216);
    const payment = value(await session.spend(purchase));
    expect(payment.pin).toBe(true);
    expect(payment.coupons.length).toBe(8);
    value(await session.ack(purchase.id));
    const { bytesIn, bytesOut } = field.spent();
    // VERIFY included; chaining adds its frames' headers and status words.
    expect(bytesIn + bytesOut).toBeLessThanOrEqual(extended ? 2_900 : 3_000);
  });

  it('a tap torn between SPEND and ACK pays once', async () => {
    const card = newCard(extended);
    await load(card);
    const at = till();
    const purchase = buy(13);
    const first = value(await (await opened(card, at)).spend(purchase));
    card.powerOff();
    const second = await opened(card, at);
    expect(value(await second.spend(purchase))).toEqual(first);
    value(await second.ack(purchase.id));
    const third = await opened(card, at);
    expect(await third.spend(purchase)).toMatchObject({ refusal: 'already_paid' });
    value(await third.ack(purchase.id));
    expect(card.ownerView()).toMatchObject({ payableMinutes: 287, pendingMinutes: 0 });
    const other = await opened(card, till());
    expect(await other.ack(purchase.id)).toMatchObject({ refusal: 'not_found' });
  });

  it('a tap torn at any write to the card, and tapped again, pays once', async () => {
    const loaded = newCard(extended);
    await load(loaded);
    const image = loaded.image();
    const tap = async (card: SimulatedCard, at: Till, purchase: ReturnType<typeof buy>) => {
      const session = await opening(inField(card), at);
      if (!session.ok) return session.refusal;
      const spent = await session.value.spend(purchase);
      if (!spent.ok && spent.refusal !== 'already_paid') return spent.refusal;
      const acknowledged = await session.value.ack(purchase.id);
      return acknowledged.ok ? 'paid' : acknowledged.refusal;
    };
    const whole = createCard(image, { random, extended });
    const before = whole.writes;
    expect(await tap(whole, till(), buy(13))).toBe('paid');
    const writes = whole.writes - before;
    expect(writes).toBeGreaterThan(5);
    for (const where of ['before', 'in', 'after'] as const)
      for (let n = 1; n <= writes; n++) {
        const card = createCard(image, { random, extended });
        const at = till();
        const purchase = buy(13);
        card.tearAt(n, { at: where });
        const first = await tap(card, at, purchase);
        expect(['card_left', 'paid'], `${where} write ${n}`).toContain(first);
        expect(await tap(card, at, purchase), `${where} write ${n}`).toBe('paid');
        const owner = card.ownerView();
        expect(owner, `${where} write ${n}`).toMatchObject({ payableMinutes: 287, pendingMinutes: 0 });
      }
  });

  it('walking away: the next OPEN at that till undoes it, at another till nothing is met', async () => {
    const card = newCard(extended);
    await load(card);
    const at = till();
    const purchase = buy(13);
    value(await (await opened(card, at)).spend(purchase));
    card.powerOff();
    const stranger = await opened(card, till(), { aborted: [purchase.id] });
    expect(stranger.metAborts).toEqual([]);
    const unknown = random(16);
    const again = await opened(card, at, { aborted: [unknown, purchase.id] });
    expect(again.metAborts).toEqual([purchase.id]);
    expect(card.ownerView()).toMatchObject({ payableMinutes: 287, pendingMinutes: 0, exposedMinutes: 13 });
    expect(await again.ack(purchase.id)).toMatchObject({ refusal: 'not_found' });
  });

  it('asks for the PIN above 60 minutes, counts its tries, is blocked and unblocked', async () => {
    const card = newCard(extended);
    await load(card);
    const session = await opened(card, till());
    expect(await session.spend(buy(61))).toMatchObject({ refusal: 'pin_needed' });
    expect(await session.verify('pay', '0000')).toEqual({ ok: false, refusal: 'wrong_pin', triesLeft: 2 });
    expect(await session.verify('services', '1234')).toMatchObject({ refusal: 'certificate_refused' });
    value(await session.verify('pay', '1234'));
    expect(await session.spend(buy(301))).toEqual({
      ok: false,
      refusal: 'cannot_pay',
      nearest: { below: 216, above: 0 }, // 64 + 3 × 32 + 3 × 16 + 8: eight coupons
    });
    expect(value(await session.spend(buy(61))).pin).toBe(true);

    const blocked = await opened(card, till());
    for (const triesLeft of [2, 1]) expect(await blocked.verify('pay', '0000')).toMatchObject({ triesLeft });
    await blocked.verify('pay', '0000');
    expect(await blocked.verify('pay', '1234')).toMatchObject({ refusal: 'pin_blocked' });
    const services = cardServices(blocked);
    expect(await services.unblock('00000000', '4321')).toEqual({
      ok: false,
      refusal: 'wrong_pin',
      triesLeft: 7,
    });
    value(await services.unblock('12345678', '4321'));
    value(await services.changePin('4321', '98765'));
    value(await (await opened(card, till())).verify('pay', '98765'));
  });

  it('says nothing about a balance without the PIN', async () => {
    const card = newCard(extended);
    const session = await opened(card, till());
    expect(await session.spend(buy(5))).toEqual({ ok: false, refusal: 'cannot_pay', nearest: undefined });
    expect(await cardServices(session).account()).toMatchObject({ refusal: 'pin_needed' });
  });

  it('refuses a certificate of a foreign office, of an older epoch, of another terminal, and spends nothing at services', async () => {
    const card = newCard(extended);
    await load(card);
    const at = till();
    const certificates = [
      at.certificate('sale', 82, random(32)),
      at.certificate('sale', 81),
      at.certificate('sale', 82 + 121),
      till().certificate('sale'),
    ];
    for (const certificate of certificates)
      expect(await opening(inField(card), at, { certificate })).toMatchObject({
        refusal: 'certificate_refused',
      });
    const services = await opened(card, at, { role: 'services' });
    value(await services.verify('services', '1234'));
    expect(await services.spend(buy(5))).toMatchObject({ refusal: 'cannot_pay' });
    expect(card.ownerView().payableMinutes).toBe(300);
  });

  it('a load torn while it is stored goes on from what the card has kept', async () => {
    const card = newCard(extended);
    const services = await servicesOf(card);
    const prepared = value(await services.prepareLoad(1, mint.keyset));
    const answers = signatures(prepared.blinded, 1);
    card.tearAt(12, { at: 'in' });
    expect(await services.storeLoad(answers)).toMatchObject({ refusal: 'card_left' });
    const later = await servicesOf(card);
    const open = value(await later.account()).openLoad;
    expect(open).toMatchObject({ packs: 1, digest: prepared.digest });
    value(await later.storeLoad(answers));
    expect(value(await later.account())).toMatchObject({ payableMinutes: 300, openLoad: undefined });
  });

  it('a claim is signed over its canonical body', async () => {
    const services = await servicesOf(newCard(extended));
    const { walletKey } = value(await services.account());
    const [workload, revision] = [random(32), random(32)];
    const signed = value(await services.signClaim(workload, revision));
    const body = encode({ kind: 'claim', chain: CHAIN, revision, workload });
    expect(toHex(signed.digest)).toBe(toHex(crypto.sha256(body)));
    const message = concat(ascii('timecard/1'), ascii(CHAIN), signed.digest);
    expect(crypto.ed25519Verify(walletKey.subarray(1), message, signed.signature)).toBe(true);
  });
});
