/**
 * What a terminal says to a card when it says it well: every command with its fields, from card services and from a till. An office of
 * the fuzzer's own answers what the card blinds, so that loads, refreshes and recoveries come to an end.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, beBytes, concat, toHex } from '../../src/bytes.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import {
  findBegin,
  findBlock,
  issueRefresh,
  type Prepared,
  partsOf,
  prepareRefresh,
  storeRefresh,
  type Which,
} from '../firmware/refreshing.ts';
import {
  field,
  issue,
  NONE,
  PIN,
  PUK,
  prepare,
  spendData,
  storeBlock,
  type Talk,
  type World,
} from '../firmware/terminal.ts';
import { partOf } from '../tearing/renewal.ts';
import { type Chance, EDGES } from './chance.ts';

export const INSTRUCTIONS = [0x20, 0x24, 0x2c, 0x30, 0x32, 0x34, 0x36, 0x38, 0x3a, 0x3c, 0x3e];
const BASE = { own: 0x10, lost: 0x20 } as const;

export type Said = readonly [ins: number, p1: number, p2: number, data: Uint8Array];

/** Whom one talks to, and what one has learnt from the card so far. */
export interface Talking {
  readonly chance: Chance;
  readonly world: World;
  readonly talk: Talk;
  /** A purchase id. */
  id: Uint8Array;
  /** The card's own g. */
  readonly g: Uint8Array;
  /** Blind signatures for the load or refresh that is open, as far as they were fetched. */
  readonly signatures: Record<'load' | Which, readonly (Uint8Array | undefined)[]>;
  /** Hex blinded serials of the lost card's load. */
  readonly loaded: ReadonlySet<string>;
  /** The ledger: hex serial → what it was refreshed by. */
  readonly refreshed: Map<string, string>;
  /** To be told when something was begun, so that nobody misses what is prepared. */
  readonly begun: () => void;
  /** What FIND has shown of the lost card. */
  found: readonly { readonly exponent: number; readonly counter: number; readonly signature: Uint8Array }[];
}

/** The fields of VERIFY, and of DEAD: nearly always the right PIN. */
const pin = (chance: Chance): Uint8Array => field(0x80, ascii(chance.of([PIN, PIN, PIN, PIN, '0000', '1'])));

function blindSignatures({ chance, signatures }: Talking, kind: 'load' | Which, block: number): Uint8Array {
  const all = signatures[kind];
  const count = Math.max(1, Math.min(8, all.length - 8 * block));
  const these = Array.from({ length: count }, (_, i) => all[8 * block + i] ?? new Uint8Array(256));
  // The office has not answered everything yet.
  return concat(...these.map((one) => (kind !== 'load' && chance.once(9) ? new Uint8Array(256) : one)));
}

/** The office's answers, part by part: a coupon is refreshed once, and by the same blinded serials as often as anybody asks. */
function officeOf({ world, refreshed }: Talking, prepared: Prepared): (Uint8Array | undefined)[] {
  const all: (Uint8Array | undefined)[] = issueRefresh(world.coupons, prepared);
  for (let part = 0; part < partsOf(prepared); part++) {
    const { from, blinded, old } = partOf(prepared, part);
    const name = toHex(nodeCrypto.sha256(concat(...blinded)));
    if (old.some(({ serial }) => (refreshed.get(serial) ?? name) !== name))
      all.fill(undefined, from, from + blinded.length);
    else for (const { serial } of old) refreshed.set(serial, name);
  }
  return all;
}

/** Asks for all that the card blinds, and has it signed. Several commands. */
function fetch(talking: Talking): void {
  const { chance, talk, world, signatures } = talking;
  if (chance.once(3)) {
    const { blinded } = prepare(talk, world.coupons, 1);
    talking.begun();
    if (blinded.length !== 32) return;
    const all = issue(world.coupons, 1, blinded);
    signatures.load = all;
    if (chance.once(2)) for (let block = 0; block < 4; block++) storeBlock(talk, block, all);
    return;
  }
  const which: Which = chance.of(['own', 'own', 'lost']);
  const prepared = prepareRefresh(talk, world.coupons, which, chance.below(4));
  talking.begun();
  if (prepared.begun.sw !== '9000') return;
  const all = officeOf(talking, prepared);
  signatures[which] = all;
  if (chance.once(2)) storeRefresh(talk, all, which);
}

/** FIND of a block of the lost card, and the office's signatures of it. */
function find(talking: Talking): void {
  const { chance, talk, world } = talking;
  if (chance.once(2)) findBegin(talk, world.coupons, world.g);
  const exponent = chance.below(7);
  talking.found = findBlock(talk, exponent, 0)
    // The office has signed what the lost card loaded, and nothing beyond.
    .filter(({ blinded }) => talking.loaded.has(toHex(blinded)))
    .map(({ counter, blinded }) => ({
      exponent,
      counter,
      signature: nodeCrypto.rsaPrivate(world.coupons.keys[exponent] as RsaPrivateKey, blinded),
    }));
}

