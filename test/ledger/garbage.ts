/**
 * Garbage against the ledger's front door: bodies and envelopes that are random, mutated or made of wrong parts go through decode
 * and check. Nothing may throw; what is accepted must be the one encoding of its value in the eyes of a second
 * implementation (cborg: decoded, walked for types and depth, encoded again and compared) and come out of our own encoder
 * byte for byte. Longer than in the tests: `node test/ledger/garbage.ts --seconds 600` or `--count 10000000`, `--seed N`.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { build, CHAIN, GENESIS, NOW, Nonces, PAST, signer } from '../../bench/ledger/economy.ts';
import { nodeCrypto } from '../../crypto/node.ts';
import { fillState } from '../../ledger/import.ts';
import { concat, equal, hexBytes, toHex } from '../../src/bytes.ts';
import type { Block } from '../../src/economy/apply.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/economy/cbor.ts';
import { decodeEnvelope, encodeEnvelope } from '../../src/economy/envelope.ts';
import { genesisState } from '../../src/economy/genesis.ts';
import { REFUSALS } from '../../src/economy/refusals.ts';
import type { Context } from '../../src/economy/rule.ts';
import { ruleOf } from '../../src/economy/rules.ts';
import type { Form } from '../../src/economy/schema.ts';
import { decodeBody, encodeBody, fieldsOf, KINDS } from '../../src/economy/wire.ts';
import { CBOR_DEPTH } from '../../src/limits.ts';
import { Chance } from '../fuzz/chance.ts';

export interface Tally {
  bodies: number;
  /** Decoded as some transaction. */
  decoded: number;
  /** Passed the check of its rule as well. */
  checked: number;
  /** Refusals met, with how often. */
  readonly refusals: Map<string, number>;
}

/** Numbers at which something changes: widths of heads, limits of rules. */
const NUMBERS = [
  0,
  1,
  2,
  7,
  8,
  9,
  23,
  24,
  255,
  256,
  65_535,
  65_536,
  1_440,
  20_000,
  4_294_967_295,
  4_294_967_296,
  Number.MAX_SAFE_INTEGER,
];
const TEXTS = [
  '',
  'a',
  'kind',
  'chain',
  'Brot',
  'Bäckerei',
  '面包',
  '\u{1f35e}',
  '\ufeffx',
  'x\u200e',
  '0',
  '1',
  '00',
  '340282366920938463463374607431768211456',
  CHAIN,
];

/** What a field's id is an id of; others take any. */
const TABLES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['a', 'b', 'owner', 'from', 'to', 'orderer', 'addressee', 'outlet', 'office', 'collective', 'by'].map(
      (name) => [name, 'collectives'],
    ),
  ),
  ...{ lot: 'lots', production: 'productions', order: 'orders', parent: 'orders', estimate: 'estimates' },
  ...{ workload: 'workloads', type: 'types', keyset: 'keysets', load: 'loads', revision: 'revisions' },
};

