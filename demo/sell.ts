/**
 * The headless sale: `npm run --silent sell -- --sales 20 --reader pcsc --json`. The same terminal as on the till, through the
 * same door, with the simulated card behind a real pcscd (`--reader pcsc`) or in this process (`--reader sim`), against a
 * ledger node and a coupon-checking chain of its own in a temporary folder. Its last line is one JSON object; without
 * `--json` a readable account. Nothing here decides anything about a sale: it asks, taps, and reads what the ledger says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTerminal } from '../main/main.ts';
import type { SaleFigures } from '../main/sale.ts';
import type { TillView } from '../src/till-api.ts';
import { chance } from './chance.ts';
import { Children } from './children.ts';
import { startLedgerNode } from './ledger-process.ts';
import { realisticBasket } from './sell/basket.ts';
import { openField } from './sell/field.ts';
import { readLedger } from './sell/ledger-account.ts';
import { mean, quantile } from './sell/quantile.ts';
import { createWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    sales: { type: 'string', default: '20' },
    reader: { type: 'string', default: 'pcsc' },
    seed: { type: 'string', default: '1' },
    k: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run --silent sell -- [--sales 20] [--reader pcsc|sim] [--k 5] [--seed 1] [--json]

  --reader pcsc  the simulated card behind a real pcscd and vpcd of this process' own
  --reader sim   the simulated card in this process
  --k            fewest sales of a crowd
  --seed         which baskets are taken`);
  process.exit(0);
}
const sales = Number(values.sales);
if (!Number.isInteger(sales) || sales < 1 || (values.reader !== 'pcsc' && values.reader !== 'sim')) {
  console.error('wrong_arguments: --sales is a whole number from 1, --reader is pcsc or sim');
  process.exit(2);
}
const say = (line: string) => {
  if (!values.json) console.log(line);
};

/** A card buys for about this many minutes before another one takes its place. */
const MINUTES_A_CARD = 400;
const MINUTES_A_SALE = 40;
const CARDS = Math.max(3, Math.ceil((sales * MINUTES_A_SALE) / MINUTES_A_CARD) + 1);
const DEADLINE_MILLISECONDS = 30_000;

const dir = mkdtempSync(join(tmpdir(), 'timecard-sell-'));
const world = await createWorld({
  dir: join(dir, 'world'),
  lean: true,
  cards: CARDS,
  packs: 3,
  k: Number(values.k),
  progress: say,
});
const children = new Children();
const ledgerUrl = await startLedgerNode(children, world.ledgerDir);
if (ledgerUrl === undefined) throw new Error('the ledger node did not start');
const field = await openField(values.reader, say);
const [till] = world.tills;
if (till === undefined) throw new Error('a world has a till');

const figures: SaleFigures[] = [];
const terminal = createTerminal({
  dataDir: till.dir,
  identity: till.identity,
  ledgerUrl,
  reader: field.reader,
  config: { ...world.config, crowd: { k: Number(values.k), holdMax: 3_600, delayMax: 0 } },
  figures: (sale) => figures.push(sale),
});
let view = {} as TillView;
const waiting = new Set<() => void>();
terminal.api.watch((change) => {
  view = { ...view, ...change };
  for (const look of [...waiting]) look();
});

/** Resolves when the view is as wanted; rejects after the deadline. */
function until(wanted: (view: TillView) => boolean, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(look);
      reject(new Error(`waited for ${what}: ${JSON.stringify(view.checkout.step)}`));
    }, DEADLINE_MILLISECONDS);
    const look = () => {
      if (!wanted(view)) return;
      clearTimeout(timer);
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
}
async function ask(intent: Parameters<typeof terminal.api.ask>[0]): Promise<void> {
  const answer = await terminal.api.ask(intent);
  if (!answer.ok) throw new Error(`${intent.intent}: ${answer.refusal}`);
}

const { height } = (await (await fetch(`${ledgerUrl}/v1/status`)).json()) as { height: number };
await until((v) => v.status.ledger.height >= height, 'the price book');
const before = await readLedger(ledgerUrl, till.identity.outlet);
const cards = world.cards.map((person) => ({ person, device: world.card(person.number).device }));
const onCards = () => cards.reduce((sum, { device }) => sum + device.ownerView().payableMinutes, 0);
const minutesBefore = onCards();
const next = chance(Number(values.seed));
const modelled: number[] = [];
let turn = 0;

