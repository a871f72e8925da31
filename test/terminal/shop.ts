/**
 * A whole small economy for one test: a lean world made by transactions, its real ledger node and coupon office, and tills over
 * real SQLite with simulated cards in a reader in this process. The world is made once a file and copied for each test, so no test meets
 * another one's sales. Nothing sleeps: what is waited for is a push of the till's door or a block of the ledger, with a deadline.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { createInProcessReader, type InProcessReader } from '../../demo/in-process-reader.ts';
import { createWorld, openWorld, type World, type WorldOptions, type WorldTill } from '../../demo/world.ts';
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import type { Clock as LedgerClock } from '../../ledger/clock.ts';
import { readSigningKey } from '../../ledger/key-file.ts';
import { type Node, startNode } from '../../ledger/node.ts';
import { type Office, startOffice } from '../../ledger/office.ts';
import { readOfficeKeys } from '../../ledger/office-keys.ts';
import type { CardReader } from '../../main/card-reader.ts';
import { type Clock, systemClock } from '../../main/clock.ts';
import type { Fetch } from '../../main/ledger-client.ts';
import { createTerminal, type Terminal, type TerminalConfig } from '../../main/main.ts';
import type { SaleFigures } from '../../main/sale.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import type { Answer, Intent, TillView } from '../../src/till-api.ts';
import { type HandReader, handReader } from '../offline/paying-card.ts';

/** Longest wait for something that should come at once; the machine may be busy. */
export const DEADLINE = 20_000;

/** Where a file's world lies, for `openShop` to copy. */
export interface Template {
  readonly dir: string;
  remove(): void;
}

/** Makes a world: `cards` with `packs` packs of 300 minutes each. */
export async function makeTemplate(
  options: Pick<WorldOptions, 'cards' | 'packs' | 'tills' | 'workers'> = {},
) {
  const place = mkdtempSync(join(tmpdir(), 'timecard-shop-'));
  const dir = join(place, 'world');
  await createWorld({ dir, lean: true, cards: 2, packs: 2, ...options });
  return { dir, remove: () => rmSync(place, { recursive: true, force: true }) } satisfies Template;
}

/** A clock that can be put forward, never back. */
export interface TestClock extends Clock {
  forward(seconds: number): void;
}
export function testClock(): TestClock {
  let ahead = 0;
  return {
    ...systemClock,
    seconds: () => systemClock.seconds() + ahead,
    forward: (seconds) => {
      ahead += seconds;
    },
  };
}

export interface TillSetup {
  /** Number of the world's till, from 0. */
  readonly number?: number;
  readonly till?: WorldTill;
  /** A folder other than the till's own: a copy after a crash, a small disk. */
  readonly dir?: string;
  readonly ledgerUrl?: string;
  /** The way to the node; the platform's unless told. */
  readonly fetch?: Fetch;
  readonly reader?: CardReader;
  /** Cards come through `hand`, not through `reader`. */
  readonly handed?: boolean;
  readonly clock?: TestClock;
  readonly config?: Partial<TerminalConfig>;
  readonly k?: number;
}

export interface TestTill {
  readonly terminal: Terminal;
  readonly reader: InProcessReader;
  /** The reader of a till that was opened `handed`: it takes cards of any make. */
  readonly hand: HandReader;
  readonly dir: string;
  readonly clock: TestClock;
  /** Everything the door has pushed. */
  readonly pushed: Partial<TillView>[];
  readonly figures: SaleFigures[];
  view(): TillView;
  ask(intent: Intent): Promise<Answer>;
  /** As `ask`; a refusal fails the test. */
  done(intent: Intent): Promise<void>;
  /** Resolves when the view is so; rejects with the view when it is not in time. */
  until(what: string, so: (view: TillView) => boolean): Promise<TillView>;
  stop(): Promise<void>;
}

export interface Shop {
  readonly world: World;
  node: Node;
  till(setup?: TillSetup): Promise<TestTill>;
  /** Card `number`, from 1: always the same device. */
  card(number: number): SimulatedCard;
  /** Ends the node; `startNode` again with the same folder and port. */
  stopNode(): Promise<void>;
  startNode(): Promise<void>;
  startOffice(): Office;
  /** Everything the ledger has told since height `from`, with its height. */
  events(from?: number): (LedgerEvent & { readonly height: number })[];
  /** Resolves with the first event of this kind since height `from`. */
  event<K extends LedgerEvent['kind']>(
    kind: K,
    from?: number,
  ): Promise<Extract<LedgerEvent, { kind: K }> & { readonly height: number }>;
  /** Resolves when the ledger has this block. */
  block(height: number): Promise<void>;
  get(path: string): Promise<Record<string, unknown>>;
  accounts(): Promise<{ readonly sum: bigint; readonly accounts: Readonly<Record<string, bigint>> }>;
  close(): Promise<void>;
}

