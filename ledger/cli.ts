/**
 * The ledger's command line: `npm run ledger -- COMMAND …`. Queries and transactions go to a node over HTTP; `init`, `node` and
 * `verify` work on a folder. Keys are read from files of mode 0600 and never printed.
 */
import { readArguments } from './cli-arguments.ts';
import { COMMANDS } from './cli-commands.ts';
import { CliContext, type ExitCode, languageOf, type Surroundings } from './cli-context.ts';
import { generalHelp, kindHelp } from './cli-help.ts';

/** Runs one command line. Answers the exit code: 0 done, 1 refused, 2 not understood. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const read = readArguments(argv);
  const language = languageOf(surroundings.env);
  if (!read.ok) {
    surroundings.err(
      language === 'de' ? `--${read.missing} braucht einen Wert` : `--${read.missing} needs a value`,
    );
    return 2;
  }
  const { words, switches } = read.value;
  const [command, topic] = words;
  if (command === undefined || command === 'help' || switches.has('help')) {
    surroundings.out((topic !== undefined ? kindHelp(topic) : undefined) ?? generalHelp(language));
    return command === undefined && !switches.has('help') ? 2 : 0;
  }
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (known === undefined) {
    surroundings.err(generalHelp(language));
    return 2;
  }
  return known(new CliContext(read.value, surroundings));
}

/** A line from the keyboard that the screen does not show. Ctrl-C and Ctrl-D give nothing. */
async function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let typed = '';
  try {
    for await (const text of stdin.iterator({ destroyOnReturn: false }))
      for (const character of String(text)) {
        if (character === '\r' || character === '\n') return typed;
        if (character === '\u0003' || character === '\u0004') return '';
        typed = character === '\u007f' ? [...typed].slice(0, -1).join('') : typed + character;
      }
    return typed;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

if (import.meta.main) {
  const stopping = new AbortController();
  const [command] = process.argv.slice(2);
  // A node ends its own way: it has answers to give first.
  if (command !== 'node')
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    ...(process.stdin.isTTY && { ask: askHidden }),
    stop: stopping.signal,
  });
}
