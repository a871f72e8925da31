/**
 * A till of the world: the real terminal over its folder, which can die at any moment (`Fuse`) and comes back from what its disk held then. A killed
 * one finds all that was written; one that lost power finds what was synced: of a database that does not sync every commit, no more than
 * what the last checkpoint wrote. Not here: what clerks and people do (`people.ts`).
 */
import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Db, openDatabase } from '../../main/database.ts';
import type { Identity } from '../../main/identity.ts';
import { createTerminal, type Terminal, type TerminalConfig } from '../../main/main.ts';
import type { Answer, CheckoutPhase, Intent, TillView } from '../../src/till-api.ts';
import type { Link } from './network.ts';
import type { Plant } from './plants.ts';
import { WorldReader } from './reader.ts';
import type { TillName } from './setting.ts';
import type { Life, VirtualTime } from './time.ts';
import { seededChance } from './whim.ts';

/** It dies after so many things it does: commits, exchanges with a card, requests; each counts before and after. */
export interface Fuse {
  readonly after: number;
  readonly how: 'kill' | 'power';
  /** Seconds until somebody starts it again. */
  readonly wake: number;
}

export interface TillParts {
  readonly name: TillName;
  readonly seed: string;
  readonly time: VirtualTime;
  readonly link: Link;
  readonly identity: Identity;
  readonly config: TerminalConfig;
  /** The folder it begins with; copies are made beside it. */
  readonly dir: string;
  readonly count: (fault: string) => void;
  /** Opens a database: a planted bug may sit here. */
  readonly open: typeof openDatabase;
  /** Its line to the node, where another one may sit. */
  readonly line: NonNullable<Plant['line']>;
}

interface Run extends Life {
  readonly terminal: Terminal;
  readonly reader: WorldReader;
  readonly databases: { readonly name: string; readonly db: Db }[];
  view: TillView;
}

export class Till {
  readonly parts: TillParts;
  #dir: string;
  #identity: Identity;
  #runs = 0;
  #run: Run | undefined;
  #lastShown: CheckoutPhase | undefined;
  #fuse: { left: number; readonly how: Fuse['how']; readonly wake: number } | undefined;
  /** Databases of dead runs, closed when nothing of them moves any more. */
  #graves: (() => void)[] = [];
  /** Seconds by which its clock is wrong. */
  skew = 0;
  /** Whoever stands at the till; others wait. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: TillParts) {
    this.parts = parts;
    this.#dir = parts.dir;
    this.#identity = parts.identity;
    this.start();
  }

  get up(): boolean {
    return this.#run !== undefined;
  }
  get run(): Run {
    if (this.#run === undefined) throw new Error('the till is off');
    return this.#run;
  }
  /** Counts starts, so that somebody who waited knows that it is another run. */
  get runs(): number {
    return this.#runs;
  }
  get dir(): string {
    return this.#dir;
  }
  /** What the screen showed when it went dark. */
  get lastShown(): CheckoutPhase | undefined {
    return this.#lastShown;
  }
  get phase(): CheckoutPhase {
    return this.run.view.checkout.step;
  }

  /** Stops and starts with new certificates; one that is off finds them when it is back. */
  async renew(identity: Identity): Promise<void> {
    this.#identity = identity;
    const done = await this.queue();
    try {
      if (!this.up) return;
      await this.stop();
      this.start();
    } finally {
      done();
    }
  }

  start(): void {
    if (this.#run !== undefined) return;
    const { name, seed, time, link, config, count, open, line } = this.parts;
    const identity = this.#identity;
    const life = { dead: false } as Run;
    const stamp = () => {
      if (!life.dead && this.#run === life) this.#burn();
    };
    const reader = new WorldReader(time, life, stamp, count);
    const databases: Run['databases'] = [];
    this.#runs++;
    const terminal = createTerminal({
      dataDir: this.#dir,
      identity,
      ledgerUrl: 'http://node',
      reader,
      config,
      clock: time.clock(life, () => this.skew, stamp),
      fetch: line(link.fetch(stamp, life), identity),
      chance: seededChance(`${seed} ${name} ${this.#runs}`),
      warm: false,
      open: (file, schema, rebuildable) => {
        const db = open(file, schema, rebuildable);
        databases.push({ name: file.slice(file.lastIndexOf('/') + 1), db });
        return db;
      },
    });
    Object.assign(life, { terminal, reader, databases, view: {} as TillView });
    this.#run = life;
    terminal.api.watch((change) => {
      if (!life.dead) Object.assign(life.view, change);
    });
  }

  async ask(intent: Intent): Promise<Answer> {
    const run = this.#run;
    if (run === undefined) return { ok: false, refusal: 'not_now' };
    const answer = await run.terminal.api.ask(intent);
    await this.parts.time.quiet();
    return answer;
  }

  /** Waits for one's turn at the counter; the end of it is what comes back. */
  async queue(): Promise<() => void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    return resolve;
  }

  light(fuse: Fuse): void {
    this.#fuse = { left: fuse.after, how: fuse.how, wake: fuse.wake };
  }

  #burn(): void {
    const fuse = this.#fuse;
    if (fuse === undefined || fuse.left-- > 0) return;
    this.#fuse = undefined;
    this.die(fuse.how, fuse.wake);
  }

  /** Dies now; what its disk holds is what it finds again. */
  die(how: Fuse['how'], wake: number): void {
    const run = this.#run;
    if (run === undefined) return;
    const { time, link, count } = this.parts;
    count(how === 'kill' ? 'killed' : 'power lost');
    const before = this.#dir;
    const after = `${this.parts.dir}-${this.#runs}`;
    const lost = new Set(
      how === 'kill'
        ? []
        : run.databases
            .filter(({ db }) => (db.pragma('synchronous', { simple: true }) as number) < FULL)
            .map(({ name }) => `${name}-wal`),
    );
    copyTill(before, after, lost);
    this.#dir = after;
    run.dead = true;
    this.#lastShown = run.view.checkout?.step;
    this.#run = undefined;
    this.#fuse = undefined;
    time.forget(run);
    link.drop();
    run.reader.pull();
    this.#graves.push(() => {
      for (const { db } of run.databases) db.close();
      rmSync(before, { recursive: true, force: true });
    });
    time.at(time.seconds + wake, () => {
      this.bury();
      this.start();
    });
  }

  /** Lets go of what dead runs held. */
  bury(): void {
    for (const close of this.#graves.splice(0)) close();
  }

  async stop(): Promise<void> {
    this.bury();
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    await run.terminal.stop();
  }
}

/** What another process would find in a till's folder, without the files `lost`. The reserve is linked: it is made and removed, never written to. */
export function copyTill(from: string, to: string, lost: ReadonlySet<string> = new Set()): void {
  mkdirSync(to, { mode: 0o700 });
  for (const name of readdirSync(from))
    if (name === 'reserve') linkSync(join(from, name), join(to, name));
    else if (!name.endsWith('-shm') && !lost.has(name)) copyFileSync(join(from, name), join(to, name));
}

/** SQLite's `synchronous`: every commit is on the disk when it returns. */
const FULL = 2;
