/** What a till learns of coupons from the stream: locked and refreshed ones it takes no more, unlocked ones again; revoked keysets and batches are unknown to it, also after a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { DamagedRow, type Db, openDatabase } from '../../main/database.ts';
import { View } from '../../main/view.ts';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { keysetId } from '../../src/coupons/keyset.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { hash, keysOfOffice, party, published } from '../economy-coupons/bank.ts';

let folder: string;
let db: Db;
let view: View;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'view-'));
  db = openDatabase(join(folder, 'view.db'), new URL('../../main/view-schema.sql', import.meta.url), true);
  view = new View(db, nodeCrypto);
  fold({ kind: 'genesis', chain: 'test-chain', parameters: {} });
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});
function fold(...events: readonly LedgerEvent[]): void {
  const height = view.height + 1;
  const block = { height, time: 1_790_000_000 + height, stateHash: hash('state'), transactions: [], events };
  expect(view.apply(block, block.time)).toBe(true);
}
const [a, b] = [hash('one'), hash('two')];
const seen = () => [a, b].map((serial) => view.serialSeen(serial));

test('locked coupons are not taken until they are unlocked; refreshed and recouped ones never again', () => {
  const refresh = hash('refresh');
  fold({ kind: 'locked', refresh, serials: [a, b] });
  expect(seen()).toEqual([true, true]);
  fold({ kind: 'unlocked', refresh, serials: [a] });
  expect(seen()).toEqual([false, true]);
  fold({ kind: 'refreshed', refresh, serials: [a] });
  expect(seen()).toEqual([true, true]);
  fold({ kind: 'unlocked', refresh, serials: [a, b] });
  expect(seen()).toEqual([false, false]);
  fold({ kind: 'recouped', transaction: hash('recoup'), keyset: hash('keyset'), minutes: 1, serials: [b] });
  expect(seen()).toEqual([false, true]);
  fold({ kind: 'aborted', outlet: hash('outlet'), serials: [a] });
  expect(new View(db, nodeCrypto).serialSeen(a)).toBe(true);
});

test('a revoked keyset is neither live nor known any more, a revoked batch neither', () => {
  const office = hash('office');
  const keys = keysOfOffice('office');
  const keyset = toHex(keysetId(nodeCrypto, keys));
  const cards = party('cards');
  const batch = nodeCrypto.sha256(hexBytes(cards.key).subarray(1)).slice(0, 8);
  fold(
    { kind: 'registered', collective: office, name: 'Office', key: party('office').key, dispatches: false },
    { kind: 'member', collective: office, subsystem: office },
    { kind: 'keyset', keyset, office, moduli: published(keys).map(({ n }) => toHex(n)) },
    { kind: 'batch', key: cards.key, office, until: 2_000_000_000 },
  );
  expect(view.liveKeyset(office)).toBeDefined();
  expect(view.batch(batch)).toEqual(hexBytes(cards.key).subarray(1));
  fold(
    { kind: 'keyset_revoked', keyset, reason: 'stolen' },
    { kind: 'batch_revoked', key: cards.key, reason: 'copied' },
  );
  for (const known of [view, new View(db, nodeCrypto)]) {
    expect(known.liveKeyset(office)).toBeUndefined();
    expect(known.keysetsByPrefix(hexBytes(keyset).subarray(0, 2))).toEqual([]);
    expect(known.batch(batch)).toBeUndefined();
  }
});

test('a keyset comes back from disk as it was learnt; one that has changed there is damage, not another keyset', () => {
  const office = hash('office');
  const keys = keysOfOffice('office');
  const keyset = toHex(keysetId(nodeCrypto, keys));
  fold({ kind: 'keyset', keyset, office, moduli: published(keys).map(({ n }) => toHex(n)) });
  expect(new View(db, nodeCrypto).keyset(keyset)).toEqual(view.keyset(keyset));
  const last = toHex(published(keys)[0]?.n ?? new Uint8Array()).slice(-4);
  for (const [from, to] of [
    [last, last === 'ffff' ? '0000' : 'ffff'],
    [' ', ''],
  ]) {
    db.exec('savepoint before');
    db.prepare('update keysets set moduli = replace(moduli, ?, ?)').run(from, to);
    expect(() => new View(db, nodeCrypto)).toThrow(DamagedRow);
    db.exec('rollback to before');
  }
});

test('the live keyset is the one the ledger named last, also after a restart and whatever the order of ids', () => {
  const office = hash('office');
  const sets = ['one', 'two', 'three', 'four'].map((name) => {
    const keys = keysOfOffice(name);
    return { id: toHex(keysetId(nodeCrypto, keys)), moduli: published(keys).map(({ n }) => toHex(n)) };
  });
  fold(
    { kind: 'registered', collective: office, name: 'Office', key: party('office').key, dispatches: false },
    { kind: 'member', collective: office, subsystem: office },
  );
  const live = () =>
    [view, new View(db, nodeCrypto)].map((known) => {
      const keyset = known.liveKeyset(office);
      return keyset === undefined ? undefined : toHex(keyset.id);
    });
  for (const { id, moduli } of sets) {
    fold({ kind: 'keyset', keyset: id, office, moduli });
    expect(live()).toEqual([id, id]);
  }
  // A merge or a split names one by itself.
  const [first] = sets;
  fold({ kind: 'live_keyset', subsystem: office, keyset: first?.id ?? '' });
  expect(live()).toEqual([first?.id, first?.id]);
  fold({ kind: 'no_live_keyset', subsystem: office });
  expect(live()).toEqual([undefined, undefined]);
});
