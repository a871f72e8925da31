/** Look-ups made again from the tables, after a state was restored. Rules keep them beside their writes, or they follow the tables by themselves (`watches.ts`). */
import type { State } from './state.ts';
import type { Id } from './transaction.ts';

/** Clears all indexes and fills them from the tables. No rule depends on the order of rows, which a restore may change. */
export function rebuildIndexes(state: State): void {
  const { indexes } = state;
  for (const index of Object.values(indexes)) (index as { clear(): void }).clear();
  for (const [id, row] of state.collectives.entries()) {
    addTo(indexes.members, row.subsystem, id);
    indexes.byKey.set(row.key, id);
    indexes.neighbours.add(id, row.ordinal);
  }
  for (const [at] of state.trusts.entries()) indexes.neighbours.link(...pair(at));
  for (const [at] of state.pools.entries()) addTo(indexes.pools, ...pair(at));
  for (const [at] of state.labels.entries()) addTo(indexes.labels, ...pair(at));
  for (const [at] of state.balances.entries()) addTo(indexes.walletOrigins, ...pair(at));
  for (const [id, row] of state.workloads.entries())
    if (row.revision === undefined) indexes.uncovered.add(id);
  for (const table of state.tables()) table.retell();
  indexes.changes.clear();
}

/** Adds to the set under a key, making it when there is none. */
export function addTo<K>(map: Map<K, Set<Id>>, at: K, id: Id): void {
  const set = map.get(at);
  if (set === undefined) map.set(at, new Set([id]));
  else set.add(id);
}

function pair(at: string): [string, string] {
  const slash = at.indexOf('/');
  return [at.slice(0, slash), at.slice(slash + 1)];
}
