/**
 * The story once in this process, with a copy of the whole world at every point: what the disk, the cards and the ledger hold
 * in that moment is all that a killed till leaves. Points that leave the same bytes and the same memories are one wreck.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShop, type Shop, type Template } from '../terminal/shop.ts';
import { holding, type Wreck } from './go-on.ts';
import { counters, type Entry } from './log.ts';
import { type Mutant, plant } from './mutants.ts';
import { type AtPoint, watchPoints } from './points.ts';
import { type Desk, story, watchScreen } from './story.ts';

export interface Wrecks {
  readonly wrecks: readonly Wreck[];
  /** Names of all points, in order, each with its moment. */
  readonly points: readonly string[];
  remove(): void;
}

/** The desk of a shop in this process. */
export function deskOf(shop: Shop, note: (entry: Entry) => void, at: AtPoint): Desk {
  return {
    open: async () => {
      const till = await shop.till();
      watchScreen(till, note);
      return till;
    },
    card: (number) => shop.card(number),
    pin: (number) => shop.world.cards[number - 1]?.pin ?? '',
    product: (good) => shop.world.product(good),
    height: shop.node.engine.height,
    note,
    at,
  };
}

/** Everything that decides what comes next: files, cards, ledger, and what the clerk has in mind. */
function fingerprint(dir: string, log: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const folder of ['till-1', 'ledger', 'cards'])
    for (const name of existsSync(join(dir, folder)) ? readdirSync(join(dir, folder)).sort() : []) {
      if (name.endsWith('-shm')) continue;
      hash.update(`${name} `);
      if (name !== 'reserve') hash.update(readFileSync(join(dir, folder, name)));
    }
  return hash.update(JSON.stringify(counters(log))).digest('hex');
}

/** `mutant`: a short story with a bug planted on purpose. */
export async function wrecksOf(template: Template, mutant?: Mutant): Promise<Wrecks> {
  const shop = await openShop(template);
  shop.startOffice();
  const place = mkdtempSync(join(tmpdir(), 'timecard-wrecks-'));
  const log: Entry[] = [];
  const wrecks: Wreck[] = [];
  const points: string[] = [];
  const known = new Set<string>();
  const before = [1, 2].map((card) => holding(shop, card));
  const from = shop.node.engine.height + 1;
  const at: AtPoint = (name, moment) => {
    points.push(`${moment} ${name}`);
    const print = fingerprint(shop.world.dir, log);
    if (known.has(print)) return;
    known.add(print);
    const dir = join(place, String(wrecks.length));
    cpSync(shop.world.dir, dir, { recursive: true });
    const name_ = `#${points.length - 1} ${moment} ${name}`;
    wrecks.push({ name: name_, dir, log: [...log], before, from });
  };
  const uproot = mutant === undefined ? () => undefined : plant(mutant);
  const unwatch = watchPoints(join(shop.world.dir, 'till-1'), at);
  try {
    const desk = deskOf(shop, (entry) => log.push(entry), at);
    await story({ ...desk, short: mutant !== undefined });
  } finally {
    uproot();
    unwatch();
    await shop.close();
  }
  return { wrecks, points, remove: () => rmSync(place, { recursive: true, force: true }) };
}
