/**
 * Look-ups that follow the tables by themselves: each watcher sees a row as it was and as it is, and nobody who writes a
 * table can forget them. A table that comes to hold value (a term of L1) must be watched here; the auditor of the tests
 * says so when it is not. Not here: look-ups that rules keep beside their writes (`indexes.ts`).
 */
import { couponMinutes } from '../coupons/denominations.ts';
import { PACK_MINUTES } from '../limits.ts';
import { fromMinutes, type MicroMinutes } from '../units/micro-minutes.ts';
import {
  addChange,
  addHolding,
  addTotal,
  couponsOut,
  lotValue,
  moveHoldings,
  openIssue,
  workInProgress,
} from './holdings.ts';
import type { LoadRow, State, Table, WorkloadRow } from './state.ts';
import { readParameter } from './subsystem-parameters.ts';
import type { Id } from './transaction.ts';

/** Sets the watchers of a state's tables. */
export function watchTables(state: State): void {
  watchHoldings(state);
  watchAccounts(state);
  watchLookUps(state);
}

function on<V>(
  table: Table<V>,
  changed: (key: string, before: V | undefined, after: V | undefined) => void,
): void {
  table.watch({ changed });
}

/** What a row was or is: for fields that never change in its life. */
function either<V>(before: V | undefined, after: V | undefined): V {
  return (after ?? before) as V;
}

/** The terms of L1 that hang on collectives. A load's wallet, keyset and a lot's owner never change in a row's life. */
function watchHoldings(state: State): void {
  const { indexes } = state;
  on(state.collectives, (id, before, after) => {
    if (before?.subsystem !== after?.subsystem) moveHoldings(state, id, before?.subsystem, after?.subsystem);
  });
  on(state.workloads, (id, before, after) => {
    const { collective: at, production } = either(before, after);
    const [was, is] = [unrevised(before), unrevised(after)];
    addHolding(state, at, 'U', is - was);
    if (is !== was && state.productions.get(production)?.label === 'common')
      addHolding(state, at, 'K', is - was);
    addHolding(state, at, 'P', unclaimed(after) - unclaimed(before));
    if (before?.revision !== after?.revision) {
      take(indexes.covered, before?.revision, id);
      put(indexes.covered, after?.revision, id);
    }
  });
  on(state.balances, (at, before = 0n, after = 0n) => {
    addHolding(state, at.slice(at.indexOf('/') + 1), 'B', after - before);
  });
  on(state.clearing, (outlet, before = 0n, after = 0n) => addHolding(state, outlet, 'Z', after - before));
  on(state.keysets, (_, before, after) => {
    addHolding(state, either(before, after).office, 'O', couponsOut(after) - couponsOut(before));
  });
  const officeOf = (keyset: Id): Id => state.keysets.get(keyset)?.office ?? '';
  const owe = (keyset: Id, change: MicroMinutes): void => addHolding(state, officeOf(keyset), 'O', change);
  on(state.loads, (_, before, after) => {
    const { keyset, packs } = either(before, after);
    const minutes = packs * PACK_MINUTES;
    owe(keyset, openIssue(after, minutes) - openIssue(before, minutes));
    if (loaded(before) === loaded(after)) return;
    const office = officeOf(keyset);
    for (const { origin, value } of loaded(before)) addLoaded(state, office, origin, -value);
    for (const { origin, value } of loaded(after)) addLoaded(state, office, origin, value);
  });
  on(state.refreshes, (_, before, after) => {
    const { keyset, coupons } = either(before, after);
    const minutes = couponMinutes(coupons);
    owe(keyset, openIssue(after, minutes) - openIssue(before, minutes));
  });
  on(state.takeBacks, (_, before, after) => {
    const { keyset, minutes } = either(before, after);
    owe(keyset, openIssue(after, minutes) - openIssue(before, minutes));
  });
  on(state.lots, (id, before, after) => {
    if (before?.owner === after?.owner)
      addHolding(state, after?.owner ?? '', 'G', lotValue(after) - lotValue(before));
    else {
      addHolding(state, before?.owner ?? '', 'G', -lotValue(before));
      addHolding(state, after?.owner ?? '', 'G', lotValue(after));
    }
    if (before?.type === after?.type) return;
    take(indexes.lotsOf, before?.type, id);
    put(indexes.lotsOf, after?.type, id);
  });
  on(state.productions, (_, before, after) => {
    addHolding(state, either(before, after).producer, 'G', workInProgress(after) - workInProgress(before));
  });
  on(state.pools, (at, before, after) => {
    addTotal(state, at.slice(0, at.indexOf('/')), 'G', (after?.value ?? 0n) - (before?.value ?? 0n));
  });
}

