/**
 * The door's inside: every intent goes to the station that owns it, every change comes out as a slice of the view. It
 * checks what comes in against the door's schema and decides nothing else.
 */
import { parseEan13 } from '../src/sale/ean13.ts';
import type {
  Answer,
  CheckoutView,
  Intent,
  Slice,
  StatusView,
  TillApi,
  TillRefusal,
  TillView,
} from '../src/till-api.ts';
import { intentSchema } from '../src/till-intents.ts';
import { ceilDiv } from '../src/units/micro-minutes.ts';
import type { Ratio } from '../src/units/ratio.ts';
import type { Catalogue } from './catalogue.ts';
import { isDiskFull } from './database.ts';
import type { Sale } from './sale.ts';
import type { Services } from './services.ts';
import type { SetAside } from './set-aside.ts';
import type { Stock } from './stock.ts';

/** Results a search shows at once. */
const SEARCH_LIMIT = 24;

export interface TillParts {
  readonly sale: Sale;
  readonly services: Services;
  readonly stock: Stock;
  readonly catalogue: Catalogue;
  readonly setAside: SetAside;
  /** Seconds since 1970. */
  now(): number;
  status(): StatusView;
  closeCrowdNow(): TillRefusal | undefined;
  /** Card services have opened or closed: the card in the field belongs to somebody else. */
  servicesChanged(): void;
  /** After a count is posted or an entry taken up again: the outbox has something to send. */
  entryStored(): void;
}

const nearest = (r: Ratio): bigint => (2n * r.num + r.den) / (2n * r.den);

export class Till implements TillApi {
  readonly #parts: TillParts;
  readonly #listeners = new Set<(change: Partial<TillView>) => void>();
  readonly #last = new Map<Slice, string>();
  readonly #dirty = new Set<Slice>();
  #scheduled = false;

  constructor(parts: TillParts) {
    this.#parts = parts;
  }

  watch(listener: (change: Partial<TillView>) => void): () => void {
    this.#listeners.add(listener);
    listener(this.view());
    return () => this.#listeners.delete(listener);
  }

  view(): TillView {
    return {
      status: this.#parts.status(),
      checkout: this.#checkout(),
      services: this.#parts.services.view(),
      stock: this.#parts.stock.view(),
      outbox: this.#parts.setAside.view(),
    };
  }

