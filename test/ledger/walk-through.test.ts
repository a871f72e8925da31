/**
 * docs/walk-through.md as it stands: its commands are run one after the other against a node whose clock is moved where the page
 * says that time passes, and what a command prints is compared with the `# …` below it. Blocks marked `setup` are for people. The auditor
 * follows the node's chain over HTTP and has the same books after every command.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { runCli } from '../../ledger/cli.ts';
import { manualClock } from '../../ledger/clock.ts';
import { ChainAuditor } from '../auditor/chain.ts';
import { folder, get, nodeIn, START } from './fixtures.ts';

const PAGE = readFileSync(new URL('../../docs/walk-through.md', import.meta.url), 'utf8');

interface Described {
  readonly get?: { readonly responses: { 200: { content: { 'application/json': { schema: object } } } } };
}
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
  const chain = await ChainAuditor.at(url);
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
    expect(await chain.follow(), step.line).toBeUndefined();
    if (step.name !== undefined) names.set(step.name, out.join('\n'));
    if (step.prints === undefined) continue;
    expect({ line: step.line, prints: out.join('\n') }).toEqual({ line: step.line, prints: step.prints });
    compared++;
  }
  expect(chain.transactions).toBeGreaterThan(40);
  // The whole answer has the described form, and every element its figures.
  const Y = 512_640;
  const { body } = await get(url, `/v1/lots/${names.get('COMPUTER')}?from=${Y}&to=${2 * Y}`);
  const { body: api } = await get(url, '/openapi.json');
  const { get: described } = (api.paths as Record<string, Described>)['/v1/lots/{id}'] ?? {};
  const schema = described?.responses[200].content['application/json'].schema;
  expect(
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(body).error,
  ).toBeUndefined();
  const parts = body.parts as Record<string, unknown>[];
  const figures = parts.map((part) => [
    part.name,
    part.aggregated,
    part.deltaFrom,
    part.deltaTo,
    part.rho,
    part.k,
  ]);
  expect(figures).toHaveLength(12);
  for (const [name, minutes, years] of [
    ['Processor', 2500, 9],
    ['MainboardWithProcessor', 3140, 5],
    ['MainboardWithMemory', 1301, 8],
    ['CaseWithDrive', 602, 5],
    ['Board', 3841, 5],
    ['Computer', 4468, 5],
  ] as const)
    expect(figures).toContainEqual([
      name,
      `${minutes}000000`,
      (years - 1) * Y,
      (years - 2) * Y,
      `1/${years}`,
      2 * Y,
    ]);
  expect(compared).toBeGreaterThan(15);
  expect(statSync(join(home, 'factory.key')).mode & 0o777).toBe(0o600);
});
