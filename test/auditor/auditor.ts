/**
 * The auditor: recomputes the books of every subsystem from the raw chain alone. It is given the genesis (time, parameters), for each block its time
 * and for each accepted transaction its body, and nothing of the state, the events, the indexes or the rules. It trusts that what was accepted was
 * allowed, checks no signature but the coupons', and works out what it did; where a body makes no sense to it, it throws.
 *
 * Written apart from `src/economy`, from docs/ledger-rules.md and docs/ledger-coupons.md: plain, slow, one way for each thing. Of the project it uses the
 * codec of bodies (`wire.ts`, and the types in `transaction.ts`), bytes and hex, and the pack's table in `limits.ts`; `imports.test.ts` holds that.
 * Not here: the comparison with a state (`compare.ts`), chains read from a node (`chain.ts`).
 */
import { toHex } from '../../src/bytes.ts';
import type { Genesis, Parameters } from '../../src/economy/parameters.ts';
import type { Kind, Transaction } from '../../src/economy/transaction.ts';
import { decodeBody } from '../../src/economy/wire.ts';
import { type Books, booksOf } from './books.ts';
import * as coupons from './coupons.ts';
import * as goods from './goods.ts';
import * as production from './production.ts';
import { type Crypto, Records } from './records.ts';
import * as redemption from './redemption.ts';
import * as revision from './revision.ts';
import * as stock from './stock.ts';
import * as trust from './trust.ts';
import * as votes from './votes.ts';
import * as wallets from './wallets.ts';

type Of<K extends Kind> = Extract<Transaction, { kind: K }>;
/** What moves no value and decides nothing that does. */
const nothing = (): void => {};

const ENTRIES: { readonly [K in Kind]: (records: Records, transaction: Of<K>) => void } = {
  register: trust.register,
  establish_trust: trust.establishTrust,
  cancel_trust: trust.cancelTrust,
  rotate_key: nothing,
  collectivize: goods.collectivize,
  transfer: goods.transfer,
  write_off: goods.writeOff,
  order: production.order,
  reject: nothing,
  estimate: production.estimate,
  start: production.start,
  allocate_workload: production.allocateWorkload,
  allocate_resource: production.allocateResource,
  allocate_mop: production.allocateMop,
  deallocate_mop: production.deallocateMop,
  allocate_component: production.allocateComponent,
  disassemble: production.disassemble,
  output: production.output,
  abort_production: production.abortProduction,
  final_revision: nothing,
  claim: revision.claim,
  propose: votes.propose,
  vote: votes.vote,
  keyset: coupons.keyset,
  batch: nothing,
  delegate: nothing,
  revoke: coupons.revoke,
  revoke_batch: nothing,
  revoke_delegation: nothing,
  load: coupons.load,
  issue: coupons.issue,
  cancel: coupons.cancel,
  announce: redemption.announce,
  redeem: redemption.redeem,
  abort: coupons.abort,
  refresh: coupons.refresh,
  recoup: coupons.recoup,
  take_back: coupons.takeBackFor,
  appropriate: wallets.appropriate,
  hand_over: stock.handOver,
  count: stock.count,
};

/** Parameters as a vote writes them: whole numbers, shares like `1/10`. */
function asText(parameters: Parameters): Map<string, string> {
  return new Map(
    Object.entries(parameters).map(
      ([name, value]: [string, number | bigint | { num: bigint; den: bigint }]) => [
        name,
        typeof value === 'object' ? `${value.num}/${value.den}` : String(value),
      ],
    ),
  );
}

export class Auditor {
  readonly records: Records;

  constructor({ time, parameters }: Pick<Genesis, 'time' | 'parameters'>, crypto: Crypto) {
    this.records = new Records(crypto, time, asText(parameters));
  }

  /** A block begins. Its time is never earlier than the last one's. */
  block(time: number): void {
    const { records } = this;
    const last = records.time;
    records.height += 1;
    records.time = Math.max(time, last);
    revision.reviseIfDue(records, last);
    votes.overdue(records);
  }

  /** A transaction that the ledger accepted in this block, as its body's bytes. */
  transaction(body: Uint8Array): void {
    const decoded = decodeBody(body);
    if (!decoded.ok) throw new Error(`the auditor cannot read an accepted body: ${decoded.refusal}`);
    const { records } = this;
    records.place += 1;
    records.id = toHex(records.crypto.sha256(body));
    const enter = ENTRIES[decoded.value.kind] as (records: Records, transaction: Transaction) => void;
    enter(records, decoded.value);
  }

  /** By subsystem, micro-minutes. */
  books(): Map<string, Books> {
    return booksOf(this.records);
  }
}
