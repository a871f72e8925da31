/**
 * The auditor: compares what was carried out of the shops, what cards hold and what the chain says, and knows no rule of a till, a card or the ledger but the promises
 * themselves. Every coupon of every card is in exactly one place; a sale is paid ⇔ its coupons are redeemed ⇔ its goods are handed over, once; nobody's
 * balance moves without a load; what a cheating outlet can take is bounded by what a card gives without a PIN, and named by card and chain.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { toHex } from '../../src/bytes.ts';
import type { BlockEvents } from '../../src/economy/events.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id } from '../../src/economy/transaction.ts';
import { NO_PIN, PACK_MINUTES } from '../../src/limits.ts';
import { fromMinutes } from '../../src/units/micro-minutes.ts';
import { booksOf, parity } from '../histories/books.ts';
import type { CardRecord, Diary } from './diary.ts';
import { OUTLET_OF, type Setting, type TillName } from './setting.ts';

/** What is wrong: a promise's short name, and a sentence. */
export interface Breach {
  readonly promise: string;
  readonly sentence: string;
}

export interface Evidence {
  readonly diary: Diary;
  readonly blocks: readonly BlockEvents[];
  readonly state: State;
  readonly setting: Setting;
  /** The honest tills. */
  readonly tills: readonly TillName[];
  readonly unrested: readonly TillName[];
  readonly setAside: readonly TillName[];
  /** Of the cards that take part. */
  readonly wallets: ReadonlySet<string>;
}

/** What the chain says of serials and outlets. */
interface Chain {
  readonly spentAt: Map<Id, Id>;
  readonly aborted: Set<Id>;
  /** Given for new ones. */
  readonly refreshed: Set<Id>;
  readonly redeemed: Map<Id, number>;
  readonly skipped: { readonly outlet: Id; readonly serial: Id; readonly refusal: string }[];
  /** Outlet → what its hand-overs said. */
  readonly charged: Map<Id, number>;
  readonly sales: Map<Id, number>;
  readonly bent: Set<Id>;
  /** `outlet/type` → amount. */
  readonly handed: Map<string, number>;
  readonly twice: Id[];
}

const add = <K>(map: Map<K, number>, key: K, n: number): void => {
  map.set(key, (map.get(key) ?? 0) + n);
};

function readChain(blocks: readonly BlockEvents[]): Chain {
  const chain: Chain = {
    spentAt: new Map(),
    aborted: new Set(),
    refreshed: new Set(),
    redeemed: new Map(),
    skipped: [],
    charged: new Map(),
    sales: new Map(),
    bent: new Set(),
    handed: new Map(),
    twice: [],
  };
  for (const { events } of blocks)
    for (const event of events)
      if (event.kind === 'redeemed') {
        const moved = new Map(event.moved?.map(({ serial, from }) => [serial, from]));
        for (const serial of event.serials) {
          if (chain.spentAt.get(serial) !== moved.get(serial)) chain.twice.push(serial);
          chain.spentAt.set(serial, event.outlet);
        }
        add(chain.redeemed, event.outlet, event.minutes);
        for (const { serial, refusal } of event.skipped)
          chain.skipped.push({ outlet: event.outlet, serial, refusal });
      } else if (event.kind === 'aborted') for (const serial of event.serials) chain.aborted.add(serial);
      else if (event.kind === 'refreshed') {
        for (const serial of event.serials) {
          if (chain.refreshed.has(serial)) chain.twice.push(serial);
          chain.refreshed.add(serial);
        }
      } else if (event.kind === 'handed_over') {
        add(chain.charged, event.outlet, event.charged);
        add(chain.sales, event.outlet, event.sales);
        if (event.lack !== undefined || event.excess !== undefined) chain.bent.add(event.outlet);
      } else if (event.kind === 'stock' && event.cause === 'hand_over')
        add(chain.handed, `${event.collective}/${event.type}`, -Number(event.amount));
  return chain;
}

const short = (id: string): string => id.slice(0, 8);

