/** A command line in words, options and switches; `--name value` and `--name=value`; options may come more than once. */

export interface Arguments {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly switches: ReadonlySet<string>;
}

/** Options that take no value. */
const SWITCHES = ['json', 'help', 'dry-run', 'passphrase'];

/** `missing`: the name of an option that came last and without its value. */
export function readArguments(
  argv: readonly string[],
): { readonly ok: true; readonly value: Arguments } | { readonly ok: false; readonly missing: string } {
  const words: string[] = [];
  const options = new Map<string, string[]>();
  const switches = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith('--')) {
      words.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (equals < 0 && SWITCHES.includes(name)) {
      switches.add(name);
      continue;
    }
    const value = equals < 0 ? argv[++i] : word.slice(equals + 1);
    if (value === undefined) return { ok: false, missing: name };
    const earlier = options.get(name);
    if (earlier === undefined) options.set(name, [value]);
    else earlier.push(value);
  }
  return { ok: true, value: { words, options, switches } };
}
