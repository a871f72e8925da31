/**
 * The long run: `npm run test:tearing -- --full` cuts every write at every cell; `--pairs 20000 --seed 1` plays two tears in a row;
 * `--scenario SPEND` looks at some commands alone. Without arguments: what the tests do, a little longer. Prints a table, or one line
 * of JSON with `--json`; exit code 1 when a minute is missing or anything else is wrong.
 */
import { parseArgs } from 'node:util';
import { makeCouponOffice, makeWorld } from '../firmware/terminal.ts';
import { newReport, type Place, tearScenario, tearTwice } from './campaign.ts';
import { makeTown } from './people.ts';
import { makeStarts, SCENARIOS } from './scenarios.ts';

/** A town with an empty card and the moments from which cases begin. */
export function makePlace(): Place {
  const town = makeTown(makeWorld(0, makeCouponOffice()));
  return { town, starts: makeStarts(town) };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      pairs: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  const begun = performance.now();
  const place = makePlace();
  const report = newReport();
  const chosen = SCENARIOS.filter(({ name }) => name.includes(values.scenario));
  for (const scenario of chosen) {
    const before = { points: report.points, runs: report.runs, at: performance.now() };
    tearScenario(place, scenario, report, { every: values.full, drainEvery: 10 });
    if (!values.json)
      console.log(
        `${scenario.name.padEnd(50)} ${String(report.writes[scenario.name]).padStart(3)} writes ${String(
          report.points - before.points,
        ).padStart(
          6,
        )} cuts ${String(report.runs - before.runs).padStart(7)} runs ${((performance.now() - before.at) / 1000).toFixed(1).padStart(7)} s`,
      );
  }
  const single = { points: report.points, runs: report.runs };
  const pairs = Number(values.pairs);
  for (let i = 0; i < pairs; i++) tearTwice(place, chosen, Number(values.seed) + i, report);
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  const { minutesLost, minutesDoubled, violations, drained } = report;
  if (values.json)
    console.log(
      JSON.stringify({
        ok: violations.length === 0,
        ...single,
        pairs,
        drained,
        minutesLost,
        minutesDoubled,
        violations,
        seconds,
      }),
    );
  else {
    console.log(
      `${single.points} tear points, ${single.runs} runs; ${pairs} stories of several tears; ${drained} cards emptied; ${seconds} s`,
    );
    console.log(
      `minutes lost: ${minutesLost}, doubled: ${minutesDoubled}, other violations: ${violations.length}`,
    );
    for (const one of violations.slice(0, 10)) console.log(JSON.stringify(one));
  }
  if (violations.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
