/**
 * Blocks and transactions for people: who did what, with names beside ids. What would only fill the page (signatures, serials, keys of
 * coupons) is a count. A wallet is shown with a workload alone, abbreviated; everywhere else there is none, not even among
 * those who signed, so that nothing here leads from a person to what was taken home.
 * Not here: sentences (the page makes them in its language), the exact bytes (`/v1/transactions/ID`).
 */
import { couponMinutes } from '../src/coupons/denominations.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { decodeEnvelope } from '../src/economy/envelope.ts';
import type { LedgerEvent } from '../src/economy/events.ts';
import type { Envelope, Id, Key, Kind, Transaction } from '../src/economy/transaction.ts';
import { BLOCKS_PAGE } from '../src/limits.ts';
import type { Engine, View } from './engine.ts';
import { type Json, toJson } from './json.ts';

type Answer = Record<string, Json>;

/** Blocks before a height, newest first, with how many transactions of which kind each has. */
export function blocksView(engine: Engine, crypto: CryptoPort, before: number): Answer {
  const end = Math.min(before, engine.height + 1);
  const from = Math.max(0, end - BLOCKS_PAGE);
  const blocks = engine.blocks(from, end - from).map(({ height, time, transactions }) => {
    const kinds = new Map<Kind, number>();
    for (const { envelope } of engine.transactions(height)) {
      const { kind } = decoded(envelope, crypto).transaction;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    return {
      height,
      time,
      hash: engine.block(height)?.hash ?? '',
      count: transactions.length,
      kinds: [...kinds].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count),
    };
  });
  return { blocks: blocks.reverse(), earlier: from > 0 };
}

/** The transactions of a block in their order. undefined for a height that is not there. */
export function blockView(
  engine: Engine,
  crypto: CryptoPort,
  view: View,
  height: number,
): Answer | undefined {
  const block = engine.block(height);
  const told = engine.blocks(height, 1)[0];
  if (block === undefined || told === undefined) return undefined;
  const { header, hash } = block;
  const revisions = told.events.flatMap((event) =>
    event.kind === 'revision' ? [toJson({ ...event, name: nameOf(view, event.subsystem) })] : [],
  );
  return {
    height,
    time: header.time,
    hash,
    previous: header.previous,
    stateHash: header.stateHash,
    last: height === engine.height,
    revisions,
    transactions: engine
      .transactions(height)
      .map(({ envelope }, position) =>
        readable(view, decoded(envelope, crypto), told.events, { height, time: header.time, position }),
      ),
  };
}

/** One transaction of it. undefined when the chain has none of this id. */
export function readableView(engine: Engine, crypto: CryptoPort, view: View, id: Id): Answer | undefined {
  const height = view.state.transactions.get(id);
  const told = height === undefined ? undefined : engine.blocks(height, 1)[0];
  if (height === undefined || told === undefined) return undefined;
  const position = told.transactions.indexOf(id);
  const stored = engine.transactions(height)[position];
  if (stored === undefined) return undefined;
  return readable(view, decoded(stored.envelope, crypto), told.events, {
    height,
    time: told.time,
    position,
  });
}

function decoded(envelope: Uint8Array, crypto: CryptoPort): Envelope {
  const found = decodeEnvelope(envelope, crypto);
  if (!found.ok) throw new Error(`a stored transaction cannot be read: ${found.refusal}`);
  return found.value;
}

const nameOf = (view: View, collective: Id): string => view.state.collectives.get(collective)?.name ?? '';

function readable(view: View, envelope: Envelope, events: readonly LedgerEvent[], place: Answer): Answer {
  const { id, transaction } = envelope;
  const fields = told(transaction);
  const effects = events.filter((event) => causedBy(event, id, transaction)).map(shown);
  return {
    id,
    ...place,
    kind: transaction.kind,
    fields,
    signers: signers(view, envelope),
    names: names(view, [fields, ...effects], events),
    effects,
  };
}

/** Lists of which only the number is told. */
const COUNTED = new Set([
  'coupons',
  'serials',
  'blinded',
  'signatures',
  'keys',
  'skipped',
  'moved',
  'moduli',
]);
/** Beside the kind, what every transaction has, and what only makes it unique. */
const LEFT_OUT = new Set(['kind', 'chain', 'nonce', 'g']);
const WALLET_SHOWN = 8;

function told(transaction: Transaction): Answer {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(transaction)) {
    if (LEFT_OUT.has(name) || value === undefined) continue;
    if (name === 'wallet') {
      if (transaction.kind === 'allocate_workload') out[name] = shortWallet(value as Key);
    } else if (COUNTED.has(name)) out[name] = (value as readonly unknown[]).length;
    else if (name === 'voucher') out[name] = true;
    else out[name] = toJson(value);
  }
  if (transaction.kind === 'redeem') out.minutes = couponMinutes(transaction.coupons);
  return out;
}

/** The first characters of a key without its suite: enough to tell one workload's wallet from another's on one page. */
function shortWallet(key: Key): string {
  return `${key.slice(2, 2 + WALLET_SHOWN)}…`;
}

