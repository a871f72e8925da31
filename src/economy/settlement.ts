/**
 * A cancelled trust may leave a subsystem in two parts (§2.1: «the system must make sure, that some kind of settlement between
 * the two subsystems is reached in order to maintain the parity of labor coupons values and commodity values»). What hangs on
 * a collective goes with it. A pool divides by the amounts held; C, W and D divide in the proportion of U; R stays. Q of each part
 * is then whatever makes its L1 sum zero, so what one part gained the other owes, and it is paid off as debt from the next revision
 * on. Leaving before a revision therefore changes nobody's rate. This restores parity; it makes no claim to justice.
 * The part with the oldest member keeps the id; the other's id is that of its own oldest member, and it rounds down.
 * Not here: finding the parts (`connectivity.ts`), coupons from across the cut (`grace.ts`).
 */
import { floorDiv, type MicroMinutes } from '../units/micro-minutes.ts';
import { accounts } from './accounts.ts';
import type { AccountsTold } from './events.ts';
import { graceAfterSplit } from './grace.ts';
import { totalsOf } from './holdings.ts';
import { dividePool } from './pool.ts';
import { proposalsAfterSplit } from './proposals.ts';
import type { Context } from './rule.ts';
import type { State, SubsystemRow } from './state.ts';
import type { Amount, Id } from './transaction.ts';
import { collective } from './who.ts';

/** Divides a subsystem. `side`: the ordinals of the members on either side of the cut. */
export function split(context: Context, subsystem: Id, side: readonly number[]): void {
  const { state } = context;
  const before = accounts(state, subsystem);
  if (side.length >= before.members) throw new Error('a part must be smaller');
  const labour = totalsOf(state, subsystem).U;
  const going = membersWithout(state, subsystem, side);
  const leaving = going[0] as Id;
  move(context, going, subsystem, leaving);
  dividePools(context, subsystem, leaving, going);
  copyRules(context, subsystem, leaving);
  divideAccounts(context, before, labour, [subsystem, leaving], going.length);
  divideLiveKeyset(context, subsystem, leaving);
  graceAfterSplit(context, subsystem, leaving);
  proposalsAfterSplit(context, subsystem);
}

/** The members of the part in which the subsystem's oldest is not, by age. */
function membersWithout({ indexes }: State, oldest: Id, side: readonly number[]): readonly Id[] {
  const { ids, ordinals } = indexes.neighbours;
  const ordinal = (id: Id) => ordinals.get(id) as number;
  let going = side;
  if (side.includes(ordinal(oldest))) {
    const staying = new Set(side);
    going = [...(indexes.members.get(oldest) ?? [])].map(ordinal).filter((member) => !staying.has(member));
  }
  return [...new Uint32Array(going).sort()].map((member) => ids[member] as Id);
}

function move({ state, emit }: Context, going: readonly Id[], kept: Id, leaving: Id): void {
  const members = state.indexes.members.get(kept);
  state.indexes.members.set(leaving, new Set(going));
  for (const id of going) {
    members?.delete(id);
    state.collectives.set(id, { ...collective(state, id), subsystem: leaving });
    emit({ kind: 'member', collective: id, subsystem: leaving });
  }
}

/** Each type of which a leaving member has, or had, stock. */
function dividePools(context: Context, kept: Id, leaving: Id, going: readonly Id[]): void {
  const { state } = context;
  const held = new Map<Id, { amount: Amount; told: MicroMinutes; had: boolean }>();
  for (const id of going)
    for (const [type, { amount, told, history }] of state.indexes.stockOf.get(id) ?? []) {
      const sum = held.get(type) ?? { amount: 0, told: 0n, had: false };
      sum.amount += amount;
      sum.told += told;
      // Whom only a settlement was told of never had any.
      sum.had ||= history.length > 0;
      held.set(type, sum);
    }
  for (const type of [...held.keys()].sort())
    dividePool(context, type, [kept, leaving], held.get(type) ?? { amount: 0, told: 0n, had: false });
}

