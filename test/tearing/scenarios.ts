/**
 * One scenario for every command that a card answers to: the card as it is when the command comes, the command alone, and the
 * ways in which people go on when it was torn. `registry.ts` asks the card itself which commands there are; one without a
 * scenario here fails the campaign.
 */
import { createCard } from '../../firmware-sim/card.ts';
import { concat, hexBytes } from '../../src/bytes.ts';
import { field, prepare, random, type Talk } from '../firmware/terminal.ts';
import { type Books, newBooks } from './accountant.ts';
import { look } from './cells.ts';
import {
  acknowledge,
  type Bench,
  begin,
  buy,
  finish,
  type Guess,
  giveUp,
  guess,
  intend,
  load,
  SERVICES,
  select,
  signAndIssue,
  spend,
  storeBlock,
  type Town,
  verifyAsHolder,
  visit,
} from './people.ts';
import { makeRenewalStarts, RENEWALS, type RenewalStarts } from './scenarios-renewal.ts';

/** A card and its books at a moment from which many cases begin. */
export interface Start {
  readonly image: { readonly bytes: Uint8Array };
  readonly books: Books;
}

export interface Scenario {
  readonly name: string;
  /** `CLA INS P1` as the registry prints it. */
  readonly covers: string;
  readonly start: (starts: Starts) => Start;
  /** Everything up to the command; gives the command alone. */
  readonly stage: (bench: Bench) => () => void;
  /** How people go on; each can be torn and done again. `never` is always there: nobody does anything. */
  readonly on: Readonly<Record<string, (bench: Bench) => void>>;
  /** The command writes nothing: then there is nothing to tear, and that is what is checked. */
  readonly silent?: true;
}

/** The moments. */
export interface Starts {
  readonly empty: Start;
  /** One pack. */
  readonly loaded: Start;
  /** A purchase paid and one pending at the first till, both given up there; 28 minutes without a PIN. */
  readonly givenUp: Start;
  /** 50 minutes paid without a PIN, one wrong guess. */
  readonly used: Start;
  /** Three wrong guesses. */
  readonly blocked: Start;
  /** Twenty purchases paid. */
  readonly worn: Start;
  /** A load begun; one signed; one with all blocks but the last stored. */
  readonly begun: Start;
  readonly signed: Start;
  readonly almost: Start;
  /** Those of refresh, words and recovery. */
  readonly renewal: RenewalStarts;
}

export function benchOf(town: Town, { image, books }: Start): Bench {
  return { town, card: createCard(image, { random }), books: structuredClone(books) };
}

/** `town`'s world must have an empty card. */
export function makeStarts(town: Town): Starts {
  const from = (start: Start, work: (bench: Bench) => void): Start => {
    const bench = benchOf(town, start);
    work(bench);
    if (bench.books.wrongs.length > 0) throw new Error(bench.books.wrongs.join('; '));
    return { image: bench.card.image(), books: bench.books };
  };
  const empty: Start = { image: town.world.image, books: newBooks(look(town.world.image.bytes)) };
  const loaded = from(empty, (bench) => void load(bench, 1));
  const mistype = (bench: Bench): void => void guess(bench, visit(bench, 0), 'pay', '0000');
  return {
    empty,
    loaded,
    givenUp: from(loaded, (bench) => {
      const [paid, pending] = [intend(bench, 0, 7), intend(bench, 0, 21)];
      finish(bench, 0, paid);
      spend(bench, visit(bench, 0), 0, pending);
      // The first till lost ACK's answer: its disk says that it is open.
      bench.books.redeemed.clear();
      const till = bench.books.tills[0];
      const one = till?.purchases.get(paid);
      if (one !== undefined) till?.purchases.set(paid, { ...one, state: 'open' });
      giveUp(bench, 0);
    }),
    used: from(loaded, (bench) => {
      buy(bench, 0, 50);
      mistype(bench);
    }),
    blocked: from(loaded, (bench) => {
      for (let i = 0; i < 3; i++) mistype(bench);
    }),
    worn: from(loaded, (bench) => {
      for (let i = 0; i < 20; i++) buy(bench, 0, i < 6 ? 1 : i < 13 ? 2 : i < 19 ? 4 : 8, true);
    }),
    begun: from(empty, (bench) => void load(bench, 1, 'begun')),
    signed: from(empty, (bench) => void load(bench, 1, 'signed')),
    almost: from(empty, (bench) => void load(bench, 1, 'almost')),
    renewal: makeRenewalStarts(town, loaded, empty, from),
  };
}

