/**
 * Two subsystems become one, or one becomes two (§2.1; docs/ledger-rules.md, «Collectives and trust», «The end of trust»). A merge adds
 * everything. In a split what hangs on a collective goes with it, pools divide by the amounts held, C, W and D by the labour not yet
 * revised, R stays, and Q is whatever then makes a part's books even. For a while each part takes coupons of the other's offices.
 */
import type { Id } from '../../src/economy/transaction.ts';
import { down, partOf, sum } from './arithmetic.ts';
import { booksOf, parity } from './books.ts';
import { relabelGoods } from './labels.ts';
import { highest, lowest, Memory } from './memory.ts';
import { noAccounts, type Pool, type Records, there } from './records.ts';
import { priced, pricesFrom } from './stock.ts';
import { afterMerge, afterSplit } from './votes.ts';

/** `renew` makes the members of both members of one. */
export function merge(records: Records, x: Id, y: Id, renew: () => void): void {
  const age = (id: Id): number => records.collectives.indexOf(id);
  const [kept, gone] = age(x) < age(y) ? [x, y] : [y, x];
  const bigger = records.members(gone).length > records.members(kept).length ? gone : kept;
  const smaller = bigger === kept ? gone : kept;
  const [rules, others] = [records.subsystem(bigger), records.subsystem(smaller)];
  for (const type of [...new Set([...rules.commons, ...others.commons])].sort())
    if (rules.commons.has(type) !== others.commons.has(type))
      relabelGoods(records, smaller, type, rules.commons.has(type) ? 'common' : 'exclusive');
  const [whole, part] = [records.subsystem(kept), records.subsystem(gone)];
  whole.commons = rules.commons;
  whole.parameters = rules.parameters;
  const keep = pricesFrom(records, kept);
  for (const [type, added] of part.pools) {
    const own = whole.pools.get(type);
    whole.pools.set(type, own === undefined ? added : joined(records, own, added, keep));
  }
  for (const account of ['C', 'W', 'D', 'Q', 'R'] as const) whole.accounts[account] += part.accounts[account];
  records.subsystems.delete(gone);
  renew();
  graceAfterMerge(records, kept, gone);
  afterMerge(records, bigger, smaller, kept);
}

function joined({ time }: Records, a: Pool, b: Pool, keep: number): Pool {
  const pool: Pool = {
    amount: a.amount + b.amount,
    value: a.value + b.value,
    lows: a.lows.joined(b.lows, keep),
    highs: a.highs.joined(b.highs, keep),
  };
  return priced(pool, time, keep);
}

/** `renew` makes two subsystems of the members. */
export function split(records: Records, kept: Id, leaving: Id, renew: () => void): void {
  const labour = there(booksOf(records).get(kept), 'subsystem').U;
  renew();
  const whole = records.subsystem(kept);
  const { commons, parameters } = whole;
  const part = {
    accounts: noAccounts(),
    commons: new Set(commons),
    parameters: new Map(parameters),
    pools: new Map<Id, Pool>(),
  };
  records.subsystems.set(leaving, part);
  dividePools(records, kept, leaving);
  const going = there(booksOf(records).get(leaving), 'subsystem').U;
  for (const account of ['C', 'W', 'D'] as const) {
    const value = whole.accounts[account];
    part.accounts[account] = labour === 0n ? 0n : down(value * going, labour);
    whole.accounts[account] = labour === 0n ? 0n : value - part.accounts[account];
  }
  // R stays; Q of either part settles.
  for (const { accounts } of [whole, part]) accounts.Q = 0n;
  const books = booksOf(records);
  for (const id of [kept, leaving])
    records.subsystem(id).accounts.Q = parity(there(books.get(id), 'subsystem'));
  graceAfterSplit(records, kept, leaving);
  afterSplit(records, kept);
}

