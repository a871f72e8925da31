/**
 * L4 and L6 after every step: a second node that plays the same chain a step behind. Each step must be answered alike, tell the same and write the same
 * rows. Half-way the twin is restored as from a disk: its rows through bytes, in another order, its indexes made again; so nothing may
 * depend on those. Rows that are equal after every step make an equal state hash at every height (test/ledger holds the hash itself).
 */
import type { Applied } from '../../src/economy/apply.ts';
import { CborWriter } from '../../src/economy/cbor-write.ts';
import { decodeRow, encodeRow } from '../../src/economy/dump.ts';
import { rebuildIndexes } from '../../src/economy/indexes.ts';
import type { Refusal } from '../../src/economy/refusals.ts';
import { State, type Table } from '../../src/economy/state.ts';
import type { Result } from '../../src/result.ts';
import { Player, type Step } from './player.ts';
import { same } from './same.ts';

export class Twin {
  readonly #first: Player;
  #own = new Player();
  #steps = 0;
  readonly #restoreAt: number;

  /** `restoreAt`: after so many steps the twin is restored from its rows. */
  constructor(first: Player, restoreAt: number) {
    this.#first = first;
    this.#restoreAt = restoreAt;
  }

  /** Plays what the first player just did and gives what differs. What the tables say happened must be of this step alone. */
  play(step: Step, answer: Result<Applied, Refusal> | undefined): string | undefined {
    if (this.#steps === this.#restoreAt) this.#own = new Player(restored(this.#own.state), this.#own.block);
    this.#steps += 1;
    const own = this.#own.state.tables();
    forget(own);
    const again = this.#own.play(step);
    if (told(answer) !== told(again)) return `L6: ${told(answer)} was ${told(again)} when played again`;
    for (const [i, table] of this.#first.state.tables().entries()) {
      const copy = own[i] as Table<unknown>;
      if (copy.changed.size !== table.changed.size || copy.born.size !== table.born.size)
        return `L4, L6: other rows of ${table.name} were written`;
      for (const key of [...table.changed.keys(), ...table.born.keys()]) {
        if (copy.changed.has(key) !== table.changed.has(key) || !same(table.get(key), copy.get(key)))
          return `L4, L6: ${table.name} ${key} differs`;
      }
    }
    return same(this.#own.events, this.#first.events) ? undefined : 'L6: other events are told';
  }

  /** When the history is over: all rows, also those that nobody wrote. */
  last(): string | undefined {
    const own = this.#own.state.tables();
    for (const [i, table] of this.#first.state.tables().entries()) {
      const copy = own[i];
      if (copy?.size !== table.size)
        return `L4, L6: ${table.name} has ${copy?.size} rows instead of ${table.size}`;
      for (const [key, row] of table.entries()) {
        if (!same(copy.get(key), row)) return `L4, L6: ${table.name} ${key} differs`;
      }
    }
    return undefined;
  }
}

const told = (answer: Result<Applied, Refusal> | undefined): string =>
  answer === undefined ? '' : answer.ok ? answer.value.status : `${answer.refusal} ${answer.detail}`;

/** From now on the tables name what the next step writes. */
export function forget(tables: readonly Table<unknown>[]): void {
  for (const table of tables) if (!table.idle) table.drained();
}

/** A state as a node finds it on its disk: rows through bytes, in another order, indexes made again. */
export function restored(state: State): State {
  const copy = new State();
  const tables = copy.tables();
  const writer = new CborWriter();
  for (const [i, table] of state.tables().entries())
    for (const [key, row] of [...table.entries()].reverse())
      tables[i]?.restore(key, decodeRow(encodeRow(row, writer)));
  rebuildIndexes(copy);
  return copy;
}
