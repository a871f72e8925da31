/**
 * Random histories of coupons: loads, issues, cancellations, redemptions, aborts, refreshes, revocations, recoups, take backs,
 * appropriations in any order and by anybody, valid or not. After each transaction the auditors look (L1, counts of every
 * denomination) and a refusal has written nothing (L5). A failure names its seed and step.
 */
import { expect, test } from 'vitest';
import { exponentsOf, owedFor } from '../../src/economy/owed.ts';
import type { Id, RedeemedCoupon, Transaction } from '../../src/economy/transaction.ts';
import { Bank, type Blinding, CHAIN, keysOfOffice, type Party, party, published } from './bank.ts';

const SEEDS = [1, 2, 3];
const STEPS = 220;
const cards = party('cards');
const KEYSETS = ['office', 'second', 'third'];

/** Deterministic numbers (Park and Miller 1988). */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed * 7919 + 1;
  }
  below(n: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % n;
  }
  one<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length || 1)];
  }
}

type Sent = { readonly blinding: Blinding; readonly id: Id; readonly signers: readonly Party[] };

class Player {
  readonly bank = new Bank();
  readonly dice: Dice;
  readonly answers = new Map<string, number>();
  /** What was sent and may be issued, cancelled, recouped. */
  readonly owed: Sent[] = [];
  readonly finished = new Set<Id>();
  coupons: RedeemedCoupon[] = [];
  readonly announced: { outlet: Party; redeem: Transaction }[] = [];
  #keyset = 0;
  #name = 0;
  readonly lamp: Id;

  constructor(seed: number) {
    this.dice = new Dice(seed);
    this.bank.openOffice();
    this.lamp = this.bank.stock(this.bank.shop, 'lamp', 10_000, 70_000);
    this.send(
      {
        kind: 'delegate',
        chain: CHAIN,
        nonce: this.bank.nonce(),
        outlet: this.bank.shop.id,
        key: this.bank.till.key,
        kinds: ['take_back'],
        until: 4_000_000_000,
      },
      this.bank.shop,
    );
    this.send(
      {
        kind: 'batch',
        chain: CHAIN,
        nonce: this.bank.nonce(),
        office: this.bank.office.id,
        key: cards.key,
        until: 4_000_000_000,
      },
      this.bank.office,
    );
  }

  send(transaction: Transaction, ...signers: readonly Party[]): boolean {
    const answer = this.bank.send(transaction, ...signers);
    const at = `${transaction.kind} ${answer}`;
    this.answers.set(at, (this.answers.get(at) ?? 0) + 1);
    return answer === 'accepted';
  }

