/** The owner's view: what lies in a simulated card's memory, as plain figures. No real card can be looked into like this. */
import { toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import type { RecordState } from './purchases.ts';
import { SLOT_STATE, type SlotState } from './purse.ts';
import { highestEpoch, type Store } from './store.ts';

export interface OwnerView {
  readonly chain: string;
  readonly suite: number;
  /** Hex: g, wallet key with its suite byte, batch id. */
  readonly g: string;
  readonly walletKey: string;
  readonly batchId: string;
  readonly payableMinutes: number;
  readonly pendingMinutes: number;
  readonly exposedMinutes: number;
  readonly deadMinutes: number;
  /** Free coupons by exponent, 0 … 8. */
  readonly freeByExponent: readonly number[];
  /** How many slots are in each state. */
  readonly slots: Readonly<Record<SlotState, number>>;
  /** Slots a load may take. */
  readonly room: number;
  /** Newest first. */
  readonly log: readonly {
    /** Hex of the purchase id and of the outlet. */
    readonly id: string;
    readonly outlet: string;
    readonly day: number;
    readonly minutes: number;
    readonly state: RecordState;
    readonly withPin: boolean;
    readonly coupons: number;
  }[];
  readonly pinTriesLeft: number;
  readonly pukTriesLeft: number;
  /** Since the last PIN. */
  readonly withoutPin: { readonly minutes: number; readonly taps: number };
  readonly highestEpoch: number;
  readonly officeKeyIds: readonly string[];
  readonly openLoad:
    | { readonly packs: number; readonly keyset: string; readonly signed: boolean; readonly stored: number }
    | undefined;
  /** What a refresh waits for: minutes of the coupons it replaces, of this card and of lost ones. */
  readonly refreshingMinutes: { readonly own: number; readonly lost: number };
  readonly wordsOpen: boolean;
}

export function ownerView(store: Store, crypto: CryptoPort): OwnerView {
  const { identity, purse, purchases, pin, limits, load, keysets } = store;
  const open = load.open;
  const waiting = (recovery: boolean): number =>
    purse.refreshing(recovery).reduce((sum, slot) => sum + 2 ** purse.exponent(slot), 0);
  const walletKey = crypto.ed25519Public(identity.walletSeed());
  return {
    chain: identity.chain,
    suite: identity.suite,
    g: toHex(identity.g),
    walletKey: toHex(Uint8Array.of(identity.suite, ...walletKey)),
    batchId: toHex(identity.batchId),
    payableMinutes: purse.minutes('free'),
    pendingMinutes: purse.minutes('pending'),
    exposedMinutes: purse.minutes('exposed'),
    deadMinutes: purse.minutes('dead'),
    freeByExponent: purse.counts('free'),
    slots: Object.fromEntries(SLOT_STATE.map((state) => [state, purse.slotsIn(state).length])) as Record<
      SlotState,
      number
    >,
    room: purse.room,
    log: purchases.all().map((one) => ({
      id: toHex(one.id),
      outlet: toHex(one.outlet),
      day: one.day,
      minutes: one.minutes,
      state: one.state,
      withPin: one.withPin,
      coupons: one.slots.length,
    })),
    pinTriesLeft: pin.triesLeft,
    pukTriesLeft: pin.pukTriesLeft,
    withoutPin: limits.used,
    highestEpoch: highestEpoch(store),
    officeKeyIds: identity.officeKeys().map(({ id }) => toHex(id)),
    openLoad:
      open === undefined
        ? undefined
        : {
            packs: open.packs,
            keyset: toHex(keysets.id(open.keyset)),
            signed: open.digest !== undefined,
            stored: load.stored,
          },
    refreshingMinutes: { own: waiting(false), lost: waiting(true) },
    wordsOpen: identity.wordsOpen,
  };
}
