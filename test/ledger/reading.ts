/** A reader of a node's event stream for tests: it collects, and waits for what it is asked for; nothing polls. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { BlockEvents } from '../../src/economy/events.ts';
import { later } from './fixtures.ts';

export interface Stream {
  readonly status: number;
  readonly events: readonly EventSourceMessage[];
  /** The blocks so far. */
  blocks(): BlockEvents[];
  /** Resolves when the condition holds for what was heard; rejects when the stream ends first. */
  until(condition: (stream: Stream) => boolean): Promise<void>;
  /** Resolves when the node ends the stream. */
  readonly ended: Promise<void>;
  stop(): void;
}

export async function listen(url: string, headers: Record<string, string> = {}): Promise<Stream> {
  const line = new AbortController();
  later(() => line.abort());
  const response = await fetch(url, { headers, signal: line.signal });
  const events: EventSourceMessage[] = [];
  const waiting = new Set<() => void>();
  const parser = createParser({
    onEvent(event) {
      events.push(event);
      for (const wake of [...waiting]) wake();
    },
  });
  let over = false;
  const ended = (async () => {
    const text = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) parser.feed(text.decode(chunk, { stream: true }));
    } catch {
      // The line was cut, by us or by the node.
    }
    over = true;
    for (const wake of [...waiting]) wake();
  })();
  const stream: Stream = {
    status: response.status,
    events,
    ended,
    blocks: () => events.filter((e) => e.event === 'block').map((e) => JSON.parse(e.data) as BlockEvents),
    until: (condition) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const holds = condition(stream);
          if (!holds && !over) return;
          waiting.delete(look);
          if (holds) resolve();
          else reject(new Error('the stream ended first'));
        };
        waiting.add(look);
        look();
      }),
    stop: () => line.abort(),
  };
  return stream;
}
