/** Processes that `start.ts` starts and ends itself, each by its own id. Not here: what they do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { clearTimeout, setTimeout } from 'node:timers';

/** How long a process may take to end in order before it is killed, ms. */
const PATIENCE = 5_000;

export class Children {
  readonly #running = new Set<ChildProcess>();
  #ending = false;

  constructor() {
    // Whatever happens to this process, nothing it started stays behind.
    process.on('exit', () => {
      for (const child of this.#running) child.kill('SIGKILL');
    });
  }

  /** Starts a programme. `gone` is called when it ends without having been told to. */
  start(command: string, args: readonly string[], gone?: (code: number | null) => void): ChildProcess {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#running.add(child);
    child.once('exit', (code) => {
      this.#running.delete(child);
      if (!this.#ending) gone?.(code);
    });
    child.once('error', () => {
      this.#running.delete(child);
      if (!this.#ending) gone?.(null);
    });
    return child;
  }

  /** Runs a programme to its end; resolves to its exit code, and its output when that is not 0. */
  async run(
    command: string,
    args: readonly string[],
  ): Promise<{ readonly code: number; readonly output: string }> {
    const child = this.start(command, args);
    let output = '';
    child.stdout?.on('data', (part: Uint8Array) => {
      output += Buffer.from(part).toString('utf8');
    });
    const code = await new Promise<number>((resolve) => {
      child.once('close', (ended) => resolve(ended ?? 1));
      child.once('error', () => resolve(1));
    });
    return { code, output };
  }

  /** Tells all to end, waits for them, and kills what does not. */
  async endAll(): Promise<void> {
    this.#ending = true;
    await Promise.all(
      [...this.#running].map(async (child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
        await ended;
        clearTimeout(late);
      }),
    );
  }
}

/** The first line a process prints, or undefined when it ends without one. */
export function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (child.stdout === null) return resolve(undefined);
    const lines = createInterface({ input: child.stdout });
    lines.once('line', resolve);
    child.once('close', () => resolve(undefined));
  });
}
