/**
 * Guessing a PIN or a PUK across tears. The same guess is made right and wrong on the same card with the same tear: if the two look
 * different from outside (silent or answered, or another first write, which a coil can feel), the wrong one must have cost a try.
 */
import { createCard } from '../../firmware-sim/card.ts';
import { toHex } from '../../src/bytes.ts';
import { type Reply, random } from '../firmware/terminal.ts';
import type { Place } from './campaign.ts';
import { cuts, falls, tearText, type Violation, writesOf } from './campaign.ts';
import { look } from './cells.ts';
import type { Bench, Town } from './people.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** The pairs of scenarios «…, right» and «…, wrong». */
export function guesses(): { readonly name: string; readonly right: Scenario; readonly wrong: Scenario }[] {
  return SCENARIOS.filter(({ name }) => name.endsWith(', right')).map((right) => {
    const name = right.name.slice(0, -', right'.length);
    const wrong = SCENARIOS.find((one) => one.name === `${name}, wrong`);
    if (wrong === undefined) throw new Error(`nobody guesses wrong at ${name}`);
    return { name, right, wrong };
  });
}

interface Seen {
  readonly silent: boolean;
  readonly firstWrite: string | undefined;
  readonly tries: string;
}

/** A guess, and what a thief sees of it: silence or an answer, the first write, and the tries that are left when power is there again. */
function seen(town: Town, place: Place, scenario: Scenario, tear: (bench: Bench) => void): Seen {
  const start = scenario.start(place.starts);
  let firstWrite: string | undefined;
  let watching = false;
  const card = createCard(start.image, {
    random,
    onWrite: (address, bytes) => {
      if (watching) firstWrite ??= `${address}: ${toHex(bytes)}`;
    },
  });
  const bench: Bench = { town, card, books: structuredClone(start.books) };
  const act = scenario.stage(bench) as () => Reply | undefined;
  watching = true;
  tear(bench);
  const silent = falls(() => void act());
  watching = false;
  card.reset();
  const { pinTries, pukTries } = look(card.image().bytes);
  return { silent, firstWrite, tries: `${pinTries}/${pukTries}` };
}

/** Every guess torn at every write. Gives how many pairs were compared, and what a thief could have learned for nothing. */
export function compareGuesses(place: Place): { pairs: number; violations: Violation[] } {
  const { town, starts } = place;
  const violations: Violation[] = [];
  let pairs = 0;
  for (const { name, right, wrong } of guesses()) {
    const writes = [right, wrong].map((one) => writesOf(town, starts, one));
    const longest = Math.max(...writes.map(({ length }) => length));
    const before = seen(town, place, wrong, () => undefined);
    const untorn = seen(town, place, right, () => undefined);
    const free = look(wrong.start(starts).image.bytes);
    const full = `${free.pinTries}/${free.pukTries}`;
    const report = (tear: string, what: string): void =>
      void violations.push({ scenario: name, tear, on: 'guess', what: [what] });
    if (before.firstWrite !== untorn.firstWrite || before.firstWrite === undefined)
      report('none', 'the first write differs between a right guess and a wrong one');
    if (before.tries === full) report('none', 'a wrong guess costs nothing');
    for (let n = 1; n <= longest; n++)
      for (const how of cuts(2, true)) {
        pairs++;
        const [a, b] = [right, wrong].map((one) => seen(town, place, one, ({ card }) => card.tearAt(n, how)));
        if (a === undefined || b === undefined) continue;
        const tells = a.silent !== b.silent || !b.silent;
        if (tells && b.tries === full)
          report(tearText(n, how), 'a wrong guess is told from a right one and costs no try');
      }
  }
  return { pairs, violations };
}
