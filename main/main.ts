/**
 * The terminal, built once in the order of the flow: card tap → terminal (sale) → journal → outbox → ledger →
 * subscription → price book → screen. This file is the diagram; every station is a file of its name.
 */
import { join } from 'node:path';
import { nodeCrypto } from '../crypto/node.ts';
import { toHex } from '../src/bytes.ts';
import type { Id } from '../src/economy/transaction.ts';
import { type CrowdPolicy, crowdDue, crowdEmpty } from '../src/sale/crowd.ts';
import type { StatusView, TillApi, TillRefusal } from '../src/till-api.ts';
import type { CardReader, ReaderState } from './card-reader.ts';
import type { Trust } from './card-session.ts';
import { Catalogue } from './catalogue.ts';
import { type Clock, notBefore, systemClock } from './clock.ts';
import { checkBook, checkPages, DamagedDatabase, orDamaged } from './damage.ts';
import { isDiskFull, openDatabase, Reserve, removeDatabase } from './database.ts';
import type { Identity } from './identity.ts';
import { Journal } from './journal.ts';
import { type Fetch, LedgerClient, systemFetch } from './ledger-client.ts';
import { Outbox } from './outbox.ts';
import { type Chance, systemChance } from './random.ts';
import { Sale, type SaleFigures } from './sale.ts';
import { Sender } from './sender.ts';
import { Services } from './services.ts';
import { SetAside } from './set-aside.ts';
import { Stock } from './stock.ts';
import { Subscription, type SubscriptionListener } from './subscription.ts';
import { TakenSerials } from './taken-serials.ts';
import { Till } from './till.ts';
import { View } from './view.ts';
import { warmUp } from './warm-up.ts';

export interface TerminalConfig {
  readonly crowd: CrowdPolicy;
  /** Seconds without the ledger after which the till sells to no card. */
  readonly offlineMax: number;
  /** Most minutes a tap may take while the ledger is away: a counterfeit card ignores its own limits. */
  readonly offlineCeilingMinutes: number;
}

export interface TerminalOptions {
  readonly dataDir: string;
  readonly identity: Identity;
  readonly ledgerUrl: string;
  readonly reader: CardReader;
  readonly config: TerminalConfig;
  /** The machine's clock, network, disk and chance, unless a host brings its own: a simulation in which weeks pass in a moment. */
  readonly clock?: Clock;
  readonly fetch?: Fetch;
  readonly open?: typeof openDatabase;
  readonly chance?: Chance;
  /** False: this process has sold before, its cryptography is warm. */
  readonly warm?: boolean;
  /** Address of a window with simulated cards, when the host brought one. */
  readonly dock?: string;
  /** Told of each sale in figures, for the headless sale. */
  readonly figures?: (figures: SaleFigures) => void;
}

