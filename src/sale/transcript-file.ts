/**
 * Transcripts of one redemption on their way through a dispute, as JSON text: the till hands them out sealed, the office takes its box off,
 * the outlet takes its own off and keeps only those with the disputed serial. Each step makes another file.
 */
import { fromHex, hexBytes, toHex } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import type { Id } from '../economy/transaction.ts';
import { ok, type Result, refuse } from '../result.ts';
import { withSerial } from './dispute.ts';
import { openBox, unpad } from './sealed-transcript.ts';

/** `sealed`: as the till kept them. `for_outlet`: without the office's box. `shown`: open, those with the serial alone. */
export type Stage = 'sealed' | 'for_outlet' | 'shown';

export interface TranscriptFile {
  readonly stage: Stage;
  readonly outlet: Id;
  readonly redemption: Id;
  readonly certificate: Uint8Array;
  readonly transcripts: readonly Uint8Array[];
}

export type TranscriptRefusal = 'transcripts_malformed' | 'transcripts_other_stage' | 'dispute_key_wrong';

/** The text of a file; `readTranscripts` takes it back. */
export function writeTranscripts(file: TranscriptFile): string {
  const { certificate, transcripts, ...rest } = file;
  return `${JSON.stringify({ ...rest, certificate: toHex(certificate), transcripts: transcripts.map(toHex) }, null, 2)}\n`;
}

const isId = (value: unknown): value is Id => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isHex = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 4_096 && fromHex(value) !== undefined;

/** Reads what `writeTranscripts` wrote, at this stage. */
export function readTranscripts(text: string, stage: Stage): Result<TranscriptFile, TranscriptRefusal> {
  let json: Record<string, unknown>;
  try {
    json = Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return refuse('transcripts_malformed');
  }
  const { outlet, redemption, certificate, transcripts } = json;
  if (!isId(outlet) || !isId(redemption) || !isHex(certificate)) return refuse('transcripts_malformed');
  if (!Array.isArray(transcripts) || !transcripts.every(isHex)) return refuse('transcripts_malformed');
  if (json.stage !== stage) return refuse('transcripts_other_stage', String(json.stage));
  return ok({
    stage,
    outlet,
    redemption,
    certificate: hexBytes(certificate),
    transcripts: transcripts.map(hexBytes),
  });
}

/** The office's step: its box off every transcript of the redemption. It sees lengths and nothing else. */
export function officeStep(
  crypto: CryptoPort,
  file: TranscriptFile,
  secret: Uint8Array,
): Result<TranscriptFile, TranscriptRefusal> {
  return opened(file, 'for_outlet', (sealed) => openBox(crypto, sealed, secret));
}

/** The outlet's step: its own box off, and everything away that has not the serial. */
export function outletStep(
  crypto: CryptoPort,
  file: TranscriptFile,
  secret: Uint8Array,
  serial: Id,
): Result<TranscriptFile, TranscriptRefusal> {
  const open = opened(file, 'shown', (sealed) => {
    const plain = openBox(crypto, sealed, secret);
    return plain === undefined ? undefined : unpad(plain);
  });
  return open.ok ? ok({ ...open.value, transcripts: withSerial(open.value.transcripts, serial) }) : open;
}

function opened(
  file: TranscriptFile,
  stage: Stage,
  open: (sealed: Uint8Array) => Uint8Array | undefined,
): Result<TranscriptFile, TranscriptRefusal> {
  const transcripts: Uint8Array[] = [];
  for (const sealed of file.transcripts) {
    const one = open(sealed);
    if (one === undefined) return refuse('dispute_key_wrong');
    transcripts.push(one);
  }
  return ok({ ...file, stage, transcripts });
}
