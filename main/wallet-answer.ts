/** What a node answers about a wallet (`GET /v1/wallets/:key`), read carefully: anything that is not as described counts as nothing. */

export interface ClaimableWorkload {
  readonly id: string;
  readonly revision: string;
  /** Micro-minutes after tax. */
  readonly share: bigint;
}
export interface WalletAnswer {
  readonly claimable: readonly ClaimableWorkload[];
  /** Sum of the balances of all origins, micro-minutes. */
  readonly balance: bigint;
}

const HEX64 = /^[0-9a-f]{64}$/;
const DECIMAL = /^-?[0-9]{1,40}$/;
const decimal = (v: unknown): bigint => (typeof v === 'string' && DECIMAL.test(v) ? BigInt(v) : 0n);
const objects = (v: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(v) ? v.filter((x): x is Record<string, unknown> => typeof x === 'object' && x !== null) : [];

export function walletAnswer(json: Record<string, unknown> | undefined): WalletAnswer | undefined {
  if (json === undefined) return undefined;
  const claimable: ClaimableWorkload[] = [];
  for (const w of objects(json.workloads)) {
    const { id, revision } = w;
    if (w.claimed === true || typeof id !== 'string' || typeof revision !== 'string') continue;
    if (HEX64.test(id) && HEX64.test(revision)) claimable.push({ id, revision, share: decimal(w.share) });
  }
  const balance = objects(json.balances).reduce((sum, b) => sum + decimal(b.value), 0n);
  return { claimable, balance };
}

export function claimableOf(answer: WalletAnswer | undefined): {
  readonly workloads: readonly ClaimableWorkload[];
  readonly value: bigint;
} {
  const workloads = answer?.claimable ?? [];
  return { workloads, value: workloads.reduce((sum, w) => sum + w.share, 0n) };
}
