/**
 * docs/walk-through.md as it stands: its commands are run one after the other against a node whose clock is moved where the page
 * says that time passes, and what a command prints is compared with the `# …` below it. Blocks marked `setup` are for people.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../../ledger/cli.ts';
import { manualClock } from '../../ledger/clock.ts';
import { folder, nodeIn, START } from './fixtures.ts';

const PAGE = readFileSync(new URL('../../docs/walk-through.md', import.meta.url), 'utf8');

type Step =
  | { readonly does: 'wait'; readonly minutes: number }
  | { readonly does: 'run'; readonly line: string; readonly name?: string; readonly prints?: string };

/** What the page does, in order. A line that is none of this throws: nothing on the page goes untested. */
function steps(page: string): Step[] {
  const out: Step[] = [];
  let inside = false;
  for (const line of page.split('\n')) {
    const wait = /^<!-- time passes: (\d+) minutes -->$/.exec(line);
    if (wait !== null) out.push({ does: 'wait', minutes: Number(wait[1]) });
    if (line.startsWith('```')) inside = line === '```sh';
    else if (inside && line.startsWith('# ')) {
      const last = out.at(-1);
      if (last?.does !== 'run') throw new Error(`nothing printed: ${line}`);
      out[out.length - 1] = { ...last, prints: line.slice(2) };
    } else if (inside) {
      const found = /^(?:([A-Z_]+)=\$\()?timecard ledger (.+?)(\))?$/.exec(line);
      if (found === null || (found[1] === undefined) !== (found[3] === undefined))
        throw new Error(`not understood: ${line}`);
      const [, name, words = ''] = found;
      out.push({ does: 'run', line: words, ...(name !== undefined && { name }) });
    }
  }
  return out;
}

test('the walk-through: every command is accepted and prints what the page says', {
  timeout: 120_000,
}, async () => {
  const clock = manualClock(START);
  const { url } = await nodeIn(folder(), clock);
  const home = folder();
  const names = new Map<string, string>();
  let compared = 0;
  for (const step of steps(PAGE)) {
    if (step.does === 'wait') {
      clock.set(clock.now() + 60 * step.minutes);
      continue;
    }
    const words = step.line
      .replace(/\$([A-Z_]+)/g, (_, name: string) => names.get(name) ?? `no $${name}`)
      .replace(/\b[a-z]+\.key\b/g, (file) => join(home, file))
      .split(' ');
    const out: string[] = [];
    const err: string[] = [];
    const code = await runCli(words, {
      env: { TIMECARD_LEDGER: url },
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      stop: new AbortController().signal,
    });
    expect({ line: step.line, code, err }).toEqual({ line: step.line, code: 0, err: [] });
    if (step.name !== undefined) names.set(step.name, out.join('\n'));
    if (step.prints === undefined) continue;
    expect({ line: step.line, prints: out.join('\n') }).toEqual({ line: step.line, prints: step.prints });
    compared++;
  }
  expect(compared).toBeGreaterThan(15);
  expect(statSync(join(home, 'factory.key')).mode & 0o777).toBe(0o600);
});
