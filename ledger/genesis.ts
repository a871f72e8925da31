/**
 * The genesis document: the chain's first word, as JSON. Its hash stands where other blocks name their predecessor, so two
 * nodes with different parameters never agree on a block. Shares are written as `1/10`, values as decimal strings.
 * Not here: what the parameters mean (src/economy/parameters.ts).
 */
import { z } from 'zod';
import { toHex } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import type { Genesis } from '../src/economy/parameters.ts';
import type { Id } from '../src/economy/transaction.ts';
import { SECONDS_MAX } from '../src/limits.ts';
import { ok, type Result, refuse } from '../src/result.ts';

const share = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,8})\/[1-9][0-9]{0,8}$/)
  .transform((text) => {
    const [num, den] = text.split('/') as [string, string];
    return { num: BigInt(num), den: BigInt(den) };
  })
  .refine(({ num, den }) => num <= den, 'a share is at most 1');
const seconds = z.number().int().min(0).max(SECONDS_MAX);

const schema = z.strictObject({
  chain: z.string().regex(/^[a-z0-9-]{4,32}$/),
  time: seconds,
  parameters: z.strictObject({
    k: z.number().int().min(1).max(1_000_000),
    holdMax: seconds,
    offlineMax: seconds,
    limit: share,
    maxRate: share,
    reverseDays: z.number().int().min(0).max(3_660),
    voteAbove: z
      .string()
      .regex(/^(0|[1-9][0-9]{0,29})$/)
      .transform(BigInt),
    beyondMax: z.number().int().min(1).max(1_000).default(2),
    grace: seconds.default(7_776_000),
  }),
});

/** The one text of a genesis: fixed order of keys, no spaces. */
export function genesisDocument({ chain, time, parameters: p }: Genesis): string {
  return JSON.stringify({
    chain,
    time,
    parameters: {
      k: p.k,
      holdMax: p.holdMax,
      offlineMax: p.offlineMax,
      limit: `${p.limit.num}/${p.limit.den}`,
      maxRate: `${p.maxRate.num}/${p.maxRate.den}`,
      reverseDays: p.reverseDays,
      voteAbove: p.voteAbove.toString(),
      beyondMax: p.beyondMax,
      grace: p.grace,
    },
  });
}

/** A genesis from a document that people may have written. Refuses `malformed`; the detail says where. */
export function parseGenesis(document: string): Result<Genesis, 'malformed'> {
  let json: unknown;
  try {
    json = JSON.parse(document);
  } catch {
    return refuse('malformed', 'not JSON');
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? ok(parsed.data) : refuse('malformed', z.prettifyError(parsed.error));
}

/** SHA-256 of `timecard/genesis` ‖ the document: what genesis names as the block before it. */
export function genesisHash(crypto: CryptoPort, genesis: Genesis): Id {
  return toHex(crypto.sha256(new TextEncoder().encode(`timecard/genesis${genesisDocument(genesis)}`)));
}
