/** Views as a terminal would send them, for looking at pictures of the screen: the demo's products, a basket, an account. */
import { createHash } from 'node:crypto';
import { ARTICLES } from '../../demo/products.ts';
import type {
  BasketLine,
  CheckoutPhase,
  CheckoutView,
  ProductView,
  ServicesPhase,
  ServicesView,
  StatusView,
  StockView,
  TillView,
} from '../../src/till-api.ts';

const MINUTE = 1_000_000n;
const typeOf = (key: string) => createHash('sha256').update(key).digest('hex');

export const PRODUCTS: readonly ProductView[] = ARTICLES.map((a, i) => ({
  type: typeOf(a.key),
  names: a.names,
  picture: a.picture,
  group: a.group,
  unit: a.unit,
  code: a.code,
  price: a.key === 'chair' ? null : `${(a.value * BigInt(1_000 + ((i * 37) % 90))) / 1_000n}`,
  inStock: a.key === 'pumpkin' ? 0 : a.unit === 'g' ? 4_250 + 730 * i : 3 + ((i * 7) % 40),
})).sort((a, b) => a.group.localeCompare(b.group) || a.names.en.localeCompare(b.names.en));

export function product(key: string): ProductView {
  const found = PRODUCTS.find((p) => p.type === typeOf(key));
  if (!found) throw new Error(`no product ${key}`);
  return found;
}

export function line(key: string, amount: number): BasketLine {
  const { type, names, picture, unit, price } = product(key);
  return { type, names, picture, unit, amount, price: price!, value: `${BigInt(price!) * BigInt(amount)}` };
}

export const LINES: readonly BasketLine[] = [
  line('rye_bread', 1),
  line('butter', 2),
  line('apples', 1_250),
  line('milk', 2),
  line('cheese', 300),
];

export function checkout(
  step: CheckoutPhase,
  lines: readonly BasketLine[] = step.phase === 'basket' ? [] : LINES,
): CheckoutView {
  const total = lines.reduce((sum, one) => sum + BigInt(one.value), 0n);
  return {
    step,
    lines,
    total: `${total}`,
    minutes: Number((total + MINUTE - 1n) / MINUTE),
    frozen: step.phase !== 'basket',
  };
}

export const STATUS: StatusView = {
  outlet: 'Outlet at the mill',
  ledger: { connected: true, height: 4_711, ageSeconds: 2, tooOld: false },
  unsent: 3,
  setAside: 0,
  reader: { kind: 'no_card', name: 'Reader One 00 00' },
  crowd: { sales: 7, k: 20, openedSecondsAgo: 4_260, holdMaxSeconds: 604_800, small: 1 },
  disk: 'ok',
  dock: 'http://127.0.0.1:9/dock',
};

export const ACCOUNT: NonNullable<ServicesView['account']> = {
  onCard: 517,
  exposed: 12,
  pending: 47,
  freeSlots: 131,
  balance: '1083400000',
  packs: 3,
  claimable: 4,
  claimableValue: '1284666667',
  unfinishedLoad: false,
  refreshing: 0,
  returning: null,
  dead: 0,
  wordsOpen: false,
  fresh: false,
  otherCards: false,
  log: [
    { day: 20_778, outlet: 'Outlet at the mill', minutes: 85, state: 'paid' },
    { day: 20_777, outlet: 'Outlet at the mill', minutes: 47, state: 'pending' },
    { day: 20_775, outlet: 'Harbour store', minutes: 31, state: 'undone' },
    { day: 20_772, outlet: 'Outlet at the mill', minutes: 132, state: 'paid' },
    { day: 20_770, outlet: 'Outlet at the mill', minutes: 18, state: 'paid' },
    { day: 20_768, outlet: 'Harbour store', minutes: 64, state: 'paid' },
  ],
};

/** A card that was never used. */
export const NEW_CARD: NonNullable<ServicesView['account']> = {
  ...ACCOUNT,
  onCard: 0,
  exposed: 0,
  pending: 0,
  freeSlots: 192,
  wordsOpen: true,
  fresh: true,
  log: [],
};
/** The words of a seed of zeros and a few ones, which nobody uses. */
export const WORDS: readonly string[] = (
  'abandon amount liar amount expire adjust cage candy arch gather drum bullet ' +
  'absurd math era live bid rhythm alien crouch range attend journey unaware'
).split(' ');

export function services(step: ServicesPhase, more: Partial<Omit<ServicesView, 'step'>> = {}): ServicesView {
  return { step, ...more };
}

type Count = NonNullable<StockView['count']>;
const HIDDEN = PRODUCTS.map((p) => ({ ...p, inStock: null }));

/** A count with the first `done` products counted. */
export function entering(done: number): StockView {
  const lines = PRODUCTS.map((p, i) => ({ type: p.type, counted: i < done ? p.inStock : null }));
  return { products: HIDDEN, count: { stage: 'entering', lines } };
}

export function counted(stage: Exclude<Count['stage'], 'entering'>): StockView {
  const off: Readonly<Record<string, number>> = {
    butter: -2,
    milk: -1,
    apples: -1_300,
    rye_bread: 3,
    candle: 1,
    cheese: 420,
  };
  const byType = new Map(Object.entries(off).map(([key, by]) => [typeOf(key), by]));
  const lines = PRODUCTS.map((p, i) => {
    if (i > 35) return { type: p.type, counted: null };
    const variance = byType.get(p.type) ?? 0;
    return {
      type: p.type,
      counted: p.inStock! + variance,
      variance,
      value: `${BigInt(p.price ?? '0') * BigInt(variance)}`,
      recount: Math.abs(variance) > 1_000,
    };
  });
  return { products: PRODUCTS, count: { stage, lines } };
}

/** Two that wait for people and one that was dismissed. */
export const REFUSED: TillView['outbox'] = {
  entries: [
    {
      id: 'a'.repeat(64),
      kind: 'announce',
      refusal: 'not_delegated',
      detail: null,
      at: 1_795_240_000,
      waiting: 1,
      dismissed: null,
    },
    {
      id: 'b'.repeat(64),
      kind: 'hand_over',
      refusal: 'not_delegated',
      detail: null,
      at: 1_795_240_000,
      waiting: 0,
      dismissed: null,
    },
    {
      id: 'c'.repeat(64),
      kind: 'count',
      refusal: 'unknown_height',
      detail: null,
      at: 1_795_100_000,
      waiting: 0,
      dismissed: 'counted again on Thursday',
    },
  ],
  more: false,
};

export const VIEW: TillView = {
  status: STATUS,
  checkout: checkout({ phase: 'basket' }),
  services: services({ phase: 'closed' }),
  stock: { products: PRODUCTS },
  outbox: { entries: [], more: false },
};
