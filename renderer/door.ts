/**
 * The screen's end of the door: the Electron bridge if the host put one there, else the WebSocket of the browser host.
 * Adds to the contract only what the terminal itself cannot say: that it is not there.
 */
import type { Answer, Intent, TillApi, TillView } from '../src/till-api.ts';
import { openSocketDoor } from './socket-door.ts';

/** What the screen gets for a request that never reached an answer. The terminal's next picture says what became of it. */
export type ScreenAnswer = Answer | { readonly ok: false; readonly refusal: 'not_reachable' };
export type Connection = 'connecting' | 'open' | 'lost';

export interface Door {
  ask(intent: Intent): Promise<ScreenAnswer>;
  watch(listener: (change: Partial<TillView>) => void): () => void;
  watchConnection(listener: (connection: Connection) => void): () => void;
}

declare global {
  interface Window {
    /** Put there by the preload of the Electron shell. */
    readonly till?: TillApi;
  }
}

/** A bridge lives as long as its window: it is always reachable. */
function bridgeDoor(till: TillApi): Door {
  return {
    ask: (intent) => till.ask(intent),
    watch: (listener) => till.watch(listener),
    watchConnection: (listener) => {
      listener('open');
      return () => {};
    },
  };
}

/** A customer display asks for a door of its own, which shows the sale and takes no requests. */
export function openDoor(window: Window, display: boolean): Door {
  if (window.till) return bridgeDoor(window.till);
  const { protocol, host } = window.location;
  return openSocketDoor({
    connect: (ears) => {
      const socket = new WebSocket(
        `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/door${display ? '?display' : ''}`,
      );
      socket.addEventListener('message', (event) => ears.message(event.data));
      socket.addEventListener('close', () => ears.closed());
      return socket;
    },
    later: (ms, then) => {
      const timer = window.setTimeout(then, ms);
      return () => window.clearTimeout(timer);
    },
  });
}