function unrevised(row: WorkloadRow | undefined): MicroMinutes {
  return row === undefined || row.revision !== undefined ? 0n : fromMinutes(row.minutes);
}
function unclaimed(row: WorkloadRow | undefined): MicroMinutes {
  return row === undefined || row.claimed ? 0n : (row.share ?? 0n);
}

const NONE: LoadRow['taken'] = [];
/** What left the origins, unless it was given back. */
function loaded(row: LoadRow | undefined): LoadRow['taken'] {
  return row === undefined || row.cancelled ? NONE : row.taken;
}

/** What was loaded at an office, by origin: what a grace period is measured by. */
function addLoaded({ indexes }: State, office: Id, origin: Id, change: MicroMinutes): void {
  const of = indexes.loadedAt.get(office) ?? new Map<Id, MicroMinutes>();
  const value = (of.get(origin) ?? 0n) + change;
  if (value === 0n) of.delete(origin);
  else of.set(origin, value);
  if (of.size === 0) indexes.loadedAt.delete(office);
  else indexes.loadedAt.set(office, of);
}

/** Changes of a subsystem's accounts, which `contributions.ts` attributes to transactions. */
function watchAccounts(state: State): void {
  on(state.subsystems, (id, before, after) => {
    for (const account of ['C', 'W', 'D', 'Q', 'R'] as const)
      addChange(state, id, account, (after?.[account] ?? 0n) - (before?.[account] ?? 0n));
  });
}

function watchLookUps(state: State): void {
  const { indexes } = state;
  on(state.stock, (at, _, after) => {
    const [collective, type] = parts(at);
    const rows = indexes.stockOf.get(collective);
    if (after === undefined) {
      rows?.delete(type);
      if (rows?.size === 0) indexes.stockOf.delete(collective);
    } else if (rows === undefined) indexes.stockOf.set(collective, new Map([[type, after]]));
    else rows.set(type, after);
  });
  on(state.contributions, (at, before) => {
    // No rule takes one away.
    if (before === undefined) put(indexes.contributions, at.split('/', 2).join('/'), at);
  });
  on(state.grace, (at, before, after) => {
    if ((before === undefined) === (after === undefined)) return;
    const [subsystem, office] = parts(at);
    if (after === undefined) take(indexes.grace, subsystem, office);
    else put(indexes.grace, subsystem, office);
  });
  on(state.proposals, (id, _, after) => {
    if (after?.state === 'open') indexes.openProposals.add(id);
    else indexes.openProposals.delete(id);
  });
  on(state.parameters, (at, _, after) => {
    const [subsystem, name] = parts(at);
    const next: Record<string, unknown> = { ...indexes.parameters.get(subsystem) };
    if (after === undefined) delete next[name];
    else Object.assign(next, readParameter(name, after));
    if (Object.keys(next).length === 0) indexes.parameters.delete(subsystem);
    else indexes.parameters.set(subsystem, next);
  });
}

function put<V>(map: Map<Id, Set<V>>, at: Id | undefined, value: V): void {
  if (at === undefined) return;
  const set = map.get(at);
  if (set === undefined) map.set(at, new Set([value]));
  else set.add(value);
}
function take<V>(map: Map<Id, Set<V>>, at: Id | undefined, value: V): void {
  const set = at === undefined ? undefined : map.get(at);
  if (at === undefined || set === undefined) return;
  set.delete(value);
  if (set.size === 0) map.delete(at);
}
function parts(at: string): [string, string] {
  const slash = at.indexOf('/');
  return [at.slice(0, slash), at.slice(slash + 1)];
}
