/**
 * Coupons (§6.5 in its private form): what offices owe, what they issued and what became of it; loads, issues, refreshes, revocations, recoups.
 * O is never moved here: it is the sum of what is open and of what was issued and is not gone (`books.ts`). Not here: redemptions (`redemption.ts`).
 */
import { beBytes, beInt, concat, hexBytes, toHex } from '../../src/bytes.ts';
import type {
  Abort,
  Cancel,
  Id,
  Issue,
  Load,
  PublishKeyset,
  Recoup,
  Refresh,
  Revoke,
  TakeBack,
} from '../../src/economy/transaction.ts';
import { PACK, PACK_MINUTES } from '../../src/limits.ts';
import { minutes } from './arithmetic.ts';
import { left } from './books.ts';
import { type Keyset, type Owed, type Records, type Refreshed, type Taken, there } from './records.ts';
import { settle, useCoupons } from './settlement.ts';
import { takeBack, undoTakeBack } from './stock.ts';
import { giveBack, spend } from './wallets.ts';

export function serialOf({ crypto }: Records, key: string): Id {
  return toHex(crypto.sha256(hexBytes(key)));
}
export function keysetNamed(records: Records, id: Id): Keyset {
  return there(records.keysets.get(id), 'keyset');
}

/** Its id is the SHA-256 of all keys: n in 256 bytes, e in 4. */
export function keyset(records: Records, { office, keys }: PublishKeyset): void {
  const bytes = concat(...keys.flatMap(({ n, e }) => [n, beBytes(BigInt(e), 4)]));
  const id = toHex(records.crypto.sha256(bytes));
  const numbers = keys.map(({ n, e }) => ({ n: beInt(n), e: BigInt(e) }));
  records.keysets.set(id, { id, office, keys: numbers, issued: keys.map(() => 0) });
}

/** The coupons of whole packs, the smallest first. */
function packed(packs: number): number[] {
  return PACK.flatMap(([exponent, count]) => Array.from({ length: packs * count }, () => exponent));
}
/** The fewest coupons of whole minutes, the smallest first. */
function fewest(whole: number): number[] {
  const out: number[] = [];
  for (let rest = whole; rest > 0; rest -= 2 ** (out[0] as number)) {
    let exponent = 8;
    while (2 ** exponent > rest) exponent -= 1;
    out.unshift(exponent);
  }
  return out;
}
const minutesOf = (exponents: readonly number[]): number => exponents.reduce((t, e) => t + 2 ** e, 0);

function owe(
  records: Records,
  at: Id,
  exponents: readonly number[],
  of: Pick<Owed, 'load' | 'refresh' | 'back'>,
) {
  const { place } = records;
  const open: Owed = {
    keyset: keysetNamed(records, at),
    exponents,
    minutes: minutesOf(exponents),
    state: 'open',
    place,
    ...of,
  };
  records.owed.set(records.id, open);
  return open;
}

export function load(records: Records, { wallet, packs, keyset: at }: Load): void {
  const { office } = keysetNamed(records, at);
  const taken = spend(records, wallet, records.home(office), minutes(packs * PACK_MINUTES));
  owe(records, at, packed(packs), { load: { wallet, taken } });
}

export function takeBackFor(records: Records, said: TakeBack): void {
  const back = takeBack(records, said);
  const owed = owe(records, said.keyset, fewest(said.minutes), { back });
  if (owed.exponents.length === 0) owed.state = 'issued';
}

export function issue(records: Records, { load: id }: Issue): void {
  const owed = there(records.owed.get(id), 'load');
  if (owed.state !== 'open') throw new Error(`what is ${owed.state} is not issued`);
  owed.state = 'issued';
  for (const exponent of owed.exponents)
    owed.keyset.issued[exponent] = (owed.keyset.issued[exponent] ?? 0) + 1;
}

