/** The wire: bytes by hand, round trips of every kind, and bytes that must be refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, concat, fromHex, toHex } from '../../src/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/economy/cbor.ts';
import { decodeEnvelope, encodeEnvelope, type Signature, sign } from '../../src/economy/envelope.ts';
import { typeId } from '../../src/economy/product.ts';
import { REFUSALS } from '../../src/economy/refusals.ts';
import type { Transaction } from '../../src/economy/transaction.ts';
import { decodeBody, encodeBody, fieldsOf } from '../../src/economy/wire.ts';
import { ENVELOPE_BYTES, NAME_CHARS, REDEEM_COUPONS } from '../../src/limits.ts';
import { SAMPLES } from './samples.ts';
import { BREAD, CHAIN, seedOf, walletOf } from './world.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', '')) as Uint8Array;
const hexText = (text: string): string => toHex(ascii(text));
const samples = Object.values(SAMPLES) as Transaction[];
const asMap = (transaction: Transaction): Map<string, Cbor> => {
  const raw = decodeCbor(encodeBody(transaction));
  return new Map((raw.ok ? raw.value : new Map()) as Map<string, Cbor>);
};
const refusal = (body: Uint8Array): string => {
  const read = decodeBody(body);
  return read.ok ? 'accepted' : read.refusal;
};
/** A sample with some fields changed on the wire; undefined takes a field out. */
const changed = (transaction: Transaction, fields: Record<string, Cbor | undefined>): string => {
  const map = asMap(transaction);
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  return refusal(encodeCbor(map));
};

describe('bytes by hand (RFC 8949 §4.2.1)', () => {
  test('a claim is what docs/card-protocol.md says a card hashes', () => {
    const claim = bytes(
      `a4 64${hexText('kind')} 65${hexText('claim')} 65${hexText('chain')} 6a${hexText('test-chain')}` +
        `68${hexText('revision')} 5820${'88'.repeat(32)} 68${hexText('workload')} 5820${'77'.repeat(32)}`,
    );
    expect(toHex(encodeBody(SAMPLES.claim))).toBe(toHex(claim));
    expect(decodeBody(claim)).toEqual({ ok: true, value: SAMPLES.claim });
  });

  test('a load is what docs/card-protocol.md says a card hashes', () => {
    const blinded = Array.from({ length: 32 }, (_, i) => `590100${toHex(Uint8Array.of(i)).repeat(256)}`).join(
      '',
    );
    const load = bytes(
      `a7 61${hexText('g')} 480011223344556677 64${hexText('kind')} 64${hexText('load')}` +
        `65${hexText('chain')} 6a${hexText('test-chain')} 65${hexText('packs')} 01` +
        `66${hexText('keyset')} 5820${'99'.repeat(32)} 66${hexText('wallet')} 5821${walletOf('anna')}` +
        `67${hexText('blinded')} 9820${blinded}`,
    );
    expect(toHex(encodeBody(SAMPLES.load))).toBe(toHex(load));
  });

  test("a product type's id is the hash of {name, unit}", () => {
    const product = bytes(
      `a2 64${hexText('name')} 65${hexText('Bread')} 64${hexText('unit')} 65${hexText('piece')}`,
    );
    expect(typeId(nodeCrypto, BREAD)).toBe(toHex(nodeCrypto.sha256(product)));
  });

  test('an envelope is body and signatures', () => {
    const body = encodeBody(SAMPLES.final_revision);
    const signature = sign(nodeCrypto, CHAIN, seedOf('anna'), body);
    const message = concat(ascii('timecard/1'), ascii(CHAIN), nodeCrypto.sha256(body));
    expect(nodeCrypto.ed25519Verify(bytes(walletOf('anna').slice(2)), message, signature.signature)).toBe(
      true,
    );
    const size = body.length.toString(16).padStart(2, '0');
    const envelope = bytes(
      `a2 64${hexText('body')} 58${size}${toHex(body)} 6a${hexText('signatures')}` +
        `81 82 5821${walletOf('anna')} 5840${toHex(signature.signature)}`,
    );
    expect(toHex(encodeEnvelope(body, [signature]))).toBe(toHex(envelope));
  });
});

test.each(samples.map((s) => [s.kind, s] as const))('%s goes out and comes back the same', (_, sample) => {
  const body = encodeBody(sample);
  expect(decodeBody(body)).toEqual({ ok: true, value: sample });
});

