/** Proposals and votes (§6.1, §7): who may vote, when it is decided, and what a decision does to goods, rules and productions. */
import { beforeEach, describe, expect, test } from 'vitest';
import { parametersOf } from '../../src/economy/subsystem-parameters.ts';
import type { Id, Propose } from '../../src/economy/transaction.ts';
import { VOTE_SECONDS } from '../../src/limits.ts';
import {
  BREAD,
  DAY,
  FLOUR,
  lotOf,
  MILK,
  MONTH_END,
  min,
  revisionOf,
  type Sent,
  typeOf,
  World,
} from '../economy/world.ts';

const DECEMBER_END = Date.parse('2026-12-31T23:59:59Z') / 1000;
const NAMES = ['mill', 'shop', 'bakery', 'dairy'] as const;

let w: World;
/** Four in one subsystem; all but the dairy worked in November. It is December. */
beforeEach(() => {
  w = new World({ voteAbove: min(1000) });
  for (const name of NAMES) w.register(name, name === 'shop');
  for (const name of NAMES.slice(1)) w.trust('mill', name);
  for (const name of NAMES.slice(0, 3)) w.work(name, w.start(name, FLOUR), `worker of ${name}`, 60);
  w.at(MONTH_END + 1);
});

type Subject = Pick<Propose, 'about'> &
  Partial<Pick<Propose, 'type' | 'label' | 'parameter' | 'value' | 'estimate'>>;
const BREAD_COMMON: Subject = { about: 'label', type: typeOf(BREAD), label: 'common' };
const FLOUR_COMMON: Subject = { about: 'label', type: typeOf(FLOUR), label: 'common' };
const LIMIT: Subject = { about: 'parameter', parameter: 'limit', value: '1/5' };

function propose(by: string, subject: Subject, until = w.block.time + 10 * DAY): Sent {
  return w.send({ kind: 'propose', by: w.id(by), until, ...subject }, by);
}
function vote(proposal: Id, by: string, yes = true): Sent {
  return w.send({ kind: 'vote', proposal, by: w.id(by), yes }, by);
}
const row = (proposal: Id) => w.state.proposals.get(proposal);
const month = (until: number) => w.at(until + 1);

describe('propose', () => {
  test('tells what is proposed, by whom, until when, and how many may vote', () => {
    const { id, events } = propose('mill', FLOUR_COMMON);
    expect(events).toEqual([
      {
        kind: 'proposed',
        proposal: id,
        subsystem: w.id('mill'),
        by: w.id('mill'),
        until: w.block.time + 10 * DAY,
        voters: 3,
        subject: FLOUR_COMMON,
      },
    ]);
    expect(row(id)).toMatchObject({ month: MONTH_END, voters: 3, yes: 0, no: 0, state: 'open' });
  });

  test('every refusal', () => {
    const answer = (subject: Subject, by = 'mill', until?: number) => propose(by, subject, until).answer;
    const { time } = w.block;
    const by = 'f'.repeat(64);
    const draft = { kind: 'propose', until: time + DAY, ...FLOUR_COMMON } as const;
    expect(w.send({ ...draft, by }, 'mill').answer).toBe('unknown_collective');
    expect(w.send({ ...draft, by: w.id('mill') }, 'shop').answer).toBe('missing_signature');
    expect(answer(BREAD_COMMON)).toBe('unknown_product');
    expect(answer({ about: 'production', estimate: by })).toBe('unknown_estimate');
    w.register('stranger');
    const start = w.start('stranger', FLOUR);
    const estimate = w.state.productions.get(start)?.estimate ?? '';
    expect(answer({ about: 'production', estimate })).toBe('no_trust');
    expect(answer(FLOUR_COMMON, 'dairy')).toBe('not_a_voter');
    expect(answer(FLOUR_COMMON, 'stranger')).toBe('not_a_voter');
    expect(answer(FLOUR_COMMON, 'mill', time + VOTE_SECONDS.min - 1)).toBe('deadline_out_of_range');
    expect(answer(FLOUR_COMMON, 'mill', time + VOTE_SECONDS.max + 1)).toBe('deadline_out_of_range');
    for (const value of ['1', '3/2', '1/0', '01/10'])
      expect(answer({ ...LIMIT, value }), value).toBe('parameter_out_of_range');
    expect(answer({ about: 'parameter', parameter: 'k', value: '0' })).toBe('parameter_out_of_range');
    expect(answer({ ...LIMIT, value: '1/10' })).toBe('nothing_to_decide');
    expect(answer({ ...FLOUR_COMMON, label: 'exclusive' })).toBe('nothing_to_decide');
    expect(answer(FLOUR_COMMON, 'mill', time + VOTE_SECONDS.max)).toBe('accepted');
    expect(answer(LIMIT)).toBe('proposal_open');
    expect(answer(LIMIT, 'shop', time + VOTE_SECONDS.min)).toBe('accepted');
  });

  test('exactly the fields of its subject', () => {
    expect(propose('mill', { about: 'label', type: typeOf(FLOUR) }).answer).toBe('malformed');
    expect(propose('mill', { ...FLOUR_COMMON, parameter: 'limit' }).answer).toBe('malformed');
    expect(propose('mill', { ...LIMIT, about: 'label' }).answer).toBe('malformed');
    expect(propose('mill', { about: 'production' }).answer).toBe('malformed');
    expect(propose('mill', { ...LIMIT, estimate: '0'.repeat(64) }).answer).toBe('malformed');
  });

  test('nobody votes where nobody’s work was ever revised', () => {
    w = new World();
    const a = w.register('a');
    w.work('a', w.start('a', FLOUR), 'anna', 10);
    expect(propose('a', FLOUR_COMMON).answer).toBe('not_a_voter');
    expect(w.state.collectives.has(a)).toBe(true);
  });
});