export function audit(evidence: Evidence): readonly Breach[] {
  const { diary, blocks, state, setting, tills, unrested, setAside } = evidence;
  const chain = readChain(blocks);
  const breaches: Breach[] = [];
  const say = (promise: string, sentence: string) => breaches.push({ promise, sentence });
  for (const till of unrested)
    say('flushed', `${till} still has something unsent, or does not stand where the ledger stands`);
  for (const till of setAside) say('nothing refused', `the ledger refused an entry of ${till}`);
  const terminalOf = new Map(
    tills.map((till) => [
      toHex(nodeCrypto.x25519Public(setting.identities[till].staticSecret)),
      { till, outlet: setting.members[OUTLET_OF[till]].id },
    ]),
  );

  // Purchases: paid ⇔ goods ⇔ redeemed, once.
  const goodsOf = new Map<string, number>();
  for (const { till, card, purchase, minutes } of diary.taken) {
    if (minutes === 0) continue;
    const terminal = toHex(nodeCrypto.x25519Public(setting.identities[till].staticSecret));
    const key = `${card}/${terminal}/${purchase}`;
    const record = diary.records.get(key);
    if (record === undefined)
      say('paid before goods', `goods for ${minutes} minutes left ${till} and no card had paid`);
    else if (record.minutes !== minutes)
      say('the price shown', `${till} showed ${minutes} minutes and the card paid ${record.minutes}`);
    add(goodsOf, key, 1);
  }
  const placed = new Map<Id, CardRecord>();
  for (const [key, record] of diary.records) {
    for (const { serial } of record.coupons) {
      const other = placed.get(serial);
      if (other !== undefined && other !== record)
        say('a coupon pays once', `coupon ${short(serial)} of card ${record.card + 1} is in two purchases`);
      placed.set(serial, record);
    }
    const sum = record.coupons.reduce((minutes, { exponent }) => minutes + 2 ** exponent, 0);
    if (sum !== record.minutes)
      say('exact sums', `a purchase of ${record.minutes} minutes has coupons for ${sum}`);
    const honest = terminalOf.get(record.terminal);
    if (honest === undefined) cheated(record, say);
    else sold(record, honest, goodsOf.get(key) ?? 0, chain, say);
  }

  // Coupons: each in one place.
  for (const [serial, { card, state: held }] of diary.coupons) {
    const spent = chain.spentAt.get(serial);
    if (held === 'free' && (spent !== undefined || chain.aborted.has(serial)))
      say(
        'free coupons are good',
        `card ${card + 1} would pay with ${short(serial)}, which the ledger has seen`,
      );
    const gone = chain.refreshed.has(serial);
    if (gone && held !== 'refreshing' && held !== 'empty')
      say('given for a new one', `coupon ${short(serial)} of card ${card + 1} was refreshed and is ${held}`);
    if ((held === 'spent' || held === 'empty') && !placed.has(serial) && !gone)
      say('nothing lost', `coupon ${short(serial)} of card ${card + 1} is gone and no purchase has it`);
  }
  for (const serial of chain.spentAt.keys())
    if (!diary.coupons.has(serial))
      say('nothing invented', `${short(serial)} was redeemed and never was on a card`);
  for (const serial of chain.twice) say('redeemed once', `${short(serial)} was taken twice`);
  for (const serial of chain.refreshed)
    if (chain.spentAt.has(serial)) say('redeemed once', `${short(serial)} was redeemed and refreshed`);
  conserved(evidence, chain, say);

  // Outlets: redeemed = charged = carried out.
  for (const outlet of new Set([...terminalOf.values()].map((one) => one.outlet))) {
    const sales = diary.taken.filter((one) => setting.members[OUTLET_OF[one.till]].id === outlet);
    const name = [...terminalOf.values()].find((one) => one.outlet === outlet)?.till ?? '';
    const minutes = sales.reduce((sum, one) => sum + one.minutes, 0);
    const compare = (what: string, told: number, was: number) => {
      if (told !== was)
        say('landed once', `${name}'s outlet: ${what} ${told} on the ledger, ${was} in the shop`);
    };
    compare('minutes redeemed', chain.redeemed.get(outlet) ?? 0, minutes);
    compare('minutes charged', chain.charged.get(outlet) ?? 0, minutes);
    compare('sales', chain.sales.get(outlet) ?? 0, sales.length);
    const amounts = new Map<Id, number>();
    for (const { goods } of sales) for (const { type, amount } of goods) add(amounts, type, amount);
    const types = new Set([
      ...amounts.keys(),
      ...[...chain.handed.keys()].filter((at) => at.startsWith(outlet)).map((at) => at.slice(65)),
    ]);
    for (const type of types) {
      const told = chain.handed.get(`${outlet}/${type}`) ?? 0;
      compare(`amount of ${short(type)}`, told, amounts.get(type) ?? 0);
    }
    if (chain.bent.has(outlet))
      say('honest charges stand', `the ledger did not believe what ${name}'s outlet charged`);
    for (const one of chain.skipped.filter((s) => s.outlet === outlet))
      say(
        'every coupon counts',
        `${name}'s outlet: coupon ${short(one.serial)} was not taken: ${one.refusal}`,
      );
  }
  for (const [subsystem, books] of booksOf(state))
    if (parity(books) !== 0n) say('L1', `subsystem ${short(subsystem)} is off by ${parity(books)}`);
  return breaches;
}

type Say = (promise: string, sentence: string) => void;

