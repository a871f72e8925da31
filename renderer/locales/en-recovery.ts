/** What is said about words, lost cards and coupons that are gone, in English: a part of `services`. Calm, because who reads it may have lost something. */
export const recovery = {
  care: {
    words: 'Show the 24 words',
    wordsText: 'New card: write its 24 words down. With them nothing is lost when the card is.',
    returning: '{{amount}} of your lost card are on their way to this one. Nothing can happen to them.',
    returningUntil:
      '{{amount}} of your lost card are on their way to this one. From {{day}} on, hold it at any card service.',
    refreshing: '{{amount}} are being renewed. They come back at the next visit.',
    dead: 'This card was reported lost: {{amount}} on it were moved to another card.',
    forget: 'Forget these coupons',
    forgetText: 'They are worth nothing any more. With your PIN the card forgets them and has room again.',
    tryAgain: 'They should be there',
    tryAgainText: 'With your PIN the card tries once more to renew them. Nothing can be lost by that.',
    freePending: 'Free what is in unfinished payments',
    lost: 'I have lost a card',
    find: 'Look for the hours of a lost card',
    check: 'Check and renew everything',
  },
  words: {
    title: 'Your 24 words',
    text: 'Write them down in this order, with their numbers. They are shown once. If the card is ever lost, a new one gets your hours back with them.',
    warning:
      'Turn the screen so that only you see it. Whoever reads these words can take the hours, slowly, and sees every purchase. Keep them where you keep what is precious; never in a photo.',
    number: 'Word {{number}}',
    written: 'I have written them down',
    checkTitle: 'Read it from your sheet',
    checkText: 'Three of the words, to be sure that the sheet is right.',
    wrong: 'That is not what is on the card. Look at the sheet, or see the words once more.',
    again: 'See the words once more',
    check: 'That is what it says',
  },
  restore: {
    title: 'A lost card',
    text: 'Type the 24 words from your sheet. This new card then looks for the hours of the lost one. Nobody else can use them meanwhile; they come back after about five weeks, when every till has reported what it took.',
    warning:
      'Only at a desk you trust: it could read the words. Whoever has them can take the hours, slowly, and sees every purchase.',
    yes: 'Give this card my words',
  },
};
