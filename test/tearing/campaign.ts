/**
 * The campaign: every write of every scenario is torn, in every way, and after each tear people go on in every way they
 * might. The accountant looks after the tear and after every continuation; now and then the holder pays everything away on a
 * copy. It knows nothing about what a command does: it counts writes, and cuts.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { CELL, PowerLoss, type Tear } from '../../firmware-sim/memory.ts';
import { openStore } from '../../firmware-sim/store.ts';
import { Meter } from '../../firmware-sim/timing.ts';
import { Mute, random } from '../firmware/terminal.ts';
import { type Reckoning, reckon } from './accountant.ts';
import { look } from './cells.ts';
import { type Bench, drain, type Town } from './people.ts';
import { benchOf, type Scenario, type Starts } from './scenarios.ts';

export interface Violation {
  readonly scenario: string;
  /** The n-th write, and how it was cut; then how people went on. */
  readonly tear: string;
  readonly on: string;
  readonly what: readonly string[];
}

export interface Report {
  /** Cuts: writes × ways to cut each. */
  points: number;
  /** Cases: cuts × continuations. */
  runs: number;
  drained: number;
  minutesLost: number;
  minutesDoubled: number;
  readonly writes: Record<string, number>;
  readonly violations: Violation[];
}

export function newReport(): Report {
  return { points: 0, runs: 0, drained: 0, minutesLost: 0, minutesDoubled: 0, writes: {}, violations: [] };
}

export interface Place {
  readonly town: Town;
  readonly starts: Starts;
}

/** Bits of a half-written cell, mixed of old and new. */
const NOISE = [0x00ff00ff, 0x12345678] as const;

/** The cuts of a write of so many cells: before, after, and in it at a few places, or at every cell. */
export function cuts(cells: number, every: boolean): Tear[] {
  const places = every ? Array.from({ length: cells }, (_, i) => i) : [0, cells >> 1, cells - 1];
  const inside = [...new Set(places)].flatMap((place, i): Tear[] => {
    const noise = NOISE[i % 2] as number;
    const kept: Tear = { at: 'in', cells: place, rest: 'kept', noise };
    const erased: Tear = { at: 'in', cells: place, rest: 'erased', noise: ~noise >>> 0 };
    return every ? [kept, erased] : [i % 2 === 0 ? kept : erased];
  });
  return [{ at: 'before' }, ...inside, { at: 'after' }];
}

/** Cells of each write of a scenario's command, by doing it once untorn. */
export function writesOf(town: Town, starts: Starts, scenario: Scenario): number[] {
  const start = scenario.start(starts);
  const sizes: number[] = [];
  let counting = false;
  const card = createCard(start.image, {
    random,
    onWrite: (_, bytes) => void (counting && sizes.push(bytes.length / CELL)),
  });
  const bench: Bench = { town, card, books: structuredClone(start.books) };
  const act = scenario.stage(bench);
  counting = true;
  act();
  if (bench.books.wrongs.length > 0) throw new Error(`${scenario.name}: ${bench.books.wrongs.join('; ')}`);
  return sizes;
}

/** Does something with a card that may fall silent. True: it did. */
export function falls(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (cause) {
    if (cause instanceof Mute) return true;
    throw cause;
  }
}

export const tearText = (n: number, { at, cells, rest }: Tear): string =>
  at === 'in' ? `write ${n} at cell ${cells}, rest ${rest}` : `${at} write ${n}`;

/** Looks, and puts what is wrong into the report. */
export function inspect(
  bench: Bench,
  report: Report,
  where: Omit<Violation, 'what'>,
  more: readonly string[] = [],
): Reckoning {
  const found = reckon(bench.books, look(bench.card.image().bytes));
  report.minutesLost += found.lost;
  report.minutesDoubled += found.doubled;
  const what = [...found.wrongs, ...more];
  if (what.length > 0) report.violations.push({ ...where, what });
  return found;
}

export interface Options {
  /** Cut at every cell, with every rest. */
  readonly every: boolean;
  /** Tear every n-th cut only, and let the holder pay away everything in every n-th case. */
  readonly step?: number;
  readonly drainEvery: number;
  /** Stop after so many violations: the first says enough. */
  readonly enough?: number;
}

