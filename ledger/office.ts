/**
 * The coupon office at work: it follows the event stream and answers every load, refresh and take back of its keysets with an
 * issue, all blind signatures in one transaction; a slow refresh when its time has come. It keeps nothing but its keys: after a
 * restart it asks what is open, and because issuing is deterministic, an issue sent twice is the same transaction. No person
 * decides about a load. «Load» stands for all three here, as in an issue.
 * Not here: which load may be issued (the ledger's rules), making keys (office-keys.ts).
 */
import { hexBytes } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { makeEnvelope } from '../src/economy/build.ts';
import type { LedgerEvent } from '../src/economy/events.ts';
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
  readonly state: 'open' | 'issued' | 'cancelled' | 'void';
  readonly keyset: Id;
  readonly exponents: readonly number[];
  readonly blinded: readonly string[];
  readonly issueFrom: number;
}

/** What came in between: another copy of this office, the holder, a redemption. */
const OVERTAKEN: readonly string[] = ['already_issued', 'already_cancelled', 'refresh_void'];

/** The load, refresh or take back that an event asks the office of a keyset to issue. */
function asked(event: LedgerEvent): { readonly id: Id; readonly keyset: Id } | undefined {
  if (event.kind === 'load') return { id: event.load, keyset: event.keyset };
  if (event.kind === 'refresh') return { id: event.refresh, keyset: event.keyset };
  return event.kind === 'taken_back' ? { id: event.takeBack, keyset: event.keyset } : undefined;
}

class OfficeWork {
  readonly #options: OfficeOptions;
  readonly #client: LedgerClient;
  readonly #signal: AbortSignal;
  readonly #keysets: ReadonlyMap<Id, OfficeKeys>;
  /** Slow refreshes and when they may be issued. */
  readonly #waiting = new Map<Id, number>();

  constructor(options: OfficeOptions, signal: AbortSignal) {
    this.#options = options;
    this.#client = new LedgerClient(options.url);
    this.#signal = signal;
    this.#keysets = new Map(options.keysets.map((keys) => [keys.keyset, keys]));
  }

  async run(): Promise<void> {
    const status = await this.#insist('/v1/status');
    if (status === undefined) return;
    const { chain, height, now } = status as { chain: string; height: number; now: number };
    for (const keyset of this.#keysets.keys()) await this.#issueOpen(chain, keyset, now);
    for await (const told of this.#client.follow(height + 1, this.#signal)) {
      const { time } = told.kind === 'block' ? told.block : told;
      for (const event of told.kind === 'block' ? told.block.events : []) {
        const load = asked(event);
        if (load !== undefined && this.#keysets.has(load.keyset)) await this.#issue(chain, load.id, time);
      }
      for (const [id, issueFrom] of [...this.#waiting])
        if (issueFrom <= time) await this.#issue(chain, id, time);
      if (this.#signal.aborted) return;
    }
  }

  /** Every load that was open when the office started. A keyset the ledger does not know yet owes nothing. */
  async #issueOpen(chain: string, keyset: Id, now: number): Promise<void> {
    const tried = new Set<Id>();
    for (;;) {
      const answer = await this.#insist(path`/v1/keysets/${keyset}/loads`);
      const open = ((answer?.open ?? []) as readonly Id[]).filter((load) => !tried.has(load));
      if (open.length === 0) return;
      for (const load of open) {
        if (this.#signal.aborted) return;
        tried.add(load);
        await this.#issue(chain, load, now);
      }
    }
  }

  /** `now`: the ledger's time as last heard. */
  async #issue(chain: string, id: Id, now: number): Promise<void> {
    const { crypto, seed, onIssued, onTrouble } = this.#options;
    const answer = (await this.#insist(path`/v1/loads/${id}`)) as LoadAnswer | undefined;
    const keys = answer === undefined ? undefined : this.#keysets.get(answer.keyset);
    this.#waiting.delete(id);
    if (answer === undefined || keys === undefined || answer.state !== 'open') return;
    if (answer.issueFrom > now) {
      this.#waiting.set(id, answer.issueFrom);
      return;
    }
    const { exponents } = answer;
    const blinded = answer.blinded.map(hexBytes);
    const issue = issueFor(crypto, chain, keys.keys, id, { exponents, blinded });
    if (!issue.ok) return onTrouble?.(id, issue.refusal, issue.detail);
    const { bytes } = makeEnvelope(crypto, issue.value, [seed]);
    while (!this.#signal.aborted) {
      const done = await this.#client.submit(bytes);
      if (done.ok) return onIssued?.(id, done.value.height);
      if (OVERTAKEN.includes(done.refusal)) return;
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
