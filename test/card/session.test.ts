/** The terminal's conversation with cards of every kind: what is accepted, what is refused and by which name, what goes over the air. */
import * as node from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as crypto } from '../../crypto/node.ts';
import { SESSION_REFUSALS } from '../../main/card-line.ts';
import { openSession, prepareTap, type Session } from '../../main/card-session.ts';
import { toHex } from '../../src/bytes.ts';
import { parseTranscript } from '../../src/card/attestation.ts';
import { issueCertificate } from '../../src/card/certificate.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { type Batch, createBatch, createMint, type Mint, trustIn } from './mint.ts';
import { object, type Script, type Seen, scriptedCard, type Told, valueAt, word } from './scripted-card.ts';

const NONE = Buffer.alloc(0);
const random = (bytes: number) => new Uint8Array(node.randomBytes(bytes));
const staticSecret = new Uint8Array(32).fill(0x71);
const till = crypto.x25519Public(staticSecret);
const certificate = issueCertificate(crypto, SUITE_1, new Uint8Array(32).fill(0x0f), till, {
  outlet: new Uint8Array(16).fill(0x33),
  role: 'sale',
  epoch: 82,
});
const purchase = { id: new Uint8Array(16).fill(0xaa), amountMinutes: 21, day: 20_779 };
const EIGHT = [8, 7, 6, 5, 4, 3, 2, 1];

let mint: Mint;
let other: Mint;
let batch: Batch;
beforeAll(() => {
  mint = createMint();
  other = createMint();
  batch = createBatch();
});

/** SPEND answered honestly, unless a part is given. */
interface Part {
  coupons?: Buffer[];
  pin?: number;
  day?: number;
  id?: Buffer;
  terminal?: Buffer;
  signer?: Batch;
  batchId?: Buffer;
}

function spent(seen: Seen, data: Buffer, part: Part): Told {
  const coupons = part.coupons ?? [4, 2, 0].map((exponent) => mint.coupon(exponent));
  const message = Buffer.concat([
    Buffer.from('timecard/spend'),
    Buffer.from([1]),
    part.terminal ?? seen.terminalKey,
    part.id ?? (valueAt(0x80, data) as Buffer),
    valueAt(0x81, data) as Buffer,
    Buffer.from([part.pin ?? 0]),
    part.day === undefined ? (valueAt(0x82, data) as Buffer) : word(part.day),
    ...coupons.map((coupon) => coupon.subarray(0, 35)),
  ]);
  const signature = (part.signer ?? batch).sign(message);
  const fields = [object(0x80, part.batchId ?? batch.id), object(0x81, signature), object(0x82, ...coupons)];
  return { data: Buffer.concat(fields), sw: 0x9000 };
}

const paying =
  (part: Part = {}): NonNullable<Script['on']> =>
  (ins, data, _p1, _p2, seen) =>
    ins === 0x30 ? spent(seen, data, part) : { data: NONE, sw: 0x9000 };

const saying =
  (sw: number, data: Buffer = NONE): NonNullable<Script['on']> =>
  () => ({ data, sw });

function open(script: Script, change: { aborted?: Uint8Array[]; trust?: ReturnType<typeof trustIn> } = {}) {
  const card = scriptedCard(script);
  const trust = change.trust ?? trustIn([mint.keyset], [batch]);
  const aborted = change.aborted ?? [];
  return { card, session: openSession(card, { crypto, random, staticSecret, certificate, aborted, trust }) };
}

async function opened(script: Script, change: Parameters<typeof open>[1] = {}): Promise<Session> {
  const session = await open(script, change).session;
  if (!session.ok) throw new Error(session.refusal);
  return session.value;
}

