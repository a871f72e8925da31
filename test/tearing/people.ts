/**
 * What people and tills do with a card, before a tear and after it: pay, pay again, give up, go elsewhere, load, mistype a PIN.
 * Everything they learn is in the books, so each of these can be torn itself and simply done again.
 */
import { encode } from 'cborg';
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { ascii, concat, hexBytes, toHex } from '../../src/bytes.ts';
import {
  CHAIN,
  couponsOf,
  field,
  fieldsOf,
  issue,
  loadOrder,
  makeTill,
  PACK_BLOCKS,
  prepare,
  type Reply,
  random,
  Talk,
  type Till,
  type World,
} from '../firmware/terminal.ts';
import type { Books } from './accountant.ts';
import { look } from './cells.ts';

/** Four tills of one office: two that sell, and two that offer card services. */
export interface Town {
  readonly world: World;
  readonly tills: readonly Till[];
  /** Blind signatures by hex blinded serial: signing again gives the same. */
  readonly signed: Map<string, Uint8Array>;
}

export function makeTown(world: World): Town {
  return { world, tills: [world.till, makeTill(), makeTill(), makeTill()], signed: new Map() };
}

export const SERVICES = 2;
export const OTHER_DESK = 3;

/** One card, and what is written down about it. */
export interface Bench {
  readonly town: Town;
  readonly card: SimulatedCard;
  readonly books: Books;
}

export const cells = (bench: Bench) => look(bench.card.image().bytes);

/** A step that a person expects to succeed did not. */
export function expected(bench: Bench, what: string, { sw }: Reply, ...allowed: string[]): boolean {
  const good = (allowed.length === 0 ? ['9000'] : allowed).includes(sw);
  if (!good) bench.books.wrongs.push(`${what}: ${sw}`);
  return good;
}

/** SELECT. The key that the card shows is written down. */
export function select({ books, card }: Bench): Talk {
  const talk = new Talk(card);
  talk.select();
  const key = toHex(talk.cardKey);
  if (books.shown.has(key)) books.wrongs.push(`a key of a session was shown twice: ${key}`);
  books.shown.add(key);
  return talk;
}

/** SELECT and OPEN, with the ids this till has given up. */
export function visit(bench: Bench, till: number): Talk {
  const { town, books } = bench;
  const talk = select(bench);
  const own = books.tills[till];
  if (own === undefined) throw new Error(`no till ${till}`);
  const told = own.tell.slice(0, 8);
  const opened = talk.open(town.world.office, town.tills[till] as Till, {
    role: till >= SERVICES ? 2 : 1,
    aborts: told.map(hexBytes),
    epoch: books.epoch,
  });
  if (!expected(bench, 'OPEN', opened)) return talk;
  const met = fieldsOf(opened.data).get(0x80) ?? new Uint8Array(0);
  own.tell = own.tell.filter((id) => met[told.indexOf(id)] !== 1);
  return talk;
}

export type Use = 'pay' | 'services';

/** What a guess is for; `dead` is what shall become of dead coupons, 0 refreshed after all, 1 forgotten. */
export type Guess =
  | Use
  | { readonly change: string }
  | { readonly unblock: string }
  | { readonly dead: 0 | 1 };

/** VERIFY, CHANGE, UNBLOCK and DEAD with a guess: the books know before the card whether it may gain tries by it. */
export function guess(bench: Bench, talk: Talk, what: Guess, secret: string): Reply {
  const { books } = bench;
  const puk = typeof what === 'object' && 'unblock' in what;
  const before = cells(bench);
  const right = secret === (puk ? before.puk : before.pin) && (puk ? before.pukTries : before.pinTries) > 0;
  if (right && puk) books.pukTriesAtMost = 8;
  if (right) books.pinTriesAtMost = 3;
  if (right && what === 'pay') books.perhapsReset = true;
  const both = (fresh: string): Uint8Array => concat(field(0x80, ascii(secret)), field(0x81, ascii(fresh)));
  const ask = (): Reply => {
    if (typeof what === 'string') return talk.verify(secret, what);
    if ('change' in what) return talk.say(0x24, 0, 0, both(what.change));
    if ('unblock' in what) return talk.say(0x2c, 0, 0, both(what.unblock));
    if (right) books.holderSpoke = true;
    return talk.say(0x3e, 4, 0, concat(field(0x80, ascii(secret)), field(0x81, Uint8Array.of(what.dead))));
  };
  const reply = ask();
  if (reply.sw.startsWith('63c')) {
    if (right) books.wrongs.push(`the right secret is ${reply.sw}`);
    if (puk) books.pukTriesAtMost = Math.min(books.pukTriesAtMost, before.pukTries - 1);
    else books.pinTriesAtMost = Math.min(books.pinTriesAtMost, before.pinTries - 1);
  }
  if (reply.sw === '9000' && !right) books.wrongs.push('a wrong secret was taken');
  if (reply.sw === '9000' && what === 'pay') {
    books.unpinned = new Set();
    books.perhapsReset = false;
  }
  return reply;
}

