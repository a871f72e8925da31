/** The screen's end of the door: answers by number, a line that drops and comes back, a store that forgets a card. */
import { expect, test } from 'vitest';
import type { Door, ScreenAnswer } from '../../renderer/door.ts';
import { type LineEars, openSocketDoor, PAUSES_MS } from '../../renderer/socket-door.ts';
import { createScreenStore } from '../../renderer/store.ts';
import type { Answer, Intent, TillView, ToTerminal } from '../../src/till-api.ts';
import { STATUS, services, VIEW } from '../browser/views.ts';

/** A line and a clock in the hand of the test. */
function world() {
  const lines: { ears: LineEars; sent: ToTerminal[] }[] = [];
  const timers: { ms: number; run: () => void; stopped: boolean }[] = [];
  const door = openSocketDoor({
    connect: (ears) => {
      const line = { ears, sent: [] as ToTerminal[] };
      lines.push(line);
      return { send: (text) => void line.sent.push(JSON.parse(text) as ToTerminal) };
    },
    later: (ms, run) => {
      const timer = { ms, run, stopped: false };
      timers.push(timer);
      return () => {
        timer.stopped = true;
      };
    },
  });
  const line = () => lines.at(-1)!;
  return {
    door,
    lines,
    line,
    timers,
    push: (change: Partial<TillView>) => line().ears.message(JSON.stringify({ change })),
    answer: (answer: number, result: Answer) => line().ears.message(JSON.stringify({ answer, result })),
    /** Runs the newest timer that was not stopped. */
    ring: () => {
      const timer = timers.findLast((one) => !one.stopped)!;
      timer.stopped = true;
      timer.run();
      return timer.ms;
    },
  };
}

test('answers find their request, in whatever order they come', async () => {
  const w = world();
  w.push(VIEW);
  const first = w.door.ask({ intent: 'pay' });
  const second = w.door.ask({ intent: 'clear_basket' });
  const [a, b] = w.line().sent;
  w.answer(b!.ask, { ok: true });
  w.answer(a!.ask, { ok: false, refusal: 'basket_empty' });
  expect(await second).toEqual({ ok: true });
  expect(await first).toEqual({ ok: false, refusal: 'basket_empty' });
});

test('before the terminal has spoken nothing is sent and the answer is «not reachable»', async () => {
  const w = world();
  expect(await w.door.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'not_reachable' });
  expect(w.line().sent).toEqual([]);
});

test('a line that drops answers what was waiting, pauses longer each time and starts anew when it is back', async () => {
  const w = world();
  const seen: string[] = [];
  w.door.watchConnection((connection) => seen.push(connection));
  w.push(VIEW);
  const waiting = w.door.ask({ intent: 'pay' });
  w.line().ears.closed();
  expect(await waiting).toEqual({ ok: false, refusal: 'not_reachable' });
  const pauses = [w.ring()];
  for (let i = 0; i < 6; i += 1) {
    w.line().ears.closed();
    pauses.push(w.ring());
  }
  expect(pauses).toEqual([...PAUSES_MS, PAUSES_MS.at(-1), PAUSES_MS.at(-1)]);
  w.push(VIEW);
  expect(seen).toEqual(['connecting', 'open', 'lost', 'open']);
  w.line().ears.closed();
  expect(w.ring()).toBe(PAUSES_MS[0]);
});

test('an answer that never comes is given up, and one that comes late is no harm', async () => {
  const w = world();
  w.push(VIEW);
  const waiting = w.door.ask({ intent: 'pay' });
  w.ring();
  expect(await waiting).toEqual({ ok: false, refusal: 'not_reachable' });
  w.answer(w.line().sent[0]!.ask, { ok: true });
});

test('who comes late to watch gets the slices that are known', () => {
  const w = world();
  w.push(VIEW);
  w.push({ status: { ...STATUS, unsent: 9 } });
  const seen: Partial<TillView>[] = [];
  w.door.watch((change) => seen.push(change))();
  expect(seen).toEqual([{ ...VIEW, status: { ...STATUS, unsent: 9 } }]);
});

/** A door that remembers what was asked. */
function listening() {
  const asked: Intent[] = [];
  let tell: (change: Partial<TillView>) => void = () => {};
  let answer: ScreenAnswer = { ok: true };
  const door: Door = {
    ask: async (intent) => {
      asked.push(intent);
      return answer;
    },
    watch: (listener) => {
      tell = listener;
      return () => {};
    },
    watchConnection: (listener) => {
      listener('open');
      return () => {};
    },
  };
  return {
    asked,
    push: (change: Partial<TillView>) => tell(change),
    answers: (to: ScreenAnswer) => {
      answer = to;
    },
    store: createScreenStore(door, () => 5),
  };
}

test('there is no picture before all slices came; the customer display needs only the sale', () => {
  const { store, push } = listening();
  push({ checkout: VIEW.checkout });
  expect(store.getState().view).toBeNull();
  expect(store.getState().checkout).toEqual(VIEW.checkout);
  push({ status: VIEW.status, services: VIEW.services, stock: VIEW.stock, outbox: VIEW.outbox });
  expect(store.getState().view).toEqual(VIEW);
});

test('a refusal is shown until something works; the same one twice is two', async () => {
  const { store, answers } = listening();
  answers({ ok: false, refusal: 'no_price' });
  await store.getState().ask({ intent: 'pay' });
  const first = store.getState().notice!;
  await store.getState().ask({ intent: 'pay' });
  const second = store.getState().notice!;
  expect([first.refusal, second.refusal]).toEqual(['no_price', 'no_price']);
  expect(second.number).not.toBe(first.number);
  await store.getState().askQuietly({ intent: 'search', text: 'x' });
  expect(store.getState().notice).toBe(second);
  answers({ ok: true });
  await store.getState().ask({ intent: 'pay' });
  expect(store.getState().notice).toBeNull();
});

test('whoever turns away from card services closes them', () => {
  const { store, push, asked } = listening();
  push({ ...VIEW, services: services({ phase: 'open' }) });
  store.getState().go('services');
  expect(asked).toEqual([]);
  store.getState().go('checkout');
  expect(asked).toEqual([{ intent: 'services_close' }]);
});