/** By the amounts held, for each type of which a member that leaves has or had stock; both remember the prices. */
function dividePools(records: Records, kept: Id, leaving: Id): void {
  const held = new Map<Id, number>();
  for (const [at, { amount, history }] of records.stock) {
    const [outlet, type] = at.split('/') as [Id, Id];
    if (records.home(outlet) === leaving && history.length > 0)
      held.set(type, (held.get(type) ?? 0) + amount);
  }
  const keep = pricesFrom(records, kept);
  const { pools } = records.subsystem(kept);
  for (const [type, amount] of held) {
    const pool = there(pools.get(type), 'pool');
    const value = partOf(pool.value, amount, pool.amount === 0 ? 1 : pool.amount);
    const rest = { ...pool, amount: pool.amount - amount, value: pool.value - value };
    records.subsystem(leaving).pools.set(type, priced({ ...pool, amount, value }, records.time, keep));
    pools.set(type, priced(rest, records.time, keep));
  }
}

/** A new pool without goods. */
export function noPool(): Pool {
  return { amount: 0, value: 0n, lows: new Memory(lowest), highs: new Memory(highest) };
}

/** What wallets with origins in a part had loaded at an office and not taken back. */
function loadedAt(records: Records, office: Id, part: Id): bigint {
  const taken = [...records.owed.values()].flatMap(({ load, keyset, state }) =>
    load !== undefined && keyset.office === office && state !== 'cancelled' ? load.taken : [],
  );
  return sum(taken.filter(({ origin }) => records.home(origin) === part).map(({ value }) => value));
}

function graceAfterSplit(records: Records, kept: Id, leaving: Id): void {
  const { time, grace } = records;
  const until = time + records.number(kept, 'grace');
  const offices = new Set([...records.keysets.values()].map(({ office }) => office));
  for (const office of offices) {
    const home = records.home(office);
    const loaded = { kept: loadedAt(records, office, kept), leaving: loadedAt(records, office, leaving) };
    const left = graceLeft(records, kept, office);
    if (home === kept) setGrace(records, leaving, office, until, loaded.leaving);
    else if (home === leaving) setGrace(records, kept, office, until, loaded.kept);
    else if (left > 0n && loaded.leaving > 0n) {
      const whole = loaded.kept + loaded.leaving;
      const part = down(left * loaded.leaving, whole);
      const before = there(grace.get(`${kept}/${office}`), 'grace').until;
      setGrace(records, leaving, office, before, part);
      setGrace(records, kept, office, before, left - part);
    }
  }
}

function graceAfterMerge(records: Records, kept: Id, gone: Id): void {
  for (const [at, row] of [...records.grace].sort()) {
    const [part, office] = at.split('/') as [Id, Id];
    if (part !== kept && part !== gone) continue;
    const over = records.home(office) === kept || row.until < records.time;
    if (over || part === gone) records.grace.delete(at);
    if (over || part === kept) continue;
    const own = records.grace.get(`${kept}/${office}`);
    const still = own !== undefined && own.until >= records.time ? own : { until: 0, left: 0n };
    setGrace(records, kept, office, Math.max(row.until, still.until), row.left + still.left);
  }
}

function setGrace(records: Records, subsystem: Id, office: Id, until: number, left: bigint): void {
  if (left > 0n) records.grace.set(`${subsystem}/${office}`, { until, left });
  else records.grace.delete(`${subsystem}/${office}`);
}

/** What a subsystem still takes of an office's coupons that is in another one now. */
export function graceLeft({ grace, time }: Records, subsystem: Id, office: Id): bigint {
  const row = grace.get(`${subsystem}/${office}`);
  return row === undefined || row.until < time ? 0n : row.left;
}

/** Coupons of an office are used in a subsystem: of another part's they use up grace, and what they are worth is settled. */
export function useCoupons(records: Records, subsystem: Id, office: Id, value: bigint): void {
  const home = records.home(office);
  if (home === subsystem || value === 0n) return;
  const row = there(records.grace.get(`${subsystem}/${office}`), 'grace');
  if (row.left < value) throw new Error('more grace than there is');
  setGrace(records, subsystem, office, row.until, row.left - value);
  settle(records, home, subsystem, value);
}

/** A claim goes from one subsystem's books to another's. */
export function settle(records: Records, from: Id, to: Id, value: bigint): void {
  if (from === to) return;
  records.subsystem(from).accounts.Q -= value;
  records.subsystem(to).accounts.Q += value;
}
