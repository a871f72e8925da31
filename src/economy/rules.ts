/** All rules in one table; a kind without a rule does not compile. */
import type { Result } from '../result.ts';
import { ok } from '../result.ts';
import { claimRule } from './claim.ts';
import { collectivizeRule } from './collectivize.ts';
import { allocateComponentRule, disassembleRule } from './components.ts';
import { couponRules } from './coupon-rules.ts';
import { allocateMopRule, deallocateMopRule } from './means.ts';
import { cancelTrustRule, establishTrustRule, registerRule, rotateKeyRule } from './membership.ts';
import { estimateRule, orderRule, rejectRule, startRule } from './orders.ts';
import { abortProductionRule, allocateResourceRule, allocateWorkloadRule, outputRule } from './production.ts';
import type { Refusal } from './refusals.ts';
import { transferRule } from './resources.ts';
import { finalRevisionRule } from './revision.ts';
import type { Context, Rule } from './rule.ts';
import { stockRules } from './stock-rules.ts';
import type { Key, Kind, Transaction } from './transaction.ts';
import { proposeRule, voteRule } from './votes.ts';
import { writeOffRule } from './write-off.ts';

type Of<K extends Kind> = Extract<Transaction, { kind: K }>;

/** A rule whose plan nobody else sees: a check that passed gives the one act that may follow. */
export interface Sealed<T extends Transaction> {
  signers(context: Context, transaction: T, offered: readonly Key[]): Result<readonly Key[], Refusal>;
  check(context: Context, transaction: T): Result<() => void, Refusal>;
}

function sealed<T extends Transaction, P>(rule: Rule<T, P>): Sealed<T> {
  return {
    signers: (context, transaction, offered) => rule.signers(context, transaction, offered),
    check(context, transaction) {
      const plan = rule.check(context, transaction);
      return plan.ok ? ok(() => rule.apply(context, transaction, plan.value)) : plan;
    },
  };
}

const RULES: { readonly [K in Kind]: Sealed<Of<K>> } = {
  register: sealed(registerRule),
  establish_trust: sealed(establishTrustRule),
  collectivize: sealed(collectivizeRule),
  transfer: sealed(transferRule),
  order: sealed(orderRule),
  estimate: sealed(estimateRule),
  start: sealed(startRule),
  allocate_resource: sealed(allocateResourceRule),
  allocate_workload: sealed(allocateWorkloadRule),
  output: sealed(outputRule),
  final_revision: sealed(finalRevisionRule),
  claim: sealed(claimRule),
  keyset: sealed(couponRules.keyset),
  batch: sealed(couponRules.batch),
  delegate: sealed(couponRules.delegate),
  load: sealed(couponRules.load),
  issue: sealed(couponRules.issue),
  announce: sealed(couponRules.announce),
  redeem: sealed(couponRules.redeem),
  abort: sealed(couponRules.abort),
  cancel: sealed(couponRules.cancel),
  refresh: sealed(couponRules.refresh),
  revoke: sealed(couponRules.revoke),
  revoke_batch: sealed(couponRules.revoke_batch),
  revoke_delegation: sealed(couponRules.revoke_delegation),
  recoup: sealed(couponRules.recoup),
  appropriate: sealed(couponRules.appropriate),
  take_back: sealed(stockRules.take_back),
  hand_over: sealed(stockRules.hand_over),
  count: sealed(stockRules.count),
  rotate_key: sealed(rotateKeyRule),
  reject: sealed(rejectRule),
  write_off: sealed(writeOffRule),
  allocate_component: sealed(allocateComponentRule),
  disassemble: sealed(disassembleRule),
  allocate_mop: sealed(allocateMopRule),
  deallocate_mop: sealed(deallocateMopRule),
  abort_production: sealed(abortProductionRule),
  cancel_trust: sealed(cancelTrustRule),
  propose: sealed(proposeRule),
  vote: sealed(voteRule),
};

/** The rule of a transaction's kind. */
export function ruleOf(transaction: Transaction): Sealed<Transaction> {
  return RULES[transaction.kind] as Sealed<Transaction>;
}
