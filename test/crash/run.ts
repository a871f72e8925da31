/**
 * The crash campaign as a command (docs/crash.md):
 *   npm run test:crash -- [--full] [--seed N] [--some N] [--only points,kills,power,full_disk,pages,planted] [--go 3/20] [--json]
 * Without --full a share of it, chosen by the seed; `--some` is how many wrecks of each kind are gone on with.
 * `--go 3/20` is the third of twenty goes that are the whole of points, kills and power together. Ends with 1 when
 * anything was found, and names seed, wreck and way.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ask, ready, sell } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Template } from '../terminal/shop.ts';
import { emptyReport, everyPoint, findPlanted, kills, powerLoss } from './campaign.ts';
import { chanceOf, sample } from './chance.ts';
import { bookOf, PAGE, spoil, starts } from './damaged-disk.ts';
import { onFullDisk } from './full-disk.ts';
import { MUTANTS } from './mutants.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    some: { type: 'string', default: '30' },
    go: { type: 'string', default: '1/1' },
    only: { type: 'string', default: 'points,kills,power,full_disk,pages,planted' },
  },
});
const seed = Number(values.seed);
const some = values.full ? Infinity : Number(values.some);
const [goNumber = 1, goes = 1] = values.go.split('/').map(Number);
const wanted = new Set(values.only.split(','));
const failures: string[] = [];
const figures: Record<string, unknown> = { seed };
const template = await makeTemplate({ cards: 2, tills: 2 });

async function part(name: string, work: () => Promise<Record<string, unknown>>): Promise<void> {
  if (!wanted.has(name)) return;
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const told = await work();
  const { user, system } = process.cpuUsage(cpu);
  figures[name] = {
    ...told,
    seconds: Math.round((performance.now() - started) / 1_000),
    cpuSeconds: Math.round((user + system) / 1e6),
  };
  if (!values.json) console.log(name, JSON.stringify(figures[name]));
}

for (const [name, run] of [
  ['points', everyPoint],
  ['kills', kills],
  ['power', powerLoss],
] as const)
  await part(name, async () => {
    const report = emptyReport();
    await run(report, template, {
      seed,
      some,
      parts: values.full ? 2 : 1,
      go: { number: goNumber, of: goes },
    });
    const { failures: found, ...counted } = report;
    for (const one of found)
      failures.push(`${name}: ${one.wreck}, ${one.way}, ${one.found}: ${one.wrong.join('; ')}`);
    return counted;
  });

await part('full_disk', async () => {
  const below = chanceOf(`full ${seed}`);
  const whole = await onFullDisk(template, -1, 0);
  const told = { points: whole.points.length, filled: 0, rooms: 0, lost: 0, doubled: 0 };
  for (const point of sample(below, whole.points.length, some)) {
    const but = [0, PAGE, 3 * PAGE][below(3)] as number;
    const one = await onFullDisk(template, point, but);
    told.filled++;
    told.rooms += one.rooms;
    told.lost += one.lost;
    told.doubled += one.doubled;
    if (one.wrong.length > 0)
      failures.push(`full before ${point} ${whole.points[point]}, ${but}: ${one.wrong.join('; ')}`);
  }
  return told;
});

await part('pages', () => everyPage(template));

await part('planted', async () => {
  const told: Record<string, number | null> = {};
  for (const mutant of MUTANTS) {
    const found = await findPlanted(template, mutant, { seed, most: 100 });
    told[mutant] = found?.took ?? null;
    if (found === undefined) failures.push(`planted and not found: ${mutant}`);
  }
  return { wrecksUntilFound: told };
});

template.remove();
if (values.json) console.log(JSON.stringify({ ok: failures.length === 0, ...figures, failures }));
else {
  for (const one of failures) console.log(`seed ${seed}: ${one}`);
  console.log(failures.length === 0 ? 'nothing lost, nothing doubled' : `${failures.length} found`);
}
process.exit(failures.length === 0 ? 0 : 1);

/** Each page of a till's book spoilt: refused, or nothing changed. */
async function everyPage(from: Template): Promise<Record<string, unknown>> {
  const below = chanceOf(`pages ${seed}`);
  const shop = await openShop(from);
  const place = mkdtempSync(join(tmpdir(), 'timecard-pages-'));
  const told = { pages: 0, spoilt: 0, refused: 0, started: 0, changed: 0 };
  try {
    const till = await shop.till();
    await ready(shop, till);
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    await shop.stopNode();
    await till.until('away', ({ status }) => !status.ledger.connected);
    await till.done({ intent: 'close_crowd_now' });
    await sell(shop, till, shop.card(1), { butter: 1 });
    await ask(shop, till, { milk: 1 });
    await till.stop();
    const whole = bookOf(till.dir);
    told.pages = readFileSync(join(till.dir, 'till.db')).length / PAGE;
    for (const page of sample(below, told.pages, some)) {
      const dir = join(place, String(page));
      cpSync(till.dir, dir, { recursive: true });
      const what = spoil(join(dir, 'till.db'), page, below);
      told.spoilt++;
      const how = await starts(shop.world, dir);
      told[how]++;
      if (how === 'started' && bookOf(dir) !== whole) {
        told.changed++;
        failures.push(`page ${page}, ${what}: the till starts, and its book has changed`);
      }
      rmSync(dir, { recursive: true });
    }
  } finally {
    rmSync(place, { recursive: true, force: true });
    await shop.close();
  }
  return told;
}
