/** APDUs: the seven forms of ISO 7816-4 §5.1 with bytes from published standards, answers, status words, garbage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexBytes, toHex } from '../../src/bytes.ts';
import {
  type Command,
  encodeCommand,
  needsExtended,
  parseCommand,
  parseResponse,
} from '../../src/card/apdu.ts';
import { readStatus, STATUS_REFUSALS } from '../../src/card/status-word.ts';

const command = (header: string, data: string, ne: number): Command => {
  const [cla, ins, p1, p2] = hexBytes(header) as unknown as [number, number, number, number];
  return { cla, ins, p1, p2, data: hexBytes(data), ne };
};
const PSE = '315041592e5359532e4444463031';
const U2F = 'ab'.repeat(64);

/** Name, command, its form, its bytes. */
const FORMS: [string, Command, 'shortest' | 'extended', string][] = [
  ['case 1: DEACTIVATE FILE (ISO 7816-9)', command('00040000', '', 0), 'shortest', '00040000'],
  ['case 2S: GET CHALLENGE of 8 (ICAO 9303-11)', command('00840000', '', 8), 'shortest', '0084000008'],
  ['case 2S: READ RECORD of 256 (EMV book 1)', command('00b2010c', '', 256), 'shortest', '00b2010c00'],
  ['case 3S: SELECT EF.COM (ICAO 9303-11)', command('00a4020c', '011e', 0), 'shortest', '00a4020c02011e'],
  ['case 4S: SELECT PSE (EMV book 1)', command('00a40400', PSE, 256), 'shortest', `00a404000e${PSE}00`],
  ['case 2E: READ BINARY of 65 536', command('00b00000', '', 65_536), 'shortest', '00b00000000000'],
  ['case 2E: READ BINARY of 257', command('00b00000', '', 257), 'shortest', '00b00000000101'],
  ['case 3E: PUT DATA of 2 on demand', command('00da0101', 'aabb', 0), 'extended', '00da0101000002aabb'],
  [
    'case 4E: U2F REGISTER (FIDO U2F)',
    command('00010300', U2F, 65_536),
    'shortest',
    `00010300000040${U2F}0000`,
  ],
  [
    'case 3E: 256 bytes',
    command('84300000', '00'.repeat(256), 0),
    'shortest',
    `84300000000100${'00'.repeat(256)}`,
  ],
];

describe('commands', () => {
  it.each(FORMS)('%s', (_, made, form, hex) => {
    expect(toHex(encodeCommand(made, form))).toBe(hex);
    expect(parseCommand(hexBytes(hex))).toEqual({ ok: true, value: made });
  });

  it('needs the extended form beyond 255 bytes of data or 256 wanted', () => {
    const needs = (data: number, ne: number) =>
      needsExtended({ ...command('84300000', '', ne), data: new Uint8Array(data) });
    expect([needs(0, 0), needs(255, 256), needs(256, 0), needs(0, 257)]).toEqual([false, false, true, true]);
  });

  it('refuses lengths that no form has', () => {
    const wrong = [
      '',
      '00',
      '00a404',
      '0084000002aa',
      '00a4040002aabb0001',
      '008400000001',
      '00da010100000000',
      '00da0101000002aa',
      '00da0101000002aabb00',
      '00da0101000002aabb000001',
    ];
    for (const hex of wrong) expect(parseCommand(hexBytes(hex)), hex).toMatchObject({ ok: false });
  });

  it('throws at numbers that are no bytes and lengths beyond 16 bits: bugs', () => {
    const good = command('84300000', '', 0);
    for (const bad of [{ ins: 256 }, { p1: -1 }, { cla: 0xff }, { p2: 1.5 }, { ne: 65_537 }, { ne: -1 }])
      expect(() => encodeCommand({ ...good, ...bad })).toThrow();
    expect(() => encodeCommand({ ...good, data: new Uint8Array(65_536) })).toThrow();
  });

  it('any command is read back; any bytes are refused as a value or spelled one of two ways', () => {
    const byte = fc.integer({ min: 0, max: 254 });
    const some = fc.record({
      cla: byte,
      ins: byte,
      p1: byte,
      p2: byte,
      data: fc.uint8Array({ maxLength: 300 }),
      ne: fc.constantFrom(0, 1, 255, 256, 257, 65_535, 65_536),
    });
    fc.assert(
      fc.property(some, fc.constantFrom('shortest' as const, 'extended' as const), (made, form) => {
        expect(parseCommand(encodeCommand(made, form))).toEqual({ ok: true, value: made });
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
        const read = parseCommand(input);
        if (!read.ok || read.value.cla === 0xff) return;
        const spellings = [encodeCommand(read.value), encodeCommand(read.value, 'extended')].map(toHex);
        expect(spellings).toContain(toHex(input));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('answers', () => {
  it('are data and a status word', () => {
    expect(parseResponse(hexBytes('9000'))).toEqual({
      ok: true,
      value: { data: new Uint8Array(0), sw: 0x9000 },
    });
    expect(parseResponse(hexBytes('aabb6a82'))).toEqual({
      ok: true,
      value: { data: hexBytes('aabb'), sw: 0x6a82 },
    });
    for (const hex of ['', '90'])
      expect(parseResponse(hexBytes(hex))).toMatchObject({ refusal: 'apdu_length' });
    for (const hex of ['0000', 'ffff', '6000', 'aa5a00'])
      expect(parseResponse(hexBytes(hex))).toMatchObject({ refusal: 'apdu_status' });
    expect(parseResponse(new Uint8Array(65_539).fill(0x90))).toMatchObject({ refusal: 'apdu_length' });
  });

  it('any bytes are answered with a value', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (input) => void parseResponse(input)));
  });
});

describe('status words', () => {
  it.each([
    ['9000', 'ok'],
    ['63c2', 'wrong_pin'],
    ['6700', 'wrong_length'],
    ['6982', 'pin_needed'],
    ['6983', 'pin_blocked'],
    ['6984', 'certificate_refused'],
    ['6985', 'conditions_not_satisfied'],
    ['6988', 'channel_broken'],
    ['6a80', 'wrong_data'],
    ['6a82', 'not_found'],
    ['6a84', 'no_room'],
    ['6a86', 'not_supported'],
    ['6a89', 'already_paid'],
    ['6d00', 'not_supported'],
    ['6e00', 'not_supported'],
    ['6f00', 'wrong_answer'],
    ['6100', 'wrong_answer'],
    ['9001', 'wrong_answer'],
  ])('%s is %s', (hex, kind) => {
    const sw = Number.parseInt(hex, 16);
    expect(readStatus(sw, 'other').kind).toBe(kind);
    expect(readStatus(sw, 'spend').kind).toBe(hex === '6985' ? 'cannot_pay' : kind);
  });

  it('says how many tries are left, and every number has one meaning', () => {
    expect(readStatus(0x63c0, 'other')).toEqual({ kind: 'wrong_pin', triesLeft: 0 });
    expect(readStatus(0x63cf, 'spend')).toEqual({ kind: 'wrong_pin', triesLeft: 15 });
    const known = new Set<string>(['ok', ...STATUS_REFUSALS]);
    for (let sw = 0; sw <= 0xffff; sw++) expect(known.has(readStatus(sw, 'other').kind)).toBe(true);
  });
});
