/**
 * What people and card services do beyond loading: refresh what a card holds, put a lost card's words into a new one, collect and
 * refresh what the lost one held, and decide on what is dead. As in `people.ts` everything that is learnt is in the books, so each
 * of these can be torn and done again; the ledger's side is kept here, and what a card signs is checked by other encoders.
 */
import { encode } from 'cborg';
import { nodeCrypto } from '../../crypto/node.ts';
import { BATCH_SEED } from '../../firmware-sim/layout.ts';
import { ascii, concat, hexBytes, toHex } from '../../src/bytes.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import {
  findBegin,
  findBlock,
  giveUp,
  newExponents,
  type Old,
  type Prepared,
  partsOf,
  prepareRefresh,
  storeRefreshBlock,
  take,
  type Which,
} from '../firmware/refreshing.ts';
import { CHAIN, field, fieldsOf, type Talk } from '../firmware/terminal.ts';
import { OPEN } from './cells.ts';
import {
  type Bench,
  blindedOnce,
  cells,
  expected,
  guess,
  load,
  SERVICES,
  type Until,
  verifyAsHolder,
} from './people.ts';

/** A session at a desk after VERIFY services. */
export const desk = (bench: Bench, till = SERVICES): Talk => verifyAsHolder(bench, till, 'services');

/** PREPARE REFRESH with both lists. What the card makes is written down: blinded serial and serial, as the cells have them. */
export function prepareRenewal(bench: Bench, talk: Talk, which: Which, flags = 0): Prepared {
  const { books, town } = bench;
  const prepared = prepareRefresh(talk, town.world.coupons, which, flags);
  for (const { state, slow, number, serial } of cells(bench).coupons) {
    if (state !== 'prepared' || slow !== (which === 'lost')) continue;
    const blinded = prepared.blinded[number];
    if (blinded === undefined) continue;
    const before = books.made.get(toHex(blinded)) ?? serial;
    if (before !== serial) books.wrongs.push('a blinded serial is of two coupons');
    books.made.set(toHex(blinded), serial);
  }
  return prepared;
}

/** The new coupons of a part among all, and the old ones it takes. */
export function partOf({ packs, inPacks, old, blinded }: Prepared, part: number) {
  const packed = 32 * packs;
  if (packs > 0 && part === 0)
    return { packs, from: 0, blinded: blinded.slice(0, packed), old: old.slice(0, inPacks) };
  const at = part - (packs > 0 ? 1 : 0);
  return {
    packs: 0,
    from: packed + at,
    blinded: blinded.slice(packed + at, packed + at + 1),
    old: old.slice(inPacks + at, inPacks + at + 1),
  };
}

/** SIGN of a part: digest, voucher and signatures must be those of the body that the protocol page describes. Gives its name. */
export function signPart(
  bench: Bench,
  talk: Talk,
  p1: number,
  prepared: Prepared,
  part: number,
): string | undefined {
  const { books, town, card } = bench;
  const { packs, blinded, old } = partOf(prepared, part);
  const bare = {
    kind: 'refresh',
    chain: CHAIN,
    packs,
    keyset: town.world.coupons.keysetId,
    blinded,
    coupons: old.map(({ keyset, exponent, key, signature }) => [keyset, exponent, key, signature]),
  };
  const name = nodeCrypto.sha256(encode(bare));
  const wrong = (what: string): void => void books.wrongs.push(`SIGN refresh: ${what}`);
  for (let block = 0; 32 * block < old.length; block++) {
    const reply = talk.say(0x38, p1, part, field(0x80, Uint8Array.of(block)));
    if (!expected(bench, 'SIGN refresh', reply)) return undefined;
    const said = fieldsOf(reply.data);
    const vouched = said.get(0x81);
    if ((vouched !== undefined) !== (p1 === 0x11)) wrong('a voucher, or none');
    const voucher = vouched && { batch: vouched.slice(0, 33), signature: vouched.slice(33) };
    const digest = voucher === undefined ? name : nodeCrypto.sha256(encode({ ...bare, voucher }));
    if (toHex(said.get(0x80) ?? new Uint8Array(0)) !== toHex(digest)) wrong('another body');
    if (voucher !== undefined) {
      const batch = nodeCrypto.ed25519Public(card.image().bytes.slice(BATCH_SEED, BATCH_SEED + 32));
      const statement = concat(ascii('timecard/refresh'), Uint8Array.of(1), ascii(CHAIN), name);
      if (!nodeCrypto.ed25519Verify(batch, statement, voucher.signature)) wrong('the voucher');
    }
    const message = concat(ascii('timecard/1'), ascii(CHAIN), digest);
    const signatures = said.get(0x82) ?? new Uint8Array(0);
    old.slice(32 * block, 32 * block + 32).forEach(({ key }, i) => {
      if (!nodeCrypto.ed25519Verify(key.slice(1), message, signatures.slice(64 * i, 64 * i + 64)))
        wrong('a signature');
    });
  }
  return toHex(name);
}

