/**
 * The terminal's way to a node: one HTTP API. What the node says is a refusal from the ledger's list; a node that does
 * not answer, or answers with 5xx, is `unreachable` and asked again by the caller.
 */
import { type Clock, systemClock } from './clock.ts';
import { decode } from './json.ts';

/** How bytes get to a node and back; the platform's `fetch` unless a host brings its own. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
export const systemFetch: Fetch = (url, init) => fetch(url, init);

/** Longest wait for a whole answer, milliseconds. */
const TIMEOUT = 10_000;

export type Submitted =
  | { readonly kind: 'answered'; readonly status: 'accepted' | 'exists'; readonly height: number }
  | { readonly kind: 'refused'; readonly refusal: string; readonly detail?: string }
  | { readonly kind: 'unreachable'; readonly detail: string };

export class LedgerClient {
  readonly url: string;
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  constructor(url: string, clock: Clock = systemClock, by: Fetch = systemFetch) {
    this.url = url.replace(/\/$/, '');
    this.#clock = clock;
    this.#fetch = by;
  }

  /** Status and text of an answer; rejects when it has not come whole in time. */
  async #ask(
    path: string,
    init: RequestInit = {},
  ): Promise<{ readonly response: Response; readonly text: string }> {
    const late = new AbortController();
    const inTime = this.#clock.after(TIMEOUT, () => late.abort(new Error('timed out')));
    try {
      const response = await this.#fetch(`${this.url}${path}`, { ...init, signal: late.signal });
      return { response, text: await response.text() };
    } finally {
      inTime();
    }
  }

  /** Hands an envelope in. Safe to repeat: the same id again is `exists`. */
  async submit(envelope: Uint8Array): Promise<Submitted> {
    try {
      const { response, text } = await this.#ask('/v1/transactions', {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: envelope as Uint8Array<ArrayBuffer>,
      });
      const answer = decode(text);
      if (response.ok && (answer.status === 'accepted' || answer.status === 'exists'))
        return { kind: 'answered', status: answer.status, height: Number(answer.height) };
      if (response.status >= 500 || typeof answer.refusal !== 'string')
        return { kind: 'unreachable', detail: `HTTP ${response.status}` };
      return typeof answer.detail === 'string'
        ? { kind: 'refused', refusal: answer.refusal, detail: answer.detail }
        : { kind: 'refused', refusal: answer.refusal };
    } catch (error) {
      return { kind: 'unreachable', detail: String((error as Error).message) };
    }
  }

  /** A query's JSON; `absent` when the node says that there is no such thing, undefined when it does not answer. */
  async find(path: string): Promise<Record<string, unknown> | 'absent' | undefined> {
    try {
      const { response, text } = await this.#ask(path);
      const answer = decode(text);
      if (response.ok) return answer;
      return response.status === 404 && answer.refusal === 'not_found' ? 'absent' : undefined;
    } catch {
      return undefined;
    }
  }

  /** A query's JSON, or undefined when the node is away or knows nothing of it. */
  async get(path: string): Promise<Record<string, unknown> | undefined> {
    const found = await this.find(path);
    return found === 'absent' ? undefined : found;
  }
}
