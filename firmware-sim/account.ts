/** ACCOUNT: what a person sees of the own card at card services. Never at a till in sale mode: the command needs VERIFY services. */
import { beBytes, concat } from '../src/bytes.ts';
import type { Purchase } from './purchases.ts';
import { type Answer, done, no, SW } from './status.ts';
import type { Store } from './store.ts';
import { tlv } from './tlv.ts';

const LOG_STATE = { pending: 0, paid: 1, undone: 2 } as const;

function logEntry({ day, outlet, minutes, state }: Purchase): Uint8Array {
  // `all()` gives no empty record.
  const code = LOG_STATE[state as keyof typeof LOG_STATE];
  return concat(beBytes(day, 2), outlet, beBytes(minutes, 2), beBytes(code, 1));
}

export function account(store: Store, data: Uint8Array): Answer {
  if (data.length > 0) return no(SW.wrongData);
  const { purse, purchases, identity, suite, load, refresh, recovery } = store;
  const optional = (tag: number, value: Uint8Array | undefined) =>
    value === undefined ? [] : [tlv(tag, value)];
  return done(
    concat(
      tlv(0x80, beBytes(purse.minutes('free'), 4)),
      tlv(0x81, identity.walletKey(suite)),
      tlv(0x82, Uint8Array.from(purse.counts('free'))),
      tlv(0x83, beBytes(purse.minutes('exposed'), 4)),
      tlv(0x84, beBytes(purse.minutes('pending'), 4)),
      tlv(0x85, ...purchases.all().map(logEntry)),
      tlv(0x86, identity.g),
      ...optional(0x87, load.described),
      tlv(0x88, beBytes(purse.room, 2)),
      ...optional(0x89, refresh.described),
      ...optional(0x8a, recovery.described),
      tlv(0x8b, beBytes(purse.minutes('dead'), 4)),
      tlv(0x8c, identity.batchId),
      tlv(0x8d, Uint8Array.of(identity.wordsOpen ? 1 : 0)),
    ),
  );
}
