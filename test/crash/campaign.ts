/**
 * The campaign: every point of the story in this process, processes that kill themselves, and disks that lost power; each wreck is
 * looked at, and the chosen ones are gone on with. A failure names the seed, the wreck and the way.
 */
import type { Template } from '../terminal/shop.ts';
import { chanceOf, sample } from './chance.ts';
import { goOn, look, WAYS, type Way, type Wreck } from './go-on.ts';
import { wrecksOf } from './in-process.ts';
import { killedAt } from './kill.ts';
import { type Mutant, plant } from './mutants.ts';
import { powerLosses } from './power.ts';

export interface Report {
  /** Points of the story; different wrecks among them; wrecks whose first screen was read. */
  points: number;
  wrecks: number;
  looked: number;
  /** Processes killed by SIGKILL. */
  killed: number;
  /** Writes and syncs of the till's files; different disks after power loss. */
  writes: number;
  syncs: number;
  images: number;
  /** Wrecks gone on with. */
  continuations: number;
  lost: number;
  doubled: number;
  /** First screens after the restart, by how often. */
  readonly screens: Record<string, number>;
  readonly failures: { wreck: string; way: Way | 'look'; found: string; wrong: readonly string[] }[];
}

export const emptyReport = (): Report => ({
  ...{ points: 0, wrecks: 0, looked: 0, killed: 0, writes: 0, syncs: 0, images: 0 },
  ...{ continuations: 0, lost: 0, doubled: 0 },
  screens: {},
  failures: [],
});

export interface Share {
  readonly seed: number;
  /** How many wrecks are gone on with, each in one way; Infinity for all of them, those of this process in every way. */
  readonly some: number;
  readonly mutant?: Mutant;
  /** One of `of` equal parts of all that is chosen, from 1: a long run can be had in several goes. */
  readonly go?: { readonly number: number; readonly of: number };
}

/** What this go does of all that is chosen; each with its place among all. */
const chosen = ({ go }: Share, all: readonly number[]): (readonly [place: number, number])[] =>
  all
    .map((one, place) => [place, one] as const)
    .filter(([place]) => go === undefined || place % go.of === go.number - 1);

async function lookAt(report: Report, wreck: Wreck): Promise<void> {
  const { found, wrong } = await look(wreck);
  report.looked++;
  report.screens[found] = (report.screens[found] ?? 0) + 1;
  if (wrong.length > 0) report.failures.push({ wreck: wreck.name, way: 'look', found, wrong });
}

async function goOnWith(report: Report, wreck: Wreck, way: Way, chance: number): Promise<void> {
  const { found, wrong, lost, doubled } = await goOn(wreck, way, { chance });
  report.continuations++;
  report.lost += lost;
  report.doubled += doubled;
  if (wrong.length > 0) report.failures.push({ wreck: wreck.name, way, found, wrong });
}

const waysFor = (share: Share, number: number): readonly Way[] =>
  share.some === Infinity ? WAYS : [WAYS[number % WAYS.length] as Way];

/**
 * Looks for a bug planted on purpose, on at most `most` wrecks: dead in this process, or without power. Gives the first failure and
 * how many wrecks it took; undefined when it was not found.
 */
export async function findPlanted(
  template: Template,
  mutant: Mutant,
  options: { readonly seed: number; readonly most: number },
): Promise<{ readonly took: number; readonly wrong: readonly string[] } | undefined> {
  const below = chanceOf(`planted ${mutant} ${options.seed}`);
  const power = mutant === 'no_sync' || mutant === 'late_sync';
  const left = power
    ? await powerLosses(template, { seed: options.seed, parts: 0, mutant })
    : await wrecksOf(template, mutant);
  const uproot = power ? () => undefined : plant(mutant);
  try {
    // From the middle of the short story on, because before it nothing was paid that could be lost; of disks those with what was synced only.
    const numbers = ('images' in left ? left.images : left.wrecks)
      .map((one, number) => ({ number, told: typeof one === 'string' ? one : one.name }))
      .filter(({ number, told }, _, all) => number >= all.length >> 1 && !told.includes('all of the rest'))
      .map(({ number }) => number);
    for (const [i, place] of sample(below, numbers.length, options.most).entries()) {
      const number = numbers[place] as number;
      const one =
        'images' in left
          ? left.wreck(number)
          : { wreck: left.wrecks[number] as Wreck, remove: () => undefined };
      const { wrong } = await goOn(one.wreck, i % 2 === 0 ? 'other' : 'same');
      one.remove();
      if (wrong.length > 0) return { took: i + 1, wrong };
    }
    return undefined;
  } finally {
    uproot();
    left.remove();
  }
}

/** Every point, in this process. */
export async function everyPoint(report: Report, template: Template, share: Share): Promise<void> {
  const below = chanceOf(`points ${share.seed}`);
  const { points, wrecks, remove } = await wrecksOf(template);
  try {
    report.points += points.length;
    report.wrecks += wrecks.length;
    for (const [, number] of chosen(share, [...wrecks.keys()])) await lookAt(report, wrecks[number] as Wreck);
    const turn = below(WAYS.length);
    for (const [i, number] of chosen(share, sample(below, wrecks.length, share.some)))
      for (const way of waysFor(share, i + turn))
        await goOnWith(report, wrecks[number] as Wreck, way, below(1_000));
  } finally {
    remove();
  }
}

/** Processes that kill themselves at points of the story. */
export async function kills(report: Report, template: Template, share: Share): Promise<void> {
  const below = chanceOf(`kills ${share.seed}`);
  const whole = await killedAt(template, -1, share.mutant);
  whole.remove();
  const turn = below(WAYS.length);
  report.points = whole.points.length;
  for (const [i, point] of chosen(share, sample(below, whole.points.length, share.some))) {
    const killed = await killedAt(template, point, share.mutant);
    try {
      if (killed.ended === 'killed') report.killed++;
      const wreck = { ...killed.wreck, name: `killed at ${point} ${whole.points[point]}` };
      await goOnWith(report, wreck, WAYS[(i + turn) % WAYS.length] as Way, below(1_000));
    } finally {
      killed.remove();
    }
  }
}

/** Disks that lost power; `parts` random ones beside nothing and everything at each write. */
export async function powerLoss(
  report: Report,
  template: Template,
  share: Share & { readonly parts: number },
): Promise<void> {
  const { seed, parts, mutant } = share;
  const below = chanceOf(`power ${seed}`);
  const losses = await powerLosses(template, { seed, parts, ...(mutant === undefined ? {} : { mutant }) });
  try {
    report.writes += losses.writes;
    report.syncs += losses.syncs;
    report.images += losses.images.length;
    const turn = below(WAYS.length);
    for (const [i, image] of chosen(share, sample(below, losses.images.length, share.some))) {
      const { wreck, remove } = losses.wreck(image);
      const way = WAYS[(i + turn) % WAYS.length] as Way;
      try {
        await goOnWith(report, { ...wreck, name: `power lost at ${wreck.name}` }, way, below(1_000));
      } finally {
        remove();
      }
    }
  } finally {
    losses.remove();
  }
}
