/**
 * What the outlet holds, and the blind count. The book is the ledger's (through the subscription) less what is sold and
 * not booked. While a count is running the screen gets no book amounts: they are not in the view, so no screen can leak
 * them.
 */

import type { Count, Id } from '../src/economy/transaction.ts';
import { countAmount, needsRecount, variance } from '../src/sale/count.ts';
import type { ProductView, StockView, TillRefusal } from '../src/till-api.ts';
import type { Ratio } from '../src/units/ratio.ts';
import type { Article, Catalogue } from './catalogue.ts';
import { type Db, statement } from './database.ts';

interface LineRow {
  readonly type: string;
  readonly counted: number | null;
  readonly height: number | null;
  readonly sold_unbooked: number | null;
  readonly reads: number;
  readonly book: number | null;
}
type Stage = NonNullable<StockView['count']>['stage'];

export interface StockParts {
  readonly catalogue: Catalogue;
  /** Ledger height the subscription stands at. */
  height(): number;
  /** The ledger's book for this outlet. */
  held(type: Id): number;
  /** Sold and not in that book: open crowd and hand-overs on their way. */
  soldUnbooked(type: Id): number;
  priceOf(type: Id): Ratio | undefined;
  /** Stores the count with its errand. Runs inside the caller's transaction. */
  storeCount(lines: Count['lines']): Id;
  /** Outbox state of a stored count. */
  entryState(id: Id): { readonly state: string; readonly refusal: string | null } | undefined;
}

const nearest = (price: Ratio, amount: bigint): bigint => {
  const twice = 2n * price.num * amount;
  const den = 2n * price.den;
  const shifted = twice + price.den;
  return shifted >= 0n ? shifted / den : -((-shifted + den - 1n) / den);
};

interface CountState {
  readonly stage: Stage;
  readonly entry: Id | null;
}

export class Stock {
  readonly #db: Db;
  readonly #parts: StockParts;
  /** Where the count stands; read when asked for, and again after any change: every article on the screen asks. */
  #known: { readonly row: CountState | undefined } | undefined;

  constructor(db: Db, parts: StockParts) {
    this.#db = db;
    this.#parts = parts;
  }

