/** One till process, killed at one point; cards and ledger live on in this one. What is left is a wreck. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShop, type Shop, type Template } from '../terminal/shop.ts';
import { holding, type Wreck } from './go-on.ts';
import type { Entry } from './log.ts';
import type { Mutant } from './mutants.ts';
import { answerOf, OUTSIDE, type Said } from './wire.ts';

export interface Killed {
  /** How the process ended: by its own kill, or at the end of the story. */
  readonly ended: 'killed' | 'whole';
  readonly wreck: Wreck;
  /** Names of all points; only after a whole story. */
  readonly points: readonly string[];
  remove(): void;
}

/** Runs a till process in a shop, under `through` (strace) if told, and answers it until it ends. */
export async function runTill(
  shop: Shop,
  point: number,
  options: {
    readonly mutant?: Mutant;
    readonly through?: readonly string[];
    /** The child waits at every point until `heard` has been told. */
    readonly marks?: boolean;
    /** Told of each entry and each APDU when it has been answered. */
    readonly heard?: (said: Said) => void;
  } = {},
): Promise<{ log: Entry[]; points: readonly string[]; ended: 'killed' | 'whole' }> {
  const log: Entry[] = [];
  let points: readonly string[] = [];
  const { mutant, through = [] } = options;
  const words = [
    ...through,
    process.execPath,
    join(import.meta.dirname, 'till-process.ts'),
    ...[shop.world.dir, shop.node.url, String(shop.node.engine.height), String(point)],
    ...(mutant === undefined ? [] : [mutant]),
  ];
  const child = spawn(words[0] as string, words.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(tmpdir(), 'timecard-compile-cache'),
      MARKS: options.marks ? '1' : '',
    },
  });
  let complaint = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    complaint += bytes.toString();
  });
  const line = child.stdio[OUTSIDE] as Socket;
  let rest = '';
  line.on('error', () => undefined);
  line.on('data', (bytes: Buffer) => {
    rest += bytes.toString();
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const said = JSON.parse(rest.slice(0, end)) as Said;
      rest = rest.slice(end + 1);
      if (said.say === 'log') log.push(said.entry);
      else if (said.say === 'points') points = said.names;
      const answer = answerOf(said, (number) => shop.card(number));
      options.heard?.(said);
      if (answer !== undefined) line.write(`${answer}\n`);
    }
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...how) => resolve(how)),
  );
  if (signal === 'SIGKILL' || code === 137) return { log, points, ended: 'killed' };
  if (code === 0) return { log, points, ended: 'whole' };
  throw new Error(`the till ended by itself: ${code} ${signal} ${complaint}`);
}

export async function killedAt(template: Template, point: number, mutant?: Mutant): Promise<Killed> {
  const shop = await openShop(template);
  shop.startOffice();
  const place = mkdtempSync(join(tmpdir(), 'timecard-killed-'));
  try {
    const before = [1, 2].map((card) => holding(shop, card));
    const from = shop.node.engine.height + 1;
    const { log, points, ended } = await runTill(shop, point, mutant === undefined ? {} : { mutant });
    const dir = join(place, 'world');
    cpSync(shop.world.dir, dir, { recursive: true });
    return {
      ended,
      points,
      wreck: { name: `point ${point}`, dir, log, before, from },
      remove: () => rmSync(place, { recursive: true, force: true }),
    };
  } finally {
    await shop.close();
  }
}
