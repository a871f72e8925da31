/**
 * Whole commands over single APDUs (ISO/IEC 7816-4:2005 §5.1), byte by byte and without a reader. The expected bytes are written
 * out from the standard, not made by the code under test.
 */
import { describe, expect, test } from 'vitest';
import { ANSWER_BYTES, announcesExtendedLength, type Carriage, exchangeWhole } from '../../main/chaining.ts';
import { concat, hexBytes, toHex } from '../../src/bytes.ts';
import { ok, type Result, refuse } from '../../src/result.ts';
import { EXTENDED_ATR, SHORT_ATR } from './test-card.ts';

/** Plays a script of (expected APDU, answer) in hex and fails at the first difference. */
async function play(
  command: string,
  carriage: Carriage,
  script: readonly (readonly [string, string])[],
): Promise<string> {
  let at = 0;
  const got = await exchangeWhole(
    hexBytes(command),
    carriage,
    async (apdu): Promise<Result<Uint8Array, 'card_mute'>> => {
      const step = script[at++];
      expect(toHex(apdu)).toBe(step?.[0]);
      return ok(hexBytes(step?.[1] ?? ''));
    },
  );
  expect(at).toBe(script.length);
  return got.ok ? toHex(got.value) : got.refusal;
}

const short: Carriage = { extended: false };
const long: Carriage = { extended: true };
const bytes = (n: number, b = 'ab'): string => b.repeat(n);

describe('the four cases', () => {
  test.each([
    ['1', '84320000', '84320000'],
    ['2 short', '8432000000', '8432000000'],
    ['3 short', '8432000002aabb', '8432000002aabb'],
    ['4 short', '8432000002aabb00', '8432000002aabb00'],
    ['2 extended, small Le', '84320000000010', '8432000010'],
    ['2 extended, any Le', '84320000000000', '8432000000'],
    ['3 extended', '84320000000002aabb', '8432000002aabb'],
    ['4 extended', '84320000000002aabb0000', '8432000002aabb00'],
  ])('case %s becomes the short form where extended fields are not taken', async (_, command, sent) => {
    expect(await play(command, short, [[sent, '9000']])).toBe('9000');
  });

  test('where they are taken, only what needs them has them', async () => {
    expect(await play('84320000000010', long, [['8432000010', '9000']])).toBe('9000');
    expect(await play('84320000000000', long, [['84320000000000', '9000']])).toBe('9000');
    const command = `8430000000012c${bytes(300)}0000`;
    expect(await play(command, long, [[command, '9000']])).toBe('9000');
  });

  test('T=0 carries no Le beside data', async () => {
    expect(
      await play('8432000002aabb00', { extended: false, withoutLeBesideData: true }, [
        ['8432000002aabb', '6103'],
        ['00c0000003', 'ccddee9000'],
      ]),
    ).toBe('ccddee9000');
  });

  test.each(['843200000500', '843200000005', '8432000000000001'])(
    'lengths that do not add up go as they are: %s',
    async (odd) => {
      expect(await play(odd, short, [[odd, '6700']])).toBe('6700');
    },
  );

  test('under four bytes is a bug of the caller', async () => {
    await expect(
      exchangeWhole(Uint8Array.of(4), long, async () => ok(Uint8Array.of(0x90, 0))),
    ).rejects.toThrow();
  });
});

describe('command chaining, §5.1.1.1', () => {
  test('blocks of 255 bytes with bit 5 of CLA set in all but the last, Le in the last alone', async () => {
    expect(
      await play(`843000000001ff${bytes(511)}0000`, short, [
        [`94300000ff${bytes(255)}`, '9000'],
        [`94300000ff${bytes(255)}`, '9000'],
        [`8430000001ab00`, '019000'],
      ]),
    ).toBe('019000');
  });

  test('exactly 255 and 510 bytes make no empty block', async () => {
    expect(await play(`84300000ff${bytes(255)}`, short, [[`84300000ff${bytes(255)}`, '9000']])).toBe('9000');
    expect(
      await play(`843000000001fe${bytes(510)}`, short, [
        [`94300000ff${bytes(255)}`, '9000'],
        [`84300000ff${bytes(255)}`, '9000'],
      ]),
    ).toBe('9000');
  });

  test('a refused block ends the chain, and its status is the answer', async () => {
    expect(await play(`843000000001ff${bytes(511)}`, short, [[`94300000ff${bytes(255)}`, '6988']])).toBe(
      '6988',
    );
  });
});

