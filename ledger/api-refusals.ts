/** Why the API says no: the ledger's refusals and those of HTTP itself, one closed list, each with its status code. */
import { REFUSALS } from '../src/economy/refusals.ts';

export const HTTP_REFUSALS = [
  /** The request itself is not understood: path, query or headers. */
  'bad_request',
  'not_found',
  'unsupported_media_type',
  'too_many_readers',
  /** Nothing was decided; the same may be sent again. */
  'ledger_unavailable',
  /** A bug in the node. Nothing was decided. */
  'internal_error',
] as const;

export const API_REFUSALS = [...REFUSALS, ...HTTP_REFUSALS] as const;
export type ApiRefusal = (typeof API_REFUSALS)[number];

export interface RefusalBody {
  readonly refusal: ApiRefusal;
  readonly detail?: string;
}

const CODES: { readonly [R in ApiRefusal]?: number } = {
  too_large: 413,
  not_canonical: 400,
  unknown_kind: 400,
  malformed: 400,
  bad_request: 400,
  not_found: 404,
  unsupported_media_type: 415,
  too_many_readers: 503,
  ledger_unavailable: 503,
  internal_error: 500,
};

/** 400 what cannot be decoded, 413 too large, 422 what was understood and refused; 5xx nothing was decided. */
export function statusCode(refusal: ApiRefusal): number {
  return CODES[refusal] ?? 422;
}

export function refusalBody(refusal: ApiRefusal, detail: string | undefined): RefusalBody {
  return detail === undefined ? { refusal } : { refusal, detail: detail.slice(0, 500) };
}
