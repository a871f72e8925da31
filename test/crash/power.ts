/**
 * Power loss. The till's process lives through the story under strace; afterwards its disk is built up again write by write, and at
 * each of them power is lost: what was synced is there, of the rest nothing, everything or any part. Cards, ledger and people are
 * where they were in that moment: the child marks every point, and the parent keeps a copy of what has changed.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShop, type Template } from '../terminal/shop.ts';
import { chanceOf } from './chance.ts';
import { Disk, type Luck, readTrace, straceWords } from './disk-trace.ts';
import { holding, type Wreck } from './go-on.ts';
import { runTill } from './kill.ts';
import { counters, type Entry } from './log.ts';
import type { Mutant } from './mutants.ts';
import { OUTSIDE } from './wire.ts';

/** Where the world outside the till stood when a message had been said. */
interface Mark {
  readonly entries: number;
  readonly cards: number;
  readonly ledger: number;
}

export interface PowerLosses {
  /** File operations and syncs of the story. */
  readonly writes: number;
  readonly syncs: number;
  /** Different disks, each with the world around it. */
  readonly images: readonly string[];
  /** Builds one in a folder of its own. */
  wreck(image: number): { readonly wreck: Wreck; remove(): void };
  remove(): void;
}

interface Image {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly mark: Mark;
}

/** The story under strace, and every disk it may leave; `parts` random ones beside nothing and everything. */
export async function powerLosses(
  template: Template,
  options: { readonly seed: number; readonly parts: number; readonly mutant?: Mutant },
): Promise<PowerLosses> {
  const shop = await openShop(template);
  shop.startOffice();
  const place = mkdtempSync(join(tmpdir(), 'timecard-power-'));
  const remove = () => rmSync(place, { recursive: true, force: true });
  const trace = join(place, 'trace');
  const tillDir = join(shop.world.dir, 'till-1');
  const inTill = Object.fromEntries(readdirSync(tillDir).map((f) => [f, readFileSync(join(tillDir, f))]));
  const base = join(place, 'base');
  cpSync(shop.world.dir, base, { recursive: true });
  const before = [1, 2].map((card) => holding(shop, card));
  const from = shop.node.engine.height + 1;
  const marks: Mark[] = [];
  let cards = -1;
  let ledger = -1;
  let writes = -1;
  let height = -1;
  let entries = 0;
  const keep = (folder: string, number: number) => {
    const to = join(place, `${folder}-${number}`);
    cpSync(join(shop.world.dir, folder), to, { recursive: true });
  };
  let log: Entry[];
  try {
    const { mutant } = options;
    const ran = await runTill(shop, -1, {
      ...(mutant === undefined ? {} : { mutant }),
      through: straceWords(trace),
      marks: true,
      heard: (said) => {
        if (said.say === 'log') entries++;
        const written = [1, 2].reduce((sum, card) => sum + shop.card(card).writes, 0);
        if (written !== writes) keep('cards', ++cards);
        if (shop.node.engine.height !== height) keep('ledger', ++ledger);
        [writes, height] = [written, shop.node.engine.height];
        marks.push({ entries, cards, ledger });
      },
    });
    log = ran.log;
  } catch (error) {
    remove();
    throw error;
  } finally {
    await shop.close();
  }

  const ops = await readTrace(trace, tillDir, OUTSIDE);
  rmSync(trace);
  const disk = new Disk(inTill);
  const below = chanceOf(options.seed);
  const images: Image[] = [];
  const known = new Set<string>();
  const hashes = new WeakMap<Buffer, string>();
  const pool = join(place, 'pool');
  mkdirSync(pool);
  const look = (name: string, mark: Mark, luck: Luck) => {
    const files: Record<string, string> = {};
    for (const [file, bytes] of Object.entries(disk.afterPowerLoss(luck))) {
      const hash = hashes.get(bytes) ?? createHash('sha256').update(bytes).digest('hex');
      hashes.set(bytes, hash);
      files[file] = hash;
      if (known.has(hash)) continue;
      known.add(hash);
      writeFileSync(join(pool, hash), bytes);
    }
    const print = JSON.stringify([files, mark.cards, mark.ledger, counters(log.slice(0, mark.entries))]);
    if (known.has(print)) return;
    known.add(print);
    images.push({ name, files, mark });
  };
  let mark: Mark = { entries: 0, cards: 0, ledger: 0 };
  let said = 0;
  for (const [i, op] of ops.entries()) {
    disk.do(op);
    if (op.op === 'said') mark = marks[said++] ?? mark;
    else if ('file' in op && op.file.endsWith('-shm')) continue;
    const name = `${i} ${op.op} ${'file' in op ? op.file : ''}`;
    look(`${name}, nothing of the rest`, mark, 'none');
    if (disk.settled) continue;
    look(`${name}, all of the rest`, mark, 'all');
    for (let part = 0; part < options.parts; part++) look(`${name}, a part of the rest`, mark, { below });
  }
  if (said !== marks.length) throw new Error(`${said} messages in the record, ${marks.length} heard`);

  return {
    writes: ops.filter(({ op }) => op === 'write' || op === 'size').length,
    syncs: ops.filter(({ op }) => op === 'sync').length,
    images: images.map(({ name }) => name),
    wreck(number) {
      const image = images[number] as Image;
      const dir = mkdtempSync(join(place, 'image-'));
      cpSync(base, dir, { recursive: true });
      for (const folder of ['till-1', 'cards', 'ledger'])
        rmSync(join(dir, folder), { recursive: true, force: true });
      mkdirSync(join(dir, 'till-1'));
      for (const [file, hash] of Object.entries(image.files))
        cpSync(join(pool, hash), join(dir, 'till-1', file));
      cpSync(join(place, `cards-${image.mark.cards}`), join(dir, 'cards'), { recursive: true });
      cpSync(join(place, `ledger-${image.mark.ledger}`), join(dir, 'ledger'), { recursive: true });
      return {
        wreck: { name: image.name, dir, log: log.slice(0, image.mark.entries), before, from },
        remove: () => rmSync(dir, { recursive: true, force: true }),
      };
    },
    remove,
  };
}
