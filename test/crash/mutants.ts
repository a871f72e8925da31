/**
 * Bugs planted on purpose, from outside, to see that the campaign finds them. None of them is in the terminal.
 *   ack_before_disk   the card's answer is written down only after ACK
 *   paid_before_disk  the close is written down only after «paid» was shown
 *   no_sync           the journal's commits are not synced (`synchronous = OFF`): only power loss can tell
 *   late_sync         commits are synced at the next checkpoint only (`NORMAL`, what a reopened WAL database falls back to)
 */
import Database from 'better-sqlite3';
import { Journal } from '../../main/journal.ts';

export const MUTANTS = ['ack_before_disk', 'paid_before_disk', 'no_sync', 'late_sync'] as const;
export type Mutant = (typeof MUTANTS)[number];

/** Plants one; gives the way to take it out. */
export function plant(mutant: Mutant): () => void {
  const journal = Journal.prototype;
  const { answered, close, inFlight, erase } = journal;
  const database = Database.prototype as Database.Database;
  const { pragma } = database;
  if (mutant === 'ack_before_disk') {
    const owed = new WeakMap<Journal, Parameters<Journal['answered']>[0]>();
    journal.answered = function (this: Journal, answer) {
      owed.set(this, answer);
    };
    const write = (of: Journal) => {
      const answer = owed.get(of);
      owed.delete(of);
      if (answer !== undefined) answered.call(of, answer);
    };
    journal.close = function (this: Journal, ...values) {
      write(this);
      close.apply(this, values);
    };
    journal.inFlight = function (this: Journal) {
      write(this);
      return inFlight.call(this);
    };
  }
  if (mutant === 'paid_before_disk') {
    const owed = new WeakMap<Journal, Parameters<Journal['close']>>();
    journal.close = function (this: Journal, ...values) {
      owed.set(this, values);
    };
    journal.erase = function (this: Journal) {
      const values = owed.get(this);
      owed.delete(this);
      if (values !== undefined) close.apply(this, values);
      return erase.call(this);
    };
  }
  if (mutant === 'no_sync' || mutant === 'late_sync')
    database.pragma = function (this: Database.Database, ...values: [string]) {
      const [text, ...rest] = values;
      const other = mutant === 'no_sync' ? 'OFF' : 'NORMAL';
      return Reflect.apply(pragma, this, [
        text === 'synchronous = FULL' ? `synchronous = ${other}` : text,
        ...rest,
      ]);
    };
  return () => {
    Object.assign(journal, { answered, close, inFlight, erase });
    database.pragma = pragma;
  };
}
