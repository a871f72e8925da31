/**
 * One runner for all fuzzers: `npm run fuzz -- --target card --seconds 600 --seed 7`. Targets: card, door, api, decoders; all of them one
 * after the other without `--target`. Prints what was tried; a finding prints its seed and step, exit code 1.
 */
import { parseArgs } from 'node:util';
import { fuzzApi } from './api.ts';
import { fuzzCard } from './card.ts';
import { Finding, type Run, type Tally } from './chance.ts';
import { fuzzDecoders } from './decoders.ts';
import { fuzzDoor } from './door.ts';

export const TARGETS: Readonly<Record<string, (run: Run) => Promise<Tally>>> = {
  card: fuzzCard,
  door: fuzzDoor,
  api: fuzzApi,
  decoders: fuzzDecoders,
};

/** Fuzzes one target for so many seconds, counted from its first step. */
export function fuzz(target: string, seconds: number, seed: number): Promise<Tally> {
  const run = TARGETS[target];
  if (run === undefined) throw new Error(`targets: ${Object.keys(TARGETS).join(', ')}`);
  let end: number | undefined;
  const more = (): boolean => {
    end ??= performance.now() + 1_000 * seconds;
    return performance.now() < end;
  };
  return run({ seed, more });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string' },
    },
  });
  for (const target of values.target === undefined ? Object.keys(TARGETS) : [values.target])
    try {
      const tally = await fuzz(target, Number(values.seconds), Number(values.seed));
      console.log(`${target}, seed ${values.seed}, ${values.seconds} s: ${JSON.stringify(tally)}`);
    } catch (cause) {
      if (!(cause instanceof Finding)) throw cause;
      console.log(cause.message);
      process.exitCode = 1;
    }
}

if (import.meta.main) await main();
