/**
 * A transaction in one sentence, with links to whom and what it is about. The sentences stand in the texts; here their gaps are filled.
 * A kind that this page does not know is named as it is, with all its fields below.
 */
import { Fragment, type ReactElement, type ReactNode } from 'react';
import type { Json, Meaning, Readable } from './answers.ts';
import { type Page, usePage } from './context.tsx';
import { hrefOf } from './route.ts';

const DAY = 86_400;

/** A kind in a few words; one that this page does not know is named as it is. */
export function kindName(acts: Page['acts'], kind: string): string {
  return (acts.kinds as Readonly<Record<string, string>>)[kind] ?? kind;
}

/** A template with its gaps filled. A gap that nothing fills is left out. */
export function filled(template: string, parts: Readonly<Record<string, ReactNode>>): ReactNode {
  return template.split(/\{(\w+)\}/).map((piece, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one sentence have nothing but their place
    <Fragment key={i}>{i % 2 === 0 ? piece : parts[piece]}</Fragment>
  ));
}

export function Sentence({ transaction }: { readonly transaction: Readable }): ReactElement {
  const page = usePage();
  const { kind, fields } = transaction;
  const { sentences } = page.acts;
  const purpose = typeof fields.purpose === 'string' ? `${kind}:${fields.purpose}` : kind;
  const template = (sentences as Readonly<Record<string, string>>)[purpose] ?? sentences.unknown;
  return <>{filled(template, partsOf(page, transaction))}</>;
}

/** An id as what it is: a name that leads somewhere, or its first characters. */
function named({ f, acts }: Page, id: string, is: Meaning | undefined, names: Readable['names']): ReactNode {
  // Goods and months are looked at where those who act are.
  const home = Object.values(names).find(({ subsystem }) => subsystem !== undefined)?.subsystem;
  const within = home === undefined ? {} : { subsystem: home };
  switch (is?.is) {
    case 'collective':
      return (
        <a
          href={hrefOf({
            place: 'overview',
            collective: id,
            ...(is.subsystem === undefined ? {} : { subsystem: is.subsystem }),
          })}
        >
          {is.name}
        </a>
      );
    case 'product':
      return <a href={hrefOf({ place: 'products', ...within, type: id })}>{is.name}</a>;
    case 'lot':
      return is.type === undefined ? (
        is.name
      ) : (
        <a href={hrefOf({ place: 'products', ...within, type: is.type })}>{is.name}</a>
      );
    case 'production':
      return (
        <a href={hrefOf({ place: 'transaction', id })}>
          {is.of === undefined ? is.name : `${is.of.name} (${is.name})`}
        </a>
      );
    case 'order':
      return (
        <a href={hrefOf({ place: 'transaction', id })}>
          {(acts.words.orderOf ?? '{product}').replace('{product}', is.name ?? '')}
        </a>
      );
    case 'estimate':
      return <a href={hrefOf({ place: 'transaction', id })}>{is.name ?? short(id)}</a>;
    case 'proposal':
      return (
        <a href={hrefOf({ place: 'transaction', id })}>
          {subject(acts.words, is.about ?? '', is.of?.name ?? '')}
        </a>
      );
    case 'workload':
      return (
        <a href={hrefOf({ place: 'transaction', id })}>
          {is.name} · {short(id)}
        </a>
      );
    case 'revision':
      return is.until === undefined ? (
        short(id)
      ) : (
        <a href={hrefOf({ place: 'tax', ...within, until: is.until })}>{f.month(is.until)}</a>
      );
    case 'transaction':
      return (
        <a href={hrefOf({ place: 'transaction', id })}>
          <code>{short(id)}</code>
        </a>
      );
    default:
      return <code>{short(id)}</code>;
  }
}

/** What a vote is about: the product of a label, where there is one. */
function subject(words: Readonly<Record<string, string>>, about: string, product: string): string {
  return (words[`about:${about}`] ?? about).replace('{product}', product);
}

export const short = (id: string): string => `${id.slice(0, 12)}…`;

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);
const micro = (value: Json | undefined): bigint =>
  typeof value === 'string' && /^-?[0-9]+$/.test(value) ? BigInt(value) : 0n;
const object = (value: Json | undefined): Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {};
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** Sums of micro-minutes over the effects of one kind. */
function effect(transaction: Readable, kind: string, field: string): bigint {
  return transaction.effects
    .filter((event) => event.kind === kind)
    .reduce((sum, event) => sum + micro(event[field]), 0n);
}

