/**
 * What the screen knows: the terminal's view, slice by slice, and a few things of its own (which screen is shown, the
 * last refusal). No rule of the till lives here. One store a window, made in `main.tsx`.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { CheckoutView, Intent, TillRefusal, TillView } from '../src/till-api.ts';
import type { Connection, Door, ScreenAnswer } from './door.ts';

export type Place = 'checkout' | 'services' | 'stock';
export interface Notice {
  /** Counts up, so that the same refusal twice is spoken twice. */
  readonly number: number;
  readonly refusal: TillRefusal | 'not_reachable';
}

export interface ScreenState {
  readonly connection: Connection;
  /** Null until the terminal has sent all slices once. */
  readonly view: TillView | null;
  /** The slice that a customer display gets too; null until it came. */
  readonly checkout: CheckoutView | null;
  /** When the status slice came, ms of the window's own clock: the age of the ledger goes on from there. */
  readonly statusAt: number;
  readonly place: Place;
  readonly notice: Notice | null;
  /** The last sentence for screen readers only. */
  readonly spoken: string;
  readonly speak: (sentence: string) => void;
  /** Asks the terminal. A refusal becomes the notice, a success takes the old one away. */
  readonly ask: (intent: Intent) => Promise<ScreenAnswer>;
  /** Asks without any notice: for a search while typing. */
  readonly askQuietly: (intent: Intent) => Promise<ScreenAnswer>;
  readonly go: (place: Place) => void;
  readonly dismiss: () => void;
}
export type ScreenStore = StoreApi<ScreenState>;

function whole(view: Partial<TillView>): TillView | null {
  const { status, checkout, services, stock, outbox } = view;
  return status && checkout && services && stock && outbox
    ? { status, checkout, services, stock, outbox }
    : null;
}

/** `clock` tells ms of a clock that only goes forward. */
export function createScreenStore(door: Door, clock: () => number): ScreenStore {
  let slices: Partial<TillView> = {};
  let notices = 0;
  const store = createStore<ScreenState>()((set, get) => ({
    connection: 'connecting',
    view: null,
    checkout: null,
    statusAt: 0,
    place: 'checkout',
    notice: null,
    spoken: '',
    speak: (spoken) => set({ spoken }),
    ask: async (intent) => {
      const answer = await door.ask(intent);
      if (answer.ok) set({ notice: null });
      else set({ notice: { number: ++notices, refusal: answer.refusal } });
      return answer;
    },
    askQuietly: (intent) => door.ask(intent),
    go: (place) => {
      if (place === get().place) return;
      // What a card said about itself is gone from the screen as soon as somebody turns to something else.
      if (get().place === 'services' && get().view?.services.step.phase !== 'closed') {
        void door.ask({ intent: 'services_close' });
      }
      set({ place, notice: null });
    },
    dismiss: () => set({ notice: null }),
  }));
  door.watchConnection((connection) => store.setState({ connection }));
  door.watch((change) => {
    slices = { ...slices, ...change };
    store.setState({
      view: whole(slices),
      checkout: slices.checkout ?? null,
      ...(change.status ? { statusAt: clock() } : {}),
    });
  });
  return store;
}
