/**
 * Transactions from what people type: one mechanism for all kinds, over the forms declared in src/economy/wire.ts. A field is
 * text (`--name Bakery`), a record its fields with slashes between (`--product Bread/piece`), a list its items with commas
 * (`--outputs Bread/piece/20/10h`), and any of them JSON or `@file` with JSON. Ids and keys are hex; values micro-minutes,
 * or `90min`, `1.5h`; times seconds since 1970, or `2026-11-30` and `2026-11-30T18:00:00Z`.
 * Not here: keys, signing, sending.
 */
import { fromHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { dayOf } from '../src/economy/calendar.ts';
import { typeId } from '../src/economy/product.ts';
import type { Refusal } from '../src/economy/refusals.ts';
import { byText, type Form, type FormField } from '../src/economy/schema.ts';
import type { Kind, Product, Transaction } from '../src/economy/transaction.ts';
import { decodeBody, encodeBody, fieldsOf } from '../src/economy/wire.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { MINUTE } from '../src/units/micro-minutes.ts';

type Read = Result<unknown, 'malformed'>;

export interface InputContext {
  readonly crypto: CryptoPort;
  readonly chain: string;
  /** 8 fresh bytes, hex. */
  readonly nonce: string;
  /** The text of `@file`. */
  readonly readFile: (path: string) => string;
}

const wrong = (name: string, expected: string): Read => refuse('malformed', `${name}: expected ${expected}`);

/** What a form expects, for help and complaints. */
export function formText(form: Form): string {
  switch (form.is) {
    case 'hex':
      return `${form.bytes} bytes as hex`;
    case 'key':
      return 'key (01 and 32 bytes as hex)';
    case 'bytes':
      return 'bytes as hex';
    case 'uint':
      return 'whole number';
    case 'text':
      return `text of at most ${form.max} characters`;
    case 'pattern':
      return form.pattern;
    case 'word':
      return form.words.join('|');
    case 'flag':
      return 'true|false';
    case 'decimal':
      return 'value: 90min, 1.5h or micro-minutes';
    case 'list':
      return `(${formText(form.item)}),…`;
    default:
      return form.fields
        .map(({ name, form: f, optional }) => {
          const text = f.is === 'record' || f.is === 'tuple' ? formText(f) : name;
          return optional ? `[${text}]` : text;
        })
        .join('/');
  }
}

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/;

/** A number, or a date where the field's name says that it is a time: `day` in days, others in seconds. */
function number(name: string, text: string): Read {
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return ok(Number(text));
  const time = DATE.test(text) ? Date.parse(text) / 1000 : Number.NaN;
  if (!Number.isInteger(time) || time < 0) return wrong(name, 'whole number, or a date (UTC)');
  if (name === 'day') return ok(dayOf(time));
  if (name === 'deliverBy' || name === 'until') return ok(time);
  return wrong(name, 'whole number');
}

/** Micro-minutes from `600000000`, `600min`, `1.5h`. */
function value(name: string, text: string): Read {
  const found = /^(\d{1,30})(?:\.(\d{1,6}))?(min|h)?$/.exec(text);
  if (found === null) return wrong(name, 'value');
  const [, whole = '0', fraction = '', unit] = found;
  if (unit === undefined) return fraction === '' ? ok(BigInt(whole)) : wrong(name, 'whole micro-minutes');
  const micro = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  return ok((micro * (unit === 'h' ? 60n * MINUTE : MINUTE)) / 1_000_000n);
}

/** A form without parts, from its text. */
function leaf(form: Form, name: string, text: string): Read {
  switch (form.is) {
    case 'hex':
      return fromHex(text)?.length === form.bytes ? ok(text) : wrong(name, formText(form));
    case 'key':
      return /^01[0-9a-f]{64}$/.test(text) ? ok(text) : wrong(name, formText(form));
    case 'bytes': {
      const bytes = fromHex(text);
      return bytes !== undefined && bytes.length >= form.min && bytes.length <= form.max
        ? ok(bytes)
        : wrong(name, formText(form));
    }
    case 'uint':
      return number(name, text);
    case 'flag':
      return text === 'true' || text === 'false' ? ok(text === 'true') : wrong(name, 'true or false');
    case 'decimal':
      return value(name, text);
    case 'word':
      return form.words.includes(text) ? ok(text) : wrong(name, form.words.join(', '));
    default:
      return ok(text);
  }
}

/** A form from parts between slashes; takes what it needs from the front. */
function fromParts(form: Form, name: string, parts: string[]): Read {
  if (form.is === 'list') return wrong(name, 'JSON for a list within a list');
  if (form.is !== 'record' && form.is !== 'tuple') {
    const part = parts.shift();
    return part === undefined ? wrong(name, formText(form)) : leaf(form, name, part);
  }
  return fields(form.fields, name, (field) =>
    parts.length === 0 && field.optional ? undefined : fromParts(field.form, field.name, parts),
  );
}

function fields(
  declared: readonly FormField[],
  name: string,
  read: (field: FormField) => Read | undefined,
): Read {
  const out: Record<string, unknown> = {};
  for (const field of declared) {
    const found = read(field);
    if (found === undefined) {
      if (field.optional) continue;
      return refuse(
        'malformed',
        name === '' ? `--${field.name} is missing` : `${name}: ${field.name} is missing`,
      );
    }
    if (!found.ok) return found;
    out[field.name] = found.value;
  }
  return ok(out);
}

function fromJson(form: Form, name: string, json: unknown): Read {
  if (form.is === 'list') {
    if (!Array.isArray(json)) return wrong(name, 'a list');
    return all(json.map((item) => fromJson(form.item, name, item)));
  }
  if (form.is === 'record' || form.is === 'tuple') {
    if (typeof json !== 'object' || json === null) return wrong(name, formText(form));
    const given = json as Readonly<Record<string, unknown>>;
    const surplus = Object.keys(given).find((key) => !form.fields.some((field) => field.name === key));
    if (surplus !== undefined) return refuse('malformed', `${name}: there is no ${surplus}`);
    return fields(form.fields, name, (field) =>
      given[field.name] === undefined ? undefined : fromJson(field.form, field.name, given[field.name]),
    );
  }
  return ['string', 'number', 'boolean'].includes(typeof json)
    ? leaf(form, name, String(json))
    : wrong(name, formText(form));
}

function all(items: readonly Read[]): Read {
  const values: unknown[] = [];
  for (const item of items) {
    if (!item.ok) return item;
    values.push(item.value);
  }
  return ok(values);
}

function fromText(form: Form, name: string, text: string, context: InputContext): Read {
  let whole = text;
  if (text.startsWith('@'))
    try {
      whole = context.readFile(text.slice(1));
    } catch {
      return wrong(name, `a readable file ${text.slice(1)}`);
    }
  const compound = form.is === 'list' || form.is === 'record' || form.is === 'tuple';
  if (compound && /^\s*[[{]/.test(whole))
    try {
      return fromJson(form, name, JSON.parse(whole) as unknown);
    } catch {
      return wrong(name, 'JSON');
    }
  const items = form.is === 'list' ? whole.split(',').filter((item) => item !== '') : [whole];
  const read = items.map((item): Read => {
    const parts = compound ? item.split('/') : [item];
    const done = fromParts(form.is === 'list' ? form.item : form, name, parts);
    return done.ok && parts.length > 0 ? wrong(name, formText(form)) : done;
  });
  return form.is === 'list' ? all(read) : (read[0] as Read);
}

/** Lists that the wire wants in an order are put into it: nobody sorts hex by hand. */
function ordered(name: string, list: readonly unknown[], form: Form, crypto: CryptoPort): readonly unknown[] {
  if (form.is !== 'list') return list;
  if (form.item.is === 'word') {
    const { words } = form.item;
    return list.toSorted((a, b) => words.indexOf(a as string) - words.indexOf(b as string));
  }
  if (name === 'serials' || name === 'on') return list.toSorted((a, b) => byText(a as string, b as string));
  const order = (item: unknown): string => {
    const { type, product, keyset, serial, key, load, index } = item as Record<string, unknown>;
    if (typeof load === 'string') return `${load}${String(index).padStart(16, '0')}`;
    if (typeof key === 'string') return key;
    if (typeof type === 'string') return type;
    if (product !== undefined) return typeId(crypto, product as Product);
    return typeof keyset === 'string' ? `${keyset}${serial}` : '';
  };
  if (form.item.is !== 'record' && form.item.is !== 'tuple') return list;
  return list.toSorted((a, b) => byText(order(a), order(b)));
}

/**
 * A transaction of a kind from its fields as text. `chain` and `nonce` need not be given; the two of a trust are put in
 * order. Refuses as `decodeBody` does; the detail names the field.
 */
export function readTransaction(
  kind: Kind,
  given: ReadonlyMap<string, string>,
  context: InputContext,
): Result<Transaction, Refusal> {
  const declared = fieldsOf(kind);
  const unknown = [...given.keys()].find((name) => !declared.some((field) => field.name === name));
  if (unknown !== undefined) return refuse('malformed', `there is no --${unknown} in ${kind}`);
  const preset: Readonly<Record<string, string>> = { kind, chain: context.chain, nonce: context.nonce };
  const read = fields(declared, '', ({ name, form }) => {
    const text = given.get(name) ?? preset[name];
    return text === undefined ? undefined : fromText(form, name, text, context);
  });
  if (!read.ok) return read;
  const transaction = read.value as Record<string, unknown>;
  for (const { name, form } of declared) {
    const list = transaction[name];
    if (Array.isArray(list)) transaction[name] = ordered(name, list, form, context.crypto);
  }
  const trust = kind === 'establish_trust' || kind === 'cancel_trust';
  if (trust && (transaction.a as string) > (transaction.b as string))
    [transaction.a, transaction.b] = [transaction.b, transaction.a];
  return decodeBody(encodeBody(transaction as unknown as Transaction));
}