/** What fills the gaps of a sentence. */
function partsOf(page: Page, transaction: Readable): Readonly<Record<string, ReactNode>> {
  const { f, acts } = page;
  const { kind, fields, names } = transaction;
  const { words } = acts;
  const id = (field: string): ReactNode => {
    const value = text(fields[field]);
    return value === '' ? '' : named(page, value, names[value], names);
  };
  const word = (name: string, value: bigint): string =>
    value === 0n ? '' : (words[name] ?? '').replace('{value}', f.time(value));
  const product = object(fields.product);
  // Goods out of stock have no lot; what happened to them names their type.
  const moved = transaction.effects.find((event) => event.kind === 'written_off' || event.kind === 'stock');
  const lot = names[text(fields.lot)] ?? names[text(moved?.type)];
  const unit = text(product.unit) || (lot?.unit ?? '');
  const parts: Record<string, ReactNode> = {
    kind,
    name: <strong>{text(fields.name)}</strong>,
    reason: text(fields.reason),
    product: text(product.name),
    amount: f.amount(number(fields.amount), unit),
    lot: lot === undefined ? words.unnamed : named(page, text(fields.lot), lot, names),
    packs: f.count(number(fields.packs)),
    coupons: f.count(number(fields.coupons)),
    sales: f.count(number(fields.sales)),
    goods: f.count(list(fields.goods).length),
    lines: f.count(list(fields.lines).length),
    minutes: f.minutes(number(fields.minutes)),
    charged: f.minutes(number(fields.charged)),
    value: f.time(micro(fields.value)),
    day: f.day(number(fields.day) * DAY),
    until: f.day(number(fields.until)),
    month: f.month(number(fields.until)),
    outputs: outputs(page, transaction),
    dispatching: fields.dispatches === true ? words.dispatching : '',
    worth: word('worth', effect(transaction, 'stock', 'value')),
    worthOut: word('worthOut', effect(transaction, 'handed_over', 'value')),
    theta: word('theta', effect(transaction, 'mop_deallocated', 'value')),
    wasted: word('wasted', effect(transaction, 'production_aborted', 'wasted')),
    share: word('share', effect(transaction, 'claimed', 'share')),
    lost: lost(page, transaction),
    yes: fields.yes === true ? words.yes : words.no,
    about: subject(words, text(fields.about), names[text(fields.type)]?.name ?? ''),
  };
  for (const field of ['a', 'b', 'from', 'to', 'owner', 'orderer', 'addressee', 'outlet', 'office', 'by'])
    parts[field] = id(field);
  for (const field of ['collective', 'production', 'order', 'estimate', 'revision', 'workload', 'proposal'])
    parts[field] = id(field);
  return parts;
}

/** What a count or a write-off lost or found: shortages are signed the other way in the events. */
function lost({ f, acts }: Page, transaction: Readable): string {
  const value =
    effect(transaction, 'written_off', 'value') -
    (transaction.kind === 'count' ? effect(transaction, 'stock', 'value') : 0n);
  const word = value < 0n ? acts.words.found : acts.words.lost;
  return value === 0n ? '' : (word ?? '').replace('{value}', f.time(value < 0n ? -value : value));
}

function outputs(page: Page, { fields, names }: Readable): ReactNode {
  const { f, acts } = page;
  const made = list(fields.outputs).map((one) => {
    const output = object(one);
    const product = object(output.product);
    const type = text(output.type);
    const unit = text(product.unit) || (names[type]?.unit ?? '');
    const name = text(product.name) || (names[type]?.name ?? short(type));
    const worth = output.value === undefined ? '' : ` (${f.time(micro(output.value))})`;
    return `${f.amount(number(output.amount), unit)} ${name}${worth}`;
  });
  const last = made.pop() ?? '';
  return made.length === 0 ? last : `${made.join('; ')}${acts.words.and ?? ', '}${last}`;
}

/** One field of a transaction for the table of all. */
export function FieldValue({
  name,
  value,
  transaction,
}: {
  readonly name: string;
  readonly value: Json;
  readonly transaction: Readable;
}): ReactNode {
  const page = usePage();
  const { t, f } = page;
  const { names, kind } = transaction;
  if (typeof value === 'boolean') return value ? t.blocks.yes : t.blocks.no;
  if (typeof value === 'number') {
    if (name === 'until' || name === 'deliverBy') return `${f.moment(value)} UTC`;
    if (name === 'day') return f.day(value * DAY);
    if (name === 'amount')
      return f.amount(
        value,
        text(object(transaction.fields.product).unit) || (names[text(transaction.fields.lot)]?.unit ?? ''),
      );
    return f.count(value);
  }
  if (typeof value === 'string') {
    if (/^[0-9a-f]{64}$/.test(value)) return named(page, value, names[value], names);
    if (name === 'kinds') return kindName(page.acts, value);
    const word = page.acts.words[`${name}:${value}`];
    if (word !== undefined)
      return word.replace('{product}', names[text(transaction.fields.type)]?.name ?? '');
    if (name === 'value' && kind !== 'propose') return f.exact(micro(value));
    return value.length > 40 && /^[0-9a-f]+$/.test(value) ? <code>{short(value)}</code> : value;
  }
  if (value === null) return '–';
  if (Array.isArray(value))
    return (
      <ul>
        {value.map((one: Json, i: number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list in the transaction's own order
          <li key={i}>
            <FieldValue name={name} value={one} transaction={transaction} />
          </li>
        ))}
      </ul>
    );
  const fields = object(value);
  const inner = Object.entries(fields);
  const unit = text(object(fields.product).unit) || (names[text(fields.type)]?.unit ?? '');
  if (inner.length === 2 && fields.name !== undefined && fields.unit !== undefined) return text(fields.name);
  return (
    <>
      {inner.map(([field, one], i) => (
        <Fragment key={field}>
          {i > 0 && ', '}
          {field === 'amount' && typeof one === 'number' ? (
            f.amount(one, unit)
          ) : (
            <FieldValue name={field} value={one} transaction={transaction} />
          )}
        </Fragment>
      ))}
    </>
  );
}