describe('OPEN', () => {
  it('shows the card the till key and its certificate, and nothing in the clear but an ephemeral', async () => {
    const { card, session } = open({});
    expect((await session).ok).toBe(true);
    expect(toHex(card.seen().terminalKey)).toBe(toHex(till));
    expect(toHex(card.seen().certificate)).toBe(toHex(certificate));
    expect(card.seen().aborted).toBeUndefined();
    const air = card.commands().map(toHex).join();
    expect(air).not.toContain(toHex(till));
    expect(air).not.toContain(toHex(certificate.subarray(8, 24)));
  });

  it('carries the aborted ids and says which were met', async () => {
    const ids = [1, 2, 3].map((fill) => new Uint8Array(16).fill(fill));
    const answer = { data: object(0x80, Buffer.from([0, 1, 1])), sw: 0x9000 };
    const { card, session } = open({ open: () => answer }, { aborted: ids });
    const done = await session;
    expect(toHex(card.seen().aborted as Buffer)).toBe(ids.map(toHex).join(''));
    expect(done.ok && done.value.metAborts).toEqual(ids.slice(1));
  });

  it('draws a fresh ephemeral for each session and lets a prepared one serve once', async () => {
    const prepared = prepareTap(crypto, random, staticSecret);
    const options = {
      crypto,
      random,
      staticSecret,
      certificate,
      aborted: [],
      trust: trustIn([], []),
      prepared,
    };
    const first = scriptedCard({});
    expect((await openSession(first, options)).ok).toBe(true);
    await expect(openSession(scriptedCard({}), options)).rejects.toThrow('once');
    const { card, session } = open({});
    await session;
    const message = (commands: readonly Uint8Array[]) => toHex((commands[1] as Uint8Array).subarray(5, 37));
    expect(message(first.commands())).not.toBe(message(card.commands()));
  });

  it.each<[string, Script]>([
    ['not_a_timecard', { air: () => word(0x6a82) }],
    ['not_a_timecard', { air: () => word(0x9000) }],
    ['not_a_timecard', { air: (answer) => answer.subarray(2) }],
    ['not_a_timecard', { air: () => Buffer.from([0x90]) }],
    ['not_a_timecard', { offices: Buffer.alloc(9) }],
    ['not_supported', { version: 2 }],
    ['not_supported', { suites: [2] }],
    ['certificate_refused', { open: () => ({ clear: 0x6984 }) }],
    ['channel_broken', { open: () => ({ clear: 0x6988 }) }],
    ['wrong_answer', { open: () => ({ clear: 0x6f00 }) }],
    [
      'channel_broken',
      { air: (answer, n) => (n === 1 ? Buffer.concat([Buffer.alloc(18), word(0x9000)]) : answer) },
    ],
    ['wrong_answer', { open: () => ({ data: object(0x80, Buffer.from([1])), sw: 0x9000 }) }],
    ['wrong_answer', { open: () => ({ data: object(0x81), sw: 0x9000 }) }],
    ['card_left', { air: () => 'card_left' }],
    ['card_left', { air: (answer, n) => (n === 1 ? 'card_left' : answer) }],
    ['card_mute', { air: (answer, n) => (n === 1 ? 'card_mute' : answer) }],
    ['reader_failed', { air: () => 'reader_failed' }],
  ])('%s %#', async (refusal, script) => {
    expect(await open(script).session).toMatchObject({ ok: false, refusal });
  });

  it('takes suite 1 from a card that also speaks a later one', async () => {
    expect((await open({ suites: [2, 1] }).session).ok).toBe(true);
  });

  it('notices a SELECT answer altered on the way: the suite cannot be talked down', async () => {
    const script: Script = {
      suites: [2, 1],
      air: (answer, n) =>
        n === 0 ? Buffer.from(answer.toString('hex').replace('81020201', '81020101'), 'hex') : answer,
    };
    await expect(open(script).session).rejects.toThrow(); // the scripted card cannot decrypt message 2
  });
});

