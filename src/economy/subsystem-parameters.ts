/**
 * Parameters of one subsystem (§7): the chain's, as genesis set them, except where a vote of the subsystem set another. On the
 * wire and in the state a value is text as in the genesis document: a whole number, or a share like `1/10`.
 * Not here: the vote (`proposals.ts`); what the parameters mean (`parameters.ts`).
 */
import { SECONDS_MAX, VALUE_DIGITS } from '../limits.ts';
import { floorDiv } from '../units/micro-minutes.ts';
import type { Parameters } from './parameters.ts';
import type { Context } from './rule.ts';
import type { Id } from './transaction.ts';

type Value = number | bigint | { readonly num: bigint; readonly den: bigint };

/** A whole number from `least` to `most`, both included. */
function whole(least: number, most: number): (text: string) => number | undefined {
  return (text) => {
    const value = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : -1;
    return value >= least && value <= most ? value : undefined;
  };
}
/** A share of at most 1, reduced or not. */
function share(text: string): Value | undefined {
  const found = /^(0|[1-9][0-9]{0,8})\/([1-9][0-9]{0,8})$/.exec(text);
  const [num, den] = [BigInt(found?.[1] ?? 1), BigInt(found?.[2] ?? 1)];
  return found === null || num > den ? undefined : { num, den };
}
function value(text: string): bigint | undefined {
  return text.length < VALUE_DIGITS && /^(0|[1-9][0-9]*)$/.test(text) ? BigInt(text) : undefined;
}

/** By name, how the text is read; undefined when it is out of range. The ranges are those of a genesis document. */
const READ: { readonly [N in keyof Parameters]: (text: string) => Value | undefined } = {
  k: whole(1, 1_000_000),
  holdMax: whole(0, SECONDS_MAX),
  offlineMax: whole(0, SECONDS_MAX),
  limit: share,
  maxRate: share,
  reverseDays: whole(0, 3_660),
  voteAbove: value,
  beyondMax: whole(1, 1_000),
  grace: whole(0, SECONDS_MAX),
};

/** What a vote can set. */
export const PARAMETERS = Object.keys(READ) as readonly (keyof Parameters)[];

/** A parameter from its text, as the one field of an object; undefined for another name or a value out of range. */
export function readParameter(name: string, text: string): Partial<Parameters> | undefined {
  const found = Object.hasOwn(READ, name) ? READ[name as keyof Parameters](text) : undefined;
  return found === undefined ? undefined : { [name]: found };
}

/** A parameter's value as text. */
export function parameterText(value: Value): string {
  return typeof value === 'object' ? `${value.num}/${value.den}` : value.toString();
}

/** The parameters that hold in a subsystem now. */
export function parametersOf(
  { state, parameters }: Pick<Context, 'state' | 'parameters'>,
  subsystem: Id,
): Parameters {
  const own = state.indexes.parameters.get(subsystem);
  return own === undefined ? parameters : { ...parameters, ...own };
}

/** The time since which the lowest price counts: a till that was offline, and a crowd that waited, sold at none lower. */
export function windowStart(context: Pick<Context, 'state' | 'parameters' | 'time'>, subsystem: Id): number {
  const { offlineMax, holdMax } = parametersOf(context, subsystem);
  return context.time - offlineMax - holdMax;
}

/** The most that waste may add to (or take from) a month's tax on `a`, and the highest tax. */
export function taxBounds(a: bigint, { limit, maxRate }: Pick<Parameters, 'limit' | 'maxRate'>) {
  return { limit: floorDiv(limit.num * a, limit.den), highest: floorDiv(maxRate.num * a, maxRate.den) };
}