/** The holder's PIN, by what the card now takes: after a torn change it is the old one or the new one. UNBLOCK when it is blocked. */
export function verifyAsHolder(bench: Bench, till: number, use: Use): Talk {
  let talk = visit(bench, till);
  if (cells(bench).pinTries === 0) {
    expected(bench, 'UNBLOCK', guess(bench, talk, { unblock: '1357' }, cells(bench).puk));
    talk = visit(bench, till);
  }
  expected(bench, 'VERIFY', guess(bench, talk, use, cells(bench).pin));
  return talk;
}

/** Puts a purchase on the till's disk, before any card is asked. */
export function intend(bench: Bench, till: number, minutes: number, pin = false): string {
  const id = toHex(random(16));
  bench.books.tills[till]?.purchases.set(id, { minutes, pin, answer: undefined, state: 'open' });
  return id;
}

const purchase = (bench: Bench, till: number, id: string) => {
  const one = bench.books.tills[till]?.purchases.get(id);
  if (one === undefined) throw new Error('no such purchase');
  return one;
};
const put = (bench: Bench, till: number, id: string, change: Partial<ReturnType<typeof purchase>>): void => {
  bench.books.tills[till]?.purchases.set(id, { ...purchase(bench, till, id), ...change });
};

/** SPEND of a purchase on the till's disk; its answer is on the disk afterwards. */
export function spend(bench: Bench, talk: Talk, till: number, id: string): void {
  const { books, town } = bench;
  const one = purchase(bench, till, id);
  if (!one.pin) books.unpinned.add(id);
  const reply = talk.spend(hexBytes(id), one.minutes);
  if (!expected(bench, 'SPEND', reply)) return;
  const coupons = couponsOf(reply);
  for (const { exponent, serial, signature } of coupons) {
    const key = town.world.coupons.keys[exponent];
    if (key === undefined || !nodeCrypto.rsaPssSha384Salt0Verify(key, serial, signature))
      books.wrongs.push(`a coupon of ${one.minutes} minutes is not signed`);
  }
  const answer = new Map(coupons.map(({ serial, exponent }) => [toHex(serial), exponent]));
  const sum = coupons.reduce((all, { exponent }) => all + 2 ** exponent, 0);
  if (sum !== one.minutes || answer.size !== coupons.length)
    books.wrongs.push(`SPEND of ${one.minutes} gave ${sum}`);
  const before = one.answer;
  if (before !== undefined && [...before.keys()].join() !== [...answer.keys()].join())
    books.wrongs.push('the same purchase was answered with other coupons');
  put(bench, till, id, { answer });
}

/** ACK; with its answer the till redeems. */
export function acknowledge(bench: Bench, talk: Talk, till: number, id: string): void {
  if (!expected(bench, 'ACK', talk.ack(hexBytes(id)))) return;
  const { books } = bench;
  const { answer, state } = purchase(bench, till, id);
  if (state === 'paid') return;
  for (const [serial, exponent] of answer ?? []) {
    if (books.redeemed.has(serial)) books.wrongs.push(`${serial} is redeemed twice`);
    books.redeemed.set(serial, exponent);
  }
  put(bench, till, id, { state: 'paid' });
}

/** The card is held to the same till until it is paid. */
export function finish(bench: Bench, till: number, id: string): void {
  const { pin, state, answer } = purchase(bench, till, id);
  if (state !== 'open') return;
  const talk = pin ? verifyAsHolder(bench, till, 'pay') : visit(bench, till);
  if (answer === undefined) spend(bench, talk, till, id);
  if (purchase(bench, till, id).answer !== undefined) acknowledge(bench, talk, till, id);
}

/** The holder has left: the serials are aborted on the ledger, the id is told to cards. Nothing is redeemed. */
export function giveUp(bench: Bench, till: number): void {
  const own = bench.books.tills[till];
  for (const [id, { state, answer }] of own?.purchases ?? []) {
    if (state !== 'open') continue;
    for (const [serial, exponent] of answer ?? []) bench.books.aborted.set(serial, exponent);
    put(bench, till, id, { state: 'given_up' });
    own?.tell.push(id);
  }
}

/** A whole purchase at a till. */
export function buy(bench: Bench, till: number, minutes: number, pin = false): void {
  finish(bench, till, intend(bench, till, minutes, pin));
}

const BEGIN = (packs: number, moduli: Uint8Array): Uint8Array =>
  concat(field(0x80, Uint8Array.of(packs)), field(0x81, moduli));

export function begin(bench: Bench, talk: Talk): Reply {
  return talk.say(0x36, 1, 0, BEGIN(1, bench.town.world.coupons.moduli));
}

/** What the office's ledger would hash: an encoder of others over the body as the protocol page has it. */
function bodyDigest(bench: Bench, packs: number, blinded: readonly Uint8Array[]): string {
  const { seed, g } = cells(bench);
  const wallet = nodeCrypto.hkdfSha256(hexBytes(seed), ascii('timecard/1'), ascii('wallet'), 32);
  const body = {
    g: hexBytes(g),
    kind: 'load',
    chain: CHAIN,
    packs,
    keyset: bench.town.world.coupons.keysetId,
    wallet: concat(Uint8Array.of(1), nodeCrypto.ed25519Public(wallet)),
    blinded,
  };
  return toHex(nodeCrypto.sha256(encode(body)));
}

