/** Certificate, attestation, commands: bytes written out by hand from docs/card-protocol.md; garbage is refused as a value. */

import * as node from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto as crypto } from '../../crypto/node.ts';
import { concat, hexBytes, toHex } from '../../src/bytes.ts';
import {
  batchId,
  encodeTranscript,
  parseTranscript,
  spendMessage,
  transcriptBytes,
  verifyAttestation,
} from '../../src/card/attestation.ts';
import {
  certificateBytes,
  certificateMessage,
  epochOf,
  issueCertificate,
  officeKeyId,
  parseCertificate,
  verifyCertificate,
} from '../../src/card/certificate.ts';
import * as commands from '../../src/card/commands.ts';
import { parseCoupons } from '../../src/card/coupon-wire.ts';
import * as services from '../../src/card/service-commands.ts';
import { chooseSuite, SUITE_1, suiteOf } from '../../src/card/suite.ts';
import { couponMinutes } from '../../src/coupons/denominations.ts';

const OUTLET = hexBytes('00112233445566778899aabbccddeeff');
const TILL = new Uint8Array(32).fill(0x71);
const SEED = new Uint8Array(32).fill(0x0f);
const OFFICE = crypto.ed25519Public(SEED);

describe('certificate', () => {
  const head = { outlet: OUTLET, role: 'sale' as const, epoch: 82 };
  const bytes = issueCertificate(crypto, SUITE_1, SEED, TILL, head);

  it('is 91 bytes, signed over the message of the page', () => {
    const message = Buffer.concat([
      Buffer.from('timecard/certificate'),
      Buffer.from([1]),
      TILL,
      OUTLET,
      Buffer.from([1, 0, 82]),
    ]);
    expect(toHex(certificateMessage(SUITE_1, TILL, head))).toBe(message.toString('hex'));
    expect(bytes.length).toBe(91);
    expect(certificateBytes(SUITE_1)).toBe(91);
    const id = node.createHash('sha256').update(OFFICE).digest('hex').slice(0, 16);
    expect(toHex(bytes.subarray(0, 27))).toBe(`${id}${toHex(OUTLET)}010052`);
    expect(toHex(officeKeyId(crypto, OFFICE))).toBe(id);
    const key = node.createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), OFFICE]),
      format: 'der',
      type: 'spki',
    });
    expect(node.verify(null, message, key, bytes.subarray(27))).toBe(true);
  });

  it('is verified by its office for its key, and by nothing else', () => {
    const verify = (office: Uint8Array, till: Uint8Array, what: Uint8Array) =>
      verifyCertificate(crypto, SUITE_1, office, till, what);
    expect(verify(OFFICE, TILL, bytes)).toMatchObject({
      ok: true,
      value: { role: 'sale', epoch: 82, outlet: OUTLET },
    });
    expect(verify(TILL, TILL, bytes)).toMatchObject({ refusal: 'foreign_office' });
    expect(verify(OFFICE, OFFICE, bytes)).toMatchObject({ refusal: 'bad_signature' });
    expect(verify(OFFICE, TILL, bytes.subarray(1))).toMatchObject({ refusal: 'wrong_length' });
    for (let i = 8; i < bytes.length; i++) {
      const altered = bytes.slice();
      altered[i] = (altered[i] as number) ^ 1;
      expect(verify(OFFICE, TILL, altered)).toMatchObject({
        refusal: i === 24 ? 'unknown_role' : 'bad_signature',
      });
    }
    const services = issueCertificate(crypto, SUITE_1, SEED, TILL, { ...head, role: 'services' });
    expect(verify(OFFICE, TILL, services)).toMatchObject({ ok: true, value: { role: 'services' } });
  });

  it('any bytes of its length are split or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
        const parsed = parseCertificate(SUITE_1, input);
        expect(parsed.ok).toBe(input.length === 91 && (input[24] === 1 || input[24] === 2));
      }),
    );
  });

  it('counts months since January 2020, as the calendar does', () => {
    const at = (iso: string) => Date.parse(iso) / 1000;
    expect(epochOf(at('2020-01-01T00:00:00Z'))).toBe(0);
    expect(epochOf(at('2019-12-31T23:59:59Z'))).toBe(-1);
    expect(epochOf(at('2026-11-22T12:00:00Z'))).toBe(82);
    for (let day = 0; day < 40_000; day++) {
      const seconds = at('2000-01-01T00:00:00Z') + day * 86_400 + (day % 86_400);
      const date = new Date(seconds * 1000);
      expect(epochOf(seconds)).toBe((date.getUTCFullYear() - 2020) * 12 + date.getUTCMonth());
    }
  });
});

