/**
 * SELECT and OPEN: from nothing to a channel with a terminal whose certificate counts. OPEN also brings the purchases this
 * terminal has given up: their coupons become exposed, in the transaction that keeps the certificate's epoch.
 */
import { beBytes, concat } from '../src/bytes.ts';
import { OPEN_ABORTS } from '../src/limits.ts';
import { certificateBytes, checkCertificate } from './certificate.ts';
import { takeEphemeral } from './ephemeral.ts';
import { EPOCH } from './layout.ts';
import type { Purchase } from './purchases.ts';
import type { Session } from './session.ts';
import { type Answer, done, no, SW } from './status.ts';
import { highestEpoch, type Store } from './store.ts';
import type { KeyPair } from './suite.ts';
import type { Meter } from './timing.ts';
import { exactly, readFields, tlv } from './tlv.ts';

/** Category F, not registered: «TIMECRD». */
export const AID = Uint8Array.of(0xf0, 0x54, 0x49, 0x4d, 0x45, 0x43, 0x52, 0x44);
const VERSION = 1;
const ID = 16;

export interface Selected {
  readonly own: KeyPair;
  /** SELECT's answer without status word: part of the handshake. */
  readonly answer: Uint8Array;
}

/** SELECT's answer, and the key pair it showed. Nothing about the person or the card. */
export function select(store: Store, random: (n: number) => Uint8Array): Selected {
  const { suite, identity, memory } = store;
  const own = takeEphemeral(memory, suite, random);
  const ids = identity.officeKeys().map(({ id }) => id);
  const about = concat(
    tlv(0x80, Uint8Array.of(VERSION)),
    tlv(0x81, Uint8Array.of(suite.id)),
    tlv(0x82, ...ids),
    tlv(0x83, own.public),
  );
  return { own, answer: tlv(0x6f, concat(tlv(0x84, AID), tlv(0xa5, about))) };
}

/** OPEN: the session and the answer to seal in it, or a refusal for the clear. */
export function openSession(
  store: Store,
  meter: Meter,
  selected: Selected,
  message: Uint8Array,
):
  | { readonly session: Session; readonly answer: Answer }
  | { readonly session: undefined; readonly answer: Answer } {
  const { suite, identity, purchases, journal } = store;
  const refused = (sw: number, payloadBytes: number) => {
    meter.opened(payloadBytes, undefined);
    return { session: undefined, answer: no(sw) };
  };
  const opened = suite.openChannel(selected.own, selected.answer, message);
  if (opened === undefined) return refused(SW.channelBroken, 0);
  const { terminal, payload, channel } = opened;
  const [certificate, ids] =
    readFields(payload, [
      exactly(0x80, certificateBytes(suite)),
      { tag: 0x81, min: ID, max: OPEN_ABORTS * ID, optional: true },
    ]) ?? [];
  if (certificate === undefined || (ids !== undefined && ids.length % ID !== 0))
    return refused(SW.wrongData, payload.length);
  const known = checkCertificate(identity, suite, certificate, terminal, highestEpoch(store));
  if (known === undefined) return refused(SW.certificateRefused, payload.length);

  // Nothing below may refuse.
  const aborted =
    ids === undefined
      ? []
      : Array.from({ length: ids.length / ID }, (_, i) => ids.slice(i * ID, (i + 1) * ID));
  const met = aborted.map((id) => purchases.find(terminal, id));
  const undo = new Map<number, Purchase>();
  for (const one of met) if (one !== undefined && one.state !== 'undone') undo.set(one.place, one);
  const transaction = journal.begin();
  transaction.set(EPOCH, beBytes(known.epoch, 2));
  purchases.undo(transaction, [...undo.values()]);
  transaction.commit();
  const session: Session = {
    channel,
    terminal,
    outlet: known.outlet,
    role: known.role,
    pinForPay: false,
    pinForServices: false,
    paying: undefined,
    refused: 0,
  };
  const answers = Uint8Array.from(met, (one) => (one === undefined ? 0 : 1));
  const answer = done(aborted.length === 0 ? undefined : tlv(0x80, answers));
  meter.opened(payload.length, answer.data.length + 2);
  return { session, answer };
}
