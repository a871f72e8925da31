/**
 * The scenarios of refresh, of the words and of recovery, as `scenarios.ts` has those of the other commands; with the moments
 * they begin from. The cards are poor, so that a run has few coupons; one refresh is of a whole pack.
 */
import { personalise } from '../../firmware-sim/personalise.ts';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { giveUp as giveUpRefresh, take, type Which } from '../firmware/refreshing.ts';
import { CHAIN, field, PIN, PUK, random, type Talk } from '../firmware/terminal.ts';
import { newBooks } from './accountant.ts';
import { look } from './cells.ts';
import {
  type Bench,
  buy,
  cells,
  expected,
  giveUp,
  giveUpLoad,
  intend,
  load,
  OTHER_DESK,
  SERVICES,
  spend,
  type Town,
  visit,
} from './people.ts';
import {
  ask,
  collect,
  desk,
  findLost,
  lookFor,
  prepareRenewal,
  recover,
  renew,
  restore,
  restoreIfNeeded,
  signPart,
  speak,
  storeNew,
} from './renewal.ts';
import type { Scenario, Start } from './scenarios.ts';

export interface RenewalStarts {
  /** A load signed that the ledger has refused. */
  readonly refused: Start;
  /** Two coupons exposed, five free ones; their refresh begun; all but one new coupon stored; one of them seen elsewhere, the other stored. */
  readonly exposed: Start;
  readonly renewing: Start;
  readonly renewed: Start;
  readonly seen: Start;
  /** A purchase of 28 minutes pending, of which its till has an answer; all coupons on their way into a pack; three of four blocks stored. */
  readonly pending: Start;
  readonly packing: Start;
  /** A card whose words nobody has read. */
  readonly blank: Start;
  /** Such a card, for the words of a lost one. */
  readonly fresh: Start;
  /** The words of a lost card put in; some coupons of it collected, all; their refresh begun, all but one stored; one redeemed meanwhile. */
  readonly restored: Start;
  readonly collecting: Start;
  readonly collected: Start;
  readonly waiting: Start;
  readonly almostBack: Start;
  readonly void: Start;
  /** The lost card, found: its coupons were refreshed on another one, and a terminal has said so; a pack was loaded since. */
  readonly found: Start;
}

/** Everything but six coupons of one minute and one of two. */
const IMPOVERISH = [208, 48, 24, 12] as const;

/** `from` does some work on a copy of a start. */
export function makeRenewalStarts(
  town: Town,
  loaded: Start,
  empty: Start,
  from: (start: Start, work: (bench: Bench) => void) => Start,
): RenewalStarts {
  const poor = from(loaded, (bench) => {
    for (const minutes of IMPOVERISH) buy(bench, 0, minutes, true);
  });
  const exposed = from(poor, (bench) => {
    spend(bench, visit(bench, 0), 0, intend(bench, 0, 3));
    giveUp(bench, 0);
    visit(bench, 0);
  });
  const renewing = from(exposed, (bench) => renew(bench, 'own', 0, 'begun'));
  const pending = from(loaded, (bench) => spend(bench, visit(bench, 0), 0, intend(bench, 0, 28)));

  const blank = (): Start => {
    const image = personalise({
      seed: random(32),
      g: random(8),
      pin: PIN,
      puk: PUK,
      chain: CHAIN,
      officeKeys: [town.world.office.key],
      batchSeed: random(32),
      random,
      wordsOpen: true,
    });
    return { image, books: newBooks(look(image.bytes)) };
  };
  // What the poor card has lies on the lost one; a new card is made, and knows nothing of it yet.
  const lost = new Map(
    look(poor.image.bytes).coupons.flatMap(({ state, serial, exponent }): [string, number][] =>
      state === 'free' ? [[serial, exponent]] : [],
    ),
  );
  const left = [...lost.values()].reduce((sum, exponent) => sum + 2 ** exponent, 0);
  const { image } = blank();
  const books = newBooks(look(image.bytes), { lost, lostG: toHex(town.world.g) });
  books.issued = left;
  const fresh: Start = { image, books };
  const restored = from(fresh, (bench) => restore(bench, desk(bench)));
  const collected = from(restored, (bench) => collect(bench));
  const waiting = from(collected, (bench) => renew(bench, 'lost', 0, 'begun'));
  return {
    refused: from(empty, (bench) => {
      load(bench, 1, 'signed');
      const { openDigest } = cells(bench);
      bench.books.refused.add(openDigest ?? '');
      bench.books.loads.clear();
      bench.books.issued = 0;
    }),
    exposed,
    renewing,
    renewed: from(renewing, (bench) => renew(bench, 'own', 0, 'almost')),
    seen: from(renewing, (bench) => {
      const [serial, exponent] = [...bench.books.aborted].at(-1) as [string, number];
      bench.books.gone.set(serial, exponent);
      const renewed = ask(bench, 'own');
      if (renewed?.seenElsewhere.length !== 1) throw new Error('one is seen elsewhere');
      storeNew(bench, renewed, 'own', 0);
    }),
    pending,
    packing: from(pending, (bench) => {
      const renewed = ask(bench, 'own', 1);
      if (renewed === undefined) throw new Error('there is a pack');
      for (let block = 0; block < 3; block++) storeNew(bench, renewed, 'own', block);
    }),
    blank: blank(),
    fresh,
    restored,
    collecting: from(restored, (bench) => collect(bench, 1)),
    collected,
    waiting,
    almostBack: from(waiting, (bench) => renew(bench, 'lost', 0, 'almost')),
    void: from(waiting, (bench) => {
      const [serial, exponent] = [...lost][0] as [string, number];
      bench.books.gone.set(serial, exponent);
    }),
    found: from(poor, (bench) => {
      for (const [serial, exponent] of lost) bench.books.gone.set(serial, exponent);
      renew(bench, 'own', 2);
      load(bench, 2);
    }),
  };
}