describe('vote', () => {
  test('every refusal', () => {
    const { id } = propose('mill', FLOUR_COMMON);
    expect(vote('0'.repeat(64), 'mill').answer).toBe('unknown_proposal');
    expect(vote(id, 'dairy').answer).toBe('not_a_voter');
    const by = 'f'.repeat(64);
    expect(w.send({ kind: 'vote', proposal: id, by, yes: true }, 'mill').answer).toBe('unknown_collective');
    expect(vote(id, 'mill').answer).toBe('accepted');
    expect(vote(id, 'mill').answer).toBe('exists');
    expect(vote(id, 'mill', false).answer).toBe('already_voted');
    expect(vote(id, 'shop').answer).toBe('accepted');
    expect(vote(id, 'bakery').answer).toBe('vote_closed');
  });

  test('more than half of the voters: accepted at once; half can say no for good', () => {
    const { id } = propose('mill', LIMIT);
    expect(vote(id, 'mill').events).toEqual([{ kind: 'voted', proposal: id, by: w.id('mill'), yes: true }]);
    expect(vote(id, 'shop', false).events).toHaveLength(1);
    expect(vote(id, 'bakery').events.slice(1)).toEqual([
      { kind: 'decided', proposal: id, outcome: 'accepted', yes: 2, no: 1, voters: 3 },
      { kind: 'parameter', subsystem: w.id('mill'), parameter: 'limit', value: '1/5' },
    ]);
    const other = propose('mill', { ...LIMIT, value: '1/4' }).id;
    vote(other, 'shop', false);
    expect(vote(other, 'bakery', false).events.at(-1)).toMatchObject({ outcome: 'rejected', no: 2 });
    expect(row(other)?.state).toBe('rejected');
    expect(vote(other, 'mill').answer).toBe('vote_closed');
  });

  test('counts up to the last second; the first block after it rejects what has no majority', () => {
    const { id } = propose('mill', FLOUR_COMMON, w.block.time + DAY);
    vote(id, 'mill');
    const late = propose('shop', LIMIT, w.block.time + DAY).id;
    expect(w.at(w.block.time + DAY)).toEqual([]);
    expect(vote(id, 'shop').answer).toBe('accepted');
    expect(row(id)?.state).toBe('accepted');
    expect(w.at(w.block.time + 1)).toEqual([
      { kind: 'decided', proposal: late, outcome: 'rejected', yes: 0, no: 0, voters: 3 },
    ]);
    expect(vote(late, 'mill').answer).toBe('vote_closed');
  });

  test('voters stay those of the month when a revision comes in between', () => {
    const until = DECEMBER_END + 20 * DAY;
    const { id } = propose('mill', FLOUR_COMMON, until);
    w.work('dairy', w.start('dairy', FLOUR), 'dora', 60);
    month(DECEMBER_END);
    expect(vote(id, 'dairy').answer).toBe('not_a_voter');
    expect(propose('shop', LIMIT).answer).toBe('not_a_voter');
    const next = propose('dairy', LIMIT);
    expect(row(next.id)).toMatchObject({ month: DECEMBER_END, voters: 1 });
    expect(vote(next.id, 'dairy').events.at(-1)?.kind).toBe('parameter');
    vote(id, 'mill');
    expect(vote(id, 'shop').events.some((e) => e.kind === 'decided')).toBe(true);
  });
});

