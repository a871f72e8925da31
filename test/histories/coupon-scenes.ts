/** Scenes of offices, cards and tills: keysets, loads, redemptions, refreshes, what is taken back and what is revoked. */

import { loadExponents } from '../../src/coupons/pack.ts';
import { couponsDigest, sortCoupons } from '../../src/economy/coupon-verdict.ts';
import { lowestSince } from '../../src/economy/lows.ts';
import { exponentsOf, owedFor, refreshExponents } from '../../src/economy/owed.ts';
import { DELEGATED, type Id, type Key, type RedeemedCoupon } from '../../src/economy/transaction.ts';
import type { Author, Scene, Scenes } from './author.ts';
import { NOTHING, TILLS } from './cast.ts';
import { blank, FACTOR, hash, KEYSETS, keyNamed, paperCrypto, paperSignature } from './paper-crypto.ts';

type Coin = Author['coins'][number];
const DAY = 86_400;

function keyset(a: Author): Scene | undefined {
  const unused = KEYSETS.filter(({ id }) => !a.state.keysets.has(id));
  const several = (subsystem: Id): boolean => (a.state.subsystems.get(subsystem)?.members ?? 0) > 1;
  const office = a.row(
    a.state.collectives,
    (c) =>
      a.chance(0.03) || (!a.state.liveKeysets.has(c.subsystem) && (several(c.subsystem) || a.chance(0.2))),
  )?.[0];
  const chosen = unused[0] ?? KEYSETS[0];
  if (office === undefined || chosen === undefined) return undefined;
  return { draft: { kind: 'keyset', office, keys: chosen.keys }, keys: a.keys(office) };
}
function batch(a: Author): Scene | undefined {
  const live = a.row(a.state.liveKeysets);
  const office = a.state.keysets.get(live?.[1] ?? '')?.office;
  if (office === undefined) return undefined;
  const key = keyNamed(`batch ${a.below(4)}`);
  return { draft: { kind: 'batch', office, key, until: a.time + a.below(200) * DAY }, keys: a.keys(office) };
}
function delegate(a: Author): Scene | undefined {
  const outlet = a.outlet();
  if (outlet === undefined) return undefined;
  const kinds = a.chance(0.8) ? DELEGATED : DELEGATED.slice(0, 3);
  const key = a.one(TILLS) ?? '';
  return {
    draft: { kind: 'delegate', outlet, key, kinds, until: a.time + a.below(200) * DAY },
    keys: a.keys(outlet),
  };
}
function revokeDelegation(a: Author): Scene | undefined {
  const at = a.row(a.state.delegates)?.[0];
  if (at === undefined) return undefined;
  const [outlet, key] = at.split('/') as [Id, Key];
  return { draft: { kind: 'revoke_delegation', outlet, key }, keys: a.keys(outlet) };
}
function revokeBatch(a: Author): Scene | undefined {
  const found = a.row(a.state.batches);
  if (found === undefined) return undefined;
  return { draft: { kind: 'revoke_batch', batch: found[0], reason: 'Lost' }, keys: a.keys(found[1].office) };
}
function revoke(a: Author): Scene | undefined {
  const found = a.row(a.state.keysets, (k) => k.revoked === undefined && k.issued.some((n) => n > 0));
  if (found === undefined) return undefined;
  return { draft: { kind: 'revoke', keyset: found[0], reason: 'Stolen' }, keys: a.keys(found[1].office) };
}

