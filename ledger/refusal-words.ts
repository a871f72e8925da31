/** What each refusal means, in words for people: English and German. A refusal without words does not compile. */

import type { TranscriptRefusal } from '../src/sale/transcript-file.ts';
import type { ClientRefusal } from './client.ts';
import type { CreateRefusal } from './embedded-engine.ts';
import type { KeyFileRefusal } from './key-file.ts';
import type { VerifyRefusal } from './replay.ts';

export type Language = 'en' | 'de';
export type AnyRefusal =
  | ClientRefusal
  | CreateRefusal
  | KeyFileRefusal
  | VerifyRefusal
  | TranscriptRefusal
  | 'wrong_proof'
  | 'signing_failure';

const WORDS: { readonly [R in AnyRefusal]: readonly [en: string, de: string] } = {
  transcripts_malformed: [
    'This file does not hold transcripts.',
    'Diese Datei enthält keine Zahlungsprotokolle.',
  ],
  transcripts_other_stage: [
    'The transcripts in this file are at another step of the dispute.',
    'Die Zahlungsprotokolle dieser Datei sind in einem anderen Schritt des Streitfalls.',
  ],
  dispute_key_wrong: [
    'A transcript was not sealed to this key, or is damaged.',
    'Ein Zahlungsprotokoll ist nicht für diesen Schlüssel versiegelt oder beschädigt.',
  ],
  too_large: ['The transaction is too large.', 'Die Transaktion ist zu groß.'],
  not_canonical: [
    'The bytes are not in the one form that is accepted.',
    'Die Bytes haben nicht die eine zugelassene Form.',
  ],
  unknown_kind: ['There is no such kind of transaction.', 'Diese Art von Transaktion gibt es nicht.'],
  malformed: [
    'A field is missing, surplus or has a wrong form.',
    'Ein Feld fehlt, ist überzählig oder hat eine falsche Form.',
  ],
  foreign_chain: ['It is meant for another ledger.', 'Sie ist für ein anderes Register bestimmt.'],
  missing_signature: ['A signature is missing.', 'Eine Unterschrift fehlt.'],
  surplus_signature: ['Somebody signed who must not.', 'Es hat jemand unterschrieben, der nicht soll.'],
  bad_signature: ['A signature is wrong.', 'Eine Unterschrift ist falsch.'],
  unknown_collective: ['There is no such collective.', 'Dieses Kollektiv gibt es nicht.'],
  key_in_use: ['The key belongs to somebody already.', 'Der Schlüssel gehört schon jemandem.'],
  not_an_outlet: ['The collective dispatches no goods.', 'Das Kollektiv gibt keine Güter aus.'],
  not_delegated: ['The key was not delegated for this.', 'Dem Schlüssel wurde das nicht übertragen.'],
  no_trust: ['The collectives do not trust each other.', 'Die Kollektive vertrauen einander nicht.'],
  already_trusted: ['They trust each other already.', 'Sie vertrauen einander schon.'],
  same_collective: ['Both are the same collective.', 'Beide sind dasselbe Kollektiv.'],
  unknown_order: ['There is no such order.', 'Diesen Auftrag gibt es nicht.'],
  unknown_estimate: ['There is no such estimate.', 'Diese Schätzung gibt es nicht.'],
  unknown_production: ['There is no such production.', 'Diese Produktion gibt es nicht.'],
  unknown_write_off: ['There is no such write-off.', 'Diese Abschreibung gibt es nicht.'],
  order_rejected: ['The order was rejected.', 'Der Auftrag wurde abgelehnt.'],
  estimate_open: ['The order has an open estimate.', 'Der Auftrag hat eine offene Schätzung.'],
  already_started: ['The production has started already.', 'Die Produktion hat schon begonnen.'],
  not_open: ['The production is not open.', 'Die Produktion ist nicht offen.'],
  mop_allocated: [
    'A means of production is still in use there.',
    'Ein Produktionsmittel ist dort noch in Gebrauch.',
  ],
  wrong_product: ['It is not the product that was named.', 'Es ist nicht das genannte Produkt.'],
  vote_needed: [
    'A production of this size needs a vote.',
    'Eine Produktion dieser Größe braucht eine Abstimmung.',
  ],
  unknown_lot: ['There is no such lot.', 'Diesen Posten gibt es nicht.'],
  not_owner: ['The lot belongs to another.', 'Der Posten gehört jemand anderem.'],
  not_enough: ['There is not that much.', 'So viel ist nicht da.'],
  amount_zero: ['An amount must not be 0.', 'Eine Menge darf nicht 0 sein.'],
  in_use: ['A production uses the lot.', 'Eine Produktion benutzt den Posten.'],
  worn_out: [
    'It has outlived its durability: use it as a means of production, transfer it or write it off.',
    'Es hat seine Haltbarkeit überlebt: als Produktionsmittel nutzen, übertragen oder abschreiben.',
  ],
  no_durability: [
    'The lot has no durability, so it is no means of production.',
    'Der Posten hat keine Haltbarkeit, ist also kein Produktionsmittel.',
  ],
  not_composed: ['It is of one piece.', 'Es ist aus einem Stück.'],
  unknown_element: ['The lot has no such element.', 'Der Posten hat dieses Teil nicht.'],
  too_many_elements: ['A product has at most 1000 elements.', 'Ein Produkt hat höchstens 1000 Teile.'],
  not_allocated: [
    'It is not in use there as a means of production.',
    'Es ist dort nicht als Produktionsmittel in Gebrauch.',
  ],
  longer_than_elapsed: [
    'It cannot have run for longer than it was allocated.',
    'Es kann nicht länger gelaufen sein, als es zugeteilt war.',
  ],
  wrong_origin: [
    'That is not the transaction that gave ownership.',
    'Das ist nicht die Transaktion, die das Eigentum gab.',
  ],
  too_late: ['It is too long ago to be reversed.', 'Es ist zu lange her, um rückgängig zu werden.'],
  exclusive_in_common: [
    'An exclusive good cannot go into a common.',
    'Ein exklusives Gut kann nicht in ein Gemeingut eingehen.',
  ],
  common_in_exclusive: [
    'A common cannot go into an exclusive good.',
    'Ein Gemeingut kann nicht in ein exklusives Gut eingehen.',
  ],
  day_out_of_range: ['The day is not one of the last seven.', 'Der Tag ist keiner der letzten sieben.'],
  minutes_out_of_range: ['A workload has 1 to 1440 minutes.', 'Eine Arbeit hat 1 bis 1440 Minuten.'],
  day_is_full: [
    'The wallet’s day has no room for that many minutes.',
    'Für so viele Minuten ist an diesem Tag kein Platz mehr.',
  ],
  outputs_differ: [
    'The outputs are not those of the estimate.',
    'Die Erzeugnisse sind nicht die der Schätzung.',
  ],
  nothing_absorbed: ['Nothing went into the production.', 'In die Produktion ist nichts eingegangen.'],
  value_overflow: ['The amount or value is too great.', 'Menge oder Wert ist zu groß.'],
  not_due: ['No revision is due.', 'Es ist keine Abrechnung fällig.'],
  unknown_workload: ['There is no such workload.', 'Diese Arbeit gibt es nicht.'],
  not_yours: ['It belongs to another wallet.', 'Sie gehört zu einer anderen Brieftasche.'],
  not_revised: ['The month is not over.', 'Der Monat ist noch nicht vorbei.'],
  wrong_revision: ['Another revision covers it.', 'Eine andere Abrechnung gilt dafür.'],
  already_claimed: ['It was claimed already.', 'Sie wurde schon eingefordert.'],
  bad_keyset: ['These keys make no keyset.', 'Diese Schlüssel sind kein gültiger Satz.'],
  keyset_in_use: ['The subsystem has a live keyset.', 'Das Teilsystem hat einen gültigen Schlüsselsatz.'],
  keyset_known: ['The keyset is registered already.', 'Der Schlüsselsatz ist schon eingetragen.'],
  unknown_keyset: ['There is no such keyset.', 'Diesen Schlüsselsatz gibt es nicht.'],
  keyset_revoked: [
    'The keyset was revoked: its coupons can only be recouped.',
    'Der Schlüsselsatz wurde widerrufen: seine Gutscheine kann man nur zurückholen.',
  ],
  not_revoked: ['The keyset is not revoked.', 'Der Schlüsselsatz ist nicht widerrufen.'],
  unknown_batch: ['There is no such batch of cards.', 'Diese Kartenserie gibt es nicht.'],
  batch_revoked: ['The batch of cards was revoked.', 'Die Kartenserie wurde widerrufen.'],
  wrong_voucher: ['The card’s word for it is not right.', 'Die Bürgschaft der Karte stimmt nicht.'],
  batch_known: ['The batch is registered already.', 'Die Kartenserie ist schon eingetragen.'],
  expired: ['The time has run out.', 'Die Zeit ist abgelaufen.'],
  already_delegated: [
    'The key has a delegation that still runs.',
    'Der Schlüssel hat eine Übertragung, die noch läuft.',
  ],
  packs_out_of_range: ['A load has 1 to 6 packs.', 'Eine Ladung hat 1 bis 6 Pakete.'],
  total_differs: [
    'New coupons are whole packs of the same total, or one coupon for one.',
    'Neue Gutscheine sind ganze Pakete derselben Summe oder einer für einen.',
  ],
  wrong_number: ['The number of items is wrong.', 'Die Anzahl stimmt nicht.'],
  blinded_out_of_range: [
    'A blinded serial does not fit its key.',
    'Eine geblendete Nummer passt nicht zu ihrem Schlüssel.',
  ],
  blinded_seen: ['A blinded serial was used before.', 'Eine geblendete Nummer wurde schon verwendet.'],
  balance_too_small: ['The balance is too small.', 'Das Guthaben ist zu klein.'],
  unknown_load: ['There is no such load.', 'Diese Ladung gibt es nicht.'],
  already_issued: ['The load was issued already.', 'Die Ladung wurde schon ausgegeben.'],
  already_cancelled: ['It was cancelled already.', 'Es wurde schon rückgängig gemacht.'],
  refresh_void: [
    'A redemption took one of the coupons; the exchange is void.',
    'Eine Einlösung nahm einen der Gutscheine; der Tausch ist ungültig.',
  ],
  not_issued: [
    'It is not issued yet; it can be cancelled.',
    'Noch nicht ausgegeben; man kann es rückgängig machen.',
  ],
  too_early: ['The waiting time is not over.', 'Die Wartezeit ist noch nicht um.'],
  not_the_office: ['Only the office may do that.', 'Das darf nur die Ausgabestelle.'],
  wrong_blind_signature: ['A blind signature is wrong.', 'Eine blinde Unterschrift ist falsch.'],
  already_announced: ['It was announced already.', 'Sie wurde schon angekündigt.'],
  unknown_announcement: ['There is no such announcement.', 'Diese Ankündigung gibt es nicht.'],
  already_redeemed: ['The announcement was used already.', 'Die Ankündigung wurde schon verwendet.'],
  digest_differs: ['The coupons are not those announced.', 'Die Gutscheine sind nicht die angekündigten.'],
  not_sorted: [
    'A list is not in its order, or names something twice.',
    'Eine Liste ist nicht geordnet oder nennt etwas doppelt.',
  ],
  coupon_spent: ['The coupon was spent.', 'Der Gutschein wurde schon eingelöst.'],
  coupon_refreshed: ['The coupon was exchanged.', 'Der Gutschein wurde getauscht.'],
  coupon_locked: ['The coupon is locked for a refresh.', 'Der Gutschein ist für einen Tausch gesperrt.'],
  coupon_aborted: ['The coupon’s purchase was given up.', 'Der Kauf zu diesem Gutschein wurde aufgegeben.'],
  coupon_wrong: ['The coupon’s signature is wrong.', 'Die Unterschrift des Gutscheins ist falsch.'],
  over_redemption: ['More would be redeemed than was issued.', 'Es würde mehr eingelöst als ausgegeben.'],
  already_recouped: [
    'This blinded serial was recouped already.',
    'Diese geblendete Nummer wurde schon zurückgeholt.',
  ],
  wrong_factor: [
    'The factor does not prove where the coupon comes from.',
    'Der Faktor beweist nicht, woher der Gutschein kommt.',
  ],
  grace_used_up: [
    'After the split no more coupons of this office are taken here.',
    'Nach der Trennung werden hier keine Gutscheine dieser Ausgabestelle mehr genommen.',
  ],
  unknown_product: ['There is no such product.', 'Dieses Produkt gibt es nicht.'],
  nothing_handed_over: ['Nothing was handed over.', 'Es wurde nichts ausgegeben.'],
  unknown_height: ['The height is not known, or too long ago.', 'Die Höhe ist unbekannt oder zu lange her.'],
  nothing_taken_back: ['Nothing was taken back.', 'Es wurde nichts zurückgenommen.'],
  minutes_differ: [
    'The goods are worth another number of minutes now.',
    'Die Güter sind jetzt eine andere Zahl von Minuten wert.',
  ],
  more_than_handed_over: [
    'The outlet has not handed over that much lately.',
    'So viel hat die Ausgabe in letzter Zeit nicht ausgegeben.',
  ],
  more_than_redeemed: [
    'The outlet has not redeemed that many minutes lately.',
    'So viele Minuten hat die Ausgabe in letzter Zeit nicht eingelöst.',
  ],
  unknown_proposal: ['There is no such proposal.', 'Diesen Antrag gibt es nicht.'],
  not_a_voter: [
    'Only collectives with work in the last revision may vote.',
    'Nur Kollektive mit Arbeit in der letzten Abrechnung dürfen abstimmen.',
  ],
  proposal_open: [
    'The collective has a proposal that is not decided yet.',
    'Das Kollektiv hat einen Antrag, der noch nicht entschieden ist.',
  ],
  vote_closed: ['The proposal is decided already.', 'Der Antrag ist schon entschieden.'],
  already_voted: ['The collective has voted already.', 'Das Kollektiv hat schon abgestimmt.'],
  deadline_out_of_range: ['A vote takes 1 to 60 days.', 'Eine Abstimmung dauert 1 bis 60 Tage.'],
  parameter_out_of_range: [
    'The parameter cannot have this value.',
    'Diesen Wert kann der Parameter nicht haben.',
  ],
  nothing_to_decide: ['It is so already.', 'Es ist schon so.'],
  bad_request: ['The node does not understand the question.', 'Der Knoten versteht die Frage nicht.'],
  not_found: ['There is no such thing.', 'Das gibt es nicht.'],
  unsupported_media_type: [
    'A transaction is sent as application/cbor.',
    'Eine Transaktion wird als application/cbor gesandt.',
  ],
  too_many_readers: [
    'The node has too many readers; try again later.',
    'Der Knoten hat zu viele Leser; später noch einmal.',
  ],
  ledger_unavailable: [
    'The ledger cannot store anything now; nothing was decided, try again.',
    'Das Register kann gerade nichts speichern; nichts wurde entschieden, noch einmal versuchen.',
  ],
  internal_error: [
    'The node has an error; nothing was decided.',
    'Der Knoten hat einen Fehler; nichts wurde entschieden.',
  ],
  unreachable: ['The node does not answer.', 'Der Knoten antwortet nicht.'],
  folder_in_use: ['Another node works in this folder.', 'In diesem Ordner arbeitet ein anderer Knoten.'],
  database_too_new: [
    'The folder was written by a later version.',
    'Der Ordner stammt von einer neueren Version.',
  ],
  no_ledger: ['There is no ledger in this folder.', 'In diesem Ordner ist kein Register.'],
  disk_error: ['The folder cannot be opened.', 'Der Ordner lässt sich nicht öffnen.'],
  no_genesis: [
    'The folder is new: make a ledger with `init`.',
    'Der Ordner ist neu: mit `init` ein Register anlegen.',
  ],
  other_genesis: ['The folder holds another ledger.', 'Der Ordner enthält ein anderes Register.'],
  damaged: [
    'What is on disk is damaged; see docs/ledger-operations.md.',
    'Die Daten sind beschädigt; siehe docs/ledger-operations.md.',
  ],
  differs: [
    'The stored chain is not what the rules make of it.',
    'Die gespeicherte Kette ist nicht, was die Regeln ergeben.',
  ],
  key_file_exists: [
    'The file exists; a key is never overwritten.',
    'Die Datei gibt es schon; ein Schlüssel wird nie überschrieben.',
  ],
  key_file_missing: ['The key file cannot be read.', 'Die Schlüsseldatei ist nicht lesbar.'],
  key_file_open_to_others: [
    'Others can read the key file: chmod 600.',
    'Andere können die Schlüsseldatei lesen: chmod 600.',
  ],
  key_file_malformed: ['The file holds no such key.', 'Die Datei enthält keinen solchen Schlüssel.'],
  key_file_not_written: ['The key file cannot be written.', 'Die Schlüsseldatei lässt sich nicht schreiben.'],
  passphrase_missing: [
    'The key is sealed: set TIMECARD_PASSPHRASE, or type its passphrase.',
    'Der Schlüssel ist versiegelt: TIMECARD_PASSPHRASE setzen oder die Passphrase eingeben.',
  ],
  passphrase_wrong: ['The passphrase does not open the key.', 'Die Passphrase öffnet den Schlüssel nicht.'],
  wrong_proof: ['The proof does not hold.', 'Der Beweis trägt nicht.'],
  signing_failure: [
    'A blind signature failed its own check; nothing was sent.',
    'Eine blinde Unterschrift bestand die eigene Prüfung nicht; nichts wurde gesandt.',
  ],
};

/** One sentence for a refusal. */
export function wordsFor(refusal: AnyRefusal, language: Language): string {
  return WORDS[refusal][language === 'en' ? 0 : 1];
}
