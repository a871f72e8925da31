/** The list of attacks is complete and true: every attack has tests, and every test that it names is there. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rows = readFileSync(`${root}docs/attacks.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| attack'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('there are as many attacks as a card was thought of', () => {
  expect(rows.length).toBeGreaterThanOrEqual(16);
});

describe('the tests that docs/attacks.md names', () => {
  test.each(rows.map((cells) => [cells[1] as string, cells[3] as string] as const))('%s', (_, cited) => {
    let named = 0;
    for (const part of cited.split(/;\s*(?=`test)/)) {
      const path = /^`([^`]+)`/.exec(part)?.[1];
      expect(path, part).toBeDefined();
      const text = readFileSync(`${root}${path}`, 'utf8').replaceAll("\\'", "'");
      for (const [, name] of part.matchAll(/«([^»]+)»/g)) {
        named++;
        expect(text.includes(name as string), `${path}: ${name}`).toBe(true);
      }
    }
    expect(named).toBeGreaterThan(0);
  });
});