describe('SPEND', () => {
  it('gives verified coupons, the attestation and a transcript that stands alone', async () => {
    const session = await opened({ on: paying() });
    const payment = await session.spend(purchase);
    if (!payment.ok) throw new Error(payment.refusal);
    expect(payment.value.coupons.map((coupon) => coupon.exponent)).toEqual([4, 2, 0]);
    expect(payment.value.coupons[0]?.keyset).toEqual(mint.keyset.id);
    expect(payment.value.pin).toBe(false);
    const transcript = parseTranscript(SUITE_1, payment.value.transcript);
    if (!transcript.ok) throw new Error(transcript.refusal);
    expect(transcript.value.purchase).toEqual(purchase);
    const { message, signature } = transcript.value;
    expect(crypto.ed25519Verify(batch.key, message, signature)).toBe(true);
    expect(await session.ack(purchase.id)).toEqual({ ok: true, value: true });
  });

  it.each<[string, () => Part]>([
    ['wrong_sum', () => ({ coupons: [mint.coupon(4), mint.coupon(2)] })],
    ['wrong_sum', () => ({ coupons: [mint.coupon(4), mint.coupon(2), mint.coupon(1)] })],
    ['wrong_answer', () => ({ coupons: [mint.coupon(2), mint.coupon(4), mint.coupon(0)] })],
    [
      'wrong_answer',
      () => {
        const twice = mint.coupon(3);
        return { coupons: [twice, twice, mint.coupon(2), mint.coupon(0)] };
      },
    ],
    [
      'wrong_answer',
      () => ({ coupons: [3, 3, 0, 0, 0, 0, 0].concat([0, 0]).map((exponent) => mint.coupon(exponent)) }),
    ],
    ['wrong_answer', () => ({ coupons: [] })],
    ['unknown_keyset', () => ({ coupons: [4, 2, 0].map((exponent) => other.coupon(exponent)) })],
    [
      'bad_coupon',
      () => {
        const coupons = [4, 2, 0].map((exponent) => mint.coupon(exponent));
        const last = coupons[2] as Buffer;
        last.writeUInt8((last.at(-1) as number) ^ 1, last.length - 1);
        return { coupons };
      },
    ],
    [
      'bad_coupon',
      () => {
        const [small, ...rest] = [2, 2, 0].map((exponent) => mint.coupon(exponent)) as [
          Buffer,
          Buffer,
          Buffer,
        ];
        small.writeUInt8(4, 2); // a coupon of 4 minutes that says 16
        return { coupons: [small, ...rest] };
      },
    ],
    ['unknown_batch', () => ({ batchId: Buffer.alloc(8) })],
    ['bad_attestation', () => ({ signer: createBatch(), batchId: batch.id })],
    ['bad_attestation', () => ({ id: Buffer.alloc(16) })],
    ['bad_attestation', () => ({ day: 20_780 })],
    ['bad_attestation', () => ({ terminal: Buffer.alloc(32, 9) })],
  ])('%s %#', async (refusal, part) => {
    const session = await opened({ on: paying(part()) });
    expect(await session.spend(purchase)).toMatchObject({ ok: false, refusal });
  });

  it('finds the keyset among two that share their first two bytes', async () => {
    const prefix = mint.keyset.id.subarray(0, 2);
    const twin = {
      id: Uint8Array.from([...prefix, ...other.keyset.id.subarray(2)]),
      keys: other.keyset.keys,
    };
    const trust = trustIn([twin, mint.keyset], [batch]);
    const session = await opened({ on: paying() }, { trust });
    const payment = await session.spend(purchase);
    expect(payment.ok && payment.value.coupons.every((coupon) => coupon.keyset === mint.keyset.id)).toBe(
      true,
    );
  });

  it('takes the signature of a torn tap again, whatever its PIN flag was', async () => {
    const withPin = await opened({ on: paying({ pin: 1 }) });
    expect(await withPin.spend(purchase)).toMatchObject({ ok: true, value: { pin: true } });
    const without = await opened({ on: paying({ pin: 0 }) });
    expect(await without.verify('pay', '1234')).toEqual({ ok: true, value: true });
    expect(await without.spend(purchase)).toMatchObject({ ok: true, value: { pin: false } });
  });

  it('says what a card refuses', async () => {
    const say = async (sw: number, data?: Buffer) => (await opened({ on: saying(sw, data) })).spend(purchase);
    expect(await say(0x6982)).toMatchObject({ refusal: 'pin_needed' });
    expect(await say(0x6985)).toEqual({ ok: false, refusal: 'cannot_pay', nearest: undefined });
    const nearest = object(0x83, Buffer.from([0, 20, 0, 22]));
    expect(await say(0x6985, nearest)).toEqual({
      ok: false,
      refusal: 'cannot_pay',
      nearest: { below: 20, above: 22 },
    });
    expect(await say(0x6985, Buffer.from([0x83]))).toMatchObject({ refusal: 'wrong_answer' });
    expect(await say(0x6a89)).toMatchObject({ refusal: 'already_paid' });
    expect(await say(0x6a80)).toMatchObject({ refusal: 'wrong_data' });
    expect(await say(0x6f00)).toMatchObject({ refusal: 'wrong_answer' });
  });

  it('goes on after a refusal: another amount, or the PIN', async () => {
    let asked = 0;
    const on: Script['on'] = (ins, data, _p1, _p2, seen) => {
      if (ins !== 0x30) return { data: NONE, sw: 0x9000 };
      return asked++ === 0 ? { data: NONE, sw: 0x6982 } : spent(seen, data, { pin: 1 });
    };
    const session = await opened({ on });
    expect(await session.spend(purchase)).toMatchObject({ refusal: 'pin_needed' });
    expect((await session.verify('pay', '1234')).ok).toBe(true);
    expect(await session.spend(purchase)).toMatchObject({ ok: true, value: { pin: true } });
  });
});

