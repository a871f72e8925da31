/**
 * Verification (rule L6): rebuilds a ledger from its genesis out of the stored bodies, with every signature checked again, and
 * compares every block's hashes and events with what is stored; at the end the stored rows with the last state hash. Reads
 * only, so it may run beside a node.
 */
import type { CryptoPort } from '../src/crypto-port.ts';
import { decodeEnvelope } from '../src/economy/envelope.ts';
import type { Id } from '../src/economy/transaction.ts';
import { STREAM_PAGE } from '../src/limits.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { type OpenRefusal, openForReading } from './database.ts';
import { parseGenesis } from './genesis.ts';
import { Machine, type MadeBlock } from './machine.ts';
import { Store, type StoredBlock } from './store.ts';

export interface Verified {
  readonly chain: string;
  readonly height: number;
  readonly transactions: number;
  readonly stateHash: Id;
  readonly blockHash: Id;
}

/** `differs`: the detail names the first height and what is not as the rules make it. */
export type VerifyRefusal = OpenRefusal | 'differs';

/** Replays a ledger folder. `onHeight` hears of every block that was found in order. */
export function verifyLedger(
  dataDir: string,
  crypto: CryptoPort,
  onHeight: (height: number) => void = () => undefined,
): Result<Verified, VerifyRefusal> {
  const opened = openForReading(dataDir);
  if (!opened.ok) return opened;
  try {
    const store = new Store(opened.value.database);
    return store.together(() => replay(store, crypto, onHeight));
  } finally {
    opened.value.close();
  }
}

function replay(
  store: Store,
  crypto: CryptoPort,
  onHeight: (height: number) => void,
): Result<Verified, VerifyRefusal> {
  const document = store.genesis();
  const genesis = document === undefined ? undefined : parseGenesis(document);
  if (!genesis?.ok) return refuse('differs', 'genesis');
  const { machine, made } = Machine.begin(crypto, genesis.value);
  let last: StoredBlock = made.block;
  let transactions = 0;
  for (let height = 0; ; height += STREAM_PAGE) {
    const page = store.blocks(height, STREAM_PAGE);
    for (const stored of page) {
      const again = stored.header.height === 0 ? ok(made) : remake(store, crypto, machine, stored);
      if (!again.ok) return again;
      const wrong = difference(stored, again.value);
      if (wrong !== undefined) return refuse('differs', `height ${stored.header.height}: ${wrong}`);
      transactions += stored.header.count;
      last = stored;
      onHeight(stored.header.height);
    }
    if (page.length < STREAM_PAGE) break;
  }
  const rows = Machine.restore(crypto, genesis.value, last, store.rows());
  if (!rows.ok) return refuse('differs', `stored rows: ${rows.detail ?? rows.refusal}`);
  const { height, stateHash } = last.header;
  return ok({ chain: genesis.value.chain, height, transactions, stateHash, blockHash: last.hash });
}

/** A stored block made again from its envelopes. */
function remake(
  store: Store,
  crypto: CryptoPort,
  machine: Machine,
  { header }: StoredBlock,
): Result<MadeBlock, 'differs'> {
  const at = `height ${header.height}`;
  machine.open(header.time);
  for (const { id, envelope: bytes } of store.transactions(header.height)) {
    const envelope = decodeEnvelope(bytes, crypto);
    if (!envelope.ok) return refuse('differs', `${at}: transaction ${id}: ${envelope.refusal}`);
    const applied = machine.apply({ envelope: envelope.value, bytes });
    if (!applied.ok) return refuse('differs', `${at}: transaction ${id}: ${applied.refusal}`);
    if (envelope.value.id !== id || applied.value.status !== 'accepted')
      return refuse('differs', `${at}: transaction ${id} is not what it says, or stands there twice`);
  }
  const made = machine.finish();
  return made === undefined ? refuse('differs', `${at}: nothing happened in it`) : ok(made);
}

/** What in a stored block is not as it was made again. */
function difference(stored: StoredBlock, { block }: MadeBlock): string | undefined {
  const fields = ['height', 'time', 'previous', 'count', 'transactionsRoot', 'stateHash'] as const;
  for (const field of fields)
    if (stored.header[field] !== block.header[field])
      return `${field} is ${stored.header[field]}, should be ${block.header[field]}`;
  if (stored.hash !== block.hash) return 'block hash';
  if (stored.slots !== block.slots) return 'slots';
  return JSON.stringify(stored.events) === JSON.stringify(block.events) ? undefined : 'events';
}
