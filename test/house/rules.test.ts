/** Every house rule must be able to say no: a counter-example and a good neighbour each, on made-up projects of a few lines. */
import { describe, expect, test } from 'vitest';
import { forbiddenImports } from './imports.ts';
import { RULES, UNDOCUMENTED } from './rules.ts';
import { bare, codeLines, importsOf, type SourceFile } from './tree.ts';

const rule = (words: string): ((...files: [string, string][]) => string[]) => {
  const found = RULES.find((r) => r.name.includes(words));
  if (found === undefined) throw new Error(`no rule «${words}»`);
  return (...files) => found.check(files.map(([path, text]): SourceFile => ({ path, text })));
};

describe('the scanner', () => {
  test('blanks comments and strings, and keeps lines and code', () => {
    const text = "a('Date'); // Date\n/* Date\n */ b(/'Date/g, \"x\"); c = 4 / 2; d('it''s');\n";
    const out = bare(text);
    expect(out).not.toContain('Date');
    expect(out.split('\n')).toHaveLength(text.split('\n').length);
    expect(out).toContain('c = 4 / 2; d(');
  });

  test('a quote inside a regular expression or a template does not swallow the code after it', () => {
    expect(bare("x.replace(/[']/g, ''); Date.now()")).toContain('Date.now()');
    expect(bare("const t = `it's`; Date.now()")).toContain('Date.now()');
    expect(bare("'escaped \\' quote'; Date.now()")).toContain('Date.now()');
  });

  test('finds imports of every form, also over several lines, and none in comments', () => {
    const text = [
      "import a from './a.ts';",
      "import type { B } from 'b';",
      'import {',
      '  c,',
      "} from '../c.ts';",
      "export * from './d.ts';",
      "import './e.css';",
      "const f = await import('f');",
      "// import g from 'g';",
    ].join('\n');
    expect(importsOf({ path: 'x.ts', text }).map((i) => i.from)).toEqual([
      './a.ts',
      'b',
      '../c.ts',
      './d.ts',
      './e.css',
      'f',
    ]);
  });

  test('counts lines of code, not of comment', () => {
    expect(codeLines('/**\n * why\n */\n\na();\n// b\nc();\n')).toBe(2);
  });
});

describe('the import table', () => {
  const from = (path: string, target: string): string[] =>
    forbiddenImports([{ path, text: `import { x } from '${target}';` }]);
  test.each([
    ['main/sale.ts', '../ledger/engine.ts'],
    ['ledger/api.ts', '../main/main.ts'],
    ['renderer/app.tsx', '../main/main.ts'],
    ['explorer/app.tsx', '../renderer/format.ts'],
    ['explorer/app.tsx', '../src/economy/state.ts'],
    ['renderer/pay/button.tsx', '../../crypto/node.ts'],
    ['main/main.ts', '../renderer/app.tsx'],
    ['firmware-sim/card.ts', '../src/card/tlv.ts'],
    ['firmware-sim/card.ts', '../main/main.ts'],
    ['src/bytes.ts', '../crypto/node.ts'],
    ['src/bytes.ts', 'node:crypto'],
    ['src/bytes.ts', 'cborg'],
    ['src/bytes.ts', 'react'],
    ['crypto/noble.ts', 'node:fs'],
    ['renderer/app.tsx', 'node:fs'],
    ['main/sale.ts', 'pcsc-mini'],
    ['main/sale.ts', '../demo/start.ts'],
    ['ledger/engine.ts', '../test/world.ts'],
  ])('%s may not import %s', (path, target) => {
    expect(from(path, target)).toHaveLength(1);
  });
  test.each([
    ['main/sale.ts', '../src/sale/sale.ts'],
    ['main/sale.ts', './journal.ts'],
    ['main/pcsc-session.ts', 'pcsc-mini'],
    ['ledger/engine.ts', 'node:fs'],
    ['renderer/app.tsx', 'react-dom/client'],
    ['crypto/noble.ts', '@noble/hashes/sha2.js'],
    ['firmware-sim/card.ts', '../src/limits.ts'],
    ['firmware-sim/load.ts', '../src/coupons/keyset.ts'],
    ['src/till-api.ts', 'zod'],
    ['demo/start.ts', '../main/main.ts'],
    ['test/world.test.ts', '../ledger/engine.ts'],
  ])('%s may import %s', (path, target) => {
    expect(from(path, target)).toEqual([]);
  });
});

