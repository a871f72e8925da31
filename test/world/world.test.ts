/**
 * Worlds of a week each, and not one promise broken; three bugs planted on purpose, each found. A failure prints its seed and the shortest
 * story of it. `npm run world` plays more (docs/world.md).
 */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { PLANTS, type PlantName } from './plants.ts';
import { crashesOf, report, run, tearsOf } from './run.ts';
import { makeSetting, removeFolder, type Setting, worldsFolder } from './setting.ts';
import { World } from './world.ts';

const WORLDS = 500;
const DAYS = 7;
/** Sales a day that really happen, over all worlds. */
const SALES = 10;
const threads = Math.min(4, availableParallelism());

test(`${WORLDS} worlds of ${DAYS} days keep every promise`, { timeout: 1_800_000 }, async () => {
  const summary = await run({ first: 1, last: WORLDS, days: DAYS, threads, shrinking: 60 });
  process.stdout.write(`${report(summary, DAYS)}\n`);
  expect(summary.failure).toBeUndefined();
  expect(summary.worlds).toBe(WORLDS);
  // Worlds in which little happens prove little.
  expect(summary.sales).toBeGreaterThanOrEqual(WORLDS * DAYS * SALES);
  expect(tearsOf(summary)).toBeGreaterThan(WORLDS);
  expect(crashesOf(summary)).toBeGreaterThan(WORLDS);
  for (const fault of FAULTS) expect(summary.faults[fault] ?? 0, fault).toBeGreaterThan(0);
});

/** Lives longer than the first week: hours are worked and claimed, cards loaded and refreshed, certificates run out with the month. */
const LIVES = 3;
const LIFE_DAYS = 42;

test(`${LIVES} lives of ${LIFE_DAYS} days keep every promise`, { timeout: 1_800_000 }, async () => {
  const summary = await run({ first: 1, last: LIVES, days: LIFE_DAYS, threads, shrinking: 60 });
  process.stdout.write(`${report(summary, LIFE_DAYS)}\n`);
  expect(summary.failure).toBeUndefined();
  expect(summary.sales).toBeGreaterThanOrEqual(LIVES * LIFE_DAYS * SALES);
  for (const [what, times] of [
    ['weeks of work', LIVES * 5],
    ['services: load done', LIVES * 10],
    ['services: refresh done', LIVES],
    ['undone at services', LIVES],
  ] as const)
    expect(summary.faults[what] ?? 0, what).toBeGreaterThanOrEqual(times);
});

/** Everything that can go wrong has gone wrong in some of them. */
const FAULTS = [
  ...['pulled', 'torn', 'killed', 'power lost', 'node stop', 'node kill', 'clock set', 'price moved'],
  ...[
    'partition',
    'request lost',
    'answer lost',
    '500',
    'page of text',
    'doubled',
    'very late',
    'answer late',
  ],
  ...['stream cut', 'stream silent', 'block repeated', 'block skipped', 'doubled and late'],
  ...['cheated', 'redemption copied', 'office late', 'office refuses', 'office twice'],
  ...['left at hold_again', 'left at hold_card', 'left at pin', 'paid, and the till died'],
];

describe('a planted bug is found within 200 seeds', () => {
  test.each(Object.keys(PLANTS) as PlantName[])('%s', { timeout: 1_800_000 }, async (plant) => {
    const { failure } = await run({ first: 1, last: 200, days: DAYS, threads, plant, shrinking: 2 });
    expect(failure?.breaches.length).toBeGreaterThan(0);
    expect(failure?.story).toContain(`Seed ${failure?.seed}`);
  });
});

describe('a seed is a story', () => {
  let folder: string;
  let setting: Setting;
  beforeAll(async () => {
    folder = worldsFolder();
    setting = await makeSetting(join(folder, 'setting'));
  });
  afterAll(() => removeFolder(folder));

  async function seen(seed: number, name: string) {
    const world = new World(planOf(seed, DAYS), setting, join(folder, name), {});
    try {
      const { sales, faults } = await world.play();
      return { sales, faults, seen: world.diary.seen, taken: world.diary.taken };
    } finally {
      await world.close();
    }
  }

  test('played twice it is the same to the last sale, and another seed is another one', async () => {
    const [once, again, other] = [await seen(7, 'once'), await seen(7, 'again'), await seen(8, 'other')];
    expect(again).toEqual(once);
    expect(other.seen).not.toEqual(once.seen);
  });
});
