/**
 * A dispute: one serial has arrived on the ledger more than once. Every outlet that brought it shows the transcript of the purchase
 * in which it took it. A transcript carries a signature that only a card of its batch can make, over the terminal, the purchase
 * and the coupons (src/card/attestation.ts); so either a card paid twice, and its batch is named, or somebody brought a coupon that
 * no card gave, and that terminal's outlet is named. Which person or which card it was, nothing here can say.
 * Not here: opening transcripts (`sealed-transcript.ts`), finding what arrived (ledger), where they were kept (main).
 */
import { equal, hexBytes, toHex } from '../bytes.ts';
import { parseTranscript } from '../card/attestation.ts';
import { OUTLET_BYTES, verifyCertificate } from '../card/certificate.ts';
import { SUITE_1 } from '../card/suite.ts';
import type { CryptoPort } from '../crypto-port.ts';
import type { Id } from '../economy/transaction.ts';

/** What one outlet shows for one redemption. */
export interface Exhibit {
  readonly outlet: Id;
  /** The redemption in which it brought the serial. */
  readonly redemption: Id;
  /** The sale certificate of the till that kept the transcripts. */
  readonly certificate: Uint8Array;
  /** Opened transcripts; only those with the serial count. */
  readonly transcripts: readonly Uint8Array[];
}

/** How a serial came to the ledger. */
export interface Arrival {
  readonly outlet: Id;
  readonly redemption: Id;
  /** Taken, or the reason why it was skipped. */
  readonly result: string;
}

/**
 * Why an outlet is named: `nothing_shown` (no transcript with the serial), `wrong_attestation` (no card of the batch signed it),
 * `unknown_batch` (the batch is not on the ledger), `foreign_terminal` (the purchase was made at a terminal that the office did
 * not certify for this outlet), `one_purchase_twice` (it brought one purchase in two redemptions).
 */
export type Fault =
  | 'nothing_shown'
  | 'wrong_attestation'
  | 'unknown_batch'
  | 'foreign_terminal'
  | 'one_purchase_twice';

export interface Verdict {
  /** Batches one of whose cards paid twice with this coupon, 8-byte ids as hex; empty when an outlet is at fault. */
  readonly batches: readonly string[];
  /** Outlets at fault. */
  readonly outlets: readonly { readonly outlet: Id; readonly redemption: Id; readonly fault: Fault }[];
}

export interface Ledger {
  /** The key of a batch by its 8-byte id as hex, also of one that was revoked; undefined when there never was one. */
  batchKey(id: string): Uint8Array | undefined;
  /** Keys of the offices that certify terminals. */
  readonly officeKeys: readonly Uint8Array[];
}

interface Paid {
  readonly batch: string;
  readonly purchase: string;
}

/** Keeps only transcripts with the serial: nobody else's purchase is shown to anybody. */
export function withSerial(transcripts: readonly Uint8Array[], serial: Id): readonly Uint8Array[] {
  const wanted = hexBytes(serial);
  return transcripts.filter((bytes) => {
    const parsed = parseTranscript(SUITE_1, bytes);
    return parsed.ok && parsed.value.coupons.some((coupon) => equal(coupon.serial, wanted));
  });
}

/** What one outlet can prove for one arrival. */
function prove(
  crypto: CryptoPort,
  serial: Id,
  { outlet }: Arrival,
  exhibit: Exhibit | undefined,
  ledger: Ledger,
): Paid | Fault {
  const [bytes] = exhibit === undefined ? [] : withSerial(exhibit.transcripts, serial);
  if (exhibit === undefined || bytes === undefined) return 'nothing_shown';
  const parsed = parseTranscript(SUITE_1, bytes);
  if (!parsed.ok) return 'nothing_shown';
  const { batchId, signature, message, terminalKey, purchase } = parsed.value;
  const certified = ledger.officeKeys.some((office) => {
    const checked = verifyCertificate(crypto, SUITE_1, office, terminalKey, exhibit.certificate);
    return checked.ok && equal(checked.value.outlet, hexBytes(outlet).subarray(0, OUTLET_BYTES));
  });
  if (!certified) return 'foreign_terminal';
  const batch = toHex(batchId);
  const key = ledger.batchKey(batch);
  if (key === undefined) return 'unknown_batch';
  if (!SUITE_1.verify(crypto, key, message, signature)) return 'wrong_attestation';
  return { batch, purchase: `${toHex(terminalKey)}/${toHex(purchase.id)}` };
}

/** Judges a serial by everything that arrived and everything that was shown. With fewer than two arrivals nobody is named. */
export function judge(
  crypto: CryptoPort,
  serial: Id,
  arrivals: readonly Arrival[],
  exhibits: readonly Exhibit[],
  ledger: Ledger,
): Verdict {
  if (arrivals.length < 2) return { batches: [], outlets: [] };
  const shown = new Map(exhibits.map((exhibit) => [exhibit.redemption, exhibit]));
  const outlets: { outlet: Id; redemption: Id; fault: Fault }[] = [];
  const batches = new Set<string>();
  const purchases = new Set<string>();
  for (const arrival of arrivals) {
    const { outlet, redemption } = arrival;
    const proof = prove(crypto, serial, arrival, shown.get(redemption), ledger);
    if (typeof proof === 'string') outlets.push({ outlet, redemption, fault: proof });
    else if (purchases.has(proof.purchase)) outlets.push({ outlet, redemption, fault: 'one_purchase_twice' });
    else {
      purchases.add(proof.purchase);
      batches.add(proof.batch);
    }
  }
  return { batches: outlets.length === 0 ? [...batches].sort() : [], outlets };
}