/** The ledger takes a part, or has seen one of its coupons elsewhere. It takes the same one as often as it is asked. */
function ledgerTakes(
  bench: Bench,
  name: string,
  old: readonly Old[],
  blinded: readonly Uint8Array[],
): boolean {
  const { books, town } = bench;
  if (old.every(({ serial }) => books.refreshed.get(serial) === name)) return true;
  if (
    old.some(
      ({ serial }) => books.refreshed.has(serial) || books.redeemed.has(serial) || books.gone.has(serial),
    )
  )
    return false;
  for (const { exponent, serial, signature } of old) {
    const key = town.world.coupons.keys[exponent];
    if (key === undefined || !nodeCrypto.rsaPssSha384Salt0Verify(key, hexBytes(serial), signature))
      books.wrongs.push('a coupon that goes out is not signed');
    books.refreshed.set(serial, name);
  }
  blindedOnce(bench, name, blinded);
  for (const one of blinded) {
    const serial = books.made.get(toHex(one));
    if (serial === undefined) books.wrongs.push('a blinded serial of no coupon of the card');
    else books.successors.add(serial);
  }
  return true;
}

export interface Renewed {
  readonly talk: Talk;
  readonly prepared: Prepared;
  /** Blind signatures of all new coupons, undefined where the ledger has refused; and numbers of the coupons it has seen elsewhere. */
  readonly signatures: readonly (Uint8Array | undefined)[];
  readonly seenElsewhere: readonly number[];
}

/** Begins or takes up again, has every part signed and taken; the office's answers. Undefined when there is nothing to refresh. */
export function ask(bench: Bench, which: Which, flags = 0, till = SERVICES): Renewed | undefined {
  const { town, books } = bench;
  if (cells(bench).own === OPEN.load && which === 'own') load(bench, 1);
  const talk = desk(bench, till);
  const prepared = prepareRenewal(bench, talk, which, flags);
  const nothing = which === 'own' ? '6a82' : cells(bench).lost === OPEN.nothing ? '6985' : '6a82';
  if (prepared.begun.sw === nothing) return undefined;
  if (!expected(bench, 'PREPARE REFRESH', prepared.begun)) return undefined;
  const exponents = newExponents(prepared);
  const signatures = new Array<Uint8Array | undefined>(exponents.length).fill(undefined);
  const seenElsewhere: number[] = [];
  for (let part = 0; part < partsOf(prepared); part++) {
    const { from, blinded, old } = partOf(prepared, part);
    const name = signPart(bench, talk, which === 'own' ? 0x11 : 0x21, prepared, part);
    if (name === undefined) return undefined;
    if (!ledgerTakes(bench, name, old, blinded)) {
      for (const { serial } of old)
        if (books.redeemed.has(serial) || books.gone.has(serial))
          seenElsewhere.push(prepared.old.findIndex((one) => one.serial === serial));
      continue;
    }
    blinded.forEach((one, i) => {
      const key = town.world.coupons.keys[exponents[from + i] as number] as RsaPrivateKey;
      const hex = toHex(one);
      const signature = town.signed.get(hex) ?? nodeCrypto.rsaPrivate(key, one);
      town.signed.set(hex, signature);
      signatures[from + i] = signature;
    });
  }
  return { talk, prepared, signatures, seenElsewhere };
}

export function storeNew(bench: Bench, { talk, signatures }: Renewed, which: Which, block: number): void {
  expected(bench, 'STORE', storeRefreshBlock(talk, block, signatures, which));
}

/** After a refresh nothing waits any more: what is exposed, or of a lost card, has its successor. */
function settled(bench: Bench, which: Which): void {
  const { own, lost, coupons } = cells(bench);
  const { books } = bench;
  const still = coupons.filter(({ state }) => state === 'exposed').length;
  if (which === 'own' && (own !== OPEN.nothing || still > 0))
    books.wrongs.push(`${still} coupons are still exposed`);
  if (which === 'own') return;
  const missing = [...books.lost.keys()].filter((one) => !books.refreshed.has(one) && !books.gone.has(one));
  if (lost !== OPEN.nothing || missing.length > 0)
    books.wrongs.push(`${missing.length} coupons of the lost card are not back`);
}

