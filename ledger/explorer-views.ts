/**
 * What the explorer page asks beyond `views.ts`: subsystems and their trust, products and how their prices came about, where a value comes
 * from, revisions, outlets by month. Plain JSON-able objects from the state and the chronicle; names stand beside ids. Nothing
 * here names a wallet or a coupon.
 * Not here: blocks and transactions (`readable.ts`), HTTP (`explorer-routes.ts`).
 */
import type { CryptoPort } from '../src/crypto-port.ts';
import { monthBefore, monthEnd } from '../src/economy/calendar.ts';
import { revisionId } from '../src/economy/product.ts';
import type { Id } from '../src/economy/transaction.ts';
import { labelOf } from '../src/economy/who.ts';
import { CHRONICLE_MONTHS, LABOUR_MONTHS, ORIGIN_DELIVERIES, QUERY_ROWS } from '../src/limits.ts';
import type { Chronicle } from './chronicle.ts';
import type { View } from './engine.ts';
import { type Json, toJson } from './json.ts';
import { originRows, type Share } from './origin-tree.ts';

type Answer = Record<string, Json>;

const nameOf = (view: View, id: Id): string => view.state.collectives.get(id)?.name ?? '';
const ordinalOf = (view: View, id: Id): number => view.state.collectives.get(id)?.ordinal ?? 0;

function typeJson(view: View, type: Id): Answer {
  const product = view.state.types.get(type);
  return { type, name: product?.name ?? '', unit: product?.unit ?? '' };
}

/** A subsystem's members in order of registration, at most QUERY_ROWS. */
function membersOf(view: View, subsystem: Id): readonly Id[] {
  return [...(view.state.indexes.members.get(subsystem) ?? [])]
    .sort((a, b) => ordinalOf(view, a) - ordinalOf(view, b))
    .slice(0, QUERY_ROWS);
}

/** Its members that hand goods out, likewise. */
function outletsOf(view: View, subsystem: Id): readonly Id[] {
  return [...(view.state.indexes.members.get(subsystem) ?? [])]
    .filter((id) => view.state.collectives.get(id)?.dispatches)
    .sort((a, b) => ordinalOf(view, a) - ordinalOf(view, b))
    .slice(0, QUERY_ROWS);
}

/** Subsystems in order of their oldest members, from an ordinal on; named like these. */
export function subsystemsView(view: View, from: number): Answer {
  const found = [...view.state.subsystems.entries()]
    .map(([id, { members }]) => ({ id, name: nameOf(view, id), ordinal: ordinalOf(view, id), members }))
    .filter(({ ordinal }) => ordinal >= from)
    .sort((a, b) => a.ordinal - b.ordinal);
  return { subsystems: found.slice(0, QUERY_ROWS) };
}

/** A subsystem's members and the trust among them, with what went along each edge, both ways. */
export function subsystemView(view: View, { origins }: Chronicle, id: Id): Answer | undefined {
  const row = view.state.subsystems.get(id);
  if (row === undefined) return undefined;
  const members = membersOf(view, id);
  const listed = new Set(members);
  const trusts: Answer[] = [];
  for (const a of members)
    for (const b of view.state.indexes.neighbours.get(a) ?? []) {
      if (a > b || !listed.has(b) || trusts.length >= QUERY_ROWS) continue;
      const ways = [origins.passed(a, b), origins.passed(b, a)].filter((way) => way !== undefined);
      trusts.push({ a, b, passed: toJson(ways) });
    }
  return {
    id,
    name: nameOf(view, id),
    count: row.members,
    members: members.map((member) => {
      const { name = '', dispatches = false, ordinal = 0 } = view.state.collectives.get(member) ?? {};
      return { id: member, name, dispatches, ordinal };
    }),
    trusts,
  };
}

/** Minutes of work by member in each of the last LABOUR_MONTHS, newest first. */
export function labourView(view: View, { labour }: Chronicle, id: Id): Answer | undefined {
  if (!view.state.subsystems.has(id)) return undefined;
  const months: Answer[] = [];
  const members = [...(view.state.indexes.members.get(id) ?? [])];
  let until = monthEnd(view.header.time);
  for (let n = 0; n < LABOUR_MONTHS && until >= view.genesis.time; n++, until = monthBefore(until)) {
    const worked = members
      .map((collective) => ({
        collective,
        name: nameOf(view, collective),
        minutes: labour.of(collective).find(([month]) => month === until)?.[1] ?? 0,
      }))
      .filter(({ minutes }) => minutes > 0)
      .sort((a, b) => b.minutes - a.minutes || (a.collective < b.collective ? -1 : 1))
      .slice(0, QUERY_ROWS);
    months.push({ until, worked });
  }
  return { subsystem: id, months };
}

function poolJson(view: View, subsystem: Id, type: Id): Answer {
  const pool = view.state.pools.get(`${subsystem}/${type}`);
  return {
    ...typeJson(view, type),
    label: labelOf(view.state, subsystem, type),
    amount: pool?.amount ?? 0,
    value: (pool?.value ?? 0n).toString(),
  };
}