test.each(samples.map((s) => [s.kind, s] as const))(
  '%s with a key too many or too few is malformed',
  (_, sample) => {
    expect(changed(sample, { surplus: 1 })).toBe('malformed');
    const optional = fieldsOf(sample.kind).flatMap((field) => (field.optional ? [field.name] : []));
    for (const key of asMap(sample).keys())
      if (key !== 'kind' && !optional.includes(key))
        expect(changed(sample, { [key]: undefined }), key).toBe('malformed');
  },
);

describe('not_canonical', () => {
  const nothing = ' 64 6b696e64 65 636c61696d';
  test.each([
    ['nothing', ''],
    ['bytes left over', `a1${nothing} 00`],
    ['keys in another order', `a2 65 ${hexText('chain')} 61 61 ${nothing}`],
    ['a key twice', `a2${nothing}${nothing}`],
    ['an indefinite map', `bf${nothing} ff`],
    ['an indefinite string', 'a1 64 6b696e64 7f 61 61 ff'],
    ['a wide length', 'a1 7804 6b696e64 61 61'],
    ['a wide integer', 'a1 61 61 1800'],
    ['a float', 'a1 61 61 f90000'],
    ['a boolean', 'a1 61 61 f5'],
    ['null', 'a1 61 61 f6'],
    ['undefined', 'a1 61 61 f7'],
    ['a negative integer', 'a1 61 61 20'],
    ['a tag', 'a1 61 61 c1 00'],
    ['an integer over 2^53', 'a1 61 61 1b 0020000000000000'],
    ['text that is not UTF-8', 'a1 61 61 62 c328'],
    ['a surrogate in UTF-8', 'a1 61 61 63 eda080'],
    ['a text cut short', 'a1 61 61 65 6162'],
    ['a byte string longer than memory', 'a1 61 61 5b 001fffffffffffff'],
    ['an array longer than memory', 'a1 61 61 9b 001fffffffffffff'],
    ['depth 17', `${'81'.repeat(17)}00`],
  ])('%s', (_, hex) => {
    expect(refusal(bytes(hex))).toBe('not_canonical');
  });

  test('the same forms written as they must be are read: what is wrong with them is something else', () => {
    for (const hex of ['a1 61 61 00', 'a2 61 61 00 61 62 61 78', `a1 61 61 ${'81'.repeat(14)}00`])
      expect(refusal(bytes(hex))).toBe('malformed');
  });

  test('a hundred thousand arrays within each other do not overflow the stack', () => {
    expect(refusal(new Uint8Array(100_000).fill(0x81))).toBe('not_canonical');
    expect(refusal(bytes('a1 6161'.repeat(50_000)))).toBe('not_canonical');
  });
});

test('malformed, unknown_kind, not_sorted, too_large', () => {
  expect(refusal(bytes('00'))).toBe('malformed');
  expect(refusal(bytes('80'))).toBe('malformed');
  expect(refusal(bytes('a0'))).toBe('malformed');
  expect(refusal(encodeCbor(new Map([['kind', 1]])))).toBe('malformed');
  for (const kind of ['gift', '', 'toString', '__proto__'])
    expect(refusal(encodeCbor(new Map([['kind', kind]])))).toBe('unknown_kind');
  expect(refusal(new Uint8Array(ENVELOPE_BYTES + 1))).toBe('too_large');
  expect(changed(SAMPLES.abort, { serials: [new Uint8Array(32).fill(2), new Uint8Array(32).fill(1)] })).toBe(
    'not_sorted',
  );
  expect(changed(SAMPLES.abort, { serials: [new Uint8Array(32), new Uint8Array(32)] })).toBe('not_sorted');
  expect(changed(SAMPLES.delegate, { kinds: ['redeem', 'announce'] })).toBe('not_sorted');
});

