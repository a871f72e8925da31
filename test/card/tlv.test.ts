/** BER-TLV: samples of the standards, every length at a form's edge, every forbidden form, and garbage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { encodeTlv, field, parseTlvs, readFields } from '../../src/card/tlv.ts';

const bytes = (length: number) => new Uint8Array(length).fill(0x5a);
const parsed = (hex: string) => parseTlvs(hexBytes(hex));

describe('samples of others', () => {
  // The payment system environment's FCI as EMV book 1 composes it (§11.3.4): 1PAY.SYS.DDF01, language «en».
  const PSE = '6f1a840e315041592e5359532e4444463031a5088801025f2d02656e';
  it('reads the EMV directory and writes the same bytes', () => {
    const fci = parsed(PSE);
    expect(fci).toMatchObject({ ok: true, value: [{ tag: 0x6f }] });
    const inner = encodeTlv(0xa5, encodeTlv(0x88, Uint8Array.of(2)), encodeTlv(0x5f2d, hexBytes('656e')));
    const name = encodeTlv(0x84, new TextEncoder().encode('1PAY.SYS.DDF01'));
    expect(toHex(encodeTlv(0x6f, name, inner))).toBe(PSE);
    const proprietary = parsed(PSE.slice(2 * 20));
    expect(proprietary.ok && proprietary.value.map((object) => object.tag)).toEqual([0x88, 0x5f2d]);
  });

  it('writes a length of 201 as X.690 §8.1.3.5 does', () => {
    expect(toHex(encodeTlv(0x04, bytes(201)).subarray(0, 3))).toBe('0481c9');
  });
});

describe('lengths', () => {
  it.each([
    [0, '8000'],
    [1, '8001'],
    [127, '807f'],
    [128, '808180'],
    [255, '8081ff'],
    [256, '80820100'],
    [65_535, '8082ffff'],
  ])('%i bytes', (length, head) => {
    const encoded = encodeTlv(0x80, bytes(length));
    expect(toHex(encoded.subarray(0, head.length / 2))).toBe(head);
    expect(encoded.length).toBe(head.length / 2 + length);
    const back = parseTlvs(encoded);
    expect(back.ok && back.value.length).toBe(1);
    expect(back.ok && back.value[0]?.value.length).toBe(length);
  });

  it('has no object for 65 536 bytes', () => {
    expect(() => encodeTlv(0x80, bytes(65_536))).toThrow();
    const cut = new Uint8Array(5 + 65_536);
    cut.set(hexBytes('8083010000'));
    expect(parseTlvs(cut)).toMatchObject({ ok: false, refusal: 'tlv_length' });
  });
});

describe('forbidden forms', () => {
  it.each([
    ['tlv_length', '80810a00', '127 or less in two bytes'],
    ['tlv_length', `80817f${'00'.repeat(127)}`, '127 in two bytes'],
    ['tlv_length', `808200ff${'00'.repeat(255)}`, '255 in three bytes'],
    ['tlv_length', '80820000', '0 in three bytes'],
    ['tlv_length', `8083000100${'00'.repeat(256)}`, 'four bytes'],
    ['tlv_length', '8084000000010a', 'five bytes'],
    ['tlv_length', '80ff', 'reserved'],
    ['tlv_length', '80800000', 'indefinite'],
    ['tlv_tag', '0000', 'tag 00'],
    ['tlv_tag', 'ff0100', 'tag FF'],
    ['tlv_tag', '9f1e00', 'a number of 30 in two bytes'],
    ['tlv_tag', '9f0000', 'a number of 0 in two bytes'],
    ['tlv_tag', '9f8000', 'a leading zero digit'],
    ['tlv_tag', '9f810100', 'three bytes of tag'],
    ['tlv_cut', '80', 'no length'],
    ['tlv_cut', '9f', 'half a tag'],
    ['tlv_cut', '8081', 'half a length'],
    ['tlv_cut', '808201', 'two thirds of a length'],
    ['tlv_cut', '800100'.slice(0, 4), 'no value'],
    ['tlv_cut', '8003aabb', 'a value cut'],
    ['tlv_cut', '8001aa8102bb', 'a second value cut'],
  ])('%s %s (%s)', (refusal, hex) => {
    expect(parsed(hex)).toMatchObject({ ok: false, refusal });
  });

  it('has no way to write a forbidden tag', () => {
    for (const tag of [0, 0xff, 0x1f, 0x9f, 0x9f1e, 0x9f80, 0x8001, 0xff20, 0x1_0000, -1, 1.5])
      expect(() => encodeTlv(tag)).toThrow();
    for (const tag of [0x01, 0x80, 0xa5, 0x5f2d, 0x9f1f, 0x9f7f]) expect(encodeTlv(tag).at(-1)).toBe(0);
  });
});

describe('fields', () => {
  const layout = [field(0x80, 2), { tag: 0x81, min: 0, max: 3, optional: true }, field(0x82, 1)];
  const read = (hex: string) => readFields(hexBytes(hex), layout);
  it('reads exactly its layout', () => {
    expect(read('8002aabb810101820105')).toMatchObject({ ok: true });
    const without = read('8002aabb820105');
    expect(without).toEqual({ ok: true, value: [hexBytes('aabb'), undefined, hexBytes('05')] });
  });
  it.each([
    ['', 'nothing'],
    ['8002aabb', 'one missing'],
    ['8001aa820105', 'too short'],
    ['8003aabbcc820105', 'too long'],
    ['8002aabb810401020304820105', 'an optional one too long'],
    ['8201058002aabb', 'another order'],
    ['8002aabb8002aabb820105', 'one twice'],
    ['8002aabb8201058300', 'one more'],
  ])('refuses %s (%s)', (hex) => {
    expect(read(hex)).toMatchObject({ ok: false, refusal: 'tlv_fields' });
  });
});

describe('any bytes', () => {
  it('are refused as a value or have this one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (input) => {
        const objects = parseTlvs(input);
        if (!objects.ok) return;
        const again = objects.value.map((object) => toHex(encodeTlv(object.tag, object.value))).join('');
        expect(again).toBe(toHex(input));
      }),
      { numRuns: 3_000 },
    );
  });

  it('that were written are read, and no prefix of them is', () => {
    const tag = fc.constantFrom(0x80, 0x81, 0x6f, 0x5f2d, 0x9f7f);
    fc.assert(
      fc.property(tag, fc.uint8Array({ maxLength: 300 }), fc.nat(), (name, value, cut) => {
        const encoded = encodeTlv(name, value);
        expect(parseTlvs(encoded)).toMatchObject({ ok: true, value: [{ tag: name }] });
        const prefix = encoded.subarray(0, 1 + (cut % (encoded.length - 1)));
        expect(parseTlvs(prefix)).toMatchObject({ ok: false, refusal: 'tlv_cut' });
      }),
      { numRuns: 1_000 },
    );
  });
});
