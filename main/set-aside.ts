/**
 * What the ledger refused, and what people do about it: try again, dismiss with a reason, or hand it to those who run the ledger
 * as a file. Nothing leaves the table: a dismissed entry stays with its envelope and its reason. Not here: sending (`outbox.ts`).
 */
import { toHex } from '../src/bytes.ts';
import type { Id } from '../src/economy/transaction.ts';
import { SET_ASIDE_SHOWN } from '../src/limits.ts';
import type { OutboxView, TillRefusal } from '../src/till-api.ts';
import { type Db, statement } from './database.ts';
import type { Outbox } from './outbox.ts';

interface Row {
  readonly id: Id;
  readonly kind: OutboxView['entries'][number]['kind'];
  readonly state: 'set_aside' | 'dismissed';
  readonly refusal: string | null;
  readonly decided_at: number | null;
  readonly reason: string | null;
  readonly waiting: number;
}

/** Where an entry stands that follows one which was dismissed: alone it can only be refused again. */
export const FOLLOWS_DISMISSED = 'follows_dismissed';

export class SetAside {
  readonly #db: Db;
  readonly #outbox: Outbox;
  #seen: { readonly moves: number; readonly view: OutboxView } | undefined;
  readonly #chain: string;
  readonly #dismissed: (id: Id, now: number) => void;

  /** `dismissed` runs in the transaction that dismisses. */
  constructor(
    db: Db,
    outbox: Outbox,
    parts: { readonly chain: string; dismissed(id: Id, now: number): void },
  ) {
    this.#db = db;
    this.#outbox = outbox;
    this.#chain = parts.chain;
    this.#dismissed = parts.dismissed;
  }

  /** The newest first, those that wait for people before those that were dismissed. Read once a change of the outbox: the screen asks at every block and every answer. */
  view(): OutboxView {
    const { moves } = this.#outbox;
    if (this.#seen?.moves !== moves) this.#seen = { moves, view: this.#read() };
    return this.#seen.view;
  }

  #read(): OutboxView {
    const rows = statement(
      this.#db,
      `select id, kind, state, refusal, decided_at, reason,
         (select count(*) from outbox w where w.after = o.id and w.state = 'waiting') as waiting
         from outbox o where state in ('set_aside', 'dismissed')
         order by state = 'dismissed', decided_at desc, id limit ?`,
    ).all(SET_ASIDE_SHOWN + 1) as Row[];
    return {
      entries: rows.slice(0, SET_ASIDE_SHOWN).map((row) => {
        const [refusal = '', ...detail] = (row.refusal ?? '').split(': ');
        return {
          id: row.id,
          kind: row.kind,
          refusal,
          detail: detail.length === 0 ? null : detail.join(': '),
          at: row.decided_at,
          waiting: row.waiting,
          dismissed: row.reason,
        };
      }),
      more: rows.length > SET_ASIDE_SHOWN,
    };
  }

  /** The same envelope once more, at once. */
  retry(id: Id, now: number): TillRefusal | undefined {
    const done = statement(
      this.#db,
      "update outbox set state = 'waiting', refusal = null, decided_at = null, due_at = ? where id = ? and state = 'set_aside'",
    ).run(now, id);
    this.#outbox.moved();
    return done.changes === 1 ? undefined : 'unknown_entry';
  }

  /**
   * It is not sent any more. What waited for it is set aside too, so that somebody decides; goods of a hand-over are no longer
   * held back from the book, so that the next count shows them.
   */
  dismiss(id: Id, reason: string, now: number): TillRefusal | undefined {
    return this.#db.transaction((): TillRefusal | undefined => {
      const done = statement(
        this.#db,
        "update outbox set state = 'dismissed', reason = ?, decided_at = ? where id = ? and state = 'set_aside'",
      ).run(reason, now, id);
      if (done.changes !== 1) return 'unknown_entry';
      statement(
        this.#db,
        "update outbox set state = 'set_aside', refusal = ?, decided_at = ? where after = ? and state = 'waiting'",
      ).run(FOLLOWS_DISMISSED, now, id);
      statement(this.#db, 'delete from unbooked_goods where hand_over = ?').run(id);
      this.#dismissed(id, now);
      this.#outbox.moved();
      return undefined;
    })();
  }

  /** Everything that was set aside or dismissed, envelopes included, as JSON text: what the ledger would have made public. */
  export(): string {
    const rows = statement(
      this.#db,
      `select id, kind, state, refusal, decided_at, reason, envelope from outbox
         where state in ('set_aside', 'dismissed') order by decided_at, id`,
    ).all() as (Row & { readonly envelope: Buffer })[];
    const entries = rows.map(({ id, kind, state, refusal, decided_at, reason, envelope }) => ({
      id,
      kind,
      state,
      refusal,
      decidedAt: decided_at,
      reason,
      envelope: toHex(envelope),
    }));
    return `${JSON.stringify({ chain: this.#chain, entries }, null, 2)}\n`;
  }
}