/** Fresh blanks, and what to remember when they are on the ledger. */
function blanks(a: Author, count: number) {
  const from = a.blanks;
  a.blanks += count;
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  const remember = (id: Id): void => {
    a.cards.set(id, numbers);
  };
  return { blinded: numbers.map((i) => blank(i).blinded), remember };
}
function load(a: Author): Scene | undefined {
  const found = a.row(a.state.balances, (value) => value >= 300_000_000n || a.chance(0.02));
  if (found === undefined) return undefined;
  const [wallet, origin] = found[0].split('/') as [Key, Id];
  const live = a.state.liveKeysets.get(a.subsystem(origin));
  if (live === undefined) return undefined;
  const packs = a.chance(0.1) && found[1] >= 600_000_000n ? 2 : 1;
  const { blinded, remember } = blanks(a, 32 * packs);
  return {
    draft: { kind: 'load', g: '0123456789abcdef', packs, keyset: live, wallet, blinded },
    keys: [wallet],
    remember,
  };
}
/** Something owed and not answered, of which the author has the blanks. */
function owedOpen(a: Author) {
  const open = [...a.cards.keys()].filter((id) => owedFor(a.state, id)?.state === 'open');
  const id = a.one(open);
  const owed = id === undefined ? undefined : owedFor(a.state, id);
  return id === undefined || owed === undefined ? undefined : { id, owed };
}
function issue(a: Author): Scene | undefined {
  const found = owedOpen(a);
  if (found === undefined) return undefined;
  const { id, owed } = found;
  const { keyset, blinded } = owed.row;
  const { exponents } = owed;
  return {
    draft: { kind: 'issue', load: id, signatures: blinded },
    keys: a.keys(a.state.keysets.get(keyset)?.office),
    remember: () => {
      for (const [i, number] of (a.cards.get(id) ?? []).entries())
        a.coins.push({ keyset, exponent: exponents[i] as number, blank: number });
    },
  };
}
function cancel(a: Author): Scene | undefined {
  const ids = [...a.cards.keys()].filter((id) => {
    const owed = owedFor(a.state, id);
    if (owed === undefined || (owed.state !== 'open' && owed.state !== 'void')) return false;
    const old = owed.row.height + 100 <= a.height;
    return (
      old ||
      owed.state === 'void' ||
      a.chance(0.1) ||
      a.state.keysets.get(owed.row.keyset)?.revoked !== undefined
    );
  });
  const id = a.one(ids);
  const owed = id === undefined ? undefined : owedFor(a.state, id);
  if (id === undefined || owed === undefined) return undefined;
  const keys =
    owed.as === 'load'
      ? [owed.row.wallet]
      : owed.as === 'refresh'
        ? owed.row.coupons.map(({ key }) => key)
        : tillKeys(a, owed.row.outlet);
  return { draft: { kind: 'cancel', load: id }, keys };
}

