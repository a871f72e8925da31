/** Bugs planted in refresh, words and recovery: one for every command, as `planted.ts` does for the others. */
import { Application } from '../../firmware-sim/application.ts';
import { Identity } from '../../firmware-sim/identity.ts';
import { Journal, Transaction } from '../../firmware-sim/journal.ts';
import { SECOND_SEED } from '../../firmware-sim/layout.ts';
import { Load } from '../../firmware-sim/load.ts';
import { Memory } from '../../firmware-sim/memory.ts';
import { Pin } from '../../firmware-sim/pin.ts';
import { FOR_RECOVERY, Purse } from '../../firmware-sim/purse.ts';
import { Recovery } from '../../firmware-sim/recovery.ts';
import { Refresh, type RefreshParts } from '../../firmware-sim/refresh.ts';
import type { Answer } from '../../firmware-sim/status.ts';
import { beBytes, beNumber, concat } from '../../src/bytes.ts';
import { all, type Planted, putOff, replace } from './planting.ts';

/** Runs a method with `during` true. */
function noticing() {
  const state = { during: false };
  const around = <T>(work: () => T): T => {
    state.during = true;
    try {
      return work();
    } finally {
      state.during = false;
    }
  };
  return { state, around };
}

/** A transaction of one's own, at once. */
function ownTransactions() {
  let begin: (() => Transaction) | undefined;
  const undo = replace(Journal.prototype, 'begin', (self, old) => {
    begin = () => old.call(self);
    return old.call(self);
  });
  const alone = (work: (transaction: Transaction) => void): void => {
    if (begin === undefined) throw new Error('no transaction was begun');
    const transaction = begin();
    work(transaction);
    transaction.commit();
  };
  return { undo, alone };
}

/** Whether power was gone since the card was made: a new card's journal is looked at without a reset before. */
function powerGone() {
  let gone = false;
  let reset = false;
  const undo = all(
    replace(Memory.prototype, 'powerUp', (self, old) => {
      reset = true;
      old.call(self);
    }),
    replace(Journal.prototype, 'recover', (self, old) => {
      gone = reset;
      reset = false;
      old.call(self);
    }),
  );
  return { undo, since: () => gone };
}

/** An answer's list with the first item moved to the end. */
function turned({ sw, data }: Answer, size: number): Answer {
  const head = data.length % size;
  return { sw, data: concat(data.slice(0, head), data.slice(head + size), data.slice(head, head + size)) };
}

/** A list of PREPARE REFRESH that is in another order once power was gone. */
const listTurns =
  (name: 'block' | 'old', size: number): (() => () => void) =>
  () => {
    const { undo, since } = powerGone();
    return all(
      undo,
      replace(Refresh.prototype, name, (self, old, args) => {
        const answer: Answer = old.apply(self, args);
        return since() ? turned(answer, size) : answer;
      }),
    );
  };

