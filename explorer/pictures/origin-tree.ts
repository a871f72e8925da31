/** The rows of an origin as a tree, and sums over it. Values stay exact; only pictures round. */
import type { Id, OriginRow } from '../answers.ts';

export interface OriginNode {
  readonly row: OriginRow;
  readonly value: bigint;
  /** In the order of the answer: work first, then the larger first. */
  readonly children: readonly OriginNode[];
}

/** undefined when there are no rows. */
export function treeOf(rows: readonly OriginRow[]): OriginNode | undefined {
  const below = new Map<number, OriginRow[]>();
  for (const row of rows) {
    if (row.into === undefined) continue;
    const siblings = below.get(row.into);
    if (siblings === undefined) below.set(row.into, [row]);
    else siblings.push(row);
  }
  const node = (row: OriginRow): OriginNode => ({
    row,
    value: BigInt(row.value),
    children: (below.get(row.id) ?? []).map(node),
  });
  const top = rows.find(({ into }) => into === undefined);
  return top === undefined ? undefined : node(top);
}

/** Work by collective in all of a tree, most first. */
export function workIn(
  rows: readonly OriginRow[],
): readonly { readonly collective: Id; readonly name: string; readonly value: bigint }[] {
  const sums = new Map<Id, { collective: Id; name: string; value: bigint }>();
  for (const { what, collective, name, value } of rows) {
    if (what !== 'work' || collective === undefined) continue;
    const sum = sums.get(collective) ?? { collective, name, value: 0n };
    sum.value += BigInt(value);
    sums.set(collective, sum);
  }
  return [...sums.values()].sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : 0));
}
