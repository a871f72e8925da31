/** The auditor is written apart from the rules: it imports nothing of them, not even in passing. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What the auditor may take from the project: the codec, types, bytes, the pack's table. */
const ALLOWED = [
  '../../src/bytes.ts',
  '../../src/economy/parameters.ts',
  '../../src/economy/transaction.ts',
  '../../src/economy/wire.ts',
  '../../src/limits.ts',
];
/** Those that hold the auditor against something. */
const BESIDE = ['compare.ts', 'chain.ts'];

const foreign = (text: string): string[] =>
  [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)]
    .map(([, path = '']) => path)
    .filter((path) => !/^\.\/[a-z-]+\.ts$/.test(path) && !ALLOWED.includes(path));

test('no file of the auditor imports a rule, a state, an event or an index', () => {
  const files = readdirSync(import.meta.dirname).filter(
    (file) => !file.endsWith('.test.ts') && !BESIDE.includes(file),
  );
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    expect(foreign(text), file).toEqual([]);
    for (const beside of BESIDE) expect(text, file).not.toContain(`./${beside}`);
  }
  expect(foreign("import { floorDiv } from '../../src/units/micro-minutes.ts';")).toHaveLength(1);
});