export function refresh(records: Records, said: Refresh): void {
  const { packs, keyset: at, coupons, voucher } = said;
  const shown: Refreshed[] = coupons.map(({ keyset: of, exponent, key }) => {
    const serial = serialOf(records, key);
    const fate = records.fates.get(serial);
    const abort = fate?.is === 'aborted' ? fate.abort : undefined;
    return { serial, keyset: keysetNamed(records, of), exponent, abort };
  });
  const slow = voucher === undefined && shown.some(({ abort }) => abort === undefined);
  const exponents = packs === 0 ? coupons.map(({ exponent }) => exponent) : packed(packs);
  const by = owe(records, at, exponents, { refresh: shown });
  const here = records.home(by.keyset.office);
  for (const { serial, keyset: of, exponent } of shown) {
    if (left(records, of, exponent) < 1) throw new Error('more coupons are refreshed than were issued');
    records.fates.set(serial, { is: 'refreshed', keyset: of, exponent, by, slow });
    useCoupons(records, here, of.office, minutes(2 ** exponent));
  }
}

/** The debt for the new coupons ends, that for the old ones is back, in its own books. */
export function turnBack(records: Records, { keyset: of, refresh: coupons = [] }: Owed): void {
  const from = records.home(of.office);
  for (const { keyset: old, exponent } of coupons)
    settle(records, from, records.home(old.office), minutes(2 ** exponent));
}

export function cancel(records: Records, { load: id }: Cancel): void {
  const owed = there(records.owed.get(id), 'load');
  const { state, keyset: of, load: loaded, refresh: coupons, back } = owed;
  if (state !== 'open' && state !== 'void') throw new Error(`what is ${state} is not cancelled`);
  owed.state = 'cancelled';
  if (loaded !== undefined) giveBack(records, loaded.wallet, loaded.taken, records.home(of.office));
  if (back !== undefined) undoTakeBack(records, owed, back);
  if (coupons === undefined) return;
  if (state === 'open') turnBack(records, owed);
  for (const { serial, abort } of coupons) {
    const fate = records.fates.get(serial);
    if (fate?.is !== 'refreshed' || fate.by !== owed) continue;
    if (abort === undefined) records.fates.delete(serial);
    else records.fates.set(serial, { is: 'aborted', abort });
  }
}

export function revoke(records: Records, { keyset: id }: Revoke): void {
  keysetNamed(records, id).revoked = records.place;
}

/** What was never seen is given up by the outlet. */
export function abort(records: Records, { outlet, serials }: Abort): void {
  const given = { outlet, place: records.place };
  for (const serial of serials)
    if (!records.fates.has(serial)) records.fates.set(serial, { is: 'aborted', abort: given });
}

/** What lies between two sums of what was taken. */
function slice(taken: readonly Taken[], from: bigint, to: bigint): Taken[] {
  const out: Taken[] = [];
  let begin = 0n;
  for (const { origin, value } of taken) {
    const end = begin + value;
    const [low, high] = [begin > from ? begin : from, end < to ? end : to];
    if (low < high) out.push({ origin, value: high - low });
    begin = end;
  }
  return out;
}

/** Coupons of a revoked keyset become balance; what the keyset does not owe any more, because forgeries went before, is wasted. */
export function recoup(records: Records, { wallet, keyset: id, coupons }: Recoup): void {
  const of = keysetNamed(records, id);
  const home = records.home(of.office);
  for (const { load: by, index, key } of coupons) {
    const owed = there(records.owed.get(by), 'load');
    const exponent = there(owed.exponents[index], 'coupon');
    const value = minutes(2 ** exponent);
    const before = minutes(minutesOf(owed.exponents.slice(0, index)));
    const back =
      owed.load === undefined
        ? [{ origin: of.office, value }]
        : slice(owed.load.taken, before, before + value);
    const beyond = left(records, of, exponent) < 1;
    if (beyond) records.accounts(of.office).W += value;
    records.fates.set(serialOf(records, key), { is: 'recouped', keyset: of, exponent, beyond });
    giveBack(records, wallet, back, home);
  }
}
