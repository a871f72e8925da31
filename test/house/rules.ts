/**
 * The house rules that a machine can keep. Each is a name, a reason, and a function from the project's files to sentences about
 * what breaks it; no sentence, no breach. STYLE.md has the rules that only people can keep.
 */
import { posix } from 'node:path';
import { type Lockfile, missingOptionalPackages } from '../../scripts/complete-lockfile.ts';
import { forbiddenImports } from './imports.ts';
import { bare, codeLines, importsOf, isCode, matches, type SourceFile } from './tree.ts';

export interface Rule {
  readonly name: string;
  readonly why: string;
  check(tree: readonly SourceFile[]): string[];
}

const PROCESS_FOLDERS = [
  'crypto/',
  'ledger/',
  'main/',
  'widgets/',
  'renderer/',
  'explorer/',
  'firmware-sim/',
];
const inFolder = (file: SourceFile, folders: readonly string[]): boolean =>
  folders.some((f) => file.path.startsWith(f));
const codeIn = (tree: readonly SourceFile[], folders: readonly string[]): SourceFile[] =>
  tree.filter((file) => isCode(file.path) && inFolder(file, folders));
const read = (tree: readonly SourceFile[], path: string): string =>
  tree.find((f) => f.path === path)?.text ?? '';

/** The rules themselves and their counter-examples name what they forbid. */
const SPEAKS_OF_RULES = /^(test\/tidy\.test\.ts|test\/house\/|STYLE\.md|docs\/dependencies\.md)/;

/** The only files that read the wall clock; everybody else is told the time. `new Date(t)` of a given time is no clock. */
export const CLOCKS = ['main/clock.ts', 'ledger/clock.ts'];
const CODE_LINES = 500;

