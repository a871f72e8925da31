/**
 * The crash campaign's share of every run (`npm run test:crash` has the whole of it): the till dies at every point of a story, in
 * processes of its own and by power loss, and whatever people do then, no minute is lost and none is counted twice; and the
 * campaign finds bugs that are planted on purpose.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTemplate, type Template } from '../terminal/shop.ts';
import { emptyReport, everyPoint, findPlanted, kills, powerLoss, type Report } from './campaign.ts';

vi.setConfig({ testTimeout: 900_000 });

const SEED = 1;
let template: Template;
beforeAll(async () => {
  template = await makeTemplate({ cards: 2, tills: 2 });
});
afterAll(() => template.remove());

function whole(report: Report): void {
  const told = report.failures.map(({ wreck, way, wrong }) => `seed ${SEED}: ${wreck}, ${way}: ${wrong}`);
  expect(told).toEqual([]);
  expect([report.lost, report.doubled]).toEqual([0, 0]);
}

describe('T1 T2 T3 T4 the till dies', () => {
  it('at every write, APDU and exchange: the first screen says where the sale is; all minutes are there once', async () => {
    const report = emptyReport();
    await everyPoint(report, template, { seed: SEED, some: 24 });
    whole(report);
    expect(report.points).toBeGreaterThan(400);
    expect(report.looked).toBe(report.wrecks);
    // The story has met every place in which a sale can be found.
    const screens = ['basket', 'hold_card (card_left)', 'hold_again (card_left)', 'paid'];
    expect(Object.keys(report.screens)).toEqual(expect.arrayContaining(screens));
  });

  it('by SIGKILL in a process of its own', async () => {
    const report = emptyReport();
    await kills(report, template, { seed: SEED, some: 7 });
    whole(report);
    expect(report.killed).toBeGreaterThanOrEqual(6);
  });

  it('by power loss: of what was not synced nothing, all or any part is there', async () => {
    const report = emptyReport();
    await powerLoss(report, template, { seed: SEED, some: 18, parts: 1 });
    whole(report);
    expect(report.syncs).toBeGreaterThan(50);
    expect(report.images).toBeGreaterThan(500);
  });
});

describe('a bug planted on purpose is found', () => {
  it.each(['ack_before_disk', 'paid_before_disk', 'no_sync', 'late_sync'] as const)('%s', async (mutant) => {
    const found = await findPlanted(template, mutant, { seed: SEED, most: 40 });
    expect(found?.wrong.join('\n')).toMatch(/instead of|the screen says|already_paid/);
  });
});
