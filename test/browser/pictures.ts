/** Every picture the screen has, by name: what the terminal says, where the clerk is, what is pressed to get there. */
import type { Page } from 'playwright-core';
import { de } from '../../renderer/locales/de.ts';
import { en, type Texts } from '../../renderer/locales/en.ts';
import type { CheckoutPhase, ServicesPhase, ServicesView, StatusView, TillView } from '../../src/till-api.ts';
import type { Language } from '../../widgets/language.ts';
import {
  ACCOUNT,
  checkout,
  counted,
  entering,
  LINES,
  line,
  NEW_CARD,
  PRODUCTS,
  product,
  REFUSED,
  STATUS,
  services,
  VIEW,
  WORDS,
} from './views.ts';

export interface Picture {
  readonly name: string;
  readonly view: TillView;
  readonly place: 'checkout' | 'services' | 'stock' | 'display';
  /** What is pressed once the screen is there. */
  readonly act?: (page: Page, language: Language) => Promise<void>;
}

const TEXTS: Readonly<Record<Language, Texts>> = { en, de };
const press = (name: (texts: Texts) => string) => (page: Page, language: Language) =>
  page
    .getByRole('button', { name: name(TEXTS[language]) })
    .first()
    .click();

const lookAtSetAside = async (page: Page, language: Language) => {
  await page.locator('[data-status=set-aside]').click();
  await page.getByRole('button', { name: TEXTS[language].setAside.look }).click();
};

const sale = (name: string, step: CheckoutPhase, lines = LINES): Picture => ({
  name,
  place: 'checkout',
  view: { ...VIEW, checkout: checkout(step, lines) },
});
const card = (
  name: string,
  step: ServicesPhase,
  more: Partial<Omit<ServicesView, 'step'>> = {},
): Picture => ({
  name,
  place: 'services',
  view: { ...VIEW, services: services(step, more) },
});
const shelf = (name: string, stock: TillView['stock']): Picture => ({
  name,
  place: 'stock',
  view: { ...VIEW, stock },
});
const state = (name: string, status: Partial<StatusView>): Picture => ({
  name,
  place: 'checkout',
  view: { ...VIEW, status: { ...STATUS, ...status } },
});
/** The terminal has stopped in the middle of it and is here again. */
const restarted = (name: string, step: CheckoutPhase): Picture => ({
  ...sale(name, step),
  view: { ...VIEW, checkout: { ...checkout(step), restarted: true } },
});
const display = (name: string, step: CheckoutPhase, lines = LINES): Picture => ({
  ...sale(name, step, lines),
  place: 'display',
});

