/**
 * The mixed stream that is measured: eleven transactions with twelve signatures that touch the whole economy at random, as the
 * working day of many collectives would. In each eleven: an order, its estimate and start, two workloads (one of them
 * elsewhere), its output; material that enters, material that is used up elsewhere, a transfer between two who trust each other, a crowd handed over,
 * a claim. The elevens are woven into one another.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { typeId } from '../../src/economy/product.ts';
import type { Id, Product, Transaction } from '../../src/economy/transaction.ts';
import {
  CHAIN,
  type Claimable,
  type Collective,
  type Economy,
  GOODS,
  MATERIALS,
  NOW,
  type Nonces,
  type Signer,
  TODAY,
} from './economy.ts';

/** Transactions of one turn. */
export const TURN = 11;
/** Turns that are under way at the same time. */
const WOVEN = 50;

/** A repeatable generator (xorshift32); `below(n)` is uniform enough for choosing rows. */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 1;
  }
  below(n: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % n;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** The envelopes of `turns` turns, in an order in which each is accepted. */
export function mixedStream(
  economy: Economy,
  turns: number,
  nonces: Nonces,
  chance: Chance,
  claims: Claimable[],
): Uint8Array[] {
  const out: Uint8Array[] = [];
  const { collectives } = economy;
  const act = (transaction: object, ...signers: readonly Signer[]): Id => {
    const withNonce = (transaction as Transaction).kind === 'claim' ? {} : { nonce: nonces.next() };
    const whole = { chain: CHAIN, ...withNonce, ...transaction } as Transaction;
    const built = makeEnvelope(
      nodeCrypto,
      whole,
      signers.map(({ seed }) => seed),
    );
    out.push(built.bytes);
    return built.id;
  };
  const someone = (): Collective => chance.of(collectives);
  const workload = (who: Collective, production: Id): void => {
    const wallet = chance.of(someone().wallets).key;
    act(
      {
        kind: 'allocate_workload',
        production,
        wallet,
        minutes: 1 + chance.below(9),
        day: TODAY - chance.below(7),
      },
      who,
    );
  };

  /** One turn, a step at a time. */
  function* turn(): Generator<void> {
    const who = someone();
    const good = chance.of(GOODS);
    const order = act(
      {
        kind: 'order',
        orderer: who.id,
        addressee: who.id,
        product: good,
        amount: 10,
        deliverBy: NOW + 86_400,
      },
      who,
    );
    yield;
    const estimate = act(
      { kind: 'estimate', order, outputs: [{ product: good, amount: 10, value: 5_000_000n }] },
      who,
    );
    yield;
    const production = act({ kind: 'start', estimate }, who);
    yield;
    workload(who, production);
    yield;
    const elsewhere = someone();
    workload(elsewhere, chance.of(elsewhere.open));
    yield;
    act({ kind: 'output', production, outputs: [{ type: typeId(nodeCrypto, good), amount: 10 }] }, who);
    yield;
    const taker = someone();
    act(
      { kind: 'collectivize', owner: taker.id, product: chance.of(MATERIALS) as Product, amount: 100 },
      taker,
    );
    yield;
    const user = someone();
    act(
      {
        kind: 'allocate_resource',
        production: chance.of(user.open),
        lot: chance.of(user.materials),
        amount: 1 + chance.below(9),
        repurpose: false,
      },
      user,
    );
    yield;
    const giver = someone();
    const receiver = collectives[giver.neighbour] as Collective;
    act(
      {
        kind: 'transfer',
        lot: chance.of(giver.materials),
        amount: 1 + chance.below(9),
        from: giver.id,
        to: receiver.id,
        purpose: 'use',
      },
      giver,
      receiver,
    );
    yield;
    const outlet = someone();
    act(
      {
        kind: 'hand_over',
        outlet: outlet.id,
        goods: [{ type: chance.of(outlet.stocked), amount: 1 }],
        charged: 1,
        sales: 20,
      },
      outlet,
    );
    yield;
    const at = chance.below(claims.length);
    const claim = claims[at];
    if (claim === undefined) throw new Error('nothing is left to claim');
    claims[at] = claims[claims.length - 1] as Claimable;
    claims.pop();
    act({ kind: 'claim', workload: claim.workload, revision: claim.revision }, claim.wallet);
  }

  let begun = 0;
  const woven: Generator<void>[] = [];
  while (begun < turns || woven.length > 0) {
    while (begun < turns && woven.length < WOVEN) {
      woven.push(turn());
      begun++;
    }
    const at = chance.below(woven.length);
    if ((woven[at] as Generator<void>).next().done) woven.splice(at, 1);
  }
  return out;
}
