/**
 * The dock's page: cards one can drag onto a reader, hold, and pull. It draws what the server tells and asks it to act; without
 * a framework, with the browser's own elements, so that keyboard and screen reader work as everywhere.
 */
import { type Language, TEXTS } from './texts.ts';
import type { DockAct, DockCard, DockView } from './view.ts';

/** A press shorter than this leaves the card on the reader, ms. */
const SHORT_PRESS = 400;
/** Bytes after which it is interesting to pull, of a purchase with three coupons: in OPEN, in SPEND, in its answer, in ACK's answer. */
const PRESETS = [200, 330, 700, 1_370];

const query = new URLSearchParams(location.search);
const token = query.get('token') ?? '';
let language: Language = (query.get('lang') ?? navigator.language).startsWith('de') ? 'de' : 'en';
let view: DockView | undefined;

const at = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const text = () => TEXTS[language];
function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  content = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.textContent = content;
  return element;
}

function duration(minutes: number): string {
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (h === 0) return `${m}\u00a0min`;
  return m === 0 ? `${h}\u00a0h` : `${h}\u00a0h ${m}\u00a0min`;
}

function ask(act: DockAct): void {
  void fetch('/act', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-dock-token': token },
    body: JSON.stringify(act),
  }).catch(lost);
}

function lost(): void {
  at('trouble').hidden = false;
  at('trouble').textContent = text().lost;
}

/** One card's elements, made once and filled on every change. */
interface Drawn {
  fill(card: DockCard, view: DockView): void;
}
const drawn = new Map<number, Drawn>();

function drawCard(number: number, colour: string): Drawn {
  const item = make('li', `card ${colour}`);
  const top = make('div', 'top');
  const face = make('div', 'face');
  const onFace = [make('strong'), make('span')] as const;
  face.append(...onFace);
  const beside = make('div', 'beside');
  const name = make('h3');
  const pin = make('p', 'pin');
  const hold = make('button', 'act');
  hold.type = 'button';
  beside.append(name, pin, hold);
  top.append(face, beside);
  const details = make('details');
  const summary = make('summary');
  const inner = make('div', 'inner');
  details.append(summary, inner);
  item.append(top, details);
  at('cards').append(item);
  pressable(hold, number);
  draggable(face, number);
  return {
    fill(card, now) {
      const t = text();
      const inside = now.inside === number;
      onFace[0].textContent = duration(card.payable);
      onFace[1].textContent = `${number}`;
      face.classList.toggle('inside', inside);
      face.setAttribute('aria-hidden', 'true');
      name.textContent = card.names[language];
      pin.replaceChildren(`${t.pin} `, make('b', '', card.pin));
      hold.textContent = inside ? t.take : t.hold;
      hold.title = t.holdHint;
      hold.setAttribute('aria-pressed', String(inside));
      hold.setAttribute('aria-label', `${inside ? t.take : t.hold}: ${card.names[language]}`);
      summary.textContent = t.owner;
      inner.replaceChildren(...ownerView(card));
    },
  };
}

function ownerView(card: DockCard): HTMLElement[] {
  const t = text();
  const facts = make('dl', 'facts');
  const fact = (name: string, value: string) => facts.append(make('dt', '', name), make('dd', '', value));
  fact(t.payable, duration(card.payable));
  if (card.pending > 0) fact(t.pending, duration(card.pending));
  if (card.exposed > 0) fact(t.exposed, duration(card.exposed));
  fact(t.tries, String(card.pinTriesLeft));
  fact(t.withoutPin, `${duration(card.withoutPin.minutes)}, ${t.taps(card.withoutPin.taps)}`);
  const coupons = make('ul', 'coupons');
  coupons.setAttribute('aria-label', t.coupons);
  for (const [exponent, count] of card.coupons.entries())
    if (count > 0) coupons.append(make('li', '', `${count} × ${2 ** exponent}`));
  const log = make('ul', 'log');
  log.setAttribute('aria-label', t.log);
  if (card.log.length === 0) log.append(make('li', '', t.noLog));
  for (const { day, minutes, state } of card.log) {
    const line = make('li');
    const date = new Date(day * 86_400_000).toLocaleDateString(language, {
      day: 'numeric',
      month: 'short',
      timeZone: 'UTC',
    });
    line.append(make('span', '', `${date} · ${t.states[state]}`), make('span', '', duration(minutes)));
    log.append(line);
  }
  return [facts, coupons, log];
}

