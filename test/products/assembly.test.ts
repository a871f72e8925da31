/** Parts that age, products that are put together and taken apart, use beyond the durability. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble, disassemble, replacePart, simple } from '../../src/products/assembly.ts';
import { allParts, type Composition, durabilityOn, elementOf, roots } from '../../src/products/element.ts';
import { operate, residual, residualOf, transferred } from '../../src/products/value-transfer.ts';

const part = (id: string, v: bigint, d: number): Composition => simple({ id, type: `${id} type`, v }, d);
const made = (id: string, v: bigint) => ({ id, type: `${id} type`, v });
const ids = (product: Composition) => product.map(({ id }) => id).sort();

const board = part('board', 600n, 1000);
const [cpu, ram, disk] = [part('cpu', 2500n, 900), part('ram', 700n, 800), part('disk', 400n, 300)];
const withCpu = assemble([{ product: board }, { product: cpu }], made('with cpu', 10n));
const withRam = assemble([{ product: withCpu, on: ['board'] }, { product: ram }], made('with ram', 1n));
const machine = assemble([{ product: withRam }, { product: disk }], made('machine', 15n));

describe('assembly', () => {
  test('without `on` the new element stands on all roots', () => {
    expect(elementOf(machine, 'machine').children).toEqual(['disk', 'with cpu', 'with ram']);
    expect(residualOf(machine)).toBe(600n + 2500n + 700n + 400n + 26n);
  });

  test('the order in which parts are named changes nothing', () => {
    for (const parts of [
      [{ product: board }, { product: cpu }],
      [{ product: cpu }, { product: board }],
    ])
      expect(elementOf(assemble(parts, made('both', 0n)), 'both').children).toEqual(['board', 'cpu']);
  });

  test('worn parts bring their age, and the work lasts as long as what they have left, at least 1', () => {
    const worn = operate(disk, 100, 1).product;
    const again = assemble([{ product: withRam }, { product: worn }], made('machine', 15n));
    expect(elementOf(again, 'disk')).toMatchObject({ k: 100, u: 100 });
    expect(elementOf(again, 'machine')).toMatchObject({ d: 200, k: 0, u: 0 });
    expect(durabilityOn(operate(disk, 300, 1).product)).toBe(1);
    expect(durabilityOn(operate(disk, 450, 2).product)).toBe(1);
  });

  test('what it stands on must be there', () => {
    expect(() => assemble([{ product: board, on: ['ram'] }], made('a', 0n))).toThrow(
      'stands on what is not there',
    );
    expect(() => assemble([{ product: board, on: ['board', 'ram'] }], made('a', 0n))).toThrow(
      'stands on what is not there',
    );
    expect(() => assemble([], made('a', 0n))).toThrow('stands on what is not there');
    expect(() => elementOf(machine, 'fan')).toThrow('no element fan');
  });
});

describe('disassembly', () => {
  test('an element goes with all that stands on it; the rest are products with their ages', () => {
    const old = operate(machine, 100, 1).product;
    const { dissolved, parts } = disassemble(old, 'with ram');
    expect(ids(dissolved)).toEqual(['machine', 'with ram']);
    expect(parts.map(ids)).toEqual([['board', 'cpu', 'with cpu'], ['ram'], ['disk']]);
    expect(parts.flat().every(({ k, u }) => k === 100 && u === 100)).toBe(true);
    const sum = residualOf(dissolved) + parts.reduce((value, p) => value + residualOf(p), 0n);
    expect(sum).toBe(residualOf(old));
  });

  test('a part on which two stand takes both with it', () => {
    const { dissolved, parts } = disassemble(machine, 'board');
    expect(ids(dissolved)).toEqual(['board', 'machine', 'with cpu', 'with ram']);
    expect(parts.map(ids)).toEqual([['cpu'], ['ram'], ['disk']]);
  });

  test('without the top, what shares a part stays together with two roots', () => {
    const { parts } = disassemble(machine, 'machine');
    expect(parts.map(ids)).toEqual([['board', 'cpu', 'ram', 'with cpu', 'with ram'], ['disk']]);
    expect(roots(parts[0] as Composition).map(({ id }) => id)).toEqual(['with cpu', 'with ram']);
  });
});

describe('a part is replaced', () => {
  test('only the work that stood on it is done again; every other element keeps its age', () => {
    const old = operate(machine, 250, 1).product;
    const done = replacePart(old, 'disk', part('new disk', 380n, 320), ({ id }) => ({
      id: `${id} again`,
      v: 5n,
    }));
    if (!done.ok) throw new Error(done.refusal);
    const { product, dissolved, removed } = done.value;
    expect(ids(removed)).toEqual(['disk']);
    expect(elementOf(removed, 'disk')).toMatchObject({ k: 250, u: 250 });
    expect(ids(dissolved)).toEqual(['machine']);
    expect(elementOf(product, 'machine again')).toMatchObject({
      v: 5n,
      k: 0,
      children: ['new disk', 'with cpu', 'with ram'],
      // What is left of «with cpu»: its d was the CPU's 900.
      d: 320,
      type: 'machine type',
    });
    expect(elementOf(product, 'ram').u).toBe(250);
    expect(elementOf(product, 'new disk').u).toBe(0);
    expect(residualOf(product) + residualOf(dissolved) + residualOf(removed)).toBe(
      residualOf(old) + 380n + 5n,
    );
  });

  test('a shared part too: both elements on it are done again', () => {
    const done = replacePart(machine, 'board', part('board 2', 1n, 50), ({ id }) => ({
      id: `${id}!`,
      v: 0n,
    }));
    if (!done.ok) throw new Error(done.refusal);
    expect(ids(done.value.product)).toEqual(
      ['board 2', 'cpu', 'ram', 'disk', 'with cpu!', 'with ram!', 'machine!'].sort(),
    );
    expect(elementOf(done.value.product, 'with cpu!').children).toEqual(['board 2', 'cpu']);
    expect(elementOf(done.value.product, 'machine!').d).toBe(50);
    expect(ids(done.value.removed)).toEqual(['board']);
  });

  test('one that would leave a part behind on which something else stands is refused', () => {
    const redo = () => ({ id: 'again', v: 0n });
    expect(replacePart(machine, 'with cpu', cpu, redo)).toEqual({ ok: false, refusal: 'shared_part' });
  });
});

describe('beyond the durability', () => {
  test('u goes on to twice d, k goes on for ever; the residual turns negative', () => {
    const first = operate(disk, 300, 1);
    expect(first.theta).toBe(400n);
    const normal = operate(first.product, 50, 1);
    expect(normal.theta).toBe(0n);
    expect(elementOf(normal.product, 'disk')).toMatchObject({ k: 350, u: 300 });
    const beyond = operate(normal.product, 150, 2);
    expect(beyond.theta).toBe(200n);
    expect(residualOf(beyond.product)).toBe(-200n);
    const most = operate(beyond.product, 1000, 2);
    expect(elementOf(most.product, 'disk')).toMatchObject({ k: 1500, u: 600 });
    expect(residualOf(most.product)).toBe(-400n);
    // Used within d afterwards, it gives nothing and takes nothing back.
    expect(operate(most.product, 10, 1).theta).toBe(0n);
  });
});

const element = fc.record({ v: fc.bigInt(0n, 10n ** 12n), d: fc.integer({ min: 1, max: 5000 }) });
const runs = fc.array(
  fc.record({ minutes: fc.integer({ min: 0, max: 3000 }), reach: fc.constantFrom(1, 2) }),
  {
    maxLength: 6,
  },
);

/** A product grown at random: each new element stands on some of those before it. */
const product = fc
  .tuple(fc.array(element, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()))
  .map(([elements, random]) => {
    let pool: Composition[] = [];
    for (const [i, { v, d }] of elements.entries()) {
      const take = pool.filter(() => (random.next().value as number) % 2 === 0);
      const parts = take.map((p) => {
        const at = p[(random.next().value as number) % p.length]?.id as string;
        return (random.next().value as number) % 2 === 0 ? { product: p } : { product: p, on: [at] };
      });
      const next = take.length === 0 ? part(`e${i}`, v, d) : assemble(parts, made(`e${i}`, v));
      pool = [...pool.filter((p) => !take.includes(p)), next];
    }
    return pool.reduce((a, b) => (a.length >= b.length ? a : b));
  });

