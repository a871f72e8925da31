/**
 * A till that sells on paper: the real terminal with all its files, a stream made up from one seed instead of a ledger, cards that
 * pay at once. It keeps the truth about every sale, which the terminal must forget.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { Catalogue } from '../../main/catalogue.ts';
import { systemClock } from '../../main/clock.ts';
import { openDatabase } from '../../main/database.ts';
import type { Identity } from '../../main/identity.ts';
import { createTerminal, type Terminal } from '../../main/main.ts';
import { toHex } from '../../src/bytes.ts';
import { issueCertificate } from '../../src/card/certificate.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { modulusOf } from '../../src/coupons/keyset.ts';
import { decodeEnvelope } from '../../src/economy/envelope.ts';
import type { BlockEvents, LedgerEvent } from '../../src/economy/events.ts';
import { genesisEvent } from '../../src/economy/genesis.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { type HandReader, handReader, payingCard } from '../offline/paying-card.ts';
import { atTheDoor } from '../terminal/at-the-door.ts';
import { type Chance, chance, type SeededBatch, type SeededMint, seededBatch, seededMint } from './seeded.ts';

/** What happened in one sale and may lie joined nowhere. */
export interface Truth {
  /** Sales with the same number left together. */
  readonly crowd: number;
  readonly purchaseId: string;
  readonly serials: readonly string[];
  readonly goods: readonly { readonly type: string; readonly amount: number }[];
  readonly minutes: number;
  /** Seconds since 1970. */
  readonly at: number;
}

const DAY_ONE = 1_790_000_000;
const TYPES = 24;
const OUTLET = 'b0'.repeat(32);
const OFFICE = '0f'.repeat(32);

/** What a seed fixes for all lives of a till: keys, prices, identity. */
export interface Town {
  readonly seed: string;
  readonly mint: SeededMint;
  readonly batch: SeededBatch;
  readonly identity: Identity;
  /** Secrets of the dispute keys, to know afterwards which sealed transcript is whose. */
  readonly disputes: { readonly outlet: Uint8Array; readonly office: Uint8Array };
  readonly types: readonly string[];
}

export function makeTown(seed: string): Town {
  const from = chance(`town ${seed}`);
  const mint = seededMint(from);
  const batch = seededBatch(from);
  const staticSecret = from.bytes(32);
  const disputes = { outlet: from.bytes(32), office: from.bytes(32) };
  const certificate = (role: 'sale' | 'services') =>
    issueCertificate(nodeCrypto, SUITE_1, from.bytes(32), nodeCrypto.x25519Public(staticSecret), {
      outlet: new Uint8Array(16).fill(0xb0),
      role,
      epoch: 82,
    });
  return {
    seed,
    mint,
    batch,
    disputes,
    identity: {
      chain: 'paper',
      outlet: OUTLET,
      outletName: 'Outlet',
      seed: from.bytes(32),
      staticSecret,
      saleCertificate: certificate('sale'),
      servicesCertificate: certificate('services'),
      disputeOutlet: nodeCrypto.x25519Public(disputes.outlet),
      disputeOffice: nodeCrypto.x25519Public(disputes.office),
    },
    types: Array.from({ length: TYPES }, () => toHex(from.bytes(32))),
  };
}

function firstBlock({ mint, batch, types }: Town): readonly LedgerEvent[] {
  const goods = types.flatMap((type, i): LedgerEvent[] => [
    { kind: 'product', type, name: `Good ${i}`, unit: 'piece' },
    {
      kind: 'stock',
      collective: OUTLET,
      type,
      amount: '1000000',
      value: String(1_000_000n * BigInt(900_000 + 371_113 * i)),
      cause: 'dispatch',
      transaction: OFFICE,
    },
  ]);
  return [
    genesisEvent({ chain: 'paper', time: DAY_ONE, parameters: DEFAULT_PARAMETERS }),
    { kind: 'registered', collective: OUTLET, name: 'Outlet', key: `01${'11'.repeat(32)}`, dispatches: true },
    {
      kind: 'keyset',
      keyset: toHex(mint.keyset.id),
      office: OFFICE,
      moduli: mint.keyset.keys.map((key) => toHex(modulusOf(key))),
    },
    { kind: 'batch', key: batch.key, office: OFFICE, until: DAY_ONE * 2 },
    ...goods,
  ];
}

/** Answers a till as a node does, and takes everything it is given. */
async function paperLedger(town: Town, seconds: () => number) {
  const blocks: BlockEvents[] = [];
  const listeners = new Set<(block: BlockEvents) => void>();
  const append = (transactions: readonly string[], events: readonly LedgerEvent[]) => {
    const height = blocks.length;
    const block = { height, time: seconds(), stateHash: '00'.repeat(32), transactions, events };
    blocks.push(block);
    for (const tell of listeners) tell(block);
    return height;
  };
  append([], firstBlock(town));
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const decoded = decodeEnvelope(new Uint8Array(Buffer.concat(parts)), nodeCrypto);
      if (!decoded.ok) throw new Error(decoded.refusal);
      const height = append([decoded.value.id], []);
      response.end(JSON.stringify({ status: 'accepted', height, id: decoded.value.id }));
      return;
    }
    const from = Number(new URL(request.url ?? '/', 'http://paper').searchParams.get('from') ?? 0);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const tell = (block: BlockEvents) =>
      response.write(`id: ${block.height}\nevent: block\ndata: ${JSON.stringify(block)}\n\n`);
    for (const block of blocks.slice(from)) tell(block);
    listeners.add(tell);
    response.write('event: alive\ndata: {}\n\n');
    response.on('close', () => listeners.delete(tell));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Outlet {
  readonly terminal: Terminal;
  /** One sale; returns when it is closed and what follows a sale is done. */
  sell(): Promise<Truth>;
  /** Resolves when nothing waits to be sent. */
  sent(): Promise<void>;
  stop(): Promise<void>;
}