/** After a torn refresh: it is finished at this desk, at another one, or when its holder has paid something first. */
const RENEWING = (which: Which, flags = 0): Scenario['on'] => ({
  same: (bench) => renew(bench, which, flags),
  other: (bench) => {
    visit(bench, 1);
    renew(bench, which, flags, 'stored', OTHER_DESK);
  },
});

/** … and one day the till comes back whose purchase was undone at the desk: the card refuses it, and it gives up. */
const UNDOING: Scenario['on'] = {
  ...RENEWING('own', 1),
  back: (bench) => {
    renew(bench, 'own', 1);
    const id = [...(bench.books.tills[0]?.purchases.keys() ?? [])].at(-1) ?? '';
    expected(bench, 'ACK of what was undone', visit(bench, 0).ack(hexBytes(id)), '6a82');
    giveUp(bench, 0);
    buy(bench, 0, 9, true);
  },
};

const RECOVERING: Scenario['on'] = {
  same: (bench) => recover(bench),
  other: (bench) => {
    recover(bench, OTHER_DESK);
    buy(bench, 1, 5, true);
  },
  // It loads and pays as an ordinary card while the lost one's hours are on their way.
  meanwhile: (bench) => {
    restoreIfNeeded(bench, SERVICES);
    load(bench, 1);
    buy(bench, 1, 43, true);
    recover(bench);
  },
};

const GIVING_UP: Scenario['on'] = {
  same: (bench) => void load(bench, 1),
  other: (bench) => {
    visit(bench, 1);
    load(bench, 1);
    buy(bench, 1, 43);
  },
};

const SPEAKING = (dead: 0 | 1): Scenario['on'] => ({
  same: (bench) => {
    speak(bench, desk(bench), dead);
    renew(bench);
    buy(bench, 0, 9, true);
  },
  other: (bench) => {
    buy(bench, 1, 9, true);
    speak(bench, desk(bench, OTHER_DESK), 1);
  },
});

/** A command that the desk gives after PREPARE REFRESH is open. */
function inRefresh(
  name: string,
  covers: string,
  which: Which,
  act: (bench: Bench, talk: Talk) => void,
): Scenario {
  return {
    name,
    covers,
    start: ({ renewal: { renewing, waiting } }) => (which === 'own' ? renewing : waiting),
    stage: (bench) => {
      const talk = desk(bench);
      return () => act(bench, talk);
    },
    on: which === 'own' ? RENEWING('own') : RECOVERING,
    silent: true,
  };
}