/** C4: what is blinded belongs to one transaction. */
export function blindedOnce({ books }: Bench, digest: string, blinded: readonly Uint8Array[]): void {
  for (const one of blinded) {
    const other = books.blinded.get(toHex(one)) ?? digest;
    if (other !== digest) books.wrongs.push('a blinded serial is in two transactions');
    books.blinded.set(toHex(one), other);
  }
}

/** SIGN load; the ledger takes the load and the office signs, once a digest. Gives the blind signatures. */
export function signAndIssue(bench: Bench, talk: Talk, blinded: readonly Uint8Array[]): Uint8Array[] {
  const { books, town } = bench;
  const reply = talk.say(0x38, 1, 0);
  if (!expected(bench, 'SIGN', reply)) return [];
  const digest = toHex(fieldsOf(reply.data).get(0x80) ?? new Uint8Array(0));
  if (digest !== bodyDigest(bench, 1, blinded)) books.wrongs.push('SIGN signed another body');
  blindedOnce(bench, digest, blinded);
  if (books.refused.has(digest)) return [];
  if (!books.loads.has(digest)) {
    books.loads.set(digest, 1);
    books.issued += 300;
  }
  if (!blinded.every((one) => town.signed.has(toHex(one))))
    issue(town.world.coupons, 1, blinded).forEach((signature, i) => {
      town.signed.set(toHex(blinded[i] as Uint8Array), signature);
    });
  return blinded.map((one) => town.signed.get(toHex(one)) as Uint8Array);
}

export function storeBlock(bench: Bench, talk: Talk, block: number, signatures: readonly Uint8Array[]): void {
  const data = field(0x80, concat(...signatures.slice(8 * block, 8 * block + 8)));
  expected(bench, 'STORE', talk.say(0x3a, 0, block, data));
}

/** How far a load is driven. */
export type Until = 'begun' | 'signed' | 'almost' | 'stored';

/** GIVE UP of the load that is open: the ledger has refused it for good. */
export function giveUpLoad(bench: Bench, talk: Talk): void {
  expected(bench, 'GIVE UP', talk.say(0x36, 3, 0));
}

/** Card services: until `loads` loads are on the card, with an open one finished first. Gives the session and the signatures. */
export function load(
  bench: Bench,
  loads: number,
  until: Until = 'stored',
): { talk: Talk; signatures: Uint8Array[] } {
  const talk = verifyAsHolder(bench, SERVICES, 'services');
  if (bench.books.refused.has(cells(bench).openDigest ?? '')) giveUpLoad(bench, talk);
  const open = talk.account().get(0x87);
  if (open === undefined && bench.books.issued >= 300 * loads) return { talk, signatures: [] };
  const { begun, blinded } = prepare(talk, bench.town.world.coupons, 1);
  expected(bench, 'PREPARE', begun);
  if (until === 'begun' || blinded.length !== loadOrder(1).length) return { talk, signatures: [] };
  const signatures = signAndIssue(bench, talk, blinded);
  if (signatures.length === 0) return { talk, signatures };
  const blocks = until === 'signed' ? 0 : until === 'almost' ? PACK_BLOCKS - 1 : PACK_BLOCKS;
  for (let block = 0; block < blocks; block++) storeBlock(bench, talk, block, signatures);
  return { talk, signatures };
}

/**
 * The last word: on a copy of the card its holder pays away everything that is free, and what comes out must be what the
 * accountant saw in the cells. The card itself is left alone.
 */
export function drain(bench: Bench): string[] {
  const { town } = bench;
  const copy: Bench = {
    town,
    card: createCard(bench.card.image(), { random }),
    books: structuredClone(bench.books),
  };
  copy.books.wrongs.length = 0;
  const before = cells(copy);
  if (before.pinTries === 0 && before.pukTries === 0) return [];
  const waiting = before.records.filter(({ state }) => state === 'pending').length;
  if (waiting >= 8) return [];
  const free = before.coupons.filter(({ state }) => state === 'free');
  const out = new Set<string>();
  let left = free.map(({ exponent }) => exponent).sort((a, b) => b - a);
  while (left.length > 0) {
    const sum = left.slice(0, 8).reduce((all, exponent) => all + 2 ** exponent, 0);
    const id = intend(copy, 1, sum, true);
    finish(copy, 1, id);
    const { answer, state } = purchase(copy, 1, id);
    if (state !== 'paid' || answer === undefined)
      return [...copy.books.wrongs, `${sum} minutes cannot be paid`];
    for (const [serial, exponent] of answer) {
      if (out.has(serial)) return [`${serial} came out twice`];
      out.add(serial);
      left = left.toSpliced(left.indexOf(exponent), 1);
    }
  }
  const missing = free.filter(({ serial }) => !out.has(serial));
  if (missing.length > 0 || out.size !== free.length)
    copy.books.wrongs.push(`${free.length} coupons are free, ${out.size} came out`);
  return copy.books.wrongs;
}