test.each([
  ['name too long', SAMPLES.register, { name: 'x'.repeat(NAME_CHARS + 1) }],
  ['name empty', SAMPLES.register, { name: '' }],
  ['name with a line break', SAMPLES.register, { name: 'a\nb' }],
  ['name that turns the line around', SAMPLES.register, { name: 'a\u202eb' }],
  ['name with a byte order mark', SAMPLES.register, { name: 'a\ufeffb' }],
  ['flag of 2', SAMPLES.register, { dispatches: 2 }],
  ['key of another suite', SAMPLES.register, { key: new Uint8Array(33).fill(2) }],
  ['id of 31 bytes', SAMPLES.start, { estimate: new Uint8Array(31) }],
  ['id as text', SAMPLES.start, { estimate: '1'.repeat(64) }],
  ['chain id in capitals', SAMPLES.start, { chain: 'CHAIN' }],
  ['amount of 2^50', SAMPLES.collectivize, { amount: 2 ** 50 }],
  [
    'unit of another world',
    SAMPLES.collectivize,
    {
      product: new Map([
        ['name', 'x'],
        ['unit', 'ounce'],
      ]),
    },
  ],
  ['purpose', SAMPLES.transfer, { purpose: 'gift' }],
  ['no output', SAMPLES.estimate, { outputs: [] }],
  [
    'exponent 9',
    SAMPLES.redeem,
    { coupons: [[new Uint8Array(32), 9, new Uint8Array(32), new Uint8Array(256)]] },
  ],
  ['coupon of three', SAMPLES.redeem, { coupons: [[new Uint8Array(32), 8, new Uint8Array(32)]] }],
  ['too many blinded', SAMPLES.load, { blinded: Array.from({ length: 193 }, () => new Uint8Array(256)) }],
] as const)('malformed: %s', (_, sample, fields) => {
  expect(changed(sample, fields as Record<string, Cbor>)).toBe('malformed');
});

test.each(['01', '-1', '1.0', '1e3', '', ' 1', '0x1', '9'.repeat(41)])(
  'malformed: a value of «%s»',
  (value) => {
    const product = new Map<string, Cbor>([
      ['name', 'Bread'],
      ['unit', 'piece'],
    ]);
    const output = new Map<string, Cbor>([
      ['product', product],
      ['amount', 1],
      ['value', value],
    ]);
    expect(changed(SAMPLES.estimate, { outputs: [output] })).toBe('malformed');
  },
);

describe('a redemption’s coupons', () => {
  const raw = (length: number, first = 0): Uint8Array => new Uint8Array(length).fill(first, 0, 1);
  const coupon = (keyset: number, serial: number): Cbor => [raw(32, keyset), 8, raw(32, serial), raw(256)];
  const read = (...coupons: readonly Cbor[]): string => changed(SAMPLES.redeem, { coupons });

  test('strictly by keyset and, within one, by serial', () => {
    expect(read(coupon(1, 1))).toBe('accepted');
    expect(read(coupon(1, 1), coupon(1, 2), coupon(1, 3))).toBe('accepted');
    expect(read(coupon(1, 2), coupon(2, 1), coupon(2, 2))).toBe('accepted');
    expect(read(coupon(1, 1), coupon(2, 1))).toBe('accepted');
    expect(read(coupon(1, 1), coupon(1, 1))).toBe('not_sorted');
    expect(read(coupon(1, 2), coupon(1, 1), coupon(1, 3))).toBe('not_sorted');
    expect(read(coupon(2, 1), coupon(1, 2))).toBe('not_sorted');
    expect(read(coupon(2, 1), coupon(1, 2), coupon(3, 3))).toBe('not_sorted');
  });

  test('what is no coupon, or no list of 1 to 2 000, is malformed', () => {
    const [keyset, exponent, serial, signature] = coupon(1, 1) as [Cbor, Cbor, Cbor, Cbor];
    const wrong: readonly Cbor[] = [
      [keyset, exponent, serial],
      [keyset, exponent, serial, signature, 0],
      [raw(31), exponent, serial, signature],
      [raw(33), exponent, serial, signature],
      ['k'.repeat(32), exponent, serial, signature],
      [new Array<number>(32).fill(0), exponent, serial, signature],
      [keyset, 9, serial, signature],
      [keyset, '8', serial, signature],
      [keyset, exponent, raw(31), signature],
      [keyset, exponent, 's'.repeat(32), signature],
      [keyset, exponent, serial, raw(255)],
      [keyset, exponent, serial, 's'.repeat(256)],
      'four',
      4,
      new Map([['length', 4]]),
    ];
    for (const [i, one] of wrong.entries()) {
      expect(read(one), `alone, ${i}`).toBe('malformed');
      expect(read(coupon(0, 1), one), `second, ${i}`).toBe('malformed');
    }
    expect(read()).toBe('malformed');
    const none = decodeBody(encodeCbor(asMap(SAMPLES.redeem).set('coupons', [])));
    expect(none).toMatchObject({ detail: 'coupons: list' });
    for (const coupons of ['', 0, new Uint8Array(3), new Map<string, Cbor>()])
      expect(changed(SAMPLES.redeem, { coupons })).toBe('malformed');
    const many = Array.from({ length: REDEEM_COUPONS + 1 }, (_, i): Cbor => {
      const serial = raw(32, i >> 8);
      serial[1] = i & 0xff;
      return [raw(32), 0, serial, raw(256)];
    });
    expect(changed(SAMPLES.redeem, { coupons: many })).toBe('malformed');
    expect(changed(SAMPLES.redeem, { coupons: many.slice(1) })).toBe('accepted');
  });
});