describe('VERIFY and ACK', () => {
  it('give tries left, and ask no card for what is no PIN', async () => {
    const { card, session } = open({ on: saying(0x63c2) });
    const talk = await session;
    if (!talk.ok) throw new Error(talk.refusal);
    expect(await talk.value.verify('services', '1234')).toEqual({
      ok: false,
      refusal: 'wrong_pin',
      triesLeft: 2,
    });
    const before = card.commands().length;
    expect(await talk.value.verify('pay', '12')).toMatchObject({ refusal: 'wrong_data' });
    expect(card.commands().length).toBe(before);
    expect(await (await opened({ on: saying(0x6983) })).verify('pay', '1234')).toMatchObject({
      refusal: 'pin_blocked',
    });
    expect(await (await opened({ on: saying(0x6a82) })).ack(purchase.id)).toMatchObject({
      refusal: 'not_found',
    });
    expect(await (await opened({ on: saying(0x9000, object(0x80)) })).ack(purchase.id)).toMatchObject({
      refusal: 'wrong_answer',
    });
  });
});

describe('the line', () => {
  const flip = (answer: Buffer) => Buffer.from(answer.map((byte, i) => (i === 3 ? byte ^ 1 : byte)));
  it.each<[string, NonNullable<Script['air']>]>([
    ['channel_broken', (answer, n) => (n > 1 ? word(0x6988) : answer)],
    ['channel_broken', (answer, n) => (n > 1 ? word(0x6985) : answer)],
    ['channel_broken', (answer, n) => (n > 1 ? word(0x9000) : answer)],
    ['channel_broken', (answer, n) => (n > 1 ? Buffer.from([0]) : answer)],
    ['channel_broken', (answer, n) => (n > 1 ? flip(answer) : answer)],
    ['card_left', (answer, n) => (n > 1 ? 'card_left' : answer)],
    ['card_mute', (answer, n) => (n > 1 ? 'card_mute' : answer)],
    ['reader_failed', (answer, n) => (n > 1 ? 'reader_failed' : answer)],
  ])('%s ends it for good %#', async (refusal, air) => {
    const { card, session } = open({ on: paying(), air });
    const talk = await session;
    if (!talk.ok) throw new Error(talk.refusal);
    expect(await talk.value.spend(purchase)).toMatchObject({ ok: false, refusal });
    const before = card.commands().length;
    expect(await talk.value.ack(purchase.id)).toMatchObject({ refusal: 'session_over' });
    expect(card.commands().length).toBe(before);
  });

  it('refuses an answer of the same session played again, and any answer of another session', async () => {
    const heard: Buffer[] = [];
    const on: Script['on'] = () => ({ data: NONE, sw: 0x9000 });
    const air: Script['air'] = (answer, n) => {
      heard.push(answer);
      return n === 3 ? (heard[2] as Buffer) : answer;
    };
    const session = await opened({ on, air });
    expect((await session.ack(purchase.id)).ok).toBe(true);
    expect(await session.ack(purchase.id)).toMatchObject({ refusal: 'channel_broken' });
    for (let n = 1; n < 3; n++) {
      const old = heard[n] as Buffer;
      const replayed = open({ on, air: (answer, at) => (at === n ? old : answer) });
      const opening = await replayed.session;
      const last = opening.ok ? await opening.value.ack(purchase.id) : opening;
      expect(last).toMatchObject({ refusal: 'channel_broken' });
    }
  });

  it('takes one command at a time and none after it is closed', async () => {
    const session = await opened({ on: paying() });
    const first = session.ack(purchase.id);
    await expect(session.ack(purchase.id)).rejects.toThrow('one command');
    expect((await first).ok).toBe(true);
    const meanwhile = session.ack(purchase.id);
    session.close();
    expect(await meanwhile).toMatchObject({ refusal: 'session_over' });
    expect(await session.spend(purchase)).toMatchObject({ refusal: 'session_over' });
  });

  it('answers any bytes at any exchange with a refusal of the list', async () => {
    const known = new Set<string>(SESSION_REFUSALS);
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Uint8Array.from([...bytes, 0x90, 0x00])),
    );
    const told = fc.uint8Array({ maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(garbage, told, fc.integer({ min: 0, max: 4 }), async (bytes, data, at) => {
        // Exchange 0 to 2: any bytes on the air. 3 and 4: any data inside the channel.
        const script: Script = {
          on: () => ({ data, sw: 0x9000 }),
          air: (answer, n) => (n === at ? bytes : answer),
        };
        const session = await open(script).session;
        const last = session.ok ? await session.value.spend(purchase) : session;
        expect(last.ok).toBe(false);
        if (!last.ok) expect(known.has(last.refusal)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('bytes on the air', () => {
  const sale = async (exponents: number[]) => {
    const amountMinutes = exponents.reduce((sum, exponent) => sum + 2 ** exponent, 0);
    const { card, session } = open({ on: paying({ coupons: exponents.map((one) => mint.coupon(one)) }) });
    const talk = await session;
    if (!talk.ok) throw new Error(talk.refusal);
    const payment = await talk.value.spend({ ...purchase, amountMinutes });
    expect(payment).toMatchObject({ ok: true });
    expect((await talk.value.ack(purchase.id)).ok).toBe(true);
    return card.spent();
  };
  it('are at most 1 400 with 3 coupons and 2 900 with 8, in four commands', async () => {
    const three = await sale([4, 2, 0]);
    expect(three.frames).toBe(4);
    expect(three.bytesOut + three.bytesIn).toBeLessThanOrEqual(1_400);
    const eight = await sale(EIGHT);
    expect(eight.bytesOut + eight.bytesIn).toBeLessThanOrEqual(2_900);
    // Every coupon costs its 291 bytes and nothing else.
    expect(eight.bytesOut + eight.bytesIn - three.bytesOut - three.bytesIn).toBe(5 * 291);
  });
});
