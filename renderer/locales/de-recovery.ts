/** What is said about words, lost cards and coupons that are gone, in German. */
import type { recovery as texts } from './en-recovery.ts';

export const recovery: typeof texts = {
  care: {
    words: 'Die 24 Wörter zeigen',
    wordsText:
      'Neue Karte: ihre 24 Wörter aufschreiben. Mit ihnen ist nichts verloren, wenn die Karte es ist.',
    returning: '{{amount}} der verlorenen Karte sind auf dem Weg zu dieser. Es kann ihnen nichts geschehen.',
    returningUntil:
      '{{amount}} der verlorenen Karte sind auf dem Weg zu dieser. Ab {{day}} bei irgendeinem Kartendienst auflegen.',
    refreshing: '{{amount}} werden erneuert. Beim nächsten Besuch sind sie wieder da.',
    dead: 'Diese Karte wurde als verloren gemeldet: {{amount}} darauf sind auf eine andere Karte gewandert.',
    forget: 'Diese Scheine vergessen',
    forgetText: 'Sie sind nichts mehr wert. Mit deiner PIN vergisst die Karte sie und hat wieder Platz.',
    tryAgain: 'Sie müssten noch gelten',
    tryAgainText:
      'Mit deiner PIN versucht die Karte noch einmal, sie zu erneuern. Dabei kann nichts verloren gehen.',
    freePending: 'Offene Zahlungen freigeben',
    lost: 'Ich habe eine Karte verloren',
    find: 'Stunden einer verlorenen Karte suchen',
    check: 'Alles prüfen und erneuern',
  },
  words: {
    title: 'Deine 24 Wörter',
    text: 'In dieser Reihenfolge mit den Nummern aufschreiben. Sie werden einmal gezeigt. Geht die Karte verloren, bekommt eine neue damit deine Stunden zurück.',
    warning:
      'Den Bildschirm so drehen, dass nur du ihn siehst. Wer diese Wörter liest, kann die Stunden nehmen, langsam, und sieht jeden Einkauf. Bewahre sie auf wie etwas Kostbares; nie als Foto.',
    number: 'Wort {{number}}',
    written: 'Ich habe sie aufgeschrieben',
    checkTitle: 'Bitte vom Blatt ablesen',
    checkText: 'Drei der Wörter, damit sicher ist, dass das Blatt stimmt.',
    wrong: 'So steht es nicht auf der Karte. Bitte auf das Blatt sehen oder die Wörter noch einmal zeigen.',
    again: 'Wörter noch einmal zeigen',
    check: 'So steht es da',
  },
  restore: {
    title: 'Eine verlorene Karte',
    text: 'Die 24 Wörter vom Blatt eintippen. Diese neue Karte sucht dann die Stunden der verlorenen. Niemand sonst kann sie inzwischen benutzen; sie kommen nach etwa fünf Wochen zurück, wenn jede Kasse gemeldet hat, was sie angenommen hat.',
    warning:
      'Nur an einem Schalter, dem du traust: Er könnte die Wörter mitlesen. Wer sie hat, kann die Stunden nehmen, langsam, und sieht jeden Einkauf.',
    yes: 'Dieser Karte meine Wörter geben',
  },
};
