/**
 * The shape of a rule. Verbs in the order of life: decode → signers → check → apply. `check` may refuse and writes
 * nothing; below it nothing may refuse. A family file exports its rules; `rules.ts` holds the table of all of them.
 */
import type { CryptoPort } from '../crypto-port.ts';
import type { Result } from '../result.ts';
import type { LedgerEvent } from './events.ts';
import type { Parameters } from './parameters.ts';
import type { Refusal } from './refusals.ts';
import type { State } from './state.ts';
import type { Id, Key, Seconds, Transaction } from './transaction.ts';

/** What a rule may look at besides the transaction. */
export interface Context {
  readonly state: State;
  readonly crypto: CryptoPort;
  readonly parameters: Parameters;
  readonly chain: string;
  /** The block being made. */
  readonly height: number;
  readonly time: Seconds;
  /** The transaction's id. */
  readonly id: Id;
  /** Its canonical bytes; none where nothing is applied. */
  readonly body: Uint8Array;
  /**
   * Of a redeem, when `verifyCoupons` ran beforehand (on another thread): one verdict a coupon (`coupon-verdict.ts`).
   * Absent: check verifies by itself.
   */
  readonly couponVerdicts?: Uint8Array;
  /** Tells the world; only `apply` calls it. */
  emit(event: LedgerEvent): void;
}

export interface Rule<T extends Transaction, Plan> {
  readonly kind: T['kind'];
  /** Exactly the keys that must have signed; a till key stands for its outlet where the rule says so (`anyOf`). */
  signers(context: Context, transaction: T, offered: readonly Key[]): Result<readonly Key[], Refusal>;
  /** All refusals, in the order of refusals.ts; what it worked out goes to `apply` as the plan. Writes nothing. */
  check(context: Context, transaction: T): Result<Plan, Refusal>;
  /** Nothing below may refuse. */
  apply(context: Context, transaction: T, plan: Plan): void;
}
