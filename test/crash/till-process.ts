/**
 * A till in a process of its own that kills itself at a point of the story: SIGKILL, so nothing is closed, flushed or caught.
 *   node till-process.ts WORLD LEDGER-URL HEIGHT POINT [MUTANT]
 * Without a reachable point (−1) it lives through the whole story and tells the names of all points. MUTANT is a bug planted on
 * purpose (`mutants.ts`).
 */
import { join } from 'node:path';
import process from 'node:process';
import { openWorld } from '../../demo/world.ts';
import { startTill, type TestTill } from '../terminal/shop.ts';
import type { Entry } from './log.ts';
import { type Mutant, plant } from './mutants.ts';
import { watchPoints } from './points.ts';
import { story, watchScreen } from './story.ts';
import { Outside } from './wire.ts';

const [dir = '', url = '', height = '0', point = '-1', mutant] = process.argv.slice(2);
const world = openWorld(dir);
const outside = new Outside();
const names: string[] = [];
const dieAt = Number(point);
const at = (name: string, moment: string) => {
  if (names.length === dieAt) process.kill(process.pid, 'SIGKILL');
  if (process.env.MARKS === '1') outside.mark();
  names.push(`${moment} ${name}`);
};
if (mutant !== undefined) plant(mutant as Mutant);
watchPoints(join(dir, 'till-1'), at);
const note = (entry: Entry) => outside.tell({ say: 'log', entry });
const cards = [1, 2].map((number) => outside.card(number));
const config = { ...world.config, crowd: { k: 1_000, holdMax: 1_000_000, delayMax: 0 } };
let till: TestTill | undefined;
await story({
  open: async () => {
    till = startTill(world.tills[0] as (typeof world.tills)[number], url, config, {});
    watchScreen(till, note);
    return till;
  },
  card: (number) => cards[number - 1] as (typeof cards)[number],
  pin: (number) => world.cards[number - 1]?.pin ?? '',
  product: (good) => world.product(good),
  height: Number(height),
  short: mutant !== undefined,
  note,
  at,
});
outside.tell({ say: 'points', names });
process.exit(0);
