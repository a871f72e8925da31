/**
 * The form of the explorer's answers as JSON Schema, beside `api-schemas.ts`: what OpenAPI shows, and what a test holds the answers
 * to. Values are micro-minutes as decimal strings.
 */
import { flag, height, id, integer, label, list, object, type Schema, text, value } from './api-schemas.ts';

const open: Schema = { type: 'object', additionalProperties: true };
const typed = { type: id, name: text, unit: text };
const pool = { ...typed, label, amount: integer, value };

const row = object(
  {
    id: integer,
    into: integer,
    what: { enum: ['good', 'work', 'resource', 'means', 'component'] },
    type: id,
    collective: id,
    name: text,
    unit: text,
    amount: integer,
    value,
    end: { enum: ['outside', 'back', 'parts', 'forgotten', 'depth'] },
  },
  ['into', 'type', 'collective', 'unit', 'amount', 'end'],
);

const readable = {
  id,
  height: integer,
  time: integer,
  position: integer,
  kind: text,
  fields: open,
  signers: list(
    object(
      { who: { enum: ['collective', 'till', 'others'] }, id, name: text, subsystem: id, count: integer },
      ['id', 'name', 'subsystem', 'count'],
    ),
  ),
  names: open,
  effects: list(open),
};

/** A subsystem and one of its types. */
export const bySubsystemAndType = object({ id, type: id });
export const beforeHeight: Schema = { type: 'object', properties: { before: height } };

export const EXPLORER_ANSWERS = {
  subsystems: object({
    subsystems: list(object({ id, name: text, ordinal: integer, members: integer })),
  }),
  subsystem: object({
    id,
    name: text,
    count: integer,
    members: list(object({ id, name: text, dispatches: flag, ordinal: integer })),
    trusts: list(
      object({ a: id, b: id, passed: list(object({ from: id, to: id, transfers: integer, value })) }),
    ),
  }),
  labour: object({
    subsystem: id,
    months: list(
      object({
        until: integer,
        worked: list(object({ collective: id, name: text, minutes: integer })),
      }),
    ),
  }),
  products: object({ subsystem: id, products: list(object(pool)) }),
  product: object({
    subsystem: id,
    ...pool,
    outlets: list(object({ outlet: id, name: text, amount: integer })),
  }),
  history: object({
    subsystem: id,
    ...typed,
    points: list(
      object(
        {
          height: integer,
          time: integer,
          amount: integer,
          value,
          entered: integer,
          enteredValue: value,
          by: id,
        },
        ['by'],
      ),
    ),
  }),
  productOrigin: object({
    subsystem: id,
    ...typed,
    deliveries: list(
      object({
        transaction: id,
        height: integer,
        time: integer,
        from: id,
        fromName: text,
        outlet: id,
        outletName: text,
        amount: integer,
        value,
      }),
    ),
    rows: list(row),
  }),
  lotOrigin: object({
    lot: id,
    ...typed,
    owner: id,
    ownerName: text,
    amount: integer,
    value,
    label,
    rows: list(row),
  }),
  revisions: object({
    subsystem: id,
    revisions: list(
      object({ revision: id, until: integer, a: value, c: value, w: value, tax: value, debt: value }),
    ),
  }),
  outlets: object({
    subsystem: id,
    outlets: list(
      object({
        outlet: id,
        name: text,
        clearing: value,
        months: list(
          object({
            until: integer,
            redeemed: value,
            appropriated: value,
            charged: value,
            goods: value,
            crowds: integer,
            sales: integer,
            missing: value,
            found: value,
            takenBack: value,
            booked: value,
          }),
        ),
      }),
    ),
  }),
  blocks: object({
    blocks: list(
      object({
        height: integer,
        time: integer,
        hash: id,
        count: integer,
        kinds: list(object({ kind: text, count: integer })),
      }),
    ),
    earlier: flag,
  }),
  readableBlock: object({
    height: integer,
    time: integer,
    hash: id,
    previous: id,
    stateHash: id,
    last: flag,
    revisions: list(open),
    transactions: list(object(readable)),
  }),
  readable: object(readable),
} as const;