/** The newest purchase on the first till's disk. */
const newest = (bench: Bench): string => [...(bench.books.tills[0]?.purchases.keys() ?? [])].at(-1) ?? '';

/** After a torn purchase at the first till. */
const BUYING: Scenario['on'] = {
  same: (bench) => finish(bench, 0, newest(bench)),
  other: (bench) => {
    giveUp(bench, 0);
    buy(bench, 1, 8, true);
  },
  // … and one day back at the first till, which tells what it gave up.
  back: (bench) => {
    giveUp(bench, 0);
    buy(bench, 1, 8, true);
    visit(bench, 0);
    buy(bench, 0, 8, true);
  },
  left: (bench) => giveUp(bench, 0),
};

/** After a torn guess: the holder, who knows both PINs of a torn change. */
const KNOWING: Scenario['on'] = {
  same: (bench) => buy(bench, 0, 9, true),
  other: (bench) => buy(bench, 1, 9, true),
};

/** After a torn load, at this desk or another one: what is open is finished, what is done is not begun again. */
const LOADING = (loads: number): Scenario['on'] => ({
  same: (bench) => void load(bench, loads),
  other: (bench) => {
    visit(bench, 1);
    load(bench, loads);
    buy(bench, 1, 43);
  },
});

const services = (bench: Bench): Talk => verifyAsHolder(bench, SERVICES, 'services');

/** A guess at a till; `secret` undefined: the right one. */
function guessing(name: string, covers: string, till: number, what: Guess, secret?: string): Scenario {
  const unblock = typeof what === 'object' && 'unblock' in what;
  return {
    name,
    covers,
    start: ({ used, blocked }) => (unblock ? blocked : used),
    stage: (bench) => {
      const talk = visit(bench, till);
      const { pin, puk } = look(bench.card.image().bytes);
      return () => void guess(bench, talk, what, secret ?? (unblock ? puk : pin));
    },
    on: KNOWING,
  };
}

/** A purchase whose SPEND is the command; `minutes` and `pin` are the till's. */
function spending(name: string, minutes: number, pin: boolean, start: Scenario['start']): Scenario {
  return {
    name,
    covers: '84 30 00',
    start,
    stage: (bench) => {
      const id = intend(bench, 0, minutes, pin);
      const talk = pin ? verifyAsHolder(bench, 0, 'pay') : visit(bench, 0);
      return () => spend(bench, talk, 0, id);
    },
    on: BUYING,
  };
}

