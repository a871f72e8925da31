/**
 * The outbox: what the ledger must hear, stored in the transaction that made it true, sent until answered. The id is the
 * transaction's id, so sending twice is harmless (`exists` is success). An entry the ledger refuses is set aside,
 * counted and shown, never thrown away; what follows it waits. People resolve it (`set-aside.ts`).
 */

import { toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { makeEnvelope } from '../src/economy/build.ts';
import type { Count, Id, Transaction } from '../src/economy/transaction.ts';
import { type CrowdPolicy, randomDelay } from '../src/sale/crowd.ts';
import { leave } from '../src/sale/leaving.ts';
import { type Db, statement } from './database.ts';
import type { ClosingCrowd } from './journal.ts';
import type { LedgerClient } from './ledger-client.ts';

export interface OutboxKeys {
  readonly chain: string;
  readonly outlet: Id;
  /** Ed25519 seed of the till's delegated key. */
  readonly seed: Uint8Array;
}

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly envelope: Buffer;
  readonly due_at: number;
}

export interface OutboxCounts {
  /** Entries not yet answered. */
  readonly unsent: number;
  /** Refused ones that wait for people. */
  readonly setAside: number;
}

export class Outbox {
  readonly #db: Db;
  readonly #crypto: CryptoPort;
  readonly #random: (length: number) => Uint8Array;
  readonly #keys: OutboxKeys;
  /** Worked out when asked for, and again after any change: the screen asks at every sale, the table may hold a month. */
  #counts: OutboxCounts | undefined;
  #unbooked: ReadonlyMap<string, number> | undefined;
  #moves = 0;

  constructor(db: Db, crypto: CryptoPort, random: (length: number) => Uint8Array, keys: OutboxKeys) {
    this.#db = db;
    this.#crypto = crypto;
    this.#random = random;
    this.#keys = keys;
  }

  /** Something in the tables has changed, or will with the transaction that runs. */
  moved(): void {
    this.#moves++;
    this.#counts = undefined;
    this.#unbooked = undefined;
  }

  /** Grows with every change: what was read at the same number still holds. */
  get moves(): number {
    return this.#moves;
  }

  #nonce(): string {
    return toHex(this.#random(8));
  }