describe('each rule breaks on its counter-example and lets the neighbour pass', () => {
  const breaks = (words: string, bad: [string, string], good: [string, string]): void => {
    expect(rule(words)(bad), `${words}: ${bad[1]}`).not.toEqual([]);
    expect(rule(words)(good), `${words}: ${good[1]}`).toEqual([]);
  };

  test.each([
    ['const t = Date.now();', '// the Date of a day'],
    ['const t = new Date(5);', "const t = 'Date';"],
    ['performance.now();', 'const performed = 1;'],
    ['setTimeout(f, 1);', 'const timeout = 1;'],
    ['const r = Math.random();', 'const r = Math.floor(2);'],
    ['let count = 0;', 'const f = () => {\n  let count = 0;\n};'],
    ['export let count = 0;', 'export const count = 0;'],
  ])('src: %s', (bad, good) => breaks('no clock, no chance', ['src/a.ts', bad], ['src/a.ts', good]));

  test('the wall clock', () => {
    breaks('only the clock files', ['main/a.ts', 'f(Date.now());'], ['main/clock.ts', 'f(Date.now());']);
    breaks(
      'only the clock files',
      ['ledger/a.ts', 'f(new Date());'],
      ['ledger/a.ts', 'f(new Date(seconds * 1000));'],
    );
    expect(rule('every named clock file')(['main/clock.ts', 'Date.now()'])).toEqual(['ledger/clock.ts']);
  });

  test('chance and state', () => {
    breaks('Math.random', ['demo/a.ts', 'f(Math.random());'], ['demo/a.ts', 'f(random());']);
    breaks('top of a module', ['main/a.ts', 'let x = 1;'], ['demo/a.ts', 'let x = 1;']);
  });

  test('sizes and openings', () => {
    const lines = (n: number): string => `/** why */\n${'a();\n'.repeat(n)}`;
    breaks('one sitting', ['main/a.ts', lines(501)], ['main/a.ts', lines(500)]);
    breaks('opens by saying', ['main/a.ts', 'a();'], ['main/a.ts', '/** Does a. */\na();']);
  });

  test.each([
    ['// TODO: later', '// what is to do is done'],
    ['// @ts-ignore', '// types are checked'],
    ["test.skip('x', f);", "test('x', f);"],
    ["it.only('x', f);", "it('only x', f);"],
    ["test.concurrent.skip('x', f);", "test.concurrent('x', f);"],
    ["test.skipIf(true)('x', f);", "test.each(ALL)('x', f);"],
    ["test.each([])('%s', f);", "test.each([1])('%s', f);"],
  ])('nothing hidden: %s', (bad, good) =>
    breaks('nothing is left for later', ['test/a.test.ts', bad], ['test/a.test.ts', good]),
  );

  test('the Electron suite alone may be left out', () => {
    expect(rule('nothing is left')(['test/electron/a.test.ts', "test.skipIf(true)('x', f);"])).toEqual([]);
    expect(rule('nothing is left')(['test/electron/a.test.ts', "test.skip('x', f);"])).not.toEqual([]);
  });

  test.each([
    ['see /home/anna/x', 'see docs/home/anna'],
    ['see ../shared/paper', 'see ../src/shared'],
    ['done in issue #3', 'an issue and 3 others'],
    ['https://registry.npmjs.org/x', 'https://www.rfc-editor.org/rfc/rfc9474'],
  ])('no traces: %s', (bad, good) => breaks('no traces', ['docs/a.md', bad], ['docs/a.md', good]));

  test('links', () => {
    const links = rule('no dead links');
    const b: [string, string] = ['docs/b.md', '# The way\n'];
    expect(
      links(['README.md', '[b](docs/b.md) [w](docs/b.md#the-way) [d](docs/) [x](https://x.org)'], b),
    ).toEqual([]);
    expect(links(['README.md', '[b](docs/c.md)'], b)).toHaveLength(1);
    expect(links(['README.md', '[b](docs/b.md#the-end)'], b)).toHaveLength(1);
    expect(links(['docs/a.md', '![p](screens/p.png)'], ['docs/screens/p.png:picture', ''])).toEqual([]);
    expect(links(['docs/a.md', '![p](screens/q.png)'], ['docs/screens/p.png:picture', ''])).toHaveLength(1);
  });

  test('the menu', () => {
    const menu = (line: string): string[] =>
      rule('every script')(
        ['package.json', JSON.stringify({ scripts: { a: line } })],
        ['demo/a.ts', ''],
        ['src/tsconfig.json', '{}'],
      );
    expect(menu('node demo/a.ts && tsc -p src/tsconfig.json && node node_modules/x/y.js')).toEqual([]);
    expect(menu('node demo/b.ts')).toEqual(['a: demo/b.ts']);
  });

  test('dependencies', () => {
    const check = (version: string, page: string, code: string): string[] =>
      rule('every dependency')(
        ['package.json', JSON.stringify({ dependencies: { ws: version } })],
        ['docs/dependencies.md', page],
        ['main/a.ts', code],
      );
    expect(check('8.23.0', '| `ws` | why |', "import { WebSocket } from 'ws';")).toEqual([]);
    expect(check('^8.23.0', '| `ws` | why |', "import 'ws';")).toHaveLength(1);
    expect(check('8.23.0', '', "import 'ws';")).toHaveLength(1);
    expect(check('8.23.0', '| `ws` | why |\n| `wx` | why |', "import 'ws';")).toHaveLength(1);
    expect(check('8.23.0', '| `ws` | why |', '')).toHaveLength(1);
  });

  test('the lockfile', () => {
    const check = (packages: object): string[] =>
      rule('the lockfile')(['package-lock.json', JSON.stringify({ packages })]);
    const a = { 'node_modules/a': { optionalDependencies: { 'a-linux-x64': '1.0.0' } } };
    expect(check(a)).toHaveLength(1);
    expect(check({ ...a, 'node_modules/a-linux-x64': { version: '1.0.0' } })).toEqual([]);
    expect(check({ 'node_modules/a': { resolved: 'https://somewhere/a.tgz' } })).toHaveLength(1);
  });

  test('the ratchet of comments', () => {
    const many = (n: number): [string, string] => ['src/a.ts', 'export function f() {}\n'.repeat(n)];
    expect(rule('exported functions')(many(UNDOCUMENTED))).toEqual([]);
    expect(rule('exported functions')(many(UNDOCUMENTED + 1))).not.toEqual([]);
    expect(rule('exported functions')(['src/a.ts', '/** Does. */\nexport function f() {}\n'])).toEqual([]);
  });
});
