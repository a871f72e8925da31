/** Coupons across a split (§2.1): the live keyset, and the grace in which one side takes the other's coupons. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { useGrace } from '../../src/economy/grace.ts';
import type { Id, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { Bank, CHAIN, hash, keysOfOffice, type Party, published } from '../economy-coupons/bank.ts';

/** Office – bakery – dairy – kiosk, and the shop at the office. The dairy and the kiosk leave together. */
let bank: Bank;
let mine: readonly RedeemedCoupon[];

beforeEach(() => {
  bank = new Bank();
  for (const [id, { ordinal }] of bank.state.collectives.entries())
    bank.state.indexes.neighbours.add(id, ordinal);
  const { office, bakery, dairy, kiosk, shop } = bank;
  for (const [one, other] of [
    [office, bakery],
    [bakery, dairy],
    [dairy, kiosk],
    [office, shop],
  ] as const)
    link(one, other);
  bank.openOffice();
  mine = loaded('mine', dairy, bakery);
});

function link(one: Party, other: Party): void {
  const [a, b] = [one.id, other.id].sort();
  bank.state.trusts.set(`${a}/${b}`, { since: 0 });
  bank.state.indexes.neighbours.link(one.id, other.id);
}
function trust(kind: 'establish_trust' | 'cancel_trust', one: Party, other: Party): readonly LedgerEvent[] {
  const [a, b] = [one.id, other.id].sort() as [string, string];
  const signers = kind === 'cancel_trust' ? [one] : [one, other];
  expect(bank.send({ kind, chain: CHAIN, nonce: bank.nonce(), a, b }, ...signers)).toBe('accepted');
  return bank.events;
}

/** Two packs: of the one, 300 minutes come from `origin`, of the other from `other`. */
function loaded(name: string, origin: Party, other: Party): RedeemedCoupon[] {
  bank.credit(bank.wallet, origin, 300);
  bank.credit(bank.wallet, other, 300);
  const load = bank.cardLoad(name, 2);
  expect(bank.send(load.transaction, bank.wallet)).toBe('accepted');
  const issue = bank.issue(load);
  expect(bank.send(issue, bank.office)).toBe('accepted');
  return load.finish(issue.signatures);
}

/** Redeems; the minutes taken, and why the others were not. */
function redeem(outlet: Party, coupons: readonly RedeemedCoupon[]) {
  const transaction = bank.announce(outlet, coupons);
  expect(bank.send(transaction, outlet)).toBe('accepted');
  const event = bank.events.find((e) => e.kind === 'redeemed');
  if (event?.kind !== 'redeemed') throw new Error('nothing was redeemed');
  return { minutes: event.minutes, refusals: [...new Set(event.skipped.map(({ refusal }) => refusal))] };
}
const minutes = (coupons: readonly RedeemedCoupon[]) =>
  coupons.reduce((sum, { exponent }) => sum + 2 ** exponent, 0);
const Q = (party: Party) => {
  const subsystem = bank.state.collectives.get(party.id)?.subsystem ?? '';
  return Number(bank.state.subsystems.get(subsystem)?.Q) / 1e6;
};

describe('the live keyset', () => {
  test('stays where its office is; the other part has none and cannot load', () => {
    const events = trust('cancel_trust', bank.bakery, bank.dairy);
    expect(events).toContainEqual({ kind: 'no_live_keyset', subsystem: bank.dairy.id });
    expect(events.some((e) => e.kind === 'live_keyset')).toBe(false);
    bank.credit(bank.wallet, bank.dairy, 300);
    expect(bank.send(bank.cardLoad('more').transaction, bank.wallet)).toBe('balance_too_small');
  });

  test('goes with its office when that leaves', () => {
    const events = trust('cancel_trust', bank.office, bank.bakery);
    // The office is the oldest: its part keeps the id; bakery, dairy and kiosk leave.
    expect(events).toContainEqual({ kind: 'no_live_keyset', subsystem: bank.bakery.id });
    expect(bank.state.liveKeysets.get(bank.office.id)).toBe(bank.keyset);
    expect(bank.state.liveKeysets.has(bank.bakery.id)).toBe(false);
  });

  test('a part whose own office had been superseded in a merge goes on with that one’s keyset', () => {
    const row = bank.state.keysets.get(bank.keyset);
    if (row === undefined) throw new Error('no keyset');
    const counts = { issued: [], redeemed: [], refreshed: [], recouped: [], wasted: [] };
    const own = { ...row, office: bank.dairy.id, ...counts };
    bank.state.keysets.set('1'.repeat(64), { ...own, published: 10 });
    bank.state.keysets.set('2'.repeat(64), { ...own, published: 20 });
    bank.state.keysets.set('3'.repeat(64), { ...own, published: 30, revoked: { time: 40, ordinal: 0 } });
    const events = trust('cancel_trust', bank.bakery, bank.dairy);
    expect(events).toContainEqual({
      kind: 'live_keyset',
      subsystem: bank.dairy.id,
      keyset: '2'.repeat(64),
    });
    expect(bank.state.liveKeysets.get(bank.office.id)).toBe(bank.keyset);
  });
});

