import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Counter, newCounter } from '../../firmware-sim/counter.ts';
import { crc32 } from '../../firmware-sim/crc32.ts';
import { Journal } from '../../firmware-sim/journal.ts';
import { Memory, PAGE, PowerLoss, type Tear } from '../../firmware-sim/memory.ts';
import { concat, hexBytes, toHex } from '../../src/bytes.ts';

const TX = { from: 0, to: 4 * PAGE };
const AREA = { from: 4 * PAGE, to: 9 * PAGE };

function memory(fill = 0): Memory {
  return new Memory(new Uint8Array(10 * PAGE).fill(fill), TX);
}

function torn(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (cause) {
    if (cause instanceof PowerLoss) return true;
    throw cause;
  }
}

const anyTear: fc.Arbitrary<Tear> = fc.record({
  at: fc.constantFrom('before' as const, 'in' as const, 'after' as const),
  cells: fc.nat(64),
  rest: fc.constantFrom('kept' as const, 'erased' as const),
  noise: fc.nat(0xffffffff),
});

describe('the door to the cells', () => {
  const address = 9 * PAGE;
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);

  test.each([
    ['before', { at: 'before' }, 'eeeeeeeeeeeeeeeeeeeeeeee'],
    ['after', { at: 'after' }, '0102030405060708090a0b0c'],
    ['in, the rest kept', { at: 'in', cells: 1, noise: 0x0000ffff }, '010203040506eeeeeeeeeeee'],
    [
      'in, the rest erased',
      { at: 'in', cells: 1, noise: 0x0000ffff, rest: 'erased' },
      '010203040506eeeeffffffff',
    ],
    [
      'in, half a cell of half the bits',
      { at: 'in', cells: 0, noise: 0x0f0f0f0f },
      'e1e2e3e4eeeeeeeeeeeeeeee',
    ],
  ] as const)('torn %s', (_, how, expected) => {
    const m = memory(0xee);
    m.tearAt(1, how);
    expect(torn(() => m.write(address, bytes))).toBe(true);
    expect(toHex(m.read(address, 12))).toBe(expected);
    // In the dark nothing is written, until power is there again.
    expect(torn(() => m.write(address, bytes))).toBe(true);
    m.powerUp();
    m.write(address, bytes);
    expect(toHex(m.read(address, 12))).toBe(toHex(bytes));
  });

  test('a write over pages is one write a page, and the n-th is the one that is torn', () => {
    const m = memory();
    let writes = 0;
    m.onWrite = () => {
      writes++;
    };
    m.write(8 * PAGE, new Uint8Array(2 * PAGE).fill(1));
    expect(writes).toBe(2);
    m.tearAt(2, { at: 'before' });
    expect(torn(() => m.write(8 * PAGE, new Uint8Array(2 * PAGE).fill(2)))).toBe(true);
    expect([m.byte(8 * PAGE), m.byte(9 * PAGE)]).toEqual([2, 1]);
  });

  test('no direct write into the transactional region, no half cells, none outside', () => {
    const m = memory();
    expect(() => m.write(4 * PAGE - 4, new Uint8Array(8))).toThrow('transactions only');
    expect(() => m.write(9 * PAGE, new Uint8Array(3))).toThrow('whole cells');
    expect(() => m.write(9 * PAGE + 2, new Uint8Array(4))).toThrow('whole cells');
    expect(() => m.write(10 * PAGE - 4, new Uint8Array(8))).toThrow('outside');
  });
});

describe('the journal', () => {
  const change = fc.record({
    at: fc.nat(4 * PAGE - 40),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  });

  test('all or nothing, wherever a transaction is torn, and wherever its repetition is torn again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        anyTear,
        fc.integer({ min: 1, max: 4 }),
        anyTear,
        (transactions, n, tear, m2, tear2) => {
          const m = memory();
          const journal = new Journal(m, AREA);
          const expected = new Uint8Array(TX.to);
          const apply = (target: Uint8Array, list: readonly { at: number; bytes: Uint8Array }[]): void => {
            for (const { at, bytes } of list) target.set(bytes, at);
          };
          const commit = (list: readonly { at: number; bytes: Uint8Array }[]): void => {
            const transaction = journal.begin();
            for (const { at, bytes } of list) transaction.set(at, bytes);
            transaction.commit();
          };
          for (const list of transactions.slice(0, -1)) {
            commit(list);
            apply(expected, list);
          }
          const last = transactions.at(-1) ?? [];
          m.tearAt(n, tear);
          const wasTorn = torn(() => commit(last));
          m.powerUp();
          m.tearAt(m2, tear2);
          torn(() => journal.recover());
          m.powerUp();
          journal.recover();
          const now = toHex(m.read(0, TX.to));
          const before = toHex(expected);
          apply(expected, last);
          const after = toHex(expected);
          if (wasTorn) expect([before, after]).toContain(now);
          else expect(now).toBe(after);
          // To repeat it once more changes nothing.
          journal.recover();
          expect(toHex(m.read(0, TX.to))).toBe(now);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('torn before its mark it never was; torn after it, it is done at the next power-up', () => {
    for (const [at, expected] of [
      ['before', 0],
      ['after', 7],
    ] as const) {
      const m = memory();
      const journal = new Journal(m, AREA);
      m.tearAt(1, { at });
      const transaction = journal.begin();
      transaction.set(8, Uint8Array.of(7));
      expect(torn(() => transaction.commit())).toBe(true);
      expect(m.byte(8)).toBe(0);
      m.powerUp();
      journal.recover();
      expect(m.byte(8)).toBe(expected);
    }
  });

  test('a transaction that changes nothing writes nothing', () => {
    const m = memory();
    let writes = 0;
    m.onWrite = () => {
      writes++;
    };
    const transaction = new Journal(m, AREA).begin();
    transaction.set(8, Uint8Array.of(0, 0));
    transaction.commit();
    expect(writes).toBe(0);
  });
});

describe('a counter', () => {
  test('torn at any cell in any way it holds the old value or the new one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }), anyTear, (values, tear) => {
        const image = new Uint8Array(10 * PAGE);
        image.set(newCounter(3), 9 * PAGE);
        const m = new Memory(image, TX);
        const counter = new Counter(m, 9 * PAGE);
        let old = 3;
        for (const value of values.slice(0, -1)) {
          counter.set(value);
          expect(counter.value).toBe(value);
          old = value;
        }
        m.tearAt(1, tear);
        const next = values.at(-1) as number;
        torn(() => counter.set(next));
        m.powerUp();
        expect([old, next]).toContain(counter.value);
        counter.set(5);
        expect(counter.value).toBe(5);
      }),
    );
  });

  test('its sequence numbers wrap', () => {
    const image = new Uint8Array(10 * PAGE);
    const place = hexBytes('fffe0700');
    image.set(concat(place, crc32(place)), 9 * PAGE);
    const counter = new Counter(new Memory(image, TX), 9 * PAGE);
    for (const value of [6, 5, 4, 3]) {
      counter.set(value);
      expect(counter.value).toBe(value);
    }
  });

  test('neither place valid counts as no try left', () => {
    expect(new Counter(new Memory(new Uint8Array(10 * PAGE), TX), 9 * PAGE).value).toBe(0);
  });
});
