/**
 * What years bring: after its first week a world lives on by work, visits at card services, each month's certificates and, every five years, new keys
 * of the office. Has a stream of chance of its own, so that a world's first week is the same however long it lasts. Not here: playing it (`seasons.ts`).
 */
import { DAY_SECONDS } from '../../src/economy/calendar.ts';
import { KEYSET_SECONDS } from '../../src/limits.ts';
import { contact, fuse, type Roughness } from './mishap.ts';
import type { Event, Shop } from './plan.ts';
import { BEGIN, TILLS, type TillName } from './setting.ts';
import { Whim } from './whim.ts';

const WEEK = 7;
const HOUR = 3_600;
/** More people a day than in the first week: more of them leave with nothing when cards are seldom full. */
const MORE = 5;

export function years(
  seed: number,
  days: number,
  how: Roughness,
  tills: readonly TillName[],
  cards: number,
  buyer: (whim: Whim) => Shop,
): readonly Event[] {
  const whim = new Whim(`years of world ${seed}`);
  const events: Event[] = [];
  /** `day` begins at six in the morning, as the world does. */
  const at = (day: number, from: number, to: number) =>
    BEGIN + day * DAY_SECONDS + Math.floor((from - 6 + whim.next() * (to - from)) * HOUR);
  for (let day = WEEK; day < days; day++) {
    for (let i = 0; i < MORE; i++) events.push({ at: at(day, 7, 20), ...buyer(whim) });
    if (day % WEEK === 0) {
      events.push({ at: at(day, 4, 6), kind: 'work', labour: 0.7 + whim.next() * 0.6 });
      for (let visit = 0; visit < 2 * cards; visit++)
        events.push({
          at: at(day + whim.below(WEEK), 7, 18),
          kind: 'services',
          till: whim.one(tills),
          card: visit % cards,
          packs: whim.between(1, 4),
          claim: true,
          // Whoever came for coupons stays until there are some, or until there is no more to be done.
          contacts: [contact(whim, how.contact), contact(whim, how.contact), {}],
          ...fuse(whim, how.fuse, 120),
        });
    }
    // Some get it in the night, some when a card has already refused the old one.
    if (new Date((BEGIN + day * DAY_SECONDS) * 1000).getUTCDate() === 1)
      for (const till of TILLS)
        if (till === 'cheat-1' || tills.includes(till))
          events.push({
            at: at(day + (whim.often(0.2) ? whim.between(1, 3) : 0), 6, 8),
            kind: 'certificate',
            till,
          });
  }
  const keysets = KEYSET_SECONDS / DAY_SECONDS + WEEK;
  for (let day = Math.ceil(keysets); day < days; day += Math.ceil(keysets))
    events.push({ at: at(day, 6, 20), kind: 'keyset' });
  return events.filter((event) => event.at < BEGIN + days * DAY_SECONDS);
}
