/** The texts of the screen: both languages complete, the same blanks in a sentence, no sentence that nobody shows. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { de } from '../../renderer/locales/de.ts';
import { en } from '../../renderer/locales/en.ts';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  );
}
const english = flat(en);
const german = new Map(flat(de));
const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

test('German has every sentence of English, and none more', () => {
  expect([...german.keys()].sort()).toEqual(english.map(([key]) => key).sort());
});

test('no sentence is empty, no long one was left in English', () => {
  for (const [key, text] of english) {
    expect(text.trim(), key).not.toBe('');
    expect(german.get(key)!.trim(), key).not.toBe('');
    if (text.length > 25) expect(german.get(key), key).not.toBe(text);
  }
});

test('the same blanks stand in both languages', () => {
  for (const [key, text] of english) expect(blanks(german.get(key)!), key).toEqual(blanks(text));
});

test('every sentence is shown somewhere', () => {
  const folder = fileURLToPath(new URL('../../renderer', import.meta.url));
  const source = globSync(`${folder}/**/*.{ts,tsx}`, { exclude: (name) => name.includes('locales') })
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  // A key is written whole, or its last part is put together from what the terminal sent: `trouble.${trouble}`.
  const shown = (key: string) => {
    const base = key.replace(/_(one|other)$/, '');
    const put = `\`${base.slice(0, base.lastIndexOf('.') + 1)}\${`;
    return source.includes(`'${base}'`) || source.includes(put);
  };
  expect(english.map(([key]) => key).filter((key) => !shown(key))).toEqual([]);
});
