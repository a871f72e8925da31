/**
 * Two economic subsystems become one (§2.1). The id is that of the oldest member collective; every account adds, so L1 holds
 * by itself; labels and the live keyset are those of the part with more members (ties: the older id). Where a label changes by
 * this, the smaller part's free lots and stock of the type are booked as by a vote: their exclusive value to w, + when
 * the type becomes common there, − when exclusive; what is in work keeps its label until it is put out.
 */
import { POOL_AMOUNT_MAX } from '../limits.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { accounts, post } from './accounts.ts';
import { addTo } from './indexes.ts';
import { emptyValue, joinPools, setPool } from './pool.ts';
import type { Context } from './rule.ts';
import type { State } from './state.ts';
import type { Id } from './transaction.ts';
import { collective, subsystemOf } from './who.ts';

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
  relabel(context, smaller, state.indexes.labels.get(bigger) ?? new Set());
  moveLabels(state, bigger, kept, gone);
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
}

/** Books what changes in `subsystem` when its commons become exactly `commons`. */
function relabel(context: Context, subsystem: Id, commons: ReadonlySet<Id>): void {
  const { state } = context;
  const own = state.indexes.labels.get(subsystem) ?? new Set<Id>();
  const changed = new Set([...own, ...commons].filter((type) => own.has(type) !== commons.has(type)));
  if (changed.size === 0) return;
  let wasted: MicroMinutes = 0n;
  for (const [id, lot] of [...state.lots.entries()]) {
    // What a production uses keeps its label until it is free (`lot-use.ts`).
    if (!changed.has(lot.type) || lot.use !== undefined || subsystemOf(state, lot.owner) !== subsystem)
      continue;
    const label = commons.has(lot.type) ? 'common' : 'exclusive';
    if (lot.label === label) continue;
    state.lots.set(id, { ...lot, label });
    wasted += label === 'common' ? lot.value : -lot.value;
  }
  const holders = sorted(state.indexes.members.get(subsystem));
  for (const type of sorted(changed))
    if (commons.has(type)) wasted += emptyValue(context, subsystem, type, holders, 'merge');
  post(state, subsystem, { W: wasted });
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

function movePools(context: Context, kept: Id, gone: Id): void {
  const { state, time, parameters } = context;
  const keepFrom = time - parameters.offlineMax - parameters.holdMax;
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
