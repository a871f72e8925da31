/** The coupon family: the private form of the paper's appropriation (§2.2, §6.5), from an office's keyset to a redemption and back; and the paper's literal form. */
import { appropriateRule } from './appropriate.ts';
import { cancelRule } from './cancel.ts';
import { delegateRule } from './delegate.ts';
import { issueRule, loadRule } from './load.ts';
import { batchRule, keysetRule } from './office.ts';
import { recoupRule } from './recoup.ts';
import { abortRule, announceRule, redeemRule } from './redeem.ts';
import { refreshRule } from './refresh.ts';
import { revokeBatchRule, revokeDelegationRule, revokeRule } from './revoke.ts';

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
  cancel: cancelRule,
  refresh: refreshRule,
  revoke: revokeRule,
  revoke_batch: revokeBatchRule,
  revoke_delegation: revokeDelegationRule,
  recoup: recoupRule,
  appropriate: appropriateRule,
};