/** A purchase at an honest till. */
function sold(
  record: CardRecord,
  { till, outlet }: { readonly till: TillName; readonly outlet: Id },
  goods: number,
  chain: Chain,
  say: Say,
): void {
  const at = `card ${record.card + 1}, purchase ${short(record.id)} of ${record.minutes} minutes at ${till}`;
  if (goods > 1) say('goods once', `${at}: goods left ${goods} times`);
  const redeemed = record.coupons.filter(({ serial }) => chain.spentAt.get(serial) === outlet).length;
  const elsewhere = record.coupons.filter(({ serial }) => {
    const there = chain.spentAt.get(serial);
    return there !== undefined && there !== outlet;
  });
  if (elsewhere.length > 0)
    say('the till that was paid', `${at}: ${elsewhere.length} coupons were redeemed by somebody else`);
  if (goods > 0) {
    if (record.state !== 'paid')
      say('paid is paid', `${at}: goods left, and the card holds it as ${record.state}`);
    if (redeemed !== record.coupons.length)
      say('paid is redeemed', `${at}: ${redeemed} of ${record.coupons.length} coupons are redeemed`);
    return;
  }
  if (redeemed > 0) say('not for nothing', `${at}: no goods, and ${redeemed} coupons are redeemed`);
  if (record.state === 'paid' && !record.coupons.every(({ serial }) => chain.aborted.has(serial)))
    say('a way back', `${at}: the card thinks it paid, no goods were given, and the till has not aborted it`);
}

/** A purchase at the outlet that cheats: no more than a card gives without its PIN. */
function cheated(record: CardRecord, say: Say): void {
  if (record.withPin) say('no PIN at the cheat', `card ${record.card + 1} took a PIN where none was typed`);
  if (record.minutes > NO_PIN.perTapMinutes)
    say('bounded theft', `card ${record.card + 1} lost ${record.minutes} minutes in one tap`);
}

/**
 * Minutes of refreshes that are issued and not on their card yet. The old coupons of one stay until all new ones, worth as much, are stored; so
 * what is stored of the new ones is what is neither old any more nor still to be signed.
 */
function refreshesWaiting(diary: Diary, state: State): number {
  const issued = new Set<Id>();
  for (const [, { coupons, signatures }] of state.refreshes.entries())
    if (signatures !== undefined) for (const { serial } of coupons) issued.add(serial);
  const old = new Map<number, { all: number; issued: number }>();
  for (const [serial, { card, exponent, state: held }] of diary.coupons) {
    if (held !== 'refreshing') continue;
    const sum = old.get(card) ?? { all: 0, issued: 0 };
    sum.all += 2 ** exponent;
    if (issued.has(serial)) sum.issued += 2 ** exponent;
    old.set(card, sum);
  }
  let waiting = 0;
  for (const [card, sum] of old) waiting += sum.issued - (sum.all - (diary.prepared.get(card) ?? 0));
  return waiting;
}

/** Minutes: what was issued to cards is on them, on its way back to them, or redeemed for goods; balances move by loads alone. */
function conserved({ diary, state, wallets }: Evidence, chain: Chain, say: Say): void {
  const value = (serial: Id) => 2 ** (diary.coupons.get(serial)?.exponent ?? 0);
  let issued = 0;
  for (const [, load] of state.loads.entries())
    if (load.signatures !== undefined && wallets.has(load.wallet)) issued += PACK_MINUTES * load.packs;
  const all = [...diary.coupons.keys()].reduce((sum, serial) => sum + value(serial), 0);
  const spent = [...chain.spentAt.keys()].reduce((sum, serial) => sum + value(serial), 0);
  const keysets = [...state.keysets.entries()].map(([, row]) => row);
  const total = (counts: readonly number[]) =>
    counts.reduce((sum, n, exponent) => sum + n * 2 ** exponent, 0);
  const given = [...chain.refreshed].reduce((sum, serial) => sum + value(serial), 0);
  for (const [what, told] of [
    ['redeemed', spent],
    ['refreshed', given],
  ] as const) {
    const counted = keysets.reduce((sum, row) => sum + total(row[what]), 0);
    if (counted !== told)
      say('counted', `the ledger counts ${counted} ${what} minutes, its events tell ${told}`);
  }
  // What is given for new ones comes back as exactly as much.
  for (const [, refresh] of state.refreshes.entries())
    if (refresh.signatures !== undefined)
      issued += refresh.coupons.reduce((sum, { exponent }) => sum + 2 ** exponent, 0);
  // An issue that its card has not fetched waits on the ledger for it.
  let waiting = 0;
  for (const { digest, minutes } of diary.openLoads.values())
    if (state.loads.get(digest)?.signatures !== undefined) waiting += minutes;
  waiting += refreshesWaiting(diary, state);
  if (all + waiting !== issued)
    say(
      'nothing lost',
      `${issued} minutes were issued, cards have had ${all}, ${waiting} wait for their card`,
    );

  // Balances: claimed less loaded.
  const due = new Map<string, bigint>();
  const owe = (wallet: string, change: bigint) => due.set(wallet, (due.get(wallet) ?? 0n) + change);
  for (const [, work] of state.workloads.entries()) if (work.claimed) owe(work.wallet, work.share ?? 0n);
  for (const [, load] of state.loads.entries())
    if (!load.cancelled) owe(load.wallet, -fromMinutes(PACK_MINUTES * load.packs));
  for (const [at, balance] of state.balances.entries()) owe(at.slice(0, 66), -balance);
  for (const [wallet, rest] of due)
    if (rest !== 0n) say('no wallet debited', `wallet ${short(wallet)} is off by ${rest} micro-minutes`);
}
