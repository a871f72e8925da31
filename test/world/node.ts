/**
 * The ledger's node in the world: the real engine on a folder, answering what its API answers, without sockets. It can be stopped, killed (it
 * comes back from a copy of its folder as it was) and is away in between. Not here: the way to it (`network.ts`), the office.
 */
import { cpSync, rmSync } from 'node:fs';
import { nodeCrypto } from '../../crypto/node.ts';
import { refusalBody, statusCode } from '../../ledger/api-refusals.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import type { Engine, SubmitRefusal, Submitted } from '../../ledger/engine.ts';
import { toJson } from '../../ledger/json.ts';
import { keysetView, loadView, statusView, walletLoadsView, walletView } from '../../ledger/views.ts';
import { decodeEnvelope } from '../../src/economy/envelope.ts';
import type { BlockEvents } from '../../src/economy/events.ts';
import type { State } from '../../src/economy/state.ts';
import type { Id } from '../../src/economy/transaction.ts';
import type { Result } from '../../src/result.ts';
import type { VirtualTime } from './time.ts';

/** What comes over HTTP. */
export interface Said {
  readonly status: number;
  readonly text: string;
}

/** Latest blocks kept as text; older ones are asked for seldom. */
const CHUNKS = 500;

export class LedgerNode {
  readonly #time: VirtualTime;
  #dir: string;
  #copies = 0;
  #engine: Engine | undefined;
  #last: Engine | undefined;
  /** By height: blocks as the stream sends them. */
  readonly #chunks = new Map<number, Uint8Array>();
  /** Told after every block. */
  onBlock: (block: BlockEvents) => void = () => undefined;
  /** Told when it goes away. */
  onAway: () => void = () => undefined;
  #height = -1;

  constructor(dir: string, time: VirtualTime) {
    this.#dir = dir;
    this.#time = time;
    this.start();
  }

  get away(): boolean {
    return this.#engine === undefined;
  }

  start(): void {
    const clock = { now: () => this.#time.seconds };
    const created = createEngine({ dataDir: this.#dir, crypto: nodeCrypto, clock, threads: 0 });
    if (!created.ok) throw new Error(`the ledger does not come back: ${created.refusal} ${created.detail}`);
    const engine = created.value;
    this.#engine = engine;
    this.#last = engine;
    if (this.#height > engine.height) throw new Error('the ledger has forgotten blocks');
    this.#height = engine.height;
    engine.subscribe(() => {
      this.#time.touch();
      if (this.#engine !== engine) return;
      for (const block of engine.blocks(this.#height + 1, 1_000)) {
        this.#height = block.height;
        this.#chunks.set(block.height, chunkOf(block));
        this.#chunks.delete(block.height - CHUNKS);
        this.onBlock(block);
      }
    });
  }

  /** `kill`: what it was about to answer is not answered. */
  async stop(how: 'stop' | 'kill'): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    this.#engine = undefined;
    this.onAway();
    if (how === 'kill') {
      const copy = `${this.#dir.replace(/-again\d+$/, '')}-again${++this.#copies}`;
      cpSync(this.#dir, copy, { recursive: true });
      await engine.close();
      rmSync(this.#dir, { recursive: true, force: true });
      this.#dir = copy;
    } else await engine.close();
  }

  get height(): number {
    return this.#height;
  }

  /** As of the last block; also while it is away, for the auditor. */
  get state(): State {
    const view = this.#last?.view();
    if (!view?.ok) throw new Error('no ledger');
    return view.value.state;
  }

  blocks(from: number): readonly BlockEvents[] {
    return this.#engine?.blocks(from, 1_000_000) ?? [];
  }

  /** Hands an envelope in; undefined when it is away or goes away meanwhile. */
  async take(envelope: Uint8Array): Promise<Result<Submitted, SubmitRefusal> | undefined> {
    const engine = this.#engine;
    if (engine === undefined) return undefined;
    const done = await engine.submit(envelope);
    this.#time.touch();
    return this.#engine === engine ? done : undefined;
  }

  async submit(envelope: Uint8Array): Promise<Said | undefined> {
    const done = await this.take(envelope);
    if (done === undefined) return undefined;
    return done.ok
      ? { status: 200, text: JSON.stringify(done.value) }
      : { status: statusCode(done.refusal), text: JSON.stringify(refusalBody(done.refusal, done.detail)) };
  }

  get(path: string): Said | undefined {
    const engine = this.#engine;
    const view = engine?.view();
    if (engine === undefined || !view?.ok) return undefined;
    const [, , what, id = '', more] = path.split('/');
    const answers: Readonly<Record<string, () => Record<string, unknown> | undefined>> = {
      status: () => statusView(view.value, engine.now()),
      wallets: () => (more === 'loads' ? walletLoadsView(view.value, id) : walletView(view.value, id)),
      loads: () => loadView(view.value, id),
      keysets: () => keysetView(view.value, id),
      transactions: () => transactionView(engine, view.value.state, id),
    };
    const found = answers[what ?? '']?.();
    return found === undefined
      ? { status: 404, text: JSON.stringify(refusalBody('not_found', undefined)) }
      : { status: 200, text: JSON.stringify(found) };
  }

  /** A block as the event stream sends it. */
  chunk(height: number): Uint8Array {
    let chunk = this.#chunks.get(height);
    if (chunk === undefined) {
      const block = this.#engine?.blocks(height, 1)[0];
      if (block?.height !== height) throw new Error(`no block ${height}`);
      chunk = chunkOf(block);
      this.#chunks.set(height, chunk);
    }
    return chunk;
  }
}

/** As the API has it, without its place and its bytes. */
function transactionView(engine: Engine, state: State, id: Id): Record<string, unknown> | undefined {
  const height = state.transactions.get(id);
  if (height === undefined) return undefined;
  const index = engine.block(height)?.transactions.indexOf(id) ?? -1;
  const stored = engine.transactions(height)[index];
  const decoded = stored && decodeEnvelope(stored.envelope, nodeCrypto);
  if (!decoded?.ok) throw new Error(`stored transaction ${id} cannot be read`);
  return { id, height, transaction: toJson(decoded.value.transaction) };
}

const chunkOf = (block: BlockEvents): Uint8Array =>
  new TextEncoder().encode(`event: block\nid: ${block.height}\ndata: ${JSON.stringify(block)}\n\n`);
