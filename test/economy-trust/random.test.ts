/**
 * Random graphs with everything on them: trust comes and goes, and after every transaction the subsystems are the connected
 * components, L1 holds in each, what was divided adds up to what there was, and prices folded from events are the pools.
 */
import { expect, test } from 'vitest';
import { chance } from '../../demo/chance.ts';
import { TrustGraph } from '../../src/economy/connectivity.ts';
import type { SubsystemRow } from '../../src/economy/state.ts';
import { faults } from '../economy/audit.ts';
import { Loaded, naiveComponents, priceFaults } from './loaded.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => i + 1);

test.each(SEEDS)('seed %i: 40 collectives, 120 times trust or its end', (seed) => {
  const w = new Loaded(seed, 40);
  expect(faults(w.state)).toEqual([]);
  let [splits, merges] = [0, 0];
  for (let i = 0; i < 120; i++) {
    const where = `seed ${seed} step ${i}`;
    if (w.below(15) === 0) w.next(w.below(20));
    const before = new Map(w.state.subsystems.entries());
    const edge = [...w.state.trusts.entries()][w.below(w.state.trusts.size)]?.[0];
    const [a = '', b = ''] = edge?.split('/') ?? [];
    if (w.below(5) < 2 && edge !== undefined) w.trust('cancel_trust', a, b);
    else w.trust('establish_trust', w.members[w.below(40)] ?? '', w.members[w.below(40)] ?? '');
    const components = naiveComponents(
      w.members,
      [...w.state.trusts.entries()].map(([at]) => at),
    );
    for (const [id, row] of w.state.collectives.entries())
      expect(row.subsystem, where).toBe(components.get(id));
    expect(faults(w.state), where).toEqual([]);
    expect(priceFaults(w), where).toEqual([]);
    const told = w.events.find((event) => event.kind === 'split');
    if (w.state.subsystems.size < before.size) merges += 1;
    if (told?.kind !== 'split') continue;
    splits += 1;
    const was = before.get(told.kept) as SubsystemRow;
    const [kept, leaving] = [told.kept, told.leaving].map((id) => w.state.subsystems.get(id) as SubsystemRow);
    for (const parts of [kept, leaving]) expect(parts, where).toBeDefined();
    const sum = (of: (row: SubsystemRow) => bigint) => of(kept as SubsystemRow) + of(leaving as SubsystemRow);
    expect(
      sum((r) => r.C + r.W + r.D + r.Q - r.R),
      where,
    ).toBe(was.C + was.W + was.D + was.Q - was.R);
    expect([kept?.R, leaving?.R], where).toEqual([was.R, 0n]);
    expect((kept?.members ?? 0) + (leaving?.members ?? 0), where).toBe(was.members);
  }
  expect(Math.min(splits, merges)).toBeGreaterThan(5);
});

test('two searches say the same as one from a single end, on 300 random graphs', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = chance(seed);
    const size = 2 + Math.floor(random() * (seed % 10 === 0 ? 300 : 30));
    const graph = new TrustGraph();
    for (let i = 0; i < size; i++) graph.add(String(i), i);
    for (let i = 0; i < size * random() * 2; i++)
      graph.link(String(Math.floor(random() * size)), String(Math.floor(random() * size)));
    graph.unlink('0', '1');
    const reach = (from: string) => {
      const seen = new Set([from]);
      for (const id of seen) for (const next of graph.get(id) ?? []) seen.add(next);
      return seen;
    };
    const [of0, of1] = [reach('0'), reach('1')];
    const side = graph.cutOff('0', '1');
    if (of0.has('1')) expect(side, `seed ${seed}`).toBeUndefined();
    else expect([of0, of1], `seed ${seed}`).toContainEqual(new Set(side?.map(String)));
  }
});

test('a search follows the smaller side: cutting a leaf off a long path looks at the leaf', () => {
  const graph = new TrustGraph();
  for (let i = 0; i < 10_000; i++) graph.add(String(i), i);
  for (let i = 1; i < 9_999; i++) graph.link(String(i), String(i + 1));
  let looked = 0;
  const sides: [string, string][] = [
    ['0', '1'],
    ['1', '0'],
  ];
  for (const edges of graph.edges)
    edges[Symbol.iterator] = function* () {
      looked += 1;
      for (let i = 0; i < edges.length; i++) yield edges[i] as number;
      return undefined;
    };
  for (const [a, b] of sides) {
    looked = 0;
    expect(graph.cutOff(a, b)).toEqual([0]);
    expect(looked).toBeLessThan(4);
  }
});