function takeFound({ found }: Talking): Said {
  const counters = concat(...found.map(({ counter }) => beBytes(counter, 4)));
  const signatures = concat(...found.map(({ signature }) => signature));
  return [0x3c, 3, found[0]?.exponent ?? 0, concat(field(0x80, counters), field(0x81, signatures))];
}

function ofRefresh(talking: Talking): Said {
  const { chance, world } = talking;
  const which: Which = chance.of(['own', 'own', 'lost']);
  const { moduli } = world.coupons;
  switch (chance.below(9)) {
    case 0: {
      const flags = which === 'own' ? field(0x82, Uint8Array.of(chance.of([0, 1, 2, 3, 4]))) : NONE;
      return [0x36, BASE[which] + 1, 0, concat(field(0x81, moduli), flags)];
    }
    case 1:
      return [0x36, BASE[which] + chance.of([2, 3]), chance.below(6), NONE];
    case 2: {
      const p1 = which === 'lost' ? 0x21 : chance.of([0x11, 0x12]);
      return [0x38, p1, chance.below(4), field(0x80, Uint8Array.of(chance.below(2)))];
    }
    case 3:
    case 4: {
      const block = chance.below(5);
      return [0x3a, which === 'own' ? 0 : 1, block, field(0x80, blindSignatures(talking, which, block))];
    }
    case 5:
      return [
        0x36,
        3,
        chance.of([0, 0, 1]),
        chance.once(2) ? NONE : field(0x80, chance.bytes(1 + chance.below(3))),
      ];
    case 6: {
      const g = chance.of([world.g, world.g, talking.g, chance.bytes(8)]);
      return [0x3c, 1, 0, concat(field(0x80, g), field(0x81, moduli))];
    }
    case 7:
      return [0x3c, 2, chance.below(10), field(0x80, beBytes(chance.of([0, 8, ...EDGES]) >>> 0, 4))];
    default:
      return takeFound(talking);
  }
}

function ofSeed({ chance, world }: Talking): Said {
  switch (chance.below(4)) {
    case 0:
      return [0x3e, 1, 0, NONE];
    case 1:
      return [0x3e, 2, 0, NONE];
    case 2:
      return [0x3e, 3, 0, field(0x80, world.seed)];
    default:
      return [0x3e, 4, 0, concat(pin(chance), field(0x81, Uint8Array.of(chance.of([0, 1, 2]))))];
  }
}

/** A command as a terminal would say it: instruction, parameters, fields. Before some of them it asks the card for what it needs. */
export function saying(talking: Talking): Said {
  const { chance, world, id } = talking;
  const { moduli } = world.coupons;
  const minutes = chance.of([1, 5, 43, 60, 61, 300, ...EDGES]) & 0xffff;
  switch (chance.below(18)) {
    case 0:
      return [0x20, 0, chance.of([1, 2]), pin(chance)];
    case 1:
      return [0x24, 0, 0, concat(field(0x80, ascii(PIN)), field(0x81, ascii(PIN)))];
    case 2:
      return [0x2c, 0, 0, concat(field(0x80, ascii(PUK)), field(0x81, ascii(PIN)))];
    case 3:
    case 4:
      return [0x30, 0, 0, spendData(id, minutes, chance.of(EDGES) & 0xffff)];
    case 5:
    case 6:
      return [0x32, 0, 0, field(0x80, id)];
    case 7:
      return [0x34, 0, 0, NONE];
    case 8: {
      const packs = Uint8Array.of(chance.of([0, 1, 1, 6, 7, 255]));
      return [0x36, 1, 0, concat(field(0x80, packs), field(0x81, moduli))];
    }
    case 9:
      return [0x36, 2, chance.below(6), NONE];
    case 10:
      return chance.once(2)
        ? [0x38, 1, 0, NONE]
        : [0x38, 2, 0, concat(field(0x80, chance.bytes(32)), field(0x81, chance.bytes(32)))];
    case 11: {
      const block = chance.below(6);
      const made = chance.once(3) ? chance.bytes(2_048) : blindSignatures(talking, 'load', block);
      return [0x3a, 0, block, field(0x80, made)];
    }
    case 12:
      fetch(talking);
      return ofRefresh(talking);
    case 13:
      find(talking);
      return chance.once(2) ? takeFound(talking) : ofRefresh(talking);
    case 14:
      return ofSeed(talking);
    default:
      return ofRefresh(talking);
  }
}
