/**
 * What the queries answer, as plain JSON-able objects made from the state. Ids and keys are hex, values micro-minutes as
 * decimal strings. There is deliberately no view of a single coupon serial: who could ask «was this one spent, and
 * when» could tie a purchase to a person.
 * Not here: HTTP (api.ts), the form of the answers as JSON Schema (api-schemas.ts).
 */

import { toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { explainRevision, type Line } from '../src/economy/explain.ts';
import { owedFor } from '../src/economy/owed.ts';
import type { Id, Key } from '../src/economy/transaction.ts';
import { QUERY_ROWS } from '../src/limits.ts';
import { allAccounts, paritySum } from './accounts.ts';
import type { View } from './engine.ts';
import { genesisDocument } from './genesis.ts';
import { type Json, toJson } from './json.ts';

type Answer = Record<string, Json>;

/** The chain and its last block; `now` is the ledger's time. */
export function statusView({ genesis, header, hash }: View, now: number): Answer {
  const { parameters } = JSON.parse(genesisDocument(genesis)) as { parameters: Json };
  return {
    chain: genesis.chain,
    height: header.height,
    time: header.time,
    now,
    stateHash: header.stateHash,
    blockHash: hash,
    parameters,
  };
}

function collectiveJson(view: View, id: Id): Answer | undefined {
  const row = view.state.collectives.get(id);
  if (row === undefined) return undefined;
  return { id, ...(toJson(row) as Answer) };
}

/** Collectives in order of registration, from an ordinal on. */
export function collectivesView(view: View, from: number): Answer {
  const found: Answer[] = [];
  for (const [id, row] of view.state.collectives.entries())
    if (row.ordinal >= from && found.length < QUERY_ROWS) found.push({ id, ...(toJson(row) as Answer) });
  return { collectives: found };
}

/** One collective, with whom it trusts strongly. */
export function collectiveView(view: View, id: Id): Answer | undefined {
  const found = collectiveJson(view, id);
  return found && { ...found, trusts: [...(view.state.indexes.neighbours.get(id) ?? [])] };
}

/** The accounts of a subsystem and their L1 sum. */
export function accountsView(view: View, subsystem: Id): Answer | undefined {
  const found = allAccounts(view.state).get(subsystem);
  if (found === undefined) return undefined;
  return {
    subsystem,
    height: view.header.height,
    accounts: toJson(found),
    sum: paritySum(found).toString(),
  };
}

export function keysetView(view: View, id: Id): Answer | undefined {
  const row = view.state.keysets.get(id);
  if (row === undefined) return undefined;
  const subsystem = view.state.collectives.get(row.office)?.subsystem;
  const live = subsystem !== undefined && view.state.liveKeysets.get(subsystem) === id;
  return { id, live, ...(toJson(row) as Answer) };
}

/** The keyset that is live in a subsystem. */
export function liveKeysetView(view: View, subsystem: Id): Answer | undefined {
  const id = view.state.liveKeysets.get(subsystem);
  return id === undefined ? undefined : keysetView(view, id);
}

/** Loads, refreshes and take backs of a keyset that its office has not issued yet, slow refreshes included; none of a revoked keyset. */
export function openLoadsView(view: View, keyset: Id): Answer | undefined {
  const row = view.state.keysets.get(keyset);
  if (row === undefined) return undefined;
  const open = row.revoked === undefined ? view.lookUps.openLoadsOf(keyset) : [];
  return { keyset, open: open.slice(0, QUERY_ROWS) };
}

/** The loads that a wallet signed, oldest first: where its words begin to look for lost coupons. */
export function walletLoadsView(view: View, wallet: Key): Answer {
  return { wallet, loads: [...view.lookUps.loadsOf(wallet)] };
}

/**
 * Refreshes into a keyset from place `from` on, with the SHA-256 of each one's first blinded serial. Whoever has words compares with
 * what these would have blinded, at home, and asks for nothing by a serial.
 */
export function refreshesView(view: View, crypto: CryptoPort, keyset: Id, from: number): Answer | undefined {
  if (!view.state.keysets.has(keyset)) return undefined;
  const all = view.lookUps.refreshesOf(keyset);
  const some = all.slice(from, from + QUERY_ROWS);
  return {
    keyset,
    all: all.length,
    refreshes: some.map((id) => {
      const [first] = view.state.refreshes.get(id)?.blinded ?? [];
      if (first === undefined) throw new Error('a look-up names a refresh that is not there');
      return { id, first: toHex(crypto.sha256(first)) };
    }),
  };
}

/** A load, refresh or take back as its office sees it. Of a refresh the old coupons are not told. */
export function loadView(view: View, id: Id): Answer | undefined {
  const owed = owedFor(view.state, id);
  if (owed === undefined) return undefined;
  const { as, row, state, exponents, issueFrom } = owed;
  const { keyset, height, blinded, signatures } = row;
  return {
    id,
    kind: as,
    state,
    keyset,
    ...(as === 'load' ? { wallet: row.wallet } : {}),
    ...(as === 'take_back' ? { minutes: row.minutes } : { packs: row.packs }),
    height,
    issueFrom,
    exponents: [...exponents],
    blinded: toJson(blinded),
    ...(signatures === undefined ? {} : { signatures: toJson(signatures) }),
  };
}

/** A wallet's workloads and balances. A wallet nobody has heard of has none of either. */
export function walletView(view: View, wallet: Key): Answer {
  const { state, lookUps } = view;
  return {
    wallet,
    workloads: lookUps.workloadsOf(wallet).map((id) => {
      const row = state.workloads.get(id);
      if (row === undefined) throw new Error('a look-up names a workload that is not there');
      const { collective, minutes, day, revision, share, claimed } = row;
      return { id, ...(toJson({ collective, minutes, day, revision, share, claimed }) as Answer) };
    }),
    balances: [...(state.indexes.walletOrigins.get(wallet) ?? [])].map((origin) => ({
      origin,
      value: (state.balances.get(`${wallet}/${origin}`) ?? 0n).toString(),
    })),
  };
}

/** What the book says an outlet holds, and its clearing. */
export function stockView(view: View, outlet: Id): Answer | undefined {
  const { state, lookUps } = view;
  if (!state.collectives.has(outlet)) return undefined;
  return {
    outlet,
    clearing: (state.clearing.get(outlet) ?? 0n).toString(),
    stock: lookUps.stockOf(outlet).map((key) => {
      const type = key.slice(key.indexOf('/') + 1);
      const product = state.types.get(type);
      return {
        type,
        name: product?.name ?? null,
        unit: product?.unit ?? null,
        amount: state.stock.get(key)?.amount ?? 0,
      };
    }),
  };
}

/** Average prices as exact fractions, value over amount: for checking; a terminal works them out from the events. */
export function pricesView(view: View, subsystem: Id): Answer | undefined {
  const { state } = view;
  if (!state.subsystems.has(subsystem)) return undefined;
  const prices: Answer[] = [];
  for (const type of state.indexes.pools.get(subsystem) ?? []) {
    const pool = state.pools.get(`${subsystem}/${type}`);
    if (pool !== undefined && pool.amount > 0)
      prices.push({ type, amount: pool.amount, value: pool.value.toString() });
  }
  return { subsystem, prices };
}

export function productionView(view: View, id: Id): Answer | undefined {
  const row = view.state.productions.get(id);
  return row && { id, ...(toJson(row) as Answer) };
}

/** The lots of one owner. */
export function lotsView(view: View, owner: Id): Answer {
  return {
    owner,
    lots: view.lookUps
      .lotsOf(owner)
      .slice(0, QUERY_ROWS)
      .map((id) => ({ id, ...(toJson(view.state.lots.get(id)) as Answer) })),
  };
}

/** One figure of a revision and what made it: their number, and the first QUERY_ROWS of them. */
function figure(value: bigint, lines: readonly Line[]): Answer {
  return { value: value.toString(), count: lines.length, lines: toJson(lines.slice(0, QUERY_ROWS)) };
}

/** «Tax explained»: a final revision's figures and the transactions that made them (src/economy/explain.ts). */
export function explainedView({ state }: View, crypto: CryptoPort, id: Id): Answer | undefined {
  const found = explainRevision(state, crypto, id);
  if (found === undefined) return undefined;
  const { subsystem, until, a, c, w, tax, debt, debtBefore, settlement, limit, highest } = found.row;
  const sum = (lines: readonly Line[]) => lines.reduce((total, { value }) => total + value, 0n);
  return {
    revision: id,
    subsystem,
    until,
    tax: tax.toString(),
    limit: limit.toString(),
    highest: highest.toString(),
    a: figure(a, found.workloads),
    c: {
      value: c.toString(),
      labour: figure(sum(found.labour), found.labour),
      other: figure(sum(found.c), found.c),
    },
    w: {
      value: w.toString(),
      wasted: figure(sum(found.w), found.w),
      rounding: figure(sum(found.rounding), found.rounding),
    },
    settlement: figure(settlement, found.settlement),
    debt: {
      before: debtBefore.toString(),
      after: debt.toString(),
      moved: figure(sum(found.debt), found.debt),
    },
  };
}