describe('grace', () => {
  test('the other part takes what wallets with origins there had loaded, and no more; Q of both says how much', () => {
    const events = trust('cancel_trust', bank.bakery, bank.dairy);
    const until = bank.block.time + 90 * 86_400;
    const [subsystem, office] = [bank.dairy.id, bank.office.id];
    expect(events).toContainEqual({ kind: 'grace', subsystem, office, left: '300000000', until });
    const before = { dairy: Q(bank.dairy), office: Q(bank.office) };
    const big = mine.filter(({ exponent }) => exponent >= 5);
    expect(minutes(big)).toBe(6 * 32 + 2 * 64);
    // 192 minutes in 32s and one of 64; the second 64 would be 320.
    const first = redeem(bank.kiosk, big);
    expect(first.refusals).toEqual(['grace_used_up']);
    expect(first.minutes % 32).toBe(0);
    expect(first.minutes).toBeLessThanOrEqual(300);
    expect(first.minutes).toBeGreaterThan(236);
    expect(Q(bank.dairy)).toBe(before.dairy + first.minutes);
    expect(Q(bank.office)).toBe(before.office - first.minutes);
    const rest = mine.filter(({ exponent }) => exponent < 5);
    const second = redeem(bank.kiosk, rest);
    expect(second.refusals).toEqual(['grace_used_up']);
    expect(first.minutes + second.minutes).toBe(300);
    // Nothing is left: the office is a stranger's now. At home its coupons are what they were.
    const taken = (serial: string) => bank.state.serials.has(serial);
    const left = mine.filter(({ serial }) => !taken(serial));
    expect(redeem(bank.kiosk, left)).toEqual({ minutes: 0, refusals: ['no_trust'] });
    expect(redeem(bank.shop, left)).toEqual({ minutes: 300, refusals: [] });
    expect(Q(bank.office)).toBe(before.office - 300);
  });

  test('a refresh is taken as a whole: what is larger than the grace is refused', () => {
    trust('cancel_trust', bank.bakery, bank.dairy);
    const keys = published(keysOfOffice('dairy'));
    const keyset = {
      kind: 'keyset',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.dairy.id,
      keys,
    } as const;
    expect(bank.send(keyset, bank.dairy)).toBe('accepted');
    const refresh = (name: string, coupons: readonly RedeemedCoupon[], packs: number) => {
      const { transaction, signers } = bank.cardRefresh(name, coupons, { packs, office: 'dairy' });
      return bank.send(transaction, ...signers);
    };
    const [first, ...others] = mine.toSorted((a, b) => b.exponent - a.exponent);
    expect(redeem(bank.kiosk, [first as RedeemedCoupon])).toEqual({ minutes: 64, refusals: [] });
    let left = 300;
    const pack = others.filter(({ exponent }) => {
      const fits = 2 ** exponent <= left;
      if (fits) left -= 2 ** exponent;
      return fits;
    });
    expect(minutes(pack)).toBe(300);
    expect(refresh('too much', pack, 1)).toBe('grace_used_up');
    expect(refresh('enough', pack.slice(0, 1), 0)).toBe('accepted');
  });

  test('ends with its time', () => {
    trust('cancel_trust', bank.bakery, bank.dairy);
    bank.next(91);
    expect(redeem(bank.kiosk, mine.slice(0, 1)).refusals).toEqual(['no_trust']);
    expect(redeem(bank.shop, mine.slice(0, 1)).refusals).toEqual([]);
  });

  test('in its last second it holds', () => {
    trust('cancel_trust', bank.bakery, bank.dairy);
    const { until } = bank.state.grace.get(`${bank.dairy.id}/${bank.office.id}`) ?? { until: 0 };
    const transaction = bank.announce(bank.kiosk, mine.slice(0, 1));
    bank.next((until - bank.block.time) / 86_400);
    expect(bank.block.time).toBe(until);
    expect(bank.send(transaction, bank.kiosk)).toBe('accepted');
    expect(bank.events.find((e) => e.kind === 'redeemed')).toMatchObject({ minutes: 1, skipped: [] });
  });

  test('what a part has left is shared when it splits again, in the proportion of what each had loaded', () => {
    // The kiosk worked too: 300 minutes of its own.
    loaded('more', bank.kiosk, bank.kiosk);
    trust('cancel_trust', bank.bakery, bank.dairy);
    const left = (party: Party) =>
      bank.state.grace.get(`${bank.state.collectives.get(party.id)?.subsystem}/${bank.office.id}`)?.left;
    expect(left(bank.dairy)).toBe(900_000_000n);
    trust('cancel_trust', bank.dairy, bank.kiosk);
    expect([left(bank.dairy), left(bank.kiosk)]).toEqual([300_000_000n, 600_000_000n]);
    trust('establish_trust', bank.dairy, bank.kiosk);
    expect(left(bank.kiosk)).toBe(900_000_000n);
    const events = trust('establish_trust', bank.kiosk, bank.shop);
    expect([...bank.state.grace.entries()]).toEqual([]);
    expect(events.findLast((e) => e.kind === 'grace')).toMatchObject({ subsystem: bank.dairy.id, left: '0' });
  });

  test('an office that leaves is taken by those who stay', () => {
    // Bakery, dairy and kiosk leave the office's part; all 600 minutes have origins among them.
    trust('cancel_trust', bank.office, bank.bakery);
    expect(bank.state.grace.get(`${bank.bakery.id}/${bank.office.id}`)?.left).toBe(600_000_000n);
    expect(redeem(bank.kiosk, mine)).toEqual({ minutes: 600, refusals: [] });
    expect(bank.state.grace.size).toBe(0);
  });
});