function storing(name: string, which: Which, block: number, start: Scenario['start']): Scenario {
  return {
    name,
    covers: which === 'own' ? '84 3A 00' : '84 3A 01',
    start,
    stage: (bench) => {
      const renewed = ask(bench, which, 1);
      if (renewed === undefined) throw new Error('a refresh is open');
      return () => storeNew(bench, renewed, which, block);
    },
    on: which === 'own' ? RENEWING('own', 1) : RECOVERING,
  };
}

function beginning(
  name: string,
  which: Which,
  flags: number,
  start: Scenario['start'],
  on: Scenario['on'],
): Scenario {
  return {
    name,
    covers: which === 'own' ? '84 36 11' : '84 36 21',
    start,
    stage: (bench) => {
      const talk = desk(bench);
      return () => void prepareRenewal(bench, talk, which, flags);
    },
    on,
  };
}

function speaking(name: string, dead: 0 | 1, secret?: string): Scenario {
  return {
    name,
    covers: '84 3E 04',
    start: ({ renewal }) => renewal.found,
    stage: (bench) => {
      const talk = desk(bench);
      return () => speak(bench, talk, dead, secret);
    },
    on: SPEAKING(dead),
  };
}

/** A command after which a whole block of one exponent of the lost card is there to be taken. */
function taking(name: string, exponent: number, start: Scenario['start']): Scenario {
  return {
    name,
    covers: '84 3C 03',
    start,
    stage: (bench) => {
      const talk = desk(bench);
      lookFor(bench, talk);
      const found = findLost(bench, talk, exponent);
      return () => void expected(bench, 'TAKE', take(talk, exponent, found));
    },
    on: RECOVERING,
  };
}

const PREPARED_BLOCK = (bench: Bench, talk: Talk, p1: number): void =>
  void expected(bench, 'PREPARE REFRESH list', talk.say(0x36, p1, 0));

