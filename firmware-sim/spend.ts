/**
 * SPEND and ACK. The same id from the same terminal gets the same bytes; paid means acknowledged. Refusals come in one
 * order: what is known of this id, then `pin_needed` from the limits alone, then one word for everything else, so that a
 * terminal learns neither a balance nor what a card holds by asking amounts.
 */
import { ascii, beBytes, beNumber, concat, equal } from '../src/bytes.ts';
import { nearestPayable } from '../src/coupons/denominations.ts';
import { SPEND_REFUSALS } from '../src/limits.ts';
import type { Purchase } from './purchases.ts';
import type { Session } from './session.ts';
import { type Answer, done, no, SW } from './status.ts';
import type { Store } from './store.ts';
import { exactly, readFields, tlv } from './tlv.ts';

const DOMAIN = ascii('timecard/spend');

/** keyset (2) ‖ exponent ‖ serial: what the attestation covers of a coupon. */
function heads(store: Store, slots: readonly number[]): Uint8Array[] {
  return slots.map((slot) => {
    const { keyset, exponent, serial } = store.purse.read(slot);
    return concat(store.keysets.id(keyset).subarray(0, 2), beBytes(exponent, 1), serial);
  });
}

/** The answer to a SPEND that pays, from its record: batch id, attestation, coupons with their signatures. */
function paidAnswer(store: Store, purchase: Pick<Purchase, 'slots' | 'signature'>): Answer {
  const coupons = heads(store, purchase.slots).map((head, i) =>
    concat(head, store.purse.read(purchase.slots[i] as number).signature),
  );
  return done(
    concat(tlv(0x80, store.identity.batchId), tlv(0x81, purchase.signature), tlv(0x82, ...coupons)),
  );
}

/** A refusal that says nothing; after the PIN it adds what could be paid instead. */
function cannotPay(store: Store, session: Session, minutes: number, couldPayOther: boolean): Answer {
  session.refused++;
  if (!session.pinForPay) return no(SW.conditionsNotSatisfied);
  const near = couldPayOther
    ? nearestPayable(minutes, store.purse.counts('free'))
    : { below: undefined, above: undefined };
  const sums = concat(beBytes(near.below ?? 0, 2), beBytes(near.above ?? 0, 2));
  return no(SW.conditionsNotSatisfied, tlv(0x83, sums));
}

/** SPEND: `80 purchase id, 81 minutes, 82 day`. */
export function spend(store: Store, session: Session, data: Uint8Array): Answer {
  const [id, amount, dayField] =
    readFields(data, [exactly(0x80, 16), exactly(0x81, 2), exactly(0x82, 2)]) ?? [];
  if (id === undefined || amount === undefined || dayField === undefined) return no(SW.wrongData);
  const minutes = beNumber(amount);
  const day = beNumber(dayField);
  if (minutes === 0) return no(SW.wrongData);
  if (session.pinForServices) return cannotPay(store, session, minutes, false);

  const known = store.purchases.find(session.terminal, id);
  if (known?.state === 'paid') return no(SW.alreadyPaid);
  const otherPaid = session.paying !== undefined && !equal(session.paying, id);
  if (known?.state === 'pending' && !otherPaid) {
    if (known.minutes !== minutes) return no(SW.wrongData);
    session.paying = id;
    return paidAnswer(store, known);
  }

  if (!session.pinForPay && !store.limits.allow(minutes)) {
    session.refused++;
    return no(SW.pinNeeded);
  }
  const mayPay =
    known === undefined &&
    session.paying === undefined &&
    session.refused < SPEND_REFUSALS &&
    !store.purchases.pendingFull;
  const slots = mayPay ? store.purse.select(minutes) : undefined;
  if (slots === undefined) return cannotPay(store, session, minutes, mayPay);

  const withPin = session.pinForPay;
  const { suite, identity } = store;
  const message = concat(
    DOMAIN,
    beBytes(suite.id, 1),
    session.terminal,
    id,
    amount,
    beBytes(withPin ? 1 : 0, 1),
    dayField,
    ...heads(store, slots),
  );
  const signature = suite.sign(identity.batchSeed, message, 1);
  const purchase = {
    id,
    minutes,
    day,
    withPin,
    slots,
    signature,
    terminal: session.terminal,
    outlet: session.outlet,
  };

  // Nothing below may refuse. Nothing leaves before it is in memory.
  const transaction = store.journal.begin();
  store.purchases.add(transaction, purchase);
  if (!withPin) store.limits.count(transaction, minutes);
  transaction.commit();
  session.paying = id;
  return paidAnswer(store, purchase);
}

/** ACK: `80 purchase id`. The terminal has SPEND's answer on its disk. */
export function acknowledge(store: Store, session: Session, data: Uint8Array): Answer {
  const [id] = readFields(data, [exactly(0x80, 16)]) ?? [];
  if (id === undefined) return no(SW.wrongData);
  const known = store.purchases.find(session.terminal, id);
  if (known?.state === 'paid') return done();
  if (known?.state !== 'pending') return no(SW.notFound);
  const transaction = store.journal.begin();
  store.purchases.acknowledge(transaction, known);
  transaction.commit();
  return done();
}
