/**
 * The outlet's catalogue: for a product type its names, picture, group and in-store code. It is the outlet's own; the
 * ledger knows only type and unit. Searched in the database (FTS5), nothing is loaded.
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
  }

  byCode(code: string): Article | undefined {
    const row = statement(this.#db, 'select * from articles where code = ?').get(code) as Row | undefined;
    return row === undefined ? undefined : toArticle(row);
  }

  byType(type: Id): Article | undefined {
    const row = statement(this.#db, 'select * from articles where type = ?').get(type) as Row | undefined;
    return row === undefined ? undefined : toArticle(row);
  }

  all(): readonly Article[] {
    return (statement(this.#db, 'select * from articles order by grp, en').all() as Row[]).map(toArticle);
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