/** One sale; a basket no card can pay exactly loses its dearest line and is tried again, as at a till. */
async function sell(): Promise<void> {
  for (const { type, amount } of realisticBasket(view.stock.products, next))
    await ask({ intent: 'add', type, amount });
  for (;;) {
    const card = cards[turn++ % cards.length];
    if (card === undefined) throw new Error('there are cards');
    await ask({ intent: 'pay' });
    await field.insert(card.device);
    const settled = (v: TillView) =>
      v.checkout.step.phase === 'paid' ||
      v.checkout.step.phase === 'pin' ||
      v.checkout.step.phase === 'not_enough';
    await until((v) => settled(v), 'the card');
    if (view.checkout.step.phase === 'pin') {
      await ask({ intent: 'enter_pin', pin: card.person.pin });
      await until(
        (v) => v.checkout.step.phase === 'paid' || v.checkout.step.phase === 'not_enough',
        'the PIN',
      );
    }
    const paid = view.checkout.step.phase === 'paid';
    const tap = card.device.lastTap();
    await field.pull();
    await until((v) => v.status.reader.kind === 'no_card', 'the empty field');
    if (paid) {
      if (tap !== undefined) modelled.push(tap.modelledMs);
      await ask({ intent: 'next_sale' });
      return;
    }
    await ask({ intent: 'cancel_payment' });
    if (view.checkout.lines.length > 1) {
      const dearest = view.checkout.lines.reduce((a, b) => (BigInt(a.value) > BigInt(b.value) ? a : b));
      await ask({ intent: 'set_amount', type: dearest.type, amount: 0 });
    }
  }
}

let failed = false;
try {
  for (let i = 0; i < sales; i++) {
    await sell();
    const figure = figures.at(-1);
    if (figure !== undefined)
      say(`sale ${i + 1}: ${figure.minutes} min, ${figure.coupons} coupons, ${figure.bytes} B`);
  }
  if (!(await terminal.flush(DEADLINE_MILLISECONDS))) throw new Error('not everything reached the ledger');
  const after = await readLedger(ledgerUrl, till.identity.outlet);
  const charged = after.charged - before.charged;
  const redeemed = after.redeemed - before.redeemed;
  const value = after.value - before.value;
  const deleted = minutesBefore - onCards();
  const rounding = after.rounding - before.rounding;
  const exact =
    deleted === redeemed && redeemed === charged && value + rounding === BigInt(charged) * 1_000_000n;
  const commands = figures.map((f) => f.commands - f.pinCommands);
  const of = (pick: (f: SaleFigures) => number) => figures.map(pick);
  const result = {
    sales: figures.length,
    minutesDeleted: deleted,
    minutesRedeemed: redeemed,
    minutesCharged: charged,
    handedOverValue: String(value),
    rounding: String(rounding),
    commandsPerSale: { p50: quantile(commands, 0.5), max: Math.max(...commands) },
    bytesPerSale: {
      p50: quantile(
        of((f) => f.bytes),
        0.5,
      ),
      max: Math.max(...of((f) => f.bytes)),
    },
    bytesForThreeCoupons: Math.max(
      0,
      ...figures.filter((f) => f.coupons <= 3 && f.pinCommands === 0).map((f) => f.bytes),
    ),
    couponsPerSale: {
      mean: mean(of((f) => f.coupons)),
      p95: quantile(
        of((f) => f.coupons),
        0.95,
      ),
    },
    hostMsPerSale: {
      p50: quantile(
        of((f) => f.hostMilliseconds),
        0.5,
      ),
      p99: quantile(
        of((f) => f.hostMilliseconds),
        0.99,
      ),
    },
    fsyncMsPerSale: {
      p50: quantile(
        of((f) => f.fsyncMilliseconds),
        0.5,
      ),
      p99: quantile(
        of((f) => f.fsyncMilliseconds),
        0.99,
      ),
    },
    commitsBeforePaid: Math.max(...of((f) => f.commitsBeforePaid)),
    modelledTapMs: { p50: quantile(modelled, 0.5), p95: quantile(modelled, 0.95) },
    parity: after.parity && exact ? 'ok' : after.parity ? 'minutes_differ' : 'broken',
  };
  failed = result.parity !== 'ok';
  console.log(JSON.stringify(result, null, values.json ? undefined : 2));
} finally {
  await terminal.stop();
  await field.stop();
  await children.endAll();
  rmSync(dir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