  get office(): string {
    return KEYSETS[this.#keyset] ?? 'office';
  }
  name(): string {
    this.#name += 1;
    return `name ${this.#name}`;
  }
  outlet(): Party {
    return this.dice.below(3) === 0 ? this.bank.kiosk : this.bank.shop;
  }
  some(most: number): RedeemedCoupon[] {
    const out = new Set<RedeemedCoupon>();
    for (let i = 0; i < most; i++) {
      const coupon = this.dice.one(this.coupons);
      if (coupon !== undefined) out.add(coupon);
    }
    return [...out];
  }

  load(): void {
    const { bank } = this;
    bank.credit(bank.wallet, this.dice.below(2) === 0 ? bank.bakery : bank.dairy, 200);
    const load = bank.cardLoad(this.name(), 1, bank.wallet, this.office);
    if (this.send(load.transaction, bank.wallet))
      this.owed.push({ blinding: load, id: load.id, signers: [bank.wallet] });
  }
  issue(): void {
    const sent = this.dice.one(this.owed);
    const keyset = sent?.blinding.keyset;
    const office = KEYSETS.find((name) => keyset === this.keysetOf(name));
    if (sent === undefined || office === undefined) return;
    const issue = this.bank.issue(sent, office);
    if (!this.send(issue, this.bank.office)) return;
    this.coupons.push(...sent.blinding.finish(issue.signatures));
    this.finished.add(sent.id);
  }
  keysetOf(name: string): Id {
    return this.bank.blinding('name of the keyset', [0], name).keyset;
  }
  cancel(): void {
    const sent = this.dice.one(this.owed);
    if (sent !== undefined) this.send({ kind: 'cancel', chain: CHAIN, load: sent.id }, ...sent.signers);
  }
  announce(): void {
    const coupons = this.some(6);
    const outlet = this.outlet();
    if (coupons.length > 0) this.announced.push({ outlet, redeem: this.bank.announce(outlet, coupons) });
  }
  redeem(): void {
    const next = this.dice.one(this.announced);
    if (next !== undefined) this.send(next.redeem, next.outlet);
  }
  abort(): void {
    const outlet = this.outlet();
    const serials = this.some(2)
      .map(({ serial }) => serial)
      .sort();
    if (serials.length > 0)
      this.send(
        { kind: 'abort', chain: CHAIN, nonce: this.bank.nonce(), outlet: outlet.id, serials },
        outlet,
      );
  }
  refresh(): void {
    const { bank } = this;
    const whole = this.dice.below(3) === 0 ? this.coupons.slice(-32) : [];
    const packs = whole.reduce((sum, c) => sum + 2 ** c.exponent, 0) === 300 ? 1 : 0;
    const coupons = packs === 1 ? whole : this.some(1);
    if (coupons.length === 0) return;
    const vouched = this.dice.below(2) === 0 ? { batch: cards } : {};
    const made = bank.cardRefresh(this.name(), coupons, { packs, office: this.office, ...vouched });
    if (this.send(made.transaction, ...made.signers))
      this.owed.push({ blinding: made, id: made.id, signers: made.signers });
  }
  revoke(): void {
    const { bank } = this;
    const keyset = this.keysetOf(this.office);
    const [chain, reason] = [CHAIN, 'stolen'];
    if (this.#keyset + 1 === KEYSETS.length) return;
    if (!this.send({ kind: 'revoke', chain, nonce: bank.nonce(), keyset, reason }, bank.office)) return;
    this.#keyset += 1;
    const keys = published(keysOfOffice(this.office));
    this.send({ kind: 'keyset', chain, nonce: bank.nonce(), office: bank.office.id, keys }, bank.office);
  }
  recoup(): void {
    const { bank } = this;
    const sent = this.dice.one(this.owed.filter(({ id }) => this.finished.has(id)));
    if (sent === undefined) return;
    const { holders, factors, keyset } = sent.blinding;
    const first = this.dice.below(holders.length);
    const picked = [first, first + 1 + this.dice.below(4)].filter((i) => i < holders.length);
    const coupons = picked.map((index) => ({
      load: sent.id,
      index,
      key: holders[index]?.key ?? '',
      factor: factors[index] ?? new Uint8Array(256),
    }));
    const bare = { kind: 'recoup', chain: CHAIN, wallet: bank.wallet.key, keyset, coupons } as const;
    const recoup = this.dice.below(2) === 0 ? { ...bare, voucher: bank.vouch(cards, bare) } : bare;
    const own = owedFor(bank.state, sent.id)?.as === 'load' ? [] : picked.map((i) => holders[i] as Party);
    this.send(recoup, bank.wallet, ...own);
  }
  handOver(): void {
    const outlet = this.outlet();
    const [amount, charged] = [1 + this.dice.below(4), this.dice.below(40)];
    const goods = [{ type: this.lamp, amount }];
    this.send(
      {
        kind: 'hand_over',
        chain: CHAIN,
        nonce: this.bank.nonce(),
        outlet: outlet.id,
        goods,
        charged,
        sales: 2,
      },
      outlet,
    );
  }
  takeBack(): void {
    const { bank } = this;
    const amount = 1 + this.dice.below(2);
    const pool = bank.state.pools.get(`${bank.office.id}/${this.lamp}`);
    const low = pool?.lows[0];
    const minutes =
      low === undefined ? 0 : Number((BigInt(amount) * low.value) / BigInt(low.amount) / 1_000_000n);
    const blinding = bank.blinding(this.name(), exponentsOf(minutes) ?? [], this.office);
    const transaction = {
      kind: 'take_back',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      goods: [{ type: this.lamp, amount }],
      minutes,
      keyset: blinding.keyset,
      blinded: blinding.blinded,
    } as const;
    if (this.send(transaction, bank.till, bank.shop))
      this.owed.push({ blinding, id: bank.idOf(transaction), signers: [bank.till, bank.shop] });
  }
  appropriate(): void {
    const { bank } = this;
    const value = BigInt(this.dice.below(20_000_000));
    this.send(
      {
        kind: 'appropriate',
        chain: CHAIN,
        nonce: bank.nonce(),
        wallet: bank.wallet.key,
        outlet: this.outlet().id,
        value,
      },
      bank.wallet,
    );
  }
  time(): void {
    const kind = this.dice.below(10);
    if (kind === 0) this.bank.next(20);
    else if (kind === 1) for (let i = 0; i < 60; i++) this.bank.next();
    else this.bank.next();
  }

  step(): void {
    const acts = [
      ...[
        this.load,
        this.issue,
        this.issue,
        this.issue,
        this.announce,
        this.announce,
        this.redeem,
        this.redeem,
      ],
      ...[this.abort, this.refresh, this.refresh, this.cancel, this.handOver, this.takeBack, this.takeBack],
      ...[this.recoup, this.recoup, this.appropriate, this.time, this.time],
    ];
    if (this.dice.below(70) === 0) this.revoke();
    else this.dice.one(acts)?.call(this);
  }
}

const all = new Map<string, number>();
test.each(SEEDS)(
  'seed %i',
  (seed) => {
    const player = new Player(seed);
    for (let i = 0; i < STEPS; i++)
      try {
        player.step();
      } catch (error) {
        throw new Error(`seed ${seed} step ${i}`, { cause: error });
      }
    for (const [answer, count] of player.answers) all.set(answer, (all.get(answer) ?? 0) + count);
  },
  120_000,
);

test('they reached what they are for', () => {
  const reached = [...all.keys()];
  for (const kind of [
    'load',
    'issue',
    'cancel',
    'redeem',
    'abort',
    'refresh',
    'revoke',
    'recoup',
    'take_back',
    'appropriate',
  ])
    expect(reached, [...all].join(' · ')).toContain(`${kind} accepted`);
  for (const refusal of [
    'too_early',
    'coupon_spent',
    'coupon_refreshed',
    'coupon_locked',
    'already_issued',
    'refresh_void',
  ])
    expect(
      reached.some((answer) => answer.endsWith(refusal)),
      refusal,
    ).toBe(true);
});
