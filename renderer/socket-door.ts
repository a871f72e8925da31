/**
 * The door over a WebSocket: requests with numbers, answers by number, slices pushed whole. When the line drops, every
 * waiting request is answered `not_reachable` and the line is tried again with growing pauses; the terminal sends all
 * slices anew on each connection, so nothing has to be remembered here.
 */
import type { Intent, TillView, ToScreen, ToTerminal } from '../src/till-api.ts';
import type { Connection, Door, ScreenAnswer } from './door.ts';

/** A line and a timer, given from outside, so that a test needs neither a socket nor a clock. */
export interface LineEars {
  message(data: unknown): void;
  /** The line is gone or never came up. Called once. */
  closed(): void;
}
export interface LineWorld {
  connect(ears: LineEars): { send(text: string): void };
  /** Runs `then` after `ms`; returns the way to stop it. */
  later(ms: number, then: () => void): () => void;
}

/** Pauses between attempts, ms: quick at first, because the usual reason is a terminal that is just starting again. */
export const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000] as const;
/** A request without an answer after this long is given up, ms; a load of six packs works in steps and answers at once. */
export const ANSWER_MS = 30_000;

export function openSocketDoor(world: LineWorld): Door {
  let line: { send(text: string): void } | null = null;
  let connection: Connection = 'connecting';
  let attempts = 0;
  let nextAsk = 1;
  let latest: Partial<TillView> = {};
  const waiting = new Map<number, { done: (answer: ScreenAnswer) => void; stop: () => void }>();
  const listeners = new Set<(change: Partial<TillView>) => void>();
  const connectionListeners = new Set<(connection: Connection) => void>();

  const say = (now: Connection) => {
    if (now === connection) return;
    connection = now;
    for (const listener of connectionListeners) listener(now);
  };
  const settle = (ask: number, answer: ScreenAnswer) => {
    const request = waiting.get(ask);
    if (!request) return;
    waiting.delete(ask);
    request.stop();
    request.done(answer);
  };
  const hear = (data: unknown) => {
    const message = JSON.parse(String(data)) as ToScreen;
    if ('answer' in message) return settle(message.answer, message.result);
    latest = { ...latest, ...message.change };
    attempts = 0;
    say('open');
    for (const listener of listeners) listener(message.change);
  };
  const dial = () => {
    line = world.connect({
      message: hear,
      closed: () => {
        line = null;
        say('lost');
        for (const ask of [...waiting.keys()]) settle(ask, { ok: false, refusal: 'not_reachable' });
        world.later(PAUSES_MS[Math.min(attempts, PAUSES_MS.length - 1)]!, dial);
        attempts += 1;
      },
    });
  };
  dial();

  return {
    ask: (intent: Intent) =>
      new Promise((done) => {
        if (connection !== 'open' || !line) return done({ ok: false, refusal: 'not_reachable' });
        const ask = nextAsk++;
        const stop = world.later(ANSWER_MS, () => settle(ask, { ok: false, refusal: 'not_reachable' }));
        waiting.set(ask, { done, stop });
        const message: ToTerminal = { ask, intent };
        line.send(JSON.stringify(message));
      }),
    watch: (listener) => {
      listeners.add(listener);
      if (Object.keys(latest).length > 0) listener(latest);
      return () => listeners.delete(listener);
    },
    watchConnection: (listener) => {
      connectionListeners.add(listener);
      listener(connection);
      return () => connectionListeners.delete(listener);
    },
  };
}
