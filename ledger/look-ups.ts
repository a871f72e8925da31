/**
 * Look-ups that only queries need: which workloads a wallet has, which lots an owner, which types an outlet's stock, which
 * loads wait for a keyset's office, which a wallet made, which refreshes a keyset has. Kept up from the rows that each block touched; the rules know nothing of them.
 * Not here: look-ups that rules use (Indexes in src/economy/state.ts).
 */
import { owedFor } from '../src/economy/owed.ts';
import type { State } from '../src/economy/state.ts';
import type { Id, Key } from '../src/economy/transaction.ts';

/** Keys of one table by group, a key being in one group at most; in order of arrival. */
class Groups {
  readonly #members = new Map<string, Set<string>>();
  readonly #group = new Map<string, string>();

  /** Puts a key into a group, out of the one it was in; undefined takes it out. */
  put(key: string, group: string | undefined): void {
    const before = this.#group.get(key);
    if (before === group) return;
    if (before !== undefined) {
      const left = this.#members.get(before);
      left?.delete(key);
      if (left?.size === 0) this.#members.delete(before);
      this.#group.delete(key);
    }
    if (group === undefined) return;
    this.#group.set(key, group);
    const members = this.#members.get(group);
    if (members === undefined) this.#members.set(group, new Set([key]));
    else members.add(key);
  }

  of(group: string): readonly string[] {
    return [...(this.#members.get(group) ?? [])];
  }
}

const FOLLOWED: ReadonlySet<string> = new Set([
  'workloads',
  'lots',
  'stock',
  'loads',
  'refreshes',
  'take_backs',
]);

export class LookUps {
  readonly #workloads = new Groups();
  readonly #lots = new Groups();
  readonly #stock = new Groups();
  readonly #openLoads = new Groups();
  readonly #walletLoads = new Groups();
  /** Keyset → its refreshes in order of arrival; none ever goes. */
  readonly #refreshes = new Map<Id, Id[]>();
  readonly #known = new Set<Id>();

  workloadsOf(wallet: Key): readonly Id[] {
    return this.#workloads.of(wallet);
  }
  lotsOf(owner: Id): readonly Id[] {
    return this.#lots.of(owner);
  }
  /** Keys of the table `stock`. */
  stockOf(outlet: Id): readonly string[] {
    return this.#stock.of(outlet);
  }
  /** Loads, refreshes and take backs that are not issued, cancelled or void. */
  openLoadsOf(keyset: Id): readonly Id[] {
    return this.#openLoads.of(keyset);
  }

  /** Whether rows of this table matter here. */
  follows(table: string): boolean {
    return FOLLOWED.has(table);
  }

  /** Loads that a wallet signed. */
  loadsOf(wallet: Key): readonly Id[] {
    return this.#walletLoads.of(wallet);
  }
  /** Refreshes into a keyset. */
  refreshesOf(keyset: Id): readonly Id[] {
    return this.#refreshes.get(keyset) ?? [];
  }

  /** A row was written or deleted. */
  touched(state: State, table: string, key: string): void {
    if (table === 'workloads') this.#workloads.put(key, state.workloads.get(key)?.wallet);
    else if (table === 'lots') this.#lots.put(key, state.lots.get(key)?.owner);
    else if (table === 'stock')
      this.#stock.put(key, state.stock.has(key) ? key.slice(0, key.indexOf('/')) : undefined);
    else if (table === 'loads' || table === 'refreshes' || table === 'take_backs') {
      const owed = owedFor(state, key);
      if (owed?.as === 'load') this.#walletLoads.put(key, owed.row.wallet);
      if (owed?.as === 'refresh' && !this.#known.has(key)) {
        this.#known.add(key);
        const { keyset } = owed.row;
        const those = this.#refreshes.get(keyset);
        if (those === undefined) this.#refreshes.set(keyset, [key]);
        else those.push(key);
      }
      this.#openLoads.put(key, owed?.state === 'open' ? owed.row.keyset : undefined);
    }
  }
}