/** Events without wallets, keys and serials. */
function shown(event: LedgerEvent): Json {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(event))
    if (COUNTED.has(name)) out[name] = (value as readonly unknown[]).length;
    else if (name !== 'wallet' && name !== 'key') out[name] = toJson(value);
  return out;
}

/** What a transaction did, as far as the event says whose doing it was. */
function causedBy(event: LedgerEvent, id: Id, transaction: Transaction): boolean {
  switch (event.kind) {
    case 'stock':
    case 'redeemed':
    case 'handed_over':
    case 'counted':
    case 'appropriated':
    case 'recouped':
      return event.transaction === id;
    case 'written_off':
      return event.writeOff === id;
    case 'write_off_reversed':
      return event.lot === id;
    case 'claimed':
      return transaction.kind === 'claim' && transaction.workload === event.workload;
    case 'mop_deallocated':
      return (
        transaction.kind === 'deallocate_mop' &&
        transaction.lot === event.lot &&
        transaction.production === event.production &&
        transaction.minutes === event.minutes
      );
    case 'disassembled':
      return transaction.kind === 'disassemble' && transaction.lot === event.lot;
    case 'production_aborted':
      return transaction.kind === 'abort_production' && transaction.production === event.production;
    case 'taken_back':
      return event.takeBack === id;
    case 'proposed':
      return event.proposal === id;
    case 'lot':
      return event.lot === id;
    default:
      return false;
  }
}

/** Who signed, as far as the state knows: collectives, tills of theirs, and how many other keys. */
function signers(view: View, { transaction, signatures }: Envelope): Json {
  const { state } = view;
  const outlet = 'outlet' in transaction ? transaction.outlet : undefined;
  const known: Answer[] = [];
  let others = 0;
  for (const { key } of signatures) {
    const collective = state.indexes.byKey.get(key);
    const row = collective === undefined ? undefined : state.collectives.get(collective);
    if (collective !== undefined && row !== undefined)
      known.push({ who: 'collective', id: collective, name: row.name, subsystem: row.subsystem });
    else if (outlet !== undefined && state.delegates.has(`${outlet}/${key}`))
      known.push({ who: 'till', id: outlet, name: nameOf(view, outlet) });
    else others++;
  }
  return others === 0 ? known : [...known, { who: 'others', count: others }];
}

/** What the ids on the page are: collectives and product types by name, the rest by their kind. */
function names(view: View, shownValues: readonly Json[], events: readonly LedgerEvent[]): Json {
  const ids = new Set<Id>();
  const collect = (value: Json): void => {
    if (typeof value === 'string') {
      if (/^[0-9a-f]{64}$/.test(value)) ids.add(value);
    } else if (typeof value === 'object' && value !== null)
      for (const one of Object.values(value)) collect(one);
  };
  for (const value of shownValues) collect(value);
  const found: Record<Id, Answer> = {};
  for (const id of ids) {
    const is = meaning(view, id, events);
    if (is !== undefined) found[id] = is;
  }
  return found;
}

function meaning(view: View, id: Id, events: readonly LedgerEvent[]): Answer | undefined {
  const { state } = view;
  const product = (type: Id): Answer => {
    const { name = '', unit = '' } = state.types.get(type) ?? {};
    return { type, name, unit };
  };
  const collective = state.collectives.get(id);
  if (collective !== undefined)
    return { is: 'collective', name: collective.name, subsystem: collective.subsystem };
  if (state.types.has(id)) return { is: 'product', ...product(id) };
  const production = state.productions.get(id);
  if (production !== undefined) {
    const order = state.estimates.get(production.estimate)?.order;
    const type = order === undefined ? undefined : state.orders.get(order)?.type;
    const made = type === undefined ? {} : { of: product(type) };
    const { producer } = production;
    const { name = '', subsystem = '' } = state.collectives.get(producer) ?? {};
    return { is: 'production', collective: producer, name, subsystem, ...made };
  }
  const lot =
    state.lots.get(id) ??
    events.find((e): e is Extract<LedgerEvent, { kind: 'lot' }> => e.kind === 'lot' && e.lot === id);
  if (lot !== undefined) return { is: 'lot', ...product(lot.type) };
  const delivery = state.deliveries.get(id);
  if (delivery !== undefined) return { is: 'lot', ...product(delivery.type) };
  const order = state.orders.get(id);
  if (order !== undefined) return { is: 'order', ...product(order.type) };
  const estimate = state.estimates.get(id);
  if (estimate !== undefined) {
    const type = state.orders.get(estimate.order)?.type;
    return { is: 'estimate', ...(type === undefined ? {} : product(type)) };
  }
  const proposal = state.proposals.get(id)?.subject;
  if (proposal !== undefined)
    return {
      is: 'proposal',
      about: proposal.about,
      ...(proposal.about === 'label' ? { of: product(proposal.type), label: proposal.label } : {}),
    };
  const workload = state.workloads.get(id);
  if (workload !== undefined)
    return { is: 'workload', collective: workload.collective, name: nameOf(view, workload.collective) };
  const revision = state.revisions.get(id);
  if (revision !== undefined) return { is: 'revision', until: revision.until };
  return state.transactions.has(id) ? { is: 'transaction' } : undefined;
}