describe('suites', () => {
  it('are chosen by what both speak', () => {
    expect(chooseSuite(Uint8Array.of(2, 1))).toBe(SUITE_1);
    expect(chooseSuite(Uint8Array.of(2))).toBeUndefined();
    expect(suiteOf(1)).toBe(SUITE_1);
    expect(suiteOf(2)).toBeUndefined();
  });
});

/** A coupon on the wire whose signature nobody checks here. */
const coupon = (exponent: number, serial: number) =>
  concat(
    hexBytes('abcd'),
    Uint8Array.of(exponent),
    new Uint8Array(32).fill(serial),
    new Uint8Array(256).fill(9),
  );
const list = (...coupons: Uint8Array[]) => parseCoupons(concat(...coupons));

describe('coupons on the wire', () => {
  it('are 1 to 8, in descending exponent, each serial once', () => {
    const three = list(coupon(4, 1), coupon(2, 2), coupon(2, 3));
    expect(three.ok && couponMinutes(three.value)).toBe(24);
    expect(three.ok && three.value[1]).toMatchObject({ keysetPrefix: hexBytes('abcd'), exponent: 2 });
    const eight = Array.from({ length: 8 }, (_, i) => coupon(8 - i, i));
    expect(list(...eight)).toMatchObject({ ok: true });
    for (const wrong of [
      [],
      [...eight, coupon(0, 9)],
      [coupon(2, 1), coupon(4, 2)],
      [coupon(9, 1)],
      [coupon(255, 1)],
      [coupon(2, 1), coupon(2, 1)],
      [coupon(2, 1).subarray(1)],
      [coupon(2, 1), Uint8Array.of(0)],
    ])
      expect(list(...wrong)).toMatchObject({ refusal: 'wrong_coupons' });
  });
});

describe('attestation', () => {
  const purchase = { id: new Uint8Array(16).fill(0xee), amountMinutes: 300, day: 20_779 };
  const parsed = list(coupon(8, 1), coupon(5, 2), coupon(3, 3), coupon(2, 4));
  if (!parsed.ok) throw new Error(parsed.refusal);
  const coupons = parsed.value;

  it('signs the message of the page', () => {
    const heads = coupons.map((one) => `abcd0${one.exponent}${toHex(one.serial)}`).join('');
    const hex = `${Buffer.from('timecard/spend').toString('hex')}01${toHex(TILL)}${'ee'.repeat(16)}012c01512b${heads}`;
    expect(toHex(spendMessage(SUITE_1, TILL, purchase, true, coupons))).toBe(hex);
  });

  it('verifies under either PIN flag and under nothing else, and its transcript comes apart again', () => {
    const message = spendMessage(SUITE_1, TILL, purchase, false, coupons);
    const signature = crypto.ed25519Sign(SEED, message);
    const verify = (change: object) =>
      verifyAttestation(crypto, SUITE_1, OFFICE, {
        terminalKey: TILL,
        purchase,
        coupons,
        signature,
        expected: true,
        ...change,
      });
    expect(verify({})).toMatchObject({ pin: false });
    expect(verify({ expected: false })).toMatchObject({ pin: false });
    expect(verify({ terminalKey: OFFICE })).toBeUndefined();
    expect(verify({ purchase: { ...purchase, day: 20_780 } })).toBeUndefined();
    expect(verify({ purchase: { ...purchase, amountMinutes: 299 } })).toBeUndefined();
    expect(verify({ purchase: { ...purchase, id: new Uint8Array(16) } })).toBeUndefined();
    expect(verify({ coupons: coupons.slice(1) })).toBeUndefined();
    const transcript = encodeTranscript(batchId(crypto, OFFICE), signature, message);
    expect(transcript.length).toBe(transcriptBytes(SUITE_1, 4));
    const read = parseTranscript(SUITE_1, transcript);
    expect(read).toMatchObject({
      ok: true,
      value: { purchase, pin: false, signature, message, terminalKey: TILL },
    });
    expect(read.ok && read.value.coupons.map((one) => one.exponent)).toEqual([8, 5, 3, 2]);
    expect(parseTranscript(SUITE_1, transcript.subarray(1))).toMatchObject({ refusal: 'wrong_transcript' });
    const other = transcript.slice();
    other[72] = 0x54;
    expect(parseTranscript(SUITE_1, other)).toMatchObject({ refusal: 'wrong_transcript' });
  });
});