export const PICTURES: readonly Picture[] = [
  sale('checkout-empty', { phase: 'basket' }, []),
  sale('checkout-basket', { phase: 'basket' }),
  sale(
    'checkout-long-basket',
    { phase: 'basket' },
    PRODUCTS.filter((p) => p.price !== null)
      .slice(0, 14)
      .map((p) => ({
        ...line('roll', 2),
        type: p.type,
        names: p.names,
        picture: p.picture,
      })),
  ),
  {
    ...sale('checkout-search', { phase: 'basket' }),
    act: async (page) => {
      await page.getByRole('combobox').fill('br');
      await page.getByRole('option', { selected: true }).waitFor();
    },
  },
  {
    ...sale('checkout-nothing-found', { phase: 'basket' }),
    act: async (page) => {
      await page.getByRole('combobox').fill('xylophone');
      await page.getByText('«xylophone»').waitFor();
    },
  },
  {
    ...sale('checkout-amount', { phase: 'basket' }),
    act: (page, language) => page.getByRole('option', { name: product('carrots').names[language] }).click(),
  },
  { ...sale('checkout-clear', { phase: 'basket' }), act: press((texts) => texts.basket.clearLabel) },
  { ...sale('checkout-keys', { phase: 'basket' }), act: press((texts) => texts.app.keys) },
  sale('pay-hold', { phase: 'hold_card' }),
  sale('pay-hold-trouble', { phase: 'hold_card', trouble: 'card_left' }),
  sale('pay-hold-attempted', { phase: 'hold_card', trouble: 'card_left', attempted: true }),
  sale('pay-reading', { phase: 'reading' }),
  sale('pay-pin', { phase: 'pin', triesLeft: null, blocked: false }),
  sale('pay-pin-wrong', { phase: 'pin', triesLeft: 1, blocked: false }),
  sale('pay-pin-blocked', { phase: 'pin', triesLeft: 0, blocked: true }),
  sale('pay-again', { phase: 'hold_again', trouble: 'card_left' }),
  {
    ...sale('pay-give-up', { phase: 'hold_again', trouble: 'other_card' }),
    act: press((texts) => texts.phase.personLeft),
  },
  sale('pay-not-enough', { phase: 'not_enough', below: null, above: null, pinGiven: false }),
  {
    ...sale('pay-not-enough-pin', { phase: 'not_enough', below: null, above: null, pinGiven: false }),
    act: press((texts) => texts.phase.enterPin),
  },
  sale('pay-not-enough-near', { phase: 'not_enough', below: 96, above: 128, pinGiven: true }),
  sale('paid', { phase: 'paid', minutes: 112 }),
  restarted('restarted-paid', { phase: 'paid', minutes: 112 }),
  restarted('restarted-again', { phase: 'hold_again', trouble: 'card_left' }),
  restarted('restarted-hold', { phase: 'hold_card', trouble: 'card_left', attempted: true }),
  card('services-start', { phase: 'closed' }),
  card('services-hold', { phase: 'hold_card' }),
  card('services-pin', { phase: 'pin', triesLeft: null, blocked: false }),
  card('services-blocked', { phase: 'pin', triesLeft: 0, blocked: true }),
  {
    ...card('services-unblock', { phase: 'pin', triesLeft: 0, blocked: true }),
    act: press((texts) => texts.services.unblock),
  },
  card('services-account', { phase: 'open' }, { account: ACCOUNT }),
  card(
    'services-loaded',
    { phase: 'open' },
    {
      account: { ...ACCOUNT, packs: 0, claimable: 0, claimableValue: '0', log: [] },
      lastAct: { act: 'load', outcome: 'done', minutes: 600 },
    },
  ),
  card(
    'services-unfinished',
    { phase: 'open' },
    { account: { ...ACCOUNT, unfinishedLoad: true }, lastAct: { act: 'load', outcome: 'office_silent' } },
  ),
  card('services-working', { phase: 'working', task: 'load', done: 41, of: 65 }),
  card('services-words', { phase: 'words', words: WORDS }),
  card('services-words-check', { phase: 'words_check', numbers: [3, 11, 20], wrong: true }),
  card('services-new-card', { phase: 'open' }, { account: NEW_CARD }),
  {
    ...card('services-restore', { phase: 'open' }, { account: NEW_CARD }),
    act: press((texts) => texts.services.care.lost),
  },
  card(
    'services-returning',
    { phase: 'open' },
    {
      account: { ...ACCOUNT, pending: 0, exposed: 0, returning: { minutes: 558, until: 1_798_500_000 } },
      lastAct: { act: 'find_lost', outcome: 'done', minutes: 558, until: 1_798_500_000 },
    },
  ),
  card(
    'services-found-lost',
    { phase: 'open' },
    {
      account: { ...ACCOUNT, onCard: 0, pending: 0, exposed: 0, dead: 558 },
      lastAct: { act: 'refresh', outcome: 'nothing_to_refresh', dead: 558 },
    },
  ),
  card(
    'services-foreign-keys',
    { phase: 'open' },
    { account: { ...ACCOUNT, pending: 0, exposed: 0 }, lastAct: { act: 'load', outcome: 'foreign_keys' } },
  ),
  card('services-gone', { phase: 'card_gone', unfinishedLoad: true }),
  shelf('stock', { products: PRODUCTS }),
  shelf('count-sheet', entering(6)),
  { ...shelf('count-seal', entering(6)), act: press((texts) => texts.count.seal) },
  shelf('count-variance', counted('sealed')),
  shelf('count-posting', counted('posting')),
  shelf('count-posted', counted('posted')),
  state('status-bad', {
    disk: 'full',
    setAside: 2,
    ledger: { connected: false, height: 4_711, ageSeconds: 200_000, tooOld: true },
    reader: { kind: 'no_reader', name: null },
  }),
  {
    ...state('status-reader', { reader: { kind: 'reader_failed', name: 'Reader One 00 00' } }),
    act: (page) => page.locator('[data-status=reader]').click(),
  },
  {
    ...state('status-set-aside', { setAside: 2 }),
    view: { ...VIEW, status: { ...STATUS, setAside: 2 }, outbox: REFUSED },
    act: lookAtSetAside,
  },
  {
    ...state('status-dismiss', { setAside: 2 }),
    view: { ...VIEW, status: { ...STATUS, setAside: 2 }, outbox: REFUSED },
    act: async (page, language) => {
      await lookAtSetAside(page, language);
      await page.getByRole('button', { name: TEXTS[language].setAside.dismiss }).first().click();
      await page.getByLabel(TEXTS[language].setAside.why).fill('Agreed with the office, 21 Nov');
    },
  },
  { ...state('status-crowd', {}), act: (page) => page.locator('[data-status=crowd]').click() },
  {
    ...state('status-close-crowd', {}),
    act: async (page, language) => {
      await page.locator('[data-status=crowd]').click();
      await page.getByRole('button', { name: TEXTS[language].status.closeCrowd }).click();
    },
  },
  display('display-welcome', { phase: 'basket' }, []),
  display('display-basket', { phase: 'basket' }),
  display('display-hold', { phase: 'hold_card' }),
  display('display-pin', { phase: 'pin', triesLeft: null, blocked: false }),
  display('display-again', { phase: 'hold_again' }),
  display('display-not-enough', { phase: 'not_enough', below: null, above: null, pinGiven: false }),
  display('display-paid', { phase: 'paid', minutes: 112 }),
];
