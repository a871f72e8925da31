/** One thread of a run: seeds first, first + step, … as many as are asked or as fit into the time. */
import { parentPort, workerData } from 'node:worker_threads';
import { emptyTally, type Failure, playSeed, shrink, story, type Tally } from './history.ts';

export interface Work {
  readonly first: number;
  readonly step: number;
  /** At most so many histories; and no new one after so many milliseconds. */
  readonly histories: number;
  readonly milliseconds: number;
  /** How long a failing history may be shrunk. */
  readonly shrinking: number;
  /** The auditor looks at every so manieth history. */
  readonly audited: number;
}
export interface Done {
  readonly tally: Tally;
  readonly failure?: { readonly seed: number; readonly fault: string; readonly story: string } | undefined;
}

/** Plays until something is wrong or the work is done. */
export function work({ first, step, histories, milliseconds, shrinking, audited }: Work): Done {
  const tally = emptyTally();
  const begun = performance.now();
  for (let i = 0; i < histories && performance.now() - begun < milliseconds; i++) {
    const failure: Failure | undefined = playSeed(first + i * step, tally, { audited });
    if (failure !== undefined)
      return {
        tally,
        failure: { seed: failure.seed, fault: failure.fault, story: story(shrink(failure, shrinking)) },
      };
  }
  return { tally };
}

if (parentPort !== null) parentPort.postMessage(work(workerData as Work));