/** Both parts go on under the labels and parameters they had. */
function copyRules({ state, emit }: Context, kept: Id, leaving: Id): void {
  const types = state.indexes.labels.get(kept);
  if (types !== undefined) state.indexes.labels.set(leaving, new Set(types));
  for (const type of [...(types ?? [])].sort()) {
    state.labels.set(`${leaving}/${type}`, 'common');
    emit({ kind: 'labelled', subsystem: leaving, type, label: 'common' });
  }
  for (const parameter of Object.keys(state.indexes.parameters.get(kept) ?? {}).sort()) {
    const value = state.parameters.get(`${kept}/${parameter}`);
    if (value === undefined) throw new Error('index names no parameter');
    state.parameters.set(`${leaving}/${parameter}`, value);
    emit({ kind: 'parameter', subsystem: leaving, parameter, value });
  }
}

function divideAccounts(
  { state, emit }: Context,
  before: SubsystemRow,
  labour: MicroMinutes,
  [kept, leaving]: readonly [Id, Id],
  members: number,
): void {
  const going = totalsOf(state, leaving).U;
  const part = (value: MicroMinutes) => (labour === 0n ? 0n : floorDiv(value * going, labour));
  const rest = (value: MicroMinutes) => (labour === 0n ? 0n : value - part(value));
  const { C, W, D, R } = before;
  const news = { C: part(C), W: part(W), D: part(D), R: 0n };
  const olds = { C: rest(C), W: rest(W), D: rest(D), R };
  const rows = [
    balanced(state, kept, { ...olds, members: before.members - members }),
    balanced(state, leaving, { ...news, members }),
  ] as const;
  state.subsystems.set(kept, rows[0]);
  state.subsystems.set(leaving, rows[1]);
  emit({ kind: 'split', kept, leaving, accounts: [told(rows[0]), told(rows[1])] });
}

/** With the Q that makes U − C − W − D − Q + P + B + O + Z + R − G zero. */
function balanced(state: State, subsystem: Id, row: Omit<SubsystemRow, 'Q'>): SubsystemRow {
  const { U, P, B, O, Z, G } = totalsOf(state, subsystem);
  return { ...row, Q: U - row.C - row.W - row.D + P + B + O + Z + row.R - G };
}

function told({ C, W, D, Q, R }: SubsystemRow): AccountsTold {
  return { C: String(C), W: String(W), D: String(D), Q: String(Q), R: String(R) };
}

/**
 * The live keyset stays live where its office is. The other part goes on with the newest keyset that an office of its own has
 * published and not revoked, if there is one; else it has none until an office publishes one.
 */
function divideLiveKeyset({ state, emit }: Context, kept: Id, leaving: Id): void {
  const live = state.liveKeysets.get(kept);
  if (live === undefined) return;
  const home = collective(state, state.keysets.get(live)?.office ?? '').subsystem;
  const other = home === kept ? leaving : kept;
  const own = newestKeyset(state, other);
  if (home === leaving) {
    state.liveKeysets.set(leaving, live);
    emit({ kind: 'live_keyset', subsystem: leaving, keyset: live });
  }
  if (own === undefined) {
    state.liveKeysets.delete(other);
    emit({ kind: 'no_live_keyset', subsystem: other });
  } else {
    state.liveKeysets.set(other, own);
    emit({ kind: 'live_keyset', subsystem: other, keyset: own });
  }
}

function newestKeyset(state: State, subsystem: Id): Id | undefined {
  let newest: { readonly id: Id; readonly published: number } | undefined;
  for (const [id, { office, published, revoked }] of state.keysets.entries()) {
    if (revoked !== undefined || collective(state, office).subsystem !== subsystem) continue;
    const later = newest === undefined || published > newest.published;
    if (later || (published === newest?.published && id > newest.id)) newest = { id, published };
  }
  return newest?.id;
}
