/**
 * The share of the tearing campaign that every change runs: every scenario, every write, cut at a few places each, all ways in
 * which people go on; a sample of two tears in a row; and the planted bugs, each of which must be found. The long run, with
 * every cell: `npm run test:tearing -- --full`.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCardFile, readCard } from '../../firmware-sim/card-files.ts';
import { MEMORY_BYTES } from '../../firmware-sim/layout.ts';
import { newCard, PIN, Talk } from '../firmware/terminal.ts';
import { newReport, type Place, tearScenario, tearTwice } from './campaign.ts';
import { compareGuesses } from './guessing.ts';
import { PLANTED } from './planted.ts';
import { PLANTED_RENEWALS } from './planted-renewal.ts';
import { channelCommands, clearCommands } from './registry.ts';
import { makePlace } from './run.ts';
import { SCENARIOS } from './scenarios.ts';

// Thousands of conversations: a minute on an idle machine, more on a busy one.
vi.setConfig({ testTimeout: 600_000 });

/** Commands with many writes: only every n-th cut here; of a whole pack fewer still, because going on costs most there. */
const MANY = /^(PREPARE|STORE|TAKE)/;
const PACK = /pack|keyset/;
const everyNth = (name: string): number => (!MANY.test(name) ? 1 : PACK.test(name) ? 13 : 5);

let place: Place;
beforeAll(() => {
  place = makePlace();
});

describe('C1 to C4 hold, torn anywhere', () => {
  const report = newReport();
  afterAll(() => {
    const { points, runs, minutesLost, minutesDoubled, drained } = report;
    console.log(
      `${points} tear points, ${runs} runs, ${drained} cards emptied; minutes lost ${minutesLost}, doubled ${minutesDoubled}`,
    );
  });

  test.each(SCENARIOS.map((one) => [one.name, one] as const))('%s', (name, scenario) => {
    const before = report.violations.length;
    const step = everyNth(name);
    tearScenario(place, scenario, report, { every: false, step, drainEvery: 5 });
    expect(report.violations.slice(before)).toEqual([]);
  });

  test('several tears in a row, from seeds', () => {
    for (let seed = 1; seed <= 120; seed++) tearTwice(place, SCENARIOS, seed, report);
    expect(report.violations).toEqual([]);
    expect([report.minutesLost, report.minutesDoubled]).toEqual([0, 0]);
  });
});

test('a right guess and a wrong one look alike until the wrong one has cost a try', () => {
  const { pairs, violations } = compareGuesses(place);
  expect(violations).toEqual([]);
  expect(pairs).toBeGreaterThan(50);
});

test('every command that the card answers to has a scenario', () => {
  const { world } = place.town;
  const talk = Talk.start(newCard(world), world.office, world.till, { role: 2 });
  talk.verify(PIN, 'services');
  const covered = new Set(SCENARIOS.map(({ covers }) => covers));
  const inside = channelCommands(talk);
  const outside = clearCommands(newCard(world));
  expect(inside.filter((one) => !covered.has(one))).toEqual([]);
  expect(outside).toEqual(['00 A4', '80 86']);
  // And no scenario is of a command that is gone.
  const known = (one: string): boolean => inside.includes(one) || outside.includes(one.slice(0, 5));
  expect([...covered].filter((one) => !known(one))).toEqual([]);
});

test('a card whose personalisation was cut is none, wherever it was cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timecard-torn-'));
  try {
    const made = createCardFile(folder, 'anna', place.town.world.image);
    expect(made.ok).toBe(true);
    const path = join(folder, 'anna.card');
    const whole = readFileSync(path);
    expect(whole.length).toBe(MEMORY_BYTES);
    for (let at = 0; at < MEMORY_BYTES; at += 256) {
      writeFileSync(path, whole.subarray(0, at));
      expect(readCard(folder, 'anna')).toMatchObject({ ok: false, refusal: 'not_a_card' });
    }
    writeFileSync(path, whole);
    expect(readCard(folder, 'anna').ok).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a planted bug is found', () => {
  const all = [...PLANTED, ...PLANTED_RENEWALS];
  test.each(all.map((one) => [one.name, one] as const))('%s', (_, { plant, scenarios, guessing }) => {
    expect(scenarios.length > 0 || guessing).toBe(true);
    const undo = plant();
    try {
      if (guessing) expect(compareGuesses(place).violations).not.toEqual([]);
      for (const begin of scenarios) {
        const report = newReport();
        for (const scenario of SCENARIOS.filter(({ name }) => name.startsWith(begin)))
          tearScenario(place, scenario, report, { every: false, drainEvery: 1, enough: 1 });
        expect([begin, report.violations.length]).not.toEqual([begin, 0]);
      }
    } finally {
      undo();
    }
  });
});