export interface Terminal {
  readonly api: TillApi;
  readonly catalogue: Catalogue;
  readonly view: View;
  readonly sale: Sale;
  /** Closes the crowd now and sends everything that is due; resolves when nothing is left unsent and the stream has shown it, or false after `milliseconds`. */
  flush(milliseconds: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** Is the ledger's silence longer than this, the status line says so at once. */
const TICK_MILLISECONDS = 1_000;

export function createTerminal(options: TerminalOptions): Terminal {
  const { dataDir, identity, config, fetch = systemFetch, open = openDatabase } = options;
  const { random, randomBelow } = options.chance ?? systemChance;
  const crypto = nodeCrypto;
  const clock = notBefore(options.clock ?? systemClock, () => view.time);
  const now = () => clock.seconds();

  // What lasts. A start on a full disk takes the reserve, so that a sale under way can be closed.
  const reserve = new Reserve(dataDir);
  const opened = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isDiskFull(error) || !reserve.release()) throw error;
      return work();
    }
  };
  const file = (name: string) => join(dataDir, name);
  const checked = (name: string, schema: string, rebuildable = false) =>
    orDamaged(file(name), () => {
      const found = opened(() => open(file(name), new URL(schema, import.meta.url), rebuildable));
      try {
        checkPages(found);
      } catch (error) {
        found.close();
        throw error;
      }
      return found;
    });
  const db = checked('till.db', './schema.sql');
  const catalogue = orDamaged(file('catalogue.db'), () =>
    opened(() => new Catalogue(file('catalogue.db'), open)),
  );
  let diskFull = !reserve.fill();

  // What the ledger says.
  const learnt = () => {
    const found = checked('view.db', './view-schema.sql', true);
    return { viewDb: found, view: orDamaged(found.name, () => new View(found, crypto)) };
  };
  const { viewDb, view } = (() => {
    try {
      return learnt();
    } catch (error) {
      if (!(error instanceof DamagedDatabase)) throw error;
      // Nothing of it is the till's own: it is folded again from the first block.
      removeDatabase(error.file);
      return learnt();
    }
  })();
  const trust: Trust = {
    keysets: { find: (prefix) => view.keysetsByPrefix(prefix) },
    batches: { find: (id) => view.batch(id) },
  };
  const dispute = { outlet: identity.disputeOutlet, office: identity.disputeOffice };
  const priceOf = (type: Id) => view.book.price(identity.outlet, type);
  const ledger = new LedgerClient(options.ledgerUrl, clock, fetch);

  // Journal and outbox: fact and errand.
  const journal = orDamaged(db.name, () => {
    const found = opened(() => new Journal(db, randomBelow, () => clock.stopwatch()));
    checkBook(db, found, crypto, (id) => view.keyset(id));
    return found;
  });
  const outbox = new Outbox(db, crypto, random, identity);
  const setAside = new SetAside(db, outbox, {
    chain: identity.chain,
    // A redemption that nobody sends any more is as final as one that was taken: its transcripts go as much later.
    dismissed: (id, at) => journal.redemptionFinal(id, at),
  });
  const taken = new TakenSerials(db, journal);
  /** Entries the ledger has, by its answer or by its stream, whichever comes first. */
  const landed = (entries: readonly { readonly id: Id; readonly kind: string }[]): void => {
    for (const { id, kind } of entries) if (kind === 'redeem') journal.redemptionFinal(id, now());
  };
  const sender = new Sender(outbox, ledger, clock, (id, kind, taken) => {
    if (taken) landed([{ id, kind }]);
    landed(outbox.shown(view.height));
    stock.entryMoved();
    till.changed('status', 'stock', 'outbox');
  });

  const lookAtDisk = (full = !reserve.fill()): void => {
    if (full === diskFull) return;
    diskFull = full;
    till.changed('status');
    if (full) return;
    // What could not be done on the full disk.
    journal.truncate();
    journal.prefill();
    landed(outbox.shown(view.height));
    stock.entryMoved();
    sender.wake();
  };
  /** Runs what writes between sales; on a full disk it waits for room. */
  const withRoom = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      lookAtDisk(true);
    }
  };

  const closeCrowd = (): void => {
    // An abort that leaves alone is no crowd.
    const small = journal.totals.sales > 0 && journal.totals.paid < config.crowd.k;
    const emptied = journal.closeCrowd(now(), small, (crowd) =>
      outbox.storeCrowd(crowd, config.crowd, now()),
    );
    if (!emptied) lookAtDisk(true);
    sender.wake();
    till.changed('status', 'stock');
  };
  const crowdIfDue = (): void => {
    journal.clockWentBack(now());
    outbox.clockWentBack(config.crowd, now());
    if (crowdDue(journal.totals, config.crowd, now())) closeCrowd();
  };

  const tooOld = () => view.silence(now()) > config.offlineMax;
  const policy = (minutes: number): TillRefusal | undefined => {
    withRoom(() => lookAtDisk());
    if (diskFull) return 'disk_full';
    if (minutes === 0) return undefined;
    if (tooOld()) return 'prices_too_old';
    if (!subscription.connected && minutes > config.offlineCeilingMinutes) return 'above_offline_ceiling';
    const kind = reader.kind;
    return kind === 'no_service' || kind === 'no_reader' ? 'no_reader' : undefined;
  };

  const sale = new Sale({
    crypto,
    random,
    clock,
    identity,
    journal,
    trust,
    priceOf,
    policy,
    serialSeen: (serial) => view.serialSeen(serial) || taken.has(serial),
    serialTaken: (serial) => taken.add(serial),
    changed: () => till.changed('checkout'),
    closed: (figures) => {
      withRoom(crowdIfDue);
      till.changed('status', 'stock');
      options.figures?.(figures);
    },
    noRoom: () => {
      lookAtDisk(true);
      // The reserve is for a sale under way, not for a new one.
      return sale.state.step !== 'basket' && reserve.release();
    },
  });

  const stock = new Stock(db, {
    catalogue,
    height: () => view.height,
    held: (type) => Number(view.book.held(identity.outlet, type)),
    soldUnbooked: (type) => (journal.totals.goods[type] ?? 0) + outbox.unbooked(type),
    priceOf,
    storeCount: (lines) => outbox.storeCount(lines, now()),
    entryState: (id) => outbox.state(id),
  });

  const warm = (): void => {
    if (options.warm !== false) warmUp(crypto, random, view.keysets(), dispute);
  };

  /** The terminal is told to stop: nobody waits for an office any more. */
  let stopping = false;
  const waitingForIssue = new Map<Id, (shown: boolean) => void>();
  const services = new Services({
    crypto,
    random,
    randomBelow,
    identity,
    trust,
    ledger,
    liveKeyset: () => view.liveKeyset(identity.outlet),
    keyset: (id) => view.keyset(id),
    issued: (load, milliseconds) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const finish = (shown: boolean) => {
        untime();
        waitingForIssue.delete(load);
        resolve(shown);
      };
      const untime = clock.after(milliseconds, () => finish(false));
      waitingForIssue.set(load, finish);
      if (stopping) finish(false);
      return { shown: promise, stop: () => finish(false) };
    },
    outletName: (prefix) => {
      const hex = toHex(prefix);
      for (const [id, c] of view.book.collectives) if (id.startsWith(hex)) return c.name;
      return '';
    },
    changed: () => till.changed('services'),
    closed: () => cardToItsPlace(),
    serialState: (serial) => view.serialState(serial),
    serialTaken: (serial) => taken.has(serial),
    batchKnown: (id) => view.batch(id) !== undefined,
    keysets: () => view.keysets(),
  });

  // The stream, and what follows from it.
  const listener: SubscriptionListener = {
    block: (block) => {
      withRoom(() => {
        const shown = outbox.shown(block.height, block.transactions);
        landed(shown);
        if (shown.length > 0) sender.heard();
        stock.entryMoved();
      });
      for (const event of block.events) {
        if (event.kind === 'redeemed') taken.shown(event.serials);
        if (event.kind === 'issued') waitingForIssue.get(event.load)?.(true);
        if (event.kind === 'keyset') warm();
      }
      till.changed('checkout', 'stock', 'status', 'outbox');
    },
    connection: (connected) => {
      if (connected) sender.wake();
      till.changed('status');
    },
  };
  const subscription = new Subscription(options.ledgerUrl, view, clock, listener, fetch);

  let reader: ReaderState = options.reader.state();
  const status = (): StatusView => {
    const { unsent, setAside } = outbox.counts;
    const { totals } = journal;
    return {
      outlet: identity.outletName,
      ledger: {
        connected: subscription.connected,
        height: view.height,
        ageSeconds: subscription.connected ? 0 : view.silence(now()),
        tooOld: tooOld(),
      },
      unsent,
      setAside,
      reader: {
        kind: reader.kind,
        name: 'reader' in reader ? reader.reader : null,
      },
      crowd: {
        sales: totals.paid,
        k: config.crowd.k,
        openedSecondsAgo: totals.openedAt === null ? null : Math.max(0, now() - totals.openedAt),
        holdMaxSeconds: config.crowd.holdMax,
        small: journal.smallCrowds(),
      },
      disk: diskFull ? 'full' : 'ok',
      dock: options.dock ?? null,
    };
  };

  const till: Till = new Till({
    sale,
    services,
    stock,
    catalogue,
    setAside,
    now,
    status,
    closeCrowdNow: () => {
      if (crowdEmpty(journal.totals)) return 'crowd_empty';
      closeCrowd();
      return undefined;
    },
    servicesChanged: () => cardToItsPlace(),
    entryStored: () => sender.wake(),
  });

  // The reader. The card in the field is the services' or the sale's.
  const cardToItsPlace = (): void => {
    const card = reader.kind === 'ready' ? reader.card : undefined;
    services.cardInField(services.active ? card : undefined);
    sale.cardInField(services.active ? undefined : card);
  };
  const unwatch = options.reader.watch((state) => {
    reader = state;
    cardToItsPlace();
    till.changed('status');
  });

  const stopTicking = clock.every(TICK_MILLISECONDS, () => {
    withRoom(() => lookAtDisk());
    withRoom(() => {
      crowdIfDue();
      journal.forgetTranscripts(now(), config.offlineMax);
    });
    till.changed('status');
  });
  withRoom(() => {
    landed(outbox.shown(view.height));
    stock.entryMoved();
  });
  warm();
  subscription.start();
  sender.wake();

  return {
    api: till,
    catalogue,
    view,
    sale,
    flush: async (milliseconds) => {
      const until = clock.stopwatch() + milliseconds;
      if (!crowdEmpty(journal.totals)) closeCrowd();
      while (clock.stopwatch() < until) {
        if (outbox.empty) return true;
        sender.wake();
        await new Promise<void>((resolve) => clock.after(20, resolve));
      }
      return outbox.empty;
    },
    stop: async () => {
      stopTicking();
      unwatch();
      await sale.stop();
      stopping = true;
      for (const finish of [...waitingForIssue.values()]) finish(false);
      await services.idle();
      await subscription.stop();
      await sender.stop();
      await options.reader.stop();
      catalogue.close();
      viewDb.close();
      db.close();
    },
  };
}