/** Rejects when `promise` has not resolved in time; `told` says what was there instead. */
export async function inTime<T>(
  promise: Promise<T>,
  what: string,
  told: () => string = () => '',
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not in time: ${what} ${told()}`)), DEADLINE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A till of a world on a folder and a node; `openShop` gives one with everything around it. */
export function startTill(till: WorldTill, url: string, base: TerminalConfig, setup: TillSetup): TestTill {
  const reader = createInProcessReader('test');
  const hand = handReader();
  const clock = setup.clock ?? testClock();
  const figures: SaleFigures[] = [];
  const dir = setup.dir ?? till.dir;
  const crowd = { k: setup.k ?? 1_000, holdMax: 1_000_000, delayMax: 0 };
  const terminal = createTerminal({
    dataDir: dir,
    identity: till.identity,
    ledgerUrl: setup.ledgerUrl ?? url,
    ...(setup.fetch !== undefined && { fetch: setup.fetch }),
    reader: setup.reader ?? (setup.handed === true ? hand : reader),
    clock,
    config: { ...base, crowd, ...setup.config },
    figures: (one) => figures.push(one),
  });
  const pushed: Partial<TillView>[] = [];
  const waiting = new Set<() => void>();
  let view = {} as TillView;
  const unwatch = terminal.api.watch((change) => {
    pushed.push(change);
    view = { ...view, ...change };
    for (const look of [...waiting]) look();
  });
  const ask = (intent: Intent) => terminal.api.ask(intent);
  return {
    terminal,
    reader,
    hand,
    dir,
    clock,
    pushed,
    figures,
    view: () => view,
    ask,
    async done(intent) {
      const answer = await ask(intent);
      if (!answer.ok) throw new Error(`${intent.intent}: ${answer.refusal}`);
    },
    async until(what, so) {
      let look: () => void = () => undefined;
      const seen = new Promise<TillView>((resolve) => {
        look = () => {
          if (so(view)) resolve(view);
        };
        waiting.add(look);
        look();
      });
      const told = () => JSON.stringify({ ...view, stock: view.stock?.count ?? null });
      try {
        return await inTime(seen, what, told);
      } finally {
        waiting.delete(look);
      }
    },
    async stop() {
      unwatch();
      await terminal.stop();
    },
  };
}

/** Opens a copy of the template's world with its node running; by a clock of the test's own, if it brings one. */
export async function openShop(
  template: Template,
  options: { readonly ledgerClock?: LedgerClock } = {},
): Promise<Shop> {
  const ledgerClock = options.ledgerClock === undefined ? {} : { clock: options.ledgerClock };
  const place = mkdtempSync(join(tmpdir(), 'timecard-shop-'));
  const dir = join(place, 'world');
  cpSync(template.dir, dir, { recursive: true });
  const world = openWorld(dir);
  let node = await startNode({ dataDir: world.ledgerDir, port: 0, ...ledgerClock });
  const port = Number(new URL(node.url).port);
  const { url } = node;
  let running = true;
  const tills = new Set<TestTill>();
  const offices = new Set<Office>();
  const cards = new Map<number, ReturnType<World['card']>>();
  const subsystem = world.members.farm.id;

  const events: Shop['events'] = (from = 0) =>
    node.engine
      .blocks(from, 100_000)
      .flatMap(({ height, events: told }) => told.map((event) => ({ ...event, height })));

  /** Resolves with what is found at some block, now or later. */
  async function blocks<T>(find: () => T | undefined, what: string, told: () => string): Promise<T> {
    let stop: () => void = () => undefined;
    const come = new Promise<T>((resolve) => {
      const look = () => {
        const found = find();
        if (found !== undefined) resolve(found);
      };
      stop = node.engine.subscribe(look);
      look();
    });
    try {
      return await inTime(come, what, told);
    } finally {
      stop();
    }
  }

  const shop: Shop = {
    world,
    get node() {
      return node;
    },
    async till(setup = {}) {
      const of = setup.till ?? world.tills[setup.number ?? 0];
      if (of === undefined) throw new Error('no such till');
      const till = startTill(of, url, world.config, setup);
      const { stop } = till;
      const once = { ...till, stop: () => (tills.delete(once) ? stop() : Promise.resolve()) };
      tills.add(once);
      return once;
    },
    card(number) {
      const card = cards.get(number) ?? world.card(number);
      cards.set(number, card);
      return card.device;
    },
    async stopNode() {
      running = false;
      await node.stop();
    },
    async startNode() {
      node = await startNode({ dataDir: world.ledgerDir, port, ...ledgerClock });
      running = true;
    },
    startOffice() {
      const keys = readOfficeKeys(nodeCrypto, world.officeFiles.keyset);
      const signing = readSigningKey(nodeCrypto, world.officeFiles.signingKey);
      if (!keys.ok || !signing.ok) throw new Error('the office has no keys');
      const office = startOffice({
        url,
        crypto: nodeCrypto,
        seed: signing.value.seed,
        keysets: [keys.value],
      });
      offices.add(office);
      return office;
    },
    events,
    async block(height) {
      await blocks(
        () => (node.engine.height >= height ? true : undefined),
        `block ${height}`,
        () => '',
      );
    },
    async event(kind, from = 0) {
      type Wanted = Extract<LedgerEvent, { kind: typeof kind }> & { readonly height: number };
      return blocks(
        () => events(from).find((event) => event.kind === kind) as Wanted | undefined,
        `event ${kind}`,
        () => JSON.stringify(events(from)).slice(0, 2_000),
      );
    },
    async get(path) {
      const response = await fetch(`${url}${path}`);
      return (await response.json()) as Record<string, unknown>;
    },
    async accounts() {
      const answer = await shop.get(`/v1/subsystems/${subsystem}/accounts`);
      const accounts = Object.entries(answer.accounts as Record<string, string>);
      return {
        sum: BigInt(answer.sum as string),
        accounts: Object.fromEntries(accounts.map(([name, value]) => [name, BigInt(value)])),
      };
    },
    async close() {
      await Promise.all([...tills].map((till) => till.stop()));
      await Promise.all([...offices].map((office) => office.stop()));
      if (running) await node.stop();
      for (const card of cards.values()) card.close();
      rmSync(place, { recursive: true, force: true });
    },
  };
  return shop;
}
