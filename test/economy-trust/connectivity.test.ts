/** The trust graph by itself: what stands in it after edges came, came again and went. Searches in it: `random.test.ts`. */
import { expect, test } from 'vitest';
import { TrustGraph } from '../../src/economy/connectivity.ts';

function graph(...ids: readonly string[]): TrustGraph {
  const made = new TrustGraph();
  for (const [ordinal, id] of ids.entries()) made.add(id, ordinal);
  return made;
}

test('an edge stands once, on both sides, and goes once', () => {
  const g = graph('a', 'b', 'c', 'd');
  for (const other of ['d', 'b', 'c', 'b']) g.link('a', other);
  expect(g.get('a')).toEqual(new Set(['b', 'c', 'd']));
  expect(g.edges).toEqual([[1, 2, 3], [0], [0], [0]]);
  g.unlink('b', 'a');
  g.unlink('c', 'd');
  expect(g.edges).toEqual([[2, 3], [], [0], [0]]);
  expect(g.get('b')).toBeUndefined();
  expect(g.get('nobody')).toBeUndefined();
});

test('who is known already stays as it is', () => {
  const g = graph('a', 'b');
  g.link('a', 'b');
  g.add('a', 7);
  expect(g.get('a')).toEqual(new Set(['b']));
  expect(g.ids).toEqual(['a', 'b']);
});

test('cleared, it is a new one', () => {
  const g = graph('a', 'b', 'c');
  g.link('a', 'b');
  g.clear();
  expect([g.ids, g.edges, g.ordinals]).toEqual([[], [], new Map()]);
  g.add('b', 0);
  g.add('a', 1);
  expect(g.cutOff('a', 'b')).toHaveLength(1);
  expect([new TrustGraph().ids, new TrustGraph().edges]).toEqual([[], []]);
});

test('of two hundred, two paths that do not meet are told apart, and one path that is cut and mended', () => {
  const g = graph(...Array.from({ length: 200 }, (_, i) => `${i}`));
  for (let i = 1; i < 200; i++) g.link(`${i - 1}`, `${i}`);
  expect(g.cutOff('100', '199')).toBeUndefined();
  g.unlink('110', '109');
  expect(g.cutOff('109', '110')?.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 90 }, (_, i) => 110 + i),
  );
  g.link('110', '0');
  expect(g.cutOff('109', '110')).toBeUndefined();
});

test('an edge to nobody is a bug', () => {
  const g = graph('a');
  expect(() => g.link('a', 'nobody')).toThrow('no collective nobody');
  expect(() => g.cutOff('nobody', 'a')).toThrow('no collective nobody');
  expect(g.edges).toEqual([[]]);
});