describe('answers', () => {
  test('61xx: GET RESPONSE until the end, data before and after', async () => {
    expect(
      await play('8434000000', short, [
        ['8434000000', `${bytes(256, '11')}6100`],
        ['00c0000000', `${bytes(256, '22')}6103`],
        ['00c0000003', '3333339000'],
      ]),
    ).toBe(`${bytes(256, '11')}${bytes(256, '22')}3333339000`);
  });

  test('6Cxx: the same command once more with that Le, and no third time', async () => {
    expect(
      await play('8434000005', short, [
        ['8434000005', '6c03'],
        ['8434000003', 'aabbcc9000'],
      ]),
    ).toBe('aabbcc9000');
    expect(
      await play('8434000005', short, [
        ['8434000005', '6c03'],
        ['8434000003', '6c04'],
      ]),
    ).toBe('6c04');
  });

  test('6Cxx to a GET RESPONSE', async () => {
    expect(
      await play('8434000000', short, [
        ['8434000000', '6120'],
        ['00c0000020', '6c10'],
        ['00c0000010', `${bytes(16)}9000`],
      ]),
    ).toBe(`${bytes(16)}9000`);
  });

  test.each(['', '90', '0000', 'aabb', '6000', '8fff', 'a000'])(
    '«%s» ends in no status word: the card left while it spoke',
    async (cut) => {
      expect(await play('84320000', short, [['84320000', cut]])).toBe('card_left');
    },
  );

  test('a card that promises more for ever, with or without data, is given up', async () => {
    let asked = 0;
    const empty = await exchangeWhole(Uint8Array.of(0, 1, 2, 3), short, async () => {
      asked++;
      return ok(Uint8Array.of(0x61, 0x10));
    });
    expect(empty).toMatchObject({ ok: false, refusal: 'reader_failed' });
    expect(asked).toBe(2);
    const block = concat(new Uint8Array(256), Uint8Array.of(0x61, 0x00));
    asked = 0;
    const full = await exchangeWhole(Uint8Array.of(0, 1, 2, 3), short, async () => {
      asked++;
      return ok(block);
    });
    expect(full).toMatchObject({ ok: false, refusal: 'reader_failed' });
    expect(asked).toBeLessThanOrEqual(ANSWER_BYTES / 256 + 1);
  });

  test('a refusal of the reader, at any step, is the answer', async () => {
    for (let failing = 0; failing < 3; failing++) {
      let step = 0;
      const got = await exchangeWhole(hexBytes(`843000000001ff${bytes(511)}`), short, async () =>
        step++ === failing ? refuse('card_mute') : ok(Uint8Array.of(0x90, 0)),
      );
      expect(got).toEqual({ ok: false, refusal: 'card_mute' });
      expect(step).toBe(failing + 1);
    }
  });
});

describe('card capabilities in the ATR', () => {
  test.each([
    ['the test card with extended fields', toHex(EXTENDED_ATR), true],
    ['the test card without', toHex(SHORT_ATR), false],
    // Category 00: the last three historical bytes are the status indicator and not TLV objects.
    ['category 00 with a status indicator', '3b88800100730000c0009000', true],
    ['category 00 where only the status looks like tag 7', '3b84800100730000', false],
    ['an OpenPGP card v3 (with TA1, TC1, TD1 …)', '3bda18ff81b1fe751f030031f573c001600090001c', true],
    ['card service data (31) before the capabilities', '3b87800180310073 0000c0'.replace(' ', ''), true],
    ['capabilities of one byte only', '3b838001807180', false],
    ['no historical bytes', '3b80800101', false],
    ['proprietary category', '3b858001c1730000c0', false],
    ['cut off', '3b85800180730000', false],
    ['a TLV object longer than what is left', '3b838001807f00', false],
    ['empty', '', false],
  ])('%s', (_, atr, expected) => {
    expect(announcesExtendedLength(hexBytes(atr))).toBe(expected);
  });
});
