/** Plays a history on a state of its own: blocks begin, envelopes arrive, signatures are taken as made. */
import { type Applied, applyTransaction, type Block, beginBlock } from '../../src/economy/apply.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { genesisState } from '../../src/economy/genesis.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import type { Refusal } from '../../src/economy/refusals.ts';
import type { State } from '../../src/economy/state.ts';
import type { Envelope } from '../../src/economy/transaction.ts';
import type { Result } from '../../src/result.ts';
import { paperCrypto } from './paper-crypto.ts';

export const CHAIN = 'test-chain';
export const BEGIN = Date.parse('2026-11-22T12:00:00Z') / 1000;
export const PARAMETERS = { ...DEFAULT_PARAMETERS, voteAbove: 4_000_000_000n, grace: 40 * 86_400 };

/** So many blocks begin, the last at `time`; or an envelope arrives. */
export type Step = { readonly time: number; readonly blocks: number } | { readonly envelope: Envelope };

export class Player {
  readonly state: State;
  block: Block;
  /** What the last step told. */
  events: readonly LedgerEvent[] = [];

  /** From genesis, or on from a state and the block it is in. */
  constructor(state?: State, block?: Block) {
    this.state = state ?? genesisState({ chain: CHAIN, time: BEGIN, parameters: PARAMETERS });
    const none = { crypto: paperCrypto, parameters: PARAMETERS, chain: CHAIN, height: 0, time: 0 };
    this.block = { ...(block ?? none), state: this.state };
  }

  play(step: Step): Result<Applied, Refusal> | undefined {
    if ('envelope' in step) {
      const applied = applyTransaction(this.block, step.envelope, { skipSignatures: true });
      this.events = applied.ok ? applied.value.events : [];
      return applied;
    }
    const told: LedgerEvent[] = [];
    for (let i = 0; i < step.blocks; i++) {
      const { block, events } = beginBlock(this.block, step.time);
      this.block = block;
      if (events.length > 0) told.push(...events);
    }
    this.events = told;
    return undefined;
  }
}
