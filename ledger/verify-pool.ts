/**
 * A node's verifying threads. Signatures are most of the work of a ledger and depend on nothing else, so they are verified beside
 * the one thread that decides. Threads are started when there is work for them; each has some jobs at a time, the others
 * wait here in order. A thread that fails is replaced, its jobs come back undecided (undefined) and the main thread looks
 * for itself; after THREAD_FAILURES in a row no more are started. So a broken pool makes a node slow and never wrong.
 * Not here: what a job is made of (verify-jobs.ts), who waits for it (embedded-engine.ts).
 */
import { Worker } from 'node:worker_threads';
import type { RsaPublicKey } from '../src/crypto-port.ts';
import { COUPON_BYTES, couponItemsIn } from '../src/economy/coupon-bytes.ts';
import type { Id, Redeem } from '../src/economy/transaction.ts';
import { THREAD_FAILURES, THREAD_ITEMS } from '../src/limits.ts';
import { type Job, type Signed, type Verdicts, writeSigned } from './verify-jobs.ts';

/** One byte an item (verify-jobs.ts); undefined when nobody could look. */
export type Done = (verdicts: Uint8Array | undefined) => void;

/** How a thread comes about: tests start ones that fail. */
export type StartThread = (chain: string) => Worker;

export interface PoolOptions {
  readonly threads: number;
  readonly chain: string;
  /** Learns of threads that failed. */
  readonly onFault: (error: unknown) => void;
  readonly startThread?: StartThread;
}

interface Task {
  readonly about: Job['about'];
  readonly keysets: readonly Id[];
  readonly items: Uint8Array<ArrayBuffer>;
  readonly done: Done;
}
interface Thread {
  readonly worker: Worker;
  readonly knows: Set<Id>;
  /** By job number. */
  readonly under: Map<number, Done>;
}

/** Jobs a thread has at a time: enough for as long as the deciding thread takes for a block, in which it gives out none. */
const AT_A_TIME = 16;

function startThread(chain: string): Worker {
  return new Worker(new URL('./verify-thread.ts', import.meta.url), {
    workerData: { chain },
    name: 'verify',
  });
}