/** Card services: a refresh from begin to end; what the ledger has seen elsewhere is given up, and the rest asked for anew. */
export function renew(
  bench: Bench,
  which: Which = 'own',
  flags = 0,
  until: Until = 'stored',
  till = SERVICES,
): void {
  for (let round = 0; round < 4; round++) {
    if (until === 'begun') {
      prepareRenewal(bench, desk(bench, till), which, flags);
      return;
    }
    const renewed = ask(bench, which, flags, till);
    if (renewed === undefined) {
      settled(bench, which);
      return;
    }
    if (until === 'signed') return;
    const { talk, signatures, seenElsewhere } = renewed;
    // `almost`: the last signature has not come yet.
    const there = until === 'almost' ? signatures.with(-1, undefined) : signatures;
    for (let block = 0; 8 * block < there.length; block++)
      storeNew(bench, { ...renewed, signatures: there }, which, block);
    if (seenElsewhere.length === 0) {
      if (until === 'stored') settled(bench, which);
      return;
    }
    expected(bench, 'GIVE UP', giveUp(talk, which, which === 'own' ? seenElsewhere : []));
    if (which === 'lost') collect(bench);
  }
}

/** RESTORE: the words of the first card, into this one. */
export function restore(bench: Bench, talk: Talk): void {
  const { books, town } = bench;
  books.restoring = toHex(town.world.seed);
  if (!expected(bench, 'RESTORE', talk.say(0x3e, 3, 0, field(0x80, town.world.seed)))) return;
  const { seed, wordsOpen } = cells(bench);
  if (seed !== books.restoring) books.wrongs.push('RESTORE succeeded, and there is another seed');
  if (wordsOpen) books.wrongs.push('the words of a restored card can be read');
}

/** Exponents of the lost card's coupons that still count. */
const stillLost = ({ books }: Bench): number[] =>
  [
    ...new Set([...books.lost].flatMap(([serial, exponent]) => (books.gone.has(serial) ? [] : [exponent]))),
  ].sort();

/** FIND begin for the lost card. */
export function lookFor(bench: Bench, talk: Talk): void {
  const { town, books } = bench;
  expected(bench, 'FIND', findBegin(talk, town.world.coupons, hexBytes(books.lostG ?? '')));
}

/** The coupons of one exponent that the ledger still knows as the lost card's, with their blind signatures. */
export function findLost(bench: Bench, talk: Talk, exponent: number) {
  const { town, books } = bench;
  return findBlock(talk, exponent, 0).flatMap(({ counter, blinded, serial }) => {
    if (!books.lost.has(serial) || books.gone.has(serial) || books.refreshed.has(serial)) return [];
    const signature = town.signed.get(toHex(blinded));
    if (signature !== undefined) return [{ counter, signature }];
    books.wrongs.push('FIND blinds otherwise than the lost card did');
    return [];
  });
}

/** FIND and TAKE of everything that still counts; nothing when the refresh of it has begun. */
export function collect(bench: Bench, until = stillLost(bench).length): void {
  if (cells(bench).lost === OPEN.refresh) return;
  const talk = desk(bench);
  lookFor(bench, talk);
  for (const exponent of stillLost(bench).slice(0, until)) {
    const found = findLost(bench, talk, exponent);
    if (found.length > 0) expected(bench, 'TAKE', take(talk, exponent, found));
  }
}

export function restoreIfNeeded(bench: Bench, till: number): void {
  if (cells(bench).seed !== toHex(bench.town.world.seed)) restore(bench, desk(bench, till));
}

/** From the words to the hours: restore, collect, refresh. */
export function recover(bench: Bench, till = SERVICES): void {
  restoreIfNeeded(bench, till);
  collect(bench);
  renew(bench, 'lost', 0, 'stored', till);
}

/** The holder's word on what a terminal called dead. */
export function speak(bench: Bench, talk: Talk, dead: 0 | 1, secret = cells(bench).pin): void {
  const right = secret === cells(bench).pin;
  expected(
    bench,
    'DEAD',
    guess(bench, talk, { dead }, secret),
    ...(right ? ['9000'] : ['63c2', '63c1', '63c0']),
  );
}