  #stage(): CountState | undefined {
    this.#known ??= {
      row: statement(this.#db, 'select stage, entry from count_state').get() as CountState | undefined,
    };
    return this.#known.row;
  }

  /** Whatever becomes of it, the stage is read again. */
  #write(work: () => void): void {
    try {
      this.#db.transaction(work)();
    } finally {
      this.#known = undefined;
    }
  }

  get counting(): boolean {
    const stage = this.#stage()?.stage;
    return stage === 'entering';
  }

  /** An article as the clerk sees it. The amount in stock is withheld while a count is running. */
  product(article: Article): ProductView {
    const price = this.#parts.priceOf(article.type);
    return {
      type: article.type,
      names: article.names,
      picture: article.picture,
      group: article.group,
      unit: article.unit,
      code: article.code,
      price: price === undefined ? null : String(nearest(price, 1n)),
      inStock: this.counting ? null : this.#parts.held(article.type) - this.#parts.soldUnbooked(article.type),
    };
  }

  begin(): TillRefusal | undefined {
    const now = this.#stage();
    if (now !== undefined && now.stage !== 'posted') return 'count_running';
    this.#write(() => {
      statement(this.#db, 'delete from count_lines').run();
      statement(this.#db, 'delete from count_state').run();
      statement(this.#db, "insert into count_state values (1, 'entering', null)").run();
      const insert = statement(this.#db, 'insert into count_lines (type) values (?)');
      for (const article of this.#parts.catalogue.all()) insert.run(article.type);
    });
    return undefined;
  }

  /** `amount` null takes an entry back. The line is tied to this moment. */
  enter(type: Id, amount: number | null): TillRefusal | undefined {
    if (this.#stage()?.stage !== 'entering') return 'no_count';
    const done = statement(
      this.#db,
      'update count_lines set counted = ?, height = ?, sold_unbooked = ?, book = ?, reads = reads + 1 where type = ?',
    ).run(
      amount,
      amount === null ? null : this.#parts.height(),
      amount === null ? null : this.#parts.soldUnbooked(type),
      amount === null ? null : this.#parts.held(type),
      type,
    );
    return done.changes === 1 ? undefined : 'unknown_product';
  }

  seal(): TillRefusal | undefined {
    if (this.#stage()?.stage !== 'entering') return 'no_count';
    const counted = statement(
      this.#db,
      'select count(*) as n from count_lines where counted is not null',
    ).get() as { n: number };
    if (counted.n === 0) return 'line_not_counted';
    this.#write(() => statement(this.#db, "update count_state set stage = 'sealed'").run());
    return undefined;
  }

  /** Opens one line for another look: the count is blind again until it is sealed anew. */
  recount(type: Id): TillRefusal | undefined {
    if (this.#stage()?.stage !== 'sealed') return 'no_count';
    this.#write(() => {
      statement(
        this.#db,
        'update count_lines set counted = null, height = null, sold_unbooked = null, book = null where type = ?',
      ).run(type);
      statement(this.#db, "update count_state set stage = 'entering'").run();
    });
    return undefined;
  }

  post(): TillRefusal | undefined {
    if (this.#stage()?.stage !== 'sealed') return 'no_count';
    const lines = this.#lines()
      .filter((r) => r.counted !== null)
      .map((r) => ({
        type: r.type,
        height: r.height as number,
        amount: countAmount({
          type: r.type,
          counted: r.counted as number,
          height: r.height as number,
          soldUnbooked: r.sold_unbooked as number,
        }),
      }));
    this.#write(() => {
      const id = this.#parts.storeCount(lines);
      statement(this.#db, "update count_state set stage = 'posting', entry = ?").run(id);
    });
    return undefined;
  }

  cancel(): TillRefusal | undefined {
    const stage = this.#stage()?.stage;
    if (stage === undefined || stage === 'posting') return 'no_count';
    this.#write(() => {
      statement(this.#db, 'delete from count_lines').run();
      statement(this.#db, 'delete from count_state').run();
    });
    return undefined;
  }

  /** The outbox has moved: a count the ledger has taken is posted; one it refused can be looked at again. */
  entryMoved(): void {
    const now = this.#stage();
    if (now?.stage !== 'posting' || now.entry === null) return;
    const entry = this.#parts.entryState(now.entry);
    if (entry === undefined || entry.state === 'answered')
      this.#write(() => statement(this.#db, "update count_state set stage = 'posted'").run());
    else if (entry.state === 'set_aside')
      this.#write(() => statement(this.#db, "update count_state set stage = 'sealed'").run());
  }

  #lines(): readonly LineRow[] {
    return statement(this.#db, 'select * from count_lines order by type').all() as LineRow[];
  }

  view(): StockView {
    const products = this.#parts.catalogue.all().map((a) => this.product(a));
    const now = this.#stage();
    if (now === undefined) return { products };
    const refusal = now.entry === null ? null : (this.#parts.entryState(now.entry)?.refusal ?? null);
    const lines = this.#lines().map((r) => {
      if (now.stage === 'entering' || r.counted === null) return { type: r.type, counted: r.counted };
      const expected = r.book ?? 0;
      const line = {
        type: r.type,
        counted: r.counted,
        height: r.height ?? 0,
        soldUnbooked: r.sold_unbooked ?? 0,
      };
      const difference = variance(line, expected);
      const price = this.#parts.priceOf(r.type);
      const worth = price === undefined ? 0n : nearest(price, BigInt(Math.max(0, expected)));
      return {
        type: r.type,
        counted: r.counted,
        variance: difference,
        value: String(price === undefined ? 0n : nearest(price, BigInt(difference))),
        recount: r.reads < 2 && needsRecount(difference, expected, worth),
      };
    });
    return { products, count: { stage: now.stage, lines, ...(refusal === null ? {} : { refusal }) } };
  }
}