export class VerifyPool {
  readonly #options: PoolOptions;
  readonly #start: StartThread;
  readonly #threads = new Set<Thread>();
  readonly #tasks: Task[] = [];
  /** Keys of keysets that tasks name. */
  readonly #keys = new Map<Id, readonly RsaPublicKey[]>();
  #next = 0;
  #failures = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#start = options.startThread ?? startThread;
  }

  /** Verifies the signatures of envelopes of this chain; `done` hears of the list in parts: `count` envelopes from the one numbered `from` on. */
  signatures(
    envelopes: readonly Signed[],
    done: (from: number, count: number, verdicts: Uint8Array | undefined) => void,
  ): void {
    let from = 0;
    let count = 0;
    let total = 0;
    for (const { signatures } of envelopes) total += signatures.length;
    const most = this.#share(total);
    for (let i = 0; i < envelopes.length; i++) {
      count += (envelopes[i] as Signed).signatures.length;
      if (count < most && i < envelopes.length - 1) continue;
      const begin = from;
      const parts = i + 1 - from;
      this.#add({
        about: 'signatures',
        keysets: [],
        items: writeSigned(envelopes.slice(from, i + 1)),
        done: (verdicts) => done(begin, parts, verdicts),
      });
      from = i + 1;
      count = 0;
    }
    this.#feed();
  }

  /** Verifies the coupons of a redemption and its body; `done` hears of all of them at once. `keysOf` gives the keys of a keyset, or undefined when it is not known. */
  coupons(
    { coupons }: Pick<Redeem, 'coupons'>,
    body: Uint8Array,
    keysOf: (keyset: Id) => readonly RsaPublicKey[] | undefined,
    done: Done,
  ): void {
    const keysets: Id[] = [];
    let before: Id | undefined;
    for (const { keyset } of coupons) {
      const keys = keyset === before ? undefined : keysOf(keyset);
      before = keyset;
      if (keys === undefined) continue;
      this.#keys.set(keyset, keys);
      keysets.push(keyset);
    }
    const items = couponItemsIn(body, coupons.length);
    const verdicts = new Uint8Array(coupons.length);
    let open = 0;
    let complete = true;
    const most = this.#share(coupons.length);
    for (let from = 0; from < coupons.length; from += most) {
      const to = Math.min(from + most, coupons.length);
      open++;
      this.#add({
        about: 'coupons',
        keysets,
        // A copy of its own: the thread takes it.
        items: items.slice(from * COUPON_BYTES, to * COUPON_BYTES),
        done: (part) => {
          if (part === undefined) complete = false;
          else verdicts.set(part, from);
          if (--open === 0) done(complete ? verdicts : undefined);
        },
      });
    }
    this.#feed();
  }

  /** Ends the threads. What is under way comes back undecided. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = [...this.#threads];
    for (const thread of threads) this.#drop(thread);
    for (const { done } of this.#tasks.splice(0)) done(undefined);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  /** Items in one job: every thread gets some of few, none too many of many. */
  #share(items: number): number {
    return Math.min(THREAD_ITEMS, Math.max(4, Math.ceil(items / (2 * this.#options.threads))));
  }

  #add(task: Task): void {
    this.#tasks.push(task);
  }

  /** Gives out what waits. Without threads it comes back undecided. */
  #feed(): void {
    while (this.#tasks.length > 0) {
      const thread = this.#free();
      if (thread === undefined) {
        if (this.#threads.size > 0) return;
        for (const { done } of this.#tasks.splice(0)) done(undefined);
        return;
      }
      this.#give(thread, this.#tasks.shift() as Task);
    }
  }

  #give(thread: Thread, { about, keysets, items, done }: Task): void {
    const unknown = keysets.filter((keyset) => !thread.knows.has(keyset));
    const told = unknown.map((keyset) => ({ keyset, keys: this.#keys.get(keyset) ?? [] }));
    for (const keyset of unknown) thread.knows.add(keyset);
    const job: Job = { number: this.#next++, about, told, items };
    if (thread.under.size === 0) thread.worker.ref();
    thread.under.set(job.number, done);
    thread.worker.postMessage(job, [items.buffer]);
  }

  /** The thread with the least to do, if it can take more; a new one before an old one gets a second job. */
  #free(): Thread | undefined {
    let least: Thread | undefined;
    for (const thread of this.#threads)
      if (least === undefined || thread.under.size < least.under.size) least = thread;
    if (least === undefined || least.under.size > 0) {
      const fresh = this.#threads.size < this.#options.threads ? this.#begin() : undefined;
      if (fresh !== undefined) return fresh;
    }
    return least !== undefined && least.under.size < AT_A_TIME ? least : undefined;
  }

  #begin(): Thread | undefined {
    if (this.#closed || this.#failures >= THREAD_FAILURES) return undefined;
    let worker: Worker;
    try {
      worker = this.#start(this.#options.chain);
    } catch (error) {
      this.#failures++;
      this.#options.onFault(error);
      return undefined;
    }
    const thread: Thread = { worker, knows: new Set(), under: new Map() };
    this.#threads.add(thread);
    // A thread that has nothing to do keeps no process alive.
    worker.unref();
    worker.on('message', (answer: Verdicts) => this.#heard(thread, answer));
    worker.on('error', (error) => this.#failed(thread, error));
    worker.on('exit', (code) => this.#failed(thread, new Error(`a verifying thread ended with ${code}`)));
    return thread;
  }

  #heard(thread: Thread, { number, verdicts }: Verdicts): void {
    const done = thread.under.get(number);
    if (done === undefined) return;
    this.#failures = 0;
    thread.under.delete(number);
    if (thread.under.size === 0) thread.worker.unref();
    // First the next job, so that the thread goes on while what it found is looked at.
    this.#feed();
    done(verdicts);
  }

  #failed(thread: Thread, error: unknown): void {
    if (!this.#threads.has(thread)) return;
    this.#failures++;
    if (!this.#closed) this.#options.onFault(error);
    this.#drop(thread);
    void thread.worker.terminate();
    this.#feed();
  }

  #drop(thread: Thread): void {
    this.#threads.delete(thread);
    const undecided = [...thread.under.values()];
    thread.under.clear();
    for (const done of undecided) done(undefined);
  }
}
