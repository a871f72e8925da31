/**
 * The first state. Everything the chain began with stands in the table `meta`, so that the state hash covers it and a
 * restored node needs no other file: chain id, time, parameters, the last block's height and time.
 */
import type { LedgerEvent } from './events.ts';
import type { Genesis, Parameters } from './parameters.ts';
import { State } from './state.ts';

/** Height 0: no collective, no goods. */
export function genesisState(genesis: Genesis): State {
  if (!/^[a-z0-9-]{4,32}$/.test(genesis.chain)) throw new Error('chain id');
  const state = new State();
  state.meta.set('chain', genesis.chain);
  state.meta.set('genesis_time', String(genesis.time));
  state.meta.set('height', '0');
  state.meta.set('time', String(genesis.time));
  for (const [name, value] of Object.entries(written(genesis.parameters)))
    state.meta.set(`parameter/${name}`, String(value));
  return state;
}

/** What the first block tells. */
export function genesisEvent(genesis: Genesis): LedgerEvent {
  return { kind: 'genesis', chain: genesis.chain, parameters: written(genesis.parameters) };
}

/** The genesis that a state was made from; of a state that was restored from a node's own disk. */
export function genesisOf(state: State): Genesis {
  const read = (name: string): string => {
    const value = state.meta.get(name);
    if (value === undefined) throw new Error(`state without ${name}`);
    return value;
  };
  const number = (name: string) => Number(read(`parameter/${name}`));
  const share = (name: string) => {
    const [num, den] = read(`parameter/${name}`).split('/');
    return { num: BigInt(num ?? ''), den: BigInt(den ?? '') };
  };
  return {
    chain: read('chain'),
    time: Number(read('genesis_time')),
    parameters: {
      k: number('k'),
      holdMax: number('holdMax'),
      offlineMax: number('offlineMax'),
      limit: share('limit'),
      maxRate: share('maxRate'),
      reverseDays: number('reverseDays'),
      voteAbove: BigInt(read('parameter/voteAbove')),
      beyondMax: number('beyondMax'),
      grace: number('grace'),
    },
  };
}

/** Shares as `1/10`, values as decimal text. */
function written(parameters: Parameters): Record<string, string | number> {
  const { limit, maxRate, voteAbove, ...rest } = parameters;
  return {
    ...rest,
    limit: `${limit.num}/${limit.den}`,
    maxRate: `${maxRate.num}/${maxRate.den}`,
    voteAbove: voteAbove.toString(),
  };
}
