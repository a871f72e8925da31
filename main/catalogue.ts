/**
 * The outlet's catalogue: for a product type its names, picture, group and in-store code. It is the outlet's own; the
 * ledger knows only type and unit. Words are searched in the database (FTS5); the articles themselves, which every screen shows, are read once.
 */
import type { Id } from '../src/economy/transaction.ts';
import type { Names } from '../src/till-api.ts';
import { type Db, openDatabase, statement } from './database.ts';

export interface Article {
  readonly type: Id;
  readonly code: string;
  readonly names: Names;
  readonly picture: string;
  readonly group: string;
  readonly unit: string;
}

interface Row {
  readonly type: string;
  readonly code: string;
  readonly en: string;
  readonly de: string;
  readonly picture: string;
  readonly grp: string;
  readonly unit: string;
}

const toArticle = (r: Row): Article => ({
  type: r.type,
  code: r.code,
  names: { en: r.en, de: r.de },
  picture: r.picture,
  group: r.grp,
  unit: r.unit,
});

export class Catalogue {
  readonly #db: Db;
  /** All of them in the screen's order, and by type; read when first asked for, and again after a change. */
  #known: { readonly all: readonly Article[]; readonly byType: ReadonlyMap<Id, Article> } | undefined;

  constructor(file: string, open = openDatabase) {
    this.#db = open(file, new URL('./catalogue-schema.sql', import.meta.url), true);
  }

  /** Puts articles in, or in their place. */
  put(articles: readonly Article[]): void {
    const remove = statement(
      this.#db,
      'delete from words where rowid = (select rowid from articles where type = ?)',
    );
    const insert = statement(
      this.#db,
      `insert into articles (type, code, en, de, picture, grp, unit) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (type) do update set code = excluded.code, en = excluded.en, de = excluded.de,
       picture = excluded.picture, grp = excluded.grp, unit = excluded.unit`,
    );
    const index = statement(
      this.#db,
      'insert into words (rowid, en, de) select rowid, en, de from articles where type = ?',
    );
    this.#db.transaction(() => {
      for (const a of articles) {
        remove.run(a.type);
        insert.run(a.type, a.code, a.names.en, a.names.de, a.picture, a.group, a.unit);
        index.run(a.type);
      }
    })();
    this.#known = undefined;
  }

  byCode(code: string): Article | undefined {
    const row = statement(this.#db, 'select * from articles where code = ?').get(code) as Row | undefined;
    return row === undefined ? undefined : toArticle(row);
  }

  byType(type: Id): Article | undefined {
    return this.#articles().byType.get(type);
  }

  all(): readonly Article[] {
    return this.#articles().all;
  }

  #articles(): { readonly all: readonly Article[]; readonly byType: ReadonlyMap<Id, Article> } {
    if (this.#known === undefined) {
      const rows = statement(this.#db, 'select * from articles order by grp, en').all() as Row[];
      const all = rows.map(toArticle);
      this.#known = { all, byType: new Map(all.map((article) => [article.type, article])) };
    }
    return this.#known;
  }

  /** Articles whose name in any language has words beginning with every word typed; at most `limit`. No text: the first ones. */
  search(text: string, limit: number): readonly Article[] {
    const words = text.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
    if (words.length === 0) return this.all().slice(0, limit);
    const query = words.map((w) => `"${w}"*`).join(' ');
    return (
      statement(
        this.#db,
        'select a.* from words w join articles a on a.rowid = w.rowid where words match ? order by rank limit ?',
      ).all(query, limit) as Row[]
    ).map(toArticle);
  }

  close(): void {
    this.#db.close();
  }
}
