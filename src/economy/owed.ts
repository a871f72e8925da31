/**
 * What a coupon office owes: blind signatures for a load, a refresh or a take back. The three differ in where their
 * value comes from; what they ask of an office, and how an issue answers, is the same, and stands here.
 * Not here: the rules that make them (`load.ts`, `refresh.ts`, `take-back.ts`), the issue (`load.ts`).
 */
import { compare, toHex } from '../bytes.ts';
import { select } from '../coupons/denominations.ts';
import { loadExponents } from '../coupons/pack.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { CARD_SLOTS, DENOMINATION_EXPONENTS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusals.ts';
import type { KeysetRow, LoadRow, RefreshRow, State, TakeBackRow } from './state.ts';
import type { Id, Seconds } from './transaction.ts';

/** One row of the three tables, told apart. */
export type Owed = (
  | { readonly as: 'load'; readonly row: LoadRow }
  | { readonly as: 'refresh'; readonly row: RefreshRow }
  | { readonly as: 'take_back'; readonly row: TakeBackRow }
) & {
  /** The denominations of its blinded serials, in their order. */
  readonly exponents: readonly number[];
  /** The office may issue from this time on. */
  readonly issueFrom: Seconds;
  /** `void`: a redemption took one of a refresh's coupons. */
  readonly state: 'open' | 'issued' | 'cancelled' | 'void';
};

/** What is owed for a load, refresh or take back; undefined when there is none of this id. */
export function owedFor(state: State, id: Id): Owed | undefined {
  const load = state.loads.get(id);
  if (load !== undefined)
    return {
      as: 'load',
      row: load,
      exponents: loadExponents(load.packs),
      issueFrom: 0,
      state: stateOf(load),
    };
  const refresh = state.refreshes.get(id);
  if (refresh !== undefined)
    return {
      as: 'refresh',
      row: refresh,
      exponents: refreshExponents(refresh.packs, refresh.coupons),
      issueFrom: refresh.issueFrom,
      state: refresh.closed ?? stateOf(refresh),
    };
  const back = state.takeBacks.get(id);
  return (
    back && {
      as: 'take_back',
      row: back,
      exponents: exponentsOf(back.minutes) ?? [],
      issueFrom: 0,
      state: stateOf(back),
    }
  );
}

function stateOf(row: { readonly signatures?: readonly Uint8Array[]; readonly cancelled?: true }) {
  return row.cancelled ? 'cancelled' : row.signatures === undefined ? 'open' : 'issued';
}

/** What comes out of a refresh: whole packs, or with 0 packs each coupon's own kind. */
export function refreshExponents(
  packs: number,
  coupons: readonly { readonly exponent: number }[],
): readonly number[] {
  return packs === 0 ? coupons.map(({ exponent }) => exponent) : loadExponents(packs);
}

/** The fewest coupons that make up whole minutes, exponent ascending; undefined when they are more than a card holds. */
export function exponentsOf(minutes: number): readonly number[] | undefined {
  const found = select(
    minutes,
    DENOMINATION_EXPONENTS.map(() => CARD_SLOTS),
    CARD_SLOTS,
  );
  return found.ok
    ? found.value.flatMap((count, exponent) => new Array<number>(count).fill(exponent))
    : undefined;
}

/**
 * SHA-256 of each blinded serial, or why they cannot be taken: `wrong_number` (not one an exponent), `blinded_out_of_range` (not
 * 256 bytes below its key's modulus), `blinded_seen` (twice here, or in anything before).
 */
export function blindedHashes(
  state: State,
  crypto: CryptoPort,
  keyset: KeysetRow,
  exponents: readonly number[],
  blinded: readonly Uint8Array[],
): Result<readonly Id[], Refusal> {
  if (blinded.length !== exponents.length) return refuse('wrong_number');
  for (const [i, block] of blinded.entries()) {
    const n = keyset.keys[exponents[i] as number]?.n;
    if (n === undefined || block.length !== n.length || compare(block, n) >= 0)
      return refuse('blinded_out_of_range', `number ${i}`);
  }
  const hashes = blinded.map((block) => toHex(crypto.sha256(block)));
  const fresh = new Set(hashes).size === hashes.length && !hashes.some((hash) => state.blinded.has(hash));
  return fresh ? ok(hashes) : refuse('blinded_seen');
}

/** Of which every coupon of a keyset is one at most: issued, and not gone in one way or another. */
export type Count = 'issued' | 'redeemed' | 'refreshed' | 'recouped' | 'wasted';

/** Whether one more coupon of a denomination can go: what went never exceeds what was issued. */
export function roomFor(row: Pick<KeysetRow, Count>, exponent: number): boolean {
  const { issued, redeemed, refreshed, recouped, wasted } = row;
  const gone = [redeemed, refreshed, recouped, wasted].reduce((sum, of) => sum + (of[exponent] ?? 0), 0);
  return gone < (issued[exponent] ?? 0);
}

/** Adds to one count of a keyset, a coupon for each exponent; `by` is 1 or −1. */
export function countCoupons(
  state: State,
  keyset: Id,
  count: Count,
  exponents: readonly number[],
  by: 1 | -1 = 1,
): void {
  const row = state.keysets.get(keyset);
  if (row === undefined) throw new Error(`no keyset ${keyset}`);
  const counts = [...row[count]];
  for (const exponent of exponents) counts[exponent] = (counts[exponent] ?? 0) + by;
  state.keysets.set(keyset, { ...row, [count]: counts });
}

/** Announcements with a smaller ordinal than this were made before now. */
export function ordinalNow(state: State): number {
  return state.announcements.size;
}

/** When the crowds have landed that may hold a coupon which tills know to be gone since a time. */
export function landedBy(
  since: Seconds,
  { offlineMax, holdMax }: { readonly offlineMax: number; readonly holdMax: number },
): Seconds {
  return since + offlineMax + holdMax;
}