/** Short press: stays, or is taken away. Long press: in the field as long as it lasts. Keyboard: as a short press. */
function pressable(button: HTMLButtonElement, number: number): void {
  let since: number | undefined;
  button.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || view?.inside === number) return;
    button.setPointerCapture(event.pointerId);
    since = event.timeStamp;
    ask({ act: 'insert', card: number });
  });
  const end = (event: PointerEvent): void => {
    if (since === undefined) return;
    const long = event.timeStamp - since >= SHORT_PRESS;
    since = undefined;
    pressed = true;
    if (long) ask({ act: 'pull' });
  };
  let pressed = false;
  button.addEventListener('pointerup', end);
  button.addEventListener('pointercancel', end);
  button.addEventListener('click', () => {
    // The press above has already put it there; from the keyboard there was none.
    if (pressed) pressed = false;
    else ask(view?.inside === number ? { act: 'pull' } : { act: 'insert', card: number });
  });
}

/** Dragged onto the reader, the card stays there. */
function draggable(face: HTMLElement, number: number): void {
  let from: { x: number; y: number } | undefined;
  const over = (event: PointerEvent): boolean => {
    const box = at('reader').getBoundingClientRect();
    return event.clientY < box.bottom && event.clientX > box.left && event.clientX < box.right;
  };
  face.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || view?.inside === number) return;
    face.setPointerCapture(event.pointerId);
    from = { x: event.clientX, y: event.clientY };
    face.classList.add('drag');
  });
  face.addEventListener('pointermove', (event) => {
    if (from === undefined) return;
    face.style.transform = `translate(${event.clientX - from.x}px, ${event.clientY - from.y}px) rotate(-2deg)`;
    at('reader').classList.toggle('near', over(event));
  });
  const drop = (event: PointerEvent): void => {
    if (from === undefined) return;
    from = undefined;
    face.style.transform = '';
    face.classList.remove('drag');
    at('reader').classList.remove('near');
    if (event.type === 'pointerup' && over(event)) ask({ act: 'insert', card: number });
  };
  face.addEventListener('pointerup', drop);
  face.addEventListener('pointercancel', drop);
}

function draw(): void {
  const t = text();
  document.documentElement.lang = language;
  document.title = `timecard · ${t.title}`;
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    const sentence = t[element.dataset.text as keyof typeof t];
    if (typeof sentence === 'string') element.textContent = sentence;
  }
  at('language').textContent = t.otherLanguage;
  at('language').lang = language === 'en' ? 'de' : 'en';
  if (view === undefined) return;
  for (const card of view.cards) {
    const one = drawn.get(card.number) ?? drawCard(card.number, card.colour);
    drawn.set(card.number, one);
    one.fill(card, view);
  }
  const inside = view.cards.find(({ number }) => number === view?.inside);
  at('state').textContent = view.mute
    ? t.mute
    : inside === undefined
      ? t.empty
      : t.on(inside.names[language]);
  at('reader').classList.toggle('full', inside !== undefined);
  at('reader').classList.toggle('mute', view.mute);
  at('take').hidden = inside === undefined;
  at('arm').textContent = view.pullAfter === null ? t.arm : `${t.armed}: ${view.pullAfter}`;
  at('arm').setAttribute('aria-pressed', String(view.pullAfter !== null));
}

function listen(): void {
  at('language').addEventListener('click', () => {
    language = language === 'en' ? 'de' : 'en';
    draw();
  });
  at('take').addEventListener('click', () => ask({ act: 'pull' }));
  const bytes = at<HTMLInputElement>('bytes');
  at('arm').addEventListener('click', () =>
    ask({ act: 'pull_after', bytes: view?.pullAfter == null ? Number(bytes.value) : null }),
  );
  for (const preset of PRESETS) {
    const button = make('button', 'act', String(preset));
    button.type = 'button';
    button.addEventListener('click', () => {
      bytes.value = String(preset);
      ask({ act: 'pull_after', bytes: preset });
    });
    at('presets').append(button);
  }
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const scheme = () => {
    document.documentElement.dataset.mantineColorScheme = dark.matches ? 'dark' : 'light';
  };
  dark.addEventListener('change', scheme);
  scheme();
  const events = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  events.addEventListener('message', (event) => {
    at('trouble').hidden = true;
    view = JSON.parse(event.data as string) as DockView;
    draw();
  });
  events.addEventListener('error', lost);
}

draw();
listen();
