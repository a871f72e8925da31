/**
 * The terminal's way to a node: one HTTP API. What the node says is a refusal from the ledger's list; a node that does
 * not answer, or answers with 5xx, is `unreachable` and asked again by the caller.
 */
import { decode } from './json.ts';

export type Submitted =
  | { readonly kind: 'answered'; readonly status: 'accepted' | 'exists'; readonly height: number }
  | { readonly kind: 'refused'; readonly refusal: string; readonly detail?: string }
  | { readonly kind: 'unreachable'; readonly detail: string };

export class LedgerClient {
  readonly url: string;
  readonly #timeout: number;
  constructor(url: string, timeoutMilliseconds = 10_000) {
    this.url = url.replace(/\/$/, '');
    this.#timeout = timeoutMilliseconds;
  }

  /** Hands an envelope in. Safe to repeat: the same id again is `exists`. */
  async submit(envelope: Uint8Array): Promise<Submitted> {
    try {
      const response = await fetch(`${this.url}/v1/transactions`, {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: envelope as Uint8Array<ArrayBuffer>,
        signal: AbortSignal.timeout(this.#timeout),
      });
      const answer = decode(await response.text());
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

  /** A query's JSON, or undefined when the node is away or knows nothing of it. */
  async get(path: string): Promise<Record<string, unknown> | undefined> {
    try {
      const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(this.#timeout) });
      return response.ok ? decode(await response.text()) : undefined;
    } catch {
      return undefined;
    }
  }
}
