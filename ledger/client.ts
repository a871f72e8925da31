/**
 * The node's HTTP API from the other side, for the CLI and the coupon office. What the node says is a refusal of its
 * closed list; `unreachable` is added here for a node that does not answer or answers nothing of the API's.
 * Not here: the terminal's client, which belongs to the terminal.
 */
import { createParser } from 'eventsource-parser';
import type { BlockEvents } from '../src/economy/events.ts';
import type { Id } from '../src/economy/transaction.ts';
import { STREAM_ALIVE } from '../src/limits.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { API_REFUSALS, type ApiRefusal } from './api-refusals.ts';
import type { Submitted } from './engine.ts';

export type ClientRefusal = ApiRefusal | 'unreachable';

/** One thing that the stream said. */
export type Told =
  | { readonly kind: 'block'; readonly block: BlockEvents }
  | { readonly kind: 'alive'; readonly height: number; readonly time: number };

/** A query waits this long for its answer, and a stream for any sound, before the node counts as gone. Milliseconds. */
const PATIENCE = 10_000;
const SILENCE = 3 * STREAM_ALIVE;
/** Waits between attempts to reach a node again, milliseconds. */
const BACK_OFF = [100, 250, 500, 1_000, 2_000, 5_000] as const;

/** Waits, or less when the signal is given. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

export class LedgerClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
  }

  /** Hands an envelope in. Safe to repeat: `exists` is success. */
  async submit(envelope: Uint8Array): Promise<Result<Submitted, ClientRefusal>> {
    const answer = await this.#ask('/v1/transactions', {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
      body: envelope as Uint8Array<ArrayBuffer>,
    });
    return answer.ok ? ok(answer.value as unknown as Submitted) : answer;
  }

  /** A query's answer. The form is docs/ledger-api.md's; the node is trusted for it. */
  async get(path: string): Promise<Result<Record<string, unknown>, ClientRefusal>> {
    return this.#ask(path, {});
  }

  async #ask(path: string, init: RequestInit): Promise<Result<Record<string, unknown>, ClientRefusal>> {
    let status: number;
    let answer: Record<string, unknown>;
    try {
      const response = await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(PATIENCE) });
      status = response.status;
      answer = (await response.json()) as Record<string, unknown>;
    } catch (error) {
      return refuse('unreachable', error instanceof Error ? error.message : String(error));
    }
    if (status === 200) return ok(answer);
    const refusal = API_REFUSALS.find((r) => r === answer.refusal);
    if (refusal === undefined) return refuse('unreachable', `HTTP ${status}`);
    return refuse(refusal, typeof answer.detail === 'string' ? answer.detail : undefined);
  }

  /**
   * Everything the stream says from height `from` on, without gaps, until the signal is given. A line that breaks or falls
   * silent is opened again where it stopped.
   */
  async *follow(from: number, signal: AbortSignal): AsyncGenerator<Told, void> {
    let next = from;
    let failures = 0;
    while (!signal.aborted) {
      try {
        for await (const told of this.#stream(next, signal)) {
          failures = 0;
          if (told.kind === 'block') {
            if (told.block.height !== next) break;
            next++;
          }
          yield told;
        }
      } catch {
        // The line broke; it is opened again below.
      }
      await pause(BACK_OFF[Math.min(failures++, BACK_OFF.length - 1)] as number, signal);
    }
  }

  /** One connection's worth of the stream. */
  async *#stream(from: number, signal: AbortSignal): AsyncGenerator<Told, void> {
    const line = new AbortController();
    const hangUp = (): void => line.abort();
    signal.addEventListener('abort', hangUp);
    let silence = setTimeout(hangUp, SILENCE);
    try {
      const response = await fetch(`${this.url}/v1/events?from=${from}`, { signal: line.signal });
      if (!response.ok || response.body === null) return;
      const heard: Told[] = [];
      const parser = createParser({
        onEvent({ event, data }) {
          if (event === 'block') heard.push({ kind: 'block', block: JSON.parse(data) as BlockEvents });
          else if (event === 'alive')
            heard.push({ kind: 'alive', ...(JSON.parse(data) as { height: number; time: number }) });
        },
      });
      const text = new TextDecoder();
      for await (const chunk of response.body) {
        clearTimeout(silence);
        silence = setTimeout(hangUp, SILENCE);
        parser.feed(text.decode(chunk, { stream: true }));
        yield* heard.splice(0);
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', hangUp);
      line.abort();
    }
  }
}

/** A path of the API with an id or key in it. */
export function path(strings: TemplateStringsArray, ...parts: readonly (Id | number)[]): string {
  return strings.map((s, i) => s + (i < parts.length ? encodeURIComponent(parts[i] as string) : '')).join('');
}