describe('a label', () => {
  function decide(subject: Subject): Sent {
    const { id } = propose('mill', subject);
    vote(id, 'mill');
    return vote(id, 'shop');
  }

  test('becomes common: value of free lots and stock to w; what is in work keeps its label until it is put out', () => {
    const [lot] = w.make('bakery', 40, 'ben', BREAD) as [Id];
    const [stocked] = w.make('shop', 50, 'anna', BREAD) as [Id];
    const shop = w.id('shop');
    w.do({ kind: 'transfer', lot: stocked, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    const open = w.start('bakery', BREAD);
    w.work('bakery', open, 'ben', 7);
    const { U, G } = w.books('mill');
    const { events } = decide(BREAD_COMMON);
    expect(events.at(-1)).toEqual({
      kind: 'labelled',
      subsystem: w.id('mill'),
      type: typeOf(BREAD),
      label: 'common',
    });
    expect(events.filter((e) => e.kind === 'stock')).toMatchObject([
      { collective: shop, amount: '0', value: String(min(-50)), cause: 'vote' },
    ]);
    expect(w.books('mill')).toMatchObject({ U, W: min(90), G: (G ?? 0n) - min(90) });
    expect(w.state.lots.get(lot)?.label).toBe('common');
    expect(w.state.pools.get(`${w.id('mill')}/${typeOf(BREAD)}`)).toMatchObject({ amount: 10, value: 0n });
    w.do({ kind: 'output', production: open, outputs: [{ type: typeOf(BREAD), amount: 1 }] }, 'bakery');
    expect(w.state.lots.get(lotOf(open, BREAD))?.label).toBe('common');
    expect(w.books('mill').W).toBe(min(97));
  });

  test('becomes exclusive again: lots come back from w, stock that had no price stays without', () => {
    const [lot] = w.make('bakery', 40, 'ben', BREAD) as [Id];
    decide(BREAD_COMMON);
    const shop = w.id('shop');
    const [stocked] = w.make('shop', 50, 'anna', BREAD) as [Id];
    w.do({ kind: 'transfer', lot: stocked, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    expect(w.books('mill')).toMatchObject({ C: min(50), W: min(40) });
    const before = w.books('mill').G ?? 0n;
    decide({ ...BREAD_COMMON, label: 'exclusive' });
    expect(w.state.lots.get(lot)?.label).toBe('exclusive');
    expect(w.state.labels.size).toBe(0);
    expect(w.state.indexes.labels.size).toBe(0);
    expect(w.books('mill')).toMatchObject({ C: min(50), G: before + min(40) });
    expect(w.books('mill').W).toBeUndefined();
  });

  test('a means of production in use keeps its label until it is free; then its residual goes to w', () => {
    const oven = { name: 'Oven', unit: 'piece' } as const;
    const self = w.id('bakery');
    const order = w.do(
      { kind: 'order', orderer: self, addressee: self, product: oven, amount: 1, deliverBy: MONTH_END },
      'bakery',
    );
    const outputs = [{ product: oven, amount: 1, value: min(100), durability: 1000 }];
    const estimate = w.do({ kind: 'estimate', order, outputs }, 'bakery');
    const making = w.do({ kind: 'start', estimate }, 'bakery');
    w.work('bakery', making, 'ben', 100);
    w.do({ kind: 'output', production: making, outputs: [{ type: typeOf(oven), amount: 1 }] }, 'bakery');
    const lot = lotOf(making, oven);
    const production = w.start('bakery', BREAD);
    const use = { kind: 'allocate_mop', production, lot, repurpose: false, beyondDurability: false } as const;
    w.do(use, 'bakery');
    decide({ about: 'label', type: typeOf(oven), label: 'common' });
    expect(w.state.lots.get(lot)?.label).toBe('exclusive');
    expect(w.books('mill').W).toBeUndefined();
    w.at(w.block.time + DAY);
    w.do({ kind: 'deallocate_mop', production, lot, minutes: 250 }, 'bakery');
    expect(w.state.lots.get(lot)?.label).toBe('common');
    expect(w.books('mill').W).toBe(min(75));
  });
});

describe('a parameter', () => {
  test('holds in its subsystem only, and the next revision works by it', () => {
    const alone = w.register('alone');
    const { id } = propose('mill', LIMIT);
    for (const name of ['mill', 'shop']) vote(id, name);
    expect(parametersOf(w.block, w.id('mill')).limit).toEqual({ num: 1n, den: 5n });
    expect(parametersOf(w.block, alone)).toBe(w.block.parameters);
    const [lot] = w.make('shop', 100, 'anna', BREAD) as [Id];
    const shop = w.id('shop');
    w.do({ kind: 'transfer', lot, amount: 10, from: shop, to: shop, purpose: 'dispatch' }, 'shop');
    const { height } = w.block;
    w.at(w.block.time);
    w.do({ kind: 'count', outlet: shop, lines: [{ type: typeOf(BREAD), height, amount: 0 }] }, 'shop');
    month(DECEMBER_END);
    // 100 wasted of 100 worked: a fifth is taxed now, not a tenth.
    expect(w.state.revisions.get(revisionOf(w.id('mill'), DECEMBER_END))).toMatchObject({
      limit: min(20),
      tax: min(20),
      debt: min(80),
    });
  });

  test('in a merge those of the part with more members hold, and are told', () => {
    const { id } = propose('mill', LIMIT);
    for (const name of ['mill', 'shop']) vote(id, name);
    const alone = w.register('alone');
    w.state.parameters.set(`${alone}/k`, '7');
    w.trust('alone', 'dairy');
    expect([...w.state.parameters.entries()]).toEqual([[`${w.id('mill')}/limit`, '1/5']]);
    w = new World();
    const [old, , third] = ['old', 'b', 'c'].map((name) => w.register(name)) as [Id, Id, Id];
    w.trust('b', 'c');
    w.state.parameters.set(`${old}/k`, '7');
    w.state.parameters.set(`${w.id('b')}/reverseDays`, '9');
    const [a, b] = [old, third].sort() as [Id, Id];
    const { events } = w.send({ kind: 'establish_trust', a, b }, 'old', 'c');
    expect(events.filter((e) => e.kind === 'parameter')).toEqual([
      { kind: 'parameter', subsystem: old, parameter: 'k' },
      { kind: 'parameter', subsystem: old, parameter: 'reverseDays', value: '9' },
    ]);
    expect(w.state.indexes.parameters).toEqual(new Map([[old, { reverseDays: 9 }]]));
  });
});

test('a production above voteAbove starts, and grows, once it is accepted', () => {
  const self = w.id('bakery');
  const order = w.do(
    { kind: 'order', orderer: self, addressee: self, product: BREAD, amount: 10, deliverBy: MONTH_END },
    'bakery',
  );
  const outputs = [{ product: BREAD, amount: 10, value: min(1001) }];
  const estimate = w.do({ kind: 'estimate', order, outputs }, 'bakery');
  expect(w.send({ kind: 'start', estimate }, 'bakery').answer).toBe('vote_needed');
  const { id } = propose('mill', { about: 'production', estimate });
  vote(id, 'mill');
  vote(id, 'bakery');
  expect(w.state.acceptedProductions.get(estimate)).toBe(id);
  const production = w.do({ kind: 'start', estimate }, 'bakery');
  for (let i = 0; i < 2; i++) w.work('bakery', production, `baker ${i}`, 1000);
  expect(propose('shop', { about: 'production', estimate }).answer).toBe('nothing_to_decide');
});

describe('splits and merges', () => {
  function cancel(one: string, other: string): Sent {
    const [a, b] = [w.id(one), w.id(other)].sort() as [Id, Id];
    return w.send({ kind: 'cancel_trust', a, b }, one);
  }

  test('a proposal stays with the old id; who left votes no more, and those who stay may decide by that', () => {
    const { id } = propose('bakery', FLOUR_COMMON);
    vote(id, 'mill');
    vote(id, 'bakery', false);
    cancel('mill', 'dairy');
    expect(row(id)).toMatchObject({ voters: 3, yes: 1, no: 1, state: 'open' });
    cancel('mill', 'bakery');
    expect(row(id)).toMatchObject({ voters: 2, yes: 1, no: 0, state: 'open' });
    expect(vote(id, 'bakery').answer).toBe('not_a_voter');
    const { events } = cancel('mill', 'shop');
    expect(events.find((e) => e.kind === 'decided')).toMatchObject({
      outcome: 'accepted',
      voters: 1,
      yes: 1,
    });
    expect(w.state.labels.get(`${w.id('mill')}/${typeOf(FLOUR)}`)).toBe('common');
    expect(w.state.labels.has(`${w.id('shop')}/${typeOf(FLOUR)}`)).toBe(false);
  });

  test('one about a production lapses when its producer leaves; one of whom nobody stays lapses too', () => {
    const start = w.start('bakery', MILK);
    const estimate = w.state.productions.get(start)?.estimate ?? '';
    const { id } = propose('mill', { about: 'production', estimate });
    const { events } = cancel('mill', 'bakery');
    expect(events).toContainEqual({
      kind: 'decided',
      proposal: id,
      outcome: 'lapsed',
      yes: 0,
      no: 0,
      voters: 3,
    });
    expect(row(id)?.state).toBe('lapsed');
    w = new World();
    for (const name of ['old', 'young']) w.register(name);
    w.trust('old', 'young');
    w.work('young', w.start('young', FLOUR), 'anna', 60);
    w.at(MONTH_END + 1);
    const orphan = propose('young', FLOUR_COMMON).id;
    cancel('old', 'young');
    expect(row(orphan)).toMatchObject({ subsystem: w.id('old'), voters: 0, state: 'lapsed' });
  });

  test('in a merge the smaller part’s lapse, the bigger part’s gain voters of the same month', () => {
    for (const name of ['x', 'y']) w.register(name);
    for (const name of ['x', 'y']) w.work(name, w.start(name, FLOUR), `worker of ${name}`, 60);
    for (const name of ['mill', 'shop', 'bakery']) w.work(name, w.start(name, FLOUR), 'anna', 60);
    month(DECEMBER_END);
    const mine = propose('mill', FLOUR_COMMON).id;
    const theirs = propose('x', LIMIT).id;
    vote(mine, 'mill');
    w.trust('x', 'dairy');
    expect(row(theirs)?.state).toBe('lapsed');
    expect(row(mine)).toMatchObject({ voters: 4, yes: 1, state: 'open' });
    expect(vote(mine, 'x').answer).toBe('accepted');
    expect(vote(mine, 'y').answer).toBe('not_a_voter');
    expect(vote(mine, 'shop').events.some((e) => e.kind === 'decided')).toBe(true);
  });

  test('who voted, left and came back has voted', () => {
    const { id } = propose('shop', FLOUR_COMMON);
    vote(id, 'bakery');
    cancel('mill', 'bakery');
    expect(row(id)).toMatchObject({ voters: 2, yes: 0, no: 0 });
    w.trust('mill', 'bakery');
    expect(row(id)).toMatchObject({ voters: 3, yes: 1, no: 0, state: 'open' });
    expect(vote(id, 'bakery', false).answer).toBe('already_voted');
    vote(id, 'mill');
    expect(row(id)).toMatchObject({ yes: 2, state: 'accepted' });
  });

  test('the bigger part’s go on under the older id', () => {
    w = new World();
    w.register('old');
    for (const name of ['b', 'c']) w.register(name);
    w.trust('b', 'c');
    for (const name of ['b', 'c']) w.work(name, w.start(name, FLOUR), 'anna', 60);
    w.at(MONTH_END + 1);
    const { id } = propose('c', FLOUR_COMMON);
    w.trust('old', 'c');
    expect(row(id)).toMatchObject({ subsystem: w.id('old'), voters: 2 });
    vote(id, 'b');
    vote(id, 'c');
    expect(w.state.labels.get(`${w.id('old')}/${typeOf(FLOUR)}`)).toBe('common');
  });
});