/** Every type that has been in dispatch stock of a subsystem, by name: what the pool holds now. */
export function productsView(view: View, subsystem: Id): Answer | undefined {
  if (!view.state.subsystems.has(subsystem)) return undefined;
  const types = [...(view.state.indexes.pools.get(subsystem) ?? [])];
  const named = types.map((type) => ({ type, name: view.state.types.get(type)?.name ?? '' }));
  named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.type < b.type ? -1 : 1));
  return {
    subsystem,
    products: named.slice(0, QUERY_ROWS).map(({ type }) => poolJson(view, subsystem, type)),
  };
}

const hasPool = (view: View, subsystem: Id, type: Id): boolean =>
  view.state.indexes.pools.get(subsystem)?.has(type) ?? false;

/** One of them, and which outlets hold how much of it. */
export function productView(view: View, subsystem: Id, type: Id): Answer | undefined {
  if (!hasPool(view, subsystem, type)) return undefined;
  const outlets = outletsOf(view, subsystem).flatMap((outlet) => {
    const stock = view.state.stock.get(`${outlet}/${type}`);
    return stock === undefined ? [] : [{ outlet, name: nameOf(view, outlet), amount: stock.amount }];
  });
  return { subsystem, ...poolJson(view, subsystem, type), outlets };
}

/** How its average price came about. */
export function historyView(view: View, { prices }: Chronicle, subsystem: Id, type: Id): Answer | undefined {
  if (!hasPool(view, subsystem, type)) return undefined;
  const points = prices.points(subsystem, type).map(({ height, time, amount, value, entered }) => ({
    height,
    time,
    amount: Number(amount),
    value: value.toString(),
    entered: Number(entered.amount),
    enteredValue: entered.value.toString(),
    ...(entered.last === undefined ? {} : { by: entered.last }),
  }));
  return { subsystem, ...typeJson(view, type), points };
}

function rowsJson(view: View, { origins }: Chronicle, type: Id, shares: readonly Share[]): Json {
  return originRows(origins, type, shares).map((row) => {
    const named =
      row.collective === undefined
        ? typeJson(view, row.type ?? '')
        : { collective: row.collective, name: nameOf(view, row.collective) };
    return { ...(toJson(row) as Answer), ...named };
  });
}

/** Where the minutes of a type's latest deliveries come from: what its price is made of. */
export function productOriginView(
  view: View,
  chronicle: Chronicle,
  subsystem: Id,
  type: Id,
): Answer | undefined {
  if (!hasPool(view, subsystem, type)) return undefined;
  const deliveries = outletsOf(view, subsystem)
    .flatMap((outlet) => chronicle.origins.deliveries(outlet, type))
    .sort((a, b) => b.height - a.height || (a.transaction < b.transaction ? -1 : 1))
    .slice(0, ORIGIN_DELIVERIES);
  return {
    subsystem,
    ...typeJson(view, type),
    deliveries: deliveries.map(({ transaction, height, time, from, outlet, amount, value }) => ({
      transaction,
      height,
      time,
      from,
      fromName: nameOf(view, from),
      outlet,
      outletName: nameOf(view, outlet),
      amount,
      value: value.toString(),
    })),
    rows: rowsJson(view, chronicle, type, deliveries),
  };
}

/** Where the minutes of one lot come from. */
export function lotOriginView(view: View, chronicle: Chronicle, id: Id): Answer | undefined {
  const lot = view.state.lots.get(id);
  if (lot === undefined) return undefined;
  const { type, owner, amount, value, label } = lot;
  const share = { source: chronicle.origins.sourceOf(id), amount, value };
  return {
    lot: id,
    ...typeJson(view, type),
    owner,
    ownerName: nameOf(view, owner),
    amount,
    value: value.toString(),
    label,
    rows: rowsJson(view, chronicle, type, [share]),
  };
}

/** A subsystem's final revisions, newest first. */
export function revisionsView(view: View, crypto: CryptoPort, subsystem: Id): Answer | undefined {
  if (!view.state.subsystems.has(subsystem)) return undefined;
  const revisions: Answer[] = [];
  let until = monthBefore(monthEnd(view.header.time));
  for (; until >= view.genesis.time && revisions.length < CHRONICLE_MONTHS; until = monthBefore(until)) {
    const revision = revisionId(crypto, subsystem, until);
    const row = view.state.revisions.get(revision);
    if (row === undefined) continue;
    const { a, c, w, tax, debt } = row;
    revisions.push({ revision, until, ...(toJson({ a, c, w, tax, debt }) as Answer) });
  }
  return { subsystem, revisions };
}

/** The outlets of a subsystem: today's clearing, and the months of what was redeemed and what was handed over, newest first. */
export function outletsView(view: View, { outlets }: Chronicle, subsystem: Id): Answer | undefined {
  if (!view.state.subsystems.has(subsystem)) return undefined;
  const found = outletsOf(view, subsystem).map((outlet) => ({
    outlet,
    name: nameOf(view, outlet),
    clearing: (view.state.clearing.get(outlet) ?? 0n).toString(),
    months: outlets
      .of(outlet)
      .map(([until, sums]) => ({ until, ...(toJson(sums) as Answer) }))
      .sort((a, b) => b.until - a.until),
  }));
  return { subsystem, outlets: found };
}