  /** Something in these slices may have changed; what really did goes out at once, in one push. */
  changed(...slices: readonly Slice[]): void {
    for (const slice of slices) this.#dirty.add(slice);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#push();
    });
  }

  #push(): void {
    const change: { -readonly [S in Slice]?: TillView[S] } = {};
    const put = <S extends Slice>(slice: S, value: TillView[S]) => {
      const text = JSON.stringify(value);
      if (this.#last.get(slice) === text) return;
      this.#last.set(slice, text);
      change[slice] = value;
    };
    if (this.#dirty.has('status')) put('status', this.#parts.status());
    if (this.#dirty.has('checkout')) put('checkout', this.#checkout());
    if (this.#dirty.has('services')) put('services', this.#parts.services.view());
    if (this.#dirty.has('stock')) put('stock', this.#parts.stock.view());
    if (this.#dirty.has('outbox')) put('outbox', this.#parts.setAside.view());
    this.#dirty.clear();
    if (Object.keys(change).length === 0) return;
    for (const listener of this.#listeners) listener(change);
  }

  #checkout(): CheckoutView {
    const { sale, catalogue } = this.#parts;
    const { state } = sale;
    const priced = sale.priced();
    const amounts = state.step === 'basket' ? state.basket : state.purchase.priced.lines;
    const lines = amounts.map(({ type, amount }, i) => {
      const article = catalogue.byType(type);
      const line = priced?.lines[i];
      return {
        type,
        names: article?.names ?? { en: type, de: type },
        picture: article?.picture ?? 'box',
        unit: article?.unit ?? 'piece',
        amount,
        price: String(line === undefined ? 0n : nearest(line.price)),
        value: String(line === undefined ? 0n : nearest(line.value)),
      };
    });
    return {
      step: this.#phase(),
      lines,
      total: String(priced === undefined ? 0n : ceilDiv(priced.value.num, priced.value.den)),
      minutes: priced?.minutes ?? 0,
      frozen: state.step !== 'basket',
      ...(sale.restarted ? { restarted: true } : {}),
    };
  }

  #phase(): CheckoutView['step'] {
    const { state } = this.#parts.sale;
    switch (state.step) {
      case 'basket':
        return { phase: 'basket' };
      case 'reading':
        return { phase: 'reading' };
      case 'hold_card':
        return {
          phase: 'hold_card',
          ...(state.trouble !== undefined && { trouble: state.trouble }),
          ...(state.attempted && { attempted: true }),
        };
      case 'hold_again':
        return state.trouble === undefined
          ? { phase: 'reading' }
          : { phase: 'hold_again', trouble: state.trouble };
      case 'pin':
        return { phase: 'pin', triesLeft: state.triesLeft, blocked: state.blocked };
      case 'not_enough':
        return { phase: 'not_enough', below: state.below, above: state.above, pinGiven: state.pinGiven };
      case 'paid':
        return { phase: 'paid', minutes: state.minutes };
    }
  }

  async ask(intent: Intent): Promise<Answer> {
    const parsed = intentSchema.safeParse(intent);
    if (!parsed.success) return { ok: false, refusal: 'bad_intent' };
    const answer = this.#done(parsed.data);
    if (answer === undefined) return { ok: true };
    return typeof answer === 'string' ? { ok: false, refusal: answer } : answer;
  }

  #done(intent: Intent): Answer | TillRefusal | undefined {
    try {
      return this.#do(intent);
    } catch (error) {
      // What could not be written has changed nothing.
      if (!isDiskFull(error)) throw error;
      return 'disk_full';
    }
  }

  #do(intent: Intent): Answer | TillRefusal | undefined {
    const { sale, services, stock } = this.#parts;
    switch (intent.intent) {
      case 'search':
        return {
          ok: true,
          products: this.#parts.catalogue.search(intent.text, SEARCH_LIMIT).map((a) => stock.product(a)),
        };
      case 'scan':
        return this.#scan(intent.code);
      case 'add':
        return this.#add(intent.type, intent.amount);
      case 'set_amount':
        return this.#sellable(intent.type, intent.amount) ?? sale.setAmount(intent.type, intent.amount);
      case 'clear_basket':
        return sale.clear();
      case 'pay':
        return services.active ? 'not_now' : sale.pay();
      case 'cancel_payment':
        return sale.cancel();
      case 'give_up':
        return sale.giveUp();
      case 'enter_pin':
        return sale.enterPin(intent.pin);
      case 'next_sale':
        return sale.nextSale();
      case 'close_crowd_now':
        return this.#parts.closeCrowdNow();
      case 'outbox_file':
        return { ok: true, file: this.#parts.setAside.export() };
      case 'outbox_retry':
        return this.#decided(this.#parts.setAside.retry(intent.id, this.#parts.now()));
      case 'outbox_dismiss':
        return this.#decided(this.#parts.setAside.dismiss(intent.id, intent.reason, this.#parts.now()));
      case 'services_open':
        return this.#services(
          sale.state.step === 'basket' || sale.state.step === 'paid' ? services.open() : 'paying',
        );
      case 'services_pin':
        return services.pin(intent.pin);
      case 'services_claim':
        return services.claim();
      case 'services_load':
        return services.load(intent.packs);
      case 'services_change_pin':
        return services.changePin(intent.old, intent.new);
      case 'services_unblock':
        return services.unblock(intent.puk, intent.new);
      case 'services_refresh':
        return services.refresh({
          undoPending: intent.undoPending ?? false,
          all: intent.all ?? false,
        });
      case 'services_words':
        return services.words();
      case 'services_words_ask':
        return services.askWords();
      case 'services_words_check':
        return services.checkWords(intent.words);
      case 'services_restore':
        return services.restore(intent.words);
      case 'services_find_lost':
        return services.findLost();
      case 'services_dead':
        return services.dead(intent.pin, intent.what);
      case 'services_close':
        return this.#services(services.close());
      default:
        return this.#count(intent);
    }
  }

  /** A person has decided on an entry that was set aside. */
  #decided(refusal: TillRefusal | undefined): TillRefusal | undefined {
    if (refusal !== undefined) return refusal;
    this.changed('status', 'stock', 'outbox');
    this.#parts.entryStored();
    return undefined;
  }

  #services(refusal: TillRefusal | undefined): TillRefusal | undefined {
    if (refusal === undefined) this.#parts.servicesChanged();
    return refusal;
  }

  #count(intent: Extract<Intent, { intent: `count_${string}` }>): TillRefusal | undefined {
    const { stock } = this.#parts;
    const refusal = (() => {
      switch (intent.intent) {
        case 'count_begin':
          return stock.begin();
        case 'count_enter':
          return stock.enter(intent.type, intent.amount);
        case 'count_seal':
          return stock.seal();
        case 'count_recount':
          return stock.recount(intent.type);
        case 'count_post':
          return stock.post();
        case 'count_cancel':
          return stock.cancel();
      }
    })();
    this.changed('stock');
    if (intent.intent === 'count_post' && refusal === undefined) this.#parts.entryStored();
    return refusal;
  }

  #scan(text: string): Answer | TillRefusal | undefined {
    const code = parseEan13(text);
    if (!code.ok) return 'bad_code';
    const article = this.#parts.catalogue.byCode(code.value);
    return article === undefined ? 'unknown_code' : this.#add(article.type, 1);
  }

  #add(type: string, amount: number): TillRefusal | undefined {
    return this.#sellable(type, amount) ?? this.#parts.sale.add(type, amount);
  }

  /** Why so much of this type cannot stand in a basket; an amount of 0 only takes a line out. */
  #sellable(type: string, amount: number): TillRefusal | undefined {
    const article = this.#parts.catalogue.byType(type);
    if (article === undefined) return 'unknown_product';
    return amount > 0 && this.#parts.stock.product(article).price === null ? 'no_price' : undefined;
  }
}
