/** What the screen is shown of a card at card services: from the card's own account, the wallet on the ledger, and what is on its way. */
import type { Account } from '../src/card/service-commands.ts';
import { LOAD_PACKS, PACK_COUPONS, PACK_MINUTES } from '../src/limits.ts';
import type { ServicesView } from '../src/till-api.ts';
import { fromMinutes } from '../src/units/micro-minutes.ts';
import { claimableOf, type WalletAnswer } from './wallet-answer.ts';

/** Nothing on it, nothing ever paid, nothing begun: as it was made. The card itself decides. */
export function isFresh(account: Account): boolean {
  const { payableMinutes, exposedMinutes, pendingMinutes, deadMinutes, log, openLoad, openRefresh } = account;
  const held = payableMinutes + exposedMinutes + pendingMinutes + deadMinutes;
  return held === 0 && log.length === 0 && !openLoad && !openRefresh && !account.recovery;
}

/** Whole packs that balance and card allow now; none without the ledger's word. */
export function packsNow(account: Account, wallet: WalletAnswer | undefined): number {
  const byBalance = Number((wallet?.balance ?? 0n) / fromMinutes(PACK_MINUTES));
  return Math.max(0, Math.min(LOAD_PACKS, byBalance, Math.floor(account.freeSlots / PACK_COUPONS)));
}

interface Beside {
  readonly until: number | null;
  readonly otherCards: boolean;
  readonly outletName: (prefix: Uint8Array) => string;
}

export function accountView(
  account: Account,
  wallet: WalletAnswer | undefined,
  { until, otherCards, outletName }: Beside,
): NonNullable<ServicesView['account']> {
  const { workloads, value } = claimableOf(wallet);
  const { recovery } = account;
  return {
    onCard: account.payableMinutes,
    exposed: account.exposedMinutes,
    pending: account.pendingMinutes,
    freeSlots: account.freeSlots,
    balance: String(wallet?.balance ?? 0n),
    packs: packsNow(account, wallet),
    claimable: workloads.length,
    claimableValue: String(value),
    unfinishedLoad: account.openLoad !== undefined,
    refreshing: account.openRefresh?.minutes ?? 0,
    returning: recovery === undefined ? null : { minutes: recovery.minutes, until },
    dead: account.deadMinutes,
    wordsOpen: account.wordsOpen,
    fresh: isFresh(account),
    otherCards,
    log: account.log.map((e) => ({
      day: e.day,
      outlet: outletName(e.outlet),
      minutes: e.minutes,
      state: e.state,
    })),
  };
}
