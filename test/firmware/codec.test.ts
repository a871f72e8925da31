import { createHash } from 'node:crypto';
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFrame } from '../../firmware-sim/apdu.ts';
import { answerToReset } from '../../firmware-sim/atr.ts';
import { claimBody, loadBody } from '../../firmware-sim/bodies.ts';
import { crc32 } from '../../firmware-sim/crc32.ts';
import { Sha256 } from '../../firmware-sim/sha256.ts';
import { exactly, parseTlvs, readFields, tlv } from '../../firmware-sim/tlv.ts';
import { ascii, concat, hexBytes, toHex } from '../../src/bytes.ts';

describe('BER-TLV (ISO 7816-4 §5.2.2)', () => {
  test('lengths 0, 127, 128, 255, 256, 65535 in their shortest form', () => {
    const heads = [0, 127, 128, 255, 256, 65_535].map((n) => {
      const bytes = tlv(0x80, new Uint8Array(n));
      expect(parseTlvs(bytes)?.[0]?.value.length).toBe(n);
      return toHex(bytes.slice(0, bytes.length - n));
    });
    expect(heads).toEqual(['8000', '807f', '808180', '8081ff', '80820100', '8082ffff']);
  });

  test.each([
    ['indefinite length', '8080000000'],
    ['81 below 128', `80817f${'00'.repeat(127)}`],
    ['82 below 256', `808200ff${'00'.repeat(255)}`],
    ['three length bytes', '8083000001aa'],
    ['reserved length byte', '80ff'],
    ['a tag of several bytes', '9f2101aa'],
    ['padding as a tag', '0000'],
    ['no length', '80'],
    ['half a length', '8181'],
    ['a value cut short', '8002aa'],
    ['a byte left over', '8001aa80'],
  ])('%s is refused', (_, hex) => {
    expect(parseTlvs(hexBytes(hex))).toBeUndefined();
  });

  test('a command takes exactly its fields, in order', () => {
    const rules = [exactly(0x80, 1), { tag: 0x81, min: 1, max: 2, optional: true }];
    const read = (hex: string) => readFields(hexBytes(hex), rules)?.map((v) => v && toHex(v));
    expect(read('8001aa')).toEqual(['aa', undefined]);
    expect(read('8001aa8102bbcc')).toEqual(['aa', 'bbcc']);
    for (const bad of [
      '',
      '8101bb',
      '8101bb8001aa',
      '8001aa8001aa',
      '8001aa8201bb',
      '8002aaaa',
      '8001aa8100',
    ])
      expect(read(bad), bad).toBeUndefined();
  });

  test('any bytes are a row of objects or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const found = parseTlvs(bytes);
        if (found !== undefined)
          expect(concat(...found.map((one) => tlv(one.tag, one.value)))).toEqual(bytes);
      }),
    );
  });
});

describe('command APDUs (ISO 7816-4 §5.1)', () => {
  test.each([
    ['1', '00a40400', 0, 0, false],
    ['2 short', '00a4040010', 0, 16, false],
    ['2 short, Le 00', '00a4040000', 0, 256, false],
    ['3 short', '00a4040002aabb', 2, 0, false],
    ['4 short', '00a4040002aabb00', 2, 256, false],
    ['2 extended', '00a40400000100', 0, 256, true],
    ['2 extended, Le 0000', '00a40400000000', 0, 65_536, true],
    ['3 extended', '00a40400000002aabb', 2, 0, true],
    ['4 extended', '00a40400000002aabb0000', 2, 65_536, true],
  ])('case %s', (_, hex, data, le, extended) => {
    const frame = parseFrame(hexBytes(hex));
    expect([frame?.data.length, frame?.le, frame?.extended]).toEqual([data, le, extended]);
  });

  test.each([
    '',
    '00',
    '00a404',
    '00a4040002aa',
    '00a4040002aabb0000',
    '00a404000000',
    '00a40400000000aa',
    '00a40400000003aabb',
  ])('lengths that do not add up: %s', (hex) => {
    expect(parseFrame(hexBytes(hex))).toBeUndefined();
  });

  test('the chaining bit is taken off the class', () => {
    expect(parseFrame(hexBytes('94300000'))).toMatchObject({ cla: 0x84, chained: true });
    expect(parseFrame(hexBytes('84300000'))).toMatchObject({ cla: 0x84, chained: false });
  });
});

describe('SHA-256 by pieces (FIPS 180-4)', () => {
  test('the standard examples', () => {
    const of = (text: string): string => {
      const sha = new Sha256();
      sha.update(ascii(text));
      return toHex(sha.digest());
    };
    expect(of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });

  test('any pieces give what the library gives of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
        const sha = new Sha256();
        for (const piece of pieces) sha.update(piece);
        expect(toHex(sha.digest())).toBe(
          createHash('sha256')
            .update(concat(...pieces))
            .digest('hex'),
        );
      }),
    );
  });
});

test('CRC-32 of the standard check string', () => {
  expect(toHex(crc32(ascii('123456789')))).toBe('cbf43926');
});

describe('bodies', () => {
  const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const fill = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

  test('a load is hashed as the canonical CBOR another encoder writes', () => {
    for (const packs of [1, 6]) {
      const blinded = Array.from({ length: 32 * packs }, (_, i) => fill(256, i));
      const body = { g: fill(8, 1), chain: 'c1', packs, keyset: fill(32, 2), wallet: fill(33, 3), blinded };
      const other = encode({ ...body, kind: 'load' });
      expect(toHex(loadBody(body).digest)).toBe(digestOf(other));
      expect(loadBody(body).length).toBe(other.length);
    }
  });

  test('a claim likewise', () => {
    const body = { chain: 'demo', revision: fill(32, 4), workload: fill(32, 5) };
    expect(toHex(claimBody(body).digest)).toBe(digestOf(encode({ ...body, kind: 'claim' })));
  });
});

test('ATR: T=1, card capabilities announce extended lengths or chaining only, TCK sums to zero', () => {
  expect(toHex(answerToReset(true))).toMatch(/^3b850180738001c0..$/);
  expect(toHex(answerToReset(false))).toMatch(/^3b85018073800180..$/);
  for (const extended of [true, false])
    expect(
      answerToReset(extended)
        .slice(1)
        .reduce((sum, byte) => sum ^ byte, 0),
    ).toBe(0);
});
