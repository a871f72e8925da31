/**
 * The coupon office at work: it follows the event stream and answers every load of its keysets with an issue, all blind
 * signatures in one transaction. It keeps nothing but its keys: after a restart it asks which loads are open, and
 * because issuing is deterministic, an issue sent twice is the same transaction. No person decides about a load.
 * Not here: which load may be issued (the ledger's rules), making keys (office-keys.ts).
 */
import { hexBytes } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { makeEnvelope } from '../src/economy/build.ts';
import { issueFor } from '../src/economy/office-duty.ts';
import type { Id } from '../src/economy/transaction.ts';
import { type ClientRefusal, LedgerClient, path, pause } from './client.ts';
import type { OfficeKeys } from './office-keys.ts';

export interface OfficeOptions {
  /** The node's address. */
  readonly url: string;
  readonly crypto: CryptoPort;
  /** The office's own signing key: 32-byte Ed25519 seed. */
  readonly seed: Uint8Array;
  /** The live keyset's keys and those of earlier ones, whose open loads are still owed. */
  readonly keysets: readonly OfficeKeys[];
  readonly onIssued?: (load: Id, height: number) => void;
  /** A load that could not be issued, and why. `signing_failure` is a fault of the machine: nothing left it. */
  readonly onTrouble?: (load: Id, refusal: ClientRefusal | 'signing_failure', detail?: string) => void;
}

export interface Office {
  /** Stops after the load at hand. */
  stop(): Promise<void>;
}

/** Refusals after which the same load may be tried again. */
const PASSING: readonly string[] = ['unreachable', 'ledger_unavailable', 'internal_error'];
const RETRY_MILLISECONDS = 1_000;

/** Starts the office. It works until it is stopped, whether the node is there or not. */
export function startOffice(options: OfficeOptions): Office {
  const stopping = new AbortController();
  const work = new OfficeWork(options, stopping.signal).run();
  return {
    async stop() {
      stopping.abort();
      await work;
    },
  };
}

interface LoadAnswer {
  readonly state: 'open' | 'issued';
  readonly keyset: Id;
  readonly packs: number;
  readonly blinded: readonly string[];
}

class OfficeWork {
  readonly #options: OfficeOptions;
  readonly #client: LedgerClient;
  readonly #signal: AbortSignal;
  readonly #keysets: ReadonlyMap<Id, OfficeKeys>;

  constructor(options: OfficeOptions, signal: AbortSignal) {
    this.#options = options;
    this.#client = new LedgerClient(options.url);
    this.#signal = signal;
    this.#keysets = new Map(options.keysets.map((keys) => [keys.keyset, keys]));
  }

  async run(): Promise<void> {
    const status = await this.#insist('/v1/status');
    if (status === undefined) return;
    const { chain, height } = status as { chain: string; height: number };
    for (const keyset of this.#keysets.keys()) await this.#issueOpen(chain, keyset);
    for await (const told of this.#client.follow(height + 1, this.#signal)) {
      if (told.kind !== 'block') continue;
      for (const event of told.block.events)
        if (event.kind === 'load' && this.#keysets.has(event.keyset)) await this.#issue(chain, event.load);
      if (this.#signal.aborted) return;
    }
  }

  /** Every load that was open when the office started. A keyset the ledger does not know yet owes nothing. */
  async #issueOpen(chain: string, keyset: Id): Promise<void> {
    const tried = new Set<Id>();
    for (;;) {
      const answer = await this.#insist(path`/v1/keysets/${keyset}/loads`);
      const open = ((answer?.open ?? []) as readonly Id[]).filter((load) => !tried.has(load));
      if (open.length === 0) return;
      for (const load of open) {
        if (this.#signal.aborted) return;
        tried.add(load);
        await this.#issue(chain, load);
      }
    }
  }

  async #issue(chain: string, id: Id): Promise<void> {
    const { crypto, seed, onIssued, onTrouble } = this.#options;
    const answer = (await this.#insist(path`/v1/loads/${id}`)) as LoadAnswer | undefined;
    const keys = answer === undefined ? undefined : this.#keysets.get(answer.keyset);
    if (answer === undefined || keys === undefined || answer.state === 'issued') return;
    const blinded = answer.blinded.map(hexBytes);
    const issue = issueFor(crypto, chain, keys.keys, id, { packs: answer.packs, blinded });
    if (!issue.ok) return onTrouble?.(id, issue.refusal, issue.detail);
    const { bytes } = makeEnvelope(crypto, issue.value, [seed]);
    while (!this.#signal.aborted) {
      const done = await this.#client.submit(bytes);
      if (done.ok) return onIssued?.(id, done.value.height);
      // Another copy of this office was faster.
      if (done.refusal === 'already_issued') return;
      onTrouble?.(id, done.refusal, done.detail);
      if (!PASSING.includes(done.refusal)) return;
      await pause(RETRY_MILLISECONDS, this.#signal);
    }
  }

  /** Asks until the node answers; undefined when it knows nothing of it, or the office is stopped. */
  async #insist(question: string): Promise<Record<string, unknown> | undefined> {
    while (!this.#signal.aborted) {
      const answer = await this.#client.get(question);
      if (answer.ok) return answer.value;
      if (!PASSING.includes(answer.refusal)) return undefined;
      await pause(RETRY_MILLISECONDS, this.#signal);
    }
    return undefined;
  }
}