function acknowledging(name: string, minutes: number, start: Scenario['start']): Scenario {
  return {
    name,
    covers: '84 32 00',
    start,
    stage: (bench) => {
      const id = intend(bench, 0, minutes, true);
      const talk = verifyAsHolder(bench, 0, 'pay');
      spend(bench, talk, 0, id);
      return () => acknowledge(bench, talk, 0, id);
    },
    on: BUYING,
  };
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'SELECT',
    covers: '00 A4 04',
    start: ({ loaded }) => loaded,
    stage: (bench) => () => void select(bench),
    on: KNOWING,
  },
  {
    name: 'OPEN, a newer epoch and two given-up purchases',
    covers: '80 86 01',
    start: ({ givenUp }) => givenUp,
    stage: (bench) => {
      bench.books.epoch = 90;
      return () => void visit(bench, 0);
    },
    on: {
      same: (bench) => {
        visit(bench, 0);
        buy(bench, 0, 9, true);
      },
      other: (bench) => buy(bench, 1, 9, true),
    },
  },
  guessing('VERIFY pay, right', '84 20 00', 0, 'pay'),
  guessing('VERIFY pay, wrong', '84 20 00', 0, 'pay', '0000'),
  guessing('VERIFY services, right', '84 20 00', SERVICES, 'services'),
  guessing('VERIFY services, wrong', '84 20 00', SERVICES, 'services', '0000'),
  guessing('CHANGE, right', '84 24 00', 0, { change: '8642' }),
  guessing('CHANGE, wrong', '84 24 00', 0, { change: '8642' }, '0000'),
  guessing('UNBLOCK, right', '84 2C 00', 0, { unblock: '8642' }),
  guessing('UNBLOCK, wrong', '84 2C 00', 0, { unblock: '8642' }, '00000000'),
  spending('SPEND without a PIN', 43, false, ({ loaded }) => loaded),
  spending('SPEND of eight coupons with the PIN', 184, true, ({ used }) => used),
  {
    name: 'SPEND asked again',
    covers: '84 30 00',
    start: ({ loaded }) => loaded,
    stage: (bench) => {
      const id = intend(bench, 0, 43);
      spend(bench, visit(bench, 0), 0, id);
      const talk = visit(bench, 0);
      return () => spend(bench, talk, 0, id);
    },
    on: BUYING,
    silent: true,
  },
  acknowledging('ACK', 21, ({ loaded }) => loaded),
  acknowledging('ACK that makes the oldest record fall out', 8, ({ worn }) => worn),
  {
    name: 'ACK asked again',
    covers: '84 32 00',
    start: ({ loaded }) => loaded,
    stage: (bench) => {
      const id = intend(bench, 0, 21);
      finish(bench, 0, id);
      const talk = visit(bench, 0);
      // The next session's key pair is made after this answer, as after the first.
      return () => acknowledge(bench, talk, 0, id);
    },
    on: BUYING,
  },
  {
    name: 'ACCOUNT',
    covers: '84 34 00',
    start: ({ loaded }) => loaded,
    stage: (bench) => {
      const talk = services(bench);
      return () => void talk.account();
    },
    on: KNOWING,
    silent: true,
  },
  {
    name: 'PREPARE LOAD begin, a new keyset',
    covers: '84 36 01',
    start: ({ empty }) => empty,
    stage: (bench) => {
      const talk = services(bench);
      return () => void begin(bench, talk);
    },
    on: LOADING(1),
  },
  {
    name: 'PREPARE LOAD begin, a known keyset',
    covers: '84 36 01',
    start: ({ loaded }) => loaded,
    stage: (bench) => {
      const talk = services(bench);
      return () => void begin(bench, talk);
    },
    on: LOADING(2),
  },
  {
    name: 'PREPARE LOAD block',
    covers: '84 36 02',
    start: ({ begun }) => begun,
    stage: (bench) => {
      const talk = services(bench);
      return () => void talk.say(0x36, 2, 0);
    },
    on: LOADING(1),
    silent: true,
  },
  {
    name: 'SIGN load',
    covers: '84 38 01',
    start: ({ begun }) => begun,
    stage: (bench) => {
      const talk = services(bench);
      const { blinded } = prepare(talk, bench.town.world.coupons, 1);
      return () => void signAndIssue(bench, talk, blinded);
    },
    on: LOADING(1),
  },
  {
    name: 'SIGN claim',
    covers: '84 38 02',
    start: ({ loaded }) => loaded,
    stage: (bench) => {
      const talk = services(bench);
      const data = concat(field(0x80, hexBytes('11'.repeat(32))), field(0x81, hexBytes('22'.repeat(32))));
      return () => void talk.say(0x38, 2, 0, data);
    },
    on: KNOWING,
    silent: true,
  },
  {
    name: 'STORE, the first block',
    covers: '84 3A 00',
    start: ({ signed }) => signed,
    stage: (bench) => {
      const { talk, signatures } = load(bench, 1, 'signed');
      return () => storeBlock(bench, talk, 0, signatures);
    },
    on: LOADING(1),
  },
  {
    name: 'STORE, the last block',
    covers: '84 3A 00',
    start: ({ almost }) => almost,
    stage: (bench) => {
      const { talk, signatures } = load(bench, 1, 'signed');
      return () => storeBlock(bench, talk, 3, signatures);
    },
    on: LOADING(1),
  },
  ...RENEWALS,
];