export const RENEWALS: readonly Scenario[] = [
  beginning(
    'PREPARE REFRESH begin, one for one',
    'own',
    0,
    ({ renewal }) => renewal.exposed,
    RENEWING('own'),
  ),
  beginning(
    'PREPARE REFRESH begin, a pack and a purchase undone',
    'own',
    1,
    ({ renewal }) => renewal.pending,
    UNDOING,
  ),
  inRefresh('PREPARE REFRESH block', '84 36 12', 'own', (bench, talk) => PREPARED_BLOCK(bench, talk, 0x12)),
  inRefresh('PREPARE REFRESH old', '84 36 13', 'own', (bench, talk) => PREPARED_BLOCK(bench, talk, 0x13)),
  inRefresh('SIGN refresh, vouched', '84 38 11', 'own', (bench, talk) => {
    signPart(bench, talk, 0x11, prepareRenewal(bench, talk, 'own'), 0);
  }),
  inRefresh('SIGN refresh, not vouched', '84 38 12', 'own', (bench, talk) => {
    signPart(bench, talk, 0x12, prepareRenewal(bench, talk, 'own'), 0);
  }),
  storing('STORE of a refresh, the first coupons', 'own', 0, ({ renewal }) => renewal.renewing),
  storing('STORE of a refresh, the last coupon', 'own', 0, ({ renewal }) => renewal.renewed),
  storing("STORE of a refresh, a pack's last block", 'own', 3, ({ renewal }) => renewal.packing),
  {
    name: 'GIVE UP of a load',
    covers: '84 36 03',
    start: ({ renewal }) => renewal.refused,
    stage: (bench) => {
      const talk = desk(bench);
      return () => giveUpLoad(bench, talk);
    },
    on: GIVING_UP,
  },
  {
    name: 'GIVE UP of a refresh, a coupon seen elsewhere',
    covers: '84 36 03',
    start: ({ renewal }) => renewal.seen,
    stage: (bench) => {
      const renewed = ask(bench, 'own');
      if (renewed === undefined) throw new Error('a refresh is open');
      return () => void expected(bench, 'GIVE UP', giveUpRefresh(renewed.talk, 'own', renewed.seenElsewhere));
    },
    on: RENEWING('own'),
  },
  beginning(
    'PREPARE REFRESH begin, of lost cards',
    'lost',
    0,
    ({ renewal }) => renewal.collected,
    RECOVERING,
  ),
  inRefresh('PREPARE REFRESH block, of lost cards', '84 36 22', 'lost', (bench, talk) =>
    PREPARED_BLOCK(bench, talk, 0x22),
  ),
  inRefresh('PREPARE REFRESH old, of lost cards', '84 36 23', 'lost', (bench, talk) =>
    PREPARED_BLOCK(bench, talk, 0x23),
  ),
  inRefresh('SIGN refresh, of lost cards', '84 38 21', 'lost', (bench, talk) => {
    signPart(bench, talk, 0x21, prepareRenewal(bench, talk, 'lost'), 0);
  }),
  storing('STORE of a refresh of lost cards, the first coupons', 'lost', 0, ({ renewal }) => renewal.waiting),
  storing(
    'STORE of a refresh of lost cards, the last coupon',
    'lost',
    0,
    ({ renewal }) => renewal.almostBack,
  ),
  {
    name: 'GIVE UP of what was collected',
    covers: '84 36 03',
    start: ({ renewal }) => renewal.collecting,
    stage: (bench) => {
      const talk = desk(bench);
      return () => void expected(bench, 'GIVE UP', giveUpRefresh(talk, 'lost'));
    },
    on: RECOVERING,
  },
  {
    name: 'GIVE UP of a refresh of lost cards, void because one was redeemed',
    covers: '84 36 03',
    start: ({ renewal }) => renewal.void,
    stage: (bench) => {
      const talk = desk(bench);
      return () => void expected(bench, 'GIVE UP', giveUpRefresh(talk, 'lost'));
    },
    on: RECOVERING,
  },
  inRefresh('FIND begin', '84 3C 01', 'lost', lookFor),
  inRefresh('FIND block', '84 3C 02', 'lost', (bench, talk) => {
    lookFor(bench, talk);
    findLost(bench, talk, 0);
  }),
  taking('TAKE, the first, with its keyset', 0, ({ renewal }) => renewal.restored),
  taking('TAKE, one more', 1, ({ renewal }) => renewal.collecting),
  {
    name: 'WORDS',
    covers: '84 3E 01',
    start: ({ renewal }) => renewal.blank,
    stage: (bench) => {
      const talk = desk(bench);
      return () => {
        const { sw, data } = talk.say(0x3e, 1, 0);
        if (sw !== '9000' || toHex(data) !== toHex(field(0x80, hexBytes(cells(bench).seed))))
          bench.books.wrongs.push(`WORDS: ${sw}`);
      };
    },
    on: GIVING_UP,
    silent: true,
  },
  {
    name: 'WORDS WRITTEN',
    covers: '84 3E 02',
    start: ({ renewal }) => renewal.blank,
    stage: (bench) => {
      const talk = desk(bench);
      return () => written(bench, talk);
    },
    on: {
      ...GIVING_UP,
      // Its answer was lost: the words are asked for again, or are closed, and then for ever.
      again: (bench) => {
        const talk = desk(bench);
        expected(bench, 'WORDS', talk.say(0x3e, 1, 0), cells(bench).wordsOpen ? '9000' : '6985');
        written(bench, talk);
        expected(bench, 'WORDS', talk.say(0x3e, 1, 0), '6985');
      },
    },
  },
  {
    name: 'RESTORE',
    covers: '84 3E 03',
    start: ({ renewal }) => renewal.fresh,
    stage: (bench) => {
      const talk = desk(bench);
      return () => restore(bench, talk);
    },
    on: RECOVERING,
  },
  speaking('DEAD are forgotten, right', 1),
  speaking('DEAD are forgotten, wrong', 1, '0000'),
  speaking('DEAD are refreshed after all, right', 0),
  speaking('DEAD are refreshed after all, wrong', 0, '0000'),
];

/** WORDS WRITTEN; nobody reads them afterwards. */
function written(bench: Bench, talk: Talk): void {
  if (!expected(bench, 'WORDS WRITTEN', talk.say(0x3e, 2, 0))) return;
  if (cells(bench).wordsOpen) bench.books.wrongs.push('the words were written down and can be read');
}
