/**
 * A refusal is a value, an exception is a bug. Every function that can say no returns a Result whose refusal
 * is a tag from a closed list; nothing has changed when it says no.
 */
export type Result<T, R extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: R; readonly detail?: string };

/** The accepted form of a Result. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** The refused form of a Result. `detail` is for people and logs; no code decides by it. */
export function refuse<R extends string>(
  refusal: R,
  detail?: string,
): { readonly ok: false; readonly refusal: R; readonly detail?: string } {
  return detail === undefined ? { ok: false, refusal } : { ok: false, refusal, detail };
}