/** All cuts of one scenario, all continuations. */
export function tearScenario(
  { town, starts }: Place,
  scenario: Scenario,
  report: Report,
  options: Options,
): void {
  const failed = (tear: string, on: string, cause: unknown): void =>
    void report.violations.push({ scenario: scenario.name, tear, on, what: [String(cause)] });
  let writes: number[];
  try {
    writes = writesOf(town, starts, scenario);
  } catch (cause) {
    failed('none', 'none', cause);
    return;
  }
  report.writes[scenario.name] = writes.length;
  if ((writes.length === 0) !== (scenario.silent === true))
    failed('none', 'none', `${writes.length} writes, the scenario says otherwise`);
  const ways = Object.entries<(bench: Bench) => void>({ never: () => undefined, ...scenario.on });
  const points = writes.flatMap((cells, i) => cuts(cells, options.every).map((how) => ({ n: i + 1, how })));
  for (const { n, how } of points.filter((_, i) => i % (options.step ?? 1) === 0)) {
    report.points++;
    for (const [on, go] of ways) {
      if (report.violations.length >= (options.enough ?? Number.POSITIVE_INFINITY)) return;
      report.runs++;
      const bench = benchOf(town, scenario.start(starts));
      const act = scenario.stage(bench);
      bench.card.tearAt(n, how);
      // Torn after the answer has left, the command itself succeeds.
      falls(act);
      bench.card.reset();
      const where = { scenario: scenario.name, tear: tearText(n, how), on };
      inspect(bench, report, { ...where, on: 'power again' });
      try {
        go(bench);
        const more = report.runs % options.drainEvery === 0 ? drain(bench) : [];
        if (report.runs % options.drainEvery === 0) report.drained++;
        inspect(bench, report, where, more);
      } catch (cause) {
        failed(where.tear, on, cause);
      }
    }
  }
}

/** Power-up torn too: the journal is repeated, and cut, `times` times; then power stays. Gives a powered card. */
export function tornPowerUp(image: Uint8Array, tears: readonly Tear[]): SimulatedCard {
  let bytes = image;
  for (const tear of tears) {
    const { memory, journal } = openStore(bytes, nodeCrypto, new Meter());
    memory.tearAt(1, tear);
    try {
      journal.recover();
    } catch (cause) {
      if (!(cause instanceof PowerLoss)) throw cause;
    }
    bytes = memory.image();
  }
  return createCard({ bytes }, { random });
}

/** A small generator of numbers below n from a seed (mulberry32), so that a failure can be played again. */
export function dice(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/**
 * Two tears in a row, and more: a command, perhaps the power-up, then what people do next, then that once more in peace. Everything
 * follows from the seed.
 */
export function tearTwice(
  { town, starts }: Place,
  scenarios: readonly Scenario[],
  seed: number,
  report: Report,
): void {
  const roll = dice(seed);
  const torn = scenarios.filter((one) => one.silent !== true);
  const scenario = torn[roll(torn.length)] as Scenario;
  const aCut = (): Tear =>
    ([{ at: 'before' }, { at: 'after' }] as Tear[])[roll(6)] ?? {
      at: 'in',
      cells: roll(64),
      rest: roll(2) === 0 ? 'kept' : 'erased',
      noise: roll(0x1_0000_0000),
    };
  report.writes[scenario.name] ??= writesOf(town, starts, scenario).length;
  const count = report.writes[scenario.name] as number;
  const ways = Object.entries(scenario.on);
  const [on, go] = ways[roll(ways.length)] as (typeof ways)[number];
  let bench = benchOf(town, scenario.start(starts));
  const act = scenario.stage(bench);
  const first = { n: 1 + roll(count), how: aCut() };
  bench.card.tearAt(first.n, first.how);
  falls(act);
  const where = { scenario: `${scenario.name} (seed ${seed})`, tear: tearText(first.n, first.how), on };
  report.points++;
  const powerUp = (): void => {
    const again = Array.from({ length: roll(3) }, aCut);
    bench = { ...bench, card: tornPowerUp(bench.card.image().bytes, again) };
    report.points += again.length;
  };
  powerUp();
  inspect(bench, report, { ...where, on: 'power again' });
  // People go on, and power goes again; as often as it pleases.
  for (let times = 1 + roll(2); times > 0; times--) {
    bench.card.tearAt(1 + roll(12), aCut());
    report.points++;
    falls(() => go(bench));
    powerUp();
    inspect(bench, report, { ...where, on: `${on}, torn again` });
  }
  go(bench);
  report.runs++;
  const all = report.runs % 4 === 0 ? drain(bench) : [];
  if (report.runs % 4 === 0) report.drained++;
  inspect(bench, report, where, all);
}
