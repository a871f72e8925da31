/** L1 to L7 over a few random histories in this thread: for a quick look, and for mutation testing, which needs the thread. */
import { expect, test } from 'vitest';
import { emptyTally, playSeed, story } from './history.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => 1_000_001 + i);

test.each(SEEDS)('seed %i: L1 to L7 hold', (seed) => {
  const failure = playSeed(seed, emptyTally());
  if (failure !== undefined) expect.fail(`${failure.fault}\n${story(failure.steps)}`);
});
