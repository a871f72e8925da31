/** Everything the card keeps, over one memory: built once at power-up of the simulator, read anew at every command. */

import { beNumber } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { Identity } from './identity.ts';
import { Journal } from './journal.ts';
import { Keysets } from './keysets.ts';
import { EPOCH, JOURNAL, MARK, MARK_BYTES, MEMORY_BYTES, TRANSACTIONAL } from './layout.ts';
import { Load } from './load.ts';
import { Memory } from './memory.ts';
import { Pin } from './pin.ts';
import { Purchases } from './purchases.ts';
import { Purse } from './purse.ts';
import { Recovery } from './recovery.ts';
import { Refresh } from './refresh.ts';
import { SpendingLimits } from './spending-limits.ts';
import { type Suite, suiteOf } from './suite.ts';
import type { Meter } from './timing.ts';

export interface Store {
  readonly memory: Memory;
  readonly journal: Journal;
  readonly identity: Identity;
  readonly suite: Suite;
  readonly pin: Pin;
  readonly limits: SpendingLimits;
  readonly purse: Purse;
  readonly purchases: Purchases;
  readonly keysets: Keysets;
  readonly load: Load;
  /** Of what the card holds, vouched for; and of what lost cards of its seed held. */
  readonly refresh: Refresh;
  readonly recovery: Recovery;
}

/** Whether these bytes are a card's memory of this layout. */
export function isCardMemory(image: Uint8Array): boolean {
  return image.length === MEMORY_BYTES && MARK_BYTES.every((byte, i) => image[MARK + i] === byte);
}

/** `image` is copied. One that `isCardMemory` refuses is a bug and throws. */
export function openStore(image: Uint8Array, crypto: CryptoPort, meter: Meter): Store {
  if (!isCardMemory(image)) throw new Error('not a card image of this version');
  const memory = new Memory(image, TRANSACTIONAL);
  const journal = new Journal(memory, JOURNAL);
  const identity = new Identity(memory, crypto, meter);
  const suite = suiteOf(identity.suite, crypto, meter);
  if (suite === undefined) throw new Error(`this simulator has no suite ${identity.suite}`);
  const purse = new Purse(memory);
  const keysets = new Keysets(memory);
  const purchases = new Purchases(memory, purse);
  const makers = { crypto, meter, identity, suite };
  return {
    memory,
    journal,
    identity,
    suite,
    pin: new Pin(memory, journal),
    limits: new SpendingLimits(memory, journal),
    purse,
    purchases,
    keysets,
    load: new Load(memory, journal, purse, keysets, makers),
    refresh: new Refresh({ memory, journal, purse, purchases, keysets, makers }, false),
    recovery: new Recovery({ memory, journal, purse, purchases, keysets, makers }),
  };
}

/** The highest certificate epoch the card has met. */
export function highestEpoch({ memory }: Store): number {
  return beNumber(memory.view(EPOCH, 2));
}