  /** Builds, signs and stores one entry; inside the caller's database transaction. Returns its id. */
  #store(
    transaction: Transaction & { kind: 'announce' | 'redeem' | 'abort' | 'hand_over' | 'count' },
    dueAt: number,
    after: Id | null,
  ): Id {
    const built = makeEnvelope(this.#crypto, transaction, [this.#keys.seed]);
    this.moved();
    statement(
      this.#db,
      "insert or ignore into outbox (id, kind, envelope, due_at, after, state) values (?, ?, ?, ?, ?, 'waiting')",
    ).run(built.id, transaction.kind, built.bytes, dueAt, after);
    return built.id;
  }

  /** Everything a closed crowd has to say (`src/sale/leaving.ts`). Runs inside the journal's transaction. */
  storeCrowd(crowd: ClosingCrowd, policy: CrowdPolicy, now: number): { redemption: Id | null } {
    const from = { ...this.#keys, random: this.#random, nonce: () => this.#nonce() };
    let redemption: Id | null = null;
    for (const { transaction, dueAt, after } of leave(this.#crypto, from, crowd, policy, now)) {
      const id = this.#store(transaction, dueAt, after);
      if (transaction.kind === 'redeem') redemption = id;
      if (transaction.kind !== 'hand_over') continue;
      const insert = statement(this.#db, 'insert into unbooked_goods values (?, ?, ?)');
      for (const { type, amount } of transaction.goods) insert.run(id, type, amount);
    }
    return { redemption };
  }

  /** A sealed count, due at once. */
  storeCount(lines: Count['lines'], now: number): Id {
    const { chain, outlet } = this.#keys;
    return this.#store({ kind: 'count', chain, nonce: this.#nonce(), outlet, lines }, now, null);
  }

  get counts(): OutboxCounts {
    this.#counts ??= statement(
      this.#db,
      `select (select count(*) from outbox where state = 'waiting') as unsent,
         (select count(*) from outbox where state = 'set_aside') as setAside`,
    ).get() as OutboxCounts;
    return this.#counts;
  }

  /** Nothing waits for the ledger, and the stream has shown what it took. What was set aside does not count: it waits for people, or people have decided. */
  get empty(): boolean {
    return (
      statement(this.#db, "select 1 from outbox where state in ('waiting', 'answered') limit 1").get() ===
      undefined
    );
  }

  state(id: Id): { readonly state: string; readonly refusal: string | null } | undefined {
    return statement(this.#db, 'select state, refusal from outbox where id = ?').get(id) as
      | { state: string; refusal: string | null }
      | undefined;
  }

  /** The next entry that may go now. */
  #due(now: number): Row | undefined {
    return statement(
      this.#db,
      `select id, kind, envelope, due_at from outbox o where state = 'waiting' and due_at <= ?
         and (after is null or not exists (select 1 from outbox a where a.id = o.after and a.state in ('waiting', 'set_aside')))
         order by due_at, id limit 1`,
    ).get(now) as Row | undefined;
  }

  /** No entry is due later than a crowd's longest delay from now, unless a wrong clock has said so: such an entry gets a time anew. */
  clockWentBack(policy: CrowdPolicy, now: number): void {
    const rows = statement(this.#db, "select id from outbox where state = 'waiting' and due_at > ?").all(
      now + policy.delayMax,
    ) as { id: string }[];
    for (const { id } of rows)
      statement(this.#db, 'update outbox set due_at = ? where id = ?').run(
        now + randomDelay(policy, this.#random(4)),
        id,
      );
  }

  /** When the next entry may go, seconds since 1970; null when none waits. What follows a set-aside entry waits for people. */
  nextDue(): number | null {
    const row = statement(
      this.#db,
      `select due_at as at from outbox o where state = 'waiting'
         and (after is null or not exists (select 1 from outbox a where a.id = o.after and a.state = 'set_aside'))
         order by due_at limit 1`,
    ).get() as { at: number } | undefined;
    return row?.at ?? null;
  }

  /**
   * Sends what is due, one after the other, until nothing is or the node does not answer. `decided` is told of each
   * entry the ledger took or refused. False when the node was unreachable.
   */
  async flush(
    client: LedgerClient,
    now: () => number,
    decided: (id: Id, kind: string, taken: boolean) => void,
  ): Promise<boolean> {
    for (let row = this.#due(now()); row !== undefined; row = this.#due(now())) {
      const result = await client.submit(row.envelope);
      if (result.kind === 'unreachable') return false;
      // The stream may have been faster than the answer: then the entry is done, or gone, already.
      if (result.kind === 'answered') {
        statement(this.#db, "update outbox set state = 'answered', height = ? where id = ?").run(
          result.height,
          row.id,
        );
        this.moved();
        decided(row.id, row.kind, true);
      } else {
        const why = result.detail === undefined ? result.refusal : `${result.refusal}: ${result.detail}`;
        statement(
          this.#db,
          "update outbox set state = 'set_aside', refusal = ?, decided_at = ? where id = ? and state = 'waiting'",
        ).run(why, now(), row.id);
        this.moved();
        decided(row.id, row.kind, false);
      }
    }
    return true;
  }

  /**
   * The subscription stands at `height`, and its last block has these transactions. Entries among them are done, also those
   * whose answer never came; so are answered ones up to the height; goods of hand-overs go with them. Gives what is done.
   */
  shown(height: number, transactions: readonly Id[] = []): readonly { id: Id; kind: string }[] {
    const inBlock = transactions.filter((id) => this.state(id) !== undefined);
    const take = statement(this.#db, "update outbox set state = 'answered', height = ? where id = ?");
    const done = statement(this.#db, "select id, kind from outbox where state = 'answered' and height <= ?");
    if (inBlock.length === 0 && done.get(height) === undefined) return [];
    this.moved();
    return this.#db.transaction(() => {
      for (const id of inBlock) take.run(height, id);
      const rows = done.all(height) as { id: Id; kind: string }[];
      for (const { id } of rows) {
        statement(this.#db, 'delete from unbooked_goods where hand_over = ?').run(id);
        statement(
          this.#db,
          "delete from outbox where id = ? and not exists (select 1 from outbox where after = ? and state != 'answered')",
        ).run(id, id);
      }
      return rows;
    })();
  }

  /** Sold and in hand-overs, and not yet in the book this terminal sees. */
  unbooked(type: Id): number {
    this.#unbooked ??= new Map(
      (
        statement(this.#db, 'select type, sum(amount) as n from unbooked_goods group by type').all() as {
          type: Id;
          n: number;
        }[]
      ).map((row) => [row.type, row.n]),
    );
    return this.#unbooked.get(type) ?? 0;
  }
}
