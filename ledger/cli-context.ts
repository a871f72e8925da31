/** What every command of the CLI has in its hands: its arguments, a client, and the two ways to speak, to people and to machines. */
import type { Result } from '../src/result.ts';
import type { Arguments } from './cli-arguments.ts';
import { LedgerClient } from './client.ts';
import { DEFAULT_PORT } from './main.ts';
import { type AnyRefusal, type Language, wordsFor } from './refusal-words.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line to people or machines that asked. */
  out(line: string): void;
  /** One line about what went wrong. */
  err(line: string): void;
  /** Asks for something nobody else shall read; absent when nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
  /** Given when the user wants to stop what runs until then. */
  readonly stop: AbortSignal;
}

/** 0 done, 1 refused, 2 not understood. */
export type ExitCode = 0 | 1 | 2;

export function languageOf(env: Surroundings['env']): Language {
  return /^de/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'de' : 'en';
}

export class CliContext {
  readonly arguments: Arguments;
  readonly surroundings: Surroundings;
  readonly language: Language;
  readonly client: LedgerClient;

  constructor(args: Arguments, surroundings: Surroundings) {
    this.arguments = args;
    this.surroundings = surroundings;
    this.language = languageOf(surroundings.env);
    const url = this.option('url') ?? surroundings.env.TIMECARD_LEDGER ?? `http://127.0.0.1:${DEFAULT_PORT}`;
    this.client = new LedgerClient(url);
  }

  /** An option's last value. */
  option(name: string): string | undefined {
    return this.arguments.options.get(name)?.at(-1);
  }
  options(name: string): readonly string[] {
    return this.arguments.options.get(name) ?? [];
  }
  switch(name: string): boolean {
    return this.arguments.switches.has(name);
  }

  /** Says something done: JSON on one line for machines, indented for people; with --print only one field of it, for scripts. */
  say(value: unknown): ExitCode {
    const only = this.option('print');
    if (only !== undefined) {
      const found = only
        .split('.')
        .reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], value);
      if (found === undefined) return this.misunderstood(`--print ${only}`);
      this.surroundings.out(typeof found === 'object' ? JSON.stringify(found) : String(found));
      return 0;
    }
    this.surroundings.out(this.switch('json') ? JSON.stringify(value) : readable(value));
    return 0;
  }

  /** Says no: for people a sentence, for machines {refusal, detail}. */
  refuse(refusal: AnyRefusal, detail: string | undefined): ExitCode {
    const { out, err } = this.surroundings;
    if (this.switch('json')) out(JSON.stringify(detail === undefined ? { refusal } : { refusal, detail }));
    else err(`${wordsFor(refusal, this.language)} (${refusal}${detail === undefined ? '' : `: ${detail}`})`);
    return 1;
  }

  /** Says a result, whichever it is. */
  report<T>(result: Result<T, AnyRefusal>, view: (value: T) => unknown = (value) => value): ExitCode {
    return result.ok ? this.say(view(result.value)) : this.refuse(result.refusal, result.detail);
  }

  /** A command line that is not understood. */
  misunderstood(line: string): ExitCode {
    this.surroundings.err(line);
    return 2;
  }

  #passphrase: string | undefined;
  /** The passphrase of key files: TIMECARD_PASSPHRASE, or what is typed, once a command. An empty one is none. */
  async passphrase(mayAsk = true): Promise<string | undefined> {
    const { env, ask } = this.surroundings;
    this.#passphrase ??= env.TIMECARD_PASSPHRASE || undefined;
    if (this.#passphrase === undefined && mayAsk && ask !== undefined)
      this.#passphrase = (await ask('Passphrase: ')) || undefined;
    return this.#passphrase;
  }

  /** An option that must be there, or the exit code of a command that lacks it. */
  need(name: string): string | 2 {
    const value = this.option(name);
    if (value !== undefined) return value;
    this.misunderstood(this.language === 'de' ? `--${name} fehlt` : `--${name} is missing`);
    return 2;
  }
}

/** Nested values as indented lines; long lists and hex stay whole. */
function readable(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return `${indent}${String(value)}`;
  const lines: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    const simple = typeof field !== 'object' || field === null;
    if (simple) lines.push(`${indent}${name}: ${String(field)}`);
    else if (Array.isArray(field) && field.every((item) => typeof item !== 'object'))
      lines.push(`${indent}${name}: ${field.join(' ')}`);
    else lines.push(`${indent}${name}:`, readable(field, `${indent}  `));
  }
  return lines.join('\n');
}
