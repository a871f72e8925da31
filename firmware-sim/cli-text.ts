/** What `npm run card` says, in English and German. No word here decides anything. */
import type { HolderRefusal } from './holder-client.ts';

export type Language = 'en' | 'de';
export type CliRefusal =
  | HolderRefusal
  | 'bad_pin'
  | 'bad_puk'
  | 'bad_bytes'
  | 'no_economy'
  | 'which_card'
  | 'usage';

interface Texts {
  readonly refusals: Readonly<Record<CliRefusal, string>>;
  readonly help: string;
  readonly words: string;
  readonly made: string;
  readonly noCards: string;
  readonly inserted: string;
  readonly pulled: string;
  readonly pulledLater: string;
  readonly pinSet: string;
  readonly labels: Readonly<
    Record<
      | 'payable'
      | 'pending'
      | 'exposed'
      | 'coupons'
      | 'room'
      | 'pin'
      | 'puk'
      | 'withoutPin'
      | 'load'
      | 'log'
      | 'reader'
      | 'tries'
      | 'taps',
      string
    >
  >;
  readonly states: Readonly<Record<'empty' | 'pending' | 'paid' | 'undone', string>>;
}

const EN: Texts = {
  refusals: {
    bad_name: 'A name has lower-case letters, digits and hyphens, at most 32.',
    no_such_card: 'There is no card of this name.',
    card_exists: 'There is a card of this name already.',
    not_a_card: 'This file is no card of this version.',
    no_reader: 'No virtual reader listens at this port.',
    already_inserted: 'This card is in a reader. Pull it first.',
    not_inserted: 'This card is in no reader.',
    holder_failed: 'The process that holds the card has ended.',
    bad_pin: 'A PIN has 4 to 8 digits.',
    bad_puk: 'A PUK has 8 to 12 digits.',
    bad_bytes: 'How many bytes? A number from 0.',
    no_economy: 'Which economy? Give --economy FILE with {"chain", "officeKeys", "batchSeed"} (keys in hex).',
    which_card: 'Which card? Name it.',
    usage: 'I do not understand this. Try: npm run card -- help',
  },
  words: 'Write these 24 words down now. They are shown once. Whoever reads them can take the minutes.',
  made: 'Made',
  noCards: 'No cards yet.',
  inserted: 'Inserted',
  pulled: 'Pulled',
  pulledLater: 'Will be pulled after so many bytes',
  pinSet: 'The PIN is set, all tries are back.',
  labels: {
    payable: 'payable',
    pending: 'pending',
    exposed: 'exposed',
    coupons: 'coupons by minutes',
    room: 'free slots',
    pin: 'PIN',
    puk: 'PUK',
    withoutPin: 'without PIN since the last one',
    load: 'open load',
    log: 'last purchases',
    reader: 'in the reader at',
    tries: 'tries left',
    taps: 'taps',
  },
  states: { empty: '', pending: 'pending', paid: 'paid', undone: 'undone' },
  help: `A simulated card, handled as a person handles one.

  npm run card -- new NAME [--pin 2580] [--puk 73910462] --economy FILE
  npm run card -- list
  npm run card -- show NAME            the owner's view: balance, slots, log, limits
  npm run card -- pin NAME             what the PIN letter says; --set 1357 gives a new PIN, as the issuing desk does
  npm run card -- insert NAME          into the virtual reader; --port 35963, --short for a card without extended lengths
  npm run card -- pull [NAME]          out of it
  npm run card -- pull [NAME] --after 40   out of it after the next 40 bytes, both ways counted

Everywhere: --data FOLDER (.data/cards), --json, --lang en|de

For example, a card that leaves in the middle of a purchase:
  npm run card -- insert anna && npm run card -- pull anna --after 700`,
};

const DE: Texts = {
  refusals: {
    bad_name: 'Ein Name hat Kleinbuchstaben, Ziffern und Bindestriche, höchstens 32.',
    no_such_card: 'Eine Karte dieses Namens gibt es nicht.',
    card_exists: 'Eine Karte dieses Namens gibt es schon.',
    not_a_card: 'Diese Datei ist keine Karte dieser Version.',
    no_reader: 'An diesem Anschluss hört kein virtueller Leser.',
    already_inserted: 'Diese Karte steckt in einem Leser. Zuerst ziehen.',
    not_inserted: 'Diese Karte steckt in keinem Leser.',
    holder_failed: 'Der Prozess, der die Karte hält, ist beendet.',
    bad_pin: 'Eine PIN hat 4 bis 8 Ziffern.',
    bad_puk: 'Ein PUK hat 8 bis 12 Ziffern.',
    bad_bytes: 'Wie viele Bytes? Eine Zahl ab 0.',
    no_economy:
      'Welche Wirtschaft? --economy DATEI mit {"chain", "officeKeys", "batchSeed"} angeben (Schlüssel in Hex).',
    which_card: 'Welche Karte? Bitte nennen.',
    usage: 'Das verstehe ich nicht. Hilfe: npm run card -- help --lang de',
  },
  words:
    'Diese 24 Wörter jetzt aufschreiben. Sie werden einmal gezeigt. Wer sie liest, kann die Minuten nehmen.',
  made: 'Angelegt',
  noCards: 'Noch keine Karten.',
  inserted: 'Eingesteckt',
  pulled: 'Gezogen',
  pulledLater: 'Wird nach so vielen Bytes gezogen',
  pinSet: 'Die PIN ist gesetzt, alle Versuche sind wieder da.',
  labels: {
    payable: 'bezahlbar',
    pending: 'schwebend',
    exposed: 'aufgedeckt',
    coupons: 'Coupons nach Minuten',
    room: 'freie Plätze',
    pin: 'PIN',
    puk: 'PUK',
    withoutPin: 'ohne PIN seit der letzten',
    load: 'offene Ladung',
    log: 'letzte Käufe',
    reader: 'im Leser an',
    tries: 'Versuche übrig',
    taps: 'Käufe',
  },
  states: { empty: '', pending: 'schwebend', paid: 'bezahlt', undone: 'rückgängig' },
  help: `Eine simulierte Karte, wie ein Mensch mit einer umgeht.

  npm run card -- new NAME [--pin 2580] [--puk 73910462] --economy DATEI
  npm run card -- list
  npm run card -- show NAME            Sicht des Besitzers: Guthaben, Plätze, Käufe, Grenzen
  npm run card -- pin NAME             was im PIN-Brief steht; --set 1357 gibt eine neue PIN, wie der Ausgabeschalter
  npm run card -- insert NAME          in den virtuellen Leser; --port 35963, --short für eine Karte ohne lange Längen
  npm run card -- pull [NAME]          heraus
  npm run card -- pull [NAME] --after 40   heraus nach den nächsten 40 Bytes, beide Richtungen gezählt

Überall: --data ORDNER (.data/cards), --json, --lang en|de

Zum Beispiel eine Karte, die mitten im Kauf geht:
  npm run card -- insert anna && npm run card -- pull anna --after 700`,
};

export function texts(language: Language): Texts {
  return language === 'de' ? DE : EN;
}

/** Hours and minutes, as a person reads them. */
export function hours(minutes: number): string {
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