test('whatever is assembled and run: θ ≥ 0, telescopes, and within d never takes more than v', () => {
  fc.assert(
    fc.property(product, runs, (start, steps) => {
      let running = start;
      let given = 0n;
      for (const { minutes, reach } of steps) {
        const step = operate(running, minutes, reach);
        expect(step.theta >= 0n).toBe(true);
        given += step.theta;
        running = step.product;
      }
      expect(residualOf(start) - residualOf(running)).toBe(given);
      for (const e of running) {
        const beyond = steps.some(({ reach }) => reach === 2);
        expect(residual(e) >= (beyond ? -e.v : 0n)).toBe(true);
        expect(transferred(e)).toBe((e.v * BigInt(e.u)) / BigInt(e.d));
        expect(e.u <= e.k && e.u <= 2 * e.d).toBe(true);
      }
    }),
  );
});

test('whatever is taken apart: no value is made or lost, parts come with all their parts, none twice', () => {
  fc.assert(
    fc.property(product, fc.nat(), fc.integer({ min: 0, max: 4000 }), (start, pick, minutes) => {
      const old = operate(start, minutes, 2).product;
      const target = old[pick % old.length]?.id as string;
      const { dissolved, parts } = disassemble(old, target);
      expect(dissolved.some(({ id }) => id === target)).toBe(true);
      expect([...ids(dissolved), ...parts.flatMap(ids)].sort()).toEqual(ids(old));
      expect(residualOf(dissolved) + parts.reduce((sum, p) => sum + residualOf(p), 0n)).toBe(residualOf(old));
      for (const p of parts) {
        for (const e of p) expect(allParts(p, e.id).length).toBeGreaterThanOrEqual(e.children.length);
        expect(p.flatMap((e) => e.children).every((id) => p.some((e) => e.id === id))).toBe(true);
        expect(p.at(-1)?.id).toBe(roots(p).at(-1)?.id);
      }
    }),
  );
});
