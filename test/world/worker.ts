/** One thread of a run: seeds first, first + step, … A world that breaks a promise ends it; its story is made short first. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Breach } from './auditor.ts';
import { type Plan, planOf } from './plan.ts';
import { PLANTS, type PlantName } from './plants.ts';
import { openSetting } from './setting.ts';
import { shrink } from './shrink.ts';
import { story } from './story.ts';
import { type Outcome, World } from './world.ts';

export interface Work {
  readonly folder: string;
  readonly first: number;
  readonly step: number;
  readonly last: number;
  readonly days: number;
  readonly plant: PlantName | undefined;
  /** Milliseconds for which a failing world is shrunk, and after which no new one begins. */
  readonly shrinking: number;
  readonly milliseconds: number;
}
export interface Done {
  readonly worlds: number;
  readonly sales: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly failure?: { readonly seed: number; readonly breaches: readonly string[]; readonly story: string };
}

/** Plays until something is wrong or the seeds are used up. */
export async function work(asked: Work): Promise<Done> {
  const { folder, first, step, last, days, plant, shrinking, milliseconds } = asked;
  const begun = performance.now();
  const setting = openSetting(join(folder, 'setting'));
  const faults: Record<string, number> = {};
  let worlds = 0;
  let sales = 0;
  const play = async (plan: Plan): Promise<Outcome> => {
    const dir = join(folder, `${first}-${worlds++}`);
    const world = new World(plan, setting, dir, plant === undefined ? {} : PLANTS[plant]());
    try {
      return await world.play();
    } catch (error) {
      // A programme that throws has broken its first promise.
      const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { breaches: [{ promise: 'no exception', sentence }], sales: 0, faults: {} };
    } finally {
      await world.close();
    }
  };
  for (let seed = first; seed <= last && performance.now() - begun < milliseconds; seed += step) {
    const plan = planOf(seed, days);
    const outcome = await play(plan);
    sales += outcome.sales;
    for (const [name, times] of Object.entries(outcome.faults)) faults[name] = (faults[name] ?? 0) + times;
    const [breach] = outcome.breaches;
    if (breach === undefined) continue;
    const played = worlds;
    let told: readonly Breach[] = outcome.breaches;
    const small = await shrink(
      plan,
      breach.promise,
      async (shorter) => {
        const { breaches } = await play(shorter);
        const broken = new Set(breaches.map(({ promise }) => promise));
        if (broken.has(breach.promise)) told = breaches;
        return broken;
      },
      () => performance.now(),
      shrinking,
    );
    return {
      worlds: played,
      sales,
      faults,
      failure: {
        seed,
        breaches: told.map(({ promise, sentence }) => `${promise}: ${sentence}`),
        story: story(small),
      },
    };
  }
  return { worlds, sales, faults };
}

if (parentPort !== null) parentPort.postMessage(await work(workerData as Work));
