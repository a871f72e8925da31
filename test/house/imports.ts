/**
 * The import table: who may know whom. Process folders meet through bytes, rows, messages and the door, never through
 * each other's code; `src/` is what all agree on and knows nobody.
 */
import { posix } from 'node:path';
import { importsOf, isCode, type SourceFile } from './tree.ts';

interface Row {
  /** Folders and files of ours, from the root; a folder ends with a slash. */
  readonly ours: readonly string[];
  /** Packages, by name; a list of files restricts one to these. */
  readonly packages: Readonly<Record<string, readonly string[] | 'anywhere'>>;
  /** True: any node module. A list: these. */
  readonly node: boolean | readonly string[];
}

export const IMPORT_TABLE: Readonly<Record<string, Row>> = {
  'src/': {
    ours: ['src/'],
    packages: {
      zod: ['src/till-api.ts', 'src/till-intents.ts'],
    },
    node: false,
  },
  'crypto/': {
    ours: ['crypto/', 'src/'],
    packages: { '@noble/ciphers': 'anywhere', '@noble/curves': 'anywhere', '@noble/hashes': 'anywhere' },
    node: ['node:crypto'],
  },
  'ledger/': {
    ours: ['ledger/', 'src/', 'crypto/'],
    packages: {
      'better-sqlite3': 'anywhere',
      fastify: 'anywhere',
      '@fastify/swagger': 'anywhere',
      'eventsource-parser': 'anywhere',
      zod: 'anywhere',
    },
    node: true,
  },
  'main/': {
    ours: ['main/', 'src/', 'crypto/'],
    packages: {
      'pcsc-mini': ['main/pcsc-reader.ts', 'main/pcsc-session.ts'],
      '@scure/bip39': ['main/words.ts'],
      'better-sqlite3': 'anywhere',
      fastify: 'anywhere',
      '@fastify/static': 'anywhere',
      'eventsource-parser': 'anywhere',
      ws: 'anywhere',
      zod: 'anywhere',
      electron: ['main/electron.ts', 'main/electron-shell.ts', 'main/preload.ts'],
    },
    node: true,
  },
  // What both pages share: the look, controls and pictures that know nothing but their props, languages, what a browser remembers.
  'widgets/': { ours: ['widgets/'], packages: { react: 'anywhere' }, node: false },
  'renderer/': {
    ours: ['renderer/', 'widgets/', 'src/'],
    packages: {
      react: 'anywhere',
      'react-dom': 'anywhere',
      'react-i18next': 'anywhere',
      i18next: 'anywhere',
      zustand: 'anywhere',
      '@mantine/core': 'anywhere',
      '@mantine/hooks': 'anywhere',
      '@tabler/icons-react': 'anywhere',
    },
    node: false,
  },
  // It meets the node through the API's answers only; of src/ it knows units and the types of transactions.
  'explorer/': {
    ours: ['explorer/', 'widgets/', 'src/units/', 'src/economy/transaction.ts'],
    packages: {
      react: 'anywhere',
      'react-dom': 'anywhere',
      '@tabler/icons-react': 'anywhere',
    },
    node: false,
  },
  // Its codec is its own: what terminal and card agree on is a page of bytes (docs/card-protocol.md) and not shared code.
  'firmware-sim/': {
    ours: [
      'firmware-sim/',
      'crypto/',
      'src/coupons/',
      'src/limits.ts',
      'src/bytes.ts',
      'src/result.ts',
      'src/crypto-port.ts',
    ],
    packages: { '@scure/bip39': 'anywhere' },
    node: true,
  },
};

const packageOf = (from: string): string =>
  from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : (from.split('/')[0] as string);

/** Imports that the table does not allow, as «path:line: …». Folders without a row may import anything. */
export function forbiddenImports(tree: readonly SourceFile[]): string[] {
  const bad: string[] = [];
  for (const file of tree.filter((f) => isCode(f.path))) {
    const folder = Object.keys(IMPORT_TABLE).find((name) => file.path.startsWith(name));
    if (folder === undefined) continue;
    const row = IMPORT_TABLE[folder] as Row;
    for (const { line, from } of importsOf(file)) {
      const at = `${file.path}:${line}: `;
      if (from.startsWith('.')) {
        const to = posix.join(posix.dirname(file.path), from);
        if (!row.ours.some((name) => (name.endsWith('/') ? to.startsWith(name) : to === name)))
          bad.push(`${at}${folder} does not know ${to}`);
      } else if (from.startsWith('node:')) {
        if (row.node !== true && !(row.node !== false && row.node.includes(from)))
          bad.push(`${at}${folder} does not know ${from}`);
      } else {
        const allowed = row.packages[packageOf(from)];
        if (allowed === undefined) bad.push(`${at}${folder} does not know the package ${from}`);
        else if (allowed !== 'anywhere' && !allowed.includes(file.path))
          bad.push(`${at}${from} is imported in ${allowed.join(', ')} only`);
      }
    }
  }
  return bad;
}