export class Garbage {
  readonly tally: Tally = { bodies: 0, decoded: 0, checked: 0, refusals: new Map() };
  readonly #chance: Chance;
  readonly #context: Context;
  /** Ids and keys that mean something to the state; ids also by the table that has them. */
  readonly #ids: string[] = [];
  readonly #of = new Map<string, string[]>();
  readonly #keys: string[] = [];
  #last: Uint8Array = new Uint8Array(0);

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    const state = genesisState(GENESIS);
    const nonces = new Nonces();
    const { parameters, chain } = GENESIS;
    fillState(state, {
      crypto: nodeCrypto,
      genesis: GENESIS,
      from: PAST,
      fill: (importer) => {
        build(
          3,
          nonces,
          (t, ...signers) =>
            importer.apply(
              t,
              signers.map(({ key }) => key),
            ),
          () => importer.at(NOW),
        );
      },
    });
    const block: Block = { state, crypto: nodeCrypto, parameters, chain, height: 1, time: NOW };
    this.#context = {
      ...block,
      id: 'f'.repeat(64),
      body: new Uint8Array(0),
      emit() {
        throw new Error('a check told the world something');
      },
    };
    for (const table of state.tables())
      for (const [key] of table.entries()) {
        if (/^[0-9a-f]{64}$/.test(key)) this.#of.set(table.name, [...(this.#of.get(table.name) ?? []), key]);
        for (const part of key.split('/')) {
          if (/^[0-9a-f]{64}$/.test(part)) this.#ids.push(part);
          if (/^01[0-9a-f]{64}$/.test(part)) this.#keys.push(part);
        }
      }
    this.#keys.push(signer('collective 0').key, signer('nobody').key);
    // A check writes nothing, to no table.
    for (const table of state.tables()) {
      table.set = () => {
        throw new Error(`a check wrote ${table.name}`);
      };
      table.delete = table.set as (key: string) => void;
    }
  }

  /** One body, or envelope, of one sort or another. Throws when something is not as it must be. */
  one(): void {
    this.tally.bodies++;
    const body = this.#body();
    this.#last = body;
    if (this.#chance.once(8)) this.#envelope(body);
    const read = decodeBody(body);
    if (!read.ok) {
      this.#refused(read.refusal);
      // What is refused as another encoding must be one in the second opinion, too.
      if (this.#chance.once(4)) this.#compare(body);
      return;
    }
    this.tally.decoded++;
    this.#compare(body);
    if (!equal(encodeBody(read.value), body)) throw new Error('accepted, and comes out otherwise');
    const offered = this.#chance.once(2) ? [] : [this.#chance.of(this.#keys)];
    const rule = ruleOf(read.value);
    const signers = rule.signers(this.#context, read.value, offered);
    if (!signers.ok) {
      this.#refused(signers.refusal);
      return;
    }
    const act = rule.check({ ...this.#context, body }, read.value);
    if (act.ok) this.tally.checked++;
    else this.#refused(act.refusal);
  }

  /** The last bytes, for a report. */
  get last(): string {
    return toHex(this.#last);
  }

  #refused(refusal: string): void {
    if (!(REFUSALS as readonly string[]).includes(refusal)) throw new Error(`${refusal} is not in the list`);
    this.tally.refusals.set(refusal, (this.tally.refusals.get(refusal) ?? 0) + 1);
  }

  #compare(bytes: Uint8Array): void {
    // cborg loses a byte order mark, which is a character like others.
    if (Buffer.from(bytes).includes('\ufeff')) return;
    const ours = decodeCbor(bytes).ok;
    const theirs = canonical(bytes);
    if (ours !== theirs) throw new Error(`${ours ? 'accepted' : 'refused'}, and another says otherwise`);
  }

  #envelope(body: Uint8Array): void {
    const chance = this.#chance;
    const key = chance.of(this.#keys);
    const whole = encodeEnvelope(body, chance.once(3) ? [] : [{ key, signature: chance.bytes(64) }]);
    const bytes = chance.once(2) ? whole : this.#mutated(whole);
    const read = decodeEnvelope(bytes, nodeCrypto);
    if (!read.ok) this.#refused(read.refusal);
    else if (!equal(encodeEnvelope(read.value.body, read.value.signatures), bytes))
      throw new Error('an envelope comes out otherwise');
  }

  #body(): Uint8Array {
    const chance = this.#chance;
    switch (chance.below(8)) {
      case 0:
        return chance.bytes(chance.below(chance.once(20) ? 4_000 : 80));
      case 1:
        return this.#wild(0);
      case 2:
      case 3:
        return this.#mutated(encodeCbor(this.#transaction(false)));
      case 4:
      case 5:
        return encodeCbor(this.#transaction(true));
      case 6:
        return concat(encodeCbor(this.#transaction(false)), chance.bytes(chance.below(3)));
      default:
        return encodeCbor(this.#transaction(false));
    }
  }

  /** A transaction's map of the right form; `wrong`: with something changed, lost or added. */
  #transaction(wrong: boolean): Map<string, Cbor> {
    const chance = this.#chance;
    const kind = chance.of(KINDS);
    const map = new Map<string, Cbor>();
    for (const { name, form, optional } of fieldsOf(kind)) {
      if (optional && chance.once(2)) continue;
      map.set(name, name === 'chain' && !chance.once(50) ? CHAIN : this.#value(form, name));
    }
    if (!wrong) return map;
    const names = [...map.keys()];
    switch (chance.below(4)) {
      case 0:
        map.delete(chance.of(names));
        break;
      case 1:
        map.set(chance.of(TEXTS), this.#any(0));
        break;
      default:
        map.set(chance.of(names), this.#any(0));
    }
    return map;
  }

  /** A value of this form, for a field of this name. */
  #value(form: Form, name: string): Cbor {
    const chance = this.#chance;
    switch (form.is) {
      case 'hex':
        return form.bytes === 32 && !chance.once(10) ? hexBytes(this.#id(name)) : chance.bytes(form.bytes);
      case 'key':
        return chance.once(5) ? concat(Uint8Array.of(1), chance.bytes(32)) : hexBytes(chance.of(this.#keys));
      case 'flag':
        return chance.below(2);
      case 'decimal':
        return chance.of(['0', '1', '999', '60000000', '123456789012345678901234567890']);
      case 'bytes':
        return chance.bytes(chance.once(2) ? form.min : Math.min(form.max, form.min + chance.below(300)));
      case 'uint': {
        const number = chance.once(2) ? chance.below(3_000) : chance.of(NUMBERS);
        return Math.max(form.min, Math.min(form.max, number));
      }
      case 'text':
        return chance.of(['Bread', 'Material 0', 'Good 1', 'Brötchen', '面包', 'x'.repeat(80)]);
      case 'pattern':
        return chance.of([CHAIN, 'other-chain', '0', '1/10', 'x']);
      case 'word':
        return chance.of(form.words);
      case 'list': {
        const length = Math.min(form.max, Math.max(form.min, chance.below(4)));
        const items = Array.from({ length }, () => this.#value(form.item, name));
        // Sorted as lists of ids must be, most of the time.
        return chance.once(6)
          ? items
          : items.sort((a, b) => (toHex(encodeCbor(a)) < toHex(encodeCbor(b)) ? -1 : 1));
      }
      case 'tuple':
        return form.fields.map((field) => this.#value(field.form, field.name));
      case 'record':
        return new Map(
          form.fields
            .filter(({ optional }) => !optional || chance.once(2))
            .map((field) => [field.name, this.#value(field.form, field.name)] as const),
        );
    }
  }

  /** An id that a field of this name would have, or any other. */
  #id(name: string): string {
    const table = TABLES[name];
    const ids = table === undefined ? undefined : this.#of.get(table);
    return this.#chance.of(ids === undefined || this.#chance.once(8) ? this.#ids : ids);
  }

  /** Any value that travels. */
  #any(depth: number): Cbor {
    const chance = this.#chance;
    switch (chance.below(depth > 3 ? 3 : 6)) {
      case 0:
        return chance.of(NUMBERS);
      case 1:
        return chance.once(2) ? hexBytes(chance.of(this.#ids)) : chance.bytes(chance.below(70));
      case 2:
        return chance.of(TEXTS);
      case 3:
        return Array.from({ length: chance.below(5) }, () => this.#any(depth + 1));
      case 4: {
        let nested: Cbor = chance.of(NUMBERS);
        for (let i = chance.below(2 * CBOR_DEPTH); i > 0; i--) nested = [nested];
        return nested;
      }
      default:
        return new Map(
          Array.from({ length: chance.below(4) }, () => [chance.of(TEXTS), this.#any(depth + 1)] as const),
        );
    }
  }

  #mutated(bytes: Uint8Array): Uint8Array {
    const chance = this.#chance;
    let out = Uint8Array.from(bytes);
    for (let n = 1 + chance.below(3); n > 0; n--) {
      const at = chance.below(out.length || 1);
      const length = 1 + chance.below(4);
      switch (chance.below(6)) {
        case 0:
          out[at] = chance.below(256);
          break;
        case 1:
          out[at] = (out[at] ?? 0) ^ (1 << chance.below(8));
          break;
        case 2:
          out = concat(out.subarray(0, at), chance.bytes(length), out.subarray(at)) as typeof out;
          break;
        case 3:
          out = concat(out.subarray(0, at), out.subarray(at + length)) as typeof out;
          break;
        case 4:
          out = concat(out.subarray(0, at), this.#wild(0), out.subarray(at + length)) as typeof out;
          break;
        default:
          out = out.slice(0, at);
      }
    }
    return out;
  }

  /** One CBOR item with all that CBOR has: wide heads, negative numbers, floats, tags, simple values, indefinite lengths, unsorted maps. */
  #wild(depth: number): Uint8Array {
    const chance = this.#chance;
    const head = (major: number, argument: number): Uint8Array => {
      const width = chance.once(6) ? 1 + chance.below(4) : 0;
      if (width === 0) return encodeHead(major, argument);
      const bytes = new Uint8Array(1 + 2 ** (width - 1));
      bytes[0] = (major << 5) | (23 + width);
      bytes[bytes.length - 1] = argument & 0xff;
      return bytes;
    };
    switch (chance.below(depth > 20 ? 3 : 9)) {
      case 0:
        return head(0, chance.of(NUMBERS));
      case 1:
        return head(1, chance.below(1_000));
      case 2: {
        const length = chance.below(6);
        return concat(head(chance.once(2) ? 2 : 3, length), chance.bytes(length));
      }
      case 3: {
        const items = Array.from({ length: chance.below(3) }, () => this.#wild(depth + 1));
        return concat(head(4, items.length), ...items);
      }
      case 4: {
        const items = Array.from({ length: chance.below(3) }, () =>
          concat(encodeCbor(chance.of(TEXTS)), this.#wild(depth + 1)),
        );
        return concat(head(5, items.length), ...items);
      }
      case 5:
        return concat(head(6, chance.below(40)), this.#wild(depth + 1));
      case 6:
        return chance.of([
          Uint8Array.of(0xf4),
          Uint8Array.of(0xf6),
          Uint8Array.of(0xf7),
          Uint8Array.of(0xf9, 0x3c, 0),
          Uint8Array.of(0xfa, 0x3f, 0x80, 0, 0),
          Uint8Array.of(0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0),
          Uint8Array.of(0xf8, 0x20),
          Uint8Array.of(0xff),
        ]);
      case 7:
        return concat(
          Uint8Array.of(chance.of([0x5f, 0x7f, 0x9f, 0xbf])),
          this.#wild(depth + 1),
          Uint8Array.of(0xff),
        );
      default: {
        const levels = chance.below(chance.once(50) ? 20_000 : 40);
        return concat(new Uint8Array(levels).fill(0x81), Uint8Array.of(0));
      }
    }
  }
}

function encodeHead(major: number, argument: number): Uint8Array {
  const bytes = Uint8Array.from(encode(argument, rfc8949EncodeOptions));
  bytes[0] = (bytes[0] as number) | (major << 5);
  return bytes;
}

/** The second opinion: whether bytes are the one encoding of a value of the types that travel, at most CBOR_DEPTH deep. */
function canonical(bytes: Uint8Array): boolean {
  try {
    const value: unknown = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowBigInt: false,
      useMaps: true,
      rejectDuplicateMapKeys: true,
    });
    return travels(value, 0) && equal(encode(value, rfc8949EncodeOptions), bytes);
  } catch {
    return false;
  }
}

function travels(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  if (typeof value === 'string' || value instanceof Uint8Array) return true;
  if (depth >= CBOR_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => travels(item, depth + 1));
  if (!(value instanceof Map)) return false;
  return [...value].every(([name, item]) => typeof name === 'string' && travels(item, depth + 1));
}

export interface Bounds {
  readonly seed: number;
  readonly seconds: number;
  readonly count: number;
}

/** Runs until one of the bounds is met. A failure names its seed, its number and its bytes. */
export function run({ seed, seconds, count }: Bounds): Tally {
  const garbage = new Garbage(seed);
  const end = performance.now() + 1000 * seconds;
  try {
    while (garbage.tally.bodies < count && (garbage.tally.bodies % 256 !== 0 || performance.now() < end))
      garbage.one();
  } catch (error) {
    throw new Error(`seed ${seed}, number ${garbage.tally.bodies}: ${garbage.last}`, { cause: error });
  }
  return garbage.tally;
}

export function sentence({ bodies, decoded, checked, refusals }: Tally): string {
  const named = [...refusals].sort(([, a], [, b]) => b - a).map(([name, n]) => `${name} ${n}`);
  return `${bodies} bodies, ${decoded} decoded, ${checked} passed their check; ${refusals.size} refusals: ${named.join(', ')}`;
}

if (import.meta.main) {
  const option = (name: string, usual: number): number => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? usual : Number(process.argv[at + 1]);
  };
  const bounds = {
    seed: option('seed', 20_261_122),
    seconds: option('seconds', Number.POSITIVE_INFINITY),
    count: option('count', 10_000_000),
  };
  console.log(sentence(run(bounds)));
}
