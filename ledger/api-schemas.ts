/**
 * The form of the API's questions and answers as JSON Schema: what OpenAPI shows. Questions are checked by them; answers are
 * described, and a test holds the answers to the description. Values are micro-minutes as decimal strings.
 */
import { API_REFUSALS } from './api-refusals.ts';

export type Schema = Readonly<Record<string, unknown>>;

export const id: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'SHA-256, hex' };
const key: Schema = {
  type: 'string',
  pattern: '^01[0-9a-f]{64}$',
  description: 'suite 01 ‖ Ed25519 key, hex',
};
const hex: Schema = { type: 'string', pattern: '^([0-9a-f]{2})*$' };
export const integer: Schema = { type: 'integer', minimum: 0 };
export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const value: Schema = { type: 'string', pattern: '^-?[0-9]+$', description: 'micro-minutes' };
export const list = (items: Schema): Schema => ({ type: 'array', items });

/** An object whose fields are all there, save those named optional. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

const header = object({
  height: integer,
  time: integer,
  previous: id,
  count: integer,
  transactionsRoot: id,
  stateHash: id,
});
const collective = {
  id,
  key,
  name: text,
  dispatches: flag,
  ordinal: integer,
  subsystem: id,
};
export const label: Schema = { enum: ['common', 'exclusive'] };

/** A lot's row. */
const lot = {
  id,
  type: id,
  amount: integer,
  value,
  owner: id,
  label,
  origin: id,
  durability: integer,
  elements: list(object({ id, type: id, v: value, d: integer, k: integer, u: integer, children: list(id) })),
  use: object(
    {
      as: { enum: ['mop', 'component'] },
      production: id,
      since: integer,
      beyondDurability: flag,
      on: list(id),
    },
    ['since', 'beyondDurability', 'on'],
  ),
};
const LOT_OPTIONAL = ['durability', 'elements', 'use'];

const ratio: Schema = {
  type: 'string',
  pattern: '^-?[0-9]+/[1-9][0-9]*$',
  description: 'exact, in lowest terms',
};

/** One figure of a revision: what made it, the first of `count`. */
const figure = object({ value, count: integer, lines: list(object({ by: id, reason: text, value })) });

/** A path parameter that is an id or a key. */
export const byId = object({ id });
export const byKey = object({ key });
export const byHeight = object({ height: { type: 'string', pattern: '^(0|[1-9][0-9]{0,15})$' } });
export const height: Schema = { type: 'string', pattern: '^(0|[1-9][0-9]{0,15})$' };
export const fromHeight: Schema = { type: 'object', properties: { from: height } };
/** Two ages of a product, operating minutes, and how many pieces are made with it. */
const pieces: Schema = { type: 'string', pattern: '^[1-9][0-9]{0,15}$' };
export const byAges: Schema = { type: 'object', properties: { from: height, to: height, pieces } };
export const byOwner: Schema = { type: 'object', properties: { owner: id }, required: ['owner'] };

export const refusal = object({ refusal: { enum: API_REFUSALS }, detail: text }, ['detail']);

export const ANSWERS = {
  submitted: object({ id, status: { enum: ['accepted', 'exists'] }, height: integer }),
  status: object({
    chain: text,
    height: integer,
    time: integer,
    now: integer,
    stateHash: id,
    blockHash: id,
    parameters: { type: 'object', additionalProperties: true },
  }),
  transaction: object({
    id,
    height: integer,
    position: integer,
    envelope: hex,
    transaction: { type: 'object', additionalProperties: true },
  }),
  proof: object({
    id,
    proof: object({ chain: text, header, index: integer, path: list(id) }),
    blockHash: id,
  }),
  block: object({
    header,
    hash: id,
    transactions: list(id),
    events: list({ type: 'object', additionalProperties: true }),
  }),
  collectives: object({ collectives: list(object(collective)) }),
  collective: object({ ...collective, trusts: list(id) }),
  accounts: object({
    subsystem: id,
    height: integer,
    accounts: object(
      Object.fromEntries(['U', 'C', 'W', 'D', 'Q', 'P', 'B', 'O', 'Z', 'R', 'G'].map((a) => [a, value])),
    ),
    sum: value,
  }),
  keyset: object(
    {
      id,
      live: flag,
      office: id,
      keys: list(object({ n: hex, e: integer })),
      published: integer,
      issued: list(integer),
      redeemed: list(integer),
      refreshed: list(integer),
      recouped: list(integer),
      wasted: list(integer),
      revoked: object({ time: integer, ordinal: integer }),
    },
    ['revoked'],
  ),
  openLoads: object({ keyset: id, open: list(id) }),
  walletLoads: object({ wallet: key, loads: list(id) }),
  refreshes: object({ keyset: id, all: integer, refreshes: list(object({ id, first: id })) }),
  load: object(
    {
      id,
      kind: { enum: ['load', 'refresh', 'take_back'] },
      state: { enum: ['open', 'issued', 'cancelled', 'void'] },
      wallet: key,
      keyset: id,
      packs: integer,
      minutes: integer,
      height: integer,
      issueFrom: integer,
      exponents: list(integer),
      blinded: list(hex),
      signatures: list(hex),
    },
    ['signatures', 'wallet', 'packs', 'minutes'],
  ),
  wallet: object({
    wallet: key,
    workloads: list(
      object(
        { id, collective: id, minutes: integer, day: integer, revision: id, share: value, claimed: flag },
        ['revision', 'share'],
      ),
    ),
    balances: list(object({ origin: id, value })),
  }),
  stock: object({
    outlet: id,
    clearing: value,
    stock: list(
      object({
        type: id,
        name: { type: ['string', 'null'] },
        unit: { type: ['string', 'null'] },
        amount: integer,
      }),
    ),
  }),
  prices: object({ subsystem: id, prices: list(object({ type: id, amount: integer, value })) }),
  production: object({
    id,
    producer: id,
    estimate: id,
    label,
    state: { enum: ['open', 'done', 'aborted'] },
    labour: value,
    resources: value,
    means: value,
    mops: integer,
    components: list(id),
  }),
  composition: object(
    {
      ...lot,
      from: integer,
      to: integer,
      aggregated: value,
      theta: ratio,
      thetaMinutes: ratio,
      booked: value,
      parts: list(
        object({
          id,
          type: id,
          name: text,
          v: value,
          d: integer,
          k: integer,
          u: integer,
          children: list(id),
          allParts: list(id),
          aggregated: value,
          residual: value,
          deltaFrom: integer,
          deltaTo: integer,
          rho: ratio,
          theta: ratio,
        }),
      ),
    },
    ['durability', 'use', 'elements', 'from', 'to', 'aggregated', 'theta', 'thetaMinutes', 'booked', 'parts'],
  ),
  lots: object({
    owner: id,
    lots: list(object(lot, LOT_OPTIONAL)),
  }),
  explained: object({
    revision: id,
    subsystem: id,
    until: integer,
    tax: value,
    limit: value,
    highest: value,
    a: figure,
    c: object({ value, labour: figure, other: figure }),
    w: object({ value, wasted: figure, rounding: figure }),
    settlement: figure,
    debt: object({ before: value, after: value, moved: figure }),
  }),
} as const;
