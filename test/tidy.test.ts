/** The house rules over the whole project. A breach prints the rule's reason. What the rules are made of: `test/house/`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RULES } from './house/rules.ts';
import { readTree, type SourceFile } from './house/tree.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const tree: SourceFile[] = [
  ...readTree(root),
  { path: 'package-lock.json', text: readFileSync(`${root}package-lock.json`, 'utf8') },
  ...pictures(),
];

/** Pictures by name alone, for the links that lead to them. */
function pictures(): SourceFile[] {
  if (!existsSync(`${root}docs`)) return [];
  return readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(png|svg|jpg)$/.test(name))
    .map((name) => ({ path: `docs/${name}:picture`, text: '' }));
}

test('the whole project is looked at', () => {
  for (const folder of [
    'src',
    'crypto',
    'ledger',
    'main',
    'renderer',
    'explorer',
    'firmware-sim',
    'scripts',
    'test',
    'docs',
  ])
    expect(tree.some((file) => file.path.startsWith(`${folder}/`))).toBe(true);
});

test.each(RULES)('$name', (rule) => {
  const breaches = rule.check(tree);
  if (breaches.length > 0) expect.fail(`${rule.why}\n  ${breaches.join('\n  ')}`);
});