const digits = (hex: string) => toHex(hexBytes(hex));
const plain = (command: commands.PlainCommand) => [command.ins, command.p1, command.p2, toHex(command.data)];

describe('commands, byte by byte', () => {
  const id = new Uint8Array(16).fill(0xaa);
  const AA = 'aa'.repeat(16);
  it('SELECT, OPEN, SPEND, ACK', () => {
    expect(commands.selectCommand()).toMatchObject({ cla: 0, ins: 0xa4, p1: 4, p2: 0, ne: 256 });
    expect(toHex(commands.AID)).toBe('f054494d45435244');
    expect(commands.openCommand(SUITE_1, id)).toMatchObject({ cla: 0x80, ins: 0x86, p1: 1, p2: 0, data: id });
    expect(toHex(commands.openPayload(Uint8Array.of(1, 2), []))).toBe('80020102');
    expect(toHex(commands.openPayload(Uint8Array.of(1, 2), [id, id]))).toBe(`800201028120${AA}${AA}`);
    const spend = commands.spendCommand({ id, amountMinutes: 258, day: 20_779 });
    expect(plain(spend)).toEqual([0x30, 0, 0, digits(`8010${AA}810201028202512b`)]);
    expect(plain(commands.ackCommand(id))).toEqual([0x32, 0, 0, `8010${AA}`]);
  });

  it('VERIFY, CHANGE, UNBLOCK', () => {
    const verify = commands.verifyCommand('pay', '1234');
    expect(verify.ok && plain(verify.value)).toEqual([0x20, 0, 1, '800431323334']);
    const owner = commands.verifyCommand('services', '12345678');
    expect(owner.ok && plain(owner.value)).toEqual([0x20, 0, 2, '80083132333435363738']);
    const change = commands.changeCommand('1234', '00000');
    expect(change.ok && plain(change.value)).toEqual([0x24, 0, 0, '80043132333481053030303030']);
    const unblock = commands.unblockCommand('12345678', '1234');
    expect(unblock.ok && plain(unblock.value)).toEqual([0x2c, 0, 0, '80083132333435363738810431323334']);
    for (const pin of ['', '123', '123456789', '12a4', '12 4', '１２３４', '-123'])
      expect(commands.verifyCommand('pay', pin)).toMatchObject({ refusal: 'wrong_data' });
    for (const puk of ['1234567', '1234567890123'])
      expect(commands.unblockCommand(puk, '1234')).toMatchObject({ refusal: 'wrong_data' });
  });

  it('ACCOUNT, PREPARE LOAD, SIGN, STORE', () => {
    expect(plain(services.accountCommand())).toEqual([0x34, 0, 0, '']);
    const moduli = Array.from({ length: 9 }, (_, i) => new Uint8Array(256).fill(i + 1));
    const begin = services.beginLoadCommand(2, moduli);
    expect(plain(begin).slice(0, 3)).toEqual([0x36, 1, 0]);
    expect(toHex(begin.data)).toBe(`80010281820900${moduli.map(toHex).join('')}`);
    expect(plain(services.blockCommand(3))).toEqual([0x36, 2, 3, '']);
    expect(plain(services.signLoadCommand())).toEqual([0x38, 1, 0, '']);
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const claim = plain(services.signClaimCommand(a, b));
    expect(claim).toEqual([0x38, 2, 0, `8020${'01'.repeat(32)}8120${'02'.repeat(32)}`]);
    const one = new Uint8Array(256).fill(7);
    expect(plain(services.storeCommand(1, [one]))).toEqual([0x3a, 0, 1, `80820100${toHex(one)}`]);
  });

  it('has no builder for what the page has not: bugs', () => {
    const purchase = { id, amountMinutes: 1, day: 1 };
    for (const bad of [
      { id: AA_SHORT },
      { amountMinutes: 0 },
      { amountMinutes: 65_536 },
      { day: 65_536 },
      { day: -1 },
    ])
      expect(() => commands.spendCommand({ ...purchase, ...bad })).toThrow();
    expect(() => commands.ackCommand(AA_SHORT)).toThrow();
    expect(() =>
      commands.openPayload(
        id,
        Array.from({ length: 9 }, () => id),
      ),
    ).toThrow();
    expect(() => commands.openPayload(id, [AA_SHORT])).toThrow();
    expect(() => services.beginLoadCommand(7, [])).toThrow();
    expect(() => services.storeCommand(0, [])).toThrow();
    expect(() => services.storeCommand(0, [id])).toThrow();
    expect(() => services.signClaimCommand(id, id)).toThrow();
  });
});
const AA_SHORT = new Uint8Array(15);

