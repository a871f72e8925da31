/**
 * The project's files as the house rules see them: path and text, and for code also the text with comments and strings blanked out,
 * so that a rule about words does not stumble over prose. The blanking is a scanner of its own, good enough for code that the formatter
 * has been over; it is no parser.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.data', 'coverage', 'vectors']);
const TEXT = /\.(ts|tsx|cts|css|html|md|json|yml|yaml|sql)$|(^|\/)(run|\.npmrc|\.gitignore)$/;

/** Every text file under `root` that is ours, in order of path. The lockfile is read by the rule that is about it. */
export function readTree(root: string): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!NOT_OURS.has(entry.name)) walk(path);
      } else if (entry.isFile() && TEXT.test(path) && path !== 'package-lock.json')
        files.push({ path, text: readFileSync(join(root, path), 'utf8') });
    }
  };
  walk('');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const isCode = (path: string): boolean => /\.(ts|tsx|cts)$/.test(path);

/** The text with comments (and, unless asked to keep them, the insides of strings) turned into blanks; line breaks stay. */
export function bare(text: string, keepStrings = false): string {
  const out = text.split('');
  const blank = (from: number, to: number): void => {
    for (let k = from; k < to && k < out.length; k++) if (out[k] !== '\n') out[k] = ' ';
  };
  let i = 0;
  let before = '';
  while (i < text.length) {
    const c = text[i] as string;
    if (text.startsWith('//', i)) {
      const end = text.indexOf('\n', i);
      const to = end < 0 ? text.length : end;
      blank(i, to);
      i = to;
    } else if (text.startsWith('/*', i)) {
      const end = text.indexOf('*/', i + 2);
      const to = end < 0 ? text.length : end + 2;
      blank(i, to);
      i = to;
    } else if (c === "'" || c === '"' || c === '`' || (c === '/' && /[(,=:[!&|?{};\n>]|^$/.test(before))) {
      const to = closing(text, i);
      if (!keepStrings && c !== '`') blank(i + 1, to - 1);
      before = c;
      i = to;
    } else {
      if (!/\s/.test(c)) before = c;
      i++;
    }
  }
  return out.join('');
}

/** The place after the string, template or regular expression that begins at `from`; a line's end also ends all but templates. */
function closing(text: string, from: number): number {
  const quote = text[from];
  let inClass = false;
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '\n' && quote !== '`') return i;
    else if (quote === '/' && c === '[') inClass = true;
    else if (quote === '/' && c === ']') inClass = false;
    else if (c === quote && !inClass) return i + 1;
  }
  return text.length;
}

/** What a file imports, types and dynamic imports included, with the line. */
export function importsOf(file: SourceFile): { readonly line: number; readonly from: string }[] {
  const code = bare(file.text, true);
  const found: { line: number; from: string }[] = [];
  const patterns = [
    /^\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'/gms,
    /^\s*import\s*'([^']+)'/gm,
    /\bimport\(\s*'([^']+)'\s*\)/g,
  ];
  for (const pattern of patterns)
    for (const match of code.matchAll(pattern))
      found.push({ line: lineOf(code, (match.index ?? 0) + match[0].length), from: match[1] as string });
  return found;
}

export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** Every match of a pattern in the text, as «path:line: match». */
export function matches(file: SourceFile, text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((m) => `${file.path}:${lineOf(text, m.index)}: ${m[0].trim()}`);
}

/** Lines that are neither blank nor only comment. */
export function codeLines(text: string): number {
  return bare(text, true)
    .split('\n')
    .filter((line) => line.trim() !== '').length;
}
