/**
 * The page's only way to the node that served it: questions over HTTP, and the event stream, of which nothing is read but that there is a
 * new block and what time it is on the ledger. Whatever is shown is asked again when a block has come.
 * Not here: what the answers mean.
 */
import type { Status } from './answers.ts';

/** `missing`: there is no such thing. `reading`: the node reads its chain first and says how far it is. `away`: no node. */
export type Asked<T> =
  | { readonly is: 'there'; readonly value: T }
  | { readonly is: 'missing' }
  | { readonly is: 'reading'; readonly detail: string }
  | { readonly is: 'away' };

/** Asks once. Never rejects. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<Asked<T>> {
  try {
    const response = await fetch(path, { headers: { accept: 'application/json' }, signal: signal ?? null });
    if (response.ok) return { is: 'there', value: (await response.json()) as T };
    if (response.status === 503) {
      const { detail = '' } = (await response.json()) as { detail?: string };
      return { is: 'reading', detail };
    }
    return { is: response.status < 500 ? 'missing' : 'away' };
  } catch {
    return { is: 'away' };
  }
}

export interface Heard {
  /** The last block's height. */
  readonly height: number;
  /** The ledger's time, seconds since 1970. */
  readonly now: number;
  readonly away: boolean;
}

/** Blocks of so many milliseconds are heard of together: a busy chain makes the page ask no more often. */
const TOGETHER = 1_000;

/** Tells the height and the ledger's time as they change, and when the node is away. Returns the way to stop. */
export function listen(status: Status, heard: (news: Partial<Heard>) => void): () => void {
  const source = new EventSource(`/v1/events?from=${status.height + 1}`);
  source.addEventListener('open', () => heard({ away: false }));
  source.addEventListener('error', () => heard({ away: true }));
  let height = status.height;
  let soon: ReturnType<typeof setTimeout> | undefined;
  source.addEventListener('block', (event) => {
    height = Number(event.lastEventId);
    soon ??= setTimeout(() => {
      soon = undefined;
      heard({ height });
    }, TOGETHER);
  });
  source.addEventListener('alive', (event) => {
    const { time } = JSON.parse(event.data as string) as { time: number };
    heard({ now: time, away: false });
  });
  return () => {
    clearTimeout(soon);
    source.close();
  };
}