describe('grace with several offices', () => {
  const minute = 1_000_000n;
  const told = (events: readonly LedgerEvent[]) => events.filter((event) => event.kind === 'grace');
  const row = (subsystem: Party, office: Party) => bank.state.grace.get(`${subsystem.id}/${office.id}`);
  /** A superseded keyset of somebody, and a load of it: minutes by origin. Rows by hand, evened out by Q. */
  function hadOffice(office: Party, from: readonly (readonly [Party, number])[]): void {
    const live = bank.state.keysets.get(bank.keyset);
    if (live === undefined) throw new Error('no keyset');
    const keyset = hash(`keyset of ${office.id}`);
    const counts = { issued: [], redeemed: [], refreshed: [], recouped: [], wasted: [] };
    bank.state.keysets.set(keyset, { ...live, office: office.id, ...counts });
    const taken = from.map(([origin, count]) => ({ origin: origin.id, value: BigInt(count) * minute }));
    const load = { wallet: bank.wallet.key, keyset, packs: 1, blinded: [], height: 1, taken };
    bank.state.loads.set(hash(`load at ${office.id}`), load);
    bank.settle();
  }
  const byId = (a: Party, b: Party) => (a.id < b.id ? -1 : 1);

  test('each side takes the other’s offices, told in the order of the offices’ ids', () => {
    const { office, bakery, dairy, kiosk, shop } = bank;
    const from: readonly (readonly [Party, number])[] = [
      [bakery, 120],
      [dairy, 20],
      [kiosk, 3],
    ];
    const others = [bakery, dairy, kiosk, shop].sort(byId).reverse();
    for (const other of others) hadOffice(other, from);
    const until = bank.block.time + 90 * 86_400;
    const events = told(trust('cancel_trust', bakery, dairy));
    const expected = [office, ...others].sort(byId).map((other) => {
      const theirs = [dairy, kiosk].includes(other);
      const left = theirs ? 120 : other === office ? 300 : 23;
      const subsystem = theirs ? office.id : dairy.id;
      return { kind: 'grace', subsystem, office: other.id, left: String(BigInt(left) * minute), until };
    });
    expect(events).toEqual(expected);
  });

  test('a part that loaded nothing gets nothing, and nothing is told', () => {
    expect(told(trust('cancel_trust', bank.office, bank.shop))).toEqual([]);
    trust('cancel_trust', bank.bakery, bank.dairy);
    const before = row(bank.dairy, bank.office);
    expect(told(trust('cancel_trust', bank.dairy, bank.kiosk))).toEqual([]);
    expect(bank.state.grace.size).toBe(1);
    expect(row(bank.dairy, bank.office)).toBe(before);
  });

  test.each([
    ['to its last second', 0, [300_000_000n, 600_000_000n]],
    ['no longer', 1, [900_000_000n, undefined]],
  ] as const)('what a third office’s grace has left is shared %s', (_, late, left) => {
    loaded('more', bank.kiosk, bank.kiosk);
    trust('cancel_trust', bank.bakery, bank.dairy);
    const until = row(bank.dairy, bank.office)?.until ?? 0;
    bank.next((until + late - bank.block.time) / 86_400);
    expect(told(trust('cancel_trust', bank.dairy, bank.kiosk))).toHaveLength(late === 0 ? 2 : 0);
    expect([row(bank.dairy, bank.office), row(bank.kiosk, bank.office)].map((r) => r?.left)).toEqual(left);
  });

  test('a merge adds what both had with thirds, to the later end; what is over goes', () => {
    const { office, bakery, dairy, kiosk, shop, stranger } = bank;
    for (const [one, other] of [
      [bakery, dairy],
      [dairy, kiosk],
      [office, shop],
    ] as const)
      trust('cancel_trust', one, other);
    bank.state.grace.delete(`${dairy.id}/${office.id}`);
    const { time } = bank.block;
    // Of the part that goes: with two thirds it still runs, with one to this very second. Of the one that stays: one is over.
    const thirds = [kiosk, shop, stranger].sort(byId) as [Party, Party, Party];
    const [first, second, third] = thirds;
    const gone = [
      { until: time + 50, left: 1n },
      { until: time, left: 2n },
      { until: time - 1, left: 4n },
    ];
    for (const i of [2, 1, 0])
      bank.state.grace.set(`${dairy.id}/${thirds[i]?.id}`, gone[i] ?? { until: 0, left: 0n });
    bank.state.grace.set(`${office.id}/${third.id}`, { until: time - 1, left: 8n });
    bank.state.grace.set(`${office.id}/${second.id}`, { until: time + 30, left: 16n });
    bank.state.grace.set(`${office.id}/${first.id}`, { until: time + 20, left: 32n });
    const events = told(trust('establish_trust', bakery, dairy));
    expect(
      events.map((event) => event.kind === 'grace' && [event.subsystem, event.office, event.left]),
    ).toEqual([
      [office.id, third.id, '0'],
      [dairy.id, first.id, '0'],
      [office.id, first.id, '33'],
      [dairy.id, second.id, '0'],
      [office.id, second.id, '18'],
      [dairy.id, third.id, '0'],
    ]);
    expect(row(office, first)).toEqual({ until: time + 50, left: 33n });
    expect(row(office, second)).toEqual({ until: time + 30, left: 18n });
    expect(bank.state.grace.size).toBe(2);
  });

  test('grace that runs to this very second goes over to a part that had none', () => {
    const { office, bakery, dairy, stranger } = bank;
    trust('cancel_trust', bakery, dairy);
    bank.state.grace.delete(`${dairy.id}/${office.id}`);
    bank.state.grace.set(`${dairy.id}/${stranger.id}`, { until: bank.block.time, left: 5n });
    trust('establish_trust', bakery, dairy);
    expect([...bank.state.grace.entries()]).toEqual([
      [`${office.id}/${stranger.id}`, { until: bank.block.time, left: 5n }],
    ]);
  });

  test('using more than there is would be a bug, and throws', () => {
    trust('cancel_trust', bank.bakery, bank.dairy);
    const context = { ...bank.block, id: hash('use'), body: new Uint8Array(0), emit: () => {} };
    const use = (subsystem: Id, value: bigint) => useGrace(context, subsystem, bank.office.id, value);
    expect(() => use(bank.stranger.id, 1n)).toThrow('more grace than there is');
    expect(() => use(bank.dairy.id, 300n * minute + 1n)).toThrow('more grace than there is');
    use(bank.dairy.id, 300n * minute);
    expect(bank.state.grace.size).toBe(0);
    use(bank.office.id, 1n);
  });
});

test('a load that is cancelled after a split goes back to its origins, settled in Q', () => {
  bank.credit(bank.wallet, bank.dairy, 300);
  const load = bank.cardLoad('waits');
  expect(bank.send(load.transaction, bank.wallet)).toBe('accepted');
  trust('cancel_trust', bank.bakery, bank.dairy);
  const before = { dairy: Q(bank.dairy), office: Q(bank.office) };
  for (let i = 0; i <= 100; i++) bank.next();
  expect(bank.send({ kind: 'cancel', chain: CHAIN, load: load.id }, bank.wallet)).toBe('accepted');
  expect(Q(bank.dairy)).toBe(before.dairy + 300);
  expect(Q(bank.office)).toBe(before.office - 300);
});