export interface OutletOptions {
  readonly dir: string;
  /** Fewest sales of a crowd. */
  readonly k: number;
  /** Which life of the till this is: another one draws other numbers, and begins later. */
  readonly life?: number;
  /** Crowds closed in earlier lives, and sales in the open one. */
  readonly before?: { readonly crowd: number; readonly sales: number };
  /** Instead of the seed's own choice of slots. */
  readonly below?: (n: number) => number;
  /** Instead of the terminal's own way to open a database. */
  readonly open?: typeof openDatabase;
  /** Told of a sale when the card is: before the terminal closes it. */
  readonly told?: (sale: Truth) => void;
}

export async function openOutlet(town: Town, options: OutletOptions): Promise<Outlet> {
  const { dir, k, life = 0, before = { crowd: 1, sales: 0 } } = options;
  const till = chance(`till ${town.seed} ${life}`);
  const people: Chance = chance(`people ${town.seed} ${life}`);
  let now = DAY_ONE + life * 1_000_000;
  const clock = { ...systemClock, seconds: () => now };
  const ledger = await paperLedger(town, clock.seconds);
  const catalogue = new Catalogue(join(dir, 'catalogue.db'));
  catalogue.put(
    town.types.map((type, i) => ({
      type,
      code: `2${String(i).padStart(12, '0')}`,
      names: { en: `Good ${i}`, de: `Ware ${i}` },
      picture: 'box',
      group: 'food',
      unit: 'piece',
    })),
  );
  catalogue.close();
  const reader: HandReader = handReader();
  const terminal = createTerminal({
    dataDir: dir,
    identity: town.identity,
    ledgerUrl: ledger.url,
    reader,
    clock,
    chance: { random: till.random, randomBelow: options.below ?? till.below },
    open: options.open ?? openDatabase,
    config: {
      crowd: { k, holdMax: 100_000_000, delayMax: 0 },
      offlineMax: 2_592_000,
      offlineCeilingMinutes: 60,
    },
  });
  const { view, until, done } = atTheDoor(terminal);
  await until(() => view.status.ledger.connected && view.status.ledger.height === 0);

  /** Exactly these minutes; large coupons are broken up now and then, as cards do. */
  function purse(minutes: number) {
    const exponents: number[] = [];
    for (let e = 7; e >= 0; e--) if ((minutes >> e) & 1) exponents.push(e);
    while (exponents.length < 5 && people.unit() < 0.4) {
      const [e = 0] = exponents.splice(people.below(exponents.length), 1);
      if (e === 0) exponents.push(0);
      else exponents.push(e - 1, e - 1);
    }
    // Another life in another process must not draw the first one's serials again.
    return exponents.map((e) => town.mint.coupon(e, life === 0 ? undefined : people));
  }

  let { crowd, sales } = before;
  return {
    terminal,
    async sell() {
      now += 30 + people.below(900);
      const lines = 1 + people.below(4);
      const basket = new Map<string, number>();
      while (basket.size < lines) basket.set(town.types[people.below(TYPES)] as string, 1 + people.below(9));
      for (const [type, amount] of basket) await done({ intent: 'add', type, amount });
      // Nobody carries more than four hours away.
      while (view.checkout.minutes > 240) {
        const type = basket.keys().next().value as string;
        basket.delete(type);
        await done({ intent: 'set_amount', type, amount: 0 });
        if (basket.size > 0) continue;
        basket.set(town.types[0] as string, 3);
        await done({ intent: 'add', type: town.types[0] as string, amount: 3 });
      }
      await done({ intent: 'pay' });
      await until(() => view.checkout.frozen);
      const { minutes } = view.checkout;
      const coupons = purse(minutes);
      let sale: Truth | undefined;
      reader.insert(
        payingCard(town.batch, coupons, (id) => {
          sale = {
            crowd,
            purchaseId: toHex(id),
            serials: coupons.map(({ serial }) => serial),
            goods: [...basket].map(([type, amount]) => ({ type, amount })),
            minutes,
            at: now,
          };
          options.told?.(sale);
        }),
      );
      await until(() => view.checkout.step.phase === 'paid');
      await terminal.sale.idle();
      reader.pull();
      await done({ intent: 'next_sale' });
      if (sale === undefined) throw new Error('paid without a card');
      sales++;
      if (sales === k) [crowd, sales] = [crowd + 1, 0];
      return sale;
    },
    sent: () => until(() => view.status.unsent === 0),
    async stop() {
      await terminal.stop();
      await ledger.stop();
    },
  };
}