describe('answers, byte by byte', () => {
  const E = 'ee'.repeat(32);
  it('SELECT', () => {
    const hex = `6f3f8408f054494d45435244a533800101810201028208${'0f'.repeat(8)}8320${E}`;
    const selected = commands.parseSelected(hexBytes(hex));
    expect(selected).toMatchObject({ ok: true, value: { version: 1, suites: Uint8Array.of(1, 2) } });
    expect(selected.ok && toHex(selected.value.ephemeral)).toBe(E);
    expect(selected.ok && selected.value.officeKeyIds.map(toHex)).toEqual(['0f'.repeat(8)]);
    expect(commands.parseSelected(hexBytes(hex.replace('54494d', '54494e')))).toMatchObject({ ok: false });
    expect(commands.parseSelected(hexBytes('6f00'))).toMatchObject({ ok: false });
  });

  it('OPEN and cannot_pay', () => {
    expect(commands.parseOpened(new Uint8Array(0), 0)).toEqual({ ok: true, value: [] });
    expect(commands.parseOpened(hexBytes('80020100'), 2)).toEqual({ ok: true, value: [true, false] });
    for (const [hex, count] of [
      ['80020100', 0],
      ['', 2],
      ['80020100', 1],
      ['80020102', 2],
    ] as const)
      expect(commands.parseOpened(hexBytes(hex), count)).toMatchObject({ refusal: 'wrong_answer' });
    expect(commands.parseCannotPay(new Uint8Array(0))).toEqual({ ok: true, value: undefined });
    expect(commands.parseCannotPay(hexBytes('83040010012c'))).toEqual({
      ok: true,
      value: { below: 16, above: 300 },
    });
    expect(commands.parseCannotPay(hexBytes('8302ffff'))).toMatchObject({ refusal: 'wrong_answer' });
  });

  it('ACCOUNT', () => {
    const log = `512b${toHex(OUTLET)}001e01512a${toHex(OUTLET)}000500`;
    const load = `01${'cd'.repeat(32)}${'00'.repeat(32)}`;
    const hex = [
      '80040000012c',
      `812101${'dd'.repeat(32)}`,
      '8209060706060303010000',
      '830400000002',
      '840400000003',
      `852a${log}`,
      '86080102030405060708',
      `8741${load}`,
      '880200a0',
      `8a27020103000002bc${'ce'.repeat(32)}`,
      '8b0400000007',
      '8c080102030405060709',
      '8d0101',
    ].join('');
    const account = services.parseAccount(SUITE_1, hexBytes(hex));
    expect(account).toMatchObject({
      ok: true,
      value: {
        payableMinutes: 300,
        coupons: [6, 7, 6, 6, 3, 3, 1, 0, 0],
        exposedMinutes: 2,
        pendingMinutes: 3,
        log: [
          { day: 20_779, minutes: 30, state: 'paid', outlet: OUTLET },
          { day: 20_778, minutes: 5, state: 'pending' },
        ],
        openLoad: { packs: 1, digest: undefined },
        freeSlots: 160,
        openRefresh: undefined,
        recovery: {
          collecting: false,
          packs: 1,
          others: 3,
          minutes: 700,
          keysetId: hexBytes('ce'.repeat(32)),
        },
        deadMinutes: 7,
        batchId: hexBytes('0102030405060709'),
        wordsOpen: true,
      },
    });
    const without = hexBytes(hex.replace(`8741${load}`, ''));
    expect(services.parseAccount(SUITE_1, without)).toMatchObject({
      ok: true,
      value: { openLoad: undefined },
    });
    const state = hexBytes(hex.replace('000500', '000503'));
    expect(services.parseAccount(SUITE_1, state)).toMatchObject({ refusal: 'wrong_answer' });
  });

  it('PREPARE LOAD, SIGN, STORE', () => {
    const begun = hexBytes(`8020${E}81020040`);
    expect(services.parseBegunLoad(2, begun)).toMatchObject({ ok: true, value: { coupons: 64 } });
    expect(services.parseBegunLoad(1, begun)).toMatchObject({ refusal: 'wrong_answer' });
    const block = services.parseBlock(2, hexBytes(`82820200${'01'.repeat(256)}${'02'.repeat(256)}`));
    expect(block.ok && block.value.map((one) => one[0])).toEqual([1, 2]);
    expect(services.parseBlock(3, hexBytes(`82820200${'01'.repeat(512)}`))).toMatchObject({ ok: false });
    const signed = hexBytes(`8020${E}8140${'05'.repeat(64)}`);
    expect(services.parseSigned(SUITE_1, signed)).toMatchObject({ ok: true });
    expect(services.parseStored(32, hexBytes('80020020'))).toEqual({ ok: true, value: 32 });
    expect(services.parseStored(31, hexBytes('80020020'))).toMatchObject({ refusal: 'wrong_answer' });
    expect(services.loadBlocks(33)).toBe(5);
  });

  it('any bytes, and any good answer with one byte changed, are read or refused as a value', () => {
    const parsers = [
      commands.parseSelected,
      (input: Uint8Array) => commands.parseOpened(input, 3),
      (input: Uint8Array) => commands.parseSpent(SUITE_1, input),
      commands.parseCannotPay,
      parseCoupons,
      (input: Uint8Array) => parseTranscript(SUITE_1, input),
      (input: Uint8Array) => services.parseAccount(SUITE_1, input),
      (input: Uint8Array) => services.parseBegunLoad(1, input),
      (input: Uint8Array) => services.parseBlock(1, input),
      (input: Uint8Array) => services.parseSigned(SUITE_1, input),
      (input: Uint8Array) => services.parseStored(1, input),
    ];
    const spent = concat(
      hexBytes('8008'),
      new Uint8Array(8),
      hexBytes('8140'),
      new Uint8Array(64),
      hexBytes('82820123'),
      coupon(1, 1),
    );
    expect(commands.parseSpent(SUITE_1, spent)).toMatchObject({ ok: true });
    const garbage = fc.uint8Array({ maxLength: 700 });
    const changed = fc
      .tuple(fc.nat(spent.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, flip]) => spent.map((byte, i) => (i === at ? byte ^ flip : byte)));
    fc.assert(
      fc.property(fc.oneof(garbage, changed), fc.nat(parsers.length - 1), (input, which) => {
        const read = (parsers[which] as (typeof parsers)[number])(input);
        if (!read.ok) expect(['wrong_answer', 'wrong_coupons', 'wrong_transcript']).toContain(read.refusal);
      }),
      { numRuns: 5_000 },
    );
  });
});