export const PLANTED_RENEWALS: readonly Planted[] = [
  {
    name: 'PREPARE REFRESH takes the coupons out first, and writes its record afterwards',
    scenarios: ['PREPARE REFRESH begin, one'],
    plant: () => {
      const { undo, alone } = ownTransactions();
      return all(
        undo,
        replace(Purse.prototype, 'setState', (self, old, [transaction, slot, state]) => {
          if (state === 'refreshing' && self.state(slot) !== 'refreshing')
            alone((own) => old.call(self, own, slot, state));
          old.call(self, transaction, slot, state);
        }),
      );
    },
  },
  {
    name: 'PREPARE REFRESH of lost cards prepares coupons as a load does',
    scenarios: ['PREPARE REFRESH begin, of lost'],
    plant: () =>
      replace(Purse.prototype, 'writePrepared', (self, old, [slot, coupon]) =>
        old.call(self, slot, { ...coupon, notes: coupon.notes & ~FOR_RECOVERY }),
      ),
  },
  {
    name: 'PREPARE REFRESH block has another order after power was gone',
    scenarios: ['STORE of a refresh, the first', 'STORE of a refresh of lost cards, the first'],
    plant: listTurns('block', 256),
  },
  {
    name: 'PREPARE REFRESH old has another order after power was gone',
    scenarios: ['STORE of a refresh, the first', 'STORE of a refresh of lost cards, the first'],
    plant: listTurns('old', 322),
  },
  {
    name: 'SIGN refresh lets the old coupons go',
    scenarios: [
      'SIGN refresh, vouched',
      'SIGN refresh, not',
      'SIGN refresh, of lost',
      'STORE of a refresh, the first',
    ],
    plant: () =>
      replace(Refresh.prototype, 'sign', (self, old, args) => {
        const answer = old.apply(self, args);
        const { purse, journal } = (self as unknown as { parts: RefreshParts }).parts;
        const own = journal.begin();
        for (const slot of purse.slotsIn('refreshing')) purse.setState(own, slot, 'empty');
        own.commit();
        return answer;
      }),
  },
  {
    name: 'STORE lets the old coupons go before the new ones are there',
    scenarios: ['STORE of a refresh, the last', 'STORE of a refresh of lost cards, the last'],
    plant: () => {
      const { undo, alone } = ownTransactions();
      const { state: storing, around } = noticing();
      return all(
        undo,
        replace(Refresh.prototype, 'store', (self, old, args) => around(() => old.apply(self, args))),
        replace(Purse.prototype, 'setState', (self, old, [transaction, slot, state]) => {
          if (storing.during && state === 'empty') alone((own) => old.call(self, own, slot, state));
          old.call(self, transaction, slot, state);
        }),
      );
    },
  },
  {
    name: 'GIVE UP forgets what is open first, and frees its coupons afterwards',
    scenarios: [
      'GIVE UP of a load',
      'GIVE UP of a refresh, a coupon',
      'GIVE UP of what was collected',
      'GIVE UP of a refresh of lost',
    ],
    plant: () => {
      const { undo, alone } = ownTransactions();
      const { state: givingUp, around } = noticing();
      const later = putOff();
      return all(
        undo,
        replace(Load.prototype, 'giveUp', (self, old, args) => around(() => old.apply(self, args))),
        replace(Refresh.prototype, 'giveUp', (self, old, args) => around(() => old.apply(self, args))),
        replace(Purse.prototype, 'setState', (self, old, [transaction, slot, state]) => {
          if (givingUp.during) later.put(() => alone((own) => old.call(self, own, slot, state)));
          else old.call(self, transaction, slot, state);
        }),
        replace(Transaction.prototype, 'commit', (self, old) => {
          old.call(self);
          later.now();
        }),
      );
    },
  },
  {
    name: "FIND begins with another card's g after power was gone",
    scenarios: ['TAKE, the first'],
    plant: () => {
      const { undo, since } = powerGone();
      return all(
        undo,
        replace(Recovery.prototype, 'find', (self, old, [data]) => {
          const other = data.slice();
          // Behind tag and length of the first field.
          if (since()) other[2] = (other[2] ?? 0) ^ 1;
          return old.call(self, other);
        }),
      );
    },
  },
  {
    name: 'FIND is one counter too far after power was gone',
    scenarios: ['TAKE, the first', 'TAKE, one more'],
    plant: () => {
      const { undo, since } = powerGone();
      return all(
        undo,
        replace(Recovery.prototype, 'found', (self, old, [exponent, data]) => {
          const first = beNumber(data.slice(2)) + (since() ? 1 : 0);
          return old.call(self, exponent, concat(data.slice(0, 2), beBytes(first, 4)));
        }),
      );
    },
  },
  {
    name: 'TAKE counts a coupon before it is written',
    scenarios: ['TAKE, one more'],
    plant: () => {
      const later = putOff();
      return all(
        replace(Purse.prototype, 'writeWhole', (self, old, args) =>
          later.put(() => void old.apply(self, args)),
        ),
        replace(Transaction.prototype, 'commit', (self, old) => {
          old.call(self);
          later.now();
        }),
      );
    },
  },
  {
    name: 'WORDS can be read again after power was gone',
    scenarios: ['WORDS WRITTEN'],
    plant: () => {
      const { undo, since } = powerGone();
      const property = Object.getOwnPropertyDescriptor(Identity.prototype, 'wordsOpen') as PropertyDescriptor;
      Object.defineProperty(Identity.prototype, 'wordsOpen', {
        ...property,
        get(this: Identity) {
          return since() || property.get?.call(this) === true;
        },
      });
      return all(undo, () => Object.defineProperty(Identity.prototype, 'wordsOpen', property));
    },
  },
  {
    name: 'WORDS WRITTEN answers, and writes it down afterwards',
    scenarios: ['WORDS WRITTEN'],
    plant: () => {
      const { state: answering, around } = noticing();
      const later = putOff();
      return all(
        replace(Application.prototype, 'execute', (self, old, args) =>
          args[0].ins === 0x3e && args[0].p1 === 2
            ? around(() => old.apply(self, args))
            : old.apply(self, args),
        ),
        replace(Transaction.prototype, 'commit', (self, old) => {
          if (answering.during) later.put(() => old.call(self));
          else old.call(self);
        }),
        replace(Application.prototype, 'afterwards', (self, old) => {
          later.now();
          old.call(self);
        }),
      );
    },
  },
  {
    name: 'RESTORE puts the seed in force before it is written',
    scenarios: ['RESTORE'],
    plant: () => {
      const later = putOff();
      return all(
        replace(Memory.prototype, 'write', (self, old, [address, bytes]) => {
          if (address === SECOND_SEED) later.put(() => old.call(self, address, bytes));
          else old.call(self, address, bytes);
        }),
        replace(Transaction.prototype, 'commit', (self, old) => {
          old.call(self);
          later.now();
        }),
      );
    },
  },
  {
    name: 'DEAD does not care what the PIN was',
    scenarios: ['DEAD are forgotten, wrong', 'DEAD are refreshed after all, wrong'],
    plant: () => {
      const { state: speaking, around } = noticing();
      return all(
        replace(Application.prototype, 'execute', (self, old, args) =>
          args[0].ins === 0x3e && args[0].p1 === 4
            ? around(() => old.apply(self, args))
            : old.apply(self, args),
        ),
        replace(Pin.prototype, 'verify', (self, old, args) => {
          const answer: Answer = old.apply(self, args);
          return speaking.during ? { ...answer, sw: 0x9000 } : answer;
        }),
      );
    },
  },
];
