/**
 * The state machine's door: blocks begin, transactions are applied. Order of refusals: foreign chain, then who must sign
 * (unknown ids show here), missing and surplus signatures, bad signatures, then the rule's own check in the order of
 * `refusals.ts`. A refused transaction has changed nothing (L5); an accepted one depends only on the state and the block (L4).
 * Not here: hashing, disks, and when a block is made (the node's engine).
 */
import type { CryptoPort } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import { forgetChanges, recordChanges } from './contributions.ts';
import { verifySignatures } from './envelope.ts';
import type { LedgerEvent } from './events.ts';
import type { Parameters } from './parameters.ts';
import { closeOverdue } from './proposals.ts';
import type { Refusal } from './refusals.ts';
import { dueRevision, reviseAll } from './revision.ts';
import type { Context } from './rule.ts';
import { ruleOf } from './rules.ts';
import type { State } from './state.ts';
import type { Envelope, Key, Seconds, Transaction } from './transaction.ts';

export interface Chain {
  readonly state: State;
  readonly crypto: CryptoPort;
  readonly parameters: Parameters;
  readonly chain: string;
}
/** A chain with the block that is being made. */
export interface Block extends Chain {
  readonly height: number;
  readonly time: Seconds;
}
export interface Applied {
  readonly status: 'accepted' | 'exists';
  readonly events: readonly LedgerEvent[];
}
export interface Options {
  /** The signatures were verified elsewhere (`verifySignatures`); which keys must have signed is still asked. */
  readonly skipSignatures?: boolean;
  /** What `verifySignatures` said of this envelope on another thread. */
  readonly signatures?: Result<void, Refusal>;
  /** Of a redeem: what `verifyCoupons` found on another thread. */
  readonly couponVerdicts?: Uint8Array;
}

/**
 * Begins the next block. Its time is `time`, or the last block's when that is later: ledger time never goes back. All final
 * revisions that are due come first, then votes whose time is over; their events are returned. `time` is a whole number of seconds since 1970, UTC.
 */
export function beginBlock(
  chain: Chain,
  time: Seconds,
): { readonly block: Block; readonly events: readonly LedgerEvent[] } {
  const { meta } = chain.state;
  const last = Number(meta.get('time'));
  const block = { ...chain, height: Number(meta.get('height')) + 1, time: Math.max(time, last) };
  if (!Number.isSafeInteger(block.time) || !Number.isSafeInteger(block.height)) throw new Error('block');
  const events: LedgerEvent[] = [];
  meta.set('height', String(block.height));
  meta.set('time', String(block.time));
  const until = dueRevision(last, block.time);
  const context = contextOf(block, NOTHING, events);
  forgetChanges(chain.state);
  if (until !== undefined) reviseAll(context, until);
  closeOverdue(context);
  return { block, events };
}
/** Stands where a transaction would: revisions are nobody's. */
const NOTHING = { id: '0'.repeat(64), body: new Uint8Array(0) };

/** The keys that must sign a transaction, as the state stands. `offered` are those that did: a till's key may stand for its outlet's. */
export function requiredSigners(
  block: Block,
  transaction: Transaction,
  offered: readonly Key[],
): Result<readonly Key[], Refusal> {
  return ruleOf(transaction).signers(contextOf(block, NOTHING, []), transaction, offered);
}

/** Checks and applies one decoded envelope. The same transaction again is `exists`, a success that changes nothing. */
export function applyTransaction(
  block: Block,
  envelope: Envelope,
  options: Options = {},
): Result<Applied, Refusal> {
  const { transaction } = envelope;
  if (transaction.chain !== block.chain) return refuse('foreign_chain');
  if (block.state.transactions.has(envelope.id)) return ok({ status: 'exists', events: [] });
  const rule = ruleOf(transaction);
  const events: LedgerEvent[] = [];
  const { couponVerdicts } = options;
  const plain = contextOf(block, envelope, events);
  const context = couponVerdicts === undefined ? plain : { ...plain, couponVerdicts };
  const offered = envelope.signatures.map((s) => s.key);
  const signers = rule.signers(context, transaction, offered);
  if (!signers.ok) return signers;
  const missing = signers.value.find((key) => !offered.includes(key));
  if (missing !== undefined) return refuse('missing_signature', missing);
  const surplus = offered.find((key) => !signers.value.includes(key));
  if (surplus !== undefined) return refuse('surplus_signature', surplus);
  if (options.skipSignatures !== true) {
    const verified = options.signatures ?? verifySignatures(block.crypto, block.chain, envelope);
    if (!verified.ok) return verified;
  }
  const act = rule.check(context, transaction);
  if (!act.ok) return act;
  forgetChanges(block.state);
  act.value();
  recordChanges(context, envelope.id, transaction.kind);
  block.state.transactions.set(envelope.id, block.height);
  return ok({ status: 'accepted', events });
}

function contextOf(
  block: Block,
  { id, body }: Pick<Envelope, 'id' | 'body'>,
  events: LedgerEvent[],
): Context {
  return { ...block, id, body, emit: (event) => events.push(event) };
}
