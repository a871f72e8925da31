/** One transaction of each kind, with plausible contents and no state behind it: for the wire only. */
import type { Kind, Transaction } from '../../src/economy/transaction.ts';
import { BREAD, CHAIN, FLOUR, NOON, typeOf, walletOf } from './world.ts';

const id = (digit: string): string => digit.repeat(64);
const nonce = '0011223344556677';
const chain = CHAIN;
const key = walletOf('anna');
const block = (fill: number): Uint8Array => new Uint8Array(256).fill(fill);

export const SAMPLES: { readonly [K in Kind]: Extract<Transaction, { kind: K }> } = {
  register: { kind: 'register', chain, nonce, key, name: 'Bäckerei «Früh»', dispatches: true },
  establish_trust: { kind: 'establish_trust', chain, nonce, a: id('1'), b: id('2') },
  collectivize: { kind: 'collectivize', chain, nonce, owner: id('1'), product: FLOUR, amount: 1_000_000 },
  transfer: {
    kind: 'transfer',
    chain,
    nonce,
    lot: id('3'),
    amount: 5,
    from: id('1'),
    to: id('2'),
    purpose: 'dispatch',
  },
  order: {
    kind: 'order',
    chain,
    nonce,
    orderer: id('1'),
    addressee: id('2'),
    product: BREAD,
    amount: 40,
    deliverBy: NOON,
    parent: id('4'),
  },
  estimate: {
    kind: 'estimate',
    chain,
    nonce,
    order: id('4'),
    outputs: [
      { product: BREAD, amount: 40, value: 123_456_789_012n },
      { product: FLOUR, amount: 1, value: 0n, durability: 512_640 },
    ],
  },
  start: { kind: 'start', chain, nonce, estimate: id('5') },
  allocate_resource: {
    kind: 'allocate_resource',
    chain,
    nonce,
    production: id('6'),
    lot: id('3'),
    amount: 7,
    repurpose: true,
  },
  allocate_workload: {
    kind: 'allocate_workload',
    chain,
    nonce,
    production: id('6'),
    wallet: key,
    minutes: 480,
    day: 20_779,
  },
  output: {
    kind: 'output',
    chain,
    nonce,
    production: id('6'),
    outputs: [{ type: typeOf(BREAD), amount: 40 }],
  },
  final_revision: { kind: 'final_revision', chain, until: NOON },
  claim: { kind: 'claim', chain, workload: id('7'), revision: id('8') },
  keyset: {
    kind: 'keyset',
    chain,
    nonce,
    office: id('1'),
    keys: Array.from({ length: 9 }, (_, i) => ({ n: block(200 + i), e: 65_537 })),
  },
  batch: { kind: 'batch', chain, nonce, office: id('1'), key, until: NOON },
  delegate: {
    kind: 'delegate',
    chain,
    nonce,
    outlet: id('1'),
    key,
    kinds: ['announce', 'redeem', 'hand_over'],
    until: NOON,
  },
  load: {
    kind: 'load',
    chain,
    g: nonce,
    packs: 1,
    keyset: id('9'),
    wallet: key,
    blinded: Array.from({ length: 32 }, (_, i) => block(i)),
  },
  issue: { kind: 'issue', chain, load: id('a'), signatures: [block(1), block(2)] },
  announce: { kind: 'announce', chain, nonce, outlet: id('1'), digest: id('b') },
  redeem: {
    kind: 'redeem',
    chain,
    outlet: id('1'),
    announcement: id('b'),
    coupons: [
      { keyset: id('9'), exponent: 8, serial: id('c'), signature: block(3) },
      { keyset: id('9'), exponent: 0, serial: id('d'), signature: block(4) },
    ],
  },
  abort: { kind: 'abort', chain, nonce, outlet: id('1'), serials: [id('c'), id('d')] },
  hand_over: {
    kind: 'hand_over',
    chain,
    nonce,
    outlet: id('1'),
    goods: [{ type: id('e'), amount: 3 }],
    charged: 12,
    sales: 20,
  },
  count: {
    kind: 'count',
    chain,
    nonce,
    outlet: id('1'),
    lines: [
      { type: id('e'), height: 17, amount: 0 },
      { type: id('f'), height: 17, amount: 4 },
    ],
  },
};
