/**
 * What both worlds of the demo share: the collectives found themselves, the office opens, people work, revisions pass, loads are
 * issued. Everything is a transaction, signed, and goes the way every other one goes; nothing here writes state. A clock that
 * the ledger reads is moved along.
 * Not here: the month of work (`month.ts`), the small world (`lean.ts`), where it is kept (`world.ts`), cards (`cards.ts`).
 */
import { nodeCrypto } from '../crypto/node.ts';
import type { Engine } from '../ledger/engine.ts';
import { type OfficeKeys, publicKeys } from '../ledger/office-keys.ts';
import { hexBytes } from '../src/bytes.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { DAY_SECONDS, dayOf, monthEnd } from '../src/economy/calendar.ts';
import { issueFor, openLoads } from '../src/economy/office-duty.ts';
import type { State } from '../src/economy/state.ts';
import type { Key, Seconds } from '../src/economy/transaction.ts';
import { enter, type Members } from './members.ts';
import { Scribe, submitTo } from './scribe.ts';

/** The batch of cards is good for ten years. Seconds. */
const BATCH_SECONDS = 3_653 * DAY_SECONDS;

export interface EconomyParts {
  readonly engine: Engine;
  readonly clock: { now(): Seconds; set(time: Seconds): void };
  readonly office: OfficeKeys;
  /** The attestation key of the cards' batch. */
  readonly batch: Key;
  readonly progress: (line: string) => void;
}

/** 1 = Monday … 7 = Sunday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return ((day + 3) % 7) + 1;
}

/** The first second of the UTC month that holds `time`. */
export function monthBegin(time: Seconds): Seconds {
  let day = dayOf(time);
  while (monthEnd(day * DAY_SECONDS - 1) === monthEnd(time)) day--;
  return day * DAY_SECONDS;
}

export class Economy {
  readonly parts: EconomyParts;
  readonly scribe: Scribe;
  readonly keyset: Keyset;
  readonly members: Members;

  /** Founds the collectives at the clock's time: members, trust, keyset, batch. */
  constructor(parts: EconomyParts) {
    this.parts = parts;
    const view = parts.engine.view();
    if (!view.ok) throw new Error(view.refusal);
    this.scribe = new Scribe(view.value.genesis.chain, submitTo(parts.engine));
    this.members = enter(this.scribe);
    const { office } = this.members;
    const keys = publicKeys(parts.office);
    this.scribe.write({ kind: 'keyset', office: office.id, keys }, office.seed);
    this.keyset = { id: hexBytes(parts.office.keyset), keys: parts.office.keys };
    const until = parts.clock.now() + BATCH_SECONDS;
    this.scribe.write({ kind: 'batch', office: office.id, key: parts.batch, until }, office.seed);
  }

  /** The ledger's state as of the last block. */
  get state(): State {
    const view = this.parts.engine.view();
    if (!view.ok) throw new Error(view.refusal);
    return view.value.state;
  }

  /** Moves the clock on; never back. */
  setClock(time: Seconds): void {
    const { clock } = this.parts;
    clock.set(Math.max(clock.now(), time));
  }

  /** Asks for the block that begins with the revisions of the month that ended before `begin`. */
  async revise(begin: Seconds): Promise<void> {
    this.scribe.write({ kind: 'final_revision', until: begin - 1 });
    await this.scribe.settle();
  }

  /** The office's duty: an issue for every load that waits. */
  async issueAll(): Promise<void> {
    const { office } = this.members;
    for (const load of openLoads(this.state, office.id)) {
      const row = this.state.loads.get(load);
      if (row === undefined) continue;
      const issue = issueFor(nodeCrypto, this.scribe.chain, this.parts.office.keys, load, row);
      if (!issue.ok) throw new Error(issue.refusal);
      this.scribe.write(issue.value, office.seed);
    }
    await this.scribe.settle();
  }
}