interface PackageJson {
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
const packageJson = (tree: readonly SourceFile[]): PackageJson =>
  JSON.parse(read(tree, 'package.json') || '{}') as PackageJson;
const allDependencies = (p: PackageJson): [string, string][] =>
  Object.entries({ ...p.dependencies, ...p.devDependencies, ...p.optionalDependencies });

export const RULES: readonly Rule[] = [
  {
    name: 'the import table holds',
    why: 'Process folders meet through bytes, rows, messages and the door; an import across is a second door that nobody watches.',
    check: forbiddenImports,
  },
  {
    name: 'src/ has no clock, no chance and no state of its own',
    why: 'Every node and every replay must compute the same; the compiler cannot see these, they are in its own library.',
    check: (tree) =>
      codeIn(tree, ['src/']).flatMap((file) => [
        ...matches(
          file,
          bare(file.text),
          /\b(Date\b|performance\b|Math\.random|setTimeout|setInterval|setImmediate)/g,
        ),
        ...matches(file, bare(file.text), /^(export\s+)?(let|var)\s+\w+/gm),
      ]),
  },
  {
    name: 'only the clock files read the wall clock',
    why: 'A time that is handed in can be tested, replayed and argued about; a time that is fetched cannot.',
    check: (tree) =>
      codeIn(tree, PROCESS_FOLDERS)
        .filter((file) => !CLOCKS.includes(file.path))
        .flatMap((file) => matches(file, bare(file.text), /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)/g)),
  },
  {
    name: 'every named clock file exists and reads the clock',
    why: 'A list that names what is gone hides what has come.',
    check: (tree) => CLOCKS.filter((path) => !read(tree, path).includes('Date.now')),
  },
  {
    name: 'no chance by Math.random',
    why: 'Ids, order and keys come from the system; games with chance (demo, tests) come from a seed that a failure can print.',
    check: (tree) =>
      tree
        .filter((f) => isCode(f.path))
        .flatMap((file) => matches(file, bare(file.text), /\bMath\.random\b/g)),
  },
  {
    name: 'no state at the top of a module',
    why: 'Two terminals in one process (as the tests have) must not meet in a variable.',
    check: (tree) =>
      codeIn(tree, PROCESS_FOLDERS)
        .filter((file) => !ENTRY_SCRIPTS.includes(file.path))
        .flatMap((file) => matches(file, bare(file.text), /^(export\s+)?(let|var)\s+\w+/gm)),
  },
  {
    name: 'a file is read in one sitting',
    why: `Above ${CODE_LINES} lines of code a file has a second subject.`,
    check: (tree) =>
      tree
        .filter((file) => isCode(file.path) && codeLines(file.text) > CODE_LINES)
        .map((file) => `${file.path}: ${codeLines(file.text)} lines of code`),
  },
  {
    name: 'a file opens by saying what it is for',
    why: 'Purpose, standard and what it does not do: whoever opens it should not have to infer them.',
    check: (tree) =>
      codeIn(tree, ['src/', ...PROCESS_FOLDERS, 'demo/', 'bench/', 'scripts/'])
        .filter((file) => !/^(#!.*\n)?\s*(\/\*|\/\/)/.test(file.text))
        .map((file) => file.path),
  },
  {
    name: 'nothing is left for later and nothing is hidden from the run',
    why: 'A promise in a comment is kept by nobody, and a test that is left out is believed to pass.',
    check: (tree) =>
      tree
        .filter(
          (file) =>
            (isCode(file.path) || /\.(css|html|sql)$/.test(file.path)) && !SPEAKS_OF_RULES.test(file.path),
        )
        .flatMap((file) => [
          ...matches(file, file.text, /\b(TODO|FIXME|XXX|HACK)\b/g),
          ...matches(file, file.text, /@ts-(ignore|nocheck|expect-error)/g),
          ...matches(
            file,
            bare(file.text),
            /\b(describe|test|it|suite)(\.\w+)*\.(skip|only|todo|fails)\b|\b(xit|xdescribe|fit|fdescribe)\(|\.(each|for)\(\[\]\)/g,
          ),
          ...(file.path.startsWith('test/electron/')
            ? []
            : matches(file, bare(file.text), /\b(describe|test|it)\.(skipIf|runIf)\b|\bcontext\.skip\(/g)),
        ]),
  },
  {
    name: 'no traces of one machine or one workplace',
    why: 'A clone elsewhere has neither these paths nor these servers.',
    check: (tree) =>
      tree
        .filter((file) => !SPEAKS_OF_RULES.test(file.path))
        .flatMap((file) =>
          matches(
            file,
            file.text,
            /(?<![\w.])\/(work|root|home)\/\w+|\.\.\/shared\b|registry\.npmjs|deb\.debian\.org|pypi\.org|crates\.io|\bissue #\d+\b/gi,
          ),
        ),
  },
  {
    name: 'no dead links in the documents',
    why: 'A map with a road that ends nowhere is worse than no map.',
    check: deadLinks,
  },
  {
    name: 'every script of the menu leads somewhere',
    why: "package.json's scripts are the menu; a dish that is not in the kitchen should not be on it.",
    check: (tree) =>
      Object.entries(packageJson(tree).scripts ?? {}).flatMap(([name, line]) =>
        [
          ...line.matchAll(
            /(?<![\w/.-])((?!node_modules)[\w-]+\/[\w./-]+\.(?:ts|js|json)(?!\w)|[\w.-]+\.config\.ts)/g,
          ),
        ]
          .map((m) => m[1] as string)
          .filter((path) => !tree.some((file) => file.path === path))
          .map((path) => `${name}: ${path}`),
      ),
  },
  {
    name: 'every dependency is pinned, explained and used',
    why: 'What is not pinned changes by itself; what is not explained is kept for ever; what is not used is a risk for nothing.',
    check: dependencies,
  },
  {
    name: 'the lockfile is complete and names no server',
    why: "`npm ci` refuses a lockfile that lacks other platforms' packages, and an address binds every clone to one registry. Run `npm run lockfile`.",
    check: (tree) => {
      const lock = JSON.parse(read(tree, 'package-lock.json') || '{"packages":{}}') as Lockfile;
      return [
        ...missingOptionalPackages(lock).map((m) => `${m.name}@${m.version} (wanted by ${m.wantedBy})`),
        ...Object.entries(lock.packages)
          .filter(([, e]) => /^https?:/.test(e.resolved ?? ''))
          .map(([path]) => path),
      ];
    },
  },
  {
    name: "src/'s exported functions say what they take and refuse",
    why: `Units, shapes, refusals and the source of a rule stand at the function. The number without may only fall.`,
    check: (tree) => {
      const bad = undocumented(tree);
      return bad.length <= UNDOCUMENTED
        ? []
        : [`${bad.length} without a comment, at most ${UNDOCUMENTED}:`, ...bad];
    },
  },
];

/** Programmes, run once a process. */
const ENTRY_SCRIPTS = [
  'firmware-sim/pcscd-keeper.ts',
  'firmware-sim/cli.ts',
  'ledger/cli.ts',
  'main/serve.ts',
  'main/electron.ts',
];

/** The ratchet: exported functions of src/ without a doc comment. Lower it when the number falls. */
export const UNDOCUMENTED = 16;

export function undocumented(tree: readonly SourceFile[]): string[] {
  return codeIn(tree, ['src/']).flatMap((file) =>
    [...file.text.matchAll(/^export (?:async )?function (\w+)/gm)]
      .filter((m) => !/\*\/\s*$/.test(file.text.slice(0, m.index)))
      .map((m) => `${file.path}: ${m[1]}`),
  );
}

function deadLinks(tree: readonly SourceFile[]): string[] {
  const paths = new Set(tree.map((file) => file.path));
  const anchors = (path: string): string[] =>
    [...read(tree, path).matchAll(/^#+\s+(.*)$/gm)].map((m) =>
      (m[1] as string)
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    );
  const bad: string[] = [];
  for (const file of tree.filter((f) => f.path.endsWith('.md'))) {
    const text = file.text.replace(/```[\s\S]*?```/g, (block) => block.replace(/[^\n]/g, ' '));
    for (const match of text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)) {
      const [target = '', anchor] = (match[1] as string).split('#');
      if (/^[a-z]+:/.test(target)) continue;
      const to = target === '' ? file.path : posix.join(posix.dirname(file.path), target).replace(/\/$/, '');
      const isFolder = [...paths].some((path) => path.startsWith(`${to}/`));
      const isPicture = /\.(png|svg|jpg)$/.test(to);
      if (isPicture ? !existsPicture(to) : !paths.has(to) && !isFolder) bad.push(`${file.path}: ${match[1]}`);
      else if (anchor !== undefined && to.endsWith('.md') && !anchors(to).includes(anchor))
        bad.push(`${file.path}: no heading for ${match[1]}`);
    }
  }
  return bad;

  function existsPicture(path: string): boolean {
    return paths.has(path) || tree.some((file) => file.path === `${path}:picture`);
  }
}

function dependencies(tree: readonly SourceFile[]): string[] {
  const json = packageJson(tree);
  const page = read(tree, 'docs/dependencies.md');
  const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((m) => m[1] as string);
  const all = allDependencies(json);
  const imported = new Set(
    tree.filter((f) => isCode(f.path)).flatMap((f) => importsOf(f).map((i) => i.from)),
  );
  const lock = JSON.parse(read(tree, 'package-lock.json') || '{"packages":{}}') as Lockfile;
  const asPeer = all.map(([name]) => lock.packages[`node_modules/${name}`]?.peerDependencies ?? {});
  const used = (name: string): boolean =>
    asPeer.some((peers) => name in (peers as object)) ||
    [...imported].some((from) => from === name || from.startsWith(`${name}/`)) ||
    tree.some((f) => f.path.endsWith('.css') && f.text.includes(`${name}/`));
  return [
    ...all
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
      .map(([name, v]) => `${name}: ${v} is no exact version`),
    ...all
      .filter(([name]) => !rows.includes(name))
      .map(([name]) => `${name}: no line in docs/dependencies.md`),
    ...rows
      .filter((name) => !all.some(([n]) => n === name))
      .map((name) => `${name}: explained, but not in package.json`),
    ...Object.keys(json.dependencies ?? {})
      .filter((name) => !used(name))
      .map((name) => `${name}: nothing imports it`),
  ];
}