test('a body without a kind is told so', () => {
  expect(decodeBody(encodeCbor(new Map([['chain', CHAIN]])))).toEqual({
    ok: false,
    refusal: 'malformed',
    detail: 'no kind',
  });
});

describe('bytes from nowhere', () => {
  const held = (input: Uint8Array) => {
    const read = decodeBody(input);
    if (read.ok) expect(toHex(encodeBody(read.value))).toBe(toHex(input));
    else expect(REFUSALS).toContain(read.refusal);
    const envelope = decodeEnvelope(input, nodeCrypto);
    if (!envelope.ok) expect(REFUSALS).toContain(envelope.refusal);
  };
  test('random bytes: a refusal from the closed list, never an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), held), { numRuns: 2_000 });
  });

  test('bodies with bytes changed, cut or put in: refused, or the one encoding of what they now say', () => {
    const small = samples.filter((s) => !['load', 'keyset', 'issue', 'redeem'].includes(s.kind));
    const edit = fc.record({ at: fc.nat(), value: fc.nat(255), how: fc.constantFrom('set', 'cut', 'put') });
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (sample, edits) => {
          let body = [...encodeBody(sample)];
          for (const { at, value, how } of edits) {
            const i = at % (body.length + 1);
            if (how === 'set') body = body.with(Math.min(i, body.length - 1), value);
            else if (how === 'cut') body = body.toSpliced(i, 1 + (value % 8));
            else body = body.toSpliced(i, 0, value);
            if (body.length === 0) body = [value];
          }
          held(Uint8Array.from(body));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test('envelopes with bytes changed are refused or the same envelope', () => {
    const body = encodeBody(SAMPLES.start);
    const good = encodeEnvelope(body, [sign(nodeCrypto, CHAIN, seedOf('anna'), body)]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const bad = good.with(at, value);
        const read = decodeEnvelope(bad, nodeCrypto);
        if (read.ok) expect(toHex(encodeEnvelope(read.value.body, read.value.signatures))).toBe(toHex(bad));
      }),
      { numRuns: 2_000 },
    );
  });
});

test('envelopes: signatures in strict order of keys, at most four', () => {
  const body = encodeBody(SAMPLES.start);
  const [a, b] = ['anna', 'ben']
    .map((name) => sign(nodeCrypto, CHAIN, seedOf(name), body))
    .sort((x, y) => (x.key < y.key ? -1 : 1));
  const pair = (s: typeof a): Cbor => [bytes(s?.key ?? ''), s?.signature ?? new Uint8Array(0)];
  const answer = (signatures: readonly Cbor[]): string => {
    const read = decodeEnvelope(
      encodeCbor(
        new Map<string, Cbor>([
          ['body', body],
          ['signatures', signatures],
        ]),
      ),
      nodeCrypto,
    );
    return read.ok ? 'accepted' : read.refusal;
  };
  expect(answer([pair(a), pair(b)])).toBe('accepted');
  expect(answer([pair(b), pair(a)])).toBe('not_sorted');
  expect(answer([pair(a), pair(a)])).toBe('not_sorted');
  expect(answer(Array.from({ length: 5 }, () => pair(a)))).toBe('malformed');
  expect(answer([[bytes(a?.key ?? ''), new Uint8Array(63)]])).toBe('malformed');
  // The writer puts them in order.
  const both = [a, b] as [Signature, Signature];
  expect(encodeEnvelope(body, both.toReversed())).toEqual(encodeEnvelope(body, both));
  expect(answer(both.toReversed().map(pair))).toBe('not_sorted');
});

test.each([
  ['no bytes', 'body'],
  ['no CBOR', new Uint8Array(1).fill(0xff)],
  ['no map', encodeCbor([1])],
  ['a map of no kind', encodeCbor(new Map())],
])('an envelope with more signatures than people give, whose body is %s, is malformed', (_, body) => {
  const signatures = Array.from(
    { length: 5 },
    (__, i): Cbor => [new Uint8Array(33).fill(i).with(0, 1), new Uint8Array(64)],
  );
  const bytes = encodeCbor(
    new Map<string, Cbor>([
      ['body', body],
      ['signatures', signatures],
    ]),
  );
  expect(decodeEnvelope(bytes, nodeCrypto)).toMatchObject({ refusal: 'malformed' });
});
