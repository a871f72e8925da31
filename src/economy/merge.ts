/**
 * Two economic subsystems become one (§2.1). The id is that of the oldest member collective; every account adds, so L1 holds
 * by itself; labels, parameters and the live keyset are those of the part with more members (ties: the older id). Where a label
 * changes by this, the smaller part's goods of the type are booked as by a vote (`labels.ts`). Its open proposals lapse.
 */
import { POOL_AMOUNT_MAX } from '../limits.ts';
import { accounts, post } from './accounts.ts';
import { graceAfterMerge } from './grace.ts';
import { addTo } from './indexes.ts';
import { relabelGoods } from './labels.ts';
import { joinPools, pricesFrom, setPool } from './pool.ts';
import { proposalsAfterMerge } from './proposals.ts';
import type { Context } from './rule.ts';
import type { State } from './state.ts';
import type { Id } from './transaction.ts';
import { collective, labelOf, subsystemOf } from './who.ts';

/** Whether the pools of two collectives' subsystems fit together. */
export function joinedPools(state: State, a: Id, b: Id): boolean {
  const [x, y] = [subsystemOf(state, a), subsystemOf(state, b)];
  if (x === y) return true;
  const amount = (subsystem: Id, type: Id) => state.pools.get(`${subsystem}/${type}`)?.amount ?? 0;
  for (const type of state.indexes.pools.get(x) ?? [])
    if (amount(x, type) + amount(y, type) > POOL_AMOUNT_MAX) return false;
  return true;
}

/** Merges the subsystems x and y, which differ. */
export function merge(context: Context, x: Id, y: Id): void {
  const { state } = context;
  const older = collective(state, x).ordinal < collective(state, y).ordinal;
  const [kept, gone] = older ? [x, y] : [y, x];
  const [rows, others] = [accounts(state, kept), accounts(state, gone)];
  const bigger = others.members > rows.members ? gone : kept;
  const smaller = bigger === kept ? gone : kept;
  const changed = relabelPart(context, smaller, state.indexes.labels.get(bigger) ?? new Set());
  moveLabels(state, bigger, kept, gone);
  moveParameters(context, bigger, kept, gone);
  movePools(context, kept, gone);
  moveLiveKeyset(context, bigger, smaller, kept);
  post(state, kept, accounts(state, gone));
  state.subsystems.set(kept, { ...accounts(state, kept), members: rows.members + others.members });
  state.subsystems.delete(gone);
  for (const member of sorted(state.indexes.members.get(gone))) {
    state.collectives.set(member, { ...collective(state, member), subsystem: kept });
    addTo(state.indexes.members, kept, member);
    context.emit({ kind: 'member', collective: member, subsystem: kept });
  }
  state.indexes.members.delete(gone);
  for (const type of changed)
    context.emit({ kind: 'labelled', subsystem: kept, type, label: labelOf(state, kept, type) });
  graceAfterMerge(context, kept, gone);
  proposalsAfterMerge(context, bigger, smaller, kept);
}

/** Books what changes in a part when its commons become exactly `commons`. Returns the types that change, in order. */
function relabelPart(context: Context, part: Id, commons: ReadonlySet<Id>): readonly Id[] {
  const own = context.state.indexes.labels.get(part) ?? new Set<Id>();
  const changed = sorted(new Set([...own, ...commons].filter((type) => own.has(type) !== commons.has(type))));
  for (const type of changed)
    relabelGoods(context, part, type, commons.has(type) ? 'common' : 'exclusive', 'merge');
  return changed;
}

function moveLabels(state: State, from: Id, kept: Id, gone: Id): void {
  const { labels } = state.indexes;
  const types = labels.get(from) ?? new Set<Id>();
  for (const part of [kept, gone])
    for (const type of sorted(labels.get(part)))
      if (part === gone || !types.has(type)) state.labels.delete(`${part}/${type}`);
  for (const type of sorted(types)) state.labels.set(`${kept}/${type}`, 'common');
  labels.delete(gone);
  if (types.size === 0) labels.delete(kept);
  else labels.set(kept, types);
}

/** The parameters that the bigger part had set hold in the whole. */
function moveParameters({ state, emit }: Context, from: Id, kept: Id, gone: Id): void {
  const { parameters, indexes } = state;
  const names = (part: Id) => Object.keys(indexes.parameters.get(part) ?? {}).sort();
  const rules = new Map(names(from).map((name) => [name, parameters.get(`${from}/${name}`) ?? '']));
  const before = new Map(names(kept).map((name) => [name, parameters.get(`${kept}/${name}`) ?? '']));
  for (const name of names(gone)) parameters.delete(`${gone}/${name}`);
  for (const parameter of before.keys()) {
    if (rules.has(parameter)) continue;
    parameters.delete(`${kept}/${parameter}`);
    emit({ kind: 'parameter', subsystem: kept, parameter });
  }
  for (const [parameter, value] of rules) {
    if (before.get(parameter) === value) continue;
    parameters.set(`${kept}/${parameter}`, value);
    emit({ kind: 'parameter', subsystem: kept, parameter, value });
  }
}

function movePools(context: Context, kept: Id, gone: Id): void {
  const { state, time } = context;
  const keepFrom = pricesFrom(context, kept);
  for (const type of sorted(state.indexes.pools.get(gone))) {
    const added = state.pools.get(`${gone}/${type}`);
    if (added === undefined) throw new Error('index names no pool');
    const own = state.pools.get(`${kept}/${type}`);
    setPool(state, kept, type, own === undefined ? added : joinPools(own, added, time, keepFrom));
    state.pools.delete(`${gone}/${type}`);
  }
  state.indexes.pools.delete(gone);
}

/** The other part's coupons stay redeemable; only new ones come from the one office. */
function moveLiveKeyset(context: Context, bigger: Id, smaller: Id, kept: Id): void {
  const { liveKeysets } = context.state;
  const keyset = liveKeysets.get(bigger) ?? liveKeysets.get(smaller);
  liveKeysets.delete(bigger);
  liveKeysets.delete(smaller);
  if (keyset === undefined) return;
  liveKeysets.set(kept, keyset);
  context.emit({ kind: 'live_keyset', subsystem: kept, keyset });
}

/** Indexes have no order that outlives a restore; what is written or told in order goes by id (L4). */
function sorted(ids: ReadonlySet<Id> | undefined): readonly Id[] {
  return [...(ids ?? [])].sort();
}
