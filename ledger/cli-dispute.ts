/**
 * `ledger dispute …`: what a collective does when a serial has arrived twice (docs/disputes.md). `find` asks the chain how it came,
 * `office` and `outlet` open transcripts each with its own key, `judge` names the batch of cards or the outlet. Keys stay in
 * files of mode 0600; the commands of office and outlet need no ledger.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { nodeCrypto } from '../crypto/node.ts';
import { fromHex, hexBytes, toHex } from '../src/bytes.ts';
import type { BlockEvents } from '../src/economy/events.ts';
import type { Id } from '../src/economy/transaction.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { type Arrival, judge, type Ledger } from '../src/sale/dispute.ts';
import {
  officeStep,
  outletStep,
  readTranscripts,
  type Stage,
  type TranscriptFile,
  type TranscriptRefusal,
  writeTranscripts,
} from '../src/sale/transcript-file.ts';
import type { CliContext, ExitCode } from './cli-context.ts';
import type { ClientRefusal } from './client.ts';
import { type KeyFileRefusal, readSecret, writeSecret } from './key-file.ts';

const USAGE = `dispute key --out FILE
dispute find --serial SERIAL
dispute office --in FILE --key FILE --out FILE
dispute outlet --in FILE --key FILE --serial SERIAL --out FILE
dispute judge --serial SERIAL --in FILE …`;

/** What a chain tells of a serial, and what transcripts are checked by. */
interface Told extends Ledger {
  readonly arrivals: readonly Arrival[];
}

/** Folds one block. */
function hear(
  block: BlockEvents,
  serial: Id,
  told: { arrivals: Arrival[]; batches: Map<string, Uint8Array>; keys: Map<Id, Uint8Array> },
) {
  for (const event of block.events)
    if (event.kind === 'registered') told.keys.set(event.collective, hexBytes(event.key).subarray(1));
    else if (event.kind === 'batch') {
      const key = hexBytes(event.key).subarray(1);
      told.batches.set(toHex(nodeCrypto.sha256(key).subarray(0, 8)), key);
    } else if (event.kind === 'redeemed') {
      const { outlet, transaction: redemption } = event;
      const skipped = event.skipped.find((one) => one.serial === serial);
      if (event.serials.includes(serial)) told.arrivals.push({ outlet, redemption, result: 'taken' });
      else if (skipped !== undefined) told.arrivals.push({ outlet, redemption, result: skipped.refusal });
    }
}

/** Reads the chain from its beginning to where it stands now. */
async function ask({ client, surroundings }: CliContext, serial: Id): Promise<Result<Told, ClientRefusal>> {
  const status = await client.get('/v1/status');
  if (!status.ok) return status;
  const height = Number(status.value.height);
  const told = { arrivals: [], batches: new Map<string, Uint8Array>(), keys: new Map<Id, Uint8Array>() };
  for await (const one of client.follow(0, surroundings.stop)) {
    if (one.kind !== 'block') continue;
    hear(one.block, serial, told);
    if (one.block.height >= height) break;
  }
  const { arrivals, batches, keys } = told;
  return ok({ arrivals, batchKey: (id) => batches.get(id), officeKeys: [...keys.values()] });
}

function serialOf(context: CliContext): Id | undefined {
  const serial = context.option('serial') ?? '';
  return /^[0-9a-f]{64}$/.test(serial) ? serial : undefined;
}

type Refusal = TranscriptRefusal | KeyFileRefusal;

function read(path: string, stage: Stage): Result<TranscriptFile, Refusal> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return refuse('transcripts_malformed', path);
  }
  return readTranscripts(text, stage);
}

function disputeSecret(path: string): Result<Uint8Array, KeyFileRefusal> {
  const json = readSecret(path);
  if (!json.ok) return json;
  const secret = fromHex(String((json.value as { dispute?: unknown } | null)?.dispute));
  return secret?.length === 32 ? ok(secret) : refuse('key_file_malformed', path);
}

const newKey = (context: CliContext): ExitCode => {
  const out = context.need('out');
  if (out === 2) return 2;
  const secret = new Uint8Array(randomBytes(32));
  const written = writeSecret(out, { dispute: toHex(secret) });
  return context.report(written, () => ({ disputeKey: toHex(nodeCrypto.x25519Public(secret)) }));
};

/** Office or outlet: one file in, one file out. */
function step(
  context: CliContext,
  stage: Stage,
  open: (file: TranscriptFile, secret: Uint8Array) => Result<TranscriptFile, TranscriptRefusal>,
): ExitCode {
  const [from, key, out] = [context.need('in'), context.need('key'), context.need('out')];
  if (from === 2 || key === 2 || out === 2) return 2;
  const secret = disputeSecret(key);
  if (!secret.ok) return context.refuse(secret.refusal, secret.detail);
  const file = read(from, stage);
  if (!file.ok) return context.refuse(file.refusal, file.detail);
  const made = open(file.value, secret.value);
  if (!made.ok) return context.refuse(made.refusal, made.detail);
  writeFileSync(out, writeTranscripts(made.value), { mode: 0o600 });
  return context.say({ file: out, transcripts: made.value.transcripts.length });
}

async function judged(context: CliContext, serial: Id): Promise<ExitCode> {
  const exhibits: TranscriptFile[] = [];
  for (const path of context.options('in')) {
    const file = read(path, 'shown');
    if (!file.ok) return context.refuse(file.refusal, path);
    exhibits.push(file.value);
  }
  const told = await ask(context, serial);
  if (!told.ok) return context.refuse(told.refusal, told.detail);
  const { arrivals } = told.value;
  return context.say({ serial, arrivals, ...judge(nodeCrypto, serial, arrivals, exhibits, told.value) });
}

/** The command `dispute`. */
export async function dispute(context: CliContext): Promise<ExitCode> {
  const [, verb] = context.arguments.words;
  if (verb === 'key') return newKey(context);
  if (verb === 'office')
    return step(context, 'sealed', (file, secret) => officeStep(nodeCrypto, file, secret));
  const serial = serialOf(context);
  if (serial === undefined || (verb !== 'find' && verb !== 'outlet' && verb !== 'judge'))
    return context.misunderstood(USAGE);
  if (verb === 'outlet')
    return step(context, 'for_outlet', (file, secret) => outletStep(nodeCrypto, file, secret, serial));
  if (verb === 'judge') return judged(context, serial);
  const told = await ask(context, serial);
  return context.report(told, ({ arrivals }) => ({ serial, arrivals }));
}
