/**
 * Bugs planted on purpose, each by something that the world hands to a till anyway: its disk, its line. No production code knows of them. A world
 * with one of them must break a promise within 200 seeds, or the auditor is blind.
 */

import { nodeCrypto } from '../../crypto/node.ts';
import { openDatabase } from '../../main/database.ts';
import type { Identity } from '../../main/identity.ts';
import type { Fetch } from '../../main/ledger-client.ts';
import { toHex } from '../../src/bytes.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { couponsDigest } from '../../src/economy/coupon-verdict.ts';
import { decodeEnvelope } from '../../src/economy/envelope.ts';
import type { Id, Transaction } from '../../src/economy/transaction.ts';

export interface Plant {
  /** The till's disk. */
  readonly open?: typeof openDatabase;
  /** Between the till and its line. */
  readonly line?: (fetch: Fetch, identity: Identity) => Fetch;
}

/** A till that sends what was not answered again as something new: new nonces, new ids, new signatures. */
function doubleRedeem(): Plant {
  return {
    line(fetch, { seed }) {
      const sent = new Map<Id, number>();
      const post = (transaction: Transaction, url: string, init: RequestInit) => {
        const body = makeEnvelope(nodeCrypto, transaction, [seed]).bytes as Uint8Array<ArrayBuffer>;
        return fetch(url, { ...init, body });
      };
      return async (url, init) => {
        if (!(init?.body instanceof Uint8Array)) return fetch(url, init);
        const decoded = decodeEnvelope(init.body, nodeCrypto);
        if (!decoded.ok) return fetch(url, init);
        const { id, transaction } = decoded.value;
        const times = sent.get(id) ?? 0;
        sent.set(id, times + 1);
        if (times === 0) return fetch(url, init);
        const nonce = toHex(nodeCrypto.sha256(new TextEncoder().encode(`${id} ${times}`))).slice(0, 16);
        if (transaction.kind === 'hand_over') return post({ ...transaction, nonce }, url, init);
        if (transaction.kind !== 'redeem') return fetch(url, init);
        const { chain, outlet } = transaction;
        // Not quite the same batch: the ledger refuses to hear of one twice.
        const coupons = transaction.coupons.slice(transaction.coupons.length > 1 ? 1 : 0);
        const digest = couponsDigest(nodeCrypto, coupons);
        const again: Transaction = { kind: 'announce', chain, outlet, nonce, digest };
        const announcement = makeEnvelope(nodeCrypto, again, [seed]).id;
        await post(again, url, init);
        return post({ kind: 'redeem', chain, outlet, announcement, coupons }, url, init);
      };
    },
  };
}

/** A reopened database in WAL mode falls back to this: a commit returns before it is on the disk. */
const ackBeforeFsync = (): Plant => ({
  open(file, schema, rebuildable) {
    const db = openDatabase(file, schema, rebuildable);
    if (file.endsWith('till.db')) db.pragma('synchronous = NORMAL');
    return db;
  },
});

/** Now and then a sale that is closed is given up as well: its id goes to cards and its serials to the ledger. */
const abortOfRedeemed = (): Plant => ({
  open(file, schema, rebuildable) {
    const db = openDatabase(file, schema, rebuildable);
    if (file.endsWith('till.db'))
      db.exec(`create temp trigger plant after update of answer on main.in_flight
        when length(new.answer) = 0 and length(old.answer) > 0 and old.purchase_id < '10' begin
          insert or ignore into aborted_purchases values (old.purchase_id);
          insert or ignore into aborted_serials
            select substr(value, 69, 64) from json_each(cast(old.answer as text), '$.coupons');
        end`);
    return db;
  },
});

export const PLANTS = {
  'double-redeem': doubleRedeem,
  'ack-before-fsync': ackBeforeFsync,
  'abort-of-redeemed': abortOfRedeemed,
} as const;
export type PlantName = keyof typeof PLANTS;
