/** The coupon family: the private form of the paper's appropriation (§2.2, §6.5), from an office's keyset to a redemption. */
import { delegateRule } from './delegate.ts';
import { issueRule, loadRule } from './load.ts';
import { batchRule, keysetRule } from './office.ts';
import { abortRule, announceRule, redeemRule } from './redeem.ts';

/** By kind. */
export const couponRules = {
  keyset: keysetRule,
  batch: batchRule,
  delegate: delegateRule,
  load: loadRule,
  issue: issueRule,
  announce: announceRule,
  redeem: redeemRule,
  abort: abortRule,
};