function shown({ keyset, exponent, blank: i }: Coin): RedeemedCoupon {
  const { serial, bytes } = blank(i);
  const n = KEYSETS.find(({ id }) => id === keyset)?.moduli[exponent] ?? 0n;
  return { keyset, exponent, serial, signature: paperSignature(n, bytes) };
}
/** Some coins of the card, most of them for the last time. */
function take(a: Author, most: number): Coin[] {
  const out: Coin[] = [];
  for (let i = 1 + a.below(most); i > 0 && a.coins.length > 0; i--) {
    const at = a.below(a.coins.length);
    const coin = a.coins[at] as Coin;
    if (!out.includes(coin)) out.push(coin);
    if (a.chance(0.75)) a.coins.splice(at, 1);
  }
  return out;
}
function tillKeys(a: Author, outlet: Id): Key[] {
  const till = a.row(a.state.delegates, (d, at) => at.startsWith(outlet) && d.until >= a.time)?.[0];
  return [...a.keys(outlet), ...(till === undefined ? [] : [till.slice(65)])];
}
const signer = (a: Author, outlet: Id): Key[] => {
  const keys = tillKeys(a, outlet);
  return a.chance(0.3) ? keys.slice(-1) : keys.slice(0, 1);
};
/** Mostly one that takes the coupons of this office. */
function outletFor(a: Author, keyset: Id): Id | undefined {
  const office = a.state.keysets.get(keyset)?.office ?? NOTHING;
  const home = a.subsystem(office);
  const near = a.row(a.state.collectives, (c) => c.dispatches && c.subsystem === home)?.[0];
  return near !== undefined && a.chance(0.75) ? near : a.outlet();
}
/** Mostly a batch of cards that can vouch here. */
function vouchingFor(a: Author, keyset: Id): Key | undefined {
  const home = a.subsystem(a.state.keysets.get(keyset)?.office ?? NOTHING);
  const fits = a.row(
    a.state.batches,
    (b) => !b.revoked && b.until >= a.time && a.subsystem(b.office) === home,
  )?.[0];
  return fits !== undefined && a.chance(0.85) ? fits : a.row(a.state.batches)?.[0];
}
function announce(a: Author): Scene | undefined {
  const again = a.chance(0.3) ? a.one(a.announced)?.coupons : undefined;
  const first = again?.[0] ?? a.one(a.coins);
  const outlet = first === undefined ? undefined : outletFor(a, first.keyset);
  if (outlet === undefined || a.coins.length === 0) return undefined;
  const forged = a.chance(0.06) ? [{ ...(a.one(a.coins) as Coin), exponent: a.below(9) }] : [];
  const all = new Map([...take(a, 8), ...forged].map((coin) => [blank(coin.blank).serial, coin]));
  const coupons = sortCoupons([...all.values()].map(shown));
  const list = again ?? coupons;
  return {
    draft: { kind: 'announce', outlet, digest: couponsDigest(paperCrypto, list) },
    keys: signer(a, outlet),
    remember: (id) => void a.announced.push({ outlet, announcement: id, coupons: list }),
  };
}
function redeem(a: Author): Scene | undefined {
  const any = a.one(a.announced);
  // Where two announced the same, mostly the younger comes first: then the older takes the coupons from it.
  const found = a.chance(0.8) ? a.announced.findLast(({ coupons }) => coupons === any?.coupons) : any;
  if (found === undefined) return undefined;
  if (a.chance(0.9)) a.announced.splice(a.announced.indexOf(found), 1);
  const { outlet, announcement, coupons } = found;
  return { draft: { kind: 'redeem', outlet, announcement, coupons }, keys: signer(a, outlet) };
}
function abort(a: Author): Scene | undefined {
  const outlet = a.outlet();
  if (outlet === undefined || a.coins.length === 0) return undefined;
  const coins = [a.one(a.coins), a.one(a.coins)] as Coin[];
  const serials = [...new Set(coins.map((coin) => blank(coin.blank).serial))].sort();
  return { draft: { kind: 'abort', outlet, serials }, keys: signer(a, outlet) };
}
function refresh(a: Author): Scene | undefined {
  const good = a.coins.filter(({ keyset }) => a.state.keysets.get(keyset)?.revoked === undefined);
  const coin = a.one(good.length > 0 ? good : a.coins);
  if (coin === undefined) return undefined;
  const office = a.state.keysets.get(coin.keyset)?.office ?? NOTHING;
  const from = a.chance(0.7) ? a.subsystem(office) : a.row(a.state.liveKeysets)?.[0];
  const live = a.state.liveKeysets.get(from ?? '');
  if (live === undefined) return undefined;
  const whole = a.chance(0.4) ? pack(a, coin.keyset) : undefined;
  const coins = whole ?? [coin];
  const coupons = coins
    .map((c) => ({
      keyset: c.keyset,
      exponent: c.exponent,
      key: blank(c.blank).key,
      signature: shown(c).signature,
    }))
    .sort((x, y) => (x.key < y.key ? -1 : 1));
  const packs = whole === undefined ? 0 : 1;
  const { blinded, remember } = blanks(a, refreshExponents(packs, coupons).length);
  const draft = { kind: 'refresh', packs, keyset: live, blinded, coupons } as const;
  const vouching = a.chance(0.5) ? vouchingFor(a, live) : undefined;
  const voucher = { batch: vouching ?? '', signature: new Uint8Array(64).fill(a.chance(0.05) ? 1 : 0) };
  const keys = coupons.map(({ key }) => key);
  return { draft: vouching === undefined ? draft : { ...draft, voucher }, keys, remember };
}
/** Coins of one keyset that make a pack. */
function pack(a: Author, keyset: Id): Coin[] | undefined {
  const left = a.coins.filter((c) => c.keyset === keyset);
  const out: Coin[] = [];
  for (const exponent of loadExponents(1)) {
    const at = left.findIndex((c) => c.exponent === exponent);
    if (at < 0) return undefined;
    out.push(...left.splice(at, 1));
  }
  return out;
}
function recoup(a: Author): Scene | undefined {
  const revoked = [...a.cards].filter(([id]) => {
    const owed = owedFor(a.state, id);
    return owed?.state === 'issued' && a.state.keysets.get(owed.row.keyset)?.revoked !== undefined;
  });
  const [load, numbers] = a.one(revoked) ?? [];
  const owed = load === undefined ? undefined : owedFor(a.state, load);
  if (load === undefined || numbers === undefined || owed === undefined) return undefined;
  const wallet = owed.as === 'load' ? owed.row.wallet : keyNamed('anna');
  const unspent = numbers.flatMap((number, index) =>
    a.state.serials.has(blank(number).serial) && a.chance(0.9)
      ? []
      : [{ load, index, key: blank(number).key, factor: FACTOR }],
  );
  const coupons = unspent.filter(() => a.chance(0.5));
  if (coupons.length === 0) return undefined;
  const draft = { kind: 'recoup', wallet, keyset: owed.row.keyset, coupons } as const;
  const vouching = a.chance(0.7) ? vouchingFor(a, owed.row.keyset) : undefined;
  const voucher = { batch: vouching ?? '', signature: new Uint8Array(64) };
  const keys = [wallet, ...(owed.as === 'load' ? [] : coupons.map(({ key }) => key))];
  return { draft: vouching === undefined ? draft : { ...draft, voucher }, keys };
}
function takeBack(a: Author): Scene | undefined {
  // Mostly there, where something was redeemed: no outlet takes back for more minutes than it redeemed.
  const anywhere = a.chance(0.2);
  const found = a.row(a.state.stock, ({ handed = [] }, at) => {
    const outlet = at.slice(0, 64);
    return (
      handed.length > 0 && tillKeys(a, outlet).length > 1 && (anywhere || a.state.redeemedDays.has(outlet))
    );
  });
  if (found === undefined) return undefined;
  const [outlet, type] = found[0].split('/') as [Id, Id];
  const home = a.subsystem(outlet);
  const live = a.state.liveKeysets.get(home);
  if (live === undefined) return undefined;
  const handed = found[1].handed?.reduce((sum, day) => sum + day.sum, 0) ?? 0;
  const redeemed = a.state.redeemedDays.get(outlet)?.reduce((sum, day) => sum + day.sum, 0) ?? 0;
  const low = lowestSince(a.state.pools.get(`${home}/${type}`)?.lows ?? [], a.time - 30 * DAY);
  const common = a.state.labels.get(`${home}/${type}`) === 'common';
  const minutesFor = (amount: number): number =>
    low === undefined || common ? 0 : Number((BigInt(amount) * low.value) / BigInt(low.amount) / 1_000_000n);
  let amount = 1 + a.below(Math.max(1, Math.min(handed, 9)));
  while (amount > 1 && minutesFor(amount) > redeemed) amount -= 1;
  const minutes = minutesFor(amount);
  const { blinded, remember } = blanks(a, exponentsOf(minutes)?.length ?? 0);
  return {
    draft: { kind: 'take_back', outlet, goods: [{ type, amount }], minutes, keyset: live, blinded },
    keys: tillKeys(a, outlet),
    remember,
  };
}
/** Somebody asks for what is not there. */
function nothing(a: Author): Scene {
  return { draft: { kind: 'cancel', load: hash(`nothing ${a.below(9)}`) }, keys: [] };
}

export const COUPON_SCENES: Scenes = {
  keyset: [1.2, keyset],
  batch: [1.5, batch],
  delegate: [3, delegate],
  revoke_delegation: [0.3, revokeDelegation],
  revoke_batch: [0.3, revokeBatch],
  revoke: [0.8, revoke],
  load: [8, load],
  issue: [10, issue],
  cancel: [3, cancel],
  announce: [9, announce],
  redeem: [10, redeem],
  abort: [1.5, abort],
  refresh: [3, refresh],
  recoup: [6, recoup],
  take_back: [7, takeBack],
  nothing: [0.1, nothing],
};
