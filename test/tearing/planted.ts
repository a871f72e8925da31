/**
 * Bugs planted on purpose, to see that the campaign finds them. Each is a step of the firmware replaced from outside, in the tests
 * alone, by the mistake a programmer could make in it; `plant` gives the way back. No switch for any of them is in the firmware.
 * Those of refresh, words and recovery: `planted-renewal.ts`.
 */
import { Application } from '../../firmware-sim/application.ts';
import { Counter } from '../../firmware-sim/counter.ts';
import { Journal, Transaction } from '../../firmware-sim/journal.ts';
import { Keysets } from '../../firmware-sim/keysets.ts';
import { EPHEMERAL, JOURNAL } from '../../firmware-sim/layout.ts';
import { Memory } from '../../firmware-sim/memory.ts';
import { Pin } from '../../firmware-sim/pin.ts';
import { Purse } from '../../firmware-sim/purse.ts';
import { SpendingLimits } from '../../firmware-sim/spending-limits.ts';
import { all, type Planted, putOff, replace } from './planting.ts';

const INS_SPEND = 0x30;

export const PLANTED: readonly Planted[] = [
  {
    name: 'VERIFY compares first and takes the try afterwards',
    scenarios: [],
    guessing: true,
    plant: () => {
      const taken = new Map<Counter, () => void>();
      return all(
        replace(Counter.prototype, 'set', (self, old, [value]) => {
          const now = self.value;
          if (value < now) taken.set(self, () => old.call(self, value));
          else {
            taken.delete(self);
            if (value !== now) old.call(self, value);
          }
        }),
        replace(Pin.prototype, 'verify', (self, old, args) => {
          const answer = old.apply(self, args);
          for (const write of taken.values()) write();
          taken.clear();
          return answer;
        }),
      );
    },
  },
  {
    name: 'SPEND answers, and writes its record afterwards',
    scenarios: ['SPEND without', 'SPEND of'],
    plant: () => {
      const later = putOff();
      let spending = false;
      return all(
        replace(Application.prototype, 'execute', (self, old, args) => {
          spending = args[0].ins === INS_SPEND;
          try {
            return old.apply(self, args);
          } finally {
            spending = false;
          }
        }),
        replace(Transaction.prototype, 'commit', (self, old) => {
          if (spending) later.put(() => old.call(self));
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
    name: 'the limits are counted in a transaction of their own, after the spend',
    scenarios: ['SPEND without'],
    plant: () => {
      const later = putOff();
      let begin: () => Transaction;
      return all(
        replace(Journal.prototype, 'begin', (self, old) => {
          begin = () => old.call(self);
          return old.call(self);
        }),
        replace(SpendingLimits.prototype, 'count', (self, old, [, minutes]) =>
          later.put(() => {
            const own = begin();
            old.call(self, own, minutes);
            own.commit();
          }),
        ),
        replace(Transaction.prototype, 'commit', (self, old) => {
          old.call(self);
          later.now();
        }),
      );
    },
  },
  {
    name: 'the memory drops what is written to the journal',
    scenarios: ['ACK', 'STORE, the last'],
    plant: () =>
      replace(Memory.prototype, 'write', (self, old, [address, bytes]) => {
        if (address < JOURNAL.from || address >= JOURNAL.to) old.call(self, address, bytes);
      }),
  },
  {
    name: 'STORE frees a coupon before its signature is written',
    scenarios: ['STORE, the first', 'STORE of a refresh, the first', 'STORE of a refresh of lost'],
    plant: () => {
      const later = putOff();
      return all(
        replace(Purse.prototype, 'writeSignature', (self, old, args) =>
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
    name: 'PREPARE begins to count anew in a keyset that it knows',
    scenarios: ['PREPARE LOAD begin, a known'],
    plant: () => replace(Keysets.prototype, 'counter', () => 0),
  },
  {
    name: 'SELECT shows the key of a session before it is marked as used',
    scenarios: ['SELECT'],
    plant: () => {
      const later = putOff();
      return all(
        replace(Memory.prototype, 'write', (self, old, [address, bytes]) => {
          if (address === EPHEMERAL && bytes.length === 4) later.put(() => old.call(self, address, bytes));
          else old.call(self, address, bytes);
        }),
        replace(Application.prototype, 'afterwards', (self, old) => {
          later.now();
          old.call(self);
        }),
      );
    },
  },
];
